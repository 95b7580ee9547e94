"""Saving answers: append-only events, idempotent, never silently overwriting (trust.md §4)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import rfc8785
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.assessment import answers, queries, rules
from app.assessment.models import Answer, AnswerEvent, Attempt, AttemptItem
from app.assessment.wording import unreadable_sentence
from app.foundation import clock
from app.foundation.errors import RuleError


class Outcome(StrEnum):
    """What became of an answer that arrived."""

    SAVED = "saved"
    DUPLICATE = "duplicate"
    REUSED_KEY = "reused_key"
    CONFLICT = "conflict"
    NOT_COUNTED = "not_counted"


@dataclass(frozen=True)
class Incoming:
    """An answer as it arrived; `rev` is the last revision its sender knew, plus one."""

    slot: int
    payload: Mapping[str, Any] | None
    rev: int
    idempotency_key: str
    tab: str | None = None
    client_at: str | None = None


@dataclass(frozen=True)
class Saved:
    """The reply: the revision in force, when, and, on a conflict, what the server has."""

    outcome: Outcome
    rev: int
    at: datetime
    payload: Mapping[str, Any] | None = None


def save_answer(session: Session, *, attempt: Attempt, incoming: Incoming) -> Saved:
    """Store one answer of an attempt got by `queries.hold_attempt`; the reply may be given only after the commit.

    Raises RuleError on a payload that is no answer to this question, NotFoundError on a slot the form has not.
    """
    item = queries.get_attempt_item(session, attempt.id, incoming.slot)
    _check_readable(item, incoming)
    digest = _digest(incoming)
    current = queries.find_answer(session, attempt.id, incoming.slot)
    closed = _is_closed(session, attempt, current)
    known = queries.find_event(session, attempt.id, incoming.idempotency_key)
    if known is not None:
        return _already_there(known, digest, current, closed=closed)
    counted = not closed and incoming.rev == (current.rev if current else 0) + 1
    try:
        with session.begin_nested():
            _append_event(session, attempt, incoming, digest, counted=counted)
            if counted:
                _put_in_force(session, attempt, incoming, current)
    except IntegrityError:  # only for an attempt that was not held: the same answer, or another, was faster
        session.expire_all()
        return _after_a_race(session, attempt, digest, incoming)
    if counted:
        return Saved(Outcome.SAVED, incoming.rev, clock.now(), incoming.payload)
    return _uncounted(current, closed=closed)


def _is_closed(session: Session, attempt: Attempt, current: Answer | None) -> bool:
    """No answer counts any more: the time is over, or practice has already shown the correction."""
    if rules.may_write(queries.timing_of(session, attempt), clock.now()) is not None:
        return True
    return attempt.exam.kind == "practice" and current is not None


def _uncounted(current: Answer | None, *, closed: bool) -> Saved:
    outcome = Outcome.NOT_COUNTED if closed else Outcome.CONFLICT
    return Saved(outcome, current.rev if current else 0, clock.now(), current.payload if current else None)


def _check_readable(item: AttemptItem, incoming: Incoming) -> None:
    try:
        answers.normalise(item.version.type, incoming.payload, item.option_order)
    except answers.PayloadError as error:
        raise RuleError(unreadable_sentence(error.reason)) from error


def _digest(incoming: Incoming) -> str:
    return hashlib.sha256(rfc8785.dumps([incoming.slot, incoming.rev, dict(incoming.payload or {})])).hexdigest()


def _already_there(known: AnswerEvent, digest: str, current: Answer | None, *, closed: bool) -> Saved:
    if known.body_sha256 != digest:
        return Saved(Outcome.REUSED_KEY, known.rev, known.server_at)
    if not known.counted:
        return _uncounted(current, closed=closed)
    return Saved(Outcome.DUPLICATE, known.rev, known.server_at, known.payload)


def _after_a_race(session: Session, attempt: Attempt, digest: str, incoming: Incoming) -> Saved:
    current = queries.find_answer(session, attempt.id, incoming.slot)
    closed = _is_closed(session, attempt, current)
    known = queries.find_event(session, attempt.id, incoming.idempotency_key)
    if known is not None:
        return _already_there(known, digest, current, closed=closed)
    _append_event(session, attempt, incoming, digest, counted=False)
    return _uncounted(current, closed=closed)


def _append_event(session: Session, attempt: Attempt, incoming: Incoming, digest: str, *, counted: bool) -> None:
    session.add(
        AnswerEvent(
            attempt_id=attempt.id,
            slot=incoming.slot,
            rev=incoming.rev,
            payload=dict(incoming.payload) if incoming.payload is not None else None,
            idempotency_key=incoming.idempotency_key,
            body_sha256=digest,
            tab_id=incoming.tab,
            client_at=incoming.client_at,
            server_at=clock.now(),
            counted=counted,
        )
    )
    session.flush()


def _put_in_force(session: Session, attempt: Attempt, incoming: Incoming, current: Answer | None) -> None:
    payload = dict(incoming.payload) if incoming.payload is not None else None
    if current is None:
        session.add(
            Answer(attempt_id=attempt.id, slot=incoming.slot, rev=incoming.rev, payload=payload, saved_at=clock.now())
        )
        session.flush()
        return
    changed = session.execute(
        update(Answer)
        .where(Answer.attempt_id == attempt.id, Answer.slot == incoming.slot, Answer.rev == incoming.rev - 1)
        .values(rev=incoming.rev, payload=payload, saved_at=clock.now())
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise IntegrityError("a newer revision is in force", None, RuntimeError("stale revision"))


def flag_question(session: Session, *, attempt: Attempt, slot: int, flagged: bool) -> None:
    """Mark a question to come back to, or no longer."""
    queries.get_attempt_item(session, attempt.id, slot).flagged = flagged
    session.flush()
