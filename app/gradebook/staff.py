"""Screens of the gradebook: the table of a course, one learner, and the table as a file."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.catalog.models import CourseVersion
from app.catalog.queries import get_current_version
from app.extensions import db
from app.foundation import clock
from app.foundation.errors import RuleError
from app.foundation.i18n import gettext as _
from app.foundation.paging import page_number
from app.foundation.permissions import Permission
from app.foundation.throttle import Allowance
from app.gradebook import sheet, wording
from app.gradebook.forms import FilterForm
from app.gradebook.learner import get_learner
from app.gradebook.people import Wanted, find_people, page_of_people
from app.gradebook.queries import rows_of, version_of
from app.gradebook.services import note_export
from app.learning.cohorts import cohorts_of, get_cohort
from app.learning.models import Cohort
from app.web.access import current_actor, requires
from app.web.budgets import spend
from app.web.forms import form_page
from app.web.rendering import page
from app.web.sent_from import sent_from
from app.web.transactions import reading_session

# Courses have no owner so far: whoever may author courses follows every one of them.
blueprint = Blueprint("gradebook", __name__, url_prefix="/studio/courses/<slug:slug>")
EXPORTS = Allowance("gradebook-exports", 20, timedelta(days=1))


@blueprint.get("/gradebook")
@requires(Permission.AUTHOR_COURSES)
def learners(slug: str) -> ResponseReturnValue:
    """Everybody in the course, fifty a page, every cell leading to what explains it."""
    version = get_current_version(db.session, slug)
    form = FilterForm(request.args)
    wanted = _wanted(db.session, version, form)
    found, simulated = page_of_people(db.session, version.course_id, wanted, page_number(request.args.get("page")))
    shown = version_of(db.session, version.id)
    return form_page(
        "gradebook/learners.html",
        form=form,
        version=version,
        wanted=wanted,
        found=found,
        simulated=simulated,
        rows=rows_of(db.session, version.course_id, found.rows),
        quizzes=shown.headings,
        projects=shown.project_titles,
        with_exam=shown.exam is not None,
        with_time=shown.exam is not None and _sees_time(),
        sorts=wording.SORTS,
        words=wording,
    )


def _sees_time() -> bool:
    """The time of an attempt tells of an accommodation: for those who grant them (ADR 0014)."""
    return current_actor().may(Permission.ADMINISTER)


def _wanted(session: Session, version: CourseVersion, form: FilterForm) -> Wanted:
    """Whom the form asks for; raises NotFoundError for a cohort that is not of this course."""
    cohorts = [one.cohort for one in cohorts_of(session, version.course_id)]
    form.cohort.choices = [("", _("All the cohorts")), *((one.public_id, _name(one)) for one in cohorts)]
    sound, chosen = form.validate(), form.cohort.data
    cohort = get_cohort(session, version.course_id, chosen) if chosen else None
    return Wanted(text=form.q.data or "" if sound else "", cohort=cohort, sort=form.order)


def _name(cohort: Cohort) -> str:
    return _("%(name)s (archived)", name=cohort.name) if cohort.archived_at else cohort.name


@blueprint.post("/gradebook")
@requires(Permission.AUTHOR_COURSES)
@sent_from("gradebook.learners")
def export(slug: str) -> ResponseReturnValue:
    """The same people and the same columns as CSV. A POST, since taking marks away is recorded."""
    spend(EXPORTS, current_actor().public_id)  # before this request's own transaction begins
    with reading_session() as session:  # a second for thousands of learners: not while others wait to write
        version = get_current_version(session, slug)
        wanted = _wanted(session, version, FilterForm(request.form))
        people = find_people(session, version.course_id, wanted)
        if len(people) > sheet.MOST_ROWS:
            raise RuleError(_("More than 20,000 learners: choose a cohort, and export one after the other."))
        shown, rows = version_of(session, version.id), rows_of(session, version.course_id, people)
        content = sheet.as_csv(rows, shown.headings, shown.project_titles, with_exam=shown.exam is not None)
    note_export(db.session, actor=current_actor(), course=slug, cohort=wanted.cohort, learners=len(rows))
    db.session.commit()
    response = make_response(content)
    response.mimetype = "text/csv"
    name = f"gradebook-{slug}-{clock.now().date().isoformat()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/learners/<public_id:account_id>")
@requires(Permission.AUTHOR_COURSES)
def learner(slug: str, account_id: str) -> ResponseReturnValue:
    """One learner of the course: what each cell of their row rests on."""
    current = get_current_version(db.session, slug)
    found = get_learner(db.session, current.course_id, account_id)
    return page(
        "gradebook/learner.html",
        learner=found,
        version=found.version,
        with_time=_sees_time(),
        words=wording,
    )
