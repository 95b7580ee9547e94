"""The register and one certificate for administrators: filters, history, each step, each refusal."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.assessment.models import ExamVersion
from app.certification import keyring, queries, services
from app.certification.compromise import sign_anew, withdraw_key
from app.certification.models import Certificate
from app.certification.rules import STEPS, State, steps_open
from app.foundation import clock
from app.foundation.actor import SYSTEM
from app.wiring.deliveries import drain_outbox
from tests.builders import Cast
from tests.certification import builders
from tests.certification.test_sharing import ends_in, replace, revoke, suspend

ANSWERS = {
    "suspension": {"reason": "appeal"},
    "reinstatement": {},
    "correction": {"name": "Ada Lovelace", "again": "Ada Lovelace"},
    "renewal": {},
    "revocation": {"reason": "misconduct"},
}


@pytest.fixture
def certificate(session: Session, cast: Cast, exam: ExamVersion) -> Certificate:
    """Ada's."""
    return builders.certify(session, cast.ada, exam)


def address(certificate: Certificate, step: str = "") -> str:
    return f"/admin/certificates/{certificate.public_id}" + (f"/{step}" if step else "")


@pytest.mark.parametrize(
    ("state", "holder_known", "expires", "expected"),
    [
        ("pending", True, True, ["revocation"]),
        ("valid", True, True, ["suspension", "correction", "renewal", "revocation"]),
        ("valid", True, False, ["suspension", "correction", "revocation"]),
        ("valid", False, True, ["suspension", "revocation"]),
        ("suspended", True, True, ["reinstatement", "revocation"]),
        ("suspended", False, True, ["revocation"]),
        ("revoked", True, True, []),
        ("superseded", True, True, []),
    ],
)
def test_the_steps_open_in_each_state(state: str, holder_known: bool, expires: bool, expected: list[str]) -> None:
    assert steps_open(state, holder_known=holder_known, expires=expires) == expected


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_step_is_explained_then_taken(
    session: Session, cast: Cast, certificate: Certificate, language: str
) -> None:
    client = cast.client("admin", language=language)
    ends = {"suspension": "suspended", "reinstatement": "valid", "correction": "superseded", "renewal": "superseded"}
    for step in ("suspension", "reinstatement", "correction", "renewal", "revocation"):
        client.get(address(certificate))
        assert client.page.find("a", href=address(certificate, step)) is not None, step
        client.get(address(certificate, step))
        assert len(client.page.find("section", attrs={"aria-labelledby": "follows"}).find_all("li")) == 3
        answer = client.post(address(certificate, step), ANSWERS[step])
        assert answer.status_code == 302
        client.get(answer.headers["Location"])
        session.refresh(certificate)
        assert certificate.state == ends.get(step, "revoked")
        if certificate.state == State.SUPERSEDED:
            successor = queries.find_successor(session, certificate.id)
            assert successor is not None
            assert answer.headers["Location"] == address(successor)
            certificate = successor
    client.get(address(certificate))
    assert client.page.find("section", attrs={"aria-labelledby": "steps"}).find("a") is None


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_refusal_is_a_sentence_that_keeps_what_was_typed(
    session: Session, cast: Cast, certificate: Certificate, language: str
) -> None:
    client = cast.client("admin", language=language)
    mistakes: list[tuple[str, dict[str, Any]]] = [
        ("suspension", {}),
        ("suspension", {"reason": "misconduct"}),
        ("correction", {"name": "", "again": ""}),
        ("correction", {"name": "Ada Lovelace", "again": "Ada Lovelac"}),
        ("correction", {"name": "x" * 61, "again": "x" * 61}),
        ("correction", {"name": "Ada\u202eLovelace", "again": "Ada\u202eLovelace"}),
        ("correction", {"name": "Ada Lefèvre", "again": "Ada Lefèvre"}),  # the service's own refusal
    ]
    for step, typed in mistakes:
        assert client.post(address(certificate, step), typed).status_code == 422, typed
        assert client.page.find(role="alert") is not None
        if step == "correction" and "\u202e" not in typed["name"]:
            assert client.page.find("input", id="name")["value"] == typed["name"]
    assert client.post(address(certificate, "reinstatement"), {}).status_code == 409
    revoke(session, certificate)
    for step in STEPS:
        assert client.get(address(certificate, step)).status_code == 200
        assert client.page.find("main").find("form") is None
        assert client.post(address(certificate, step), ANSWERS[step]).status_code == 409
    assert client.get(address(certificate, "promotion")).status_code == 404
    assert client.post(address(certificate, "promotion"), {}).status_code == 404


def test_only_administrators(cast: Cast, certificate: Certificate) -> None:
    for person in ("ada", "camille", "dora"):
        client = cast.client(person)
        for step in STEPS:
            assert client.get(address(certificate, step)).status_code == 403
            assert client.post(address(certificate, step), ANSWERS[step]).status_code == 403


def test_without_a_key_a_reinstated_one_waits(
    app: Flask, session: Session, cast: Cast, certificate: Certificate
) -> None:
    suspend(session, certificate)
    session.commit()
    path = next(app.config["SETTINGS"].keys_path.glob("key-*.pem"))
    moved = path.rename(path.with_suffix(".away"))
    keyring._signers.clear()
    client = cast.client("admin", language="en")
    client.post(address(certificate, "reinstatement"), {}, follow=True)
    assert "waits for the signing key" in client.page.get_text()
    keyring._signers.clear()
    moved.rename(path)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_history_says_everything(
    app: Flask, session: Session, cast: Cast, certificate: Certificate, language: str
) -> None:
    session.commit()
    drain_outbox(app)
    services.suspend_certificate(session, actor=cast.actor("admin"), certificate=certificate, reason="appeal")
    services.reinstate_certificate(session, actor=cast.actor("admin"), certificate=certificate)
    services.show_name(session, actor=cast.actor("ada"), certificate=certificate, public=True)
    withdraw_key(session, actor=SYSTEM, key_id=queries.get_active_key(session).key_id, since=clock.now())
    sign_anew(session)
    replace(session, certificate)
    client = cast.client("admin", language=language)
    client.get(address(certificate))
    happened, signed = client.page.find_all("table")
    lines = [row.get_text(" ", strip=True) for row in happened.find("tbody").find_all("tr")]
    assert len(lines) == 8
    assert "Alex Admin" in lines[2] and "Ada Lefèvre" in lines[5]
    assert ("appeal" if language == "en" else "recours") in lines[2]
    rows = [row.get_text(" ", strip=True) for row in signed.find("tbody").find_all("tr")]
    assert len(rows) == 3
    assert rows[0].count("…") == 2, "drawn: a hash of the document and one of the PDF"
    assert "key-" in rows[0]
    successor = queries.find_successor(session, certificate.id)
    assert successor is not None
    assert client.page.find("main").find("a", href=address(successor)) is not None
    client.get(address(successor))
    assert client.page.find("main").find("a", href=address(certificate)) is not None


def test_the_history_costs_the_same_however_long(
    session: Session, cast: Cast, certificate: Certificate, statements: SimpleNamespace
) -> None:
    client = cast.client("admin")
    suspend(session, certificate)
    services.reinstate_certificate(session, actor=cast.actor("admin"), certificate=certificate)
    seen = []
    for _time in range(3):
        client.get(address(certificate))
        statements.clear()
        client.get(address(certificate))
        seen.append(len(statements.seen))
        suspend(session, certificate)
        services.reinstate_certificate(session, actor=cast.actor("admin"), certificate=certificate)
    assert seen[0] == seen[1] == seen[2]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_register_is_filtered_by_state(session: Session, cast: Cast, exam: ExamVersion, language: str) -> None:
    happened = {"valid": None, "expired": ends_in(-2), "suspended": suspend, "revoked": revoke, "superseded": replace}
    numbers = {}
    for status, happens in happened.items():
        one = builders.certify(session, cast.person(f"Person {status}"), exam)
        if happens is not None:
            happens(session, one)
        numbers[status] = one.public_id
    services.forget_holder(session, queries.get_certificate(session, numbers["revoked"]).account_id or 0)
    client = cast.client("admin", language=language)
    client.get("/admin/certificates")
    views = {link["href"]: link.get_text(strip=True) for link in client.page.find("nav", class_="tabs").find_all("a")}
    assert [text.rpartition("(")[2] for text in views.values()] == ["6)", "2)", "1)", "1)", "1)", "1)"]
    for status, number in numbers.items():
        client.get(f"/admin/certificates?status={status}")
        entries = client.page.find("ul", class_="listing").find_all("h2")
        assert len(entries) == (2 if status == "valid" else 1)
        assert client.page.find("a", href=f"/admin/certificates/{number}") is not None
    client.get("/admin/certificates?status=pending")
    assert client.page.find("div", class_="empty") is not None
    client.get("/admin/certificates?status=nonsense&q=Person")
    assert len(client.page.find("ul", class_="listing").find_all("h2")) == 4, "not the one whose holder was erased"
