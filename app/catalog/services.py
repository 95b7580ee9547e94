"""Publishing courses: a change makes a new version, and nobody's version is taken away."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.services import record
from app.catalog.drafts import ItemDraft, ModuleDraft, VersionDraft
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
from app.catalog.queries import find_course, find_version_by_content
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.errors import RuleError
from app.foundation.folding import folded
from app.foundation.i18n import gettext as _
from app.foundation.i18n import localised
from app.skills.queries import skills_by_slug


def publish_version(session: Session, *, actor: Actor, draft: VersionDraft) -> tuple[CourseVersion, bool]:
    """Publish `draft` and say whether it is new: the same content again changes nothing."""
    course = find_course(session, draft.slug) or _new_course(session, draft.slug)
    known = find_version_by_content(session, course.id, draft.content_sha256)
    if known is not None:
        course.current_version_id = known.id
        session.flush()
        return known, False
    version = _add_version(session, course, draft)
    _add_skills(session, version, draft)
    _add_prerequisites(session, version, draft)
    for position, module in enumerate(draft.modules, start=1):
        _add_module(session, version, position, module)
    _add_search_texts(session, version, draft)
    course.current_version_id = version.id
    session.flush()
    record(
        session, actor=actor, event="course.published", subject=draft.slug,
        details={"version": version.number, "content": draft.content_sha256},
    )  # fmt: skip
    return version, True


def _new_course(session: Session, slug: str) -> Course:
    course = Course(slug=slug, created_at=clock.now())
    session.add(course)
    session.flush()
    return course


def _add_version(session: Session, course: Course, draft: VersionDraft) -> CourseVersion:
    last = session.scalar(select(func.max(CourseVersion.number)).where(CourseVersion.course_id == course.id)) or 0
    version = CourseVersion(
        course_id=course.id,
        number=last + 1,
        content_sha256=draft.content_sha256,
        tier=draft.tier,
        languages=list(draft.languages),
        title=dict(draft.title),
        tagline=dict(draft.tagline),
        description_html=dict(draft.description_html),
        assumes=dict(draft.assumes),
        hours=draft.hours,
        domains=dict(draft.domains),
        change_note=dict(draft.change_note),
        not_yet={language: list(lines) for language, lines in draft.not_yet.items()},
        published_at=clock.now(),
    )
    session.add(version)
    session.flush()
    return version


def _add_skills(session: Session, version: CourseVersion, draft: VersionDraft) -> None:
    known = skills_by_slug(session, [skill.slug for skill in draft.skills])
    for skill in draft.skills:
        if skill.slug not in known:
            raise RuleError(
                _("The skill %(slug)s is not in the taxonomy yet: import the skills first.", slug=skill.slug)
            )
        session.add(
            CourseSkill(
                course_version_id=version.id, skill_id=known[skill.slug].id, tier=skill.tier, proven=skill.proven
            )
        )


def _add_prerequisites(session: Session, version: CourseVersion, draft: VersionDraft) -> None:
    for slug in draft.prerequisites:
        required = find_course(session, slug)
        if required is None:
            raise RuleError(_("The prerequisite %(slug)s is not a course of this site.", slug=slug))
        session.add(CoursePrerequisite(course_version_id=version.id, required_course_id=required.id))


def _add_module(session: Session, version: CourseVersion, position: int, draft: ModuleDraft) -> None:
    module = Module(
        course_version_id=version.id,
        position=position,
        slug=draft.slug,
        title=dict(draft.title),
        summary=dict(draft.summary),
        requires=list(draft.requires),
        mastery=dict(draft.mastery) if draft.mastery else None,
    )
    session.add(module)
    session.flush()
    for place, item in enumerate(draft.items, start=1):
        _add_item(session, version, module, place, item)


def _add_item(session: Session, version: CourseVersion, module: Module, position: int, draft: ItemDraft) -> None:
    item = Item(
        course_version_id=version.id,
        module_id=module.id,
        position=position,
        kind=draft.kind,
        slug=draft.slug,
        title=dict(draft.title),
        minutes=draft.minutes,
    )
    session.add(item)
    session.flush()
    for text in draft.texts:
        session.add(
            LessonText(
                item_id=item.id,
                language=text.language,
                title=text.title,
                objectives=list(text.objectives),
                terms=[dict(term) for term in text.terms],
                blocks=[dict(block) for block in text.blocks],
                words=text.words,
            )
        )


def _add_search_texts(session: Session, version: CourseVersion, draft: VersionDraft) -> None:
    names = skills_by_slug(session, [skill.slug for skill in draft.skills])
    for language in draft.languages:
        words = [
            localised(draft.title, language),
            localised(draft.tagline, language),
            *(localised(names[skill.slug].name, language) for skill in draft.skills),
            *(localised(module.title, language) for module in draft.modules),
            *(localised(item.title, language) for module in draft.modules for item in module.items),
        ]
        session.add(
            CourseText(
                course_version_id=version.id,
                language=language,
                folded=folded(" ".join(words)),
                title_key=folded(localised(draft.title, language))[:240],
            )
        )
