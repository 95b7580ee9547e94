"""From a folder of text to a published course: once, whole, and by versions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.assessment import project_models as projects
from app.assessment.models import Bank, Exam, ExamPool, ExamVersion, Question, QuestionVersion
from app.assessment.queries import certification_exam_of, pool_size
from app.audit.models import AuditEntry
from app.authoring.services import CourseImport, content_sha256, import_course, import_skills
from app.authoring.tree import Course as CourseFiles
from app.authoring.tree import Project, ProjectItem
from app.catalog.models import Course, CourseSkill, CourseText, CourseVersion, Item, LessonText, Module
from app.foundation.actor import SYSTEM
from app.foundation.errors import RuleError
from app.skills.models import Skill
from tests.courses import exam_of, real_files

TABLES = (
    AuditEntry, Bank, Course, CourseSkill, CourseText, CourseVersion, Exam, ExamPool, ExamVersion, Item, LessonText,
    Module, Question, QuestionVersion, Skill,
)  # fmt: skip


def files(**changes: Any) -> CourseFiles:
    course = real_files().course
    assert course is not None
    return replace(course, **changes)


def publish(session: Session, course: CourseFiles) -> CourseImport:
    skills = real_files().skills
    assert skills is not None
    import_skills(session, skills)
    done = import_course(session, actor=SYSTEM, course=course)
    session.commit()
    return done


def counts(session: Session) -> dict[str, int]:
    return {table.__name__: session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES}


def test_import_twice_changes_nothing(session: Session) -> None:
    first = publish(session, files())
    before = counts(session)
    again = publish(session, files())
    assert (first.new, again.new) == (True, False)
    assert first.version.id == again.version.id
    assert counts(session) == before


def test_the_real_course_arrives_whole(session: Session) -> None:
    version = publish(session, files()).version
    course = real_files().course
    assert course is not None
    assert version.number == 1
    assert [module.slug for module in version.modules] == [module.id for module in course.modules]
    found = counts(session)
    assert found["LessonText"] == 2 * sum(item.kind == "lesson" for module in version.modules for item in module.items)
    assert found["CourseText"] == 2
    assert found["Question"] == sum(not question.void for bank in course.banks for question in bank.questions)
    exam = certification_exam_of(session, version.id)
    assert exam is not None
    assert pool_size(session, exam) >= 60
    assert exam.settings["cooldown_s"] == [86400, 604800]
    assert (exam.settings["cut"], exam.settings["duration_s"], exam.settings["max_attempts"]) == ("0.70", 2100, 3)


def test_a_change_makes_a_version_and_keeps_the_one_before(session: Session) -> None:
    old = publish(session, files()).version
    new = publish(session, files(tagline={"fr": "Autre.", "en": "Other."})).version
    assert (old.number, new.number) == (1, 2)
    course = session.scalars(select(Course)).one()
    assert course.current_version_id == new.id
    found = counts(session)
    assert found["ExamVersion"] == 8  # three quizzes and the exam, twice
    assert found["QuestionVersion"] == found["Question"]


def test_the_content_before_may_come_back(session: Session) -> None:
    old = publish(session, files()).version
    publish(session, files(tagline={"fr": "Autre.", "en": "Other."}))
    back = publish(session, files())
    assert (back.version.id, back.new) == (old.id, False)
    assert session.scalars(select(Course)).one().current_version_id == old.id


def test_a_changed_question_gets_a_version_and_a_dropped_one_retires(session: Session) -> None:
    publish(session, files())
    course = real_files().course
    assert course is not None
    bank, *others = course.banks
    dropped, edited, *kept = bank.questions
    edited = replace(edited, body={**edited.body, "stem": {"fr": "Autre ?", "en": "Other?"}})
    publish(session, files(banks=(replace(bank, questions=(edited, *kept)), *others)))
    gone = session.scalars(select(Question).where(Question.slug == dropped.id)).one()
    assert gone.retired_at is not None
    numbers = select(QuestionVersion.number).join(Question, Question.id == QuestionVersion.question_id)
    assert sorted(session.scalars(numbers.where(Question.slug == edited.id))) == [1, 2]
    publish(session, files(hours=None))
    session.refresh(gone)
    assert gone.retired_at is None


def test_the_digest_follows_the_content_not_the_layout() -> None:
    assert content_sha256(files()) == content_sha256(files())
    assert content_sha256(files()) != content_sha256(files(hours=None))


def _exam_with(**changes: Any) -> CourseFiles:
    course = files()
    exam, *others = course.exams
    return replace(course, exams=(replace(exam, **changes), *others))


LEVELS = [{"points": points, "text": f"Niveau {points}"} for points in range(4)]
RUBRIC = [{"id": "exactitude", "weight": 2, "title": "Exactitude", "levels": LEVELS}]


def with_project(*, mastery: bool = True, required: bool = True, **body: Any) -> CourseFiles:
    """The real course with this project alone, in its first module; `mastery` keeps the quiz that opens the exam."""
    course, exam = files(), files().exams[0]
    (module, *others) = (
        replace(module, items=tuple(item for item in module.items if not isinstance(item, ProjectItem)))
        for module in course.modules
    )
    words = {"fr": "Le **projet**.", "en": "The **project**."}
    project = Project("p", {"fr": "Projet", "en": "Project"}, words, None, {"id": "p", "rubric": RUBRIC, **body})
    module = replace(module, items=(*module.items, ProjectItem("p")), mastery=module.mastery if mastery else None)
    exam = replace(exam, requires=(module.id,) if required else ())
    return replace(course, modules=(module, *others), projects=(project,), exams=(exam, *course.exams[1:]))


@pytest.mark.parametrize(
    "course",
    [
        lambda: _exam_with(grace=timedelta(seconds=30)),
        lambda: _exam_with(release="window", closes=None),
        lambda: with_project(review={"peers": 3}),
        lambda: with_project(review={"staff": 3}),
        lambda: with_project(review={"staff": 0}),
        lambda: with_project(review={"aggregate": "mean"}),
        lambda: files(prerequisite_courses=("nowhere",)),
    ],
)
def test_what_the_site_cannot_do_is_refused_rather_than_dropped(session: Session, course: Any) -> None:
    with pytest.raises(RuleError):
        publish(session, course())
    session.rollback()
    assert counts(session)["CourseVersion"] == 0


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"release": "staff"}, ("staff", None)),
        ({"release": "window", "closes": datetime(2027, 1, 31, 18, tzinfo=UTC)}, ("window", None)),
        ({"navigation": "forward"}, ("at_once", "forward")),
    ],
)
def test_releases_and_navigation_are_stored_with_the_exam(
    session: Session, changes: dict[str, Any], kept: tuple[str, str | None]
) -> None:
    version = publish(session, _exam_with(**changes)).version
    settings = exam_of(session, version).settings
    assert (settings["release"], settings.get("navigation")) == kept


def test_skills_come_first(session: Session) -> None:
    with pytest.raises(RuleError):
        import_course(session, actor=SYSTEM, course=files())


def test_a_project_is_published_with_its_course(session: Session) -> None:
    version = publish(session, with_project(deliverables=["Un rapport."])).version
    (project,) = session.scalars(select(projects.Project).where(projects.Project.slug == "p"))
    assert (project.course_version_id, project.slug, project.markers) == (version.id, "p", 1)
    assert project.brief_html["fr"] == "<p>Le <strong>projet</strong>.</p>\n"
    assert project.rubric.criteria[0].points == (0, 1, 2, 3)
    assert project.body["deliverables"] == ["Un rapport."]
    item = version.modules[0].items[-1]
    assert (item.kind, item.slug, item.minutes, item.title["en"]) == ("project", "p", 120, "Project")


@pytest.mark.parametrize(
    ("mastery", "required", "review", "markers"),
    [
        (False, True, {}, 2),  # the exam that certifies waits for it
        (True, True, {}, 1),  # passing the exercises opens the exam
        (False, False, {}, 1),
        (False, False, {"staff": 2}, 2),
        (True, True, {"staff": 1, "peers": 0}, 1),
    ],
)
def test_a_project_that_counts_for_a_certificate_is_marked_twice(
    session: Session, mastery: bool, required: bool, review: dict[str, int], markers: int
) -> None:
    publish(session, with_project(mastery=mastery, required=required, review=review))
    assert session.scalars(select(projects.Project.markers).where(projects.Project.slug == "p")).all() == [markers]
