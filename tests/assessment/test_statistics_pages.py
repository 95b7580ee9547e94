"""The screens of figures: true numbers, first attempts only, nothing below thirty, for those who teach."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.assessment.cohorts import sheets_of
from app.assessment.draws import pool_of
from app.assessment.measuring import ExamMeasures, measures_of
from app.assessment.models import Attempt, ExamVersion, Result, Score
from app.foundation import clock
from app.foundation.identifiers import new_public_id
from tests.assessment.cohort import Cohort, Nature, four_options, slugs
from tests.builders import Cast
from tests.courses import KINDS, PARTS_KINDS, Small, both, exam_of, question, selects

NATURES = {
    "q-01": Nature(difficulty=-9.0),  # everybody knows it
    "q-02": Nature(wrong_key=True),
    "q-03": Nature(harder_in_english=4.0),
    "q-04": Nature(unused="d"),
    "q-05": Nature(difficulty=9.0, unused="a"),
}


def small(questions: int = 14, **changes: object) -> Small:
    drafts = [four_options(slug) for slug in slugs(questions)]
    return Small(exam_questions=drafts, blueprint=[{"domain": "alpha", "count": questions, "points": "1"}], **changes)  # type: ignore[arg-type]


@pytest.fixture
def exam(session: Session) -> ExamVersion:
    """An exam of fourteen questions, all of them drawn."""
    return exam_of(session, small().publish(session))


@pytest.fixture
def cohort(session: Session, exam: ExamVersion) -> Cohort:
    return Cohort(session, exam, NATURES)


def address(exam: ExamVersion, rest: str = "") -> str:
    return f"/studio/exams/{exam.exam.public_id}/1{rest}"


def measured(session: Session, exam: ExamVersion, people: int = 0) -> ExamMeasures:
    return measures_of(session, exam.id, pool_of(session, exam.id), people)


def version_named(session: Session, exam: ExamVersion, slug: str) -> int:
    return next(version.id for version in pool_of(session, exam.id) if version.question.slug == slug)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_instructor_reads_the_figures_of_an_exam(
    cast: Cast, cohort: Cohort, exam: ExamVersion, language: str
) -> None:
    cohort.sit(240)
    client = cast.client("camille", language=language)
    client.get(f"/studio/exams?lang={language}")
    assert client.page.find("a", href=address(exam))
    assert client.get(address(exam)).status_code == 200
    assert len(client.page.select("svg.plot rect.bar")) == 10
    assert {"fr": "240 personnes", "en": "240 people"}[language] in client.text()
    assert client.get(address(exam, "/questions")).status_code == 200
    assert len(client.page.select("svg.plot path.pt")) == 12  # two that all answer alike have no discrimination
    for link in client.page.select("tbody th a"):
        assert client.get(str(link["href"])).status_code == 200


def test_what_was_planted_in_the_questions_is_found(cast: Cast, cohort: Cohort, exam: ExamVersion) -> None:
    cohort.sit(400)
    client = cast.client("camille", language="en")
    client.get(address(exam, "/questions"))
    said = {
        row.th.get_text(strip=True): row.select("td")[-1].get_text(" ", strip=True)
        for row in client.page.select("tbody tr")
    }
    assert "very easy" in said["q-01"]
    assert "key probably wrong" in said["q-02"]
    assert "very unequal between languages" in said["q-03"]
    assert "a wrong answer nobody takes" in said["q-04"]
    assert "very hard" in said["q-05"]
    assert said["q-06"] == "nothing to say"
    assert list(said)[:2] == ["q-02", "q-03"]  # the gravest first


def test_the_page_of_a_question_says_what_to_look_at(
    session: Session, cast: Cast, cohort: Cohort, exam: ExamVersion
) -> None:
    cohort.sit(400)
    client = cast.client("camille", language="en")
    client.get(address(exam, "/questions"))
    client.get(str(client.page.find("a", string="q-02")["href"]))  # type: ignore[index]
    assert "Those who choose A, the key, earn less on the other questions" in client.text()
    assert len(client.page.select("svg.plot path.l1")) == 1
    client.get(address(exam, "/questions"))
    client.get(str(client.page.find("a", string="q-03")["href"]))  # type: ignore[index]
    assert "it is harder in English (class C)" in client.text()
    assert "200 in French, 200 in English" in client.text()


@pytest.mark.parametrize(("people", "shown"), [(0, False), (29, False), (30, True)])
def test_below_thirty_there_is_the_count_alone(
    cast: Cast, cohort: Cohort, exam: ExamVersion, people: int, shown: bool
) -> None:
    if people:
        cohort.sit(people)
    client = cast.client("camille", language="en")
    client.get(address(exam))
    assert bool(client.page.select("svg.plot")) is shown
    assert ("Too few first attempts for figures" in client.text()) is not shown
    client.get(address(exam, "/questions"))
    assert bool(client.page.select("svg.plot")) is shown
    assert ("fewer than 30" in client.text()) is not shown
    client.get(str(client.page.select_one("tbody th a")["href"]))  # type: ignore[index]
    assert bool(client.page.select("svg.plot")) is shown
    rows = list(csv.DictReader(io.StringIO(client.get(address(exam, "/questions.csv")).get_data(as_text=True)[1:])))
    assert all(bool(row["Facility"]) is shown for row in rows)


def test_languages_are_compared_from_a_hundred_in_each_on(cast: Cast, cohort: Cohort, exam: ExamVersion) -> None:
    cohort.sit(198)
    client = cast.client("camille", language="en")
    client.get(address(exam, "/questions"))
    first = str(client.page.select_one("tbody th a")["href"])  # type: ignore[index]
    client.get(first)
    assert "99 sat in French so far, 99 in English" in client.text()
    cohort.sit(2, first=2_000)
    client.get(first)
    assert "so far" not in client.text()


def test_only_first_attempts_that_have_their_marks_count(session: Session, cohort: Cohort, exam: ExamVersion) -> None:
    cohort.sit(40)
    ids = session.scalars(select(Attempt.id).order_by(Attempt.id)).all()
    for attempt_id, changes in zip(
        ids, ({"number": 2}, {"state": "annulled"}, {"state": "in_progress"}, {"state": "submitted"}), strict=False
    ):
        session.execute(update(Attempt).where(Attempt.id == attempt_id).values(**changes))
    session.execute(update(Attempt).where(Attempt.id == ids[4]).values(state="scored"))
    session.commit()
    assert len(sheets_of(session, exam.id)) == measured(session, exam).n == 36


def test_the_last_revision_of_a_mark_is_the_one_measured(session: Session, cohort: Cohort, exam: ExamVersion) -> None:
    cohort.sit(30)
    before = measured(session, exam)
    version = version_named(session, exam, "q-05")
    assert before.item(version).figures.facility.value == 0  # type: ignore[union-attr]
    slot = [one.id for one in pool_of(session, exam.id)].index(version) + 1
    for attempt_id in session.scalars(select(Attempt.id)).all():
        old = session.get_one(Score, (attempt_id, slot, 1))
        session.add(
            Score(
                attempt_id=attempt_id, slot=slot, revision=2, credit=Decimal(1), rule=old.rule,
                rule_version=old.rule_version, reason="credit_all", scored_at=clock.now(),
            )
        )  # fmt: skip
        result = session.get_one(Result, (attempt_id, 1))
        session.add(
            Result(
                attempt_id=attempt_id, revision=2, total=result.total + 1, max_points=result.max_points, cut=result.cut,
                passed=True, per_domain=[], reason="credit_all", decided_at=clock.now(),
            )
        )  # fmt: skip
    session.commit()
    after = measured(session, exam)
    assert after.item(version).figures.facility.value == 1  # type: ignore[union-attr]
    assert after.passed.value == 1  # type: ignore[union-attr]
    assert after.figures.mean.value == pytest.approx(before.figures.mean.value + 1)  # type: ignore[union-attr]


def test_figures_are_worked_out_once(
    session: Session, cast: Cast, cohort: Cohort, exam: ExamVersion, statements: SimpleNamespace
) -> None:
    cohort.sit(60)
    client = cast.client("camille")
    client.get(address(exam))
    statements.clear()
    client.get(address(exam))
    kept = selects(statements)
    assert not any("answer" in statement for statement in statements.seen)
    cohort.sit(60, first=5_000)
    statements.clear()
    client.get(address(exam))
    assert sum("answer" in statement for statement in statements.seen) == 1
    assert selects(statements) <= kept + 2  # however many people: the sheets, and their lines
    assert "120" in client.text()


def test_of_a_thousand_people_what_came_last_waits_for_the_quarter(
    session: Session, exam: ExamVersion, cohort: Cohort
) -> None:
    cohort.sit(31)
    now = clock.now().replace(minute=20)
    late = session.scalars(select(Result).limit(1)).one()
    late.decided_at = now.replace(minute=16)
    session.commit()
    with clock.frozen(now):
        waiting = measured(session, exam, people=1_000)
        assert (waiting.n, waiting.until) == (30, now.replace(minute=15, second=0, microsecond=0))
        assert (measured(session, exam, people=999).n, measured(session, exam, people=999).until) == (31, None)
    with clock.frozen(now + timedelta(minutes=15)):
        assert measured(session, exam, people=1_000).n == 31


def test_an_exam_that_all_sit_alike_has_a_reliability_and_one_that_is_drawn_has_not(session: Session) -> None:
    fixed = exam_of(session, small().publish(session))
    Cohort(session, fixed, {}).sit(60)
    alike = measured(session, fixed)
    assert alike.figures.alpha == pytest.approx(alike.figures.kr20)  # type: ignore[union-attr]
    assert alike.same_form
    assert sum(item.weight or 0 for item in (alike.items or {}).values()) == pytest.approx(100)
    session.execute(update(Attempt).values(number=2))
    Cohort(session, fixed, {}).sit(60, form=5, first=7_000)
    drawn = measured(session, fixed)
    assert (drawn.same_form, drawn.figures.alpha, drawn.figures.no_alpha) == (False, None, "random_forms")  # type: ignore[union-attr]
    assert drawn.figures.sem_at_cut == pytest.approx((3.5 * 1.5 / 4) ** 0.5)  # type: ignore[union-attr]
    assert {item.weight for item in (drawn.items or {}).values()} == {None}


def test_an_exam_whose_alpha_is_missing_says_why(cast: Cast, cohort: Cohort, exam: ExamVersion) -> None:
    cohort.sit(60, form=5)
    client = cast.client("camille", language="en")
    client.get(address(exam))
    assert "everybody has other questions, so that there is none over people" in client.text()


def test_a_question_without_options_shows_the_points_of_each_group(session: Session, cast: Cast) -> None:
    drafts = [*(four_options(slug) for slug in slugs(4)), question("text", "mot")]
    course = Small(exam_questions=drafts, blueprint=[{"domain": "alpha", "count": 5, "points": "1"}])
    exam = exam_of(session, course.publish(session))
    Cohort(session, exam, {}).sit(40)
    client = cast.client("camille", language="en")
    client.get(address(exam, "/questions"))
    client.get(str(client.page.find("a", string="mot")["href"]))  # type: ignore[index]
    assert "Who answers it well" in client.text()
    assert len(client.page.select("svg.plot path.l1")) == 1


@pytest.mark.parametrize("kind", [*KINDS, *PARTS_KINDS])
def test_every_type_of_question_has_its_page(session: Session, cast: Cast, kind: str) -> None:
    drafts = [question(kind, "une"), *(four_options(slug) for slug in slugs(4))]
    course = Small(exam_questions=drafts, blueprint=[{"domain": "alpha", "count": 5, "points": "1"}])
    exam = exam_of(session, course.publish(session))
    Cohort(session, exam, {}).sit(40)
    client = cast.client("camille", language="en")
    client.get(address(exam, "/questions"))
    client.get(str(client.page.find("a", string="une")["href"]))  # type: ignore[index]
    choices = kind in ("single", "multiple", "truefalse", "hotspot")
    assert ("Who chooses what" in client.text()) is choices
    assert client.page.select("svg.plot path.l1")
    assert "[[" not in client.text()


def test_a_question_is_measured_in_each_version_of_its_exam(session: Session, cast: Cast) -> None:
    course = small()
    first = exam_of(session, course.publish(session))
    Cohort(session, first, {}).sit(40)
    course.content = "2"
    exam_of(session, course.publish(session))
    client = cast.client("camille", language="en")
    client.get(f"/studio/exams/{first.exam.public_id}/2/questions")
    client.get(str(client.page.select_one("tbody th a")["href"]))  # type: ignore[index]
    assert "The same question in other versions of this exam" in client.text()
    assert "40" in client.page.select("section")[-1].get_text()


@pytest.mark.parametrize("sort", ["flags", "question", "facility", "discrimination", "people", "exposure", "nonsense"])
def test_questions_are_sorted_by_a_link(cast: Cast, cohort: Cohort, exam: ExamVersion, sort: str) -> None:
    cohort.sit(60)
    client = cast.client("camille", language="en")
    client.get(address(exam, f"/questions?sort={sort}"))
    names = [link.get_text() for link in client.page.select("tbody th a")]
    assert len(names) == 14
    if sort == "question":
        assert names == sorted(names)
    if sort == "facility":
        assert (names[0], names[-1]) == ("q-05", "q-01")


def test_the_table_for_spreadsheets_runs_nothing(session: Session, cast: Cast) -> None:
    drafts = [question("single", "=1+1", stem=both("=cmd|' /C calc'!A0")), *(four_options(slug) for slug in slugs(9))]
    course = Small(exam_questions=drafts, blueprint=[{"domain": "alpha", "count": 10, "points": "1"}])
    exam = exam_of(session, course.publish(session))
    Cohort(session, exam, {"q-01": Nature(wrong_key=True)}).sit(200)
    answer = cast.client("camille", language="en").get(address(exam, "/questions.csv"))
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("text/csv", "private, no-store")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert (rows[0]["Question"], rows[0]["Text"][:5]) == ("'=1+1", "'=cmd")
    key = next(row for row in rows if row["Question"] == "q-01")
    assert float(key["Discrimination"]) < 0
    assert 0 <= float(key["Facility, low"]) <= float(key["Facility"]) <= float(key["Facility, high"]) <= 1
    assert "key probably wrong" in key["To look at"]


@pytest.mark.parametrize("rest", ["", "/questions", "/questions.csv"])
def test_the_figures_are_for_those_who_teach(cast: Cast, exam: ExamVersion, rest: str) -> None:
    assert cast.client("ada").get(address(exam, rest)).status_code == 403
    assert cast.client("admin").get(address(exam, rest)).status_code == 200


def test_what_is_not_there_is_not_found(cast: Cast, exam: ExamVersion) -> None:
    client = cast.client("camille")
    assert client.get(f"/studio/exams/{exam.exam.public_id}/2").status_code == 404
    assert client.get(f"/studio/exams/{new_public_id()}/1").status_code == 404
    assert client.get(address(exam, f"/questions/{new_public_id()}")).status_code == 404


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_site_without_exams_says_so(cast: Cast, language: str) -> None:
    assert cast.client("camille").get(f"/studio/exams?lang={language}").status_code == 200
