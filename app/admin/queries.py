"""What the people who run the site look at: the outbox, the database, the audit chain."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.audit.queries import broken_entry
from app.foundation import clock
from app.foundation.database import sqlite_has_wal_bug
from app.foundation.errors import NotFoundError
from app.foundation.outbox import OutboxMessage


@dataclass(frozen=True)
class OutboxState:
    """How the outbox stands; `oldest_due` is the instant the longest-waiting message was due."""

    waiting: int
    sent: int
    dead: int
    oldest_due: datetime | None


def outbox_state(session: Session) -> OutboxState:
    """Counts of messages that wait, left, and were given up."""
    unsent = OutboxMessage.sent_at.is_(None) & OutboxMessage.dead_at.is_(None)
    row = session.execute(
        select(
            func.count(OutboxMessage.id).filter(unsent),
            func.count(OutboxMessage.sent_at),
            func.count(OutboxMessage.dead_at),
        )
    ).one()
    oldest = session.scalar(
        select(OutboxMessage.due_at)
        .where(unsent, OutboxMessage.due_at <= clock.now())
        .order_by(OutboxMessage.due_at)
        .limit(1)
    )
    return OutboxState(*row, oldest)


def dead_messages(session: Session, limit: int = 100) -> Sequence[OutboxMessage]:
    """Messages given up after the last try, newest first."""
    return session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.dead_at.is_not(None))
        .order_by(OutboxMessage.dead_at.desc(), OutboxMessage.id.desc())
        .limit(limit)
    ).all()


def get_dead_message(session: Session, message_id: int) -> OutboxMessage:
    """One message given up."""
    found = session.scalar(
        select(OutboxMessage).where(OutboxMessage.id == message_id, OutboxMessage.dead_at.is_not(None))
    )
    if found is None:
        raise NotFoundError("no such dead message")
    return found


@dataclass(frozen=True)
class DatabaseState:
    """Which database answers, at which migration; `wal_bug` says that this SQLite needs its single checkpointer."""

    name: str
    version: str
    migration: str
    wal_bug: bool


def database_state(session: Session) -> DatabaseState:
    """Ask the database itself."""
    migration = session.scalar(text("SELECT version_num FROM alembic_version")) or "?"
    if session.get_bind().dialect.name == "sqlite":
        return DatabaseState("SQLite", sqlite3.sqlite_version, migration, sqlite_has_wal_bug())
    version = str(session.scalar(text("SHOW server_version"))).split(" ")[0]
    return DatabaseState("PostgreSQL", version, migration, wal_bug=False)


@dataclass(frozen=True)
class AuditState:
    """How many entries the audit chain has, and the number of the first that does not follow, if any."""

    entries: int
    broken_at: int | None


def audit_state(session: Session) -> AuditState:
    """Recompute the whole chain (5,000 entries take some 50 ms)."""
    broken = broken_entry(session)
    return AuditState(session.scalar(select(func.count(AuditEntry.seq))) or 0, broken.seq if broken else None)
