"""Who is in a gradebook: the people of a course who have not left it, found, put in order and paged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Integer, ScalarSelect, Select, func, literal, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment.outcomes import best_shares
from app.catalog.models import Item
from app.foundation.errors import NotFoundError
from app.foundation.folding import folded
from app.foundation.paging import PageOf
from app.gradebook.rules import Sort
from app.learning.models import Cohort, CohortMember, Enrolment, ItemProgress

PAGE_SIZE = 50


@dataclass(frozen=True)
class Person:
    """Somebody in the course; `name` is None once their account is erased."""

    enrolment_id: int
    account_id: int
    version_id: int
    public_id: str
    name: str | None
    name_key: str
    done: int  # items of their version that they have done; 0 where nobody asked
    simulated: bool = False


@dataclass(frozen=True)
class Wanted:
    """Which people, in which order."""

    text: str = ""
    cohort: Cohort | None = None
    sort: Sort = Sort.NAME


def find_people(session: Session, course_id: int, wanted: Wanted) -> list[Person]:
    """Everybody of a course whom the filters let through, in order; in two or three statements."""
    by_progress = wanted.sort in (Sort.BEHIND, Sort.AHEAD)
    statement = _people(course_id, _items_done() if by_progress else None)
    if wanted.cohort is not None:
        inside = select(CohortMember.account_id).where(CohortMember.cohort_id == wanted.cohort.id)
        statement = statement.where(Account.id.in_(inside))
    if name := folded(wanted.text):
        statement = statement.where(Account.name_key.contains(name, autoescape=True), Account.state != "erased")
    people = [_person(*row) for row in session.execute(statement)]
    people.sort(key=lambda one: (one.name is None, one.name_key, one.enrolment_id))
    if by_progress:
        return _by_progress(session, people, ahead=wanted.sort is Sort.AHEAD)
    if wanted.sort in (Sort.LOWEST, Sort.HIGHEST):
        return _by_mark(session, course_id, people, highest=wanted.sort is Sort.HIGHEST)
    return people


def page_of_people(session: Session, course_id: int, wanted: Wanted, number: int) -> tuple[PageOf[Person], int]:
    """One page of them, and how many of all are simulated."""
    people = find_people(session, course_id, wanted)
    rows = people[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return PageOf(rows, number, PAGE_SIZE, len(people)), sum(one.simulated for one in people)


def get_person(session: Session, course_id: int, public_id: str) -> Person:
    """Somebody who is in this course; raises NotFoundError."""
    row = session.execute(_people(course_id, None).where(Account.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFoundError("learner")
    return _person(*row)


_People = Select[int, int, int, str, str, str, str, int, bool]


def _people(course_id: int, done: ScalarSelect[int] | None) -> _People:
    """Of columns, not of entities: a course may have thousands of people, and a page shows fifty."""
    return (
        select(
            Enrolment.id,
            Enrolment.account_id,
            Enrolment.course_version_id,
            Account.public_id,
            Account.name,
            Account.name_key,
            Account.state,
            literal(0, Integer) if done is None else done,
            Account.simulated,
        )
        .join(Account, Account.id == Enrolment.account_id)
        .where(Enrolment.course_id == course_id, Enrolment.state == "active")
    )


def _items_done() -> ScalarSelect[int]:
    """How many items of the version they follow somebody has done."""
    return (
        select(func.count())
        .select_from(ItemProgress)
        .join(Item, Item.id == ItemProgress.item_id)
        .where(
            ItemProgress.enrolment_id == Enrolment.id,
            ItemProgress.completed_at.is_not(None),
            Item.course_version_id == Enrolment.course_version_id,
        )
        .correlate(Enrolment)
        .scalar_subquery()
    )


def _person(
    enrolment_id: int,
    account_id: int,
    version_id: int,
    public_id: str,
    name: str,
    key: str,
    state: str,
    done: int,
    simulated: bool,
) -> Person:
    shown, sorted_by = (None, "") if state == "erased" else (name, key)
    return Person(enrolment_id, account_id, version_id, public_id, shown, sorted_by, done, simulated)


def _by_progress(session: Session, people: list[Person], *, ahead: bool) -> list[Person]:
    versions = sorted({one.version_id for one in people})
    rows = session.execute(
        select(Item.course_version_id, func.count())
        .where(Item.course_version_id.in_(versions))
        .group_by(Item.course_version_id)
    )
    items = dict(rows.all())
    return sorted(people, key=lambda one: Decimal(one.done) / items.get(one.version_id, 1), reverse=ahead)


def _by_mark(session: Session, course_id: int, people: Sequence[Person], *, highest: bool) -> list[Person]:
    shares = best_shares(session, course_id)
    marked = [one for one in people if one.account_id in shares]
    marked.sort(key=lambda one: shares[one.account_id], reverse=highest)
    return marked + [one for one in people if one.account_id not in shares]
