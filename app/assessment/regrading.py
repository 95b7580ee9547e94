"""Marking again: what a decision on a question or a re-marking on appeal does to a slot, and to the result, exactly."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeAlias

from app.assessment import answers, choices, essays, exact, grading, rubrics, standards
from app.assessment.scored import GradingError

CAUSE = "decision-"  # what the reason of a result revision begins with, before the decision's public id
REMARKED = "remarking-"  # likewise, before the public id of a re-marking on appeal
VOID_RULE = "void"
CREDIT_RULE = "credit_all"
REMARK_RULE = "remark"
# What a new key is called, by the types (of questions, and of gaps) that take it: see `rekeyed`.
_KEYS: Mapping[str, frozenset[str]] = {
    "correct": answers.SINGLE_TYPES | {"multiple", "select"},
    "answers": answers.WRITTEN_TYPES,
    "pairs": frozenset({"matching"}),
    "rows": frozenset({"matrix"}),
    "order": frozenset({"ordering"}),
    "gaps": frozenset({"cloze"}),
}
REKEYABLE = frozenset().union(*_KEYS.values()) & answers.TYPES

Body: TypeAlias = Mapping[str, Any]
# The points a pass needs, of the slots that still count and their maximum: a panel's cut differs by slot.
CutOf: TypeAlias = Callable[[Sequence["Slot"], Decimal], Decimal]


def cut_rule(share: object, rated: standards.Ratings | None = None) -> CutOf:
    """Make the rule an attempt was marked by: its panel's (`rated` by slot number), else a share of the points."""

    def cut_of(counting: Sequence["Slot"], maximum: Decimal) -> Decimal:
        points = [(slot.number, slot.points) for slot in counting]
        cut = None if rated is None else standards.form_cut(points, rated)
        return grading.cut_points(maximum, share) if cut is None else cut

    return cut_of


class Kind(StrEnum):
    """What is decided about a question version."""

    VOID = "void"  # out of what is reached, of what can be reached, and of the cut
    CREDIT_ALL = "credit_all"  # everybody has its points
    REKEY = "rekey"  # marked with another key


class Cause(StrEnum):
    """What gave a slot its mark, where it is not the author's key or the first people who marked it."""

    VOID = "void"
    CREDIT_ALL = "credit_all"
    REKEY = "rekey"
    REMARK = "remark"  # on appeal
    LATER = "later"  # none of them: something was decided since that this mark does not follow, or not yet


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision in force; `key` is what `rekeyed` takes, None for the other kinds; `at` is its approval, if yet."""

    public_id: str
    kind: Kind
    key: Mapping[str, Any] | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Remarked:
    """What one answer of one candidate earned when it was marked again on appeal; `at` is the approval, if yet."""

    credit: Decimal
    at: datetime | None = None


def credit_of_points(points: Decimal, of: Decimal) -> Decimal:
    """Give the share of its points that a proposed mark gives a slot, 0 to 1, with 12 places."""
    return exact.rounded(Fraction(points) / Fraction(of), exact.SCORE_PLACES) if of else Decimal(0)


def points_of_credit(credit: Decimal, of: Decimal) -> Decimal:
    """Give what a slot earned, in points with two places: the way back from `credit_of_points`."""
    return exact.rounded(Fraction(credit) * Fraction(of), 2)


def credit_of_levels(body: Body, levels: rubrics.Levels) -> Decimal:
    """Give the share of its points that the levels decided give an essay or a file, as when it was first marked."""
    return exact.rounded(rubrics.score(essays.rubric_in(body), levels), exact.SCORE_PLACES)


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision on a slot, and what marking it again needs: the body, the answer as stored, the layout."""

    decision: Decision
    body: Body
    payload: Mapping[str, Any] | None
    option_order: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot as it was marked last: its credit, by which rule; what was decided about its question, if anything.

    `remarked` is what this one answer earned on appeal.
    """

    number: int
    points: Decimal
    domain: str
    credit: Decimal
    rule: str
    decided: Decided | None = None
    remarked: Remarked | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result that follows: `kept` is a pass that was published and stands although the cut is not reached."""

    mark: grading.Mark
    cut: Decimal
    passed: bool
    kept: bool
    changed: tuple[Slot, ...]  # the slots marked otherwise than before, as they are now


def rekeyed(body: Body, key: Mapping[str, Any]) -> Body:
    """Give a body another key; raises GradingError on one that is none of its type.

    {"correct": [option ids]}, {"answers": [entries]}, {"pairs": {"left:0": ["right:1", …]}}, {"rows": {id: [column
    ids]}}, {"order": ["item:2", …]}, or {"gaps": {name: a key of its type}}, where gaps left out keep theirs.
    """
    name = next(iter(key)) if len(key) == 1 else ""
    if body["type"] not in _KEYS.get(name, ()):
        raise GradingError("no such key")
    given = key[name]
    if name == "correct":
        return {**body, choices.options_key(body): [_option(one, given) for one in choices.options_of(body)]}
    if name == "answers":
        return {**body, "answers": given}
    if name == "gaps":
        return {**body, "gaps": body["gaps"] | {gap: rekeyed(body["gaps"][gap], one) for gap, one in given.items()}}
    return {**body, "key": given}


def _option(option: Mapping[str, Any], right: Sequence[str]) -> Mapping[str, Any]:
    """An option that is right or not; what it was worth before counts no more."""
    return {name: value for name, value in option.items() if name != "credit"} | {"correct": option["id"] in right}


def body_in_force(body: Body, decision: Decision | None) -> Body:
    """Give a body with the key that counts: another one where that was decided."""
    if decision is None or decision.kind is not Kind.REKEY:
        return body
    return rekeyed(body, decision.key or {})


def marked_again(slot: Slot) -> Slot:
    """Mark one slot by what was decided of it; without anything it stays as it was marked.

    A void question is void for everybody, and its points given to everybody are full. Another key says nothing of an
    answer that was marked again on appeal afterwards; one that comes later can raise that mark, never lower it.
    """
    return _weighed(slot)[1]


def cause_in_force(slot: Slot) -> tuple[Cause | None, datetime | None]:
    """Say what gave a slot the mark that it has, and when that was approved; (None, None): nothing came since.

    LATER, with the hour of a decision, where marking the slot again would change it: an exercise, which is not marked
    again, or an exam that the worker has not reached.
    """
    cause, now = _weighed(slot)
    decided = slot.decided.decision.at if slot.decided else None
    if (now.credit, now.rule) != (slot.credit, slot.rule):
        return Cause.LATER, decided
    return cause, slot.remarked.at if slot.remarked and cause is Cause.REMARK else decided


def _weighed(slot: Slot) -> tuple[Cause | None, Slot]:
    """What counts of all that was decided of a slot, and the slot by it."""
    decision, remarked = slot.decided.decision if slot.decided else None, slot.remarked
    if decision is not None and decision.kind is Kind.VOID:
        return Cause.VOID, _with(slot, Decimal(0), VOID_RULE)
    if decision is not None and decision.kind is Kind.CREDIT_ALL:
        return Cause.CREDIT_ALL, _with(slot, Decimal(1), CREDIT_RULE)
    by_key = None if remarked is not None and _came_first(decision, remarked) else _by_new_key(slot)
    if remarked is not None and (by_key is None or remarked.credit >= by_key.credit):
        return Cause.REMARK, _with(slot, remarked.credit, REMARK_RULE)
    return (Cause.REKEY, by_key) if by_key is not None else (None, slot)


def _came_first(decision: Decision | None, remarked: Remarked) -> bool:
    """Was it in force when the answer was marked again? A re-marking that is only proposed comes last."""
    if decision is None or remarked.at is None:
        return True
    return decision.at is not None and decision.at <= remarked.at


def _by_new_key(slot: Slot) -> Slot | None:
    if slot.decided is None:
        return None
    body = body_in_force(slot.decided.body, slot.decided.decision)
    scored = grading.score_stored(body, slot.decided.payload, slot.decided.option_order)
    return _with(slot, scored.score, f"rekey/{scored.rule}")


def _with(slot: Slot, credit: Decimal, rule: str) -> Slot:
    """Keep a slot as it is where marking it again changes nothing of what it is worth."""
    if credit == slot.credit and VOID_RULE not in (rule, slot.rule):
        return slot
    return replace(slot, credit=credit, rule=rule)


def regrade(slots: Iterable[Slot], cut_of: CutOf, *, published_pass: bool) -> Outcome:
    """Mark an attempt again (assessment.md §4); a published pass is never withdrawn by it."""
    before = tuple(slots)
    after = tuple(map(marked_again, before))
    counting = [slot for slot in after if slot.rule != VOID_RULE]
    mark = grading.total(grading.MarkedItem(slot.credit, slot.points, slot.domain) for slot in counting)
    cut = cut_of(counting, mark.maximum)
    reached = mark.maximum > 0 and grading.passed(mark.total, cut)
    changed = tuple(
        now for was, now in zip(before, after, strict=True) if (was.credit, was.rule) != (now.credit, now.rule)
    )
    return Outcome(mark, cut, reached or published_pass, published_pass and not reached, changed)
