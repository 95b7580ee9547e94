"""Exact numbers for marks: fractions inside, decimals rounded half up (or truncated) at the border, never a float."""

import re
from decimal import Decimal
from fractions import Fraction

SCORE_PLACES = 12  # thirds survive storage: three of them total 1.00
_NUMBER = re.compile(r"[+-]?(?:[0-9]+/[1-9][0-9]*|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)")
_SNAP_DISTANCE = Fraction(5, 100_000)
_SNAP_LARGEST_DENOMINATOR = 20
_ALMOST_ONE = Fraction(1, 10**9)


def fraction(value: object) -> Fraction:
    """Read a number of a stored body, whose text is what the author wrote: 0.1 is a tenth; raises ValueError."""
    written = str(value)
    if not _NUMBER.fullmatch(written):
        raise ValueError(f"not a number: {written[:40]!r}")
    return Fraction(written)


def snapped(value: object) -> Fraction:
    """Read a credit, taking 0.33333 for 1/3: p/q with q ≤ 20 when within 5·10⁻⁵ (assessment.md §3)."""
    exact = fraction(value)
    simple = exact.limit_denominator(_SNAP_LARGEST_DENOMINATOR)
    return simple if abs(simple - exact) <= _SNAP_DISTANCE else exact


def whole_if_almost(credit: Fraction) -> Fraction:
    """Take a credit within 10⁻⁹ of 1 for 1."""
    return Fraction(1) if abs(credit - 1) <= _ALMOST_ONE else credit


def rounded(value: Fraction, places: int) -> Decimal:
    """Round to a number of decimal places, half away from zero."""
    scaled = (abs(value) * 10**places + Fraction(1, 2)).__floor__()
    return _decimal(scaled if value >= 0 else -scaled, places)


def truncated(value: Fraction, places: int) -> Decimal:
    """Cut after a number of decimal places, towards zero: 69.95 shows as 69.9, never as 70.0."""
    return _decimal((value * 10**places).__trunc__(), places)


def _decimal(scaled: int, places: int) -> Decimal:
    sign = 1 if scaled < 0 else 0
    return Decimal((sign, tuple(map(int, str(abs(scaled)))), -places))
