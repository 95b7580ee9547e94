"""Reading integrity signals: by exam for those who look, by attempt for them and for the candidate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.accounts.models import Account
from app.accounts.queries import simulated_ids
from app.assessment.models import Attempt, Exam, ExamVersion
from app.assessment.signal_models import Kind, Signal
from app.assessment.signals import term_is_over
from app.foundation import clock
from app.foundation.errors import NotFoundError
from app.foundation.paging import PageOf

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Sum:
    """All the signals of one kind in one attempt: how many, and what they add up to."""

    kind: Kind
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class Rates:
    """Of so many attempts of an exam of which signals are kept, in how many there is each kind."""

    attempts: int
    with_kind: Mapping[Kind, int]


def _listed() -> ColumnElement[bool]:
    """The first address and the first browser are no signals: they are there to compare the next with."""
    return Signal.amount > 0


def signals_of(session: Session, attempt_id: int) -> Sequence[Signal]:
    """The signals of an attempt, in the order in which things happened."""
    return session.scalars(
        select(Signal).where(Signal.attempt_id == attempt_id, _listed()).order_by(Signal.at, Signal.id)
    ).all()


def sums_of(session: Session, attempt_ids: Sequence[int]) -> dict[int, list[Sum]]:
    """The signals of several attempts, summed by kind in the order of the kinds; one statement."""
    rows = session.execute(
        select(Signal.attempt_id, Signal.kind, func.count(), func.sum(Signal.amount))
        .where(Signal.attempt_id.in_(attempt_ids), _listed())
        .group_by(Signal.attempt_id, Signal.kind)
    )
    found: dict[int, list[Sum]] = defaultdict(list)
    for attempt_id, kind, count, amount in rows:
        found[attempt_id].append(Sum(Kind(kind), count, int(amount)))
    return {id_: sorted(sums, key=lambda one: list(Kind).index(one.kind)) for id_, sums in found.items()}


def rates_of(session: Session, exam_id: int) -> Rates:
    """How usual each kind is in an exam, among people: what it is worth can only be told beside that."""
    kept = (Attempt.exam_id == exam_id, ~term_is_over(clock.now()), Attempt.account_id.not_in(simulated_ids()))
    rows = session.execute(
        select(Signal.kind, func.count(Signal.attempt_id.distinct()))
        .join(Attempt, Attempt.id == Signal.attempt_id)
        .where(_listed(), *kept)
        .group_by(Signal.kind)
    )
    attempts = session.scalar(select(func.count()).select_from(Attempt).where(*kept)) or 0
    return Rates(attempts, {Kind(row[0]): row[1] for row in rows})


def page_of_attempts(session: Session, exam_id: int, kind: Kind | None, number: int) -> PageOf[tuple[Attempt, Account]]:
    """Attempts of an exam with signals (of a kind), the latest first: never by how many, which would accuse."""
    of_kind = () if kind is None else (Signal.kind == kind.value,)
    here = (Attempt.exam_id == exam_id, exists().where(Signal.attempt_id == Attempt.id, _listed(), *of_kind))
    total = session.scalar(select(func.count()).select_from(Attempt).where(*here)) or 0
    number = min(number, max(1, -(-total // PAGE_SIZE)))
    rows: Any = session.execute(
        select(Attempt, Account)
        .join(Account, Account.id == Attempt.account_id)
        .where(*here)
        .order_by(Attempt.started_at.desc(), Attempt.id.desc())
        .offset((number - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    )
    return PageOf([(row[0], row[1]) for row in rows], number, PAGE_SIZE, total)


def get_attempt(session: Session, exam_id: str, public_id: str) -> tuple[Attempt, Account]:
    """Anybody's attempt at an exam, for those who look; raises NotFoundError."""
    row = session.execute(
        select(Attempt, Account)
        .join(Account, Account.id == Attempt.account_id)
        .join(Exam, Exam.id == Attempt.exam_id)
        .options(contains_eager(Attempt.exam), joinedload(Attempt.exam_version))
        .where(Attempt.public_id == public_id, Exam.public_id == exam_id, Exam.kind != "practice")
    ).one_or_none()
    if row is None:
        raise NotFoundError("attempt")
    return row[0], row[1]


def public_ids(session: Session, attempt_ids: Sequence[int]) -> dict[int, str]:
    """The public ids of attempts, for links to them."""
    rows = session.execute(select(Attempt.id, Attempt.public_id).where(Attempt.id.in_(attempt_ids)))
    return {row[0]: row[1] for row in rows}


def get_exam(session: Session, public_id: str) -> tuple[Exam, ExamVersion]:
    """An exam that counts, with its newest version; raises NotFoundError."""
    row = session.execute(
        select(Exam, ExamVersion)
        .join(ExamVersion, ExamVersion.exam_id == Exam.id)
        .where(Exam.public_id == public_id, Exam.kind != "practice")
        .order_by(ExamVersion.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotFoundError("exam")
    return row[0], row[1]
