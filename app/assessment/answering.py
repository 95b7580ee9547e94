"""Saving answers: append-only events, idempotent, never silently overwriting (trust.md §4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import Table, bindparam, exists, insert, select, update
from sqlalchemy.orm import Session

from app.assessment import answers, essays, queries, rules
from app.assessment.models import Answer, AnswerEvent, Attempt, AttemptItem
from app.assessment.paper_models import AttemptFile
from app.assessment.sittings import Event, Place, Sitting, body_of, get_place
from app.assessment.wording import unreadable_sentence
from app.foundation import clock
from app.foundation.errors import NotFoundError, RuleError, TooManyRequestsError
from app.foundation.i18n import lazy_gettext as _l


class Outcome(StrEnum):
    """What became of an answer that arrived."""

    SAVED = "saved"
    DUPLICATE = "duplicate"
    REUSED_KEY = "reused_key"
    CONFLICT = "conflict"
    NOT_COUNTED = "not_counted"
    LEFT = "left"


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
    """The reply: the revision in force, when, on a conflict what the server has, and the kind of the question."""

    outcome: Outcome
    rev: int
    at: datetime
    payload: Mapping[str, Any] | None = None
    kind: str = ""
    option_order: Sequence[Sequence[str]] = ()


# Of tables rather than entities, and built once: see sittings.py.
_answers = cast(Table, Answer.__table__)
_items = cast(Table, AttemptItem.__table__)
_NEW_EVENT = insert(cast(Table, AnswerEvent.__table__))
_FIRST_ANSWER = insert(_answers)
_NEXT_ANSWER = update(_answers).where(
    _answers.c.attempt_id == bindparam("of_attempt"),
    _answers.c.slot == bindparam("of_slot"),
    _answers.c.rev == bindparam("before"),
)
_FLAG = update(_items).where(_items.c.attempt_id == bindparam("of_attempt"), _items.c.slot == bindparam("of_slot"))


def save_answer(session: Session, *, attempt: Attempt | Sitting, incoming: Incoming) -> Saved:
    """Store one answer of an attempt got by `hold_attempt`; the reply may be given only after the commit.

    Nobody else writes to a held attempt, so what is read here still holds when it is written.
    Raises RuleError on a payload that is no answer to this question, NotFoundError on a slot the form has not or whose
    turn has not come, and TooManyRequestsError beyond the budget of an attempt (ADR 0015).
    """
    if rules.turn_of(incoming.slot, attempt.current_slot) is rules.Turn.AHEAD:
        raise NotFoundError("slot")
    place = get_place(session, attempt.id, incoming.slot, incoming.idempotency_key)
    _check_readable(session, attempt, place, incoming)
    digest = _digest(incoming)
    refused = _refusal(session, attempt, place)
    if place.event is not None:
        return _already_there(place.event, digest, place, refused)
    counted = refused is None and incoming.rev == place.rev + 1
    at = clock.now()
    _check_pace(place, at)
    _append_event(session, attempt.id, incoming, digest, at, counted=counted)
    if not counted:
        return _uncounted(place, refused)
    _put_in_force(session, attempt.id, incoming, at)
    return Saved(Outcome.SAVED, incoming.rev, at, incoming.payload, place.kind, place.option_order)


def _check_pace(place: Place, at: datetime) -> None:
    wait = rules.wait_before_saving(place.burst_at, at)
    if wait:
        raise TooManyRequestsError(_l("Too many attempts. Please wait a little, then try again."), retry_after=wait)


def _refusal(session: Session, attempt: Attempt | Sitting, place: Place) -> Outcome | None:
    """Why no answer counts any more: the time is over, practice has shown the correction, or the question was left."""
    if rules.may_write(queries.timing_of(session, attempt), queries.time_of(attempt)) is not None:
        return Outcome.NOT_COUNTED
    if attempt.kind == "practice" and place.rev > 0:
        return Outcome.NOT_COUNTED
    return Outcome.LEFT if rules.turn_of(place.slot, attempt.current_slot) is rules.Turn.LEFT else None


def _uncounted(place: Place, refused: Outcome | None) -> Saved:
    return Saved(refused or Outcome.CONFLICT, place.rev, clock.now(), place.payload, place.kind)


def _check_readable(session: Session, attempt: Attempt | Sitting, place: Place, incoming: Incoming) -> None:
    """In practice, where the first answer is the last, what cannot be read is no answer yet (ADR 0008)."""
    try:
        answer = answers.receive(place.kind, incoming.payload, place.option_order)
    except answers.PayloadError as error:
        raise RuleError(unreadable_sentence(error.reason)) from error
    if isinstance(answer, answers.Filed) and not was_sent(session, attempt.id, place.slot, answer.sha256):
        raise RuleError(unreadable_sentence(answers.Reason.SHAPE))
    not_yet = essays.not_yet(body_of(session, place), place.kind, answer) if attempt.kind == "practice" else None
    if not_yet is not None:
        raise RuleError(unreadable_sentence(not_yet))


def was_sent(session: Session, attempt_id: int, slot: int, sha256: str) -> bool:
    """Did this candidate send this very content for this question? Whoever only knows its hash did not."""
    sent = exists().where(AttemptFile.attempt_id == attempt_id, AttemptFile.slot == slot, AttemptFile.sha256 == sha256)
    return bool(session.scalar(select(sent)))


def _digest(incoming: Incoming) -> str:
    return rules.answer_digest(incoming.slot, incoming.rev, dict(incoming.payload or {}))


def _already_there(known: Event, digest: str, place: Place, refused: Outcome | None) -> Saved:
    if known.body_sha256 != digest:
        return Saved(Outcome.REUSED_KEY, known.rev, known.server_at)
    if not known.counted:
        return _uncounted(place, refused)
    return Saved(Outcome.DUPLICATE, known.rev, known.server_at, known.payload)


def _append_event(
    session: Session, attempt_id: int, incoming: Incoming, digest: str, at: datetime, *, counted: bool
) -> None:
    session.connection().execute(
        _NEW_EVENT,
        {
            "attempt_id": attempt_id,
            "slot": incoming.slot,
            "rev": incoming.rev,
            "payload": incoming.payload,
            "idempotency_key": incoming.idempotency_key,
            "body_sha256": digest,
            "tab_id": incoming.tab,
            "client_at": incoming.client_at,
            "server_at": at,
            "counted": counted,
        },
    )


def _put_in_force(session: Session, attempt_id: int, incoming: Incoming, at: datetime) -> None:
    values = {"rev": incoming.rev, "payload": incoming.payload, "saved_at": at}
    if incoming.rev == 1:
        session.connection().execute(_FIRST_ANSWER, {"attempt_id": attempt_id, "slot": incoming.slot, **values})
        return
    where = {"of_attempt": attempt_id, "of_slot": incoming.slot, "before": incoming.rev - 1}
    changed = session.connection().execute(_NEXT_ANSWER, {**where, **values})
    if changed.rowcount != 1:
        raise RuntimeError("another answer came in between: the attempt was not held")


def flag_question(session: Session, *, attempt_id: int, slot: int, flagged: bool) -> None:
    """Mark a question to come back to, or no longer."""
    session.connection().execute(_FLAG, {"of_attempt": attempt_id, "of_slot": slot, "flagged": flagged})
