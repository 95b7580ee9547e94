"""Flaws that show only over a bank or a course: telling lengths, telling places, exam items given away in lessons."""

from collections import Counter, defaultdict

from app.authoring.checks_exams import exam_questions
from app.authoring.checks_questions import options, right_and_wrong, text_in
from app.authoring.drafts import Draft
from app.authoring.lessons import QuestionPlace, walk
from app.authoring.reading import Mapping, Node, Scalar, child, items, text_of
from app.authoring.report import Mark, quoted
from app.authoring.shapes import Context
from app.foundation.i18n import gettext as _

SMALLEST_BANK = 20
MOST_SHARE = 0.40


def check(draft: Draft) -> None:
    """W201 and W208 of banks of 20 single questions or more, W208 of exams, W215 of lessons."""
    for bank in draft.banks:
        singles = [
            question
            for question in items(child(bank, "questions"))
            if isinstance(question, Mapping) and text_of(question.get("type")) == "single"
        ]
        singles = [question for question in singles if len(right_and_wrong(question)[0]) == 1]
        if len(singles) >= SMALLEST_BANK:
            _check_lengths(bank, singles, draft.context)
            _check_places(bank, singles, draft.context)
    for exam in draft.exams:
        _check_shuffle(exam, draft.context)
    _check_embedded(draft)


def _key_is_longest(question: Mapping, language: str) -> bool:
    right, wrong = right_and_wrong(question)
    others = [len(text_in(option.get("text"), language)) for option in wrong]
    return bool(others) and len(text_in(right[0].get("text"), language)) > max(others)


def _check_lengths(bank: Node, singles: list[Mapping], context: Context) -> None:
    for language in context.languages:
        share = sum(_key_is_longest(question, language) for question in singles) / len(singles)
        if share > MOST_SHARE:
            message = _(
                "The right option is the longest in %(share)s of 100 questions (%(language)s).",
                share=round(100 * share), language=language,
            )  # fmt: skip
            context.add(bank.mark, "W201", message, _("40 at most"))


def _check_places(bank: Node, singles: list[Mapping], context: Context) -> None:
    places: Counter[int] = Counter()
    for question in singles:
        right = right_and_wrong(question)[0][0]
        places[[option is right for option in options(question)].index(True) + 1] += 1
    place, number = places.most_common(1)[0]
    if number / len(singles) > MOST_SHARE:
        message = _(
            "The right option stands at place %(place)s in %(share)s of 100 questions.",
            place=place, share=round(100 * number / len(singles)),
        )  # fmt: skip
        context.add(bank.mark, "W208", message, _("40 at most"))


def _check_shuffle(exam: Node, context: Context) -> None:
    node = child(child(exam, "shuffle"), "options")
    if isinstance(node, Scalar) and node.value is False:
        context.add(node.mark, "W208", _("The options of this exam are never shuffled."))


def _check_embedded(draft: Draft) -> None:
    embedded: dict[str, list[Mark]] = defaultdict(list)
    for lesson in draft.lessons():
        for part in walk(lesson.parts):
            if isinstance(part, QuestionPlace):
                embedded[part.id].append(Mark(lesson.path, part.line))
    for name in exam_questions(draft) & embedded.keys():
        for mark in embedded[name]:
            message = _("The lesson gives away the exam question “%(id)s”.", id=quoted(name))
            draft.context.add(mark, "W215", message, _("write another one for practice"))
