"""The clock: aware, in UTC, and held by tests only."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.foundation import clock

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_now_is_aware_and_in_utc() -> None:
    assert clock.now().tzinfo is UTC


def test_frozen_holds_and_lets_go() -> None:
    with clock.frozen(NOON):
        assert clock.now() == NOON
        with clock.frozen(NOON + timedelta(hours=1)):
            assert clock.now() == NOON + timedelta(hours=1)
        assert clock.now() == NOON
    assert clock.now() != NOON


def test_frozen_lets_go_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), clock.frozen(NOON):
        raise ZeroDivisionError
    assert clock.now() != NOON


def test_another_zone_is_brought_to_utc() -> None:
    paris = datetime(2026, 11, 22, 13, 0, tzinfo=timezone(timedelta(hours=1)))
    with clock.frozen(paris):
        assert clock.now() == NOON
        assert clock.now().tzinfo is UTC


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"), clock.frozen(datetime(2026, 11, 22)):
        pass
