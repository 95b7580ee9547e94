"""Deadlines as people meet them: the table of the design, the change of hour, a clock that jumps, every door."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment.accommodations import Grant, grant
from app.assessment.breaks import end_break, start_break
from app.assessment.models import Answer, AnswerEvent, Attempt
from app.assessment.rules import break_left, break_taken
from app.assessment.starting import start_attempt
from app.foundation import clock
from tests.builders import Cast
from tests.courses import Small, begin, exam_of, items_of, right_payload, right_values

SECOND = timedelta(seconds=1)
GRACE = timedelta(seconds=60)


def on(hour: str, day: int = 22) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day}T{'0' if hour[1] == ':' else ''}{hour}+00:00")


def sit(session: Session, cast: Cast, begins: datetime, *, extra: int = 0, breaks: int = 0, **settings: Any) -> Attempt:
    """Ada starts an exam of an hour at this moment."""
    if extra or breaks:
        wanted = Grant(extra, breaks, False, date(2026, 1, 1), None, "dossier 12")
        grant(session, actor=cast.actor("admin"), account=cast.ada, wanted=wanted)
    version = Small(exam_settings={"duration_s": 3600, **settings}).publish(session)
    with clock.frozen(begins):
        begin(session, cast.ada, version)
        attempt = start_attempt(session, actor=cast.actor("ada"), exam_version=exam_of(session, version), enrolled=True)
    session.commit()
    return attempt


@pytest.mark.parametrize(
    ("start", "extra", "pause", "policy", "expected"),
    [
        ("9:00", 0, 0, "min", "10:00:00"),
        ("11:30", 0, 0, "min", "12:00:00"),
        ("11:30", 0, 0, "full", "12:30:00"),
        ("11:30", 33, 0, "min", "12:19:48"),
        ("11:30", 33, 0, "full", "12:49:48"),
        ("9:00", 33, 10, "min", "10:29:48"),
    ],
)
def test_every_row_of_the_table(
    cast: Cast, session: Session, start: str, extra: int, pause: int, policy: str, expected: str
) -> None:
    attempt = sit(session, cast, on(start), extra=extra, breaks=pause, policy=policy, closes=on("12:00").isoformat())
    if pause:
        for minutes, change in ((5, start_break), (5 + pause, end_break)):
            with clock.frozen(on(start) + timedelta(minutes=minutes)):
                change(session, actor=cast.actor("ada"), attempt=attempt)
    assert attempt.deadline_at == on(expected)


@pytest.mark.parametrize(
    "begins",
    [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # 2:30 in Paris, and at 3:00 it is 2:00 again
        datetime(2027, 3, 28, 0, 30, tzinfo=UTC),  # 1:30, and at 2:00 it is 3:00
    ],
)
def test_an_hour_is_an_hour_when_clocks_change(cast: Cast, session: Session, begins: datetime) -> None:
    attempt = sit(session, cast, begins, extra=33)
    assert attempt.deadline_at == begins + timedelta(seconds=4788)


def test_a_server_clock_that_jumps_moves_no_deadline(cast: Cast, session: Session) -> None:
    attempt = sit(session, cast, on("9:00"))
    client = cast.client("ada")
    item = items_of(session, attempt)[0]
    address = f"/attempts/{attempt.public_id}/answers/{item.slot}"
    for rev, moment in enumerate((on("9:30"), on("8:55"), on("9:59:59"), on("9:10")), start=1):
        with clock.frozen(moment):
            reply = client.put_json(address, {"v": 1, "rev": rev, "payload": right_payload(item)})
            assert (reply.status_code, reply.json["remaining_s"]) == (200, (on("10:00") - moment).total_seconds())
    session.refresh(attempt)
    assert attempt.deadline_at == on("10:00")


@pytest.mark.parametrize(("began", "ended", "left", "taken"), [
    ("9:00", "9:04", 600, 240),
    ("9:00", "9:30", 600, 600),
    ("9:00", "8:50", 600, 0),
    ("9:00", "9:00:00.000001", 600, 1),
])  # fmt: skip
def test_what_a_break_took(began: str, ended: str, left: int, taken: int) -> None:
    assert break_taken(on(began), on(ended), left) == taken
    assert break_left(600, 700) == 0


MOMENTS = (("T-1", -SECOND, True), ("T+grace", GRACE, True), ("T+grace+1", GRACE + SECOND, False))


def door(name: str, attempt: Attempt, item: Any) -> tuple[str, str, Any]:
    """Method, address and body of a door that writes to an attempt."""
    root = f"/attempts/{attempt.public_id}"
    return {
        "script": ("PUT", f"{root}/answers/{item.slot}", {"v": 1, "rev": 1, "payload": right_payload(item)}),
        "form": (
            "POST",
            f"{root}/answers/{item.slot}",
            {"answer": right_values(item), "rev": "1", "key": "k", "flag": "y"},
        ),
        "submission": ("POST", f"{root}/submission", {}),
        "break": ("POST", f"{root}/break", {}),
        "break's end": ("POST", f"{root}/break/end", {}),
        "timer": ("POST", f"{root}/timer", {"timer": "hide"}),
    }[name]


@pytest.mark.parametrize("name", ["script", "form", "submission", "break", "break's end", "timer"])
@pytest.mark.parametrize(("moment", "after", "counts"), MOMENTS, ids=[one[0] for one in MOMENTS])
def test_every_door_at_the_end(
    cast: Cast, session: Session, name: str, moment: str, after: timedelta, counts: bool
) -> None:
    attempt = sit(session, cast, on("9:00"), breaks=5)
    item = items_of(session, attempt)[0]
    method, address, body = door(name, attempt, item)
    client = cast.client("ada")
    with clock.frozen(on("10:00") + after):
        answer = client.put_json(address, body) if method == "PUT" else client.post(address, body)
    session.expire_all()
    if name == "script":
        assert answer.status_code == (200 if counts else 202)
    else:
        assert answer.status_code == 302
    if name in ("script", "form"):
        assert session.scalars(select(AnswerEvent.counted)).all() == [counts]
        assert bool(session.scalars(select(Answer)).all()) is counts
    closed = name != "timer" and (not counts or name == "submission")
    assert (attempt.state == "released") is closed
    if closed:
        in_time = min(on("10:00"), on("10:00") + after)
        assert (attempt.submitted_at, attempt.finish_reason) == (in_time, "candidate" if counts else "clock")
    elif name == "break":
        assert attempt.deadline_at == on("10:05")
    if name == "form":
        flagged = items_of(session, attempt)[0].flagged
        assert flagged is counts
