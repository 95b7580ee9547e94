"""Every form a certificate travels in, and a key withdrawn since: what the register says of each."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.assessment.models import ExamVersion
from app.certification import queries
from app.certification.keyring import find_signer
from app.certification.models import Certificate, SigningKey
from app.certification.services import (
    correct_name,
    forget_holder,
    reinstate_certificate,
    revoke_certificate,
    suspend_certificate,
)
from app.foundation import clock
from app.foundation.actor import SYSTEM
from certificates.badge import badge_png, badge_svg
from certificates.credential import Credential
from certificates.jwt import sign_jwt
from certificates.signed import read_signed
from tests.builders import Cast
from tests.certification import builders
from tests.reviewer import ReviewedClient
from tests.verification.builders import drawn, multipart, retitled, signed, upload


@pytest.fixture
def certificate(session: Session, cast: Cast, exam: ExamVersion) -> Certificate:
    """Ada's."""
    return builders.certify(session, cast.ada, exam)


def jwt_of(session: Session, certificate: Certificate) -> bytes:
    """The certificate as VC-JWT."""
    document = queries.find_document(session, certificate.id)
    assert document is not None and document.jwt is not None
    return document.jwt.encode()


def ask(client: ReviewedClient, content: bytes) -> dict:
    """What the API says; the page must say the same state, in a title of its own."""
    client.get("/verify?lang=en")
    assert client.post("/verify", upload(content), content_type="multipart/form-data").status_code == 200
    answer: dict = client.raw.post("/api/v1/verify", data=upload(content)).get_json()
    return answer


def rows_of(client: ReviewedClient) -> dict[str, tuple[str, str]]:
    """What the page says was checked: mark and detail by name."""
    found = {}
    for line in client.page.find("ul", class_="checks").find_all("li"):
        detail = line.find("small")
        found[line.find("span").get_text()] = (line["class"][0], detail.get_text() if detail else "")
    return found


def withdraw_keys(session: Session, compromised_from: datetime) -> None:
    session.execute(
        update(SigningKey).values(state="compromised", state_since=clock.now(), compromised_from=compromised_from)
    )
    session.commit()


@pytest.mark.parametrize("kind", ["jwt", "png", "svg", "png of a jwt", "svg of a jwt", "jwt and spaces"])
def test_badges_and_jwt_are_found_in_the_register(
    client: ReviewedClient, session: Session, certificate: Certificate, kind: str
) -> None:
    document, token = signed(session, certificate), jwt_of(session, certificate)
    content = {
        "jwt": token,
        "png": badge_png(document),
        "svg": badge_svg(document),
        "png of a jwt": badge_png(token),
        "svg of a jwt": badge_svg(token),
        "jwt and spaces": b"\n" + token + b"\r\n",
    }[kind]
    answer = ask(client, content)
    assert (answer["status"], answer["id"]) == ("valid", certificate.public_id)
    assert answer["holder"] == {"name": "Ada Lefèvre", "masked": False}
    assert "file" not in [check["name"] for check in answer["checks"]], "the bytes of a badge are a picture"
    assert answer["earned"]["items"] == 4
    revoke_certificate(session, actor=SYSTEM, certificate=certificate, reason="misconduct")
    session.commit()
    assert ask(client, content)["status"] == "revoked"


def test_a_jwt_may_be_the_body_itself(client: ReviewedClient, session: Session, certificate: Certificate) -> None:
    token = jwt_of(session, certificate)
    session.commit()
    answer = client.raw.post("/api/v1/verify", data=token, content_type="application/vc+jwt")
    assert answer.get_json()["status"] == "valid"
    changed = token[:-9] + (b"A" if token[-9:-8] != b"A" else b"B") + token[-8:]
    assert client.raw.post("/api/v1/verify", data=changed, content_type="application/vc+jwt").get_json()["tampered"]


def test_a_jwt_of_ours_that_the_register_never_saw(
    client: ReviewedClient, session: Session, certificate: Certificate
) -> None:
    document = dict(read_signed(signed(session, certificate)).content)
    document["credentialSubject"]["identifier"][0]["identityHash"] = "Eve Thief"
    signer = find_signer(session)
    assert signer is not None
    assert ask(client, sign_jwt(Credential.from_dict(document), signer).encode())["status"] == "unknown"
    assert "Eve" not in client.text()
    assert rows_of(client)["Revocation"] == ("stop", "not in the register")


def test_signed_anew_since_the_key_was_withdrawn(
    client: ReviewedClient, session: Session, certificate: Certificate
) -> None:
    old, old_jwt = signed(session, certificate), jwt_of(session, certificate)
    suspend_certificate(session, actor=SYSTEM, certificate=certificate, reason="under-review")
    reinstate_certificate(session, actor=SYSTEM, certificate=certificate)
    assert ask(client, old)["status"] == "superseded"
    assert client.page.find("a", href=f"/verify/{certificate.public_id}") is not None
    withdraw_keys(session, clock.now())
    for content in (old, old_jwt):
        answer = ask(client, content)
        assert (answer["status"], answer["superseded_by"]) == ("key_withdrawn", certificate.public_id)
        assert answer["status_since"] is not None
        assert "signed anew under the same number" in client.text()
        assert client.page.find("a", href=f"/verify/{certificate.public_id}") is not None
        assert rows_of(client)["Signature"][0] == "ok"
        assert rows_of(client)["Issuer"][0] == "stop"


def test_not_in_the_register_and_of_a_withdrawn_key_is_not_ours(
    client: ReviewedClient, session: Session, certificate: Certificate
) -> None:
    document = dict(read_signed(signed(session, certificate)).content)
    document["credentialSubject"]["identifier"][0]["identityHash"] = "Eve Thief"
    signer = find_signer(session)
    assert signer is not None
    forged = sign_jwt(Credential.from_dict(document), signer).encode()
    withdraw_keys(session, clock.now())
    assert ask(client, forged)["status"] == "unknown"
    assert "it was not issued by us" in client.text()
    assert "Eve" not in client.text()


def test_the_register_vouches_for_an_erased_holder(
    app: Flask, client: ReviewedClient, session: Session, cast: Cast, certificate: Certificate
) -> None:
    pdf, document, token = drawn(app, session, certificate), signed(session, certificate), jwt_of(session, certificate)
    forget_holder(session, cast.ada.id)
    session.commit()
    assert ask(client, pdf)["status"] == "valid", "an erased holder's file verifies"
    assert "Ada Lefèvre" in client.text()
    withdraw_keys(session, clock.now() + timedelta(seconds=1))
    for content in (pdf, document, token):
        answer = ask(client, content)
        assert (answer["status"], answer["holder"]["name"]) == ("valid", "Ada Lefèvre")
        assert rows_of(client)["Issuer"][0] == "care"
        assert "withdrawn on" in rows_of(client)["Issuer"][1]
        assert rows_of(client)["Revocation"] == ("ok", "in the register since before, and not revoked")
    assert ask(client, retitled(pdf))["status"] == "altered"
    by_number = client.get(f"/api/v1/certificates/{certificate.public_id}").get_json()
    assert by_number["status"] == "valid"
    with clock.frozen(clock.now() + timedelta(days=400)):
        assert ask(client, document)["status"] == "expired"


def test_signed_after_the_key_was_lost_nobody_vouches(
    client: ReviewedClient, session: Session, cast: Cast, certificate: Certificate
) -> None:
    document = signed(session, certificate)
    forget_holder(session, cast.ada.id)
    withdraw_keys(session, clock.now() - timedelta(days=1))
    answer = ask(client, document)
    assert (answer["status"], answer["holder"]) == ("key_withdrawn", None)
    assert client.get(f"/api/v1/certificates/{certificate.public_id}").get_json()["status"] == "key_withdrawn"


def test_what_was_taken_back_stays_so_when_its_key_is_withdrawn(
    client: ReviewedClient, session: Session, certificate: Certificate
) -> None:
    document = signed(session, certificate)
    revoke_certificate(session, actor=SYSTEM, certificate=certificate, reason="misconduct")
    withdraw_keys(session, clock.now())
    assert ask(client, document)["status"] == "revoked"
    assert client.get(f"/api/v1/certificates/{certificate.public_id}").get_json()["status"] == "revoked"


def test_a_replaced_certificate_leads_to_its_successor_by_number_alone(
    client: ReviewedClient, session: Session, certificate: Certificate
) -> None:
    document = signed(session, certificate)
    newer = correct_name(session, actor=SYSTEM, certificate=certificate, name="Ada Lefebvre")
    session.commit()
    for look in (lambda: ask(client, document), lambda: client.get(f"/verify/{certificate.public_id}?lang=en")):
        look()
        link = client.page.find("a", string="See the certificate that replaced it")
        assert link["href"] == f"/verify/{newer.public_id}"


def test_failed_rows_say_what_failed(client: ReviewedClient, session: Session, certificate: Certificate) -> None:
    jpeg = b"\xff\xd8\xff\xe0" + b"0" * 100
    client.get("/verify?lang=en")
    client.post("/verify", upload(jpeg), content_type="multipart/form-data")
    assert rows_of(client)["Format"] == ("stop", "none found")
    ask(client, signed(session, certificate).replace(b"did:web:localhost%3A8000", b"did:web:example.org"))
    assert rows_of(client)["Issuer"] == ("stop", "another issuer")
    ask(client, signed(session, certificate).replace("Lefèvre".encode(), b"Lefevre"))
    assert rows_of(client)["Signature"] == ("stop", "does not match the content")


def test_empty_and_missing_files_are_told_apart(client: ReviewedClient, keys: str) -> None:
    client.get("/verify?lang=en")
    for content, name, sentence in ((b"", "empty.pdf", "This file is empty."), (b"", "", "Choose a file first.")):
        form = upload(content, name)
        assert client.post("/verify", form, content_type="multipart/form-data").status_code == 422
        assert sentence in client.text()


def test_a_file_costs_the_same_statements_whatever_it_is(
    client: ReviewedClient, session: Session, certificate: Certificate, statements
) -> None:
    document, token = signed(session, certificate), jwt_of(session, certificate)
    counts = []
    for content in (document, token, badge_png(document), badge_svg(token)):
        session.commit()
        client.raw.post("/api/v1/verify", data=upload(content))
        statements.clear()
        client.raw.post("/api/v1/verify", data=upload(content))
        counts.append(len([one for one in statements.seen if not one.startswith(("PRAGMA", "BEGIN"))]))
    assert set(counts) == {3}, "a budget, the version of the key ring, the register"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x00" * 50, "application/vc+jwt"),
        (b"eyJ", "application/vc+jwt"),
        (b"eyJhbGciOiJub25lIn0.e30.", "application/vc+jwt"),
        (b"eyJ" + b"A" * 200_000 + b"." + b"A" * 10 + b".A", "application/vc+jwt"),
        (b'"a string"', "application/json"),
        (b"[]", "application/json"),
        (b"null", "application/json"),
        (b'{"a": "\\ud800"}', "application/json"),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 40, "image/png"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>" * 200, "image/svg+xml"),
        (b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>", "image/svg+xml"),
        (b"--x\r\n\r\n", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data"),
        (b"file=x", "application/x-www-form-urlencoded"),
    ],
)
def test_hostile_bodies_are_problems(
    client: ReviewedClient, session: Session, keys: str, content: bytes, kind: str
) -> None:
    session.commit()
    answer = client.raw.post("/api/v1/verify", data=content, content_type=kind)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"


def test_ten_megabytes_are_refused(client: ReviewedClient, session: Session, keys: str) -> None:
    session.commit()
    body = multipart(b"eyJ" + b"A" * 10_000_000, client.csrf_token())
    for content, kind in ((body, "multipart/form-data; boundary=edge"), (b"{" * 10_000_000, "application/json")):
        answer = client.raw.post("/api/v1/verify", data=content, content_type=kind)
        assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")
