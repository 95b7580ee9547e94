"""The school that is measured: the demo school, an exam of 20 questions, and candidates already signed in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account, UserSession
from app.accounts.services import create_account
from app.assessment import queries, starting
from app.assessment.drafts import ExamDraft
from app.assessment.models import ExamVersion
from app.assessment.publishing import publish_exam
from app.catalog.models import CourseVersion
from app.catalog.queries import get_current_version
from app.certification.models import Certificate
from app.config import read_settings
from app.extensions import db
from app.foundation import clock
from app.foundation.actor import SYSTEM, Actor
from app.foundation.permissions import Role
from app.learning import services as learning
from app.web.session import new_token
from app.wiring import demo
from app.wiring.application import create_app

QUESTIONS = 20
SITTING, SAVING = 96, 128


@dataclass(frozen=True)
class School:
    """What the load needs to know."""

    certificate: str
    course: str
    lesson: str
    reader: dict[str, str]
    sitting: list[dict[str, Any]]
    saving: list[dict[str, Any]]


def build(environ: dict[str, str], sitting: int = SITTING) -> School:
    """Fill the migrated, empty database of these settings, with so many candidates who are yet to sit the exam."""
    app = create_app(read_settings(environ), testing=True)
    with app.app_context():
        demo.load(db.session, today=clock.now().date())
        version = get_current_version(db.session, demo.COURSE)
        exam = _publish_exam(db.session, version)
        people = [_join(db.session, version, number) for number in range(sitting + SAVING)]
        saving = [seat(app, db.session, actor) | _open(db.session, actor, exam) for actor in people[sitting:]]
        waiting = [seat(app, db.session, actor) | {"exam": exam.exam.public_id} for actor in people[:sitting]]
        ada = db.session.scalars(select(Account).where(Account.email == "ada@example.org")).one()
        certificate = db.session.scalars(select(Certificate).where(Certificate.account_id == ada.id)).one()
        lesson = next(item for module in version.modules for item in module.items if item.kind == "lesson")
        school = School(
            certificate=certificate.public_id,
            course=f"/courses/{demo.COURSE}",
            lesson=f"/learn/{demo.COURSE}/{lesson.slug}",
            reader=seat(app, db.session, ada.actor()),
            sitting=waiting,
            saving=saving,
        )
        db.session.commit()
        db.engine.dispose()
    return school


def _publish_exam(session: Session, version: CourseVersion) -> ExamVersion:
    """The course's own exam, same blueprint and same banks, open to all and for no certificate."""
    own = queries.certification_exam_of(session, version.id)
    if own is None:
        raise LookupError("the course has no exam")
    if sum(row["count"] for row in own.blueprint) != QUESTIONS:
        raise LookupError(f"the course's exam no longer asks {QUESTIONS} questions")
    return publish_exam(
        session,
        course_id=version.course_id,
        course_version_id=version.id,
        draft=ExamDraft(
            slug="benchmark",
            kind="certification",
            title=own.title,
            banks=[f"{demo.COURSE}-exam"],
            blueprint=own.blueprint,
            settings={**own.settings, "requires": [], "awards": None},  # random answers seldom pass: no certificate
            pledge=own.pledge,
        ),
    )


def _join(session: Session, version: CourseVersion, number: int) -> Actor:
    account = create_account(
        session,
        actor=SYSTEM,
        name=f"Candidate {number}",
        email=f"candidate-{number}@example.org",
        role=Role.LEARNER,
        language="fr",
        password_hash="none",
    )
    actor = account.actor()
    learning.enrol(session, actor=actor, version=version)
    return actor


def seat(app: Flask, database: Session, actor: Actor) -> dict[str, str]:
    """The cookie and the CSRF token of somebody signed in."""
    token, now = new_token(), clock.now()
    digest = hashlib.sha256(token.encode()).hexdigest()
    database.add(
        UserSession(
            token_sha256=digest,
            account_id=actor.account_id,
            created_at=now,
            seen_at=now,
            ends_at=now + timedelta(hours=2),
        )
    )
    with app.app_context(), app.test_request_context():  # a `g` of its own: the token would be kept in ours
        session.update({"_user_id": token, "_fresh": True})
        csrf = generate_csrf()
        signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        cookie = signer.dumps(dict(session))
    return {"cookie": f"{app.config['SESSION_COOKIE_NAME']}={cookie}", "csrf": csrf}


def _open(session: Session, actor: Actor, exam: ExamVersion) -> dict[str, Any]:
    """An attempt under way, with a right answer to each question."""
    started = starting.start_attempt(session, actor=actor, exam_version=exam, enrolled=True, pledged=True)
    attempt = queries.get_attempt(session, actor.account_id, started.public_id)
    answers = [(item.slot, demo.answer_of(item, right=True, language="fr")) for item in attempt.items]
    return {"attempt": attempt.public_id, "answers": answers}
