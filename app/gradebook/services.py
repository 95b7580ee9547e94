"""What reading a gradebook leaves behind: an export is recorded."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.audit.services import record
from app.foundation.actor import Actor
from app.learning.models import Cohort


def note_export(session: Session, *, actor: Actor, course: str, cohort: Cohort | None, learners: int) -> None:
    """Record that somebody took the marks of so many learners away."""
    details = {"cohort": cohort.public_id if cohort else None, "learners": learners}
    record(session, actor=actor, event="gradebook.exported", subject=course, details=details)
