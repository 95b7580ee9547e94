"""Accommodations: what a person is granted in exams, by whom, until when; and how an attempt under way gets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from app.accounts.models import Account
from app.assessment import queries, rules
from app.assessment.accommodation_models import Accommodation
from app.assessment.models import Attempt
from app.audit.services import record
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.errors import ConflictError, NotFoundError, RuleError
from app.foundation.i18n import gettext as _
from app.foundation.wording import ZONE


@dataclass(frozen=True)
class Granted:
    """What an attempt copies when it starts: a share of time, seconds of break, a timer hidden at first."""

    extra_percent: int = 0
    break_s: int = 0
    hide_timer: bool = False


@dataclass(frozen=True)
class Grant:
    """What staff fill in; `valid_to` is the last day, None without an end."""

    extra_percent: int
    break_minutes: int
    hide_timer: bool
    valid_from: date
    valid_to: date | None
    proof_reference: str


NONE = Granted()


def today() -> date:
    """The day it is where the site is."""
    return clock.now().astimezone(ZONE).date()


def find_accommodation(session: Session, account_id: int) -> Accommodation | None:
    """The accommodation of a person that nobody has ended, whatever its days; or None."""
    return session.scalar(
        select(Accommodation).where(Accommodation.account_id == account_id, Accommodation.ended_at.is_(None))
    )


def accommodations_of(session: Session, account_id: int) -> Sequence[Accommodation]:
    """All there ever were for a person, newest first."""
    return session.scalars(
        select(Accommodation).where(Accommodation.account_id == account_id).order_by(Accommodation.id.desc())
    ).all()


def standing_accommodations(session: Session) -> Sequence[tuple[Accommodation, Account]]:
    """Those that nobody has ended and whose last day is not past, in the order of names."""
    rows = session.execute(
        select(Accommodation, Account)
        .join(Account, Account.id == Accommodation.account_id)
        .where(
            Accommodation.ended_at.is_(None),
            Account.state != "erased",
            or_(Accommodation.valid_to.is_(None), Accommodation.valid_to >= today()),
        )
        .order_by(Account.name_key, Account.id)
    )
    return [(row[0], row[1]) for row in rows]


def granted_to(session: Session, account_id: int) -> Granted:
    """What is in force today for a person, nothing included."""
    found = find_accommodation(session, account_id)
    if found is None or not found.in_force(today()):
        return NONE
    return Granted(found.extra_percent, found.break_minutes * 60, found.hide_timer)


def grant(session: Session, *, actor: Actor, account: Account, wanted: Grant) -> Accommodation:
    """Grant, or change what was granted; attempts under way keep what they began with. Raises RuleError."""
    if account.id == actor.account_id:
        raise RuleError(_("Nobody grants an accommodation to themselves: ask a colleague."))
    if not (wanted.extra_percent or wanted.break_minutes or wanted.hide_timer):
        raise RuleError(_("Grant extra time, breaks or a hidden timer: at least one of them."))
    before = find_accommodation(session, account.id)
    if before is not None:
        _close(session, actor, before)
    row = Accommodation(
        account_id=account.id, granted_by=actor.account_id, granted_at=clock.now(), **vars(wanted)
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as error:
        raise ConflictError(_("Somebody else has just changed it: look at the page again.")) from error
    event = "accommodation.granted" if before is None else "accommodation.changed"
    record(session, actor=actor, event=event, subject=account.public_id, details=_said(wanted))
    return row


def _said(wanted: Grant) -> dict[str, Any]:
    return {
        "extra_percent": wanted.extra_percent,
        "break_minutes": wanted.break_minutes,
        "hide_timer": wanted.hide_timer,
        "from": wanted.valid_from.isoformat(),
        "to": wanted.valid_to.isoformat() if wanted.valid_to else None,
    }


def end(session: Session, *, actor: Actor, account: Account) -> None:
    """End what was granted, from now on; raises NotFoundError when nothing is."""
    found = find_accommodation(session, account.id)
    if found is None:
        raise NotFoundError("accommodation")
    _close(session, actor, found)
    record(session, actor=actor, event="accommodation.ended", subject=account.public_id)


def _close(session: Session, actor: Actor, row: Accommodation) -> None:
    changed = session.execute(
        update(Accommodation)
        .where(Accommodation.id == row.id, Accommodation.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_by=actor.account_id)
        .execution_options(synchronize_session=False)
    )
    session.refresh(row)
    if cast("CursorResult[Any]", changed).rowcount != 1:
        raise ConflictError(_("Somebody else has just changed it: look at the page again."))


def deadline_from(
    start: datetime, settings: Mapping[str, Any], *, extra_percent: int = 0, pause_s: int = 0
) -> datetime | None:
    """When an attempt begun at `start` ends; None without a time limit."""
    duration = settings.get("duration_s")
    if not duration:
        return None
    closes, full = queries.instant(settings.get("closes")), settings.get("policy") == "full"
    return rules.deadline(start, duration, extra_pct=extra_percent, pause_s=pause_s, closes=closes, full=full)


def open_attempts_of(session: Session, account_id: int) -> Sequence[Attempt]:
    """The timed attempts that a person is sitting just now."""
    rows = session.scalars(
        select(Attempt)
        .options(joinedload(Attempt.exam_version))
        .where(
            Attempt.account_id == account_id, Attempt.state == rules.State.IN_PROGRESS, Attempt.deadline_at.is_not(None)
        )
        .order_by(Attempt.id)
    )
    return [attempt for attempt in rows if queries.is_open(session, attempt)]


def apply_to_attempt(session: Session, *, actor: Actor, account: Account, public_id: str) -> Attempt:
    """Give an attempt under way what its candidate has today: never less time than it had. Raises RuleError."""
    attempt = session.scalar(
        select(Attempt)
        .where(Attempt.public_id == public_id, Attempt.account_id == account.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if attempt is None or attempt.deadline_at is None:
        raise NotFoundError("attempt")
    if not queries.is_open(session, attempt):
        raise RuleError(_("This attempt is over: its time cannot be extended any more."))
    granted = granted_to(session, account.id)
    if granted == NONE:
        raise RuleError(_("No accommodation is in force today: grant it first."))
    before = attempt.deadline_at
    _extend(attempt, granted)
    details = {
        "extra_percent": attempt.extra_percent,
        "break_s": attempt.break_allowance_s,
        "deadline_before": before.isoformat(),
        "deadline": attempt.deadline_at.isoformat(),
    }
    session.flush()
    record(session, actor=actor, event="attempt.extended", subject=attempt.public_id, details=details)
    return attempt


def _extend(attempt: Attempt, granted: Granted) -> None:
    attempt.extra_percent = max(attempt.extra_percent, granted.extra_percent)
    attempt.break_allowance_s = max(attempt.break_allowance_s, granted.break_s)
    attempt.timer_hidden = granted.hide_timer
    # A break under way is counted whole until it ends, as when it began.
    pause = attempt.break_allowance_s if attempt.break_started_at else attempt.pause_s
    settings = attempt.exam_version.settings
    wanted = deadline_from(attempt.started_at, settings, extra_percent=attempt.extra_percent, pause_s=pause)
    if wanted is not None and attempt.deadline_at is not None:
        attempt.deadline_at = max(attempt.deadline_at, wanted)
