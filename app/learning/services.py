"""Beginning a course and moving through it."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.services import record
from app.catalog.models import CourseVersion, Item
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.database import Base
from app.foundation.errors import RuleError
from app.foundation.events import publish
from app.foundation.i18n import gettext as _
from app.learning.events import ItemCompleted, LearnerEnrolled
from app.learning.models import Enrolment, ItemProgress
from app.learning.queries import find_enrolment, find_progress


def enrol(session: Session, *, actor: Actor, version: CourseVersion) -> Enrolment:
    """Begin a course on its current version; beginning again, or twice at once, changes nothing."""
    enrolment = find_enrolment(session, actor.account_id, version.course_id)
    if enrolment is not None:
        enrolment.state = "active"
        session.flush()
        return enrolment
    enrolment = Enrolment(
        account_id=actor.account_id,
        course_id=version.course_id,
        course_version_id=version.id,
        state="active",
        enrolled_at=clock.now(),
    )
    if not _added(session, enrolment):
        return find_enrolment(session, actor.account_id, version.course_id) or enrolment
    record(session, actor=actor, event="course.enrolled", subject=version.course.slug)
    publish(session, LearnerEnrolled(account_id=actor.account_id, course_id=version.course_id))
    return enrolment


def _added(session: Session, row: Base) -> bool:
    """Add a row that another click may have added a moment before; says whether this one did."""
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        return False
    return True


def open_item(session: Session, *, enrolment: Enrolment, item: Item) -> ItemProgress:
    """Note that an item was opened: this is where the course resumes."""
    now = clock.now()
    enrolment.last_item_id, enrolment.last_seen_at = item.id, now
    session.flush()
    progress = find_progress(session, enrolment.id, item.id)
    if progress is not None:
        return progress
    progress = ItemProgress(enrolment_id=enrolment.id, item_id=item.id, started_at=now)
    if _added(session, progress):
        return progress
    return find_progress(session, enrolment.id, item.id) or progress


def complete_lesson(session: Session, *, enrolment: Enrolment, item: Item) -> None:
    """A lesson was read to its end; saying so twice changes nothing."""
    if item.kind != "lesson":
        raise RuleError(_("Only a lesson is finished by reading it."))
    _complete(session, enrolment, open_item(session, enrolment=enrolment, item=item))


def record_quiz(session: Session, *, enrolment: Enrolment, item: Item, ratio: Decimal, mastered: bool) -> None:
    """A practice quiz was finished: keep the best ratio (0–1); mastering it completes the item for good."""
    progress = open_item(session, enrolment=enrolment, item=item)
    progress.best_ratio = max(progress.best_ratio or Decimal(0), ratio)
    session.flush()
    if mastered:
        _complete(session, enrolment, progress)


def hand_over(session: Session, *, enrolment: Enrolment, item: Item) -> None:
    """A project was handed in: the course goes on elsewhere until others have read it."""
    open_item(session, enrolment=enrolment, item=item).waiting_since = clock.now()
    session.flush()


def give_back(session: Session, *, enrolment: Enrolment, item: Item, accepted: bool) -> None:
    """Others have read it: it is done, or the learner's again; what they did does not move where the course resumes."""
    progress = find_progress(session, enrolment.id, item.id)
    if progress is None:
        progress = ItemProgress(enrolment_id=enrolment.id, item_id=item.id, started_at=clock.now())
        session.add(progress)
    progress.waiting_since = None
    session.flush()
    if accepted:
        _complete(session, enrolment, progress)


def _complete(session: Session, enrolment: Enrolment, progress: ItemProgress) -> None:
    if progress.completed_at is not None:
        return
    progress.completed_at = clock.now()
    session.flush()
    publish(session, ItemCompleted(account_id=enrolment.account_id, item_id=progress.item_id))
