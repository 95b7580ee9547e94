"""Earning a certificate: once, whatever races, frozen as it was, in the learner's language."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.assessment.events import ExamPassed
from app.assessment.models import ExamVersion
from app.certification import queries
from app.certification.models import Achievement, Certificate, CertificateDocument, CertificateSkill
from app.certification.services import award_if_eligible, issue_certificate
from app.extensions import db
from app.foundation import clock
from app.foundation.actor import SYSTEM
from app.foundation.outbox import OutboxMessage
from certificates.verification import State, verify
from tests.builders import Cast
from tests.certification import builders


def test_a_passed_exam_certifies_in_the_same_transaction(session: Session, cast: Cast, exam: ExamVersion) -> None:
    with clock.frozen(datetime(2026, 11, 22, 10, 0, 0, 5, tzinfo=UTC)):
        certificate = builders.certify(session, cast.ada, exam, right=3)
    assert certificate.state == "valid"
    assert certificate.holder_name == "Ada Lefèvre"
    assert certificate.language == "fr"
    assert certificate.earned == {
        "score": 0.75,
        "cut": 0.7,
        "items": 4,
        "pool": 8,
        "attempt": 1,
        "attempts_allowed": 3,
        "minutes": 25,
        "supervised": False,
        "course_version": "1",
    }
    assert certificate.expires_at == datetime(2027, 11, 22, 10, 0, 0, 5, tzinfo=UTC)
    achievement = certificate.achievement
    assert achievement.name["fr"] == "Certification «\u00a0Compter jusqu’à huit\u00a0», débutant"
    assert (achievement.tier, achievement.assurance, achievement.course_version) == (1, 1, "1")
    assert [skill["id"] for skill in achievement.skills] == ["ai-literacy", "ai-principles"]
    assert session.scalar(select(func.count()).select_from(CertificateSkill)) == 2
    kinds = session.scalars(select(OutboxMessage.kind).order_by(OutboxMessage.kind)).all()
    assert kinds == ["certificate-pdf", "mail"]


def test_the_signed_document_says_what_the_register_says(session: Session, cast: Cast, exam: ExamVersion) -> None:
    from app.certification.keyring import current_ring

    certificate = builders.certify(session, cast.ada, exam)
    document = queries.find_document(session, certificate.id)
    ring, status = current_ring(session), queries.find_status_list(session, 1)
    assert document and document.credential and ring and status and status.signed
    verdict = verify(document.credential.encode(), keys=ring.keys, status=status.signed.encode(), now=clock.now())
    assert verdict.state is State.VALID
    assert verdict.claims is not None
    assert verdict.claims.holder.name == "Ada Lefèvre"
    assert verdict.claims.achievement.tier == "beginner"
    assert verdict.claims.status.index == document.status_index
    evidence = verdict.claims.evidence[0].narrative
    assert "8" in evidence
    assert document.credential_sha256 not in document.credential
    assert certificate.public_id not in document.credential, "the public number is no part of the credential"
    assert json.loads(document.credential)["issuer"]["id"] == "did:web:localhost%3A8000"


def test_a_failed_exam_and_an_exam_without_award_certify_nothing(
    session: Session, cast: Cast, exam: ExamVersion
) -> None:
    builders.sit(session, cast.ada, exam, right=2)
    plain = builders.make_course(session, "plain", content="2", awards=None)
    attempt, result = builders.sit(session, cast.ada, plain)
    assert result.passed
    award_if_eligible(session, ExamPassed(attempt.id, cast.ada.id))
    assert session.scalar(select(func.count()).select_from(Certificate)) == 0


def test_asking_again_gives_the_same_certificate(session: Session, cast: Cast, exam: ExamVersion) -> None:
    certificate = builders.certify(session, cast.ada, exam)
    again = issue_certificate(session, actor=SYSTEM, attempt_id=certificate.attempt_id)
    award_if_eligible(session, ExamPassed(certificate.attempt_id, cast.ada.id))
    session.commit()
    assert again.public_id == certificate.public_id
    assert session.scalar(select(func.count()).select_from(CertificateDocument)) == 1
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 2


def test_fifty_at_once_make_one_certificate(app: Flask, session: Session, cast: Cast, exam: ExamVersion) -> None:
    attempt, _result = builders.sit(session, cast.ada, exam)
    _forget_certificate(session)

    def issue(_number: int) -> str:
        with Session(db.engine) as own:
            certificate = issue_certificate(own, actor=SYSTEM, attempt_id=attempt.id)
            public_id = certificate.public_id
            own.commit()
        return public_id

    with app.app_context(), ThreadPoolExecutor(50) as pool:
        engine = db.engine
        assert engine
        issued = list(pool.map(_in_app(app, issue), range(50)))
    assert len(set(issued)) == 1
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(Certificate)) == 1
    assert session.scalar(select(func.count()).select_from(CertificateDocument)) == 1
    assert session.scalar(select(func.count()).select_from(Achievement)) == 1


def _in_app(app: Flask, work):
    def run(number: int) -> str:
        with app.app_context():
            return work(number)

    return run


def _forget_certificate(session: Session) -> None:
    """Back to a passed attempt without a certificate, as a process without a key would leave it."""
    for model in (CertificateSkill, CertificateDocument, Certificate, Achievement, OutboxMessage):
        session.query(model).delete()
    session.commit()


def test_without_a_private_key_it_waits_and_the_worker_signs_it(app: Flask, session: Session, cast: Cast) -> None:
    from app.wiring.signing import sign_certificates

    exam = builders.make_course(session)
    session.commit()
    certificate = builders.certify(session, cast.ada, exam)
    assert certificate.state == "pending"
    assert queries.find_document(session, certificate.id) is None
    session.commit()
    sign_certificates(app)
    session.expire_all()
    assert certificate.state == "pending", "no key yet"
    session.commit()
    builders.make_keys(app, session)
    assert sign_certificates(app) >= 1
    session.expire_all()
    assert certificate.state == "valid"
    session.commit()
    assert sign_certificates(app) == 0


def test_the_language_is_the_learners(session: Session, cast: Cast, exam: ExamVersion) -> None:
    grace = cast.person("Grace Okoye", language="en")
    certificate = builders.certify(session, grace, exam)
    document = queries.find_document(session, certificate.id)
    assert document and document.credential
    credential = json.loads(document.credential)
    assert credential["credentialSubject"]["achievement"]["inLanguage"] == "en"
    assert credential["evidence"][0]["narrative"].startswith("Exam of 4 questions drawn from 8, attempt 1")


def test_the_credential_is_made_of_one_achievement_for_all(session: Session, cast: Cast, exam: ExamVersion) -> None:
    first, second = builders.certify(session, cast.ada, exam), builders.certify(session, cast.blaise, exam)
    assert first.achievement_id == second.achievement_id
    indexes = session.scalars(select(CertificateDocument.status_index)).all()
    assert len(set(indexes)) == 2


def test_what_a_credential_cannot_carry_waits_and_undoes_no_exam(session: Session, cast: Cast, keys: str) -> None:
    exam = builders.make_course(session, criteria={"fr": "", "en": ""})
    session.commit()
    certificate = builders.certify(session, cast.ada, exam)
    assert certificate.state == "pending"
    assert session.scalar(select(func.count()).select_from(CertificateDocument)) == 0
