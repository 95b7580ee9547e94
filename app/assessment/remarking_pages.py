"""Marking again on appeal: choose answers, see what would change, approve it with the answer, or give it up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.queries import names_of
from app.assessment import appeals, queries, regrades, remarked, remarkings
from app.assessment.appeal_models import Appeal
from app.assessment.corrections import corrections_of
from app.assessment.forms import AnswerForm
from app.assessment.paper_models import Paper
from app.assessment.papers import places_wanted
from app.assessment.regrading import Outcome, points_of_credit
from app.assessment.remarking_forms import ApprovalForm, RemarkingForm, remarking_form
from app.assessment.remarking_models import Remarking
from app.assessment.standings import Standing
from app.assessment.wording import REMARKINGS
from app.catalog.queries import get_version
from app.certification.queries import numbers_of_attempts
from app.extensions import db
from app.foundation.errors import NotFoundError
from app.foundation.i18n import gettext as _
from app.foundation.permissions import Permission
from app.web.access import current_actor, requires
from app.web.filters import text
from app.web.forms import form_page, refusals
from app.web.sent_from import sent_from

blueprint = Blueprint("remarkings", __name__, url_prefix="/studio")


def _in_review(appeal_id: str) -> Appeal:
    found = appeals.get_appeal(db.session, appeal_id)
    if found.state != "in_review":
        raise NotFoundError("appeal")
    return found


@blueprint.get("/appeals/<public_id:appeal_id>/marking-again")
@requires(Permission.AUTHOR_COURSES)
def form(appeal_id: str) -> ResponseReturnValue:
    """The answers of the attempt, and what could be marked again."""
    found = _in_review(appeal_id)
    return _form_page(found, remarking_form(remarkings.choices_of(db.session, found.attempt)))


@blueprint.post("/appeals/<public_id:appeal_id>/marking-again")
@requires(Permission.AUTHOR_COURSES)
def propose(appeal_id: str) -> ResponseReturnValue:
    """Propose it: nothing changes yet."""
    found, made = appeals.get_appeal(db.session, appeal_id), None
    sent = remarking_form(remarkings.choices_of(db.session, found.attempt), request.form)
    if sent.validate():
        with refusals(sent):
            made = remarkings.propose(db.session, actor=current_actor(), appeal=found, wanted=sent.wanted)
    if made is None:
        return _form_page(appeals.get_appeal(db.session, appeal_id), sent)
    db.session.commit()
    flash(_("Proposed. Nothing changes before somebody else approves it."), "info")
    return redirect(url_for(".remarking", remarking_id=made.public_id))


def _form_page(appeal: Appeal, shown: RemarkingForm) -> ResponseReturnValue:
    choices = remarkings.choices_of(db.session, appeal.attempt)
    return form_page(
        "assessment/remarking_form.html",
        form=shown,
        appeal=appeal,
        rows=list(zip(choices, corrections_of(db.session, appeal.attempt), strict=True)),
    )


@blueprint.get("/remarkings/<public_id:remarking_id>")
@requires(Permission.AUTHOR_COURSES)
def remarking(remarking_id: str) -> ResponseReturnValue:
    """What is proposed, what it would change, and who may approve it; once approved, what was."""
    return _page(remarkings.get_remarking(db.session, remarking_id), ApprovalForm())


@blueprint.post("/remarkings/<public_id:remarking_id>/approval")
@requires(Permission.AUTHOR_COURSES)
@sent_from("remarkings.remarking")
def approve(remarking_id: str) -> ResponseReturnValue:
    """Approve what somebody else proposed, and answer the appeal."""
    sent, found = ApprovalForm(request.form), remarkings.get_remarking(db.session, remarking_id)
    if sent.validate():
        with refusals(sent):
            upheld = sent.outcome.data == "upheld"
            words = sent.answer.data or ""
            remarkings.approve(db.session, actor=current_actor(), remarking=found, upheld=upheld, words=words)
    if sent.errors:
        return _page(remarkings.get_remarking(db.session, remarking_id), sent)
    db.session.commit()
    flash(_("Approved, and the appeal is answered. Letters tell the candidate."), "info")
    return redirect(url_for("appeals.appeal", appeal_id=found.appeal.public_id))


@blueprint.post("/remarkings/<public_id:remarking_id>/withdrawal")
@requires(Permission.AUTHOR_COURSES)
@sent_from("remarkings.remarking")
def drop(remarking_id: str) -> ResponseReturnValue:
    """Give it up."""
    found = remarkings.get_remarking(db.session, remarking_id)
    remarkings.drop(db.session, actor=current_actor(), remarking=found)
    db.session.commit()
    flash(_("The proposal is given up: nothing has changed."), "info")
    return redirect(url_for("appeals.appeal", appeal_id=found.appeal.public_id))


@dataclass(frozen=True)
class Row:
    """One answer that is marked again: how, and its points before and after where they are known and may be seen."""

    slot: int
    paper: Paper | None
    done: int  # markings signed, of a paper
    wanted: int
    reason: str
    before: Decimal | None
    after: Decimal | None


def _page(found: Remarking, shown: AnswerForm) -> ResponseReturnValue:
    attempt, open_ = found.appeal.attempt, found.state == "proposed"
    planned = remarkings.plan(db.session, found) if open_ else None
    people = [one for one in (found.proposed_by, found.approved_by, attempt.account_id) if one]
    return form_page(
        "assessment/remarking.html",
        form=shown,
        remarking=found,
        states=REMARKINGS,
        names=names_of(db.session, people),
        rows=_rows(found, planned),
        change=_change(*planned) if planned else None,
        refused=remarkings.why_not_approved_by(db.session, current_actor().account_id, found) if open_ else "",
        certificate=numbers_of_attempts(db.session, [attempt.id]).get(attempt.id, ""),
    )


def _rows(found: Remarking, planned: tuple[Standing, Outcome] | None) -> list[Row]:
    """The answers in their order; while people mark, nobody sees what others gave or had given."""
    papers = {paper.slot: paper for paper in remarked.papers_of(db.session, [found])}
    marks, reasons = remarked.marks_of(db.session, [found]), {mark.slot: mark.reason for mark in found.marks}
    worth = {item.slot: item.points for item in queries.items_of(db.session, found.appeal.attempt_id)}
    before = {slot.number: points_of_credit(slot.credit, slot.points) for slot in planned[0].slots} if planned else {}
    rows = []
    for slot in sorted(papers.keys() | reasons.keys()):
        paper, given = papers.get(slot), marks.get((found.appeal.attempt_id, slot))
        shown = given is not None and (paper is None or found.state != "marking")
        rows.append(
            Row(
                slot=slot,
                paper=paper,
                done=sum(one.done_at is not None for one in paper.markings) if paper else 0,
                wanted=places_wanted(paper, paper.markings) if paper else 0,
                reason=reasons.get(slot, ""),
                before=before.get(slot),
                after=points_of_credit(given.credit, worth[slot]) if given and shown else None,
            )
        )
    return rows


def _change(standing: Standing, outcome: Outcome) -> dict[str, Any]:
    """The result before and after, and what becomes of the certificate."""
    before = {one["domain"]: one for one in standing.result.per_domain}
    titles = get_version(db.session, standing.attempt.exam_version.course_version_id).domains
    passes = outcome.passed and not standing.result.passed
    return {
        "result": standing.result,
        "outcome": outcome,
        "differs": regrades.differs(standing, outcome),
        "domains": _domains(before, outcome, titles),
        "certifies": passes
        and standing.attempt.exam.kind == "certification"
        and not regrades.passed_otherwise(db.session, standing.attempt),
    }


def _domains(
    before: Mapping[str, Mapping[str, str]], outcome: Outcome, titles: Mapping[str, Any]
) -> Sequence[tuple[str, Decimal, Decimal, Decimal]]:
    """Title, points before, points after and the most, of each domain."""
    return [
        (
            text(titles.get(one.domain, {}).get("title", one.domain)),
            Decimal(before[one.domain]["total"]) if one.domain in before else Decimal(0),
            one.total,
            one.maximum,
        )
        for one in outcome.mark.per_domain
    ]
