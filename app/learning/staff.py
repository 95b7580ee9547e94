"""Screens of those who teach: the cohorts of a course, and lists of people to enrol in it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeTimedSerializer

from app.catalog.models import CourseVersion
from app.catalog.queries import get_current_version
from app.extensions import db
from app.foundation.errors import RuleError
from app.foundation.i18n import gettext as _
from app.foundation.i18n import lazy_gettext as _l
from app.foundation.i18n import ngettext
from app.foundation.permissions import Permission
from app.learning import cohorts, enrolling
from app.learning.cohorts import CohortDraft
from app.learning.enrolling import Plan, State
from app.learning.forms import CohortForm, EnrolmentForm
from app.learning.lists import LARGEST_LIST, Asked, asked, read_list
from app.learning.models import Cohort
from app.web.access import current_actor, requires
from app.web.forms import form_page, refusals
from app.web.reading import read_file
from app.web.rendering import page
from app.web.sent_from import sent_from
from app.web.transactions import reading_session, writing_session

# Courses have no owner so far: whoever may author courses follows every one of them.
blueprint = Blueprint("cohorts", __name__, url_prefix="/studio/courses/<slug:slug>")
LIST_LIFE = 3600  # seconds between a dry run and its confirmation
STATES = {
    State.ENROL: _l("will be enrolled"),
    State.ALREADY: _l("already enrolled"),
    State.LEFT: _l("left this course: only they can come back"),
    State.NOBODY: _l("no such account"),
    State.UNREADABLE: _l("address unreadable"),
    State.TWICE: _l("named twice"),
}


@blueprint.get("/cohorts")
@requires(Permission.AUTHOR_COURSES)
def cohort_list(slug: str) -> ResponseReturnValue:
    """The cohorts of a course, and a form for one more."""
    return _list_page(get_current_version(db.session, slug), CohortForm())


def _list_page(version: CourseVersion, form: CohortForm) -> ResponseReturnValue:
    entries = cohorts.cohorts_of(db.session, version.course_id)
    return form_page("learning/cohorts.html", form=form, version=version, entries=entries)


@blueprint.post("/cohorts")
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


@blueprint.get("/cohorts/<public_id:cohort_id>")
@requires(Permission.AUTHOR_COURSES)
def cohort(slug: str, cohort_id: str) -> ResponseReturnValue:
    """One cohort: its name, its dates, and putting it away."""
    version = get_current_version(db.session, slug)
    found = cohorts.get_cohort(db.session, version.course_id, cohort_id)
    return page("learning/cohort.html", version=version, cohort=found, form=CohortForm(obj=found))


@blueprint.post("/cohorts/<public_id:cohort_id>")
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


@blueprint.post("/cohorts/<public_id:cohort_id>/archive")
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


@blueprint.post("/cohorts/<public_id:cohort_id>/members/<public_id:account_id>/removal")
@requires(Permission.AUTHOR_COURSES)
@sent_from("gradebook.learner")
def remove(slug: str, cohort_id: str, account_id: str) -> ResponseReturnValue:
    """Take somebody out of a cohort; they stay in the course."""
    version = get_current_version(db.session, slug)
    found = cohorts.get_cohort(db.session, version.course_id, cohort_id)
    cohorts.remove_member(db.session, actor=current_actor(), cohort=found, account_public_id=account_id)
    db.session.commit()
    flash(_("No longer in the cohort %(name)s.", name=found.name), "info")
    return redirect(url_for("gradebook.learner", slug=slug, account_id=account_id))


@blueprint.get("/enrolment")
@requires(Permission.AUTHOR_COURSES)
def enrolment(slug: str) -> ResponseReturnValue:
    """A list of people to enrol."""
    version = get_current_version(db.session, slug)
    return _list_form_page(version, EnrolmentForm())


@blueprint.post("/enrolment")
@requires(Permission.AUTHOR_COURSES)
def dry_run(slug: str) -> ResponseReturnValue:
    """What a list would do, row by row; nothing is changed but the audit record, which counts what was looked up."""
    form, rows = EnrolmentForm(request.form), list[Asked]()
    with refusals(form):  # the budget first, in its own transaction, before this request's begins
        rows = _rows_sent()
        with writing_session() as own:
            enrolling.spend_on_addresses(own, current_actor(), len(rows))
    version = get_current_version(db.session, slug)
    _offer_cohorts(form, version)
    if form.errors:
        return _list_form_page(version, form)
    db.session.rollback()  # nobody waits to write while thousands of addresses are looked up
    with refusals(form), reading_session() as session:
        found = enrolling.plan(session, version.course_id, rows, _cohort_chosen(form))
    if form.errors:
        return _list_form_page(version, form)
    enrolling.note_lookup(db.session, actor=current_actor(), course=slug, found=found)
    db.session.commit()
    return page(
        "learning/enrolment_plan.html",
        version=version,
        plan=found,
        counts=[(words, found.count(state)) for state, words in STATES.items() if found.count(state)],
        states=STATES,
        unknown=[line.asked.typed for line in found.lines if line.state is State.NOBODY],
        sealed=_seal(slug, found),
    )


@blueprint.post("/enrolment/confirmation")
@requires(Permission.AUTHOR_COURSES)
@sent_from("cohorts.enrolment")
def enrol(slug: str) -> ResponseReturnValue:
    """Do it, for the rows of a dry run: they come back sealed, and are looked up again."""
    form = EnrolmentForm()
    with refusals(form):
        rows = _unseal(slug, request.form.get("sealed", ""))
        with reading_session() as session:
            version = get_current_version(session, slug)
            found = enrolling.plan(session, version.course_id, rows)
        begun = enrolling.enrol_list(db.session, actor=current_actor(), version=version, found=found)
    if form.errors:
        return _list_form_page(get_current_version(db.session, slug), form)
    db.session.commit()
    flash(ngettext("%(num)s person enrolled.", "%(num)s people enrolled.", begun), "info")
    return redirect(url_for("gradebook.learners", slug=slug))


def _offer_cohorts(form: EnrolmentForm, version: CourseVersion) -> None:
    entries = [one.cohort for one in cohorts.cohorts_of(db.session, version.course_id) if not one.cohort.archived_at]
    form.cohort.choices = [("", _("No cohort")), *((one.public_id, one.name) for one in entries)]


def _list_form_page(version: CourseVersion, form: EnrolmentForm) -> ResponseReturnValue:
    _offer_cohorts(form, version)
    return form_page("learning/enrolment.html", form=form, version=version)


def _rows_sent() -> list[Asked]:
    name, content = read_file(LARGEST_LIST + 1)
    if not name:
        raise RuleError(_("Choose a file first."))
    return read_list(content)


def _cohort_chosen(form: EnrolmentForm) -> str:
    """The name of the cohort for rows that name none; "" without one, or when it is not of this course."""
    return dict(form.cohort.choices).get(form.cohort.data, "") if form.cohort.data else ""


def _sealer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="enrolment-list")


def _seal(slug: str, found: Plan) -> str:
    """The rows that would change something, for the person and the course of the dry run alone."""
    rows = [[line.asked.line, line.asked.typed, line.asked.cohort] for line in found.to_do]
    sealed = _sealer().dumps([current_actor().public_id, slug, rows])
    return sealed if isinstance(sealed, str) else sealed.decode()


def _unseal(slug: str, sealed: str) -> list[Asked]:
    rows: list[Any]
    try:
        owner, course, rows = _sealer().loads(sealed, max_age=LIST_LIFE)
    except BadData:
        raise RuleError(_("This list was read too long ago, or is not whole: send it again.")) from None
    if (owner, course) != (current_actor().public_id, slug):
        raise RuleError(_("This list was read for another course or another person: send it again."))
    return [asked(line, typed, cohort) for line, typed, cohort in rows]
