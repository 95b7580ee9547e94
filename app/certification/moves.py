"""How a certificate goes from one state to another, and what follows in the lists of revocations."""

from __future__ import annotations

from typing import cast

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from app.certification import queries, status_lists
from app.certification.events import CertificateWithdrawn
from app.certification.keyring import current_ring, find_signer
from app.certification.models import Certificate
from app.certification.rules import State, states_before
from app.foundation import clock
from app.foundation.events import publish


def move(session: Session, certificate: Certificate, to: State, reason: str | None = None) -> bool:
    """Bring a certificate to a state that its present one allows; false when the register says no.

    One conditional update, so that of two people who ask at once one is told that the other was faster.
    """
    changed = session.execute(
        update(Certificate)
        .where(Certificate.id == certificate.id, Certificate.state.in_(states_before(to)))
        .values(state=to.value, state_since=clock.now(), reason=reason)
        .execution_options(synchronize_session=False)
    )
    session.refresh(certificate)
    return cast("CursorResult[tuple[()]]", changed).rowcount == 1


def withdraw(session: Session, certificate: Certificate) -> None:
    """Tell those outside (the bit of every document) and those above (its skills count no more)."""
    publish_bits(session, certificate)
    if certificate.account_id is not None:
        publish(session, CertificateWithdrawn(certificate_id=certificate.id, account_id=certificate.account_id))


def publish_bits(session: Session, certificate: Certificate) -> None:
    """Set the bit of every document; without a key here, the worker signs the list on its next round."""
    ring, signer = current_ring(session), find_signer(session)
    set_bits(session, certificate)
    if ring is not None and signer is not None:
        status_lists.renew_lists(session, signer, ring.issuer.url)


def set_bits(session: Session, certificate: Certificate) -> None:
    """Set the bit of every document that a certificate has; the lists are to be signed after it."""
    for document in queries.documents_of(session, certificate.id):
        status_lists.set_bit(session, document.status_list_id, document.status_index)


def replace_predecessor(session: Session, certificate: Certificate) -> bool:
    """The certificate that this one corrects or renews is superseded the moment this one is signed.

    One that was revoked meanwhile stays revoked. Says whether there is a predecessor at all.
    """
    if certificate.supersedes_id is None:
        return False
    old = session.get_one(Certificate, certificate.supersedes_id)
    if move(session, old, State.SUPERSEDED):
        withdraw(session, old)
    return True
