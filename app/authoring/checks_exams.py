"""Checks of exams and projects: blueprint, attempts, window, cut and rubric."""

from app.authoring.checks_modules import check_modules_known
from app.authoring.checks_rubrics import check_rubric
from app.authoring.drafts import Draft
from app.authoring.lessons import QuestionPlace
from app.authoring.pools import check_rows, words
from app.authoring.reading import Node, child, items, number_of, text_of
from app.authoring.report import nearest, quoted
from app.authoring.shapes import Context, parse_moment
from app.foundation.i18n import gettext as _

POOL_RESERVE = 3


def check(draft: Draft) -> None:
    """E101, E162 to W167, E170, E181 and E182 of exams and projects."""
    modules = [text_of(child(module.node, "id")) or "" for module in draft.modules]
    for exam in draft.exams:
        _check_banks(exam, draft)
        banks = exam_banks(exam, draft)
        questions = [question for question in draft.questions if question.bank in banks]
        check_rows(items(child(exam, "blueprint")), questions, draft.context, POOL_RESERVE)
        check_modules_known(items(child(child(exam, "requires"), "modules")), modules, draft.context)
        _check_attempts(exam, draft.context)
        _check_window(exam, draft.context)
        _check_release(exam, draft.context)
        _check_panel(exam, draft.context)
    for project in draft.projects:
        check_rubric(project, draft.context)
        check_no_zero(project, draft.context)


def exam_banks(exam: Node, draft: Draft) -> set[str]:
    """The banks an exam draws from: those it names, else those no quiz draws from, else all."""
    named = words(child(exam, "banks"))
    if named:
        return named
    every = {question.bank for question in draft.questions}
    return every - practice_banks(draft) or every


def practice_banks(draft: Draft) -> set[str]:
    """Banks whose questions learners see with feedback: a quiz names them, or lessons embed half of them."""
    rows = [row for quiz in draft.quizzes() for row in items(quiz.get("pick"))]
    named = {bank for row in rows if (bank := text_of(child(row, "bank"))) is not None}
    embedded = {part.id for lesson in draft.lessons() for part in lesson.parts if isinstance(part, QuestionPlace)}
    return named | {
        bank
        for bank in bank_names(draft)
        if (ids := {question.id for question in draft.questions if question.bank == bank})
        and 2 * len(ids & embedded) >= len(ids)
    }


def exam_questions(draft: Draft) -> set[str]:
    """Ids of the questions of banks that exams alone draw from."""
    banks = {bank for exam in draft.exams for bank in exam_banks(exam, draft)} - practice_banks(draft)
    return {question.id for question in draft.questions if question.bank in banks}


def bank_names(draft: Draft) -> list[str]:
    """Every bank of the course, empty ones included."""
    return [text_of(child(bank, "bank")) or "" for bank in draft.banks]


def _check_banks(exam: Node, draft: Draft) -> None:
    known = bank_names(draft)
    for node in items(child(exam, "banks")):
        word = text_of(node)
        if word is not None and word not in known:
            message = _("The course has no bank “%(word)s”.", word=quoted(word))
            draft.context.add(node.mark, "E170", message, nearest(word, known))


def _check_attempts(exam: Node, context: Context) -> None:
    attempts = child(exam, "attempts")
    most, cooldown = number_of(child(attempts, "max")), child(attempts, "cooldown")
    if attempts is None or not isinstance(most, int) or most > 100:
        return
    given = len(items(cooldown))
    if given != most - 1:
        message = _("Attempts: %(attempts)s; waiting times: %(given)s.", given=given, attempts=most)
        place = cooldown.mark if cooldown is not None else attempts.mark
        context.add(place, "E164", message, _("one between two attempts: %(number)s", number=max(most - 1, 0)))


def _check_window(exam: Node, context: Context) -> None:
    window = child(exam, "window")
    opens, closes = parse_moment(text_of(child(window, "opens"))), parse_moment(text_of(child(window, "closes")))
    if window is not None and opens and closes and closes <= opens:
        context.add(window.mark, "E165", _("The window closes before it opens."))


def _check_release(exam: Node, context: Context) -> None:
    """E166: results let out at the close of a window that never closes; W167: attempts that could never be sat."""
    release = child(child(exam, "feedback"), "release")
    if release is None or text_of(release) != "window":
        return
    if parse_moment(text_of(child(child(exam, "window"), "closes"))) is None:
        message = _("Results come out when the window closes, and this one never does.")
        context.add(release.mark, "E166", message, _("give `window` its `closes`, or choose `at_once` or `staff`"))
    attempts = child(exam, "attempts")
    most = number_of(child(attempts, "max"))
    if attempts is None or most is None or most > 1:
        place = attempts.mark if attempts is not None else release.mark
        message = _(
            "Nobody can sit this exam twice: the result comes out once it is closed, and a new attempt waits for it."
        )
        context.add(place, "W167", message, _("`attempts: {max: 1}`, or another `release`"))


def _check_panel(exam: Node, context: Context) -> None:
    decision = child(exam, "pass")
    if decision is not None and text_of(child(decision, "method")) == "angoff" and child(decision, "panel") is None:
        message = _("The key “%(key)s” is missing.", key="panel")
        context.add(decision.mark, "E101", message, _("the month in which the panel sat, as in 2026-11"))


def check_no_zero(project: Node, context: Context) -> None:
    """E170: what may not be left at zero is a line of the rubric."""
    known = {text_of(child(line, "id")) or "" for line in items(child(project, "rubric"))}
    for node in items(child(child(project, "pass"), "no_zero")):
        word = text_of(node)
        if word is not None and word not in known:
            message = _("The rubric has no line “%(word)s”.", word=quoted(word))
            context.add(node.mark, "E170", message, nearest(word, known))
