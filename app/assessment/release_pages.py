"""Screens of those who let results out: the exams whose results are held back, what follows, and the button."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.assessment import release_queries, releasing
from app.assessment.models import ExamVersion
from app.extensions import db
from app.foundation.forms import Form
from app.foundation.i18n import ngettext
from app.foundation.permissions import Permission
from app.web.access import current_actor, requires
from app.web.forms import form_page, refusals
from app.web.rendering import page

blueprint = Blueprint("releases", __name__, url_prefix="/studio")
MOST_ROWS = 200


@blueprint.get("/results")
@requires(Permission.AUTHOR_COURSES)
def everything() -> ResponseReturnValue:
    """The exams whose results wait: for staff, for the close of a window, or still for those who mark."""
    return page("assessment/releases.html", rows=release_queries.held_back(db.session))


@blueprint.get("/exams/<public_id:exam_id>/results/<int(max=9999):number>")
@requires(Permission.AUTHOR_COURSES)
def waiting(exam_id: str, number: int) -> ResponseReturnValue:
    """The results of one exam that wait for staff, and what follows when they are let out."""
    return _waiting_page(release_queries.get_held(db.session, exam_id, number), number, Form())


def _waiting_page(exam_version: ExamVersion, number: int, form: Form) -> ResponseReturnValue:
    waits = release_queries.waiting_of(db.session, exam_version)
    shown: dict[str, Any] = {
        "exam_version": exam_version,
        "number": number,
        "waits": waits,
        "rows": waits.rows[:MOST_ROWS],
        "more": max(0, len(waits.rows) - MOST_ROWS),
    }
    return form_page("assessment/release.html", form=form, **shown)


@blueprint.post("/exams/<public_id:exam_id>/results/<int(max=9999):number>")
@requires(Permission.AUTHOR_COURSES)
def let_out(exam_id: str, number: int) -> ResponseReturnValue:
    """Let out the results that were shown, all of them, for good."""
    form, exam_version = Form(), release_queries.get_held(db.session, exam_id, number)
    seen, count = request.form.get("seen", ""), 0
    with refusals(form):
        waits = releasing.let_out(db.session, actor=current_actor(), exam_version=exam_version, seen=seen)
        count = len(waits.rows)
    if form.errors:
        return _waiting_page(release_queries.get_held(db.session, exam_id, number), number, form)
    db.session.commit()
    flash(
        ngettext(
            "%(num)s result goes out within a minute: its candidate gets a letter.",
            "%(num)s results go out within a minute: their candidates get a letter.",
            count,
        ),
        "info",
    )
    return redirect(url_for(".everything"))
