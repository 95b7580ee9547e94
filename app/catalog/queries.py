"""Finding courses, their versions, their steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Numeric, Select, cast, func, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from app.catalog.models import (
    Course,
    CoursePrerequisite,
    CourseSkill,
    CourseText,
    CourseVersion,
    Item,
    LessonText,
    Module,
)
from app.catalog.rules import CatalogueFilter
from app.foundation.errors import NotFoundError
from app.foundation.folding import folded
from app.foundation.paging import PageOf
from app.skills.models import Skill

PAGE_SIZE = 20


def find_course(session: Session, slug: str) -> Course | None:
    """The course of a slug, or None."""
    return session.scalar(select(Course).where(Course.slug == slug))


def find_version_by_content(session: Session, course_id: int, content_sha256: str) -> CourseVersion | None:
    """The version with exactly this content, or None."""
    return session.scalar(
        select(CourseVersion).where(
            CourseVersion.course_id == course_id, CourseVersion.content_sha256 == content_sha256
        )
    )


def get_current_version(session: Session, slug: str) -> CourseVersion:
    """The version new learners get, with its modules and items; raises NotFoundError."""
    return _one_version(
        session,
        select(CourseVersion)
        .join(Course, Course.current_version_id == CourseVersion.id)
        .options(contains_eager(CourseVersion.course))
        .where(Course.slug == slug),
    )


def get_version(session: Session, version_id: int) -> CourseVersion:
    """A version by its key, with its modules and items; raises NotFoundError."""
    return _one_version(
        session,
        select(CourseVersion)
        .join(Course, Course.id == CourseVersion.course_id)
        .options(contains_eager(CourseVersion.course))
        .where(CourseVersion.id == version_id),
    )


def _one_version(session: Session, statement: Select[CourseVersion]) -> CourseVersion:
    version = session.scalar(statement.options(selectinload(CourseVersion.modules).selectinload(Module.items)))
    if version is None:
        raise NotFoundError("course")
    return version


def courses_found(session: Session, wanted: CatalogueFilter, language: str, page: int) -> PageOf[CourseVersion]:
    """Current versions that match every filter, easiest first, then by title in `language`."""
    matching = _filtered(select(CourseVersion.id).join(Course, Course.current_version_id == CourseVersion.id), wanted)
    total = session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    page = max(1, min(page, -(-total // PAGE_SIZE)))  # beyond the end, the last page
    any_title = select(func.min(CourseText.title_key)).where(CourseText.course_version_id == CourseVersion.id)
    own_title = any_title.where(CourseText.language == language)
    title = func.coalesce(own_title.scalar_subquery(), any_title.scalar_subquery())
    rows = session.scalars(
        select(CourseVersion)
        .join(Course, Course.id == CourseVersion.course_id)
        .options(contains_eager(CourseVersion.course))
        .where(CourseVersion.id.in_(matching))
        .order_by(CourseVersion.tier, title, CourseVersion.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    return PageOf(rows=rows, number=page, size=PAGE_SIZE, total=total)


def _filtered(statement: Select[int], wanted: CatalogueFilter) -> Select[int]:
    if wanted.tiers:
        statement = statement.where(CourseVersion.tier.in_(wanted.tiers))
    for word in folded(wanted.text).split():
        with_word = select(CourseText.course_version_id).where(CourseText.folded.contains(word, autoescape=True))
        statement = statement.where(CourseVersion.id.in_(with_word))
    if wanted.languages:
        spoken = select(CourseText.course_version_id).where(CourseText.language.in_(wanted.languages))
        statement = statement.where(CourseVersion.id.in_(spoken))
    if wanted.skill:
        teaching = (
            select(CourseSkill.course_version_id)
            .join(Skill, Skill.id == CourseSkill.skill_id)
            .where(Skill.slug == wanted.skill)
        )
        statement = statement.where(CourseVersion.id.in_(teaching))
    if wanted.most_hours is not None:
        # DecimalText is text: the database compares it as the number it says.
        statement = statement.where(cast(CourseVersion.hours, Numeric) <= wanted.most_hours)
    return statement


def tier_counts(session: Session) -> dict[int, tuple[int, Decimal]]:
    """For each tier that has courses: how many, and their hours in all."""
    counts: dict[int, tuple[int, Decimal]] = {}
    for tier, hours in session.execute(
        select(CourseVersion.tier, CourseVersion.hours).join(Course, Course.current_version_id == CourseVersion.id)
    ):
        count, total = counts.get(tier, (0, Decimal(0)))
        counts[tier] = (count + 1, total + hours)
    return counts


@dataclass(frozen=True)
class TaughtSkill:
    """A skill as a course teaches it."""

    course_version_id: int
    slug: str
    name: dict[str, str]
    tier: int
    proven: bool


def skills_taught(session: Session, version_ids: Iterable[int]) -> Sequence[TaughtSkill]:
    """The skills of several versions in one statement, proven ones first."""
    rows = session.execute(
        select(CourseSkill.course_version_id, Skill.slug, Skill.name, CourseSkill.tier, CourseSkill.proven)
        .join(Skill, Skill.id == CourseSkill.skill_id)
        .where(CourseSkill.course_version_id.in_(list(version_ids)))
        .order_by(CourseSkill.course_version_id, CourseSkill.proven.desc(), Skill.slug)
    )
    return [TaughtSkill(*row) for row in rows]


def skills_offered(session: Session) -> Sequence[Skill]:
    """Every skill that some current course teaches, for the catalogue's filter."""
    taught = (
        select(CourseSkill.skill_id).join(Course, Course.current_version_id == CourseSkill.course_version_id).distinct()
    )
    return session.scalars(select(Skill).where(Skill.id.in_(taught)).order_by(Skill.slug)).all()


@dataclass(frozen=True)
class ProvingCourse:
    """A course whose certificate proves a skill."""

    skill_id: int
    tier: int
    slug: str
    title: dict[str, str]
    hours: Decimal


def courses_proving(session: Session, skill_ids: Iterable[int]) -> Sequence[ProvingCourse]:
    """Current courses that certify these skills, lowest tier and shortest first: what closes a gap."""
    rows = session.execute(
        select(CourseSkill.skill_id, CourseSkill.tier, Course.slug, CourseVersion.title, CourseVersion.hours)
        .join(CourseVersion, CourseVersion.id == CourseSkill.course_version_id)
        .join(Course, Course.current_version_id == CourseVersion.id)
        .where(CourseSkill.proven, CourseSkill.skill_id.in_(list(skill_ids)))
        .order_by(CourseSkill.skill_id, CourseSkill.tier, Course.slug)
    )
    return [ProvingCourse(*row) for row in rows]


def prerequisites_of(session: Session, version_id: int) -> Sequence[Course]:
    """The courses to certify before this version's exam."""
    return session.scalars(
        select(Course)
        .join(CoursePrerequisite, CoursePrerequisite.required_course_id == Course.id)
        .where(CoursePrerequisite.course_version_id == version_id)
        .options(selectinload(Course.current_version))
        .order_by(Course.slug)
    ).all()


def get_item(session: Session, version_id: int, slug: str) -> Item:
    """A step of a version by its slug; raises NotFoundError."""
    item = session.scalar(
        select(Item)
        .join(Module, Module.id == Item.module_id)
        .options(contains_eager(Item.module))
        .where(Item.course_version_id == version_id, Item.slug == slug)
    )
    if item is None:
        raise NotFoundError("item")
    return item


def find_lesson_text(session: Session, item_id: int, language: str) -> LessonText | None:
    """A lesson in `language`, else in any language it has."""
    texts = {text.language: text for text in session.scalars(select(LessonText).where(LessonText.item_id == item_id))}
    return texts.get(language) or next((texts[code] for code in sorted(texts)), None)
