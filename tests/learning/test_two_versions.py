"""A course that grew: whoever began version 1 keeps all of it, newcomers are led to version 2."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment.models import Exam, Result
from app.catalog.models import CourseVersion
from tests.builders import Cast
from tests.courses import KINDS, Small, attempt_at, begin, both, exam_of, items_of, question, right_values
from tests.reviewer import ReviewedClient

HOME, COURSE_PAGE = "/learn/petit-cours", "/courses/petit-cours"


@pytest.fixture
def versions(cast: Cast, session: Session) -> tuple[CourseVersion, CourseVersion]:
    """Version 1, begun by Ada; then version 2, with more lessons, another exam, and its old questions moved."""
    old = Small().publish(session)
    begin(session, cast.ada, old)
    moved = [question(kind, f"petit-cours-examen-{kind}", "beta", tags=["alpha"]) for kind in KINDS]
    new = Small(
        content="2",
        lessons=3,
        title=both("Grand cours"),
        exam_name="vingt",
        exam_questions=[*moved, question("single", "petit-cours-examen-neuve", "beta")],
        blueprint=[{"domain": "beta", "level": 1, "count": 6, "points": "1"}],
    ).publish(session)
    return old, new


def address_of(session: Session, version: CourseVersion) -> str:
    return f"/exams/{exam_of(session, version).exam.public_id}"


def sit(session: Session, client: ReviewedClient, exam: str) -> list[tuple[str, str, int]]:
    """Sit an exam and answer it all right; returns the slug, domain and version of each question."""
    attempt = attempt_at(session, client.post(exam, {"pledge": "y"}).headers["Location"])
    items = items_of(session, attempt)
    for item in items:
        client.post(f"/attempts/{attempt.public_id}/answers/{item.slot}", {"answer": right_values(item)})
    client.post(f"/attempts/{attempt.public_id}/submission", follow=True)
    return [(item.version.question.slug, item.version.domain, item.version.number) for item in items]


def test_who_began_version_1_keeps_its_lessons_and_its_page(
    cast: Cast, versions: tuple[CourseVersion, CourseVersion]
) -> None:
    ada = cast.client("ada", language="en")
    ada.get(COURSE_PAGE)
    assert "Petit cours" in ada.page.h1.get_text()
    assert ada.get(f"{HOME}/lecon-1").status_code == 200
    assert ada.get(f"{HOME}/lecon-3").status_code == 404
    ada.get(HOME)
    assert "A newer version of this course exists." in ada.text()


def test_who_began_version_1_sits_the_exam_that_version_2_dropped(
    cast: Cast, session: Session, versions: tuple[CourseVersion, CourseVersion]
) -> None:
    old, new = versions
    ada, exam = cast.client("ada", language="en"), address_of(session, old)
    assert exam != address_of(session, new)
    ada.get(HOME)
    assert ada.page.select_one(f"a[href='{exam}']")
    assert ada.get(address_of(session, new)).status_code == 404
    drawn = sit(session, ada, exam)
    assert sorted(drawn) == sorted((f"petit-cours-examen-{kind}", "alpha", 1) for kind in KINDS)
    assert "Domaine alpha (en)" in ada.text()
    assert [result.passed for result in session.scalars(select(Result))] == [True]


def test_newcomers_are_led_to_version_2(
    cast: Cast, session: Session, versions: tuple[CourseVersion, CourseVersion]
) -> None:
    old, new = versions
    blaise = cast.client("blaise", language="en")
    assert blaise.get(address_of(session, old)).headers["Location"] == COURSE_PAGE
    blaise.get(COURSE_PAGE)
    assert "Grand cours" in blaise.page.h1.get_text()
    assert "Petit cours" not in blaise.text()
    blaise.post(HOME)
    assert blaise.get(f"{HOME}/lecon-3").status_code == 200
    assert blaise.get(address_of(session, old)).status_code == 404
    begin(session, cast.blaise, new)
    blaise.get(HOME)
    assert blaise.page.select_one(f"a[href='{address_of(session, new)}']")
    drawn = sit(session, blaise, address_of(session, new))
    moved = [(f"petit-cours-examen-{kind}", "beta", 2) for kind in KINDS]
    assert sorted(drawn) == sorted([*moved, ("petit-cours-examen-neuve", "beta", 1)])
    assert session.scalars(select(Exam.slug).where(Exam.kind == "certification").order_by(Exam.id)).all() == [
        "petit-cours-final",
        "petit-cours-vingt",
    ]
