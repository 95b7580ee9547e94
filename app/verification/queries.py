"""Finding what the register holds of a certificate, in one statement and in plain columns: it is the busiest page."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, bindparam, func, select, true
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
    state_since: datetime
    reason: str | None
    name: dict[str, str]
    tier: int
    skills: list[dict[str, Any]]
    revision: int
    newest_revision: int
    successor: str | None
    sha256: str
    signed_at: datetime
    key_id: str
    key_since: datetime
    compromised_from: datetime | None
    list_number: int
    ring_since: datetime | None
    ring_keys: int
    ring_newest: str | None

    @property
    def ring_version(self) -> RingVersion:
        """What tells this state of the ring from every other."""
        return (self.ring_since, self.ring_keys, self.ring_newest)


_SUCCESSOR = Certificate.__table__.alias("successor")


def _newest_revision() -> ScalarSelect[int]:
    """The highest revision of a certificate's documents."""
    certificate, later = Certificate.__table__, CertificateDocument.__table__.alias("later").c
    newest = select(func.max(later.revision)).where(later.certificate_id == certificate.c.id)
    return newest.correlate(certificate).scalar_subquery()


def _entries(newest: ColumnElement[int]) -> Select[Any]:
    """The columns of Entry, in its order; on tables rather than classes, which saves the work of the ORM."""
    certificate, achievement = Certificate.__table__.c, Achievement.__table__.c
    document, ring = CertificateDocument.__table__.c, version_of_ring()
    successor = _SUCCESSOR.c
    return (
        select(
            certificate.id,
            certificate.public_id,
            certificate.state,
            certificate.holder_name,
            certificate.reveal_key,
            certificate.name_public,
            certificate.earned,
            certificate.issued_at,
            certificate.expires_at,
            certificate.state_since,
            certificate.reason,
            achievement.name,
            achievement.tier,
            achievement.skills,
            document.revision,
            newest.label("newest_revision"),
            successor.public_id,
            document.credential_sha256,
            document.signed_at,
            document.key_id,
            SigningKey.__table__.c.state_since,
            SigningKey.__table__.c.compromised_from,
            StatusList.__table__.c.number,
            ring.c.since,
            ring.c["keys"],
            ring.c.newest,
        )
        .select_from(Certificate.__table__)
        .join(Achievement.__table__, achievement.id == certificate.achievement_id)
        .join(CertificateDocument.__table__, document.certificate_id == certificate.id)
        .join(SigningKey.__table__, SigningKey.__table__.c.key_id == document.key_id)
        .join(StatusList.__table__, StatusList.__table__.c.id == document.status_list_id)
        .outerjoin(_SUCCESSOR, and_(successor.supersedes_id == certificate.id, successor.state != "pending"))
        .join(ring, true())
    )


def _in_force() -> Select[Any]:
    """The entries with the newest revision of their document, which is then looked up once."""
    revision = CertificateDocument.__table__.c.revision
    return _entries(revision).where(revision == _newest_revision())


# Built once: composing such a statement costs as much as running it.
_BY_NUMBER = _in_force().where(Certificate.__table__.c.public_id == bindparam("number"))
_BY_NUMBERS = _in_force().where(Certificate.__table__.c.public_id.in_(bindparam("numbers", expanding=True)))
_BY_DOCUMENT = _entries(_newest_revision()).where(
    CertificateDocument.__table__.c.credential_sha256 == bindparam("sha256")
)
_BY_JWT = _entries(_newest_revision()).where(CertificateDocument.__table__.c.jwt_sha256 == bindparam("sha256"))


def find_entry(session: Session, number: str) -> Entry | None:
    """The entry of a public number, with its document in force; None when unknown or not signed yet."""
    return _one(session, _BY_NUMBER, number=number)


def find_entries(session: Session, numbers: Sequence[str]) -> dict[str, Entry]:
    """Many entries at once, by number."""
    entries = (Entry(*row) for row in session.connection().execute(_BY_NUMBERS, {"numbers": list(numbers)}))
    return {entry.number: entry for entry in entries}


def find_entry_of_document(session: Session, sha256: str, *, is_jwt: bool = False) -> Entry | None:
    """The entry of a signed document, in force or not, by the SHA-256 of its canonical JSON or of its VC-JWT."""
    return _one(session, _BY_JWT if is_jwt else _BY_DOCUMENT, sha256=sha256)


def is_being_signed(session: Session, number: str, key: str) -> bool:
    """Does a certificate of this number, opened with its own key, wait for its first signature?"""
    certificate = Certificate.__table__.c
    signed = select(CertificateDocument.certificate_id).where(CertificateDocument.certificate_id == certificate.id)
    found = session.connection().execute(
        select(certificate.reveal_key).where(
            certificate.public_id == number, certificate.state == "pending", ~signed.exists()
        )
    )
    held = found.scalar_one_or_none()
    return held is not None and hmac.compare_digest(key.encode(), held.encode())


def _one(session: Session, statement: Select[Any], **values: str) -> Entry | None:
    row = session.connection().execute(statement, values).one_or_none()
    return Entry(*row) if row is not None else None


def find_credential(session: Session, sha256: str) -> str | None:
    """The signed bytes with this SHA-256; None once the holder is erased."""
    return session.scalar(select(CertificateDocument.credential).where(CertificateDocument.credential_sha256 == sha256))


def find_credentials(session: Session, hashes: Sequence[str]) -> dict[str, str | None]:
    """Many signed documents at once, by SHA-256."""
    document = CertificateDocument.__table__.c
    rows = session.connection().execute(
        select(document.credential_sha256, document.credential).where(document.credential_sha256.in_(hashes))
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A picture that was stored: its row, and from when the key that signed it is not believed."""

    file: CertificateFile
    compromised_from: datetime | None

    @property
    def vouched(self) -> bool:
        """Was it in the register before anybody else could have signed it?"""
        return self.compromised_from is not None and self.file.created_at < self.compromised_from


def find_file_of(session: Session, certificate_id: int, sha256: str) -> KeptFile | None:
    """The picture of a certificate with exactly these bytes, or None."""
    row = session.execute(
        select(CertificateFile, SigningKey.compromised_from)
        .outerjoin(SigningKey, SigningKey.key_id == CertificateFile.key_id)
        .where(CertificateFile.certificate_id == certificate_id, CertificateFile.sha256 == sha256)
    ).one_or_none()
    return KeptFile(*row) if row is not None else None
