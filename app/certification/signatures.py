"""Services that sign: a certificate that waits, its document anew, lists before they run out."""

from __future__ import annotations

import hashlib
import logging

from sqlalchemy.orm import Session

from app.audit.services import record
from app.certification import queries, rules, status_lists
from app.certification.documents import credential_of
from app.certification.events import CertificateIssued
from app.certification.keyring import Ring, current_ring, find_signer
from app.certification.models import Certificate, CertificateDocument, CertificateSkill
from app.certification.moves import replace_predecessor
from app.foundation import clock, outbox
from app.foundation.actor import SYSTEM
from app.foundation.events import publish
from app.skills.queries import skills_by_slug
from certificates.errors import CertificateError
from certificates.jwt import sign_jwt
from certificates.keys import Signer
from certificates.signing import serialise, sign

log = logging.getLogger("app.certification")
PDF = "certificate-pdf"
ISSUED, REPLACED, REINSTATED = "certificate-issued", "certificate-replaced", "certificate-reinstated"


def sign_or_wait(session: Session, certificate: Certificate) -> bool:
    """Sign, or leave it pending: what a credential cannot carry must not undo an exam that was handed in."""
    try:
        with session.begin_nested():
            return sign_certificate(session, certificate)
    except CertificateError as error:
        session.refresh(certificate)
        why = {"certificate": certificate.public_id, "why": str(error)}
        log.error("certificate could not be signed", extra={"fields": why})
        return False


def sign_certificate(session: Session, certificate: Certificate) -> bool:
    """Sign a pending certificate and tell the rest; false when this process has no private key: it waits."""
    ring, signer = current_ring(session), find_signer(session)
    if ring is None or signer is None:
        log.warning("certificate waits for a key", extra={"fields": {"certificate": certificate.public_id}})
        return False
    document = add_document(session, certificate, ring, signer)
    certificate.state = rules.State.VALID.value
    certificate.state_since = document.signed_at
    session.flush()
    if document.revision == 1:
        _add_evidence(session, certificate)
    replaced = replace_predecessor(session, certificate)
    letter = REINSTATED if document.revision > 1 else REPLACED if replaced else ISSUED
    _announce(session, certificate, document.revision, letter)
    return True


def add_document(session: Session, certificate: Certificate, ring: Ring, signer: Signer) -> CertificateDocument:
    """Sign what a certificate says as its next revision, with an index of its own in the list of revocations."""
    now = clock.now()
    status_list, index = status_lists.reserve_index(session, signer, ring.issuer.url)
    credential = credential_of(certificate, ring.issuer, status_list.number, index)
    signed, jwt = serialise(sign(credential, signer, now)), sign_jwt(credential, signer)
    previous = queries.find_document(session, certificate.id)
    document = CertificateDocument(
        certificate_id=certificate.id,
        revision=previous.revision + 1 if previous else 1,
        credential=signed.decode(),
        credential_sha256=hashlib.sha256(signed).hexdigest(),
        jwt=jwt,
        jwt_sha256=hashlib.sha256(jwt.encode()).hexdigest(),
        key_id=signer.key_id.partition("#")[2],
        status_list_id=status_list.id,
        status_index=index,
        signed_at=now,
    )
    session.add(document)
    session.flush()
    return document


def _add_evidence(session: Session, certificate: Certificate) -> None:
    """One row a proven skill: what matching reads."""
    achievement = certificate.achievement
    known = skills_by_slug(session, [skill["id"] for skill in achievement.skills])
    for skill in achievement.skills:
        session.add(
            CertificateSkill(
                certificate_id=certificate.id,
                skill_id=known[skill["id"]].id,
                level=skill["tier"],
                assurance=achievement.assurance,
                issued_on=certificate.issued_at.date(),
                valid_until=certificate.expires_at.date() if certificate.expires_at else None,
            )
        )
    session.flush()


def _announce(session: Session, certificate: Certificate, revision: int, letter: str) -> None:
    record(session, actor=SYSTEM, event="certificate.issued", subject=certificate.public_id)
    ask_for_picture(session, certificate, revision)
    send_letter(session, certificate, letter, f"{letter}-{certificate.public_id}-{revision}")
    if certificate.account_id is not None:
        publish(session, CertificateIssued(certificate_id=certificate.id, account_id=certificate.account_id))


def ask_for_picture(session: Session, certificate: Certificate, revision: int) -> None:
    """Have the worker draw the PDF of a revision."""
    outbox.enqueue(
        session,
        PDF,
        dedupe_key=f"{PDF}-{certificate.public_id}-{revision}",
        recipient_id=certificate.account_id,
        language=certificate.language,
        payload={"certificate_id": certificate.id},
    )


def send_letter(session: Session, certificate: Certificate, letter: str, dedupe_key: str) -> None:
    """Tell the holder; nothing goes out once they have left."""
    if certificate.account_id is None:
        return
    outbox.enqueue(
        session,
        "mail",
        dedupe_key=dedupe_key,
        recipient_id=certificate.account_id,
        language=certificate.language,
        payload={"letter": letter, "certificate_id": certificate.id},
    )


def sign_what_waits(session: Session) -> int:
    """The worker's round: sign what waited for a key, and lists that changed or grow old; returns how many."""
    ring, signer = current_ring(session), find_signer(session)
    if ring is None or signer is None:
        return 0
    signed = status_lists.renew_lists(session, signer, ring.issuer.url)
    for certificate_id in queries.pending_certificates(session):
        certificate = session.get(Certificate, certificate_id, with_for_update=True, populate_existing=True)
        if certificate is not None and certificate.state == rules.State.PENDING:
            signed += sign_or_wait(session, certificate)
    return signed


def signing_is_due(session: Session) -> bool:
    """Would the round above have something to do?"""
    return queries.signing_is_due(session, clock.now() - rules.STATUS_LIST_RENEWAL)
