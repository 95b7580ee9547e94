"""The gradebook as CSV: what the page shows, numbers as numbers, in the reader's language; no accommodation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.assessment.models import Result
from app.foundation.i18n import current_language, localised
from app.foundation.i18n import gettext as _
from app.foundation.sheets import BYTE_ORDER_MARK, numeral, separator_in, written
from app.gradebook.queries import Exam, Row
from app.gradebook.rules import Blank
from app.gradebook.wording import BLANKS, PROJECT_STATES, certificate_in_words, name_of, outcome_in_words

MOST_ROWS = 20_000


def as_csv(rows: Sequence[Row], quizzes: Mapping[str, Any], projects: Mapping[str, Any], *, with_exam: bool) -> str:
    """These rows with a heading; `quizzes` and `projects` are the titles of their columns by slug, as on the page."""
    heads = [_("Name"), _("Cohort"), _("Progress, in percent")]
    heads += [_("%(module)s: exercises, in percent", module=localised(title)) for title in quizzes.values()]
    for title in map(localised, projects.values()):
        heads += [
            _("%(project)s: state", project=title), _("%(project)s: score, in percent", project=title),
            _("%(project)s: times handed in again", project=title),
        ]  # fmt: skip
    if with_exam:
        heads += [
            _("Attempts used"), _("Attempts allowed"), _("Latest mark"), _("Latest mark: out of"), _("Best mark"),
            _("Best mark: out of"), _("Best mark: to pass"), _("Outcome"), _("Certificate"),
        ]  # fmt: skip
    body = [_cells(row, quizzes, projects, with_exam=with_exam) for row in rows]
    return BYTE_ORDER_MARK + written([heads, *body], separator_in(current_language()))


def _cells(row: Row, quizzes: Mapping[str, Any], projects: Mapping[str, Any], *, with_exam: bool) -> list[str]:
    language = current_language()
    name = name_of(row.person.name)
    cells = [
        _("%(name)s (simulated)", name=name) if row.person.simulated else name,
        ", ".join(one.name for one in row.cohorts),
        numeral(row.percent, language),
    ]
    cells += [_quiz(row, slug) for slug in quizzes]
    cells += [cell for slug in projects for cell in _project(row, slug)]
    return [*cells, *_exam(row)] if with_exam else cells


def _quiz(row: Row, slug: str) -> str:
    quiz = row.quizzes.get(slug)
    if quiz is None or quiz.percent is None:
        return str(BLANKS[Blank.ELSEWHERE if quiz is None else quiz.blank or Blank.NOT_BEGUN])
    return numeral(quiz.percent, current_language())


def _project(row: Row, slug: str) -> list[str]:
    work = row.projects.get(slug)
    if work is None or work.outcome is None:
        return [str(BLANKS[Blank.ELSEWHERE if work is None else work.blank or Blank.NOT_BEGUN]), "", ""]
    percent, language = work.outcome.percent, current_language()
    score = "" if percent is None else numeral(percent, language)
    return [str(PROJECT_STATES[work.outcome.state]), score, numeral(work.outcome.resubmissions, language)]


def _exam(row: Row) -> list[str]:
    exam = row.exam
    if exam is None:
        return [str(BLANKS[Blank.ELSEWHERE]), *[""] * 7, certificate_in_words(row)]
    most = numeral(exam.most, current_language()) if exam.most is not None else ""
    return [
        numeral(exam.used, current_language()), most, *_mark(exam, exam.latest)[:2], *_mark(exam, exam.best),
        outcome_in_words(exam), certificate_in_words(row),
    ]  # fmt: skip


def _mark(exam: Exam, result: Result | None) -> list[str]:
    """The mark, its maximum and its cut; why there is none in the place of the mark."""
    if result is None:
        return [str(BLANKS[exam.blank or Blank.NOT_FINISHED]), "", ""]
    return [numeral(value, current_language()) for value in (result.total, result.max_points, result.cut)]
