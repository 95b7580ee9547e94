"""The simulated cohort of the demo school: 300 people of seeded strength through every course and its exam, in bulk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment import queries, rules
from app.assessment.models import Attempt, ExamVersion
from app.audit.services import record
from app.catalog.models import Course, CourseVersion, Item
from app.catalog.queries import get_version
from app.foundation import clock
from app.foundation.actor import SYSTEM, Actor
from app.foundation.database import Base
from app.foundation.folding import folded
from app.foundation.identifiers import new_public_id
from app.foundation.permissions import Role
from app.learning.cohorts import CohortDraft, create_cohort
from app.learning.models import CohortMember, Enrolment, ItemProgress
from app.wiring.demo_sittings import SEED, TIER_DIFFICULTY, ExamToSit, Learner, Row, Sat
from app.wiring.simulating import Dice

PEOPLE = 300
PERIOD = timedelta(days=60)  # the last ones; each course has its part of them
COHORT = "Cohorte simulée"
NO_PASSWORD = "!"  # noqa: S105 - the hash of none: whatever is typed is wrong
AHEAD = 0.3  # mean strength above the tier of the course, in logits
STOP_EARLY = 0.12  # of the people
# Exercises follow their lessons at once, and after each try the answers are shown.
FRESH, LEARNT, MOST_TRIES = 1.8, 0.8, 4


@dataclass
class Walk:
    """The rows of one person's way through a course; those of the progress want the id of the enrolment."""

    enrolment: Row
    progress: list[Row] = field(default_factory=list)
    sat: list[Sat] = field(default_factory=list)


def add_cohort(session: Session, *, opened_by: Actor, people: int = PEOPLE) -> None:
    """Simulate so many people in every course whose exam certifies; they take the courses in turn, easiest first.

    Nobody among them can sign in, is sent a letter, holds a certificate or is shown to an employer.
    """
    begins = clock.now() - PERIOD
    learners = _join(session, begins, people)
    courses = _courses(session)
    for place, (version, exams) in enumerate(courses):
        part = PERIOD / len(courses)
        course = _CourseToWalk(session, version, exams, begins + place * part, part)
        _store(session, [course.walk(learner) for learner in learners])
        _gather(session, opened_by, version, learners)
    details = {"people": people, "courses": [version.course.slug for version, _exams in courses]}
    record(session, actor=SYSTEM, event="demo.cohort-simulated", subject="demo", details=details)


def _join(session: Session, at: datetime, people: int) -> list[Learner]:
    rows = [_account(number, at) for number in range(1, people + 1)]
    ids = _insert_for_ids(session, Account, rows)
    return [
        Learner(number, account_id, row["language"], Dice(SEED, f"talent {number}").normal())
        for number, (account_id, row) in enumerate(zip(ids, rows, strict=True), start=1)
    ]


def _account(number: int, at: datetime) -> Row:
    name, email = f"Parcours simulé {number:03d}", f"simulated-{number:03d}@simulated.invalid"  # RFC 2606: no such host
    return {
        "public_id": new_public_id(), "email": email, "email_key": email, "name": name, "name_key": folded(name),
        "role": Role.LEARNER.value, "state": "active", "language": "fr" if number % 2 else "en",
        "password_hash": NO_PASSWORD, "created_at": at, "confirmed_at": at, "simulated": True,
    }  # fmt: skip


def _courses(session: Session) -> list[tuple[CourseVersion, Sequence[ExamVersion]]]:
    """Every course in force whose exam certifies, with its exams and exercises."""
    ids = session.scalars(
        select(CourseVersion.id)
        .join(Course, Course.current_version_id == CourseVersion.id)
        .order_by(CourseVersion.tier, Course.slug)
    ).all()
    found = [(get_version(session, id_), queries.exam_versions_of(session, id_)) for id_ in ids]
    return [(version, exams) for version, exams in found if any(one.exam.kind == "certification" for one in exams)]


class _CourseToWalk:
    """A course with its exercises and its exam, walked through within `part` from `begins` on."""

    def __init__(
        self, session: Session, version: CourseVersion, exams: Sequence[ExamVersion], begins: datetime, part: timedelta
    ) -> None:
        self.version, self.begins, self.part = version, begins, part
        self.way = [item for module in version.modules for item in module.items if item.kind != "project"]
        self.exams: Mapping[str, ExamToSit] = {one.exam.slug: ExamToSit(session, one) for one in exams}
        self.final = next(one for one in self.exams.values() if one.exam.kind == "certification")

    def walk(self, learner: Learner) -> Walk:
        """As far as this person comes; whoever has finished lessons and exercises sits the exam once."""
        dice = Dice(SEED, f"{self.version.course.slug} {learner.number}")
        strength = TIER_DIFFICULTY[self.version.tier] + AHEAD + learner.talent
        at = self.begins + self.part * (0.4 * dice.share())
        pause = self.part * (0.2 + 0.3 * dice.share()) / len(self.way)
        walk = Walk(self._enrolment(learner, at))
        last = dice.below(len(self.way)) if dice.share() < STOP_EARLY else len(self.way)
        for item in self.way[:last]:
            done = self._step(walk, learner, item, strength, at)
            walk.enrolment |= {"last_item_id": item.id, "last_seen_at": at}
            at += pause * (0.5 + dice.share())
            if not done:
                return walk
        if last == len(self.way):
            walk.sat.append(self.final.sit(learner, strength, at))
        return walk

    def _enrolment(self, learner: Learner, at: datetime) -> Row:
        return {
            "account_id": learner.account_id, "course_id": self.version.course_id,
            "course_version_id": self.version.id, "state": "active", "enrolled_at": at, "last_item_id": None,
            "last_seen_at": None,
        }  # fmt: skip

    def _step(self, walk: Walk, learner: Learner, item: Item, strength: float, at: datetime) -> bool:
        """Read a lesson or do exercises until they are mastered; says whether the way goes on."""
        best, end, done = None, at + timedelta(minutes=12), True
        if item.slug in self.exams:
            tries = self._try(learner, self.exams[item.slug], strength, at)
            walk.sat += tries
            best, end = max(one.ratio for one in tries), tries[-1].attempt["submitted_at"]
            done = self._mastered(tries[-1], self.exams[item.slug])
        walk.progress.append(
            {
                "item_id": item.id, "started_at": at, "completed_at": end if done else None, "waiting_since": None,
                "best_ratio": best,
            }
        )  # fmt: skip
        return done

    def _try(self, learner: Learner, exam: ExamToSit, strength: float, at: datetime) -> list[Sat]:
        tries: list[Sat] = []
        while not tries or (len(tries) < MOST_TRIES and not self._mastered(tries[-1], exam)):
            begun = tries[-1].attempt["submitted_at"] + timedelta(minutes=5) if tries else at
            tries.append(exam.sit(learner, strength + FRESH + LEARNT * len(tries), begun, tries))
        return tries

    @staticmethod
    def _mastered(sat: Sat, exam: ExamToSit) -> bool:
        threshold = Decimal(exam.version.settings.get("threshold", str(rules.MASTERY_THRESHOLD)))
        return sat.mastered(threshold)


def _store(session: Session, walks: Sequence[Walk]) -> None:
    """Write all of it, each table at once."""
    enrolments = _insert_for_ids(session, Enrolment, [walk.enrolment for walk in walks])
    progress = [
        {"enrolment_id": enrolment_id, **row}
        for enrolment_id, walk in zip(enrolments, walks, strict=True)
        for row in walk.progress
    ]
    _insert(session, ItemProgress, progress)
    sat = sorted((one for walk in walks for one in walk.sat), key=lambda one: one.attempt["started_at"])
    attempts = _insert_for_ids(session, Attempt, [one.attempt for one in sat])
    for model in sat[0].rows if sat else ():
        rows = zip(attempts, (one.rows[model] for one in sat), strict=True)
        _insert(session, model, [{"attempt_id": attempt_id, **row} for attempt_id, some in rows for row in some])


def _gather(session: Session, opened_by: Actor, version: CourseVersion, learners: Sequence[Learner]) -> None:
    cohort = create_cohort(session, actor=opened_by, course_id=version.course_id, draft=CohortDraft(COHORT))
    now = clock.now()
    members = [{"cohort_id": cohort.id, "account_id": one.account_id, "added_at": now} for one in learners]
    _insert(session, CohortMember, members)


def _insert(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.connection().execute(insert(cast(Table, model.__table__)), list(rows))


def _insert_for_ids(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> Sequence[int]:
    """The ids of the rows, in their order."""
    if not rows:
        return []
    table = cast(Table, model.__table__)
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return session.connection().execute(statement, list(rows)).scalars().all()
