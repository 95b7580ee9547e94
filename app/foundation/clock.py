"""The one clock: aware UTC datetimes, which tests may set; and whole months counted on them."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_frozen: list[datetime] = []


def now() -> datetime:
    """The present instant, in UTC, to the microsecond."""
    return _frozen[-1] if _frozen else datetime.now(UTC)  # noqa: TID251 - the only place that reads the machine's clock


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
