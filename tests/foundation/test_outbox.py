"""The outbox: once per key, one holder at a time, later and later after failures, and at last given up."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.extensions import db
from app.foundation import clock, outbox
from app.foundation.outbox import BACKOFF, LEASE, OutboxMessage

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.frozen(NOON):
        yield


def enqueue(session: Session, key: str = "letter-1") -> None:
    outbox.enqueue(session, "mail", dedupe_key=key, recipient_id=None, language="fr", payload={"letter": "welcome"})
    session.commit()


def only(session: Session) -> OutboxMessage:
    return session.scalars(select(OutboxMessage)).one()


def test_asking_twice_is_asking_once(session: Session) -> None:
    enqueue(session)
    enqueue(session)
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 1


def test_a_message_that_is_undone_is_not_sent(session: Session) -> None:
    outbox.enqueue(session, "mail", dedupe_key="k", recipient_id=None, language="fr", payload={})
    session.rollback()
    assert outbox.waiting(session) == []


def test_one_worker_holds_it(session: Session) -> None:
    enqueue(session)
    (message_id,) = outbox.waiting(session)
    assert outbox.claim(session, message_id) is not None
    session.commit()
    with Session(db.engine) as other:
        assert outbox.waiting(other) == []
        assert outbox.claim(other, message_id) is None


def test_a_worker_that_died_is_replaced(session: Session) -> None:
    enqueue(session)
    (message_id,) = outbox.waiting(session)
    outbox.claim(session, message_id)
    session.commit()
    with clock.frozen(NOON + LEASE + timedelta(seconds=1)):
        assert list(outbox.waiting(session)) == [message_id]
        taken = outbox.claim(session, message_id)
        assert taken is not None
        assert taken.tries == 2


def test_sent_is_sent(session: Session) -> None:
    enqueue(session)
    message = outbox.claim(session, outbox.waiting(session)[0])
    assert message is not None
    outbox.mark_sent(message)
    session.commit()
    with clock.frozen(NOON + timedelta(days=1)):
        assert outbox.waiting(session) == []
        assert outbox.claim(session, message.id) is None


def test_failures_wait_longer_and_longer_and_end(session: Session) -> None:
    enqueue(session)
    now, delays = NOON, []
    for _try in range(len(BACKOFF) + 1):
        with clock.frozen(now):
            message = outbox.claim(session, outbox.waiting(session)[0])
            assert message is not None
            outbox.mark_failed(message, "SMTPServerDisconnected " + "x" * 400)
            session.commit()
            delays.append(message.due_at - now)
            assert message.last_error is not None
            assert len(message.last_error) == 300
            assert outbox.waiting(session) == []
            now = message.due_at
    assert tuple(delays[:-1]) == BACKOFF
    assert only(session).dead_at is not None
    with clock.frozen(now + timedelta(days=365)):
        assert outbox.waiting(session) == []


def test_the_oldest_leaves_first(session: Session) -> None:
    enqueue(session, "second")
    with clock.frozen(NOON - timedelta(minutes=1)):
        enqueue(session, "first")
    keys = [session.get_one(OutboxMessage, message_id).dedupe_key for message_id in outbox.waiting(session)]
    assert keys == ["first", "second"]
    assert len(outbox.waiting(session, limit=1)) == 1
