"""Many at once, in real threads, on the real database: constraints decide, and everyone gets the same answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.assessment import queries
from app.assessment.answering import Incoming, save_answer
from app.assessment.models import Answer, AnswerEvent, Attempt, AttemptItem, Result
from app.assessment.services import close_due_attempt, submit_attempt
from app.assessment.sittings import hold_attempt
from app.assessment.starting import start_attempt
from app.audit.models import AuditEntry
from app.extensions import db
from app.foundation import clock
from tests.builders import Cast
from tests.courses import Small, begin, exam_of, items_of, right_payload

FIFTY = 50
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
Act = Callable[[Session], Any]


def at_once(app: Flask, session: Session, acts: list[Act]) -> list[Any]:
    """Run each in a thread and a session of its own, all let go together; an exception is a result too."""
    session.commit()  # the test's own transaction would hold the write lock
    barrier, results = Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Act) -> None:
        with app.app_context(), Session(db.engine) as own:
            barrier.wait()
            try:
                results[place] = act(own)
                own.commit()
            except Exception as error:
                own.rollback()
                results[place] = error

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def an_open_attempt(cast: Cast, session: Session) -> Attempt:
    version = Small().publish(session)
    begin(session, cast.ada, version)
    attempt = start_attempt(session, actor=cast.actor("ada"), exam_version=exam_of(session, version), enrolled=True)
    for item in items_of(session, attempt):
        save_answer(session, attempt=attempt, incoming=Incoming(item.slot, right_payload(item), 1, f"k{item.slot}"))
    session.commit()
    return attempt


def submitting(cast: Cast, attempt: Attempt) -> Act:
    actor, public_id = cast.actor("ada"), attempt.public_id

    def act(own: Session) -> Any:
        return submit_attempt(own, actor=actor, attempt=queries.get_attempt(own, actor.account_id, public_id)).total

    return act


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_fifty_simultaneous_starts_make_one_attempt(app: Flask, cast: Cast, session: Session) -> None:
    version = Small().publish(session)
    begin(session, cast.ada, version)
    exam_id, actor = exam_of(session, version).exam_id, cast.actor("ada")
    session.commit()

    def act(own: Session) -> str:
        exam_version = queries.get_exam_version(own, exam_id, version.id)
        return start_attempt(own, actor=actor, exam_version=exam_version, enrolled=True).public_id

    found = at_once(app, session, [act] * FIFTY)
    assert len(set(found)) == 1, set(map(str, found))
    assert (count(session, Attempt), count(session, AttemptItem)) == (1, 5)


def test_fifty_simultaneous_submits_score_once(app: Flask, cast: Cast, session: Session) -> None:
    attempt = an_open_attempt(cast, session)
    found = at_once(app, session, [submitting(cast, attempt)] * FIFTY)
    assert len(set(found)) == 1, set(map(str, found))
    assert count(session, Result) == 1
    handed_in = select(func.count()).select_from(AuditEntry).where(AuditEntry.event == "attempt.submitted")
    assert session.scalar(handed_in) == 1


def test_submit_against_sweeper_closes_once(app: Flask, cast: Cast, session: Session) -> None:
    with clock.frozen(NOON):
        attempt = an_open_attempt(cast, session)
    attempt_id = attempt.id
    with clock.frozen(NOON + timedelta(hours=1)):
        sweeping: Act = lambda own: close_due_attempt(own, attempt_id)  # noqa: E731
        found = at_once(app, session, [submitting(cast, attempt), sweeping] * 8)
    assert not [one for one in found if isinstance(one, Exception)]
    assert count(session, Result) == 1
    session.expire_all()
    assert (attempt.submitted_at, attempt.finish_reason) == (NOON + timedelta(minutes=30), "clock")


def test_what_is_acknowledged_is_what_is_marked(app: Flask, cast: Cast, session: Session) -> None:
    attempt = an_open_attempt(cast, session)
    account_id, public_id = cast.ada.id, attempt.public_id
    texts = {item.slot for item in items_of(session, attempt) if item.version.type == "text"}
    slot = texts.pop()

    def saving(number: int) -> Act:
        def act(own: Session) -> Any:
            held = hold_attempt(own, account_id, public_id)
            incoming = Incoming(slot, {"text": f"wrong {number}", "lang": "fr"}, 2, f"race-{number}")
            return save_answer(own, attempt=held, incoming=incoming).outcome.value

        return act

    found = at_once(app, session, [submitting(cast, attempt), *(saving(number) for number in range(10))])
    assert not [one for one in found if isinstance(one, Exception)], found
    assert found.count("saved") <= 1
    session.expire_all()
    in_force = session.get(Answer, (attempt.id, slot))
    total = session.scalars(select(Result)).one().total
    assert total == (4 if found.count("saved") else 5)
    assert (in_force.rev == 2) is (found.count("saved") == 1)
    assert count(session, AnswerEvent) == 15


def test_the_same_answer_sent_many_times_at_once_counts_once(app: Flask, cast: Cast, session: Session) -> None:
    attempt = an_open_attempt(cast, session)
    account_id, public_id = cast.ada.id, attempt.public_id
    slot = next(item.slot for item in items_of(session, attempt) if item.version.type == "text")

    def act(own: Session) -> str:
        incoming = Incoming(slot, {"text": "again", "lang": "fr"}, 2, "one-key")
        return save_answer(own, attempt=hold_attempt(own, account_id, public_id), incoming=incoming).outcome.value

    found = at_once(app, session, [act] * 12)
    assert sorted(found) == ["duplicate"] * 11 + ["saved"]
    assert count(session, AnswerEvent) == 6
