"""The areas of a picture, in percent of its width and height: where each lies, exactly, edges included."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any, TypeAlias

from app.assessment.exact import fraction

Area: TypeAlias = Mapping[str, Any]  # {shape: rect | circle | poly, coords: […]}
Point: TypeAlias = tuple[Fraction, Fraction]

COUNTS = {"rect": 4, "circle": 3}  # left, top, right, bottom; centre x, centre y, radius (in percent of the width)
FEWEST_CORNERS = 3
_BAND = Fraction(5)  # percent: marks closer than this in height are read from left to right


def height_of(body: Mapping[str, Any]) -> Fraction:
    """The height of a question's picture for a width of 1, from its viewBox; 1 when it has none yet."""
    picture = next(iter((body.get("picture") or {}).values()), None)
    if picture is None:
        return Fraction(1)
    _x, _y, width, height = map(fraction, picture["view_box"].replace(",", " ").split())
    return height / width


def contains(area: Area, point: Point, height: Fraction = Fraction(1)) -> bool:
    """Say whether a point, in percent, lies in an area or on its edge; `height` is the picture's for a width of 1."""
    coords, (x, y) = _coords(area), point
    if area["shape"] == "rect":
        left, top, right, bottom = coords
        return left <= x <= right and top <= y <= bottom
    if area["shape"] == "circle":
        centre_x, centre_y, radius = coords
        return (x - centre_x) ** 2 + ((y - centre_y) * height) ** 2 <= radius**2
    return _in_polygon(corners(area), point)


def corners(area: Area) -> list[Point]:
    """The corners of a polygon, in order."""
    coords = _coords(area)
    return list(zip(coords[::2], coords[1::2], strict=True))


def mark_point(area: Area) -> Point:
    """Where the letter of an area stands: in its middle, or in that of an edge when the middle is outside."""
    coords = _coords(area)
    if area["shape"] == "rect":
        return (coords[0] + coords[2]) / 2, (coords[1] + coords[3]) / 2
    if area["shape"] == "circle":
        return coords[0], coords[1]
    points = corners(area)
    middle = (
        sum((x for x, _y in points), Fraction(0)) / len(points),
        sum((y for _x, y in points), Fraction(0)) / len(points),
    )
    return middle if _in_polygon(points, middle) else _between(points[0], points[1])


def reading_place(area: Area, height: Fraction = Fraction(1)) -> tuple[int, Fraction, Fraction]:
    """Order areas as a page is read: by bands from the top, then from the left."""
    x, y = mark_point(area)
    return (y * height / _BAND).__floor__(), x, y


def surface(area: Area) -> Fraction:
    """The surface in percent of percent (a circle's as that of the square around it): 0 for a line or a point."""
    coords = _coords(area)
    if area["shape"] == "rect":
        return max(Fraction(0), coords[2] - coords[0]) * max(Fraction(0), coords[3] - coords[1])
    if area["shape"] == "circle":
        return 4 * max(Fraction(0), coords[2]) ** 2
    points = corners(area)
    return abs(sum((a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*points, points[0]])), Fraction(0))) / 2


def _coords(area: Area) -> list[Fraction]:
    return [fraction(value) for value in area["coords"]]


def _between(one: Point, other: Point) -> Point:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


def _in_polygon(points: Sequence[Point], point: Point) -> bool:
    """Count the edges that a ray to the right crosses (even–odd rule), after the edges themselves."""
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in pairwise([*points, points[0]]):
        turn = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1)
        if turn == 0 and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
            return True
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            inside = not inside
    return inside
