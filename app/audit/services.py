"""Writing the audit record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.audit.chain import GENESIS, body_hash, row_hash
from app.audit.models import AuditBody, AuditEntry
from app.foundation import clock
from app.foundation.actor import Actor

# Appends queue on this advisory lock on PostgreSQL; on SQLite the write transaction is lock enough.
APPEND_LOCK = 7_276_150


def record(
    session: Session, *, actor: Actor | None, event: str, subject: str, details: Mapping[str, Any] | None = None
) -> None:
    """Append one entry to the chain; `subject` is a public id or a name, never personal data."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": APPEND_LOCK})
    last = session.execute(
        select(AuditEntry.seq, AuditEntry.hash).order_by(AuditEntry.seq.desc()).limit(1)
    ).one_or_none()
    seq, previous = (last.seq + 1, last.hash) if last else (1, GENESIS)
    body = dict(details or {})
    entry = AuditEntry(
        seq=seq,
        at=clock.now(),
        actor=(actor.public_id or "system") if actor else "anonymous",
        event=event,
        subject=subject,
        body_sha256=body_hash(body),
        previous=previous,
        hash="",
    )
    entry.hash = row_hash(previous, entry.content())
    session.add(entry)
    session.flush()
    session.add(AuditBody(seq=seq, details=body))
    session.flush()
