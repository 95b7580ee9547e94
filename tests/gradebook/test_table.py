"""The table of a gradebook: searched, put in order, paged, in few statements; and the same as a file."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment.services import submit_attempt
from app.audit.models import AuditBody, AuditEntry
from app.foundation import clock
from app.foundation.folding import folded
from app.foundation.i18n import use_language
from app.foundation.sheets import TRIGGERS
from app.gradebook import sheet, staff
from app.gradebook.people import PAGE_SIZE, Wanted, find_people
from app.gradebook.queries import Row
from app.gradebook.queries import rows_of as gradebook_rows
from app.gradebook.rules import Sort
from app.learning.services import record_quiz
from tests.builders import Cast
from tests.courses import Small, begin, selects
from tests.gradebook.crowd import fill
from tests.gradebook.reading import NOON, PAGE, cells, decide, row_of, start
from tests.learning.test_cohorts import open_cohort, put_in


def test_search_cohorts_order_and_pages(cast: Cast, session: Session) -> None:
    version = Small().publish(session)
    fill(session, version, PAGE_SIZE + 5)
    cohort = open_cohort(session, cast, version.course_id)
    people = find_people(session, version.course_id, Wanted())
    put_in(session, cohort, *(one.account_id for one in people[:3]))
    client = cast.client("camille", language="en")
    client.get(f"{PAGE}?page=2")
    assert len(cells(client)) == 5
    client.get(f"{PAGE}?page=99")
    assert cells(client) == {}
    client.get(f"{PAGE}?cohort={cohort.public_id}&sort=ahead")
    assert [row[1] for row in cells(client).values()] == ["100%", "66%", "33%"]
    client.get(f"{PAGE}?q=PERSONNE-00007")
    assert list(cells(client)) == ["Personne 00007"]
    assert client.get(f"{PAGE}?cohort={'0' * 26}").status_code == 404
    assert client.get(f"{PAGE}?q={'x' * 101}").status_code == 422
    assert client.get(f"{PAGE}?sort=rien&page=-1&q=%25").status_code == 200


@pytest.mark.parametrize("sort", list(Sort))
def test_orders_are_those_of_the_figures(cast: Cast, session: Session, sort: Sort) -> None:
    version = Small().publish(session)
    fill(session, version, 20)
    rows = gradebook_rows(session, version.course_id, find_people(session, version.course_id, Wanted(sort=sort)))
    assert len(rows) == 20
    shares = [row.exam.best.total / row.exam.best.max_points for row in rows if row.exam and row.exam.best]
    figures: dict[Sort, list[Any]] = {
        Sort.NAME: [row.person.name for row in rows],
        Sort.BEHIND: [row.percent for row in rows],
        Sort.AHEAD: [-row.percent for row in rows],
        Sort.LOWEST: shares,
        Sort.HIGHEST: [-share for share in shares],
    }
    assert figures[sort] == sorted(figures[sort])
    marked = [bool(row.exam and row.exam.best) for row in rows]
    if sort in (Sort.LOWEST, Sort.HIGHEST):
        assert marked == sorted(marked, reverse=True)


def test_statements_do_not_grow_with_the_learners(cast: Cast, session: Session, statements: SimpleNamespace) -> None:
    version = Small().publish(session)
    client = cast.client("camille")
    counted = []
    for first in (1, 9):
        fill(session, version, 8 if first == 1 else 40, first=first)
        client._open("GET", PAGE)
        statements.clear()
        client._open("GET", f"{PAGE}?sort=highest")
        counted.append(selects(statements))
    assert counted[0] == counted[1] <= 16


def test_a_learner_s_page_takes_few_statements(cast: Cast, session: Session, statements: SimpleNamespace) -> None:
    version = Small().publish(session)
    begin(session, cast.ada, version)
    for number in range(6):
        with clock.frozen(NOON + timedelta(hours=number)):
            submit_attempt(session, actor=cast.actor("ada"), attempt=start(session, cast.ada, version, "practice"))
    client = cast.client("camille", language="en")
    address = f"/studio/courses/petit-cours/learners/{cast.ada.public_id}"
    client.get(address)
    assert client.text().count("0 out of 5") == 6
    statements.clear()
    client._open("GET", address)
    assert selects(statements) <= 24


@pytest.mark.parametrize(("language", "share", "separator"), [("fr", "79,9", ";"), ("en", "79.9", ",")])
def test_the_file_says_what_the_page_shows(
    cast: Cast, session: Session, language: str, share: str, separator: str
) -> None:
    version = Small().publish(session)
    cohort = open_cohort(session, cast, version.course_id)
    enrolment = begin(session, cast.ada, version, mastered=False)
    begin(session, cast.blaise, version)
    put_in(session, cohort, cast.ada.id)
    quiz = next(item for module in version.modules for item in module.items if item.kind == "quiz")
    record_quiz(session, enrolment=enrolment, item=quiz, ratio=Decimal("0.799999"), mastered=False)
    attempt = start(session, cast.ada, version)
    submit_attempt(session, actor=cast.actor("ada"), attempt=attempt)
    decide(session, attempt, "1.25", passed=False)
    client = cast.client("camille", language=language)
    answer = client.post(PAGE, {"q": "", "cohort": cohort.public_id, "sort": "name"})
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    text = answer.get_data(as_text=True)
    heads, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=separator)
    decimal = "1,25" if language == "fr" else "1.25"
    cut = "3,5" if language == "fr" else "3.5"
    assert len(heads) == len(rows[0])
    assert rows == [
        ["Ada Lefèvre", "Groupe A", "0", share, "1", "3", decimal, "5", decimal, "5", cut,
         "non réussi" if language == "fr" else "not passed",
         "pas encore obtenu" if language == "fr" else "not earned yet"],
    ]  # fmt: skip
    entry = session.scalars(select(AuditEntry).where(AuditEntry.event == "gradebook.exported")).one()
    assert (entry.actor, entry.subject) == (cast.camille.public_id, "petit-cours")
    assert session.get_one(AuditBody, entry.seq).details == {"cohort": cohort.public_id, "learners": 1}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(min_size=1, max_size=30), trigger=st.sampled_from(sorted(TRIGGERS)))
def test_no_cell_of_the_file_runs_as_a_formula(cast: Cast, session: Session, name: str, trigger: str) -> None:
    version = Small().publish(session)
    begin(session, cast.ada, version)
    row = row_of(session, version, cast.ada)
    hostile = Row(
        person=type(row.person)(**{**vars(row.person), "name": trigger + name, "name_key": folded(name)}),
        cohorts=row.cohorts, path=row.path, quizzes=row.quizzes, projects={}, exam=row.exam, certificate=None,
    )  # fmt: skip
    with use_language("fr"):
        text = sheet.as_csv([hostile], {"petit-cours-quiz": trigger + name}, {"p": trigger + name}, with_exam=True)
    for cells_of_row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"):
        assert [cell for cell in cells_of_row if cell[:1] in TRIGGERS] == []


def test_exports_are_counted(cast: Cast, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    Small().publish(session)
    monkeypatch.setattr(staff, "EXPORTS", staff.Allowance("gradebook-exports", 2, timedelta(days=1)))
    client = cast.client("camille")
    assert [client.post(PAGE, {}).status_code for _ in range(3)] == [200, 200, 429]


def test_a_file_too_long_is_refused(cast: Cast, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    version = Small().publish(session)
    begin(session, cast.ada, version)
    monkeypatch.setattr(sheet, "MOST_ROWS", 0)
    client = cast.client("camille", language="en")
    assert client.post(PAGE, {}).status_code == 422
    assert "choose a cohort" in client.text()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_cell_leads_to_what_explains_it(cast: Cast, session: Session, language: str) -> None:
    """Every link of the table points at an anchor that the learner's page has."""
    version = Small().publish(session)
    begin(session, cast.ada, version)
    begin(session, cast.blaise, version, mastered=False)
    cohort = open_cohort(session, cast, version.course_id)
    put_in(session, cohort, cast.ada.id)
    attempt = start(session, cast.ada, version)
    submit_attempt(session, actor=cast.actor("ada"), attempt=attempt)
    decide(session, attempt, "2", passed=False, reason="question retirée")
    client = cast.client("camille", language=language)
    client.get(PAGE)
    links = [str(link["href"]) for link in client.page.select("main table a")]
    assert len(links) == 2 * 9
    for address in {link.split("#")[0] for link in links}:
        client.get(address)
        anchors = {str(tag["id"]) for tag in client.page.find_all(id=True)}
        assert {link.split("#")[1] for link in links if link.startswith(f"{address}#")} <= anchors
    client.get(f"/studio/courses/petit-cours/learners/{cast.ada.public_id}")
    assert "question retirée" in client.text()
    button = client.page.select_one("form[action$=removal]")
    assert button
    assert client.post(str(button["action"])).status_code == 302
    client.get(f"/studio/courses/petit-cours/learners/{cast.ada.public_id}")
    assert client.page.select_one("form[action$=removal]") is None
    assert client.post(str(button["action"])).status_code == 404
