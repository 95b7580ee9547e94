"""Finding projects, one's own submissions, those to mark, and what people show of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.accounts.models import Account
from app.assessment import exact
from app.assessment.challenge_models import ChallengeMember, ChallengeSession, ChallengeTeam
from app.assessment.project_models import (
    Marking,
    Portfolio,
    PortfolioEntry,
    Project,
    Submission,
    SubmissionFile,
    SubmissionRevision,
)
from app.assessment.rubrics import TO_MARK, Levels, Rubric, Step, score
from app.catalog.models import Course, CourseVersion, Item
from app.catalog.queries import get_current_version, get_version, step_of
from app.foundation.errors import NotFoundError
from app.foundation.paging import PageOf
from app.learning.models import Enrolment
from app.learning.queries import Path, find_enrolment, path_of

PAGE_SIZE = 20


@dataclass(frozen=True)
class Workplace:
    """A project in somebody's way through its course; `submission` is None until they begin to work."""

    version: CourseVersion
    step: Item
    path: Path
    enrolment: Enrolment | None
    project: Project
    submission: Submission | None

    @property
    def is_shut(self) -> bool:
        """Does something stand before its module?"""
        return bool(self.path.locks_of(self.step.module.slug))


def get_workplace(session: Session, account_id: int, slug: str, item_slug: str) -> Workplace:
    """The project in the version that this person follows, else in the current one; raises NotFoundError."""
    version = get_current_version(session, slug)
    enrolment = find_enrolment(session, account_id, version.course_id)
    if enrolment is not None and enrolment.course_version_id != version.id:
        version = get_version(session, enrolment.course_version_id)
    step = step_of(version, item_slug)
    project = session.scalar(select(Project).where(Project.course_version_id == version.id, Project.slug == step.slug))
    if project is None:
        raise NotFoundError("project")
    return Workplace(
        version=version,
        step=step,
        path=path_of(session, version, enrolment),
        enrolment=enrolment,
        project=project,
        submission=find_submission(session, account_id, project.id),
    )


WITH_ALL = (
    joinedload(Submission.project).joinedload(Project.version).joinedload(CourseVersion.course),
    selectinload(Submission.revisions).selectinload(SubmissionRevision.files),
    selectinload(Submission.revisions).selectinload(SubmissionRevision.markings),
)


def find_submission(session: Session, account_id: int, project_id: int) -> Submission | None:
    """One's own work on a project, or None."""
    return session.scalar(
        select(Submission)
        .options(*WITH_ALL)
        .where(Submission.account_id == account_id, Submission.project_id == project_id)
    )


def get_own_file(session: Session, account_id: int, submission_id: int, file_id: str) -> SubmissionFile:
    """A file of the revision that one is writing; raises NotFoundError."""
    found = session.scalar(
        select(SubmissionFile)
        .join(Submission, Submission.id == SubmissionFile.submission_id)
        .where(
            Submission.account_id == account_id,
            Submission.id == submission_id,
            SubmissionFile.revision == Submission.revision,
            SubmissionFile.public_id == file_id,
        )
    )
    if found is None:
        raise NotFoundError("file")
    return found


def get_readable_file(session: Session, account_id: int, file_id: str) -> tuple[SubmissionFile, bool]:
    """A file that this person may download, and whether it is their own; else NotFoundError.

    Its authors may, and whoever has taken its revision to mark it.
    """
    marks_it = exists().where(
        Marking.submission_id == SubmissionFile.submission_id,
        Marking.revision == SubmissionFile.revision,
        Marking.marker_id == account_id,
    )
    row = session.execute(
        select(SubmissionFile, authored_by(account_id))
        .join(Submission, Submission.id == SubmissionFile.submission_id)
        .where(SubmissionFile.public_id == file_id, or_(authored_by(account_id), marks_it))
    ).one_or_none()
    if row is None:
        raise NotFoundError("file")
    return row[0], bool(row[1])


def authored_by(account_id: int) -> ColumnElement[bool]:
    """Of a submission: is it this person's, or that of a team of theirs?"""
    teams = select(ChallengeMember.team_id).where(ChallengeMember.account_id == account_id)
    return func.coalesce(or_(Submission.account_id == account_id, Submission.team_id.in_(teams)), False)


def is_author(session: Session, submission: Submission, account_id: int) -> bool:
    """May this person say that the work is theirs?"""
    return bool(session.scalar(select(exists().where(Submission.id == submission.id, authored_by(account_id)))))


@dataclass(frozen=True)
class Decision:
    """What was decided of a revision, as its owner reads it."""

    revision: SubmissionRevision
    percent: Decimal  # truncated to one decimal

    @property
    def markings(self) -> Sequence[Marking]:
        """The markings that were done; one taken in vain is nobody's business."""
        return [marking for marking in self.revision.markings if marking.done_at is not None]


def decisions_of(submission: Submission) -> Sequence[Decision]:
    """Every decision on a loaded submission, the last first; nothing of a marking under way."""
    rubric = submission.project.rubric
    return [
        Decision(revision, percent_of(rubric, revision.levels))
        for revision in reversed(submission.revisions)
        if revision.levels is not None and revision.decided_at is not None
    ]


def percent_of(rubric: Rubric, levels: Levels) -> Decimal:
    """The score out of 100, truncated to one decimal: 69.95 never shows as 70."""
    return exact.truncated(score(rubric, levels) * 100, 1)


# To mark


@dataclass(frozen=True)
class QueueRow:
    """A submission in the queue: how many markings it wants, who has taken it, and whether it is this reader's."""

    submission: Submission
    done: int
    takers: Sequence[str]  # names of those who are at it
    own: bool
    signed: bool  # by this reader
    free: bool  # may this reader take it?
    due_at: datetime | None = None  # the day promised for the marks of a challenge
    overdue: bool = False


def submissions_to_mark(session: Session, account_id: int, number: int) -> PageOf[tuple[Submission, datetime | None]]:
    """What waits for a marking, never one's own work: what is promised for a day first, then the longest wait."""
    statement = select(Submission, ChallengeSession.feedback_due_at).where(
        Submission.state.in_([step.value for step in TO_MARK])
    )
    statement = _of_others(statement, account_id)
    total = session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    last = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, number), last)
    rows = session.execute(
        statement.options(*WITH_ALL)
        .order_by(
            ChallengeSession.feedback_due_at.is_(None),
            ChallengeSession.feedback_due_at,
            Submission.handed_in_at,
            Submission.id,
        )
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return PageOf(rows=[(row[0], row[1]) for row in rows], number=number, size=PAGE_SIZE, total=total)


def _of_others(statement: Any, account_id: int) -> Any:
    """Works that this person may mark: of a challenge, once its time is over, and of no session they took part in."""
    took_part = select(ChallengeMember.session_id).where(ChallengeMember.account_id == account_id)
    of_a_team = and_(ChallengeTeam.closed_at.is_not(None), ChallengeTeam.session_id.not_in(took_part))
    return (
        statement.outerjoin(ChallengeTeam, ChallengeTeam.id == Submission.team_id)
        .outerjoin(ChallengeSession, ChallengeSession.id == ChallengeTeam.session_id)
        .where(or_(Submission.account_id != account_id, of_a_team))
    )


def names_of(session: Session, account_ids: Sequence[int]) -> dict[int, str]:
    """Names of markers, for their colleagues."""
    found = session.execute(select(Account.id, Account.name).where(Account.id.in_(list(account_ids))))
    return {row.id: row.name for row in found}


def get_submission_to_mark(session: Session, account_id: int, public_id: str) -> Submission:
    """A submission that was handed in, by somebody else; raises NotFoundError."""
    handed_in = select(Submission).where(Submission.public_id == public_id, Submission.handed_in_at.is_not(None))
    found: Submission | None = session.scalar(_of_others(handed_in, account_id).options(*WITH_ALL))
    if found is None:
        raise NotFoundError("submission")
    return found


def find_marking(session: Session, submission: Submission, account_id: int) -> Marking | None:
    """This marker's marking of the current revision, or None."""
    return session.scalar(
        select(Marking)
        .where(
            Marking.submission_id == submission.id,
            Marking.revision == submission.revision,
            Marking.marker_id == account_id,
        )
        .execution_options(populate_existing=True)
    )


def markings_of(session: Session, submission: Submission) -> Sequence[Marking]:
    """The markings of the current revision, read afresh, in the order of their places."""
    return session.scalars(
        select(Marking)
        .where(Marking.submission_id == submission.id, Marking.revision == submission.revision)
        .order_by(Marking.place)
        .execution_options(populate_existing=True)
    ).all()


def markings_done_by(session: Session, account_id: int, most: int) -> Sequence[tuple[Marking, Submission]]:
    """What this marker has marked, the last first."""
    rows = session.execute(
        select(Marking, Submission)
        .join(Submission, Submission.id == Marking.submission_id)
        .options(joinedload(Submission.project).joinedload(Project.version))
        .where(Marking.marker_id == account_id, Marking.done_at.is_not(None))
        .order_by(Marking.done_at.desc())
        .limit(most)
    )
    return [(row[0], row[1]) for row in rows]


# To show


@dataclass(frozen=True)
class Shown:
    """An accepted project with what its owner says of it; `entry` is None until they write something."""

    submission: Submission
    decision: Decision
    entry: PortfolioEntry | None


def accepted_projects(session: Session, account_id: int) -> Sequence[Shown]:
    """One's own accepted projects, the last first."""
    return _shown(session, select(Submission).where(authored_by(account_id)), account_id)


def projects_shown(session: Session, portfolio_id: str) -> tuple[str, Sequence[Shown]]:
    """The name and the projects of a portfolio, those its owner shows; NotFoundError when there are none."""
    owner = session.execute(
        select(Account.id, Account.name)
        .join(Portfolio, Portfolio.account_id == Account.id)
        .where(Portfolio.public_id == portfolio_id, Account.state == "active")
    ).one_or_none()
    shown = PortfolioEntry.shown
    statement = select(Submission).join(PortfolioEntry, PortfolioEntry.submission_id == Submission.id).where(shown)
    found = _shown(session, statement.where(PortfolioEntry.account_id == owner.id), owner.id) if owner else []
    if owner is None or not found:
        raise NotFoundError("portfolio")
    return owner.name, found


def _shown(session: Session, statement: Select[Submission], account_id: int) -> Sequence[Shown]:
    accepted = session.scalars(statement.options(*WITH_ALL).where(Submission.state == Step.ACCEPTED)).all()
    entries = {
        entry.submission_id: entry
        for entry in session.scalars(
            select(PortfolioEntry).where(
                PortfolioEntry.submission_id.in_([one.id for one in accepted]),
                PortfolioEntry.account_id == account_id,
            )
        )
    }
    found = [Shown(one, decisions_of(one)[0], entries.get(one.id)) for one in accepted]
    return sorted(found, key=lambda one: _decided(one.decision), reverse=True)


def _decided(decision: Decision) -> datetime:
    assert decision.revision.decided_at is not None
    return decision.revision.decided_at


def find_portfolio(session: Session, account_id: int) -> Portfolio | None:
    """The address of what a person shows, or None while they never showed anything."""
    return session.get(Portfolio, account_id)


def course_of(submission: Submission) -> Course:
    """The course of a loaded submission."""
    return submission.project.version.course
