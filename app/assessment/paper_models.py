"""Essays and files of attempts: the files that were sent, what waits to be marked, what each marker said of it."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.assessment.models import Attempt, AttemptItem
from app.assessment.project_models import Marking
from app.assessment.remarking_models import Remarking
from app.foundation.database import Base, JSONValue, UTCDateTime

SLOT = ["attempt_item.attempt_id", "attempt_item.slot"]


class AttemptFile(Base):
    """A file that a candidate sent for one slot, its content in the store; the answer says which is in force."""

    __tablename__ = "attempt_file"
    __table_args__ = (ForeignKeyConstraint(["attempt_id", "slot"], SLOT),)

    attempt_id: Mapped[int] = mapped_column(primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int]  # bytes
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Paper(Base):
    """An essay or a file that was handed in and that people mark; `levels` is what they decided, by criterion.

    One that is marked again on an appeal is another paper of the same slot, under another public id.
    """

    __tablename__ = "paper"
    __table_args__ = (
        ForeignKeyConstraint(["attempt_id", "slot"], SLOT),
        UniqueConstraint("remarking_id", "slot"),
        CheckConstraint("markers BETWEEN 1 AND 2", name="markers"),
        CheckConstraint("(levels IS NULL) = (decided_at IS NULL)", name="decided"),
        Index("ix_paper_queue", "decided_at", "handed_in_at"),
        Index(
            "uq_paper_first",
            "attempt_id",
            "slot",
            unique=True,
            sqlite_where=text("remarking_id IS NULL"),
            postgresql_where=text("remarking_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)  # not the attempt's, which its candidate knows
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    slot: Mapped[int]
    remarking_id: Mapped[int | None] = mapped_column(ForeignKey("remarking.id"))
    markers: Mapped[int]  # 2 when the exam certifies
    handed_in_at: Mapped[datetime] = mapped_column(UTCDateTime)
    levels: Mapped[dict[str, int] | None] = mapped_column(JSONValue)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    attempt: Mapped[Attempt] = relationship()
    remarking: Mapped[Remarking | None] = relationship()
    item: Mapped[AttemptItem] = relationship(
        viewonly=True,
        primaryjoin=(
            "and_(foreign(Paper.attempt_id) == AttemptItem.attempt_id, foreign(Paper.slot) == AttemptItem.slot)"
        ),
    )
    markings: Mapped[list[PaperMarking]] = relationship(order_by="PaperMarking.place")


class PaperMarking(Base):
    """One person's marking of one paper: taken, then done; `place` keeps two from taking the same turn."""

    __tablename__ = "paper_marking"
    __table_args__ = (
        UniqueConstraint("paper_id", "marker_id"),
        UniqueConstraint("paper_id", "place"),
        CheckConstraint("place BETWEEN 1 AND 3", name="place"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("paper.id"))
    marker_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    place: Mapped[int]
    levels: Mapped[dict[str, int]] = mapped_column(JSONValue)  # while it is not done, those chosen so far
    feedback: Mapped[dict[str, str]] = mapped_column(JSONValue)  # by criterion
    comment: Mapped[str] = mapped_column(Text)
    claimed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


AnyMarking: TypeAlias = Marking | PaperMarking  # of a project or of a paper: noted on and signed alike
