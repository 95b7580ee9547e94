"""The arithmetic of the audit chain: each row's hash covers the row before it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import rfc8785

DOMAIN = b"audit/v1\0"
GENESIS = "0" * 64


def row_hash(previous: str, row: Mapping[str, Any]) -> str:
    """SHA-256(domain, previous hash, RFC 8785 form of the row), in hexadecimal."""
    return hashlib.sha256(DOMAIN + bytes.fromhex(previous) + rfc8785.dumps(dict(row))).hexdigest()


def body_hash(body: Mapping[str, Any]) -> str:
    """SHA-256 of the RFC 8785 form of a body: the body may be erased later, the chain still verifies."""
    return hashlib.sha256(rfc8785.dumps(dict(body))).hexdigest()


def first_break(rows: Iterable[tuple[str, str, Mapping[str, Any]]]) -> int | None:
    """The position (from 0) of the first row (previous, hash, content) that does not follow, or None."""
    expected = GENESIS
    for position, (previous, own, content) in enumerate(rows):
        if previous != expected or row_hash(previous, content) != own:
            return position
        expected = own
    return None
