"""The rows of a gradebook, in a number of statements that does not grow with the learners."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment import rules as exams
from app.assessment.models import Attempt, ExamVersion, Result
from app.assessment.outcomes import Outcome, outcomes_of, passed_courses_of
from app.assessment.project_outcomes import project_outcomes_of
from app.assessment.queries import attempts_used, certification_exam_of, instant
from app.assessment.services import rounded_unless
from app.catalog.models import CourseVersion, Module
from app.catalog.queries import get_version
from app.certification.queries import Standing, standings_in
from app.foundation import clock
from app.gradebook.people import Person
from app.gradebook.projects import Work, works_of
from app.gradebook.rules import Blank
from app.learning.cohorts import cohorts_of_people
from app.learning.models import Cohort, ItemProgress
from app.learning.queries import Path, missing_modules, path_through

AT_ONCE = 500  # people a statement
BLANK_OF_STATE = {
    exams.State.IN_PROGRESS: Blank.IN_PROGRESS,
    exams.State.SUBMITTED: Blank.BEING_MARKED,
    exams.State.SCORED: Blank.NOT_RELEASED,
    exams.State.ANNULLED: Blank.ANNULLED,
}


@dataclass(frozen=True)
class Quiz:
    """The exercises of a module: the best share in percent, one decimal, and whether they are passed; or why none."""

    percent: Decimal | None
    mastered: bool
    blank: Blank | None


@dataclass(frozen=True)
class Exam:
    """Somebody's attempts at the certification exam.

    `used` of `most` attempts (None: without limit) since the pass before, if any; the results in force of the latest
    and of the best attempt that were released; `blank` what the latest attempt is waiting for, or why there is none.
    `newest` is the attempt begun last, if any, and `held` its result while it is marked and not released.
    """

    used: int
    most: int | None
    latest: Result | None
    best: Result | None
    blank: Blank | None
    newest: Attempt | None
    held: Result | None = None

    @property
    def passed(self) -> bool | None:
        """Has one attempt passed? None before the first result."""
        return None if self.best is None else self.best.passed


@dataclass(frozen=True)
class Row:
    """How one person stands."""

    person: Person
    cohorts: Sequence[Cohort]
    path: Path
    quizzes: Mapping[str, Quiz]  # by the slug of the exercises, those of the version they follow
    projects: Mapping[str, Work]  # likewise
    exam: Exam | None  # None where their version has no exam
    certificate: Standing | None

    @property
    def percent(self) -> int:
        return self.path.percent


@dataclass(frozen=True)
class Version:
    """A version of the course, its exam if any, and the courses to certify before that."""

    version: CourseVersion
    exam: ExamVersion | None
    required: frozenset[int]

    @cached_property
    def quizzes(self) -> Mapping[str, Module]:
        """The module of each exercises, by the slug of these, in the order of the course."""
        return self._modules_of("quiz")

    @cached_property
    def projects(self) -> Mapping[str, Module]:
        """The module of each project, likewise."""
        return self._modules_of("project")

    def _modules_of(self, kind: str) -> Mapping[str, Module]:
        return {item.slug: module for module in self.version.modules for item in module.items if item.kind == kind}

    @cached_property
    def project_titles(self) -> Mapping[str, Any]:
        """The title of each project, by slug."""
        items = {item.slug: item for module in self.version.modules for item in module.items}
        return {slug: items[slug].title for slug in self.projects}

    @cached_property
    def headings(self) -> Mapping[str, Any]:
        """The title of each exercises, by slug: that of their module where it has no others."""
        alone = Counter(module.slug for module in self.quizzes.values())
        items = {item.slug: item for module in self.version.modules for item in module.items}
        return {
            slug: module.title if alone[module.slug] == 1 else items[slug].title
            for slug, module in self.quizzes.items()
        }

    @cached_property
    def slugs(self) -> Mapping[int, str]:
        return {item.id: item.slug for module in self.version.modules for item in module.items}


def version_of(session: Session, version_id: int) -> Version:
    """What a gradebook needs of a version."""
    version, exam = get_version(session, version_id), certification_exam_of(session, version_id)
    required = version.prerequisites if exam else ()
    return Version(version, exam, frozenset(course.id for course in required))


def rows_of(session: Session, course_id: int, people: Sequence[Person]) -> list[Row]:
    """The rows of these people in their order: a dozen statements for every 500 of them, and two a version."""
    versions = {one: version_of(session, one) for one in sorted({person.version_id for person in people})}
    rows: list[Row] = []
    for start in range(0, len(people), AT_ONCE):
        rows += _slice(session, course_id, people[start : start + AT_ONCE], versions)
    return rows


def _slice(session: Session, course_id: int, people: Sequence[Person], versions: Mapping[int, Version]) -> list[Row]:
    accounts = [person.account_id for person in people]
    progress = progress_of_many(session, [person.enrolment_id for person in people])
    outcomes = outcomes_of(session, course_id, accounts)
    with_projects = any(version.projects for version in versions.values())
    works = project_outcomes_of(session, course_id, accounts) if with_projects else {}
    required = frozenset().union(*(version.required for version in versions.values()))
    passed = passed_courses_of(session, accounts, required)
    cohorts = cohorts_of_people(session, course_id, accounts)
    certificates = standings_in(session, course_id, accounts)
    rows = []
    for person in people:
        version, own = versions[person.version_id], outcomes.get(person.account_id, [])
        done = progress.get(person.enrolment_id, {})
        path = path_in(version, done)
        missing = version.required - passed.get(person.account_id, frozenset())
        rows.append(
            Row(
                person=person,
                cohorts=cohorts.get(person.account_id, []),
                path=path,
                quizzes=quizzes_of(version, path, done, own),
                projects=works_of(person.version_id, version.projects, path, works.get(person.account_id, [])),
                exam=exam_of(version, path, own, missing),
                certificate=certificates.get(person.account_id),
            )
        )
    return rows


def progress_of_many(session: Session, enrolment_ids: Sequence[int]) -> dict[int, dict[int, ItemProgress]]:
    """What was done, by enrolment and item."""
    found: dict[int, dict[int, ItemProgress]] = {}
    for one in session.scalars(select(ItemProgress).where(ItemProgress.enrolment_id.in_(enrolment_ids))):
        found.setdefault(one.enrolment_id, {})[one.item_id] = one
    return found


def path_in(version: Version, done: Mapping[int, ItemProgress]) -> Path:
    """A person's way through the version they follow."""
    completed = (version.slugs[item] for item, one in done.items() if one.completed_at and item in version.slugs)
    return path_through(version.version.modules, frozenset(completed))


def quizzes_of(
    version: Version, path: Path, done: Mapping[int, ItemProgress], outcomes: Sequence[Outcome]
) -> dict[str, Quiz]:
    """How somebody stands with each exercises of their version, by slug."""
    best = {version.slugs[item]: one.best_ratio for item, one in done.items() if item in version.slugs}
    busy = {one.slug for one in outcomes if one.standing.state is exams.State.IN_PROGRESS}
    return {
        slug: _quiz(module, best.get(slug), mastered=path.done(slug), busy=slug in busy, path=path)
        for slug, module in version.quizzes.items()
    }


def _quiz(module: Module, best: Decimal | None, *, mastered: bool, busy: bool, path: Path) -> Quiz:
    if best is not None:
        cut = Decimal(str((module.mastery or {}).get("threshold", exams.MASTERY_THRESHOLD))) * 100
        return Quiz(rounded_unless(best, Decimal(1), cut), mastered, None)
    if busy:
        return Quiz(None, mastered, Blank.IN_PROGRESS)
    return Quiz(None, mastered, Blank.LOCKED if path.locks_of(module.slug) else Blank.NOT_BEGUN)


def exam_of(version: Version, path: Path, outcomes: Sequence[Outcome], courses_missing: frozenset[int]) -> Exam | None:
    """How somebody stands with the certification exam; None where their version has none."""
    if version.exam is None:
        return None
    own = [one for one in outcomes if one.kind == "certification"]
    marked = [one.result for one in own if one.result is not None]
    passes = [  # the count starts anew after a pass; that of the last attempt ends a count instead
        one.attempt
        for one in own[:-1]
        if one.result is not None and one.result.passed and one.attempt.exam_version_id == version.exam.id
    ]
    return Exam(
        used=attempts_used([one.attempt for one in own], passes[-1] if passes else None),
        most=version.exam.settings.get("max_attempts"),
        latest=marked[-1] if marked else None,
        best=max(marked, key=_worth, default=None),
        blank=BLANK_OF_STATE.get(own[-1].standing.state) if own else _blank(version, path, courses_missing),
        newest=own[-1].attempt if own else None,
        held=own[-1].held if own else None,
    )


def _blank(version: Version, path: Path, courses_missing: frozenset[int]) -> Blank:
    """Before the first attempt: is the exam shut for this person, or only not begun?"""
    settings = version.exam.settings if version.exam else {}
    facts = exams.StartFacts(
        enrolled=True,
        missing_prerequisites=(
            *(module.slug for module in missing_modules(version.version, path, settings)),
            *map(str, courses_missing),
        ),
        opens=instant(settings.get("opens")),
        closes=instant(settings.get("closes")),
    )
    return Blank.LOCKED if exams.may_start(facts, clock.now()) else Blank.NOT_BEGUN


def _worth(result: Result) -> tuple[bool, Decimal]:
    """A pass before the greatest share: after a question was taken out, a pass may have the smaller one."""
    return result.passed, result.total / result.max_points if result.max_points else Decimal(0)
