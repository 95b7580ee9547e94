"""Finding challenges, their sessions, one's own seat in one, and the files that may be opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from app.assessment.accommodation_models import Accommodation
from app.assessment.challenge_models import (
    Challenge,
    ChallengeFile,
    ChallengeMember,
    ChallengeSession,
    ChallengeTeam,
    SealedFile,
)
from app.assessment.challenge_rules import Phase, phase_of, team_end
from app.assessment.project_models import Marking, Project, Submission
from app.assessment.project_queries import WITH_ALL
from app.catalog.models import Course, CourseFile, CourseVersion
from app.catalog.queries import VersionKey, content_key, get_current_version
from app.foundation import clock
from app.foundation.errors import NotFoundError
from app.foundation.keeping import Kept
from app.foundation.wording import ZONE


@dataclass(frozen=True)
class ChallengeEntry:
    """A challenge as its course names it; `next_start` of the session that may be joined first, or None."""

    slug: str
    title: dict[str, str]
    promise: dict[str, str]
    next_start: datetime | None


_OF_VERSION: Kept[VersionKey, Sequence[tuple[str, dict[str, str], dict[str, str]]]] = Kept(64)


def challenges_of(session: Session, version: CourseVersion) -> Sequence[ChallengeEntry]:
    """The challenges of a course version, in its author's order, each with its next session."""
    known = _OF_VERSION.get(content_key(version), lambda: _challenges_in(session, version.id))
    starts = _next_starts(session, version.course_id) if known else {}
    return [ChallengeEntry(slug, title, promise, starts.get(slug)) for slug, title, promise in known]


def _challenges_in(session: Session, version_id: int) -> Sequence[tuple[str, dict[str, str], dict[str, str]]]:
    rows = session.execute(
        select(Project.slug, Project.title, Challenge.promise)
        .join(Challenge, Challenge.project_id == Project.id)
        .where(Project.course_version_id == version_id)
        .order_by(Project.id)
    )
    return [(row.slug, row.title, row.promise) for row in rows]


# Built once, for the pages of courses: building it again costs more than running it.
_NEXT_STARTS = (
    select(Project.slug, func.min(ChallengeSession.starts_at).label("starts_at"))
    .join(Project, Project.id == ChallengeSession.project_id)
    .join(CourseVersion, CourseVersion.id == Project.course_version_id)
    .where(
        CourseVersion.course_id == bindparam("course_id"),
        ChallengeSession.cancelled_at.is_(None),
        ChallengeSession.starts_at > bindparam("now"),
    )
    .group_by(Project.slug)
)


def _next_starts(session: Session, course_id: int) -> dict[str, datetime]:
    """By challenge, when its next session starts, on whichever version of the course it was opened."""
    rows = session.execute(_NEXT_STARTS, {"course_id": course_id, "now": clock.now()})
    return {row.slug: row.starts_at for row in rows}


def get_challenge(session: Session, slug: str, challenge_slug: str) -> Challenge:
    """A challenge of a course's current version; raises NotFoundError."""
    version = get_current_version(session, slug)
    found = session.scalar(
        select(Challenge)
        .join(Project, Project.id == Challenge.project_id)
        .options(
            contains_eager(Challenge.project).joinedload(Project.version).joinedload(CourseVersion.course),
            selectinload(Challenge.files),
        )
        .where(Project.course_version_id == version.id, Project.slug == challenge_slug)
    )
    if found is None:
        raise NotFoundError("challenge")
    return found


def published_challenges(session: Session) -> Sequence[Challenge]:
    """Every challenge of every course's current version, for those who open sessions."""
    return session.scalars(
        select(Challenge)
        .join(Project, Project.id == Challenge.project_id)
        .join(CourseVersion, CourseVersion.id == Project.course_version_id)
        .join(Course, Course.current_version_id == CourseVersion.id)
        .options(contains_eager(Challenge.project).contains_eager(Project.version).contains_eager(CourseVersion.course))
        .order_by(CourseVersion.tier, Course.slug, Project.id)
    ).all()


# Sessions

_WHOLE = (
    joinedload(ChallengeSession.challenge)
    .joinedload(Challenge.project)
    .joinedload(Project.version)
    .joinedload(CourseVersion.course)
)


def get_session(session: Session, public_id: str) -> ChallengeSession:
    """A session with its challenge; raises NotFoundError."""
    found = session.scalar(select(ChallengeSession).options(_WHOLE).where(ChallengeSession.public_id == public_id))
    if found is None:
        raise NotFoundError("challenge session")
    return found


def sessions_to_join(session: Session, challenge: Challenge) -> Sequence[ChallengeSession]:
    """The sessions of a challenge that have not begun, in any version of its course, the first one first."""
    return session.scalars(
        select(ChallengeSession)
        .join(Project, Project.id == ChallengeSession.project_id)
        .join(CourseVersion, CourseVersion.id == Project.course_version_id)
        .where(
            CourseVersion.course_id == challenge.project.version.course_id,
            Project.slug == challenge.project.slug,
            ChallengeSession.cancelled_at.is_(None),
            ChallengeSession.starts_at > clock.now(),
        )
        .order_by(ChallengeSession.starts_at, ChallengeSession.id)
    ).all()


def own_sessions(session: Session, account_id: int, challenge: Challenge) -> Sequence[ChallengeSession]:
    """Those of a challenge that this person joined, the last one first."""
    return session.scalars(
        select(ChallengeSession)
        .join(ChallengeMember, ChallengeMember.session_id == ChallengeSession.id)
        .join(Project, Project.id == ChallengeSession.project_id)
        .join(CourseVersion, CourseVersion.id == Project.course_version_id)
        .where(
            ChallengeMember.account_id == account_id,
            CourseVersion.course_id == challenge.project.version.course_id,
            Project.slug == challenge.project.slug,
        )
        .order_by(ChallengeSession.starts_at.desc())
    ).all()


# One's own seat


@dataclass(frozen=True)
class Seat:
    """A session as one of its members has it; `end` is that of their team."""

    session: ChallengeSession
    team: ChallengeTeam
    end: datetime
    submission: Submission | None
    now: datetime

    @property
    def challenge(self) -> Challenge:
        return self.session.challenge

    @property
    def project(self) -> Project:
        return self.session.challenge.project

    @property
    def phase(self) -> Phase:
        """Where the session stands for this team."""
        cancelled = self.session.cancelled_at is not None
        return phase_of(self.session.starts_at, self.end, cancelled=cancelled, now=self.now)


def get_seat(session: Session, account_id: int, public_id: str) -> Seat:
    """The session in which this person is in a team; raises NotFoundError for everybody else."""
    team = session.scalar(
        select(ChallengeTeam)
        .join(ChallengeMember, ChallengeMember.team_id == ChallengeTeam.id)
        .join(ChallengeSession, ChallengeSession.id == ChallengeTeam.session_id)
        .options(
            contains_eager(ChallengeTeam.session).joinedload(ChallengeSession.challenge).options(
                joinedload(Challenge.project).joinedload(Project.version).joinedload(CourseVersion.course),
                selectinload(Challenge.files),
            ),
            selectinload(ChallengeTeam.members).joinedload(ChallengeMember.account),
        )
        .where(ChallengeSession.public_id == public_id, ChallengeMember.account_id == account_id)
    )  # fmt: skip
    if team is None:
        raise NotFoundError("challenge session")
    return Seat(team.session, team, end_of(session, team), find_work(session, team.id), clock.now())


def find_work(session: Session, team_id: int) -> Submission | None:
    """What a team has written, or None."""
    return session.scalar(select(Submission).options(*WITH_ALL).where(Submission.team_id == team_id))


def end_of(session: Session, team: ChallengeTeam) -> datetime:
    """When a team's time ends: its members' accommodations lengthen it, the longest one counts (ADR 0018)."""
    opening = team.session
    extra = session.scalar(
        select(func.max(Accommodation.extra_percent))
        .join(ChallengeMember, ChallengeMember.account_id == Accommodation.account_id)
        .where(
            ChallengeMember.team_id == team.id,
            or_(Accommodation.ended_at.is_(None), Accommodation.ended_at > opening.starts_at),
            Accommodation.valid_from <= opening.ends_at.astimezone(ZONE).date(),
            or_(
                Accommodation.valid_to.is_(None),
                Accommodation.valid_to >= opening.starts_at.astimezone(ZONE).date(),
            ),
        )
    )
    return team_end(opening.starts_at, opening.ends_at, extra or 0)


def members_of(session: Session, team_id: int) -> Sequence[ChallengeMember]:
    """Everybody in a team, in the order in which they came."""
    return session.scalars(
        select(ChallengeMember).where(ChallengeMember.team_id == team_id).order_by(ChallengeMember.place)
    ).all()


def teams_to_close(session: Session, before: datetime) -> Sequence[int]:
    """Teams whose common end lies before this, and that nobody has closed; those with more time among them."""
    return session.scalars(
        select(ChallengeTeam.id)
        .join(ChallengeSession, ChallengeSession.id == ChallengeTeam.session_id)
        .where(ChallengeTeam.closed_at.is_(None), ChallengeSession.ends_at < before)
        .order_by(ChallengeTeam.id)
    ).all()


# Files


def _has_taken(account_id: int) -> ColumnElement[bool]:
    """Has this person taken a work of the session to mark it?"""
    return exists().where(
        Marking.marker_id == account_id,
        Marking.submission_id == Submission.id,
        Submission.team_id == ChallengeTeam.id,
        ChallengeTeam.session_id == ChallengeSession.id,
    )


def get_attached(session: Session, account_id: int, session_id: str, file_id: str) -> tuple[ChallengeFile, bytes]:
    """A file of the course for this session, and its content; else NotFoundError.

    Those who take part read what is not sealed, from the start on; whoever has taken a work reads both.
    """
    takes_part = exists().where(
        ChallengeMember.session_id == ChallengeSession.id, ChallengeMember.account_id == account_id
    )
    opened = and_(
        ChallengeFile.sealed.is_(False),
        ChallengeSession.starts_at <= clock.now(),
        ChallengeSession.cancelled_at.is_(None),
        takes_part,
    )
    row = session.execute(
        select(ChallengeFile, CourseFile.content)
        .join(CourseFile, CourseFile.sha256 == ChallengeFile.sha256)
        .join(ChallengeSession, ChallengeSession.project_id == ChallengeFile.project_id)
        .where(
            ChallengeSession.public_id == session_id,
            ChallengeFile.public_id == file_id,
            or_(opened, _has_taken(account_id)),
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError("file")
    return row[0], row[1]


def get_replacement(session: Session, account_id: int, session_id: str, place: int) -> SealedFile:
    """What a session put in the place of a sealed file, for whoever has taken a work of it; else NotFoundError."""
    found = session.scalar(
        select(SealedFile)
        .join(ChallengeSession, ChallengeSession.id == SealedFile.session_id)
        .where(ChallengeSession.public_id == session_id, SealedFile.place == place, _has_taken(account_id))
    )
    if found is None:
        raise NotFoundError("file")
    return found


def replacements_of(session: Session, opening: ChallengeSession) -> dict[int, SealedFile]:
    """By place, what a session put in the place of sealed files."""
    found = session.scalars(select(SealedFile).where(SealedFile.session_id == opening.id))
    return {one.place: one for one in found}


def session_of_work(session: Session, submission: Submission) -> ChallengeSession | None:
    """The session in which a team made this work; None for a project."""
    if submission.team_id is None:
        return None
    return session.scalar(
        select(ChallengeSession)
        .join(ChallengeTeam, ChallengeTeam.session_id == ChallengeSession.id)
        .options(joinedload(ChallengeSession.challenge).selectinload(Challenge.files))
        .where(ChallengeTeam.id == submission.team_id)
    )


def promises_of(session: Session, project_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """What challenges promise, by project: what may be read of them by everybody."""
    if not project_ids:
        return {}
    rows = session.execute(
        select(Challenge.project_id, Challenge.promise).where(Challenge.project_id.in_(list(project_ids)))
    )
    return {row.project_id: row.promise for row in rows}
