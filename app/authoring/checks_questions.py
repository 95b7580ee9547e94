"""Checks of one question that its shape cannot say: keys, scores, numbers, units and patterns."""

import re
from collections.abc import Iterable
from itertools import combinations

import re2

from app.authoring.reading import Mapping, Node, Scalar, Sequence, child, entries, is_true, items, number_of, text_of
from app.authoring.report import Mark, nearest, quoted
from app.authoring.schemas import CHOICE_TYPES, MOST_OPTIONS
from app.authoring.shapes import Context, Number
from app.foundation.i18n import gettext as _

WRITTEN_TYPES = ("numeric", "text")
TOLERANCES = ("absolute", "relative", "sigfigs", "geometric")


def check(question: Mapping, context: Context) -> None:
    """E131 to E155, W145, W146 and W154 of a question."""
    kind = text_of(question.get("type"))
    if kind in CHOICE_TYPES:
        check_choices(question, kind, context)
    elif kind in WRITTEN_TYPES:
        check_answers(question, kind, context)


def options(question: Mapping) -> tuple[Mapping, ...]:
    """The options of a choice question; those past the bound have been refused."""
    return tuple(item for item in items(question.get("options"))[:MOST_OPTIONS] if isinstance(item, Mapping))


def right_and_wrong(question: Mapping) -> tuple[list[Mapping], list[Mapping]]:
    """The options marked correct, and the others."""
    every = options(question)
    return [o for o in every if is_true(o.get("correct"))], [o for o in every if not is_true(o.get("correct"))]


def text_in(node: Node | None, language: str) -> str:
    """The text of a node in a language, or the empty string."""
    return text_of(child(node, language) if isinstance(node, Mapping) else node) or ""


def check_choices(question: Mapping, kind: str, context: Context) -> None:
    """E141 to E144, W145 and W146 of what has options: a question, or a gap to choose in."""
    listed = question.get("options")
    if listed is None:
        return
    check_same_identifiers(options(question), context)
    if len(items(listed)) < 2:
        context.add(listed.mark, "E144", _("A question needs two options at least."))
    right, _wrong = right_and_wrong(question)
    if not right:
        context.add(listed.mark, "E143", _("No option is marked as right."), _("add correct: true to it"))
    elif kind != "multiple" and len(right) > 1:
        message = _("Options marked as right: %(number)s; this type has one.", number=len(right))
        context.add(right[1].mark, "E142", message, _("keep one, or use type: multiple"))
    check_same_words([text for option in options(question) if (text := option.get("text")) is not None], context)
    if kind == "multiple" and right and pays_when_all_ticked(question):
        scoring = question.get("scoring")
        place = scoring.mark if scoring is not None else listed.mark
        context.add(
            place, "W145", _("Ticking every option earns points."), _("use scoring: balanced, with wrong options")
        )


def check_same_identifiers(listed: Iterable[Mapping], context: Context) -> None:
    """E141: an id serves once among options, rows, columns or areas."""
    seen: dict[str, Mark] = {}
    for option in listed:
        node = option.get("id")
        word = text_of(node)
        if node is not None and word is not None and word in seen:
            message = _("The option “%(id)s” is already at line %(line)s.", id=quoted(word), line=seen[word].line)
            context.add(node.mark, "E141", message)
        elif node is not None and word is not None:
            seen[word] = node.mark


def check_same_words(nodes: Iterable[Node], context: Context) -> None:
    """W146: two that read the same."""
    for language in context.languages:
        for first, second in combinations(nodes, 2):
            text, other = text_in(first, language), text_in(second, language)
            # Folding drops signs: “-2” and “2”, “<” and “>” are different options.
            if text and " ".join(text.casefold().split()) == " ".join(other.casefold().split()):
                context.add(second.mark, "W146", _("Two options have the same text: “%(text)s”.", text=quoted(text)))


def pays_when_all_ticked(question: Mapping) -> bool:
    """Whether the scoring rule gives more than 0 to someone who ticks everything (formulas: assessment §3)."""
    right, wrong = (len(group) for group in right_and_wrong(question))
    rule = text_of(question.get("scoring")) or "balanced"
    if rule == "net":
        return right > wrong
    if rule == "per-option":
        shares = [(number_of(o.get("credit")), is_true(o.get("correct"))) for o in options(question)]
        return sum((1 / max(right, 1) if ok else 0) if credit is None else credit for credit, ok in shares) > 0
    if rule == "edc":
        return right > 0
    if rule == "halves":
        total = right + wrong
        return wrong == 0 or (wrong == 1 and total >= 3) or (wrong == 2 and total >= 5)
    return wrong == 0


def check_answers(question: Mapping, kind: str, context: Context) -> None:
    """E101 and E143 to E155 of what takes typed answers: a question, or a gap to fill in."""
    answers = question.get("answers")
    every = [item for item in items(answers) if isinstance(item, Mapping)]
    shares = [1 if (credit := number_of(answer.get("credit"))) is None else credit for answer in every]
    if answers is not None and every and max(shares) <= 0:
        context.add(
            answers.mark, "E143", _("No answer is marked as right."), _("one answer has no credit key, or credit: 1")
        )
    for answer in every:
        if kind == "numeric":
            _check_numeric(answer, question, context)
        else:
            _check_text(answer, context)


def _check_one_of(answer: Mapping, keys: tuple[str, str], context: Context) -> None:
    present = [key for key in keys if answer.get(key) is not None]
    if not present:
        context.add(answer.mark, "E101", _("The key “%(key)s” is missing.", key=" / ".join(keys)))
    elif len(present) == 2:
        message = _("“%(first)s” and “%(second)s” exclude each other.", first=keys[0], second=keys[1])
        context.add(answer.mark, "E112", message, _("keep one"))


def _check_numeric(answer: Mapping, question: Mapping, context: Context) -> None:
    _check_one_of(answer, ("value", "range"), context)
    if (bounds := answer.get("range")) is not None:
        _check_range(bounds, context)
    if (tolerance := answer.get("tolerance")) is not None:
        _check_tolerance(tolerance, number_of(answer.get("value")), context)
    unit, known = answer.get("unit"), [text_of(child(item, "unit")) or "" for item in items(question.get("units"))]
    word = text_of(unit)
    if unit is not None and word is not None and word not in known:
        message = _("The unit “%(unit)s” is not among the question’s units.", unit=quoted(word))
        context.add(unit.mark, "E155", message, nearest(word, known) or _("add it under units, with its factor"))


def _check_range(bounds: Node, context: Context) -> None:
    if not isinstance(bounds, Sequence) or len(bounds.items) != 2:
        context.add(bounds.mark, "E153", _("A range has two ends."), _("as in range: [24.5, 25.5]"))
        return
    for end in bounds.items:
        Number().check(end, context)
    low, high = (number_of(end) for end in bounds.items)
    if low is not None and high is not None and low >= high:
        context.add(bounds.mark, "E153", _("A range goes from the smaller number to the larger."))


def _check_tolerance(tolerance: Node, value: int | float | None, context: Context) -> None:
    given = entries(tolerance)
    if len(given) != 1 or given[0].key not in TOLERANCES:
        near = nearest(given[0].key, TOLERANCES) if given else ""
        hint = near or _("one kind, as in tolerance: {absolute: 0.05}; kinds: %(words)s", words=", ".join(TOLERANCES))
        context.add(tolerance.mark, "E153", _("This is not a tolerance."), hint)
        return
    kind, node = given[0].key, given[0].node
    amount = number_of(node)
    if amount is None:
        Number().check(node, context)
    elif amount < 0 or (amount == 0 and kind != "absolute"):
        context.add(node.mark, "E153", _("A tolerance is above zero."))
    elif kind == "sigfigs" and not (isinstance(amount, int) and amount <= 15):
        context.add(node.mark, "E153", _("Significant figures are a whole number from 1 to 15."))
    elif kind in ("relative", "geometric") and value == 0:
        message = _("A relative tolerance around 0 accepts only 0.")
        context.add(node.mark, "W154", message, _("use absolute"))


def _check_text(answer: Mapping, context: Context) -> None:
    _check_one_of(answer, ("value", "regex"), context)
    pattern = answer.get("regex")
    for node in [entry.node for entry in entries(pattern)] if isinstance(pattern, Mapping) else [pattern]:
        if isinstance(node, Scalar) and isinstance(node.value, str):
            problem = _pattern_problem(node.value)
            if problem:
                context.add(node.mark, "E152", _("This is not an RE2 pattern."), problem)


def _pattern_problem(pattern: str) -> str:
    quiet = re2.Options()
    quiet.log_errors = False
    quiet.max_mem = 1 << 20
    try:
        re2.compile(pattern, quiet)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        return _("look-around and back-references are refused") if re.search(r"\(\?|escape", text) else quoted(text)
    return ""
