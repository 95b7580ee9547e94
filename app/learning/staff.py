"""Screens of those who teach: the cohorts of a course, and lists of people to enrol in it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.catalog.models import CourseVersion
from app.catalog.queries import get_current_version
from app.extensions import db
from app.foundation.i18n import gettext as _
from app.foundation.permissions import Permission
from app.learning import cohorts
from app.learning.cohorts import CohortDraft
from app.learning.forms import CohortForm
from app.learning.models import Cohort
from app.web.access import current_actor, requires
from app.web.forms import form_page, refusals
from app.web.rendering import page
from app.web.sent_from import sent_from

# Courses have no owner so far: whoever may author courses follows every one of them.
blueprint = Blueprint("cohorts", __name__, url_prefix="/studio/courses/<slug:slug>/cohorts")


@blueprint.get("")
@requires(Permission.AUTHOR_COURSES)
def cohort_list(slug: str) -> ResponseReturnValue:
    """The cohorts of a course, and a form for one more."""
    return _list_page(get_current_version(db.session, slug), CohortForm())


def _list_page(version: CourseVersion, form: CohortForm) -> ResponseReturnValue:
    entries = cohorts.cohorts_of(db.session, version.course_id)
    return form_page("learning/cohorts.html", form=form, version=version, entries=entries)


@blueprint.post("")
@requires(Permission.AUTHOR_COURSES)
def create(slug: str) -> ResponseReturnValue:
    """Open a cohort."""
    version, form = get_current_version(db.session, slug), CohortForm(request.form)
    if not form.validate():
        return _list_page(version, form)
    with refusals(form):
        cohort = cohorts.create_cohort(
            db.session, actor=current_actor(), course_id=version.course_id, draft=_asked(form)
        )
    if form.errors:
        return _list_page(version, form)
    db.session.commit()
    flash(_("The cohort %(name)s is open.", name=cohort.name), "info")
    return redirect(url_for(".cohort_list", slug=slug))


def _asked(form: CohortForm) -> CohortDraft:
    return CohortDraft(form.name.data, form.starts_on.data, form.ends_on.data)


@blueprint.get("/<public_id:cohort_id>")
@requires(Permission.AUTHOR_COURSES)
def cohort(slug: str, cohort_id: str) -> ResponseReturnValue:
    """One cohort: its name, its dates, and putting it away."""
    version = get_current_version(db.session, slug)
    found = cohorts.get_cohort(db.session, version.course_id, cohort_id)
    return page("learning/cohort.html", version=version, cohort=found, form=CohortForm(obj=found))


@blueprint.post("/<public_id:cohort_id>")
@requires(Permission.AUTHOR_COURSES)
def change(slug: str, cohort_id: str) -> ResponseReturnValue:
    """Rename a cohort, or move its dates."""
    version, form = get_current_version(db.session, slug), CohortForm(request.form)
    found = cohorts.get_cohort(db.session, version.course_id, cohort_id)
    if not form.validate():
        return _cohort_page(version, found, form)
    with refusals(form):
        cohorts.change_cohort(db.session, actor=current_actor(), cohort=found, draft=_asked(form))
    if form.errors:
        return _cohort_page(version, cohorts.get_cohort(db.session, version.course_id, cohort_id), form)
    db.session.commit()
    flash(_("The cohort is changed."), "info")
    return redirect(url_for(".cohort_list", slug=slug))


def _cohort_page(version: CourseVersion, found: Cohort, form: CohortForm) -> ResponseReturnValue:
    return form_page("learning/cohort.html", form=form, version=version, cohort=found)


@blueprint.post("/<public_id:cohort_id>/archive")
@requires(Permission.AUTHOR_COURSES)
@sent_from("cohorts.cohort")
def archive(slug: str, cohort_id: str) -> ResponseReturnValue:
    """Put a cohort away, or take it out again."""
    version = get_current_version(db.session, slug)
    found = cohorts.get_cohort(db.session, version.course_id, cohort_id)
    archived = request.form.get("archived") != "no"
    cohorts.archive_cohort(db.session, actor=current_actor(), cohort=found, archived=archived)
    db.session.commit()
    said = _("The cohort %(name)s is archived.") if archived else _("The cohort %(name)s is open again.")
    flash(said % {"name": found.name}, "info")
    return redirect(url_for(".cohort_list", slug=slug))
