"""Finding exams, attempts, answers and results, always within what the asking person may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from app.assessment.answers import PayloadError, normalise
from app.assessment.candidate import CandidateQuestion, Correction, candidate_question, correction, payload_of_form
from app.assessment.models import (
    Answer,
    AnswerEvent,
    Attempt,
    AttemptItem,
    Bank,
    Exam,
    ExamPool,
    ExamVersion,
    Question,
    QuestionVersion,
    Result,
)
from app.catalog.models import CoursePrerequisite
from app.catalog.queries import find_course, get_item, get_version
from app.foundation import clock
from app.foundation.errors import NotFoundError
from app.learning.queries import find_enrolment, path_of

EXPOSURE_PERIOD = timedelta(days=90)


def exam_versions_of(session: Session, course_version_id: int) -> Sequence[ExamVersion]:
    """The quizzes and exams of a course version."""
    return session.scalars(
        select(ExamVersion)
        .join(Exam, Exam.id == ExamVersion.exam_id)
        .options(contains_eager(ExamVersion.exam))
        .where(ExamVersion.course_version_id == course_version_id)
        .order_by(ExamVersion.id)
    ).all()


def certification_exam_of(session: Session, course_version_id: int) -> ExamVersion | None:
    """The exam that certifies a course version, or None."""
    return next((one for one in exam_versions_of(session, course_version_id) if one.exam.kind == "certification"), None)


def get_quiz(session: Session, course_version_id: int, slug: str) -> ExamVersion:
    """The practice quiz of an item; raises NotFoundError."""
    found = [one for one in exam_versions_of(session, course_version_id) if one.exam.slug == slug]
    if not found:
        raise NotFoundError("quiz")
    return found[0]


def get_quiz_for(session: Session, account_id: int, slug: str, quiz_slug: str) -> tuple[ExamVersion, list[str]]:
    """The quiz of the version this person follows, and what keeps it shut; raises NotFoundError when not enrolled."""
    course = find_course(session, slug)
    enrolment = find_enrolment(session, account_id, course.id) if course else None
    if enrolment is None:
        raise NotFoundError("quiz")
    version = get_version(session, enrolment.course_version_id)
    item = get_item(session, version.id, quiz_slug)
    locks = path_of(session, version, enrolment).locks_of(item.module.slug)
    return get_quiz(session, version.id, quiz_slug), [lock.module for lock in locks]


def get_exam(session: Session, public_id: str) -> Exam:
    """An exam by its public id; raises NotFoundError."""
    exam = session.scalar(select(Exam).where(Exam.public_id == public_id))
    if exam is None:
        raise NotFoundError("exam")
    return exam


def get_exam_version(session: Session, exam_id: int, course_version_id: int) -> ExamVersion:
    """The version of an exam for a course version; raises NotFoundError."""
    version = session.scalar(
        select(ExamVersion)
        .options(joinedload(ExamVersion.exam))
        .where(ExamVersion.exam_id == exam_id, ExamVersion.course_version_id == course_version_id)
    )
    if version is None:
        raise NotFoundError("exam")
    return version


def pool_of(session: Session, exam_version_id: int) -> Sequence[QuestionVersion]:
    """The questions an exam version may draw, with their question."""
    return session.scalars(
        select(QuestionVersion)
        .join(ExamPool, ExamPool.question_version_id == QuestionVersion.id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .options(contains_eager(QuestionVersion.question))
        .where(ExamPool.exam_version_id == exam_version_id)
        .order_by(QuestionVersion.id)
    ).all()


def pool_size(session: Session, exam_version_id: int) -> int:
    """How many questions an exam version may draw."""
    return (
        session.scalar(select(func.count()).select_from(ExamPool).where(ExamPool.exam_version_id == exam_version_id))
        or 0
    )


def times_seen(session: Session, account_id: int, exam_id: int) -> dict[str, int]:
    """How often this person has had each question of an exam, by the question's public id."""
    rows = session.execute(
        select(Question.public_id, func.count())
        .select_from(AttemptItem)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .join(QuestionVersion, QuestionVersion.id == AttemptItem.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Attempt.account_id == account_id, Attempt.exam_id == exam_id)
        .group_by(Question.public_id)
    )
    return {row[0]: row[1] for row in rows}


def exposure_of(session: Session, exam_id: int) -> tuple[int, dict[str, int]]:
    """Attempts of the last 90 days, and how many of them held each question (by public id)."""
    since = clock.now() - EXPOSURE_PERIOD
    attempts = session.scalar(
        select(func.count()).select_from(Attempt).where(Attempt.exam_id == exam_id, Attempt.started_at >= since)
    )
    rows = session.execute(
        select(Question.public_id, func.count())
        .select_from(AttemptItem)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .join(QuestionVersion, QuestionVersion.id == AttemptItem.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Attempt.exam_id == exam_id, Attempt.started_at >= since)
        .group_by(Question.public_id)
    )
    return attempts or 0, {row[0]: row[1] for row in rows}


def attempts_of(session: Session, account_id: int, exam_id: int) -> Sequence[Attempt]:
    """A person's attempts at one exam, oldest first."""
    return session.scalars(
        select(Attempt).where(Attempt.account_id == account_id, Attempt.exam_id == exam_id).order_by(Attempt.number)
    ).all()


def find_open_attempt(session: Session, account_id: int, exam_id: int) -> Attempt | None:
    """The attempt in progress, as stored; its clock may have run out."""
    return session.scalar(
        select(Attempt).where(
            Attempt.account_id == account_id, Attempt.exam_id == exam_id, Attempt.state == "in_progress"
        )
    )


def get_attempt(session: Session, account_id: int, public_id: str) -> Attempt:
    """This person's attempt with its exam, items and questions; raises NotFoundError."""
    attempt = session.scalar(
        select(Attempt)
        .options(
            joinedload(Attempt.exam),
            joinedload(Attempt.exam_version),
            selectinload(Attempt.items).joinedload(AttemptItem.version),
        )
        .where(Attempt.public_id == public_id, Attempt.account_id == account_id)
    )
    if attempt is None:
        raise NotFoundError("attempt")
    return attempt


def get_attempt_row(session: Session, account_id: int, public_id: str) -> Attempt:
    """This person's attempt alone, for the short road of saving an answer; raises NotFoundError."""
    attempt = session.scalar(
        select(Attempt)
        .options(joinedload(Attempt.exam), joinedload(Attempt.exam_version))
        .where(Attempt.public_id == public_id, Attempt.account_id == account_id)
    )
    if attempt is None:
        raise NotFoundError("attempt")
    return attempt


def get_attempt_item(session: Session, attempt_id: int, slot: int) -> AttemptItem:
    """One question of an attempt; raises NotFoundError."""
    item = session.scalar(
        select(AttemptItem)
        .options(joinedload(AttemptItem.version))
        .where(AttemptItem.attempt_id == attempt_id, AttemptItem.slot == slot)
    )
    if item is None:
        raise NotFoundError("slot")
    return item


def answers_of(session: Session, attempt_id: int) -> dict[int, Answer]:
    """The answers in force of an attempt, by slot."""
    return {answer.slot: answer for answer in session.scalars(select(Answer).where(Answer.attempt_id == attempt_id))}


def find_answer(session: Session, attempt_id: int, slot: int) -> Answer | None:
    """The answer in force for one slot, or None."""
    return session.get(Answer, (attempt_id, slot))


def find_event(session: Session, attempt_id: int, idempotency_key: str) -> AnswerEvent | None:
    """The answer event that already came with this key, or None."""
    return session.scalar(
        select(AnswerEvent).where(AnswerEvent.attempt_id == attempt_id, AnswerEvent.idempotency_key == idempotency_key)
    )


def last_activity(session: Session, attempt: Attempt) -> datetime:
    """When the candidate last sent an answer, else when the attempt began."""
    return (
        session.scalar(select(func.max(Answer.saved_at)).where(Answer.attempt_id == attempt.id)) or attempt.started_at
    )


def find_result(session: Session, attempt_id: int) -> Result | None:
    """The result in force: the highest revision."""
    return session.scalar(
        select(Result).where(Result.attempt_id == attempt_id).order_by(Result.revision.desc()).limit(1)
    )


def results_of(session: Session, attempt_ids: Sequence[int]) -> dict[int, Result]:
    """The results in force of several attempts, in one statement."""
    rows = session.scalars(select(Result).where(Result.attempt_id.in_(attempt_ids)).order_by(Result.revision))
    return {result.attempt_id: result for result in rows}


def passed_courses(session: Session, account_id: int) -> frozenset[int]:
    """Ids of the courses whose certification exam this person has passed."""
    rows = session.scalars(
        select(Exam.course_id)
        .join(Attempt, Attempt.exam_id == Exam.id)
        .join(Result, Result.attempt_id == Attempt.id)
        .where(
            Attempt.account_id == account_id,
            Attempt.state == "released",
            Exam.kind == "certification",
            Result.passed,
        )
    )
    return frozenset(rows)


def missing_prerequisites(session: Session, account_id: int, course_version_id: int) -> frozenset[int]:
    """Ids of the courses to certify first and not yet passed."""
    required = session.scalars(
        select(CoursePrerequisite.required_course_id).where(CoursePrerequisite.course_version_id == course_version_id)
    ).all()
    return frozenset(required) - passed_courses(session, account_id) if required else frozenset()


def due_attempts(session: Session, limit: int = 200) -> Sequence[int]:
    """Ids of attempts that the clock should close now, oldest deadline first."""
    return session.scalars(
        select(Attempt.id)
        .where(Attempt.state == "in_progress", Attempt.deadline_at < clock.now())
        .order_by(Attempt.deadline_at)
        .limit(limit)
    ).all()


def _embedded_versions(session: Session, course_id: int, slugs: Sequence[str]) -> dict[str, QuestionVersion]:
    """Questions that lessons embed: never one that an exam of the course may draw."""
    drawn = (
        select(ExamPool.question_version_id)
        .join(ExamVersion, ExamVersion.id == ExamPool.exam_version_id)
        .join(Exam, Exam.id == ExamVersion.exam_id)
        .where(Exam.course_id == course_id, Exam.kind != "practice")
    )
    rows = session.execute(
        select(Question.slug, QuestionVersion)
        .join(Question, Question.current_version_id == QuestionVersion.id)
        .join(Bank, Bank.id == Question.bank_id)
        .where(Bank.course_id == course_id, Question.slug.in_(slugs), QuestionVersion.id.not_in(drawn))
    )
    return {row[0]: row[1] for row in rows}


def _order_of_author(version: QuestionVersion) -> list[list[str]]:
    return [[option["id"], option["id"]] for option in version.body.get("options") or ()]


def embedded_questions(session: Session, course_id: int, slugs: Sequence[str]) -> dict[str, CandidateQuestion]:
    """The questions of a lesson as its reader sees them, by slug; without keys or feedback."""
    if not slugs:
        return {}
    versions = _embedded_versions(session, course_id, slugs)
    return {slug: candidate_question(one.body, _order_of_author(one)) for slug, one in versions.items()}


@dataclass(frozen=True)
class Checked:
    """An answer to an embedded question, and how it was read; `refusal` is set instead when it could not be."""

    chosen: list[str]
    correction: Correction | None
    refusal: str = ""


def check_embedded(session: Session, course_id: int, slug: str, values: Sequence[str], language: str) -> Checked:
    """Correct an answer to a question inside a lesson; raises NotFoundError for any other question."""
    version = _embedded_versions(session, course_id, [slug]).get(slug)
    if version is None:
        raise NotFoundError("question")
    payload = payload_of_form(version.type, values, language)
    order = _order_of_author(version)
    try:
        if normalise(version.type, payload, order) is None:
            return Checked(list(values), None, "blank")
    except PayloadError as error:
        return Checked([], None, error.reason.value)
    return Checked(list(values), correction(version.body, order, payload))
