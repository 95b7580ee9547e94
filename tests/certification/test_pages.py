"""One's own certificates, and the screens of administrators."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment.models import ExamVersion
from app.certification import queries
from app.certification.files import file_content, is_ours
from app.certification.models import Certificate
from app.foundation import clock
from app.foundation.outbox import OutboxMessage
from app.wiring.deliveries import drain_outbox
from tests.builders import Cast
from tests.certification import builders
from tests.reviewer import ReviewedClient


@pytest.fixture
def certificate(session: Session, cast: Cast, exam: ExamVersion) -> Certificate:
    """Ada's."""
    return builders.certify(session, cast.ada, exam)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_my_certificates(cast: Cast, certificate: Certificate, language: str) -> None:
    client = cast.client("ada", language=language)
    assert client.get("/certificates").status_code == 200
    assert client.page.find("a", href=f"/certificates/{certificate.public_id}/share") is not None
    client.get(f"/certificates/{certificate.public_id}/share")
    link = client.page.find("input", id="naming-link")["value"]
    assert link == f"http://localhost:8000/verify/{certificate.public_id}?k={certificate.reveal_key}"
    other = cast.client("blaise", language=language)
    other.get("/certificates")
    assert certificate.public_id[:4] not in other.text()


def test_the_files_are_mine_or_the_links(app: Flask, session: Session, cast: Cast, certificate: Certificate) -> None:
    ada, blaise, stranger = cast.client("ada"), cast.client("blaise"), ReviewedClient(app, session)
    pdf, credential = f"/certificates/{certificate.public_id}.pdf", f"/certificates/{certificate.public_id}.json"
    waiting = ada.get(pdf)
    assert waiting.status_code == 202
    assert int(waiting.headers["Retry-After"]) > 0
    session.commit()
    assert drain_outbox(app) == 2  # the letter and the picture
    assert drain_outbox(app) == 0
    for address in (pdf, credential):
        assert ada.get(address).status_code == 200
        assert stranger.get(f"{address}?k={certificate.reveal_key}").status_code == 200
        for client in (blaise, stranger):
            assert client.get(address).status_code == 404
            assert client.get(f"{address}?k=").status_code == 404
            assert client.get(f"{address}?k=wrong").status_code == 404
    document = queries.find_document(session, certificate.id)
    assert document is not None and document.credential is not None
    assert ada.get(credential).data == document.credential.encode(), "the signed bytes exactly"
    row = queries.find_file(session, certificate.id, "pdf")
    assert row is not None
    assert ada.get(pdf).data == file_content(row)
    assert is_ours(session, row, file_content(row))
    assert not is_ours(session, row, file_content(row) + b"\n")


def test_a_new_name_and_a_new_course_change_nothing_that_was_issued(
    app: Flask, session: Session, cast: Cast, certificate: Certificate
) -> None:
    session.commit()
    drain_outbox(app)
    client = cast.client("ada")
    addresses = [f"/certificates/{certificate.public_id}.{kind}" for kind in ("pdf", "json")]
    before = [client.get(address).data for address in addresses]
    client.get(f"/verify/{certificate.public_id}?k={certificate.reveal_key}&lang=en")
    page = client.page.find("section", attrs={"aria-labelledby": "what"}).get_text(" ", strip=True)
    session.execute(update(Account).where(Account.id == certificate.account_id).values(name="Augusta King"))
    builders.republish(session, "counting", {"fr": "Autre titre", "en": "Another title"})
    session.commit()
    drain_outbox(app)
    assert [client.get(address).data for address in addresses] == before
    client.get(f"/verify/{certificate.public_id}?k={certificate.reveal_key}&lang=en")
    assert client.page.find("section", attrs={"aria-labelledby": "what"}).get_text(" ", strip=True) == page


def test_i_choose_whether_my_name_shows(app: Flask, session: Session, cast: Cast, certificate: Certificate) -> None:
    ada, stranger = cast.client("ada"), ReviewedClient(app, session)
    choice = f"/certificates/{certificate.public_id}/name"
    assert cast.client("blaise").post(choice, {"show": "yes"}).status_code == 404
    for answer, shown in (("yes", True), ("no", False)):
        ada.post(choice, {"show": answer}, follow=True)
        stranger.get(f"/verify/{certificate.public_id}")
        assert ("Ada Lefèvre" in stranger.text()) is shown


@pytest.mark.parametrize("language", ["fr", "en"])
def test_nothing_yet_and_to_be_signed(session: Session, cast: Cast, language: str) -> None:
    client = cast.client("blaise", language=language)
    client.get("/certificates")
    assert client.page.find("a", href="/courses", class_="button") is not None
    exam = builders.make_course(session)
    session.commit()
    certificate = builders.certify(session, cast.blaise, exam)
    client.get("/certificates")
    assert client.page.find("span", class_="tag care") is not None
    assert client.get(f"/certificates/{certificate.public_id}.json").status_code == 202


@pytest.mark.parametrize("language", ["fr", "en"])
def test_administrators_make_and_rotate_keys(app: Flask, cast: Cast, session: Session, language: str) -> None:
    builders.make_keys(app, session)
    client = cast.client("admin", language=language)
    client.get("/admin/keys")
    client.post("/admin/keys", follow=True)
    assert [key.state for key in queries.signing_keys(session)] == ["active", "retired"]
    for person in ("ada", "camille", "dora"):
        assert cast.client(person).get("/admin/keys").status_code == 403
        assert cast.client(person).post("/admin/keys").status_code == 403


def test_the_first_key_is_made_on_the_page(cast: Cast, session: Session) -> None:
    client = cast.client("admin")
    client.get("/admin/keys")
    client.post("/admin/keys", follow=True)
    issuer = queries.find_issuer(session)
    assert issuer is not None
    assert issuer.did == "did:web:localhost%3A8000"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_administrators_revoke(cast: Cast, session: Session, certificate: Certificate, language: str) -> None:
    client = cast.client("admin", language=language)
    for text in ("", certificate.public_id.lower(), "ADA@example.org", "lefèvre", "lefevre", "ADA LEFÈVRE"):
        client.get("/admin/certificates", query_string={"q": text})
        assert client.page.find("a", href=f"/admin/certificates/{certificate.public_id}") is not None, text
    client.get("/admin/certificates?q=nobody")
    for text in ("nobody", "%", "_", "é" * 200):
        client.get("/admin/certificates", query_string={"q": text})
        assert client.page.find("a", href=f"/admin/certificates/{certificate.public_id}") is None, text
    client.get("/admin/certificates?q=%00")
    address = f"/admin/certificates/{certificate.public_id}"
    client.get(address)
    assert client.post(f"{address}/revocation", {}).status_code == 422
    assert client.post(f"{address}/revocation", {"reason": "because"}).status_code == 422
    assert cast.client("ada").post(f"{address}/revocation", {"reason": "misconduct"}).status_code == 403
    client.post(f"{address}/revocation", {"reason": "misconduct"}, follow=True)
    session.refresh(certificate)
    assert certificate.state == "revoked"
    assert client.post(f"{address}/revocation", {"reason": "misconduct"}).status_code == 409


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_drawing_that_was_given_up_says_so(
    session: Session, cast: Cast, certificate: Certificate, language: str
) -> None:
    session.execute(update(OutboxMessage).where(OutboxMessage.kind == "certificate-pdf").values(dead_at=clock.now()))
    client = cast.client("ada", language=language)
    assert client.get(f"/certificates/{certificate.public_id}.pdf").status_code == 503
    button = client.page.find("main").find("a", class_="button")
    assert button["href"] == f"/certificates/{certificate.public_id}.json"
