"""Sitting a quiz or an exam: the start page, the questions, the review, the result."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError
from werkzeug.wrappers import Response

from app.assessment import answering, paper_queries, queries, rules, services, starting
from app.assessment.answering import Incoming, Outcome
from app.assessment.candidate import answer_values, not_ready, payload_of_form, read_as
from app.assessment.draws import frozen_pool
from app.assessment.forms import PledgeForm
from app.assessment.models import ExamVersion
from app.assessment.pages import (
    answered_elsewhere,
    break_page,
    go_on,
    is_left,
    question_page,
    result_page,
    review_page,
    said,
    terms_of,
    time_left,
    told_left,
    too_many_words,
    wanted_slot,
    wants_next,
)
from app.assessment.panel_figures import announced_cut
from app.assessment.release_queries import moment_of, policy_of
from app.assessment.releasing import release_due
from app.assessment.safe_browser_pages import is_proven, keys_of, start_refused
from app.assessment.schemas import LARGEST_BODY, PLAIN_KEY, AnswerSent
from app.assessment.sittings import (
    Place,
    Sitting,
    get_place,
    get_shown_place,
    get_sitting,
    hold_attempt,
    last_slot,
    slots_of,
)
from app.assessment.wording import BLANK, ON_BREAK, left_sentence, refusal_sentence, refusal_sentences, waits_in_words
from app.catalog.models import CourseVersion
from app.catalog.queries import get_version, prerequisites_of
from app.certification.queries import Standing, find_standing
from app.extensions import db
from app.foundation import clock
from app.foundation.errors import RuleError, TooManyRequestsError
from app.foundation.i18n import current_language
from app.foundation.i18n import gettext as _
from app.foundation.numbers import whole
from app.learning.queries import find_enrolment, missing_modules, path_of
from app.web.access import current_actor, signed_in
from app.web.errors import when_again
from app.web.filters import text
from app.web.forms import form_page
from app.web.sent_from import sent_from

blueprint = Blueprint("assessment", __name__)
NO_STORE = {"Cache-Control": "no-store"}


def _version_for(exam_public_id: str) -> tuple[ExamVersion, list[Any]] | Response:
    """The exam version this person sits and the modules still to master; or the way to the course, not begun yet."""
    exam = queries.get_exam(db.session, exam_public_id)
    enrolment = find_enrolment(db.session, current_actor().account_id, exam.course_id)
    if enrolment is None:
        flash(refusal_sentence(rules.Reason(rules.Obstacle.NOT_ENROLLED)), "info")
        return redirect(url_for("catalog.course", slug=exam.course.slug))
    exam_version = queries.get_exam_version(db.session, exam.id, enrolment.course_version_id)
    version = get_version(db.session, enrolment.course_version_id)
    path = path_of(db.session, version, enrolment)
    return exam_version, missing_modules(version, path, exam_version.settings)


@blueprint.get("/exams/<public_id:exam_id>")
@signed_in
def exam(exam_id: str) -> ResponseReturnValue:
    """What the exam is, what it asks, and whether it may be started now."""
    found = _version_for(exam_id)
    if isinstance(found, Response):
        return found
    return _exam_page(*found)


def _exam_page(
    exam_version: ExamVersion, missing: list[Any], sent: PledgeForm | None = None
) -> tuple[str, int, dict[str, str]]:
    account_id = current_actor().account_id
    standing = find_standing(db.session, account_id, exam_version.exam.course_id)
    facts = queries.start_facts(
        db.session,
        account_id=account_id,
        exam_version=exam_version,
        enrolled=True,
        modules_missing=[module.slug for module in missing],
        pass_stands=_pass_stands(standing),
    )
    stored = queries.find_open_attempt(db.session, account_id, exam_version.exam_id)
    settings, pool = exam_version.settings, frozen_pool(db.session, exam_version)
    version = get_version(db.session, exam_version.course_version_id)
    return form_page(
        "assessment/exam.html",
        form=sent or _pledge(exam_version),
        exam_version=exam_version,
        version=version,
        missing=missing,
        standing=standing,
        courses_missing=_courses_missing(version),
        reasons=refusal_sentences(rules.may_start(facts, clock.now())),
        open_attempt=stored if facts.has_open_attempt else None,
        ended_attempt=None if facts.has_open_attempt else stored,
        attempts_left=rules.attempts_left(facts.attempts_used, facts.most_attempts),
        waits=waits_in_words(settings.get("cooldown_s") or ()),
        pool=len(pool),
        panel=announced_cut(db.session, exam_version, clock.now()),
        asks_people=paper_queries.asks_people(pool.values()),
        being_marked=facts.being_marked
        and paper_queries.find_being_marked(db.session, account_id, exam_version.exam_id),
        release=policy_of(exam_version),
        closes=moment_of(exam_version),
        locked_out=not is_proven(keys_of(exam_version)),
        **terms_of(exam_version, account_id),
    )


def _pass_stands(standing: Standing | None) -> bool:
    """Does an earlier pass still keep this exam shut? Not once the certificate it earned was taken back."""
    return standing is None or standing.status != "revoked"


def _courses_missing(version: CourseVersion) -> list[Any]:
    missing = queries.missing_prerequisites(db.session, current_actor().account_id, version.id)
    return [course for course in prerequisites_of(db.session, version) if course.id in missing]


@blueprint.post("/exams/<public_id:exam_id>")
@signed_in
def start_exam(exam_id: str) -> ResponseReturnValue:
    """Start the exam, or go back to the attempt already open."""
    found = _version_for(exam_id)
    if isinstance(found, Response):
        return found
    exam_version, missing = found
    if (refused := start_refused(exam_version)) is not None:
        return refused
    form = _pledge(exam_version, request.form)
    if exam_version.pledge and not form.validate() and not _has_open(exam_version):
        return _exam_page(exam_version, missing, form)
    attempt = starting.start_attempt(
        db.session,
        actor=current_actor(),
        exam_version=exam_version,
        enrolled=True,
        modules_missing=[module.slug for module in missing],
        pledged=bool(exam_version.pledge),
        pass_stands=_pass_stands(find_standing(db.session, current_actor().account_id, exam_version.exam.course_id)),
    )
    db.session.commit()
    return redirect(url_for(".attempt", attempt_id=attempt.public_id))


def _pledge(exam_version: ExamVersion, sent: Any = None) -> PledgeForm:
    return PledgeForm(sent, sentence=text(exam_version.pledge))


def _has_open(exam_version: ExamVersion) -> bool:
    opened = queries.find_open_attempt(db.session, current_actor().account_id, exam_version.exam_id)
    return opened is not None and queries.is_open(db.session, opened)


@blueprint.post("/learn/<slug:slug>/<slug:quiz_slug>/attempts")
@signed_in
@sent_from("learning.item", quiz_slug="item_slug")
def start_quiz(slug: str, quiz_slug: str) -> Response:
    """Begin the exercises of a module."""
    actor = current_actor()
    exam_version, locked = queries.get_quiz_for(db.session, actor.account_id, slug, quiz_slug)
    attempt = starting.start_attempt(
        db.session, actor=actor, exam_version=exam_version, enrolled=True, modules_missing=locked
    )
    db.session.commit()
    return redirect(url_for(".attempt", attempt_id=attempt.public_id))


@blueprint.get("/attempts/<public_id:attempt_id>")
@signed_in
def attempt(attempt_id: str) -> str | Response:
    """One question of the attempt (?question=n), with what was answered so far."""
    found = get_sitting(db.session, current_actor().account_id, attempt_id)
    if not queries.is_open(db.session, found):
        return redirect(url_for(".result", attempt_id=attempt_id))
    if queries.on_break(found):
        return break_page(found)
    slots = slots_of(db.session, found.id)
    return question_page(found, slots, wanted_slot(found, slots, request.args.get("question", "")))


@blueprint.post("/attempts/<public_id:attempt_id>/answers/<int(max=9999):slot>")
@signed_in
@sent_from("assessment.attempt", slot="question")
def save_answer_by_form(attempt_id: str, slot: int) -> Response | tuple[str, int]:
    """Save an answer sent by a plain form, then show the next question (or the correction, in practice)."""
    found = hold_attempt(db.session, current_actor().account_id, attempt_id)
    place = get_shown_place(db.session, found, slot)
    values = answer_values(request.form.to_dict(flat=False), "answer")
    payload, is_open = payload_of_form(place.kind, values, current_language()), queries.is_open(db.session, found)
    if found.kind == "practice" and payload is None and is_open:
        return _again(found, slot, str(BLANK), None, 422)
    try:
        saved = _save(found, place, payload)
    except (RuleError, TooManyRequestsError) as error:
        busy = when_again(error) if isinstance(error, TooManyRequestsError) else ""
        return _again(found, slot, busy or str(error.message), values, 429 if busy else 422)
    if is_open and is_left(found, slot):
        db.session.commit()
        return told_left(found, slot, saved)
    if saved.outcome is Outcome.CONFLICT:
        db.session.commit()
        return _both_answers(found, place, saved, values)
    flagged = request.form.get("flag") == "y"
    if not is_open:
        _close_if_over(attempt_id)
    elif found.kind != "practice" and flagged != place.flagged:
        answering.flag_question(db.session, attempt_id=found.id, slot=slot, flagged=flagged)
    if is_open and (sentence := too_many_words(place, payload)):
        flash(sentence, "care")
    if is_open and wants_next(found) and saved.outcome in KEPT:
        return go_on(found, slot)
    last = last_slot(db.session, found.id)
    db.session.commit()
    return _after_saving(found, slot, saved, over=not is_open, last=last)


def _again(found: Sitting, slot: int, error: str, typed: list[str] | None, status: int) -> Response | tuple[str, int]:
    """The same question, with what is wrong and what was typed."""
    if is_left(found, slot):
        return told_left(found, slot)
    return question_page(found, slots_of(db.session, found.id), slot, error=error, typed=typed), status


def _close_if_over(attempt_id: str) -> None:
    attempt = queries.get_attempt(db.session, current_actor().account_id, attempt_id)
    services.close_if_over(db.session, attempt)


def _save(found: Sitting, place: Place, payload: dict[str, Any] | None) -> answering.Saved:
    """A form that changes nothing saves nothing; otherwise its hidden revision and key make it safe to resend."""
    if place.payload == payload:
        return answering.Saved(Outcome.DUPLICATE, place.rev, clock.now())
    incoming = Incoming(
        slot=place.slot,
        payload=payload,
        rev=whole(request.form.get("rev"), most=999_999) or 1,
        idempotency_key=_key(request.form.get("key", "")) or secrets.token_hex(16),
    )
    saved = answering.save_answer(db.session, attempt=found, incoming=incoming)
    if saved.outcome is Outcome.REUSED_KEY:  # an old page, brought back by the browser, with another answer in it
        fresh = Incoming(place.slot, payload, incoming.rev, secrets.token_hex(16))
        saved = answering.save_answer(db.session, attempt=found, incoming=fresh)
    return saved


def _key(text: str) -> str | None:
    return text if PLAIN_KEY.fullmatch(text) else None


def _both_answers(found: Sitting, place: Place, saved: answering.Saved, typed: list[str]) -> Response | tuple[str, int]:
    """Two windows answered: say what is saved, keep what was typed; sending it again replaces the other."""
    return _again(found, place.slot, answered_elsewhere(place, saved.payload), typed, 409)


def _after_saving(found: Sitting, slot: int, saved: answering.Saved, *, over: bool, last: int) -> Response:
    if over:
        if saved.outcome is Outcome.NOT_COUNTED:
            flash(_("This answer came after the end: it is kept, but it does not count."), "care")
        return redirect(url_for(".result", attempt_id=found.public_id))
    if saved.outcome is Outcome.NOT_COUNTED and found.kind != "practice":
        flash(str(ON_BREAK), "care")
    if found.kind == "practice" or saved.outcome is Outcome.NOT_COUNTED:
        return redirect(url_for(".attempt", attempt_id=found.public_id, question=slot))
    wants = request.form.get("then")
    if wants == "review" or (slot == last and wants != "stay"):
        return redirect(url_for(".review", attempt_id=found.public_id))
    return redirect(url_for(".attempt", attempt_id=found.public_id, question=slot + 1))


KEPT = (Outcome.SAVED, Outcome.DUPLICATE)
STATUS = {
    Outcome.SAVED: 200,
    Outcome.DUPLICATE: 200,
    Outcome.REUSED_KEY: 422,
    Outcome.CONFLICT: 409,
    Outcome.NOT_COUNTED: 202,
    Outcome.LEFT: 202,
}


@blueprint.put("/attempts/<public_id:attempt_id>/answers/<int(max=9999):slot>")
@signed_in
def save_answer(attempt_id: str, slot: int) -> tuple[Response, int, dict[str, str]]:
    """Save an answer sent by the page's script (trust.md §4); the reply is given after the commit."""
    incoming = _read_incoming(slot)
    found = hold_attempt(db.session, current_actor().account_id, attempt_id)
    saved = answering.save_answer(db.session, attempt=found, incoming=incoming)
    reply: dict[str, Any] = {
        "outcome": saved.outcome.value,
        "rev": saved.rev,
        "server_time": saved.at.isoformat(timespec="seconds"),
        "remaining_s": time_left(found),
        "counted": saved.outcome in KEPT,
        "duplicate": saved.outcome is Outcome.DUPLICATE,
    }
    if saved.outcome is Outcome.CONFLICT:
        reply["payload"] = saved.payload
        place = get_place(db.session, found.id, slot)
        reply["said"], reply["yours"] = said(place, saved.payload), said(place, incoming.payload)
    if saved.outcome is Outcome.SAVED and saved.kind in ("numeric", "cloze", "ordering"):
        reply["read_as"] = read_as(saved.kind, incoming.payload, current_language(), saved.option_order)
        reply["unread"] = not_ready(saved.kind, incoming.payload, saved.option_order) is not None
    if saved.outcome is Outcome.LEFT:
        reply["detail"] = left_sentence(slot)
    if saved.outcome is Outcome.NOT_COUNTED:
        reply["on_break"] = queries.on_break(found)
        _close_if_over(attempt_id)
    db.session.commit()
    return jsonify(reply), STATUS[saved.outcome], NO_STORE


def _read_incoming(slot: int) -> Incoming:
    """The answer in the body; raises RuleError when it is none, a 413 when it is too large."""
    if (request.content_length or 0) > LARGEST_BODY or len(request.get_data()) > LARGEST_BODY:
        abort(413)
    key = request.headers.get("Idempotency-Key") or secrets.token_hex(16)
    try:
        sent = AnswerSent.model_validate_json(request.get_data())
    except ValidationError as error:
        raise _unfit(*(one["loc"] for one in error.errors())) from error
    if _key(key) is None:
        raise _unfit()
    return Incoming(slot, sent.payload, sent.rev, key, tab=sent.tab, client_at=sent.client_at)


def _unfit(*places: tuple[int | str, ...]) -> RuleError:
    if ("v",) in places:
        return RuleError(_("This page is of another release of the site. Reload it: your answers stay on this device."))
    return RuleError(_("This answer does not fit the question. Reload the page and answer again."))


@blueprint.post("/attempts/<public_id:attempt_id>/timer")
@signed_in
@sent_from("assessment.attempt")
def set_timer(attempt_id: str) -> Response:
    """Hide the time left, or show it again."""
    session["timer_hidden"] = request.form.get("timer") == "hide"
    if request.args.get("then") == "review":
        return redirect(url_for(".review", attempt_id=attempt_id))
    return redirect(url_for(".attempt", attempt_id=attempt_id, question=request.args.get("question")))


@blueprint.get("/attempts/<public_id:attempt_id>/review")
@signed_in
def review(attempt_id: str) -> str | Response:
    """Before handing in: what is answered, what is not, what was marked to come back to."""
    found = get_sitting(db.session, current_actor().account_id, attempt_id)
    if not queries.is_open(db.session, found):
        return redirect(url_for(".result", attempt_id=attempt_id))
    if queries.on_break(found):
        return break_page(found)
    return review_page(found)


@blueprint.post("/attempts/<public_id:attempt_id>/submission")
@signed_in
@sent_from("assessment.review")
def submit(attempt_id: str) -> Response:
    """Hand in; a second time changes nothing."""
    found = queries.get_attempt(db.session, current_actor().account_id, attempt_id)
    services.submit_attempt(db.session, actor=current_actor(), attempt=found)
    release_due(db.session, found.id)  # asked for between the moment of its release and the worker's next round
    db.session.commit()
    return redirect(url_for(".result", attempt_id=attempt_id))


@blueprint.get("/attempts/<public_id:attempt_id>/result")
@signed_in
def result(attempt_id: str) -> ResponseReturnValue:
    """The outcome, by domain, and what to do next."""
    found = queries.get_attempt(db.session, current_actor().account_id, attempt_id)
    if queries.is_open(db.session, found):
        return redirect(url_for(".attempt", attempt_id=attempt_id))
    return result_page(found)
