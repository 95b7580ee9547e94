"""Finding people, their sessions and their links."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, func, or_, select
from sqlalchemy.orm import Session

from app.accounts import rules
from app.accounts.models import Account, OneTimeToken, UserSession
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.errors import NotFoundError
from app.foundation.folding import folded
from app.foundation.paging import PageOf
from app.foundation.permissions import Role


def token_sha256(token: str) -> str:
    """What the database keeps of a token, or of a password hash that a link is bound to."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True)
class SignedIn:
    """Who is behind a session token, and when they were last seen."""

    session_id: int
    seen_at: datetime
    actor: Actor


# Of tables rather than entities, and built once: every request of a signed-in person asks this.
_sessions = cast(Table, UserSession.__table__)
_accounts = cast(Table, Account.__table__)
_SIGNED_IN = (
    select(
        _sessions.c.id,
        _sessions.c.seen_at,
        _accounts.c.id,
        _accounts.c.public_id,
        _accounts.c.role,
        _accounts.c.name,
        _accounts.c.language,
    )
    .join_from(_sessions, _accounts, _accounts.c.id == _sessions.c.account_id)
    .where(
        _sessions.c.token_sha256 == bindparam("token"),
        _sessions.c.revoked_at.is_(None),
        _sessions.c.ends_at > bindparam("now"),
        _accounts.c.state == "active",
    )
)


def find_signed_in(connection: Connection, token: str) -> SignedIn | None:
    """The person of a living session: not ended, not revoked, not idle for too long, account active."""
    now = clock.now()
    found = connection.execute(_SIGNED_IN, {"token": token_sha256(token), "now": now}).one_or_none()
    if found is None:
        return None
    session_id, seen_at, account_id, public_id, role, name, language = found
    idle, _longest = rules.session_life(role)
    if now - seen_at > idle:
        return None
    return SignedIn(session_id, seen_at, Actor(account_id, public_id, Role(role), name, language))


def count_open_sessions(session: Session, actor: Actor) -> int:
    """In how many browsers this person is signed in, those that have idled too long aside."""
    now = clock.now()
    idle, _longest = rules.session_life(actor.role)
    counted = session.scalar(
        select(func.count(UserSession.id)).where(
            UserSession.account_id == actor.account_id,
            UserSession.revoked_at.is_(None),
            UserSession.ends_at > now,
            UserSession.seen_at >= now - idle,
        )
    )
    return counted or 0


def find_account_by_email(session: Session, email: str) -> Account | None:
    """The account of an address, in any case, whatever its state."""
    return session.scalar(select(Account).where(Account.email_key == rules.email_key(email)))


def get_own_account(session: Session, actor: Actor) -> Account:
    """The signed-in person's own account."""
    return _get(session, Account.id == actor.account_id)


def get_account(session: Session, public_id: str) -> Account:
    """Anybody's account, for administrators."""
    return _get(session, Account.public_id == public_id)


def _get(session: Session, condition: ColumnElement[bool]) -> Account:
    account = session.scalar(select(Account).where(condition, Account.state != "erased"))
    if account is None:
        raise NotFoundError("no such account")
    return account


def names_of(session: Session, account_ids: Collection[int]) -> dict[int, str]:
    """The names of some accounts, for pages that say who did what."""
    rows = session.execute(select(Account.id, Account.name).where(Account.id.in_(account_ids)))
    return {account_id: name for account_id, name in rows}  # noqa: C416 - rows are no pairs to mypy


def find_link(session: Session, token: str, purpose: str) -> tuple[OneTimeToken, Account] | None:
    """The link sent by letter and its account, while it works: unused, in time, and the password not changed since."""
    row = session.execute(
        select(OneTimeToken, Account)
        .join(Account, Account.id == OneTimeToken.account_id)
        .where(
            OneTimeToken.token_sha256 == token_sha256(token),
            OneTimeToken.purpose == purpose,
            OneTimeToken.used_at.is_(None),
            OneTimeToken.expires_at > clock.now(),
            Account.state == "active",
        )
    ).one_or_none()
    if row is None or row[0].password_sha256 != token_sha256(row[1].password_hash):
        return None
    return row[0], row[1]


def search_accounts(session: Session, *, text: str, role: str | None, number: int, size: int = 50) -> PageOf[Account]:
    """Accounts whose name or address contains `text` (case and accents ignored in names), in the order of names."""
    wanted = [Account.state != "erased"]
    if text:
        by_name = Account.name_key.contains(folded(text), autoescape=True) if folded(text) else None
        by_email = Account.email_key.contains(rules.email_key(text), autoescape=True)
        wanted.append(by_email if by_name is None else or_(by_name, by_email))
    if role:
        wanted.append(Account.role == role)
    total = session.scalar(select(func.count(Account.id)).where(*wanted)) or 0
    rows = session.scalars(
        select(Account).where(*wanted).order_by(Account.name_key, Account.id).limit(size).offset((number - 1) * size)
    ).all()
    return PageOf(rows, number, size, total)


@dataclass(frozen=True)
class Counted:
    """People of one role, and how many simulated ones there are beside them."""

    people: int = 0
    simulated: int = 0


def count_by_role(session: Session) -> dict[str, Counted]:
    """How many people of each role, erased ones aside."""
    counted = (
        select(Account.role, func.count().filter(~Account.simulated), func.count().filter(Account.simulated))
        .where(Account.state != "erased")
        .group_by(Account.role)
    )
    return {row[0]: Counted(row[1], row[2]) for row in session.execute(counted)}


def simulated_ids() -> Select[int]:
    """The simulated accounts, to be left out by those who count or compare people."""
    return select(Account.id).where(Account.simulated)


def is_simulated(session: Session, account_id: int) -> bool:
    """Is there nobody behind this account?"""
    return bool(session.scalar(select(Account.simulated).where(Account.id == account_id)))
