"""Screens of issuing certificates together: for whom, what would happen, how far it is."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.catalog.models import Course
from app.catalog.queries import find_course
from app.certification import bulk
from app.certification.designs import courses_with_designs
from app.certification.forms import BulkForm
from app.certification.wording import OUTCOMES
from app.extensions import db
from app.foundation.errors import RuleError
from app.foundation.i18n import gettext as _
from app.foundation.i18n import localised
from app.foundation.permissions import Permission
from app.web.access import current_actor, requires
from app.web.forms import form_page
from app.web.rendering import page
from app.web.sent_from import sent_from

blueprint = Blueprint("certification_bulk", __name__, url_prefix="/admin/certificates/bulk")
MOST_ROWS = 200


@blueprint.get("")
@requires(Permission.ADMINISTER)
def choose() -> ResponseReturnValue:
    """For which course, and for whom."""
    return _choice_page(_form())


@blueprint.post("")
@requires(Permission.ADMINISTER)
def dry_run() -> ResponseReturnValue:
    """What would happen; nothing is changed."""
    form = _form()
    if not form.validate():
        return _choice_page(form)
    try:
        addresses = _addresses_sent()
    except RuleError as error:
        form.file.errors = [str(error)]
        return _choice_page(form)
    course = _course(form)
    lines = bulk.plan(db.session, course, addresses)
    return page(
        "certification/bulk_plan.html",
        course=course,
        lines=lines[:MOST_ROWS],
        counts=bulk.counts(lines),
        to_do=len(bulk.attempts_to_do(lines)),
        more=max(0, len(lines) - MOST_ROWS),
        asked="\n".join(addresses) if addresses is not None else "",
        outcomes=OUTCOMES,
    )


@blueprint.post("/tasks")
@requires(Permission.ADMINISTER)
@sent_from("certification_bulk.choose")
def start() -> ResponseReturnValue:
    """Do it: what is to do is looked up again, so that nothing is issued twice."""
    form = _form()
    if not form.validate():
        return _choice_page(form)
    course, typed = _course(form), form.addresses.data or ""
    try:
        addresses = bulk.read_addresses(typed.encode()) if typed.strip() else None
        lines = bulk.plan(db.session, course, addresses)
        task = bulk.start_task(db.session, actor=current_actor(), course=course, lines=lines)
    except RuleError as error:
        db.session.rollback()
        form.form_errors.append(str(error))
        return _choice_page(form)
    db.session.commit()
    flash(_("Started. You may leave this page: the worker goes on."), "info")
    return redirect(url_for(".task", task_id=task.public_id))


@blueprint.get("/<public_id:task_id>")
@requires(Permission.ADMINISTER)
def task(task_id: str) -> ResponseReturnValue:
    """How far a task is; the page loads itself again until it is done."""
    found = bulk.get_task(db.session, task_id)
    course = find_course(db.session, found.course_slug)
    return page("certification/bulk_task.html", task=found, course=course, stopped=bulk.has_stopped(db.session, found))


def _form() -> BulkForm:
    form = BulkForm(request.form if request.method == "POST" else request.args)
    form.course.choices = [
        (course.slug, localised(version.title)) for course, version, _own in courses_with_designs(db.session)
    ]
    return form


def _choice_page(form: BulkForm) -> ResponseReturnValue:
    return form_page("certification/bulk.html", form=form, tasks=bulk.recent_tasks(db.session))


def _course(form: BulkForm) -> Course:
    found = find_course(db.session, form.course.data)
    if found is None:
        raise RuleError(_("Choose a course."))
    return found


def _addresses_sent() -> list[str] | None:
    """Those of the file; None without one."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return None
    with sent.stream as stream:
        return bulk.read_addresses(stream.read(bulk.LARGEST_FILE + 1))
