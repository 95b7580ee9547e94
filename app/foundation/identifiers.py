"""Public identifiers: 128 random bits written as 26 characters of Crockford's base 32."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 26
CONFUSED = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_public_id() -> str:
    """A fresh identifier; two are never equal in practice (2^128)."""
    return encode(secrets.randbits(128))


def encode(number: int) -> str:
    """Write a number of up to 130 bits as 26 characters, most significant first."""
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(5 * (LENGTH - 1), -1, -5))


def parse_public_id(text: str) -> str | None:
    """The canonical form of a typed identifier, or None: case, spaces, hyphens do not matter; O is 0, I and L are 1."""
    kept = "".join(character for character in text.upper() if character not in " -\u00a0\u202f\u2011")
    canonical = kept.translate(CONFUSED)
    if len(canonical) == LENGTH and all(character in ALPHABET for character in canonical):
        return canonical
    return None


def grouped(public_id: str) -> str:
    """The identifier in groups of four, as people read it aloud."""
    return " ".join(public_id[start : start + 4] for start in range(0, len(public_id), 4))
