"""The life of a certificate: suspended and reinstated, corrected, renewed, expired, its holder erased."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.assessment.models import ExamVersion
from app.certification import keyring, queries, rules, services
from app.certification.files import file_content
from app.certification.models import Certificate, CertificateDocument
from app.certification.rules import State
from app.extensions import db
from app.foundation import clock
from app.foundation.actor import SYSTEM
from app.foundation.database import Base
from app.foundation.errors import ConflictError, DomainError, RuleError
from app.foundation.outbox import OutboxMessage
from app.verification.services import verify_file, verify_number
from app.wiring.deliveries import drain_outbox
from app.wiring.signing import remind_holders
from certificates.status_list import decode
from tests.builders import Cast
from tests.certification import builders
from tests.reviewer import ReviewedClient

DAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def certificate(session: Session, cast: Cast, exam: ExamVersion) -> Certificate:
    with clock.frozen(DAY):
        return builders.certify(session, cast.ada, exam)


def states(session: Session, certificate: Certificate) -> tuple[str, list[bool]]:
    """What the counter says of the number, and the published bit of each of its documents."""
    session.commit()
    bits = []
    for document in queries.documents_of(session, certificate.id):
        row = queries.find_status_list(session, 1)
        assert row is not None
        assert row.signed_at is not None
        bits.append(decode(encoded_list(row.signed or "")).is_set(document.status_index))
    return verify_number(session, certificate.public_id).state.value, bits


def encoded_list(signed: str) -> str:
    return signed.partition('"encodedList":"')[2].partition('"')[0]


def file_of(session: Session, certificate: Certificate, revision: int) -> bytes:
    document = queries.documents_of(session, certificate.id)[revision - 1]
    assert document.credential is not None
    return document.credential.encode()


def letters(session: Session) -> list[str]:
    rows = select(OutboxMessage.payload).where(OutboxMessage.kind == "mail").order_by(OutboxMessage.id)
    return [payload["letter"] for payload in session.scalars(rows)]


def test_every_step_is_allowed_or_refused_by_the_table(session: Session, certificate: Certificate) -> None:
    """From each state, each verb: done, or a sentence and nothing changed."""
    whom: dict[str, Any] = {"actor": SYSTEM, "certificate": certificate}
    verbs: dict[str, Callable[[], object]] = {
        "revoke": partial(services.revoke_certificate, session, **whom, reason="misconduct"),
        "suspend": partial(services.suspend_certificate, session, **whom, reason="appeal"),
        "reinstate": partial(services.reinstate_certificate, session, **whom),
        "correct": partial(services.correct_name, session, **whom, name="Ada L. Lefèvre"),
        "renew": partial(services.renew_certificate, session, **whom),
    }
    allowed = {
        State.PENDING: {"revoke"},
        State.VALID: {"revoke", "suspend", "correct", "renew"},
        State.SUSPENDED: {"revoke", "reinstate"},
        State.REVOKED: set(),
        State.SUPERSEDED: set(),
    }
    session.commit()
    for state in State:
        done = set()
        for name, act in verbs.items():
            certificate.state, certificate.reason = state.value, "appeal" if state in ("suspended", "revoked") else None
            session.flush()
            try:
                act()
                done.add(name)
            except DomainError as error:
                assert str(error)
                session.refresh(certificate)
                assert certificate.state == state
            session.rollback()
        assert done == allowed[state], state


def test_a_suspension_is_read_as_revoked_outside_and_ends_with_a_new_document(
    session: Session, certificate: Certificate
) -> None:
    first = file_of(session, certificate, 1)
    services.suspend_certificate(session, actor=SYSTEM, certificate=certificate, reason="under-review")
    assert states(session, certificate) == ("suspended", [True])
    assert verify_file(session, first).state == "suspended"
    services.reinstate_certificate(session, actor=SYSTEM, certificate=certificate)
    assert states(session, certificate) == ("valid", [True, False])
    old, new = verify_file(session, first), verify_file(session, file_of(session, certificate, 2))
    assert (old.state, old.superseded_by) == ("superseded", certificate.public_id)
    assert (new.state, new.number) == ("valid", certificate.public_id)
    assert letters(session) == ["certificate-issued", "certificate-suspended", "certificate-reinstated"]
    documents = queries.documents_of(session, certificate.id)
    assert documents[0].status_index != documents[1].status_index


def test_a_corrected_name_is_a_new_certificate_in_its_place(session: Session, certificate: Certificate) -> None:
    successor = services.correct_name(session, actor=SYSTEM, certificate=certificate, name="  Ada  Lovelace ")
    assert states(session, certificate) == ("superseded", [True])
    assert states(session, successor) == ("valid", [False])
    report = verify_number(session, certificate.public_id)
    assert report.superseded_by == successor.public_id
    assert (successor.holder_name, certificate.holder_name) == ("Ada Lovelace", "Ada Lefèvre")
    assert (successor.holder_key, certificate.holder_key) == ("ada lovelace", "ada lefevre")
    assert (successor.issued_at, successor.expires_at) == (certificate.issued_at, certificate.expires_at)
    assert successor.public_id != certificate.public_id
    assert successor.reveal_key != certificate.reveal_key
    assert queries.find_certificate_of_attempt(session, successor.attempt_id or 0) is successor
    with pytest.raises(ConflictError):
        services.correct_name(session, actor=SYSTEM, certificate=certificate, name="Ada Byron")
    with pytest.raises(RuleError):
        services.correct_name(session, actor=SYSTEM, certificate=successor, name="Ada Lovelace")


def test_a_renewal_says_that_no_exam_was_sat_again(session: Session, certificate: Certificate) -> None:
    later = DAY + timedelta(days=400)
    with clock.frozen(later):
        assert verify_number(session, certificate.public_id).state == "expired"
        successor = services.renew_certificate(session, actor=SYSTEM, certificate=certificate)
        assert states(session, successor) == ("valid", [False])
        assert states(session, certificate) == ("superseded", [True])
    assert successor.issued_at == later
    assert successor.expires_at == rules.expiry(later, 12)
    document = queries.find_document(session, successor.id)
    assert document is not None
    assert '"awardedDate":"2026-11-23T09:00:00Z"' in (document.credential or "")
    assert "renouvelé sans nouvel examen" in (document.credential or "")


def test_passing_again_renews_the_certificate(session: Session, cast: Cast, exam: ExamVersion) -> None:
    with clock.frozen(DAY):
        first = builders.certify(session, cast.ada, exam)
    with clock.frozen(DAY + timedelta(days=300)):
        second = builders.certify(session, cast.ada, exam)
        assert states(session, first)[0] == "superseded"
        assert states(session, second)[0] == "valid"
    assert second.supersedes_id == first.id
    assert letters(session)[-1] == "certificate-replaced"


def test_of_fifty_who_ask_at_once_one_replaces(app: Flask, session: Session, certificate: Certificate) -> None:
    def renew(_number: int) -> str:
        with app.app_context(), Session(db.engine) as own:
            mine = own.get_one(Certificate, certificate.id)
            try:
                services.renew_certificate(own, actor=SYSTEM, certificate=mine)
                own.commit()
            except ConflictError:
                return "refused"
            return "renewed"

    session.commit()
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(renew, range(50)))
    assert outcomes.count("renewed") == 1
    assert session.scalar(select(func.count()).select_from(Certificate)) == 2


def test_without_a_key_everything_waits_and_the_old_one_holds(
    app: Flask, session: Session, certificate: Certificate
) -> None:
    folder = app.config["SETTINGS"].keys_path
    hidden = folder.with_name("hidden")
    folder.rename(hidden)
    keyring._signers.clear()  # as after a restart
    try:
        successor = services.correct_name(session, actor=SYSTEM, certificate=certificate, name="Ada Lovelace")
        session.commit()
        assert successor.state == "pending"
        assert verify_number(session, certificate.public_id).state == "valid"
    finally:
        hidden.rename(folder)
        keyring._signers.clear()
    services.sign_if_pending(session, successor)
    session.commit()
    assert states(session, certificate)[0] == "superseded"
    assert states(session, successor)[0] == "valid"


@pytest.mark.parametrize(
    ("days_left", "mark"), [(91, None), (90, "90"), (31, "90"), (30, "30"), (8, "30"), (7, "7"), (1, "7"), (0, None)]
)
def test_holders_are_told_once_at_each_mark(
    app: Flask, session: Session, certificate: Certificate, days_left: int, mark: str | None
) -> None:
    assert certificate.expires_at is not None
    session.commit()
    with clock.frozen(certificate.expires_at - timedelta(days=days_left)):
        assert remind_holders(app) == (mark is not None)
        assert remind_holders(app) == 0
    found = session.scalars(select(OutboxMessage.dedupe_key).where(OutboxMessage.dedupe_key.like("%expiring%"))).all()
    assert found == ([f"certificate-expiring-{certificate.public_id}-{mark}"] if mark else [])


def test_every_letter_is_written_in_both_languages(
    app: Flask, session: Session, cast: Cast, exam: ExamVersion, certificate: Certificate
) -> None:
    folder = app.config["SETTINGS"].instance_path / "mail"
    for letter in folder.glob("*.eml"):  # of other tests, whose numbers this one's database gives again
        letter.unlink()
    for language in ("fr", "en"):
        cast.ada.language = language
        services.suspend_certificate(session, actor=SYSTEM, certificate=certificate, reason="identity-check")
        session.commit()
        drain_outbox(app)
        services.reinstate_certificate(session, actor=SYSTEM, certificate=certificate)
        session.commit()
        drain_outbox(app)
    services.revoke_certificate(
        session, actor=SYSTEM, certificate=services.correct_name(
            session, actor=SYSTEM, certificate=certificate, name="Ada Lovelace"
        ), reason="holder-request",
    )  # fmt: skip
    session.commit()
    drain_outbox(app)
    failed = session.scalars(select(OutboxMessage.last_error).where(OutboxMessage.last_error.is_not(None))).all()
    assert failed == []
    written = [message_from_bytes(path.read_bytes(), policy=default)["Subject"] for path in folder.glob("*.eml")]
    for begins in (
        "Votre certificat est suspendu",
        "Votre certificat est de nouveau valide",
        "Your certificate is suspended",
        "Your certificate is valid again",
        "Your certificate is revoked",
    ):
        assert sum(subject.startswith(begins) for subject in written) == 1, written


def test_an_erased_holder_s_file_still_verifies(app: Flask, session: Session, certificate: Certificate) -> None:
    folder = app.config["SETTINGS"].instance_path / "files"
    earlier = set(folder.rglob("*"))  # of other tests, about the same people
    session.commit()
    drain_outbox(app)
    row = queries.find_file(session, certificate.id, "pdf")
    assert row is not None
    pdf, document = file_content(row), file_of(session, certificate, 1)
    assert services.forget_holder(session, certificate.account_id or 0) == 1
    session.commit()
    session.expire_all()
    assert (certificate.holder_name, certificate.holder_key) == (None, None)
    for content in (pdf, document):
        report = verify_file(session, content)
        assert report.state == "valid"
    report = verify_number(session, certificate.public_id)
    assert report.state == "valid"
    assert report.facts is not None
    assert report.facts.holder is None
    stored = session.execute(select(CertificateDocument.credential, CertificateDocument.jwt)).all()
    assert [tuple(one) for one in stored] == [(None, None)]
    kept = [path for path in set(folder.rglob("*")) - earlier if path.is_file()]
    assert not any("Lefèvre".encode(coding) in path.read_bytes() for path in kept for coding in ("utf-8", "latin-1"))


def delete_every_course(session: Session) -> None:
    """As somebody with the database's password would: every table that is not of certificates or people is emptied."""
    kept = re.compile("account|user_session|audit|skill|certificate|achievement|issuer|signing_key|status_list|outbox")
    session.execute(text("UPDATE course SET current_version_id = NULL"))
    session.execute(text("UPDATE question SET current_version_id = NULL"))
    for table in reversed(Base.metadata.sorted_tables):
        if not kept.match(table.name) or table.name == "course_skill":
            session.execute(table.delete())
    session.commit()


def test_a_deleted_course_leaves_its_certificates(
    client: ReviewedClient, session: Session, certificate: Certificate
) -> None:
    content = file_of(session, certificate, 1)
    delete_every_course(session)
    session.expire_all()
    assert verify_number(session, certificate.public_id).state == "valid"
    assert verify_file(session, content).state == "valid"
    assert queries.find_document(session, certificate.id) is not None
    assert client.get("/courses/counting").status_code == 404
    for path in (f"/verify/{certificate.public_id}", f"/credentials/achievements/{certificate.achievement.public_id}"):
        assert client.get(path).status_code == 200
    successor = services.correct_name(session, actor=SYSTEM, certificate=certificate, name="Ada Lovelace")
    session.commit()
    assert verify_number(session, successor.public_id).state == "valid"
