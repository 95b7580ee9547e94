"""Projects of a course version, what learners hand in, what markers say of it, and what learners show of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.assessment.rubrics import Rubric, Step, rubric_of
from app.catalog.models import CourseVersion
from app.foundation.database import Base, JSONValue, LocalisedText, UTCDateTime

REVISION = ["submission_revision.submission_id", "submission_revision.number"]
STATES = ", ".join(f"'{step.value}'" for step in Step)


class Project(Base):
    """A brief and its rubric in one course version; never changed afterwards."""

    __tablename__ = "project"
    __table_args__ = (
        UniqueConstraint("course_version_id", "slug"),
        CheckConstraint("markers BETWEEN 1 AND 2", name="markers"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    slug: Mapped[str] = mapped_column(String(60))
    title: Mapped[dict[str, str]] = mapped_column(LocalisedText)
    brief_html: Mapped[dict[str, str]] = mapped_column(LocalisedText)
    body: Mapped[dict[str, Any]] = mapped_column(JSONValue)
    """The project of course/1: rubric [{id, title, weight, required, levels [{points, text}]}], pass {threshold,
    no_zero}, deliverables, accept, max_mb"""
    markers: Mapped[int]  # 2 when the project counts for a certificate

    version: Mapped[CourseVersion] = relationship()

    @property
    def rubric(self) -> Rubric:
        """Its rubric, exact."""
        return rubric_of(self.body)


class Submission(Base):
    """One person's work on one project, or one team's on a challenge; `revision` is written, or was last handed in."""

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("project_id", "account_id"),
        CheckConstraint(f"state IN ({STATES})", name="state"),
        CheckConstraint("revision >= 1", name="revision"),
        CheckConstraint("(account_id IS NULL) <> (team_id IS NULL)", name="owner"),
        Index("ix_submission_queue", "state", "handed_in_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("challenge_team.id"), unique=True)  # of a challenge
    state: Mapped[str] = mapped_column(String(20))
    revision: Mapped[int]
    handed_in_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # the last time
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)

    project: Mapped[Project] = relationship()
    revisions: Mapped[list[SubmissionRevision]] = relationship(order_by="SubmissionRevision.number")

    @property
    def current(self) -> SubmissionRevision:
        """The revision being written, or waiting for its marking."""
        return self.revisions[-1]


class SubmissionRevision(Base):
    """What was handed in at one time, the learner's own view of it, and what was decided."""

    __tablename__ = "submission_revision"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    note: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(String(500))  # shown to markers, never fetched
    own_levels: Mapped[dict[str, int] | None] = mapped_column(JSONValue)
    handed_in_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    levels: Mapped[dict[str, int] | None] = mapped_column(JSONValue)  # decided
    accepted: Mapped[bool | None]
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    files: Mapped[list[SubmissionFile]] = relationship(order_by="SubmissionFile.id")
    markings: Mapped[list[Marking]] = relationship(order_by="Marking.place")


class SubmissionFile(Base):
    """A file of a revision: its content in the store under its SHA-256, its name as mere words."""

    __tablename__ = "submission_file"
    __table_args__ = (
        ForeignKeyConstraint(["submission_id", "revision"], REVISION),
        UniqueConstraint("submission_id", "revision", "sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    submission_id: Mapped[int]
    revision: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(8))  # the end of its name, one of app.assessment.uploads.KINDS
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]  # bytes
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Marking(Base):
    """One person's marking of one revision: taken, then done; `place` keeps two from taking the same turn."""

    __tablename__ = "marking"
    __table_args__ = (
        ForeignKeyConstraint(["submission_id", "revision"], REVISION),
        UniqueConstraint("submission_id", "revision", "marker_id"),
        UniqueConstraint("submission_id", "revision", "place"),
        CheckConstraint("place BETWEEN 1 AND 3", name="place"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int]
    revision: Mapped[int]
    marker_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    place: Mapped[int]
    levels: Mapped[dict[str, int]] = mapped_column(JSONValue)  # while it is not done, those chosen so far
    feedback: Mapped[dict[str, str]] = mapped_column(JSONValue)  # by criterion
    comment: Mapped[str] = mapped_column(Text)
    claimed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Portfolio(Base):
    """The address of what a person shows; it answers only while they show something."""

    __tablename__ = "portfolio"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)


class PortfolioEntry(Base):
    """An accepted project that one of its authors shows to everybody who has the address, in their own words."""

    __tablename__ = "portfolio_entry"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    presentation: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(String(500))
    shown: Mapped[bool]
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
