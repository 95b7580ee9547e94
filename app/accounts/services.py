"""Every change to people and their sessions."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts.models import UserSession
from app.foundation import clock


def mark_seen(session: Session, session_id: int) -> None:
    """Note that a session was used just now; at most every five minutes."""
    session.execute(update(UserSession).where(UserSession.id == session_id).values(seen_at=clock.now()))
