"""A course with many learners, put straight into the tables: each with progress, exercises and exam attempts."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment.models import Attempt, Result
from app.catalog.models import CourseVersion
from app.foundation import clock
from app.foundation.folding import folded
from app.foundation.identifiers import new_public_id
from app.learning.models import Enrolment, ItemProgress
from tests.courses import exam_of


def fill(session: Session, version: CourseVersion, count: int, *, first: int = 1) -> None:
    """So many learners in a course; every third has sat the exam once, every sixth twice, every ninth is sitting it."""
    numbers = range(first, first + count)
    accounts = _insert(session, Account, [_account(number) for number in numbers])
    now = clock.now()
    enrolments = _insert(
        session,
        Enrolment,
        [
            {"account_id": one, "course_id": version.course_id, "course_version_id": version.id, "state": "active",
             "enrolled_at": now} for one in accounts
        ],
    )  # fmt: skip
    items = [item for module in version.modules for item in module.items]
    session.execute(
        insert(ItemProgress),
        [
            {"enrolment_id": enrolment, "item_id": item.id, "started_at": now, "completed_at": now,
             "best_ratio": Decimal("0.9") if item.kind == "quiz" else None}
            for number, enrolment in zip(numbers, enrolments, strict=True)
            for item in items[: number % (len(items) + 1)]
        ],
    )  # fmt: skip
    _sit(session, version, dict(zip(numbers, accounts, strict=True)))
    session.commit()


def _account(number: int) -> dict[str, Any]:
    name = f"Personne {number:05d}"
    return {
        "public_id": new_public_id(), "email": f"p{number}@example.org", "email_key": f"p{number}@example.org",
        "name": name, "name_key": folded(name), "role": "learner", "state": "active", "language": "fr",
        "password_hash": "none", "confirmed_at": clock.now(), "created_at": clock.now(),
    }  # fmt: skip


def _sit(session: Session, version: CourseVersion, accounts: dict[int, int]) -> None:
    exam, now = exam_of(session, version), clock.now()
    sat = [(number, one) for number in accounts for one in range(1, _sittings(number) + 1)]
    rows = [
        {
            "public_id": new_public_id(), "exam_id": exam.exam_id, "exam_version_id": exam.id, "number": one,
            "account_id": accounts[number], "seed": b"0" * 16, "state": "released", "language": "fr",
            "started_at": now - timedelta(days=3 - one), "deadline_at": now - timedelta(days=3 - one, minutes=-30),
            "submitted_at": now - timedelta(days=3 - one, minutes=-20), "finish_reason": "candidate",
        }
        for number, one in sat
    ]  # fmt: skip
    results = [
        {
            "attempt_id": attempt, "revision": 1, "total": Decimal(number % 6), "max_points": Decimal(5),
            "cut": Decimal("3.5"), "passed": number % 6 > 3, "per_domain": [], "reason": "marked", "decided_at": now,
        }
        for (number, _one), attempt in zip(sat, _insert(session, Attempt, rows), strict=True)
    ]  # fmt: skip
    if results:
        session.execute(insert(Result), results)
    sitting = [
        {**_open(number, accounts[number]), "exam_id": exam.exam_id, "exam_version_id": exam.id}
        for number in accounts if number % 9 == 0
    ]  # fmt: skip
    if sitting:
        _insert(session, Attempt, sitting)


def _sittings(number: int) -> int:
    return (number % 3 == 0) + (number % 6 == 0)


def _open(number: int, account_id: int) -> dict[str, Any]:
    now = clock.now()
    return {
        "public_id": new_public_id(), "number": _sittings(number) + 1, "account_id": account_id, "seed": b"0" * 16,
        "state": "in_progress", "language": "fr", "started_at": now, "deadline_at": now + timedelta(minutes=30),
    }  # fmt: skip


def _insert(session: Session, model: Any, rows: list[dict[str, Any]]) -> list[int]:
    if not rows:
        return []
    return list(session.scalars(insert(model).returning(model.id, sort_by_parameter_order=True), rows))
