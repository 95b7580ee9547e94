"""Services of the copies that can be carried away: the PDF, the signed file, its JWT, badges baked when asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from sqlalchemy.orm import Session

from app.certification import queries
from app.certification.files import file_content
from app.certification.models import CertificateDocument
from app.foundation.errors import NotFoundError
from certificates.badge import badge_png, badge_svg

Kind = Literal["pdf", "json", "jwt", "png", "svg"]
MEDIA_TYPES: Mapping[Kind, str] = {
    "pdf": "application/pdf",
    "json": "application/ld+json",
    "jwt": "application/vc+jwt",
    "png": "image/png",
    "svg": "image/svg+xml",
}


def find_copy(session: Session, certificate_id: int, kind: Kind) -> bytes | None:
    """The bytes of a certificate in one form; None while it is not signed, not drawn yet, or its holder is gone.

    Raises NotFoundError for a form that it never had: what was signed before there were JWTs has none.
    """
    document = queries.find_document(session, certificate_id)
    if document is None or document.credential is None:
        return None
    return _pdf(session, document) if kind == "pdf" else MAKERS[kind](document)


def _pdf(session: Session, document: CertificateDocument) -> bytes | None:
    """The picture of the document in force: one of an earlier revision would verify as replaced."""
    row = queries.find_file(session, document.certificate_id, "pdf")
    return file_content(row) if row is not None and row.revision == document.revision else None


def _signed(document: CertificateDocument) -> bytes:
    if document.credential is None:
        raise NotFoundError("document")
    return document.credential.encode()


def _jwt(document: CertificateDocument) -> bytes:
    if document.jwt is None:
        raise NotFoundError("jwt")
    return document.jwt.encode()


MAKERS: Mapping[str, Callable[[CertificateDocument], bytes]] = {
    "json": _signed,
    "jwt": _jwt,
    "png": lambda document: badge_png(_signed(document)),
    "svg": lambda document: badge_svg(_signed(document)),
}
