"""Breaks of an exam, for its candidate: one button begins, another ends."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from app.assessment import queries
from app.assessment.breaks import end_break, start_break
from app.assessment.models import Attempt
from app.assessment.services import close_if_over
from app.assessment.sittings import hold_attempt
from app.extensions import db
from app.web.access import current_actor, signed_in
from app.web.sent_from import sent_from

blueprint = Blueprint("assessment_breaks", __name__)


@blueprint.post("/attempts/<public_id:attempt_id>/break")
@signed_in
@sent_from("assessment.attempt")
def start(attempt_id: str) -> Response:
    """Begin a break."""
    found = _held(attempt_id)
    if not close_if_over(db.session, found):
        start_break(db.session, actor=current_actor(), attempt=found)
    db.session.commit()
    return redirect(url_for("assessment.attempt", attempt_id=attempt_id))


@blueprint.post("/attempts/<public_id:attempt_id>/break/end")
@signed_in
@sent_from("assessment.attempt")
def end(attempt_id: str) -> Response:
    """End it."""
    found = _held(attempt_id)
    if not close_if_over(db.session, found):
        end_break(db.session, actor=current_actor(), attempt=found)
    db.session.commit()
    return redirect(url_for("assessment.attempt", attempt_id=attempt_id))


def _held(attempt_id: str) -> Attempt:
    """This person's attempt, held until the commit: neither an answer nor a second click comes in between."""
    account_id = current_actor().account_id
    hold_attempt(db.session, account_id, attempt_id)
    return queries.get_attempt(db.session, account_id, attempt_id)
