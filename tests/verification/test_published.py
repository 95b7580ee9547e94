"""What anyone needs to verify without us; and everyone agrees once a certificate is revoked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask
from sqlalchemy.orm import Session

from app.assessment.models import ExamVersion
from app.certification.keys import rotate_key
from app.certification.models import Certificate
from app.foundation import clock
from app.foundation.actor import SYSTEM
from certificates.cli import main
from certificates.keys import KeyRing, decode_multikey
from certificates.verification import State, verify
from tests.builders import Cast
from tests.certification import builders
from tests.reviewer import ReviewedClient
from tests.verification.builders import drawn, retitled, signed

STATUS_LIST = "/credentials/status/1"


@pytest.fixture
def certificate(session: Session, cast: Cast, exam: ExamVersion) -> Certificate:
    """Ada's."""
    return builders.certify(session, cast.ada, exam)


@pytest.fixture
def offline(app: Flask, client: ReviewedClient, session: Session, certificate: Certificate, tmp_path: Path) -> Path:
    """A folder with what an employer would save: the keys, and both files of the certificate."""
    (tmp_path / "certificate.pdf").write_bytes(drawn(app, session, certificate))
    (tmp_path / "certificate.json").write_bytes(signed(session, certificate))
    (tmp_path / "did.json").write_bytes(client.get("/.well-known/did.json").data)
    return tmp_path


def verify_offline(folder: Path, client: ReviewedClient, *names: str) -> int:
    """The exit code of the library's own command line, with the status list of this instant."""
    (folder / "status.json").write_bytes(client.get(STATUS_LIST).data)
    files = [str(folder / name) for name in names or ("certificate.pdf", "certificate.json")]
    options = ["--keys", str(folder / "did.json"), "--status", str(folder / "status.json")]
    return main(["verify", *files, *options], now=clock.now())


@pytest.mark.parametrize("address", ["/.well-known/did.json", "/.well-known/jwks.json", STATUS_LIST])
def test_published_documents_are_open_and_cached(
    client: ReviewedClient, certificate: Certificate, address: str
) -> None:
    response = client.get(address)
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "max-age=300" in response.headers["Cache-Control"]
    assert "Set-Cookie" not in response.headers
    again = client.get(address, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_the_did_document(client: ReviewedClient, session: Session, keys: str) -> None:
    rotate_key(session, actor=SYSTEM)
    document = client.get("/.well-known/did.json").get_json()
    assert document["id"] == "did:web:localhost%3A8000"
    assert len(document["verificationMethod"]) == 2
    assert document["assertionMethod"] == [method["id"] for method in document["verificationMethod"]]
    assert all(isinstance(method, str) for method in document["assertionMethod"])
    assert [key["kid"] for key in client.get("/.well-known/jwks.json").get_json()["keys"]] == document[
        "assertionMethod"
    ]


def test_every_address_in_a_credential_leads_somewhere(
    client: ReviewedClient, session: Session, certificate: Certificate
) -> None:
    document = json.loads(signed(session, certificate))
    achievement = document["credentialSubject"]["achievement"]
    ours = [skill["targetUrl"] for skill in achievement["alignment"] if "localhost" in skill["targetUrl"]]
    assert len(ours) == 1
    for url in (achievement["id"], document["credentialStatus"]["statusListCredential"], *ours):
        path = url.removeprefix("http://localhost:8000")
        answer = client.get(path)
        assert answer.status_code == 200, url
        assert answer.get_json()["id"] == url
    number = achievement["id"].rpartition("/")[2]
    assert client.get(f"/credentials/{number}").get_json()["name"]
    assert client.get(f"/credentials/{number}?lang=en").get_json()["inLanguage"] == "en"
    assert client.get("/credentials/issuer").get_json()["id"] == document["issuer"]["id"]


@pytest.mark.parametrize(
    "address",
    ["/credentials/status/2", f"/credentials/status/{10**30}", "/credentials/skills/none", "/credentials/" + "A" * 26],
)
def test_what_was_never_published_is_not_found(client: ReviewedClient, keys: str, address: str) -> None:
    assert client.get(address).status_code == 404


def test_without_a_key_there_is_no_issuer(client: ReviewedClient) -> None:
    assert client.get("/.well-known/did.json").status_code == 404
    assert client.get("/verify").status_code == 200


def test_offline_it_verifies_with_our_own_program(
    client: ReviewedClient, session: Session, certificate: Certificate, offline: Path
) -> None:
    assert verify_offline(offline, client) == 0
    bad = (offline / "certificate.json").read_bytes().replace("Lefèvre".encode(), b"Lefevre")
    (offline / "bad.json").write_bytes(bad)
    assert verify_offline(offline, client, "bad.json") == 1
    (offline / "retitled.pdf").write_bytes(retitled((offline / "certificate.pdf").read_bytes()))
    assert verify_offline(offline, client, "retitled.pdf") == 0, "offline, the credential is all there is"


def test_offline_it_verifies_with_somebody_elses_program(
    client: ReviewedClient, session: Session, cast: Cast, exam: ExamVersion
) -> None:
    ldp = pytest.importorskip("openbadgeslib.ob3.ldp", exc_type=ImportError)
    errors = pytest.importorskip("openbadgeslib.ob3.verifier", exc_type=ImportError)
    certificate = builders.certify(session, cast.ada, exam)
    content = signed(session, certificate)
    method = client.get("/.well-known/did.json").get_json()["verificationMethod"][0]
    raw = Ed25519PublicKey.from_public_bytes(decode_multikey(method["publicKeyMultibase"]))
    verifier = ldp.OB3LdpVerifier(raw.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert verifier.verify(content).identifiers[0].identity_hash == "Ada Lefèvre"
    with pytest.raises(errors.OB3VerificationError):
        verifier.verify(content.replace("Lefèvre".encode(), b"Lefevre"))


def test_once_revoked_everyone_says_so(
    app: Flask, client: ReviewedClient, session: Session, certificate: Certificate, offline: Path
) -> None:
    address = f"/verify/{certificate.public_id}"
    assert verify_offline(offline, client) == 0
    arguments = ["certificates", "revoke", certificate.public_id, "--reason", "issued-in-error"]
    session.commit()
    assert app.test_cli_runner().invoke(args=arguments).exit_code == 0
    session.expire_all()
    client.get(f"{address}?lang=en")
    assert client.page.h1.get_text() == "Certificate revoked"
    for path in (address, f"/api/v1/certificates/{certificate.public_id}"):
        answer = client.get(path, headers={"Accept": "application/json"}).get_json()
        assert (answer["status"], answer["reason"]) == ("revoked", "issued-in-error")
    assert verify_offline(offline, client) == 1
    ring = KeyRing.from_did_document(client.get("/.well-known/did.json").get_json())
    verdict = verify(signed(session, certificate), keys=ring, status=client.get(STATUS_LIST).data, now=clock.now())
    assert verdict.state is State.REVOKED


def test_rotation_changes_nothing_for_what_was_saved(
    client: ReviewedClient, session: Session, cast: Cast, exam: ExamVersion, offline: Path
) -> None:
    rotate_key(session, actor=SYSTEM)
    session.commit()
    newer = builders.certify(session, cast.blaise, exam)
    (offline / "newer.json").write_bytes(signed(session, newer))
    assert verify_offline(offline, client) == 0
    (offline / "did.json").write_bytes(client.get("/.well-known/did.json").data)
    assert verify_offline(offline, client, "certificate.json", "newer.json") == 0


def test_the_list_is_a_jwt_for_who_asks_for_one(client: ReviewedClient, certificate: Certificate) -> None:
    for accept, mimetype in (
        ("", "application/ld+json"),
        ("*/*", "application/ld+json"),
        ("application/vc+ld+json, application/json;q=0.9", "application/ld+json"),
        ("application/vc+jwt", "application/vc+jwt"),
        ("application/jwt, */*;q=0.1", "application/vc+jwt"),
    ):
        answer = client.get(STATUS_LIST, headers={"Accept": accept} if accept else {})
        assert answer.mimetype == mimetype, accept
        assert "Accept" in answer.vary
    assert client.get(f"{STATUS_LIST}.jwt").get_data() == answer.get_data()
