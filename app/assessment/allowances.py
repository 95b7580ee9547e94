"""The time that an attempt had, whatever made it so: for those who administer the site, never in a file (ADR 0014)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.assessment.models import Attempt


@dataclass(frozen=True)
class Allowance:
    """Time to work, and on top of it the breaks that were taken, or that one under way may still take."""

    work: timedelta
    breaks: timedelta


def allowance_of(attempt: Attempt) -> Allowance | None:
    """The time of an attempt from its own clock; None without a time limit."""
    if attempt.deadline_at is None:
        return None
    under_way = attempt.break_started_at is not None
    breaks = timedelta(seconds=attempt.break_allowance_s if under_way else attempt.pause_s)
    return Allowance(attempt.deadline_at - attempt.started_at - breaks, breaks)
