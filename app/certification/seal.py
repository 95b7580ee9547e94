"""The seal that PDF readers check: a key of its own beside the signing keys, made when it is missing."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path

from app.certification.site import settings
from app.foundation import clock
from app.foundation.errors import ConflictError
from certificates.errors import KeyMaterialError
from certificates.sealing import SealKey, SealKind, preload

log = logging.getLogger("app.certification")


def find_seal() -> SealKey | None:
    """The seal of these settings; None where PDFs are not sealed.

    Raises ConflictError when it cannot be had just now: the picture is drawn again later, never without its seal.
    """
    chosen = settings()
    if chosen.pdf_seal == "none":
        return None
    kind: SealKind = "ed25519" if chosen.pdf_seal == "ed25519" else "p256"
    try:
        key = _open(
            chosen.seal_key_path, chosen.seal_certificate_path, chosen.passphrase, chosen.issuer_name, kind=kind
        )
        if key.kind != kind:
            raise KeyMaterialError(f"PASSERELLE_PDF_SEAL says {chosen.pdf_seal}, and the seal's key is another kind.")
        return key
    except KeyMaterialError as error:
        log.error("pictures wait: no seal", extra={"fields": {"why": str(error)}})
        raise ConflictError(str(error)) from error


@cache
def _open(
    key_path: Path, certificate_path: Path, passphrase: bytes | None, organisation: str, *, kind: SealKind
) -> SealKey:
    if not key_path.exists() and not certificate_path.exists():
        key_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = SealKey.generate(organisation, clock.now(), kind)
        made.save_pem(key_path, certificate_path, passphrase)
        log.info("a seal was made", extra={"fields": {"certificate": str(certificate_path)}})
        return made
    return SealKey.from_pem(key_path, certificate_path, passphrase)


def warm_up_seal() -> None:
    """Load what seals, where there is a seal to be had."""
    key = find_seal()
    if key is not None:
        preload(key)


def seal_certificate() -> bytes:
    """The public half as PEM, for those who check the seal; FileNotFoundError before the first picture."""
    return settings().seal_certificate_path.read_bytes()
