"""The outbox: what must be neither lost nor doubled is a row in the same transaction, sent later by the worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.foundation import clock
from app.foundation.database import Base, JSONValue, UTCDateTime

LEASE = timedelta(minutes=2)
BACKOFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=12))


class OutboxMessage(Base):
    """One thing to send: a letter, or a file to render."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("tries >= 0", name="tries"),
        Index("ix_outbox_waiting", "due_at", "sent_at", "dead_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    recipient_id: Mapped[int | None] = mapped_column(index=True)
    language: Mapped[str] = mapped_column(String(2))
    payload: Mapped[dict[str, Any]] = mapped_column(JSONValue)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(300))
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    dead_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


def enqueue(
    session: Session, kind: str, *, dedupe_key: str, recipient_id: int | None, language: str, payload: Mapping[str, Any]
) -> None:
    """Ask for one sending; asking again with the same key changes nothing."""
    if session.scalar(select(OutboxMessage.id).where(OutboxMessage.dedupe_key == dedupe_key)) is not None:
        return
    session.add(
        OutboxMessage(
            kind=kind,
            dedupe_key=dedupe_key,
            recipient_id=recipient_id,
            language=language,
            payload=dict(payload),
            due_at=clock.now(),
        )
    )
    session.flush()


def waiting(session: Session, limit: int = 50) -> Sequence[int]:
    """Ids of messages due, unsent and held by nobody, oldest first."""
    now = clock.now()
    return session.scalars(
        select(OutboxMessage.id)
        .where(
            OutboxMessage.sent_at.is_(None),
            OutboxMessage.dead_at.is_(None),
            OutboxMessage.due_at <= now,
            (OutboxMessage.lease_until.is_(None)) | (OutboxMessage.lease_until < now),
        )
        .order_by(OutboxMessage.due_at, OutboxMessage.id)
        .limit(limit)
    ).all()


def claim(session: Session, message_id: int) -> OutboxMessage | None:
    """Take a message for two minutes, or None when another worker was first."""
    now = clock.now()
    taken = session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.id == message_id,
            OutboxMessage.sent_at.is_(None),
            (OutboxMessage.lease_until.is_(None)) | (OutboxMessage.lease_until < now),
        )
        .values(lease_until=now + LEASE, tries=OutboxMessage.tries + 1)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        return None
    return session.get(OutboxMessage, message_id, populate_existing=True)


def mark_sent(message: OutboxMessage) -> None:
    """The message is gone; it will not be sent again."""
    message.sent_at = clock.now()
    message.lease_until = None
    message.last_error = None


def mark_failed(message: OutboxMessage, error: str) -> None:
    """Try again later, or give up after the last delay; administrators see the dead ones."""
    message.lease_until = None
    message.last_error = error[:300]
    if message.tries > len(BACKOFF):
        message.dead_at = clock.now()
    else:
        message.due_at = clock.now() + BACKOFF[message.tries - 1]
