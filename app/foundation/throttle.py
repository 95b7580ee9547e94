"""Budgets: how often a thing may be done, counted in the database so that every worker sees the same count."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Integer, PrimaryKeyConstraint, String
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.foundation import clock
from app.foundation.database import Base
from app.foundation.errors import TooManyRequestsError
from app.foundation.i18n import lazy_gettext as _l


class Budget(Base):
    """How many times one key was used in one window of time."""

    __tablename__ = "budget"
    __table_args__ = (PrimaryKeyConstraint("scope", "key_hash", "window", name="pk_budget"),)

    scope: Mapped[str] = mapped_column(String(40))
    key_hash: Mapped[str] = mapped_column(String(32))
    window: Mapped[int] = mapped_column(Integer)
    count: Mapped[int] = mapped_column(Integer)


@dataclass(frozen=True)
class Allowance:
    """So many uses in so much time, for one kind of thing."""

    scope: str
    uses: int
    period: timedelta


def spend(session: Session, allowance: Allowance, key: str) -> None:
    """Count one use of `key`; raise TooManyRequestsError beyond the allowance.

    The session must be one of its own, committed by the caller before the request's own work, so that
    a rolled-back request does not get its use back.
    """
    seconds = int(allowance.period.total_seconds())
    now = int(clock.now().timestamp())
    window = now // seconds
    insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert
    statement = insert(Budget).values(scope=allowance.scope, key_hash=_digest(key), window=window, count=1)
    counted = session.execute(
        statement.on_conflict_do_update(
            index_elements=[Budget.scope, Budget.key_hash, Budget.window], set_={"count": Budget.count + 1}
        ).returning(Budget.count)
    ).scalar_one()
    session.commit()
    if counted > allowance.uses:
        raise TooManyRequestsError(
            _l("Too many attempts. Please wait a little, then try again."), retry_after=(window + 1) * seconds - now
        )


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]
