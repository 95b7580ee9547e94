"""Check the questions of our courses against every rule of item writing that a program can decide."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from statistics import mean

import pytest

from app.authoring.flaws import SHORTEST_COMPARED
from app.authoring.schemas import PARTS_TYPES as PARTS
from tests.content.question_banks import (
    CHOICES,
    COGNITIVE_OFFSETS,
    LANGUAGES,
    OF_COURSE,
    TIERS,
    Question,
    bank,
    both_languages,
    every_question,
    feedbacks,
    numbers,
    option_texts,
    per_bank,
    per_choice_question,
    per_course,
    per_question,
    prose,
    right_and_wrong,
    sentences,
    words,
)

# the shape of each question


@per_course
def test_ids_are_unique_and_named_after_their_bank(course: str) -> None:
    ids = [question["id"] for question in every_question(course)]
    assert len(ids) == len(set(ids))
    for name, prefix in (("lessons", "lecon-"), ("practice", "exercice-"), ("exam", "examen-")):
        assert all(question["id"].startswith(prefix) for question in bank(name, course))


@per_question()
def test_keys_that_every_question_has(question: Question) -> None:
    course = OF_COURSE[id(question)]
    tags = [tag.removeprefix("cog-") for tag in question["tags"] if tag.startswith("cog-")]
    assert len(tags) == 1, "W215"
    assert question["b"] == pytest.approx(TIERS[course["level"]][1] + COGNITIVE_OFFSETS[tags[0]])
    assert question["level"] == course["level"]
    assert re.fullmatch(r"2027-\d\d", question["review_by"])
    assert 1 <= len(question["skills"]) <= 2
    assert set(question["skills"]) & set(course["domains"][question["domain"]]["skills"])


@per_question()
def test_every_wrong_answer_names_its_misconception(question: Question) -> None:
    right, wrong = right_and_wrong(question)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", entry["misconception"]) for entry in wrong), "W215"
    assert not any("misconception" in entry for entry in right)


@per_choice_question()
def test_number_of_options(question: Question) -> None:
    right, _ = right_and_wrong(question)
    least, most, keys = {"single": (3, 4, {1}), "multiple": (4, 6, {2, 3}), "truefalse": (2, 2, {1})}[question["type"]]
    assert least <= len(question["options"]) <= most
    assert len(right) in keys
    assert question.get("scoring") == ("balanced" if question["type"] == "multiple" else None)


@per_course
def test_true_or_false_is_for_practice_and_rare(course: str) -> None:
    assert not any(q["type"] == "truefalse" for name in ("lessons", "exam") for q in bank(name, course))
    assert sum(q["type"] == "truefalse" for q in bank("practice", course)) <= 4


# the words of each question


@both_languages
@per_question()
def test_the_stem_asks_a_question_and_is_short(question: Question, language: str) -> None:
    stem = prose(question["stem"][language])
    assert stem.endswith("?") or question["type"] in PARTS, "W213"
    assert len(words(stem)) <= 90, "W213"
    assert len(sentences(stem)) <= 3, "W213: two sentences of story, then the question"


NEGATIVES = {
    "fr": r"\b(ne|pas|sauf|faux|fausses?|moins|except[ée]e?s?)\b|\bn'",
    "en": r"\b(not|except|false|least)\b|n't\b",
}
CATCH_ALLS = (
    r"\b(toutes|aucune) (de )?ces réponses|\bles deux réponses|\b(all|none) of the above|\bboth answers"
    r"|\b[AB] (et|and) [BC]\b"
)
ABSOLUTES = {
    "fr": r"\b(toujours|jamais|aucune?|uniquement|seule?s?|seulement)\b",
    "en": r"\b(always|never|none|only)\b",
}
HEDGES = {"fr": r"\b(peut|peuvent|souvent|parfois)\b", "en": r"\b(may|can|often|sometimes)\b"}
FORBIDDEN = {
    "fr": r"\b(simplement|évidemment|bien sûr|digital|librairie|prompt|basée?s? sur|l'IA (pense|sait|comprend))\b",
    "en": r"\b(simply|obviously|of course|as you know|AI (thinks|knows|understands))\b",
}


@both_languages
@per_question()
def test_no_negative_stem_no_catch_all_no_forbidden_word(question: Question, language: str) -> None:
    stem, options = prose(question["stem"][language]), option_texts(question, language)
    whole = " ".join([stem, *options, *feedbacks(question, language)])
    assert not re.search(NEGATIVES[language], stem, re.IGNORECASE), "W203"
    assert not re.search(CATCH_ALLS, " ".join(options)), "W202"
    assert not re.search(FORBIDDEN[language], whole, re.IGNORECASE), "W217"
    assert not re.search("[\u00a0\u202f\u2009’“”]", whole), "plain spaces, straight apostrophes and quotes"


@both_languages
@per_choice_question()
def test_neither_absolutes_nor_hedges_give_the_key_away(question: Question, language: str) -> None:
    right, wrong = (" ".join(o["text"][language] for o in group) for group in right_and_wrong(question))
    absolute, hedge = (re.compile(table[language], re.IGNORECASE) for table in (ABSOLUTES, HEDGES))
    assert not (absolute.search(wrong) and not absolute.search(right)), "W204"
    assert not (hedge.search(right) and not hedge.search(wrong)), "W204"


@both_languages
@per_choice_question()
def test_options_differ_and_are_parallel(question: Question, language: str) -> None:
    texts = option_texts(question, language)
    bags = [set(re.findall(r"\w+", text.casefold())) for text in texts if not text.startswith("`")]
    for one, other in combinations(bags, 2):
        assert len(one & other) / len(one | other) <= 0.8, "W206"
    lengths = [len(text) for text in texts]
    assert min(lengths) / max(lengths) >= 0.4, "W214"
    assert len({text[-1] in ".?!" for text in texts}) == 1, "W214"
    assert len({text[0].isupper() for text in texts}) == 1, "W214"


@both_languages
@per_question("single")
def test_options_that_are_numbers_go_up(question: Question, language: str) -> None:
    texts = option_texts(question, language)
    if all(re.fullmatch(r"[\d., ]+\s?(%|min|fois|times)", text) for text in texts):
        values = [numbers(text, language)[0] for text in texts]
        assert values == sorted(set(values)), "W207"


@both_languages
@per_choice_question()
def test_the_key_is_not_betrayed_by_its_length(question: Question, language: str) -> None:
    right, wrong = right_and_wrong(question)
    longest = max(len(option["text"][language]) for option in right)
    assert longest <= 1.25 * mean(len(option["text"][language]) for option in wrong), "W201"


@per_bank
@both_languages
def test_the_key_is_the_longest_in_at_most_two_fifths(course: str, name: str, language: str) -> None:
    chosen = [q for q in bank(name, course) if q["type"] in CHOICES]
    longest = 0
    for question in chosen:
        right, wrong = ([len(o["text"][language]) for o in group] for group in right_and_wrong(question))
        longest += max(right) > max(wrong)
    assert longest <= 0.4 * len(chosen), "W201"


@per_bank
def test_no_position_holds_too_many_keys(course: str, name: str) -> None:
    places = Counter(
        place
        for question in bank(name, course)
        if question["type"] in ("single", "multiple")
        for place, option in enumerate(question["options"])
        if option.get("correct")
    )
    assert max(places.values()) <= 0.4 * places.total(), "W208"


# the two languages


@per_question()
def test_both_languages_have_the_same_load(question: Question) -> None:
    fr, en = (len(prose(question["stem"][x])) + sum(map(len, option_texts(question, x))) for x in LANGUAGES)
    assert en < SHORTEST_COMPARED or 0.85 <= fr / en <= 1.45, "W210"


def texts_by_language(question: Question) -> Iterator[tuple[str, str]]:
    fr, en = ([question["stem"][x], *option_texts(question, x), *feedbacks(question, x)] for x in LANGUAGES)
    yield from zip(map(prose, fr), map(prose, en), strict=True)


@per_question()
def test_numbers_are_the_same_in_both_languages(question: Question) -> None:
    pairs = list(texts_by_language(question))
    same = all(Counter(numbers(fr, "fr")) == Counter(numbers(en, "en")) for fr, en in pairs)
    assert same != question.get("x-localised", False), "W211"


# feedback


@both_languages
@per_question()
def test_feedback_of_wrong_answers(question: Question, language: str) -> None:
    _, wrong = right_and_wrong(question)
    for entry in wrong:
        assert 15 <= len(words(entry["feedback"][language])) <= 45, "W212"


@both_languages
@per_question()
def test_feedback_of_right_answers(question: Question, language: str) -> None:
    right, _ = right_and_wrong(question)
    general = question.get("feedback", {}).get("correct")
    told = [general] if general else [entry["feedback"] for entry in right]
    if not told:  # each pair or row has a feedback of its own
        told = [entry["feedback"] for key in ("pairs", "rows") for entry in question.get(key, ())]
    assert told
    for text in (feedback[language] for feedback in told):
        assert len(words(text)) >= 8, "W212"
        assert len(sentences(text)) == 1
        assert not re.search(r"\b(bravo|bien joué|excellent|well done|correct!|great)\b", text, re.IGNORECASE)


@both_languages
@per_question()
def test_feedback_never_repeats_itself_nor_names_a_letter(question: Question, language: str) -> None:
    told = list(feedbacks(question, language))
    assert len(told) == len(set(told)), "W212"
    assert not any(re.search(r"\b(réponse|option|answer|choice) [A-F]\b", text) for text in told), "W212"
