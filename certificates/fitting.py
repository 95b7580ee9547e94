"""Choosing the size of a text so that it stays in its box: measured first, then drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from certificates.errors import RenderingError
from certificates.fonts import width_em

MM_PER_POINT = 25.4 / 72
# Room for what is not measured: rounding, and hyphens the eye accepts but the font widens.
_SAFETY = 1.02


@dataclass(frozen=True, slots=True)
class Step:
    """One way to set a text: its size in points, the width in millimetres, and at most so many lines."""

    points: float
    width: float
    lines: int = 99


@dataclass(frozen=True, slots=True)
class Box:
    """Where a text must stay: `height` in millimetres, and the ways to set it, best first.

    A text is a list of paragraphs, each on lines of its own. Several texts are columns side by side:
    they are set the same way, so each must stay in the box.
    """

    font: str
    height: float
    line_height: float
    steps: tuple[Step, ...]

    @classmethod
    def of(
        cls, font: str, *, width: float, height: float, line_height: float, sizes: Sequence[float], alone: int = 0
    ) -> "Box":
        """A box of one width, tried in each of `sizes` points, the first `alone` of them on one line only."""
        steps = tuple(Step(size, width, 1 if rank < alone else 99) for rank, size in enumerate(sizes))
        return cls(font, height, line_height, steps)

    def narrowed(self, by: float) -> "Box":
        """The same box, `by` millimetres less wide."""
        return replace(self, steps=tuple(replace(step, width=step.width - by) for step in self.steps))

    def lowered(self, height: float) -> "Box":
        """The same box, no higher than `height` millimetres."""
        return replace(self, height=min(self.height, height))

    def fit(self, *columns: Sequence[str]) -> Step:
        """The first step at which every column stays in the box."""
        for step in self.steps:
            if self.holds(step, *columns):
                return step
        raise RenderingError(f"The text “{columns[0][0][:40]}…” is too long for its place on the page.")

    def holds(self, step: Step, *columns: Sequence[str]) -> bool:
        """Whether the columns set that way stay in the box."""
        lines = max(self.lines(step, column) for column in columns)
        return lines <= step.lines and self._height(lines, step) <= self.height

    def height_of(self, step: Step, *columns: Sequence[str]) -> float:
        """The height in millimetres of the longest column set that way."""
        return self._height(max(self.lines(step, column) for column in columns), step)

    def _height(self, lines: int, step: Step) -> float:
        return lines * self.line_height * step.points * MM_PER_POINT

    def balanced(self, step: Step, text: str) -> float:
        """The width in millimetres at which the text takes no more lines than it must, of like lengths."""
        lines, width = self.lines(step, [text]), step.width
        while lines > 1 and self.lines(replace(step, width=width - 2), [text]) == lines:
            width -= 2
        return width

    def lines(self, step: Step, paragraphs: Sequence[str]) -> int:
        """How many lines the paragraphs take, set that way."""
        width = step.width / (step.points * MM_PER_POINT * _SAFETY)
        return sum(count_lines(paragraph, self.font, width) for paragraph in paragraphs if paragraph)


def count_lines(paragraph: str, font: str, width: float) -> int:
    """How many lines of `width` em the paragraph takes, broken at spaces, or anywhere in a long word."""
    lines, used = 1, 0.0
    space = width_em(" ", font)
    for word in paragraph.split(" "):
        length = width_em(word, font)
        gap = space if used else 0.0
        if used + gap + length <= width:
            used += gap + length
            continue
        if used:
            lines += 1
        # A word longer than the line is cut; a sign that does not fit goes over whole, hence the margin.
        usable = max(width - 1.2, 1.0)
        extra = int(length / usable) if length > width else 0
        lines += extra
        used = min(length - extra * usable, width) if extra else length
    return lines
