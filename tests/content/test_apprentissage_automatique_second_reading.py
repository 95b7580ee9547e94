"""Numbers that the second reading of the third course added to its lessons."""

from __future__ import annotations

from math import isclose, sqrt
from statistics import mean, median


def test_the_median_is_the_strongest_single_answer_for_the_five_mornings() -> None:
    calls = [15, 17, 23, 25, 30]
    assert median(calls) == 23
    assert isclose(mean(abs(c - 23) for c in calls), 4.6)
    assert isclose(mean(abs(c - mean(calls)) for c in calls), 4.8)


def test_twenty_five_more_departures_are_beyond_the_half_width() -> None:
    half = 2 * sqrt(0.05 * 0.95 / 1000)
    assert round(half, 3) == 0.014
    assert round(1000 * half) == 14 < 75 - 50


def test_the_threshold_equation_of_the_costs() -> None:
    p = 5 / 85
    assert isclose(80 * p, 5 - 5 * p)
