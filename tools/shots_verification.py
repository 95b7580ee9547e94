"""Every answer of the counter, as it is photographed: certificates in each state, files good and bad, lists."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import FilePayload, Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalog.queries import get_current_version
from app.certification import queries, services
from app.certification.models import Certificate
from app.foundation import clock
from app.foundation.actor import SYSTEM
from app.foundation.identifiers import new_public_id
from app.foundation.permissions import Role
from app.wiring import demo

STATES = {
    "suspended": "Inès Cabrera",
    "replaced": "Jonas Weber",
    "expired": "Karim Benali",
    "erased": "Lucie Moreau",
    "pending": "Marguerite-Anne de La Rochefoucauld",
}
Act = Callable[[Page], None]


def add_certificates(session: Session) -> None:
    """One more learner for each state, who passed like the others."""
    version = get_current_version(session, demo.COURSE)
    for state, name in STATES.items():
        person = demo.Person(state, name, Role.LEARNER, wrong=1)
        actor = demo._join(session, person, "!")
        long_ago = 1200 if state == "expired" else 3
        with clock.frozen(clock.now() - timedelta(days=long_ago, hours=2)):
            demo.study(session, actor, person, version)
        _bring_to(session, state, _certificate_of(session, actor.account_id))


def _bring_to(session: Session, state: str, certificate: Certificate) -> None:
    if state == "suspended":
        services.suspend_certificate(session, actor=SYSTEM, certificate=certificate, reason="under-review")
    if state == "replaced":
        services.renew_certificate(session, actor=SYSTEM, certificate=certificate)
    if state == "erased":
        services.forget_holder(session, certificate.account_id or 0)
    session.flush()


def leave_unsigned(session: Session) -> None:
    """One that waits for its signature: after the worker's round, which would sign it."""
    certificate = session.scalars(select(Certificate).where(Certificate.holder_name == STATES["pending"])).one()
    for document in queries.documents_of(session, certificate.id):
        session.delete(document)
    certificate.state = "pending"


def _certificate_of(session: Session, account_id: int) -> Certificate:
    wanted = select(Certificate).where(Certificate.account_id == account_id).order_by(Certificate.id)
    return session.scalars(wanted).one()


def named(session: Session) -> list[tuple[str, str, Act | None]]:
    """(name, path, act) of each picture."""
    found = {certificate.public_id: certificate for certificate in session.scalars(select(Certificate))}
    by_state: dict[str, Certificate] = {certificate.state: certificate for certificate in found.values()}
    expired = min(found.values(), key=lambda one: one.issued_at)
    renewed = next(one for one in found.values() if one.supersedes_id)
    erased = next(one for one in found.values() if one.holder_name is None)
    good = next(one for one in found.values() if one.state == "valid" and one.holder_name == "Ada Lefèvre")
    waiting = next(one for one in found.values() if one.holder_name == STATES["pending"])
    document = queries.find_document(session, good.id)
    credential = document.credential or "" if document else ""
    token = document.jwt or "" if document else ""
    rows = _rows(list(found.values()))
    pages = {
        "suspended": by_state["suspended"],
        "superseded": by_state["superseded"],
        "renewed": renewed,
        "expired": expired,
        "erased": erased,
    }
    return [
        *((f"verify-{name}", f"/verify/{one.public_id}", None) for name, one in pages.items()),
        ("verify-pending", f"/verify/{waiting.public_id}?k={waiting.reveal_key}", None),
        ("verify-file-valid", "/verify", _file("certificate.json", credential)),
        ("verify-file-tampered", "/verify", _file("certificate.json", credential.replace("Lefèvre", "Mallory"))),
        ("verify-file-wrong-issuer", "/verify", _file("certificate.json", _foreign(credential))),
        ("verify-file-superseded", "/verify", _file("old.jwt", _old_token(session, by_state["superseded"]))),
        ("verify-file-empty", "/verify", _file("certificate.pdf", "")),
        ("verify-name-no", f"/verify/{good.public_id}", _compare("Ada Lefort")),
        ("verify-bulk-result", "/verify/bulk", _list(rows, scripts=False)),
        ("verify-bulk-done", "/verify/bulk", _list(rows, scripts=True)),
        ("verify-bulk-refused", "/verify/bulk", _list("", scripts=True)),
        ("verify-offline-valid", "/verify/offline", _offline("certificate.jwt", token)),
        ("verify-offline-tampered", "/verify/offline", _offline("certificate.jwt", token[:-6] + "AAAAAA")),
        ("verify-offline-json", "/verify/offline", _offline("certificate.json", credential)),
    ]


def _rows(certificates: list[Certificate]) -> str:
    lines = [f"{one.public_id};{one.holder_name or 'Lucie Moreau'}" for one in certificates]
    return "\n".join(["numéro;nom", *lines, f"{new_public_id()};Zoé Roux", "4T9X K2MB V7QP;=1+1"])


def _foreign(credential: str) -> str:
    document = json.loads(credential)
    return json.dumps({**document, "issuer": {**document["issuer"], "id": "did:web:elsewhere.example"}})


def _old_token(session: Session, certificate: Certificate) -> str:
    document = queries.find_document(session, certificate.id)
    return document.jwt or "" if document else ""


def _file(name: str, content: str) -> Act:
    def send(page: Page) -> None:
        payload = FilePayload(name=name, mimeType="application/octet-stream", buffer=content.encode())
        page.locator("input[type=file]").set_input_files(payload)
        with page.expect_navigation():
            page.locator("form[enctype] button[type=submit]").click()

    return send


def _compare(name: str) -> Act:
    def send(page: Page) -> None:
        page.locator("#name").fill(name)
        with page.expect_navigation():
            page.locator("form[action$='/name'] button[type=submit]").click()

    return send


def _list(rows: str, *, scripts: bool) -> Act:
    def send(page: Page) -> None:
        page.locator("#rows").fill(rows)
        if scripts:
            page.locator("#bulk-form button[type=submit]").click()
            page.locator("#bulk-download:visible, #bulk-problem:visible").first.wait_for()
        else:
            with page.expect_navigation():
                page.evaluate("document.getElementById('bulk-form').submit()")

    return send


def _offline(name: str, content: str) -> Act:
    def choose(page: Page) -> None:
        payload = FilePayload(name=name, mimeType="application/octet-stream", buffer=content.encode())
        page.locator("#files").set_input_files(payload)
        page.locator("#answer .verdict").wait_for()

    return choose
