"""Services of letters: which letter is due to whom; app/accounts/mails.py writes it when the worker sends it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.accounts.queries import token_sha256
from app.accounts.rules import email_key
from app.foundation import clock, outbox

SAME_LETTER = timedelta(minutes=2)  # a button pressed twice sends one letter


def send_letter(session: Session, account: Account, letter: str) -> None:
    """Queue one letter to a person in their language; the same one within two minutes is the same letter."""
    about = token_sha256(account.password_hash)[:12]
    outbox.enqueue(
        session,
        "mail",
        dedupe_key=f"{letter}-{account.public_id}-{about}-{_window()}",
        recipient_id=account.id,
        language=account.language,
        payload={"letter": letter},
    )


def ask_for_reset(session: Session, *, email: str, language: str) -> None:
    """Queue a letter with a link to a new password.

    Whether the address has an account is looked up when the letter is written, by the worker: the page
    that asked takes the same time either way.
    """
    outbox.enqueue(
        session,
        "mail",
        dedupe_key=f"reset-{token_sha256(email_key(email))[:26]}-{_window()}",
        recipient_id=None,
        language=language,
        payload={"letter": "reset", "email": email},
    )


def _window() -> int:
    return int(clock.now().timestamp() / SAME_LETTER.total_seconds())
