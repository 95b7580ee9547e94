"""What the pages of an attempt show: one question and what was answered, the domains of a result, the corrections."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask import flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.assessment import essays, paper_queries, queries, release_queries, rules, services, starting
from app.assessment.accommodations import NONE, deadline_from, granted_to
from app.assessment.answering import Outcome, Saved
from app.assessment.appeals import appeals_of, last_day
from app.assessment.candidate import candidate_question, chosen_values, given_parts, not_ready, read_as
from app.assessment.corrections import correction_of, corrections_of
from app.assessment.forms import AppealForm
from app.assessment.leaving import has_no_answer, leave_question
from app.assessment.models import Attempt, ExamVersion, Result
from app.assessment.readings import Given
from app.assessment.revisions import revisions_of
from app.assessment.sittings import Place, Sitting, Slot, body_of, get_place, last_slot, slots_of
from app.assessment.wording import (
    APPEAL_STATES,
    allowed_in_words,
    left_sentence,
    unreadable_sentence,
    window_in_words,
)
from app.catalog.models import CourseVersion
from app.catalog.queries import get_version
from app.certification.queries import find_certificate_of_attempt
from app.extensions import db
from app.foundation import clock
from app.foundation.i18n import current_language, ngettext
from app.foundation.i18n import gettext as _
from app.foundation.numbers import whole
from app.foundation.wording import wait_in_words
from app.web.access import current_actor
from app.web.filters import inline, number, text
from app.web.forms import form_page
from app.web.rendering import page


def wanted_slot(found: Sitting, slots: Sequence[Slot], asked: str) -> int:
    """The question asked for in the address, else the first without an answer, else the first.

    Where questions are taken in order, the one the attempt is at, whatever was asked.
    """
    if found.current_slot is not None:
        return found.current_slot
    numbers = [one.slot for one in slots]
    number = whole(asked, most=9999)
    return number if number in numbers else next(iter(unanswered_slots(slots)), numbers[0])


def unanswered_slots(slots: Sequence[Slot]) -> list[int]:
    """The questions without an answer; one that was emptied again has none."""
    return [one.slot for one in slots if not one.answered]


def question_page(
    found: Sitting, slots: Sequence[Slot], slot: int, *, error: str = "", typed: Sequence[str] | None = None
) -> str:
    """One question, without its key; in practice, once answered, with its correction."""
    place = get_place(db.session, found.id, slot)
    body = body_of(db.session, place)
    practice, order, payload = found.kind == "practice", place.option_order, place.payload
    return page(
        "assessment/practice.html" if practice else "assessment/attempt.html",
        attempt=found,
        version=course_version_of(found) if practice else None,
        slots=slots,
        item=place,
        question=candidate_question(body, order),
        chosen=chosen_values(payload) if typed is None else typed,
        reading=reading_of(place.kind, payload, order),
        sent=sent_file(found, place),
        unread=not_ready(place.kind, payload, order) is not None,
        correction=correction_of(db.session, found.id, place) if practice and place.rev else None,
        answered=sum(one.answered for one in slots),
        unanswered=unanswered_slots(slots),
        error=error,
        idempotency_key=secrets.token_hex(16),
        timer_hidden=is_timer_hidden(found),
        left=time_left(found),
        break_left=break_left(found),
    )


def go_on(found: Sitting, slot: int, *, sure: bool = False) -> Response:
    """Leave the question of a held attempt, then commit; asks first where it has no answer and nobody said `sure`."""
    if slot == last_slot(db.session, found.id):
        db.session.commit()
        return redirect(url_for("assessment.review", attempt_id=found.public_id))
    here = rules.turn_of(slot, found.current_slot) is rules.Turn.HERE
    if here and not sure and has_no_answer(get_place(db.session, found.id, slot)):
        db.session.commit()
        return redirect(url_for("leaving.ask", attempt_id=found.public_id, slot=slot))
    leave_question(db.session, actor=current_actor(), attempt=found, slot=slot)
    db.session.commit()
    return redirect(url_for("assessment.attempt", attempt_id=found.public_id))


def wants_next(found: Sitting) -> bool:
    """Where questions are taken in order: does the form that was sent ask to leave its question?"""
    return found.current_slot is not None and request.form.get("then") == "next"


def told_left(found: Sitting, slot: int, saved: Saved | None = None) -> Response:
    """An answer to a question that was left: say so, unless nothing new came, and show the one to answer now."""
    if saved is None or saved.outcome is Outcome.LEFT:
        flash(left_sentence(slot), "care")
    return redirect(url_for("assessment.attempt", attempt_id=found.public_id))


def is_left(found: Sitting, slot: int) -> bool:
    """Where questions are taken in order: was this one left?"""
    return rules.turn_of(slot, found.current_slot) is rules.Turn.LEFT


def too_many_words(place: Place, payload: Mapping[str, Any] | None) -> str:
    """What to say of a text that was saved over the limit of its question; "" within it."""
    if place.kind != "essay" or not payload:
        return ""
    over = essays.words_too_many(body_of(db.session, place), payload["text"])
    return ngettext(
        "Question %(slot)s has %(num)s word too many: what comes after the limit is kept, but not marked.",
        "Question %(slot)s has %(num)s words too many: what comes after the limit is kept, but not marked.",
        over, slot=place.slot,
    ) if over else ""  # fmt: skip


def sent_file(found: Sitting, place: Place) -> dict[str, Any] | None:
    """The file in force for a question: where it is fetched and removed, and its size in bytes."""
    if not place.payload or "sha256" not in place.payload:
        return None
    return {
        "url": url_for("attempt_files.own", attempt_id=found.public_id, slot=place.slot),
        "remove": url_for("attempt_files.remove", attempt_id=found.public_id, slot=place.slot),
        "size": paper_queries.size_of(db.session, found.id, place.slot, place.payload["sha256"]),
    }


def is_timer_hidden(found: Sitting) -> bool:
    """As this browser was last asked; before that, as the accommodation says."""
    hidden: bool = session.get("timer_hidden", found.timer_hidden)
    return hidden


def break_left(found: Sitting) -> str:
    """How much break remains, in words; "" when there is none."""
    left = rules.break_left(found.break_allowance_s, found.pause_s)
    until = queries.break_until(found)
    used_up = until is not None and not queries.on_break(found)
    return wait_in_words(left) if left and not used_up else ""


def break_page(found: Sitting) -> str:
    """A break runs: no question is shown until it is over."""
    now = queries.time_of(found)
    until = queries.break_until(found) or now
    seconds = max(1, int((until - now).total_seconds()) + 1)
    return page("assessment/break.html", attempt=found, until=until, seconds=seconds)


def terms_of(exam_version: ExamVersion, account_id: int) -> dict[str, Any]:
    """The time of an exam as its start page says it: this person's own, breaks, when it would end."""
    settings, duration = exam_version.settings, exam_version.settings.get("duration_s")
    granted = granted_to(db.session, account_id) if duration else NONE
    return {
        "duration": allowed_in_words(duration, granted.extra_percent) if duration else "",
        "granted": granted,
        "breaks": wait_in_words(granted.break_s) if granted.break_s else "",
        "ends_at": deadline_from(clock.now(), settings, extra_percent=granted.extra_percent),
        "window": window_in_words(settings, granted.extra_percent) if duration else "",
    }


def review_page(found: Sitting) -> str:
    """Before handing in: what is answered, what is not, what was marked to come back to."""
    slots = slots_of(db.session, found.id)
    return page(
        "assessment/review.html",
        attempt=found,
        slots=slots,
        answered=sum(one.answered for one in slots),
        unanswered=unanswered_slots(slots),
        flagged=[one.slot for one in slots if one.flagged],
        timer_hidden=is_timer_hidden(found),
        left=time_left(found),
    )


def reading_of(kind: str, payload: Mapping[str, Any] | None, order: Sequence[Sequence[str]]) -> str:
    """What was understood of a saved answer, or what to write instead; "" where nothing needs saying."""
    not_yet = not_ready(kind, payload, order)
    if not_yet is not None:
        return unreadable_sentence(not_yet)
    understood = read_as(kind, payload, current_language(), order)
    return _("We read: %(value)s", value=understood) if understood else ""


def course_version_of(found: Sitting) -> CourseVersion:
    """The version of the course that an attempt belongs to, for the way back."""
    attempt = db.session.get_one(Attempt, found.id)
    return get_version(db.session, attempt.exam_version.course_version_id)


def time_left(found: Sitting) -> int | None:
    """Whole seconds to the deadline, or None without one."""
    if found.deadline_at is None:
        return None
    return max(0, int((found.deadline_at - queries.time_of(found)).total_seconds()))


def said(place: Place, payload: Mapping[str, Any] | None) -> str:
    """An answer to this question in words: what was typed, or the texts of what was chosen; "" when it is blank."""
    body, values = body_of(db.session, place), chosen_values(payload)
    question = candidate_question(body, place.option_order)
    if question.parts:
        parts = given_parts(body, place.option_order, payload)
        return "; ".join(f"{inline(about).striptags()}: {_plain(given)}" for about, given in parts)
    if not question.options:
        return "".join(values)
    return ", ".join(inline(option.text).striptags() for option in question.options if option.value in values)


def answered_elsewhere(place: Place, payload: Mapping[str, Any] | None) -> str:
    """Two windows answered one question: what is saved, and how to keep either."""
    return _(
        "Meanwhile this question was answered elsewhere, and that answer is the one saved: %(answer)s. "
        "Yours is below: save it to replace the other, or reload the page to keep the other.",
        answer=said(place, payload) or _("no answer"),
    )


def _plain(given: Given) -> str:
    return str(given.words) if given.typed else str(inline(given.words).striptags())


def result_page(found: Attempt, form: AppealForm | None = None) -> ResponseReturnValue:
    """The outcome of an attempt, by domain, and what to do next; the page says so while there is none."""
    outcome = queries.find_result(db.session, found.id) if found.state == rules.State.RELEASED else None
    version = get_version(db.session, found.exam_version.course_version_id)
    if outcome is None:
        waits = paper_queries.waits_of(db.session, found.id) if found.state == rules.State.SUBMITTED else []
        exam_version = found.exam_version
        return page(
            "assessment/waiting.html",
            attempt=found,
            version=version,
            waits=waits,
            release=release_queries.policy_of(exam_version),
            closes=release_queries.moment_of(exam_version),
            is_out=release_queries.is_due(db.session, found),
        )
    after, papers = after_exam(found, form), paper_queries.told_of(db.session, found)
    corrected = corrections_of(db.session, found) if papers or shows_corrections(found) else []
    return form_page(
        "assessment/result.html",
        **after,
        attempt=found,
        exam_version=found.exam_version,
        version=version,
        result=outcome,
        percent=services.shown_percent(outcome),
        cut_percent=services.shown_cut(outcome),
        domain_rows=domain_rows(outcome, version.domains),
        certificate=find_certificate_of_attempt(db.session, found.id),
        corrections=corrected if shows_corrections(found) else [],
        papers=papers,
        marks={one.item.slot: one.mark for one in corrected},
        questions=len(slots_of(db.session, found.id)),
        pool=queries.pool_size(db.session, found.exam_version),
        receipt=rules.short_receipt(found.receipt_sha256) if found.receipt_sha256 else "",
        next_start=starting.next_start_of(db.session, found),
        attempts_left=starting.attempts_left_of(db.session, found),
    )


def domain_rows(outcome: Result, domains: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a domain, for the plot and the table beside it."""
    cut = services.shown_cut(outcome)
    order = {domain: place for place, domain in enumerate(domains)}
    rows = []
    for one in sorted(outcome.per_domain, key=lambda one: order.get(one["domain"], len(order))):
        percent = Decimal(one["percent"])
        points = _("%(total)s out of %(max)s", total=number(Decimal(one["total"])), max=number(Decimal(one["max"])))
        rows.append(
            {
                "name": text(domains.get(one["domain"], {}).get("title", one["domain"])),
                "score": float(services.rounded_unless(Decimal(one["total"]), Decimal(one["max"]), cut)),
                "points": points,
                "reading": _("secure") if percent >= cut else _("needs work"),
            }
        )
    return rows


def after_exam(found: Attempt, form: AppealForm | None = None) -> dict[str, Any]:
    """What a result page says of corrections and appeals; `form` keeps what was typed."""
    until = last_day(db.session, found)
    filed = appeals_of(db.session, found.id)
    under_way = any(one.closed_at is None for one in filed)
    return {
        "revisions": revisions_of(db.session, found.id),
        "appeals": filed,
        "appeal_states": APPEAL_STATES,
        "appeal_until": until if until is not None and until >= clock.now() and not under_way else None,
        "form": form or AppealForm(),
    }


def shows_corrections(found: Attempt) -> bool:
    """May the corrected questions be seen with the result? Always in practice; in an exam when its policy says so."""
    return found.exam.kind == "practice" or found.exam_version.settings.get("shows") == "items"
