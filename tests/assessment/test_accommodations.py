"""Accommodations: granted by staff, copied at the start, said on the start page, seen by nobody else; breaks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.assessment import accommodations
from app.assessment.accommodation_models import Accommodation
from app.assessment.accommodations import Grant, grant
from app.assessment.answering import Incoming, save_answer
from app.assessment.breaks import end_break, start_break
from app.assessment.models import Attempt
from app.assessment.services import submit_attempt
from app.assessment.starting import start_attempt
from app.audit.models import AuditBody, AuditEntry
from app.certification.models import Certificate, CertificateDocument
from app.foundation import clock
from app.foundation.errors import ConflictError, RuleError
from app.foundation.i18n import use_language
from tests.builders import Cast
from tests.certification.builders import make_keys
from tests.courses import Small, begin, exam_of, items_of, right_payload
from tests.matching.people import Hiring

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = {"duration_s": 3600}


def wanted(**changes: Any) -> Grant:
    fields: dict[str, Any] = {
        "extra_percent": 33, "break_minutes": 10, "hide_timer": True,
        "valid_from": date(2026, 1, 1), "valid_to": None, "proof_reference": "dossier 12",
    }  # fmt: skip
    return Grant(**{**fields, **changes})


def give(session: Session, cast: Cast, who: str = "ada", **changes: Any) -> Accommodation:
    row = grant(session, actor=cast.actor("admin"), account=getattr(cast, who), wanted=wanted(**changes))
    session.commit()
    return row


def start(
    session: Session, cast: Cast, small: Small | None = None, who: str = "ada", kind: str = "certification"
) -> Attempt:
    version = (small or Small(exam_settings=HOUR)).publish(session)
    begin(session, getattr(cast, who), version, mastered=kind != "practice")
    attempt = start_attempt(session, actor=cast.actor(who), exam_version=exam_of(session, version, kind), enrolled=True)
    session.commit()
    return attempt


@contextmanager
def at(minutes: float, since: datetime = NOON) -> Iterator[None]:
    with clock.frozen(since + timedelta(minutes=minutes)):
        yield


def audited(session: Session, event: str) -> list[dict[str, Any]]:
    rows = select(AuditBody.details).join(AuditEntry, AuditEntry.seq == AuditBody.seq).where(AuditEntry.event == event)
    return [dict(one) for one in session.scalars(rows)]


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with use_language("en"):
        yield


# Copied at the start


def test_an_attempt_copies_what_is_in_force(cast: Cast, session: Session) -> None:
    give(session, cast)
    with at(0):
        attempt = start(session, cast)
    assert (attempt.extra_percent, attempt.break_allowance_s, attempt.timer_hidden) == (33, 600, True)
    assert attempt.deadline_at == NOON + timedelta(seconds=4788)


@pytest.mark.parametrize(
    ("changes", "extra"),
    [
        ({}, 33),
        ({"valid_from": date(2026, 11, 22), "valid_to": date(2026, 11, 22)}, 33),
        ({"valid_from": date(2026, 11, 23)}, 0),
        ({"valid_to": date(2026, 11, 21)}, 0),
    ],
)
def test_it_holds_between_its_days(cast: Cast, session: Session, changes: dict[str, Any], extra: int) -> None:
    give(session, cast, **changes)
    with at(0):
        assert start(session, cast).extra_percent == extra


def test_the_day_is_that_of_the_site(cast: Cast, session: Session) -> None:
    """23:30 UTC on the 21st is the 22nd in Paris."""
    give(session, cast, valid_from=date(2026, 11, 22))
    with clock.frozen(NOON - timedelta(hours=12, minutes=30)):
        assert start(session, cast).extra_percent == 33


def test_exercises_without_a_limit_need_none(cast: Cast, session: Session) -> None:
    give(session, cast)
    attempt = start(session, cast, kind="practice")
    assert (attempt.extra_percent, attempt.break_allowance_s, attempt.deadline_at) == (0, 0, None)


def test_changing_and_ending_keep_what_was(cast: Cast, session: Session) -> None:
    give(session, cast)
    give(session, cast, extra_percent=50)
    rows = accommodations.accommodations_of(session, cast.ada.id)
    assert [(row.extra_percent, row.ended_by) for row in rows] == [(50, None), (33, cast.admin.id)]
    accommodations.end(session, actor=cast.actor("admin"), account=cast.ada)
    session.commit()
    assert accommodations.granted_to(session, cast.ada.id) == accommodations.NONE
    events = session.scalars(select(AuditEntry.event).where(AuditEntry.event.startswith("accommodation")))
    assert list(events) == ["accommodation.granted", "accommodation.changed", "accommodation.ended"]
    assert "dossier 12" not in str(audited(session, "accommodation.granted"))


def test_nobody_grants_to_themselves_nor_nothing(cast: Cast, session: Session) -> None:
    with pytest.raises(RuleError, match="themselves"):
        grant(session, actor=cast.actor("admin"), account=cast.admin, wanted=wanted())
    with pytest.raises(RuleError, match="at least one"):
        give(session, cast, extra_percent=0, break_minutes=0, hide_timer=False)


def test_one_accommodation_stands_at_a_time(cast: Cast, session: Session) -> None:
    give(session, cast)
    twice = Accommodation(account_id=cast.ada.id, granted_by=cast.admin.id, granted_at=NOON, **vars(wanted()))
    session.add(twice)
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_of_two_who_end_it_one_is_told(cast: Cast, session: Session) -> None:
    row = give(session, cast)
    accommodations._close(session, cast.actor("admin"), row)
    with pytest.raises(ConflictError):
        accommodations._close(session, cast.actor("admin"), row)


# Changed during an attempt


def test_an_open_attempt_gets_it_by_an_act_of_staff_alone(cast: Cast, session: Session) -> None:
    with at(0):
        attempt = start(session, cast)
    before = attempt.deadline_at
    give(session, cast)
    session.refresh(attempt)
    assert attempt.deadline_at == before == NOON + timedelta(hours=1)
    with at(30):
        accommodations.apply_to_attempt(
            session, actor=cast.actor("admin"), account=cast.ada, public_id=attempt.public_id
        )  # fmt: skip
    session.commit()
    assert attempt.deadline_at == NOON + timedelta(seconds=4788)
    assert audited(session, "attempt.extended") == [
        {
            "extra_percent": 33, "break_s": 600, "deadline_before": "2026-11-22T13:00:00+00:00",
            "deadline": "2026-11-22T13:19:48+00:00",
        }
    ]  # fmt: skip


def test_an_extension_never_shortens(cast: Cast, session: Session) -> None:
    give(session, cast, extra_percent=50, break_minutes=20)
    with at(0):
        attempt = start(session, cast)
    give(session, cast, extra_percent=10, break_minutes=0)
    with at(1):
        accommodations.apply_to_attempt(
            session, actor=cast.actor("admin"), account=cast.ada, public_id=attempt.public_id
        )  # fmt: skip
    assert (attempt.extra_percent, attempt.break_allowance_s) == (50, 1200)
    assert attempt.deadline_at == NOON + timedelta(minutes=90)


@pytest.mark.parametrize(("minutes", "granted", "why"), [(61.1, True, "over"), (1, False, "grant it first")])
def test_what_cannot_be_extended_is_refused(
    cast: Cast, session: Session, minutes: float, granted: bool, why: str
) -> None:
    with at(0):
        attempt = start(session, cast)
    if granted:
        give(session, cast)
    with at(minutes), pytest.raises(RuleError, match=why):
        accommodations.apply_to_attempt(
            session, actor=cast.actor("admin"), account=cast.ada, public_id=attempt.public_id
        )  # fmt: skip


# Pages


def test_the_start_page_says_the_time_in_words(cast: Cast, session: Session) -> None:
    give(session, cast)
    closes = NOON + timedelta(hours=1)
    version = Small(exam_settings=HOUR | {"closes": closes.isoformat()}).publish(session)
    begin(session, cast.ada, version)
    address = f"/exams/{exam_of(session, version).exam.public_id}"
    with at(0):
        client = cast.client("ada", language="en")
        client.get(address)
        words = client.text()
        assert "You have 80 minutes, including your 33%." in words
        assert "10 minutes in all" in words
        assert "at the latest on 22 November 2026, 14:19" in words
        assert "hidden at first" in words
        french = cast.client("ada", language="fr")
        french.get(address)
        assert "80 minutes, dont vos 33" in french.text()
        other = cast.client("blaise", language="en")
        begin(session, cast.blaise, version)
        other.get(address)
        assert "60 minutes" in other.text()
        assert "your 33" not in other.text()


def test_a_whole_window_is_said_as_such(cast: Cast, session: Session) -> None:
    settings = HOUR | {"closes": (NOON + timedelta(hours=1)).isoformat(), "policy": "full"}
    version = Small(exam_settings=settings).publish(session)
    begin(session, cast.ada, version)
    with at(0):
        client = cast.client("ada", language="en")
        client.get(f"/exams/{exam_of(session, version).exam.public_id}")
        assert "Start before 22 November 2026, 14:00" in client.text()


def test_staff_grant_change_and_end(cast: Cast, session: Session) -> None:
    client = cast.client("admin", language="en")
    address = f"/admin/accounts/{cast.ada.public_id}/accommodation"
    client.get("/admin/accommodations")
    assert "Nobody has an accommodation" in client.text()
    client.get(address)
    fields = {
        "extra_percent": "33", "break_minutes": "10", "hide_timer": "y",
        "valid_from": "2026-01-01", "valid_to": "2025-01-01", "proof_reference": "",
    }  # fmt: skip
    assert client.post(address, fields).status_code == 422
    assert "The last day comes before the first." in client.text()
    assert "Write where the proof is kept" in client.text()
    assert client.post(address, {**fields, "extra_percent": "beaucoup"}).status_code == 422
    assert "Write a whole number from 0 to 300." in client.text()
    assert client.post(address, {**fields, "valid_to": "", "proof_reference": "dossier 12"}).status_code == 302
    client.get(address)
    assert "33% extra time, 10 minutes of breaks, timer hidden at first" in client.text()
    client.get("/admin/accommodations")
    assert "Ada Lefèvre" in client.text()
    attempt = start(session, cast)
    accommodations.end(session, actor=cast.actor("admin"), account=cast.ada)
    give(session, cast, extra_percent=50)
    client.get(address)
    assert "Exam under way" in client.text()
    assert (
        client.post(f"/admin/accounts/{cast.ada.public_id}/attempts/{attempt.public_id}/extension", {}).status_code
        == 302
    )
    session.refresh(attempt)
    assert attempt.extra_percent == 50
    assert client.post(f"{address}/end", {}).status_code == 302
    client.get(address)
    assert "Accommodations that were ended" in client.text()
    assert client.post(f"{address}/end", {}).status_code == 404


def test_only_administrators_see_accommodations(cast: Cast, session: Session) -> None:
    give(session, cast)
    for who in ("ada", "camille", "dora"):
        client = cast.client(who)
        assert client.get("/admin/accommodations").status_code == 403
        assert client.get(f"/admin/accounts/{cast.ada.public_id}/accommodation").status_code == 403


def test_accommodation_is_invisible_outside_assessment(app: Flask, cast: Cast, session: Session) -> None:
    """Two people pass alike, one with more time and a break: nothing that anybody else sees tells them apart."""
    make_keys(app, session)
    version = Small(exam_settings=HOUR).publish(session)
    give(session, cast, extra_percent=37, break_minutes=13)
    with at(0):
        for who in ("ada", "blaise"):
            begin(session, getattr(cast, who), version)
            attempt = start_attempt(
                session, actor=cast.actor(who), exam_version=exam_of(session, version), enrolled=True
            )  # fmt: skip
            for item in items_of(session, attempt):
                save_answer(
                    session, attempt=attempt, incoming=Incoming(item.slot, right_payload(item), 1, f"k{item.slot}")
                )
            if who == "ada":
                start_break(session, actor=cast.actor(who), attempt=attempt)
                end_break(session, actor=cast.actor(who), attempt=attempt)
            submit_attempt(session, actor=cast.actor(who), attempt=attempt)
            session.commit()
        hiring = Hiring(session, cast.dora)
        offer = hiring.offer()
        hiring.show(cast.ada)
        hiring.show(cast.blaise)
        session.commit()
        ada, blaise = (
            session.scalar(select(Certificate).where(Certificate.account_id == account.id))
            for account in (cast.ada, cast.blaise)
        )
        assert ada
        assert blaise
        assert ada.earned == blaise.earned | {"attempt": 1}
        seen = [json.dumps(ada.earned), *documents_of(session, ada)]
        for who, address in (
            ("dora", f"/hire/offers/{offer.public_id}/candidates"),
            ("camille", "/studio/"),
            ("blaise", f"/verify/{ada.public_id}"),
            ("admin", f"/admin/certificates/{ada.public_id}"),
        ):
            client = cast.client(who, language="en")
            assert client.get(address).status_code == 200
            seen.append(client.text())
    for text in seen:
        assert not re.search(r"37\s*%|\b13 min|extra_percent|pause|accommodation|dossier", text)


def documents_of(session: Session, certificate: Certificate) -> list[str]:
    rows = select(CertificateDocument.credential).where(CertificateDocument.certificate_id == certificate.id)
    documents = [text for text in session.scalars(rows) if text]
    assert documents
    return documents
