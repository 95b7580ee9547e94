"""Finding what happened to a certificate: the audit record's lines about it, its documents and their pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.audit.models import AuditBody, AuditEntry
from app.certification import queries
from app.certification.models import Certificate, CertificateDocument, CertificateFile, StatusList

NOBODY = frozenset({"system", "anonymous"})


@dataclass(frozen=True)
class Happening:
    """One line of the audit record; `by` is a name, empty when the program did it by itself."""

    at: datetime
    event: str
    by: str
    details: Mapping[str, Any]


@dataclass(frozen=True)
class Revision:
    """A signed document, where its bit stands, and the picture drawn of it, if any."""

    document: CertificateDocument
    list_number: int
    picture: CertificateFile | None


@dataclass(frozen=True)
class History:
    """All that is known of a certificate; the number of statements does not grow with it."""

    happenings: Sequence[Happening]
    revisions: Sequence[Revision]
    predecessor: Certificate | None
    successor: Certificate | None


def history_of(session: Session, certificate: Certificate) -> History:
    """Everything, oldest first."""
    before = certificate.supersedes_id
    return History(
        happenings=_happenings(session, certificate.public_id),
        revisions=_revisions(session, certificate.id),
        predecessor=session.get(Certificate, before) if before else None,
        successor=queries.find_successor(session, certificate.id),
    )


def _happenings(session: Session, number: str) -> list[Happening]:
    rows = session.execute(
        select(AuditEntry.at, AuditEntry.event, AuditEntry.actor, AuditBody.details)
        .join(AuditBody, AuditBody.seq == AuditEntry.seq)
        .where(AuditEntry.subject == number)
        .order_by(AuditEntry.seq)
    ).all()
    people = {row.actor for row in rows} - NOBODY
    found = session.execute(select(Account.public_id, Account.name).where(Account.public_id.in_(people)))
    names: dict[str, str] = dict(found.all()) if people else {}
    return [
        Happening(row.at, row.event, "" if row.actor in NOBODY else names.get(row.actor, row.actor), row.details)
        for row in rows
    ]


def _revisions(session: Session, certificate_id: int) -> list[Revision]:
    drawn = select(CertificateFile).where(CertificateFile.certificate_id == certificate_id)
    pictures = {one.revision: one for one in session.scalars(drawn.where(CertificateFile.kind == "pdf"))}
    rows = session.execute(
        select(CertificateDocument, StatusList.number)
        .join(StatusList, StatusList.id == CertificateDocument.status_list_id)
        .where(CertificateDocument.certificate_id == certificate_id)
        .order_by(CertificateDocument.revision)
    ).all()
    return [Revision(document, number, pictures.get(document.revision)) for document, number in rows]
