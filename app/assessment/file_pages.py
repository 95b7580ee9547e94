"""Files as answers, by plain forms: sent, replaced or removed until the exam is handed in, and fetched back."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.assessment import answering, attempt_files, queries, services
from app.assessment.answering import Outcome, Saved
from app.assessment.pages import go_on, is_left, question_page, told_left, wants_next
from app.assessment.sittings import (
    Place,
    Sitting,
    body_of,
    get_shown_place,
    get_sitting,
    hold_attempt,
    last_slot,
    slots_of,
)
from app.assessment.uploads import (
    KINDS,
    LARGEST_FILE_MB,
    MEGABYTE,
    Upload,
    check_upload,
    kind_of,
    kinds_of,
    most_megabytes,
)
from app.assessment.wording import ON_BREAK
from app.extensions import db
from app.foundation.errors import NotFoundError, RuleError
from app.foundation.i18n import gettext as _
from app.foundation.storage import open_storage
from app.foundation.throttle import Allowance
from app.web.access import current_actor, signed_in
from app.web.attachments import attachment
from app.web.budgets import spend
from app.web.reading import read_file, takes_files_of
from app.web.sent_from import sent_from
from app.web.transactions import reading_session

blueprint = Blueprint("attempt_files", __name__)
FILES = Allowance("attempt-file", 60, timedelta(hours=1))


@blueprint.post("/attempts/<public_id:attempt_id>/files/<int(max=9999):slot>")
@signed_in
@takes_files_of(LARGEST_FILE_MB)
@sent_from("assessment.attempt", slot="question")
def send(attempt_id: str, slot: int) -> ResponseReturnValue:
    """Keep the file that was chosen, if one was, then go where the button says: read and stored before it is noted."""
    try:
        upload = _upload(attempt_id, slot)
    except RuleError as error:
        return _again(attempt_id, slot, str(error))
    sha256 = open_storage(current_app.config["SETTINGS"].storage_url).put(upload.content) if upload else ""
    found, place = _held(attempt_id, slot)
    saved = Saved(Outcome.DUPLICATE, place.rev, found.started_at)
    if upload:
        saved = attempt_files.keep_file(db.session, attempt=found, place=place, upload=upload, sha256=sha256)
    elif request.form.get("then") == "stay":
        return _again(attempt_id, slot, _("Choose a file first."))
    return _kept(found, place, saved, stay=request.form.get("then") == "stay")


def _upload(attempt_id: str, slot: int) -> Upload | None:
    """The file, when it may be kept; None where none was chosen. What comes too late is read too: it is kept aside."""
    account_id = current_actor().account_id
    with reading_session() as session:
        found = get_sitting(session, account_id, attempt_id)
        place = get_shown_place(session, found, slot)
        body = body_of(session, place)
    if place.kind != "file" or found.kind == "practice":
        raise NotFoundError("slot")
    most = int(most_megabytes(body) * MEGABYTE)
    name, content = read_file(most + 1)
    if not name:
        return None
    spend(FILES, str(account_id))
    return check_upload(name, content, accept=kinds_of(body), most_bytes=most)


def _held(attempt_id: str, slot: int) -> tuple[Sitting, Place]:
    found = hold_attempt(db.session, current_actor().account_id, attempt_id)
    return found, get_shown_place(db.session, found, slot)


def _again(attempt_id: str, slot: int, error: str) -> ResponseReturnValue:
    """The question with what is wrong; a file cannot be kept in a form, and the page says which one is in force."""
    found = get_sitting(db.session, current_actor().account_id, attempt_id)
    if not queries.is_open(db.session, found) or queries.on_break(found):
        flash(error, "care")
        return redirect(url_for("assessment.attempt", attempt_id=attempt_id))
    if is_left(found, slot):
        return told_left(found, slot)
    return question_page(found, slots_of(db.session, found.id), slot, error=error), 422


@blueprint.post("/attempts/<public_id:attempt_id>/files/<int(max=9999):slot>/removal")
@signed_in
@takes_files_of(LARGEST_FILE_MB)
@sent_from("assessment.attempt", slot="question")
def remove(attempt_id: str, slot: int) -> ResponseReturnValue:
    """Hand in no file after all."""
    found, place = _held(attempt_id, slot)
    if place.kind != "file":
        raise NotFoundError("slot")
    return _kept(found, place, attempt_files.remove_file(db.session, attempt=found, place=place), stay=True)


def _kept(found: Sitting, place: Place, saved: Saved, *, stay: bool) -> Response:
    """Commit, say what does not count, and show the next page, as after any other answer."""
    over = not queries.is_open(db.session, found)
    if is_left(found, place.slot) and not over:
        db.session.commit()
        return told_left(found, place.slot, saved)
    flagged = request.form.get("flag") == "y"
    if over:
        services.close_if_over(db.session, queries.get_attempt(db.session, current_actor().account_id, found.public_id))
    elif flagged != place.flagged:
        answering.flag_question(db.session, attempt_id=found.id, slot=place.slot, flagged=flagged)
    if wants_next(found) and saved.outcome is not Outcome.NOT_COUNTED:
        return go_on(found, place.slot)
    last = last_slot(db.session, found.id)
    db.session.commit()
    if saved.outcome is Outcome.NOT_COUNTED:
        late = _("This answer came after the end: it is kept, but it does not count.")
        flash(late if over else str(ON_BREAK), "care")
    if over:
        return redirect(url_for("assessment.result", attempt_id=found.public_id))
    if stay or saved.outcome is Outcome.NOT_COUNTED:
        return redirect(url_for("assessment.attempt", attempt_id=found.public_id, question=place.slot))
    if request.form.get("then") == "review" or place.slot == last:
        return redirect(url_for("assessment.review", attempt_id=found.public_id))
    return redirect(url_for("assessment.attempt", attempt_id=found.public_id, question=place.slot + 1))


@blueprint.get("/attempts/<public_id:attempt_id>/files/<int(max=9999):slot>")
@signed_in
def own(attempt_id: str, slot: int) -> ResponseReturnValue:
    """One's own file as it is in force, to be saved and never shown by the browser."""
    found = get_sitting(db.session, current_actor().account_id, attempt_id)
    payload = get_shown_place(db.session, found, slot).payload
    if not payload or "sha256" not in payload:
        raise NotFoundError("file")
    content = open_storage(current_app.config["SETTINGS"].storage_url).get(payload["sha256"])
    kind = kind_of(payload["name"])
    return attachment(content, KINDS[kind].media_type, payload["name"], f"question-{slot}.{kind}")
