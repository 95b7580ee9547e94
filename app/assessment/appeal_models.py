"""The table of appeals against results."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.assessment.models import Attempt
from app.foundation.database import Base, UTCDateTime


class Appeal(Base):
    """What a candidate contests in a result, and the answer, which is owed whatever it says."""

    __tablename__ = "appeal"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'in_review', 'upheld', 'rejected', 'withdrawn')", name="state"),
        CheckConstraint("(state IN ('upheld', 'rejected')) = (answer IS NOT NULL)", name="answer"),
        CheckConstraint("(answer IS NULL) = (answered_by IS NULL)", name="answered_by"),
        Index(
            "uq_appeal_under_way",
            "attempt_id",
            unique=True,
            sqlite_where=text("state IN ('open', 'in_review')"),
            postgresql_where=text("state IN ('open', 'in_review')"),
        ),
        Index("ix_appeal_queue", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    state: Mapped[str] = mapped_column(String(12))
    grounds: Mapped[str] = mapped_column(Text)
    filed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)  # when the answer is owed
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    attempt: Mapped[Attempt] = relationship()
