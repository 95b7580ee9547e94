"""Areas of a picture: what lies in them, edges included, where their letters stand, and what choosing one earns."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessment import areas, layouts
from app.assessment.answers import Chosen, normalise
from app.assessment.grading import score
from app.assessment.pictures import picture_of
from app.assessment.scored import Outcome

RECT = {"id": "r", "shape": "rect", "coords": [10, 20, "30.5", 40]}
CIRCLE = {"id": "c", "shape": "circle", "coords": [50, 50, 10]}
POLY = {"id": "p", "shape": "poly", "coords": [0, 0, 40, 0, 40, 40, 20, 10, 0, 40]}  # an M: its middle is a notch
HOTSPOT: dict[str, Any] = {
    "type": "hotspot",
    "picture": {"fr": {"view_box": "0 0 200 100", "svg": "<svg></svg>"}},
    "areas": [
        {"id": "low", "shape": "rect", "coords": [0, 80, 10, 90], "credit": "1"},
        {"id": "high", "shape": "circle", "coords": [80, 10, 5], "credit": 0, "feedback": "Non."},
        {"id": "left", "shape": "poly", "coords": [0, 5, 20, 5, 10, 15], "credit": "0.5"},
    ],
}


@pytest.mark.parametrize(
    ("area", "x", "y", "inside"),
    [
        (RECT, "10", "20", True),
        (RECT, "30.5", "40", True),
        (RECT, "30.51", "40", False),
        (RECT, "9.999999", "30", False),
        (RECT, "20", "40.0000001", False),
        (CIRCLE, "60", "50", True),
        (CIRCLE, "56", "58", True),  # 6² + 8² = 10²
        (CIRCLE, "56", "58.000001", False),
        (POLY, "20", "10", True),
        (POLY, "20", "10.000001", False),
        (POLY, "20", "0", True),
        (POLY, "40", "17", True),
        (POLY, "40.1", "17", False),
        (POLY, "10", "25", True),
        (POLY, "10", "25.000001", False),
        (POLY, "-1", "0", False),
    ],
)
def test_edges_are_inside(area: dict[str, Any], x: str, y: str, inside: bool) -> None:
    assert areas.contains(area, (Fraction(x), Fraction(y))) is inside


def test_a_circle_is_round_in_a_picture_that_is_no_square() -> None:
    """Its radius is in percent of the width: in a picture half as high, twice as many percent of the height."""
    half = Fraction(1, 2)
    assert areas.contains(CIRCLE, (Fraction(50), Fraction(70)), half)
    assert not areas.contains(CIRCLE, (Fraction(50), Fraction(71)), half)
    assert areas.height_of(HOTSPOT) == half
    assert areas.height_of({}) == 1


@pytest.mark.parametrize(("area", "point"), [(RECT, ("20.25", "30")), (CIRCLE, ("50", "50")), (POLY, ("20", "0"))])
def test_a_letter_stands_in_its_area(area: dict[str, Any], point: tuple[str, str]) -> None:
    assert areas.mark_point(area) == tuple(map(Fraction, point))
    assert areas.contains(area, areas.mark_point(area))


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=3, max_size=8))
def test_the_letter_of_any_polygon_stands_in_it(points: list[tuple[int, int]]) -> None:
    area = {"shape": "poly", "coords": [number for point in points for number in point]}
    assert areas.contains(area, areas.mark_point(area))


@pytest.mark.parametrize(
    ("area", "surface"),
    [
        (RECT, "410"),
        (CIRCLE, "400"),
        (POLY, "1000"),
        ({"shape": "poly", "coords": [0, 0, 10, 10, 20, 20]}, "0"),
        ({"shape": "rect", "coords": [10, 0, 10, 50]}, "0"),
        ({"shape": "rect", "coords": [20, 0, 10, 50]}, "0"),
        ({"shape": "circle", "coords": [1, 1, -3]}, "0"),
    ],
)
def test_surfaces(area: dict[str, Any], surface: str) -> None:
    assert areas.surface(area) == Fraction(surface)


@pytest.mark.parametrize(
    ("chosen", "credit", "outcome"),
    [
        ("low", "1", Outcome.RIGHT),
        ("left", "1/2", Outcome.PARTIAL),
        ("high", "0", Outcome.WRONG),
        ("stranger", "0", Outcome.WRONG),
        (None, "0", Outcome.BLANK),
    ],
)
def test_an_area_earns_its_credit(chosen: str | None, credit: str, outcome: Outcome) -> None:
    scored = score(HOTSPOT, Chosen((chosen,)) if chosen else None)
    assert (scored.credit, scored.outcome, scored.rule) == (Fraction(credit), outcome, "hotspot")
    assert [remark.words for remark in scored.remarks] == (["Non."] if chosen == "high" else [])


def test_letters_follow_the_picture_and_not_the_author() -> None:
    """From top to bottom, then from the left, by bands: the order in which areas were written says nothing."""
    order = layouts.draw_layout(HOTSPOT, bytes(16), 1)
    assert [name for _token, name in order] == ["left", "high", "low"]
    turned = {**HOTSPOT, "areas": HOTSPOT["areas"][::-1]}
    assert layouts.draw_layout(turned, bytes(16), 1) == order
    assert normalise("hotspot", {"choice": order[1][0]}, order) == Chosen(("high",))


def test_marks_are_in_the_units_of_the_drawing() -> None:
    order = layouts.draw_layout(HOTSPOT, bytes(16), 1)
    picture = picture_of(HOTSPOT, order)
    assert picture is not None
    assert [(mark.letter, mark.shape, dict(mark.geometry)) for mark in picture.marks] == [
        ("A", "polygon", {"points": "0.00,5.00 40.00,5.00 20.00,15.00"}),
        ("B", "circle", {"cx": "160.00", "cy": "10.00", "r": "10.00"}),
        ("C", "rect", {"x": "0.00", "y": "80.00", "width": "20.00", "height": "10.00"}),
    ]
    assert [(mark.x, mark.y) for mark in picture.marks] == [("20.00", "8.33"), ("160.00", "10.00"), ("10.00", "85.00")]
    assert [mark.value for mark in picture.marks] == [token for token, _name in order]
    assert picture_of({**HOTSPOT, "type": "single"}, order) is None
