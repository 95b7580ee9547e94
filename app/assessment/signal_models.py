"""Tables of integrity signals, apart from the others so that a contract keeps them from whatever gives a mark."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.database import Base, JSONValue, UTCDateTime


class Kind(StrEnum):
    """What may be noted of an attempt; the last three are worked out from its answers once it has ended."""

    HIDDEN = "hidden"
    PASTE = "paste"
    ADDRESS = "address"
    BROWSER = "browser"
    WINDOWS = "windows"
    FAST = "fast"
    ALIKE = "alike"


FOUND_LATER = (Kind.WINDOWS, Kind.FAST, Kind.ALIKE)


class Signal(Base):
    """Something noted of an attempt, for a person to look at: it decides nothing, and goes when the appeal term ends.

    `amount` is seconds hidden, characters pasted, the milliseconds an answer took, the answers that are alike, or the
    order of an address or a browser: the first one, 0, is there to compare the next with and is no signal.
    """

    __tablename__ = "signal"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('hidden', 'paste', 'address', 'browser', 'windows', 'fast', 'alike')", name="kind"
        ),
        CheckConstraint("amount >= 0", name="amount"),
        UniqueConstraint("attempt_id", "kind", "mark"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    kind: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    slot: Mapped[int | None]
    amount: Mapped[int]
    other_id: Mapped[int | None] = mapped_column(ForeignKey("attempt.id"), index=True)  # whose answers are alike
    mark: Mapped[str | None] = mapped_column(
        String(32)
    )  # keyed digest of an address or a browser, of this attempt alone
    details: Mapped[dict[str, Any] | None] = mapped_column(JSONValue)
    """fast: usual_ms, people; alike: both_wrong, chance and limit as text"""


class SignalRound(Base):
    """When the answers of an exam were last looked through, and how many attempts had ended by then."""

    __tablename__ = "signal_round"

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    attempts: Mapped[int]
    looked_at: Mapped[datetime] = mapped_column(UTCDateTime)
