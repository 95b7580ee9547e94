"""The audit record: entries nobody may change, bodies that erasure may empty."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.database import Base, JSONValue, UTCDateTime


class AuditEntry(Base):
    """One thing done; the chain of hashes shows any edit, removal or insertion."""

    __tablename__ = "audit_entry"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor: Mapped[str] = mapped_column(String(40))
    event: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120), index=True)  # the history of one certificate
    body_sha256: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)

    def content(self) -> dict[str, Any]:
        """What the hash of this entry covers."""
        return {
            "seq": self.seq,
            "at": self.at.isoformat(timespec="microseconds"),
            "actor": self.actor,
            "event": self.event,
            "subject": self.subject,
            "body_sha256": self.body_sha256,
        }


class AuditBody(Base):
    """The details of an entry, kept apart so that erasing a person does not break the chain."""

    __tablename__ = "audit_body"

    seq: Mapped[int] = mapped_column(ForeignKey("audit_entry.seq"), primary_key=True, autoincrement=False)
    details: Mapped[dict[str, Any]] = mapped_column(JSONValue)
