"""Score one answer to one question, and add up the marks of an attempt, in exact arithmetic."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from app.assessment.answers import Answer, Tokens, normalise
from app.assessment.choices import score_multiple, score_single
from app.assessment.essays import is_marked_by_people, score_by_levels
from app.assessment.exact import fraction, rounded, truncated
from app.assessment.parts import score_cloze, score_matching, score_matrix, score_ordering
from app.assessment.rubrics import Levels
from app.assessment.scored import Body, GradingError, Scored
from app.assessment.written import score_numeric, score_text

RULE_VERSION = "grading/1"
DEFAULT_CUT = Decimal("0.70")
_MARK_PLACES = 2
_SUM_PLACES = 6

_Engine: TypeAlias = Callable[[Body, Answer], Scored]
_ENGINES: Mapping[str, _Engine] = {
    "single": score_single,
    "truefalse": score_single,
    "multiple": score_multiple,
    "numeric": score_numeric,
    "text": score_text,
    "matching": score_matching,
    "ordering": score_ordering,
    "cloze": score_cloze,
    "matrix": score_matrix,
    "hotspot": score_single,
}


def score(body: Body, answer: Answer) -> Scored:
    """Score an answer by the question's own rule (assessment.md §3); raises GradingError on a broken body."""
    engine = _ENGINES.get(body["type"])
    if engine is None:
        raise GradingError(f"no scoring for questions of type {body['type']!r}")
    return engine(body, answer)


def score_stored(body: Body, payload: object, layout: Tokens, levels: Levels | None = None) -> Scored:
    """Score an answer as it is stored, in the layout its candidate saw; raises as `score` does.

    `levels` are those decided by people, of an essay or a file.
    """
    answer = normalise(body["type"], payload, layout)
    if is_marked_by_people(body["type"]):
        return score_by_levels(body, answer, levels)
    return score(body, answer)


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
