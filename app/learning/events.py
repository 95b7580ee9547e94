"""What learning tells the rest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LearnerEnrolled:
    """Somebody began a course."""

    account_id: int
    course_id: int


@dataclass(frozen=True)
class ItemCompleted:
    """Somebody finished a lesson or mastered a quiz."""

    account_id: int
    item_id: int
