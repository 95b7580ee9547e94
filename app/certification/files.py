"""Services of the pictures of certificates: drawn once, outside any transaction, and kept by content for ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.certification import queries, rules
from app.certification.documents import verification_url
from app.certification.keyring import current_ring, find_signer
from app.certification.models import Achievement, Certificate, CertificateFile
from app.certification.seal import find_seal, warm_up_seal
from app.certification.site import settings
from app.config import Settings
from app.foundation import clock
from app.foundation.errors import ConflictError
from app.foundation.i18n import localised
from app.foundation.outbox import OutboxMessage
from app.foundation.storage import open_storage
from app.foundation.wording import ZONE
from certificates import pdf
from certificates.credential import Issuer
from certificates.design import Design
from certificates.keys import decode_base58, encode_base58
from certificates.page import CertificatePage, Exam, Twin
from certificates.sealing import seal
from certificates.signing import file_signature
from certificates.verification import file_is_ours


@dataclass(frozen=True)
class Drawing:
    """Everything one picture is made of, taken from the register as it was frozen."""

    certificate_id: int
    revision: int
    page: CertificatePage
    credential: bytes
    jwt: str | None
    language: str
    created: datetime


def drawing_of(session: Session, certificate_id: int) -> Drawing | None:
    """What to draw for a certificate; None when it is drawn already, not signed yet, or its holder is gone."""
    certificate, ring = session.get(Certificate, certificate_id), current_ring(session)
    document = queries.find_document(session, certificate_id)
    if certificate is None or ring is None or document is None or document.credential is None:
        return None
    known = queries.find_file(session, certificate_id, "pdf")
    if known is not None and known.revision == document.revision:
        return None
    return Drawing(
        certificate_id=certificate_id,
        revision=document.revision,
        page=_page(certificate, ring.issuer),
        credential=document.credential.encode(),
        jwt=document.jwt,
        language=certificate.language,
        created=document.signed_at,
    )


def _page(certificate: Certificate, issuer: Issuer) -> CertificatePage:
    achievement, earned = certificate.achievement, certificate.earned
    expires, design = certificate.expires_at, _design(certificate)
    second = design.second_language
    return CertificatePage(
        issuer_name=issuer.name,
        issuer_line=issuer.url.partition("://")[2],
        holder=certificate.holder_name or "",
        achievement=localised(achievement.name, certificate.language),
        tier=achievement.tier,
        skills=_skill_names(achievement, certificate.language),
        exam=Exam(
            score=rules.percentage(earned["score"]),
            cut=rules.percentage(earned["cut"]),
            attempt=earned["attempt"],
            supervised=earned["supervised"],
        ),
        issued=certificate.issued_at.astimezone(ZONE).date(),
        expires=expires.astimezone(ZONE).date() if expires else None,
        public_id=certificate.public_id,
        verification_url=verification_url(issuer.url, certificate),
        design=design,
        twin=Twin(
            achievement=localised(achievement.name, second),
            skills=_skill_names(achievement, second),
            signatory_role=certificate.design["signatory_role"].get(second, ""),
        )
        if second
        else None,
    )


def _skill_names(achievement: Achievement, language: str) -> tuple[str, ...]:
    return tuple(localised(skill["name"], language) for skill in achievement.skills)


def _design(certificate: Certificate) -> Design:
    """How it was to look when it was issued; a second language that is already the first is none."""
    chosen = certificate.design
    logo, second = chosen["logo"], chosen["second_language"]
    return Design(
        style=chosen["style"],
        signatory_name=chosen["signatory_name"],
        signatory_role=chosen["signatory_role"].get(certificate.language, ""),
        logo=open_storage(settings().storage_url).get(logo) if logo else None,
        second_language=second if second != certificate.language else None,
    )


def warm_up() -> None:
    """Load what draws certificates now: it takes two seconds, which the first holder need not wait for."""
    pdf.preload()
    try:
        warm_up_seal()
    except ConflictError:
        return  # said in the log; the pictures wait for it


def draw(drawing: Drawing) -> bytes:
    """The PDF of a drawing, its credential inside, sealed; some 100 ms of work that touches no database."""
    picture = pdf.render(
        drawing.page,
        credential_bytes=drawing.credential,
        language=drawing.language,
        created=drawing.created,
        jwt=drawing.jwt,
    )
    key = find_seal()
    return seal(picture, key, clock.now()) if key else picture


def keep_file(session: Session, drawing: Drawing, content: bytes) -> bool:
    """Store a picture with our signature over its SHA-256; false when another worker was faster.

    Raises ConflictError when no private key is here: the picture is drawn again later.
    """
    signer = find_signer(session)
    if signer is None:
        raise ConflictError("no private key to sign the file with")
    sha256 = open_storage(settings().storage_url).put(content)
    row = CertificateFile(
        certificate_id=drawing.certificate_id,
        revision=drawing.revision,
        kind="pdf",
        sha256=sha256,
        signature=encode_base58(file_signature(content, signer)),
        key_id=signer.key_id.partition("#")[2],
        created_at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        return False
    return True


def prepare_pdf(session: Session, message: OutboxMessage, _settings: Settings) -> Callable[[], object] | None:
    """The outbox's kind certificate-pdf: what to draw is read now; drawing and keeping come outside the transaction."""
    drawing = drawing_of(session, message.payload["certificate_id"])
    if drawing is None:
        return None
    engine = session.get_bind()

    def act() -> None:
        content = draw(drawing)
        with Session(engine) as own:
            keep_file(own, drawing, content)
            own.commit()

    return act


def file_content(row: CertificateFile) -> bytes:
    """The bytes of a stored picture; raises NotFoundError when the store has lost them."""
    return open_storage(settings().storage_url).get(row.sha256)


def forget_pictures(session: Session, certificate_id: int) -> None:
    """Delete what was drawn, for its holder's erasure; the hash stays, by which their own copy is recognised."""
    storage = open_storage(settings().storage_url)
    for sha256 in session.scalars(
        select(CertificateFile.sha256).where(CertificateFile.certificate_id == certificate_id)
    ):
        storage.delete(sha256)


def is_ours(session: Session, row: CertificateFile, content: bytes) -> bool:
    """Are these the very bytes we stored, by our own signature over their SHA-256?"""
    ring = current_ring(session)
    if ring is None or row.signature is None:
        return False
    return file_is_ours(content, decode_base58(row.signature), f"{ring.issuer.id}#{row.key_id}", keys=ring.keys)
