"""Every change to people: registering, confirming, passwords, names, suspension."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.accounts import queries, rules, sessions
from app.accounts.letters import send_letter
from app.accounts.links import use_link
from app.accounts.models import Account
from app.audit.services import record
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.errors import ConflictError, RuleError
from app.foundation.folding import folded
from app.foundation.i18n import lazy_gettext as _l
from app.foundation.identifiers import new_public_id
from app.foundation.permissions import Role


def register(session: Session, *, name: str, email: str, role: Role, language: str, password_hash: str) -> None:
    """Make an account and send its link; to an address that has one, only a letter that says so.

    A registration nobody confirmed gives way to the next one: its older links stop working with its password.
    """
    account = queries.find_account_by_email(session, email)
    if account is not None and account.confirmed_at is not None:
        if account.state == "active":
            send_letter(session, account, "already-registered")
        return
    if account is None:
        account = _new_account(session, email=email)
    _describe(account, name=name, role=role, language=language, password_hash=password_hash)
    session.flush()
    record(session, actor=account.actor(), event="account-registered", subject=account.public_id)
    send_letter(session, account, "confirm")


def create_account(
    session: Session, *, actor: Actor, name: str, email: str, role: Role, language: str, password_hash: str
) -> Account:
    """Make a confirmed account, from the terminal or for the demo school; ConflictError when the address has one."""
    if queries.find_account_by_email(session, email) is not None:
        raise ConflictError(_l("This address already has an account."))
    account = _new_account(session, email=email)
    _describe(account, name=name, role=role, language=language, password_hash=password_hash)
    account.confirmed_at = clock.now()
    session.flush()
    record(session, actor=actor, event="account-created", subject=account.public_id, details={"role": role.value})
    return account


def _new_account(session: Session, *, email: str) -> Account:
    account = Account(
        public_id=new_public_id(), email=email, email_key=rules.email_key(email), state="active", created_at=clock.now()
    )
    session.add(account)
    return account


def _describe(account: Account, *, name: str, role: Role, language: str, password_hash: str) -> None:
    account.name, account.name_key = name, folded(name)[:200]
    account.role, account.language, account.password_hash = role.value, language, password_hash


def confirm(session: Session, *, token: str) -> Account | None:
    """The address is theirs: a link of a letter was used. None when the link no longer works."""
    account = use_link(session, token, "confirm")
    if account is not None and account.confirmed_at is None:
        account.confirmed_at = clock.now()
        session.flush()
        record(session, actor=account.actor(), event="account-confirmed", subject=account.public_id)
    return account


def reset_password(session: Session, *, token: str, password_hash: str) -> Account | None:
    """Set a new password by a link of a letter, which also proves the address; None when it no longer works."""
    account = use_link(session, token, "reset")
    if account is None:
        return None
    account.confirmed_at = account.confirmed_at or clock.now()
    _set_password(session, account, password_hash, event="password-reset")
    return account


def change_password(session: Session, *, actor: Actor, password_hash: str) -> Account:
    """Set a new password; every session ends, the caller opens a new one for this browser."""
    account = queries.get_own_account(session, actor)
    _set_password(session, account, password_hash, event="password-changed")
    return account


def _set_password(session: Session, account: Account, password_hash: str, *, event: str) -> None:
    account.password_hash = password_hash
    session.flush()
    sessions.revoke_all(session, account.id)
    record(session, actor=account.actor(), event=event, subject=account.public_id)
    send_letter(session, account, "password-changed")


def save_profile(session: Session, *, actor: Actor, name: str, language: str) -> None:
    """Change one's name and the language of pages and letters; issued certificates keep the name they carry."""
    account = queries.get_own_account(session, actor)
    renamed = account.name != name
    account.name, account.name_key, account.language = name, folded(name)[:200], language
    session.flush()
    if renamed:
        record(session, actor=actor, event="account-renamed", subject=account.public_id)


def suspend(session: Session, *, actor: Actor, public_id: str) -> Account:
    """Close an account until it is reinstated; its sessions end now."""
    account = queries.get_account(session, public_id)
    if account.id == actor.account_id:
        raise RuleError(_l("You cannot suspend your own account."))
    if account.state != "suspended":
        account.state = "suspended"
        session.flush()
        sessions.revoke_all(session, account.id)
        record(session, actor=actor, event="account-suspended", subject=account.public_id)
    return account


def reinstate(session: Session, *, actor: Actor, public_id: str) -> Account:
    """Open a suspended account again."""
    account = queries.get_account(session, public_id)
    if account.state == "suspended":
        account.state = "active"
        session.flush()
        record(session, actor=actor, event="account-reinstated", subject=account.public_id)
    return account
