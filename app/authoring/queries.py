"""What an instructor's first page knows: every course with its versions, its learners and its exam's outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager

from app.accounts.models import Account
from app.assessment.models import Attempt, Bank, Exam, Question, Result
from app.assessment.queries import in_force
from app.catalog.models import Course, CourseVersion
from app.learning.models import Enrolment


@dataclass(frozen=True)
class CourseInUse:
    """A course as its instructors follow it; counts are of people and of sittings, never of names.

    Simulated learners are counted apart, and their sittings not at all.
    """

    slug: str
    version: CourseVersion
    versions: int
    learners: int
    simulated: int
    questions: int
    sat: int
    passed: int


def courses_in_use(session: Session) -> Sequence[CourseInUse]:
    """Every course, easiest first, in a constant number of statements."""
    rows = session.execute(
        select(Course, CourseVersion)
        .join(CourseVersion, CourseVersion.id == Course.current_version_id)
        .options(contains_eager(Course.current_version))
        .order_by(CourseVersion.tier, Course.slug)
    ).all()
    versions = _counts(session, CourseVersion.course_id)
    learners = _learners(session)
    questions = dict(
        session.execute(
            select(Bank.course_id, func.count())
            .join(Question, Question.bank_id == Bank.id)
            .where(Question.retired_at.is_(None))
            .group_by(Bank.course_id)
        ).fetchall()
    )
    outcomes = _outcomes(session)
    return [
        CourseInUse(
            slug=course.slug,
            version=version,
            versions=versions.get(course.id, 0),
            learners=learners.get(course.id, (0, 0))[0],
            simulated=learners.get(course.id, (0, 0))[1],
            questions=questions.get(course.id, 0),
            sat=outcomes.get(course.id, (0, 0))[0],
            passed=outcomes.get(course.id, (0, 0))[1],
        )
        for course, version in rows
    ]


def _counts(session: Session, column: InstrumentedAttribute[int]) -> dict[int, int]:
    """How many rows hold each value of a column."""
    return dict(session.execute(select(column, func.count()).group_by(column)).fetchall())


def _learners(session: Session) -> dict[int, tuple[int, int]]:
    """By course: people who began it, and simulated ones."""
    rows = session.execute(
        select(Enrolment.course_id, func.count().filter(~Account.simulated), func.count().filter(Account.simulated))
        .join(Account, Account.id == Enrolment.account_id)
        .group_by(Enrolment.course_id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _outcomes(session: Session) -> dict[int, tuple[int, int]]:
    """By course: certification attempts of people with a result, and those that passed."""
    rows = session.execute(
        select(Exam.course_id, Result.passed, func.count())
        .join(Attempt, Attempt.exam_id == Exam.id)
        .join(Result, Result.attempt_id == Attempt.id)
        .join(Account, Account.id == Attempt.account_id)
        .where(Exam.kind == "certification", Attempt.state == "released", in_force(), ~Account.simulated)
        .group_by(Exam.course_id, Result.passed)
    )
    outcomes: dict[int, tuple[int, int]] = {}
    for course_id, passed, count in rows:
        sat, won = outcomes.get(course_id, (0, 0))
        outcomes[course_id] = (sat + count, won + count if passed else won)
    return outcomes
