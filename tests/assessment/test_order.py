"""Questions taken in order: one that was left takes nothing more, on any route; the server alone counts, never back."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.assessment import queries, rules, services
from app.assessment.answering import Incoming, save_answer
from app.assessment.leaving import leave_question
from app.assessment.models import Answer, AnswerEvent, Attempt, AttemptItem
from app.assessment.sittings import hold_attempt
from app.assessment.starting import start_attempt
from app.audit.models import AuditEntry
from tests.assessment.test_races import at_once
from tests.builders import Cast
from tests.courses import Small, begin, exam_of, items_of, question, right_payload
from tests.reviewer import ReviewedClient

IN_ORDER = {"navigation": "forward", "shuffle_questions": False}
KINDS = ("text", "essay", "file", "numeric", "single")
LEFT = "was left before this answer came"


class InOrder:
    """Ada in an exam of one text, one essay, one file, one number and one choice, taken in order."""

    def __init__(self, session: Session, cast: Cast, language: str = "en") -> None:
        self.session, self.cast = session, cast
        questions = [question(kind, f"q-{kind}", stem={"fr": f"MARQUE {kind}", "en": f"MARK {kind}"}) for kind in KINDS]
        rows = [{"domain": "alpha", "level": 1, "type": kind, "count": 1, "points": "1"} for kind in KINDS]
        small = Small(slug="en-ordre", exam_questions=questions, blueprint=rows, exam_settings=IN_ORDER)
        version = small.publish(session)
        begin(session, cast.ada, version)
        self.exam_version = exam_of(session, version)
        self.attempt = start_attempt(session, actor=cast.actor("ada"), exam_version=self.exam_version, enrolled=True)
        session.commit()
        self.client: ReviewedClient = cast.client("ada", language=language)
        self.root = f"/attempts/{self.attempt.public_id}"

    @property
    def at(self) -> int | None:
        self.session.expire_all()
        return self.attempt.current_slot

    def kind(self, slot: int) -> str:
        return next(item.version.type for item in items_of(self.session, self.attempt) if item.slot == slot)

    def slot(self, kind: str) -> int:
        return next(item.slot for item in items_of(self.session, self.attempt) if item.version.type == kind)

    def said(self) -> str:
        """The whole page, what the last action said included."""
        return str(self.client.page.get_text(" "))

    def leave(self, slot: int, sure: bool = True) -> Any:
        return self.client.post(f"{self.root}/questions/{slot}/departure", {"sure": "y"} if sure else {})

    def go_to(self, slot: int) -> None:
        for one in range(1, slot):
            self.leave(one)
        assert self.at == slot

    def events(self, slot: int) -> list[bool]:
        rows = select(AnswerEvent.counted).where(AnswerEvent.attempt_id == self.attempt.id, AnswerEvent.slot == slot)
        return list(self.session.scalars(rows.order_by(AnswerEvent.id)))

    def in_force(self, slot: int) -> Answer | None:
        self.session.expire_all()
        return self.session.get(Answer, (self.attempt.id, slot))


@pytest.fixture
def exam(session: Session, cast: Cast) -> InOrder:
    return InOrder(session, cast)


@pytest.mark.parametrize(
    ("slot", "current", "turn"),
    [(1, None, "here"), (9, None, "here"), (1, 2, "left"), (2, 2, "here"), (3, 2, "ahead"), (1, 99, "left")],
)
def test_where_a_question_stands(slot: int, current: int | None, turn: str) -> None:
    assert rules.turn_of(slot, current).value == turn


# Every write route, with a question that was left


def test_an_answer_by_script_is_kept_and_does_not_count(exam: InOrder) -> None:
    slot = exam.slot("text")
    exam.go_to(slot + 1)
    reply = exam.client.put_json(
        f"{exam.root}/answers/{slot}", {"v": 1, "rev": 1, "payload": {"text": "late", "lang": "en"}}
    )
    assert (reply.status_code, reply.json["outcome"], reply.json["counted"]) == (202, "left", False)
    assert LEFT in reply.json["detail"]
    assert "payload" not in reply.json
    assert (exam.in_force(slot), exam.events(slot)) == (None, [False])


def test_an_answer_by_form_is_kept_and_does_not_count(exam: InOrder) -> None:
    slot = exam.slot("text")
    exam.go_to(slot + 1)
    exam.client.post(f"{exam.root}/answers/{slot}", {"answer": "late", "rev": "1", "key": "k"}, follow=True)
    assert LEFT in exam.said()
    assert f"Question {slot + 1} of 5" in exam.client.text()
    assert (exam.in_force(slot), exam.events(slot), exam.at) == (None, [False], slot + 1)
    exam.client.post(f"{exam.root}/answers/{slot}", {"answer": "x" * 4001, "rev": "1", "key": "l"}, follow=True)
    assert LEFT in exam.said(), "what cannot be read says so too, and shows no other question"
    assert "MARK text" not in exam.client.text()


def test_an_essay_is_kept_and_does_not_count(exam: InOrder) -> None:
    slot = exam.slot("essay")
    exam.go_to(slot)
    assert (
        exam.client.post(f"{exam.root}/answers/{slot}", {"answer": "One.", "rev": "1", "then": "next"}).status_code
        == 302
    )
    exam.client.post(f"{exam.root}/answers/{slot}", {"answer": "Two.", "rev": "2", "key": "k"}, follow=True)
    assert LEFT in exam.said()
    answer = exam.in_force(slot)
    assert answer is not None
    assert (answer.payload, exam.events(slot)) == ({"text": "One."}, [True, False])


def test_a_flag_is_refused(exam: InOrder) -> None:
    exam.go_to(2)
    reply = exam.client.put_json(f"{exam.root}/flags/1", {"flagged": True})
    assert (reply.status_code, LEFT in reply.get_data(as_text=True)) == (422, True)
    exam.client.post(f"{exam.root}/answers/1", {"answer": "", "rev": "1", "flag": "y"})
    assert not exam.session.get_one(AttemptItem, (exam.attempt.id, 1)).flagged


@pytest.mark.parametrize("path", ["", "/removal"])
def test_a_file_is_neither_sent_nor_removed(exam: InOrder, path: str) -> None:
    slot = exam.slot("file")
    exam.go_to(slot)
    address = f"{exam.root}/files/{slot}"

    def send(content: bytes, then: str) -> Any:
        sent = {"file": (BytesIO(content), "a.pdf"), "then": then}
        return exam.client.post(address, sent, content_type="multipart/form-data")

    send(b"%PDF-1", "next")
    before = exam.in_force(slot)
    assert (exam.at, before is not None) == (slot + 1, True)
    if path:
        exam.client.post(address + path, {}, follow=True)
    else:
        exam.client.get(send(b"%PDF-2", "stay").headers["Location"])
    assert LEFT in exam.said()
    answer = exam.in_force(slot)
    assert answer is not None
    assert (answer.rev, exam.events(slot)) == (1, [True, False])


def test_what_came_before_it_was_left_is_acknowledged_again(exam: InOrder) -> None:
    """The reply was lost, the page went on, the same answer under the same key comes once more: it counts."""
    body = {"v": 1, "rev": 1, "payload": {"text": "in time", "lang": "en"}}
    address, key = f"{exam.root}/answers/{exam.slot('text')}", {"Idempotency-Key": "one-key"}
    exam.go_to(exam.slot("text"))
    assert exam.client.put_json(address, body, **key).status_code == 200
    exam.leave(exam.slot("text"))
    again = exam.client.put_json(address, body, **key)
    assert (again.status_code, again.json["duplicate"], again.json["counted"]) == (200, True, True)


def test_a_question_whose_turn_has_not_come_does_not_exist(exam: InOrder) -> None:
    body = {"v": 1, "rev": 1, "payload": {"text": "early"}}
    replies = [
        exam.client.put_json(f"{exam.root}/answers/5", body),
        exam.client.put_json(f"{exam.root}/flags/5", {"flagged": True}),
        exam.client.post(f"{exam.root}/answers/5", {"answer": "early"}),
        exam.client.post(f"{exam.root}/files/{exam.slot('file')}/removal", {}),
        exam.client.get(f"{exam.root}/files/{exam.slot('file')}"),
    ]
    assert [reply.status_code for reply in replies] == [404] * 5
    assert exam.session.scalar(select(func.count()).select_from(AnswerEvent)) == 0


# Pages


@pytest.mark.parametrize("path", ["", "?question=1", "?question=4", "/questions", "/review", "/questions/2/departure"])
def test_pages_hold_the_question_one_is_at_and_no_other(exam: InOrder, path: str) -> None:
    exam.go_to(2)
    text = exam.client.get(exam.root + path).get_data(as_text=True)
    seen = {kind for kind in KINDS if f"MARK {kind}" in text}
    assert seen <= {exam.kind(2)}
    if path in ("", "?question=1", "?question=4", "/questions"):
        assert seen == {exam.kind(2)}
        main = str(exam.client.page.main)
        assert "question=1" not in main
        assert "#question-1" not in main
    assert exam.client.page.find("input", attrs={"name": "flag"}) is None


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_whole_exam_by_plain_forms(session: Session, cast: Cast, language: str) -> None:
    exam = InOrder(session, cast, language)
    exam.client.get(f"/exams/{exam.exam_version.exam.public_id}")
    rule = "one after the other" if language == "en" else "l’une après l’autre"
    assert rule in exam.client.text()
    for item in items_of(session, exam.attempt):
        exam.client.get(exam.root)
        button = exam.client.page.select_one("#answer-form button[type=submit]")
        assert button["value"] == "stay", "Enter saves, and stays"
        form = {"rev": "1", "key": f"k{item.slot}", "then": "next" if item.slot < 5 else "review"}
        if item.version.type == "file":
            sent = form | {"file": (BytesIO(b"%PDF-1"), "a.pdf")}
            exam.client.post(f"{exam.root}/files/{item.slot}", sent, content_type="multipart/form-data")
        else:
            payload = right_payload(item) if item.version.type != "essay" else {"text": "Un texte."}
            value = payload.get("choice") or payload["text"]
            exam.client.post(f"{exam.root}/answers/{item.slot}", form | {"answer": value})
        assert exam.at == min(item.slot + 1, 5)
    exam.client.get(f"{exam.root}/review")
    assert len(exam.client.page.select("main a[href*='question=']")) == 1, (
        "back to the question one is at, and no other"
    )
    exam.client.post(f"{exam.root}/submission")
    assert exam.at == 5
    assert exam.attempt.state == "submitted", "people mark the text and the file"
    assert exam.session.scalar(select(func.count()).select_from(Answer)) == 5


def test_a_question_without_an_answer_is_left_by_whoever_says_so(exam: InOrder) -> None:
    asked = exam.client.post(f"{exam.root}/answers/1", {"answer": "", "rev": "1", "then": "next"})
    assert asked.headers["Location"].endswith("/questions/1/departure")
    exam.client.get(asked.headers["Location"])
    assert "This question has no answer." in exam.client.text()
    assert exam.leave(1, sure=False).headers["Location"].endswith("/questions/1/departure")
    assert exam.at == 1
    exam.leave(1)
    assert exam.at == 2


def test_a_number_that_cannot_be_read_asks_once_more(exam: InOrder) -> None:
    slot = exam.slot("numeric")
    exam.go_to(slot)
    exam.client.post(f"{exam.root}/answers/{slot}", {"answer": "douze", "rev": "1", "then": "next"}, follow=True)
    assert exam.at == slot
    assert "Write a number" in exam.client.text()


def test_handing_in_early_says_what_was_not_shown(exam: InOrder) -> None:
    exam.go_to(3)
    exam.client.get(f"{exam.root}/review")
    assert "2 questions were not shown yet." in exam.client.text()
    exam.client.post(f"{exam.root}/submission")
    exam.session.expire_all()
    assert exam.attempt.state == "released"


def test_clicking_twice_skips_nothing(exam: InOrder) -> None:
    for slot in (1, 1, 1, 4, 99):
        exam.leave(slot)
    assert exam.at == 2
    exam.leave(5)
    assert exam.at == 2
    exam.go_to(5)
    assert exam.leave(5).headers["Location"].endswith("/review"), "after the last one comes the review"
    assert exam.at == 5


def test_where_questions_are_taken_in_any_order_none_is_left(cast: Cast, session: Session) -> None:
    version = Small().publish(session)
    begin(session, cast.ada, version)
    attempt = start_attempt(session, actor=cast.actor("ada"), exam_version=exam_of(session, version), enrolled=True)
    session.commit()
    ada = cast.client("ada")
    assert ada.get(f"/attempts/{attempt.public_id}/questions/1/departure").status_code == 404
    assert ada.post(f"/attempts/{attempt.public_id}/questions/1/departure", {"sure": "y"}).status_code == 404
    assert cast.client("blaise").post(f"/attempts/{attempt.public_id}/questions/1/departure", {}).status_code == 404


def test_after_the_end_nothing_moves(exam: InOrder) -> None:
    services.submit_attempt(exam.session, actor=exam.cast.actor("ada"), attempt=exam.attempt)
    exam.session.commit()
    exam.leave(1)
    assert exam.at == 1
    slot = exam.slot("text")
    reply = exam.client.put_json(f"{exam.root}/answers/1", {"v": 1, "rev": 1, "payload": None})
    assert (slot, reply.status_code, reply.json["outcome"]) == (1, 202, "not_counted")


# The furthest question


def leaving(exam: InOrder, slot: int) -> Any:
    actor, public_id = exam.cast.actor("ada"), exam.attempt.public_id

    def act(own: Session) -> bool:
        return leave_question(own, actor=actor, attempt=hold_attempt(own, actor.account_id, public_id), slot=slot)

    return act


def test_many_clicks_at_once_leave_one_question(app: Flask, exam: InOrder, session: Session) -> None:
    done = at_once(app, session, [leaving(exam, 1)] * 8)
    assert sorted(map(str, done)) == ["False"] * 7 + ["True"]
    assert exam.at == 2
    left = select(func.count()).select_from(AuditEntry).where(AuditEntry.event == "attempt.question-left")
    assert session.scalar(left) == 1


def test_an_answer_and_a_departure_at_once_agree(app: Flask, exam: InOrder, session: Session) -> None:
    """Whichever comes first: what was acknowledged as counted is in force, and nothing else is."""
    account_id, public_id = exam.cast.ada.id, exam.attempt.public_id

    def saving(own: Session) -> str:
        held = hold_attempt(own, account_id, public_id)
        return save_answer(
            own, attempt=held, incoming=Incoming(1, {"text": "a", "lang": "en"}, 1, "race")
        ).outcome.value

    said, _moved = at_once(app, session, [saving, leaving(exam, 1)])
    assert said in ("saved", "left")
    assert (exam.in_force(1) is not None) is (said == "saved")
    assert exam.at == 2


MOVES = st.lists(st.tuples(st.sampled_from(["leave", "answer", "open", "submit"]), st.integers(-1, 7)), max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MOVES)
def test_the_furthest_question_never_goes_back(session: Session, cast: Cast, moves: list[tuple[str, int]]) -> None:
    """Whatever is asked of it, an attempt stays or goes one question on; a question that is past stays as it was."""
    exam = _once(session, cast)
    attempt = exam.attempt
    held = lambda: hold_attempt(session, attempt.account_id, attempt.public_id)  # noqa: E731
    furthest, frozen = attempt.current_slot or 0, _answers(session, attempt)
    for number, (move, slot) in enumerate(moves):
        if move == "leave":
            leave_question(session, actor=exam.cast.actor("ada"), attempt=held(), slot=slot)
        elif move == "answer" and 1 <= slot <= furthest:
            incoming = Incoming(slot, None, 1 + frozen.get(slot, 0), f"{number}-{len(frozen)}-{slot}-{furthest}")
            save_answer(session, attempt=held(), incoming=incoming)
        session.flush()
        session.expire_all()
        now, after = attempt.current_slot or 0, _answers(session, attempt)
        assert furthest <= now <= min(furthest + 1, 5)
        assert {one: rev for one, rev in after.items() if one < furthest} == {
            one: rev for one, rev in frozen.items() if one < furthest
        }
        furthest, frozen = now, after


def _answers(session: Session, attempt: Attempt) -> dict[int, int]:
    rows = session.execute(select(Answer.slot, Answer.rev).where(Answer.attempt_id == attempt.id))
    return {row.slot: row.rev for row in rows}


def _once(session: Session, cast: Cast) -> InOrder:
    """The attempt of every example: made anew, on the exam that is there already."""
    session.rollback()
    found = queries.find_open_attempt(session, cast.ada.id, _EXAM.get(id(session), 0))
    if found is None:
        exam = InOrder(session, cast)
        _EXAM[id(session)] = exam.attempt.exam_id
        return exam
    exam = InOrder.__new__(InOrder)
    exam.session, exam.cast, exam.attempt = session, cast, found
    return exam


_EXAM: dict[int, int] = {}
