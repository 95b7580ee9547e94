"""A learner's projects: where one stands, one's files, handing in, what was decided, what one shows of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.assessment import challenge_queries
from app.assessment import project_queries as queries
from app.assessment import projects as services
from app.assessment.exact import truncated
from app.assessment.project_forms import LevelsForm, PortfolioForm, UploadForm, WorkForm, self_assessment_form
from app.assessment.project_queries import Shown, Workplace
from app.assessment.rubrics import Step
from app.assessment.uploads import (
    KINDS,
    LARGEST_FILE_MB,
    MEGABYTE,
    MOST_FILES,
    Upload,
    check_upload,
    kinds_of,
    most_megabytes,
)
from app.assessment.wording import points_in_words, step_in_words
from app.extensions import db
from app.foundation.errors import NotFoundError, RuleError
from app.foundation.i18n import gettext as _
from app.foundation.storage import open_storage
from app.foundation.throttle import Allowance
from app.web.access import current_actor, public, signed_in
from app.web.attachments import attachment
from app.web.budgets import spend
from app.web.forms import form_page, refusals
from app.web.reading import read_file, takes_files_of
from app.web.rendering import page
from app.web.sent_from import sent_from
from app.web.transactions import reading_session

blueprint = Blueprint("projects", __name__)
FILES = Allowance("project-file", 60, timedelta(hours=1))


@blueprint.get("/projects/<slug:slug>/<slug:item_slug>")
@signed_in
def project(slug: str, item_slug: str) -> ResponseReturnValue:
    """The brief, the rubric, one's work and what was said of it; for those who have begun the course."""
    place = _place(slug, item_slug)
    if place.enrolment is None:
        flash(_("The project keeps your work, so it needs the course begun."), "info")
        return redirect(url_for("catalog.course", slug=slug))
    return _project_page(place)


def _place(slug: str, item_slug: str) -> Workplace:
    return queries.get_workplace(db.session, current_actor().account_id, slug, item_slug)


def _project_page(place: Workplace, **forms: Any) -> ResponseReturnValue:
    """The page with its forms; the one given is that which was sent, with its errors."""
    current = place.submission.current if place.submission else None
    shown = {
        "own": self_assessment_form(place.project.body["rubric"], chosen=current.own_levels if current else None),
        "work": WorkForm(obj=current),
        "upload": UploadForm(),
        **forms,
    }
    sent = next(iter(forms.values()), shown["work"])
    return form_page(
        "assessment/project.html",
        form=sent,
        forms=shown,
        place=place,
        submission=place.submission,
        revision=current,
        decisions=queries.decisions_of(place.submission) if place.submission else [],
        missing=services.what_is_missing(place.submission),
        writable=services.is_writable(place.submission) and not place.is_shut,
        kinds=kinds_of(place.project.body),
        most_mb=most_megabytes(place.project.body),
        most_files=MOST_FILES,
        state=step_in_words(place.submission.state if place.submission else Step.DRAFT),
        points_in_words=points_in_words,
        threshold=truncated(place.project.rubric.threshold * 100, 1),
    )


@blueprint.post("/projects/<slug:slug>/<slug:item_slug>/self-assessment")
@signed_in
@sent_from("projects.project")
def assess_oneself(slug: str, item_slug: str) -> ResponseReturnValue:
    """Where one thinks one's work stands."""
    place = _place(slug, item_slug)
    form: LevelsForm = self_assessment_form(place.project.body["rubric"], request.form)
    if form.validate():
        with refusals(form):
            services.assess_oneself(db.session, actor=current_actor(), place=place, levels=form.levels)
    return _kept(slug, item_slug, "work", own=form)


@blueprint.post("/projects/<slug:slug>/<slug:item_slug>/words")
@signed_in
@sent_from("projects.project")
def save_words(slug: str, item_slug: str) -> ResponseReturnValue:
    """The note and the link."""
    form = WorkForm(request.form)
    if form.validate():
        place = _place(slug, item_slug)
        with refusals(form):
            services.save_words(
                db.session, actor=current_actor(), place=place, note=form.note.data or "", link=form.link.data or ""
            )
    return _kept(slug, item_slug, "work", work=form)


@blueprint.post("/projects/<slug:slug>/<slug:item_slug>/files")
@signed_in
@takes_files_of(LARGEST_FILE_MB)
@sent_from("projects.project")
def add_file(slug: str, item_slug: str) -> ResponseReturnValue:
    """One more file: read, checked and stored before the transaction that notes it."""
    form = UploadForm(request.form)
    try:
        upload = _upload(slug, item_slug)
    except RuleError as error:
        form.file.errors = [str(error)]
        return _project_page(_place(slug, item_slug), upload=form)
    sha256 = open_storage(current_app.config["SETTINGS"].storage_url).put(upload.content)
    with refusals(form):
        services.add_file(
            db.session, actor=current_actor(), place=_place(slug, item_slug), upload=upload, sha256=sha256
        )
    return _kept(slug, item_slug, "files", upload=form)


def _upload(slug: str, item_slug: str) -> Upload:
    account_id = current_actor().account_id
    spend(FILES, str(account_id))
    with reading_session() as session:
        place = queries.get_workplace(session, account_id, slug, item_slug)
        most, accept = int(most_megabytes(place.project.body) * MEGABYTE), kinds_of(place.project.body)
        if place.enrolment is None or place.is_shut or not services.is_writable(place.submission):
            raise RuleError(_("No file can be added to this project now."))
    return check_upload(*read_file(most + 1), accept=accept, most_bytes=most)


@blueprint.post("/projects/<slug:slug>/<slug:item_slug>/files/<public_id:file_id>/removal")
@signed_in
@sent_from("projects.project")
def remove_file(slug: str, item_slug: str, file_id: str) -> ResponseReturnValue:
    """Take a file out again."""
    place, form = _place(slug, item_slug), UploadForm()
    if place.submission is None:
        raise NotFoundError("file")
    file = queries.get_own_file(db.session, current_actor().account_id, place.submission.id, file_id)
    with refusals(form):
        services.remove_file(db.session, submission=place.submission, file=file)
    return _kept(slug, item_slug, "files", upload=form)


def _kept(slug: str, item_slug: str, fragment: str, **forms: Any) -> ResponseReturnValue:
    """Back to the page once it is kept; the page with what is to correct when it is not."""
    (form,) = forms.values()
    if form.errors:
        return _project_page(_place(slug, item_slug), **forms)
    db.session.commit()
    flash(_("Saved."), "info")
    return redirect(url_for(".project", slug=slug, item_slug=item_slug, _anchor=fragment))


@blueprint.get("/projects/<slug:slug>/<slug:item_slug>/hand-in")
@signed_in
def read_over(slug: str, item_slug: str) -> ResponseReturnValue:
    """What will be handed in, before it is."""
    place = _place(slug, item_slug)
    if place.submission is None or not services.is_writable(place.submission):
        return redirect(url_for(".project", slug=slug, item_slug=item_slug))
    return _read_over_page(place, WorkForm())


def _read_over_page(place: Workplace, form: WorkForm) -> ResponseReturnValue:
    assert place.submission is not None
    return form_page(
        "assessment/project_hand_in.html",
        form=form,
        place=place,
        revision=place.submission.current,
        missing=services.what_is_missing(place.submission),
        points_in_words=points_in_words,
    )


@blueprint.post("/projects/<slug:slug>/<slug:item_slug>/hand-in")
@signed_in
def hand_in(slug: str, item_slug: str) -> ResponseReturnValue:
    """Hand it in."""
    place, form = _place(slug, item_slug), WorkForm()
    if place.submission is None:
        raise RuleError(_("There is nothing to hand in yet."))
    with refusals(form):
        services.hand_in(db.session, actor=current_actor(), place=place)
    if form.errors:
        return _read_over_page(_place(slug, item_slug), form)
    db.session.commit()
    flash(_("Handed in. You will receive a letter once it has been read."), "info")
    return redirect(url_for(".project", slug=slug, item_slug=item_slug))


@blueprint.get("/submission-files/<public_id:file_id>")
@signed_in
def file(file_id: str) -> ResponseReturnValue:
    """A file, always to be saved and never shown by the browser; its owner's, or one's who marks it."""
    found, own = queries.get_readable_file(db.session, current_actor().account_id, file_id)
    content = open_storage(current_app.config["SETTINGS"].storage_url).get(found.sha256)
    # To markers, the name says nothing of who handed it in.
    other = f"{found.public_id}.{found.kind}"
    return attachment(content, KINDS[found.kind].media_type, found.name if own else other, other)


# What one shows


@blueprint.get("/portfolio")
@signed_in
def own_portfolio() -> ResponseReturnValue:
    """One's accepted projects, and which of them others see."""
    account_id = current_actor().account_id
    return page(
        "assessment/portfolio.html",
        accepted=queries.accepted_projects(db.session, account_id),
        portfolio=queries.find_portfolio(db.session, account_id),
        public_url=current_app.config["SETTINGS"].public_url,
    )


@blueprint.get("/portfolio/<public_id:submission_id>")
@signed_in
def entry(submission_id: str) -> ResponseReturnValue:
    """What one says of an accepted project, and whether it is shown."""
    found = _accepted(submission_id)
    return _entry_page(found, PortfolioForm(obj=found.entry, link=_link(found)))


def _link(found: Shown) -> str:
    return found.entry.link if found.entry else found.submission.current.link


def _accepted(submission_id: str) -> Shown:
    for one in queries.accepted_projects(db.session, current_actor().account_id):
        if one.submission.public_id == submission_id:
            return one
    raise NotFoundError("submission")


def _entry_page(found: Shown, form: PortfolioForm) -> ResponseReturnValue:
    return form_page("assessment/portfolio_entry.html", form=form, found=found)


@blueprint.post("/portfolio/<public_id:submission_id>")
@signed_in
def save_entry(submission_id: str) -> ResponseReturnValue:
    """Keep it, and show the project or stop showing it."""
    found, form = _accepted(submission_id), PortfolioForm(request.form)
    if not form.validate():
        return _entry_page(found, form)
    services.show_project(
        db.session,
        actor=current_actor(),
        submission=found.submission,
        presentation=form.presentation.data or "",
        link=form.link.data or "",
        shown=form.shown.data,
    )
    db.session.commit()
    flash(_("Saved: this project is shown.") if form.shown.data else _("Saved: nobody else sees this project."), "info")
    return redirect(url_for(".own_portfolio"))


@blueprint.get("/portfolios/<public_id:portfolio_id>")
@public
def portfolio(portfolio_id: str) -> ResponseReturnValue:
    """The projects somebody shows, to whoever has the address; no search engine is to list it."""
    name, shown = queries.projects_shown(db.session, portfolio_id)
    of_teams = [one.submission.project_id for one in shown if one.submission.team_id]
    promises = challenge_queries.promises_of(db.session, of_teams)
    response = make_response(
        page(
            "assessment/portfolio_public.html", name=name, shown=shown, points_in_words=points_in_words,
            promises=promises,
        )
    )  # fmt: skip
    response.headers["X-Robots-Tag"] = "noindex"
    return response
