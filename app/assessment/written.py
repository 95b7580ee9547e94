"""Score a number or a text that somebody typed."""

import unicodedata
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

from app.assessment import numbers
from app.assessment.answers import Answer, Written
from app.assessment.exact import fraction, snapped
from app.assessment.scored import Body, Remark, Scored, clamped, finish
from app.assessment.texts import Match
from app.assessment.tolerances import between, within

Entry: TypeAlias = Mapping[str, Any]  # one of a question's `answers`


def score_numeric(body: Body, answer: Answer) -> Scored:
    """Score a number: its value, its tolerance and its unit."""
    return _score_written(body, answer, _numeric_entry)


def score_text(body: Body, answer: Answer) -> Scored:
    """Score a text: the accepted values and patterns, in every language of the course."""
    return _score_written(body, answer, _text_entry)


def _score_written(
    body: Body, answer: Answer, find: Callable[[Body, Written], tuple[Entry, Fraction] | None]
) -> Scored:
    """Score by the first entry that fits, in the author's order, so that a trap may stand before a wide range."""
    found = find(body, answer) if isinstance(answer, Written) else None
    if found is None:
        return finish(body, answer, Fraction(0), body["type"], [])
    entry, share = found
    remarks = [Remark("answer", entry.get("feedback") or "", entry.get("misconception") or "")]
    credit = clamped(snapped(entry.get("credit", 1)) * share, -1)
    return finish(body, answer, credit, body["type"], remarks if remarks[0].words or remarks[0].misconception else [])


def _text_entry(body: Body, answer: Written) -> tuple[Entry, Fraction] | None:
    match = Match(**(body.get("match") or {}))
    for entry in body["answers"]:
        if any(match.fits(answer.text, pattern) for pattern in _in_all_languages(entry.get("regex"))):
            return entry, Fraction(1)
        if any(match.equal(answer.text, value) for value in _in_all_languages(entry.get("value"))):
            return entry, Fraction(1)
    return None


def _in_all_languages(words: object) -> tuple[str, ...]:
    """Give every accepted form: an answer is right in either language of the course."""
    if words is None:
        return ()
    return tuple(words.values()) if isinstance(words, Mapping) else (str(words),)


def _numeric_entry(body: Body, answer: Written) -> tuple[Entry, Fraction] | None:
    reading = numbers.read(answer.text, answer.language)
    if isinstance(reading, numbers.Refusal):
        return None
    factors = {_same_unit(unit["unit"]): fraction(unit["factor"]) for unit in body.get("units") or ()}
    for entry in body["answers"]:
        value, share = _in_unit_of(entry, reading, factors, body)
        if _fits(entry, value):
            return entry, share
    return None


def _in_unit_of(
    entry: Entry, reading: numbers.Reading, factors: Mapping[str, Fraction], body: Body
) -> tuple[Fraction, Fraction]:
    """Convert a reading to the unit of an entry; an unknown unit keeps the number and 1 − penalty of the credit."""
    value = fraction(reading.value)
    typed, own = _same_unit(reading.unit), _same_unit(entry.get("unit") or "")
    if typed in ("", own) or not (own or factors):
        return value, Fraction(1)
    if typed in factors and (not own or own in factors):
        return value * factors[typed] / factors.get(own, Fraction(1)), Fraction(1)
    return value, 1 - clamped(fraction(body.get("unit_penalty", 1)), 0)


def _same_unit(unit: str) -> str:
    """Write a unit one way: m² is m2 and the two signs for micro are one; capitals count, Mm is not mm."""
    return unicodedata.normalize("NFKC", unit).replace(" ", "")


def _fits(entry: Entry, value: Fraction) -> bool:
    if "range" in entry:
        low, high = entry["range"]
        return between(value, low, high)
    return within(value, entry["value"], entry.get("tolerance"))
