"""Integrity signals: noted while an exam is sat, kept for people to look at, deleted when the appeal term ends."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select
from sqlalchemy.dialects import postgresql, sqlite
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


def worth_noting(
    session: Session, *, attempt: Attempt, sent: SignalsSent, marks: Mapping[Kind, str]
) -> list[dict[str, Any]]:
    """What a browser tells of an exam under way, as rows to `keep`; `marks` are digests of its address and of itself.

    Of practice, and of an attempt that is over, nothing is worth noting. Reads only, so that nobody who saves an
    answer waits for it.
    """
    if attempt.kind == "practice" or not queries.is_open(session, attempt):
        return []
    known = session.execute(select(Signal.kind, Signal.mark).where(Signal.attempt_id == attempt.id)).all()
    rows = [*_new_marks(attempt, marks, [(row[0], row[1]) for row in known])]
    rows += [*_hidden(session, attempt, sent.hidden), *_pasted(attempt, sent.pasted)]
    return rows[: max(0, MOST_NOTED - len(known))]


def keep(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note them, in one statement; of two requests that met the same new address, one does."""
    kind = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(kind.insert(Signal).on_conflict_do_nothing(), list(rows))


def _row(attempt: Attempt, kind: Kind, at: datetime, amount: int, **more: Any) -> dict[str, Any]:
    return {
        "attempt_id": attempt.id, "kind": kind.value, "at": at, "amount": amount, "slot": None, "mark": None, **more
    }  # fmt: skip


def _new_marks(
    attempt: Attempt, marks: Mapping[Kind, str], known: Sequence[tuple[str, str | None]]
) -> Iterator[dict[str, Any]]:
    """An address or a browser not met yet in this attempt; its amount says how many were before."""
    for kind, mark in marks.items():
        if (kind.value, mark) not in known:
            yield _row(attempt, kind, clock.now(), sum(one == kind.value for one, _mark in known), mark=mark)


def _hidden(session: Session, attempt: Attempt, sent: Sequence[HiddenSent]) -> Iterator[dict[str, Any]]:
    """A page hidden during a break is as it should be: that time is taken off."""
    now = clock.now()
    breaks = breaks_of(session, attempt.public_id, attempt.break_allowance_s) if sent else []
    for one in sent:
        until = max(attempt.started_at, now - timedelta(seconds=one.ago))
        since = max(attempt.started_at, until - timedelta(seconds=one.seconds))
        seconds = round(pace.time_within((since, until), breaks).total_seconds())
        if seconds:
            yield _row(attempt, Kind.HIDDEN, since, seconds)


def _pasted(attempt: Attempt, sent: Sequence[PasteSent]) -> Iterator[dict[str, Any]]:
    now = clock.now()
    for one in sent if notes_pastes(attempt) else ():
        at = max(attempt.started_at, now - timedelta(seconds=one.ago))
        yield _row(attempt, Kind.PASTE, at, one.characters, slot=one.slot)


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
