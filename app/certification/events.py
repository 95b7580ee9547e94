"""What certification tells the features above it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CertificateIssued:
    """A certificate exists: it was signed just now."""

    certificate_id: int
    account_id: int


@dataclass(frozen=True)
class CertificateRevoked:
    """A certificate no longer counts, from this instant."""

    certificate_id: int
    account_id: int
