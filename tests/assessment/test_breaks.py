"""Breaks of an exam: the clock stands still, questions are hidden, the allowance is counted, answers wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment import queries
from app.assessment.answering import Incoming, Outcome, save_answer
from app.assessment.breaks import end_break, start_break
from app.assessment.models import AnswerEvent, Attempt
from app.assessment.services import submit_attempt
from app.assessment.sittings import hold_attempt
from app.foundation.errors import RuleError
from app.foundation.i18n import use_language
from app.wiring.sweeps import close_attempts
from tests.assessment.test_accommodations import HOUR, MINUTE, NOON, at, audited, give, start
from tests.builders import Cast
from tests.courses import Small, items_of, right_payload


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with use_language("en"):
        yield


@pytest.fixture
def resting(cast: Cast, session: Session) -> Attempt:
    """Ada, with 33 % and 10 minutes of breaks, in an exam of an hour begun at noon."""
    give(session, cast)
    with at(0):
        return start(session, cast)


DEADLINE = NOON + timedelta(seconds=4788)


def test_a_break_moves_the_deadline_by_what_was_taken(cast: Cast, session: Session, resting: Attempt) -> None:
    with at(10):
        start_break(session, actor=cast.actor("ada"), attempt=resting)
        assert queries.on_break(resting)
        assert resting.deadline_at == DEADLINE + 10 * MINUTE
    with at(14):
        end_break(session, actor=cast.actor("ada"), attempt=resting)
        assert not queries.on_break(resting)
    assert (resting.pause_s, resting.deadline_at) == (240, DEADLINE + 4 * MINUTE)
    with at(20):
        start_break(session, actor=cast.actor("ada"), attempt=resting)
        assert queries.break_until(resting) == NOON + 26 * MINUTE
    assert audited(session, "attempt.break-ended")[0]["seconds"] == 240


def test_a_break_ends_by_itself_when_the_allowance_is_used_up(cast: Cast, session: Session, resting: Attempt) -> None:
    with at(10):
        start_break(session, actor=cast.actor("ada"), attempt=resting)
    with at(20):
        assert not queries.on_break(resting)
        with pytest.raises(RuleError, match="No time is left"):
            start_break(session, actor=cast.actor("ada"), attempt=resting)
    assert (resting.pause_s, resting.break_started_at) == (600, None)
    assert resting.deadline_at == DEADLINE + 10 * MINUTE


def test_clicking_twice_changes_nothing(cast: Cast, session: Session, resting: Attempt) -> None:
    ada = cast.actor("ada")
    with at(10):
        start_break(session, actor=ada, attempt=resting)
    with at(11):
        start_break(session, actor=ada, attempt=resting)
        assert resting.break_started_at == NOON + 10 * MINUTE
    with at(12):
        end_break(session, actor=ada, attempt=resting)
    with at(13):
        end_break(session, actor=ada, attempt=resting)
    assert resting.pause_s == 120
    assert len(audited(session, "attempt.break-started")) == len(audited(session, "attempt.break-ended")) == 1


def test_without_an_allowance_there_is_no_break(cast: Cast, session: Session) -> None:
    with at(0):
        attempt = start(session, cast)
        with pytest.raises(RuleError, match="No time is left"):
            start_break(session, actor=cast.actor("ada"), attempt=attempt)
    with at(62), pytest.raises(RuleError, match="over"):
        start_break(session, actor=cast.actor("ada"), attempt=attempt)


def test_a_clock_set_back_during_a_break_counts_nothing_twice(cast: Cast, session: Session, resting: Attempt) -> None:
    with at(10):
        start_break(session, actor=cast.actor("ada"), attempt=resting)
    with at(8):
        end_break(session, actor=cast.actor("ada"), attempt=resting)
    assert (resting.pause_s, resting.deadline_at) == (0, DEADLINE)


def test_nothing_closes_during_a_break_even_at_the_end_of_the_window(app: Flask, cast: Cast, session: Session) -> None:
    give(session, cast, extra_percent=0)
    closes = NOON + timedelta(minutes=60)
    with at(30):
        attempt = start(session, cast, Small(exam_settings=HOUR | {"closes": closes.isoformat()}))
    with at(55):
        start_break(session, actor=cast.actor("ada"), attempt=attempt)
        session.commit()
    with at(64.9):
        assert close_attempts(app) == 0
    with at(66.1):
        assert close_attempts(app) == 1
    session.refresh(attempt)
    assert (attempt.submitted_at, attempt.finish_reason) == (closes, "clock")


def test_handing_in_during_a_break_counts_from_then(cast: Cast, session: Session, resting: Attempt) -> None:
    with at(10):
        start_break(session, actor=cast.actor("ada"), attempt=resting)
    with at(12):
        submit_attempt(session, actor=cast.actor("ada"), attempt=resting)
    assert (resting.state, resting.submitted_at) == ("released", NOON + 12 * MINUTE)
    assert not queries.on_break(resting)


@pytest.mark.parametrize(
    ("minutes", "outcome"),
    [(10.5, Outcome.SAVED), (11, Outcome.SAVED), (11.02, Outcome.NOT_COUNTED), (20, Outcome.SAVED)],
)
def test_an_answer_sent_before_the_break_counts_and_one_given_during_it_does_not(
    cast: Cast, session: Session, resting: Attempt, minutes: float, outcome: Outcome
) -> None:
    with at(10):
        start_break(session, actor=cast.actor("ada"), attempt=resting)
        session.commit()
    item = items_of(session, resting)[0]
    with at(minutes):
        found = hold_attempt(session, cast.ada.id, resting.public_id)
        saved = save_answer(session, attempt=found, incoming=Incoming(item.slot, right_payload(item), 1, "one"))
    assert saved.outcome is outcome
    assert session.scalars(select(AnswerEvent.counted)).all() == [outcome is Outcome.SAVED]


def test_a_break_hides_the_questions(cast: Cast, session: Session, resting: Attempt) -> None:
    client = cast.client("ada", language="en")
    address = f"/attempts/{resting.public_id}"
    with at(10):
        client.get(address)
        assert "Take a break" in client.text()
        assert "10 minutes of break left" in client.text()
        assert client.page.find("button", string="Show the timer")
        client.post(f"{address}/break", {})
    with at(12):
        for page in (address, f"{address}?question=2", f"{address}/review"):
            client.get(page)
            assert "End the break" in client.text()
            assert "Énoncé" not in client.text()
        item = items_of(session, resting)[0]
        late = {"answer": "x", "rev": "1", "key": "k"}
        response = client.post(f"{address}/answers/{item.slot}", late)
        assert response.status_code == 302
        client.get(response.location)
        assert "came during the break" in str(client.page)
        sent = {"v": 1, "rev": 1, "payload": None}
        reply = client.put_json(f"{address}/answers/{item.slot}", sent)
        assert (reply.status_code, reply.json["on_break"]) == (202, True)
        client.post(f"{address}/break/end", {})
        client.get(address)
        assert "Take a break" in client.text()
    session.refresh(resting)
    assert resting.pause_s == 120


def test_somebody_elses_break_is_not_found(cast: Cast, session: Session, resting: Attempt) -> None:
    client = cast.client("blaise")
    assert client.post(f"/attempts/{resting.public_id}/break", {}).status_code == 404
    assert client.post(f"/attempts/{resting.public_id}/break/end", {}).status_code == 404
