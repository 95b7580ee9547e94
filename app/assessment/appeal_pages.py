"""Appeals: a candidate files, withdraws and downloads from the result page; staff have a queue, take and answer."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.queries import names_of
from app.assessment import appeals, queries, remarkings
from app.assessment.appeal_files import own_file, staff_file
from app.assessment.appeal_models import Appeal
from app.assessment.forms import AnswerForm, AppealForm
from app.assessment.models import Attempt
from app.assessment.pages import result_page
from app.assessment.revisions import revisions_of
from app.assessment.wording import APPEAL_STATES, REMARKINGS
from app.extensions import db
from app.foundation import clock
from app.foundation.errors import NotFoundError
from app.foundation.i18n import gettext as _
from app.foundation.permissions import Permission
from app.foundation.storage import Storage, open_storage
from app.foundation.wording import day_in_words
from app.web.access import current_actor, requires, signed_in
from app.web.forms import form_page, refusals
from app.web.rendering import page
from app.web.sent_from import sent_from

blueprint = Blueprint("appeals", __name__)


def _own(attempt_id: str) -> Attempt:
    return queries.get_attempt(db.session, current_actor().account_id, attempt_id)


@blueprint.post("/attempts/<public_id:attempt_id>/appeal")
@signed_in
@sent_from("assessment.result")
def file(attempt_id: str) -> ResponseReturnValue:
    """Contest the result."""
    form, made = AppealForm(request.form), None
    if form.validate():
        with refusals(form):
            made = appeals.file_appeal(
                db.session, actor=current_actor(), attempt=_own(attempt_id), grounds=form.grounds.data or ""
            )  # fmt: skip
    if made is None:
        return result_page(_own(attempt_id), form)
    db.session.commit()
    flash(
        _("Your appeal is received. The answer comes by %(day)s at the latest.", day=day_in_words(made.due_at)), "info"
    )
    return redirect(url_for("assessment.result", attempt_id=attempt_id))


@blueprint.post("/attempts/<public_id:attempt_id>/appeal/withdrawal")
@signed_in
@sent_from("assessment.result")
def withdraw(attempt_id: str) -> ResponseReturnValue:
    """Give the appeal up."""
    found = appeals.get_own(db.session, current_actor().account_id, attempt_id)
    appeals.withdraw(db.session, actor=current_actor(), appeal=found)
    db.session.commit()
    flash(_("Your appeal is withdrawn."), "info")
    return redirect(url_for("assessment.result", attempt_id=attempt_id))


@blueprint.get("/attempts/<public_id:attempt_id>/file.zip")
@signed_in
def download_own(attempt_id: str) -> Response:
    """What is kept of one's own attempt, questions and keys aside."""
    found = _own(attempt_id)
    if appeals.published_at(db.session, found) is None:
        raise NotFoundError("file")
    return _zip(own_file(db.session, found, _storage()), attempt_id)


@blueprint.get("/studio/appeals")
@requires(Permission.AUTHOR_COURSES)
def queue() -> ResponseReturnValue:
    """Appeals to answer, the most urgent first; those that are closed below."""
    return page(
        "assessment/appeals.html",
        waiting=appeals.queue(db.session, closed=False),
        closed=appeals.queue(db.session, closed=True, limit=50),
        states=APPEAL_STATES,
        now=clock.now(),
    )


@blueprint.get("/studio/appeals/<public_id:appeal_id>")
@requires(Permission.AUTHOR_COURSES)
def appeal(appeal_id: str) -> ResponseReturnValue:
    """One appeal, with what it takes to answer it."""
    return _page(appeals.get_appeal(db.session, appeal_id), AnswerForm())


@blueprint.post("/studio/appeals/<public_id:appeal_id>")
@requires(Permission.AUTHOR_COURSES)
def answer(appeal_id: str) -> ResponseReturnValue:
    """Answer it."""
    form, found = AnswerForm(request.form), appeals.get_appeal(db.session, appeal_id)
    if form.validate():
        with refusals(form):
            upheld = form.outcome.data == "upheld"
            appeals.answer(
                db.session, actor=current_actor(), appeal=found, upheld=upheld, words=form.answer.data or ""
            )  # fmt: skip
    if form.errors:
        return _page(appeals.get_appeal(db.session, appeal_id), form)
    db.session.commit()
    flash(_("Answered. A letter tells the candidate."), "info")
    return redirect(url_for(".appeal", appeal_id=appeal_id))


@blueprint.post("/studio/appeals/<public_id:appeal_id>/review")
@requires(Permission.AUTHOR_COURSES)
@sent_from("appeals.appeal")
def take(appeal_id: str) -> ResponseReturnValue:
    """Look into it."""
    appeals.take(db.session, actor=current_actor(), appeal=appeals.get_appeal(db.session, appeal_id))
    db.session.commit()
    return redirect(url_for(".appeal", appeal_id=appeal_id))


@blueprint.get("/studio/appeals/<public_id:appeal_id>/file.zip")
@requires(Permission.AUTHOR_COURSES)
def download(appeal_id: str) -> Response:
    """The appeal file: everything, keys included."""
    found = appeals.get_appeal(db.session, appeal_id)
    return _zip(staff_file(db.session, found.attempt, _storage()), appeal_id)


def _storage() -> Storage:
    return open_storage(current_app.config["SETTINGS"].storage_url)


def _zip(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.zip"', "Cache-Control": "no-store"}
    return Response(content, mimetype="application/zip", headers=headers)


def _page(found: Appeal, form: AnswerForm) -> ResponseReturnValue:
    people = [one for one in (found.attempt.account_id, found.reviewer_id, found.answered_by) if one]
    return form_page(
        "assessment/appeal.html",
        form=form,
        appeal=found,
        result=queries.find_result(db.session, found.attempt_id),
        revisions=revisions_of(db.session, found.attempt_id),
        names=names_of(db.session, people),
        states=APPEAL_STATES,
        remarkings=remarkings.of_appeal(db.session, found),
        remarking_states=REMARKINGS,
        late=found.closed_at is None and clock.now() > found.due_at,
    )
