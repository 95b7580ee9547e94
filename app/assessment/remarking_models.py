"""Re-markings on appeal: some answers of one attempt marked again, and the marks that are proposed for the others."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.assessment.appeal_models import Appeal
from app.foundation.database import Base, DecimalText, UTCDateTime

UNDER_WAY = "state IN ('marking', 'proposed')"


class Remarking(Base):
    """What one person proposes on an appeal and another approves; its essays and files are papers of their own.

    `marking` while people mark these, `proposed` once an approval is all that is missing.
    """

    __tablename__ = "remarking"
    __table_args__ = (
        CheckConstraint("state IN ('marking', 'proposed', 'approved', 'dropped')", name="state"),
        CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="two_people"),
        CheckConstraint("(state = 'approved') = (approved_by IS NOT NULL)", name="approved"),
        CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="approved_at"),
        Index(
            "uq_remarking_under_way",
            "appeal_id",
            unique=True,
            sqlite_where=text(UNDER_WAY),
            postgresql_where=text(UNDER_WAY),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeal.id"), index=True)
    state: Mapped[str] = mapped_column(String(12))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    appeal: Mapped[Appeal] = relationship()
    marks: Mapped[list[ProposedMark]] = relationship(order_by="ProposedMark.slot")


class ProposedMark(Base):
    """The points proposed for one answer that nobody marks by a rubric, and why."""

    __tablename__ = "proposed_mark"

    remarking_id: Mapped[int] = mapped_column(ForeignKey("remarking.id"), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    points: Mapped[Decimal] = mapped_column(DecimalText)  # from 0 to those of the slot
    reason: Mapped[str] = mapped_column(Text)
