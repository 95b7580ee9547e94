"""What is worked out once attempts have ended: windows in turn, fast answers, identical errors; once, by one worker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment import decisions, regrades
from app.assessment.accommodations import grant
from app.assessment.answering import Incoming, save_answer
from app.assessment.answers import Chosen, Filled, Gap, Paired, Placed, Written
from app.assessment.breaks import end_break, start_break
from app.assessment.models import Attempt
from app.assessment.regrading import Kind as DecisionKind
from app.assessment.services import submit_attempt
from app.assessment.signal_models import Signal, SignalRound
from app.assessment.signal_rounds import due_exams, look_through, same_form, store
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.i18n import use_language
from app.wiring.signals import look_for_signals
from tests.assessment.cohort import four_options
from tests.assessment.regraded import REASON, Regraded
from tests.assessment.test_accommodations import at, start, wanted
from tests.builders import Cast
from tests.courses import Small, items_of

QUESTIONS = 14
ERRORS = "bcd"


class Room:
    """An exam of fourteen questions of four options, and people who answer as they are told."""

    def __init__(self, app: Flask, session: Session, cast: Cast) -> None:
        questions = [four_options(f"q-{number:02d}") for number in range(QUESTIONS)]
        blueprint = [{"domain": "alpha", "level": 1, "count": QUESTIONS, "points": "1"}]
        small = Small(exam_questions=questions, blueprint=blueprint)
        self.exam = Regraded(app, session, cast, small)
        self.app, self.session, self.cast = app, session, cast
        self.people = 0

    def sit(self, answers: str, *, seconds: float = 40, windows: str = "", rests: bool = False) -> Attempt:
        """Somebody new: one letter a question, in the order of its number; every answer after so many seconds.

        Who `rests` takes a break of four minutes before the last question and answers it three seconds afterwards.
        """
        self.people += 1
        who = self.cast.person(f"P {self.people}")
        if rests:
            grant(self.session, actor=self.cast.actor("admin"), account=who, wanted=wanted())
        with at(0):
            attempt = self.exam.begin(who)
        times = [seconds * (place + 1) for place in range(QUESTIONS)]
        items = sorted(items_of(self.session, attempt), key=lambda item: item.version.question.slug)
        for place, (item, letter) in enumerate(zip(items, answers, strict=True)):
            tokens = {option: token for token, option in item.option_order}
            if rests and place == QUESTIONS - 1:
                times[-1] = times[-2] + 243
                self.rest(attempt, who.actor(), times[-2])
            with at(times[place] / 60):
                window = windows[place] if windows else "a"
                incoming = Incoming(item.slot, {"choice": tokens[letter]}, 1, f"k{place}", tab=window)
                save_answer(self.session, attempt=attempt, incoming=incoming)
        with at(29):
            submit_attempt(self.session, actor=who.actor(), attempt=attempt)
        self.session.commit()
        return attempt

    def rest(self, attempt: Attempt, actor: Actor, since: float) -> None:
        with at(since / 60):
            start_break(self.session, actor=actor, attempt=attempt)
        with at(since / 60 + 4):
            end_break(self.session, actor=actor, attempt=attempt)

    def look(self, minutes: float = 30) -> list[Signal]:
        """The worker's round; what it found."""
        self.session.commit()
        with at(minutes):
            look_for_signals(self.app)
        self.session.expire_all()
        return list(self.session.scalars(select(Signal).order_by(Signal.kind, Signal.attempt_id, Signal.slot)))


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with use_language("en"):
        yield


@pytest.fixture
def room(app: Flask, session: Session, cast: Cast) -> Room:
    return Room(app, session, cast)


def scattered(person: int) -> str:
    """Errors of somebody who errs by themselves, on every second question."""
    return "".join(
        ERRORS[(person * 7 + place * place) % 3] if (person + place) % 2 else "a" for place in range(QUESTIONS)
    )


@pytest.mark.slow
def test_two_sheets_of_the_same_errors_are_found(room: Room) -> None:
    for person in range(28):
        room.sit(scattered(person))
    one, other = room.sit("bcdbcdbcdbcdbc"), room.sit("bcdbcdbcdbcdba")
    found = [row for row in room.look() if row.kind == "alike"]
    assert {(row.attempt_id, row.other_id) for row in found} == {(one.id, other.id), (other.id, one.id)}
    assert {row.amount for row in found} == {13}
    assert found[0].details is not None
    assert found[0].details["both_wrong"] == 13
    assert float(found[0].details["chance"]) < float(found[0].details["limit"])


@pytest.mark.slow
def test_a_void_question_is_no_error(room: Room, session: Session) -> None:
    for person in range(28):
        room.sit(scattered(person))
    one = room.sit("bcdbcdbcdbcdbc")
    room.sit("bcdbcdbcdbcdba")
    assert len(room.look()) == 2
    version = next(item.version for item in items_of(session, one) if item.version.question.slug == "q-00")
    proposal = decisions.Proposal(DecisionKind.VOID, None, REASON)
    made = decisions.propose(session, actor=room.cast.actor("camille"), version=version, proposal=proposal)
    session.commit()
    regrades.start(session, actor=room.cast.actor("admin"), decision=made)
    room.exam.work()
    with at(31):
        rows = look_through(session, room.exam.exam_version.exam_id)
    assert rows == [], "thirteen identical errors are too many among thirty people, twelve of twelve are not yet"


@pytest.mark.slow
def test_an_answer_far_faster_than_the_others_is_found_from_thirty_people_on(room: Room) -> None:
    for person in range(29):
        room.sit(scattered(person))
    quick = room.sit(scattered(29), seconds=3)
    found = room.look()
    assert {row.attempt_id for row in found} == {quick.id}
    assert {row.kind for row in found} == {"fast"}
    assert len(found) == QUESTIONS
    assert (found[0].amount, found[0].details) == (3000, {"usual_ms": 40_000, "people": 30})
    after = sorted((row.at - quick.started_at).total_seconds() for row in found)
    assert after == [3.0 * place for place in range(1, QUESTIONS + 1)]


def test_below_thirty_nobody_is_fast(room: Room) -> None:
    for person in range(5):
        room.sit(scattered(person))
    room.sit(scattered(6), seconds=2)
    assert room.look() == []


def test_two_windows_in_turn(room: Room) -> None:
    room.sit(scattered(1), windows="abcdefghijklmn")  # a page each, or reloaded
    in_turn = room.sit(scattered(2), windows="aabbaabbaaaaaa")
    (row,) = room.look()
    assert (row.attempt_id, row.kind, row.amount) == (in_turn.id, "windows", 3)


def test_an_exam_is_looked_through_once_until_more_have_ended(room: Room, session: Session) -> None:
    room.sit(scattered(1), windows="abababababababa"[:QUESTIONS])
    assert len(room.look()) == 1
    session.rollback()
    with at(60):
        assert due_exams(session) == []
    room.sit(scattered(2))
    with at(44):  # 14 minutes after the last look
        assert due_exams(session) == []
    with at(45):
        assert due_exams(session) == [(room.exam.exam_version.exam_id, 2)]
    assert len(room.look(45)) == 1  # found again, not twice
    assert session.scalars(select(SignalRound.attempts)).all() == [2]


def test_of_two_workers_one_stores(room: Room, session: Session) -> None:
    room.sit(scattered(1), windows="abababababababa"[:QUESTIONS])
    exam_id = room.exam.exam_version.exam_id
    with at(30):
        rows = look_through(session, exam_id)
        assert store(session, exam_id, 1, rows)
        session.commit()
        assert not store(session, exam_id, 1, rows)
        session.commit()
    assert len(session.scalars(select(Signal)).all()) == 1


def test_what_a_browser_told_stays(room: Room, session: Session) -> None:
    attempt = room.sit(scattered(1))
    session.add(Signal(attempt_id=attempt.id, kind="hidden", at=clock.now(), amount=4))
    assert [row.kind for row in room.look()] == ["hidden"]


def test_past_its_term_an_attempt_is_compared_no_more(room: Room, session: Session) -> None:
    room.sit(scattered(1), windows="abababababababa"[:QUESTIONS])
    assert room.look(31 * 24 * 60) == []
    assert len(session.scalars(select(SignalRound)).all()) == 1


@pytest.mark.slow
def test_a_break_is_no_time_to_answer(room: Room) -> None:
    for person in range(30):
        room.sit(scattered(person))
    rested = room.sit(scattered(31), rests=True)
    assert [(row.attempt_id, row.kind, row.amount) for row in room.look()] == [(rested.id, "fast", 3000)]


def test_practice_is_never_looked_through(app: Flask, session: Session, cast: Cast) -> None:
    practice = start(session, cast, kind="practice")
    submit_attempt(session, actor=cast.actor("ada"), attempt=practice)
    session.commit()
    assert due_exams(session) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Chosen(("a", "b")), Chosen(("b", "a")), True),
        (Chosen(("a",)), Chosen(("b",)), False),
        (Written("  Une  réponse ", "fr"), Written("une réponse", "en"), True),
        (Written("3,5", "fr"), Written("3.5", "fr"), False),
        (Paired((("left:0", "right:1"), ("row:1", "x"))), Paired((("row:1", "x"), ("left:0", "right:1"))), True),
        (Placed((("item:0", 1), ("item:1", 2))), Placed((("item:1", 2), ("item:0", 1))), True),
        (Placed((("item:0", 1),)), Placed((("item:0", 2),)), False),
        (Filled((Gap("x", "text", Written("A", "fr")),)), Filled((Gap("x", "text", Written("a ", "fr")),)), True),
        (Filled((Gap("x", "select", Chosen(("a",))),)), Filled((Gap("y", "select", Chosen(("a",))),)), False),
    ],
)  # fmt: skip
def test_the_same_answer(one: Any, other: Any, same: bool) -> None:
    assert (same_form(one) == same_form(other)) is same


def test_a_blank_is_no_answer() -> None:
    assert same_form(None) is None
