"""The pages of the people who run the site."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts.letters import send_letter
from app.accounts.models import Account
from app.admin.queries import AuditState, DatabaseState, OutboxState
from app.admin.status import check_audit, check_database, check_outbox
from app.foundation import clock
from app.foundation.i18n import use_language
from app.foundation.outbox import OutboxMessage, enqueue
from app.foundation.permissions import Role
from app.jobs.models import Employer
from tests.builders import Cast
from tests.matching.people import Hiring
from tests.reviewer import ReviewedClient

PAGES = ["/admin/", "/admin/accounts"]


@pytest.mark.parametrize("path", PAGES)
def test_only_administrators(cast: Cast, client: ReviewedClient, path: str) -> None:
    assert client.get(path).location == "/sign-in"
    for name in ("ada", "camille", "dora"):
        assert cast.client(name).get(path).status_code == 403
    assert cast.client("admin").get(path).status_code == 200


@pytest.mark.parametrize(("language", "words"), [("fr", "Base de données"), ("en", "Database")])
def test_the_status_page(cast: Cast, *, language: str, words: str) -> None:
    assert cast.blaise.role == "learner"
    client = cast.client("admin", language=language)
    client.get("/admin/")
    assert words in client.text()
    assert ("SQLite" in client.text()) or ("PostgreSQL" in client.text())
    assert "migration 0" in client.text()


def test_an_old_sqlite_asks_for_care() -> None:
    with use_language("en"):
        assert check_database(DatabaseState("SQLite", "3.40.1", "0001", wal_bug=True)).state == "care"
        assert check_database(DatabaseState("SQLite", "3.51.3", "0001", wal_bug=False)).state == "ok"
        assert check_database(DatabaseState("PostgreSQL", "16.4", "0001", wal_bug=False)).detail.startswith(
            "PostgreSQL"
        )


def test_a_late_outbox_means_that_the_worker_has_stopped() -> None:
    now = clock.now()
    with use_language("en"), clock.frozen(now):
        assert check_outbox(OutboxState(0, 3, 0, None)).detail == "3 sent, 0 waiting"
        assert check_outbox(OutboxState(1, 3, 0, now - timedelta(minutes=4))).state == "ok"
        late = check_outbox(OutboxState(1, 3, 0, now - timedelta(minutes=6)))
        assert (late.state, late.detail) == (
            "stop",
            "1 message has been waiting. Start the worker: flask --app wsgi worker",
        )
        assert check_outbox(OutboxState(0, 3, 2, None)).detail == "2 messages could not be sent"


def test_a_broken_audit_chain_is_named() -> None:
    with use_language("en"):
        assert check_audit(AuditState(2, None)).detail == "2 entries, chain intact"
        assert check_audit(AuditState(9, 4)).state == "stop"
        assert "entry 4 does not follow" in check_audit(AuditState(9, 4)).detail


def test_a_dead_letter_is_shown_and_tried_again(session: Session, cast: Cast) -> None:
    send_letter(session, cast.ada, "password-changed")
    message = session.scalars(select(OutboxMessage)).one()
    message.dead_at, message.tries, message.last_error = clock.now(), 6, "SMTPDataError 550"
    client = cast.client("admin", language="en")
    client.get("/admin/")
    assert "SMTPDataError 550" in client.text()
    assert client.post(f"/admin/outbox/{message.id}/retry", follow=True).status_code == 200
    session.refresh(message)
    assert (message.dead_at, message.tries) == (None, 0)
    assert client.post(f"/admin/outbox/{message.id}/retry").status_code == 404, "it is not dead any more"
    for nobody in (2**31 - 1, 2**31, "9" * 24, "9" * 5000):
        assert client.post(f"/admin/outbox/{nobody}/retry").status_code == 404


def test_a_message_of_no_letter_is_shown_by_its_kind(session: Session, cast: Cast) -> None:
    enqueue(session, "certificate-pdf", dedupe_key="x", recipient_id=None, language="fr", payload={"certificate": "1"})
    session.scalars(select(OutboxMessage)).one().dead_at = clock.now()
    client = cast.client("admin")
    client.get("/admin/")
    assert "certificate-pdf" in client.text()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("lefevre", ["Ada Lefèvre"]),
        ("LEFÈVRE", ["Ada Lefèvre"]),
        ("ada@example", ["Ada Lefèvre"]),
        ("example.org", ["Ada Lefèvre", "Alex Admin", "Zoë 100%"]),
        ("%", ["Zoë 100%"]),
        ("_", []),
        ("' OR 1=1 --", []),
        ("{{7*7}}", []),
        ("nobody", []),
    ],
)
def test_finding_somebody(cast: Cast, *, words: str, found: list[str]) -> None:
    assert cast.ada.name
    cast.person("Zoë 100%", email="zoe%@example.org")
    client = cast.client("admin")
    client.get("/admin/accounts", query_string={"q": words})
    assert [cell.get_text() for cell in client.page.select("tbody th")] == found


@pytest.mark.parametrize("words", ["\x00", "a\x00b", "\u202e", "m" * 10_000, "é" * 200, "\ufffe"])
def test_searching_for_what_nobody_types_is_not_a_crash(cast: Cast, words: str) -> None:
    client = cast.client("admin")
    assert client.get("/admin/accounts", query_string={"q": words}).status_code == 200


def test_filters_and_pages(cast: Cast) -> None:
    for number in range(51):
        cast.person(f"Person {number:02}", Role.EMPLOYER)
    client = cast.client("admin", language="en")
    client.get("/admin/accounts?role=employer")
    assert "51 accounts" in client.text()
    client.get("/admin/accounts?role=employer&page=2")
    assert [cell.get_text() for cell in client.page.select("tbody th")] == ["Person 50"]
    for nonsense in ("page=0", "page=-1", "page=9999999999999999999", "page=x", "role=emperor"):
        assert client.get(f"/admin/accounts?{nonsense}").status_code == 200


def test_suspending_and_reinstating(session: Session, cast: Cast) -> None:
    person, client = cast.client("ada"), cast.client("admin", language="en")
    address = f"/admin/accounts/{cast.ada.public_id}"
    assert client.post(f"{address}/suspension", follow=True).status_code == 200
    assert "Suspended" in client.text()
    assert person.get("/account").location == "/sign-in"
    assert client.post(f"{address}/reinstatement").status_code == 302
    assert session.get(Account, cast.ada.id).state == "active"
    assert person.get("/account").location == "/sign-in", "the old session stays closed"


def test_an_administrator_is_not_suspended_by_themselves(cast: Cast) -> None:
    client = cast.client("admin")
    assert client.post(f"/admin/accounts/{cast.admin.public_id}/suspension").status_code == 422
    assert client.get("/admin/").status_code == 200


def test_the_audit_chain_is_really_read(app: Flask, session: Session, cast: Cast) -> None:
    client = cast.client("admin", language="en")
    client.post(f"/admin/accounts/{cast.ada.public_id}/suspension")
    client.get("/admin/")
    assert "1 entry, chain intact" in client.text()
    trigger = "audit_entry_no_update"
    if session.get_bind().dialect.name == "sqlite":
        kept = session.scalar(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": trigger})
        session.execute(text(f"DROP TRIGGER {trigger}"))
        session.execute(text("UPDATE audit_entry SET event = 'nothing'"))
        session.execute(text(kept))
        client.get("/admin/")
        assert "entry 1 does not follow" in client.text()


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "1 organisation à approuver"), ("en", "1 organisation to approve")]
)
def test_an_organisation_that_waits_is_said_and_leads_to_its_approval(
    cast: Cast, session: Session, *, language: str, words: str
) -> None:
    admin = cast.client("admin", language=language)
    admin.get("/admin/")
    assert words not in admin.text()
    Hiring(session, cast.dora)
    employer = session.scalars(select(Employer)).one()
    employer.approved_at = None
    session.commit()
    admin.get("/admin/")
    assert admin.page.find("a", string=words)["href"] == "/admin/employers"
    employer.approved_at = clock.now()
    session.commit()
    admin.get("/admin/")
    assert words not in admin.text()
