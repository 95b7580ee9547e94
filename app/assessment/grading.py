"""Score one answer to one question, and add up the marks of an attempt, in exact arithmetic."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeAlias

from app.assessment import numbers
from app.assessment.answers import SINGLE_TYPES, Answer, Chosen, Written
from app.assessment.exact import SCORE_PLACES, fraction, rounded, snapped, truncated, whole_if_almost
from app.assessment.texts import Match
from app.assessment.tolerances import between, within

RULE_VERSION = "grading/1"
DEFAULT_MULTIPLE_RULE = "balanced"
DEFAULT_CUT = Decimal("0.70")
_MARK_PLACES = 2
_SUM_PLACES = 6

Body: TypeAlias = Mapping[str, Any]  # a course/1 question, as stored
Words: TypeAlias = str | Mapping[str, str]  # the same in every language, or {fr, en}


class GradingError(ValueError):
    """A question body that cannot be graded: the validator should have refused it."""


class Outcome(StrEnum):
    """How an answer went, in one word."""

    RIGHT = "right"
    PARTIAL = "partial"
    WRONG = "wrong"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class Remark:
    """One piece of feedback: `about` is an option id, "answer", or "" for the whole question."""

    about: str
    words: Words
    misconception: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """The credit of an answer, from -1 to 1, the rule that gave it, and what to tell the learner."""

    credit: Fraction
    rule: str
    outcome: Outcome
    remarks: tuple[Remark, ...] = ()

    @property
    def score(self) -> Decimal:
        """Give the credit as it is stored, with 12 places."""
        return rounded(self.credit, SCORE_PLACES)


@dataclass(frozen=True, slots=True)
class Ticks:
    """A ticked sheet: right and wrong options ticked, out of how many of each."""

    right: int
    wrong: int
    all_right: int
    all_wrong: int

    @property
    def errors(self) -> int:
        """Count right options left out and wrong options ticked."""
        return self.all_right - self.right + self.wrong

    @property
    def options(self) -> int:
        """Count all options."""
        return self.all_right + self.all_wrong


def score(body: Body, answer: Answer) -> Scored:
    """Score an answer by the question's own rule (assessment.md §3); raises GradingError on a broken body."""
    question_type = body["type"]
    if question_type in SINGLE_TYPES:
        return _score_single(body, answer)
    if question_type == "multiple":
        return _score_multiple(body, answer)
    if question_type == "numeric":
        return _score_written(body, answer, _numeric_entry)
    if question_type == "text":
        return _score_written(body, answer, _text_entry)
    raise GradingError(f"no scoring for questions of type {question_type!r}")


def _score_single(body: Body, answer: Answer) -> Scored:
    ticked = _ticked(body, answer)
    credit = _option_credit(ticked[0], Fraction(1)) if ticked else Fraction(0)
    return _finish(body, answer, credit, "single", _option_remarks(ticked))


def _score_multiple(body: Body, answer: Answer) -> Scored:
    rule = body.get("scoring") or DEFAULT_MULTIPLE_RULE
    ticked = _ticked(body, answer)
    if not ticked:
        credit = Fraction(0)
    elif rule == "per-option":
        credit = _per_option(body, ticked)
    elif rule in _TICK_RULES:
        credit = _TICK_RULES[rule](_ticks(body, ticked))
    else:
        raise GradingError(f"unknown scoring rule {rule!r}")
    return _finish(body, answer, credit, rule, _option_remarks(ticked))


def _ticked(body: Body, answer: Answer) -> list[Mapping[str, Any]]:
    """Give the ticked options, each once; a stranger's id and a written answer tick nothing."""
    chosen = set(answer.options) if isinstance(answer, Chosen) else set()
    return [option for option in body["options"] if option["id"] in chosen]


def is_right(option: Mapping[str, Any]) -> bool:
    """Say whether an option belongs to the key: marked correct, or, when not said, worth something."""
    if "correct" in option:
        return bool(option["correct"])
    return snapped(option.get("credit") or 0) > 0


def _ticks(body: Body, ticked: Sequence[Mapping[str, Any]]) -> Ticks:
    right = sum(map(is_right, ticked))
    all_right = sum(map(is_right, body["options"]))
    if not all_right:
        raise GradingError("no right option")
    return Ticks(right, len(ticked) - right, all_right, len(body["options"]) - all_right)


def _option_credit(option: Mapping[str, Any], when_right: Fraction) -> Fraction:
    if option.get("credit") is not None:
        return _clamped(snapped(option["credit"]), -1)
    return when_right if is_right(option) else Fraction(0)


def _balanced(ticks: Ticks) -> Fraction:
    lost = Fraction(ticks.wrong, ticks.all_wrong) if ticks.all_wrong else Fraction(0)
    return max(Fraction(0), Fraction(ticks.right, ticks.all_right) - lost)


def _all_or_nothing(ticks: Ticks) -> Fraction:
    return Fraction(ticks.errors == 0)


def _net(ticks: Ticks) -> Fraction:
    return max(Fraction(0), Fraction(ticks.right - ticks.wrong, ticks.all_right))


def _every_decision(ticks: Ticks) -> Fraction:
    return Fraction(ticks.options - ticks.errors, ticks.options)


def _halves(ticks: Ticks) -> Fraction:
    if ticks.errors == 0:
        return Fraction(1)
    if ticks.errors == 1 and ticks.options >= 3:
        return Fraction(1, 2)
    return Fraction(1, 4) if ticks.errors == 2 and ticks.options >= 5 else Fraction(0)


_TICK_RULES: Mapping[str, Callable[[Ticks], Fraction]] = {
    "balanced": _balanced,
    "all": _all_or_nothing,
    "net": _net,
    "edc": _every_decision,
    "halves": _halves,
}
MULTIPLE_RULES = (*_TICK_RULES, "per-option")


def _per_option(body: Body, ticked: Sequence[Mapping[str, Any]]) -> Fraction:
    share = Fraction(1, max(1, sum(map(is_right, body["options"]))))
    return _clamped(sum((_option_credit(option, share) for option in ticked), Fraction(0)), 0)


def _option_remarks(ticked: Iterable[Mapping[str, Any]]) -> list[Remark]:
    return [
        Remark(option["id"], option.get("feedback") or "", option.get("misconception") or "")
        for option in ticked
        if option.get("feedback") or option.get("misconception")
    ]


Entry: TypeAlias = Mapping[str, Any]  # one of a question's `answers`


def _score_written(
    body: Body, answer: Answer, find: Callable[[Body, Written], tuple[Entry, Fraction] | None]
) -> Scored:
    """Score by the first entry that fits, in the author's order, so that a trap may stand before a wide range."""
    found = find(body, answer) if isinstance(answer, Written) else None
    if found is None:
        return _finish(body, answer, Fraction(0), body["type"], [])
    entry, share = found
    remarks = [Remark("answer", entry.get("feedback") or "", entry.get("misconception") or "")]
    credit = _clamped(snapped(entry.get("credit", 1)) * share, -1)
    return _finish(body, answer, credit, body["type"], remarks if remarks[0].words or remarks[0].misconception else [])


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
    return value, 1 - _clamped(fraction(body.get("unit_penalty", 1)), 0)


def _same_unit(unit: str) -> str:
    """Write a unit one way: m² is m2 and the two signs for micro are one; capitals count, Mm is not mm."""
    return unicodedata.normalize("NFKC", unit).replace(" ", "")


def _fits(entry: Entry, value: Fraction) -> bool:
    if "range" in entry:
        low, high = entry["range"]
        return between(value, low, high)
    return within(value, entry["value"], entry.get("tolerance"))


def _finish(body: Body, answer: Answer, credit: Fraction, rule: str, remarks: Sequence[Remark]) -> Scored:
    credit = whole_if_almost(credit)
    outcome = _outcome(credit, answer)
    feedback = body.get("feedback") or {}
    told = "correct" if outcome is Outcome.RIGHT else "incorrect"
    general = [Remark("", feedback[name]) for name in (told, "general") if feedback.get(name)]
    return Scored(credit, rule, outcome, (*remarks, *general))


def _outcome(credit: Fraction, answer: Answer) -> Outcome:
    if answer is None:
        return Outcome.BLANK
    if credit >= 1:
        return Outcome.RIGHT
    return Outcome.PARTIAL if credit > 0 else Outcome.WRONG


def _clamped(credit: Fraction, low: int) -> Fraction:
    return min(Fraction(1), max(Fraction(low), credit))


@dataclass(frozen=True, slots=True)
class MarkedItem:
    """One slot of an attempt: its score (12 places, or exact), the points it is worth, and its domain."""

    score: Decimal | Fraction
    points: Decimal
    domain: str = ""


@dataclass(frozen=True, slots=True)
class DomainMark:
    """The part of a mark that comes from one domain; percent is truncated to one decimal."""

    domain: str
    total: Decimal
    maximum: Decimal
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark with 2 places, out of `maximum`; percent is truncated to one decimal, for showing only."""

    total: Decimal
    maximum: Decimal
    percent: Decimal
    per_domain: tuple[DomainMark, ...]


def total(items: Iterable[MarkedItem]) -> Mark:
    """Add score × points, rounded to 6 places and then once to 2, half up, never below 0 (assessment.md §3)."""
    marked = tuple(items)
    domains = dict.fromkeys(item.domain for item in marked)
    return Mark(
        *_sum(marked),
        tuple(DomainMark(domain, *_sum([item for item in marked if item.domain == domain])) for domain in domains),
    )


def percent(value: Decimal, maximum: Decimal) -> Decimal:
    """Give a share in percent, truncated to one decimal; 0 of 0 is 0."""
    return truncated(Fraction(value) * 100 / Fraction(maximum), 1) if maximum else Decimal("0.0")


def cut_points(maximum: Decimal, cut: object = DEFAULT_CUT) -> Decimal:
    """Give the points a pass needs, with 2 places, from a cut between 0 and 1."""
    return rounded(Fraction(maximum) * fraction(cut), _MARK_PLACES)


def passed(total_points: Decimal, cut: Decimal) -> bool:
    """Say whether a total reaches the cut, both in points with 2 places; the shown percentage decides nothing."""
    return rounded(Fraction(total_points), _MARK_PLACES) >= rounded(Fraction(cut), _MARK_PLACES)


def _sum(items: Iterable[MarkedItem]) -> tuple[Decimal, Decimal, Decimal]:
    exact = maximum = Fraction(0)
    for item in items:
        exact += Fraction(item.score) * Fraction(item.points)
        maximum += Fraction(item.points)
    in_full = Fraction(rounded(exact, _SUM_PLACES))
    reached = rounded(max(Fraction(0), in_full), _MARK_PLACES)
    out_of = rounded(maximum, _MARK_PLACES)
    return reached, out_of, percent(reached, out_of)
