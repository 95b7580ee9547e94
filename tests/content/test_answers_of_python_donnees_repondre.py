"""Recompute every number that a question of the module `repondre` takes for right, and run the code it shows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction
from statistics import mean, median, pstdev
from typing import Any

import pytest

from app.assessment.texts import Match
from tests.content.lesson_files import check_quiz
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
from tests.content.shown_programs import blocks, displayed
from tests.content.written_sums import check_sum_named, check_sums

COURSE = CONTENT / "python-donnees"
DOMAIN = Domain(COURSE.name, "repondre")
QUESTIONS = DOMAIN.questions
in_stem = DOMAIN.in_stem
key_of = DOMAIN.key


@both_languages
@DOMAIN.each("single", "multiple", "numeric", "text", "cloze", "ordering", "matching", "matrix")
def test_every_sum_of_a_question_is_right(question: Question, language: str) -> None:
    for text in all_texts(question, language):
        check_sums(text, language)


# questions with a number for an answer

KEYS: dict[str, Callable[[list[Fraction]], float]] = {
    "lecon-grouper-ensemble": lambda n: (n[0] * n[1] + n[2] * n[3]) / n[4],
    "lecon-resume-mediane": median,
    "lecon-graphique-axe": lambda n: (n[1] - n[2]) / (n[0] - n[2]),
    "exercice-repondre-dix-freins": lambda n: (n[1] * n[2] + n[3] * n[4] + n[5] * n[6]) / n[0],
    "exercice-repondre-treizieme": lambda n: (n[0] * n[1] + n[2]) / n[3],
    "examen-repondre-six-durees": median,
    "examen-repondre-dix-ordres": lambda n: (n[0] * n[1] + n[2] * n[3]) / n[4],
    "examen-repondre-ecart-type": pstdev,
    "examen-repondre-longueur": lambda n: n[1] * n[2] / n[0],
}
GAPS: dict[str, Callable[[list[Fraction]], dict[str, float]]] = {
    "exercice-repondre-deux-rapports": lambda n: {
        "nombres": n[1] / n[0],
        "longueurs": (n[1] - n[2]) / (n[0] - n[2]),
    },
    "examen-repondre-cinq-prix": lambda n: {"somme": sum(n[:5]), "moyenne": mean(n[:5]), "mediane": median(n[:5])},
    "examen-repondre-ligne-de-dole": lambda n: {
        "effectif": 3,
        "somme": n[0] + n[2] + n[3],
        "moyenne": (n[0] + n[2] + n[3]) / 3,
    },
}


def check_answers(answers: list[Question], expected: float, language: str) -> None:
    right, *wrong = answers
    assert right["value"] == pytest.approx(float(expected))
    for entry in wrong:
        assert entry["credit"] == 0
        assert abs(entry["value"] - expected) > entry["tolerance"]["absolute"] + right["tolerance"]["absolute"]
        check_sum_named(entry, language, 1, 100)


def test_every_key_is_recomputed() -> None:
    assert set(KEYS) == DOMAIN.of_types("numeric")
    assert set(GAPS) == DOMAIN.of_types("cloze")


@both_languages
@DOMAIN.each("numeric")
def test_numeric_keys(question: Question, language: str) -> None:
    found = in_stem(question["id"], language)
    check_answers(question["answers"], float(KEYS[question["id"]](found)), language)


@both_languages
@DOMAIN.each("cloze")
def test_keys_of_gaps(question: Question, language: str) -> None:
    expected = GAPS[question["id"]](in_stem(question["id"], language))
    assert set(expected) == set(question["gaps"])
    for name, gap in question["gaps"].items():
        check_answers(gap["answers"], float(expected[name]), language)


@both_languages
def test_keys_of_single_questions(language: str) -> None:
    *minutes, shared, _ = in_stem("examen-repondre-partage", language)
    assert mean(minutes) == shared
    *prices, bikes = in_stem("examen-repondre-budget", language)
    options = [numbers(text, language)[0] for text in option_texts(QUESTIONS["examen-repondre-budget"], language)]
    assert options == [bikes * each for each in (mean(prices[:4]), median(prices), mean(prices), max(prices))]
    assert numbers(key_of("examen-repondre-budget", language), language) == [bikes * mean(prices)]
    tunde, other = (in_stem("examen-repondre-deux-carnets", language)[n : n + 3] for n in (0, 3))
    assert (mean(tunde), median(tunde), len(tunde)) == (mean(other), median(other), len(other))
    assert [max(series) - min(series) for series in (tunde, other)] == [4, 30]
    first, second, start = in_stem("examen-repondre-axe-coupe", language)
    assert (second - start) / (first - start) == 4
    assert round((second / first - 1) * 100) == 6 == numbers(key_of("examen-repondre-axe-coupe", language), language)[0]
    middle, highest, corrected = in_stem("examen-repondre-prix-corrige", language)
    prices = [middle + n for n in range(-4, 4)] + [highest]
    assert median(prices) == median([*prices[:-1], corrected]) == middle
    assert mean([*prices[:-1], corrected]) - mean(prices) == 60
    *_, long = in_stem("exercice-repondre-cadre-tordu", language)
    assert long == 4 * 60


def test_the_gap_between_two_programs_can_happen() -> None:
    counts, means = (15, 4, 1), (30, 45, 90)
    assert sum(counts) == 20
    assert sum(n * m for n, m in zip(counts, means, strict=True)) / 20 == 36
    assert mean(means) == 55


@both_languages
def test_series_whose_mean_is_above_their_median(language: str) -> None:
    for option in QUESTIONS["exercice-repondre-au-dessus"]["options"]:
        series = [int(n) for n in re.findall(r"\d+", option["text"][language])]
        assert (mean(series) > median(series)) is bool(option.get("correct"))


@both_languages
def test_drawings_that_agree_and_drawings_that_mislead(language: str) -> None:
    told = {row["id"]: row["feedback"][language] for row in QUESTIONS["exercice-repondre-quatre-dessins"]["rows"]}
    assert (60 - 38) / (40 - 38) == 11
    assert numbers(told["coupe"], language) == [60, 40, 22, 2]
    assert (3 - 0.5) / (1 - 0.5) == 5


# questions with code: run what is shown


def shown_code(question_id: str, language: str) -> str:
    return blocks(DOMAIN.stem(question_id, language))[0]


@both_languages
def test_two_trays_are_printed(language: str) -> None:
    stem = DOMAIN.stem("examen-repondre-deux-bacs", language)
    words = {"fr": ("ville", "prix", "ordres"), "en": ("town", "price", "orders")}[language]
    orders = [{words[0]: town, words[1]: int(price)} for town, price in re.findall(r"([A-Z]\w+) (\d+)", stem)]
    assert len(orders) == 3
    printed = displayed(shown_code("examen-repondre-deux-bacs", language), {words[2]: orders})
    assert f"`{printed.strip()}`" == key_of("examen-repondre-deux-bacs", language)


@pytest.mark.parametrize(
    ("question_id", "expected"),
    [("examen-repondre-appel", 13.5), ("examen-repondre-effectif", 3), ("exercice-repondre-etendue", 32)],
)
@both_languages
def test_typed_expressions(question_id: str, expected: float, language: str) -> None:
    question = QUESTIONS[question_id]
    names: dict[str, Any] = {}
    for line in shown_code(question_id, language).splitlines():
        if "..." not in line:
            exec(line, names)
    right, *others = question["answers"]
    key = right["value"][language]
    assert eval(key, names) == expected
    match = Match(**question["match"])
    accepted = [entry["regex"][language] for entry in others if "credit" not in entry]
    refused = [entry for entry in others if entry.get("credit") == 0]
    for typed in (key, key.replace("(", " ( "), key.replace(" - ", "-"), key.capitalize(), key.replace('"', "'")):
        assert match.equal(typed, key) or any(match.fits(typed, pattern) for pattern in accepted), typed
        assert not any("regex" in entry and match.fits(typed, entry["regex"][language]) for entry in refused), typed
    typed = key.replace("median", "mean") if "median" in key else key.replace("len", "sum").replace("max", "min")
    assert not any(match.fits(typed, pattern) for pattern in accepted)
    for entry in refused:
        if "value" in entry and not str(entry["value"][language]).isdigit():
            assert eval(entry["value"][language], names) != expected


def test_the_mean_moves_and_the_median_stays() -> None:
    before, after = [12, 14, 13, 90], [12, 14, 13, 900]
    assert mean(after) - mean(before) > 200
    assert median(after) == median(before)


# the bank of the module


def test_rows_of_the_blueprint_have_enough_questions() -> None:
    found: dict[tuple[str, str], int] = defaultdict(int)
    for question in DOMAIN.banks["exam"]:
        (skill,) = {"statistics", "data-analysis"} & set(question["skills"])
        (level,) = (tag for tag in question["tags"] if tag.startswith("cog-"))
        found[skill, level] += 1
    assert found == {
        ("statistics", "cog-understand"): 4,
        ("statistics", "cog-apply"): 7,
        ("data-analysis", "cog-apply"): 4,
        ("data-analysis", "cog-analyse"): 4,
    }


def test_the_quiz_draws_fewer_than_there_are() -> None:
    check_quiz(COURSE / "modules" / "30-repondre", len(DOMAIN.banks["practice"]))


@both_languages
@DOMAIN.each("single", "multiple")
def test_no_feedback_serves_twice(question: Question, language: str) -> None:
    told = list(feedbacks(question, language))
    assert len(told) == len(set(told))
