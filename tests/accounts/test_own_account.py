"""One's own account, and how long a session lasts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account, UserSession
from app.foundation import clock
from tests.accounts.people import PASSWORD, letters, sign_in
from tests.builders import Cast
from tests.reviewer import ReviewedClient

NEW = "sept lanternes sous la pluie"


@pytest.mark.parametrize(("language", "heading"), [("fr", "Mon compte"), ("en", "My account")])
def test_the_page_in_both_languages(cast: Cast, language: str, heading: str) -> None:
    for name in ("ada", "camille", "dora", "admin"):
        client = cast.client(name, language=language)
        assert client.get("/account").headers["Cache-Control"] == "no-store"
        assert heading in client.text()
        assert f"{name}@example.org" in client.text()


def test_a_visitor_is_asked_to_sign_in(client: ReviewedClient) -> None:
    assert client.get("/account").location == "/sign-in"
    for address in ("/account", "/account/password", "/account/sign-out-everywhere"):
        assert client.post(address).status_code == 401


def test_name_and_language(session: Session, cast: Cast) -> None:
    client = cast.client("ada")
    typed = {"name": "  Ada   King ", "language": "en", "role": "administrator", "state": "erased", "id": "1"}
    assert client.post("/account", typed, follow=True).status_code == 200
    assert client.page.html["lang"] == "en"
    account = session.get(Account, cast.ada.id)
    assert (account.name, account.name_key, account.language) == ("Ada King", "ada king", "en")
    assert (account.role, account.state) == ("learner", "active")
    for wrong in ({"name": "", "language": "fr"}, {"name": "Ada", "language": "de"}, {"name": "m" * 61}):
        assert client.post("/account", wrong).status_code == 422
        assert client.page.find(class_="error-summary").find("a")["href"] in ("#name", "#language-0")


def test_changing_the_password_keeps_this_browser_and_signs_the_others_out(
    app: Flask, session: Session, client: ReviewedClient, member: Account, cast: Cast
) -> None:
    elsewhere = cast.client(member)
    sign_in(client)
    changed = client.post("/account/password", {"current": PASSWORD, "password": NEW}, follow=True)
    assert changed.status_code == 200
    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").location == "/sign-in"
    [letter] = letters(app, session)
    assert "http://localhost:8000/reset" in letter.get_content()
    assert sign_in(ReviewedClient(app, session), password=NEW).location == "/"


def test_the_current_password_is_asked_and_guessing_it_slows_down(client: ReviewedClient, member: Account) -> None:
    sign_in(client)
    assert client.post("/account/password", {"current": "un autre", "password": NEW}).status_code == 422
    assert "#current" in str(client.page.find(class_="error-summary"))
    with clock.frozen(clock.now()):  # the pauses are of seconds, and a busy machine takes as long
        statuses = [
            client.post("/account/password", {"current": "un autre", "password": NEW}).status_code for _time in range(6)
        ]
    assert statuses[-1] == 429


def test_signing_out_everywhere(cast: Cast) -> None:
    here, there = cast.client("ada"), cast.client("ada")
    here.get("/account?lang=en")
    assert "2 browsers" in here.text()
    assert here.post("/account/sign-out-everywhere").location == "/sign-in"
    assert there.get("/account").location == "/sign-in"


@pytest.mark.parametrize(
    ("name", "idle", "longest"),
    [
        ("ada", timedelta(hours=12), timedelta(days=30)),
        ("camille", timedelta(minutes=30), timedelta(hours=12)),
        ("dora", timedelta(minutes=30), timedelta(hours=12)),
        ("admin", timedelta(minutes=30), timedelta(hours=12)),
    ],
)
def test_a_session_idles_and_ends(
    app: Flask, session: Session, cast: Cast, *, password_hash: str, name: str, idle: timedelta, longest: timedelta
) -> None:
    getattr(cast, name).password_hash = password_hash
    start = clock.now()
    client = ReviewedClient(app, session)
    with clock.frozen(start):
        assert sign_in(client, f"{name}@example.org").status_code == 302
    with clock.frozen(start + idle - timedelta(seconds=1)):
        assert client.get("/account").status_code == 200
    with clock.frozen(start + 2 * idle + timedelta(seconds=1)):
        assert client.get("/account").location == "/sign-in"
    browser = session.scalars(select(UserSession)).one()
    assert browser.ends_at - browser.created_at == longest
    with clock.frozen(start + longest):
        browser.seen_at = clock.now()
        assert client.get("/account").location == "/sign-in", "seen or not, it ends"


def test_seen_is_written_every_five_minutes_at_most(session: Session, cast: Cast) -> None:
    client = cast.client("ada")
    start = session.scalars(select(UserSession.seen_at)).one()
    for minutes, written in ((4, False), (6, True)):
        with clock.frozen(start + timedelta(minutes=minutes)):
            client.get("/account")
        assert (session.scalars(select(UserSession.seen_at)).one() > start) is written


def test_stolen_cookie_dies_with_the_session(
    app: Flask, session: Session, client: ReviewedClient, member: Account
) -> None:
    sign_in(client)
    stolen = client.raw.get_cookie("session")
    assert stolen is not None
    client.post("/sign-out")
    thief = ReviewedClient(app, session)
    thief.raw.set_cookie("session", stolen.value)
    assert thief.get("/account").location == "/sign-in"


def test_suspension_closes_every_door(app: Flask, session: Session, client: ReviewedClient, member: Account) -> None:
    sign_in(client)
    member.state = "suspended"
    session.commit()
    assert client.get("/account").location == "/sign-in"
    assert sign_in(ReviewedClient(app, session)).status_code == 422


def test_a_role_taken_away_is_gone_at_the_next_request(session: Session, cast: Cast) -> None:
    client = cast.client("admin")
    assert client.get("/admin/accounts").status_code == 200
    cast.admin.role = "learner"
    session.commit()
    assert client.get("/admin/accounts").status_code == 403
