"""Verifying by number: every state, the masked name, the printed key, the name check, what is never said."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from itertools import product
from types import SimpleNamespace

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.assessment.models import ExamVersion
from app.certification.models import Certificate, CertificateDocument, SigningKey
from app.certification.services import (
    reinstate_certificate,
    renew_certificate,
    revoke_certificate,
    show_name,
    suspend_certificate,
)
from app.foundation import clock
from app.foundation.actor import SYSTEM
from app.foundation.identifiers import new_public_id
from app.verification.visitors import Looks
from tests.builders import Cast
from tests.certification import builders
from tests.reviewer import ReviewedClient


@pytest.fixture
def certificate(session: Session, cast: Cast, exam: ExamVersion) -> Certificate:
    """Ada's, earned with three right answers of four."""
    return builders.certify(session, cast.ada, exam, right=3)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_valid_certificate(client: ReviewedClient, certificate: Certificate, language: str) -> None:
    response = client.get(f"/verify/{certificate.public_id}?lang={language}")
    assert response.status_code == 200
    page = client.text()
    assert "A… L…" in page
    assert "Lefèvre" not in page
    assert " ".join(certificate.achievement.name[language].split()) in page
    assert "75" in page
    assert response.headers["Cache-Control"] == "no-store"
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_typed_as_people_type(client: ReviewedClient, certificate: Certificate) -> None:
    number = certificate.public_id
    spaced = " ".join(number[start : start + 4] for start in range(0, 26, 4)).lower()
    for typed in (spaced, number.replace("0", "O").replace("1", "l"), f"http://localhost:8000/verify/{number}"):
        response = client.post("/verify", {"number": typed})
        assert response.status_code == 303
        assert response.headers["Location"] == f"/verify/{number}"
    response = client.post("/verify", {"number": f"http://localhost:8000/verify/{number}?k={certificate.reveal_key}"})
    assert response.headers["Location"] == f"/verify/{number}?k={certificate.reveal_key}"


@pytest.mark.parametrize("typed", ["", "1234", "é" * 26, "a\x00b", "http://[", "x" * 5000, "U" * 26])
def test_what_is_no_number_is_answered_in_words(client: ReviewedClient, keys: str, typed: str) -> None:
    response = client.post("/verify", {"number": typed})
    assert response.status_code == 422
    assert "/verify" in str(client.page.find("form", action="/verify"))


@pytest.mark.parametrize("number", ["", "x", "%00", "..%2f..%2fetc", "é", "A" * 26, "a/b/c", "%F0%9F", "0" * 2000])
def test_an_unknown_number_is_a_page_that_explains(client: ReviewedClient, keys: str, number: str) -> None:
    response = client.get(f"/verify/{number}")
    assert response.status_code in (404, 308, 200 if not number else 404)
    if number and response.status_code == 404:
        assert client.page.find("h1") is not None


def test_unknown_and_unsigned_look_alike(
    client: ReviewedClient, session: Session, cast: Cast, statements: SimpleNamespace
) -> None:
    exam = builders.make_course(session)
    session.commit()
    pending = builders.certify(session, cast.ada, exam)
    assert pending.state == "pending"
    for accept, key in product(("text/html", "application/json"), ("", "?k=wrong")):
        seen = []
        for number in (pending.public_id, new_public_id()):
            statements.clear()
            response = client.get(f"/verify/{number}{key}", headers={"Accept": accept})
            assert response.status_code == 404
            text = client.text() if accept == "text/html" else response.get_data(as_text=True)
            work = [one for one in statements.seen if not one.startswith(("PRAGMA", "BEGIN", "INSERT INTO budget"))]
            seen.append((text.replace(number, ""), work))
        assert seen[0] == seen[1]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_whoever_has_the_key_is_told_that_it_is_being_signed(
    client: ReviewedClient, session: Session, cast: Cast, language: str
) -> None:
    exam = builders.make_course(session)
    session.commit()
    pending = builders.certify(session, cast.ada, exam)
    address = f"/verify/{pending.public_id}?k={pending.reveal_key}"
    response = client.get(f"{address}&lang={language}")
    assert (response.status_code, response.headers["Retry-After"]) == (202, "60")
    assert (
        client.page.h1.get_text()
        == {"en": "Certificate being signed", "fr": "Certificat en cours de signature"}[language]
    )
    answer = client.get(address, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_printed_key_shows_the_name_and_a_wrong_one_does_not(
    client: ReviewedClient, certificate: Certificate
) -> None:
    client.get(f"/verify/{certificate.public_id}?k={certificate.reveal_key}")
    assert "Ada Lefèvre" in client.text()
    for key in ("x", "é", certificate.reveal_key[:-1], certificate.reveal_key + "A"):
        client.get(f"/verify/{certificate.public_id}", query_string={"k": key})
        assert "Lefèvre" not in client.text()


def test_the_key_is_in_no_log(
    client: ReviewedClient,
    certificate: Certificate,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    logging.getLogger("app").propagate = True
    with caplog.at_level(logging.DEBUG):
        client.get(f"/verify/{certificate.public_id}?k={certificate.reveal_key}")
        client.get(f"/certificates/{certificate.public_id}.pdf?k={certificate.reveal_key}")
        client.get(f"/certificates/{certificate.public_id}.json?k={certificate.reveal_key}wrong")
    logging.getLogger("app").propagate = False
    captured = capsys.readouterr()
    said = "".join(record.getMessage() + str(getattr(record, "fields", "")) for record in caplog.records)
    assert certificate.reveal_key not in said + captured.out + captured.err


def test_a_name_made_public_shows(
    client: ReviewedClient, session: Session, cast: Cast, certificate: Certificate
) -> None:
    show_name(session, actor=cast.actor("ada"), certificate=certificate, public=True)
    session.commit()
    client.get(f"/verify/{certificate.public_id}")
    assert "Ada Lefèvre" in client.text()
    assert client.page.find(id="name-check") is None


@pytest.mark.parametrize("language", ["fr", "en"])
def test_revoked(client: ReviewedClient, session: Session, certificate: Certificate, language: str) -> None:
    revoke_certificate(session, actor=SYSTEM, certificate=certificate, reason="marking-error")
    session.commit()
    client.get(f"/verify/{certificate.public_id}?lang={language}")
    assert client.page.find("section", class_="verdict stop") is not None


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_state_by_number_has_its_words(
    client: ReviewedClient, session: Session, cast: Cast, exam: ExamVersion, certificate: Certificate, language: str
) -> None:
    client.get(f"/verify?lang={language}")
    address, titles = f"/verify/{certificate.public_id}", {}

    def look(state: str) -> str:
        client.get(address)
        titles[state] = client.page.h1.get_text()
        assert client.page.find("section", class_="verdict").find_all("p")
        answer = client.get(address, headers={"Accept": "application/json"}).get_json()
        assert answer["status"] == state
        return client.text()

    look("valid")
    with clock.frozen(certificate.issued_at - timedelta(days=1)):
        look("not_yet_valid")
    with clock.frozen(clock.now() + timedelta(days=400)):
        look("expired")
    suspend_certificate(session, actor=SYSTEM, certificate=certificate, reason="appeal")
    assert {"fr": "recours", "en": "an appeal is open"}[language] in look("suspended")
    reinstate_certificate(session, actor=SYSTEM, certificate=certificate)
    renewed = renew_certificate(session, actor=SYSTEM, certificate=certificate)
    look("superseded")
    assert client.get(address, headers={"Accept": "application/json"}).get_json()["superseded_by"] == renewed.public_id
    client.get(f"/verify/{renewed.public_id}")
    assert {"fr": "sans nouvel examen", "en": "without a new exam"}[language] in client.text()
    assert len(set(titles.values())) == len(titles)


def test_expired(client: ReviewedClient, certificate: Certificate) -> None:
    with clock.frozen(clock.now() + timedelta(days=400)):
        response = client.get(f"/verify/{certificate.public_id}")
        assert response.status_code == 200
        assert client.page.find("section", class_="verdict care") is not None
        answer = client.get(f"/verify/{certificate.public_id}", headers={"Accept": "application/json"}).get_json()
    assert answer["status"] == "expired"
    assert [check["passed"] for check in answer["checks"]] == [True, True, False]


def test_a_withdrawn_key(client: ReviewedClient, session: Session, certificate: Certificate) -> None:
    session.execute(
        update(SigningKey).values(state="compromised", state_since=clock.now(), compromised_from=clock.now())
    )
    session.commit()
    client.get(f"/verify/{certificate.public_id}?lang=en")
    assert client.page.h1.get_text() == "Key withdrawn"
    answer = client.get(f"/verify/{certificate.public_id}", headers={"Accept": "application/json"}).get_json()
    assert answer["status"] == "key_withdrawn"
    assert client.get("/.well-known/did.json").get_json()["assertionMethod"] == []


@pytest.mark.parametrize(
    "change",
    [
        update(Certificate).values(holder_name="Mallory Forger"),
        update(Certificate).values(expires_at=None),
        update(CertificateDocument).values(credential="{}"),
    ],
)
def test_a_row_edited_behind_our_back_is_not_shown(
    client: ReviewedClient, session: Session, certificate: Certificate, change: object
) -> None:
    session.execute(change)  # type: ignore[call-overload]
    session.commit()
    response = client.get(f"/verify/{certificate.public_id}?lang=en&k={certificate.reveal_key}")
    assert response.status_code == 200
    assert client.page.h1.get_text() == "Tampered certificate"
    assert "Mallory" not in client.text()


def test_an_erased_holder_leaves_a_certificate_that_still_answers(
    client: ReviewedClient, session: Session, certificate: Certificate
) -> None:
    session.execute(update(Certificate).values(holder_name=None, reveal_key=None, account_id=None))
    session.execute(update(CertificateDocument).values(credential=None))
    session.commit()
    client.get(f"/verify/{certificate.public_id}?lang=en")
    assert client.page.h1.get_text() == "Valid certificate"
    assert "erased" in client.text()
    answer = client.get(f"/verify/{certificate.public_id}", headers={"Accept": "application/json"}).get_json()
    assert answer["holder"] == {"name": None, "erased": True}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_name_check(client: ReviewedClient, certificate: Certificate, language: str) -> None:
    address = f"/verify/{certificate.public_id}/name"
    client.get(f"/verify?lang={language}")
    answers = []
    for typed in ("LEFEVRE ada", "Ada Lefevre", "Ada Lefort"):
        assert client.post(address, {"name": typed}).status_code == 200
        answers.append(client.page.find("div", attrs={"role": "status"})["class"])
    assert answers == [["callout"], ["callout"], ["callout", "care"]]
    assert client.post(address, {"name": "\x00"}).status_code == 422


def test_the_address_of_the_name_check_leads_back_to_the_certificate(
    client: ReviewedClient, certificate: Certificate
) -> None:
    page = f"/verify/{certificate.public_id}"
    assert client.get(f"{page}/name").location == page
    client.post(f"{page}/name", {"name": "Jean Dupont"})
    assert str(client.page.find("link", rel="alternate", hreflang=True)["href"]).startswith(f"{page}?lang=")


def test_the_name_check_has_a_budget(client: ReviewedClient, certificate: Certificate) -> None:
    address = f"/verify/{certificate.public_id}/name"
    statuses = [client.post(address, {"name": "Ada"}).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    assert int(client.post(address, {"name": "Ada"}).headers["Retry-After"]) > 0


def test_asking_too_often_is_refused(client: ReviewedClient, keys: str) -> None:
    network = {"REMOTE_ADDR": "203.0.113.9"}
    with clock.frozen(clock.now()):
        statuses = [client.get(f"/verify/{new_public_id()}", environ_base=network).status_code for _ in range(61)]
    assert statuses == [404] * 60 + [429]


def test_a_verification_costs_one_look(client: ReviewedClient, certificate: Certificate, statements) -> None:
    address, network = f"/verify/{certificate.public_id}", {"REMOTE_ADDR": "203.0.113.10"}
    for accept in ("application/json", "text/html"):
        client.get(address, headers={"Accept": accept}, environ_base=network)
        statements.clear()
        client.get(address, headers={"Accept": accept}, environ_base=network)
        work = [one for one in statements.seen if not one.startswith(("PRAGMA", "BEGIN"))]
        assert len(work) == 1, work  # the register, with the version of the key ring beside it


def test_what_is_kept_of_a_page_follows_the_register(
    client: ReviewedClient, session: Session, certificate: Certificate
) -> None:
    """Parts of the page are kept in the process: neither a name shown with its key nor an old state stays."""
    address, key = f"/verify/{certificate.public_id}", f"?k={certificate.reveal_key}"
    for asked, shown in ((address, False), (address + key, True), (address, False), (address + key, True)):
        client.get(asked)
        assert ("Lefèvre" in client.text()) == shown
    certificate.name_public = True
    session.commit()
    client.get(address)
    assert "Lefèvre" in client.text()
    certificate.name_public = False
    revoke_certificate(session, actor=SYSTEM, certificate=certificate, reason="misconduct")
    session.commit()
    for asked, shown in ((address, False), (address + key, True)):
        client.get(asked)
        assert ("Lefèvre" in client.text()) == shown
        assert "Certificat révoqué" in client.text()
        assert "Certificat valide" not in client.text()


def test_looks_are_counted_by_network_and_minute() -> None:
    looks = Looks(2, 60)
    start = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
    with clock.frozen(start):
        assert [looks.take("a"), looks.take("a"), looks.take("a"), looks.take("b")] == [True, True, False, True]
        looks.add("a", 1)
        assert [looks.take("a"), looks.take("a"), looks.take("b"), looks.take("b")] == [True, False, True, False]
    with clock.frozen(start + timedelta(minutes=1)):
        assert looks.take("a")
