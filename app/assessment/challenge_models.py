"""Challenges: what a course version says of them, their sessions, and who takes part in which team."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.assessment.project_models import Project
from app.foundation.database import Base, LocalisedText, UTCDateTime

LARGEST_TEAM = 3


class Challenge(Base):
    """What a project has more when it is a challenge; never changed afterwards."""

    __tablename__ = "challenge"
    __table_args__ = (
        CheckConstraint("duration_s BETWEEN 3600 AND 604800", name="duration"),
        CheckConstraint(f"team BETWEEN 1 AND {LARGEST_TEAM}", name="team"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True, autoincrement=False)
    promise: Mapped[dict[str, str]] = mapped_column(LocalisedText)
    minutes: Mapped[int]
    duration_s: Mapped[int]  # from the common start to the common end
    team: Mapped[int]  # most people on one piece of work
    feedback_s: Mapped[int]  # the longest wait for the marks, from the end

    project: Mapped[Project] = relationship()
    files: Mapped[list[ChallengeFile]] = relationship(order_by="ChallengeFile.id")


class ChallengeFile(Base):
    """A file in one language: opened to those who take part at the start, or sealed, for those who mark."""

    __tablename__ = "challenge_file"
    __table_args__ = (UniqueConstraint("project_id", "sealed", "place", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("challenge.project_id"))
    sealed: Mapped[bool]
    place: Mapped[int]  # among those that open, or among the sealed, from 1
    language: Mapped[str] = mapped_column(String(2))
    title: Mapped[dict[str, str]] = mapped_column(LocalisedText)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(8))  # one of app.assessment.attached.ATTACHED_KINDS
    sha256: Mapped[str] = mapped_column(ForeignKey("course_file.sha256"))
    size: Mapped[int]  # bytes


class ChallengeSession(Base):
    """One opening of a challenge: the same start and the same end for everybody who joins."""

    __tablename__ = "challenge_session"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="end"),
        CheckConstraint("feedback_due_at >= ends_at", name="feedback"),
        CheckConstraint("(cancelled_at IS NULL) = (cancelled_by IS NULL)", name="cancelled"),
        Index("ix_challenge_session_ends_at", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("challenge.project_id"), index=True)
    title: Mapped[str] = mapped_column(String(80))
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    feedback_due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    opened_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    cancelled_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    challenge: Mapped[Challenge] = relationship()


class SealedFile(Base):
    """What a session puts in the place of a sealed file of the course; its content is in the store."""

    __tablename__ = "challenge_sealed_file"
    __table_args__ = (CheckConstraint("place >= 1", name="place"),)

    session_id: Mapped[int] = mapped_column(ForeignKey("challenge_session.id"), primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(8))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]  # bytes
    added_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ChallengeTeam(Base):
    """One to three people on one piece of work; alone is a team of one. Its row is held by whatever changes it."""

    __tablename__ = "challenge_team"
    __table_args__ = (UniqueConstraint("id", "session_id"),)  # what members refer to

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("challenge_session.id"), index=True)
    join_code: Mapped[str] = mapped_column(String(8), unique=True)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # its time was over, or the session cancelled

    session: Mapped[ChallengeSession] = relationship()
    members: Mapped[list[ChallengeMember]] = relationship(
        order_by="ChallengeMember.place",
        foreign_keys="ChallengeMember.team_id",
        primaryjoin="ChallengeTeam.id == ChallengeMember.team_id",
        viewonly=True,
    )


class ChallengeMember(Base):
    """Somebody in a team. `alive` until the work is over: nobody has two works alive at once."""

    __tablename__ = "challenge_member"
    __table_args__ = (
        ForeignKeyConstraint(["team_id", "session_id"], ["challenge_team.id", "challenge_team.session_id"]),
        UniqueConstraint("session_id", "account_id"),
        UniqueConstraint("team_id", "place"),
        CheckConstraint(f"place BETWEEN 1 AND {LARGEST_TEAM}", name="place"),
        Index(
            "uq_challenge_member_alive",
            "account_id",
            unique=True,
            sqlite_where=text("alive"),
            postgresql_where=text("alive"),
        ),
    )

    team_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False, index=True)
    session_id: Mapped[int]
    place: Mapped[int]
    alive: Mapped[bool]
    joined_at: Mapped[datetime] = mapped_column(UTCDateTime)

    account: Mapped[Account] = relationship(viewonly=True)
