"""What a scored answer is: its credit, its outcome, the remarks to tell, the score of each part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeAlias

from app.assessment.answers import Answer
from app.assessment.exact import SCORE_PLACES, rounded, whole_if_almost

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
class PartScored:
    """The credit of one part (a pair, a row, a gap), from 0 to 1, and what it weighs; `part` is its layout id."""

    part: str
    credit: Fraction
    weight: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Scored:
    """The credit of an answer, from -1 to 1, the rule that gave it, and what to tell the learner."""

    credit: Fraction
    rule: str
    outcome: Outcome
    remarks: tuple[Remark, ...] = ()
    parts: tuple[PartScored, ...] = ()

    @property
    def score(self) -> Decimal:
        """Give the credit as it is stored, with 12 places."""
        return rounded(self.credit, SCORE_PLACES)


def finish(
    body: Body,
    answer: Answer,
    credit: Fraction,
    rule: str,
    remarks: Sequence[Remark],
    parts: tuple[PartScored, ...] = (),
) -> Scored:
    """Give a credit its outcome, and the question's own feedback after that of what was answered."""
    credit = whole_if_almost(credit)
    outcome = _outcome(credit, answer)
    feedback = body.get("feedback") or {}
    told = "correct" if outcome is Outcome.RIGHT else "incorrect"
    general = [Remark("", feedback[name]) for name in (told, "general") if feedback.get(name)]
    return Scored(credit, rule, outcome, (*remarks, *general), parts)


def _outcome(credit: Fraction, answer: Answer) -> Outcome:
    if answer is None:
        return Outcome.BLANK
    if credit >= 1:
        return Outcome.RIGHT
    return Outcome.PARTIAL if credit > 0 else Outcome.WRONG


def clamped(credit: Fraction, low: int) -> Fraction:
    """Keep a credit from `low` to 1."""
    return min(Fraction(1), max(Fraction(low), credit))
