"""The key ring of this process: public keys from the database, the private one from its file, read once a version."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.certification import queries
from app.certification.models import SigningKey
from app.certification.queries import RingVersion
from app.certification.site import settings
from app.config import ConfigurationError
from certificates.credential import Issuer
from certificates.errors import KeyMaterialError
from certificates.keys import FileSigner, KeyRing, KeyState, PublicKey, Signer

log = logging.getLogger("app.certification")
KEPT = 8


@dataclass(frozen=True)
class Ring:
    """Who signs here and the keys anybody verifies with, in one state of the database."""

    issuer: Issuer
    keys: KeyRing
    version: RingVersion


_rings: dict[RingVersion, Ring] = {}
_signers: dict[RingVersion, Signer] = {}


def current_ring(session: Session) -> Ring | None:
    """The ring in force, or None before the first key: one row is read, the rest is remembered."""
    return ring_of(session, queries.ring_version(session))


def ring_of(session: Session, version: RingVersion) -> Ring | None:
    """The ring of a version that was just read."""
    known = _rings.get(version)
    if known is not None:
        return known
    issuer = queries.find_issuer(session)
    if issuer is None:
        return None
    keys = KeyRing(tuple(_public_key(issuer.did, row) for row in reversed(queries.signing_keys(session))))
    ring = Ring(Issuer(issuer.did, issuer.name, issuer.url), keys, version)
    _remember(_rings, version, ring)
    return ring


def find_signer(session: Session) -> Signer | None:
    """Whoever can sign here now, or None: this process may be one that holds no private key."""
    version = queries.ring_version(session)
    if version in _signers:
        return _signers[version]
    issuer, key = queries.find_issuer(session), queries.find_active_key(session)
    if issuer is None or key is None:
        return None
    signer = _open(issuer.did, key)
    if signer is not None:
        _remember(_signers, version, signer)
    return signer


def _public_key(did: str, row: SigningKey) -> PublicKey:
    return PublicKey(f"{did}#{row.key_id}", row.multibase, KeyState(row.state), row.state_since)


def _open(did: str, key: SigningKey) -> Signer | None:
    """The private half of `key`; a file that holds another key signs nothing."""
    try:
        signer = open_private_key(f"{did}#{key.key_id}")
    except KeyMaterialError as error:
        log.warning("certificates wait: no private key", extra={"fields": {"key": key.key_id, "why": str(error)}})
        return None
    if signer.public_key().multibase != key.multibase:
        log.error("certificates wait: not the private half of the key", extra={"fields": {"key": key.key_id}})
        return None
    return signer


def refuse_open_files() -> None:
    """Stop the start when others may read a private key; raises ConfigurationError with the command that mends it."""
    for path in sorted(settings().keys_path.glob("*.pem")):
        if not path.name.endswith("-certificate.pem") and path.stat().st_mode & 0o077:
            raise ConfigurationError(f"Others may read the private key {path}. Run: chmod 400 {path}")


def open_private_key(full_id: str) -> FileSigner:
    """The private key given in the environment, else that of the key's own file; KeyMaterialError without either."""
    chosen = settings()
    if chosen.signing_key:
        return FileSigner.from_pem_bytes(chosen.signing_key.encode(), chosen.passphrase, key_id=full_id)
    path = chosen.keys_path / f"{full_id.partition('#')[2]}.pem"
    return FileSigner.from_pem(path, chosen.passphrase, key_id=full_id)


def _remember(memory: dict[RingVersion, Ring] | dict[RingVersion, Signer], version: RingVersion, value: object) -> None:
    if len(memory) >= KEPT:
        memory.clear()
    memory[version] = value  # type: ignore[assignment]
