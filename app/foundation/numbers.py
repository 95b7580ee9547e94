"""Whole numbers as requests say them: a few ASCII digits, or nothing."""

from __future__ import annotations

LARGEST_ID = 2_147_483_647  # what an Integer column holds on PostgreSQL


def whole(text: str | None, *, most: int, beyond: int | None = None) -> int | None:
    """The number from 1 to `most` that `text` writes, `beyond` for a larger one, None for anything else.

    Digits are counted before they are read: Python refuses to read some thousands of them.
    """
    digits = text.lstrip("0") if text and text.isascii() and text.isdecimal() else ""
    if len(digits) > len(str(most)) or int(digits or 0) > most:
        return beyond
    return int(digits or 0) or None
