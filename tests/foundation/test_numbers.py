"""Whole numbers from outside: a table."""

from __future__ import annotations

import pytest

from app.foundation.numbers import whole
from app.foundation.paging import page_number

NOTHING = ("", None, "0", "-1", "+1", "1.0", "1e3", " 1", "x", "\u0661", "²", "101", "1" * 5000, "0000001" + "9" * 5000)


@pytest.mark.parametrize(("text", "number"), [*((text, None) for text in NOTHING), ("1", 1), ("007", 7), ("100", 100)])
def test_whole(text: str | None, number: int | None) -> None:
    assert whole(text, most=100) == number


def test_a_page_beyond_every_list_is_the_last() -> None:
    assert page_number("0000001" + "9" * 5000) == page_number("9" * 400) == 1_000_000
    assert [page_number(text) for text in ("12", "", "x", "0", None)] == [12, 1, 1, 1, 1]
