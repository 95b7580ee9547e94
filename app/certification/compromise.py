"""Services of the day a private key is lost: withdraw it, sign with a new one, sign every good certificate anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.audit.services import record
from app.certification import key_usage, queries, status_lists
from app.certification.keyring import Ring, current_ring, find_signer
from app.certification.keys import add_key
from app.certification.models import Certificate, SigningKey
from app.certification.moves import set_bits
from app.certification.signatures import add_document, ask_for_picture, send_letter
from app.certification.site import settings
from app.foundation import clock
from app.foundation.actor import SYSTEM, Actor
from app.foundation.errors import ConflictError, RuleError
from app.foundation.i18n import gettext as _
from certificates.keys import Signer

SIGNED_ANEW = "certificate-signed-anew"
AT_ONCE = 50  # certificates a transaction: a few tenths of a second in which others wait to write


@dataclass(frozen=True)
class Damage:
    """What a key has signed, by what becomes of it: counts of certificates, but for `later`, numbers to look at."""

    to_sign_anew: int  # valid, in date or not: signed again with the new key
    erased: int  # nobody left to sign for: the register goes on vouching for their very bytes
    suspended: int  # signed again when they are reinstated
    ended: int  # revoked or replaced: nothing to do
    later: tuple[str, ...]  # issued since the key may have been in other hands


def assess(session: Session, key_id: str, since: datetime) -> Damage:
    """What withdrawing a key means, without doing it; raises NotFoundError."""
    queries.get_key(session, key_id)
    counts = key_usage.certificates_by_state(session, key_id)
    return Damage(
        to_sign_anew=counts.get("valid", 0),
        erased=key_usage.erased_under_key(session, key_id),
        suspended=counts.get("suspended", 0) + counts.get("pending", 0),
        ended=counts.get("revoked", 0) + counts.get("superseded", 0),
        later=tuple(key_usage.issued_under_key_since(session, key_id, since)),
    )


def withdraw_key(session: Session, *, actor: Actor, key_id: str, since: datetime) -> SigningKey:
    """Believe nothing on this key's word from the commit on, and sign with a new one where it was the one in force.

    The lists of revocations are signed again at once, since nobody believes them either. Certificates follow, in
    `sign_anew`. Returns the key that signs from now on.
    """
    key = queries.get_key(session, key_id)
    if key.state == "compromised":
        raise ConflictError(_("This key is withdrawn already: what is left to sign anew, the worker signs."))
    if since > clock.now():
        raise RuleError(_("The moment from which the key may have been in other hands lies in the future."))
    was_active = key.state == "active"
    if was_active and settings().signing_key:
        raise RuleError(_("The signing key is given in the environment: put the new one there, then withdraw the old."))
    key.state, key.state_since, key.compromised_from = "compromised", clock.now(), since
    session.flush()
    record(session, actor=actor, event="key.withdrawn", subject=key_id, details={"since": since.isoformat()})
    active = add_key(session, actor) if was_active else queries.get_active_key(session)
    _sign_lists(session)
    return active


def _sign_lists(session: Session) -> None:
    ring, signer = current_ring(session), find_signer(session)
    if ring is not None and signer is not None:
        for row in queries.status_lists(session):
            status_lists.sign_list(session, row, signer, ring.issuer.url)


def sign_anew(session: Session, limit: int = AT_ONCE) -> int:
    """Sign the next certificates whose key was withdrawn; returns how many, 0 at the end or without a private key.

    The old documents are revoked in the list, the holder gets new files and a letter. Stopping anywhere and starting
    again loses and doubles nothing: what is left is asked of the register each time.
    """
    ring, signer = current_ring(session), find_signer(session)
    if ring is None or signer is None:
        return 0
    waiting = key_usage.certificates_to_sign_anew(session, limit)
    for certificate in waiting:
        set_bits(session, certificate)
        _sign_one_anew(session, certificate, ring, signer)
    if waiting:
        status_lists.renew_lists(session, signer, ring.issuer.url)
    return len(waiting)


def _sign_one_anew(session: Session, certificate: Certificate, ring: Ring, signer: Signer) -> None:
    document = add_document(session, certificate, ring, signer)
    details = {"key": document.key_id, "revision": document.revision}
    record(session, actor=SYSTEM, event="certificate.signed-anew", subject=certificate.public_id, details=details)
    ask_for_picture(session, certificate, document.revision)
    key = f"{SIGNED_ANEW}-{certificate.public_id}-{document.revision}"
    send_letter(session, certificate, SIGNED_ANEW, key)
