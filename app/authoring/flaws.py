"""Flaws of one question that a machine can see (W2xx, content §2): warnings, for a person to judge."""

import re
from itertools import combinations

from app.authoring.checks_questions import options, right_and_wrong, text_in
from app.authoring.lessons import prose_words
from app.authoring.numbers import Quantity, numbers_in, quantity
from app.authoring.reading import Mapping, Node, child, entries, is_true, items, number_of, text_of
from app.authoring.report import quoted
from app.authoring.schemas import CHOICE_TYPES, MOST_OPTIONS, PARTS_TYPES, RUBRIC_TYPES
from app.authoring.shapes import Context
from app.authoring.words import forbidden_words, holds
from app.foundation.i18n import gettext as _

LONGEST_STEM_WORDS, MOST_STORY_SENTENCES, FEWEST_FEEDBACK_WORDS = 90, 2, 8
KEY_LENGTH_RATIO, SAME_WORDS_SHARE = 1.25, 0.8
LEAST_LENGTH_RATIO, MOST_LENGTH_RATIO, SHORTEST_COMPARED = 0.85, 1.45, 40


def check(question: Mapping, context: Context) -> None:
    """W201 to W217 of a question, those marked *auto*."""
    for language in context.languages:
        _check_stem(question, language, context)
        _check_words(question, language, context)
        if text_of(question.get("type")) in CHOICE_TYPES:
            _check_options(question, language, context)
            _check_numeric_options(question, language, context)
    _check_feedback(question, context)
    _check_rounding(question, context)
    _check_languages(question, context)
    _check_tags(question, context)


def sentences(text: str) -> list[str]:
    """The sentences of a text; a point inside a number or an address ends none."""
    return [piece for piece in re.split(r"(?<=[.?!…])[\s\u00a0\u202f]+", text.strip()) if piece]


def _prose(node: Node | None, language: str) -> str:
    """The words of a text without its programs and tables: `not` in a program asks nothing."""
    return prose_words(text_in(node, language))


def _check_stem(question: Mapping, language: str, context: Context) -> None:
    node, stem = question.get("stem"), _prose(question.get("stem"), language)
    if node is None or not stem:
        return
    mark = (child(node, language) or node).mark
    asked = [sentence for sentence in sentences(stem) if sentence.rstrip(' »”"*').endswith("?")]
    may_tell = text_of(question.get("type")) in (*PARTS_TYPES, *RUBRIC_TYPES)  # put in order, match, explain
    if not may_tell and not asked and not re.search(r"\[\[|…|___", stem):
        context.add(mark, "W213", _("The stem asks no question."), _("end it with a question mark"))
    if len(stem.split()) > LONGEST_STEM_WORDS:
        context.add(mark, "W213", _("The stem has more than %(number)s words.", number=LONGEST_STEM_WORDS))
    sets_a_scene = text_of(question.get("type")) in RUBRIC_TYPES  # there is something to write about
    if not sets_a_scene and len(sentences(stem)) - len(asked) > MOST_STORY_SENTENCES:
        context.add(mark, "W213", _("The stem tells a story of more than two sentences."))
    for sentence in asked[-1:]:
        _check_negation(question, sentence, language, context, node)


def _check_negation(question: Mapping, sentence: str, language: str, context: Context, node: Node) -> None:
    found = holds("negation", sentence, language)
    excused = question.get("x-why-negative") is not None and "**" in sentence
    if found and not excused:
        hint = _("ask it the other way round, or put the word in bold and say why in x-why-negative")
        mark = (child(node, language) or node).mark
        context.add(mark, "W203", _("The question is negative: “%(word)s”.", word=quoted(found.group())), hint)


def _check_words(question: Mapping, language: str, context: Context) -> None:
    texts = [question.get("stem"), *_feedback(question)]
    texts += _choices(question)
    for node in texts:
        for word, better in forbidden_words(text_in(node, language), language):
            place = (child(node, language) if node else None) or node or question
            context.add(place.mark, "W217", _("Avoid “%(word)s” in a course.", word=quoted(word)), better)


def _check_options(question: Mapping, language: str, context: Context) -> None:
    texts = {id(option): text_in(option.get("text"), language) for option in options(question)}
    for option in options(question):
        if found := holds("all-or-none", texts[id(option)], language):
            message = _("“%(words)s” is not an option of its own.", words=quoted(found.group()))
            context.add(option.mark, "W202", message, _("write the option out, or use type: multiple"))
    for first, second in combinations(options(question), 2):
        one, other = _words(texts[id(first)]), _words(texts[id(second)])
        if one != other and one and other and len(one & other) / len(one | other) > SAME_WORDS_SHARE:
            context.add(second.mark, "W206", _("Two options have nearly the same words."))
    right, wrong = right_and_wrong(question)
    if len(right) == 1 and wrong:
        key, others = texts[id(right[0])], [texts[id(option)] for option in wrong]
        _check_key(right[0], key, others, language, context)


def _words(text: str) -> set[str]:
    if text.startswith("`"):  # in a program the order of the same words changes everything
        return {text}
    return set(re.findall(r"[\w%]+", text.casefold()))


def _check_key(option: Mapping, key: str, others: list[str], language: str, context: Context) -> None:
    mean = sum(map(len, others)) / len(others)
    if quantity(key, language) is None and mean and len(key) > KEY_LENGTH_RATIO * mean:
        message = _("The right option is longer than the others (%(language)s).", language=language)
        context.add(option.mark, "W201", message, _("shorten it, or make the others as precise"))
    absolute = all(holds("absolute", other, language) for other in others) and not holds("absolute", key, language)
    hedged = holds("hedge", key, language) and not any(holds("hedge", other, language) for other in others)
    if absolute or hedged:
        hint = _("“always” and “never” point to wrong options, “may” and “often” to the right one")
        context.add(
            option.mark,
            "W204",
            _("A word tells the right option from the others (%(language)s).", language=language),
            hint,
        )


def _check_numeric_options(question: Mapping, language: str, context: Context) -> None:
    read = [(option, quantity(text_in(option.get("text"), language), language)) for option in options(question)]
    found: list[tuple[Mapping, Quantity]] = [(option, number) for option, number in read if number is not None]
    if len(found) < 2 or len(found) != len(read):
        return
    for (_first, one), (option, other) in combinations(found, 2):
        if one.overlaps(other):
            context.add(option.mark, "W207", _("Two options overlap."), _("as in 10 to 19, 20 to 29"))
    lows = [number.low for _option, number in found]
    if lows not in (sorted(lows), sorted(lows, reverse=True)):
        context.add(found[0][0].mark, "W207", _("The options are numbers out of order."), _("sort them by value"))
    if len({bool(number.unit) for _option, number in found}) == 2:
        context.add(found[0][0].mark, "W207", _("Some options have a unit and others none."))


def _parts(question: Mapping) -> list[Node]:
    """Everything in a question that has words or feedback of its own: options, pairs, rows, areas, gaps and theirs."""
    gaps = [entry.node for entry in entries(question.get("gaps"))]
    of_gaps = [item for gap in gaps for key in ("options", "answers") for item in items(child(gap, key))]
    keys = ("options", "answers", "pairs", "rows", "columns", "areas")
    return [*(item for key in keys for item in items(question.get(key))[:MOST_OPTIONS]), *of_gaps]


def _choices(question: Mapping) -> list[Node]:
    """The words that a candidate reads under the stem."""
    words = [node for part in _parts(question) for key in ("text", "left", "right") if (node := child(part, key))]
    lines = items(question.get("rubric"))
    words += [node for line in lines if (node := child(line, "title"))]
    words += [node for line in lines for level in items(child(line, "levels")) if (node := child(level, "text"))]
    return [*words, *items(question.get("order"))[:MOST_OPTIONS], *items(question.get("distractors"))[:MOST_OPTIONS]]


def _feedback(question: Mapping) -> list[Node]:
    found = [entry.node for entry in entries(question.get("feedback"))]
    return found + [node for part in _parts(question) if (node := child(part, "feedback")) is not None]


def _check_feedback(question: Mapping, context: Context) -> None:
    general = {entry.key for entry in entries(question.get("feedback"))}
    for option in options(question):
        key = "correct" if is_true(option.get("correct")) else "incorrect"
        if option.get("feedback") is None and not general & {key, "general"}:
            context.add(option.mark, "W212", _("This option has no feedback."), _("say why, in 15 to 45 words"))
    is_typed_or_in_parts = question.get("answers") is not None or text_of(question.get("type")) in PARTS_TYPES
    if is_typed_or_in_parts and not _feedback(question):
        context.add(question.mark, "W212", _("This question has no feedback."), _("say why, in 15 to 45 words"))
    seen: set[tuple[str, str]] = set()
    for node in _feedback(question):
        for language in context.languages:
            _check_sentence(node, language, seen, context)


def _check_sentence(node: Node, language: str, seen: set[tuple[str, str]], context: Context) -> None:
    text = text_in(node, language)
    mark = (child(node, language) or node).mark
    if not text:
        return
    if (language, text) in seen:
        context.add(mark, "W212", _("The same feedback serves twice."))
    seen.add((language, text))
    if len(text.split()) < FEWEST_FEEDBACK_WORDS:
        context.add(mark, "W212", _("The feedback has fewer than eight words."), _("say why, in 15 to 45 words"))
    if found := holds("letter", text, language):
        message = _("The feedback names “%(word)s”.", word=quoted(found.group()))
        context.add(mark, "W212", message, _("options are shuffled: repeat the words of the option"))


def _check_rounding(question: Mapping, context: Context) -> None:
    for language in context.languages:
        step = _rounding_step(text_in(question.get("stem"), language))
        for answer in items(question.get("answers")):
            node = child(child(answer, "tolerance"), "absolute")
            amount = number_of(node)
            # Half a unit of the last digit asked, less a hair for binary decimals.
            if node is not None and amount is not None and step is not None and amount < step / 2 * (1 - 1e-9):
                context.add(
                    node.mark,
                    "W207",
                    _("The tolerance is tighter than the rounding asked."),
                    _("at least %(number)s", number=f"{step / 2:g}"),
                )


def _rounding_step(stem: str) -> float | None:
    names = {"one": 1, "two": 2, "three": 3, "une": 1, "deux": 2, "trois": 3}
    if match := re.search(r"\b(\d|one|two|three|une|deux|trois) (?:decimals?|decimal places?|décimales?)\b", stem):
        digits = int(match[1]) if match[1].isdigit() else names[match[1]]
        return float(10**-digits)
    if match := re.search(r"à (0,0*1|1)[\s\u00a0\u202f]?(?:[%\w]+[\s\u00a0\u202f])?près", stem):
        return float(match[1].replace(",", "."))
    return None


def _check_languages(question: Mapping, context: Context) -> None:
    """W210 and W211: the French and the English must carry the same load and the same numbers."""
    if not {"fr", "en"} <= set(context.languages):
        return
    nodes = [question.get("stem"), *_choices(question)]
    french, english = ("\n".join(_prose(node, language) for node in nodes) for language in ("fr", "en"))
    if not _prose(question.get("stem"), "fr") or not _prose(question.get("stem"), "en"):
        return
    ratio = len(french) / max(len(english), 1)
    if len(english) >= SHORTEST_COMPARED and not LEAST_LENGTH_RATIO <= ratio <= MOST_LENGTH_RATIO:
        message = _("The French is %(ratio)s times as long as the English.", ratio=f"{ratio:.2f}")
        context.add(question.mark, "W210", message, _("between 0.85 and 1.45"))
    if is_true(question.get("x-localised")):
        return
    apart = numbers_in(french, "fr") ^ numbers_in(english, "en")
    if apart:
        message = _("Numbers differ between French and English: %(numbers)s.", numbers=", ".join(sorted(apart)[:6]))
        context.add(question.mark, "W211", message, _("or say x-localised: true"))


def _check_tags(question: Mapping, context: Context) -> None:
    tags = {text_of(item) or "" for item in items(question.get("tags"))}
    if not any(tag.startswith("cog-") for tag in tags):
        hint = "cog-remember, cog-understand, cog-apply, cog-analyse"
        context.add(question.mark, "W215", _("The question has no cognitive level."), hint)
    if "dated" in tags and question.get("review_by") is None:
        context.add(question.mark, "W215", _("A dated question needs a day of review."), "review_by: 2027-05")
    wrong = [*right_and_wrong(question)[1]]
    wrong += [a for a in items(question.get("answers")) if isinstance(a, Mapping) and number_of(a.get("credit")) == 0]
    if question.get("misconception") is None and not any(tag.startswith("misc-") for tag in tags):
        for option in wrong:
            if option.get("misconception") is None:
                context.add(option.mark, "W215", _("This wrong option names no misconception."), "misconception: …")
