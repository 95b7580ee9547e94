"""The worker's rounds of certificates: those that waited for a key, lists before they run out, holders to remind."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy.orm import Session

from app.certification.compromise import sign_anew
from app.certification.key_usage import some_rest_on_withdrawn_key
from app.certification.reminders import due_reminders, remind_expiring
from app.certification.signatures import sign_what_waits, signing_is_due
from app.extensions import db
from app.web.transactions import reading_session


def remind_holders(app: Flask) -> int:
    """Queue the letters about certificates that come to their end; returns how many."""
    return _if_due(app, due_reminders, remind_expiring)


def sign_after_compromise(app: Flask) -> int:
    """Sign the next certificates whose key was withdrawn, should the command that does it have been interrupted."""
    return _if_due(app, some_rest_on_withdrawn_key, sign_anew)


def sign_certificates(app: Flask) -> int:
    """Sign what is due; returns how many documents were signed."""
    return _if_due(app, signing_is_due, sign_what_waits)


def _if_due(app: Flask, is_due: Callable[[Session], object], act: Callable[[Session], int]) -> int:
    """What `act` did, in a transaction of its own; no write transaction is begun when nothing is due."""
    with app.app_context():
        with reading_session() as reading:
            if not is_due(reading):
                return 0
        with Session(db.engine) as session:
            done = act(session)
            session.commit()
            return done
