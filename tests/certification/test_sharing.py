"""What a holder reads of each state, what they may give, and what others then see."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import segno
from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy.orm import Session

from app.assessment.models import ExamVersion
from app.certification import queries, services
from app.certification.models import Certificate
from app.certification.sharing import qr_code
from app.foundation import clock
from app.foundation.actor import SYSTEM
from app.wiring.deliveries import drain_outbox
from certificates.extraction import extract_bounded
from tests.builders import Cast
from tests.certification import builders
from tests.reviewer import ReviewedClient

KINDS = {"pdf": b"%PDF-", "json": b"{", "jwt": b"ey", "png": b"\x89PNG", "svg": b"<"}


@pytest.fixture
def certificate(session: Session, cast: Cast, exam: ExamVersion) -> Certificate:
    """Ada's."""
    return builders.certify(session, cast.ada, exam)


def suspend(session: Session, certificate: Certificate) -> None:
    services.suspend_certificate(session, actor=SYSTEM, certificate=certificate, reason="appeal")


def revoke(session: Session, certificate: Certificate) -> None:
    services.revoke_certificate(session, actor=SYSTEM, certificate=certificate, reason="misconduct")


def replace(session: Session, certificate: Certificate) -> None:
    services.correct_name(session, actor=SYSTEM, certificate=certificate, name="Ada Lovelace")


def ends_in(days: int) -> Callable[[Session, Certificate], None]:
    def end(_session: Session, certificate: Certificate) -> None:
        certificate.expires_at = clock.now() + timedelta(days=days, hours=1)

    return end


def nothing(_session: Session, _certificate: Certificate) -> None:
    pass


# What happened, the words of the state in French and in English, and whether there is still something to give.
STATES = {
    "valid": (nothing, "Valide", "Valid", True),
    "expiring": (ends_in(20), "dans 20 jours", "in 20 days", True),
    "expired": (ends_in(-3), "Il a expiré", "It expired on", True),
    "suspended": (suspend, "recours en cours", "an appeal is open", False),
    "revoked": (revoke, "règles de l’examen enfreintes", "rules of the exam broken", False),
    "superseded": (replace, "Remplacé le", "Replaced on", False),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_state_says_what_it_is_and_nothing_against_it(
    session: Session, cast: Cast, certificate: Certificate, state: str, language: str
) -> None:
    happens, french, english, given = STATES[state]
    happens(session, certificate)
    client = cast.client("ada", language=language)
    share, number = f"/certificates/{certificate.public_id}/share", certificate.public_id
    client.get("/certificates")
    entry = entry_of(client.page, number)
    assert (french if language == "fr" else english) in words(entry)
    assert (entry.find("a", href=share) is not None) is given
    assert (entry.find("a", href=f"/certificates/{number}.pdf") is not None) is given
    assert entry.find("a", href=f"/verify/{number}") is not None
    assert client.get(share).status_code == 200
    assert bool(client.page.find_all("input", attrs={"data-copy": True})) is given
    if state == "superseded":
        successor = queries.find_successor(session, certificate.id)
        assert successor is not None
        assert client.page.find("a", href=f"/certificates/{successor.public_id}/share") is not None
    if state in ("suspended", "revoked"):
        assert ("l’équipe de ce site" if language == "fr" else "those who run this site") in words(entry)
    assert client.get(f"/certificates/{number}/qr.svg").status_code == (200 if given else 404)


def test_it_says_whom_to_write_to_where_there_is_somebody(
    app: Flask, session: Session, cast: Cast, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = dataclasses.replace(app.config["SETTINGS"], site_contact="help@example.org")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    revoke(session, certificate)
    client = cast.client("ada", language="en")
    client.get("/certificates")
    assert client.page.find("main").find("a", href="mailto:help@example.org") is not None


def entry_of(page: BeautifulSoup, number: str) -> Tag:
    """The line of a certificate in the list; a successor's line may name it too, and comes first."""
    grouped = " ".join(number[start : start + 4] for start in range(0, len(number), 4))
    return next(
        line
        for line in page.find("ul", class_="listing").find_all("li", recursive=False)
        if grouped in line.find("p", class_="meta").get_text()
    )


def words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("public", [False, True])
def test_the_preview_is_the_public_page(
    app: Flask, session: Session, cast: Cast, certificate: Certificate, language: str, public: bool
) -> None:
    ada, stranger = cast.client("ada", language=language), ReviewedClient(app, session)
    ada.post(f"/certificates/{certificate.public_id}/name", {"show": "yes" if public else "no"})
    ada.get(f"/certificates/{certificate.public_id}/share")
    stranger.get(f"/verify/{certificate.public_id}?lang={language}")
    for part in ("what", "how"):
        mine, theirs = (
            words(client.page.find("section", attrs={"aria-labelledby": part})) for client in (ada, stranger)
        )
        assert mine == theirs
    assert ("Ada Lefèvre" in words(ada.page.find("div", class_="preview"))) is public


def test_every_link_of_the_page_leads_to_what_it_says(
    app: Flask, session: Session, cast: Cast, certificate: Certificate
) -> None:
    ada, stranger = cast.client("ada", language="en"), ReviewedClient(app, session)
    ada.get(f"/certificates/{certificate.public_id}/share")
    values = {field["id"]: field["value"] for field in ada.page.find_all("input", attrs={"data-copy": True})}
    stranger.get(values["naming-link"].removeprefix("http://localhost:8000"))
    assert "Ada Lefèvre" in stranger.text()
    stranger.get(values["plain-link"].removeprefix("http://localhost:8000"))
    assert "Ada Lefèvre" not in stranger.text()
    address = urlsplit(ada.page.find("a", href=lambda href: href and "linkedin.com" in href)["href"])
    fields = {name: value for name, (value,) in parse_qs(address.query).items()}
    assert address.path == "/profile/add"
    issued, expires = certificate.issued_at, certificate.expires_at
    assert expires is not None
    assert fields == {
        "startTask": "CERTIFICATION_NAME",
        "name": values["linkedin-name"],
        "organizationName": "Passerelle",
        "issueYear": str(issued.year),
        "issueMonth": str(issued.month),
        "expirationYear": str(expires.year),
        "expirationMonth": str(expires.month),
        "certUrl": f"http://localhost:8000/verify/{certificate.public_id}",
        "certId": certificate.public_id,
    }


def test_without_an_end_nothing_is_said_of_one(session: Session, cast: Cast, keys: str) -> None:
    exam = builders.make_course(session, awards={**builders.SETTINGS["awards"], "validity_months": None})
    certificate = builders.certify(session, cast.ada, exam)
    ada = cast.client("ada", language="en")
    ada.get(f"/certificates/{certificate.public_id}/share")
    assert "expiration" not in ada.page.find("a", href=lambda href: href and "linkedin.com" in href)["href"]
    assert ada.page.find("input", id="linkedin-expires") is None


def test_the_pages_are_the_holder_s_alone(app: Flask, session: Session, cast: Cast, certificate: Certificate) -> None:
    stranger = ReviewedClient(app, session)
    for page in ("share", "qr.svg"):
        address = f"/certificates/{certificate.public_id}/{page}?k={certificate.reveal_key}"
        assert cast.client("blaise").get(address).status_code == 404
        assert stranger.get(address).status_code == 302


def test_every_copy_carries_the_proof(app: Flask, session: Session, cast: Cast, certificate: Certificate) -> None:
    session.commit()
    drain_outbox(app)
    ada, blaise, stranger = cast.client("ada"), cast.client("blaise"), ReviewedClient(app, session)
    document = queries.find_document(session, certificate.id)
    assert document is not None and document.credential is not None and document.jwt is not None
    for kind, beginning in KINDS.items():
        address = f"/certificates/{certificate.public_id}.{kind}"
        answer = ada.get(address)
        assert answer.status_code == 200, kind
        assert answer.data.startswith(beginning)
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{certificate.public_id}.{kind}"'
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert stranger.get(f"{address}?k={certificate.reveal_key}").data == answer.data
        for client in (blaise, stranger):
            assert client.get(address).status_code == 404
        if kind in ("png", "svg"):
            assert extract_bounded(answer.data).credential_bytes == document.credential.encode()
    assert ada.get(f"/certificates/{certificate.public_id}.jwt").data == document.jwt.encode()


def test_the_qr_code_says_the_link(certificate: Certificate) -> None:
    """Drawn again from its path, module by module, it is the code that segno makes of that text."""
    link = f"http://localhost:8000/verify/{certificate.public_id}?k={certificate.reveal_key}"
    code = qr_code(link)
    drawn = [bytearray(code.side) for _ in range(code.side)]
    for x, y, length in re.findall(r"M(\d+) (\d+)\.5h(\d+)", code.path):
        drawn[int(y)][int(x) : int(x) + int(length)] = b"\x01" * int(length)
    assert [bytes(row) for row in drawn] == [bytes(row) for row in segno.make(link, error="m", micro=False).matrix]
    assert code.svg.startswith("<svg xmlns")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_once_the_holder_is_erased_nobody_has_the_pages_and_nothing_breaks(
    app: Flask, session: Session, cast: Cast, certificate: Certificate, language: str
) -> None:
    key, number = certificate.reveal_key, certificate.public_id
    session.commit()
    drain_outbox(app)
    services.forget_holder(session, cast.ada.id)
    session.commit()
    ada = cast.client("ada", language=language)
    ada.get("/certificates")
    assert number[:4] not in ada.text()
    for kind in KINDS:
        assert ada.get(f"/certificates/{number}.{kind}?k={key}").status_code == 404
    assert ada.get(f"/certificates/{number}/share").status_code == 404
    assert ReviewedClient(app, session).get(f"/verify/{number}?k={key}&lang={language}").status_code == 200
    assert json.loads(ada.get(f"/api/v1/certificates/{number}").data)["holder"] == {"name": None, "erased": True}


def test_a_file_of_the_document_before_is_not_given_for_the_one_in_force(
    app: Flask, session: Session, cast: Cast, certificate: Certificate
) -> None:
    session.commit()
    drain_outbox(app)
    suspend(session, certificate)
    services.reinstate_certificate(session, actor=SYSTEM, certificate=certificate)
    ada, address = cast.client("ada"), f"/certificates/{certificate.public_id}.pdf"
    assert ada.get(address).status_code == 202
    session.commit()
    drain_outbox(app)
    assert ada.get(address).status_code == 200
