"""Checks of lessons: links, questions, figures, worked examples, dated facts and words to avoid."""

import re

from app.authoring.drafts import Draft, LessonDraft
from app.authoring.lessons import Container, Goal, Part, Picture, Prose, QuestionPlace, prose_words, walk
from app.authoring.report import Mark, nearest, quoted
from app.authoring.shapes import Context, parse_month
from app.authoring.words import forbidden_words
from app.foundation.i18n import gettext as _
from app.foundation.markdown import heading_slug

_IMAGE = re.compile(r"!\[[^\]]{0,2000}\]\([^)\n]{0,500}\)")
_HERE = re.compile(r"\]\(#([^)\s]{0,200})\)")
_HEADING = re.compile(r"#{1,6}[ \t]+(.+)")


def check(draft: Draft) -> None:
    """E101, E112, E170, W171 and W217 of every lesson."""
    known = {question.id for question in draft.questions}
    for lesson in draft.lessons():
        headings = _headings(lesson)
        for part in walk(lesson.parts):
            _check_part(part, lesson, draft, known)
            if isinstance(part, Prose):
                _check_prose(part, lesson, draft.context, headings)


def _check_part(part: Part, lesson: LessonDraft, draft: Draft, known: set[str]) -> None:
    mark = Mark(lesson.path, part.line)
    match part:
        case QuestionPlace() if part.id not in known:
            message = _("There is no question “%(word)s”.", word=quoted(part.id))
            draft.context.add(mark, "E170", message, nearest(part.id, known))
        case Picture():
            _check_picture(part, mark, draft)
        case Container():
            _check_container(part, mark, draft.context)
        case _:
            pass


def _check_picture(part: Picture, mark: Mark, draft: Draft) -> None:
    if not part.alternative.strip():
        hint = _("say what is drawn and its scale: ![Five points, …](…)")
        draft.context.add(mark, "W171", _("The figure has no text alternative."), hint)
    if not part.source.endswith(".svg"):
        hint = _("figures are SVG drawings: media/name.fr.svg")
        draft.context.add(mark, "E135", _("Pictures other than SVG are not supported yet."), hint)
    elif part.source not in draft.figures:
        message = _("There is no figure %(path)s that can be shown.", path=quoted(part.source))
        draft.context.add(mark, "E170", message, nearest(part.source, draft.figures))


def _check_container(part: Container, mark: Mark, context: Context) -> None:
    if part.name in ("worked", "data") and not part.argument:
        hint = _("as in ::: %(name)s The customer’s order", name=part.name)
        context.add(mark, "E101", _("This block has no title."), hint)
    if part.name == "worked" and not any(isinstance(inner, Goal) for inner in part.parts):
        context.add(mark, "E101", _("A worked example needs steps."), _("start each with “#### ” and its goal"))
    if part.name == "dated":
        for key in ("checked", "source"):
            if not part.attribute(key):
                hint = _('as in ::: dated checked=2026-11 source="Regulation (EU) 2024/1689"')
                context.add(mark, "E101", _("The key “%(key)s” is missing.", key=key), hint)
        if part.attribute("checked") and parse_month(part.attribute("checked")) is None:
            context.add(mark, "E112", _("This should be %(expected)s.", expected=_("a month")), _("as in 2027-05"))
    if not part.parts:
        context.add(mark, "E101", _("The block is empty."))


def _headings(lesson: LessonDraft) -> set[str]:
    lines = [
        line for part in walk(lesson.parts) if isinstance(part, Prose) for line in prose_words(part.text).split("\n")
    ]
    titles = [match[1] for line in lines if (match := _HEADING.fullmatch(line))]
    titles += [part.argument for part in walk(lesson.parts) if isinstance(part, Container) and part.name == "worked"]
    return {heading_slug(title) for title in titles}


def _check_prose(part: Prose, lesson: LessonDraft, context: Context, headings: set[str]) -> None:
    words = prose_words(part.text).split("\n")
    for number, (line, shown) in enumerate(zip(part.text.split("\n"), words, strict=True)):
        mark = Mark(lesson.path, part.line + number)
        if not shown:
            continue
        if image := _IMAGE.search(line):
            message = _("A figure stands alone between two empty lines.")
            context.add(Mark(mark.path, mark.line, image.start() + 1), "E112", message, quoted(image.group()))
        for target in _HERE.findall(line):
            if target.removeprefix("part-") not in headings:
                message = _("No heading of this lesson answers to “#%(name)s”.", name=quoted(target))
                context.add(mark, "E170", message, nearest(target, headings))
        for word, better in forbidden_words(shown, lesson.language):
            message = _("Avoid “%(word)s” in a course.", word=quoted(word))
            context.add(Mark(mark.path, mark.line, shown.find(word) + 1), "W217", message, better)
