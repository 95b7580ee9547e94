"""What the home page of a learner knows: their courses, how far they are, how far they have proven."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from app.assessment.models import Attempt
from app.assessment.queries import certification_exams, open_exams, passed_courses
from app.catalog.models import Course, CourseVersion, Module
from app.certification.models import Achievement, Certificate
from app.certification.queries import Standing, standings_of
from app.foundation import clock
from app.learning.models import Enrolment, ItemProgress
from app.learning.queries import Path, path_through

MOST_BEFORE_THE_EXAM = 99  # percent of a span


@dataclass(frozen=True)
class Journey:
    """One course of a learner: where they are in it, the exam they are sitting, what they have of it."""

    slug: str
    version: CourseVersion
    path: Path
    exam: str | None  # the public id of the exam that certifies it
    sitting: Attempt | None
    standing: Standing | None
    passed: bool

    @property
    def status(self) -> str:
        """The status of the certificate: pending, valid, suspended, revoked, expired; "" without one."""
        return self.standing.status if self.standing else ""

    @property
    def certified(self) -> bool:
        """Does a certificate of this course hold today?"""
        return self.status == "valid"

    @property
    def settled(self) -> bool:
        """Is there nothing to do in it: certified, or passed and waiting for what others do, or no exam to sit?"""
        if self.sitting:
            return False
        waits = self.passed and self.status in ("", "pending", "suspended")
        return self.certified or waits or (self.exam is None and self.path.resume is None)


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
    done, waiting = _items_done(session, [enrolment.id for enrolment, _version, _slug in rows])
    exams = certification_exams(session, [version.id for _enrolment, version, _slug in rows])
    sittings, standings = open_exams(session, account_id), standings_of(session, account_id)
    passed = passed_courses(session, account_id)
    return [
        Journey(
            slug=slug,
            version=version,
            path=_path(version, done[enrolment.id], waiting[enrolment.id], enrolment.last_item_id),
            exam=exams.get(version.id),
            sitting=sittings.get(enrolment.course_id),
            standing=standings.get(enrolment.course_id),
            passed=enrolment.course_id in passed,
        )
        for enrolment, version, slug in rows
    ]


def _path(version: CourseVersion, done: set[int], waiting: set[int], last: int | None) -> Path:
    slugs = {item.id: item.slug for module in version.modules for item in module.items}
    finished, handed_in = (frozenset(slugs[one] for one in items if one in slugs) for items in (done, waiting))
    return path_through(version.modules, finished, last=slugs.get(last or 0), waiting=handed_in)


def _items_done(session: Session, enrolment_ids: Sequence[int]) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """By enrolment, the items that are done, and those that wait for others."""
    done: dict[int, set[int]] = defaultdict(set)
    waiting: dict[int, set[int]] = defaultdict(set)
    for enrolment_id, item_id, completed_at in session.execute(
        select(ItemProgress.enrolment_id, ItemProgress.item_id, ItemProgress.completed_at).where(
            ItemProgress.enrolment_id.in_(enrolment_ids),
            or_(ItemProgress.completed_at.is_not(None), ItemProgress.waiting_since.is_not(None)),
        )
    ):
        (done if completed_at else waiting)[enrolment_id].add(item_id)
    return done, waiting


def next_journey(journeys: Sequence[Journey]) -> Journey | None:
    """Where the next thing to do is: an exam under way first, for its clock runs, else the course opened last."""
    sitting = (journey for journey in journeys if journey.sitting)
    return next(sitting, None) or next((journey for journey in journeys if not journey.settled), None)


def furthest_tier(session: Session, account_id: int, journeys: Sequence[Journey]) -> float:
    """How far along the bridge: the highest tier certified today, then the share done of a course of the next one.

    A span is whole only once it is certified: with every lesson read and the exam to come, the last step is missing.
    """
    holds = or_(Certificate.expires_at.is_(None), Certificate.expires_at > clock.now())
    certified = (
        session.scalar(
            select(func.max(Achievement.tier))
            .join(Certificate, Certificate.achievement_id == Achievement.id)
            .where(Certificate.account_id == account_id, Certificate.state == "valid", holds)
        )
        or 0
    )
    ahead = [one.path.percent for one in journeys if one.version.tier == certified + 1 and not one.certified]
    return float(certified + min(max(ahead, default=0), MOST_BEFORE_THE_EXAM) / 100)
