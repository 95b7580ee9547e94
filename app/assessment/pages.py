"""What the pages of an attempt show: one question and what was answered, the domains of a result, the corrections."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask import session

from app.assessment import queries, services
from app.assessment.candidate import candidate_question, chosen_values, correction, read_as
from app.assessment.models import Answer, Attempt, AttemptItem, Result
from app.extensions import db
from app.foundation import clock
from app.foundation.i18n import current_language
from app.foundation.i18n import gettext as _
from app.web.filters import inline, number, text
from app.web.rendering import page


def wanted_slot(found: Attempt, answers: Mapping[int, Answer], asked: str) -> int:
    """The question asked for in the address, else the first without an answer, else the first."""
    slots = [item.slot for item in found.items]
    if asked.isascii() and asked.isdecimal() and len(asked) < 5 and int(asked) in slots:
        return int(asked)
    return next(iter(unanswered_slots(found, answers)), slots[0])


def unanswered_slots(found: Attempt, answers: Mapping[int, Answer]) -> list[int]:
    """The questions without an answer; one that was emptied again has none."""
    return [item.slot for item in found.items if item.slot not in answers or answers[item.slot].payload is None]


def question_page(
    found: Attempt, answers: Mapping[int, Answer], slot: int, *, error: str = "", typed: Sequence[str] | None = None
) -> str:
    """One question, without its key; in practice, once answered, with its correction."""
    item = next(item for item in found.items if item.slot == slot)
    answer = answers.get(slot)
    payload = answer.payload if answer else None
    practice = found.exam.kind == "practice"
    body = item.version.body
    unanswered = unanswered_slots(found, answers)
    return page(
        "assessment/practice.html" if practice else "assessment/attempt.html",
        attempt=found,
        exam_version=found.exam_version,
        item=item,
        question=candidate_question(body, item.option_order),
        answer=answer,
        chosen=chosen_values(payload) if typed is None else typed,
        read_as=read_as(body, payload, current_language()),
        correction=correction(body, item.option_order, payload) if practice and answer else None,
        answered={one.slot for one in found.items if one.slot not in unanswered},
        unanswered=unanswered,
        error=error,
        idempotency_key=secrets.token_hex(16),
        timer_hidden=session.get("timer_hidden", False),
        left=time_left(found),
    )


def time_left(found: Attempt) -> int | None:
    """Whole seconds to the deadline, or None without one."""
    if found.deadline_at is None:
        return None
    return max(0, int((found.deadline_at - clock.now()).total_seconds()))


def said(item: AttemptItem, payload: Mapping[str, Any] | None) -> str:
    """A stored answer in words: what was typed, or the texts of what was chosen; "" when it is blank."""
    question = candidate_question(item.version.body, item.option_order)
    values = chosen_values(payload)
    if not question.options:
        return "".join(values)
    return ", ".join(inline(option.text).striptags() for option in question.options if option.value in values)


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
                "score": float(percent),
                "points": points,
                "reading": _("acquired") if percent >= cut else _("to consolidate"),
            }
        )
    return rows


def shows_corrections(found: Attempt) -> bool:
    """May the corrected questions be seen with the result? Always in practice; in an exam when its policy says so."""
    return found.exam.kind == "practice" or found.exam_version.settings.get("shows") == "items"


def corrections(found: Attempt) -> list[tuple[AttemptItem, Any, list[str], Any]]:
    """Every question of an attempt with the answer given and its correction."""
    answers = queries.answers_of(db.session, found.id)
    rows = []
    for item in found.items:
        payload = answers[item.slot].payload if item.slot in answers else None
        body, order = item.version.body, item.option_order
        rows.append((item, candidate_question(body, order), chosen_values(payload), correction(body, order, payload)))
    return rows
