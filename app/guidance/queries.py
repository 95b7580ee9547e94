"""What the home page of a learner knows: their courses, how far they are, how far they have proven."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from app.assessment.queries import passed_courses
from app.catalog.models import Course, CourseVersion, Module
from app.certification.models import Achievement, Certificate
from app.learning.models import Enrolment, ItemProgress
from app.learning.queries import Path, path_through


@dataclass(frozen=True)
class Journey:
    """One course of a learner, where they are in it, and whether its exam is passed."""

    slug: str
    version: CourseVersion
    path: Path
    certified: bool


def journeys_of(session: Session, account_id: int) -> Sequence[Journey]:
    """A learner's courses, the last opened first, in a constant number of statements."""
    rows = session.execute(
        select(Enrolment, CourseVersion, Course.slug)
        .join(CourseVersion, CourseVersion.id == Enrolment.course_version_id)
        .join(Course, Course.id == Enrolment.course_id)
        .options(selectinload(CourseVersion.modules).selectinload(Module.items))
        .where(Enrolment.account_id == account_id, Enrolment.state == "active")
        .order_by(Enrolment.last_seen_at.desc().nulls_last(), Enrolment.id.desc())
    ).all()
    done = _items_done(session, [enrolment.id for enrolment, _version, _slug in rows])
    certified = passed_courses(session, account_id)
    return [
        Journey(
            slug=slug,
            version=version,
            path=_path(version, done.get(enrolment.id, frozenset()), enrolment.last_item_id),
            certified=enrolment.course_id in certified,
        )
        for enrolment, version, slug in rows
    ]


def _path(version: CourseVersion, done: frozenset[int], last: int | None) -> Path:
    slugs = {item.id: item.slug for module in version.modules for item in module.items}
    finished = frozenset(slugs[item_id] for item_id in done if item_id in slugs)
    return path_through(version.modules, finished, last=slugs.get(last or 0))


def _items_done(session: Session, enrolment_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    done: dict[int, set[int]] = {}
    for enrolment_id, item_id in session.execute(
        select(ItemProgress.enrolment_id, ItemProgress.item_id).where(
            ItemProgress.enrolment_id.in_(enrolment_ids), ItemProgress.completed_at.is_not(None)
        )
    ):
        done.setdefault(enrolment_id, set()).add(item_id)
    return {enrolment_id: frozenset(items) for enrolment_id, items in done.items()}


def furthest_tier(session: Session, account_id: int, journeys: Sequence[Journey]) -> float:
    """How far along the bridge: the highest tier certified, then the share done of a course of the next one."""
    certified = (
        session.scalar(
            select(func.max(Achievement.tier))
            .join(Certificate, Certificate.achievement_id == Achievement.id)
            .where(Certificate.account_id == account_id, Certificate.state == "valid")
        )
        or 0
    )
    ahead = [one.path.percent for one in journeys if one.version.tier == certified + 1 and not one.certified]
    return float(certified + max(ahead, default=0) / 100)
