"""What tests of the gradebook arrange and read: attempts, results in force, the rows and cells of the table."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment.models import Attempt, Result
from app.assessment.starting import start_attempt
from app.catalog.models import CourseVersion
from app.foundation import clock
from app.gradebook.people import Wanted, find_people
from app.gradebook.queries import Row
from app.gradebook.queries import rows_of as gradebook_rows
from tests.courses import exam_of
from tests.reviewer import ReviewedClient

PAGE = "/studio/courses/petit-cours/gradebook"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def row_of(session: Session, version: CourseVersion, account: Account) -> Row:
    people = [one for one in find_people(session, version.course_id, Wanted()) if one.account_id == account.id]
    return gradebook_rows(session, version.course_id, people)[0]


def start(session: Session, account: Account, version: CourseVersion, kind: str = "certification") -> Attempt:
    attempt = start_attempt(
        session, actor=account.actor(), exam_version=exam_of(session, version, kind), enrolled=True, pledged=True
    )
    session.commit()
    return attempt


def decide(session: Session, attempt: Attempt, total: str, *, passed: bool, revision: int = 2, **changes: Any) -> None:
    """A result in force, as a regrade leaves it."""
    values = {"max_points": Decimal(5), "cut": Decimal("3.5"), "reason": "regraded", **changes}
    session.add(
        Result(
            attempt_id=attempt.id, revision=revision, total=Decimal(total), passed=passed, per_domain=[],
            decided_at=clock.now(), **values,
        )
    )  # fmt: skip
    session.commit()


def cells(client: ReviewedClient) -> dict[str, list[str]]:
    """The cells of each row of the page, after its name."""
    rows = client.page.select("main table tbody tr")
    return {
        row.find("th").get_text(strip=True): [" ".join(cell.get_text().split()) for cell in row.find_all("td")]
        for row in rows
    }
