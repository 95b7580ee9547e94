"""The worker's round of the outbox: claim a message, prepare it in a transaction, act outside any, note the end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.accounts import mails as accounts_mails
from app.accounts.queries import is_simulated
from app.assessment import challenge_mails, exam_mails, regrades
from app.assessment import mails as project_mails
from app.certification import bulk
from app.certification import mails as certification_mails
from app.certification.files import prepare_pdf
from app.config import Settings
from app.extensions import db
from app.foundation import outbox
from app.foundation.mail import open_mailer
from app.foundation.outbox import OutboxMessage
from app.matching import rounds

log = logging.getLogger("app.worker")

# Prepare reads (and may write) in a transaction of its own, and looks again at the right to receive; it
# returns the slow act, done outside any transaction, or None when nothing is due any more.
Act = Callable[[], object]
Prepare = Callable[[Session, OutboxMessage, Settings], Act | None]

LETTERS: Mapping[str, accounts_mails.Writer] = {
    **accounts_mails.LETTERS,
    **certification_mails.LETTERS,
    **exam_mails.LETTERS,
    **project_mails.LETTERS,
    **challenge_mails.LETTERS,
}


def prepare_letter(session: Session, message: OutboxMessage, settings: Settings) -> Act | None:
    """Write the letter now, and have it sent by the mailer of the settings; nobody simulated is sent any."""
    if message.recipient_id is not None and is_simulated(session, message.recipient_id):
        return None
    letter = LETTERS[message.payload["letter"]](session, message, settings)
    if letter is None:
        return None
    written = letter
    return lambda: open_mailer(settings.mail_url).send(written)


KINDS: Mapping[str, Prepare] = {
    "mail": prepare_letter,
    "certificate-pdf": prepare_pdf,
    bulk.BULK: bulk.prepare_slice,
    regrades.REGRADE: regrades.prepare_slice,
    rounds.LISTS: rounds.record_lists,
    rounds.FADING: rounds.fade,
}


def drain_outbox(app: Flask) -> int:
    """Deliver what is due; returns how many messages left. One failure never stops the others."""
    with app.app_context():
        engine, settings = db.engine, app.config["SETTINGS"]
        with Session(engine) as session:
            due = outbox.waiting(session)
        return sum(deliver(engine, settings, message_id) for message_id in due)


def deliver(engine: Engine, settings: Settings, message_id: int) -> bool:
    """Deliver one message; False when another worker has it, nothing was due any more, or it failed."""
    with Session(engine) as session:
        if outbox.claim(session, message_id) is None:
            return False
        session.commit()
    try:
        act = _prepare(engine, settings, message_id)
        if act is not None:
            act()
    except Exception as error:  # whatever a kind raises: it is tried again later, then shown to administrators
        _note_failure(engine, message_id, error)
        return False
    _note_end(engine, message_id)
    return act is not None


def _prepare(engine: Engine, settings: Settings, message_id: int) -> Act | None:
    with Session(engine, expire_on_commit=False) as session:
        message = session.get_one(OutboxMessage, message_id)
        act = KINDS[message.kind](session, message, settings)
        session.commit()
        return act


def _note_end(engine: Engine, message_id: int) -> None:
    with Session(engine) as session:
        message = session.get_one(OutboxMessage, message_id)
        outbox.mark_sent(message)
        if message.kind == "mail":  # what was needed to write it, an address perhaps, need not outlive it
            message.payload = {"letter": message.payload["letter"]}
        session.commit()


def _note_failure(engine: Engine, message_id: int, error: Exception) -> None:
    words = describe(error)
    log.warning("delivery failed", extra={"fields": {"message": message_id, "error": words}})
    with Session(engine) as session:
        outbox.mark_failed(session.get_one(OutboxMessage, message_id), words)
        session.commit()


def describe(error: Exception) -> str:
    """The kind of an error, and an SMTP server's code: never its words, which may quote an address."""
    code = getattr(error, "smtp_code", None)
    return type(error).__name__ if code is None else f"{type(error).__name__} {code}"
