"""Two groups of equal strength before one question: the worked numbers of assessment.md §5, and what holds of any."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessment import bias
from app.assessment.bias import BiasClass, Stratum, mantel_haenszel, strata

LEVELS = [Stratum(12, 8, 6, 14), Stratum(18, 7, 11, 14), Stratum(24, 4, 17, 8)]


def test_mantel_haenszel_reference_strata() -> None:
    found = mantel_haenszel(LEVELS)
    assert found is not None
    assert (round(found.odds, 6), round(found.delta, 6)) == (3.197261, -2.731392)
    assert round(found.chi_squared, 6) == 8.689959
    assert found.bias_class is BiasClass.C
    assert found.low < found.delta < found.high < -1


@pytest.mark.parametrize(
    ("delta", "chi_squared", "found"),
    [
        (0.99, 50, BiasClass.A),
        (-2.5, 3.84, BiasClass.A),
        (1.0, 3.85, BiasClass.B),
        (-1.49, 9, BiasClass.B),
        (-1.5, 3.85, BiasClass.C),
        (1.5, 9, BiasClass.C),
    ],
)
def test_classes(delta: float, chi_squared: float, found: BiasClass) -> None:
    assert bias.class_of(delta, chi_squared) is found


@pytest.mark.parametrize(
    "levels",
    [[], [Stratum(1, 0, 0, 0)], [Stratum(5, 0, 5, 0)], [Stratum(5, 5, 5, 0)], [Stratum(5, 5, 0, 0)]],
)
def test_groups_that_cannot_be_compared(levels: list[Stratum]) -> None:
    assert mantel_haenszel(levels) is None


def test_people_are_sorted_by_total_and_group() -> None:
    people = [(3, False, True), (3, False, True), (3, True, False), (2, True, True), (2, False, False)]
    assert strata(people) == [Stratum(0, 1, 1, 0), Stratum(2, 0, 0, 1)]


cells = st.integers(0, 30)


@given(st.lists(st.builds(Stratum, cells, cells, cells, cells), max_size=6))
def test_the_other_group_sees_the_same_with_the_sign_turned(levels: list[Stratum]) -> None:
    turned = [Stratum(one.focal_right, one.focal_wrong, one.reference_right, one.reference_wrong) for one in levels]
    here, there = mantel_haenszel(levels), mantel_haenszel(turned)
    assert (here is None) == (there is None)
    if here and there:
        assert here.delta == pytest.approx(-there.delta, abs=1e-9)
        assert here.chi_squared == pytest.approx(there.chi_squared, abs=1e-6)
        assert here.low <= here.delta <= here.high
        assert here.low == pytest.approx(-there.high, abs=1e-9)
