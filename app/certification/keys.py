"""Services of the signing keys: the first one, which freezes the issuer, and those that follow."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.audit.services import record
from app.certification import queries, rules
from app.certification.keyring import open_private_key
from app.certification.models import Issuer, SigningKey
from app.certification.site import settings
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.errors import ConflictError, RuleError
from app.foundation.i18n import gettext as _
from certificates.errors import KeyMaterialError
from certificates.keys import FileSigner, generate_key


def generate_first_key(session: Session, *, actor: Actor) -> SigningKey:
    """Make the key that signs from now on; raises ConflictError when there is one already."""
    if queries.find_active_key(session) is not None:
        raise ConflictError(_("There is a signing key already: rotate it to have a new one."))
    return add_key(session, actor)


def rotate_key(session: Session, *, actor: Actor) -> SigningKey:
    """Make a new key for what is signed from now on; what the old one signed keeps verifying."""
    old = queries.find_active_key(session)
    if old is None:
        raise ConflictError(_("There is no signing key yet: generate one first."))
    if settings().signing_key:
        raise RuleError(_("The signing key is given in the environment: put the new one there, then generate it."))
    old.state = "retired"
    old.state_since = clock.now()
    session.flush()
    record(session, actor=actor, event="key.retired", subject=old.key_id)
    return add_key(session, actor)


def _issuer(session: Session) -> Issuer:
    """Who signs: frozen with the first key, whatever the settings say later."""
    issuer = queries.find_issuer(session)
    if issuer is None:
        chosen = settings()
        issuer = Issuer(did=rules.did_of(chosen.authority), name=chosen.issuer_name, url=chosen.public_url)
        session.add(issuer)
        session.flush()
    return issuer


def add_key(session: Session, actor: Actor) -> SigningKey:
    """A new key in force, its private half in a file of its own or the one that the environment gives."""
    signer = _private_key(session, _issuer(session).did)
    now = clock.now()
    key = SigningKey(
        key_id=signer.key_id.partition("#")[2],
        multibase=signer.public_key().multibase,
        state="active",
        created_at=now,
        state_since=now,
    )
    session.add(key)
    session.flush()
    record(session, actor=actor, event="key.generated", subject=key.key_id, details={"multibase": key.multibase})
    return key


def _private_key(session: Session, did: str) -> FileSigner:
    """The key of the environment when it gives one, else a new one in a file that only its owner reads."""
    folder = settings().keys_path
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A file may be left of a transaction that was undone: its name is not used again either.
    taken = {key.key_id for key in queries.signing_keys(session)} | {path.stem for path in folder.glob("*.pem")}
    full_id = f"{did}#{rules.next_key_id(clock.now().year, taken)}"
    try:
        if settings().signing_key:
            return open_private_key(full_id)
        signer = generate_key(full_id)
        signer.save_pem(folder / f"{full_id.partition('#')[2]}.pem", settings().passphrase)
    except KeyMaterialError as error:
        raise RuleError(str(error)) from error
    return signer
