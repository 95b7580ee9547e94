"""Template filters: dates, numbers, typography, in the language of the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from babel.dates import format_time
from markupsafe import Markup

from app.foundation.i18n import current_language, localised
from app.foundation.i18n import gettext as _
from app.foundation.identifiers import grouped
from app.foundation.markdown import clean, render, render_inline
from app.foundation.typography import NO_BREAK, format_number, format_percent, typeset
from app.foundation.wording import LOCALES, ZONE, day_in_words, hour_in_words, moment_in_words, which_of_two

_typeset = lru_cache(maxsize=4096)(typeset)


def day(value: date | datetime) -> str:
    """18 novembre 2026 · 18 November 2026, the day and its month never on two lines."""
    return day_in_words(value).replace(" ", NO_BREAK, 1)


def moment(value: datetime) -> str:
    """18 novembre 2026 à 14 h 32 · 18 November 2026, 14:32, the day and its month never on two lines."""
    return moment_in_words(value).replace(" ", NO_BREAK, 1)


def clock_time(value: datetime) -> str:
    """14:32:07, as a clock says it."""
    return format_time(value, "HH:mm:ss", tzinfo=ZONE, locale=LOCALES[current_language()])


def clock_hour(value: datetime) -> str:
    """14 h 32 · 14:32, as a sentence says it; 02:30 (winter time) in the night that has two of them."""
    return hour_in_words(value) + which_of_two(value)


def number(value: int | float | Decimal, digits: int | None = None) -> str:
    """1 234,5 · 1,234.5."""
    return format_number(value, current_language(), digits)


def percent(value: int | float | Decimal, digits: int | None = None) -> str:
    """86 % · 86%; `value` is out of 100."""
    return format_percent(value, current_language(), digits)


def hours(value: int | float | Decimal) -> str:
    """A length of so many hours: 7 h, 1 h 30, as one says it in both languages."""
    minutes = int((Decimal(value) * 60).to_integral_value(ROUND_HALF_UP))
    whole, rest = divmod(minutes, 60)
    if not rest:
        return _("%(count)s h", count=number(whole))
    if not whole:
        return _("%(count)s min", count=rest)
    return _("%(hours)s h %(minutes)s", hours=number(whole), minutes=f"{rest:02d}")


def typeset_filter(value: object, language: str | None = None) -> str:
    """The typography of `language` (the page's, unless said) on a text somebody typed."""
    return _typeset(str(value), language or current_language())


def text(value: Any) -> str:
    """A text of {fr, en} in the page's language, typeset."""
    return _typeset(str(localised(value)), current_language())


def inline(value: Any) -> Any:
    """Author's inline Markdown ({fr, en} or a string) as safe HTML in the page's language."""
    return _inline(str(localised(value)), current_language())


@lru_cache(maxsize=4096)
def _inline(words: str, language: str) -> Markup:
    return render_inline(words, language)


def stem(value: Any) -> Any:
    """The stem of a question as safe HTML: one line of words, or paragraphs with a program or a table between them."""
    return _stem(str(localised(value)), current_language())


@lru_cache(maxsize=4096)
def _stem(words: str, language: str) -> Markup:
    return render(words, language) if "\n" in words else render_inline(words, language)


def spoken_question(question: Any) -> dict[str, Any]:
    """A question as the macros take it, with its texts rendered; the stem of a cloze is cut at its gaps."""
    spoken = stem(question.stem)
    parts = [
        {
            "value": part.value,
            "text": inline(part.text),
            "kind": part.kind,
            "options": spoken_options(part.options),
            "unit": part.unit,
            "number": number,
        }
        for number, part in enumerate(question.parts, start=1)
    ]
    return {
        "kind": question.kind,
        "stem": spoken,
        "options": spoken_options(question.options),
        "parts": parts,
        "pieces": _pieces(spoken, parts) if question.kind == "cloze" else [],
        "picture": _spoken_picture(question.picture) if question.picture else None,
    }


def _pieces(stem: Markup, parts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The words of a stem and the gaps between them, [[1]] being the first of the parts."""
    places = [(stem.find(f"[[{part['number']}]]"), part) for part in parts]
    pieces: list[dict[str, Any]] = []
    for _place, part in sorted((one for one in places if one[0] >= 0), key=lambda one: one[0]):
        words, _gap, stem = stem.partition(f"[[{part['number']}]]")
        pieces += [{"words": words, "part": None}, {"words": "", "part": part}]
    return [*pieces, {"words": stem, "part": None}]


def _spoken_picture(picture: Any) -> dict[str, Any]:
    return {
        "svg": str(localised(picture.svg)),
        "view_box": picture.view_box,
        "marks": picture.marks,
        "radius": picture.radius,
        "letter_size": picture.letter_size,
    }


def by_part(chosen: Sequence[str]) -> dict[str, str]:
    """What was given for each part of an answer, from the "token=value" of a form."""
    return dict(value.partition("=")[::2] for value in chosen if "=" in value)


def spoken_parts(parts: Any) -> list[dict[str, Any]]:
    """Readings of parts with the author's words rendered, and what was typed as it was."""
    return [
        {
            "about": inline(part.about),
            "given": part.given.words if part.given.typed else inline(part.given.words),
            "expected": inline(part.expected),
            "mark": part.mark,
            "why": [inline(words) for words in part.why],
        }
        for part in parts
    ]


def spoken_options(options: Any) -> list[dict[str, Any]]:
    """Options of a question with their texts rendered, as the question macros take them."""
    return [{"value": option.value, "text": inline(option.text)} for option in options]


def spoken_readings(readings: Any) -> dict[str, dict[str, Any]]:
    """Readings of options with the author's words rendered."""
    return {
        value: {"mark": reading.mark, "why": inline(reading.why) if reading.why else ""}
        for value, reading in readings.items()
    }


def words(terms: Any, language: str) -> list[dict[str, str]]:
    """The words of a lesson, each with the language of its twin."""
    other = "en" if language == "fr" else "fr"
    return [
        {
            **term,
            "term": _typeset(term["term"], language),
            "meaning": _typeset(term["meaning"], language),
            "other_language": other,
        }
        for term in terms
    ]


@lru_cache(maxsize=512)
def stored(html: str) -> Markup:
    """HTML that authoring rendered and stored, through the allow-list once more; kept, because lessons never change."""
    return clean(html)


FILTERS: dict[str, Callable[..., Any]] = {
    "day": day,
    "moment": moment,
    "clock_time": clock_time,
    "clock_hour": clock_hour,
    "number": number,
    "percent": percent,
    "hours": hours,
    "typeset": typeset_filter,
    "text": text,
    "inline": inline,
    "stem": stem,
    "stored": stored,
    "words": words,
    "spoken_question": spoken_question,
    "spoken_parts": spoken_parts,
    "by_part": by_part,
    "spoken_readings": spoken_readings,
    "grouped": grouped,
    "iso": lambda value: value.isoformat(),
}
