"""Screens of those who run challenges: the sessions, opening one, its sealed files, cancelling it."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.assessment import challenge_lists as lists
from app.assessment import challenge_queries as queries
from app.assessment import challenge_sessions as services
from app.assessment.attached import ATTACHED_KINDS, LARGEST_ATTACHED_BYTES
from app.assessment.challenge_forms import SealedForm, SessionForm
from app.assessment.uploads import KINDS, LARGEST_FILE_MB, check_upload
from app.assessment.wording import duration_in_words
from app.extensions import db
from app.foundation.errors import RuleError
from app.foundation.forms import Form
from app.foundation.i18n import gettext as _
from app.foundation.permissions import Permission
from app.foundation.storage import open_storage
from app.foundation.throttle import Allowance
from app.web.access import current_actor, requires
from app.web.attachments import attachment
from app.web.budgets import spend
from app.web.forms import form_page, refusals
from app.web.reading import read_file, takes_files_of
from app.web.rendering import page
from app.web.sent_from import sent_from

blueprint = Blueprint("challenge_sessions", __name__, url_prefix="/marking/challenges")
FILES = Allowance("sealed-file", 60, timedelta(hours=1))
SEALED_KINDS = tuple(kind for kind in KINDS if kind in ATTACHED_KINDS)


@blueprint.get("")
@requires(Permission.MARK_WORK)
def sessions() -> ResponseReturnValue:
    """What comes, what runs, what is to mark and by when, what is done; and the challenges that may be opened."""
    groups = lists.by_standing(lists.session_rows(db.session))
    return page(
        "assessment/challenge_sessions.html",
        groups=groups,
        Standing=lists.Standing,
        challenges=queries.published_challenges(db.session),
        duration_in_words=duration_in_words,
    )


@blueprint.get("/of/<slug:slug>/<slug:challenge_slug>")
@requires(Permission.MARK_WORK)
def new(slug: str, challenge_slug: str) -> ResponseReturnValue:
    """A session to open."""
    return _new_page(slug, challenge_slug, SessionForm())


def _new_page(slug: str, challenge_slug: str, form: Form) -> ResponseReturnValue:
    found = queries.get_challenge(db.session, slug, challenge_slug)
    return form_page(
        "assessment/challenge_opening.html",
        form=form,
        challenge=found,
        duration=duration_in_words(found.duration_s),
        feedback=duration_in_words(found.feedback_s),
        has_sealed=any(file.sealed for file in found.files),
    )


@blueprint.post("/of/<slug:slug>/<slug:challenge_slug>")
@requires(Permission.MARK_WORK)
def open_session(slug: str, challenge_slug: str) -> ResponseReturnValue:
    """Open it."""
    form = SessionForm(request.form)
    if not form.validate() or form.starts_at is None:
        return _new_page(slug, challenge_slug, form)
    found = queries.get_challenge(db.session, slug, challenge_slug)
    try:
        opening = services.open_session(
            db.session, actor=current_actor(), challenge=found, title=form.title.data, starts_at=form.starts_at
        )
    except RuleError as error:
        form.day.errors = [str(error)]
        return _new_page(slug, challenge_slug, form)
    db.session.commit()
    flash(_("The session is open: whoever follows the course may join it until the start."), "info")
    return redirect(url_for(".one", session_id=opening.public_id))


@blueprint.get("/<public_id:session_id>")
@requires(Permission.MARK_WORK)
def one(session_id: str) -> ResponseReturnValue:
    """One session: its times, its counts, its sealed files; no name of anybody."""
    return _one_page(session_id, SealedForm(), 0)


def _one_page(session_id: str, form: Form, sent_place: int) -> ResponseReturnValue:
    opening = queries.get_session(db.session, session_id)
    (row,) = lists.rows_of(db.session, [opening])
    sealed: dict[int, list[object]] = {}
    for file in opening.challenge.files:
        if file.sealed:
            sealed.setdefault(file.place, []).append(file)
    return form_page(
        "assessment/challenge_session.html",
        form=form,
        sent_place=sent_place,
        row=row,
        opening=opening,
        project=opening.challenge.project,
        sealed=sealed,
        replacements=queries.replacements_of(db.session, opening),
        kinds=SEALED_KINDS,
        Standing=lists.Standing,
        blank=SealedForm(),
    )


@blueprint.post("/<public_id:session_id>/cancellation")
@requires(Permission.MARK_WORK)
@sent_from("challenge_sessions.one")
def cancel(session_id: str) -> ResponseReturnValue:
    """Cancel it before the start."""
    form = SealedForm()
    with refusals(form):
        services.cancel(db.session, actor=current_actor(), opening=queries.get_session(db.session, session_id))
    if form.errors:
        return _one_page(session_id, form, 0)
    db.session.commit()
    flash(_("Cancelled. Whoever had joined receives a letter."), "info")
    return redirect(url_for(".one", session_id=session_id))


@blueprint.post("/<public_id:session_id>/sealed/<int(max=99):place>")
@requires(Permission.MARK_WORK)
@takes_files_of(LARGEST_FILE_MB)
@sent_from("challenge_sessions.one")
def replace_sealed(session_id: str, place: int) -> ResponseReturnValue:
    """A file of one's own in the place of a sealed one, for this session."""
    form = SealedForm(request.form)
    spend(FILES, str(current_actor().account_id))
    most = LARGEST_ATTACHED_BYTES
    try:
        upload = check_upload(*read_file(most + 1), accept=SEALED_KINDS, most_bytes=most)
    except RuleError as error:
        form.file.errors = [str(error)]
        return _one_page(session_id, form, place)
    sha256 = open_storage(current_app.config["SETTINGS"].storage_url).put(upload.content)
    with refusals(form):
        opening = queries.get_session(db.session, session_id)
        services.replace_sealed(
            db.session, actor=current_actor(), opening=opening, place=place, upload=upload, sha256=sha256
        )
    if form.errors:
        return _one_page(session_id, form, place)
    db.session.commit()
    flash(_("Saved: whoever marks this session reads your file instead."), "info")
    return redirect(url_for(".one", session_id=session_id))


@blueprint.get("/<public_id:session_id>/sealed/<int(max=99):place>")
@requires(Permission.MARK_WORK)
def replacement(session_id: str, place: int) -> ResponseReturnValue:
    """That file, to be saved, for whoever has taken a work of the session."""
    found = queries.get_replacement(db.session, current_actor().account_id, session_id, place)
    content = open_storage(current_app.config["SETTINGS"].storage_url).get(found.sha256)
    return attachment(content, ATTACHED_KINDS[found.kind], found.name, f"sealed-{found.place}.{found.kind}")
