"""Checks of rubrics, of the essays and files that people mark by them, and of where such questions may be asked."""

from collections.abc import Iterable

from app.authoring.drafts import Draft, QuestionDraft
from app.authoring.lessons import QuestionPlace, walk
from app.authoring.pools import pool
from app.authoring.reading import Node, child, items, number_of, text_of
from app.authoring.report import Mark, quoted
from app.authoring.schemas import RUBRIC_TYPES
from app.authoring.shapes import Context
from app.foundation.i18n import gettext as _


def check_rubric(node: Node, context: Context) -> None:
    """E182 of the rubric of a project, an essay or a file: a line weighs, points increase."""
    lines = items(child(node, "rubric"))
    if lines and all(number_of(child(line, "weight")) == 0 for line in lines):
        context.add(lines[0].mark, "E182", _("One line of a rubric at least must weigh more than 0."))
    for line in lines:
        before: int | float | None = None
        for level in items(child(line, "levels")):
            points_node = child(level, "points")
            points = number_of(points_node)
            if points_node is not None and points is not None:
                if before is not None and points <= before:
                    message = _("The points of a rubric’s levels must increase.")
                    context.add(points_node.mark, "E182", message, _("more than %(points)s", points=before))
                before = points


def check(draft: Draft) -> None:
    """E182 and W185 of the questions that people mark; E184 and W186 where exercises ask them."""
    asked = [question for question in draft.questions if text_of(question.node.get("type")) in RUBRIC_TYPES]
    for question in asked:
        check_rubric(question.node, draft.context)
        _check_lowest_levels(question.node, draft.context)
        if text_of(question.node.get("type")) == "essay" and question.node.get("max_words") is None:
            message = _("This essay has no limit of words.")
            draft.context.add(question.node.mark, "W185", message, _("as in max_words: 300"))
    practised = _practised(draft)
    for question in asked:
        if question.id in practised:
            _check_practice(question, practised[question.id], draft.context)
    _check_quizzes(draft, {question.id for question in asked})


def _check_lowest_levels(question: Node, context: Context) -> None:
    """W185: an answer that shows nothing should earn nothing."""
    for line in items(child(question, "rubric")):
        lowest = next((child(level, "points") for level in items(child(line, "levels"))), None)
        points = number_of(lowest)
        if lowest is not None and points is not None and points > 0:
            message = _("The weakest level of this line earns points.")
            context.add(lowest.mark, "W185", message, _("begin at points: 0"))


def _practised(draft: Draft) -> dict[str, Mark]:
    """The questions that lessons embed or quizzes may draw, each with the first place that does."""
    found: dict[str, Mark] = {}
    for lesson in draft.lessons():
        for part in walk(lesson.parts):
            if isinstance(part, QuestionPlace):
                found.setdefault(part.id, Mark(lesson.path, part.line))
    for row in _rows(draft):
        for question_id in pool(row, draft.questions):
            found.setdefault(question_id, row.mark)
    return found


def _rows(draft: Draft) -> Iterable[Node]:
    return [row for quiz in draft.quizzes() for row in items(quiz.get("pick"))]


def _check_practice(question: QuestionDraft, place: Mark, context: Context) -> None:
    """E184: nobody reads a file of exercises; W186: an essay is compared with a model answer, so it needs one."""
    if text_of(question.node.get("type")) == "file":
        message = _("Exercises and lessons cannot ask for a file: “%(id)s”.", id=quoted(question.id))
        context.add(place, "E184", message, _("ask for it in an exam or a project, from a bank of its own"))
    elif question.node.get("solution") is None:
        message = _("Exercises ask this essay, and it has no solution to compare with.")
        context.add(question.node.mark, "W186", message, _("write a model answer under solution"))


def _check_quizzes(draft: Draft, by_people: set[str]) -> None:
    """W186: essays do not count in exercises, so a quiz of nothing else can never be passed."""
    for quiz in draft.quizzes():
        drawn = set().union(*(pool(row, draft.questions) for row in items(quiz.get("pick"))))
        if drawn and drawn <= by_people:
            message = _("This quiz asks essays only, which do not count in exercises: nobody can pass it.")
            draft.context.add(quiz.mark, "W186", message, _("add questions that are marked at once"))
