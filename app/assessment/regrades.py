"""Carrying decisions out: what would change, each attempt marked again once, letters, and the worker's slices."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.accounts.queries import simulated_ids
from app.assessment import decisions, grading, queries
from app.assessment.decision_models import ItemDecision
from app.assessment.events import ExamPassed
from app.assessment.models import Attempt, AttemptItem, Exam, Result, Score
from app.assessment.regrading import CAUSE, REMARKED, Decision, Outcome, Slot
from app.assessment.remarked import Marks
from app.assessment.standings import Standing, standings
from app.audit.services import record
from app.config import Settings
from app.foundation import clock, outbox
from app.foundation.actor import SYSTEM, Actor
from app.foundation.events import publish
from app.foundation.outbox import OutboxMessage

log = logging.getLogger("app.assessment")
REGRADE, LETTER = "regrade", "exam-regraded"
# A transaction in which others wait to write, on SQLite: so many attempts, or as many as fit in a second.
SLICE, LONGEST_SLICE = 50, timedelta(seconds=1)


def reason_of(decision: Decision) -> str:
    """What a result revision says of its cause."""
    return CAUSE + decision.public_id


def hold_exam(session: Session, exam_id: int) -> None:
    """On PostgreSQL: wait for an approval under way in this exam, and have the next wait for us (see `approve`)."""
    session.execute(select(Exam.id).where(Exam.id == exam_id).with_for_update(read=True)).all()


def decisions_on(session: Session, attempt: Attempt) -> Sequence[ItemDecision]:
    """The decisions in force on the questions of an attempt, in the order of their approval."""
    versions = session.scalars(select(AttemptItem.question_version_id).where(AttemptItem.attempt_id == attempt.id))
    return decisions.approved(session, attempt.exam_id, list(versions))


def bring_up_to_date(session: Session, attempt: Attempt) -> Result | None:
    """Mark an attempt by the decisions in force; its new result, or None when nothing changes. Idempotent."""
    rows = decisions_on(session, attempt)
    return _mark_again(session, attempt, rows, reason_of(decisions.in_words_of_the_engine(rows[-1]))) if rows else None


def _mark_again(session: Session, attempt: Attempt, rows: Sequence[ItemDecision], reason: str) -> Result | None:
    found = next(standings(session, [attempt.id], decisions.newest_by_version(rows)), None)
    if found is None or found.result.reason == reason:
        return None
    outcome = found.outcome()
    return _store(session, found, outcome, reason) if differs(found, outcome) else None


def differs(standing: Standing, outcome: Outcome) -> bool:
    """Does an outcome say anything new of an attempt?"""
    result, mark = standing.result, outcome.mark
    before = (result.total, result.max_points, result.cut, result.passed, result.kept)
    after = (mark.total, mark.maximum, outcome.cut, outcome.passed, outcome.kept)
    return bool(outcome.changed) or before != after


def _store(session: Session, standing: Standing, outcome: Outcome, reason: str) -> Result:
    """New revisions beside the old ones, which stay as they are."""
    revision, now = standing.result.revision + 1, clock.now()
    session.add_all(_score(standing.attempt.id, slot, revision, reason) for slot in outcome.changed)
    result = Result(
        attempt_id=standing.attempt.id,
        revision=revision,
        total=outcome.mark.total,
        max_points=outcome.mark.maximum,
        cut=outcome.cut,
        passed=outcome.passed,
        kept=outcome.kept,
        per_domain=[
            {"domain": one.domain, "total": str(one.total), "max": str(one.maximum), "percent": str(one.percent)}
            for one in outcome.mark.per_domain
        ],
        reason=reason,
        decided_at=now,
    )
    session.add(result)
    session.flush()
    return result


def _score(attempt_id: int, slot: Slot, revision: int, reason: str) -> Score:
    return Score(
        attempt_id=attempt_id, slot=slot.number, revision=revision, credit=slot.credit, rule=slot.rule,
        rule_version=grading.RULE_VERSION, reason=reason, scored_at=clock.now(),
    )  # fmt: skip


# What a decision concerns, and what it would change


def concerned(session: Session, decision: ItemDecision, *, after: int = 0, limit: int | None = None) -> Sequence[int]:
    """The marked attempts that hold the question, exercises aside (they may be done again), in the order of ids."""
    return session.scalars(_holding(decision).where(Attempt.id > after).order_by(Attempt.id).limit(limit)).all()


def count_simulated(session: Session, decision: ItemDecision) -> int:
    """How many of the attempts concerned are simulated: they are marked again, and nobody hears of it."""
    held = _holding(decision).where(Attempt.account_id.in_(simulated_ids())).subquery()
    return session.scalar(select(func.count()).select_from(held)) or 0


def _holding(decision: ItemDecision) -> Select[int]:
    wanted = [
        AttemptItem.question_version_id == decision.question_version_id,
        Attempt.state.in_(("scored", "released")),
        Exam.kind != "practice",
    ]
    if decision.exam_id is not None:
        wanted.append(Attempt.exam_id == decision.exam_id)
    return (
        select(Attempt.id)
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .join(Exam, Exam.id == Attempt.exam_id)
        .where(*wanted)
    )


def plan(session: Session, decision: ItemDecision) -> Iterator[tuple[Standing, Outcome]]:
    """What a proposal would make of each attempt that it changes; nothing is written."""
    by_exam: dict[int, list[int]] = {}
    ids = concerned(session, decision)
    for start in range(0, len(ids), 500):
        some = Attempt.id.in_(ids[start : start + 500])
        for attempt_id, exam_id in session.execute(select(Attempt.id, Attempt.exam_id).where(some)):
            by_exam.setdefault(exam_id, []).append(attempt_id)
    for exam_id, attempts in by_exam.items():
        newest = decisions.newest_by_version(decisions.approved(session, exam_id))
        newest[decision.question_version_id] = decisions.in_words_of_the_engine(decision)
        for standing in standings(session, attempts, newest):
            outcome = standing.outcome()
            if differs(standing, outcome):
                yield standing, outcome


def plan_remarking(session: Session, attempt: Attempt, marks: Marks) -> tuple[Standing, Outcome] | None:
    """What these marks on appeal would make of an attempt, by the decisions in force; nothing is written."""
    newest = decisions.newest_by_version(decisions_on(session, attempt))
    found = next(standings(session, [attempt.id], newest, marks), None)
    return None if found is None else (found, found.outcome())


# The worker's slices


def start(session: Session, *, actor: Actor, decision: ItemDecision) -> None:
    """Approve a decision and have the worker carry it out."""
    decisions.approve(session, actor=actor, decision=decision)
    _ask_for_slice(session, decision)


def _key(decision: ItemDecision) -> str:
    return f"{REGRADE}-{decision.public_id}-{decision.reached}"


def _ask_for_slice(session: Session, decision: ItemDecision) -> None:
    payload = {"decision_id": decision.id, "reached": decision.reached}
    outbox.enqueue(session, REGRADE, dedupe_key=_key(decision), recipient_id=None, language="en", payload=payload)


def has_stopped(session: Session, decision: ItemDecision) -> bool:
    """Did the worker give the decision up, after trying for a day?"""
    if decision.state != "approved" or decision.finished_at is not None:
        return False
    dead = select(OutboxMessage.dead_at).where(OutboxMessage.dedupe_key == _key(decision))
    return session.scalar(dead) is not None


def prepare_slice(session: Session, message: OutboxMessage, _settings: Settings) -> None:
    """The outbox's kind regrade: the next slice, in the transaction that says how far the decision has come by then."""
    decision = session.get(ItemDecision, message.payload["decision_id"], with_for_update=True, populate_existing=True)
    if decision is None or decision.finished_at is not None or decision.reached != message.payload["reached"]:
        return
    ids, began = concerned(session, decision, after=decision.reached, limit=SLICE), clock.now()
    _hold(session, ids)
    for attempt_id in ids:
        _regrade_one(session, decision, attempt_id)
        decision.reached = attempt_id
        if clock.now() - began > LONGEST_SLICE:
            break
    if len(ids) < SLICE and decision.reached == (ids[-1] if ids else decision.reached):
        decision.finished_at = clock.now()
    else:
        _ask_for_slice(session, decision)
    session.flush()


def _hold(session: Session, ids: Sequence[int]) -> None:
    """Hold the attempts of a slice before the first line of the audit record, whose lock comes last everywhere."""
    session.execute(
        select(Attempt.id).where(Attempt.id.in_(ids)).order_by(Attempt.id).with_for_update(key_share=True)
    ).all()


def _regrade_one(session: Session, decision: ItemDecision, attempt_id: int) -> None:
    """One attempt; one that cannot be marked is logged and counted, and keeps no other waiting."""
    try:
        with session.begin_nested():
            change = regrade_attempt(session, attempt_id)
    except Exception:
        log.exception("an attempt could not be regraded", extra={"fields": {"attempt": attempt_id}})
        decision.failed += 1
        return
    if change is not None:
        before, after = change
        decision.regraded += 1
        decision.newly_passed += after.passed and not before.passed
        decision.kept += after.kept


def regrade_attempt(session: Session, attempt_id: int) -> tuple[Result, Result] | None:
    """Bring one attempt up to date, tell its candidate, certify a new pass: the results before and after, or None."""
    attempt = session.get_one(Attempt, attempt_id, with_for_update={"key_share": True}, populate_existing=True)
    before = queries.find_result(session, attempt_id)
    if attempt.state not in ("scored", "released") or before is None:
        return None
    return _carried_out(session, attempt, before, bring_up_to_date(session, attempt))


def carry_out_remarking(session: Session, attempt: Attempt, public_id: str) -> tuple[Result, Result] | None:
    """Mark an attempt by a re-marking just approved, as `regrade_attempt` does by decisions; to be called held."""
    before = queries.find_result(session, attempt.id)
    if before is None:
        return None
    after = _mark_again(session, attempt, decisions_on(session, attempt), REMARKED + public_id)
    return _carried_out(session, attempt, before, after)


def _carried_out(
    session: Session, attempt: Attempt, before: Result, after: Result | None
) -> tuple[Result, Result] | None:
    """Put a new result on record, tell its candidate, certify a new pass."""
    if after is None:
        return None
    details = {"reason": after.reason, "before": _said(before), "after": _said(after)}
    record(session, actor=SYSTEM, event="attempt.regraded", subject=attempt.public_id, details=details)
    if attempt.state == "released":
        _tell(session, attempt, before, after)
    return before, after


def _said(result: Result) -> dict[str, Any]:
    figures: Mapping[str, Any] = {"total": result.total, "max": result.max_points, "cut": result.cut}
    return {name: str(value) for name, value in figures.items()} | {"passed": result.passed, "kept": result.kept}


def _tell(session: Session, attempt: Attempt, before: Result, after: Result) -> None:
    key = f"{LETTER}-{attempt.public_id}-{after.revision}"
    payload = {"letter": LETTER, "attempt_id": attempt.id, "revision": after.revision}
    outbox.enqueue(
        session, "mail", dedupe_key=key, recipient_id=attempt.account_id, language=attempt.language, payload=payload
    )
    if after.passed and not before.passed and not passed_otherwise(session, attempt):
        publish(session, ExamPassed(attempt_id=attempt.id, account_id=attempt.account_id))


def passed_otherwise(session: Session, attempt: Attempt) -> bool:
    """Has this person passed the exam in another attempt? Its certificate is theirs already."""
    others = (
        select(func.count())
        .select_from(Attempt)
        .join(Result, Result.attempt_id == Attempt.id)
        .where(
            Attempt.exam_version_id == attempt.exam_version_id,
            Attempt.account_id == attempt.account_id,
            Attempt.id != attempt.id,
            Attempt.state == "released",
            Result.passed,
            queries.in_force(),
        )
    )
    return bool(session.scalar(others))
