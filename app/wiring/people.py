"""The user loader: from the token in the cookie to the person, re-read on every request."""

from __future__ import annotations

from datetime import timedelta

from app.accounts.queries import find_signed_in
from app.accounts.sessions import mark_seen
from app.foundation import clock
from app.web.session import SignedInPerson
from app.web.transactions import reading_connection, writing_session

SEEN_EVERY = timedelta(minutes=5)


def find_person(token: str) -> SignedInPerson | None:
    """The person behind a session token, or None when it has ended, been revoked, or the account is closed."""
    with reading_connection() as connection:
        person = find_signed_in(connection, token)
    if person is None:
        return None
    if clock.now() - person.seen_at > SEEN_EVERY:
        with writing_session() as session:
            mark_seen(session, person.session_id)
    return SignedInPerson(token, person.actor)
