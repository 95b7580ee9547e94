"""What a learner's pages say of an exam under way and of a certificate: valid, suspended, revoked, expired."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment.models import Attempt, ExamVersion
from app.assessment.queries import passed_courses
from app.assessment.starting import start_attempt
from app.audit.models import AuditEntry
from app.catalog.queries import get_version
from app.certification import queries, services
from app.certification.models import Certificate
from app.foundation import clock
from app.foundation.actor import SYSTEM
from app.learning.services import complete_lesson
from tests.builders import Cast
from tests.certification import builders
from tests.courses import begin
from tests.reviewer import ReviewedClient

DAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = DAY + timedelta(days=30)
HOME, COURSE = "/", "/learn/counting"


@pytest.fixture
def exam(app: Flask, session: Session, cast: Cast) -> ExamVersion:
    """The exam of a tiny course that Ada has read to its end, on a site that can sign."""
    builders.make_keys(app, session)
    exam = builders.make_course(session, max_attempts=2)
    version = get_version(session, exam.course_version_id)
    with clock.frozen(DAY):
        enrolment = begin(session, cast.ada, version)
        for module in version.modules:
            for item in module.items:
                complete_lesson(session, enrolment=enrolment, item=item)
        session.commit()
    return exam


@pytest.fixture
def certificate(session: Session, cast: Cast, exam: ExamVersion) -> Certificate:
    with clock.frozen(DAY):
        return builders.certify(session, cast.ada, exam)


def seen(client: ReviewedClient, address: str) -> tuple[str, str]:
    """The words of a page and where its first full button leads."""
    client.get(address)
    full = [link["href"] for link in client.page.select("main a.button") if "second" not in link["class"]]
    return client.text(), full[0] if full else ""


def revoke(session: Session, certificate: Certificate, reason: str) -> None:
    with clock.frozen(LATER):
        services.revoke_certificate(session, actor=SYSTEM, certificate=certificate, reason=reason)
        session.commit()


def test_every_lesson_read_is_not_yet_a_span(cast: Cast, exam: ExamVersion) -> None:
    with clock.frozen(DAY):
        text, button = seen(cast.client("ada", language="en"), HOME)
    assert "Beginner 99%" in text
    assert "The exam of “Counting to eight” is open." in text
    assert button == f"/exams/{exam.exam.public_id}"


@pytest.mark.parametrize(
    ("language", "sentence", "words"),
    [
        ("en", "Exam in progress, ends at 10:25.", "Go on with the exam"),
        ("fr", "Examen en cours, fin à 10 h 25.", "Continuer l’examen"),
    ],
)
def test_an_exam_under_way_is_the_next_step_everywhere(
    cast: Cast, session: Session, exam: ExamVersion, language: str, sentence: str, words: str
) -> None:
    with clock.frozen(DAY):
        attempt = start_attempt(session, actor=cast.actor("ada"), exam_version=exam, enrolled=True)
        session.commit()
        ada = cast.client("ada", language=language)
        for address in (HOME, COURSE):
            text, button = seen(ada, address)
            assert sentence in text
            assert words in text
            assert button == f"/attempts/{attempt.public_id}"
    with clock.frozen(DAY + timedelta(minutes=27)):
        assert sentence not in seen(cast.client("ada", language=language), HOME)[0]


def test_who_is_certified_is_led_to_the_offers(cast: Cast, certificate: Certificate) -> None:
    with clock.frozen(LATER):
        ada = cast.client("ada", language="en")
        text, button = seen(ada, HOME)
        assert ("Certificate obtained" in text, "Beginner acquired" in text, button) == (True, True, "/matches")
        assert ada.page.select_one("main a.button.second")["href"] == "/courses"
        text, button = seen(ada, COURSE)
        assert ("Exam passed: 4 out of 4." in text, button) == (True, "/certificates")


@pytest.mark.parametrize("reason", ["marking-error", "issued-in-error", "misconduct", "holder-request"])
def test_after_a_revocation_every_page_says_so_and_the_exam_opens_again(
    cast: Cast, session: Session, exam: ExamVersion, certificate: Certificate, reason: str
) -> None:
    revoke(session, certificate, reason)
    page = f"/exams/{exam.exam.public_id}"
    with clock.frozen(LATER):
        ada = cast.client("ada", language="en")
        text, button = seen(ada, HOME)
        assert "Your certificate of “Counting to eight” was revoked on 23 December 2026" in text
        assert ("Certificate revoked" in text, "acquired" in text, button) == (True, False, page)
        text, button = seen(ada, COURSE)
        assert "Your certificate was revoked on 23 December 2026." in text
        assert ("Exam passed" in text, button) == (False, page)
        text, _button = seen(ada, page)
        assert "Your certificate of this exam was revoked on 23 December 2026." in text
        assert "2 of 2" in text
        assert ada.post(page, {"pledge": "y"}).headers["Location"].startswith("/attempts/")


@pytest.mark.parametrize(("reason", "state"), [("misconduct", "annulled"), ("holder-request", "released")])
def test_what_a_revocation_says_of_the_exam_annuls_the_attempt(
    cast: Cast, session: Session, certificate: Certificate, reason: str, state: str
) -> None:
    revoke(session, certificate, reason)
    attempt = session.get_one(Attempt, certificate.attempt_id)
    annulled = state == "annulled"
    assert attempt.state == state
    assert bool(passed_courses(session, cast.ada.id)) is not annulled
    events = session.scalars(select(AuditEntry.event).where(AuditEntry.subject == attempt.public_id)).all()
    assert ("attempt.annulled" in events) is annulled
    with clock.frozen(LATER):
        text, _button = seen(cast.client("ada", language="en"), f"/attempts/{attempt.public_id}/result")
    assert ("counts neither for you nor against you" in text) is annulled
    assert ("Your certificate was revoked on 23 December 2026." in text) is not annulled
    assert "being signed" not in text


def test_a_suspended_certificate_keeps_the_exam_shut(
    cast: Cast, session: Session, exam: ExamVersion, certificate: Certificate
) -> None:
    with clock.frozen(LATER):
        services.suspend_certificate(session, actor=SYSTEM, certificate=certificate, reason="appeal")
        session.commit()
        ada = cast.client("ada", language="en")
        assert "Certificate suspended" in seen(ada, HOME)[0]
        assert "Your certificate has been suspended since 23 December 2026." in seen(ada, COURSE)[0]
        assert "You have passed this exam." in seen(ada, f"/exams/{exam.exam.public_id}")[0]


def test_an_expired_certificate_is_no_span_and_its_exam_is_open(
    cast: Cast, exam: ExamVersion, certificate: Certificate
) -> None:
    with clock.frozen(DAY + timedelta(days=366)):
        ada = cast.client("ada", language="en")
        text, button = seen(ada, HOME)
        assert "Your certificate of “Counting to eight” expired on 23 November 2027" in text
        assert ("acquired" in text, button) == (False, f"/exams/{exam.exam.public_id}")
        assert "Your certificate expired on 23 November 2027." in seen(ada, COURSE)[0]


def test_the_standing_of_a_course_is_the_certificate_in_force_else_the_newest(
    cast: Cast, session: Session, exam: ExamVersion, certificate: Certificate
) -> None:
    course_id = exam.exam.course_id
    with clock.frozen(LATER):
        successor = services.correct_name(session, actor=SYSTEM, certificate=certificate, name="Ada Byron")
        standing = queries.find_standing(session, cast.ada.id, course_id)
        assert standing is not None
        assert (standing.certificate, standing.status) == (successor, "valid")
        services.revoke_certificate(session, actor=SYSTEM, certificate=successor, reason="misconduct")
        standing = queries.find_standing(session, cast.ada.id, course_id)
        assert standing is not None
        assert (standing.certificate, standing.status) == (successor, "revoked")
    assert queries.find_standing(session, cast.blaise.id, course_id) is None
