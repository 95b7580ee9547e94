"""Verifying a file: ours, edited, tampered with, foreign, hostile; nothing is kept, and nothing is ever a 500."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.assessment.models import ExamVersion
from app.certification.keyring import find_signer
from app.certification.keys import rotate_key
from app.certification.models import Certificate, CertificateDocument, SigningKey
from app.certification.services import revoke_certificate
from app.extensions import db
from app.foundation import clock
from app.foundation.actor import SYSTEM
from app.foundation.database import Base
from certificates.credential import Credential
from certificates.keys import generate_key
from certificates.signing import serialise, sign, sign_document
from tests.builders import Cast
from tests.certification import builders
from tests.reviewer import ReviewedClient
from tests.verification.builders import drawn, edited, multipart, retitled, signed, upload, with_attachment

TITLES = {
    "valid": ("Valid certificate", 200),
    "expired": ("Certificate expired", 200),
    "revoked": ("Certificate revoked", 200),
    "tampered": ("Tampered certificate", 200),
    "altered": ("Altered file", 200),
    "wrong_issuer": ("Another issuer", 200),
    "key_withdrawn": ("Key withdrawn", 200),
    "status_unavailable": ("Status unknown for now", 200),
    "unknown": ("Certificate not in the register", 200),
    "malformed": ("Unreadable file", 422),
}


@pytest.fixture
def certificate(session: Session, cast: Cast, exam: ExamVersion) -> Certificate:
    """Ada's."""
    return builders.certify(session, cast.ada, exam)


def ask(client: ReviewedClient, content: bytes, state: str) -> None:
    """Send a file on the page, in both languages, and to the API: each says `state`."""
    title, status = TITLES[state]
    for language in ("fr", "en"):
        client.get(f"/verify?lang={language}")
        response = client.post("/verify", upload(content), content_type="multipart/form-data")
        assert response.status_code == status
        assert response.headers["Cache-Control"] == "no-store"
    assert client.page.h1.get_text() == title
    answer = client.raw.post("/api/v1/verify", data=upload(content))
    assert answer.status_code == status
    if state == "malformed":
        assert answer.mimetype == "application/problem+json"
        assert answer.get_json()["detail"]
    else:
        assert answer.get_json()["status"] == state


def test_the_files_we_made(app: Flask, client: ReviewedClient, session: Session, certificate: Certificate) -> None:
    pdf = drawn(app, session, certificate)
    ask(client, pdf, "valid")
    assert "Ada Lefèvre" in client.text(), "the file shows the claims it was signed with"
    ask(client, signed(session, certificate), "valid")
    ask(client, json.dumps(json.loads(signed(session, certificate)), indent=4).encode(), "valid")


def test_an_edited_pdf_is_told_from_its_good_credential(
    app: Flask, client: ReviewedClient, session: Session, certificate: Certificate
) -> None:
    pdf = drawn(app, session, certificate)
    ask(client, retitled(pdf), "altered")
    ask(client, pdf + b"\n% one more line\n", "altered")
    other = with_attachment(pdf, edited(signed(session, certificate), "validFrom", "2020-01-01T00:00:00Z"))
    ask(client, other, "tampered")
    assert "Ada" not in client.text(), "nothing of a bad document is shown"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("credentialSubject.identifier.0.identityHash", "Mallory Forger"),
        ("credentialSubject.result.1.value", "99"),
        ("validUntil", "2099-01-01T00:00:00Z"),
        ("name", "smuggled"),
        ("proof.proofValue", "z" + "1" * 80),
        ("credentialStatus.statusListIndex", "1"),
    ],
)
def test_a_changed_credential_is_tampered(
    client: ReviewedClient, session: Session, certificate: Certificate, path: str, value: str
) -> None:
    content = edited(signed(session, certificate), path, value)
    ask(client, content, "tampered")
    assert client.raw.post("/api/v1/verify", data=content).get_json()["tampered"] is True


def test_another_issuer(client: ReviewedClient, session: Session, certificate: Certificate) -> None:
    document = json.loads(signed(session, certificate))
    document.pop("proof")
    document["issuer"]["id"] = "did:web:elsewhere.example"
    foreign = sign_document(document, generate_key("did:web:elsewhere.example#key-2026-01"), clock.now())
    ask(client, serialise(foreign), "wrong_issuer")


def test_signed_by_us_but_in_no_register(client: ReviewedClient, session: Session, certificate: Certificate) -> None:
    document = json.loads(signed(session, certificate))
    document.pop("proof")
    document["credentialSubject"]["identifier"][0]["identityHash"] = "Eve Thief"
    signer = find_signer(session)
    assert signer is not None
    ask(client, serialise(sign(Credential.from_dict(document), signer, clock.now())), "unknown")
    assert "Eve" not in client.text()


def test_revoked_and_expired(app: Flask, client: ReviewedClient, session: Session, certificate: Certificate) -> None:
    pdf = drawn(app, session, certificate)
    with clock.frozen(clock.now() + timedelta(days=400)):
        ask(client, pdf, "expired")
    revoke_certificate(session, actor=SYSTEM, certificate=certificate, reason="misconduct")
    session.commit()
    ask(client, pdf, "revoked")
    ask(client, signed(session, certificate), "revoked")
    ask(client, retitled(pdf), "revoked")


def test_a_withdrawn_key(client: ReviewedClient, session: Session, certificate: Certificate) -> None:
    content = signed(session, certificate)
    session.execute(
        update(SigningKey).values(state="compromised", state_since=clock.now(), compromised_from=clock.now())
    )
    session.commit()
    ask(client, content, "key_withdrawn")


def test_an_erased_holders_file_still_verifies(
    client: ReviewedClient, session: Session, certificate: Certificate
) -> None:
    content = signed(session, certificate)
    session.execute(update(Certificate).values(holder_name=None, reveal_key=None, account_id=None))
    session.execute(update(CertificateDocument).values(credential=None))
    session.commit()
    ask(client, content, "valid")
    assert "Ada Lefèvre" in client.text()


def test_rotation_keeps_the_old_and_serves_the_new(
    client: ReviewedClient, session: Session, cast: Cast, exam: ExamVersion, certificate: Certificate
) -> None:
    rotate_key(session, actor=SYSTEM)
    session.commit()
    newer = builders.certify(session, cast.blaise, exam)
    keys = session.scalars(select(CertificateDocument.key_id).order_by(CertificateDocument.certificate_id)).all()
    assert keys == ["key-2026-01", "key-2026-02"] or len(set(keys)) == 2
    ask(client, signed(session, certificate), "valid")
    ask(client, signed(session, newer), "valid")
    for one in (certificate, newer):
        answer = client.get(f"/verify/{one.public_id}", headers={"Accept": "application/json"}).get_json()
        assert answer["status"] == "valid"


def test_a_register_that_cannot_be_read_is_never_a_yes(
    app: Flask, client: ReviewedClient, session: Session, certificate: Certificate
) -> None:
    content = signed(session, certificate)
    session.commit()

    def break_down(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "certificate_document" in statement:
            raise OperationalError(statement, None, RuntimeError("disk I/O error"))

    event.listen(db.engine, "before_cursor_execute", break_down)
    try:
        ask(client, content, "status_unavailable")
    finally:
        event.remove(db.engine, "before_cursor_execute", break_down)


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("credential.json", "{}")
    return out.getvalue()


HOSTILE = {
    "NUL": b"\x00" * 100,
    "zip": _zip(),
    "html": b"<!doctype html><script>alert(1)</script>",
    "text": b"hello",
    "empty object": b"{}",
    "half a JSON": b'{"issuer": {"id"',
    "duplicate keys": b'{"issuer": "a", "issuer": "b", "credentialSubject": {}}',
    "deep": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "NaN": b'{"issuer": NaN, "credentialSubject": {}}',
    "half a character": b'{"issuer": "\\ud800", "credentialSubject": {"a": "\\udfff"}',
    "not UTF-8": b'{"issuer": "\xff", "credentialSubject": {}}',
    "too long a credential": b'{"issuer": "' + b"a" * 70_000 + b'"}',
    "half a PDF": b"%PDF-1.7\n1 0 obj\n<<",
    "a PDF of nothing": b"%PDF-1.7\n" + b"\x00" * 1000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_holds_no_credential_is_unreadable(client: ReviewedClient, keys: str, kind: str) -> None:
    ask(client, HOSTILE[kind], "malformed")


def test_a_plain_pdf_is_unreadable(
    app: Flask, client: ReviewedClient, session: Session, certificate: Certificate
) -> None:
    import pikepdf

    out = io.BytesIO()
    pikepdf.Pdf.new().save(out)
    ask(client, out.getvalue(), "malformed")


def test_no_file_and_large_files(client: ReviewedClient, keys: str) -> None:
    assert client.post("/verify", upload(b"", ""), content_type="multipart/form-data").status_code == 422
    for size, on_the_page in ((2 * 1024 * 1024, 422), (10 * 1024 * 1024, 413)):
        body = multipart(b"%PDF-" + b"0" * size, client.csrf_token())
        for address, status in (("/verify", on_the_page), ("/api/v1/verify", 413)):
            response = client.raw.post(address, data=body, content_type="multipart/form-data; boundary=edge")
            assert response.status_code == status
            if address == "/verify":
                assert "dépasse 2 Mo" in response.get_data(as_text=True).replace("\u00a0", " ")


def test_nothing_sent_is_kept(app: Flask, client: ReviewedClient, session: Session, certificate: Certificate) -> None:
    pdf = drawn(app, session, certificate)
    files = set(app.config["SETTINGS"].instance_path.rglob("*"))
    before = _counts(session)
    ask(client, retitled(pdf), "altered")
    assert _counts(session) == before
    assert set(app.config["SETTINGS"].instance_path.rglob("*")) == files


def _counts(session: Session) -> dict[str, int]:
    tables = [table for table in Base.metadata.sorted_tables if table.name != "budget"]
    return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}
