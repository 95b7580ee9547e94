"""Two at once: one account for an address, one use of a link, every try counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.delays import spend_try
from app.accounts.links import issue_link, use_link
from app.accounts.models import Account, SignInDelay
from app.accounts.sessions import Proof, sign_in
from app.extensions import db
from app.foundation import clock
from app.foundation.errors import TooManyRequestsError
from app.foundation.throttle import Budget
from tests.accounts.people import PASSWORD
from tests.builders import Cast
from tests.reviewer import ReviewedClient

THREADS = 8


def at_once(work: Callable[[], object]) -> Counter[object]:
    """What `work` answers in eight threads that start together."""
    start = Barrier(THREADS)

    def run(_number: int) -> object:
        start.wait()
        return work()

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(run, range(THREADS)))


def test_one_address_registered_at_once_is_one_account(app: Flask, session: Session) -> None:
    form = {"name": "Élodie", "email": "elodie@example.org", "password": PASSWORD, "role": "learner"}
    clients = [ReviewedClient(app, session) for _thread in range(THREADS)]
    waiting = [(client, client.csrf_token()) for client in clients]
    session.commit()

    def register() -> int:
        client, token = waiting.pop()
        with app.app_context():
            return client.raw.post("/register", data={**form, "csrf_token": token}).status_code

    with clock.frozen(clock.now().replace(minute=10)):
        assert at_once(register) == {200: 3, 429: 5}, "three letters an hour, whoever asks"
    assert session.scalar(select(func.count(Account.id))) == 1
    assert session.scalar(select(Budget.count).where(Budget.scope == "register-account")) == THREADS


def test_a_link_used_by_eight_is_used_by_one(app: Flask, session: Session, cast: Cast) -> None:
    token = issue_link(session, cast.ada, "reset")
    session.commit()
    engine = db.engine

    def use() -> bool:
        with Session(engine) as own:
            used = use_link(own, token, "reset") is not None
            own.commit()
            return used

    assert at_once(use) == {True: 1, False: THREADS - 1}


def test_a_password_changed_since_it_was_proven_opens_nothing(session: Session, cast: Cast) -> None:
    proof = Proof(cast.ada.id, cast.ada.password_hash, None)
    cast.ada.password_hash = "another"
    assert sign_in(session, proof=proof, token="t") is None
    assert sign_in(session, proof=Proof(cast.ada.id, "another", None), token="t") is not None


def test_every_parallel_try_counts(app: Flask, session: Session) -> None:
    session.commit()
    engine = db.engine

    def attempt() -> bool:
        with Session(engine) as own:
            try:
                spend_try(own, "elodie@example.org")
            except TooManyRequestsError:
                return False
            own.commit()
            return True

    with clock.frozen(clock.now()):
        assert at_once(attempt) == {True: 5, False: THREADS - 5}
    assert session.scalar(select(SignInDelay.tries)) == 5
