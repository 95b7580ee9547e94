"""The projects of many people in one course, in a number of statements that does not grow with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment.project_models import Project, Submission, SubmissionRevision
from app.assessment.project_queries import percent_of
from app.assessment.rubrics import Step
from app.catalog.models import CourseVersion


@dataclass(frozen=True)
class HandedIn:
    """A revision that was handed in, and what was decided of it: nothing of a marking under way, nor by whom."""

    number: int
    at: datetime
    decided_at: datetime | None
    percent: Decimal | None  # truncated to one decimal
    accepted: bool | None


@dataclass(frozen=True)
class ProjectOutcome:
    """Somebody's work on a project of one version of the course."""

    slug: str
    course_version_id: int
    state: Step
    changed_at: datetime
    handed_in: tuple[HandedIn, ...]  # first to last

    @property
    def percent(self) -> Decimal | None:
        """The score that was decided last; None before the first decision."""
        return next((one.percent for one in reversed(self.handed_in) if one.percent is not None), None)

    @property
    def resubmissions(self) -> int:
        """How often it was handed in after the first time."""
        return max(0, len(self.handed_in) - 1)


Outcomes = dict[int, list[ProjectOutcome]]


def project_outcomes_of(session: Session, course_id: int, account_ids: Sequence[int]) -> Outcomes:
    """What these people handed in or write, by account, the last changed first; of every version of the course."""
    submissions = session.execute(
        select(Submission.id, Submission.account_id, Submission.project_id, Submission.state, Submission.changed_at)
        .join(Project, Project.id == Submission.project_id)
        .join(CourseVersion, CourseVersion.id == Project.course_version_id)
        .where(CourseVersion.course_id == course_id, Submission.account_id.in_(account_ids))
        .order_by(Submission.changed_at.desc(), Submission.id.desc())
    ).all()
    if not submissions:
        return {}
    wanted = {row.project_id for row in submissions}
    projects = {one.id: one for one in session.scalars(select(Project).where(Project.id.in_(wanted)))}
    handed_in = _handed_in(session, {row.id: projects[row.project_id] for row in submissions})
    found: Outcomes = {}
    for id_, account_id, project_id, state, changed_at in submissions:
        if account_id is None:  # the work of a team is nobody's mark
            continue
        project = projects[project_id]
        outcome = ProjectOutcome(
            project.slug, project.course_version_id, Step(state), changed_at, tuple(handed_in.get(id_, ()))
        )
        found.setdefault(account_id, []).append(outcome)
    return found


def _handed_in(session: Session, projects: dict[int, Project]) -> dict[int, list[HandedIn]]:
    """By submission, of which the project is known."""
    rows = session.execute(
        select(
            SubmissionRevision.submission_id, SubmissionRevision.number, SubmissionRevision.handed_in_at,
            SubmissionRevision.decided_at, SubmissionRevision.levels, SubmissionRevision.accepted,
        )
        .where(SubmissionRevision.submission_id.in_(projects))
        .order_by(SubmissionRevision.submission_id, SubmissionRevision.number)
    )  # fmt: skip
    rubrics = {id_: project.rubric for id_, project in projects.items()}
    found: dict[int, list[HandedIn]] = {}
    for submission_id, number, at, decided_at, levels, accepted in rows:
        if at is None:
            continue
        percent = percent_of(rubrics[submission_id], levels) if levels is not None and decided_at else None
        found.setdefault(submission_id, []).append(HandedIn(number, at, decided_at, percent, accepted))
    return found
