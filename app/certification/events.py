"""What certification tells the features above it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CertificateIssued:
    """A certificate counts from now on: it was signed just now, for the first time or anew."""

    certificate_id: int
    account_id: int


@dataclass(frozen=True)
class CertificateWithdrawn:
    """A certificate no longer counts, from this instant: revoked, suspended or replaced."""

    certificate_id: int
    account_id: int
