"""The marking engine: scores, what passes, when a third marker is asked, the median, the states of a submission."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessment.rubrics import (
    DEFAULT_THRESHOLD,
    MOVES,
    TO_MARK,
    WRITABLE,
    Criterion,
    Rubric,
    Step,
    combined,
    disagree,
    is_accepted,
    is_complete,
    markers_needed,
    may_move,
    rubric_of,
    score,
    zeros,
)

FOUR = tuple(map(Fraction, range(4)))
TWO_TO_ONE = Rubric((Criterion("a", Fraction(2), FOUR), Criterion("b", Fraction(1), FOUR)))


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ({"a": 2, "b": 3}, Fraction(7, 9)),  # assessment.md §3
        ({"a": 0, "b": 0}, Fraction(0)),
        ({"a": 3, "b": 3}, Fraction(1)),
        ({"a": 0, "b": 3}, Fraction(1, 3)),
        ({"a": 3, "b": 0}, Fraction(2, 3)),
    ],
)
def test_the_score_is_the_weighted_share_of_the_points(levels: dict[str, int], expected: Fraction) -> None:
    assert score(TWO_TO_ONE, levels) == expected


def test_points_need_not_be_whole_nor_begin_at_zero() -> None:
    body = {"rubric": [{"id": "a", "weight": 0.1, "levels": [{"points": 0.5}, {"points": "1.5"}]}]}
    rubric = rubric_of(body)
    assert rubric.criteria == (Criterion("a", Fraction(1, 10), (Fraction(1, 2), Fraction(3, 2))),)
    assert score(rubric, {"a": 0}) == Fraction(1, 3)


def body(**decision: Any) -> dict[str, Any]:
    levels = [{"points": points} for points in range(4)]
    return {"rubric": [{"id": "a", "weight": 2, "levels": levels}, {"id": "b", "levels": levels}], "pass": decision}


def test_a_rubric_is_read_as_it_was_written() -> None:
    assert rubric_of({**body(), "pass": None}) == TWO_TO_ONE
    assert rubric_of(body()).threshold == DEFAULT_THRESHOLD == Fraction(3, 5)
    assert rubric_of(body(threshold=0)).threshold == 0
    asked = rubric_of(body(threshold=0.7, no_zero=["b"]))
    assert asked.threshold == Fraction(7, 10)
    assert [one.no_zero for one in asked.criteria] == [False, True]
    required = body()
    required["rubric"][0]["required"] = True
    assert [one.no_zero for one in rubric_of(required).criteria] == [True, False]
    with pytest.raises(ValueError, match="not a number"):
        rubric_of({"rubric": [{"id": "a", "weight": "many", "levels": []}]})


@pytest.mark.parametrize(
    ("decision", "levels", "accepted", "at_zero"),
    [
        ({"threshold": "7/9"}, {"a": 2, "b": 3}, True, ()),  # exactly the threshold
        ({"threshold": "0.7778"}, {"a": 2, "b": 3}, False, ()),  # a ten-thousandth above it
        ({}, {"a": 3, "b": 0}, True, ()),
        ({}, {"a": 1, "b": 3}, False, ()),
        ({"no_zero": ["b"]}, {"a": 3, "b": 0}, False, ("b",)),
        ({"no_zero": ["b"]}, {"a": 3, "b": 1}, True, ()),
        ({"threshold": 0, "no_zero": ["a", "b"]}, {"a": 0, "b": 0}, False, ("a", "b")),
        ({"threshold": 0}, {"a": 0, "b": 0}, True, ()),
    ],
)
def test_what_is_accepted(
    decision: dict[str, Any], levels: dict[str, int], accepted: bool, at_zero: tuple[str, ...]
) -> None:
    rubric = rubric_of(body(**decision))
    assert is_accepted(rubric, levels) is accepted
    assert zeros(rubric, levels) == at_zero


@pytest.mark.parametrize(
    ("levels", "complete"),
    [
        ({"a": 0, "b": 3}, True),
        ({"a": 0}, False),
        ({"a": 0, "b": 4}, False),
        ({"a": -1, "b": 3}, False),
        ({"a": 0, "b": 3, "c": 0}, False),
        ({}, False),
    ],
)
def test_every_criterion_has_one_of_its_levels(levels: dict[str, int], complete: bool) -> None:
    assert is_complete(TWO_TO_ONE, levels) is complete


LONG = Rubric(tuple(Criterion(key, Fraction(1), FOUR) for key in "abcdefghij"))


def levels_of(text: str) -> dict[str, int]:
    return dict(zip("abcdefghij", map(int, text), strict=False))


@pytest.mark.parametrize(
    ("one", "other", "third"),
    [
        ("2222222222", "2222222222", False),
        ("2222222222", "3332222222", False),  # 3 of 30: a tenth exactly
        ("2222222222", "3333222222", True),  # 4 of 30: more than a tenth
        ("1222222222", "3222222222", True),  # two levels on one line, however little in all
        ("1222222222", "2122222222", False),  # a level up, a level down
    ],
)
def test_when_a_third_marker_is_asked(one: str, other: str, third: bool) -> None:
    first, second = levels_of(one), levels_of(other)
    assert disagree(LONG, first, second) is disagree(LONG, second, first) is third
    assert markers_needed(LONG, [first, second], 2) == 2 + third
    assert markers_needed(LONG, [first, second, first], 2) == 2 + third
    assert markers_needed(LONG, [first], 2) == 2
    assert markers_needed(LONG, [first, second], 1) == 1
    assert markers_needed(LONG, [], 1) == 1


@pytest.mark.parametrize(
    ("levels", "median"),
    [((2,), 2), ((1, 2), 2), ((1, 3), 2), ((0, 3, 3), 3), ((0, 1, 3), 1), ((1, 2, 3, 3), 3), ((2, 2), 2)],
)
def test_the_median_of_a_criterion(levels: tuple[int, ...], median: int) -> None:
    assert combined([{"a": level} for level in levels]) == {"a": median}


def test_the_states_of_a_submission() -> None:
    allowed = {(start.value, end.value) for start in Step for end in Step if may_move(start, end)}
    assert allowed == {
        ("draft", "submitted"),
        ("draft", "not_handed_in"),
        ("submitted", "draft"),
        ("submitted", "in_review"),
        ("in_review", "submitted"),
        ("in_review", "accepted"),
        ("in_review", "changes_requested"),
        ("in_review", "not_reached"),
        ("changes_requested", "submitted"),
    }
    assert set(MOVES) == set(Step)
    assert not WRITABLE & TO_MARK


weights = st.fractions(min_value=Fraction(1, 10), max_value=10, max_denominator=10)
criteria = st.builds(
    lambda weight, steps, no_zero: (weight, steps, no_zero),
    weights,
    st.lists(st.fractions(min_value=Fraction(1, 10), max_value=5, max_denominator=10), min_size=1, max_size=4),
    st.booleans(),
)


@st.composite
def marked(draw: st.DrawFn, markings: int = 2) -> tuple[Rubric, list[dict[str, int]]]:
    """A rubric whose levels begin at 0, and some markings by it."""
    made = []
    for number, (weight, steps, no_zero) in enumerate(draw(st.lists(criteria, min_size=1, max_size=5))):
        points = [Fraction(0)]
        for step in steps:
            points.append(points[-1] + step)
        made.append(Criterion(f"c{number}", weight, tuple(points), no_zero))
    rubric = Rubric(tuple(made), draw(st.fractions(min_value=0, max_value=1, max_denominator=20)))
    chosen = [
        {one.key: draw(st.integers(0, len(one.points) - 1)) for one in rubric.criteria} for _number in range(markings)
    ]
    return rubric, chosen


@given(marked())
def test_a_better_marking_never_scores_less(case: tuple[Rubric, list[dict[str, int]]]) -> None:
    rubric, (one, other) = case
    best = {key: max(one[key], other[key]) for key in one}
    assert 0 <= score(rubric, one) <= score(rubric, best) <= 1
    assert is_accepted(rubric, best) or not is_accepted(rubric, one)
    assert (score(rubric, best) == score(rubric, one)) == (best == one)
    assert is_complete(rubric, best)


@given(marked(3), st.randoms(use_true_random=False))
def test_the_median_lies_between_and_needs_no_order(case: tuple[Rubric, list[dict[str, int]]], random: Any) -> None:
    rubric, markings = case
    found = combined(markings)
    shuffled = [*markings]
    random.shuffle(shuffled)
    assert combined(shuffled) == found
    assert is_complete(rubric, found)
    for key, level in found.items():
        assert level in [levels[key] for levels in markings]  # an odd number: one of them said it
        assert sum(levels[key] >= level for levels in markings) >= 2
        assert sum(levels[key] <= level for levels in markings) >= 2


@given(marked())
def test_markers_who_agree_settle_between_themselves(case: tuple[Rubric, list[dict[str, int]]]) -> None:
    rubric, (one, other) = case
    assert markers_needed(rubric, [one, one], 2) == 2
    assert combined([one, one]) == one
    both = combined([one, other])
    assert all(min(one[key], other[key]) <= both[key] <= max(one[key], other[key]) for key in one)
    if markers_needed(rubric, [one, other], 2) == 2:  # at most a level apart: the better of the two
        assert both == {key: max(one[key], other[key]) for key in one}
