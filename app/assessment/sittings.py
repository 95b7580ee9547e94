"""An attempt while it is sat, in the few columns that a page or a saved answer needs: no entity, no other question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Select, Table, and_, bindparam, func, null, select
from sqlalchemy.orm import Session

from app.assessment import rules
from app.assessment.models import Answer, AnswerEvent, Attempt, AttemptItem, Exam, ExamVersion, QuestionVersion
from app.foundation.errors import NotFoundError
from app.foundation.keeping import Kept

# Built once, and of tables rather than entities: an answer is saved in half the time.
_attempts = cast(Table, Attempt.__table__)
_items = cast(Table, AttemptItem.__table__)
_answers = cast(Table, Answer.__table__)
_events = cast(Table, AnswerEvent.__table__)
_exams = cast(Table, Exam.__table__)
_exam_versions = cast(Table, ExamVersion.__table__)
_versions = cast(Table, QuestionVersion.__table__)


@dataclass(frozen=True, slots=True)
class Sitting:
    """An attempt as its clock and its pages see it."""

    id: int
    public_id: str
    state: str
    started_at: datetime
    deadline_at: datetime | None
    submitted_at: datetime | None
    finish_reason: str | None
    pause_s: int
    break_allowance_s: int
    break_started_at: datetime | None
    timer_hidden: bool
    current_slot: int | None
    kind: str
    title: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Slot:
    """One entry of the list of questions; an answer that was emptied again is none."""

    slot: int
    flagged: bool
    answered: bool


@dataclass(frozen=True, slots=True)
class Event:
    """What came before with the same idempotency key."""

    rev: int
    payload: Mapping[str, Any] | None
    body_sha256: str
    server_at: datetime
    counted: bool


@dataclass(frozen=True, slots=True)
class Place:
    """One question of an attempt and its answer in force; `rev` is 0, and `saved_at` None, before the first."""

    slot: int
    kind: str
    option_order: Sequence[Sequence[str]]
    points: Decimal
    flagged: bool
    version: tuple[int, str]  # the question version's id and digest
    rev: int
    payload: Mapping[str, Any] | None
    saved_at: datetime | None
    burst_at: datetime | None  # when the answer came that stands rules.BURST before the next; None where fewer came
    event: Event | None


def _sitting_statement() -> Select[Any]:
    return (
        select(
            _attempts.c.id, _attempts.c.public_id, _attempts.c.state, _attempts.c.started_at, _attempts.c.deadline_at,
            _attempts.c.submitted_at, _attempts.c.finish_reason, _attempts.c.pause_s, _attempts.c.break_allowance_s,
            _attempts.c.break_started_at, _attempts.c.timer_hidden, _attempts.c.current_slot, _exams.c.kind,
            _exam_versions.c.title,
        )
        .join_from(_attempts, _exams, _exams.c.id == _attempts.c.exam_id)
        .join(_exam_versions, _exam_versions.c.id == _attempts.c.exam_version_id)
        .where(_attempts.c.public_id == bindparam("public_id"), _attempts.c.account_id == bindparam("account"))
    )  # fmt: skip


def _place_statement(burst: Any) -> Select[Any]:
    here = and_(_answers.c.attempt_id == _items.c.attempt_id, _answers.c.slot == _items.c.slot)
    same_key = and_(_events.c.attempt_id == _items.c.attempt_id, _events.c.idempotency_key == bindparam("key"))
    return (
        select(
            _items.c.slot, _versions.c.type, _items.c.option_order, _items.c.points, _items.c.flagged,
            _versions.c.id, _versions.c.body_sha256, _answers.c.rev, _answers.c.payload, _answers.c.saved_at, burst,
            _events.c.rev, _events.c.payload, _events.c.body_sha256, _events.c.server_at, _events.c.counted,
        )
        .join_from(_items, _versions, _versions.c.id == _items.c.question_version_id)
        .outerjoin(_answers, here)
        .outerjoin(_events, same_key)
        .where(_items.c.attempt_id == bindparam("attempt"))
    )  # fmt: skip


def _burst() -> Any:
    """When the answer came that stands `rules.BURST` before the next one; the index of keys alone finds it."""
    earlier, found = _events.alias(), _events.alias()
    newest_first = (
        select(earlier.c.id).where(earlier.c.attempt_id == bindparam("attempt")).order_by(earlier.c.id.desc())
    )
    oldest = newest_first.offset(rules.BURST - 1).limit(1).scalar_subquery()
    return select(found.c.server_at).where(found.c.id == oldest).scalar_subquery()


def _slots_statement() -> Select[Any]:
    here = and_(_answers.c.attempt_id == _items.c.attempt_id, _answers.c.slot == _items.c.slot)
    return (
        select(_items.c.slot, _items.c.flagged, _answers.c.payload.is_not(None))
        .join_from(_items, _answers, here, isouter=True)
        .where(_items.c.attempt_id == bindparam("attempt"))
        .order_by(_items.c.slot)
    )


_READ = _sitting_statement()
_HOLD = _READ.with_for_update(of=_attempts, key_share=True)
_PLACES = _place_statement(null()).order_by(_items.c.slot)
_PLACE = _place_statement(null()).where(_items.c.slot == bindparam("slot"))
_PLACE_TO_SAVE = _place_statement(_burst()).where(_items.c.slot == bindparam("slot"))
_SLOTS = _slots_statement()
_LAST_SLOT = select(func.max(_items.c.slot)).where(_items.c.attempt_id == bindparam("attempt"))
_BODIES_OF = select(_versions.c.id, _versions.c.body).where(_versions.c.id.in_(bindparam("versions", expanding=True)))


def get_sitting(session: Session, account_id: int, public_id: str) -> Sitting:
    """This person's attempt; raises NotFoundError."""
    return _sitting(session, _READ, account_id, public_id)


def hold_attempt(session: Session, account_id: int, public_id: str) -> Sitting:
    """This person's attempt, held until the commit, so that handing in and saving wait for each other.

    Without the hold an answer could be acknowledged as counted just after the marks were given. Raises NotFoundError.
    """
    return _sitting(session, _HOLD, account_id, public_id)


def _sitting(session: Session, statement: Select[Any], account_id: int, public_id: str) -> Sitting:
    row = session.connection().execute(statement, {"public_id": public_id, "account": account_id}).first()
    if row is None:
        raise NotFoundError("attempt")
    return Sitting(*row)


def slots_of(session: Session, attempt_id: int) -> list[Slot]:
    """The questions of an attempt, in order: which are answered, which are marked."""
    return [Slot(*row) for row in session.connection().execute(_SLOTS, {"attempt": attempt_id})]


def last_slot(session: Session, attempt_id: int) -> int:
    """The number of the last question."""
    last: int = session.connection().execute(_LAST_SLOT, {"attempt": attempt_id}).scalar_one()
    return last


def get_place(session: Session, attempt_id: int, slot: int, key: str = "") -> Place:
    """One question, its answer in force, and what already came with this idempotency key; raises NotFoundError.

    On PostgreSQL it must be a statement of its own, after the hold: what is read while waiting for a row is old.
    """
    asked = {"attempt": attempt_id, "slot": slot, "key": key}
    row = session.connection().execute(_PLACE_TO_SAVE if key else _PLACE, asked).first()
    if row is None:
        raise NotFoundError("slot")
    return _place(row)


def get_shown_place(session: Session, sitting: Sitting, slot: int) -> Place:
    """A question that its candidate sees now, or has seen; raises NotFoundError on one whose turn has not come."""
    if rules.turn_of(slot, sitting.current_slot) is rules.Turn.AHEAD:
        raise NotFoundError("slot")
    return get_place(session, sitting.id, slot)


def places_of(session: Session, attempt_id: int) -> list[Place]:
    """Every question of an attempt, in order, with its answer in force."""
    return [_place(row) for row in session.connection().execute(_PLACES, {"attempt": attempt_id, "key": ""})]


def _place(row: Sequence[Any]) -> Place:
    number, kind, order, points, flagged, version, digest, rev, payload, saved_at, burst, *event = row
    known = Event(*event) if event[0] is not None else None
    return Place(number, kind, order, points, flagged, (version, digest), rev or 0, payload, saved_at, burst, known)


Version = tuple[int, str]  # a question version's id, and the digest of its body
_BODIES: Kept[Version, Mapping[str, Any]] = Kept(2048)


def body_of(session: Session, place: Place) -> Mapping[str, Any]:
    """The body of a place's question, keys included: kept in the process, so never to be changed."""
    return bodies_of(session, [place])[place.version]


def bodies_of(session: Session, places: Sequence[Place]) -> dict[Version, Mapping[str, Any]]:
    """The bodies of several places' questions, by version: those not kept yet are read in one statement."""
    return _BODIES.get_all([place.version for place in places], lambda missing: _read_bodies(session, missing))


def _read_bodies(session: Session, versions: Sequence[Version]) -> dict[Version, Mapping[str, Any]]:
    rows = session.connection().execute(_BODIES_OF, {"versions": [number for number, _digest in versions]})
    bodies = {row.id: row.body for row in rows}
    return {version: bodies[version[0]] for version in versions}
