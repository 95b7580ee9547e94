"""Starting an attempt: what stands in the way, the draw, the frozen form."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.assessment import drawing, draws, layouts, queries, rules
from app.assessment.accommodations import NONE, Granted, deadline_from, granted_to
from app.assessment.decisions import void_versions
from app.assessment.exposure import exposure_of
from app.assessment.models import Attempt, AttemptItem, ExamVersion, QuestionVersion
from app.assessment.services import close_if_over
from app.assessment.wording import refusal_sentence
from app.audit.services import record
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.errors import RuleError
from app.foundation.i18n import current_language
from app.foundation.i18n import gettext as _
from app.foundation.identifiers import new_public_id

log = logging.getLogger("app.assessment")
SEED_BYTES = 16


def start_attempt(
    session: Session,
    *,
    actor: Actor,
    exam_version: ExamVersion,
    enrolled: bool,
    modules_missing: Sequence[str] = (),
    pledged: bool = False,
    pass_stands: bool = True,
) -> Attempt:
    """Start, or return the attempt already open; raises RuleError with the reasons. Idempotent under any race."""
    _close_what_is_over(session, actor, exam_version)
    facts = queries.start_facts(
        session,
        account_id=actor.account_id,
        exam_version=exam_version,
        enrolled=enrolled,
        modules_missing=modules_missing,
        pass_stands=pass_stands,
    )
    reasons = rules.may_start(facts, clock.now())
    if reasons:
        raise RuleError(refusal_sentence(reasons[0]))
    opened = facts.has_open_attempt and queries.find_open_attempt(session, actor.account_id, exam_version.exam_id)
    if opened:
        return opened
    granted = granted_to(session, actor.account_id) if exam_version.settings.get("duration_s") else NONE
    attempt = _new_attempt(actor, exam_version, granted, number=facts.next_number, pledged=pledged)
    try:
        with session.begin_nested():
            session.add(attempt)
            session.flush()
    except IntegrityError:  # another click was faster; the partial unique index let one through
        return _attempt_of_the_winner(session, actor, exam_version)
    _draw_form(session, attempt, exam_version)
    record(
        session, actor=actor, event="attempt.started", subject=attempt.public_id, details={"seed": attempt.seed.hex()}
    )
    return attempt


def _close_what_is_over(session: Session, actor: Actor, exam_version: ExamVersion) -> None:
    stale = queries.find_open_attempt(session, actor.account_id, exam_version.exam_id)
    if stale is not None:
        close_if_over(session, stale)


def _attempt_of_the_winner(session: Session, actor: Actor, exam_version: ExamVersion) -> Attempt:
    opened = queries.find_open_attempt(session, actor.account_id, exam_version.exam_id)
    if opened is None:
        raise RuleError(_("This attempt was started elsewhere and is already over."))
    return opened


def _new_attempt(actor: Actor, exam_version: ExamVersion, granted: Granted, *, number: int, pledged: bool) -> Attempt:
    now = clock.now()
    return Attempt(
        public_id=new_public_id(),
        exam_id=exam_version.exam_id,
        exam_version_id=exam_version.id,
        account_id=actor.account_id,
        number=number,
        seed=secrets.token_bytes(SEED_BYTES),
        state=rules.State.IN_PROGRESS.value,
        language=current_language(),
        started_at=now,
        deadline_at=deadline_from(now, exam_version.settings, extra_percent=granted.extra_percent),
        extra_percent=granted.extra_percent,
        pause_s=0,
        break_allowance_s=granted.break_s,
        timer_hidden=granted.hide_timer,
        pledged_at=now if pledged else None,
        current_slot=1 if exam_version.settings.get("navigation") == "forward" else None,
    )


def _draw_form(session: Session, attempt: Attempt, exam_version: ExamVersion) -> None:
    """Draw, order and freeze the questions; the stored layout is the truth, seed and `drawn_from` are the proof."""
    whole = draws.frozen_pool(session, exam_version)
    out = void_versions(session, exam_version.exam_id)
    pool = {public_id: pooled for public_id, pooled in whole.items() if pooled.version_id not in out}
    held = draws.times_seen(session, attempt.account_id, attempt.exam_id) if attempt.number > 1 else {}
    seen = _within(pool, held)
    lately = exposure_of(session, exam_version.exam, attempt)
    exposure = drawing.Exposure(lately.attempts, _within(pool, lately.counts or {}))
    void = sorted(whole.keys() - pool.keys())
    attempt.drawn_from = {"seen": seen, "attempts": exposure.attempts, "counts": exposure.counts, "void": void}
    candidates = [pooled.candidate for pooled in pool.values()]
    slots = draw_form(exam_version, candidates, seed=attempt.seed, seen=seen, exposure=exposure)
    session.flush()
    rows = [_placed(slot, pool[slot.drawn.candidate.public_id], attempt, exam_version.settings) for slot in slots]
    session.execute(insert(AttemptItem), rows)


def _placed(slot: drawing.Slot, pooled: draws.Pooled, attempt: Attempt, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The row of one question in its place, its options in the order of this attempt."""
    return {
        "attempt_id": attempt.id,
        "slot": slot.number,
        "question_version_id": pooled.version_id,
        "option_order": option_order(pooled.body, attempt.seed, slot.number, settings),
        "points": slot.drawn.points,
    }


def _within(pool: Mapping[str, draws.Pooled], counted: Mapping[str, int]) -> dict[str, int]:
    return {public_id: count for public_id, count in counted.items() if public_id in pool}


def draw_form(
    exam_version: ExamVersion,
    pool: Sequence[drawing.Candidate],
    *,
    seed: bytes,
    seen: dict[str, int],
    exposure: drawing.Exposure,
) -> tuple[drawing.Slot, ...]:
    """The form of a seed: the same arguments give the same form for ever."""
    try:
        drawn = drawing.draw([drawing.row_of(row) for row in exam_version.blueprint], pool, seen, exposure, seed)
    except drawing.PoolTooSmall as error:
        log.error("an exam cannot be drawn", extra={"fields": {"exam": exam_version.id, "row": error.row}})
        raise RuleError(refusal_sentence(rules.Reason(rules.Obstacle.POOL_TOO_SMALL))) from error
    return drawing.layout(drawn, seed, shuffle=exam_version.settings.get("shuffle_questions", True))


def pool_by_row(exam_version: ExamVersion, pool: Sequence[QuestionVersion]) -> list[tuple[drawing.Row, list[int]]]:
    """Each row of the blueprint with the question versions that it may draw."""
    known = [(version.id, candidate) for version, candidate in zip(pool, draws.candidates_in(pool), strict=True)]
    rows = [drawing.row_of(row) for row in exam_version.blueprint]
    return [(row, [id_ for id_, candidate in known if drawing.answers_to(row, candidate)]) for row in rows]


def option_order(body: Mapping[str, Any], seed: bytes, slot: int, settings: Mapping[str, Any]) -> list[list[str]]:
    """What can be chosen in one slot as this candidate sees it: [[token, id], …]."""
    return layouts.draw_layout(body, seed, slot, shuffle=settings.get("shuffle_options", True))


def next_start_of(session: Session, attempt: Attempt) -> datetime | None:
    """When the next attempt opens, if one is left and the wait is not over; None otherwise."""
    attempts = queries.attempts_of(session, attempt.account_id, attempt.exam_id)
    when = queries.next_start(session, attempts, attempt.exam_version.settings)
    return when if when is not None and when > clock.now() else None


def attempts_left_of(session: Session, attempt: Attempt) -> int | None:
    """How many attempts remain after this one; None without limit."""
    facts = queries.start_facts(
        session, account_id=attempt.account_id, exam_version=attempt.exam_version, enrolled=True
    )
    return rules.attempts_left(facts.attempts_used, facts.most_attempts)
