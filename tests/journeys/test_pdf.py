"""The PDF of a certificate really earned, with the longest texts there may be, read by programs that are not ours."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.certification import queries
from app.certification.models import Certificate
from app.foundation.typography import typeset
from app.wiring.tasks import run_sweeps
from certificates.keys import decode_multikey
from tests.builders import Cast
from tests.certificates.sheets import check_words, letters
from tests.certificates.tools import need, words_of
from tests.certification.builders import certify, make_course, make_keys
from tests.journeys.documents import attached_credential, printed_link, text_of
from tests.reviewer import ReviewedClient

ldp = pytest.importorskip("openbadgeslib.ob3.ldp", exc_type=ImportError)

NAME = "Marie-Hélène Wilhelmine de la Rochefoucauld-Montmorency-Lav."
TITLES = {
    "fr": (
        "Concevoir, entraîner, évaluer et mettre en production des modèles d’apprentissage profond "
        "pour la vision par ordinateurs"
    ),
    "en": (
        "Designing, retraining, evaluating and putting into production a deep learning model for "
        "computer vision in manufacturing"
    ),
}


@pytest.fixture(params=["fr", "en"])
def certificate(request: pytest.FixtureRequest, app: Flask, session: Session, cast: Cast) -> Certificate:
    """A certificate with a name of 60 signs and a title of 120, drawn by the worker's own round."""
    make_keys(app, session)
    exam = make_course(session)
    exam.title = dict(TITLES)
    person = cast.person(NAME, language=request.param)
    certificate = certify(session, person, exam)
    session.commit()
    run_sweeps(app)
    return certificate


@pytest.fixture
def pdf(cast: Cast, certificate: Certificate, tmp_path: Path) -> Path:
    """The file as its holder downloads it."""
    path = tmp_path / "certificate.pdf"
    path.write_bytes(_download(cast, certificate, "pdf"))
    return path


def _download(cast: Cast, certificate: Certificate, kind: str) -> bytes:
    holder = cast.session.get_one(Account, certificate.account_id)
    response = cast.client(holder).get(f"/certificates/{certificate.public_id}.{kind}")
    assert response.status_code == 200
    return response.data


def test_the_texts_are_as_long_as_may_be() -> None:
    assert len(NAME) == 60
    assert {len(title) for title in TITLES.values()} == {120}


def test_the_attachment_is_the_download(cast: Cast, certificate: Certificate, pdf: Path) -> None:
    need("pdfdetach")
    assert attached_credential(pdf) == _download(cast, certificate, "json")


def test_someone_elses_verifier_accepts_it(session: Session, pdf: Path) -> None:
    need("pdfdetach")
    key = queries.find_active_key(session)
    assert key is not None
    raw = Ed25519PublicKey.from_public_bytes(decode_multikey(key.multibase))
    pem = raw.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    badge = ldp.OB3LdpVerifier(pem).verify(attached_credential(pdf))
    assert badge.identifiers[0].identity_hash == NAME


def test_one_page_and_every_word_in_its_box(certificate: Certificate, pdf: Path, tmp_path: Path) -> None:
    content = pdf.read_bytes()
    with pikepdf.open(BytesIO(content)) as document:
        assert len(document.pages) == 1
    check_words(words_of(content, tmp_path), "span", certificate.language)
    shown = letters(text_of(pdf))
    assert letters(NAME) in shown
    assert letters(typeset(TITLES[certificate.language], certificate.language)) in shown


def test_its_link_verifies(pdf: Path, client: ReviewedClient) -> None:
    path = printed_link(pdf.read_bytes()).partition("://")[2].partition("/")[2]
    client.get(f"/{path}")
    assert NAME in client.text()
