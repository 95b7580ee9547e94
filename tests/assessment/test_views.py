"""Quizzes and exams through plain forms, as a candidate without JavaScript sits them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import UserSession
from app.assessment.models import Answer, AnswerEvent, Attempt, AttemptItem, Result, Score
from app.catalog.models import CourseVersion
from app.foundation import clock
from app.learning.models import Enrolment, ItemProgress
from tests.builders import Cast
from tests.courses import (
    KINDS,
    Small,
    attempt_at,
    begin,
    exam_of,
    items_of,
    question,
    right_payload,
    right_values,
    selects,
)
from tests.reviewer import ReviewedClient

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DEADLINE = NOON + timedelta(minutes=30)
HOSTILE = [
    "x" * 4001,
    "a\0b",
    "\u202egnirts",
    "<script>alert(1)</script>",
    "'; DROP TABLE answer;--",
    "\ufffd\ud7ff",
    "٣٤",
]


class Candidate:
    """Somebody who may start the exam of a small course."""

    def __init__(self, cast: Cast, session: Session, who: str = "ada", language: str = "en", **changes: Any) -> None:
        self.session = session
        self.version = Small(**changes).publish(session)
        begin(session, getattr(cast, who), self.version)
        self.client = cast.client(who, language=language)
        self.exam = f"/exams/{exam_of(session, self.version).exam.public_id}"

    def start(self) -> Attempt:
        response = self.client.post(self.exam, {"pledge": "y"})
        assert response.status_code == 302, self.client.text()
        self.attempt = attempt_at(self.session, response.headers["Location"])
        self.root = f"/attempts/{self.attempt.public_id}"
        return self.attempt

    def answer(self, item: AttemptItem, values: list[str], **fields: Any) -> Any:
        """Open the question and send its own form."""
        self.client.get(f"{self.root}?question={item.slot}")
        form = self.client.page.find(id="answer-form")
        hidden = {one["name"]: one["value"] for one in form.find_all("input", type="hidden")}
        return self.client.post(form["action"], {**hidden, "answer": values, **fields})

    def answer_all(self, right: int = 5) -> None:
        for item in items_of(self.session, self.attempt)[:right]:
            assert self.answer(item, right_values(item)).status_code == 302

    def hand_in(self) -> str:
        self.client.post(f"{self.root}/submission", follow=True)
        return self.client.text()


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def candidate(cast: Cast, session: Session) -> Candidate:
    return Candidate(cast, session)


def test_the_start_page_says_everything_in_both_languages(candidate: Candidate) -> None:
    candidate.client.get(f"{candidate.exam}?lang=fr")
    assert candidate.client.page.find("input", attrs={"name": "pledge"})
    text = candidate.client.get(f"{candidate.exam}?lang=en") and candidate.client.text()
    for fact in (
        "30 minutes",
        "3 of 3",
        "5, drawn from 5",
        "70%",
        "24 hours after attempt 1",
        "7 days after attempt 2",
    ):
        assert fact in text, fact


def test_the_pledge_is_asked_and_kept(candidate: Candidate, session: Session) -> None:
    assert candidate.client.post(candidate.exam, {}).status_code == 422
    box = candidate.client.page.find(id="pledge")
    assert box["aria-invalid"] == "true"
    assert box.get("required") is None
    assert "Tick the sentence of the pledge" in candidate.client.page.find(id="pledge-error").get_text()
    assert candidate.client.page.find("a", href="#pledge")
    assert count(session, Attempt) == 0
    assert candidate.start().pledged_at is not None
    assert candidate.client.post(candidate.exam, {}).headers["Location"].startswith(candidate.root)
    candidate.client.get(candidate.exam)
    assert "An attempt is in progress." in candidate.client.text()


def test_from_start_to_certificate_without_a_script(candidate: Candidate) -> None:
    candidate.start()
    candidate.answer_all(4)
    text = candidate.client.get(f"{candidate.root}/review") and candidate.client.text()
    assert "1 question has no answer." in text
    assert candidate.client.page.select(".banner a")[0].get_text() == "Question 5"
    text = candidate.hand_in()
    assert "Exam passed" in text
    assert "Domaine alpha (en)" in text
    assert "80%" in text
    button = candidate.client.page.select_one("main a.button")
    assert (button.get_text(strip=True), button["href"]) == ("Get my certificate", "/certificates")
    assert candidate.client.get(candidate.root).headers["Location"].endswith("/result")


def test_a_failed_exam_says_when_the_next_attempt_opens(candidate: Candidate) -> None:
    with clock.frozen(NOON):
        candidate.start()
        candidate.answer_all(3)
        text = candidate.hand_in()
        assert "Exam not passed this time" in text
        assert "The next attempt opens on 23 November 2026, 13:00" in text
        candidate.client.get(candidate.exam)
        assert "The next attempt opens on 23 November 2026, 13:00" in candidate.client.text()
        assert "2 of 3" in candidate.client.text()
        assert candidate.client.post(candidate.exam, {"pledge": "y"}).status_code == 422


def test_what_stands_before_the_exam_is_named(cast: Cast, session: Session) -> None:
    Small("avant", title={"fr": "Avant", "en": "The first one"}).publish(session)
    candidate = Candidate(cast, session, prerequisites=["avant"], exam_settings={"requires": ["un"]})
    blaise = cast.client("blaise", language="en")
    begin(session, cast.blaise, candidate.version, mastered=False)
    for client, sentences in (
        (candidate.client, ["To pass first: the exam of “The first one”."]),
        (blaise, ["the exercises of “Module un (en)”", "the exam of “The first one”"]),
    ):
        client.get(candidate.exam)
        assert all(sentence in client.text() for sentence in sentences)
        assert not client.page.find("input", attrs={"name": "pledge"})
        assert client.post(candidate.exam, {"pledge": "y"}).status_code == 422


def test_who_has_not_begun_the_course_is_led_to_it(candidate: Candidate, cast: Cast) -> None:
    blaise = cast.client("blaise", language="en")
    for response in (blaise.get(candidate.exam), blaise.post(candidate.exam, {"pledge": "y"})):
        assert response.headers["Location"] == "/courses/petit-cours"
    blaise.get("/courses/petit-cours")
    assert "Begin the course first" in blaise.page.get_text()


def test_every_type_of_question_is_shown_and_keeps_its_answer(candidate: Candidate, session: Session) -> None:
    attempt = candidate.start()
    for language in ("fr", "en"):
        for item in items_of(session, attempt):
            candidate.client.get(f"{candidate.root}?question={item.slot}&lang={language}")
            values = right_values(item)
            candidate.answer(item, values)
            candidate.client.get(f"{candidate.root}?question={item.slot}")
            fields = candidate.client.page.find(id="answer-form").find_all("input", attrs={"name": "answer"})
            kept = [one["value"] for one in fields if one.has_attr("checked") or one.get("type") is None]
            assert sorted(kept) == sorted(values)


def test_the_page_opens_on_the_first_question_without_an_answer(candidate: Candidate, session: Session) -> None:
    items = items_of(session, candidate.start())
    candidate.answer(items[0], right_values(items[0]))
    candidate.answer(items[1], right_values(items[1]))
    candidate.answer(items[0], [])
    candidate.client.get(candidate.root)
    assert candidate.client.page.find(id="answer-form")["data-slot"] == "1"
    assert session.scalars(select(Answer.payload).where(Answer.slot == 1)).one() is None


def test_a_question_is_marked_to_come_back_to(candidate: Candidate, session: Session) -> None:
    items = items_of(session, candidate.start())
    response = candidate.answer(items[0], [], flag="y", then="review")
    assert response.headers["Location"].endswith("/review")
    candidate.client.get(f"{candidate.root}/review")
    assert "Marked to come back to" in candidate.client.text()
    candidate.answer(items[0], [])
    candidate.client.get(f"{candidate.root}/review")
    assert "Marked to come back to" not in candidate.client.text()


def test_the_time_can_be_hidden_and_shown(candidate: Candidate) -> None:
    candidate.start()
    for state, shown in (("hide", 0), ("show", 1)):
        candidate.client.post(f"{candidate.root}/timer?question=2", {"timer": state}, follow=True)
        assert len(candidate.client.page.select("time[data-deadline]")) == shown


def test_two_windows_are_shown_both_answers_and_one_chooses(candidate: Candidate, session: Session) -> None:
    item = next(item for item in items_of(session, candidate.start()) if item.version.type == "text")
    address = f"{candidate.root}/answers/{item.slot}"
    assert candidate.client.post(address, {"answer": "from one", "rev": "1", "key": "one"}).status_code == 302
    response = candidate.client.post(address, {"answer": "from two", "rev": "1", "key": "two"})
    assert response.status_code == 409
    assert "from one" in candidate.client.text()
    form = candidate.client.page.find(id="answer-form")
    assert form.find("input", attrs={"name": "answer"})["value"] == "from two"
    hidden = {one["name"]: one["value"] for one in form.find_all("input", type="hidden")}
    assert candidate.client.post(address, {**hidden, "answer": "from two"}).status_code == 302
    session.expire_all()
    assert session.get(Answer, (candidate.attempt.id, item.slot)).payload["text"] == "from two"
    assert count(session, AnswerEvent) == 3


def test_an_old_page_brought_back_never_swallows_an_answer(candidate: Candidate, session: Session) -> None:
    item = next(item for item in items_of(session, candidate.start()) if item.version.type == "text")
    address, old = f"{candidate.root}/answers/{item.slot}", {"rev": "1", "key": "same-key"}
    candidate.client.post(address, {**old, "answer": "before"})
    assert candidate.client.post(address, {**old, "answer": "before"}).status_code == 302
    assert candidate.client.post(address, {**old, "answer": "changed my mind"}).status_code == 409
    events = session.scalars(select(AnswerEvent.payload).order_by(AnswerEvent.id)).all()
    assert [one["text"] for one in events] == ["before", "changed my mind"]


def test_hostile_answers_get_a_sentence_and_are_kept_in_the_field(candidate: Candidate, session: Session) -> None:
    for item in items_of(session, candidate.start()):
        for value in HOSTILE:
            response = candidate.answer(item, [value])
            assert response.status_code in (302, 422)
            if response.status_code == 422:
                assert candidate.client.page.select_one("p.error")
                if item.version.type in ("text", "numeric"):
                    kept = candidate.client.page.find("input", attrs={"name": "answer"})["value"]
                    assert kept == value.replace("\0", kept[1:2])
        many = [str(number) for number in range(150)]
        assert candidate.answer(item, many).status_code in (302, 422)
    assert candidate.hand_in()


def test_hostile_hidden_fields_never_break_a_save(candidate: Candidate, session: Session) -> None:
    item = next(item for item in items_of(session, candidate.start()) if item.version.type == "text")
    address = f"{candidate.root}/answers/{item.slot}"
    for number, value in enumerate(
        ["", "9" * 40, "0000001" + "9" * 5000, "-1", "a\0b", "\u202e", "1e3", "²", "x" * 4001]
    ):
        fields = {"answer": f"text {number}", "rev": value, "key": value, "flag": value, "then": value}
        assert candidate.client.post(address, fields).status_code in (302, 409), value
    for value in ("9" * 40, "-1", "a", "1.5", "²", "%00", "%ED%A0%80"):
        assert candidate.client.get(f"{candidate.root}?question={value}").status_code == 200
        assert candidate.client.get(f"/attempts/{value}").status_code == 404
        assert candidate.client.get(f"/exams/{value}").status_code == 404


@pytest.mark.parametrize(("seconds", "counted"), [(-1, True), (60, True), (61, False)])
def test_the_form_and_the_submission_keep_the_time(cast: Cast, session: Session, seconds: int, counted: bool) -> None:
    with clock.frozen(NOON):
        candidate = Candidate(cast, session)
        item = items_of(session, candidate.start())[0]
    with clock.frozen(DEADLINE + timedelta(seconds=seconds)):
        fields = {"answer": right_values(item), "rev": "1", "key": "k"}
        response = candidate.client.post(f"{candidate.root}/answers/{item.slot}", fields)
        assert response.headers["Location"].endswith("/result") is not counted
        candidate.hand_in()
    session.expire_all()
    assert [event.counted for event in session.scalars(select(AnswerEvent))] == [counted]
    assert session.scalars(select(Result)).one().total == (1 if counted else 0)
    assert candidate.attempt.submitted_at == min(DEADLINE, DEADLINE + timedelta(seconds=seconds))


def test_an_attempt_nobody_swept_explains_itself_and_leads_on(cast: Cast, session: Session) -> None:
    with clock.frozen(NOON):
        candidate = Candidate(cast, session)
        candidate.start()
        candidate.answer_all(5)
    with clock.frozen(DEADLINE + timedelta(seconds=61)):
        for page in ("", "?question=3", "/review"):
            assert candidate.client.get(candidate.root + page).headers["Location"].endswith("/result")
        assert candidate.client.get(f"{candidate.root}/result").status_code == 200
        assert "The time is over" in candidate.client.text()
        assert candidate.attempt.state == "in_progress"
        form = candidate.client.page.select_one("main form")
        candidate.client.get(candidate.exam)
        assert "The time of your last attempt is over." in candidate.client.text()
        assert "The next attempt opens on" in candidate.client.text()
        candidate.client.get("/learn/petit-cours")
        candidate.client.post(form["action"], follow=True)
        assert "Exam passed" in candidate.client.text()


def test_a_result_held_back_is_awaited_without_a_mark(cast: Cast, session: Session) -> None:
    candidate = Candidate(cast, session, exam_settings={"release": "staff"})
    candidate.start()
    candidate.answer_all(5)
    text = candidate.hand_in()
    assert "The result is not out yet" in text
    candidate.client.get("/learn/petit-cours")
    assert "5 out of 5" not in candidate.client.text()


def test_score_ignores_every_client_supplied_number(candidate: Candidate, session: Session) -> None:
    items = items_of(session, candidate.start())
    names = {
        column.name
        for model in (Attempt, AttemptItem, Answer, AnswerEvent, Score, Result, Enrolment, ItemProgress, UserSession)
        for column in model.__table__.columns
    }
    forged = dict.fromkeys(names - {"slot", "rev", "payload", "flagged"}, "100")
    candidate.client.post(
        candidate.exam, {"pledge": "y", **forged, "seed": "0" * 32, "number": "9", "extra_percent": "900"}
    )
    before = (candidate.attempt.deadline_at, candidate.attempt.seed, candidate.attempt.number)
    for item in items:
        wrong = ["b"] if item.version.type not in ("numeric", "text") else ["0"]
        candidate.answer(item, wrong, **{**forged, "score": "1", "correct": "true"})
        body = {"v": 1, "rev": 2, "payload": right_payload(item), "score": 1}
        assert candidate.client.put_json(f"{candidate.root}/answers/{item.slot}", body).status_code == 422
    candidate.client.post(
        f"{candidate.root}/submission", {**forged, "passed": "true", "total": "5", "state": "released"}
    )
    session.expire_all()
    result = session.scalars(select(Result)).one()
    assert (result.total, result.max_points, result.passed) == (0, 5, False)
    assert (candidate.attempt.deadline_at, candidate.attempt.seed, candidate.attempt.number) == before
    assert candidate.attempt.account_id != 100


def test_reading_writes_nothing(candidate: Candidate, session: Session) -> None:
    candidate.start()
    tables = (Attempt, Answer, AnswerEvent, Result, Score, ItemProgress)
    before = [(model.__name__, [tuple(row) for row in session.execute(select(model.__table__))]) for model in tables]
    with clock.frozen(clock.now() + timedelta(hours=2)):
        for page in ("/", "/courses", "/courses/petit-cours", "/learn/petit-cours", "/learn/petit-cours/lecon-1",
                     "/learn/petit-cours/petit-cours-quiz", candidate.exam, candidate.root, f"{candidate.root}/review",
                     f"{candidate.root}/result"):  # fmt: skip
            candidate.client.get(page)
    after = [(model.__name__, [tuple(row) for row in session.execute(select(model.__table__))]) for model in tables]
    assert after == before


def test_exam_pages_ask_the_same_statements_however_long_the_exam(
    cast: Cast, session: Session, statements: SimpleNamespace
) -> None:
    counts = []
    for size in (5, 25):
        questions = [question(KINDS[number % 5], f"q{size}-{number}") for number in range(size)]
        blueprint = [{"domain": "alpha", "level": 1, "count": size, "points": "1"}]
        candidate = Candidate(cast, session, slug=f"cours-{size}", exam_questions=questions, blueprint=blueprint)
        seen = []

        def ask(address: str, seen: list[int] = seen, client: ReviewedClient = candidate.client) -> None:
            statements.clear()
            client.get(address)
            seen.append(selects(statements))

        ask(candidate.exam)
        candidate.start()
        ask(candidate.root)
        ask(f"{candidate.root}/review")
        candidate.answer_all(3)
        candidate.hand_in()
        ask(f"{candidate.root}/result")
        counts.append(seen)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 19


def test_the_real_exam_is_sat_in_both_languages(cast: Cast, course: CourseVersion, session: Session) -> None:
    for who, language in (("ada", "fr"), ("blaise", "en")):
        begin(session, getattr(cast, who), course)
        client = cast.client(who, language=language)
        exam = f"/exams/{exam_of(session, course).exam.public_id}"
        client.get(exam)
        attempt = attempt_at(session, client.post(exam, {"pledge": "y"}).headers["Location"])
        items = items_of(session, attempt)
        assert len(items) == 20
        for item in items:
            assert client.get(f"/attempts/{attempt.public_id}?question={item.slot}").status_code == 200
        client.get(f"/attempts/{attempt.public_id}/review")
        client.post(f"/attempts/{attempt.public_id}/submission", follow=True)
        assert client.page.select_one("svg.plot")
