"""Breaks of an exam: the questions are hidden, the clock stands still, the allowance is counted."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from app.assessment import queries, rules
from app.assessment.accommodations import deadline_from
from app.assessment.models import Attempt
from app.audit.services import record
from app.foundation.actor import Actor
from app.foundation.errors import RuleError
from app.foundation.i18n import gettext as _


def start_break(session: Session, *, actor: Actor, attempt: Attempt) -> None:
    """Begin a break, or go on with the one that runs. Raises RuleError: no break is left, or the attempt is over."""
    if not queries.is_open(session, attempt):
        raise RuleError(_("This attempt is over: there is nothing to interrupt any more."))
    if queries.on_break(attempt):
        return
    if attempt.break_started_at is not None:
        _settle(session, attempt, queries.break_until(attempt) or attempt.break_started_at)
    if attempt.deadline_at is None or not rules.break_left(attempt.break_allowance_s, attempt.pause_s):
        raise RuleError(_("No time is left for breaks in this attempt."))
    began = queries.time_of(attempt)
    if _change(
        session, attempt, None, break_started_at=began, deadline_at=_deadline(attempt, attempt.break_allowance_s)
    ):
        record(session, actor=actor, event="attempt.break-started", subject=attempt.public_id)


def end_break(session: Session, *, actor: Actor, attempt: Attempt) -> None:
    """End a break: the deadline counts what was taken of it. Ending one that has ended changes nothing."""
    if attempt.state != rules.State.IN_PROGRESS or attempt.break_started_at is None:
        return
    before = attempt.pause_s
    if _settle(session, attempt, queries.time_of(attempt)):
        details = {"seconds": attempt.pause_s - before, "deadline": str(attempt.deadline_at)}
        record(session, actor=actor, event="attempt.break-ended", subject=attempt.public_id, details=details)


def _settle(session: Session, attempt: Attempt, ended: datetime) -> bool:
    """Count the break begun, and the deadline from it."""
    began = attempt.break_started_at
    if began is None:
        return False
    left = rules.break_left(attempt.break_allowance_s, attempt.pause_s)
    pause = attempt.pause_s + rules.break_taken(began, ended, left)
    return _change(session, attempt, began, break_started_at=None, pause_s=pause, deadline_at=_deadline(attempt, pause))


def _deadline(attempt: Attempt, pause_s: int) -> datetime | None:
    settings, extra = attempt.exam_version.settings, attempt.extra_percent
    return deadline_from(attempt.started_at, settings, extra_percent=extra, pause_s=pause_s)


def _change(session: Session, attempt: Attempt, began: datetime | None, **values: Any) -> bool:
    """Of two clicks one changes the attempt: it must still stand as it was read, begun break included."""
    same = Attempt.break_started_at.is_(None) if began is None else Attempt.break_started_at == began
    changed = session.execute(
        update(Attempt)
        .where(Attempt.id == attempt.id, Attempt.state == rules.State.IN_PROGRESS, same)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    session.refresh(attempt)
    return cast("CursorResult[Any]", changed).rowcount == 1
