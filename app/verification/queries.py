"""Finding what the register holds of a certificate, in one statement and in plain columns: it is the busiest page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Session

from app.certification.models import (
    Achievement,
    Certificate,
    CertificateDocument,
    CertificateFile,
    SigningKey,
    StatusList,
)
from app.certification.queries import RingVersion, version_of_ring


@dataclass(frozen=True, slots=True)
class Entry:
    """A signed certificate as the register holds it, and the state of the key ring at that instant."""

    certificate_id: int
    number: str
    state: str
    holder_name: str | None
    reveal_key: str | None
    name_public: bool
    earned: dict[str, Any]
    issued_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    reason: str | None
    name: dict[str, str]
    tier: int
    skills: list[dict[str, Any]]
    revision: int
    sha256: str
    key_id: str
    key_since: datetime
    list_number: int
    ring_since: datetime | None
    ring_keys: int
    ring_newest: str | None

    @property
    def ring_version(self) -> RingVersion:
        """What tells this state of the ring from every other."""
        return (self.ring_since, self.ring_keys, self.ring_newest)


def find_entry(session: Session, number: str) -> Entry | None:
    """The entry of a public number, with its document in force; None when unknown or not signed yet."""
    return _one(session, _entries().where(Certificate.public_id == number, _in_force()))


def find_entries(session: Session, numbers: Sequence[str]) -> dict[str, Entry]:
    """Many entries at once, by number."""
    rows = session.execute(_entries().where(Certificate.public_id.in_(numbers), _in_force()))
    entries = (Entry(*row) for row in rows)
    return {entry.number: entry for entry in entries}


def find_entry_of_document(session: Session, sha256: str) -> Entry | None:
    """The entry of a signed document by the SHA-256 of its canonical bytes, in force or not."""
    return _one(session, _entries().where(CertificateDocument.credential_sha256 == sha256))


def find_credential(session: Session, sha256: str) -> str | None:
    """The signed bytes with this SHA-256; None once the holder is erased."""
    return session.scalar(select(CertificateDocument.credential).where(CertificateDocument.credential_sha256 == sha256))


def find_file_of(session: Session, certificate_id: int, sha256: str) -> CertificateFile | None:
    """The picture of a certificate with exactly these bytes, or None."""
    return session.scalar(
        select(CertificateFile).where(
            CertificateFile.certificate_id == certificate_id, CertificateFile.sha256 == sha256
        )
    )


def _one(session: Session, statement: Select[Any]) -> Entry | None:
    row = session.execute(statement).one_or_none()
    return Entry(*row) if row is not None else None


def _in_force() -> ColumnElement[bool]:
    newest = (
        select(func.max(CertificateDocument.revision))
        .where(CertificateDocument.certificate_id == Certificate.id)
        .correlate(Certificate)
        .scalar_subquery()
    )
    return CertificateDocument.revision == newest


def _entries() -> Select[Any]:
    ring = version_of_ring()
    return (
        select(
            Certificate.id,
            Certificate.public_id,
            Certificate.state,
            Certificate.holder_name,
            Certificate.reveal_key,
            Certificate.name_public,
            Certificate.earned,
            Certificate.issued_at,
            Certificate.expires_at,
            Certificate.revoked_at,
            Certificate.revocation_reason,
            Achievement.name,
            Achievement.tier,
            Achievement.skills,
            CertificateDocument.revision,
            CertificateDocument.credential_sha256,
            CertificateDocument.key_id,
            SigningKey.state_since,
            StatusList.number,
            ring.c.since,
            ring.c["keys"],
            ring.c.newest,
        )
        .join(Achievement, Achievement.id == Certificate.achievement_id)
        .join(CertificateDocument, CertificateDocument.certificate_id == Certificate.id)
        .join(SigningKey, SigningKey.key_id == CertificateDocument.key_id)
        .join(StatusList, StatusList.id == CertificateDocument.status_list_id)
        .join(ring, true())
    )
