"""Cohorts of a course: finding, creating, renaming, archiving them, and who is in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.audit.services import record
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.errors import ConflictError, NotFoundError
from app.foundation.folding import folded
from app.foundation.i18n import gettext as _
from app.foundation.identifiers import new_public_id
from app.learning.models import Cohort, CohortMember, Enrolment


@dataclass(frozen=True)
class CohortDraft:
    """What is asked of a cohort: a name with a letter or digit in it, and days that are in order."""

    name: str
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True)
class CohortEntry:
    """A cohort, how many of its people are in the course now, and how many of them are simulated."""

    cohort: Cohort
    learners: int
    simulated: int = 0


def cohorts_of(session: Session, course_id: int) -> Sequence[CohortEntry]:
    """The cohorts of a course in the order of their names, those archived last."""
    in_course = and_(
        Enrolment.account_id == CohortMember.account_id,
        Enrolment.course_id == Cohort.course_id,
        Enrolment.state == "active",
    )
    rows = session.execute(
        select(Cohort, func.count(Enrolment.id), func.count(Enrolment.id).filter(Account.simulated))
        .outerjoin(CohortMember, CohortMember.cohort_id == Cohort.id)
        .outerjoin(Enrolment, in_course)
        .outerjoin(Account, Account.id == Enrolment.account_id)
        .where(Cohort.course_id == course_id)
        .group_by(Cohort.id)
        .order_by(Cohort.archived_at.is_not(None), Cohort.name_key, Cohort.id)
    )
    return [CohortEntry(*row) for row in rows]


def get_cohort(session: Session, course_id: int, public_id: str) -> Cohort:
    """A cohort of this course; raises NotFoundError."""
    found = session.scalar(select(Cohort).where(Cohort.public_id == public_id, Cohort.course_id == course_id))
    if found is None:
        raise NotFoundError("cohort")
    return found


def cohorts_of_people(session: Session, course_id: int, account_ids: Sequence[int]) -> dict[int, list[Cohort]]:
    """The cohorts of this course that each of these people is in, in the order of their names."""
    rows = session.execute(
        select(CohortMember.account_id, Cohort)
        .join(Cohort, Cohort.id == CohortMember.cohort_id)
        .where(Cohort.course_id == course_id, CohortMember.account_id.in_(account_ids))
        .order_by(Cohort.name_key, Cohort.id)
    )
    found: dict[int, list[Cohort]] = {}
    for account_id, cohort in rows:
        found.setdefault(account_id, []).append(cohort)
    return found


def create_cohort(session: Session, *, actor: Actor, course_id: int, draft: CohortDraft) -> Cohort:
    """Open a cohort; raises ConflictError when the course has one of that name, archived or not."""
    cohort = Cohort(
        public_id=new_public_id(), course_id=course_id, name=draft.name, name_key=folded(draft.name),
        starts_on=draft.starts_on, ends_on=draft.ends_on, created_by=actor.account_id, created_at=clock.now(),
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(cohort)
            session.flush()
    except IntegrityError:
        raise _taken() from None
    record(session, actor=actor, event="cohort.created", subject=cohort.public_id)
    return cohort


def change_cohort(session: Session, *, actor: Actor, cohort: Cohort, draft: CohortDraft) -> None:
    """Rename a cohort or move its dates; raises ConflictError when another of the course has that name."""
    try:
        with session.begin_nested():
            cohort.name, cohort.name_key = draft.name, folded(draft.name)
            cohort.starts_on, cohort.ends_on = draft.starts_on, draft.ends_on
            session.flush()
    except IntegrityError:
        raise _taken() from None
    record(session, actor=actor, event="cohort.changed", subject=cohort.public_id)


def _taken() -> ConflictError:
    return ConflictError(_("This course already has a cohort of that name, perhaps among those archived."))


def archive_cohort(session: Session, *, actor: Actor, cohort: Cohort, archived: bool) -> None:
    """Put a cohort away, or take it out again; doing so twice changes nothing."""
    was = Cohort.archived_at.is_(None) if archived else Cohort.archived_at.is_not(None)
    changed = session.execute(
        update(Cohort)
        .where(Cohort.id == cohort.id, was)
        .values(archived_at=clock.now() if archived else None)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount:  # type: ignore[attr-defined]
        session.refresh(cohort)
        event = "cohort.archived" if archived else "cohort.reopened"
        record(session, actor=actor, event=event, subject=cohort.public_id)


def remove_member(session: Session, *, actor: Actor, cohort: Cohort, account_public_id: str) -> None:
    """Take somebody out of a cohort; they stay in the course. Raises NotFoundError when they are not in it."""
    theirs = select(Account.id).where(Account.public_id == account_public_id).scalar_subquery()
    gone = session.execute(
        delete(CohortMember).where(CohortMember.cohort_id == cohort.id, CohortMember.account_id == theirs)
    )
    if not gone.rowcount:  # type: ignore[attr-defined]
        raise NotFoundError("member")
    details = {"account": account_public_id}
    record(session, actor=actor, event="cohort.member-removed", subject=cohort.public_id, details=details)
