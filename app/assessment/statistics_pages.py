"""Screens of figures: an exam over its first attempts, its questions, and each of them with its options."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, make_response, request
from flask.typing import ResponseReturnValue

from app.assessment import cohorts, draws, flags, layouts
from app.assessment.choices import options_of
from app.assessment.cohorts import FirstAttempts, Measured
from app.assessment.exposure import exposure_of
from app.assessment.flag_words import name_of, sentence_of, tone_of
from app.assessment.flags import Finding, Flag
from app.assessment.keyed import has_options, with_key
from app.assessment.measuring import ExamMeasures, ItemMeasures, measures_of
from app.assessment.models import QuestionVersion
from app.assessment.statistics import SHOWN_FROM, Estimate
from app.extensions import db
from app.foundation.errors import NotFoundError
from app.foundation.i18n import gettext as _
from app.foundation.i18n import localised
from app.foundation.permissions import Permission
from app.foundation.sheets import BYTE_ORDER_MARK, written
from app.web.access import requires
from app.web.rendering import page

blueprint = Blueprint("statistics", __name__, url_prefix="/studio/exams")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MOST_GRAVE = 3  # beside the plot; the table has them all


@dataclass(frozen=True)
class Row:
    """A question of the pool with its figures; `exposure` is its share of the last attempts, None below fifty."""

    version: QuestionVersion
    measures: ItemMeasures
    exposure: float | None

    @property
    def slug(self) -> str:
        return self.version.question.slug

    @property
    def kinds(self) -> list[Finding]:
        """One finding of each flag: three options that nobody takes are one thing to say."""
        return list({finding.flag: finding for finding in self.measures.findings}.values())

    @property
    def tone(self) -> str:
        """Of its gravest flag."""
        return tone_of(self.measures.findings[0]) if self.measures.findings else ""


SORTS: dict[str, Callable[[Row], Any]] = {
    "flags": lambda row: (not row.measures.figures, _gravity(row), row.slug),
    "question": lambda row: row.slug,
    "facility": lambda row: (not row.measures.figures, _value(row, "facility"), row.slug),
    "discrimination": lambda row: (not row.measures.figures, _value(row, "discrimination"), row.slug),
    "people": lambda row: (-row.measures.n, row.slug),
    "exposure": lambda row: (-(row.exposure or 0), row.slug),
}


def _gravity(row: Row) -> tuple[bool, int]:
    """Red before amber, then in the order of the flags; a question without any comes last."""
    if not row.measures.findings:
        return True, len(Flag)
    flag = row.measures.findings[0].flag
    return not flag.grave, list(Flag).index(flag)


def _value(row: Row, name: str) -> float:
    """A figure to sort by; a question without it comes last."""
    figure: Estimate | None = getattr(row.measures.figures, name, None)
    return figure.value if figure else 1_000


@blueprint.get("")
@requires(Permission.AUTHOR_COURSES)
def exams() -> ResponseReturnValue:
    """Every exam and quiz, with the number of people whose first attempt is in."""
    counts, listed = _people(), cohorts.exam_versions(db.session)
    exams = [(one, counts.get(one.version.id, FirstAttempts())) for one in listed]
    return page("assessment/measured.html", exams=exams, least=SHOWN_FROM)


def _people() -> dict[int, FirstAttempts]:
    return cohorts.first_attempts(db.session)


@blueprint.get("/<public_id:exam_id>/<int:number>")
@requires(Permission.AUTHOR_COURSES)
def exam(exam_id: str, number: int) -> ResponseReturnValue:
    """The figures of one version of an exam."""
    found, pool, measures = _measured(exam_id, number)
    rows = _rows(found, pool, measures)
    return page(
        "assessment/exam_figures.html",
        measured=found,
        measures=measures,
        wanted=flags.WANTED_ALPHA[found.version.exam.kind],
        grave=sum(row.tone == "stop" for row in rows),
        doubtful=sum(row.tone == "care" for row in rows),
        least=SHOWN_FROM,
        pool=len(pool),
    )


@blueprint.get("/<public_id:exam_id>/<int:number>/questions")
@requires(Permission.AUTHOR_COURSES)
def questions(exam_id: str, number: int) -> ResponseReturnValue:
    """Every question of the pool with its figures and flags, in the order asked for."""
    found, pool, measures = _measured(exam_id, number)
    sort = request.args.get("sort", "")
    sort = sort if sort in SORTS else "flags"
    rows = sorted(_rows(found, pool, measures), key=SORTS[sort])
    grave = sorted((row for row in rows if row.tone == "stop"), key=SORTS["flags"])[:MOST_GRAVE]
    return page(
        "assessment/question_figures.html",
        measured=found, measures=measures, rows=rows, sort=sort, sorts=list(SORTS), cloud=_cloud(rows, grave),
        grave=grave, least=SHOWN_FROM,
        name_of=name_of, tone_of=tone_of, sentence_of=sentence_of, letters_of=letters_of,
    )  # fmt: skip


@blueprint.get("/<public_id:exam_id>/<int:number>/questions.csv")
@requires(Permission.AUTHOR_COURSES)
def export(exam_id: str, number: int) -> ResponseReturnValue:
    """The same as a table for a spreadsheet, numbers with a point."""
    found, pool, measures = _measured(exam_id, number)
    rows = sorted(_rows(found, pool, measures), key=SORTS["question"])
    response = make_response(BYTE_ORDER_MARK + written([_headings(), *map(_cells, rows)]))
    response.mimetype = "text/csv"
    name = f"{found.version.exam.slug}-{found.course.number}-questions.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get("/<public_id:exam_id>/<int:number>/questions/<public_id:question_id>")
@requires(Permission.AUTHOR_COURSES)
def question(exam_id: str, number: int, question_id: str) -> ResponseReturnValue:
    """One question: its figures, who chooses what, and how both languages fare."""
    found, pool, measures = _measured(exam_id, number)
    row = next((row for row in _rows(found, pool, measures) if row.version.question.public_id == question_id), None)
    if row is None:
        raise NotFoundError("question")
    letters = letters_of(row.version.body)
    return page(
        "assessment/question_figure.html",
        measured=found,
        measures=measures,
        row=row,
        letters=letters,
        keyed=with_key(row.version),
        texts=layouts.words_of(row.version.body),
        readings=[(f, sentence_of(f, letters.get(f.option, ""))) for f in row.measures.findings],
        elsewhere=_elsewhere(found, row.version),
        least=SHOWN_FROM, name_of=name_of, tone_of=tone_of,
    )  # fmt: skip


def _measured(exam_id: str, number: int) -> tuple[Measured, list[QuestionVersion], ExamMeasures]:
    found = cohorts.get_exam_version(db.session, exam_id, number)
    pool = list(draws.pool_of(db.session, found.version.id))
    people = _people().get(found.version.id, FirstAttempts()).count
    return found, pool, measures_of(db.session, found.version.id, pool, people)


def _rows(found: Measured, pool: Iterable[QuestionVersion], measures: ExamMeasures) -> list[Row]:
    exposure = exposure_of(db.session, found.version.exam)
    return [Row(version, measures.item(version.id), exposure.share(version.question.public_id)) for version in pool]


def _elsewhere(found: Measured, version: QuestionVersion) -> list[tuple[Measured, ItemMeasures]]:
    """The same question version in the other versions of its exam: a course changes more often than its questions."""
    people, others = _people(), cohorts.siblings_with(db.session, found.version, version.id)
    return [
        (other, measures_of(
            db.session,
            other.version.id,
            draws.pool_of(db.session, other.version.id),
            people.get(other.version.id, FirstAttempts()).count,
        ).item(version.id))
        for other in others
    ]  # fmt: skip


def letters_of(body: Any) -> dict[str, str]:
    """The letter of each option, in the order its author wrote them."""
    options = options_of(body) if has_options(body) else ()
    return {option["id"]: LETTERS[place % 26] for place, option in enumerate(options)}


def _cloud(rows: Iterable[Row], grave: Collection[Row]) -> list[tuple[float, float, str, str]]:
    """(facility, discrimination, tone, name) of each question with both; only the gravest are named."""
    return [
        (
            row.measures.figures.facility.value,
            row.measures.figures.discrimination.value,
            row.tone,
            row.slug if row in grave else "",
        )
        for row in rows
        if row.measures.figures and row.measures.figures.discrimination
    ]


def _headings() -> list[str]:
    return [
        _("Question"), _("Version"), _("Domain"), _("Type"), _("People"), _("Of them simulated"), _("Facility"),
        _("Facility, low"), _("Facility, high"), _("Discrimination"), _("Discrimination, low"),
        _("Discrimination, high"), _("Efficiency"), _("Weight"), _("Blank"), _("Exposure"), _("To look at"), _("Text"),
    ]  # fmt: skip


def _cells(row: Row) -> list[object]:
    version, measures = row.version, row.measures
    about = [row.slug, version.number, version.domain, version.type, measures.n, measures.simulated]
    if measures.figures is None:
        figures: list[object] = [None] * 9
    else:
        one = measures.figures
        figures = [
            *_with_interval(one.facility, 4), *_with_interval(one.discrimination, 2),
            _rounded(one.efficiency, 2), _rounded(measures.weight, 2), _rounded(measures.blank, 4),
        ]  # fmt: skip
    reading = ", ".join(map(name_of, row.kinds))
    return [*about, *figures, _rounded(row.exposure, 4), reading, localised(version.body.get("stem", ""))]


def _with_interval(estimate: Estimate | None, digits: int) -> list[float | None]:
    if estimate is None:
        return [None, None, None]
    return [_rounded(value, digits) for value in (estimate.value, estimate.low, estimate.high)]


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
