"""Storing questions, publishing exams and projects: what was written once is never changed, only followed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import rfc8785
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.assessment.challenge_models import Challenge, ChallengeFile
from app.assessment.drafts import (
    AttachedDraft,
    BankDraft,
    ChallengeDraft,
    ExamDraft,
    ProjectDraft,
    QuestionDraft,
)
from app.assessment.models import Bank, Exam, ExamPool, ExamVersion, Question, QuestionVersion
from app.assessment.project_models import Project
from app.assessment.uploads import kind_of
from app.catalog.files import keep_contents
from app.foundation import clock
from app.foundation.identifiers import new_public_id


def store_bank(session: Session, *, course_id: int, draft: BankDraft) -> Bank:
    """Store a bank: a changed question gets a new version, one no longer there is retired, the rest stays."""
    bank = session.scalar(select(Bank).where(Bank.slug == draft.slug))
    if bank is None:
        bank = Bank(slug=draft.slug, course_id=course_id)
        session.add(bank)
        session.flush()
    known = {
        question.slug: question for question in session.scalars(select(Question).where(Question.bank_id == bank.id))
    }
    for question in draft.questions:
        _store_question(session, bank, known.pop(question.slug, None), question)
    for gone in known.values():
        gone.retired_at = gone.retired_at or clock.now()
    session.flush()
    return bank


def _store_question(session: Session, bank: Bank, question: Question | None, draft: QuestionDraft) -> None:
    if question is None:
        question = Question(bank_id=bank.id, slug=draft.slug, public_id=new_public_id())
        session.add(question)
        session.flush()
    question.retired_at = None
    digest = hashlib.sha256(rfc8785.dumps(dict(draft.body))).hexdigest()
    current = session.get(QuestionVersion, question.current_version_id) if question.current_version_id else None
    if current is not None and current.body_sha256 == digest:
        return
    last = session.scalar(select(func.max(QuestionVersion.number)).where(QuestionVersion.question_id == question.id))
    version = QuestionVersion(
        question_id=question.id,
        number=(last or 0) + 1,
        type=draft.type,
        domain=draft.domain,
        level=draft.level,
        body=dict(draft.body),
        body_sha256=digest,
        b_prior=draft.b_prior,
        created_at=clock.now(),
    )
    session.add(version)
    session.flush()
    question.current_version_id = version.id


def publish_exam(session: Session, *, course_id: int, course_version_id: int, draft: ExamDraft) -> ExamVersion:
    """Publish an exam or quiz of a course version, with the very questions it may draw."""
    exam = session.scalar(select(Exam).where(Exam.course_id == course_id, Exam.slug == draft.slug))
    if exam is None:
        exam = Exam(course_id=course_id, slug=draft.slug, kind=draft.kind, public_id=new_public_id())
        session.add(exam)
        session.flush()
    version = ExamVersion(
        exam_id=exam.id,
        course_version_id=course_version_id,
        title=dict(draft.title),
        settings=dict(draft.settings),
        blueprint=[dict(row) for row in draft.blueprint],
        pledge=dict(draft.pledge),
        published_at=clock.now(),
    )
    session.add(version)
    session.flush()
    for question_version_id in _pool(session, draft.banks):
        session.add(ExamPool(exam_version_id=version.id, question_version_id=question_version_id))
    session.flush()
    return version


def _pool(session: Session, banks: Iterable[str]) -> Iterable[int]:
    return session.scalars(
        select(QuestionVersion.id)
        .join(Question, Question.current_version_id == QuestionVersion.id)
        .join(Bank, Bank.id == Question.bank_id)
        .where(Bank.slug.in_(list(banks)), Question.retired_at.is_(None))
        .order_by(QuestionVersion.id)
    ).all()


def publish_project(session: Session, *, course_version_id: int, draft: ProjectDraft) -> Project:
    """Publish a project of a course version."""
    project = Project(
        course_version_id=course_version_id,
        slug=draft.slug,
        title=dict(draft.title),
        brief_html=dict(draft.brief_html),
        body=dict(draft.body),
        markers=draft.markers,
    )
    session.add(project)
    session.flush()
    return project


def publish_challenge(session: Session, *, course_version_id: int, draft: ChallengeDraft) -> Challenge:
    """Publish a challenge of a course version: a project, its box of time and its files."""
    project = publish_project(session, course_version_id=course_version_id, draft=draft.project)
    challenge = Challenge(
        project_id=project.id,
        promise=dict(draft.promise),
        minutes=draft.minutes,
        duration_s=draft.duration_s,
        team=draft.team,
        feedback_s=draft.feedback_s,
    )
    session.add(challenge)
    session.flush()
    for sealed, attached in ((False, draft.materials), (True, draft.sealed)):
        for place, one in enumerate(attached, start=1):
            _attach(session, challenge, one, place, sealed=sealed)
    session.flush()
    return challenge


def _attach(session: Session, challenge: Challenge, draft: AttachedDraft, place: int, *, sealed: bool) -> None:
    for language, (path, content) in draft.files.items():
        name = path.rpartition("/")[2]
        session.add(
            ChallengeFile(
                public_id=new_public_id(),
                project_id=challenge.project_id,
                sealed=sealed,
                place=place,
                language=language,
                title=dict(draft.title),
                name=name,
                kind=kind_of(name),
                sha256=keep_contents(session, [content])[content],
                size=len(content),
            )
        )
