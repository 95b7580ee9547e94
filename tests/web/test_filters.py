"""Filters that have rules of their own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.foundation.i18n import use_language
from app.web.filters import day, hours


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (Decimal("1.5"), "1\u00a0h\u00a030"),
        (Decimal(7), "7\u00a0h"),
        (Decimal("0.25"), "15\u00a0min"),
        (1.999, "2\u00a0h"),
    ],
)
def test_a_length_is_said_in_hours_and_minutes(value: Decimal, printed: str) -> None:
    with use_language("fr"):
        assert hours(value) == printed


def test_a_day_and_its_month_stay_on_one_line() -> None:
    for language, printed in (("fr", "8\u00a0mars 2027"), ("en", "8\u00a0March 2027")):
        with use_language(language):
            assert day(date(2027, 3, 8)) == printed
