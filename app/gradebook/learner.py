"""One learner in a course, with everything that explains the cells of their row in the gradebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.assessment import rules as exams
from app.assessment.models import ExamVersion, Result
from app.assessment.outcomes import Outcome, outcomes_of, passed_courses_of, results_of_attempts
from app.assessment.project_outcomes import project_outcomes_of
from app.assessment.queries import exam_versions_of, start_facts
from app.catalog.models import CourseVersion
from app.catalog.queries import prerequisites_of
from app.certification.queries import Standing, find_standing
from app.foundation import clock
from app.foundation.i18n import localised
from app.gradebook.people import Person, get_person
from app.gradebook.projects import Work, works_of
from app.gradebook.queries import (
    Exam,
    Quiz,
    Version,
    exam_of,
    path_in,
    progress_of_many,
    quizzes_of,
    version_of,
)
from app.gradebook.wording import obstacle_in_words
from app.learning.cohorts import cohorts_of_people
from app.learning.models import Cohort, Enrolment, ItemProgress
from app.learning.queries import Path, missing_modules

MOST_TRIES = 100  # of exercises, the newest; they are without limit


@dataclass(frozen=True)
class Sitting:
    """One attempt with the title of its exam and every revision of its result, first to last."""

    outcome: Outcome
    title: Mapping[str, str] | str
    results: Sequence[Result]


@dataclass(frozen=True)
class Learner:
    """How somebody stands in a course, item by item and attempt by attempt."""

    person: Person
    enrolment: Enrolment
    version: CourseVersion
    path: Path
    progress: Mapping[str, ItemProgress]  # by the slug of the item
    quizzes: Mapping[str, Quiz]
    projects: Mapping[str, Work]  # by slug, in the order of the course
    project_titles: Mapping[str, Any]
    cohorts: Sequence[Cohort]
    exam: Exam | None
    exam_version: ExamVersion | None
    obstacles: Sequence[str]
    sittings: Sequence[Sitting]  # of exams
    tries: Sequence[Sitting]  # of exercises, newest first
    more_tries: int
    certificate: Standing | None


def get_learner(session: Session, course_id: int, public_id: str) -> Learner:
    """Somebody who is in this course; raises NotFoundError."""
    person = get_person(session, course_id, public_id)
    known = version_of(session, person.version_id)
    progress = progress_of_many(session, [person.enrolment_id]).get(person.enrolment_id, {})
    outcomes = outcomes_of(session, course_id, [person.account_id], practice=True).get(person.account_id, [])
    sittings = _sittings(session, known, outcomes)
    tries = sorted(
        (one for one in sittings if one.outcome.kind == "practice"),
        key=lambda one: one.outcome.attempt.started_at,
        reverse=True,
    )
    path, standing = path_in(known, progress), find_standing(session, person.account_id, course_id)
    works = project_outcomes_of(session, course_id, [person.account_id]) if known.projects else {}
    passed = passed_courses_of(session, [person.account_id], known.required).get(person.account_id, frozenset())
    return Learner(
        person=person,
        enrolment=session.get_one(Enrolment, person.enrolment_id),
        version=known.version,
        path=path,
        progress={known.slugs[item]: one for item, one in progress.items() if item in known.slugs},
        quizzes=quizzes_of(known, path, progress, outcomes),
        projects=works_of(person.version_id, known.projects, path, works.get(person.account_id, [])),
        project_titles=known.project_titles,
        cohorts=cohorts_of_people(session, course_id, [person.account_id]).get(person.account_id, []),
        exam=exam_of(known, path, outcomes, known.required - passed),
        exam_version=known.exam,
        obstacles=_obstacles(session, person, known, path, standing),
        sittings=[one for one in sittings if one.outcome.kind != "practice"],
        tries=tries[:MOST_TRIES],
        more_tries=max(0, len(tries) - MOST_TRIES),
        certificate=standing,
    )


def _sittings(session: Session, known: Version, outcomes: Sequence[Outcome]) -> list[Sitting]:
    titles = {one.exam.slug: one.title for one in exam_versions_of(session, known.version.id)}
    results = results_of_attempts(session, [one.attempt.id for one in outcomes])
    return [Sitting(one, titles.get(one.slug, one.slug), results.get(one.attempt.id, [])) for one in outcomes]


def _obstacles(session: Session, person: Person, known: Version, path: Path, standing: Standing | None) -> list[str]:
    """What keeps the certification exam shut now, and until when, in words."""
    if known.exam is None:
        return []
    modules = missing_modules(known.version, path, known.exam.settings)
    facts = start_facts(
        session,
        account_id=person.account_id,
        exam_version=known.exam,
        enrolled=True,
        modules_missing=[module.slug for module in modules],
        pass_stands=standing is None or standing.status != "revoked",
    )
    courses = [
        course
        for course in prerequisites_of(session, known.version)
        if f"course:{course.id}" in facts.missing_prerequisites
    ]
    missing = [localised(module.title) for module in modules]
    missing += [localised(one.current_version.title) if one.current_version else one.slug for one in courses]
    return [obstacle_in_words(reason, missing) for reason in exams.may_start(facts, clock.now())]
