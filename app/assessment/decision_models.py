"""The table of decisions on faulty questions, and how far each has been carried out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.assessment.models import Exam, QuestionVersion
from app.foundation.database import Base, JSONValue, LocalisedText, UTCDateTime


class ItemDecision(Base):
    """What one person proposed about a question version and another approved, in one exam or everywhere (no exam).

    Of several about the same version, the one approved last counts.
    """

    __tablename__ = "item_decision"
    __table_args__ = (
        CheckConstraint("kind IN ('void', 'credit_all', 'rekey')", name="kind"),
        CheckConstraint("state IN ('proposed', 'approved', 'dropped')", name="state"),
        CheckConstraint("(kind = 'rekey') = (new_key IS NOT NULL)", name="new_key"),
        CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="two_people"),
        CheckConstraint("(state = 'approved') = (approved_by IS NOT NULL)", name="approved"),
        CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="approved_at"),
        Index(
            "uq_item_decision_proposed",
            "question_version_id",
            unique=True,
            sqlite_where=text("state = 'proposed'"),
            postgresql_where=text("state = 'proposed'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), index=True)
    exam_id: Mapped[int | None] = mapped_column(ForeignKey("exam.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    new_key: Mapped[dict[str, Any] | None] = mapped_column(JSONValue)  # what regrading.rekeyed takes
    reason: Mapped[dict[str, str]] = mapped_column(LocalisedText)  # as those concerned read it
    state: Mapped[str] = mapped_column(String(12))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # How far the worker is: the last attempt it looked at, how many changed, passed by it, stay passed, went wrong.
    reached: Mapped[int] = mapped_column(default=0)
    regraded: Mapped[int] = mapped_column(default=0)
    newly_passed: Mapped[int] = mapped_column(default=0)
    kept: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    version: Mapped[QuestionVersion] = relationship()
    exam: Mapped[Exam | None] = relationship()
