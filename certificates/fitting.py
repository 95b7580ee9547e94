"""Choosing the size of a text so that it stays in its box: measured first, then drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

from certificates.errors import RenderingError
from certificates.fonts import width_em

_MM_PER_POINT = 25.4 / 72
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
    """Where a text must stay: `height` in millimetres, and the ways to set it, best first."""

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

    def fit(self, paragraphs: Sequence[str]) -> Step:
        """The first step at which the paragraphs, each on lines of its own, stay in the box."""
        for step in self.steps:
            if self.holds(paragraphs, step):
                return step
        raise RenderingError(f"The text “{paragraphs[0][:40]}…” is too long for its place on the page.")

    def holds(self, paragraphs: Sequence[str], step: Step) -> bool:
        """Whether the paragraphs set that way stay in the box."""
        em = step.points * _MM_PER_POINT * _SAFETY
        lines = sum(count_lines(paragraph, self.font, step.width / em) for paragraph in paragraphs)
        height = lines * self.line_height * step.points * _MM_PER_POINT
        return lines <= step.lines and height <= self.height


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
