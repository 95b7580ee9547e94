"""Budgets: how often a thing may be done, counted in the database so that every worker sees the same count."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import Integer, PrimaryKeyConstraint, String, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.dml import ReturningInsert

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


def spend(session: Session, allowance: Allowance, key: str, uses: int = 1) -> None:
    """Count one use of `key`, or several; raise TooManyRequestsError beyond the allowance.

    The session must be one of its own, committed by the caller before the request's own work, so that
    a rolled-back request does not get its use back.
    """
    counted = _count(session, allowance, key, uses)
    session.commit()
    if counted > allowance.uses:
        raise TooManyRequestsError(
            _l("Too many attempts. Please wait a little, then try again."), retry_after=_until_next_window(allowance)
        )


def count(session: Session, allowance: Allowance, key: str) -> bool:
    """Count one use of `key` in a session that the caller commits; false beyond the allowance."""
    return _count(session, allowance, key, 1) <= allowance.uses


def _count(session: Session, allowance: Allowance, key: str, uses: int) -> int:
    window = int(clock.now().timestamp()) // int(allowance.period.total_seconds())
    counted: int = session.execute(
        _counting(session.get_bind().dialect.name),
        {"scope": allowance.scope, "key_hash": _digest(key), "window": window, "count": uses},
    ).scalar_one()
    return counted


def _until_next_window(allowance: Allowance) -> int:
    seconds = int(allowance.period.total_seconds())
    return seconds - int(clock.now().timestamp()) % seconds


@cache
def _counting(dialect: str) -> ReturningInsert[Any]:
    """The statement that counts uses: on the table itself, since the mapper would cost as much as the rest."""
    budget = cast(Table, Budget.__table__)
    insert = sqlite.insert(budget) if dialect == "sqlite" else postgresql.insert(budget)
    key = [budget.c.scope, budget.c.key_hash, budget.c.window]
    return insert.on_conflict_do_update(
        index_elements=key, set_={"count": budget.c.count + insert.excluded.count}
    ).returning(budget.c.count)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]
