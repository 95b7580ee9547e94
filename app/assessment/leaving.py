"""Questions taken in order: one is left for the next, for good; the server alone says how far somebody is."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CursorResult, exists, update
from sqlalchemy.orm import Session

from app.assessment import queries, rules
from app.assessment.candidate import not_ready
from app.assessment.models import Attempt, AttemptItem
from app.assessment.sittings import Place, Sitting
from app.audit.services import record
from app.foundation.actor import Actor


def leave_question(session: Session, *, actor: Actor, attempt: Sitting, slot: int) -> bool:
    """Go on from this question to the next, once: says whether this call did; the attempt is held.

    From another question than the one the attempt is at, from the last one, during a break or after the end, nothing
    changes: whoever clicks twice, or in two windows, skips nothing.
    """
    if not queries.is_open(session, attempt) or queries.on_break(attempt):
        return False
    next_one = exists().where(AttemptItem.attempt_id == attempt.id, AttemptItem.slot == slot + 1)
    moved = session.execute(
        update(Attempt)
        .where(
            Attempt.id == attempt.id,
            Attempt.state == rules.State.IN_PROGRESS.value,
            Attempt.current_slot == slot,
            next_one,
        )
        .values(current_slot=slot + 1)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", moved).rowcount != 1:
        return False
    record(session, actor=actor, event="attempt.question-left", subject=attempt.public_id, details={"slot": slot})
    return True


def has_no_answer(place: Place) -> bool:
    """Nothing was saved that can be marked: worth asking once more before the question is left."""
    return place.payload is None or not_ready(place.kind, place.payload, place.option_order) is not None
