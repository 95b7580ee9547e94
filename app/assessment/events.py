"""What assessment tells the rest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ExamPassed:
    """A certification exam was passed and its result released."""

    attempt_id: int
    account_id: int


@dataclass(frozen=True)
class ExamFailed:
    """A certification exam was failed and its result released."""

    attempt_id: int
    account_id: int
