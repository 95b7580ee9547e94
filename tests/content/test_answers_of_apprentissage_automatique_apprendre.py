"""Recompute every number that a question of the module `apprendre` takes for right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import dist, exp
from statistics import mean
from typing import Any

import pytest

from tests.content.measures import gini
from tests.content.question_banks import (
    COGNITIVE_OFFSETS,
    LANGUAGES,
    Domain,
    Question,
    all_texts,
    both_languages,
    numbers,
    sentences,
    words,
)
from tests.content.written_sums import check_sums

DOMAIN = Domain("apprentissage-automatique", "apprentissage")
BANKS, QUESTIONS = DOMAIN.banks, DOMAIN.questions
every_item = DOMAIN.each()


def known_answers(question: Question) -> Iterator[dict[str, Any]]:
    yield from question.get("answers", ())
    for gap in question.get("gaps", {}).values():
        yield from gap["answers"]


NUMERIC: dict[str, list[float]] = {
    "lecon-apprendre-distance": [dist((40 / 10, 20_000 / 8000), (46 / 10, 26_400 / 8000))],
    "lecon-apprendre-residu": [19 - (5 + 3 * 4)],
    "lecon-apprendre-cote": [exp(1.2) / (1 + exp(1.2))],
    "lecon-apprendre-gini": [gini(2, 8)],
    "lecon-apprendre-profondeur": [min(zip([20, 15, 13, 18], [1, 3, 5, 9], strict=True))[1]],
    "exercice-apprendre-gini-dix": [gini(2, 10)],
    "exercice-apprendre-prevu-et-residu": [4 + 2.5 * 6, 17 - (4 + 2.5 * 6)],
    "exercice-apprendre-cote-de-huit": [8 / 2],
    "examen-apprendre-deux-regles": [dist((50 / 8, 26_000 / 4000), (62 / 8, 34_000 / 4000))],
    "examen-apprendre-residu-signe": [21 - (12 + 1.5 * 8)],
    "examen-apprendre-score-logistique": [exp(-2 + 0.5 * 2) / (1 + exp(-2 + 0.5 * 2))],
    "examen-apprendre-coupe-a-peser": [gini(4, 8), gini(0, 12), (8 * gini(4, 8) + 12 * gini(0, 12)) / 20],
    "examen-apprendre-erreur-absolue": [mean(abs(a - b) for a, b in zip([12, 18, 21], [14, 17, 18], strict=True))],
    "examen-apprendre-a-egalite": [min(zip([18, 15, 15, 19], [2, 3, 5, 8], strict=True))[1]],
}


def test_every_key_that_is_a_number_is_recomputed() -> None:
    asked = DOMAIN.of_types("numeric", "cloze")
    assert asked == set(NUMERIC)
    for name, values in NUMERIC.items():
        right = [answer for answer in known_answers(QUESTIONS[name]) if answer.get("credit", 1) == 1]
        assert len(right) == len(values)
        for answer, value in zip(right, values, strict=True):
            assert abs(answer["value"] - value) <= answer["tolerance"]["absolute"] + 1e-9, name


@every_item
def test_known_errors_stand_clear_of_the_key(question: Question) -> None:
    if question["type"] == "numeric":
        groups = [question["answers"]]
    else:
        groups = [gap["answers"] for gap in question.get("gaps", {}).values()]
    for answers in groups:
        for one in answers:
            for other in answers:
                if one is not other:
                    room = one["tolerance"]["absolute"] + other["tolerance"]["absolute"]
                    assert abs(one["value"] - other["value"]) > room


def test_numbers_told_in_feedback() -> None:
    assert (round(exp(0.8), 2), round(2 / 3, 2)) == (2.23, 0.67)
    gain = 0.04 / 1.04 - 0.02 / 1.02
    assert gain == pytest.approx(0.02, abs=0.002)
    assert (round(exp(1.2), 2), round(exp(-1), 3)) == (3.32, 0.368)
    assert 21 - (12 + 1.5) * 8 == -87
    assert round((4 + 1 + 9) / 3, 2) == 4.67
    assert (4 + 2.5) * 6 == 39
    votes = [1, 0, 1, 0, 0]
    assert [sum(votes[:k]) > k / 2 for k in (1, 3, 5)] == [True, True, False]


@both_languages
@every_item
def test_every_sum_of_a_question_is_right(question: Question, language: str) -> None:
    for text in all_texts(question, language):
        check_sums(text, language)


@every_item
def test_tags_skills_and_numbers(question: Question) -> None:
    (tag,) = (tag.removeprefix("cog-") for tag in question["tags"] if tag.startswith("cog-"))
    assert question["b"] == pytest.approx(0.9 + COGNITIVE_OFFSETS[tag])
    assert question["level"] == "advanced"
    assert question["review_by"] == "2027-11"
    assert question["skills"] in (["machine-learning", "predictive-modelling"], ["ml-practice"])
    for one, other in zip(*(all_texts(question, language) for language in LANGUAGES), strict=True):
        assert Counter(numbers(one, "fr")) == Counter(numbers(other, "en")), "W211"


@both_languages
@every_item
def test_feedback_of_every_type(question: Question, language: str) -> None:
    for entry in (*question.get("options", ()), *known_answers(question), *question.get("pairs", ())):
        if "feedback" not in entry:
            continue
        told = entry["feedback"][language]
        if "misconception" in entry:
            assert 15 <= len(words(told)) <= 45, "W212"
        else:
            assert len(words(told)) >= 8
            assert len(sentences(told)) == 1
    if "feedback" in question:
        assert len(sentences(question["feedback"]["correct"][language])) == 1
        assert 15 <= len(words(question["feedback"]["incorrect"][language])) <= 45


def test_the_pool_of_each_row_of_the_exam_and_its_types() -> None:
    rows = Counter((question["skills"][0], question["tags"][0].removeprefix("cog-")) for question in BANKS["exam"])
    assert rows == {
        ("machine-learning", "remember"): 4,
        ("machine-learning", "understand"): 4,
        ("machine-learning", "apply"): 4,
        ("ml-practice", "apply"): 4,
        ("ml-practice", "analyse"): 4,
    }
    types = Counter(question["type"] for question in BANKS["exam"])
    assert types == {"single": 10, "numeric": 5, "multiple": 2, "matching": 1, "ordering": 1, "cloze": 1}
    assert len(BANKS["practice"]) == 11
    for question in BANKS["exam"]:
        assert all(question["id"] in QUESTIONS[enemy]["enemies"] for enemy in question.get("enemies", ()))
