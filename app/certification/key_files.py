"""Finding what is wrong with the files of private keys, so that a page can say what to do before anything waits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy.orm import Session

from app.certification import queries
from app.certification.keyring import open_private_key
from app.certification.models import SigningKey
from app.certification.site import settings
from certificates.errors import KeyMaterialError

Fault = Literal["missing", "open", "closed", "other", "left"]
PRIVATE_MODE = 0o077  # what others may do to the file: nothing


@dataclass(frozen=True)
class KeyProblem:
    """`missing` (here), `open` to others, `closed` to us (passphrase, damage), `other` key in it, `left` of a withdrawn
    key."""

    fault: Fault
    key_id: str
    path: Path


def key_problems(session: Session) -> list[KeyProblem]:
    """Everything wrong with the private keys, as this process sees them."""
    keys, found = queries.signing_keys(session), []
    for key in keys:
        path = settings().keys_path / f"{key.key_id}.pem"
        fault = _fault(key, path)
        if fault is not None:
            found.append(KeyProblem(fault, key.key_id, path))
    return found


def _fault(key: SigningKey, path: Path) -> Fault | None:
    if path.exists() and path.stat().st_mode & PRIVATE_MODE:
        return "open"
    if key.state == "compromised":
        return "left" if path.exists() else None
    if key.state != "active":
        return None
    if not path.exists() and not settings().signing_key:
        return "missing"
    try:
        signer = open_private_key(f"did:web:this#{key.key_id}")
    except KeyMaterialError:
        return "closed"
    return None if signer.public_key().multibase == key.multibase else "other"
