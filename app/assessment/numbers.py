"""Read a number typed by a person, in the writing habits of French or English, without ever guessing in silence."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

LONGEST_TEXT = 200
MOST_DIGITS = 28  # the precision of the marks: more digits could not be honoured
LARGEST_EXPONENT = 99
FULLY_WRITTEN_DIGITS = 20  # beyond, "we read" shows an exponent

_SPACES = "[ \u00a0\u202f\u2009]"
_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_PLAIN_EXPONENT = str.maketrans(_SUPERSCRIPTS + "⁺⁻\u2212", "0123456789+--")
_TEN_TO_THE = rf"10(?:\s*\^\s*(?P<{{0}}_caret>[+\-\u2212]?[0-9]+)|(?P<{{0}}_raised>[⁺⁻]?[{_SUPERSCRIPTS}]+))"
_NUMBER = re.compile(
    r"(?P<sign>[+\-\u2212]?)\s*(?:"
    + _TEN_TO_THE.format("alone")
    + rf"|(?P<digits>[0-9.,](?:[0-9.,]|{_SPACES}(?=[0-9]))*)"
    + r"(?:[eE](?P<letter>[+\-\u2212]?[0-9]+)|\s*[x×*·]\s*"
    + _TEN_TO_THE.format("times")
    + r")?)"
)
_UNIT_MARKS = "%‰°€$£′″"
_SECOND_NUMBER = re.compile(r"\s[0-9]")  # "12 à 15" is not 12
_GROUPS = {mark: re.compile(rf"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+") for mark in (_SPACES, r"\.", ",")}
_ENGLISH_GROUP = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")  # 0,234 cannot be a group of thousands


class Reason(StrEnum):
    """Why a text was not read as a number."""

    EMPTY = "empty"
    NOT_A_NUMBER = "not_a_number"
    BAD_GROUPS = "bad_groups"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Reading:
    """A number as understood: its exact value, the unit as typed, and the text of “we read: 1234.5 km”."""

    value: Decimal
    unit: str
    text: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A text that is not a number, and why."""

    reason: Reason


class _UnreadableError(ValueError):
    """Raised inside this module when the marks of a number contradict each other."""


def read(text: str, language: str) -> Reading | Refusal:
    """Read `text` as typed on a page in `language` ("fr" or "en"); the value is exact, never rounded."""
    text = text.strip()
    if not text:
        return Refusal(Reason.EMPTY)
    if len(text) > LONGEST_TEXT:
        return Refusal(Reason.TOO_LONG)
    found = _NUMBER.match(text)
    unit = " ".join(text[found.end() :].split()) if found else ""
    if found is None or (unit and not _is_unit(unit)):
        return Refusal(Reason.NOT_A_NUMBER)
    try:
        mantissa = _mantissa(found["digits"] or "1", language)
    except _UnreadableError:
        return Refusal(Reason.BAD_GROUPS)
    return _assemble(found, mantissa, unit)


def _is_unit(text: str) -> bool:
    first = text.removeprefix("/")[:1]
    return (first.isalpha() or text[0] in _UNIT_MARKS) and not _SECOND_NUMBER.search(text)


def _assemble(found: re.Match[str], mantissa: str, unit: str) -> Reading | Refusal:
    exponent = int(_exponent(found))
    if sum(map(str.isdigit, mantissa)) > MOST_DIGITS or abs(exponent) > LARGEST_EXPONENT:
        return Refusal(Reason.TOO_LONG)
    if not any(map(str.isdigit, mantissa)):
        return Refusal(Reason.NOT_A_NUMBER)
    sign = "-" if found["sign"] in ("-", "\u2212") else ""
    value = Decimal(f"{sign}{mantissa}E{exponent}")
    return Reading(value, unit, f"{canonical(value)} {unit}".rstrip())


def canonical(value: Decimal) -> str:
    """Write a value with a point and no groups, with an exponent only when it would be longer than 20 digits."""
    return format(value, "f") if abs(value.adjusted()) < FULLY_WRITTEN_DIGITS else str(value)


def _exponent(found: re.Match[str]) -> str:
    names = ("letter", "times_caret", "times_raised", "alone_caret", "alone_raised")
    written = next((found[name] for name in names if found[name]), "0")
    return written.translate(_PLAIN_EXPONENT)


def _mantissa(digits: str, language: str) -> str:
    """Turn digits with their marks into "1234.5"; raises when the groups are not thousands."""
    decimal_mark = _decimal_mark(digits, language)
    whole, _, fraction = digits.partition(decimal_mark) if decimal_mark else (digits, "", "")
    if not re.fullmatch("[0-9]*", fraction):
        raise _UnreadableError
    if not re.fullmatch("[0-9]*", whole) and not any(group.fullmatch(whole) for group in _GROUPS.values()):
        raise _UnreadableError
    return f"{re.sub('[^0-9]', '', whole)}.{fraction}" if fraction else re.sub("[^0-9]", "", whole)


def _decimal_mark(digits: str, language: str) -> str:
    """Say which mark starts the decimals: "." or ",", or "" when there are none."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return max(".", ",", key=digits.rfind)
    if points + commas != 1:
        return ""
    if commas and language == "en" and _ENGLISH_GROUP.fullmatch(digits):
        return ""
    return "." if points else ","
