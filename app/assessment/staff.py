"""Screens of markers: what waits, what one has taken, marking line by line, signing it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.assessment import challenge_queries, paper_queries
from app.assessment import marking as services
from app.assessment import project_queries as queries
from app.assessment.exact import truncated
from app.assessment.project_forms import MarkingForm, marking_form
from app.assessment.project_models import Marking, Submission
from app.assessment.rubrics import Step, is_accepted, is_complete, zeros
from app.assessment.wording import points_in_words
from app.extensions import db
from app.foundation import clock
from app.foundation.errors import NotFoundError
from app.foundation.forms import Form
from app.foundation.i18n import gettext as _
from app.foundation.paging import page_number
from app.foundation.permissions import Permission
from app.web.access import current_actor, requires
from app.web.forms import form_page, refusals
from app.web.sent_from import sent_from

blueprint = Blueprint("marking", __name__, url_prefix="/marking")
MOST_DONE = 20


@blueprint.get("")
@requires(Permission.MARK_WORK)
def queue() -> ResponseReturnValue:
    """What waits to be marked, promised for a day first, then the longest wait, and who is at it; never one's own."""
    return _queue_page(Form())


def _queue_page(form: Form) -> ResponseReturnValue:
    me, now = current_actor().account_id, clock.now()
    found = queries.submissions_to_mark(db.session, me, page_number(request.args.get("page")))
    markers = {marking.marker_id for one, _due_at in found.rows for marking in one.current.markings}
    names = queries.names_of(db.session, sorted(markers))
    return form_page(
        "assessment/marking_queue.html",
        form=form,
        found=found,
        rows=[services.queue_row(one, due_at, me, names, now) for one, due_at in found.rows],
        done=queries.markings_done_by(db.session, me, MOST_DONE),
        papers=paper_queries.count_to_mark(db.session, me),
    )


def _submission(submission_id: str) -> Submission:
    return queries.get_submission_to_mark(db.session, current_actor().account_id, submission_id)


@blueprint.post("/<public_id:submission_id>/claim")
@requires(Permission.MARK_WORK)
@sent_from("marking.queue")
def claim(submission_id: str) -> ResponseReturnValue:
    """Take a submission to mark it."""
    form = Form()
    with refusals(form):
        services.claim(db.session, actor=current_actor(), submission=_submission(submission_id))
    if form.errors:
        return _queue_page(form)
    db.session.commit()
    return redirect(url_for(".submission", submission_id=submission_id))


@blueprint.post("/<public_id:submission_id>/return")
@requires(Permission.MARK_WORK)
@sent_from("marking.queue")
def put_back(submission_id: str) -> ResponseReturnValue:
    """Leave it to a colleague."""
    form = Form()
    with refusals(form):
        services.put_back(db.session, actor=current_actor(), submission=_submission(submission_id))
    if form.errors:
        return _queue_page(form)
    db.session.commit()
    flash(_("Put back: a colleague may take it."), "info")
    return redirect(url_for(".queue"))


@blueprint.get("/<public_id:submission_id>")
@requires(Permission.MARK_WORK)
def submission(submission_id: str) -> ResponseReturnValue:
    """The work and one's marking of it; what one signed stays to be read."""
    found, marking = _taken(submission_id)
    return _marking_page(found, marking, marking_form(found.project.body["rubric"], stored=marking))


def _taken(submission_id: str) -> tuple[Submission, Marking]:
    """A submission and the reader's own marking, the latest they made of it; else there is nothing here for them."""
    found, me = _submission(submission_id), current_actor().account_id
    for revision in reversed(found.revisions):
        for marking in revision.markings:
            if marking.marker_id == me:
                return found, marking
    raise NotFoundError("marking")


def _marking_page(found: Submission, marking: Marking, form: MarkingForm) -> ResponseReturnValue:
    return form_page("assessment/marking.html", form=form, **_shown(found, marking))


def _shown(found: Submission, marking: Marking) -> dict[str, Any]:
    revision = next(one for one in found.revisions if one.number == marking.revision)
    rubric, whole = found.project.rubric, is_complete(found.project.rubric, marking.levels)
    opening = challenge_queries.session_of_work(db.session, found)
    return {
        "submission": found,
        "project": found.project,
        "revision": revision,
        "marking": marking,
        "writable": marking.done_at is None and found.state == Step.IN_REVIEW,
        "percent": queries.percent_of(rubric, marking.levels) if whole else None,
        "enough": whole and is_accepted(rubric, marking.levels),
        "zeros": zeros(rubric, marking.levels) if whole else (),
        "threshold": truncated(rubric.threshold * 100, 1),
        "decision": next((one for one in queries.decisions_of(found) if one.revision is revision), None),
        "points_in_words": points_in_words,
        "opening": opening,
        "replacements": challenge_queries.replacements_of(db.session, opening) if opening else {},
    }


@blueprint.post("/<public_id:submission_id>")
@requires(Permission.MARK_WORK)
def save(submission_id: str) -> ResponseReturnValue:
    """Keep the marking; then go on with it, or read it over before signing."""
    found, marking = _taken(submission_id)
    form = marking_form(found.project.body["rubric"], request.form)
    if not form.validate():
        return _marking_page(found, marking, form)
    with refusals(form):
        services.save_marking(
            db.session, marking=marking, levels=form.levels, feedback=form.feedback, comment=form.comment.data or ""
        )
    if form.errors:
        return _marking_page(*_taken(submission_id), form)
    db.session.commit()
    if request.form.get("then") == "sign":
        return redirect(url_for(".read_over", submission_id=submission_id))
    flash(_("Saved. Nobody else reads it before you sign it."), "info")
    return redirect(url_for(".submission", submission_id=submission_id))


@blueprint.get("/<public_id:submission_id>/signature")
@requires(Permission.MARK_WORK)
def read_over(submission_id: str) -> ResponseReturnValue:
    """What one is about to sign, and what follows."""
    found, marking = _taken(submission_id)
    if marking.done_at is not None:
        return redirect(url_for(".submission", submission_id=submission_id))
    return form_page("assessment/marking_signature.html", form=Form(), **_shown(found, marking))


@blueprint.post("/<public_id:submission_id>/signature")
@requires(Permission.MARK_WORK)
def sign(submission_id: str) -> ResponseReturnValue:
    """Sign the marking; signed twice, it is signed once."""
    found, marking = _taken(submission_id)
    if marking.done_at is not None:
        return redirect(url_for(".submission", submission_id=submission_id))
    form = Form()
    with refusals(form):
        services.finish_marking(db.session, actor=current_actor(), submission=found, marking=marking)
    if form.errors:
        return form_page("assessment/marking_signature.html", form=form, **_shown(*_taken(submission_id)))
    db.session.commit()
    flash(_said(found), "info")
    return redirect(url_for(".queue"))


def _said(found: Submission) -> str:
    if found.state == Step.ACCEPTED and found.team_id is not None:
        return _("Signed. The work is accepted, and each member receives a letter.")
    if found.state == Step.ACCEPTED:
        return _("Signed. The project is accepted, and its author receives a letter.")
    if found.state == Step.NOT_REACHED:
        return _("Signed. The threshold is not reached: the result is final, and each member receives a letter.")
    if found.state == Step.CHANGES_REQUESTED:
        return _("Signed. Changes are asked for, and the author receives a letter.")
    return _("Signed. The author reads it once every marking is done.")
