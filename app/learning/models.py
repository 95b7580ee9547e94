"""Who is learning what: enrolments, what was done in them, and the cohorts people follow a course in."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.database import Base, DecimalText, UTCDateTime


class Enrolment(Base):
    """A person in a course, on the version they began with."""

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("account_id", "course_id"),
        CheckConstraint("state IN ('active', 'left')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), index=True)
    state: Mapped[str] = mapped_column(String(8), default="active")
    enrolled_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"))  # where to resume
    last_seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ItemProgress(Base):
    """What a person did of one item; a quiz is completed when its mastery threshold is reached."""

    __tablename__ = "item_progress"

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    waiting_since: Mapped[datetime | None] = mapped_column(UTCDateTime)  # a project handed in, for others to read
    best_ratio: Mapped[Decimal | None] = mapped_column(DecimalText)  # of a quiz, 0–1


class Cohort(Base):
    """People who follow a course together, as those who teach it named them; archived, it is shown last."""

    __tablename__ = "cohort"
    __table_args__ = (
        UniqueConstraint("course_id", "name_key"),
        CheckConstraint("ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    name: Mapped[str] = mapped_column(String(60))
    name_key: Mapped[str] = mapped_column(String(200))  # folded: what "the same name" means
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    created_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class CohortMember(Base):
    """Somebody in a cohort; one person may be in several."""

    __tablename__ = "cohort_member"

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
