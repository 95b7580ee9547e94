"""The one clock: aware UTC datetimes, which tests may set; jumps of the machine's clock; whole months counted."""

from __future__ import annotations

import calendar
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Lock

log = logging.getLogger("app.clock")
JUMP = timedelta(seconds=5)  # more than this at once is no correction of the hour that goes on all the time
MOST_JUMPS = 100


class Clock:
    """The machine's wall clock beside one that only counts seconds, so that a jump of the first is noticed.

    Each process notices for itself what happens while it lives.
    """

    def __init__(self, wall: Callable[[], datetime], steady: Callable[[], float]) -> None:
        self._wall, self._steady = wall, steady
        self._started = self._lead()
        self._lock = Lock()
        self._jumps: list[tuple[datetime, timedelta]] = []  # what the wall clock would have said, and the jump

    def _lead(self) -> datetime:
        """When the steady clock began, as the wall clock says now: the same for ever while neither jumps."""
        return self._wall() - timedelta(seconds=self._steady())

    def now(self) -> datetime:
        """What the wall clock says."""
        moment = self._wall()
        started = moment - timedelta(seconds=self._steady())
        if abs(started - self._started) > JUMP:
            self._look_again()
        else:
            self._started = started
        return moment

    def _look_again(self) -> None:
        """A jump, or a process that was held between its two looks: only the first is still there at the second."""
        with self._lock:
            moment, started = self._wall(), self._lead()
            jump, self._started = started - self._started, started
            if abs(jump) <= JUMP:
                return
            self._jumps = [*self._jumps[1 - MOST_JUMPS :], (moment - jump, jump)]
        log.warning("the machine's clock jumped", extra={"fields": {"seconds": round(jump.total_seconds(), 1)}})

    def now_since(self, begun: datetime) -> datetime:
        """What the wall clock says, but for its jumps forward since `begun`."""
        moment = self.now()
        forward = sum((jump for before, jump in self._jumps if begun < before), timedelta())
        return moment - max(forward, timedelta())


def _wall() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the only place that reads the machine's clock


def _steady() -> float:
    """Seconds since the machine started, its sleep included where the system counts it."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


_frozen: list[datetime] = []
_running: list[Clock] = [Clock(_wall, _steady)]


def now() -> datetime:
    """The present instant, in UTC, to the microsecond."""
    return _frozen[-1] if _frozen else _running[-1].now()


def now_since(begun: datetime) -> datetime:
    """The present instant for something begun at `begun` that must not end early because a clock was set forward.

    Where the clock was set back it is simply the present instant: what is measured by it ends late, never early.
    """
    return _frozen[-1] if _frozen else _running[-1].now_since(begun)


@contextmanager
def running(by: Clock) -> Iterator[None]:
    """Read another clock, in every thread; for tests of clocks that jump."""
    _running.append(by)
    try:
        yield
    finally:
        _running.pop()


@contextmanager
def frozen(instant: datetime) -> Iterator[None]:
    """Hold the clock at `instant` in every thread; for tests and for replaying the past."""
    if instant.tzinfo is None:
        raise ValueError("the clock takes aware datetimes only")
    _frozen.append(instant.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.pop()


def months_after(moment: datetime, months: int) -> datetime:
    """The same day and hour so many months later, or the last day of a shorter month."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
