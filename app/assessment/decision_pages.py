"""Screens of faulty questions: choose one, propose what to do, see what would change, approve, watch the worker."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.queries import names_of
from app.assessment import decisions, queries, regrades
from app.assessment.decision_forms import DecisionForm, decision_form
from app.assessment.decision_models import ItemDecision
from app.assessment.decisions import Proposal
from app.assessment.keyed import with_key
from app.assessment.models import Exam, QuestionVersion
from app.assessment.new_keys import in_words
from app.assessment.readings import Given
from app.assessment.regrades import has_stopped
from app.assessment.regrading import Decision, Kind, Outcome
from app.assessment.standings import Standing
from app.assessment.wording import DECISIONS
from app.certification.queries import numbers_of_attempts
from app.extensions import db
from app.foundation.errors import NotFoundError
from app.foundation.i18n import gettext as _
from app.foundation.permissions import Permission
from app.web.access import current_actor, requires
from app.web.filters import inline, text
from app.web.forms import form_page, refusals
from app.web.rendering import page
from app.web.sent_from import sent_from

blueprint = Blueprint("decisions", __name__, url_prefix="/studio")
MOST_ROWS = 200


@blueprint.get("/decisions")
@requires(Permission.AUTHOR_COURSES)
def everything() -> ResponseReturnValue:
    """What was proposed and decided, and the exams whose questions may be looked at."""
    return page(
        "assessment/decisions.html",
        rows=decisions.all_decisions(db.session),
        exams=queries.graded_exams(db.session),
        in_words=DECISIONS,
    )


@blueprint.get("/exams/<public_id:exam_id>/questions")
@requires(Permission.AUTHOR_COURSES)
def questions(exam_id: str) -> ResponseReturnValue:
    """The questions of an exam, and what was decided about them."""
    exam = queries.get_exam(db.session, exam_id)
    return page(
        "assessment/decision_questions.html",
        exam=exam,
        title=_title(exam),
        versions=decisions.versions_of_exam(db.session, exam.id),
        newest=decisions.newest_by_version(decisions.approved(db.session, exam.id)),
        in_words=DECISIONS,
    )


@blueprint.get("/exams/<public_id:exam_id>/questions/<public_id:question_id>/<int(max=9999):number>")
@requires(Permission.AUTHOR_COURSES)
def form(exam_id: str, question_id: str, number: int) -> ResponseReturnValue:
    """One question with its key, and what could be decided about it."""
    exam, version = _question(exam_id, question_id, number)
    return _form_page(exam, version, decision_form(version, _in_force(exam.id, version), _plain))


@blueprint.post("/exams/<public_id:exam_id>/questions/<public_id:question_id>/<int(max=9999):number>")
@requires(Permission.AUTHOR_COURSES)
def propose(exam_id: str, question_id: str, number: int) -> ResponseReturnValue:
    """Propose it: nothing changes yet."""
    exam, version = _question(exam_id, question_id, number)
    sent, made = decision_form(version, _in_force(exam.id, version), _plain, request.form), None
    if sent.validate():
        with refusals(sent):
            made = decisions.propose(
                db.session, actor=current_actor(), version=version, proposal=_proposal(exam, sent)
            )  # fmt: skip
    if made is None:
        return _form_page(*_question(exam_id, question_id, number), sent)
    db.session.commit()
    flash(_("Proposed. Nothing changes before somebody else approves it."), "info")
    return redirect(url_for(".decision", decision_id=made.public_id))


def _proposal(exam: Exam, sent: DecisionForm) -> Proposal:
    return Proposal(Kind(sent.kind.data), exam.id if sent.scope.data == "exam" else None, sent.reason, sent.key)


@blueprint.get("/decisions/<public_id:decision_id>")
@requires(Permission.AUTHOR_COURSES)
def decision(decision_id: str) -> ResponseReturnValue:
    """A proposal with what it would change; or a decision, and how far the worker is."""
    found = decisions.get_decision(db.session, decision_id)
    return page(
        "assessment/decision.html",
        decision=found,
        people=names_of(db.session, [one for one in (found.proposed_by, found.approved_by) if one]),
        concerned=len(regrades.concerned(db.session, found)),
        simulated=regrades.count_simulated(db.session, found),
        plan=_plan(found) if found.state == "proposed" else None,
        stopped=has_stopped(db.session, found),
        in_words=DECISIONS,
        keyed=with_key(found.version, _in_force(found.exam_id, found.version) if found.state == "proposed" else None),
        key=_key_in_words(found),
    )


def _plan(found: ItemDecision) -> dict[str, Any]:
    """The first rows of what would change, and counts of all of it."""
    counts: Counter[str] = Counter()
    rows: list[tuple[Standing, Outcome]] = []
    attempts: list[int] = []
    for standing, outcome in regrades.plan(db.session, found):
        counts["changed"] += 1
        counts["newly_passed"] += outcome.passed and not standing.result.passed
        counts["newly_failed"] += standing.result.passed and not outcome.passed
        counts["kept"] += outcome.kept
        attempts.append(standing.attempt.id)
        if len(rows) < MOST_ROWS:
            rows.append((standing, outcome))
    numbers: dict[int, str] = {}
    for start in range(0, len(attempts), 500):
        numbers |= numbers_of_attempts(db.session, list(islice(attempts, start, start + 500)))
    return {"rows": rows, "counts": counts, "numbers": numbers, "more": max(0, counts["changed"] - MOST_ROWS)}


def _key_in_words(found: ItemDecision) -> list[str]:
    """The new key as one reads it, a line for each part."""
    return [
        _("%(part)s: %(right)s", part=_plain(about), right=_right(given)) if about else _right(given)
        for about, given in in_words(found.version, found.new_key or {})
    ]


def _right(given: Given) -> str:
    return str(text(given.words)) if given.typed else _plain(given.words)


@blueprint.post("/decisions/<public_id:decision_id>/approval")
@requires(Permission.AUTHOR_COURSES)
@sent_from("decisions.decision")
def approve(decision_id: str) -> ResponseReturnValue:
    """Approve what somebody else proposed: the worker does the rest."""
    found = decisions.get_decision(db.session, decision_id)
    regrades.start(db.session, actor=current_actor(), decision=found)
    db.session.commit()
    flash(_("Approved. You may leave this page: the worker goes on."), "info")
    return redirect(url_for(".decision", decision_id=decision_id))


@blueprint.post("/decisions/<public_id:decision_id>/withdrawal")
@requires(Permission.AUTHOR_COURSES)
@sent_from("decisions.decision")
def drop(decision_id: str) -> ResponseReturnValue:
    """Give a proposal up."""
    decisions.drop(db.session, actor=current_actor(), decision=decisions.get_decision(db.session, decision_id))
    db.session.commit()
    flash(_("The proposal is given up: nothing has changed."), "info")
    return redirect(url_for(".everything"))


def _title(exam: Exam) -> str:
    return next(
        (text(version.title) for one, version in queries.graded_exams(db.session) if one.id == exam.id), exam.slug
    )


def _question(exam_id: str, question_id: str, number: int) -> tuple[Exam, QuestionVersion]:
    exam = queries.get_exam(db.session, exam_id)
    version = decisions.find_version(db.session, exam.id, question_id, number)
    if version is None:
        raise NotFoundError("question")
    return exam, version


def _in_force(exam_id: int | None, version: QuestionVersion) -> Decision | None:
    """What was decided last about a question, as this exam (None: every exam) marks it."""
    return decisions.newest_by_version(decisions.approved(db.session, exam_id, [version.id])).get(version.id)


def _plain(words: Any) -> str:
    return str(inline(words).striptags())


def _form_page(exam: Exam, version: QuestionVersion, shown: DecisionForm) -> ResponseReturnValue:
    return form_page(
        "assessment/decision_form.html", form=shown, exam=exam, title=_title(exam), version=version,
        keyed=with_key(version, _in_force(exam.id, version)),
    )  # fmt: skip
