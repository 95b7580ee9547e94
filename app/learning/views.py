"""A learner in a course: its home, its lessons, its exercises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from app.assessment.challenge_queries import challenges_of
from app.assessment.embedded import check_embedded, embedded_questions
from app.assessment.queries import attempts_of, certification_exam_of, get_quiz, open_exams, quiz_standing, results_of
from app.catalog.models import CourseVersion, Item
from app.catalog.queries import content_key, find_lesson_text, get_current_version, get_version, step_of
from app.certification.queries import find_standing
from app.extensions import db
from app.foundation.errors import NotFoundError
from app.foundation.i18n import current_language
from app.foundation.i18n import gettext as _
from app.learning import services
from app.learning.models import Enrolment
from app.learning.queries import Path, find_enrolment, missing_modules, path_of
from app.web.access import current_actor, find_actor, public, signed_in
from app.web.rendering import page
from app.web.sent_from import sent_from

blueprint = Blueprint("learning", __name__, url_prefix="/learn")


def _course_of_reader(slug: str) -> tuple[CourseVersion, Enrolment | None, Path]:
    """The version this reader follows (their own, or the current one), their enrolment, their path."""
    return _way_through(get_current_version(db.session, slug))


def _way_through(current: CourseVersion) -> tuple[CourseVersion, Enrolment | None, Path]:
    actor = find_actor()
    enrolment = find_enrolment(db.session, actor.account_id, current.course_id) if actor else None
    version = current
    if enrolment is not None and enrolment.course_version_id != current.id:
        version = get_version(db.session, enrolment.course_version_id)
    return version, enrolment, path_of(db.session, version, enrolment)


@blueprint.get("/<slug:slug>")
@signed_in
def home(slug: str) -> str | Response:
    """Where the learner is in this course, and the one next thing to do."""
    current = get_current_version(db.session, slug)
    version, enrolment, path = _way_through(current)
    if enrolment is None:
        return redirect(url_for("catalog.course", slug=slug))
    exam = certification_exam_of(db.session, version.id)
    attempts = attempts_of(db.session, enrolment.account_id, exam.exam_id) if exam else []
    return page(
        "learning/home.html",
        version=version,
        enrolment=enrolment,
        path=path,
        exam=exam,
        modules_missing=missing_modules(version, path, exam.settings if exam else {}),
        attempts=attempts,
        results=results_of(db.session, [attempt.id for attempt in attempts]),
        sitting=open_exams(db.session, enrolment.account_id).get(version.course_id),
        standing=find_standing(db.session, enrolment.account_id, version.course_id),
        challenges=challenges_of(db.session, version),
        newer=current.id != version.id,
    )


@blueprint.post("/<slug:slug>")
@signed_in
def enrol(slug: str) -> Response:
    """Begin a course, then go to its first step."""
    version = get_current_version(db.session, slug)
    services.enrol(db.session, actor=current_actor(), version=version)
    db.session.commit()
    return redirect(url_for(".home", slug=slug))


@blueprint.get("/<slug:slug>/<slug:item_slug>")
@public
def item(slug: str, item_slug: str) -> str | Response | tuple[str, int]:
    """A lesson, open to all; or the exercises, for those who have begun the course."""
    version, enrolment, path = _course_of_reader(slug)
    step = step_of(version, item_slug)
    if step.kind == "quiz":
        return _quiz_page(version, enrolment, path, step)
    if step.kind == "project":
        return redirect(url_for("projects.project", slug=slug, item_slug=item_slug))
    if enrolment is not None and path.locks_of(step.module.slug):
        return _locked_page(version, path, step)
    return _lesson_page(version, enrolment, path, step, checked={})


def _locked_page(version: CourseVersion, path: Path, step: Item) -> tuple[str, int]:
    return page("learning/locked.html", version=version, path=path, step=step), 403


def _lesson_page(
    version: CourseVersion,
    enrolment: Enrolment | None,
    path: Path,
    step: Item,
    *,
    checked: Mapping[str, Any],
) -> str:
    text = find_lesson_text(db.session, version, step.id, current_language())
    embedded = [block["id"] for block in text.blocks if block["kind"] == "question"] if text else []
    return page(
        "learning/lesson.html",
        version=version,
        enrolment=enrolment,
        path=path,
        step=step,
        lesson=text,
        content_key=content_key(version),
        questions=embedded_questions(db.session, version.course_id, embedded),
        checked=checked,
        before=path.before(step.module.slug, step.slug),
        after=path.after(step.module.slug, step.slug),
    )


def _quiz_page(version: CourseVersion, enrolment: Enrolment | None, path: Path, step: Item) -> str | Response:
    if enrolment is None:
        flash(_("The exercises keep your answers, so they need an account and the course begun."), "info")
        return redirect(url_for("catalog.course", slug=version.course.slug))
    quiz = get_quiz(db.session, version.id, step.slug)
    attempts = attempts_of(db.session, enrolment.account_id, quiz.exam_id)
    standing = quiz_standing(db.session, enrolment.account_id, quiz)
    return page(
        "learning/quiz.html",
        open_attempt=standing.open_attempt,
        refusals=standing.refusals,
        most_attempts=standing.most_attempts,
        version=version,
        enrolment=enrolment,
        path=path,
        step=step,
        quiz=quiz,
        attempts=attempts,
        results=results_of(db.session, [attempt.id for attempt in attempts]),
        locks=path.locks_of(step.module.slug),
    )


@blueprint.post("/<slug:slug>/<slug:item_slug>")
@signed_in
def finish_lesson(slug: str, item_slug: str) -> Response | tuple[str, int]:
    """The lesson has been read: note it and go on."""
    version, enrolment, path = _course_of_reader(slug)
    step = step_of(version, item_slug)
    if enrolment is None:
        enrolment = services.enrol(db.session, actor=current_actor(), version=version)
    if path.locks_of(step.module.slug):
        return _locked_page(version, path, step)
    services.complete_lesson(db.session, enrolment=enrolment, item=step)
    db.session.commit()
    after = path.after(step.module.slug, step.slug)
    if after is None:
        return redirect(url_for(".home", slug=slug))
    return redirect(url_for(".item", slug=slug, item_slug=after.item))


@blueprint.post("/<slug:slug>/<slug:item_slug>/place")
@signed_in
@sent_from("learning.item")
def keep_place(slug: str, item_slug: str) -> tuple[str, int]:
    """The page's script says that this lesson is open: the course will resume here."""
    version, enrolment, path = _course_of_reader(slug)
    step = step_of(version, item_slug)
    if enrolment is not None and not path.locks_of(step.module.slug):
        services.open_item(db.session, enrolment=enrolment, item=step)
        db.session.commit()
    return "", 204


@blueprint.post("/<slug:slug>/<slug:item_slug>/questions/<slug:question_slug>")
@public
@sent_from("learning.item")
def try_question(slug: str, item_slug: str, question_slug: str) -> str | tuple[str, int]:
    """Check an answer to a question inside a lesson: nothing is recorded, the feedback is shown in its place."""
    version, enrolment, path = _course_of_reader(slug)
    step = step_of(version, item_slug)
    if enrolment is not None and path.locks_of(step.module.slug):
        return _locked_page(version, path, step)
    text = find_lesson_text(db.session, version, step.id, current_language())
    if text is None or question_slug not in [block.get("id") for block in text.blocks]:
        raise NotFoundError("question")
    sent = request.form.to_dict(flat=False)
    checked = check_embedded(db.session, version.course_id, question_slug, sent, current_language())
    return _lesson_page(version, enrolment, path, step, checked={question_slug: checked})
