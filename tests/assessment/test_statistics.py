"""Figures of questions and exams: every worked number of assessment.md §5, and what holds of any answers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessment import statistics
from app.assessment.statistics import Column, NoAlpha, exam_figures, item_figures

PEOPLE = (
    "1 1 1 2 1 0 | 1 1 1 2 0 1 | 1 1 1 1.5 1 0 | 1 1 0 2 1 0 | 1 0 1 1 1 1 | "
    "1 1 1 .5 0 0 | 1 0 1 1 0 1 | 1 1 0 0 1 0 | 1 0 0 .5 0 1 | 1 0 0 0 0 1"
)
SHEETS = [[float(mark) for mark in person.split()] for person in PEOPLE.split("|")]
TOTALS = [sum(sheet) for sheet in SHEETS]
COLUMNS = [Column([sheet[item] for sheet in SHEETS], 2 if item == 3 else 1) for item in range(6)]
GUTTMAN = [[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]


def close(value: float | None, wanted: float | None, places: int = 4) -> bool:
    if value is None or wanted is None:
        return value is wanted
    return round(value, places) == pytest.approx(wanted)


def test_statistics_reference_table() -> None:
    items = [item_figures(column, TOTALS) for column in COLUMNS]
    table = {
        "facility": ([item.facility.value for item in items], [1.0, 0.6, 0.6, 0.525, 0.5, 0.5]),
        "sd": ([round(item.sd, 6) for item in items], [0, 0.516398, 0.516398, 0.797566, 0.527046, 0.527046]),
        "discrimination": (
            [item.discrimination and item.discrimination.value for item in items],
            [None, 18.6307, 38.3023, 68.8784, 12.1967, -53.6248],
        ),
        "efficiency": ([item.efficiency for item in items], [None, 19.6429, 45.6522, 72.2222, 15.7895, -62.9630]),
        "effective weight": (
            statistics.effective_weights(COLUMNS, TOTALS), [0, 21.0268, 23.8422, 34.8690, 20.2620, None],
        ),
    }  # fmt: skip
    for figure, (found, wanted) in table.items():
        places = 6 if figure == "sd" else 4
        assert all(close(*pair, places) for pair in zip(found, wanted, strict=True)), figure


def test_statistics_reference_table_of_the_whole_test() -> None:
    exam = exam_figures(TOTALS, 4.9, COLUMNS)
    assert (exam.mean.value, exam.median) == (4.25, 4.5)
    found = [exam.sd, exam.skewness, exam.kurtosis, exam.alpha, exam.sem, exam.livingston]
    assert [round(value or 0, 6) for value in found] == [1.457738, -0.252204, -1.45856, 0.225882, 1.282576, 0.354269]
    assert close(exam.error_ratio, 87.9840)
    assert exam.kr20 is None  # item 4 has partial marks
    assert exam.sem_at_cut is None


def test_kr20_of_a_guttman_scale() -> None:
    columns = [Column([float(sheet[item]) for sheet in GUTTMAN], 1) for item in range(4)]
    totals = [float(sum(sheet)) for sheet in GUTTMAN]
    assert close(statistics.kr20(columns, totals), 0.8)
    assert close(exam_figures(totals, 2.8, columns).kr20, 0.8)


@pytest.mark.parametrize(("score", "error"), [(14, 2.1026), (10, 2.2942), (0, 0), (20, 0), (25, 0)])
def test_error_of_measurement_at_a_score(score: int, error: float) -> None:
    assert close(statistics.error_at(score, 20), error)


def test_fisher_interval_of_a_discrimination() -> None:
    low, high = statistics.fisher_interval(0.20, 50)
    assert close(low, -0.083, 3)
    assert close(high, 0.453, 3)


@pytest.mark.parametrize(("r", "n"), [(0.5, 3), (1.0, 50), (-1.0, 50)])
def test_some_correlations_have_no_interval(r: float, n: int) -> None:
    assert statistics.fisher_interval(r, n) == (None, None)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        (None, NoAlpha.RANDOM_FORMS),
        ([Column([1, 0], 1)], NoAlpha.ONE_QUESTION),
        ([Column([1, 0], 1), Column([0, 1], 1)], NoAlpha.NO_SPREAD),
    ],
)
def test_why_there_is_no_alpha(columns: list[Column] | None, reason: NoAlpha) -> None:
    totals = [1.0, 1.0] if columns and len(columns) == 2 else [1.0, 0.0]
    exam = exam_figures(totals, 0.7, columns)
    assert (exam.alpha, exam.no_alpha) == (None, reason)
    assert (exam.sem, exam.error_ratio, exam.livingston) == (None, None, None)


def test_what_a_handful_of_equal_totals_has_not() -> None:
    exam = exam_figures([3.0, 3.0], 3, [Column([1, 1], 1), Column([2, 2], 2)])
    assert (exam.sd, exam.skewness, exam.kurtosis, exam.kr20) == (0, None, None, None)
    assert statistics.livingston(0.5, 0, 3, 3) is None
    assert statistics.error_at(1, 1) == 0
    assert statistics.kr20([Column([1, 0], 1), Column([0, 1], 1)], [1, 1]) is None


def test_error_at_the_cut_wants_questions_of_one_point() -> None:
    assert close(exam_figures([12.0, 15.0], 14, None, points_of_binary=20).sem_at_cut, 2.1026)
    assert exam_figures([12.0, 15.0], 14, None).sem_at_cut is None


@pytest.mark.parametrize(
    ("share", "n", "low", "high"),
    [(0.5, 100, 0.4038, 0.5962), (0.0, 30, 0.0, 0.1135), (1.0, 30, 0.8865, 1.0), (-0.1, 30, 0.0, 0.1135)],
)
def test_wilson_interval_of_a_share(share: float, n: int, low: float, high: float) -> None:
    found = statistics.proportion(share, n)
    assert (found.value, round(found.low or 0, 4), round(found.high or 0, 4)) == (share, low, high)


marks = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=3, max_size=3)
sheets = st.lists(marks, min_size=4, max_size=40)


@given(sheets)
def test_any_answers_have_figures_within_their_bounds(people: list[list[float]]) -> None:
    totals = [sum(person) for person in people]
    columns = [Column([person[item] for person in people], 1) for item in range(3)]
    for column in columns:
        figures = item_figures(column, totals)
        assert 0 <= figures.facility.value <= 1
        assert (figures.facility.low or 0) - 1e-12 <= figures.facility.value <= (figures.facility.high or 1) + 1e-12
        assert figures.discrimination is None or -100 <= figures.discrimination.value <= 100
        assert figures.efficiency is None or figures.efficiency <= 100 + 1e-6  # below, it has no end
    weights = [weight for weight in statistics.effective_weights(columns, totals) if weight]
    assert not weights or math.isclose(sum(weights), 100)
    exam = exam_figures(totals, 2.1, columns)
    assert exam.alpha is None or exam.alpha <= 1 + 1e-9
    assert (exam.alpha is None) == (exam.no_alpha is not None)


@given(sheets, st.permutations(range(4)))
def test_the_order_of_people_changes_nothing(people: list[list[float]], order: list[int]) -> None:
    shuffled = [people[index] for index in order] + people[4:]
    first, second = (
        item_figures(Column([one[0] for one in group], 1), [sum(one) for one in group]) for group in (people, shuffled)
    )
    assert first.facility.value == pytest.approx(second.facility.value)
    assert (first.discrimination is None) == (second.discrimination is None)
    if first.discrimination and second.discrimination:
        assert first.discrimination.value == pytest.approx(second.discrimination.value, abs=1e-6)


@given(sheets, st.floats(0.1, 10))
def test_points_of_another_size_change_no_figure_without_unit(people: list[list[float]], size: float) -> None:
    plain, scaled = (
        item_figures(Column([size_ * one[0] for one in people], size_), [size_ * sum(one) for one in people])
        for size_ in (1.0, size)
    )
    assert plain.facility.value == pytest.approx(scaled.facility.value)
    if plain.discrimination and scaled.discrimination:
        assert plain.discrimination.value == pytest.approx(scaled.discrimination.value, abs=1e-4)


@given(sheets)
def test_kr20_is_alpha_where_every_mark_is_nothing_or_one(people: list[list[float]]) -> None:
    binary = [[float(mark > 0.25) for mark in person] for person in people]
    totals = [sum(person) for person in binary]
    columns = [Column([person[item] for person in binary], 1) for item in range(3)]
    alpha, _reason = statistics.reliability(columns, totals)
    found = statistics.kr20(columns, totals)
    assert (alpha is None) == (found is None)
    assert alpha is None or alpha == pytest.approx(found)
