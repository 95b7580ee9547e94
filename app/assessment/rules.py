"""When an attempt may start, be written to and close, and what proves what was handed in."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

import rfc8785

from app.assessment import grading
from app.foundation import clock

GRACE = timedelta(seconds=60)  # for arrivals on the network, never extra time
IDLE_LIMIT = timedelta(days=30)  # practice without a time limit closes after this long unused
MASTERY_THRESHOLD = Decimal("0.80")
BURST, BURST_TIME = 100, timedelta(seconds=10)  # answers saved in one attempt: ten a second (ADR 0015)
RENEWAL_OPENS = timedelta(days=90)  # before a certificate expires, its exam may be sat again to renew it

JSON: TypeAlias = "bool | int | str | Sequence[JSON] | dict[str, JSON] | None"


class State(StrEnum):
    """The states of an attempt."""

    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    SCORED = "scored"
    RELEASED = "released"
    ANNULLED = "annulled"


WITHOUT_RESULT = (State.SUBMITTED, State.SCORED)  # over, and its candidate does not know yet what became of it


class Policy(StrEnum):
    """When the results of an exam are let out: once marked, when its window closes, or when staff says so."""

    AT_ONCE = "at_once"
    WINDOW = "window"
    STAFF = "staff"


class FinishReason(StrEnum):
    """Who ended an attempt: the person, or the clock."""

    CANDIDATE = "candidate"
    CLOCK = "clock"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.IN_PROGRESS: frozenset({State.SUBMITTED}),
    State.SUBMITTED: frozenset({State.SCORED, State.ANNULLED}),
    State.SCORED: frozenset({State.RELEASED, State.ANNULLED}),
    State.RELEASED: frozenset({State.ANNULLED}),
    State.ANNULLED: frozenset(),
}


def deadline(
    start: datetime,
    duration_s: int,
    *,
    extra_pct: int = 0,
    pause_s: int = 0,
    closes: datetime | None = None,
    full: bool = False,
) -> datetime:
    """Say when an attempt ends (assessment.md §4): seconds in, an aware time out; `full` ignores the window."""
    own = start + timedelta(seconds=allowed_seconds(duration_s, extra_pct) + pause_s)
    if closes is None or full:
        return own
    return min(own, window_end(closes, duration_s, extra_pct))


def window_end(closes: datetime, duration_s: int, extra_pct: int = 0) -> datetime:
    """Say when a window closes for a person: extra time, in seconds rounded up, moves its end too."""
    return closes + timedelta(seconds=_hundredths_up(duration_s * extra_pct))


def allowed_seconds(duration_s: int, extra_pct: int = 0) -> int:
    """Give a person's own duration in seconds, extra time included and rounded up."""
    return _hundredths_up(duration_s * (100 + extra_pct))


def _hundredths_up(value: int) -> int:
    return -(-value // 100)


@dataclass(frozen=True, slots=True)
class Timing:
    """What the clock needs of an attempt.

    `deadline_at` is None without a time limit. While a break runs, `break_from` is when it began, `break_until` when
    its allowance ends, and `deadline_at` already counts that allowance; it is recomputed when the break ends earlier.
    """

    state: State
    deadline_at: datetime | None
    last_activity_at: datetime
    submitted_at: datetime | None = None
    finish_reason: FinishReason | None = None
    break_from: datetime | None = None
    break_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Effective:
    """The state an attempt is really in, whether or not anyone has written it yet."""

    state: State
    submitted_at: datetime | None
    finish_reason: FinishReason | None


def state_at(timing: Timing, now: datetime) -> Effective:
    """Compute the effective state without writing: past deadline and grace, the clock has closed the attempt."""
    if timing.state is not State.IN_PROGRESS or now <= _closing_time(timing):
        return Effective(timing.state, timing.submitted_at, timing.finish_reason)
    return Effective(State.SUBMITTED, _end(timing), FinishReason.CLOCK)


def finish_time(timing: Timing, now: datetime) -> datetime:
    """Give the time a submission counts from: now, but never later than the deadline."""
    return min(now, _end(timing))


def _end(timing: Timing) -> datetime:
    return timing.deadline_at or timing.last_activity_at + IDLE_LIMIT


def _closing_time(timing: Timing) -> datetime:
    """Give the last moment a write counts; nothing closes during a break."""
    end = _end(timing)
    return max(end, timing.break_until or end) + GRACE


class Turn(StrEnum):
    """Where a question stands when they are taken in order: left for good, the one to answer now, or not shown yet."""

    LEFT = "left"
    HERE = "here"
    AHEAD = "ahead"


def turn_of(slot: int, current: int | None) -> Turn:
    """Say where a slot stands; `current` is the slot the attempt is at, None where they are taken in any order."""
    if current is None or slot == current:
        return Turn.HERE
    return Turn.LEFT if slot < current else Turn.AHEAD


class WriteRefusal(StrEnum):
    """Why a save is kept for the appeal file but not counted."""

    SUBMITTED = "submitted"
    TOO_LATE = "too_late"
    ON_BREAK = "on_break"


def may_write(timing: Timing, now: datetime) -> WriteRefusal | None:
    """Say whether a save or a submission counts now: None when it does."""
    if timing.state is not State.IN_PROGRESS:
        return WriteRefusal.SUBMITTED
    if now > _closing_time(timing):
        return WriteRefusal.TOO_LATE
    return WriteRefusal.ON_BREAK if _hides_questions(timing, now) else None


def _hides_questions(timing: Timing, now: datetime) -> bool:
    """Say whether a break has run for longer than what was sent before it may take to arrive."""
    if timing.break_from is None or timing.break_until is None:
        return False
    return timing.break_from + GRACE < now < timing.break_until


def wait_before_saving(burst_at: datetime | None, now: datetime) -> int:
    """Whole seconds until one more answer of the attempt may be saved, 0 at once.

    `burst_at` is when the answer came that stands `BURST` before the next one. A clock set back makes nobody wait.
    """
    since = now - burst_at if burst_at is not None else BURST_TIME
    if not timedelta(0) <= since < BURST_TIME:
        return 0
    return -((since - BURST_TIME) // timedelta(seconds=1))


def break_left(allowance_s: int, taken_s: int) -> int:
    """Give the seconds of break that remain, from those granted and those taken; never below 0."""
    return max(0, allowance_s - taken_s)


def break_taken(began: datetime, ended: datetime, left_s: int) -> int:
    """Count the seconds of a break, rounded up, at most those left; a clock set back gives 0, never less."""
    return min(left_s, max(0, -((began - ended) // timedelta(seconds=1))))


class Obstacle(StrEnum):
    """Why an attempt may not start; words are made at the edge."""

    NOT_ENROLLED = "not_enrolled"
    PREREQUISITES = "prerequisites"
    NO_ATTEMPT_LEFT = "no_attempt_left"
    BEING_MARKED = "being_marked"
    COOL_DOWN = "cool_down"
    ALREADY_PASSED = "already_passed"
    NOT_OPEN_YET = "not_open_yet"
    CLOSED = "closed"
    SESSION_CODE = "session_code"
    POOL_TOO_SMALL = "pool_too_small"


@dataclass(frozen=True, slots=True)
class Reason:
    """One obstacle, with the date it falls (or fell) and the ids of what is missing."""

    code: Obstacle
    at: datetime | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StartFacts:
    """Everything a start depends on.

    `next_number` is that of the attempt to come. `most_attempts` None means without limit; a pass starts the count
    of `attempts_used` anew. `passed` means that what the pass earned still stands; `renewal_opens` None then means
    that it never expires, so that there is nothing to sit again for. `being_marked` means that people still mark an
    attempt, or hold its result back: nobody spends another one without knowing it.
    """

    enrolled: bool
    missing_prerequisites: tuple[str, ...] = ()
    next_number: int = 1
    attempts_used: int = 0
    most_attempts: int | None = None
    being_marked: bool = False
    next_start: datetime | None = None
    passed: bool = False
    renewal_opens: datetime | None = None
    opens: datetime | None = None
    closes: datetime | None = None
    session_code_accepted: bool = True
    pool_sufficient: bool = True
    has_open_attempt: bool = False


def may_start(facts: StartFacts, now: datetime) -> tuple[Reason, ...]:
    """List what stands in the way; empty means yes. An open attempt is simply returned to."""
    if facts.has_open_attempt:
        return ()
    at, missing = {Obstacle.COOL_DOWN: facts.next_start}, facts.missing_prerequisites
    at |= {Obstacle.ALREADY_PASSED: facts.renewal_opens}
    at |= {Obstacle.NOT_OPEN_YET: facts.opens, Obstacle.CLOSED: facts.closes}
    return tuple(
        Reason(code, at.get(code), missing if code is Obstacle.PREREQUISITES else ())
        for code, stands in _obstacles(facts, now)
        if stands
    )


def _obstacles(facts: StartFacts, now: datetime) -> Iterable[tuple[Obstacle, bool]]:
    no_attempt_left = attempts_left(facts.attempts_used, facts.most_attempts) == 0
    already_passed = facts.passed and (facts.renewal_opens is None or now < facts.renewal_opens)
    waiting = facts.next_start is not None and now < facts.next_start
    yield Obstacle.NOT_ENROLLED, not facts.enrolled
    yield Obstacle.PREREQUISITES, bool(facts.missing_prerequisites)
    yield Obstacle.NO_ATTEMPT_LEFT, no_attempt_left
    yield Obstacle.BEING_MARKED, facts.being_marked
    yield Obstacle.COOL_DOWN, waiting and not facts.being_marked and not no_attempt_left and not already_passed
    yield Obstacle.ALREADY_PASSED, already_passed
    yield Obstacle.NOT_OPEN_YET, facts.opens is not None and now < facts.opens
    yield Obstacle.CLOSED, facts.closes is not None and now >= facts.closes
    yield Obstacle.SESSION_CODE, not facts.session_code_accepted
    yield Obstacle.POOL_TOO_SMALL, not facts.pool_sufficient


def renewal_opens(passed_at: datetime, validity_months: int | None) -> datetime | None:
    """Say from when a passed exam may be sat again: 90 days before what it earned expires; None: never."""
    return None if validity_months is None else clock.months_after(passed_at, validity_months) - RENEWAL_OPENS


def attempts_left(used: int, most: int | None) -> int | None:
    """Count the attempts that remain; None without limit."""
    return None if most is None else max(0, most - used)


def next_start_at(
    attempt_number: int,
    *,
    started_at: datetime,
    submitted_at: datetime,
    allowed_s: int | None,
    delays: Sequence[timedelta],
) -> datetime:
    """Say when the attempt after number `attempt_number` (from 1) may start.

    Counted from the submission or the end of the allowed time, whichever came first: a closed laptop never
    makes the wait longer. Past the end of the list its last delay holds; an empty list means no wait.
    """
    finished = submitted_at
    if allowed_s is not None:
        finished = min(finished, started_at + timedelta(seconds=allowed_s))
    return finished + (delays[min(attempt_number, len(delays)) - 1] if delays else timedelta(0))


def mastered(total: Decimal, maximum: Decimal, threshold: object = MASTERY_THRESHOLD) -> bool:
    """Say whether a mark opens the mastery gate: at least 80 % of the points unless the module says otherwise."""
    return maximum > 0 and grading.passed(total, grading.cut_points(maximum, threshold))


def answer_digest(slot: int, rev: int, payload: JSON) -> str:
    """Give the SHA-256, in hex, that tells one answer sent from another under the same key."""
    return hashlib.sha256(rfc8785.dumps([slot, rev, payload or {}])).hexdigest()


def receipt(answers: Iterable[tuple[int, int, JSON]]) -> str:
    """Give the SHA-256, in hex, of the RFC 8785 form of [[slot, rev, payload], …] in slot order (trust.md §4)."""
    rows = [list(answer) for answer in sorted(answers, key=lambda answer: answer[0])]
    return hashlib.sha256(rfc8785.dumps(rows)).hexdigest()


def short_receipt(digest: str) -> str:
    """Shorten a receipt for reading aloud: "0a1b-2c3d-4e5f"."""
    return "-".join(digest[start : start + 4] for start in range(0, 12, 4))


APPEAL_TERM = timedelta(days=30)  # to contest a result, from its publication
ANSWER_TERM = timedelta(days=15)  # to answer, from the filing


class AppealState(StrEnum):
    """The states of an appeal; the last three are final."""

    OPEN = "open"
    IN_REVIEW = "in_review"
    UPHELD = "upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


APPEAL_TRANSITIONS: dict[AppealState, frozenset[AppealState]] = {
    AppealState.OPEN: frozenset({AppealState.IN_REVIEW, AppealState.WITHDRAWN}),
    AppealState.IN_REVIEW: frozenset({AppealState.UPHELD, AppealState.REJECTED, AppealState.WITHDRAWN}),
    AppealState.UPHELD: frozenset(),
    AppealState.REJECTED: frozenset(),
    AppealState.WITHDRAWN: frozenset(),
}


def appeal_states_before(to: AppealState) -> frozenset[AppealState]:
    """List the states from which an appeal may go to this one."""
    return frozenset(state for state, targets in APPEAL_TRANSITIONS.items() if to in targets)
