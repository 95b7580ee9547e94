"""The day a private key is lost: the drill, its dry run, an interruption, and what others read afterwards."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment.models import ExamVersion
from app.certification import queries, services
from app.certification.compromise import assess, sign_anew, withdraw_key
from app.certification.models import Certificate, CertificateDocument, SigningKey, StatusList
from app.foundation import clock
from app.foundation.actor import SYSTEM
from app.foundation.errors import ConflictError, NotFoundError, RuleError
from app.foundation.outbox import OutboxMessage
from app.verification.services import verify_number
from app.wiring.signing import sign_after_compromise
from certificates.keys import KeyRing
from certificates.verification import State, authenticate, verify
from tests.builders import Cast
from tests.certification import builders
from tests.certification.test_cli import run
from tests.reviewer import ReviewedClient


@pytest.fixture
def key_id(session: Session, exam: ExamVersion) -> str:
    return queries.get_active_key(session).key_id


@pytest.fixture
def people(session: Session, cast: Cast, exam: ExamVersion, key_id: str) -> dict[str, Certificate]:
    """One certificate in each condition, all under the first key."""
    found = {}
    for name in ("valid", "suspended", "revoked", "erased", "pending"):
        person = cast.person(name.title(), email=f"{name}@example.org")
        found[name] = builders.certify(session, person, exam)
    services.suspend_certificate(session, actor=SYSTEM, certificate=found["suspended"], reason="appeal")
    services.revoke_certificate(session, actor=SYSTEM, certificate=found["revoked"], reason="misconduct")
    services.forget_holder(session, found["erased"].account_id or 0)
    found["replaced"] = found.pop("pending")
    found["successor"] = services.correct_name(session, actor=SYSTEM, certificate=found["replaced"], name="Zoé Petit")
    session.commit()
    return found


def yesterday() -> datetime:
    return clock.now() - timedelta(days=1)


def published(client: ReviewedClient) -> KeyRing:
    return KeyRing.from_did_document(client.get("/.well-known/did.json").get_json())


def document_of(session: Session, certificate: Certificate) -> CertificateDocument:
    found = queries.find_document(session, certificate.id)
    assert found is not None
    return found


def test_every_good_certificate_is_signed_anew_and_nothing_else(
    client: ReviewedClient, session: Session, people: dict[str, Certificate], key_id: str
) -> None:
    before = {name: document_of(session, one).revision for name, one in people.items()}
    old = document_of(session, people["valid"]).credential or ""
    new = withdraw_key(session, actor=SYSTEM, key_id=key_id, since=yesterday())
    session.commit()
    assert verify_number(session, people["valid"].public_id).state == "key_withdrawn", "until it is signed anew"
    assert sign_anew(session) == 2
    session.commit()
    assert sign_anew(session) == 0
    after = {name: document_of(session, one).revision - before[name] for name, one in people.items()}
    assert after == {"valid": 1, "successor": 1, "suspended": 0, "revoked": 0, "erased": 0, "replaced": 0}
    document = document_of(session, people["valid"])
    assert document.key_id == new.key_id
    assert verify_number(session, people["valid"].public_id).state == "valid"
    keys, row = published(client), session.scalars(select(StatusList)).one()
    outside = verify(
        (document.credential or "").encode(), keys=keys, status=(row.signed or "").encode(), now=clock.now()
    )
    assert outside.state is State.VALID
    assert authenticate(old.encode(), keys=keys).state is State.KEY_WITHDRAWN
    assert client.get("/.well-known/jwks.json").get_json()["keys"][0]["kid"].endswith(new.key_id)


def test_a_suspended_one_is_signed_with_the_new_key_when_it_is_reinstated(
    session: Session, people: dict[str, Certificate], key_id: str
) -> None:
    new = withdraw_key(session, actor=SYSTEM, key_id=key_id, since=yesterday())
    session.commit()
    assert verify_number(session, people["suspended"].public_id).state in ("suspended", "key_withdrawn")
    services.reinstate_certificate(session, actor=SYSTEM, certificate=people["suspended"])
    session.commit()
    assert document_of(session, people["suspended"]).key_id == new.key_id
    assert verify_number(session, people["suspended"].public_id).state == "valid"


def test_a_retired_key_may_be_withdrawn_without_a_new_one(
    app: Flask, session: Session, people: dict[str, Certificate], key_id: str
) -> None:
    assert run(app, session, "keys", "rotate")[0] == 0
    active = withdraw_key(session, actor=SYSTEM, key_id=key_id, since=yesterday())
    session.commit()
    assert active.key_id != key_id
    assert len(session.scalars(select(SigningKey)).all()) == 2


def test_the_worker_goes_on_where_the_command_was_stopped(
    app: Flask, session: Session, people: dict[str, Certificate], key_id: str
) -> None:
    withdraw_key(session, actor=SYSTEM, key_id=key_id, since=yesterday())
    assert sign_anew(session, limit=1) == 1
    session.commit()
    assert sign_after_compromise(app) == 1
    assert sign_after_compromise(app) == 0
    told = session.scalars(select(OutboxMessage.payload).where(OutboxMessage.kind == "mail")).all()
    assert sum(payload["letter"] == "certificate-signed-anew" for payload in told) == 2


def test_what_cannot_be_withdrawn_is_refused(session: Session, people: dict[str, Any], key_id: str) -> None:
    with pytest.raises(NotFoundError):
        assess(session, "key-1999-01", yesterday())
    with pytest.raises(RuleError):
        withdraw_key(session, actor=SYSTEM, key_id=key_id, since=clock.now() + timedelta(hours=1))
    withdraw_key(session, actor=SYSTEM, key_id=key_id, since=yesterday())
    with pytest.raises(ConflictError):
        withdraw_key(session, actor=SYSTEM, key_id=key_id, since=yesterday())


def test_the_command_reports_asks_and_may_be_repeated(
    app: Flask, session: Session, people: dict[str, Certificate], key_id: str
) -> None:
    since = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}"  # noqa: TID251 - the command's own clock
    arguments = ("keys", "compromise", key_id, "--since", since)
    code, report, error = run(app, session, *arguments, "--dry-run")
    assert (code, error) == (0, "")
    counts = [int(line.split()[0]) for line in report.splitlines() if line[:6].strip().isdigit()]
    assert counts == [2, 1, 1, 2, 6]
    assert all(one.public_id in report for one in people.values())
    assert queries.get_key(session, key_id).state == "active"
    assert run(app, session, *arguments)[0] == 1, "nobody said yes"
    code, report, _error = run(app, session, *arguments, "--yes")
    assert code == 0
    assert "2 certificates signed anew" in report
    code, report, _error = run(app, session, *arguments, "--yes")
    assert code == 0
    assert "0 certificates signed anew" in report
    code, out, _error = run(app, session, "keys", "list", "--json")
    states = {key["key"]: key for key in map(json.loads, out.splitlines())}
    assert states[key_id]["state"] == "compromised"
    assert states[key_id]["compromised_from"].startswith(since)
    assert run(app, session, "keys", "compromise", "key-1999-01", "--since", since, "--yes")[0] == 1
    assert run(app, session, "keys", "compromise", key_id, "--since", "soon", "--yes")[0] == 2
