"""Finding exams, attempts, answers and results, always within what the asking person may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from app.assessment import rules
from app.assessment.models import (
    Answer,
    Attempt,
    AttemptItem,
    Exam,
    ExamPool,
    ExamVersion,
    Result,
)
from app.assessment.sittings import Sitting
from app.assessment.wording import refusal_sentence
from app.catalog.queries import find_course, get_item, get_version
from app.foundation import clock
from app.foundation.errors import NotFoundError
from app.foundation.keeping import Kept
from app.learning.queries import find_enrolment, path_of

# Statements of every page are built once: building them again costs more than running them.
_EXAM_VERSIONS = (
    select(ExamVersion)
    .join(Exam, Exam.id == ExamVersion.exam_id)
    .options(contains_eager(ExamVersion.exam))
    .where(ExamVersion.course_version_id == bindparam("course_version_id"))
    .order_by(ExamVersion.id)
)
_CERTIFICATION = _EXAM_VERSIONS.where(Exam.kind == "certification").limit(1)
_POOL_SIZE = select(func.count()).select_from(ExamPool).where(ExamPool.exam_version_id == bindparam("exam_version_id"))
_POOL_SIZES: Kept[tuple[str, int], int] = Kept(256)


def exam_versions_of(session: Session, course_version_id: int) -> Sequence[ExamVersion]:
    """The quizzes and exams of a course version."""
    return session.scalars(_EXAM_VERSIONS, {"course_version_id": course_version_id}).all()


def certification_exam_of(session: Session, course_version_id: int) -> ExamVersion | None:
    """The exam that certifies a course version, or None."""
    return session.scalars(_CERTIFICATION, {"course_version_id": course_version_id}).first()


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
    exam = session.scalar(select(Exam).options(joinedload(Exam.course)).where(Exam.public_id == public_id))
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


def graded_exams(session: Session) -> Sequence[tuple[Exam, ExamVersion]]:
    """Every exam that counts, with its newest version, in the order of their courses."""
    newest = select(func.max(ExamVersion.id)).group_by(ExamVersion.exam_id)
    rows = session.execute(
        select(Exam, ExamVersion)
        .join(ExamVersion, ExamVersion.exam_id == Exam.id)
        .where(ExamVersion.id.in_(newest), Exam.kind != "practice")
        .order_by(Exam.course_id, Exam.id)
    )
    return [(row[0], row[1]) for row in rows]


def pool_size(session: Session, exam_version: ExamVersion) -> int:
    """How many questions an exam version may draw; frozen with it (ADR 0006), so counted once in a process."""
    key = (exam_version.exam.public_id, exam_version.id)
    return _POOL_SIZES.get(key, lambda: session.scalar(_POOL_SIZE, {"exam_version_id": exam_version.id}) or 0)


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
    """This person's attempt with its exam; raises NotFoundError."""
    attempt = session.scalar(
        select(Attempt)
        .options(joinedload(Attempt.exam), joinedload(Attempt.exam_version))
        .where(Attempt.public_id == public_id, Attempt.account_id == account_id)
    )
    if attempt is None:
        raise NotFoundError("attempt")
    return attempt


def items_of(session: Session, attempt_id: int) -> Sequence[AttemptItem]:
    """Every question of an attempt, keys included, in order."""
    return session.scalars(
        select(AttemptItem)
        .options(joinedload(AttemptItem.version))
        .where(AttemptItem.attempt_id == attempt_id)
        .order_by(AttemptItem.slot)
    ).all()


def answers_of(session: Session, attempt_id: int) -> dict[int, Answer]:
    """The answers in force of an attempt, by slot."""
    rows = session.scalars(
        select(Answer).where(Answer.attempt_id == attempt_id), execution_options={"populate_existing": True}
    )
    return {answer.slot: answer for answer in rows}


def last_activity(session: Session, attempt: Attempt | Sitting) -> datetime:
    """When the candidate last sent an answer, else when the attempt began."""
    return (
        session.scalar(select(func.max(Answer.saved_at)).where(Answer.attempt_id == attempt.id)) or attempt.started_at
    )


def timing_of(session: Session, attempt: Attempt | Sitting) -> rules.Timing:
    """What the clock's rules need of an attempt."""
    untimed_and_open = attempt.deadline_at is None and attempt.state == rules.State.IN_PROGRESS
    return rules.Timing(
        state=rules.State(attempt.state),
        deadline_at=attempt.deadline_at,
        last_activity_at=last_activity(session, attempt) if untimed_and_open else attempt.started_at,
        submitted_at=attempt.submitted_at,
        finish_reason=rules.FinishReason(attempt.finish_reason) if attempt.finish_reason else None,
        break_from=attempt.break_started_at,
        break_until=break_until(attempt),
    )


def time_of(attempt: Attempt | Sitting) -> datetime:
    """The present instant as an attempt counts it: a clock set forward meanwhile takes nothing away from it."""
    return clock.now_since(attempt.started_at)


def break_until(attempt: Attempt | Sitting) -> datetime | None:
    """When the break that was begun ends at the latest, by itself; None without one."""
    if attempt.break_started_at is None:
        return None
    left = rules.break_left(attempt.break_allowance_s, attempt.pause_s)
    return attempt.break_started_at + timedelta(seconds=left)


def on_break(attempt: Attempt | Sitting) -> bool:
    """Does a break run just now? The questions are hidden meanwhile."""
    until = break_until(attempt)
    return attempt.state == rules.State.IN_PROGRESS and until is not None and time_of(attempt) < until


def effective_state(session: Session, attempt: Attempt | Sitting) -> rules.Effective:
    """The state an attempt is really in now, whether or not anyone has written it yet."""
    return rules.state_at(timing_of(session, attempt), time_of(attempt))


def is_open(session: Session, attempt: Attempt | Sitting) -> bool:
    """May this attempt still be answered?"""
    return effective_state(session, attempt).state is rules.State.IN_PROGRESS


def open_exams(session: Session, account_id: int) -> dict[int, Attempt]:
    """The certification exams that this person is sitting just now, by course."""
    rows = session.scalars(
        select(Attempt)
        .join(Exam, Exam.id == Attempt.exam_id)
        .options(contains_eager(Attempt.exam))
        .where(
            Attempt.account_id == account_id,
            Attempt.state == rules.State.IN_PROGRESS,
            Exam.kind == "certification",
        )
    )
    return {attempt.exam.course_id: attempt for attempt in rows if is_open(session, attempt)}


def certification_exams(session: Session, course_version_ids: Sequence[int]) -> dict[int, str]:
    """The public ids of the exams that certify these course versions, by course version."""
    rows = session.execute(
        select(ExamVersion.course_version_id, Exam.public_id)
        .join(Exam, Exam.id == ExamVersion.exam_id)
        .where(ExamVersion.course_version_id.in_(course_version_ids), Exam.kind == "certification")
    )
    return {row.course_version_id: row.public_id for row in rows}


def start_facts(
    session: Session,
    *,
    account_id: int,
    exam_version: ExamVersion,
    enrolled: bool,
    modules_missing: Sequence[str] = (),
    pass_stands: bool = True,
) -> rules.StartFacts:
    """Everything that decides whether this person may start this exam now.

    `pass_stands` is False once the certificate that a pass earned was taken back: certification knows, not we.
    """
    attempts = attempts_of(session, account_id, exam_version.exam_id)
    settings = exam_version.settings
    may_have_passed = any(attempt.state == rules.State.RELEASED for attempt in attempts)
    passed = _last_pass(session, account_id, exam_version) if may_have_passed else None
    courses_missing = missing_prerequisites(session, account_id, exam_version.course_version_id)
    return rules.StartFacts(
        enrolled=enrolled,
        missing_prerequisites=(*modules_missing, *(f"course:{course_id}" for course_id in sorted(courses_missing))),
        next_number=len(attempts) + 1,
        attempts_used=attempts_used(attempts, passed),
        most_attempts=settings.get("max_attempts"),
        being_marked=any(attempt.state in rules.WITHOUT_RESULT for attempt in attempts),
        next_start=next_start(session, attempts, settings),
        passed=passed is not None and pass_stands,
        renewal_opens=_renewal_opens(passed, settings),
        opens=instant(settings.get("opens")),
        closes=instant(settings.get("closes")),
        has_open_attempt=any(is_open(session, attempt) for attempt in attempts),
    )


def attempts_used(attempts: Sequence[Attempt], passed: Attempt | None) -> int:
    """How many attempts count: those since the last pass, and none that was annulled."""
    since = passed.number if passed else 0
    return sum(attempt.number > since and attempt.state != rules.State.ANNULLED for attempt in attempts)


def _last_pass(session: Session, account_id: int, exam_version: ExamVersion) -> Attempt | None:
    """The newest attempt that passed this very version of a certification exam; exercises may be passed again."""
    return session.scalar(
        select(Attempt)
        .join(Exam, Exam.id == Attempt.exam_id)
        .join(Result, Result.attempt_id == Attempt.id)
        .where(
            Attempt.account_id == account_id,
            Attempt.exam_version_id == exam_version.id,
            Attempt.state == rules.State.RELEASED,
            Exam.kind == "certification",
            Result.passed,
            in_force(),
        )
        .order_by(Attempt.number.desc())
        .limit(1)
    )


def _renewal_opens(passed: Attempt | None, settings: Mapping[str, Any]) -> datetime | None:
    if passed is None or passed.submitted_at is None:
        return None
    return rules.renewal_opens(passed.submitted_at, (settings.get("awards") or {}).get("validity_months"))


def next_start(session: Session, attempts: Sequence[Attempt], settings: Mapping[str, Any]) -> datetime | None:
    """When the wait after the last of these attempts ends; None before the first, and without a wait."""
    if not attempts or not settings.get("cooldown_s"):
        return None
    last = attempts[-1]
    finished = effective_state(session, last).submitted_at  # the clock may have closed it before anyone wrote so
    if finished is None:
        return None
    duration = settings.get("duration_s")
    return rules.next_start_at(
        last.number,
        started_at=last.started_at,
        submitted_at=finished,
        allowed_s=rules.allowed_seconds(duration, last.extra_percent) if duration else None,
        delays=[timedelta(seconds=seconds) for seconds in settings["cooldown_s"]],
    )


def instant(text: str | None) -> datetime | None:
    """A moment of an exam's settings."""
    return datetime.fromisoformat(text) if text else None


@dataclass(frozen=True)
class QuizStanding:
    """Where a person stands with a quiz: the attempt to go on with, what forbids another in words, how many in all."""

    open_attempt: Attempt | None
    refusals: list[str]
    most_attempts: int | None


def quiz_standing(session: Session, account_id: int, quiz: ExamVersion) -> QuizStanding:
    """Whether another try may begin now, locked modules aside."""
    facts = start_facts(session, account_id=account_id, exam_version=quiz, enrolled=True)
    opened = find_open_attempt(session, account_id, quiz.exam_id) if facts.has_open_attempt else None
    refusals = [refusal_sentence(reason) for reason in rules.may_start(facts, clock.now())]
    return QuizStanding(opened, refusals, facts.most_attempts)


def in_force() -> ColumnElement[bool]:
    """Condition on a joined Result: no later revision replaces it."""
    later = aliased(Result)
    return ~exists().where(later.attempt_id == Result.attempt_id, later.revision > Result.revision)


def find_result(session: Session, attempt_id: int) -> Result | None:
    """The result in force: the highest revision."""
    return session.scalar(
        select(Result).where(Result.attempt_id == attempt_id).order_by(Result.revision.desc()).limit(1)
    )


def results_of(session: Session, attempt_ids: Sequence[int]) -> dict[int, Result]:
    """The released results in force of several attempts, in one statement; none is asked about no attempt."""
    if not attempt_ids:
        return {}
    rows = session.scalars(
        select(Result)
        .join(Attempt, Attempt.id == Result.attempt_id)
        .where(Result.attempt_id.in_(attempt_ids), Attempt.state == rules.State.RELEASED)
        .order_by(Result.revision)
    )
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
            in_force(),
        )
    )
    return frozenset(rows)


def missing_prerequisites(session: Session, account_id: int, course_version_id: int) -> frozenset[int]:
    """Ids of the courses to certify first and not yet passed."""
    required = frozenset(course.id for course in get_version(session, course_version_id).prerequisites)
    return required - passed_courses(session, account_id) if required else frozenset()


def due_attempts(session: Session, limit: int = 200) -> Sequence[int]:
    """Ids of attempts that the clock closes: deadline and grace past, or practice without a limit long unused."""
    now = clock.now()
    last_saved = select(func.max(Answer.saved_at)).where(Answer.attempt_id == Attempt.id).scalar_subquery()
    last_used = func.coalesce(last_saved, Attempt.started_at)
    unused = and_(Attempt.deadline_at.is_(None), last_used < now - rules.IDLE_LIMIT - rules.GRACE)
    return session.scalars(
        select(Attempt.id)
        .where(Attempt.state == rules.State.IN_PROGRESS, or_(Attempt.deadline_at < now - rules.GRACE, unused))
        .order_by(Attempt.deadline_at, Attempt.id)
        .limit(limit)
    ).all()
