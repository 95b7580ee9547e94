"""The validator: every check of a course folder, and the course when nothing stands against it."""

from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path

from app.authoring import (
    checks_challenges,
    checks_exams,
    checks_lessons,
    checks_modules,
    checks_parts,
    checks_questions,
    checks_rubrics,
    flaws,
    flaws_banks,
)
from app.authoring.building import build
from app.authoring.drafts import Draft, load
from app.authoring.reading import Node, child, entries, items, text_of
from app.authoring.report import Finding, Mark, Report, nearest, quoted
from app.authoring.shapes import Context
from app.authoring.tree import Course
from app.foundation import clock
from app.foundation.i18n import gettext as _


def check(
    folder: Path | str, skills: Collection[str] | None = None, *, today: date | None = None
) -> tuple[Course | None, list[Finding]]:
    """Validate the course in `folder`; the course is None when any finding is an error.

    `skills` are the ids of the taxonomy (None: skill ids are not checked); `today` (UTC by default)
    decides whether a `review_by` is overdue. Sentences are in the current language.
    """
    report = Report()
    known = None if skills is None else frozenset(skills)
    draft = load(Path(folder), report, today or clock.now().date(), known)
    if draft.course is not None:
        _check_identifiers(draft)
        _check_question_references(draft)
        checks_modules.check(draft)
        checks_lessons.check(draft)
        for question in draft.questions:
            checks_questions.check(question.node, draft.context)
            checks_parts.check(question.node, draft.context, draft.figures)
            flaws.check(question.node, draft.context)
        checks_rubrics.check(draft)
        flaws_banks.check(draft)
        checks_exams.check(draft)
        checks_challenges.check(draft)
    course = None if draft.course is None or report.has_errors else build(draft)
    return course, report.findings()


def _check_identifiers(draft: Draft) -> None:
    """E131: an id serves once in the course."""
    lessons = [
        next(iter(texts.values())).front.get("id") for m in draft.modules for texts in m.lessons.values() if texts
    ]
    kinds: list[list[Node | None]] = [
        [child(module.node, "id") for module in draft.modules],
        # Steps of a course share their addresses.
        [
            *lessons,
            *(child(quiz, "quiz") for quiz in draft.quizzes()),
            *(child(item, "project") for module in draft.modules for item in items(child(module.node, "items"))),
        ],
        [child(bank, "bank") for bank in draft.banks],
        [question.node.get("id") for question in draft.questions],
        [child(exam, "id") for exam in draft.exams],
        # A challenge is a project to whoever marks it.
        [child(project, "id") for project in (*draft.projects, *draft.challenges)],
        *(
            [child(line, "id") for line in items(child(project, "rubric"))]
            for project in (*draft.projects, *draft.challenges)
        ),
        *([child(line, "id") for line in items(child(question.node, "rubric"))] for question in draft.questions),
        *([child(item, "lesson") for item in items(child(module.node, "items"))] for module in draft.modules),
    ]
    for nodes in kinds:
        check_unique(nodes, draft.context)
    _check_lesson_identifiers(draft)


def check_unique(nodes: list[Node | None], context: Context, code: str = "E131") -> None:
    """The same text twice among the nodes is a finding at the second place, naming the first."""
    seen: dict[str, Mark] = {}
    for node in nodes:
        word = text_of(node)
        if node is None or word is None:
            continue
        if word in seen:
            first = f"{seen[word].path}:{seen[word].line}"
            message = _("The id “%(id)s” is already used at %(place)s.", id=quoted(word), place=first)
            context.add(node.mark, code, message, _("an id is never reused"))
        seen.setdefault(word, node.mark)


def _check_lesson_identifiers(draft: Draft) -> None:
    for module in draft.modules:
        for texts in module.lessons.values():
            first = next(iter(texts.values()), None)
            for text in texts.values():
                node, wanted = text.front.get("id"), text_of(first.front.get("id")) if first else None
                if node is not None and wanted is not None and text_of(node) != wanted:
                    hint = _("a lesson has the same id in every language: “%(id)s”", id=quoted(wanted))
                    draft.context.add(node.mark, "E131", _("This lesson has another id in another language."), hint)


def _check_question_references(draft: Draft) -> None:
    """E134 for an unknown domain, E170 for an unknown enemy or case."""
    domains = {entry.key for entry in entries(child(draft.course, "domains"))}
    known = {question.id for question in draft.questions}
    for node in _domain_nodes(draft):
        word = text_of(node)
        if word is not None and domains and word not in domains:
            message = _("The course has no domain “%(word)s”.", word=quoted(word))
            draft.context.add(node.mark, "E134", message, nearest(word, domains))
    for question in draft.questions:
        case = question.node.get("case")
        if case is not None and (word := text_of(case)) not in question.cases:
            message = _("The bank has no case “%(word)s”.", word=quoted(word or ""))
            draft.context.add(case.mark, "E170", message, nearest(word or "", question.cases))
        for enemy in items(question.node.get("enemies")):
            word = text_of(enemy)
            if word is not None and word not in known:
                message = _("There is no question “%(word)s”.", word=quoted(word))
                draft.context.add(enemy.mark, "E170", message, nearest(word, known))


def _domain_nodes(draft: Draft) -> Iterator[Node]:
    rows = [row for quiz in draft.quizzes() for row in items(quiz.get("pick"))]
    rows += [row for exam in draft.exams for row in items(child(exam, "blueprint"))]
    rows += [question.node for question in draft.questions]
    for row in rows:
        node = child(row, "domain")
        if node is not None:
            yield node
