"""Screens of those who mark exams: the essays and files that wait, marking one line by line, signing it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.assessment import essays, papers
from app.assessment import paper_queries as queries
from app.assessment.candidate import candidate_question
from app.assessment.marking import save_marking
from app.assessment.paper_models import Paper, PaperMarking
from app.assessment.project_forms import MarkingForm, PaperForm, marking_form
from app.assessment.project_queries import names_of
from app.assessment.rubrics import is_complete
from app.assessment.uploads import KINDS, kind_of
from app.assessment.wording import points_in_words
from app.extensions import db
from app.foundation import clock
from app.foundation.errors import NotFoundError
from app.foundation.forms import Form
from app.foundation.i18n import gettext as _
from app.foundation.paging import page_number
from app.foundation.permissions import Permission
from app.foundation.storage import open_storage
from app.web.access import current_actor, requires
from app.web.attachments import attachment
from app.web.forms import form_page, refusals
from app.web.sent_from import sent_from

blueprint = Blueprint("papers", __name__, url_prefix="/marking/exams")
# Rubrics stand on pages of exams, exercises and lessons, none of which should have to hand these over.
blueprint.app_template_global("points_in_words")(points_in_words)
blueprint.app_template_filter("count_words")(essays.count_words)
MOST_DONE = 20


@blueprint.get("")
@requires(Permission.MARK_WORK)
def queue() -> ResponseReturnValue:
    """The essays and files that wait, the longest first, and who is at them; never one's own."""
    return _queue_page(Form())


def _queue_page(form: Form) -> ResponseReturnValue:
    me, now = current_actor().account_id, clock.now()
    found = queries.papers_to_mark(db.session, me, page_number(request.args.get("page")))
    names = names_of(db.session, sorted({marking.marker_id for one in found.rows for marking in one.markings}))
    return form_page(
        "assessment/paper_queue.html",
        form=form,
        found=found,
        rows=[papers.queue_row(one, me, names, now) for one in found.rows],
        done=queries.markings_done_by(db.session, me, MOST_DONE),
    )


def _paper(paper_id: str) -> Paper:
    return queries.get_paper(db.session, current_actor().account_id, paper_id)


@blueprint.post("/<public_id:paper_id>/claim")
@requires(Permission.MARK_WORK)
@sent_from("papers.queue")
def claim(paper_id: str) -> ResponseReturnValue:
    """Take an answer to mark it."""
    form = Form()
    with refusals(form):
        papers.claim(db.session, actor=current_actor(), paper=_paper(paper_id))
    if form.errors:
        return _queue_page(form)
    db.session.commit()
    return redirect(url_for(".paper", paper_id=paper_id))


@blueprint.post("/<public_id:paper_id>/return")
@requires(Permission.MARK_WORK)
@sent_from("papers.queue")
def put_back(paper_id: str) -> ResponseReturnValue:
    """Leave it to a colleague."""
    form = Form()
    with refusals(form):
        papers.put_back(db.session, actor=current_actor(), paper=_paper(paper_id))
    if form.errors:
        return _queue_page(form)
    db.session.commit()
    flash(_("Put back: a colleague may take it."), "info")
    return redirect(url_for(".queue"))


@blueprint.get("/<public_id:paper_id>")
@requires(Permission.MARK_WORK)
def paper(paper_id: str) -> ResponseReturnValue:
    """The answer and one's marking of it; what one signed stays to be read."""
    found, marking = _taken(paper_id)
    return _marking_page(found, marking, _form(found, stored=marking))


def _taken(paper_id: str) -> tuple[Paper, PaperMarking]:
    """A paper and the reader's own marking of it; without one there is nothing here for them."""
    found = _paper(paper_id)
    marking = queries.find_marking(db.session, found, current_actor().account_id)
    if marking is None:
        raise NotFoundError("marking")
    return found, marking


def _form(found: Paper, **given: Any) -> MarkingForm:
    return marking_form(found.item.version.body["rubric"], kind=PaperForm, **given)


def _marking_page(found: Paper, marking: PaperMarking, form: MarkingForm) -> ResponseReturnValue:
    return form_page("assessment/paper.html", form=form, **_shown(found, marking))


def _shown(found: Paper, marking: PaperMarking) -> dict[str, Any]:
    body, answer = found.item.version.body, queries.answer_on(db.session, found)
    text, most = answer.get("text", ""), essays.most_words(body)
    within, beyond = essays.cut_after(text, most) if most else (text, "")
    whole = is_complete(queries.rubric_of(found), marking.levels)
    return {
        "paper": found,
        "body": body,
        "stem": candidate_question(body, found.item.option_order).stem,
        "within": within,
        "beyond": beyond,
        "words": essays.count_words(text),
        "file_kind": kind_of(answer.get("name", "")),
        "file_size": queries.size_of(db.session, found.attempt_id, found.slot, answer.get("sha256", "")),
        "marking": marking,
        "writable": marking.done_at is None and queries.waits_for_markers(found),
        "percent": queries.percent_of(found, marking.levels) if whole else None,
        "decided": queries.percent_of(found, found.levels) if found.levels else None,
        "points_in_words": points_in_words,
    }


@blueprint.post("/<public_id:paper_id>")
@requires(Permission.MARK_WORK)
def save(paper_id: str) -> ResponseReturnValue:
    """Keep the marking; then go on with it, or read it over before signing."""
    found, marking = _taken(paper_id)
    form = _form(found, sent=request.form)
    if not form.validate():
        return _marking_page(found, marking, form)
    with refusals(form):
        save_marking(
            db.session, marking=marking, levels=form.levels, feedback=form.feedback, comment=form.comment.data or ""
        )
    if form.errors:
        return _marking_page(*_taken(paper_id), form)
    db.session.commit()
    if request.form.get("then") == "sign":
        return redirect(url_for(".read_over", paper_id=paper_id))
    flash(_("Saved. Nobody else reads it before you sign it."), "info")
    return redirect(url_for(".paper", paper_id=paper_id))


@blueprint.get("/<public_id:paper_id>/signature")
@requires(Permission.MARK_WORK)
def read_over(paper_id: str) -> ResponseReturnValue:
    """What one is about to sign, and what follows."""
    found, marking = _taken(paper_id)
    if marking.done_at is not None:
        return redirect(url_for(".paper", paper_id=paper_id))
    return form_page("assessment/paper_signature.html", form=Form(), **_shown(found, marking))


@blueprint.post("/<public_id:paper_id>/signature")
@requires(Permission.MARK_WORK)
def sign(paper_id: str) -> ResponseReturnValue:
    """Sign the marking; signed twice, it is signed once."""
    found, marking = _taken(paper_id)
    if marking.done_at is not None:
        return redirect(url_for(".paper", paper_id=paper_id))
    form, ended = Form(), False
    with refusals(form):
        ended = papers.finish_marking(db.session, actor=current_actor(), paper=found, marking=marking)
    if form.errors:
        return form_page("assessment/paper_signature.html", form=form, **_shown(*_taken(paper_id)))
    db.session.commit()
    flash(_said(found, ended=ended), "info")
    return redirect(url_for(".queue"))


def _said(found: Paper, *, ended: bool) -> str:
    if found.remarking_id is not None:
        return _("Signed. The answer is decided once every marking is done.")
    if ended:
        return _("Signed. Everything in this exam is marked: its result goes out as the exam says.")
    if found.decided_at is not None:
        return _("Signed. This answer is decided; another one of the same exam still waits.")
    return _("Signed. The answer is decided once every marking is done.")


@blueprint.get("/<public_id:paper_id>/file")
@requires(Permission.MARK_WORK)
def file(paper_id: str) -> ResponseReturnValue:
    """The file handed in, for whoever has taken it; its name says nothing of whose it is."""
    found, _marking = _taken(paper_id)
    answer = queries.answer_on(db.session, found)
    if "sha256" not in answer:
        raise NotFoundError("file")
    content = open_storage(current_app.config["SETTINGS"].storage_url).get(answer["sha256"])
    name = f"{found.public_id}.{kind_of(answer['name'])}"
    return attachment(content, KINDS[kind_of(answer["name"])].media_type, name, name)
