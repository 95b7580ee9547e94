"""The first page, for everyone."""

from __future__ import annotations

from types import SimpleNamespace

from sqlalchemy.orm import Session

from app.catalog.models import CourseVersion
from tests.builders import Cast
from tests.courses import Small, begin, selects
from tests.reviewer import ReviewedClient


def test_a_visitor_reads_every_page_in_both_languages(client: ReviewedClient, course: CourseVersion) -> None:
    for address in ("/", "/accessibility", "/privacy", "/transparency"):
        for language in ("fr", "en"):
            assert client.get(f"{address}?lang={language}").status_code == 200
            assert client.page.html["lang"] == language


def test_a_new_learner_is_led_to_the_courses(cast: Cast) -> None:
    ada = cast.client("ada", language="en")
    ada.get("/")
    assert "No course begun yet" in ada.text()
    assert ada.page.select_one("a.button")["href"] == "/courses"


def test_a_learner_sees_the_next_thing_to_do_first(cast: Cast, session: Session) -> None:
    begin(session, cast.ada, Small().publish(session), mastered=False)
    ada = cast.client("ada", language="en")
    ada.get("/")
    assert ada.page.select_one("a.button")["href"] == "/learn/petit-cours/lecon-1"
    assert "0 of 3 steps" in ada.text()


def test_staff_go_to_their_own_home(cast: Cast) -> None:
    assert cast.client("dora").get("/").headers["Location"] == "/hire/"
    assert cast.client("admin").get("/").headers["Location"] == "/admin/"
    assert cast.client("camille").get("/").headers["Location"] == "/studio/"


def test_the_path_asks_the_same_statements_for_one_course_as_for_many(
    cast: Cast, session: Session, statements: SimpleNamespace
) -> None:
    ada = cast.client("ada")
    begin(session, cast.ada, Small("un").publish(session))
    statements.clear()
    ada.get("/")
    one = selects(statements)
    for number in range(8):
        begin(session, cast.ada, Small(f"cours-{number}", lessons=3).publish(session))
    statements.clear()
    ada.get("/")
    assert selects(statements) == one <= 10
