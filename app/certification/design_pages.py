"""Screens of how certificates look: the site's choice, each course's own, a specimen before choosing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.catalog.models import Course
from app.catalog.queries import find_course
from app.certification import designs, queries
from app.certification.designs import Choice, Sample
from app.certification.forms import DesignForm
from app.certification.wording import STYLES
from app.extensions import db
from app.foundation.errors import NotFoundError, RuleError
from app.foundation.i18n import current_language
from app.foundation.i18n import gettext as _
from app.foundation.permissions import Permission
from app.web.access import current_actor, requires
from app.web.forms import form_page
from app.web.rendering import page
from app.web.sent_from import sent_from
from app.web.transactions import reading_session

blueprint = Blueprint("certification_designs", __name__, url_prefix="/admin/designs")
SAMPLE = Sample({"fr": "Titre d’un cours, tel qu’il est imprimé", "en": "Title of a course, as it is printed"}, 2)


@blueprint.get("")
@requires(Permission.ADMINISTER)
def design_list() -> ResponseReturnValue:
    """The site's design, and the courses with theirs."""
    return page(
        "certification/designs.html",
        site=designs.find_design(db.session, None),
        courses=designs.courses_with_designs(db.session),
        styles=STYLES,
    )


@blueprint.get("/site")
@requires(Permission.ADMINISTER)
def site_design() -> ResponseReturnValue:
    """How certificates look where the course has no design of its own."""
    return _design_page(None, None)


@blueprint.post("/site")
@requires(Permission.ADMINISTER)
def choose_for_site() -> ResponseReturnValue:
    """Choose it, or look at a specimen of it."""
    return _choose(None)


@blueprint.get("/courses/<slug:slug>")
@requires(Permission.ADMINISTER)
def course_design(slug: str) -> ResponseReturnValue:
    """How the certificates of one course look."""
    return _design_page(_course(slug), None)


@blueprint.post("/courses/<slug:slug>")
@requires(Permission.ADMINISTER)
def choose_for_course(slug: str) -> ResponseReturnValue:
    """Choose it, or look at a specimen of it."""
    return _choose(slug)


@blueprint.post("/courses/<slug:slug>/dropped")
@requires(Permission.ADMINISTER)
@sent_from("certification_designs.course_design")
def drop(slug: str) -> ResponseReturnValue:
    """Back to the site's design."""
    designs.drop_design(db.session, actor=current_actor(), course=_course(slug))
    db.session.commit()
    flash(_("From now on certificates of this course take the site’s design."), "info")
    return redirect(url_for(".design_list"))


@blueprint.get("/site/specimen.pdf")
@requires(Permission.ADMINISTER)
def site_specimen() -> ResponseReturnValue:
    """The site's design drawn, with `style` in place of its own."""
    return _stored_specimen(None)


@blueprint.get("/courses/<slug:slug>/specimen.pdf")
@requires(Permission.ADMINISTER)
def course_specimen(slug: str) -> ResponseReturnValue:
    """A course's design drawn, its own or the one that stands in, with `style` in place of its own."""
    return _stored_specimen(_course(slug))


def _course(slug: str) -> Course:
    found = find_course(db.session, slug)
    if found is None:
        raise NotFoundError("course")
    return found


def _sample(course: Course | None) -> Sample:
    version = course.current_version if course else None
    return Sample(version.title, version.tier) if version else SAMPLE


def _stored_specimen(course: Course | None) -> Response:
    choice = designs.choice_of(queries.design_of(db.session, course.id if course else None))
    style = request.args.get("style", choice.style)
    if style not in STYLES:
        raise NotFoundError("style")
    return _pdf(replace(choice, style=style), _sample(course))


def _pdf(choice: Choice, sample: Sample) -> Response:
    response = make_response(designs.specimen(choice, sample, current_language()))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="specimen-{choice.style}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _design_page(course: Course | None, form: DesignForm | None) -> ResponseReturnValue:
    course_id = course.id if course else None
    own, inherited = designs.find_design(db.session, course_id), queries.design_of(db.session, course_id)
    return form_page(
        "certification/design.html",
        form=form if form is not None else _filled(inherited),
        course=course,
        own=own,
        has_logo=inherited["logo"] is not None,
        styles=STYLES,
    )


def _filled(design: dict[str, Any]) -> DesignForm:
    return DesignForm(
        data={
            "style": design["style"],
            "signatory_name": design["signatory_name"],
            "role_fr": design["signatory_role"].get("fr", ""),
            "role_en": design["signatory_role"].get("en", ""),
            "two_languages": design["second_language"] is not None,
        }
    )


def _choose(slug: str | None) -> ResponseReturnValue:
    """Drawing takes half a second, so it is done before the transaction that stores the choice begins."""
    form = DesignForm(request.form)
    with reading_session() as session:
        course = find_course(session, slug) if slug else None
        if slug and course is None:
            raise NotFoundError("course")
        sample, stored = _sample(course), queries.design_of(session, course.id if course else None)
    choice = _choice(form, stored) if form.validate() else None
    if choice is not None:
        try:
            designs.try_out(choice, sample)
        except RuleError as error:
            form.form_errors.append(str(error))
    if choice is None or form.errors:
        return _design_page(_course(slug) if slug else None, form)
    if "specimen" in request.form:
        return _pdf(choice, sample)
    designs.choose_design(db.session, actor=current_actor(), course=_course(slug) if slug else None, choice=choice)
    db.session.commit()
    flash(_("Chosen. Certificates issued from now on look like this; those already issued stay as they are."), "info")
    return redirect(url_for(".design_list"))


def _choice(form: DesignForm, stored: dict[str, Any]) -> Choice | None:
    """What the form asks for, with the logo it sends, else the one that is there; None when the logo is refused."""
    logo = None if form.remove_logo.data else designs.stored_logo(stored["logo"])
    data = _logo_sent()
    if data:
        try:
            designs.check_logo(data)
        except RuleError as error:
            form.logo.errors = [str(error)]
            return None
        logo = data
    return Choice(
        style=form.style.data,
        signatory_name=form.signatory_name.data or "",
        signatory_role={"fr": form.role_fr.data or "", "en": form.role_en.data or ""},
        two_languages=form.two_languages.data,
        logo=logo,
    )


def _logo_sent() -> bytes:
    """One byte more than the limit at most; empty without a file."""
    sent = request.files.get("logo")
    if sent is None or not sent.filename:
        return b""
    with sent.stream as stream:
        return stream.read(designs.LARGEST_LOGO + 1)
