"""Services of one-time links: 256 random bits, kept as SHA-256, used once, for one purpose and one password."""

from __future__ import annotations

import secrets

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts import queries, rules
from app.accounts.models import Account, OneTimeToken
from app.accounts.queries import token_sha256
from app.foundation import clock


def issue_link(session: Session, account: Account, purpose: str) -> str:
    """A fresh one-time token, returned once and kept as its SHA-256; called when its letter is written."""
    token = secrets.token_urlsafe(32)
    session.add(
        OneTimeToken(
            token_sha256=token_sha256(token),
            purpose=purpose,
            account_id=account.id,
            password_sha256=token_sha256(account.password_hash),
            expires_at=clock.now() + rules.LINK_LIFE,
        )
    )
    session.flush()
    return token


def use_link(session: Session, token: str, purpose: str) -> Account | None:
    """Use a link up and return its account, or None when it no longer works; of two at once, one wins."""
    found = queries.find_link(session, token, purpose)
    if found is None:
        return None
    link, account = found
    used = session.execute(
        update(OneTimeToken)
        .where(OneTimeToken.id == link.id, OneTimeToken.used_at.is_(None))
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return account if used.rowcount == 1 else None  # type: ignore[attr-defined]
