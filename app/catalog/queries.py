"""Finding courses, their versions, their steps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Numeric, Select, bindparam, cast, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from app.catalog.models import (
    Course,
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
from app.foundation.keeping import Kept, apart
from app.foundation.paging import PageOf
from app.skills.models import Skill

PAGE_SIZE = 20
VersionKey = tuple[int, str, datetime, str]  # id, digest of the content, when published, course


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


def versions_of_courses(
    session: Session, slugs: Collection[str] = (), number: int | None = None
) -> list[tuple[str, int, int]]:
    """Slug, number and key of a version of each course named, or of all: the one of this number, or the current one."""
    chosen = Course.current_version_id == CourseVersion.id if number is None else CourseVersion.number == number
    found = (
        select(Course.slug, CourseVersion.number, CourseVersion.id)
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .where(chosen)
        .order_by(Course.slug)
    )
    if slugs:
        found = found.where(Course.slug.in_(slugs))
    return [(slug, version, key) for slug, version, key in session.execute(found)]


# Statements of every page are built once: building them again costs more than running them.
_IDENTITY = select(CourseVersion.id, CourseVersion.content_sha256, CourseVersion.published_at, Course.slug)
_CURRENT = _IDENTITY.join(Course, Course.current_version_id == CourseVersion.id).where(Course.slug == bindparam("slug"))
_BY_ID = _IDENTITY.join(Course, Course.id == CourseVersion.course_id).where(CourseVersion.id == bindparam("id"))
_WHOLE = (
    select(CourseVersion)
    .join(Course, Course.id == CourseVersion.course_id)
    .options(
        contains_eager(CourseVersion.course),
        selectinload(CourseVersion.modules).selectinload(Module.items),
        selectinload(CourseVersion.prerequisites),
    )
    .where(CourseVersion.id == bindparam("id"))
)

_VERSIONS: Kept[VersionKey, CourseVersion] = Kept(64)
_LESSONS: Kept[tuple[VersionKey, int], dict[str, LessonText]] = Kept(512)


def get_current_version(session: Session, slug: str) -> CourseVersion:
    """The version new learners get, as `get_version` gives it; raises NotFoundError."""
    return _version(session, _CURRENT, {"slug": slug})


def get_version(session: Session, version_id: int) -> CourseVersion:
    """A version by its key, with its modules, its items and the courses it asks for; raises NotFoundError.

    It never changes, so it is kept in the process and belongs to no session: read it, never change it, and ask the
    database for what does change, such as its course's current version.
    """
    return _version(session, _BY_ID, {"id": version_id})


def _version(session: Session, statement: Select[int, str, datetime, str], values: dict[str, Any]) -> CourseVersion:
    row = session.execute(statement, values).one_or_none()
    if row is None:
        raise NotFoundError("course")
    key: VersionKey = (row.id, row.content_sha256, row.published_at, row.slug)
    return _VERSIONS.get(key, lambda: _whole_version(session, row.id))


def content_key(version: CourseVersion) -> VersionKey:
    """What names the content of a version: nothing else has this key, in this database or another."""
    return (version.id, version.content_sha256, version.published_at, version.course.slug)


def _whole_version(session: Session, version_id: int) -> CourseVersion:
    with apart(session) as own:
        version = own.scalars(_WHOLE, {"id": version_id}).one()
        for module in version.modules:
            for item in module.items:
                set_committed_value(item, "module", module)
    return version


@dataclass(frozen=True)
class CatalogueEntry:
    """A course as the catalogue lists it; hours of work."""

    slug: str
    title: dict[str, str]
    tagline: dict[str, str]
    tier: int
    languages: list[str]
    hours: Decimal


def courses_found(session: Session, wanted: CatalogueFilter, language: str, page: int) -> PageOf[CatalogueEntry]:
    """Current versions that match every filter, easiest first, then by title in `language`."""
    start = (max(1, page) - 1) * PAGE_SIZE
    rows = session.execute(_listing(wanted, language), {"size": PAGE_SIZE, "start": start}).all()
    if start == 0 and len(rows) < PAGE_SIZE:  # all of them: no need to count
        return PageOf(rows=[CatalogueEntry(*row) for row in rows], number=1, size=PAGE_SIZE, total=len(rows))
    total = session.scalar(select(func.count()).select_from(_matching(wanted).subquery())) or 0
    last = max(1, -(-total // PAGE_SIZE))
    if page > last:  # beyond the end, the last page
        return courses_found(session, wanted, language, last)
    return PageOf(rows=[CatalogueEntry(*row) for row in rows], number=max(1, page), size=PAGE_SIZE, total=total)


@lru_cache(maxsize=256)
def _listing(wanted: CatalogueFilter, language: str) -> Select[Any, Any, Any, Any, Any, Any]:
    any_title = select(func.min(CourseText.title_key)).where(CourseText.course_version_id == CourseVersion.id)
    own_title = any_title.where(CourseText.language == language)
    title = func.coalesce(own_title.scalar_subquery(), any_title.scalar_subquery())
    version = CourseVersion
    return (
        select(Course.slug, version.title, version.tagline, version.tier, version.languages, version.hours)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(CourseVersion.id.in_(_matching(wanted)))
        .order_by(CourseVersion.tier, title, CourseVersion.id)
        .limit(bindparam("size", type_=Integer))
        .offset(bindparam("start", type_=Integer))
    )


def _matching(wanted: CatalogueFilter) -> Select[int]:
    return _filtered(select(CourseVersion.id).join(Course, Course.current_version_id == CourseVersion.id), wanted)


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


_TAUGHT = (
    select(CourseSkill.course_version_id, Skill.slug, Skill.name, CourseSkill.tier, CourseSkill.proven)
    .join(Skill, Skill.id == CourseSkill.skill_id)
    .where(CourseSkill.course_version_id.in_(bindparam("ids", expanding=True)))
    .order_by(CourseSkill.course_version_id, CourseSkill.proven.desc(), Skill.slug)
)


def skills_taught(session: Session, version_ids: Iterable[int]) -> Sequence[TaughtSkill]:
    """The skills of several versions in one statement, proven ones first."""
    return [TaughtSkill(*row) for row in session.execute(_TAUGHT, {"ids": list(version_ids)})]


_OFFERED = (
    select(Skill)
    .where(
        Skill.id.in_(
            select(CourseSkill.skill_id).join(Course, Course.current_version_id == CourseSkill.course_version_id)
        )
    )
    .order_by(Skill.slug)
)


def skills_offered(session: Session) -> Sequence[Skill]:
    """Every skill that some current course teaches, for the catalogue's filter."""
    return session.scalars(_OFFERED).all()


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


_PREREQUISITES = (
    select(Course)
    .where(Course.id.in_(bindparam("ids", expanding=True)))
    .options(joinedload(Course.current_version))
    .order_by(Course.slug)
)


def prerequisites_of(session: Session, version: CourseVersion) -> Sequence[Course]:
    """The courses to certify before this version's exam, as they are now; nothing is asked where it needs none."""
    ids = [course.id for course in version.prerequisites]
    return session.scalars(_PREREQUISITES, {"ids": ids}).all() if ids else []


def step_of(version: CourseVersion, slug: str) -> Item:
    """A step of a loaded version by its slug; raises NotFoundError."""
    for module in version.modules:
        for item in module.items:
            if item.slug == slug:
                return item
    raise NotFoundError("item")


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


def find_lesson_text(session: Session, version: CourseVersion, item_id: int, language: str) -> LessonText | None:
    """A lesson of `version` in `language`, else in any language it has; kept, as the version is."""
    texts = _LESSONS.get((content_key(version), item_id), lambda: _lesson_texts(session, item_id))
    return texts.get(language) or next((texts[code] for code in sorted(texts)), None)


def _lesson_texts(session: Session, item_id: int) -> dict[str, LessonText]:
    with apart(session) as own:
        return {text.language: text for text in own.scalars(select(LessonText).where(LessonText.item_id == item_id))}
