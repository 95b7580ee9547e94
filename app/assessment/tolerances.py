"""Say whether a number is close enough to the one an author expects."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from app.assessment.exact import fraction

KINDS = ("absolute", "relative", "sigfigs", "geometric")


class ToleranceError(ValueError):
    """A tolerance that is none of the four kinds, or two at once."""


def within(given: Fraction, expected: object, tolerance: Mapping[str, object] | None) -> bool:
    """Apply a tolerance {kind: amount} around `expected`; none means exactly equal; raises ToleranceError."""
    target = fraction(expected)
    if not tolerance:
        return given == target
    low, high = _bounds(target, *_kind_and_amount(tolerance))
    return low <= given <= high


def between(given: Fraction, low: object, high: object) -> bool:
    """Say whether a number lies in a range, ends included."""
    return fraction(low) <= given <= fraction(high)


def _kind_and_amount(tolerance: Mapping[str, object]) -> tuple[str, Fraction]:
    if len(tolerance) != 1 or not set(tolerance) <= set(KINDS):
        raise ToleranceError(f"one of {', '.join(KINDS)} expected, not {sorted(tolerance)}")
    ((kind, amount),) = tolerance.items()
    return kind, fraction(amount)


def _bounds(target: Fraction, kind: str, amount: Fraction) -> tuple[Fraction, Fraction]:
    if kind == "geometric":
        ends = sorted((target / (1 + amount), target * (1 + amount)))
        return ends[0], ends[1]
    margin = {
        "absolute": lambda: amount,
        "relative": lambda: abs(target) * amount,
        "sigfigs": lambda: _half_last_digit(target, int(amount)),
    }[kind]()
    return target - margin, target + margin


def _half_last_digit(target: Fraction, figures: int) -> Fraction:
    """Give half a unit of the last of `figures` significant digits: 0.05 for 3 at 2 figures, 0 for 0."""
    if target == 0:
        return Fraction(0)
    leading = (Decimal(target.numerator) / Decimal(target.denominator)).adjusted()
    return Fraction(10) ** (leading - figures + 1) / 2
