"""The gradebook: every cell true or saying why it is empty, in few statements, for those who teach."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment.models import Attempt, Exam, ExamVersion, Result
from app.assessment.services import annul_attempt, submit_attempt
from app.assessment.starting import start_attempt
from app.audit.models import AuditBody, AuditEntry
from app.catalog.models import CourseVersion
from app.certification.models import Certificate
from app.foundation import clock
from app.foundation.actor import SYSTEM
from app.foundation.folding import folded
from app.foundation.i18n import use_language
from app.foundation.sheets import TRIGGERS, rows_of
from app.gradebook import sheet, staff
from app.gradebook.people import PAGE_SIZE, Wanted, find_people
from app.gradebook.queries import Row
from app.gradebook.queries import rows_of as gradebook_rows
from app.gradebook.rules import Blank, Sort
from app.learning.models import Enrolment
from app.learning.services import record_quiz
from tests.builders import Cast
from tests.certification.builders import make_keys
from tests.courses import Small, begin, exam_of, selects
from tests.gradebook.crowd import fill
from tests.learning.test_cohorts import open_cohort, put_in
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


def test_before_anything_each_cell_says_why_it_is_empty(cast: Cast, session: Session) -> None:
    version = Small(exam_settings={"requires": ["deux"]}).publish(session)
    begin(session, cast.ada, version, mastered=False)
    row = row_of(session, version, cast.ada)
    assert row.exam is not None
    assert (row.percent, row.quizzes["petit-cours-quiz"].blank, row.exam.blank) == (0, Blank.NOT_BEGUN, Blank.LOCKED)
    client = cast.client("camille", language="en")
    client.get(PAGE)
    assert cells(client)["Ada Lefèvre"] == [
        "none", "0%", "not begun", "0 of 3", "locked", "locked", "locked", "not earned yet",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "blank"),
    [
        ({}, Blank.NOT_BEGUN),
        ({"opens": "2026-11-23T12:00:00+00:00"}, Blank.LOCKED),
        ({"closes": "2026-11-21T12:00:00+00:00"}, Blank.LOCKED),
        ({"requires": ["un"]}, Blank.NOT_BEGUN),
    ],
)
def test_an_exam_not_begun_is_locked_when_it_may_not_be_sat(
    cast: Cast, session: Session, changes: dict[str, Any], blank: Blank
) -> None:
    with clock.frozen(NOON):
        version = Small(exam_settings=changes).publish(session)
        begin(session, cast.ada, version)
        exam = row_of(session, version, cast.ada).exam
    assert exam is not None
    assert exam.blank is blank


def test_courses_to_certify_first_lock_the_exam(app: Flask, cast: Cast, session: Session) -> None:
    make_keys(app, session)
    first = Small(slug="avant").publish(session)
    version = Small(prerequisites=["avant"]).publish(session)
    for one in (cast.ada, cast.blaise):
        begin(session, one, version)
        begin(session, one, first)
    attempt = start(session, cast.ada, first)
    submit_attempt(session, actor=cast.actor("ada"), attempt=attempt)
    decide(session, attempt, "5", passed=True)
    blanks = [row_of(session, version, one).exam for one in (cast.ada, cast.blaise)]
    assert [exam and exam.blank for exam in blanks] == [Blank.NOT_BEGUN, Blank.LOCKED]
    client = cast.client("camille", language="en")
    client.get(f"/studio/courses/petit-cours/learners/{cast.blaise.public_id}")
    assert "To pass first: Petit cours (en)." in client.text()


def test_marks_are_those_in_force(app: Flask, cast: Cast, session: Session) -> None:
    """Latest and best, the regraded revision, the attempts used; a pass and its certificate."""
    make_keys(app, session)
    version = Small().publish(session)
    begin(session, cast.ada, version)
    with clock.frozen(NOON):
        first = start(session, cast.ada, version)
        submit_attempt(session, actor=cast.actor("ada"), attempt=first)
        decide(session, first, "3.49", passed=False)
    with clock.frozen(NOON + timedelta(days=2)):
        second = start(session, cast.ada, version)
        submit_attempt(session, actor=cast.actor("ada"), attempt=second)
        decide(session, second, "1.5", passed=False, max_points=Decimal(4), cut=Decimal("2.8"))
    client = cast.client("camille", language="en")
    client.get(PAGE)
    assert cells(client)["Ada Lefèvre"][2:] == [
        "100% (passed)", "2 of 3", "1.5 out of 4, 2.8 to pass", "3.49 out of 5, 3.5 to pass", "not passed",
        "not earned yet",
    ]  # fmt: skip
    decide(session, second, "4", passed=True, revision=3, max_points=Decimal(4), cut=Decimal("2.8"))
    client.get(PAGE)
    assert cells(client)["Ada Lefèvre"][3:] == [
        "2 of 3", "4 out of 4, 2.8 to pass", "4 out of 4, 2.8 to pass", "passed", "not issued",
    ]  # fmt: skip


def test_a_certificate_is_shown_with_its_standing(app: Flask, cast: Cast, session: Session) -> None:
    make_keys(app, session)
    version = Small(blueprint=[{"domain": "alpha", "level": 1, "count": 5, "points": "1"}], exam_settings={"cut": "0"})
    published = version.publish(session)
    begin(session, cast.ada, published)
    submit_attempt(session, actor=cast.actor("ada"), attempt=start(session, cast.ada, published))
    session.commit()
    client = cast.client("camille", language="en")
    client.get(PAGE)
    assert cells(client)["Ada Lefèvre"][-2:] == ["passed", "valid"]
    certificate = session.scalars(select(Certificate)).one()
    client.get(f"/studio/courses/petit-cours/learners/{cast.ada.public_id}")
    assert certificate.public_id in client.text().replace(" ", "")
    with clock.frozen(clock.now() + timedelta(days=800)):
        client = cast.client("camille", language="en")
        client.get(PAGE)
    assert cells(client)["Ada Lefèvre"][-1] == "expired"


@pytest.mark.parametrize(
    ("state", "said"),
    [("submitted", "being marked"), ("scored", "marked, not released"), ("annulled", "annulled")],
)
def test_an_attempt_without_a_released_result_says_its_state(
    cast: Cast, session: Session, state: str, said: str
) -> None:
    version = Small().publish(session)
    begin(session, cast.ada, version)
    attempt = start(session, cast.ada, version)
    submit_attempt(session, actor=cast.actor("ada"), attempt=attempt)
    attempt.state = state
    session.commit()
    client = cast.client("camille", language="en")
    client.get(PAGE)
    assert cells(client)["Ada Lefèvre"][4:7] == [said] * 3
    client.get(f"/studio/courses/petit-cours/learners/{cast.ada.public_id}")
    assert ("0 out of 5" in client.text()) is (state == "annulled")


def test_the_clock_ends_an_attempt_before_anyone_writes_so(cast: Cast, session: Session) -> None:
    version = Small().publish(session)
    begin(session, cast.ada, version, mastered=False)
    with clock.frozen(NOON):
        start(session, cast.ada, version)
        start(session, cast.ada, version, "practice")
        row = row_of(session, version, cast.ada)
    assert row.exam is not None
    assert (row.exam.blank, row.quizzes["petit-cours-quiz"].blank) == (Blank.IN_PROGRESS, Blank.IN_PROGRESS)
    with clock.frozen(NOON + timedelta(hours=1)):
        row = row_of(session, version, cast.ada)
        assert row.exam is not None
        assert (row.exam.blank, row.quizzes["petit-cours-quiz"].blank) == (Blank.BEING_MARKED, Blank.IN_PROGRESS)
        client = cast.client("camille", language="en")
        client.get(f"/studio/courses/petit-cours/learners/{cast.ada.public_id}")
    assert "Ended by the clock" in client.text()
    with clock.frozen(NOON + timedelta(days=31)):
        assert row_of(session, version, cast.ada).quizzes["petit-cours-quiz"].blank is Blank.NOT_BEGUN


def test_a_share_below_the_threshold_is_never_shown_as_reaching_it(cast: Cast, session: Session) -> None:
    version = Small().publish(session)
    enrolment = begin(session, cast.ada, version, mastered=False)
    quiz = next(item for module in version.modules for item in module.items if item.kind == "quiz")
    record_quiz(session, enrolment=enrolment, item=quiz, ratio=Decimal("0.799999"), mastered=False)
    session.commit()
    found = row_of(session, version, cast.ada).quizzes["petit-cours-quiz"]
    assert (found.percent, found.mastered) == (Decimal("79.9"), False)


def test_who_left_is_not_there_and_who_is_erased_has_no_name(cast: Cast, session: Session) -> None:
    version = Small().publish(session)
    for one in (cast.ada, cast.blaise, cast.dora):
        begin(session, one, version)
    session.scalars(select(Enrolment).where(Enrolment.account_id == cast.ada.id)).one().state = "left"
    cast.blaise.state = "erased"
    client = cast.client("camille", language="en")
    client.get(PAGE)
    assert list(cells(client)) == ["Dora Nilsson", "Erased account"]
    assert client.get(f"/studio/courses/petit-cours/learners/{cast.ada.public_id}").status_code == 404
    assert client.get(f"/studio/courses/petit-cours/learners/{cast.blaise.public_id}").status_code == 200
    assert "Blaise" not in client.text()
    client.get(f"{PAGE}?q=blaise")
    assert cells(client) == {}
    exported = client.post(PAGE, {"q": ""}).get_data(as_text=True)
    assert "Ada" not in exported
    assert "Blaise" not in exported


def test_somebody_of_another_course_is_not_found(cast: Cast, session: Session, client: ReviewedClient) -> None:
    Small().publish(session)
    begin(session, cast.ada, Small(slug="autre").publish(session))
    address = f"/studio/courses/petit-cours/learners/{cast.ada.public_id}"
    camille = cast.client("camille")
    assert camille.get(address).status_code == 404
    assert camille.get(address.replace("petit-cours", "autre")).status_code == 200
    assert camille.get("/studio/courses/rien/gradebook").status_code == 404
    for person in ("ada", "dora"):
        assert cast.client(person).get(PAGE).status_code == 403
        assert cast.client(person).get(address.replace("petit-cours", "autre")).status_code == 403
        assert cast.client(person).post(PAGE, {}).status_code == 403
    assert client.get(PAGE).status_code == 302


def test_a_learner_of_an_older_version_stands_in_the_same_table(cast: Cast, session: Session) -> None:
    older = Small(lessons=3).publish(session)
    begin(session, cast.ada, older)
    newer = Small(content="2").publish(session)
    begin(session, cast.blaise, newer)
    client = cast.client("camille", language="en")
    client.get(PAGE)
    assert [cells(client)[name][1] for name in ("Ada Lefèvre", "Blaise Okafor")] == ["20%", "33%"]
    assert [cells(client)[name][2] for name in ("Ada Lefèvre", "Blaise Okafor")] == ["100% (passed)"] * 2


def test_a_course_without_an_exam_has_no_column_for_it(cast: Cast, session: Session) -> None:
    version = Small().publish(session)
    begin(session, cast.ada, version)
    exam_of(session, version).exam.kind = "graded"
    session.commit()
    client = cast.client("camille", language="en")
    client.get(PAGE)
    assert cells(client)["Ada Lefèvre"] == ["none", "33%", "100% (passed)"]
    client.get(f"/studio/courses/petit-cours/learners/{cast.ada.public_id}")
    assert "has no exam" in client.text()
    assert client.post(PAGE, {}).get_data(as_text=True).splitlines()[1].endswith(",33,100")


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


def table_of(text: str) -> list[tuple[str, ...]]:
    return [row.cells for row in rows_of(text)]


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
        cohorts=row.cohorts, path=row.path, quizzes=row.quizzes, exam=row.exam, certificate=None,
    )  # fmt: skip
    with use_language("fr"):
        text = sheet.as_csv([hostile], {"petit-cours-quiz": trigger + name}, with_exam=True)
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


def test_after_a_pass_the_count_of_attempts_starts_anew(app: Flask, cast: Cast, session: Session) -> None:
    make_keys(app, session)
    version = Small().publish(session)
    begin(session, cast.ada, version)
    for when, passed, used in ((0, False, 1), (30, True, 2), (1200, False, 1), (1230, False, 2)):
        with clock.frozen(NOON + timedelta(days=when)):
            attempt = start(session, cast.ada, version)
            submit_attempt(session, actor=cast.actor("ada"), attempt=attempt)
            if passed:
                decide(session, attempt, "5", passed=True)
            exam = row_of(session, version, cast.ada).exam
        assert exam is not None
        assert (exam.used, exam.passed) == (used, when >= 30)


def test_an_annulled_attempt_keeps_its_mark_for_those_who_teach(cast: Cast, session: Session) -> None:
    version = Small().publish(session)
    begin(session, cast.ada, version)
    attempt = start(session, cast.ada, version)
    submit_attempt(session, actor=cast.actor("ada"), attempt=attempt)
    annul_attempt(session, actor=SYSTEM, attempt_id=attempt.id, reason="fraud")
    session.commit()
    row = row_of(session, version, cast.ada)
    assert row.exam is not None
    assert (row.exam.used, row.exam.best, row.exam.blank) == (0, None, Blank.ANNULLED)


def test_exams_of_other_courses_never_count(cast: Cast, session: Session) -> None:
    version, other = Small().publish(session), Small(slug="autre").publish(session)
    for one in (version, other):
        begin(session, cast.ada, one)
    submit_attempt(session, actor=cast.actor("ada"), attempt=start(session, cast.ada, other))
    session.commit()
    row = row_of(session, version, cast.ada)
    assert row.exam is not None
    assert (row.exam.used, row.exam.blank) == (0, Blank.NOT_BEGUN)
    assert session.scalar(select(Exam.id).join(ExamVersion).where(ExamVersion.course_version_id == other.id))
