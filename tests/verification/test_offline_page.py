"""The page that verifies in a browser alone: opened from disk in Chromium, answered by the issuer and nobody else."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Route
from sqlalchemy.orm import Session

from app.assessment.models import ExamVersion
from app.certification import queries
from app.certification.models import Certificate
from app.certification.services import revoke_certificate
from app.certification.signatures import sign_what_waits
from app.certification.status_lists import list_url
from app.foundation import clock
from app.foundation.actor import SYSTEM
from app.verification.offline_words import words_in
from certificates.badge import badge_png, badge_svg
from certificates.keys import KeyRing, did_document, generate_key, jwks
from tests.builders import Cast
from tests.certification import builders
from tests.reviewer import ReviewedClient
from tests.verification.builders import drawn, retitled, signed
from tests.verification.test_kinds_of_file import jwt_of, withdraw_keys

pytestmark = pytest.mark.browser
ISSUER = "http://localhost:8000"
KEYS, LIST = f"{ISSUER}/.well-known/did.json", f"{list_url(ISSUER, 1)}.jwt"


@dataclass
class Counter:
    """The page from disk; what the issuer answers by address (nothing: no network) and what was asked."""

    page: Page
    answers: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def answer(self, route: Route) -> None:
        """Stand in for the network: the issuer's answers, or none."""
        url = route.request.url
        if url.startswith("file:"):
            route.continue_()
            return
        self.asked.append(url)
        body = self.answers.get(url)
        if body is None:
            route.abort()
        else:
            route.fulfill(body=body, headers={"Access-Control-Allow-Origin": "*"})

    def give(self, **files: bytes) -> str:
        """Choose files; the title of the verdict."""
        self.page.evaluate("document.getElementById('answer').replaceChildren()")
        chosen = [{"name": name.replace("_", "."), "mimeType": "", "buffer": data} for name, data in files.items()]
        self.page.locator("#files").set_input_files(chosen)
        title = self.page.locator("#answer .verdict h2")
        title.wait_for()
        return title.inner_text()

    def rows(self) -> dict[str, str]:
        """The mark of each check, by name."""
        lines = self.page.locator("#answer .checks li").all()
        return {line.locator("span").inner_text(): line.get_attribute("class") or "" for line in lines}


@pytest.fixture
def certificate(session: Session, cast: Cast, exam: ExamVersion) -> Certificate:
    """Ada's."""
    return builders.certify(session, cast.ada, exam)


@pytest.fixture
def open_page(chromium: Browser, client: ReviewedClient, tmp_path: Path) -> Iterator[Callable[..., Counter]]:
    """Saves the page as a visitor would, and opens the file; the issuer answers with what it publishes now."""
    contexts = []

    def open_it(language: str = "en", *, network: bool = True) -> Counter:
        path = tmp_path / "verify-offline.html"
        path.write_bytes(client.get(f"/verify/offline.html?lang={language}").data)
        contexts.append(chromium.new_context())
        counter = Counter(contexts[-1].new_page())
        if network:
            counter.answers = {
                KEYS: client.get("/.well-known/did.json").data,
                LIST: client.get("/credentials/status/1.jwt").data,
            }
        contexts[-1].route("**/*", counter.answer)
        counter.page.goto(path.as_uri())
        return counter

    yield open_it
    for context in contexts:
        context.close()


def test_ours_in_every_form_that_a_browser_can_check(
    app: Flask, session: Session, certificate: Certificate, open_page: Callable[..., Counter]
) -> None:
    pdf, token, document = drawn(app, session, certificate), jwt_of(session, certificate), signed(session, certificate)
    counter = open_page()
    forms = (
        {"a_pdf": pdf},
        {"a_jwt": token},
        {"a_png": badge_png(token)},
        {"a_svg": badge_svg(token)},
        {"a_json": document, "a_jwt": token},
        {"a_png": badge_png(document), "a_jwt": token},
    )
    for files in forms:
        assert counter.give(**files) == "Valid certificate", files.keys()
        assert counter.page.get_by_text("Ada Lefèvre").is_visible()
        assert {mark for name, mark in counter.rows().items() if name != "File"} == {"ok"}
    assert counter.give(a_pdf=pdf) and counter.rows()["File"] == "off", "not checked is not passed"
    assert set(counter.asked) == {KEYS, LIST}, "nobody but the issuer is asked"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_words_are_those_of_the_counter(
    session: Session, certificate: Certificate, open_page: Callable[..., Counter], client: ReviewedClient, language: str
) -> None:
    token = jwt_of(session, certificate)
    counter = open_page(language)
    title = counter.give(a_jwt=token)
    client.get(f"/verify/{certificate.public_id}?lang={language}")
    assert title == client.page.h1.get_text()
    ours = client.page.find("section", class_="verdict").find("p").get_text()
    theirs = counter.page.locator("#answer .verdict p").first.inner_text()
    assert theirs.split(",")[0].split("\u00a0")[0] == ours.split(",")[0].split("\u00a0")[0]
    assert counter.page.locator("html").get_attribute("lang") == language
    counter.page.locator("#language").click()
    other = "en" if language == "fr" else "fr"
    assert counter.page.locator("html").get_attribute("lang") == other
    assert counter.page.locator("#answer .verdict h2").inner_text() == words_in(other)["valid.title"]
    assert counter.page.locator("h1").inner_text() == words_in(other)["title"]


def changed(token: bytes) -> bytes:
    """The JWT with another name in it."""
    head, body, signature = token.split(b".")
    content = base64.urlsafe_b64decode(body + b"==").replace("Lefèvre".encode(), b"Mallory!")
    return head + b"." + base64.urlsafe_b64encode(content).rstrip(b"=") + b"." + signature


def test_tampered(app: Flask, session: Session, certificate: Certificate, open_page: Callable[..., Counter]) -> None:
    token, document = jwt_of(session, certificate), signed(session, certificate)
    flipped = token[:-5] + (b"A" if token[-5:-4] != b"A" else b"B") + token[-4:]
    counter = open_page()
    for files in ({"a_jwt": changed(token)}, {"a_jwt": flipped}):
        assert counter.give(**files) == "Tampered certificate"
        assert counter.rows()["Signature"] == "stop"
        assert "Mallory" not in counter.page.locator("#answer").inner_text()
    other = document.replace("Lefèvre".encode(), b"Mallory")
    assert counter.give(a_json=other, a_jwt=token) == "Tampered certificate", "the JSON beside it says something else"


def test_keys_of_somebody_else(session: Session, certificate: Certificate, open_page: Callable[..., Counter]) -> None:
    token, issuer = jwt_of(session, certificate), "did:web:localhost%3A8000"
    document = queries.find_document(session, certificate.id)
    assert document is not None
    forger = generate_key(f"{issuer}#{document.key_id}").public_key()

    counter = open_page()
    counter.answers[KEYS] = json.dumps(did_document(issuer, KeyRing((forger,)))).encode()
    assert counter.give(a_jwt=token) == "Tampered certificate"
    stranger = generate_key("did:web:elsewhere.example#key-1")
    assert counter.give(a_jwt=token, did_json=json.dumps(jwks(KeyRing((stranger.public_key(),)))).encode()) == (
        "Tampered certificate"
    )


def test_another_issuer_is_not_asked(
    session: Session, certificate: Certificate, open_page: Callable[..., Counter]
) -> None:
    head, body, signature = jwt_of(session, certificate).split(b".")
    content = base64.urlsafe_b64decode(body + b"==").replace(b"did:web:localhost%3A8000", b"did:web:elsewhere.example")
    foreign = head + b"." + base64.urlsafe_b64encode(content).rstrip(b"=") + b"." + signature
    counter = open_page()
    assert counter.give(a_jwt=json_sorted(foreign)) == "Another issuer"
    assert counter.asked == []


def json_sorted(token: bytes) -> bytes:
    """The same JWT, its payload in the one form that is read."""
    head, body, signature = token.split(b".")
    content = json.loads(base64.urlsafe_b64decode(body + b"=="))
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    return head + b"." + base64.urlsafe_b64encode(text).rstrip(b"=") + b"." + signature


def test_revoked(app: Flask, session: Session, certificate: Certificate, open_page: Callable[..., Counter]) -> None:
    pdf, token = drawn(app, session, certificate), jwt_of(session, certificate)
    revoke_certificate(session, actor=SYSTEM, certificate=certificate, reason="misconduct")
    session.commit()
    counter = open_page()
    for files in ({"a_pdf": pdf}, {"a_jwt": token}):
        assert counter.give(**files) == "Certificate revoked"
        assert counter.rows()["Revocation"] == "stop"


def test_expired_and_not_yet_valid(
    session: Session, cast: Cast, exam: ExamVersion, open_page: Callable[..., Counter]
) -> None:
    with clock.frozen(clock.now() - timedelta(days=400)):
        old = builders.certify(session, cast.ada, exam)
    with clock.frozen(clock.now() + timedelta(days=3)):
        early = builders.certify(session, cast.blaise, exam)
    session.commit()
    with clock.frozen(clock.now() + timedelta(seconds=1)):
        sign_what_waits(session)
    session.commit()
    counter = open_page()
    assert counter.give(a_jwt=jwt_of(session, old)) == "Certificate expired"
    assert counter.rows()["Dates"] == "stop"
    assert counter.give(a_jwt=jwt_of(session, early)) == "Certificate not valid yet"


def test_a_withdrawn_key(session: Session, certificate: Certificate, open_page: Callable[..., Counter]) -> None:
    token = jwt_of(session, certificate)
    withdraw_keys(session, clock.now())
    counter = open_page()
    assert counter.give(a_jwt=token) == "Key withdrawn"
    assert "Ada" not in counter.page.locator("#answer").inner_text()


def test_without_a_list_or_with_an_old_one_it_is_not_a_yes(
    session: Session, certificate: Certificate, open_page: Callable[..., Counter], client: ReviewedClient
) -> None:
    token = jwt_of(session, certificate)
    counter = open_page()
    fresh = counter.answers.pop(LIST)
    with clock.frozen(clock.now() - timedelta(days=3)):
        sign_old(session)
    old = client.get("/credentials/status/1.jwt").data
    for wrong in (None, b"nonsense", changed_list(fresh), old):
        counter.answers.pop(LIST, None)
        if wrong is not None:
            counter.answers[LIST] = wrong
        assert counter.give(a_jwt=token) == "Status unknown for now"
        assert counter.rows()["Revocation"] == "off"
        assert "This is not a yes" in counter.page.locator("#answer").inner_text()


def sign_old(session: Session) -> None:
    """Sign the list as it would have been three days ago."""
    row = queries.find_status_list(session, 1)
    assert row is not None
    row.signed_at = None
    sign_what_waits(session)
    session.commit()


def changed_list(token: bytes) -> bytes:
    """A list whose signature is not good."""
    return token[:-5] + (b"A" if token[-5:-4] != b"A" else b"B") + token[-4:]


def test_without_a_network_the_files_do(
    session: Session, certificate: Certificate, open_page: Callable[..., Counter], client: ReviewedClient
) -> None:
    token = jwt_of(session, certificate)
    did, keys = (client.get(f"/.well-known/{name}").data for name in ("did.json", "jwks.json"))
    listed = client.get("/credentials/status/1.jwt").data
    counter = open_page(network=False)
    assert counter.give(a_jwt=token) == "Not checked"
    assert "This is not a yes" in counter.page.locator("#answer").inner_text()
    assert counter.give(did_json=did) == "Status unknown for now", "what was chosen before is kept"
    assert counter.give(status_jwt=listed) == "Valid certificate"
    assert open_page(network=False).give(a_jwt=token, jwks_json=keys, status_jwt=listed) == "Valid certificate"


def test_what_cannot_be_checked_here_never_looks_like_a_pass(
    app: Flask, session: Session, certificate: Certificate, open_page: Callable[..., Counter]
) -> None:
    document, pdf = signed(session, certificate), drawn(app, session, certificate)
    counter = open_page()
    assert counter.give(a_json=document) == "Not checked"
    assert set(counter.rows().values()) == {"off"}
    hostile = (b"", b"\x00" * 99, b"%PDF-1.7 nothing", b"\x89PNG\r\n\x1a\n", b"<svg/>", b"eyJ.e.e", b"{", b"\xff" * 9)
    for content in (*hostile, pdf[: len(pdf) // 3], b"0" * (2 * 1024 * 1024 + 1)):
        assert counter.give(a_file=content) in ("Unreadable file", "Not checked")
        assert "ok" not in counter.rows().values()
    assert counter.give(a_pdf=retitled(pdf)) == "Valid certificate"
    assert counter.rows()["File"] == "off", "only the issuer knows the bytes it made"


def test_a_browser_without_ed25519_says_so(
    session: Session, certificate: Certificate, open_page: Callable[..., Counter]
) -> None:
    counter = open_page()
    counter.page.evaluate("void (crypto.subtle.importKey = async () => { throw new Error() })")
    assert counter.give(a_jwt=jwt_of(session, certificate)) == "Not checked"
    assert "Ed25519" in counter.page.locator("#answer").inner_text()


def test_the_policy_of_the_page_lets_its_own_script_run_and_no_other(client: ReviewedClient, keys: str) -> None:
    response = client.get("/verify/offline")
    policy = response.headers["Content-Security-Policy"]
    assert f"connect-src {ISSUER}" in policy
    assert "unsafe" not in policy and "nonce" not in policy
    assert policy.count("'sha256-") == 2
    assert client.get("/verify/offline", headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
