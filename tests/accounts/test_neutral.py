"""Nobody learns from these pages whether an address has an account, and guessing slows down."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.models import Account
from app.accounts.rules import sign_in_pause
from app.foundation import clock
from app.foundation.errors import TooManyRequestsError
from app.foundation.throttle import Allowance
from app.web import budgets
from tests.accounts.people import letters, register, sign_in
from tests.reviewer import ReviewedClient

KNOWN, UNKNOWN = "elodie@example.org", "nobody@example.org"
ASKING: dict[str, Callable[[ReviewedClient, str], TestResponse]] = {
    "sign-in": lambda client, email: sign_in(client, email, "un tout autre mot de passe"),
    "reset": lambda client, email: client.post("/reset", {"email": email}),
    "register": lambda client, email: register(client, email=email),
}


def body(answer: TestResponse) -> str:
    """A page without what differs each time: the address typed, the token, the nonce."""
    text = answer.get_data(as_text=True).replace(KNOWN, "ADDRESS").replace(UNKNOWN, "ADDRESS")
    return re.sub(r'(name="csrf_token" value|nonce)="[^"]*"', r'\1=""', text)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("page", ASKING)
@pytest.mark.parametrize("state", ["active", "suspended", "unconfirmed"])
def test_known_and_unknown_addresses_hear_the_same(
    app: Flask, session: Session, member: Account, *, page: str, language: str, state: str
) -> None:
    member.confirmed_at = None if state == "unconfirmed" else member.confirmed_at
    member.state = "suspended" if state == "suspended" else "active"
    session.commit()
    answers = []
    for email in (KNOWN, UNKNOWN):
        client = ReviewedClient(app, session)
        client.get(f"/{page}?lang={language}")
        answers.append(ASKING[page](client, email))
    known, unknown = answers
    assert known.status_code == unknown.status_code
    assert body(known) == body(unknown)
    assert {name for name, _value in known.headers} == {name for name, _value in unknown.headers}


def test_the_right_password_of_an_unconfirmed_account_hears_it_too(
    app: Flask, session: Session, member: Account
) -> None:
    member.confirmed_at = None
    session.commit()
    right = sign_in(ReviewedClient(app, session), KNOWN)
    assert body(right) == body(sign_in(ReviewedClient(app, session), UNKNOWN))


def test_an_unknown_address_gets_no_letter(app: Flask, session: Session, client: ReviewedClient) -> None:
    client.post("/reset", {"email": UNKNOWN})
    assert letters(app, session) == []


def test_the_pause_grows_from_the_fifth_failure() -> None:
    seconds = [sign_in_pause(tries).total_seconds() for tries in range(1, 14)]
    assert seconds == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]


@pytest.mark.parametrize("email", [KNOWN, UNKNOWN])
def test_twenty_failures_are_paused_whether_or_not_the_address_is_known(
    client: ReviewedClient, member: Account, email: str
) -> None:
    with clock.frozen(clock.now()):
        answers = [sign_in(client, email, "un tout autre mot de passe") for _time in range(6)]
        assert [answer.status_code for answer in answers] == [422] * 5 + [429]
        assert answers[-1].headers["Retry-After"] == "1"
        assert sign_in(client, email).status_code == 429, "the right password waits too"


def test_the_right_password_opens_after_the_pause_and_starts_again(client: ReviewedClient, member: Account) -> None:
    start = clock.now()
    with clock.frozen(start):
        for _time in range(5):
            sign_in(client, KNOWN, "un tout autre mot de passe")
    with clock.frozen(start + timedelta(seconds=1)):
        assert sign_in(client, KNOWN).location == "/"
        client.post("/sign-out")
        assert sign_in(client, KNOWN, "un tout autre mot de passe").status_code == 422, "no pause left"


def test_one_network_has_sixty_tries_an_hour(client: ReviewedClient, member: Account) -> None:
    allowance = Allowance("sign-in-address", 60, timedelta(hours=1))
    start = clock.now().replace(minute=0, second=0, microsecond=0)
    with clock.frozen(start):
        with client.app.app_context():
            for _time in range(60):
                budgets.spend(allowance, "127.0.0.1")
        assert sign_in(client).status_code == 429
    with clock.frozen(start + timedelta(hours=1)):
        assert sign_in(client).status_code == 302


@pytest.mark.parametrize("page", ["reset", "register"])
def test_three_letters_an_hour_for_one_address(client: ReviewedClient, page: str) -> None:
    with clock.frozen(clock.now().replace(minute=10)):
        statuses = [ASKING[page](client, email).status_code for email in [UNKNOWN, "Nobody@Example.org"] * 2]
    assert statuses == [200, 200, 200, 429]


def test_budget_survives_a_rolled_back_request(app: Flask, session: Session, member: Account) -> None:
    allowance = Allowance("test", 1, timedelta(hours=1))

    def crash() -> None:
        budgets.spend(allowance, "somebody")
        raise RuntimeError("the request fails after the budget is spent")

    with clock.frozen(clock.now().replace(minute=10)), app.app_context():
        with pytest.raises(RuntimeError):
            crash()
        with pytest.raises(TooManyRequestsError) as caught:
            budgets.spend(allowance, "somebody")
    assert 0 < caught.value.retry_after <= 3600


def test_a_refused_try_counts_even_when_the_sign_in_page_breaks(
    app: Flask, session: Session, member: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.accounts import views

    def broken(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("no database any more")

    monkeypatch.setattr(views.sessions, "note_refusal", broken)
    client = ReviewedClient(app, session)
    with clock.frozen(clock.now()):
        for _time in range(5):
            with pytest.raises(RuntimeError):
                sign_in(client, KNOWN, "un tout autre mot de passe")
        assert sign_in(client, KNOWN, "un tout autre mot de passe").status_code == 429


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("nonsense", "unknown"),
    ],
)
def test_a_network_is_an_address_or_a_64(app: Flask, address: str, network: str) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert budgets.client_network() == network
