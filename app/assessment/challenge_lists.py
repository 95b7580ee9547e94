"""The sessions of challenges as staff follow them: what comes, what runs, what is to mark, what is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.assessment.challenge_models import Challenge, ChallengeMember, ChallengeSession, ChallengeTeam
from app.assessment.project_models import Project, Submission
from app.assessment.rubrics import TO_MARK
from app.catalog.models import CourseVersion
from app.foundation import clock

MOST_DONE = 50


class Standing(StrEnum):
    """Where a session stands for staff."""

    COMING = "coming"
    RUNNING = "running"
    TO_MARK = "to-mark"
    DONE = "done"


@dataclass(frozen=True)
class SessionRow:
    """A session with its counts; it stands at the common end, whoever has more time."""

    session: ChallengeSession
    people: int
    teams: int
    waiting: int  # works that are handed in and not decided, or still open after the common end
    now: datetime

    @property
    def standing(self) -> Standing:
        """Coming, running, to mark or done."""
        if self.session.cancelled_at is not None:
            return Standing.DONE
        if self.now < self.session.starts_at:
            return Standing.COMING
        if self.now < self.session.ends_at:
            return Standing.RUNNING
        return Standing.TO_MARK if self.waiting else Standing.DONE

    @property
    def overdue(self) -> bool:
        """Is the day promised for the feedback past?"""
        return self.standing is Standing.TO_MARK and self.now > self.session.feedback_due_at


def session_rows(session: Session) -> Sequence[SessionRow]:
    """Every session, in a number of statements that does not grow with them; the last one first."""
    found = session.scalars(
        select(ChallengeSession)
        .options(
            joinedload(ChallengeSession.challenge)
            .joinedload(Challenge.project)
            .joinedload(Project.version)
            .joinedload(CourseVersion.course)
        )
        .order_by(ChallengeSession.starts_at.desc(), ChallengeSession.id.desc())
    ).all()
    return rows_of(session, found)


def rows_of(session: Session, sessions: Sequence[ChallengeSession]) -> Sequence[SessionRow]:
    """The same of some sessions, in their order."""
    ids, now = [one.id for one in sessions], clock.now()
    of_these = ChallengeTeam.session_id.in_(ids)
    teams = dict(
        session.execute(
            select(ChallengeTeam.session_id, func.count()).where(of_these).group_by(ChallengeTeam.session_id)
        ).fetchall()
    )
    people = dict(
        session.execute(
            select(ChallengeMember.session_id, func.count())
            .where(ChallengeMember.session_id.in_(ids))
            .group_by(ChallengeMember.session_id)
        ).fetchall()
    )
    waiting = dict(
        session.execute(
            select(ChallengeTeam.session_id, func.count())
            .outerjoin(Submission, Submission.team_id == ChallengeTeam.id)
            .where(of_these, ChallengeTeam.closed_at.is_(None) | Submission.state.in_([one.value for one in TO_MARK]))
            .group_by(ChallengeTeam.session_id)
        ).fetchall()
    )
    return [
        SessionRow(one, people.get(one.id, 0), teams.get(one.id, 0), waiting.get(one.id, 0), now) for one in sessions
    ]


def by_standing(rows: Sequence[SessionRow]) -> dict[Standing, list[SessionRow]]:
    """What comes first comes first, what is due first is marked first, what was done last stands first."""
    groups: dict[Standing, list[SessionRow]] = {standing: [] for standing in Standing}
    for row in rows:
        groups[row.standing].append(row)
    groups[Standing.COMING].reverse()
    groups[Standing.TO_MARK].sort(key=lambda row: row.session.feedback_due_at)
    groups[Standing.DONE] = groups[Standing.DONE][:MOST_DONE]
    return groups
