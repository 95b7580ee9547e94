"""Finding in the register: every certificate with its holder and its course, by state, by number or by name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from app.accounts.models import Account
from app.accounts.rules import email_key
from app.certification.models import Achievement, Certificate
from app.certification.rules import State
from app.foundation.folding import folded
from app.foundation.identifiers import parse_public_id
from app.foundation.paging import PageOf

PAGE_SIZE = 20
# As staff read them, in the order of a life; expired is computed.
STATUSES = ("pending", "valid", "expired", "suspended", "superseded", "revoked")


def whole_register(session: Session) -> Sequence[Row[Certificate, str, str]]:
    """Every certificate with its holder's address and its course, for the command line."""
    return session.execute(_register().order_by(Certificate.id)).all()


def register_page(
    session: Session, text: str, status: str, page: int, now: datetime
) -> PageOf[Row[Certificate, str, str]]:
    """The register for staff, newest first; `text` is a number, an address or part of a name."""
    statement = _register().where(*_named(text))
    if status:
        statement = statement.where(_status(now) == status)
    total = session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    rows = session.execute(
        statement.order_by(Certificate.id.desc()).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    ).all()
    return PageOf(rows=rows, number=page, size=PAGE_SIZE, total=total)


def count_by_status(session: Session, text: str, now: datetime) -> dict[str, int]:
    """How many certificates that `text` finds stand in each status."""
    counted = (
        select(_status(now).label("status"), func.count())
        .select_from(Certificate)
        .outerjoin(Account, Account.id == Certificate.account_id)
        .where(*_named(text))
        .group_by("status")
    )
    return dict(session.execute(counted).all())


def _named(text: str) -> list[ColumnElement[bool]]:
    if not text:
        return []
    number, name = parse_public_id(text), folded(text)
    if number:
        return [Certificate.public_id == number]
    by_name = Certificate.holder_key.contains(name, autoescape=True) if name else false()
    return [or_(Account.email_key == email_key(text), by_name)]


def _status(now: datetime) -> ColumnElement[str]:
    ended = and_(Certificate.state == State.VALID.value, Certificate.expires_at <= now)
    return case((ended, "expired"), else_=Certificate.state)


def _register() -> Select[Certificate, str, str]:
    return (
        select(Certificate, Account.email, Achievement.course_slug)
        .join(Achievement, Achievement.id == Certificate.achievement_id)
        .outerjoin(Account, Account.id == Certificate.account_id)
        .options(contains_eager(Certificate.achievement))
    )
