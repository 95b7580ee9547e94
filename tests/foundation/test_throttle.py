"""Budgets: counted in the database, in windows, whatever becomes of the request that spent them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.extensions import db
from app.foundation import clock
from app.foundation.errors import TooManyRequestsError
from app.foundation.throttle import Allowance, Budget, spend

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
THREE_AN_HOUR = Allowance("test", 3, timedelta(hours=1))


@pytest.fixture(autouse=True)
def at_noon(app: Flask) -> Iterator[None]:
    with clock.frozen(NOON + timedelta(minutes=20)):
        yield


def use(key: str = "ada", allowance: Allowance = THREE_AN_HOUR) -> None:
    with Session(db.engine) as session:
        spend(session, allowance, key)


def test_beyond_the_allowance_says_when_to_come_back() -> None:
    for _use in range(3):
        use()
    with pytest.raises(TooManyRequestsError) as caught:
        use()
    assert caught.value.retry_after == 40 * 60


def test_the_next_window_is_fresh() -> None:
    for _use in range(3):
        use()
    with clock.frozen(NOON + timedelta(hours=1)):
        use()


def test_keys_and_scopes_do_not_share() -> None:
    for _use in range(3):
        use("ada")
    use("blaise")
    use("ada", Allowance("other", 1, timedelta(hours=1)))


def test_a_request_that_fails_does_not_get_its_use_back(session: Session) -> None:
    for _use in range(3):
        use()
    session.rollback()
    with pytest.raises(TooManyRequestsError):
        use()


def test_refused_uses_count_too() -> None:
    for _use in range(3):
        use()
    for _refused in range(2):
        with pytest.raises(TooManyRequestsError):
            use()
    with Session(db.engine) as session:
        assert session.query(Budget.count).scalar() == 5


def test_keys_are_not_kept_in_clear(session: Session) -> None:
    use("ada@example.org")
    assert "ada" not in session.query(Budget.key_hash).scalar()
