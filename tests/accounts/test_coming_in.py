"""Registering, confirming, signing in and out, in both languages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Account, OneTimeToken
from app.audit.models import AuditEntry
from app.audit.queries import broken_entry
from app.foundation import clock
from tests.accounts.people import letters, link, register, sign_in
from tests.builders import Cast
from tests.reviewer import ReviewedClient


@pytest.mark.parametrize(
    ("language", "title", "subject"),
    [
        ("fr", "Créer un compte", "Confirmez votre adresse pour Passerelle"),
        ("en", "Create an account", "Confirm your address for Passerelle"),
    ],
)
def test_a_stranger_becomes_a_learner(
    app: Flask, session: Session, client: ReviewedClient, *, language: str, title: str, subject: str
) -> None:
    client.get(f"/register?lang={language}")
    assert client.page.html["lang"] == language
    assert title in client.text()
    assert register(client).status_code == 200

    [letter] = letters(app, session)
    assert letter["Subject"] == subject
    assert letter["To"] == "Élodie Martin <elodie@example.org>"
    assert sign_in(client).status_code == 422, "not before the address is confirmed"

    assert client.get(link(letter)).status_code == 200
    assert "elodie@example.org" in client.text()
    answer = client.post(link(letter))
    assert (answer.status_code, answer.location) == (302, "/")

    client.get("/account")
    assert client.page.html["lang"] == language
    assert "elodie@example.org" in client.text()
    account = session.scalars(select(Account)).one()
    assert (account.role, account.language, account.email_key) == ("learner", language, "elodie@example.org")
    assert account.password_hash.startswith("$argon2id$v=19$m=47104,t=1,p=1$")


def test_opening_the_link_does_not_use_it(app: Flask, session: Session, client: ReviewedClient) -> None:
    register(client)
    address = link(letters(app, session)[0])
    for _time in range(3):
        assert client.get(address).status_code == 200
    assert session.scalar(select(Account.confirmed_at)) is None


def test_an_employer_goes_to_the_hiring_side(app: Flask, session: Session, client: ReviewedClient) -> None:
    register(client, role="employer")
    assert client.post(link(letters(app, session)[0])).location == "/hire/"


@pytest.mark.parametrize("role", ["administrator", "instructor", "", "learner; DROP TABLE account"])
def test_nobody_gives_themselves_another_role(session: Session, client: ReviewedClient, role: str) -> None:
    assert register(client, role=role, state="active", confirmed_at="2026-01-01").status_code == 422
    assert session.scalar(select(func.count(Account.id))) == 0


def test_a_second_registration_overtakes_an_unconfirmed_one(
    app: Flask, session: Session, client: ReviewedClient
) -> None:
    register(client, name="Somebody Else", password="le mot de passe du voleur")
    [first] = letters(app, session)
    register(client)
    [second] = letters(app, session)
    assert client.get(link(first)).status_code == 410
    client.post(link(second))
    account = session.scalars(select(Account)).one()
    assert account.name == "Élodie Martin"
    assert sign_in(ReviewedClient(app, session), password="le mot de passe du voleur").status_code == 422


def test_registering_twice_says_the_same_and_writes_to_the_owner(
    app: Flask, session: Session, client: ReviewedClient, cast: Cast
) -> None:
    owner = cast.ada
    register(client, email="ADA@example.org", name="Eve")
    [letter] = letters(app, session)
    assert letter["Subject"] == "Vous avez déjà un compte sur Passerelle"
    assert session.get(Account, owner.id).name == "Ada Lefèvre"


def test_signing_in_before_confirming_sends_a_new_link(app: Flask, session: Session, client: ReviewedClient) -> None:
    register(client)
    letters(app, session)
    wrong = sign_in(client, password="un tout autre mot de passe")
    assert letters(app, session) == []
    assert sign_in(client).status_code == wrong.status_code == 422
    assert letters(app, session) == [], "the letter of the last two minutes is still on its way"
    with clock.frozen(clock.now() + timedelta(minutes=3)):
        assert sign_in(client).status_code == 422
        [letter] = letters(app, session)
        assert client.post(link(letter)).status_code == 302


def test_signing_out_ends_the_session_and_the_page_says_so(
    app: Flask, session: Session, client: ReviewedClient, member: Account
) -> None:
    assert sign_in(client).location == "/"
    with client.raw.session_transaction() as cookie:
        stolen = cookie["_user_id"]
    answer = client.post("/sign-out")
    assert answer.location == "/sign-in"
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    client.get("/sign-in")
    assert client.page.find(class_="flashes") is not None

    thief = ReviewedClient(app, session)
    with thief.raw.session_transaction() as cookie:
        cookie["_user_id"] = stolen
    assert thief.get("/account").location == "/sign-in"
    assert client.post("/sign-out").status_code == 302, "twice does no harm"


def test_signing_in_goes_where_one_wanted_to_go(client: ReviewedClient, member: Account) -> None:
    assert client.get("/account").location == "/sign-in"
    assert sign_in(client).location == "/account"


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "https:evil.example", "/%09/evil.example"])
def test_next_in_the_address_is_ignored(client: ReviewedClient, member: Account, target: str) -> None:
    client.get("/sign-in", query_string={"next": target})
    assert sign_in(client, query_string={"next": target}).location == "/"


def test_signed_in_people_are_sent_home(cast: Cast) -> None:
    assert cast.client("ada").get("/sign-in").location == "/"
    assert cast.client("dora").get("/register").location == "/hire/"
    assert cast.client("admin").get("/sign-in").location == "/admin/"


def test_the_audit_record_tells_the_story(app: Flask, session: Session, client: ReviewedClient) -> None:
    register(client)
    sign_in(client, password="un tout autre mot de passe")
    client.post(link(letters(app, session)[0]))
    client.post("/sign-out")
    events = session.scalars(select(AuditEntry.event).order_by(AuditEntry.seq)).all()
    assert events == ["account-registered", "sign-in-refused", "account-confirmed", "signed-in", "signed-out"]
    assert broken_entry(session) is None


def test_the_cookie_is_renewed_at_sign_in(client: ReviewedClient, member: Account) -> None:
    client.get("/sign-in?lang=en")
    with client.raw.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
        before = cookie["csrf_token"]
    sign_in(client)
    with client.raw.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie.get("csrf_token") != before
        assert cookie["language"] == "en"


def test_no_token_is_readable_in_the_database(app: Flask, session: Session, client: ReviewedClient) -> None:
    register(client)
    token = link(letters(app, session)[0]).rsplit("/", 1)[1]
    kept = session.scalars(select(OneTimeToken)).one()
    assert len(token) == 43
    assert token not in (kept.token_sha256, kept.password_sha256)
