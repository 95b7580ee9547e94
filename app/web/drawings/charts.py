"""Plots of an exam's figures: a histogram of totals, who chooses what, and the cloud of questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.web.drawings.paths import horizontal, join, short, vertical

_LEFT, _TOP = 60.0, 30.0
_LABEL_GAP = 18.0  # between two labels at the ends of curves
_NEEDLE = 7.0  # half of a triangle's foot


@dataclass(frozen=True)
class Mark:
    """A hairline and the number beside it."""

    path: str
    x: float
    y: float
    value: int


@dataclass(frozen=True)
class Column:
    """A bar of the histogram."""

    x: float
    y: float
    width: float
    height: float
    passing: bool


@dataclass(frozen=True)
class Histogram:
    """How many people per tenth of the points, and the cut in ink; 620 × 330."""

    columns: tuple[Column, ...]
    xs: tuple[Mark, ...]
    ys: tuple[Mark, ...]
    cut: str
    cut_x: float


def histogram(counts: Sequence[int], cut: float) -> Histogram:
    """Columns for `counts` from 0 to 100 percent, and the cut in percent; a column is inked where all have passed."""
    bottom, width = 280.0, 520.0
    step, most = _nice_step(max(1, *counts)), 0
    while most < max(1, *counts):
        most += step
    scale, wide = (bottom - _TOP) / most, width / len(counts)
    columns = tuple(
        Column(
            x=_LEFT + wide * place + 2,
            y=round(bottom - count * scale, 1),
            width=wide - 4,
            height=round(count * scale, 1),
            passing=100 * place / len(counts) >= cut - 1e-9,
        )
        for place, count in enumerate(counts)
    )
    xs = tuple(Mark("", _x(value, width), bottom + 20, value) for value in range(0, 101, 20))
    ys = tuple(
        Mark(horizontal(bottom - value * scale, _LEFT, _LEFT + width), _LEFT - 10, bottom - value * scale + 5, value)
        for value in range(0, most + 1, step)
    )
    x = _x(min(100.0, max(0.0, cut)), width)
    return Histogram(columns, xs, ys, vertical(x, _TOP - 8, bottom), x)


def _x(percent: float, width: float) -> float:
    return round(_LEFT + width * percent / 100, 1)


def _nice_step(most: int) -> int:
    """A step of 1, 2 or 5 times a power of ten that gives five lines at most."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if most <= 5 * step * factor:
                return step * factor
        step *= 10


@dataclass(frozen=True)
class Line:
    """One curve, its class, and where its label stands."""

    path: str
    kind: str
    label_y: float


@dataclass(frozen=True)
class Curves:
    """Shares of groups from the weakest to the strongest; 660 × 330, labels at the right."""

    lines: tuple[Line, ...]
    xs: tuple[Mark, ...]
    ys: tuple[Mark, ...]
    label_x: float


def curves(series: Sequence[tuple[bool, bool, Sequence[float]]]) -> Curves:
    """Curves of (is the key, is suspect, shares of 0–1 by group): the key in full, what is suspect in long dashes."""
    bottom, width = 280.0, 440.0
    groups = len(series[0][2])
    gap = width / max(1, groups - 1)
    kinds = [
        "l1" if key else "l3" if suspect else "l4" if place % 2 else "l2"
        for place, (key, suspect, _s) in enumerate(series)
    ]
    ends = _apart([bottom - 250 * shares[-1] for _key, _suspect, shares in series])
    lines = tuple(
        Line(
            _polyline([(_LEFT + gap * group, bottom - 250 * share) for group, share in enumerate(shares)]), kind, y + 5
        )
        for kind, (_key, _suspect, shares), y in zip(kinds, series, ends, strict=True)
    )
    xs = tuple(Mark("", _LEFT + gap * group, bottom + 20, group + 1) for group in range(groups))
    ys = tuple(
        Mark(horizontal(bottom - 2.5 * value, _LEFT, _LEFT + width), _LEFT - 10, bottom - 2.5 * value + 5, value)
        for value in range(0, 101, 20)
    )
    return Curves(lines, xs, ys, _LEFT + width + 10)


def _polyline(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{short(x)} {short(y)}" for x, y in points)


def _apart(places: Sequence[float]) -> list[float]:
    """The same heights in the same order, pushed until no two labels touch."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = [places[index] for index in order]
    for _round in range(50):
        for low, high in pairwise(range(len(moved))):
            overlap = _LABEL_GAP - (moved[high] - moved[low])
            if overlap > 0.01:
                moved[low], moved[high] = moved[low] - overlap / 2, moved[high] + overlap / 2
    heights = dict(zip(order, moved, strict=True))
    return [round(heights[index], 1) for index in range(len(places))]


@dataclass(frozen=True)
class Point:
    """One question: a dot, a square or a triangle as a path, and where its name goes if it has one."""

    path: str
    tone: str
    label_x: float
    label_y: float
    anchor: str


@dataclass(frozen=True)
class Cloud:
    """Questions by facility and discrimination; 620 × 380. `zone` is where a question separates too little."""

    points: tuple[Point, ...]
    xs: tuple[Mark, ...]
    ys: tuple[Mark, ...]
    zone: tuple[float, float, float, float]


def cloud(questions: Sequence[tuple[float, float, str]]) -> Cloud:
    """Points for (facility 0–1, discrimination in percent, tone "", "care" or "stop"), kept within −40…80."""
    bottom, width, scale = 330.0, 520.0, 2.5  # pixels a percent
    low, high = -40, 80
    points = tuple(
        _point(_LEFT + width * min(1.0, max(0.0, facility)), bottom - scale * (min(high, max(low, value)) - low), tone)
        for facility, value, tone in questions
    )
    xs = tuple(
        Mark(vertical(_x(value, width), _TOP, bottom), _x(value, width), bottom + 20, value)
        for value in range(0, 101, 25)
    )
    ys = tuple(
        Mark(
            horizontal(bottom - scale * (value - low), _LEFT, _LEFT + width),
            _LEFT - 10, bottom - scale * (value - low) + 5, value,
        )
        for value in range(low, high + 1, 20)
    )  # fmt: skip
    top_of_zone = bottom - scale * (20 - low)
    return Cloud(points, xs, ys, (_LEFT, top_of_zone, width, bottom - top_of_zone))


def _point(x: float, y: float, tone: str) -> Point:
    leans_left = x > 480
    return Point(_shape(x, y, tone), tone, x + (-12 if leans_left else 12), y + 5, "end" if leans_left else "start")


def _shape(x: float, y: float, tone: str) -> str:
    """Round is sound, square weak, triangle inverted or graver: told apart without colour."""
    if tone == "stop":
        return f"M{short(x - _NEEDLE)} {short(y + 6)}h14l-7 -13z"
    if tone == "care":
        return f"M{short(x - 5)} {short(y - 5)}h10v10h-10z"
    r, d = 5.5, 11
    return join(f"M{short(x - r)} {short(y)}a{r} {r} 0 1 1 {d} 0a{r} {r} 0 1 1 -{d} 0z")
