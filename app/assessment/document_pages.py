"""The one document of an exam: all its questions in a page that its script shows one at a time (assessment.md §4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from pydantic import ValidationError
from werkzeug.wrappers import Response

from app.assessment import answering, queries
from app.assessment.candidate import CandidateQuestion, candidate_question, chosen_values
from app.assessment.pages import break_left, break_page, is_left, is_timer_hidden, reading_of, sent_file, time_left
from app.assessment.schemas import FlagSent
from app.assessment.sittings import (
    Place,
    Sitting,
    Slot,
    bodies_of,
    get_place,
    get_shown_place,
    get_sitting,
    hold_attempt,
    places_of,
    slots_of,
)
from app.assessment.wording import left_sentence
from app.extensions import db
from app.foundation.errors import RuleError
from app.foundation.i18n import gettext as _
from app.web.access import current_actor, find_actor, public, signed_in
from app.web.rendering import page

blueprint = Blueprint("assessment_document", __name__)
NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class Asked:
    """One question of the document, with what was answered so far."""

    place: Place
    question: CandidateQuestion
    chosen: list[str]
    reading: str
    sent: dict[str, Any] | None  # of a file, the one in force


@blueprint.get("/attempts/<public_id:attempt_id>/questions")
@signed_in
def questions(attempt_id: str) -> ResponseReturnValue:
    """Every question of an exam, none of its keys; the page of one question leads here where scripts run.

    Where questions are taken in order, the one the attempt is at, and nothing of the others.
    """
    found = get_sitting(db.session, current_actor().account_id, attempt_id)
    if found.kind == "practice":
        return redirect(url_for("assessment.attempt", attempt_id=attempt_id))
    if not queries.is_open(db.session, found):
        return redirect(url_for("assessment.result", attempt_id=attempt_id))
    if queries.on_break(found):
        return break_page(found)
    asked = _asked(found)
    slots = [Slot(one.place.slot, one.place.flagged, one.place.payload is not None) for one in asked]
    if found.current_slot is not None:
        slots = slots_of(db.session, found.id)
    saved = [one.place.saved_at for one in asked if one.place.saved_at is not None]
    return page(
        "assessment/questions.html",
        attempt=found,
        asked=asked,
        slots=slots,
        answered=sum(one.answered for one in slots),
        flagged=sum(one.place.flagged for one in asked),
        saved_at=max(saved, default=None),
        timer_hidden=is_timer_hidden(found),
        left=time_left(found),
        break_left=break_left(found),
    )


def _asked(found: Sitting) -> list[Asked]:
    current = found.current_slot
    places = places_of(db.session, found.id) if current is None else [get_place(db.session, found.id, current)]
    bodies = bodies_of(db.session, places)
    return [
        Asked(
            place,
            candidate_question(bodies[place.version], place.option_order),
            chosen_values(place.payload),
            reading_of(place.kind, place.payload, place.option_order),
            sent_file(found, place),
        )
        for place in places
    ]


@blueprint.get("/attempts/<public_id:attempt_id>/standing")
@public
def standing(attempt_id: str) -> tuple[Response, int, dict[str, str]]:
    """For the document's script: who is signed in may go on, and how; 401 for nobody, 404 for another account.

    Public, so that asking changes no cookie: an answer of ours on its way must not undo a sign-in in another tab.
    """
    actor = find_actor()
    if actor is None:
        abort(401)
    found = get_sitting(db.session, actor.account_id, attempt_id)
    reply: dict[str, Any] = {
        "csrf_token": generate_csrf(),
        "open": queries.is_open(db.session, found),
        "on_break": queries.on_break(found),
        "remaining_s": time_left(found),
    }
    return jsonify(reply), 200, NO_STORE


@blueprint.put("/attempts/<public_id:attempt_id>/flags/<int(max=9999):slot>")
@signed_in
def flag(attempt_id: str, slot: int) -> tuple[Response, int, dict[str, str]]:
    """Mark a question to come back to, or no longer; nothing of it counts, so the last word wins."""
    try:
        sent = FlagSent.model_validate_json(request.get_data())
    except ValidationError as error:
        raise RuleError(_("Say whether the question is marked: true or false.")) from error
    found = hold_attempt(db.session, current_actor().account_id, attempt_id)
    place = get_shown_place(db.session, found, slot)
    if is_left(found, slot):
        raise RuleError(left_sentence(slot))
    if found.kind != "practice" and queries.is_open(db.session, found) and place.flagged != sent.flagged:
        answering.flag_question(db.session, attempt_id=found.id, slot=slot, flagged=sent.flagged)
    db.session.commit()
    return jsonify({"remaining_s": time_left(found)}), 200, NO_STORE
