"""Reading the audit record."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.chain import first_break
from app.audit.models import AuditBody, AuditEntry


def latest_entries(session: Session, limit: int = 50) -> Sequence[tuple[AuditEntry, AuditBody]]:
    """The newest entries with their details."""
    rows = session.execute(
        select(AuditEntry, AuditBody)
        .join(AuditBody, AuditBody.seq == AuditEntry.seq)
        .order_by(AuditEntry.seq.desc())
        .limit(limit)
    ).all()
    return [(entry, body) for entry, body in rows]


def broken_entry(session: Session) -> AuditEntry | None:
    """The first entry that does not follow from the one before it, or None when the chain holds."""
    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).all()
    position = first_break((entry.previous, entry.hash, entry.content()) for entry in entries)
    return None if position is None else entries[position]
