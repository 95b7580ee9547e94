"""The user loader: from the token in the cookie to the person, re-read on every request."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy.exc import OperationalError

from app.accounts.queries import find_signed_in
from app.accounts.sessions import mark_seen
from app.foundation import clock
from app.web.session import SignedInPerson
from app.web.transactions import reading_connection, writing_session

log = logging.getLogger("app.web")
SEEN_EVERY = timedelta(minutes=5)


def find_person(token: str) -> SignedInPerson | None:
    """The person behind a session token, or None when it has ended, been revoked, or the account is closed."""
    with reading_connection() as connection:
        person = find_signed_in(connection, token)
    if person is None:
        return None
    if clock.now() - person.seen_at > SEEN_EVERY:
        _note_as_seen(person.session_id)
    return SignedInPerson(token, person.actor)


def _note_as_seen(session_id: int) -> None:
    """A database that is held or full keeps nobody from reading: the next request notes it."""
    try:
        with writing_session() as session:
            mark_seen(session, session_id)
    except OperationalError as error:
        log.warning("a session could not be noted as seen", extra={"fields": {"error": type(error.orig).__name__}})
