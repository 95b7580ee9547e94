"""Which marked results wait for their release, and which of them may be known now."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager

from app.accounts.models import Account
from app.assessment import queries
from app.assessment.models import Attempt, Exam, ExamVersion, Result
from app.assessment.rules import Policy, State
from app.catalog.models import CourseVersion
from app.foundation import clock
from app.foundation.errors import NotFoundError


def policy_of(exam_version: ExamVersion) -> Policy:
    """When the results of an exam are let out; those of exercises at once."""
    return Policy(exam_version.settings.get("release", Policy.AT_ONCE))


def moment_of(exam_version: ExamVersion) -> datetime | None:
    """From when its results may be known, where that is settled beforehand: when the window closes."""
    return queries.instant(exam_version.settings["closes"]) if policy_of(exam_version) is Policy.WINDOW else None


def _is_due() -> ColumnElement[bool]:
    """Condition on an Attempt and its ExamVersion: marked, its moment has come, and at a window's close nobody is left.

    Extra time, or the whole time of `policy: full`, goes beyond the close: nobody still at it may read what others got.
    """
    other = aliased(Attempt)
    still_sat = exists().where(other.exam_version_id == Attempt.exam_version_id, other.state == State.IN_PROGRESS.value)
    by_window = ExamVersion.settings["release"].as_string() == Policy.WINDOW.value
    return and_(Attempt.state == State.SCORED.value, Attempt.release_at <= clock.now(), or_(~by_window, ~still_sat))


def is_due(session: Session, attempt: Attempt) -> bool:
    """May this result be known, whether or not anyone has written so yet?"""
    found = (
        select(Attempt.id)
        .join(ExamVersion, ExamVersion.id == Attempt.exam_version_id)
        .where(Attempt.id == attempt.id, _is_due())
    )
    return attempt.state == State.SCORED and session.scalar(found) is not None


def due_releases(session: Session, limit: int = 200) -> Sequence[int]:
    """Ids of the attempts to release, the longest due first."""
    return session.scalars(
        select(Attempt.id)
        .join(ExamVersion, ExamVersion.id == Attempt.exam_version_id)
        .where(_is_due())
        .order_by(Attempt.release_at, Attempt.id)
        .limit(limit)
    ).all()


# For staff


@dataclass(frozen=True)
class Held:
    """An exam version whose results are held back: how many wait, are on their way out, and are not marked yet."""

    exam_version: ExamVersion
    number: int  # of the course version
    waiting: int
    going_out: int
    being_marked: int

    @property
    def policy(self) -> Policy:
        return policy_of(self.exam_version)

    @property
    def closes(self) -> datetime | None:
        return queries.instant(self.exam_version.settings.get("closes"))


def held_back(session: Session) -> list[Held]:
    """Every exam version with attempts that are over and not released, exams before one another by their course."""
    scored, asked = Attempt.state == State.SCORED.value, Attempt.release_at <= clock.now()
    rows = session.execute(
        select(
            ExamVersion,
            CourseVersion.number,
            func.count().filter(scored, or_(Attempt.release_at.is_(None), ~asked)),
            func.count().filter(scored, asked),
            func.count().filter(Attempt.state == State.SUBMITTED.value),
        )
        .join(Attempt, Attempt.exam_version_id == ExamVersion.id)
        .join(Exam, Exam.id == ExamVersion.exam_id)
        .join(CourseVersion, CourseVersion.id == ExamVersion.course_version_id)
        .options(contains_eager(ExamVersion.exam))
        .where(
            Attempt.state.in_((State.SUBMITTED.value, State.SCORED.value)),
            ExamVersion.settings["release"].as_string().in_((Policy.STAFF.value, Policy.WINDOW.value)),
        )
        .group_by(ExamVersion.id, CourseVersion.number, Exam.id)
        .order_by(Exam.course_id, Exam.id, ExamVersion.id)
    )
    return [Held(*row) for row in rows]


def get_held(session: Session, exam_public_id: str, number: int) -> ExamVersion:
    """The exam version of a course version, where staff releases its results; raises NotFoundError."""
    found = session.scalar(
        select(ExamVersion)
        .join(Exam, Exam.id == ExamVersion.exam_id)
        .join(CourseVersion, CourseVersion.id == ExamVersion.course_version_id)
        .options(contains_eager(ExamVersion.exam))
        .where(Exam.public_id == exam_public_id, CourseVersion.number == number)
    )
    if found is None or policy_of(found) is not Policy.STAFF:
        raise NotFoundError("exam")
    return found


@dataclass(frozen=True)
class Waiting:
    """Marked attempts that wait for staff, in the order they were handed in, each with its result and its person."""

    rows: Sequence[tuple[Attempt, Result, Account]]
    awards: bool

    @property
    def passed(self) -> int:
        return sum(result.passed for _attempt, result, _account in self.rows)

    @property
    def failed(self) -> int:
        return len(self.rows) - self.passed

    @property
    def certificates(self) -> int:
        """How many follow: one for each pass of an exam that awards something, nobody of the demo school counted."""
        return sum(result.passed and not account.simulated for _a, result, account in self.rows) if self.awards else 0

    @property
    def digest(self) -> str:
        """Tells these very results, as they stand now, from any others: what was looked at is what is released."""
        said = "\n".join(f"{attempt.public_id} {result.revision}" for attempt, result, _account in self.rows)
        return hashlib.sha256(said.encode()).hexdigest()[:32]


def waiting_of(session: Session, exam_version: ExamVersion) -> Waiting:
    """What waits for staff in an exam version."""
    rows: Sequence[Any] = session.execute(
        select(Attempt, Result, Account)
        .join(Result, Result.attempt_id == Attempt.id)
        .join(Account, Account.id == Attempt.account_id)
        .where(
            Attempt.exam_version_id == exam_version.id,
            Attempt.state == State.SCORED.value,
            Attempt.release_at.is_(None),
            queries.in_force(),
        )
        .order_by(Attempt.submitted_at, Attempt.id)
    ).all()
    awards = bool(exam_version.settings.get("awards")) and exam_version.exam.kind == "certification"
    return Waiting([(row[0], row[1], row[2]) for row in rows], awards)
