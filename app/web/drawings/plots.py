"""Plots drawn by the server: bars by domain against one threshold, a table always beside."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.web.drawings.paths import horizontal, short, vertical

_LEFT, _SCALE = 2.0, 4.18
_TOP, _ROW, _BAR_HEIGHT = 26.0, 51.0, 15.0
_FOOT = 71.0
"""Room above and below the rows: the threshold's label and the axis."""


@dataclass(frozen=True)
class Bar:
    """One row: its name above, its bar, what is still to come in dashes, its value at the end."""

    name_y: float
    bar_x: float
    bar_y: float
    bar_width: float
    bar_height: float
    rest: str
    value_x: float
    value_y: float
    reached: bool


@dataclass(frozen=True)
class Tick:
    """A hairline and the number under it."""

    path: str
    x: float
    y: float
    value: int
    anchor: str


@dataclass(frozen=True)
class Bars:
    """A plot 500 wide whose height follows the number of rows."""

    width: int
    height: float
    ticks: tuple[Tick, ...]
    rows: tuple[Bar, ...]
    cut: str
    cut_x: float
    cut_y: float
    cut_anchor: str


def bars(scores: Sequence[float], cut: float) -> Bars:
    """Bars for scores of 0–100 in the order given, and the threshold (0–100) in ink; outside values are clamped."""
    height = _FOOT + _ROW * len(scores)
    cut = _clamp(cut)
    return Bars(
        width=500,
        height=height,
        ticks=tuple(_tick(value, height) for value in (0, 25, 50, 75, 100)),
        rows=tuple(_row(_clamp(score), cut, _TOP + _ROW * k) for k, score in enumerate(scores)),
        cut=vertical(_x(cut), 22, height - 22),
        cut_x=_x(cut),
        cut_y=15,
        cut_anchor=_anchor(cut),
    )


def _row(score: float, cut: float, top: float) -> Bar:
    y, end = top + 30, _x(score)
    rest = f"{horizontal(y, end, _x(100))}V{short(y + _BAR_HEIGHT)}H{short(end)}" if score < 100 else ""
    return Bar(
        name_y=top + 23,
        bar_x=_LEFT,
        bar_y=y,
        bar_width=round(end - _LEFT, 1),
        bar_height=_BAR_HEIGHT,
        rest=rest,
        value_x=_x(100) + 9,
        value_y=top + 43,
        reached=score >= cut,
    )


def _tick(value: int, height: float) -> Tick:
    anchor = "start" if value == 0 else "middle"
    return Tick(vertical(_x(value), _TOP, height - 26), _x(value), height - 6, value, anchor)


def _anchor(cut: float) -> str:
    """Near an edge the label leans inwards, or it would leave the drawing."""
    return "start" if cut < 10 else "end" if cut > 95 else "middle"


def _clamp(value: float) -> float:
    return min(100.0, max(0.0, value))


def _x(value: float) -> float:
    return round(_LEFT + _SCALE * value, 1)
