"""What the people who run the site may change there."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.admin.queries import get_dead_message
from app.audit.services import record
from app.foundation import clock
from app.foundation.actor import Actor


def retry_message(session: Session, *, actor: Actor, message_id: int) -> None:
    """Give a dead message its tries back, from now on."""
    message = get_dead_message(session, message_id)
    message.dead_at, message.tries, message.due_at = None, 0, clock.now()
    session.flush()
    record(session, actor=actor, event="message-retried", subject=message.kind, details={"message": message.id})
