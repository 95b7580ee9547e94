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
from app.assessment.starting import timing_of
from app.foundation import clock
from app.foundation.errors import RuleError
from app.foundation.i18n import gettext as _


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
    """Store one answer; the reply may be given only after the commit. Raises RuleError on an unreadable payload."""
    item = queries.get_attempt_item(session, attempt.id, incoming.slot)
    _check_readable(item, incoming)
    digest = _digest(incoming)
    known = queries.find_event(session, attempt.id, incoming.idempotency_key)
    if known is not None:
        return _already_there(session, known, digest, incoming)
    current = queries.find_answer(session, attempt.id, incoming.slot)
    current_rev = current.rev if current else 0
    refusal = rules.may_write(timing_of(session, attempt), clock.now())
    answered_practice = attempt.exam.kind == "practice" and current is not None
    counted = refusal is None and not answered_practice and incoming.rev == current_rev + 1
    try:
        with session.begin_nested():
            _append_event(session, attempt, incoming, digest, counted=counted)
            if counted:
                _put_in_force(session, attempt, incoming, current)
    except IntegrityError:  # the same answer, or another for the same revision, was faster by a moment
        session.expire_all()
        return _after_a_race(session, attempt, digest, incoming)
    if refusal is not None or answered_practice:
        return Saved(Outcome.NOT_COUNTED, current_rev, clock.now(), current.payload if current else None)
    if not counted:
        return Saved(Outcome.CONFLICT, current_rev, clock.now(), current.payload if current else None)
    return Saved(Outcome.SAVED, incoming.rev, clock.now(), incoming.payload)


def _check_readable(item: AttemptItem, incoming: Incoming) -> None:
    try:
        answers.normalise(item.version.type, incoming.payload, item.option_order)
    except answers.PayloadError as error:
        raise RuleError(unreadable_sentence(error.reason)) from error


def unreadable_sentence(reason: answers.Reason) -> str:
    """Why an answer cannot be kept, in words."""
    if reason is answers.Reason.TOO_LONG:
        return _("This answer is too long: keep it under 4,000 characters.")
    if reason is answers.Reason.UNSTORABLE:
        return _("This answer holds characters that cannot be stored. Type it again.")
    return _("This answer does not fit the question. Reload the page and answer again.")


def _digest(incoming: Incoming) -> str:
    return hashlib.sha256(rfc8785.dumps([incoming.slot, incoming.rev, dict(incoming.payload or {})])).hexdigest()


def _already_there(session: Session, known: AnswerEvent, digest: str, incoming: Incoming) -> Saved:
    if known.body_sha256 != digest:
        return Saved(Outcome.REUSED_KEY, known.rev, known.server_at)
    if not known.counted:
        current = queries.find_answer(session, known.attempt_id, incoming.slot)
        return Saved(Outcome.NOT_COUNTED, current.rev if current else 0, known.server_at)
    return Saved(Outcome.DUPLICATE, known.rev, known.server_at, incoming.payload)


def _after_a_race(session: Session, attempt: Attempt, digest: str, incoming: Incoming) -> Saved:
    known = queries.find_event(session, attempt.id, incoming.idempotency_key)
    if known is not None:
        return _already_there(session, known, digest, incoming)
    current = queries.find_answer(session, attempt.id, incoming.slot)
    _append_event(session, attempt, incoming, digest, counted=False)
    return Saved(Outcome.CONFLICT, current.rev if current else 0, clock.now(), current.payload if current else None)


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
