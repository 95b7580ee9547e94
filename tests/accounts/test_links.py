"""One-time links: once, in time, for one purpose, one account and one password (trust rules, row 21)."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.links import issue_link, use_link
from app.accounts.models import Account, UserSession
from app.foundation import clock
from tests.accounts.people import PASSWORD, letters, link, register, sign_in
from tests.builders import Cast
from tests.reviewer import ReviewedClient

NEW = "sept lanternes sous la pluie"


def reset_link(app: Flask, session: Session, client: ReviewedClient) -> str:
    assert client.post("/reset", {"email": "elodie@example.org"}).status_code == 200
    [letter] = letters(app, session)
    return link(letter)


def test_a_forgotten_password_in_french_and_english(
    app: Flask, session: Session, client: ReviewedClient, member: Account
) -> None:
    for language, heading in (("fr", "Mot de passe oublié"), ("en", "Password forgotten")):
        client.get(f"/reset?lang={language}")
        assert heading in client.text()
    address = reset_link(app, session, client)
    client.get(address)
    assert "Choose a new password" in client.text()
    assert client.post(address, {"password": NEW}, follow=True).status_code == 200
    assert "Sign in with the new one" in client.page.get_text()

    [letter] = letters(app, session)
    assert letter["Subject"] == "Votre mot de passe a changé sur Passerelle", "the recipient's language, not the page's"
    assert sign_in(client, password=PASSWORD).status_code == 422
    assert sign_in(client, password=NEW).location == "/"


def test_a_reset_link_works_once(app: Flask, session: Session, client: ReviewedClient, member: Account) -> None:
    address = reset_link(app, session, client)
    assert client.post(address, {"password": NEW}).status_code == 302
    assert client.get(address).status_code == 410
    assert client.post(address, {"password": NEW}).status_code == 410
    assert "ne marche plus" in client.text()


def test_a_confirmation_link_works_once(app: Flask, session: Session, client: ReviewedClient) -> None:
    register(client)
    address = link(letters(app, session)[0])
    assert client.post(address).status_code == 302
    assert client.get(address).status_code == 410
    assert client.post(address).status_code == 410


def test_a_link_lives_thirty_minutes(app: Flask, session: Session, client: ReviewedClient, member: Account) -> None:
    address = reset_link(app, session, client)
    with clock.frozen(clock.now() + timedelta(minutes=29, seconds=55)):
        assert client.get(address).status_code == 200
    with clock.frozen(clock.now() + timedelta(minutes=30, seconds=1)):
        assert client.get(address).status_code == 410
        assert client.post(address, {"password": NEW}).status_code == 410


def test_a_link_serves_its_purpose_only(app: Flask, session: Session, client: ReviewedClient, member: Account) -> None:
    token = reset_link(app, session, client).rsplit("/", 1)[1]
    assert client.get(f"/confirm/{token}").status_code == 410
    assert client.post(f"/confirm/{token}").status_code == 410


def test_a_changed_password_ends_the_links_sent_before(
    app: Flask, session: Session, client: ReviewedClient, member: Account
) -> None:
    first = reset_link(app, session, client)
    with clock.frozen(clock.now() + timedelta(minutes=3)):
        second = reset_link(app, session, client)
    assert client.post(second, {"password": NEW}).status_code == 302
    assert client.get(first).status_code == 410


def test_a_suspended_person_cannot_come_back_by_a_link(
    app: Flask, session: Session, client: ReviewedClient, member: Account
) -> None:
    address = reset_link(app, session, client)
    member.state = "suspended"
    session.commit()
    assert client.post(address, {"password": NEW}).status_code == 410
    client.post("/reset", {"email": "elodie@example.org"})
    with clock.frozen(clock.now() + timedelta(minutes=3)):
        client.post("/reset", {"email": "elodie@example.org"})
        assert letters(app, session) == [], "no letter either"


def test_a_link_is_its_own_accounts(session: Session, cast: Cast, member: Account) -> None:
    token = issue_link(session, member, "reset")
    used = use_link(session, token, "reset")
    assert used is not None
    assert used.id == member.id != cast.ada.id
    assert use_link(session, token, "reset") is None


def test_a_reset_proves_the_address_and_ends_every_session(
    app: Flask, session: Session, client: ReviewedClient, member: Account, cast: Cast
) -> None:
    member.confirmed_at = None
    session.commit()
    elsewhere = cast.client(member)
    assert elsewhere.get("/account").status_code == 200
    client.post(reset_link(app, session, client), {"password": NEW})
    assert elsewhere.get("/account").location == "/sign-in"
    assert session.scalar(select(Account.confirmed_at)) is not None
    assert all(one.revoked_at for one in session.scalars(select(UserSession)))


def test_a_poor_new_password_does_not_use_the_link_up(
    app: Flask, session: Session, client: ReviewedClient, member: Account
) -> None:
    address = reset_link(app, session, client)
    for poor in ("court", "elodie@example.org", "Élodie Martin 123", "m" * 300):
        assert client.post(address, {"password": poor}).status_code == 422
        assert client.page.find(id="password")["value"] == ""
    assert client.post(address, {"password": NEW}).status_code == 302


def test_nonsense_links_are_dead_links(client: ReviewedClient) -> None:
    for token in ("x", "a" * 43, "é" * 20, "%00", "..%2f..%2f", "a" * 3000):
        assert client.get(f"/confirm/{token}").status_code in (404, 410)
        assert client.post(f"/reset/{token}").status_code in (404, 410)
