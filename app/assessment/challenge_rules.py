"""Rules of challenges: when a team's time ends, what may be done when."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from app.assessment.rules import GRACE


class Phase(StrEnum):
    """Where a session stands for one team."""

    CANCELLED = "cancelled"
    COMING = "coming"
    RUNNING = "running"
    OVER = "over"


def team_end(starts_at: datetime, ends_at: datetime, extra_percent: int) -> datetime:
    """The end for a team whose members have at most so much more time: 4 hours and 33 % make 5 h 19 min 12 s."""
    return ends_at + (ends_at - starts_at) * extra_percent / 100


def phase_of(starts_at: datetime, end: datetime, *, cancelled: bool, now: datetime) -> Phase:
    """Coming before the common start, running from it on, over from the end of the team on."""
    if cancelled:
        return Phase.CANCELLED
    if now < starts_at:
        return Phase.COMING
    return Phase.RUNNING if now < end else Phase.OVER


def still_arrives(end: datetime, now: datetime) -> bool:
    """Does what is sent now still count? For a minute after the end, what was on its way does."""
    return now <= end + GRACE


def is_closable(end: datetime, now: datetime) -> bool:
    """Is the time over, and the minute for what was on its way?"""
    return now > end + GRACE
