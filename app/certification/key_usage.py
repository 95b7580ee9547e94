"""Finding what a key has signed: the newest document of a certificate says whose word it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, aliased

from app.certification.models import Certificate, CertificateDocument, SigningKey
from app.certification.queries import document_is_in_force


def certificates_by_state(session: Session, key_id: str) -> dict[str, int]:
    """How many certificates in each state rest on a key, those of erased holders left out."""
    counts = (
        select(Certificate.state, func.count())
        .join(CertificateDocument, CertificateDocument.certificate_id == Certificate.id)
        .where(document_is_in_force(), CertificateDocument.key_id == key_id, Certificate.holder_name.is_not(None))
        .group_by(Certificate.state)
    )
    return dict(session.execute(counts).all())


def usage_of_keys(session: Session) -> dict[str, dict[str, int]]:
    """For every key, how many certificates in each state rest on it, in one statement; `erased` counts apart."""
    condition = case((Certificate.holder_name.is_(None), "erased"), else_=Certificate.state).label("condition")
    rows = session.execute(
        select(CertificateDocument.key_id, condition, func.count())
        .join(Certificate, CertificateDocument.certificate_id == Certificate.id)
        .where(document_is_in_force())
        .group_by(CertificateDocument.key_id, condition)
    )
    usage: dict[str, dict[str, int]] = {}
    for key_id, name, count in rows:
        usage.setdefault(key_id, {})[name] = count
    return usage


@dataclass(frozen=True)
class SigningAnew:
    """How far the certificates of withdrawn keys are: `done` rest on another key by now, `left` do not yet."""

    done: int
    left: int


def signing_anew(session: Session) -> SigningAnew:
    """The progress after a key was withdrawn, whoever does the work: the command or the worker."""
    withdrawn = select(SigningKey.key_id).where(SigningKey.state == "compromised")
    earlier = aliased(CertificateDocument)
    under = select(earlier.certificate_id).where(
        earlier.certificate_id == Certificate.id, earlier.key_id.in_(withdrawn)
    )
    done = (
        select(func.count())
        .select_from(Certificate)
        .join(CertificateDocument, CertificateDocument.certificate_id == Certificate.id)
        .where(document_is_in_force(), CertificateDocument.key_id.not_in(withdrawn), under.exists())
    )
    left = select(func.count()).select_from(_resting_on_withdrawn_key().subquery())
    return SigningAnew(session.scalar(done) or 0, session.scalar(left) or 0)


def erased_under_key(session: Session, key_id: str) -> int:
    """How many certificates of erased holders rest on a key."""
    found = (
        select(func.count())
        .select_from(Certificate)
        .join(CertificateDocument, CertificateDocument.certificate_id == Certificate.id)
        .where(document_is_in_force(), CertificateDocument.key_id == key_id, Certificate.holder_name.is_(None))
    )
    return session.scalar(found) or 0


def issued_under_key_since(session: Session, key_id: str, since: datetime) -> Sequence[str]:
    """Numbers of the certificates that a key signed from a moment on, oldest first."""
    return session.scalars(
        select(Certificate.public_id)
        .join(CertificateDocument, CertificateDocument.certificate_id == Certificate.id)
        .where(document_is_in_force(), CertificateDocument.key_id == key_id, CertificateDocument.signed_at >= since)
        .order_by(Certificate.id)
    ).all()


def some_rest_on_withdrawn_key(session: Session) -> bool:
    """Is there anything left to sign anew?"""
    return session.scalar(_resting_on_withdrawn_key().limit(1)) is not None


def _resting_on_withdrawn_key() -> Select[int]:
    withdrawn = select(SigningKey.key_id).where(SigningKey.state == "compromised")
    return (
        select(Certificate.id)
        .join(CertificateDocument, CertificateDocument.certificate_id == Certificate.id)
        .where(
            document_is_in_force(),
            Certificate.state == "valid",
            Certificate.holder_name.is_not(None),
            CertificateDocument.key_id.in_(withdrawn),
        )
    )


def certificates_to_sign_anew(session: Session, limit: int) -> Sequence[Certificate]:
    """Valid certificates that rest on a withdrawn key, oldest first; held until the commit."""
    numbers = session.scalars(_resting_on_withdrawn_key().order_by(Certificate.id).limit(limit)).all()
    held = select(Certificate).where(Certificate.id.in_(numbers)).order_by(Certificate.id)
    return session.scalars(held.with_for_update(of=Certificate, skip_locked=True)).all()
