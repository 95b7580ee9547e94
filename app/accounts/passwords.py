"""Argon2id: hash and verify; always outside a write transaction, since each takes some 60 ms."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from app.accounts.rules import canonical_password

# OWASP's second choice for Argon2id: 46 MiB, one pass, one lane; 61-78 ms on the machine of reference.
MEMORY_KIB = 47_104
PASSES = 1
LANES = 1
SALT_BYTES = 16
HASH_BYTES = 32
PARAMETERS = f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$"


@dataclass(frozen=True)
class Verification:
    """Whether the password is the right one, and its new hash when the stored one has old parameters."""

    right: bool
    new_hash: str | None = None


def hash_password(password: str) -> str:
    """The PHC string of a password, with a fresh salt."""
    engine = Argon2id(
        salt=os.urandom(SALT_BYTES), length=HASH_BYTES, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB
    )
    return engine.derive_phc_encoded(canonical_password(password).encode())


def verify_password(stored: str | None, password: str) -> Verification:
    """Compare with a stored PHC string; without one (no such account) take the same time and say no."""
    phc = stored if stored and stored.startswith("$argon2id$") else _nobodys_hash()
    try:
        Argon2id.verify_phc_encoded(canonical_password(password).encode(), phc)
    except (InvalidKey, UnicodeEncodeError):
        return Verification(right=False)
    if phc != stored:
        return Verification(right=False)
    return Verification(True, None if phc.startswith(PARAMETERS) else hash_password(password))


@cache
def _nobodys_hash() -> str:
    return hash_password(os.urandom(32).hex())


@cache
def common_passwords() -> frozenset[str]:
    """The words of `common-passwords.txt`: the block list is these and whatever is made of them alone."""
    lines = (Path(__file__).parent / "common-passwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))
