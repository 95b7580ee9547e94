"""Failed sign-ins slow the next ones down, whether or not the address has an account; nobody is ever locked out."""

from __future__ import annotations

import hashlib
import math

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.accounts.models import SignInDelay
from app.accounts.rules import TRIES_FORGOTTEN_AFTER, sign_in_pause
from app.foundation import clock
from app.foundation.errors import TooManyRequestsError
from app.foundation.i18n import lazy_gettext as _l


def spend_try(session: Session, email_key: str) -> None:
    """Count one try for an address; raise TooManyRequestsError during its pause.

    Like a budget, it is counted in a transaction of its own before the password is looked at, so that
    parallel tries and rolled-back requests all count.
    """
    now = clock.now()
    insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert
    fresh = insert(SignInDelay).values(key_hash=_digest(email_key), tries=0, open_at=now)
    session.execute(fresh.on_conflict_do_nothing())
    delay = session.get_one(SignInDelay, _digest(email_key), with_for_update=True)
    if delay.open_at > now:
        seconds = math.ceil((delay.open_at - now).total_seconds())
        raise TooManyRequestsError(_l("Too many attempts. Please wait a little, then try again."), retry_after=seconds)
    if now - delay.open_at > TRIES_FORGOTTEN_AFTER:
        delay.tries = 0
    delay.tries += 1
    delay.open_at = now + sign_in_pause(delay.tries)
    session.flush()


def forget_tries(session: Session, email_key: str) -> None:
    """The right password was given: start again from nothing."""
    session.execute(delete(SignInDelay).where(SignInDelay.key_hash == _digest(email_key)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
