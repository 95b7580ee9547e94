"""Integrity signals: the script tells them, the candidate reads their own, staff look at them and are recorded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, current_app, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from app.assessment import queries, rules, signal_queries
from app.assessment.appeals import last_day
from app.assessment.models import Attempt
from app.assessment.signal_models import Kind, Signal
from app.assessment.signal_schemas import LARGEST_BODY, SignalsSent
from app.assessment.signal_words import EXPLAINED, NAMES, sentence, summary
from app.assessment.signals import digest, keep, notes_pastes, worth_noting
from app.audit.services import record
from app.extensions import db
from app.foundation.errors import NotFoundError, RuleError
from app.foundation.i18n import gettext as _
from app.foundation.paging import page_number
from app.foundation.permissions import Permission
from app.foundation.throttle import Allowance
from app.web.access import current_actor, requires, signed_in
from app.web.budgets import client_network, spend
from app.web.rendering import page
from app.web.sent_from import sent_from
from app.web.transactions import reading_session

blueprint = Blueprint("signals", __name__)
# The script sends every twenty seconds at most; a browser that sends more is not listened to for a while.
SENDINGS = Allowance("signals", 8, timedelta(minutes=2))


@blueprint.post("/attempts/<public_id:attempt_id>/signals")
@signed_in
@sent_from("assessment.attempt")
def tell(attempt_id: str) -> ResponseReturnValue:
    """What the script noted, and from which address and browser: as digests that say nothing by themselves."""
    sent = _read_sent()
    spend(SENDINGS, current_actor().public_id)  # of a person, whatever attempts they make up
    secret = current_app.config["SETTINGS"].secret_key
    said = {Kind.ADDRESS: client_network(), Kind.BROWSER: request.user_agent.string}
    marks = {kind: digest(secret, attempt_id, value) for kind, value in said.items()}
    with reading_session() as reading:  # the write that follows holds up no answer for longer than one statement
        found = queries.get_attempt(reading, current_actor().account_id, attempt_id)
        rows = worth_noting(reading, attempt=found, sent=sent, marks=marks)
    if rows:
        keep(db.session, rows)
        db.session.commit()
    return "", 204


def _read_sent() -> SignalsSent:
    """The body; raises RuleError when it is none, a 413 when it is too large."""
    if (request.content_length or 0) > LARGEST_BODY or len(request.get_data()) > LARGEST_BODY:
        abort(413)
    try:
        return SignalsSent.model_validate_json(request.get_data())
    except ValidationError as error:
        raise RuleError(_("These are no signals that this site knows.")) from error


@blueprint.get("/attempts/<public_id:attempt_id>/signals")
@signed_in
def own(attempt_id: str) -> ResponseReturnValue:
    """What was noted of one's own attempt."""
    found = queries.get_attempt(db.session, current_actor().account_id, attempt_id)
    if found.kind == "practice":
        raise NotFoundError("signals")
    return page("assessment/own_signals.html", **_noted_of(found, told=_told(found)))


@blueprint.get("/studio/exams/<public_id:exam_id>/signals")
@requires(Permission.AUTHOR_COURSES)
def exam(exam_id: str) -> ResponseReturnValue:
    """How usual each kind of signal is in an exam, and the attempts that have some."""
    found, version = signal_queries.get_exam(db.session, exam_id)
    asked = request.args.get("kind", "")
    kind = Kind(asked) if asked in list(Kind) else None
    return page(
        "assessment/signals.html",
        exam=found,
        version=version,
        rates=signal_queries.rates_of(db.session, found.id),
        kinds=list(Kind),
        kind=kind,
        found=signal_queries.page_of_attempts(db.session, found.id, kind, page_number(request.args.get("page"))),
        names=NAMES,
        explained=EXPLAINED,
        term_days=rules.APPEAL_TERM.days,
    )


@blueprint.post("/studio/exams/<public_id:exam_id>/signals/<public_id:attempt_id>")
@requires(Permission.AUTHOR_COURSES)
@sent_from("signals.exam")
def look(exam_id: str, attempt_id: str) -> ResponseReturnValue:
    """The signals of one attempt, in the order of time; nothing changes but the audit record, which says who looked."""
    found, account = signal_queries.get_attempt(db.session, exam_id, attempt_id)
    record(db.session, actor=current_actor(), event="signals.read", subject=found.public_id)
    noted = _noted_of(found)
    db.session.commit()
    return page("assessment/attempt_signals.html", candidate=account, **noted)


def _told(found: Attempt) -> Collection[Kind]:
    """What a candidate may read just now: that wrong answers are alike says which are wrong, and how many."""
    return frozenset(Kind) if found.state == rules.State.RELEASED else frozenset(Kind) - {Kind.ALIKE}


def _noted_of(found: Attempt, told: Collection[Kind] = frozenset(Kind)) -> dict[str, Any]:
    signals = [one for one in signal_queries.signals_of(db.session, found.id) if one.kind in told]
    sums = [one for one in signal_queries.sums_of(db.session, [found.id]).get(found.id, []) if one.kind in told]
    return {
        "attempt": found,
        "signals": [(signal.at, sentence(signal), signal.other_id) for signal in signals],
        "sums": [(NAMES[one.kind], summary(one), EXPLAINED[one.kind]) for one in sums],
        "others": _others(signals),
        "until": last_day(db.session, found),
        "pastes": notes_pastes(found),
    }


def _others(signals: Sequence[Signal]) -> dict[int, str]:
    """The public ids of the attempts that some signals are also about."""
    return signal_queries.public_ids(db.session, [one.other_id for one in signals if one.other_id is not None])
