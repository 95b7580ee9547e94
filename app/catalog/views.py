"""The public catalogue and the page of a course."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, request, url_for

from app.assessment.challenge_queries import challenges_of
from app.assessment.queries import certification_exam_of, pool_size
from app.catalog.forms import HOURS, read_filter
from app.catalog.queries import (
    content_key,
    courses_found,
    get_current_version,
    get_version,
    prerequisites_of,
    skills_offered,
    skills_taught,
)
from app.catalog.rules import CatalogueFilter
from app.extensions import db
from app.foundation.i18n import current_language
from app.foundation.paging import page_number
from app.foundation.tiers import Tier
from app.learning.queries import find_enrolment, path_of
from app.web.access import find_actor, public
from app.web.rendering import page

blueprint = Blueprint("catalog", __name__)


@blueprint.get("/courses")
@public
def courses() -> str:
    """Courses that match every filter of the address, by tier."""
    wanted = read_filter(
        request.args.get("q", ""),
        request.args.getlist("tier"),
        request.args.getlist("language"),
        request.args.get("skill", ""),
        request.args.get("hours", ""),
    )
    found = courses_found(db.session, wanted, current_language(), page_number(request.args.get("page")))
    groups = [(Tier.from_number(tier), list(rows)) for tier, rows in groupby(found.rows, key=lambda row: row.tier)]
    skills = skills_offered(db.session)
    return page(
        "catalog/courses.html",
        wanted=wanted,
        found=found,
        groups=groups,
        skills=skills,
        hours=HOURS,
        active=_active_filters(wanted, {skill.slug: skill.name for skill in skills}),
        page_url=_page_url,
    )


def _page_url(number: int) -> str:
    """The same search, another page."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in ("page", "lang")]
    return f"{url_for('.courses')}?{urlencode([*kept, ('page', str(number))])}"


def _active_filters(wanted: CatalogueFilter, skill_names: dict[str, Any]) -> list[tuple[str, Any, str]]:
    """Each filter in force: its kind, what it says, and the address without it."""
    arguments = request.args.to_dict(flat=False)
    tiers = [("tier", Tier.from_number(number).value) for number in wanted.tiers]
    languages = [("language", language) for language in wanted.languages]
    others = [("skill", wanted.skill)] if wanted.skill else []
    others += [("hours", str(wanted.most_hours))] if wanted.most_hours else []
    others += [("q", wanted.text)] if wanted.text else []
    active = []
    for kind, value in (*tiers, *languages, *others):
        rest = [(name, one) for name, values in arguments.items() for one in values if name not in ("page", "lang")]
        kept = [(name, one) for name, one in rest if not (name == kind and (one == value or kind == "q"))]
        words = skill_names.get(value, value) if kind == "skill" else value
        active.append((kind, words, f"{url_for('.courses')}?{urlencode(kept)}"))
    return active


@blueprint.get("/courses/<slug:slug>")
@public
def course(slug: str) -> str:
    """What a course is, what it asks, what it proves; for those who have begun it, their version and their progress."""
    version = get_current_version(db.session, slug)
    actor = find_actor()
    enrolment = find_enrolment(db.session, actor.account_id, version.course_id) if actor else None
    if enrolment is not None and enrolment.course_version_id != version.id:
        version = get_version(db.session, enrolment.course_version_id)
    exam = certification_exam_of(db.session, version.id)
    return page(
        "catalog/course.html",
        version=version,
        content_key=content_key(version),
        path=path_of(db.session, version, enrolment),
        enrolment=enrolment,
        skills=skills_taught(db.session, [version.id]),
        prerequisites=prerequisites_of(db.session, version),
        exam=exam,
        challenges=challenges_of(db.session, version),
        pool=pool_size(db.session, exam) if exam else 0,
    )
