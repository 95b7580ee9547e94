"""The table of accommodations, apart from the others so that a contract keeps it from every other feature."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.database import Base, UTCDateTime


class Accommodation(Base):
    """What one person is granted in every exam: a factor, breaks, a hidden timer; never why.

    A change ends one row and adds the next, so that what was in force on any day can be told.
    """

    __tablename__ = "accommodation"
    __table_args__ = (
        CheckConstraint("extra_percent BETWEEN 0 AND 300", name="extra_percent"),
        CheckConstraint("break_minutes BETWEEN 0 AND 240", name="break_minutes"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended"),
        Index(
            "uq_accommodation_standing",
            "account_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    extra_percent: Mapped[int]
    break_minutes: Mapped[int]
    hide_timer: Mapped[bool]
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)  # its last day
    proof_reference: Mapped[str] = mapped_column(String(60))  # where the proof is kept, never what it says
    granted_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    granted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    def in_force(self, day: date) -> bool:
        """Does it count for an attempt begun on this day?"""
        return self.ended_at is None and self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
