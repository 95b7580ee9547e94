"""The letters: in the recipient's language, to those who still may have them, once, with our own address in links."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.letters import send_letter
from app.accounts.mails import LETTERS
from app.accounts.models import OneTimeToken
from app.foundation import clock, mail
from app.foundation.mail import Recipient, Sender, compose
from app.foundation.outbox import OutboxMessage, enqueue
from app.wiring import deliveries
from tests.accounts.people import letters
from tests.builders import Cast
from tests.reviewer import ReviewedClient

SITE = Sender("Passerelle", "contact@passerelle.example", "passerelle.example")
VALUES = {"email": "a@example.org", "site_name": "Passerelle", "link": "https://x.example/1", "minutes": 30}


def write(name: str = "Ada", address: str = "ada@example.org", language: str = "fr", key: str = "k") -> EmailMessage:
    return compose(SITE, Recipient(name, address, language), template="confirm", key=key, name=name, **VALUES)


@pytest.mark.parametrize("hostile", ["Ada\r\nBcc: all@example.org", "Ada\nX: 1", "Ada\x00", "Ada\x7f"])
def test_a_header_takes_no_line_break_and_no_nul(hostile: str) -> None:
    for part in ("name", "key"):
        with pytest.raises(ValueError, match="control"):
            write(**{part: hostile})
    with pytest.raises(ValueError, match="control"):
        write(address=f"{hostile}@example.org")


def test_names_and_domains_of_the_world() -> None:
    letter = write(name='Élodie "Lo" Martin, 李', address="elodie@exämple.fr")
    sent = letter.as_bytes()
    assert b"xn--exmple-cua.fr" in sent
    assert all(len(line) <= 998 for line in sent.split(b"\r\n"))
    assert letter["To"].addresses[0].display_name == 'Élodie "Lo" Martin, 李'


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_letter_is_written_in_both_languages(
    app: Flask, session: Session, cast: Cast, *, letter: str, language: str
) -> None:
    person = cast.person("Zoé Petit", email="zoe@example.org", language=language)
    person.confirmed_at = None
    session.commit()
    payload = {"letter": letter, "email": person.email}
    enqueue(session, "mail", dedupe_key="one", recipient_id=person.id, language=language, payload=payload)
    [written] = letters(app, session)
    assert written["Content-Language"] == language
    assert written["From"] == "Passerelle <contact@localhost>"
    assert written["To"] == "Zoé Petit <zoe@example.org>"
    assert written["Message-ID"] == "<one@localhost>"
    assert written["Auto-Submitted"] == "auto-generated"
    content = written.get_content()
    assert ("Bonjour Zoé Petit" if language == "fr" else "Hello Zoé Petit") in content
    assert "http://localhost:8000/" in content
    assert "{{" not in content
    if language == "fr":
        assert "'" not in content
        assert not any(f" {sign}" in content for sign in ":;!?")


def test_a_forged_host_changes_no_link(app: Flask, session: Session, client: ReviewedClient, cast: Cast) -> None:
    assert cast.ada.email == "ada@example.org"
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    client.post("/reset", {"email": "ada@example.org"}, headers=forged)
    [letter] = letters(app, session)
    assert "evil" not in letter.as_string()
    assert "http://localhost:8000/reset/" in letter.get_content()


def test_the_right_to_receive_is_looked_at_when_sending(app: Flask, session: Session, cast: Cast) -> None:
    cast.ada.confirmed_at = None
    send_letter(session, cast.ada, "confirm")
    cast.ada.confirmed_at = clock.now()
    send_letter(session, cast.blaise, "password-changed")
    cast.blaise.state = "suspended"
    session.commit()
    assert letters(app, session) == []
    assert all(message.sent_at for message in session.scalars(select(OutboxMessage)))
    assert session.scalar(select(OneTimeToken.id)) is None


def test_nothing_leaves_for_a_transaction_that_is_undone(app: Flask, session: Session, cast: Cast) -> None:
    send_letter(session, cast.ada, "password-changed")
    session.rollback()
    assert letters(app, session) == []


def test_a_letter_asked_twice_leaves_once(app: Flask, session: Session, cast: Cast) -> None:
    with clock.frozen(clock.now()):
        for _time in range(3):
            send_letter(session, cast.ada, "password-changed")
        assert len(letters(app, session)) == 1
        assert letters(app, session) == []


def test_a_letter_that_left_keeps_no_address_behind(app: Flask, session: Session, client: ReviewedClient) -> None:
    client.post("/reset", {"email": "nobody@example.org"})
    letters(app, session)
    assert session.scalars(select(OutboxMessage.payload)).all() == [{"letter": "reset"}]


def test_a_server_that_refuses_is_tried_again_then_given_up(
    app: Flask, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refusing:
        def send(self, letter: EmailMessage) -> None:
            raise smtplib.SMTPDataError(550, b"no such person as ada@example.org")

    monkeypatch.setattr(deliveries, "open_mailer", lambda _url: Refusing())
    send_letter(session, cast.ada, "password-changed")
    session.commit()
    now = clock.now()
    for tries, delay in enumerate([0, 60, 300, 1800, 7200, 43_200], start=1):
        now += timedelta(seconds=delay + 1)
        with clock.frozen(now):
            assert deliveries.drain_outbox(app) == 0
            assert deliveries.drain_outbox(app) == 0, "not twice without waiting"
        session.expire_all()
        message = session.scalars(select(OutboxMessage)).one()
        assert (message.tries, message.last_error) == (tries, "SMTPDataError 550")
        given_up = message.dead_at is not None
        session.rollback()
    assert given_up
    with clock.frozen(now + timedelta(days=3)):
        assert deliveries.drain_outbox(app) == 0


def test_a_worker_that_dies_after_its_claim_leaves_the_letter_to_the_next(
    app: Flask, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dying:
        def send(self, letter: EmailMessage) -> None:
            raise SystemExit

    monkeypatch.setattr(deliveries, "open_mailer", lambda _url: Dying())
    send_letter(session, cast.ada, "password-changed")
    session.commit()
    with pytest.raises(SystemExit):
        deliveries.drain_outbox(app)
    monkeypatch.undo()
    assert letters(app, session) == [], "held for two minutes"
    with clock.frozen(clock.now() + timedelta(minutes=2, seconds=1)):
        assert len(letters(app, session)) == 1


def test_one_bad_message_does_not_stop_the_others(app: Flask, session: Session, cast: Cast) -> None:
    enqueue(session, "carrier pigeon", dedupe_key="a", recipient_id=None, language="fr", payload={})
    enqueue(session, "mail", dedupe_key="b", recipient_id=None, language="fr", payload={"letter": "unknown"})
    send_letter(session, cast.ada, "password-changed")
    assert len(letters(app, session)) == 1
    failed = session.scalars(select(OutboxMessage.last_error).where(OutboxMessage.sent_at.is_(None))).all()
    assert failed == ["KeyError", "KeyError"]


def test_a_folder_takes_a_letter_sent_twice_as_one(app: Flask, session: Session) -> None:
    mailer = mail.open_mailer(app.config["SETTINGS"].mail_url)
    for _time in range(2):
        mailer.send(write(key="same"))
    assert len(letters(app, session)) == 1
