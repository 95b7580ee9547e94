"""Services of sessions: opened at sign-in, noted as seen, revoked."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts import delays, queries, rules
from app.accounts.letters import send_letter
from app.accounts.models import Account, UserSession
from app.accounts.queries import token_sha256
from app.audit.services import record
from app.foundation import clock
from app.foundation.actor import Actor


@dataclass(frozen=True)
class Proof:
    """The right password was given for the account that had this hash at that moment."""

    account_id: int
    password_hash: str
    new_hash: str | None


def sign_in(session: Session, *, proof: Proof, token: str) -> Account | None:
    """Open a session for a proven password; None when the account is closed or its address not confirmed.

    To an address not confirmed yet a new link is sent. A password changed since it was proven opens nothing.
    """
    account = session.get(Account, proof.account_id)
    if account is None or account.state != "active" or account.password_hash != proof.password_hash:
        return None
    if account.confirmed_at is None:
        send_letter(session, account, "confirm")
        return None
    account.password_hash = proof.new_hash or account.password_hash
    delays.forget_tries(session, account.email_key)
    open_session(session, account=account, token=token)
    return account


def open_session(session: Session, *, account: Account, token: str) -> None:
    """Remember a browser by the SHA-256 of its token."""
    now = clock.now()
    _idle, longest = rules.session_life(account.role)
    session.add(
        UserSession(
            token_sha256=token_sha256(token),
            account_id=account.id,
            created_at=now,
            seen_at=now,
            ends_at=now + longest,
        )
    )
    session.flush()
    record(session, actor=account.actor(), event="signed-in", subject=account.public_id)


def note_refusal(session: Session, email: str) -> None:
    """Record that a sign-in was refused, in the same number of statements whether the address is known or not."""
    account = queries.find_account_by_email(session, email)
    record(session, actor=None, event="sign-in-refused", subject=account.public_id if account else "unknown")


def mark_seen(session: Session, session_id: int) -> None:
    """Note that a session was used just now; at most every five minutes."""
    session.execute(update(UserSession).where(UserSession.id == session_id).values(seen_at=clock.now()))


def sign_out(session: Session, *, actor: Actor, token: str) -> None:
    """End this browser's session."""
    session.execute(
        update(UserSession)
        .where(UserSession.token_sha256 == token_sha256(token), UserSession.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )
    record(session, actor=actor, event="signed-out", subject=actor.public_id)


def sign_out_everywhere(session: Session, *, actor: Actor) -> None:
    """End every session of this person, this one included."""
    revoke_all(session, actor.account_id)
    record(session, actor=actor, event="signed-out-everywhere", subject=actor.public_id)


def revoke_all(session: Session, account_id: int) -> None:
    """End every session of an account."""
    session.execute(
        update(UserSession)
        .where(UserSession.account_id == account_id, UserSession.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )
