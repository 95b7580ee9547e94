"""Cuts that judges set: the worked numbers of assessment.md §5, and what holds of any panel."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessment import standards
from app.assessment.standards import PanelSize, Row

JUDGES = [
    dict(enumerate(map(Fraction, ratings.split())))
    for ratings in (".90 .70 .60 .40", ".80 .75 .50 .45", ".85 .60 .55 .30")
]
FORM = [(question, Decimal(1)) for question in range(4)]


def test_angoff_reference_panel() -> None:
    found = standards.standard(FORM, JUDGES)
    assert found is not None
    assert (found.cut, found.judges, round(found.error, 4)) == (Decimal("2.47"), 3, 0.0882)
    assert sum(standards.means(JUDGES).values()).limit_denominator(10_000) == Fraction(37, 15)  # 2.4667


def test_the_average_form_of_a_blueprint_that_takes_all_is_the_form() -> None:
    rows = [Row(2, Decimal(1), [0, 1]), Row(2, Decimal(1), [2, 3])]
    assert standards.average_form(rows, JUDGES) == standards.standard(FORM, JUDGES)
    assert standards.extremes(rows, standards.means(JUDGES)) == (Decimal("2.47"), Decimal("2.47"))


def test_forms_that_differ_have_cuts_that_differ() -> None:
    rows, rated = [Row(1, Decimal(2), [0, 3])], standards.means(JUDGES)
    assert standards.form_cut([(0, Decimal(2))], rated) == Decimal("1.70")
    assert standards.form_cut([(3, Decimal(2))], rated) == Decimal("0.77")
    assert standards.extremes(rows, rated) == (Decimal("0.77"), Decimal("1.70"))
    average = standards.average_form(rows, JUDGES)
    assert average is not None
    assert average.cut == Decimal("1.23")


@pytest.mark.parametrize(
    ("judges", "size"),
    [
        (0, PanelSize.TOO_FEW),
        (2, PanelSize.TOO_FEW),
        (3, PanelSize.SMALL),
        (4, PanelSize.SMALL),
        (5, PanelSize.ENOUGH),
        (12, PanelSize.ENOUGH),
    ],
)
def test_how_many_judges_make_a_panel(judges: int, size: PanelSize) -> None:
    assert standards.size_of(judges) is size


def test_a_question_that_one_judge_left_out_has_no_mean() -> None:
    partly = [{0: Fraction(1, 2), 1: Fraction(1)}, {0: Fraction(1)}]
    assert standards.means(partly) == {0: Fraction(3, 4)}
    assert standards.means([]) == {}
    assert standards.form_cut([(1, Decimal(1))], standards.means(partly)) is None
    assert standards.standard([(1, Decimal(1))], partly) is None
    assert standards.standard(FORM, JUDGES[:1]) is None
    assert standards.average_form([Row(1, Decimal(1), [1])], partly) is None
    assert standards.average_form([Row(1, Decimal(1), [0])], JUDGES[:1]) is None


ratings = st.lists(st.integers(0, 100), min_size=5, max_size=5)


@given(st.lists(ratings, min_size=2, max_size=8), st.lists(st.integers(1, 4), min_size=5, max_size=5))
def test_any_cut_lies_between_the_strictest_and_the_kindest_judge(panel: list[list[int]], worth: list[int]) -> None:
    judges = [dict(enumerate(Fraction(percent, 100) for percent in one)) for one in panel]
    points = [(question, Decimal(points)) for question, points in enumerate(worth)]
    found = standards.standard(points, judges)
    assert found is not None
    sums = [sum(Fraction(percent * points, 100) for percent, points in zip(one, worth, strict=True)) for one in panel]
    assert min(sums) - Fraction(1, 200) <= Fraction(found.cut) <= max(sums) + Fraction(1, 200)
    assert found.error >= 0
    assert (found.error == 0) == (len(set(sums)) == 1) or found.error < 1e-9


@given(st.lists(ratings, min_size=2, max_size=5), st.integers(1, 4))
def test_every_form_of_a_blueprint_lies_between_its_extremes(panel: list[list[int]], count: int) -> None:
    judges = [dict(enumerate(Fraction(percent, 100) for percent in one)) for one in panel]
    rated = standards.means(judges)
    low, high = standards.extremes([Row(count, Decimal(1), range(5))], rated)
    for start in range(5):
        form = [((start + step) % 5, Decimal(1)) for step in range(count)]
        cut = standards.form_cut(form, rated)
        assert cut is not None
        assert low <= cut <= high
