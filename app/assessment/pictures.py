"""The marks of a picture to choose from: each area of a hotspot drawn with its letter, right or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from string import ascii_uppercase
from typing import Any

from app.assessment import areas
from app.assessment.exact import fraction, rounded

LETTERS = ascii_uppercase
_SHAPES = {"rect": "rect", "circle": "circle", "poly": "polygon"}
_RADIUS, _LETTER = Fraction(9, 2), Fraction(5)  # of a mark, in percent of the picture's width: 24 px on a phone
_PLACES = 2


@dataclass(frozen=True)
class Mark:
    """One area in the units of the picture's viewBox, and where its letter stands."""

    value: str
    letter: str
    shape: str
    geometry: Mapping[str, str]
    x: str
    y: str


@dataclass(frozen=True)
class Picture:
    """A drawing by language, and the marks over it; sizes in the units of its viewBox."""

    svg: Mapping[str, str]
    view_box: str
    marks: tuple[Mark, ...]
    radius: str
    letter_size: str


def picture_of(body: Mapping[str, Any], option_order: Sequence[Sequence[str]]) -> Picture | None:
    """The picture of a hotspot with its marks, lettered in the order of the layout; None for other questions."""
    drawings = body.get("picture")
    if body["type"] != "hotspot" or not drawings:
        return None
    view_box = next(iter(drawings.values()))["view_box"]
    frame = _Frame(view_box)
    by_id = {area["id"]: area for area in body["areas"]}
    return Picture(
        svg={language: drawing["svg"] for language, drawing in drawings.items()},
        view_box=view_box,
        marks=tuple(
            _mark(token, letter, by_id[area_id], frame)
            for letter, (token, area_id) in zip(LETTERS, option_order, strict=False)
        ),
        radius=frame.length(_RADIUS),
        letter_size=frame.length(_LETTER),
    )


class _Frame:
    """From percent to the units of a viewBox."""

    def __init__(self, view_box: str) -> None:
        self._left, self._top, self._width, self._height = map(fraction, view_box.replace(",", " ").split())

    def x(self, percent: Fraction) -> str:
        return str(rounded(self._left + percent * self._width / 100, _PLACES))

    def y(self, percent: Fraction) -> str:
        return str(rounded(self._top + percent * self._height / 100, _PLACES))

    def length(self, percent: Fraction) -> str:
        return str(rounded(percent * self._width / 100, _PLACES))

    def height(self, percent: Fraction) -> str:
        return str(rounded(percent * self._height / 100, _PLACES))


def _mark(token: str, letter: str, area: Mapping[str, Any], frame: _Frame) -> Mark:
    x, y = areas.mark_point(area)
    return Mark(token, letter, _SHAPES[area["shape"]], _geometry(area, frame), frame.x(x), frame.y(y))


def _geometry(area: Mapping[str, Any], frame: _Frame) -> dict[str, str]:
    if area["shape"] == "poly":
        return {"points": " ".join(f"{frame.x(x)},{frame.y(y)}" for x, y in areas.corners(area))}
    first, second, *rest = (fraction(value) for value in area["coords"])
    if area["shape"] == "circle":
        return {"cx": frame.x(first), "cy": frame.y(second), "r": frame.length(rest[0])}
    sides = {"width": frame.length(rest[0] - first), "height": frame.height(rest[1] - second)}
    return {"x": frame.x(first), "y": frame.y(second), **sides}
