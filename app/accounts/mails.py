"""The letters of accounts: written when they leave, so that no link lies in the outbox and no right is out of date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from email.message import EmailMessage

from sqlalchemy.orm import Session

from app.accounts.links import issue_link
from app.accounts.models import Account
from app.accounts.queries import find_account_by_email
from app.accounts.rules import LINK_LIFE
from app.config import Settings
from app.foundation.mail import Recipient, Sender, compose
from app.foundation.outbox import OutboxMessage

# A letter due, or None when its recipient has no right to it any more.
Writer = Callable[[Session, OutboxMessage, Settings], EmailMessage | None]
MINUTES = int(LINK_LIFE.total_seconds() // 60)


def sender(settings: Settings) -> Sender:
    """The site, as it signs its letters."""
    return Sender(settings.site_name, settings.site_contact, settings.authority.split(":")[0])


def recipient(account: Account, language: str) -> Recipient:
    """A person, as an envelope names them."""
    return Recipient(account.name, account.email, language)


def write_confirm(session: Session, message: OutboxMessage, settings: Settings) -> EmailMessage | None:
    """The link that proves an address; nothing once it is proven."""
    account = _active(session, message)
    if account is None or account.confirmed_at is not None:
        return None
    token = issue_link(session, account, "confirm")
    return _write(message, settings, account, link=f"{settings.public_url}/confirm/{token}", minutes=MINUTES)


def write_already_registered(session: Session, message: OutboxMessage, settings: Settings) -> EmailMessage | None:
    """Somebody asked for an account at an address that has one."""
    account = _active(session, message)
    if account is None:
        return None
    links = {"sign_in": f"{settings.public_url}/sign-in", "reset": f"{settings.public_url}/reset"}
    return _write(message, settings, account, **links)


def write_reset(session: Session, message: OutboxMessage, settings: Settings) -> EmailMessage | None:
    """The link to a new password, in the language of the account; nothing to an address without one."""
    account = find_account_by_email(session, str(message.payload.get("email", "")))
    if account is None or account.state != "active" or account.simulated:
        return None
    message.language = account.language
    token = issue_link(session, account, "reset")
    return _write(message, settings, account, link=f"{settings.public_url}/reset/{token}", minutes=MINUTES)


def write_password_changed(session: Session, message: OutboxMessage, settings: Settings) -> EmailMessage | None:
    """The password has changed: whoever did not do it must know."""
    account = _active(session, message)
    if account is None:
        return None
    return _write(message, settings, account, reset=f"{settings.public_url}/reset", contact=settings.site_contact)


def _active(session: Session, message: OutboxMessage) -> Account | None:
    account = session.get(Account, message.recipient_id) if message.recipient_id else None
    return account if account is not None and account.state == "active" else None


def _write(message: OutboxMessage, settings: Settings, account: Account, **values: object) -> EmailMessage:
    return compose(
        sender(settings),
        recipient(account, message.language),
        template=message.payload["letter"],
        key=message.dedupe_key,
        name=account.name,
        email=account.email,
        site_name=settings.site_name,
        **values,
    )


LETTERS: Mapping[str, Writer] = {
    "confirm": write_confirm,
    "already-registered": write_already_registered,
    "reset": write_reset,
    "password-changed": write_password_changed,
}
