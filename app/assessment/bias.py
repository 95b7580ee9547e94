"""Does a question treat two groups of equal strength alike? Mantel and Haenszel's test of differential functioning."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.assessment.statistics import Z95

FEWEST_PER_GROUP = 100
SIGNIFICANT = 3.84  # χ² with one degree of freedom, 5 %
_TO_DELTA = -2.35  # from the logarithm of odds to the ETS delta scale


class BiasClass(StrEnum):
    """ETS classes: A negligible, B to be looked at, C large."""

    A = "A"
    B = "B"
    C = "C"


@dataclass(frozen=True, slots=True)
class Stratum:
    """People of one total: right and wrong in the reference group, right and wrong in the focal group."""

    reference_right: int
    reference_wrong: int
    focal_right: int
    focal_wrong: int

    @property
    def people(self) -> int:
        """Count everybody of this total."""
        return self.reference_right + self.reference_wrong + self.focal_right + self.focal_wrong


@dataclass(frozen=True, slots=True)
class Bias:
    """The common odds ratio, Δ with its 95 % interval (negative: harder for the focal group), χ² and the class."""

    odds: float
    delta: float
    low: float
    high: float
    chi_squared: float
    bias_class: BiasClass


def strata(people: Iterable[tuple[int, bool, bool]]) -> list[Stratum]:
    """Sort (total, in the focal group, right) into strata, lowest total first."""
    counted = Counter(people)
    totals = sorted({total for total, _focal, _right in counted})
    cells = [(False, True), (False, False), (True, True), (True, False)]
    return [Stratum(*(counted[total, focal, right] for focal, right in cells)) for total in totals]


def mantel_haenszel(levels: Sequence[Stratum]) -> Bias | None:
    """Compare the groups at equal totals; None when one of them was always right or always wrong wherever both met."""
    met = [one for one in levels if one.people > 1]
    better = math.fsum(one.reference_right * one.focal_wrong / one.people for one in met)
    worse = math.fsum(one.reference_wrong * one.focal_right / one.people for one in met)
    varied = math.fsum(_variance(one) for one in met)
    if not (better and worse and varied):
        return None
    odds = better / worse
    delta, half = _TO_DELTA * math.log(odds), -_TO_DELTA * Z95 * math.sqrt(_log_variance(met, better, worse))
    surplus = math.fsum(one.reference_right - _expected(one) for one in met)
    chi_squared = max(0.0, abs(surplus) - 0.5) ** 2 / varied
    return Bias(odds, delta, delta - half, delta + half, chi_squared, class_of(delta, chi_squared))


def class_of(delta: float, chi_squared: float) -> BiasClass:
    """Classify: A below 1 or not significant, C from 1.5 on, else B."""
    if abs(delta) < 1 or chi_squared <= SIGNIFICANT:
        return BiasClass.A
    return BiasClass.C if abs(delta) >= 1.5 else BiasClass.B


def _expected(one: Stratum) -> float:
    reference, right = one.reference_right + one.reference_wrong, one.reference_right + one.focal_right
    return reference * right / one.people


def _variance(one: Stratum) -> float:
    reference, right = one.reference_right + one.reference_wrong, one.reference_right + one.focal_right
    focal, wrong = one.people - reference, one.people - right
    return reference * focal * right * wrong / (one.people**2 * (one.people - 1))


def _log_variance(met: Sequence[Stratum], better: float, worse: float) -> float:
    """Give the variance of ln α (Robins, Breslow and Greenland, 1986)."""
    first = second = third = 0.0
    for one in met:
        along = (one.reference_right + one.focal_wrong) / one.people
        across = (one.reference_wrong + one.focal_right) / one.people
        r, s = one.reference_right * one.focal_wrong / one.people, one.reference_wrong * one.focal_right / one.people
        first, second, third = first + along * r, second + along * s + across * r, third + across * s
    return first / (2 * better**2) + second / (2 * better * worse) + third / (2 * worse**2)
