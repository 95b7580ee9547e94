"""Challenges as learners take them: what is promised, joining, and the work of a team from the common start on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.assessment import challenge_queries as queries
from app.assessment import challenges as services
from app.assessment.attached import ATTACHED_KINDS
from app.assessment.challenge_forms import CodeForm, SharedWorkForm
from app.assessment.challenge_queries import Seat
from app.assessment.challenge_rules import Phase
from app.assessment.exact import truncated
from app.assessment.project_forms import LevelsForm, UploadForm, self_assessment_form
from app.assessment.project_queries import decisions_of
from app.assessment.projects import what_is_missing
from app.assessment.rubrics import Step
from app.assessment.uploads import (
    LARGEST_FILE_MB,
    MEGABYTE,
    MOST_FILES,
    Upload,
    check_upload,
    kinds_of,
    most_megabytes,
)
from app.assessment.wording import duration_in_words, points_in_words, team_step_in_words
from app.extensions import db
from app.foundation.errors import NotFoundError, RuleError
from app.foundation.forms import Form
from app.foundation.i18n import gettext as _
from app.foundation.storage import open_storage
from app.foundation.throttle import Allowance
from app.learning.queries import find_enrolment
from app.web.access import current_actor, find_actor, public, signed_in
from app.web.attachments import attachment
from app.web.budgets import spend
from app.web.forms import form_page, refusals
from app.web.reading import read_file, takes_files_of
from app.web.sent_from import sent_from
from app.web.transactions import reading_session

blueprint = Blueprint("challenges", __name__)
FILES = Allowance("challenge-file", 60, timedelta(hours=1))
CODES = Allowance("challenge-code", 10, timedelta(hours=1))


@blueprint.get("/courses/<slug:slug>/challenges/<slug:challenge_slug>")
@public
def challenge(slug: str, challenge_slug: str) -> ResponseReturnValue:
    """The promise, the box of time, the rubric and the sessions; nothing of the brief or of the files."""
    return _challenge_page(slug, challenge_slug, CodeForm())


def _challenge_page(slug: str, challenge_slug: str, form: Form, sent_to: str = "") -> ResponseReturnValue:
    """The page with the form of a code; `sent_to` is the session that one was sent to, whose field keeps it."""
    found, actor = queries.get_challenge(db.session, slug, challenge_slug), find_actor()
    course_id = found.project.version.course_id
    enrolment = find_enrolment(db.session, actor.account_id, course_id) if actor else None
    return form_page(
        "assessment/challenge.html",
        form=form,
        sent_to=sent_to,
        challenge=found,
        coming=queries.sessions_to_join(db.session, found),
        own=queries.own_sessions(db.session, actor.account_id, found) if actor else [],
        enrolled=enrolment is not None and enrolment.state == "active",
        duration=duration_in_words(found.duration_s),
        feedback=duration_in_words(found.feedback_s),
        **_rubric_words(found.project),
    )


def _rubric_words(project: Any) -> dict[str, Any]:
    return {"points_in_words": points_in_words, "threshold": truncated(project.rubric.threshold * 100, 1)}


@blueprint.post("/courses/<slug:slug>/challenges/<slug:challenge_slug>/<public_id:session_id>")
@signed_in
@sent_from("challenges.challenge")
def join(slug: str, challenge_slug: str, session_id: str) -> ResponseReturnValue:
    """Take part in a session, in a team of one's own."""
    form = CodeForm()
    return _join(slug, challenge_slug, session_id, form, None)


@blueprint.post("/courses/<slug:slug>/challenges/<slug:challenge_slug>/<public_id:session_id>/team")
@signed_in
@sent_from("challenges.challenge")
def join_team(slug: str, challenge_slug: str, session_id: str) -> ResponseReturnValue:
    """Take part in the team of a code."""
    spend(CODES, str(current_actor().account_id))
    form = CodeForm(request.form)
    if not form.validate():
        return _challenge_page(slug, challenge_slug, form, session_id)
    return _join(slug, challenge_slug, session_id, form, form.code.data)


def _join(slug: str, challenge_slug: str, session_id: str, form: Form, code: str | None) -> ResponseReturnValue:
    found = queries.get_challenge(db.session, slug, challenge_slug)
    opening = queries.get_session(db.session, session_id)
    project = opening.challenge.project
    if (project.version.course_id, project.slug) != (found.project.version.course_id, found.project.slug):
        raise NotFoundError("challenge session")
    with refusals(form):
        services.join(db.session, actor=current_actor(), opening=opening, code=code)
    if form.errors:
        return _challenge_page(slug, challenge_slug, form, session_id)
    db.session.commit()
    flash(_("You take part. The brief opens on this page at the start."), "info")
    return redirect(url_for(".seat", session_id=session_id))


# One's own seat


def _seat(session_id: str) -> Seat:
    return queries.get_seat(db.session, current_actor().account_id, session_id)


@blueprint.get("/challenges/<public_id:session_id>")
@signed_in
def seat(session_id: str) -> ResponseReturnValue:
    """Before the start, when it is and who is in the team; from it on, the brief, the files and the work."""
    return _seat_page(_seat(session_id))


def _seat_page(found: Seat, **forms: Any) -> ResponseReturnValue:
    """The page with its forms; the one given is that which was sent, with its errors."""
    work = found.submission
    current = work.current if work else None
    lines = found.project.body["rubric"]
    shown = {
        "own": self_assessment_form(lines, chosen=current.own_levels if current else None),
        "work": SharedWorkForm(obj=current),
        "upload": UploadForm(),
        **forms,
    }
    sent = next(iter(forms.values()), shown["work"])
    return form_page(
        "assessment/challenge_seat.html",
        form=sent,
        forms=shown,
        seat=found,
        challenge=found.challenge,
        project=found.project,
        work=work,
        revision=current,
        state=team_step_in_words(_effective(found)),
        decision=next(iter(decisions_of(work)), None) if work else None,
        missing=what_is_missing(work),
        writable=found.phase is Phase.RUNNING and _effective(found) is Step.DRAFT,
        seen={"words": services.words_seen(work), "view": services.view_seen(work)},
        files=[file for file in found.challenge.files if not file.sealed],
        kinds=kinds_of(found.project.body),
        most_mb=most_megabytes(found.project.body),
        most_files=MOST_FILES,
        duration=duration_in_words(found.challenge.duration_s),
        **_rubric_words(found.project),
    )


def _effective(found: Seat) -> Step:
    """Where the work stands by the clock, before the worker has noted it."""
    work = found.submission
    state = Step(work.state) if work else Step.DRAFT
    if state is Step.DRAFT and found.phase is Phase.OVER:
        filled = work is not None and bool(work.current.files or work.current.link)
        return Step.SUBMITTED if filled else Step.NOT_HANDED_IN
    return state


@blueprint.post("/challenges/<public_id:session_id>/leaving")
@signed_in
@sent_from("challenges.seat")
def leave(session_id: str) -> ResponseReturnValue:
    """Leave before the start."""
    found, form = _seat(session_id), SharedWorkForm()
    with refusals(form):
        services.leave(db.session, actor=current_actor(), seat=found)
    if form.errors:
        return _seat_page(_seat(session_id), work=form)
    project = found.project
    db.session.commit()
    flash(_("You no longer take part in this session."), "info")
    return redirect(url_for(".challenge", slug=project.version.course.slug, challenge_slug=project.slug))


def _begun(session_id: str) -> Seat:
    """A seat whose session has begun: before, there is nothing here yet."""
    found = _seat(session_id)
    if found.phase in (Phase.COMING, Phase.CANCELLED):
        raise NotFoundError("challenge session")
    return found


@blueprint.post("/challenges/<public_id:session_id>/self-assessment")
@signed_in
@sent_from("challenges.seat")
def assess_ourselves(session_id: str) -> ResponseReturnValue:
    """Where the team thinks its work stands."""
    found = _begun(session_id)
    form: LevelsForm = self_assessment_form(found.project.body["rubric"], request.form)
    if form.validate():
        with refusals(form):
            services.assess_ourselves(db.session, seat=found, levels=form.levels, before=request.form.get("seen", ""))
    return _kept(session_id, "work", own=form)


@blueprint.post("/challenges/<public_id:session_id>/words")
@signed_in
@sent_from("challenges.seat")
def save_words(session_id: str) -> ResponseReturnValue:
    """The note and the link."""
    found, form = _begun(session_id), SharedWorkForm(request.form)
    if form.validate():
        with refusals(form):
            services.save_words(
                db.session, seat=found, note=form.note.data or "", link=form.link.data or "",
                before=form.seen.data or "",
            )  # fmt: skip
    return _kept(session_id, "work", work=form)


@blueprint.post("/challenges/<public_id:session_id>/files")
@signed_in
@takes_files_of(LARGEST_FILE_MB)
@sent_from("challenges.seat")
def add_file(session_id: str) -> ResponseReturnValue:
    """One more file: read, checked and stored before the transaction that notes it."""
    form = UploadForm(request.form)
    try:
        upload = _upload(session_id)
    except RuleError as error:
        form.file.errors = [str(error)]
        return _seat_page(_begun(session_id), upload=form)
    sha256 = open_storage(current_app.config["SETTINGS"].storage_url).put(upload.content)
    with refusals(form):
        services.add_file(db.session, seat=_begun(session_id), upload=upload, sha256=sha256)
    return _kept(session_id, "files", upload=form)


def _upload(session_id: str) -> Upload:
    account_id = current_actor().account_id
    with reading_session() as session:
        found = queries.get_seat(session, account_id, session_id)
        if found.phase in (Phase.COMING, Phase.CANCELLED):
            raise NotFoundError("challenge session")
        body = found.project.body
        most, accept = int(most_megabytes(body) * MEGABYTE), kinds_of(body)
    spend(FILES, str(account_id))
    return check_upload(*read_file(most + 1), accept=accept, most_bytes=most)


@blueprint.post("/challenges/<public_id:session_id>/files/<public_id:file_id>/removal")
@signed_in
@sent_from("challenges.seat")
def remove_file(session_id: str, file_id: str) -> ResponseReturnValue:
    """Take a file out again."""
    form = UploadForm()
    with refusals(form):
        services.remove_file(db.session, seat=_begun(session_id), file_id=file_id)
    return _kept(session_id, "files", upload=form)


def _kept(session_id: str, fragment: str | None, *, said: str = "", **forms: Any) -> ResponseReturnValue:
    """Back to the page once it is kept; the page with what is to correct when it is not."""
    (form,) = forms.values()
    if form.errors:
        return _seat_page(_begun(session_id), **forms)
    db.session.commit()
    flash(said or _("Saved."), "info")
    return redirect(url_for(".seat", session_id=session_id, _anchor=fragment))


@blueprint.post("/challenges/<public_id:session_id>/hand-in")
@signed_in
@sent_from("challenges.seat")
def hand_in(session_id: str) -> ResponseReturnValue:
    """Hand the team's work in before the end."""
    found, form = _begun(session_id), SharedWorkForm()
    with refusals(form):
        services.hand_in(db.session, actor=current_actor(), seat=found)
    return _kept(
        session_id, None, said=_("Handed in, for the whole team. You may take it back until the end."), work=form
    )


@blueprint.post("/challenges/<public_id:session_id>/taking-back")
@signed_in
@sent_from("challenges.seat")
def take_back(session_id: str) -> ResponseReturnValue:
    """Take it back before the end."""
    found, form = _begun(session_id), SharedWorkForm()
    with refusals(form):
        services.take_back(db.session, actor=current_actor(), seat=found)
    return _kept(session_id, None, said=_("Taken back. What stands there at the end is handed in."), work=form)


@blueprint.get("/challenges/<public_id:session_id>/materials/<public_id:file_id>")
@signed_in
def material(session_id: str, file_id: str) -> ResponseReturnValue:
    """A file of the challenge, to be saved; opened at the start to those who take part, and to whoever marks."""
    found, content = queries.get_attached(db.session, current_actor().account_id, session_id, file_id)
    return attachment(content, ATTACHED_KINDS[found.kind], found.name, f"{found.public_id}.{found.kind}")
