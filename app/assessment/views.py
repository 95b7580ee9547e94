"""Sitting a quiz or an exam: the start page, the questions, the review, the result."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, request, session, url_for
from pydantic import ValidationError
from werkzeug.wrappers import Response

from app.assessment import answering, queries, rules, services, starting
from app.assessment.answering import Incoming, Outcome
from app.assessment.candidate import candidate_question, chosen_values, correction, payload_of_form, read_as
from app.assessment.models import Attempt, AttemptItem, ExamVersion, Result
from app.assessment.schemas import AnswerSent
from app.catalog.queries import get_version, prerequisites_of
from app.certification.queries import find_certificate_of_attempt
from app.extensions import db
from app.foundation import clock
from app.foundation.errors import NotFoundError, RuleError
from app.foundation.i18n import current_language
from app.foundation.i18n import gettext as _
from app.learning.queries import find_enrolment, path_of
from app.web.access import current_actor, signed_in
from app.web.filters import number, text
from app.web.rendering import page

blueprint = Blueprint("assessment", __name__)
NO_STORE = {"Cache-Control": "no-store"}


def _version_for(exam_public_id: str) -> tuple[ExamVersion, bool, list[Any]]:
    """The exam version this person sits, whether they are enrolled, and the modules still to master."""
    exam = queries.get_exam(db.session, exam_public_id)
    enrolment = find_enrolment(db.session, current_actor().account_id, exam.course_id)
    if enrolment is None:
        raise NotFoundError("exam")
    exam_version = queries.get_exam_version(db.session, exam.id, enrolment.course_version_id)
    version = get_version(db.session, enrolment.course_version_id)
    path = path_of(db.session, version, enrolment)
    wanted = set(exam_version.settings.get("requires") or ())
    missing = [module for module in version.modules if module.slug in wanted and not path.mastered(module.slug)]
    return exam_version, True, missing


@blueprint.get("/exams/<public_id:exam_id>")
@signed_in
def exam(exam_id: str) -> str:
    """What the exam is, what it asks, and whether it may be started now."""
    actor = current_actor()
    exam_version, enrolled, missing = _version_for(exam_id)
    version = get_version(db.session, exam_version.course_version_id)
    facts = starting.start_facts(
        db.session,
        account_id=actor.account_id,
        exam_version=exam_version,
        enrolled=enrolled,
        modules_missing=[module.slug for module in missing],
    )
    duration = exam_version.settings.get("duration_s")
    return page(
        "assessment/exam.html",
        exam_version=exam_version,
        version=version,
        missing=missing,
        courses_missing=_courses_missing(exam_version),
        reasons=[starting.refusal_sentence(reason) for reason in rules.may_start(facts, clock.now())],
        open_attempt=queries.find_open_attempt(db.session, actor.account_id, exam_version.exam_id),
        attempts_left=rules.attempts_left(facts.attempts_used, facts.most_attempts),
        pool=queries.pool_size(db.session, exam_version.id),
        minutes=duration // 60 if duration else None,
        ends_at=clock.now() + timedelta(seconds=duration) if duration else None,
    )


def _courses_missing(exam_version: ExamVersion) -> list[Any]:
    missing = queries.missing_prerequisites(db.session, current_actor().account_id, exam_version.course_version_id)
    return [course for course in prerequisites_of(db.session, exam_version.course_version_id) if course.id in missing]


@blueprint.post("/exams/<public_id:exam_id>")
@signed_in
def start_exam(exam_id: str) -> Response:
    """Start the exam, or go back to the attempt already open."""
    exam_version, enrolled, missing = _version_for(exam_id)
    services.close_what_is_over(db.session, account_id=current_actor().account_id, exam_id=exam_version.exam_id)
    if exam_version.pledge and request.form.get("pledge") != "y" and not _has_open(exam_version):
        flash(_("Tick the sentence of the pledge to start."), "stop")
        return redirect(url_for(".exam", exam_id=exam_id))
    attempt = starting.start_attempt(
        db.session,
        actor=current_actor(),
        exam_version=exam_version,
        enrolled=enrolled,
        modules_missing=[module.slug for module in missing],
        pledged=bool(exam_version.pledge),
    )
    db.session.commit()
    return redirect(url_for(".attempt", attempt_id=attempt.public_id))


def _has_open(exam_version: ExamVersion) -> bool:
    return queries.find_open_attempt(db.session, current_actor().account_id, exam_version.exam_id) is not None


@blueprint.post("/learn/<slug:slug>/<slug:quiz_slug>/attempts")
@signed_in
def start_quiz(slug: str, quiz_slug: str) -> Response:
    """Begin the exercises of a module."""
    actor = current_actor()
    exam_version, locked = queries.get_quiz_for(db.session, actor.account_id, slug, quiz_slug)
    services.close_what_is_over(db.session, account_id=actor.account_id, exam_id=exam_version.exam_id)
    attempt = starting.start_attempt(
        db.session, actor=actor, exam_version=exam_version, enrolled=True, modules_missing=locked
    )
    db.session.commit()
    return redirect(url_for(".attempt", attempt_id=attempt.public_id))


def _attempt_state(attempt: Attempt) -> rules.State:
    return rules.state_at(starting.timing_of(db.session, attempt), clock.now()).state


@blueprint.get("/attempts/<public_id:attempt_id>")
@signed_in
def attempt(attempt_id: str) -> str | Response:
    """One question of the attempt (?question=n), with what was answered so far."""
    found = queries.get_attempt(db.session, current_actor().account_id, attempt_id)
    if _attempt_state(found) is not rules.State.IN_PROGRESS:
        return redirect(url_for(".result", attempt_id=attempt_id))
    answers = queries.answers_of(db.session, found.id)
    slot = _wanted_slot(found, answers)
    return _question_page(found, answers, slot)


def _wanted_slot(found: Attempt, answers: dict[int, Any]) -> int:
    """The question asked for in the address, else the first without an answer, else the first."""
    asked = request.args.get("question", "")
    slots = [item.slot for item in found.items]
    if asked.isascii() and asked.isdecimal() and int(asked[:6]) in slots:
        return int(asked[:6])
    return next((slot for slot in slots if slot not in answers), slots[0])


def _question_page(found: Attempt, answers: dict[int, Any], slot: int, *, error: str = "", typed: Any = None) -> str:
    item = next(item for item in found.items if item.slot == slot)
    answer = answers.get(slot)
    payload = answer.payload if answer else None
    practice = found.exam.kind == "practice"
    body = item.version.body
    return page(
        "assessment/practice.html" if practice else "assessment/attempt.html",
        attempt=found,
        exam_version=found.exam_version,
        item=item,
        question=candidate_question(body, item.option_order),
        answer=answer,
        chosen=typed if typed is not None else chosen_values(payload),
        read_as=read_as(body, payload),
        correction=correction(body, item.option_order, payload) if practice and answer else None,
        answers=answers,
        answered={number for number, one in answers.items() if one.payload is not None},
        error=error,
        idempotency_key=secrets.token_hex(16),
        timer_hidden=session.get("timer_hidden", False),
        left=_time_left(found),
    )


def _time_left(found: Attempt) -> int | None:
    """Whole seconds to the deadline, or None without one."""
    if found.deadline_at is None:
        return None
    return max(0, int((found.deadline_at - clock.now()).total_seconds()))


@blueprint.post("/attempts/<public_id:attempt_id>/answers/<int:slot>")
@signed_in
def save_answer_by_form(attempt_id: str, slot: int) -> str | Response | tuple[str, int]:
    """Save an answer sent by a plain form, then show the next question (or the correction, in practice)."""
    found = queries.get_attempt(db.session, current_actor().account_id, attempt_id)
    item = queries.get_attempt_item(db.session, found.id, slot)
    values = request.form.getlist("answer")
    payload = payload_of_form(item.version.type, values, current_language())
    practice = found.exam.kind == "practice"
    if practice and payload is None:
        answers = queries.answers_of(db.session, found.id)
        return _question_page(found, answers, slot, error=_("Choose or write an answer first.")), 422
    try:
        saved = _save(found, item, payload)
    except RuleError as error:
        db.session.rollback()
        found = queries.get_attempt(db.session, current_actor().account_id, attempt_id)
        answers = queries.answers_of(db.session, found.id)
        return _question_page(found, answers, slot, error=str(error.message), typed=values), 422
    if not practice:
        answering.flag_question(db.session, attempt=found, slot=slot, flagged=request.form.get("flag") == "y")
    db.session.commit()
    return _after_saving(found, slot, saved, practice=practice)


def _save(found: Attempt, item: AttemptItem, payload: dict[str, Any] | None) -> answering.Saved:
    """A form that changes nothing saves nothing; otherwise its hidden revision and key make it safe to resend."""
    current = queries.find_answer(db.session, found.id, item.slot)
    if (current is None and payload is None) or (current is not None and current.payload == payload):
        return answering.Saved(Outcome.DUPLICATE, current.rev if current else 0, clock.now())
    rev = request.form.get("rev", "")
    incoming = Incoming(
        slot=item.slot,
        payload=payload,
        rev=int(rev) if rev.isascii() and rev.isdecimal() and len(rev) < 7 else 1,
        idempotency_key=request.form.get("key", "")[:64] or secrets.token_hex(16),
    )
    return answering.save_answer(db.session, attempt=found, incoming=incoming)


def _after_saving(found: Attempt, slot: int, saved: answering.Saved, *, practice: bool) -> Response:
    here = url_for(".attempt", attempt_id=found.public_id, question=slot)
    if saved.outcome is Outcome.CONFLICT:
        flash(
            _("This question was answered in another window meanwhile. Here is that answer: keep it or change it."),
            "care",
        )
        return redirect(here)
    if saved.outcome is Outcome.NOT_COUNTED:
        if practice and found.state == "in_progress":
            return redirect(here)
        flash(_("This answer came after the end: it is kept, but it does not count."), "care")
        return redirect(url_for(".result", attempt_id=found.public_id))
    last = max(item.slot for item in found.items)
    if practice:
        return redirect(here)
    if request.form.get("then") == "review" or slot == last:
        return redirect(url_for(".review", attempt_id=found.public_id))
    return redirect(url_for(".attempt", attempt_id=found.public_id, question=slot + 1))


STATUS = {
    Outcome.SAVED: 200,
    Outcome.DUPLICATE: 200,
    Outcome.REUSED_KEY: 422,
    Outcome.CONFLICT: 409,
    Outcome.NOT_COUNTED: 202,
}


@blueprint.put("/attempts/<public_id:attempt_id>/answers/<int:slot>")
@signed_in
def save_answer(attempt_id: str, slot: int) -> tuple[Response, int, dict[str, str]]:
    """Save an answer sent by the page's script (trust.md §4); the reply is given after the commit."""
    try:
        sent = AnswerSent.model_validate_json(request.get_data())
    except ValidationError as error:
        raise RuleError(_("This answer does not fit the question. Reload the page and answer again.")) from error
    found = queries.get_attempt_row(db.session, current_actor().account_id, attempt_id)
    incoming = Incoming(
        slot=slot,
        payload=sent.payload,
        rev=sent.rev,
        idempotency_key=request.headers.get("Idempotency-Key", "")[:64] or secrets.token_hex(16),
        tab=sent.tab,
        client_at=sent.client_at,
    )
    saved = answering.save_answer(db.session, attempt=found, incoming=incoming)
    reply: dict[str, Any] = {
        "outcome": saved.outcome.value,
        "rev": saved.rev,
        "server_time": saved.at.isoformat(timespec="seconds"),
        "remaining_s": _time_left(found),
        "counted": saved.outcome in (Outcome.SAVED, Outcome.DUPLICATE),
    }
    if saved.outcome is Outcome.CONFLICT:
        reply["payload"] = saved.payload
    if saved.outcome is Outcome.SAVED and sent.payload and "text" in sent.payload:
        item = queries.get_attempt_item(db.session, found.id, slot)
        reply["read_as"] = read_as(item.version.body, sent.payload)
    db.session.commit()
    return jsonify(reply), STATUS[saved.outcome], NO_STORE


@blueprint.post("/attempts/<public_id:attempt_id>/timer")
@signed_in
def set_timer(attempt_id: str) -> Response:
    """Hide the time left, or show it again."""
    session["timer_hidden"] = request.form.get("timer") == "hide"
    return redirect(url_for(".attempt", attempt_id=attempt_id, question=request.args.get("question")))


@blueprint.get("/attempts/<public_id:attempt_id>/review")
@signed_in
def review(attempt_id: str) -> str | Response:
    """Before handing in: what is answered, what is not, what was marked to come back to."""
    found = queries.get_attempt(db.session, current_actor().account_id, attempt_id)
    if _attempt_state(found) is not rules.State.IN_PROGRESS:
        return redirect(url_for(".result", attempt_id=attempt_id))
    answers = queries.answers_of(db.session, found.id)
    answered = {slot for slot, one in answers.items() if one.payload is not None}
    return page(
        "assessment/review.html",
        attempt=found,
        exam_version=found.exam_version,
        answered=answered,
        unanswered=[item.slot for item in found.items if item.slot not in answered],
        flagged=[item.slot for item in found.items if item.flagged],
        timer_hidden=session.get("timer_hidden", False),
        left=_time_left(found),
    )


@blueprint.post("/attempts/<public_id:attempt_id>/submission")
@signed_in
def submit(attempt_id: str) -> Response:
    """Hand in; a second time changes nothing."""
    found = queries.get_attempt(db.session, current_actor().account_id, attempt_id)
    services.submit_attempt(db.session, actor=current_actor(), attempt=found)
    db.session.commit()
    return redirect(url_for(".result", attempt_id=attempt_id))


@blueprint.get("/attempts/<public_id:attempt_id>/result")
@signed_in
def result(attempt_id: str) -> str | Response:
    """The outcome, by domain, and what to do next."""
    found = queries.get_attempt(db.session, current_actor().account_id, attempt_id)
    if found.state == "in_progress" and _attempt_state(found) is rules.State.IN_PROGRESS:
        return redirect(url_for(".attempt", attempt_id=attempt_id))
    outcome = queries.find_result(db.session, found.id) if found.state == "released" else None
    version = get_version(db.session, found.exam_version.course_version_id)
    if outcome is None:
        return page("assessment/waiting.html", attempt=found, version=version)
    return page(
        "assessment/result.html",
        attempt=found,
        exam_version=found.exam_version,
        version=version,
        result=outcome,
        percent=services.shown_percent(outcome),
        cut_percent=services.shown_cut(outcome),
        domain_rows=_domain_rows(outcome, version.domains),
        certificate=find_certificate_of_attempt(db.session, found.id),
        corrections=_corrections(found) if found.exam.kind == "practice" else [],
        pool=queries.pool_size(db.session, found.exam_version_id),
        receipt=rules.short_receipt(found.receipt_sha256) if found.receipt_sha256 else "",
        next_start=starting.next_start_of(db.session, found),
        attempts_left=starting.attempts_left_of(db.session, found),
    )


def _domain_rows(outcome: Result, domains: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a domain, for the plot and the table beside it."""
    cut = services.shown_cut(outcome)
    rows = []
    for one in outcome.per_domain:
        percent = Decimal(one["percent"])
        points = _("%(total)s out of %(max)s", total=number(Decimal(one["total"])), max=number(Decimal(one["max"])))
        rows.append(
            {
                "name": text(domains.get(one["domain"], {}).get("title", one["domain"])),
                "score": float(percent),
                "points": points,
                "reading": _("acquired") if percent >= cut else _("to consolidate"),
            }
        )
    return rows


def _corrections(found: Attempt) -> list[tuple[AttemptItem, Any, list[str], Any]]:
    """Every question of a practice attempt with the answer given and its correction."""
    answers = queries.answers_of(db.session, found.id)
    rows = []
    for item in found.items:
        payload = answers[item.slot].payload if item.slot in answers else None
        body, order = item.version.body, item.option_order
        rows.append((item, candidate_question(body, order), chosen_values(payload), correction(body, order, payload)))
    return rows
