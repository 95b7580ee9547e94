"""The corrections of an attempt: each answer by the key that counts, beside the mark in force and what gave it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.assessment import queries, remarked
from app.assessment.candidate import CandidateQuestion, Correction, candidate_question, chosen_values, correction
from app.assessment.decisions import approved, newest_by_version
from app.assessment.models import Attempt, AttemptItem
from app.assessment.regrading import (
    VOID_RULE,
    Cause,
    Decided,
    Decision,
    Remarked,
    Slot,
    body_in_force,
    cause_in_force,
    points_of_credit,
)
from app.assessment.scored import Outcome
from app.assessment.sittings import Place, body_of
from app.assessment.standings import credits_in_force


@dataclass(frozen=True)
class MarkInForce:
    """What an answer counts for now, whatever its key says of it.

    `outcome` is "void", or that of the credit: right, partial, wrong, or blank where nothing was answered or given.
    `cause` is None for the mark that was given first; `at` is when the decision or the re-marking was approved.
    """

    points: Decimal
    most: Decimal
    outcome: str
    cause: Cause | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Corrected:
    """One question of an attempt, the answer given, its correction by the key; `mark` is None where nobody marks it."""

    item: AttemptItem
    question: CandidateQuestion
    chosen: Sequence[str]
    correction: Correction
    mark: MarkInForce | None


def corrections_of(session: Session, attempt: Attempt) -> list[Corrected]:
    """Every question of an attempt with its keys: for those who teach, and for its candidate once they may see it."""
    answers, items = queries.answers_of(session, attempt.id), queries.items_of(session, attempt.id)
    newest = newest_by_version(approved(session, attempt.exam_id, [item.question_version_id for item in items]))
    marked, on_appeal = credits_in_force(session, [attempt.id]), remarked.approved_marks(session, [attempt.id])
    return [
        _corrected(
            item,
            payload=answers[item.slot].payload if item.slot in answers else None,
            decision=newest.get(item.question_version_id),
            marked=marked.get((attempt.id, item.slot)),
            on_appeal=on_appeal.get((attempt.id, item.slot)),
        )
        for item in items
    ]


def _corrected(
    item: AttemptItem,
    *,
    payload: Mapping[str, Any] | None,
    decision: Decision | None,
    marked: tuple[Decimal, str] | None,
    on_appeal: Remarked | None,
) -> Corrected:
    body, order, mark = body_in_force(item.version.body, decision), item.option_order, None
    read = correction(body, order, payload)
    if marked is not None:
        decided = Decided(decision, item.version.body, payload, order) if decision else None
        slot = Slot(item.slot, item.points, item.version.domain, *marked, decided, on_appeal)
        mark = mark_in_force(slot, blank=read.outcome == Outcome.BLANK)
    return Corrected(item, candidate_question(body, order), chosen_values(payload), read, mark)


def correction_of(session: Session, attempt_id: int, place: Place) -> Correction:
    """One answer by the key that counts, before anything is marked: what exercises show at once."""
    exam_id = session.get_one(Attempt, attempt_id).exam_id
    newest = newest_by_version(approved(session, exam_id, [place.version[0]]))
    body = body_in_force(body_of(session, place), newest.get(place.version[0]))
    return correction(body, place.option_order, place.payload)


def mark_in_force(slot: Slot, *, blank: bool) -> MarkInForce:
    """Read a slot as it was marked last; `blank` where nothing was answered."""
    cause, at = cause_in_force(slot)
    return MarkInForce(points_of_credit(slot.credit, slot.points), slot.points, _outcome(slot, blank), cause, at)


def _outcome(slot: Slot, blank: bool) -> str:
    if slot.rule == VOID_RULE:
        return VOID_RULE
    if slot.credit >= 1:
        return Outcome.RIGHT.value
    if slot.credit > 0:
        return Outcome.PARTIAL.value
    return (Outcome.BLANK if blank else Outcome.WRONG).value
