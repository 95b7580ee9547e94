"""Recompute every number that a question of the module `poser` takes for right."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from statistics import mean, median

import pytest

from tests.content.lesson_files import check_quiz
from tests.content.measures import absolute_error
from tests.content.question_banks import (
    CONTENT,
    Domain,
    Question,
    all_texts,
    both_languages,
    feedbacks,
    numbers,
    option_texts,
)
from tests.content.written_sums import NUMBER, calculate, check_sums

COURSE = CONTENT / "apprentissage-automatique"
DOMAIN = Domain(COURSE.name, "probleme")
QUESTIONS = DOMAIN.questions
in_stem = DOMAIN.in_stem
key_of = DOMAIN.key


@both_languages
@DOMAIN.each("single", "multiple", "truefalse", "numeric", "cloze", "ordering", "matching")
def test_every_sum_of_a_question_is_right(question: Question, language: str) -> None:
    for text in all_texts(question, language):
        check_sums(text, language)


# questions with a number for an answer

KEYS: dict[str, Callable[[list[Fraction]], float]] = {
    "lecon-poser-constante": lambda n: 100 * (n[0] - n[1]) / n[0],
    "lecon-poser-hasard": lambda n: n[2] * n[1] / n[0],
    "lecon-poser-cas-rares": lambda n: 100 / (n[0] * n[1] / 100),
    "exercice-poser-colis": lambda n: 100 * (n[0] - n[1]) / n[0],
    "examen-poser-commandes": lambda n: 100 * (n[0] - n[1]) / n[0],
    "examen-poser-appels-au-sort": lambda n: n[2] * n[1] / n[0],
    "examen-poser-reference-forte": lambda n: n[5] - max(n[3], n[2] * n[1] / n[0]),
    "examen-poser-cinq-attentes": lambda n: absolute_error(n[:5], median(n[:5])) - n[5],
}
GAPS: dict[str, Callable[[list[Fraction]], dict[str, float]]] = {
    "exercice-poser-trois-nombres": lambda n: {
        "exactitude": 100 * (n[0] - n[1]) / n[0],
        "trouves": 0,
        "hasard": n[3] * n[1] / n[0],
    },
    "examen-poser-table-de-mars": lambda n: {"lignes": 4, "uns": 2},
}


def check_answers(answers: list[Question], expected: float, language: str) -> None:
    right, *wrong = answers
    assert right["value"] == pytest.approx(float(expected))
    for entry in wrong:
        assert entry["credit"] == 0
        assert abs(entry["value"] - expected) > entry["tolerance"]["absolute"] + right["tolerance"]["absolute"]
        named = re.search(rf"{NUMBER[language]}(?: [+−×÷] {NUMBER[language]})+", entry["feedback"][language])
        if named and entry["misconception"] in ("rare-share", "share-for-number", "share-called", "value-for-error"):
            result = calculate(named[0], language)
            assert any(abs(s * result - entry["value"]) <= entry["tolerance"]["absolute"] for s in (1, 100)), entry


def test_every_key_is_recomputed() -> None:
    assert set(KEYS) == DOMAIN.of_types("numeric")
    assert set(GAPS) == DOMAIN.of_types("cloze")


@both_languages
@DOMAIN.each("numeric")
def test_numeric_keys(question: Question, language: str) -> None:
    check_answers(question["answers"], float(KEYS[question["id"]](in_stem(question["id"], language))), language)


@both_languages
@DOMAIN.each("cloze")
def test_keys_of_gaps(question: Question, language: str) -> None:
    expected = GAPS[question["id"]](in_stem(question["id"], language))
    assert set(expected) == set(question["gaps"])
    for name, gap in question["gaps"].items():
        check_answers(gap["answers"], float(expected[name]), language)


def test_dates_of_the_questions() -> None:
    decision = date(2026, 3, 31)
    ends = [date(2026, month, day) for month, day in ((3, 28), (4, 12), (4, 30), (5, 4), (6, 9))]
    left = [end for end in ends if end > decision]
    assert (len(left), sum((end - decision).days <= 30 for end in left)) == (4, 2)
    assert date(2026, 4, 15) + timedelta(30) == date(2026, 5, 15)
    assert [date(2026, 5, 31) + timedelta(days) for days in (30, 60)] == [date(2026, 6, 30), date(2026, 7, 30)]


@both_languages
def test_keys_of_single_questions(language: str) -> None:
    rows, ones, _, flagged, accuracy = in_stem("lecon-poser-presque", language)
    texts = [numbers(text, language) for text in option_texts(QUESTIONS["lecon-poser-presque"], language)]
    baseline = 100 * (rows - ones) / rows
    assert texts[1] == [baseline]
    gained = (accuracy - baseline) * rows / 100
    assert gained == 4 <= flagged  # 6 right and 2 wrong among the 8 flagged: such a model exists
    parts, defects, accuracy = in_stem("examen-poser-pieces", language)
    assert numbers(key_of("examen-poser-pieces", language), language) == [100 * (parts - defects) / parts]
    assert accuracy * parts / 100 - (parts - defects) == 5
    first, second = in_stem("examen-poser-foyers", language)
    told_numbers = [numbers(text, language)[0] for text in option_texts(QUESTIONS["examen-poser-foyers"], language)]
    assert told_numbers == [second, (first + second) / 2, first, first]
    running, early, late, before, after = horizons(language)
    assert (before, after) == (30, 60)
    options = [numbers(text, language) for text in option_texts(QUESTIONS["exercice-poser-horizons"], language)]
    assert options == [[early, 1], [early + late, 1], [late, 1, running - early]]


def horizons(language: str) -> list[Fraction]:
    """Rows, stops before the 30th of June, stops before the 30th of July, both horizons."""
    found = in_stem("exercice-poser-horizons", language)
    return [found[1], found[2], found[4], found[6], found[7]]


def test_means_named_by_a_wrong_answer() -> None:
    waits = [3, 4, 6, 7, 20]
    assert (median(waits), absolute_error(waits, 6), mean(waits), absolute_error(waits, 8)) == (
        6,
        4,
        8,
        Fraction("4.8"),
    )
    assert [abs(wait - 6) for wait in waits] == [3, 2, 0, 1, 14]


# the bank of the module


def test_rows_of_the_blueprint_have_enough_questions() -> None:
    found: dict[str, int] = defaultdict(int)
    for question in DOMAIN.banks["exam"]:
        assert "ml-framing" in question["skills"]
        (level,) = (tag for tag in question["tags"] if tag.startswith("cog-"))
        found[level] += 1
    assert found == {"cog-understand": 4, "cog-apply": 4, "cog-analyse": 7}


def test_the_quiz_draws_fewer_than_there_are() -> None:
    check_quiz(COURSE / "modules" / "10-poser", len(DOMAIN.banks["practice"]))


@both_languages
@DOMAIN.each("single", "multiple")
def test_no_feedback_serves_twice(question: Question, language: str) -> None:
    told = list(feedbacks(question, language))
    assert len(told) == len(set(told))
