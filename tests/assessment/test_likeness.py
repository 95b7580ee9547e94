"""Identical wrong answers: the exact Poisson-binomial, honest people left alone, a copied sheet found, at full size."""

from __future__ import annotations

import time
from collections.abc import Hashable, Sequence
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessment.drawing import Stream
from app.assessment.likeness import LISTED_BELOW, Pair, at_least, chances_of, listed

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)
SHARES = (50, 30, 20)  # percent of the wrong answers, for three wrong options


@pytest.mark.parametrize(
    ("chances", "matches", "expected"),
    [
        ([], 0, 1),
        ([], 1, 0),
        ([HALF], 1, HALF),
        ([HALF, HALF], 1, Fraction(3, 4)),
        ([HALF, HALF], 2, Fraction(1, 4)),
        ([HALF, THIRD], 2, Fraction(1, 6)),
        ([HALF, THIRD], 1, Fraction(2, 3)),
        ([HALF, THIRD], 3, 0),
        ([Fraction(1)] * 3, 3, 1),
        ([Fraction(0)] * 3, 1, 0),
        ([THIRD] * 12, 12, Fraction(1, 3**12)),
        ([HALF] * 10, 8, Fraction(56, 1024)),  # the binomial: 45 + 10 + 1 of 1,024
    ],
)
def test_tail(chances: list[Fraction], matches: int, expected: Fraction) -> None:
    assert at_least(matches, chances) == expected


CHANCES = st.lists(st.fractions(0, 1, max_denominator=50), max_size=7)


@given(CHANCES, st.integers(0, 8))
def test_tail_is_the_sum_over_all_outcomes(chances: list[Fraction], matches: int) -> None:
    total = Fraction(0)
    for outcome in product((True, False), repeat=len(chances)):
        weight = Fraction(1)
        for alike, chance in zip(outcome, chances, strict=True):
            weight *= chance if alike else 1 - chance
        total += weight if sum(outcome) >= matches else 0
    assert at_least(matches, chances) == total


@given(CHANCES, st.integers(1, 7))
def test_tail_is_never_below_what_lets_a_pair_be_passed_over(chances: list[Fraction], matches: int) -> None:
    likeliest = Fraction(1)
    for chance in sorted(chances, reverse=True)[:matches]:
        likeliest *= chance
    assert at_least(matches, chances) >= (likeliest if matches <= len(chances) else 0)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ("bb", Fraction(1)),
        ("bc", HALF),
        ("bbbc", Fraction(10, 16)),
        ("bbccd", Fraction(4 + 4 + 1, 25)),
    ],
)
def test_the_chance_of_a_question_is_the_sum_of_squared_shares(answers: str, expected: Fraction) -> None:
    assert chances_of([{7: answer} for answer in answers]) == {7: expected}


class Family:
    """People who sit the same exam of twenty questions; each errs by themselves, the same seed errs the same."""

    def __init__(
        self, seed: int, *, questions: int = 20, wrong_percent: int = 50, shares: Sequence[int] = SHARES
    ) -> None:
        self.dice = Stream(b"family", str(seed))
        self.questions, self.wrong_percent, self.shares = questions, wrong_percent, shares

    def sheet(self) -> dict[int, Hashable]:
        return {
            question: self._error() for question in range(self.questions) if self.dice.below(100) < self.wrong_percent
        }

    def _error(self) -> str:
        left = self.dice.below(sum(self.shares))
        for place, share in enumerate(self.shares):
            left -= share
            if left < 0:
                return "bcdefghijk"[place]
        raise AssertionError

    def sheets(self, people: int) -> list[dict[int, Hashable]]:
        return [self.sheet() for _ in range(people)]


@pytest.mark.slow
@pytest.mark.parametrize("shares", [SHARES, (1,) * 10], ids=["three errors", "ten errors"])
def test_honest_families_are_left_alone(shares: tuple[int, ...]) -> None:
    """One family in a thousand may list a pair; of 400, that is 0.4: three would be a fault of the arithmetic."""
    found = sum(
        bool(listed(Family(seed, wrong_percent=70, shares=shares).sheets(30), list(range(30)))) for seed in range(400)
    )
    assert found <= 2


def test_a_copied_sheet_is_found_and_nobody_else() -> None:
    family = Family(1)
    sheets = family.sheets(40)
    weak = Family(2, wrong_percent=90).sheet()
    copied = dict(list(weak.items())[1:])  # all but one of the errors
    sheets += [weak, copied]
    (pair,) = listed(sheets, list(range(42)))
    assert (pair.first, pair.second) == (40, 41)
    assert pair.alike == pair.both_wrong == len(weak) - 1
    assert pair.chance < pair.limit == LISTED_BELOW / (42 * 41 // 2)
    both = weak.keys() & copied.keys()
    chances = chances_of(sheets)
    assert pair.both_wrong == len(both)
    assert pair.chance == at_least(pair.alike, [chances[question] for question in both])


def test_two_attempts_of_one_person_are_no_pair() -> None:
    sheets = Family(1).sheets(40)
    weak = Family(2, wrong_percent=90).sheet()
    assert listed([*sheets, weak, dict(weak)], [*range(40), 40, 40]) == []


@pytest.mark.parametrize("people", [0, 1, 2])
def test_too_few_people_say_nothing(people: int) -> None:
    """What both chose has then a share of 1: nobody is listed for want of others to compare with."""
    assert listed([Family(1).sheet()] * people, list(range(people))) == []


@given(st.lists(st.dictionaries(st.integers(0, 11), st.sampled_from("bcd"), max_size=12), max_size=9))
def test_passing_over_loses_nobody(sheets: list[dict[int, str]]) -> None:
    """The list is that of every pair compared in full."""
    people, chances = list(range(len(sheets))), chances_of(sheets)
    pairs = len(sheets) * (len(sheets) - 1) // 2
    expected = set()
    for first in people:
        for second in range(first + 1, len(sheets)):
            both = sheets[first].keys() & sheets[second].keys()
            alike = sum(sheets[first][question] == sheets[second][question] for question in both)
            chance = at_least(alike, [chances[question] for question in both])
            if chance < LISTED_BELOW / pairs:
                expected.add(Pair(first, second, len(both), alike, chance, LISTED_BELOW / pairs))
    assert set(listed(sheets, people)) == expected


@pytest.mark.slow
def test_two_thousand_attempts_take_seconds() -> None:
    """The worst case of the search: nearly everything wrong, few errors to choose from."""
    family = Family(3, wrong_percent=90, shares=(1,) * 6)
    sheets = family.sheets(2_000)
    weak = family.sheet()
    begun = time.perf_counter()
    found = listed([*sheets, weak, dict(weak)], list(range(2_002)))
    assert time.perf_counter() - begun < 20
    assert [(pair.first, pair.second) for pair in found] == [(2_000, 2_001)]
