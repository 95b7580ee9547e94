"""Leaving a question where they are taken in order: asked once more when it has no answer, then for good."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.assessment import queries, rules
from app.assessment.leaving import has_no_answer
from app.assessment.pages import go_on, is_timer_hidden, reading_of, time_left
from app.assessment.sittings import Sitting, get_place, get_sitting, hold_attempt, last_slot
from app.extensions import db
from app.foundation.errors import NotFoundError
from app.web.access import current_actor, signed_in
from app.web.rendering import page

blueprint = Blueprint("leaving", __name__)


@blueprint.get("/attempts/<public_id:attempt_id>/questions/<int(max=9999):slot>/departure")
@signed_in
def ask(attempt_id: str, slot: int) -> ResponseReturnValue:
    """What leaving this question means, and whether it has an answer."""
    found = get_sitting(db.session, current_actor().account_id, attempt_id)
    if not _may_leave(found, slot):
        return redirect(url_for("assessment.attempt", attempt_id=attempt_id))
    place = get_place(db.session, found.id, slot)
    return page(
        "assessment/departure.html",
        attempt=found,
        slot=slot,
        total=last_slot(db.session, found.id),
        unread=reading_of(place.kind, place.payload, place.option_order) if place.payload else "",
        blank=has_no_answer(place),
        timer_hidden=is_timer_hidden(found),
        left=time_left(found),
    )


@blueprint.post("/attempts/<public_id:attempt_id>/questions/<int(max=9999):slot>/departure")
@signed_in
def leave(attempt_id: str, slot: int) -> ResponseReturnValue:
    """Go on to the next question; one without an answer is left only by whoever says so."""
    found = hold_attempt(db.session, current_actor().account_id, attempt_id)
    if not _may_leave(found, slot):
        return redirect(url_for("assessment.attempt", attempt_id=attempt_id))
    return go_on(found, slot, sure=request.form.get("sure") == "y")


def _may_leave(found: Sitting, slot: int) -> bool:
    """Is this the question that a candidate is at? Not found where questions are taken in any order."""
    if found.current_slot is None:
        raise NotFoundError("slot")
    at_it = rules.turn_of(slot, found.current_slot) is rules.Turn.HERE
    return at_it and queries.is_open(db.session, found) and not queries.on_break(found)
