"""F7 and F24 of the fault list: clocks that jump, on the server and in browsers, and the two nights of the year."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.assessment.accommodations import Grant, grant
from app.assessment.breaks import end_break, start_break
from app.assessment.models import Attempt
from app.assessment.starting import start_attempt
from app.foundation import clock
from app.foundation.clock import Clock
from app.foundation.i18n import use_language
from app.foundation.wording import moment_in_words
from app.web.filters import clock_hour
from app.wiring.sweeps import close_attempts
from tests.builders import Cast
from tests.courses import Small, begin, exam_of, items_of, right_payload

NINE = datetime(2026, 11, 22, 9, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Machine:
    """A machine whose wall clock can be set, and whose seconds go on."""

    def __init__(self) -> None:
        self.wall, self.steady = NINE, 100.0
        self.clock = Clock(lambda: self.wall, lambda: self.steady)

    def passes(self, time: timedelta) -> None:
        self.wall += time
        self.steady += time.total_seconds()

    def jumps(self, by: timedelta) -> None:
        self.wall += by


@pytest.fixture
def machine() -> Iterator[Machine]:
    machine = Machine()
    with clock.running(machine.clock):
        yield machine


class Sitting:
    """Ada in an exam of an hour."""

    def __init__(self, app: Flask, session: Session, cast: Cast, **granted: int) -> None:
        self.app, self.session, self.cast, self.rev = app, session, cast, 0
        if granted:
            wanted = Grant(0, granted["breaks"], False, NINE.date(), None, "dossier 7")
            grant(session, actor=cast.actor("admin"), account=cast.ada, wanted=wanted)
        version = Small(exam_settings={"duration_s": 3600}).publish(session)
        begin(session, cast.ada, version)
        exam = exam_of(session, version)
        self.attempt: Attempt = start_attempt(session, actor=cast.actor("ada"), exam_version=exam, enrolled=True)
        session.commit()
        self.client = cast.client("ada", language="en")

    def save(self, client_at: datetime) -> tuple[int, int]:
        """Save an answer from a browser with its own idea of the time: the status, and the seconds that are left."""
        self.rev += 1
        item = items_of(self.session, self.attempt)[0]
        body: dict[str, Any] = {"v": 1, "rev": self.rev, "payload": right_payload(item)}
        body["client_at"] = client_at.isoformat()
        reply = self.client.put_json(f"/attempts/{self.attempt.public_id}/answers/{item.slot}", body)
        return reply.status_code, reply.get_json()["remaining_s"]

    def swept(self) -> int:
        """How many attempts the worker closes now."""
        self.session.commit()
        closed = close_attempts(self.app)
        self.session.expire_all()
        return closed


def jumps_said(caplog: pytest.LogCaptureFixture) -> list[float]:
    return [one.fields["seconds"] for one in caplog.records if one.name == "app.clock"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("browser", [timedelta(days=3), timedelta(days=-3)])
@pytest.mark.parametrize(("jump", "left"), [(HOUR, 1800), (-HOUR, 5400)])
def test_f7_a_clock_that_jumps_closes_no_attempt_early_and_is_logged(
    app: Flask, session: Session, cast: Cast, machine: Machine, caplog: pytest.LogCaptureFixture,
    jump: timedelta, left: int, browser: timedelta,
) -> None:  # fmt: skip
    ada = Sitting(app, session, cast)
    machine.passes(30 * MINUTE)
    with caplog.at_level(logging.WARNING, "app.clock"):
        machine.jumps(jump)
        assert ada.save(machine.wall + browser) == (200, left)
    assert jumps_said(caplog) == [jump.total_seconds()]
    assert ada.swept() == 0
    machine.passes(timedelta(seconds=left + 59))
    assert ada.save(machine.wall - browser) == (200, 0)
    assert ada.swept() == 0
    assert ada.attempt.state == "in_progress"
    machine.passes(timedelta(seconds=2))
    assert ada.swept() == 1
    assert ada.save(machine.wall)[0] == 202
    assert ada.attempt.submitted_at == ada.attempt.deadline_at == NINE + HOUR


def test_f7_handing_in_and_breaks_count_the_time_that_passed(
    app: Flask, session: Session, cast: Cast, machine: Machine
) -> None:
    ada = Sitting(app, session, cast, breaks=10)
    machine.passes(30 * MINUTE)
    machine.jumps(HOUR)
    start_break(session, actor=cast.actor("ada"), attempt=ada.attempt)
    machine.passes(4 * MINUTE)
    end_break(session, actor=cast.actor("ada"), attempt=ada.attempt)
    assert (ada.attempt.pause_s, ada.attempt.deadline_at) == (240, NINE + 64 * MINUTE)
    session.commit()
    machine.passes(6 * MINUTE)
    assert ada.client.post(f"/attempts/{ada.attempt.public_id}/submission", {}).status_code == 302
    session.refresh(ada.attempt)
    assert (ada.attempt.submitted_at, ada.attempt.finish_reason) == (NINE + 40 * MINUTE, "candidate")


def test_f7_only_what_was_begun_before_a_jump_is_held_against_it(machine: Machine) -> None:
    """Set forward and back again, every attempt has its hour at least, and new ones no more than that."""
    machine.clock.now()
    machine.passes(30 * MINUTE)
    machine.jumps(HOUR)
    machine.clock.now()
    during = machine.wall
    assert machine.clock.now_since(NINE) == NINE + 30 * MINUTE
    assert machine.clock.now_since(during) == during
    machine.passes(10 * MINUTE)
    machine.jumps(-HOUR)
    machine.clock.now()
    after = machine.wall
    machine.passes(5 * MINUTE)
    assert machine.clock.now_since(NINE) == NINE + 45 * MINUTE
    assert machine.clock.now_since(during) == machine.wall
    assert machine.clock.now_since(after) == machine.wall


def test_f7_a_correction_of_a_few_seconds_is_no_jump(machine: Machine, caplog: pytest.LogCaptureFixture) -> None:
    for step in (4, -4, 5, -5):
        machine.jumps(timedelta(seconds=step))
        machine.clock.now()
    machine.jumps(timedelta(seconds=5, milliseconds=1))
    machine.clock.now()
    assert jumps_said(caplog) == [5.0]


# F24

NIGHTS = [
    # In Paris: 2:30, then at 3:00 it is 2:00 again, so that an hour later it is 2:30; 1:30, then at 2:00 it is 3:00.
    (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "02:30 (summer time)", "02:30 (winter time)"),
    (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), "01:30", "03:30"),
]


@pytest.mark.parametrize(("begins", "said_at_start", "said_at_end"), NIGHTS)
def test_f24_an_exam_across_the_change_of_hour_lasts_what_it_lasts_and_says_which_hour_it_means(
    app: Flask, session: Session, cast: Cast, begins: datetime, said_at_start: str, said_at_end: str
) -> None:
    with clock.frozen(begins):
        version = Small(exam_settings={"duration_s": 3600}).publish(session)
        begin(session, cast.ada, version)
        exam, client = exam_of(session, version), cast.client("ada", language="en")
        client.get(f"/exams/{exam.exam.public_id}")
        assert f"Started now, it ends at {said_at_end}." in client.text()
        with use_language("en"):
            assert clock_hour(begins) == said_at_start
        attempt = start_attempt(session, actor=cast.actor("ada"), exam_version=exam, enrolled=True)
        session.commit()
    assert attempt.deadline_at == begins + HOUR
    ada = Sitting.__new__(Sitting)
    ada.app, ada.session, ada.attempt, ada.client, ada.rev = app, session, attempt, client, 0
    for after, left in ((0, 3600), (20, 2400), (59, 60)):
        with clock.frozen(begins + after * MINUTE):
            assert ada.save(begins) == (200, left)
            client.get("/learn/petit-cours")
            assert f"Exam in progress, ends at {said_at_end}." in client.text()
            assert ada.swept() == 0
    with clock.frozen(begins + 62 * MINUTE):
        assert ada.swept() == 1
        assert attempt.submitted_at == begins + HOUR


@pytest.mark.parametrize(
    ("moment", "french", "english"),
    [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2 h 30 (heure d’été)", "02:30 (summer time)"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2 h 30 (heure d’hiver)", "02:30 (winter time)"),
        (datetime(2026, 10, 24, 23, 59, tzinfo=UTC), "1 h 59", "01:59"),
        (datetime(2026, 10, 25, 2, 0, tzinfo=UTC), "3 h 00", "03:00"),
        (datetime(2027, 3, 28, 0, 59, tzinfo=UTC), "1 h 59", "01:59"),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "3 h 00", "03:00"),
    ],
)
def test_f24_an_hour_that_comes_twice_says_which_one_it_is(moment: datetime, french: str, english: str) -> None:
    for language, hour in (("fr", french), ("en", english)):
        with use_language(language):
            assert moment_in_words(moment).replace("\u00a0", " ").endswith(hour)
