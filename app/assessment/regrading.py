"""Marking again after a question proved wrong: what a decision does to a slot, and to the result, exactly."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeAlias

from app.assessment import answers, choices, grading, standards
from app.assessment.scored import GradingError

CAUSE = "decision-"  # what the reason of a result revision begins with, before the decision's public id
VOID_RULE = "void"
CREDIT_RULE = "credit_all"
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


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision in force; `key` is what `rekeyed` takes, None for the other kinds."""

    public_id: str
    kind: Kind
    key: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision on a slot, and what marking it again needs: the body, the answer as stored, the layout."""

    decision: Decision
    body: Body
    payload: Mapping[str, Any] | None
    option_order: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot as it was marked last: its credit, by which rule; and what was decided about it since, if anything."""

    number: int
    points: Decimal
    domain: str
    credit: Decimal
    rule: str
    decided: Decided | None = None


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
    """Mark one slot by the decision on it; without one it stays as it was marked."""
    if slot.decided is None:
        return slot
    decision = slot.decided.decision
    if decision.kind is Kind.VOID:
        return _with(slot, Decimal(0), VOID_RULE)
    if decision.kind is Kind.CREDIT_ALL:
        return _with(slot, Decimal(1), CREDIT_RULE)
    body = body_in_force(slot.decided.body, decision)
    scored = grading.score_stored(body, slot.decided.payload, slot.decided.option_order)
    return _with(slot, scored.score, f"rekey/{scored.rule}")


def _with(slot: Slot, credit: Decimal, rule: str) -> Slot:
    """Keep a slot as it is where marking it again changes nothing of what it is worth."""
    if credit == slot.credit and VOID_RULE not in (rule, slot.rule):
        return slot
    return Slot(slot.number, slot.points, slot.domain, credit, rule, slot.decided)


def regrade(slots: Iterable[Slot], cut_of: CutOf, *, published_pass: bool) -> Outcome:
    """Mark an attempt again (assessment.md §4); a published pass is never withdrawn because of a faulty question."""
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
