"""How the parts of an answer (pairs, places, rows, gaps) read: what was given, and once allowed, what was expected."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.assessment import layouts, part_keys
from app.assessment.answers import LANGUAGES, Answer, Chosen, Filled, Gap, Paired, Placed
from app.assessment.choices import is_right
from app.assessment.exact import fraction
from app.assessment.scored import Scored, Words
from app.foundation.i18n import localised

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


@dataclass(frozen=True)
class Given:
    """What was given for a part: the author's words that were chosen, or what somebody typed."""

    words: Words
    typed: bool = False


@dataclass(frozen=True)
class PartReading:
    """One part as corrected: what it is, what was given and expected in words, the mark, the author's feedback."""

    about: Words
    given: Given
    expected: Words
    mark: str
    why: tuple[Words, ...]


def given_words(body: Mapping[str, Any], answer: Answer) -> dict[str, Given]:
    """What was given for each part that was answered, by the part's id in the layout, in its order."""
    words = layouts.words_of(body)
    if isinstance(answer, Paired):
        return {part: Given(words[choice]) for part, choice in answer.pairs}
    if isinstance(answer, Placed):
        return {item: Given(str(place)) for item, place in answer.places}
    gaps = answer.gaps if isinstance(answer, Filled) else ()
    return {f"{gap.kind}:{gap.name}": _given_in(gap, words) for gap in gaps}


def _given_in(gap: Gap, words: Mapping[str, Words]) -> Given:
    if isinstance(gap.given, Chosen):
        return Given(words[f"{layouts.OPTION}{gap.name}:{gap.given.options[0]}"])
    return Given(gap.given.text, typed=True)


def part_label(body: Mapping[str, Any], part: str) -> Words:
    """What a part is: its words, or for a gap its number in the text."""
    if body["type"] == "cloze":
        name = part.partition(":")[2]
        return str(layouts.gap_names(body).index(name) + 1)
    words: Words = layouts.words_of(body)[part]
    return words


def part_readings(
    body: Mapping[str, Any], order: Sequence[Sequence[str]], answer: Answer, scored: Scored
) -> tuple[PartReading, ...]:
    """Every part with what was expected of it: in the candidate's order, or for an ordering in the right one."""
    given, earned = given_words(body, answer), {part.part: part.credit for part in scored.parts}
    places = [part.part for part in scored.parts]
    if body["type"] != "ordering":
        places = [name for _token, name in order if name in earned]
    return tuple(
        PartReading(
            about=part_label(body, part),
            given=given.get(part, Given("")),
            expected=_expected(body, part),
            mark=_mark(earned[part]),
            why=tuple(remark.words for remark in scored.remarks if remark.about == part and remark.words),
        )
        for part in places
    )


def _mark(credit: Fraction) -> str:
    if credit == 1:
        return "right"
    return "partial" if credit > 0 else "wrong"


def _expected(body: Mapping[str, Any], part: str) -> Words:
    words, (kind, _colon, name) = layouts.words_of(body), part.partition(":")
    if body["type"] == "matching":
        return either([words[right] for right in part_keys.right_sides(body, int(name))])
    if body["type"] == "matrix":
        return either([words[column] for column in part_keys.right_columns(body, name)])
    if body["type"] == "ordering":
        return str(part_keys.right_order(body).index(part) + 1)
    if kind == "select":
        return either([option["text"] for option in body["gaps"][name]["options"] if is_right(option)])
    return expected_entry(body["gaps"][name].get("answers") or ())


def either(several: Sequence[Words]) -> Words:
    """Words of which each is right, in one: a stroke between them."""
    if len(several) < 2:
        return several[0] if several else ""
    if all(isinstance(one, str) for one in several):
        return " / ".join(map(str, several))
    return {language: " / ".join(str(localised(one, language)) for one in several) for language in LANGUAGES}


def expected_entry(entries: Sequence[Mapping[str, Any]]) -> Words:
    """The first accepted value worth everything, with its unit; nothing where only a pattern or a range is."""
    entry = best_entry(entries)
    if entry is None:
        return ""
    if isinstance(entry["value"], Mapping):
        return dict(entry["value"])
    value, unit = str(entry["value"]), entry.get("unit") or ""
    if _NUMBER.fullmatch(value):
        return {language: f"{with_own_mark(value, language)} {unit}".rstrip() for language in LANGUAGES}
    return value


def with_own_mark(number: str, language: str) -> str:
    """1234.5 km as the page's language writes it: 1234,5 km in French."""
    return re.sub(r"(?<=[0-9])\.(?=[0-9])", ",", number, count=1) if language == "fr" else number


def best_entry(entries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The first answer worth everything that has a value to show."""
    return next((one for one in entries if "value" in one and fraction(one.get("credit", 1)) == 1), None)
