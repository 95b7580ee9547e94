"""Template filters: dates, numbers, typography, in the language of the page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from babel.dates import format_time

from app.foundation.i18n import current_language, localised
from app.foundation.identifiers import grouped
from app.foundation.markdown import render_inline
from app.foundation.typography import format_number, format_percent, typeset
from app.foundation.wording import LOCALES, ZONE, day_in_words, moment_in_words


def clock_time(value: datetime) -> str:
    """14:32:07, as a clock says it."""
    return format_time(value, "HH:mm:ss", tzinfo=ZONE, locale=LOCALES[current_language()])


def number(value: int | float | Decimal, digits: int | None = None) -> str:
    """1 234,5 · 1,234.5."""
    return format_number(value, current_language(), digits)


def percent(value: int | float | Decimal, digits: int | None = None) -> str:
    """86 % · 86%; `value` is out of 100."""
    return format_percent(value, current_language(), digits)


def typeset_filter(value: object) -> str:
    """The typography of the page's language on a text somebody typed."""
    return typeset(str(value), current_language())


def text(value: Any) -> str:
    """A text of {fr, en} in the page's language, typeset."""
    return typeset(str(localised(value)), current_language())


def inline(value: Any) -> Any:
    """Author's inline Markdown ({fr, en} or a string) as safe HTML in the page's language."""
    return render_inline(str(localised(value)), current_language())


FILTERS: dict[str, Callable[..., Any]] = {
    "day": day_in_words,
    "moment": moment_in_words,
    "clock_time": clock_time,
    "number": number,
    "percent": percent,
    "typeset": typeset_filter,
    "text": text,
    "inline": inline,
    "grouped": grouped,
    "iso": lambda value: value.isoformat(),
}
