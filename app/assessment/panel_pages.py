"""Screens of panels: opening one, inviting judges, rating question by question, and the cut that comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.assessment import cohorts, draws, grading, judging, panels, standards
from app.assessment.keyed import Keyed, with_key
from app.assessment.measuring import measures_of
from app.assessment.models import Panel, QuestionVersion
from app.assessment.panel_figures import announced_cut, figures_of_panel
from app.assessment.panel_forms import InvitationForm, PanelForm, RatingForm, rating_form
from app.assessment.panels import CLOSED, FIRST, ROUNDS, SECOND
from app.assessment.statistics import SHOWN_FROM, Estimate
from app.extensions import db
from app.foundation import clock
from app.foundation.i18n import gettext as _
from app.foundation.paging import PageOf, page_number
from app.foundation.permissions import Permission
from app.web.access import current_actor, requires
from app.web.forms import form_page, refusals
from app.web.rendering import page
from app.web.sent_from import sent_from

blueprint = Blueprint("panels", __name__, url_prefix="/studio")
PER_PAGE = 10  # questions a judge reads at a time


@dataclass(frozen=True)
class Rated:
    """A question as a judge sees it: in the second round with the panel's mean and what candidates did."""

    number: int  # in the exam's pool, from 1
    keyed: Keyed
    field: Any
    mean: float | None
    own: int | None
    facility: Estimate | None
    simulated: int  # of those whom the facility counts


@blueprint.get("/exams/<public_id:exam_id>/<int:number>/panels")
@requires(Permission.AUTHOR_COURSES)
def panels_of_exam(exam_id: str, number: int) -> ResponseReturnValue:
    """Where the cut of an exam comes from, and the panels that sat."""
    found = cohorts.get_exam_version(db.session, exam_id, number)
    listed = panels.panels_of(db.session, found.version.exam_id)
    return page(
        "assessment/panels.html",
        measured=found,
        panels=listed,
        open_here=next(
            (one for one in listed if one.state != CLOSED and one.exam_version_id == found.version.id), None
        ),
        figures=announced_cut(db.session, found.version, clock.now()),
        method=found.version.settings.get("method", "default"),
        default=grading.percent(Decimal(found.version.settings["cut"]), Decimal(1)),
        least=standards.FEWEST_JUDGES,
        enough=standards.ENOUGH_JUDGES,
    )


@blueprint.post("/exams/<public_id:exam_id>/<int:number>/panels")
@requires(Permission.AUTHOR_COURSES)
def open_panel(exam_id: str, number: int) -> ResponseReturnValue:
    """Begin a panel, or come back to the one that is open."""
    found = cohorts.get_exam_version(db.session, exam_id, number)
    panel = judging.open_panel(db.session, actor=current_actor(), exam_version=found.version)
    db.session.commit()
    return redirect(url_for(".panel", panel_id=panel.public_id))


@blueprint.get("/panels/<public_id:panel_id>")
@requires(Permission.AUTHOR_COURSES)
def panel(panel_id: str) -> ResponseReturnValue:
    """A panel: its judges and how far they are, what comes next, and once closed the cut."""
    return _panel_page(panels.get_panel(db.session, panel_id), InvitationForm())


def _panel_page(found: Panel, form: InvitationForm | PanelForm) -> ResponseReturnValue:
    candidates = panels.may_judge(db.session, found) if found.state == FIRST else []
    invitation = form if isinstance(form, InvitationForm) else InvitationForm()
    invitation.judges.choices = [(one.public_id, one.name) for one in candidates]
    judges = panels.judges_of(db.session, found)
    pool = list(draws.pool_of(db.session, found.exam_version_id))
    closed = found.state == CLOSED
    return form_page(
        "assessment/panel.html",
        form=form,
        invitation=invitation,
        panel=found,
        measured=cohorts.get_version(db.session, found.exam_version_id),
        judges=judges,
        pool=pool,
        done=sum(judge.rated == len(pool) for judge in judges),
        mine=any(judge.account_id == current_actor().account_id for judge in judges),
        figures=figures_of_panel(db.session, found) if closed else None,
        means=panels.rated_by(db.session, found) if closed else {},
        least=standards.FEWEST_JUDGES,
        enough=standards.ENOUGH_JUDGES,
    )


@blueprint.post("/panels/<public_id:panel_id>/judges")
@requires(Permission.AUTHOR_COURSES)
@sent_from("panels.panel")
def invite(panel_id: str) -> ResponseReturnValue:
    """Invite the people ticked."""
    found = panels.get_panel(db.session, panel_id)
    form = InvitationForm(request.form)
    if form.validate():
        with refusals(form):
            judging.invite(db.session, actor=current_actor(), panel=found, accounts=form.judges.data)
    if form.errors:
        return _panel_page(panels.get_panel(db.session, panel_id), form)
    db.session.commit()
    flash(_("Invited. They find the panel in their studio; tell them that it waits for them."), "info")
    return redirect(url_for(".panel", panel_id=panel_id))


@blueprint.post("/panels/<public_id:panel_id>/second-round")
@requires(Permission.AUTHOR_COURSES)
@sent_from("panels.panel")
def begin_second_round(panel_id: str) -> ResponseReturnValue:
    """Show the judges what the others said."""
    return _step(panel_id, judging.begin_second_round, _("The second round has begun."))


@blueprint.post("/panels/<public_id:panel_id>/closing")
@requires(Permission.AUTHOR_COURSES)
@sent_from("panels.panel")
def close(panel_id: str) -> ResponseReturnValue:
    """Set the cut."""
    return _step(panel_id, judging.close_panel, _("The panel is closed: its cut is set."))


def _step(panel_id: str, step: Any, said: str) -> ResponseReturnValue:
    found, form = panels.get_panel(db.session, panel_id), PanelForm(request.form)
    with refusals(form):
        step(db.session, actor=current_actor(), panel=found)
    if form.errors:
        return _panel_page(panels.get_panel(db.session, panel_id), form)
    db.session.commit()
    flash(said, "info")
    return redirect(url_for(".panel", panel_id=panel_id))


@blueprint.get("/panels/<public_id:panel_id>/ratings")
@requires(Permission.AUTHOR_COURSES)
def ratings(panel_id: str) -> ResponseReturnValue:
    """Ten questions to rate, for a judge of this panel."""
    found = panels.get_panel_judged_by(db.session, current_actor().account_id, panel_id)
    return redirect(url_for(".panel", panel_id=panel_id)) if found.state == CLOSED else _ratings_page(found, None)


@blueprint.post("/panels/<public_id:panel_id>/ratings")
@requires(Permission.AUTHOR_COURSES)
def rate(panel_id: str) -> ResponseReturnValue:
    """Keep what was typed on this page, and go on to the next."""
    found = panels.get_panel_judged_by(db.session, current_actor().account_id, panel_id)
    shown = _page_of(found)
    form = rating_form([place for place, _version in shown.rows], request.form)
    if form.validate():
        versions = {place: version.id for place, version in shown.rows}
        percents = {versions[place]: percent for place, percent in form.percents().items()}
        with refusals(form):
            judging.rate(db.session, actor=current_actor(), panel=found, percents=percents)
    if form.errors:
        return _ratings_page(panels.get_panel_judged_by(db.session, current_actor().account_id, panel_id), form)
    db.session.commit()
    if shown.number < shown.count:
        return redirect(url_for(".ratings", panel_id=panel_id, page=shown.number + 1))
    flash(_("Your ratings are kept. You may change them until the round is over."), "info")
    return redirect(url_for(".panel", panel_id=panel_id))


def _page_of(found: Panel) -> PageOf[tuple[int, QuestionVersion]]:
    pool = list(enumerate(draws.pool_of(db.session, found.exam_version_id), start=1))
    last = max(1, -(-len(pool) // PER_PAGE))
    number = min(page_number(request.args.get("page")), last)
    return PageOf(pool[(number - 1) * PER_PAGE : number * PER_PAGE], number, PER_PAGE, len(pool))


def _ratings_page(found: Panel, sent: RatingForm | None) -> ResponseReturnValue:
    account_id, shown = current_actor().account_id, _page_of(found)
    own = panels.own_ratings(db.session, found, account_id, ROUNDS[found.state])
    first = own if found.state == FIRST else panels.own_ratings(db.session, found, account_id, 1)
    typed = first | own
    known = {place: typed[version.id] for place, version in shown.rows if version.id in typed}
    form = sent if sent is not None else rating_form([place for place, _version in shown.rows], known=known)
    return form_page(
        "assessment/ratings.html",
        form=form,
        panel=found,
        measured=cohorts.get_version(db.session, found.exam_version_id),
        shown=shown,
        questions=_questions(found, shown.rows, form, first),
        rated=len(own),
        least=SHOWN_FROM,
    )


def _questions(
    found: Panel, rows: Sequence[tuple[int, QuestionVersion]], form: RatingForm, first: dict[int, int]
) -> list[Rated]:
    """The questions of a page; the first round shows nothing that could sway a judge."""
    means, measures = {}, None
    if found.state != FIRST:
        means = standards.means(list(panels.complete_ratings(db.session, found, 1).values()))
        pool = draws.pool_of(db.session, found.exam_version_id)
        people = cohorts.first_attempts(db.session).get(found.exam_version_id, cohorts.FirstAttempts()).count
        measures = measures_of(db.session, found.exam_version_id, pool, people)
    listed = []
    for place, version in rows:
        figures = measures.item(version.id).figures if measures else None
        listed.append(
            Rated(
                number=place,
                keyed=with_key(version),
                field=form[f"rating-{place}"],
                mean=float(means[version.id] * 100) if version.id in means else None,
                own=first.get(version.id) if found.state == SECOND else None,
                facility=figures.facility if figures else None,
                simulated=measures.item(version.id).simulated if measures else 0,
            )
        )
    return listed
