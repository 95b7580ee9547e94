"""Finding people and their sessions."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account, UserSession
from app.foundation import clock

IDLE = {"learner": timedelta(hours=12)}
STAFF_IDLE = timedelta(minutes=30)


def token_sha256(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_user_session(session: Session, token: str) -> UserSession | None:
    """The living session of a token: not ended, not revoked, not idle for too long, account active."""
    now = clock.now()
    found = session.scalar(
        select(UserSession)
        .join(Account, Account.id == UserSession.account_id)
        .where(
            UserSession.token_sha256 == token_sha256(token),
            UserSession.revoked_at.is_(None),
            UserSession.ends_at > now,
            Account.state == "active",
        )
    )
    if found is None or now - found.seen_at > IDLE.get(found.account.role, STAFF_IDLE):
        return None
    return found
