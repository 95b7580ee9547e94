"""Enrolling people from a list: first what each row would do, then all of it at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table, and_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.audit.services import record
from app.catalog.models import CourseVersion
from app.foundation import clock, throttle
from app.foundation.actor import Actor
from app.foundation.database import Base
from app.foundation.errors import RuleError
from app.foundation.events import publish
from app.foundation.folding import folded
from app.foundation.i18n import gettext as _
from app.foundation.permissions import Role
from app.foundation.throttle import Allowance
from app.learning.cohorts import CohortDraft, create_cohort
from app.learning.events import LearnerEnrolled
from app.learning.lists import Asked
from app.learning.models import Cohort, CohortMember, Enrolment

AT_ONCE = 500  # rows a statement
MOST_NEW_COHORTS = 50
# Looking addresses up tells who has an account here: enough for a school, little for whoever fishes.
LISTS = Allowance("enrolment-lists", 20, timedelta(hours=1))
HUNDREDS = Allowance("enrolment-hundreds", 200, timedelta(days=1))  # of addresses


class State(StrEnum):
    """What a row would do."""

    ENROL = "enrol"
    ALREADY = "already"
    LEFT = "left"
    NOBODY = "nobody"
    UNREADABLE = "unreadable"
    TWICE = "twice"


@dataclass(frozen=True)
class Line:
    """One row and what it would do; `first` is the line that named the address before, `joins` whether the cohort is
    one they are not in yet. Nothing of an account but that it is here."""

    asked: Asked
    state: State
    account_id: int | None = None
    first: int | None = None
    joins: bool = False

    @property
    def changes(self) -> bool:
        """Is there something to do for this row?"""
        return self.state is State.ENROL or (self.state is State.ALREADY and self.joins)


@dataclass(frozen=True)
class Plan:
    """What a list would do: its lines in order, the cohorts it names that exist, the names of those it would open."""

    lines: Sequence[Line]
    cohorts: Mapping[str, Cohort]  # by the folded name
    new_cohorts: Sequence[str]

    def count(self, state: State) -> int:
        """How many rows are in a state."""
        return sum(line.state is state for line in self.lines)

    @property
    def to_do(self) -> Sequence[Line]:
        return [line for line in self.lines if line.changes]


@lru_cache(maxsize=256)
def _cohort_key(name: str) -> str:
    """What "the same cohort" means; a list names few cohorts, each thousands of times."""
    return folded(name)


def spend_on_addresses(session: Session, actor: Actor, addresses: int) -> None:
    """Count a list of so many addresses; raises TooManyRequestsError. In a session of its own, as `throttle.spend`."""
    throttle.spend(session, LISTS, actor.public_id)
    for _hundred in range(-(-addresses // 100)):
        throttle.spend(session, HUNDREDS, actor.public_id)


def plan(session: Session, course_id: int, rows: Sequence[Asked], cohort: str = "") -> Plan:
    """What these rows would do, those that name no cohort in `cohort`; raises RuleError for an archived one.

    Only learners who have confirmed their address are found: of everybody else a list says "no such account".
    """
    rows = [row if row.cohort else replace(row, cohort=cohort) for row in rows]
    cohorts = _cohorts(session, course_id, rows)
    people = _people(session, course_id, sorted({row.key for row in rows if row.key}))
    members = _members(session, cohorts.values())
    first: dict[str, int] = {}
    lines = []
    for row in rows:
        seen = first.setdefault(row.key, row.line) if row.key else row.line
        lines.append(_line(row, seen, people, cohorts, members))
    return Plan(lines, cohorts, _new_cohorts(lines, cohorts))


People = Mapping[str, tuple[int, State]]


def _line(
    row: Asked, seen: int, people: People, cohorts: Mapping[str, Cohort], members: frozenset[tuple[int, int]]
) -> Line:
    if row.key is None:
        return Line(row, State.UNREADABLE)
    if seen != row.line:
        return Line(row, State.TWICE, first=seen)
    if row.key not in people:
        return Line(row, State.NOBODY)
    account_id, state = people[row.key]
    cohort = cohorts.get(_cohort_key(row.cohort))
    joins = bool(row.cohort) and (cohort is None or (cohort.id, account_id) not in members)
    return Line(row, state, account_id, joins=joins)


def _new_cohorts(lines: Iterable[Line], cohorts: Mapping[str, Cohort]) -> list[str]:
    found: dict[str, str] = {}
    for line in lines:
        if line.changes and line.asked.cohort and _cohort_key(line.asked.cohort) not in cohorts:
            found.setdefault(_cohort_key(line.asked.cohort), line.asked.cohort)
    if len(found) > MOST_NEW_COHORTS:
        raise RuleError(
            _("This list would open %(count)s cohorts, more than 50: look at its columns.", count=len(found))
        )
    return list(found.values())


def _cohorts(session: Session, course_id: int, rows: Iterable[Asked]) -> dict[str, Cohort]:
    named = {_cohort_key(row.cohort): row for row in reversed(list(rows)) if row.cohort}
    found = session.scalars(select(Cohort).where(Cohort.course_id == course_id)).all() if named else []
    for cohort in found:
        if cohort.name_key in named and cohort.archived_at is not None:
            raise RuleError(
                _(
                    "Line %(line)s: the cohort %(name)s is archived. Open it again first.",
                    line=named[cohort.name_key].line,
                    name=cohort.name,
                )
            )
    return {cohort.name_key: cohort for cohort in found if cohort.name_key in named}


def _people(session: Session, course_id: int, keys: Sequence[str]) -> dict[str, tuple[int, State]]:
    """Who may be enrolled, or is or was in the course, by the key of the address."""
    states = {"active": State.ALREADY, "left": State.LEFT, None: State.ENROL}
    found: dict[str, tuple[int, State]] = {}
    mine = and_(Enrolment.account_id == Account.id, Enrolment.course_id == course_id)
    may = and_(Account.role == Role.LEARNER.value, Account.state == "active", Account.confirmed_at.is_not(None))
    for some in _sliced(keys):
        rows = session.execute(
            select(Account.email_key, Account.id, Enrolment.state)
            .outerjoin(Enrolment, mine)
            .where(Account.email_key.in_(some), Account.state != "erased", Enrolment.id.is_not(None) | may)
        )
        found |= {key: (account_id, states[state]) for key, account_id, state in rows}
    return found


def _members(session: Session, cohorts: Iterable[Cohort]) -> frozenset[tuple[int, int]]:
    wanted = [cohort.id for cohort in cohorts]
    rows = session.execute(
        select(CohortMember.cohort_id, CohortMember.account_id).where(CohortMember.cohort_id.in_(wanted))
    )
    return frozenset((cohort_id, account_id) for cohort_id, account_id in rows)


def _sliced(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


def note_lookup(session: Session, *, actor: Actor, course: str, found: Plan) -> None:
    """Record that addresses were looked up: how many, how many unknown; the addresses are not kept."""
    details = {"addresses": len(found.lines), "unknown": found.count(State.NOBODY)}
    record(session, actor=actor, event="learners.looked-up", subject=course, details=details)


def enrol_list(session: Session, *, actor: Actor, version: CourseVersion, found: Plan) -> int:
    """Do what a plan says, in a few statements however long it is; how many people began the course.

    Whoever was enrolled or put in a cohort meanwhile stays as they are; raises RuleError when nothing is to do.
    """
    to_do = found.to_do
    if not to_do:
        raise RuleError(_("There is nobody to enrol in this list."))
    cohorts = dict(found.cohorts)
    for name in found.new_cohorts:
        cohorts[_cohort_key(name)] = create_cohort(
            session, actor=actor, course_id=version.course_id, draft=CohortDraft(name)
        )
    begun = _begin(session, version, [line.account_id for line in to_do if line.state is State.ENROL])
    placed = _place(
        session, [(cohorts[_cohort_key(line.asked.cohort)].id, line.account_id) for line in to_do if line.joins]
    )
    for account_id in begun:
        publish(session, LearnerEnrolled(account_id=account_id, course_id=version.course_id))
    details = {"enrolled": _public_ids(session, begun), "placed": placed}
    record(session, actor=actor, event="learners.enrolled", subject=version.course.slug, details=details)
    return len(begun)


def _begin(session: Session, version: CourseVersion, account_ids: Sequence[int | None]) -> list[int]:
    """Enrol these people; the ids of those who were not in the course a moment ago."""
    rows = [
        {
            "account_id": one, "course_id": version.course_id, "course_version_id": version.id, "state": "active",
            "enrolled_at": clock.now(),
        }
        for one in account_ids
    ]  # fmt: skip
    return list(_insert(session, Enrolment, rows))


def _place(session: Session, members: Sequence[tuple[int, int | None]]) -> int:
    """Put people in cohorts; how many were not there a moment ago."""
    rows = [{"cohort_id": cohort, "account_id": account, "added_at": clock.now()} for cohort, account in members]
    return len(_insert(session, CohortMember, rows))


def _insert(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> Sequence[int]:
    """Insert what is not there yet; the accounts of the rows that were new. A race loses nothing and doubles nothing.

    The rows are parameters rather than values of the statement: written into it, compiling it took a second.
    """
    if not rows:
        return []
    table = cast(Table, model.__table__)
    insert = sqlite.insert(table) if session.get_bind().dialect.name == "sqlite" else postgresql.insert(table)
    statement = insert.on_conflict_do_nothing().returning(table.c.account_id)
    return session.execute(statement, list(rows)).scalars().all()


def _public_ids(session: Session, account_ids: Sequence[int]) -> list[str]:
    return [
        public_id
        for some in _sliced(account_ids)
        for public_id in session.scalars(select(Account.public_id).where(Account.id.in_(some)))
    ]
