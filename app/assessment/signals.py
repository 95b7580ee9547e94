"""Integrity signals: noted while an exam is sat, kept for people to look at, deleted when the appeal term ends."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.assessment import pace, queries, rules
from app.assessment.appeal_models import Appeal
from app.assessment.models import Attempt, Result
from app.assessment.pace import Interval
from app.assessment.signal_models import Kind, Signal
from app.assessment.signal_schemas import HiddenSent, PasteSent, SignalsSent
from app.audit.models import AuditEntry
from app.foundation import clock

MOST_NOTED = 200  # rows of an attempt: a browser that sends more says nothing new
FORGOTTEN_AT_ONCE = 500  # attempts
RESTS = ("attempt.break-started", "attempt.break-ended")
MADE_KNOWN = ("attempt.released", "attempt.annulled")


def digest(secret: str, attempt_id: str, value: str) -> str:
    """Tell one address or browser of an attempt from another, and nothing else: keyed, different in each attempt."""
    said = f"signal\0{attempt_id}\0{value}".encode()
    return hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()[:32]


def note(session: Session, *, attempt: Attempt, sent: SignalsSent, marks: Mapping[Kind, str]) -> None:
    """Note what a browser tells of an exam under way; `marks` are the digests of its address and of itself.

    Of practice, and of an attempt that is over, nothing is noted. Nothing here is read where marks are given.
    """
    if attempt.kind == "practice" or not queries.is_open(session, attempt):
        return
    noted = session.scalar(select(func.count()).select_from(Signal).where(Signal.attempt_id == attempt.id)) or 0
    rows = [*_hidden(session, attempt, sent.hidden), *_pasted(attempt, sent.pasted)]
    session.add_all(rows[: max(0, MOST_NOTED - noted)])
    session.flush()
    if noted < MOST_NOTED:
        for kind, mark in marks.items():
            _note_mark(session, attempt.id, kind, mark)


def _hidden(session: Session, attempt: Attempt, sent: Sequence[HiddenSent]) -> list[Signal]:
    """A page hidden during a break is as it should be: that time is taken off."""
    now, rows = clock.now(), []
    breaks = breaks_of(session, attempt.public_id, attempt.break_allowance_s) if sent else []
    for one in sent:
        until = max(attempt.started_at, now - timedelta(seconds=one.ago))
        since = max(attempt.started_at, until - timedelta(seconds=one.seconds))
        seconds = round(pace.time_within((since, until), breaks).total_seconds())
        if seconds:
            rows.append(Signal(attempt_id=attempt.id, kind=Kind.HIDDEN.value, at=since, amount=seconds))
    return rows


def _pasted(attempt: Attempt, sent: Sequence[PasteSent]) -> list[Signal]:
    if not notes_pastes(attempt):
        return []
    now = clock.now()
    return [
        Signal(
            attempt_id=attempt.id,
            kind=Kind.PASTE.value,
            at=max(attempt.started_at, now - timedelta(seconds=one.ago)),
            slot=one.slot,
            amount=one.characters,
        )
        for one in sent
    ]


def notes_pastes(attempt: Attempt) -> bool:
    """Whoever has an accommodation may dictate, or have a reading aid write: both put text in as a paste does."""
    return not (attempt.extra_percent or attempt.break_allowance_s or attempt.timer_hidden)


def breaks_of(session: Session, attempt_id: str, allowance_s: int) -> list[Interval]:
    """The breaks of an attempt, from the audit record; one that runs, or ended by itself, lasts its allowance."""
    if not allowance_s:
        return []
    lines = session.execute(
        select(AuditEntry.event, AuditEntry.at)
        .where(AuditEntry.subject == attempt_id, AuditEntry.event.in_(RESTS))
        .order_by(AuditEntry.seq)
    )
    found: list[Interval] = []
    for event, at in lines:
        if event == RESTS[0]:
            found.append((at, at + timedelta(seconds=allowance_s)))
        elif found:
            found[-1] = (found[-1][0], at)
    return found


def _note_mark(session: Session, attempt_id: int, kind: Kind, mark: str) -> None:
    """An address or a browser not met yet in this attempt; of two requests at once, one notes it."""
    known = session.scalars(select(Signal.mark).where(Signal.attempt_id == attempt_id, Signal.kind == kind.value)).all()
    if mark in known:
        return
    row = Signal(attempt_id=attempt_id, kind=kind.value, at=clock.now(), amount=len(known), mark=mark)
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        return


def term_is_over(now: datetime) -> ColumnElement[bool]:
    """Condition on an Attempt: its result can no longer be contested, and no appeal waits for its answer."""
    since = now - rules.APPEAL_TERM
    decided_lately = exists().where(Result.attempt_id == Attempt.id, Result.decided_at >= since)
    told_lately = exists().where(
        AuditEntry.subject == Attempt.public_id, AuditEntry.event.in_(MADE_KNOWN), AuditEntry.at >= since
    )
    contested = exists().where(Appeal.attempt_id == Attempt.id, Appeal.closed_at.is_(None))
    known = Attempt.state.in_((rules.State.RELEASED.value, rules.State.ANNULLED.value))
    return and_(known, Attempt.submitted_at < since, ~decided_lately, ~told_lately, ~contested)


def due_to_be_forgotten(session: Session) -> Sequence[int]:
    """Attempts of which something is still kept although their term is over."""
    return session.scalars(
        select(Signal.attempt_id)
        .join(Attempt, Attempt.id == Signal.attempt_id)
        .where(term_is_over(clock.now()))
        .distinct()
        .limit(FORGOTTEN_AT_ONCE)
    ).all()


def forget(session: Session, attempt_ids: Sequence[int]) -> None:
    """Delete all that was noted of these attempts, and of others because of them: when terms end, or people go."""
    session.execute(
        delete(Signal)
        .where(or_(Signal.attempt_id.in_(attempt_ids), Signal.other_id.in_(attempt_ids)))
        .execution_options(synchronize_session=False)
    )
