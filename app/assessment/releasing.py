"""Results that are held back: staff lets those of an exam out, and what is due is released, once."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from app.assessment import queries
from app.assessment.models import Attempt, ExamVersion
from app.assessment.release_queries import Waiting, is_due, waiting_of
from app.assessment.rules import State
from app.assessment.services import release
from app.audit.services import record
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.errors import ConflictError, RuleError
from app.foundation.i18n import gettext as _


def let_out(session: Session, *, actor: Actor, exam_version: ExamVersion, seen: str) -> Waiting:
    """Have the worker release what waits, which is what its reader saw: `seen` is the digest of it.

    Raises RuleError when nothing waits, ConflictError when something came, went or changed meanwhile.
    """
    waits = waiting_of(session, exam_version)
    if not waits.rows:
        raise RuleError(_("No result waits for its release here."))
    if waits.digest != seen:
        raise ConflictError(_("Meanwhile a result came, went or changed: look at the list again, then release it."))
    asked = session.execute(
        update(Attempt)
        .where(
            Attempt.id.in_([attempt.id for attempt, _result, _account in waits.rows]),
            Attempt.state == State.SCORED.value,
            Attempt.release_at.is_(None),
        )
        .values(release_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", asked).rowcount != len(waits.rows):
        raise ConflictError(_("A colleague released these results a moment before you."))
    details = {
        "exam_version": exam_version.id, "attempts": len(waits.rows), "passed": waits.passed, "failed": waits.failed,
        "results": waits.digest,
    }  # fmt: skip
    record(session, actor=actor, event="results.released", subject=exam_version.exam.public_id, details=details)
    return waits


def release_due(session: Session, attempt_id: int) -> bool:
    """Release an attempt whose moment has come; says whether this call did. Whoever comes second changes nothing."""
    attempt = session.get(Attempt, attempt_id)
    if attempt is None or not is_due(session, attempt):
        return False
    # Held before its result is read: a regrade under way comes first, or after, and never in between.
    session.execute(select(Attempt.id).where(Attempt.id == attempt_id).with_for_update(key_share=True)).all()
    result = queries.find_result(session, attempt.id)
    return result is not None and release(session, attempt=attempt, result=result)
