"""The gradebook: every cell true or saying why it is empty, for those who teach."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment.models import Exam, ExamVersion
from app.assessment.services import annul_attempt, submit_attempt
from app.certification.models import Certificate
from app.foundation import clock
from app.foundation.actor import SYSTEM
from app.gradebook.rules import Blank
from app.learning.models import Enrolment
from app.learning.services import record_quiz
from tests.builders import Cast
from tests.certification.builders import make_keys
from tests.courses import Small, begin, exam_of
from tests.gradebook.reading import NOON, PAGE, cells, decide, row_of, start
from tests.reviewer import ReviewedClient


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
    [
        ("submitted", ["being marked"] * 3),
        ("scored", ["0 out of 5, 3.5 to pass, not released", *["marked, not released"] * 2]),
        ("annulled", ["annulled"] * 3),
    ],
)
def test_an_attempt_without_a_released_result_says_its_state(
    cast: Cast, session: Session, state: str, said: list[str]
) -> None:
    version = Small().publish(session)
    begin(session, cast.ada, version)
    attempt = start(session, cast.ada, version)
    submit_attempt(session, actor=cast.actor("ada"), attempt=attempt)
    attempt.state = state
    session.commit()
    client = cast.client("camille", language="en")
    client.get(PAGE)
    assert cells(client)["Ada Lefèvre"][4:7] == said
    client.get(f"/studio/courses/petit-cours/learners/{cast.ada.public_id}")
    assert ("0 out of 5" in client.text()) is (state != "submitted"), (
        "those who teach see a mark before its candidate does"
    )


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
