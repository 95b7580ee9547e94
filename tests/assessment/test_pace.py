"""How fast answers were, and windows in turn, from the times of what was saved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessment.pace import Save, first_answers, is_fast, medians, time_within, turns

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def saves(*given: tuple[int, float] | tuple[int, float, str]) -> list[Save]:
    """(slot, seconds after noon, window) of each."""
    return [Save(one[0], at(one[1]), str(one[2]) if len(one) > 2 else "a") for one in given]


def seconds(taken: dict[int, timedelta]) -> dict[int, float]:
    return {slot: length.total_seconds() for slot, length in taken.items()}


@pytest.mark.parametrize(
    ("saved", "expected"),
    [
        (saves((1, 40), (2, 100), (3, 103)), {1: 40, 2: 60, 3: 3}),
        (saves((2, 30), (1, 90)), {2: 30, 1: 60}),  # in whatever order
        (saves((1, 40), (1, 45), (2, 60)), {1: 40, 2: 15}),  # the first answer counts, its correction does not
        (saves((1, 40), (2, 200), (3, 200.1), (4, 200.2), (5, 260)), {1: 40, 5: 59.8}),  # a burst after a dead network
        (saves((1, 40), (2, 40.5)), {1: 40, 2: 0.5}),
        ([], {}),
    ],
)
def test_first_answers(saved: list[Save], expected: dict[int, float]) -> None:
    assert seconds(first_answers(saved, NOON)) == pytest.approx(expected)


def test_a_break_is_no_time_to_answer() -> None:
    assert seconds(first_answers(saves((1, 700)), NOON, [(at(60), at(660))])) == {1: 100}


@pytest.mark.parametrize(
    ("begin", "end", "breaks", "expected"),
    [
        (0, 60, [], 60),
        (0, 60, [(10, 20)], 50),
        (0, 60, [(10, 20), (50, 70)], 40),
        (10, 20, [(0, 60)], 0),
        (0, 60, [(60, 90)], 60),
    ],
)
def test_time_within(begin: int, end: int, breaks: list[tuple[int, int]], expected: int) -> None:
    rests = [(at(since), at(until)) for since, until in breaks]
    assert time_within((at(begin), at(end)), rests).total_seconds() == expected


@pytest.mark.parametrize(("people", "expected"), [(29, {}), (30, {7: timedelta(seconds=15.5)})])
def test_a_median_is_measured_from_thirty_answers_on(people: int, expected: dict[int, timedelta]) -> None:
    assert medians({7: [timedelta(seconds=second) for second in range(1, people + 1)]}) == expected


@pytest.mark.parametrize(("taken", "fast"), [(5.9, True), (6.0, False), (60, False), (0.5, True)])
def test_fast_is_less_than_a_tenth(taken: float, fast: bool) -> None:
    assert is_fast(timedelta(seconds=taken), timedelta(seconds=60)) is fast


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        ("aaaa", []),
        ("abcd", []),  # reloaded, or one page a question
        ("aabb", []),
        ("aba", [3]),
        ("abab", [3, 4]),
        ("abbac", [4]),
    ],
)
def test_windows_in_turn(windows: str, expected: list[int]) -> None:
    saved = saves(*((place, place * 10.0, window) for place, window in enumerate(windows, start=1)))
    assert [save.slot for save in turns(saved)] == expected


def test_a_page_without_script_has_no_window() -> None:
    saved = [Save(1, at(1), "a"), Save(2, at(2), None), Save(3, at(3), "a")]
    assert turns(saved) == []


@given(st.lists(st.sampled_from("abc"), max_size=12))
def test_one_window_after_another_is_never_in_turn(windows: list[str]) -> None:
    in_order = sorted(windows)
    assert turns(saves(*((1, place, window) for place, window in enumerate(in_order)))) == []
