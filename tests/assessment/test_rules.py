"""The clock and the gates of an attempt: every table of assessment.md §4."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessment import rules
from app.assessment.rules import (
    GRACE,
    Effective,
    FinishReason,
    Obstacle,
    Reason,
    StartFacts,
    State,
    Timing,
    WriteRefusal,
)

HOUR = 3_600
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
SECOND = timedelta(seconds=1)


def at(clock: str, day: int = 23) -> datetime:
    hours, minutes, *seconds = map(int, clock.split(":"))
    return datetime(2026, 11, day, hours, minutes, *seconds, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "extra", "pause", "full", "expected"),
    [
        ("9:00", 0, 0, False, "10:00:00"),
        ("11:30", 0, 0, False, "12:00:00"),
        ("11:30", 0, 0, True, "12:30:00"),
        ("11:30", 33, 0, False, "12:19:48"),
        ("9:00", 33, 600, False, "10:29:48"),
    ],
)
def test_deadline_table(start: str, extra: int, pause: int, full: bool, expected: str) -> None:
    ends = rules.deadline(at(start), HOUR, extra_pct=extra, pause_s=pause, closes=NOON, full=full)
    assert ends == at(expected)


def test_extra_time_extends_duration_and_window() -> None:
    assert rules.deadline(at("9:00"), HOUR, extra_pct=33) == at("10:19:48")
    assert rules.deadline(at("11:59"), HOUR, extra_pct=33, closes=NOON) == at("12:19:48")


def test_without_extra_pause_or_window_the_duration_is_all() -> None:
    assert rules.deadline(at("9:00"), HOUR) == at("10:00")


def test_extra_time_is_rounded_up_to_the_second() -> None:
    assert rules.allowed_seconds(100, 33) == 133
    assert rules.allowed_seconds(101, 33) == 135  # 134.33
    assert rules.allowed_seconds(HOUR) == HOUR


@given(st.integers(60, 20_000), st.integers(0, 100), st.integers(0, 3_600), st.booleans())
def test_more_extra_time_never_ends_earlier(duration: int, extra: int, pause: int, full: bool) -> None:
    ends = [
        rules.deadline(at("11:00"), duration, extra_pct=one, pause_s=pause, closes=NOON, full=full)
        for one in (extra, extra + 1)
    ]
    assert ends[0] <= ends[1]


RUNNING = Timing(State.IN_PROGRESS, deadline_at=at("10:00"), last_activity_at=at("9:30"))


@pytest.mark.parametrize(
    ("now", "closed"),
    [(at("9:59"), False), (at("10:00"), False), (at("10:00") + GRACE, False), (at("10:00") + GRACE + SECOND, True)],
)
def test_the_clock_closes_after_deadline_and_grace(now: datetime, closed: bool) -> None:
    state = State.SUBMITTED if closed else State.IN_PROGRESS
    assert rules.state_at(RUNNING, now).state is state
    assert rules.may_write(RUNNING, now) is (WriteRefusal.TOO_LATE if closed else None)


def test_finish_time_is_the_deadline_when_the_clock_closes() -> None:
    closed = rules.state_at(RUNNING, at("15:00"))
    assert closed == Effective(State.SUBMITTED, at("10:00"), FinishReason.CLOCK)
    assert rules.finish_time(RUNNING, at("10:00:40")) == at("10:00")
    assert rules.finish_time(RUNNING, at("9:40")) == at("9:40")


def test_an_attempt_handed_in_stays_as_it_was() -> None:
    done = replace(RUNNING, state=State.SCORED, submitted_at=at("9:40"), finish_reason=FinishReason.CANDIDATE)
    assert rules.state_at(done, at("15:00")) == Effective(State.SCORED, at("9:40"), FinishReason.CANDIDATE)
    assert rules.may_write(done, at("9:41")) is WriteRefusal.SUBMITTED


def test_nothing_closes_during_a_break() -> None:
    on_break = replace(RUNNING, break_until=at("10:20"))
    assert rules.state_at(on_break, at("10:15")).state is State.IN_PROGRESS
    assert rules.may_write(on_break, at("10:15")) is None
    assert rules.state_at(on_break, at("10:21:01")) == Effective(State.SUBMITTED, at("10:00"), FinishReason.CLOCK)
    assert rules.state_at(replace(RUNNING, break_until=at("9:40")), at("10:02")).state is State.SUBMITTED


def test_practice_without_a_limit_closes_after_thirty_idle_days() -> None:
    idle = replace(RUNNING, deadline_at=None)
    month_later = at("9:30") + timedelta(days=30)
    assert rules.state_at(idle, month_later + GRACE).state is State.IN_PROGRESS
    assert rules.state_at(idle, month_later + GRACE + SECOND).submitted_at == month_later


def test_states_only_move_forward_and_only_closed_attempts_are_annulled() -> None:
    assert {state for state, targets in rules.TRANSITIONS.items() if State.ANNULLED in targets} == {
        State.SUBMITTED,
        State.SCORED,
        State.RELEASED,
    }
    assert rules.TRANSITIONS[State.IN_PROGRESS] == {State.SUBMITTED}
    assert not rules.TRANSITIONS[State.ANNULLED]


READY = StartFacts(enrolled=True)


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        (READY, ()),
        (replace(READY, enrolled=False), (Reason(Obstacle.NOT_ENROLLED),)),
        (
            replace(READY, missing_prerequisites=("bases", "data")),
            (Reason(Obstacle.PREREQUISITES, missing=("bases", "data")),),
        ),
        (StartFacts(enrolled=True, most_attempts=1), ()),
        (replace(READY, attempts_used=2, most_attempts=3), ()),
        (replace(READY, attempts_used=3, most_attempts=3), (Reason(Obstacle.NO_ATTEMPT_LEFT),)),
        (replace(READY, next_start=at("12:01")), (Reason(Obstacle.COOL_DOWN, at("12:01")),)),
        (replace(READY, next_start=NOON), ()),
        (
            replace(READY, next_start=at("12:01"), attempts_used=1, most_attempts=1),
            (Reason(Obstacle.NO_ATTEMPT_LEFT),),
        ),
        (replace(READY, passed=True), (Reason(Obstacle.ALREADY_PASSED),)),
        (
            replace(READY, passed=True, renewal_opens=at("12:01"), next_start=at("12:01")),
            (Reason(Obstacle.ALREADY_PASSED, at("12:01")),),
        ),
        (replace(READY, passed=True, renewal_opens=NOON), ()),
        (
            replace(READY, passed=True, renewal_opens=NOON, next_start=at("12:01")),
            (Reason(Obstacle.COOL_DOWN, at("12:01")),),
        ),
        (replace(READY, opens=at("12:01")), (Reason(Obstacle.NOT_OPEN_YET, at("12:01")),)),
        (replace(READY, opens=NOON, closes=at("12:01")), ()),
        (replace(READY, closes=NOON), (Reason(Obstacle.CLOSED, NOON),)),
        (replace(READY, session_code_accepted=False), (Reason(Obstacle.SESSION_CODE),)),
        (replace(READY, pool_sufficient=False), (Reason(Obstacle.POOL_TOO_SMALL),)),
        (
            StartFacts(enrolled=False, closes=NOON, pool_sufficient=False),
            (Reason(Obstacle.NOT_ENROLLED), Reason(Obstacle.CLOSED, NOON), Reason(Obstacle.POOL_TOO_SMALL)),
        ),
        (StartFacts(enrolled=False, has_open_attempt=True), ()),
    ],
)
def test_may_start_says_yes_or_every_reason_with_its_date(facts: StartFacts, reasons: tuple[Reason, ...]) -> None:
    assert rules.may_start(facts, NOON) == reasons


@pytest.mark.parametrize(
    ("passed_at", "months", "opens"),
    [
        (datetime(2026, 11, 30, 9, tzinfo=UTC), None, None),
        (datetime(2026, 11, 30, 9, tzinfo=UTC), 24, datetime(2028, 9, 1, 9, tzinfo=UTC)),
        (
            datetime(2026, 11, 30, 9, tzinfo=UTC),
            15,
            datetime(2027, 12, 1, 9, tzinfo=UTC),
        ),  # 29 February, less 90
        (datetime(2026, 11, 30, 9, tzinfo=UTC), 2, datetime(2026, 11, 1, 9, tzinfo=UTC)),  # short-lived: at any time
    ],
)
def test_an_exam_is_renewed_from_ninety_days_before_its_certificate_expires(
    passed_at: datetime, months: int | None, opens: datetime | None
) -> None:
    assert rules.renewal_opens(passed_at, months) == opens


@pytest.mark.parametrize(("used", "most", "left"), [(0, 3, 3), (3, 3, 0), (4, 3, 0), (7, None, None)])
def test_attempts_left(used: int, most: int | None, left: int | None) -> None:
    assert rules.attempts_left(used, most) == left


DAY, WEEK = timedelta(days=1), timedelta(days=7)


@pytest.mark.parametrize(
    ("number", "submitted", "allowed", "delays", "expected"),
    [
        (1, at("15:00"), HOUR, [DAY, WEEK], at("11:00", day=24)),
        (1, at("10:20"), HOUR, [DAY, WEEK], at("10:20", day=24)),
        (2, at("10:20"), HOUR, [DAY, WEEK], at("10:20", day=30)),
        (5, at("10:20"), HOUR, [DAY, WEEK], at("10:20", day=30)),
        (1, at("15:00"), None, [DAY], at("15:00", day=24)),
        (1, at("10:20"), HOUR, [], at("10:20")),
    ],
)
def test_closing_the_laptop_never_makes_the_wait_longer(
    number: int, submitted: datetime, allowed: int | None, delays: list[timedelta], expected: datetime
) -> None:
    start = at("10:00")
    following = rules.next_start_at(number, started_at=start, submitted_at=submitted, allowed_s=allowed, delays=delays)
    assert following == expected


@pytest.mark.parametrize(
    ("total", "maximum", "threshold", "expected"),
    [
        ("8.00", "10", None, True),
        ("7.99", "10", None, False),
        ("7.00", "10", 0.7, True),
        ("0", "0", None, False),
        ("1", "1", None, True),
    ],
)
def test_the_mastery_gate_opens_at_80_percent(total: str, maximum: str, threshold: object, expected: bool) -> None:
    limit = {} if threshold is None else {"threshold": threshold}
    assert rules.mastered(Decimal(total), Decimal(maximum), **limit) is expected


def test_a_receipt_is_the_hash_of_the_canonical_answers() -> None:
    answers = [(2, 1, None), (1, 3, {"text": "é", "lang": "fr"})]
    canonical = '[[1,3,{"lang":"fr","text":"é"}],[2,1,null]]'
    assert rules.receipt(answers) == hashlib.sha256(canonical.encode()).hexdigest()
    assert rules.receipt(answers[::-1]) == rules.receipt(answers)
    assert rules.receipt([]) == hashlib.sha256(b"[]").hexdigest()


def test_a_receipt_is_shortened_for_reading_aloud() -> None:
    assert rules.short_receipt("0a1b2c3d4e5f6a7b") == "0a1b-2c3d-4e5f"
