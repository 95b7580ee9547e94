"""Recompute every number that a question of the module `mesurer` takes for right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from math import sqrt
from statistics import mean, pstdev, stdev

import pytest

from tests.content.lesson_files import check_quiz, tables
from tests.content.measures import brier, cost
from tests.content.question_banks import (
    COGNITIVE_OFFSETS,
    CONTENT,
    Domain,
    Question,
    all_texts,
    both_languages,
    feedbacks,
    number,
    numbers,
    option_texts,
    words,
)
from tests.content.written_sums import check_sum_named, check_sums

COURSE = CONTENT / "apprentissage-automatique"
DOMAIN = Domain(COURSE.name, "mesure")
QUESTIONS = DOMAIN.questions
key_of = DOMAIN.key


@both_languages
@DOMAIN.each()
def test_every_sum_of_a_question_is_right(question: Question, language: str) -> None:
    for text in all_texts(question, language):
        check_sums(text, language)


# questions with a number for an answer


def shared(n: list[Fraction]) -> float:
    return float(n[0] / (n[0] + n[1]))


KEYS: dict[str, Callable[[list[Fraction]], float]] = {
    "lecon-mesurer-liste": lambda n: float(100 * n[1] / n[0]),
    "lecon-seuil-deux-couts": shared,
    "lecon-etalonnage-attendus": lambda n: float(n[0] * n[1] + n[2] * n[3]),
    "lecon-ecart-quatre-fois": lambda n: float(n[0] * (n[1] / n[2]) ** 2),
    "exercice-mesurer-precision": lambda n: float(100 * n[1] / n[0]),
    "exercice-mesurer-f-un": lambda n: float(2 * n[0] * n[1] / (n[0] + n[1])),
    "exercice-mesurer-brier-constant": lambda n: float(n[1] / n[0] * (1 - n[2]) ** 2 + (1 - n[1] / n[0]) * n[2] ** 2),
    "examen-mesurer-calcul-rappel": lambda n: float(100 * n[1] / (n[1] + n[2])),
    "examen-mesurer-facture": lambda n: float(n[0] * n[2] + n[1] * n[3]),
    "examen-mesurer-seuil-deux-couts": shared,
    "examen-mesurer-demi-largeur": lambda n: 200 * sqrt(n[0] / n[1] * (1 - n[0] / n[1]) / n[1]),
    "examen-mesurer-dispersion-plis": lambda n: stdev(map(float, n[:5])),
    "examen-mesurer-calcul-brier": lambda n: brier([1, 0, 0, 1], list(map(float, n))),
    "examen-mesurer-cinq-differences": lambda n: float(mean(n[5:10]) - mean(n[:5])),
}
GAPS: dict[str, Callable[[list[Fraction]], dict[str, float]]] = {
    "examen-mesurer-parts-observees": lambda n: {
        "haut": float(100 * n[2] / n[1]),
        "bas": float(100 * n[5] / n[4]),
        "attendu": float(n[0] * n[1] + n[3] * n[4]),
    },
    "exercice-mesurer-deux-parts": lambda n: {
        "precision": float(100 * n[0] / (n[0] + n[1])),
        "rappel": float(100 * n[0] / (n[0] + n[2])),
    },
}


def check_answers(answers: list[Question], expected: float, language: str) -> None:
    right, *wrong = answers
    assert abs(right["value"] - expected) <= right["tolerance"]["absolute"] / 2
    for entry in wrong:
        assert entry["credit"] == 0
        assert abs(entry["value"] - expected) > right["tolerance"]["absolute"]
        assert 15 <= len(words(entry["feedback"][language])) <= 45
        check_sum_named(entry, language, 1, 100)


def test_every_key_is_recomputed() -> None:
    assert set(KEYS) == DOMAIN.of_types("numeric")
    assert set(GAPS) == DOMAIN.of_types("cloze")


@both_languages
@DOMAIN.each("numeric")
def test_numeric_keys(question: Question, language: str) -> None:
    found = DOMAIN.in_stem(question["id"], language)
    check_answers(question["answers"], KEYS[question["id"]](found), language)


@both_languages
@DOMAIN.each("cloze")
def test_keys_of_gaps(question: Question, language: str) -> None:
    expected = GAPS[question["id"]](DOMAIN.in_stem(question["id"], language))
    assert set(expected) == set(question["gaps"])
    for name, gap in question["gaps"].items():
        check_answers(gap["answers"], expected[name], language)


def in_stem(question_id: str, language: str) -> list[float]:
    return list(map(float, DOMAIN.in_stem(question_id, language)))


@both_languages
def test_keys_of_single_questions(language: str) -> None:
    found, wrong, *_ = in_stem("lecon-mesurer-rarete", language)
    assert round(100 * found / (found + wrong)) == 82
    assert numbers(key_of("lecon-mesurer-rarete", language), language) == [round(100 * 90 / (90 + 180))]
    first, people, second, others, left, gone = in_stem("lecon-etalonnage-deux-groupes", language)
    assert (left / people, gone / others) == (0.4, 0.9) > (first, second)
    gaps = [0.03, -0.04, 0.01, 0.04, -0.02]
    assert in_stem("lecon-ecart-decider", language)[:5] == [abs(gap) for gap in gaps]
    assert round(mean(gaps), 3) == 0.004 < stdev(gaps) / 5
    share, subscriptions = in_stem("examen-mesurer-sens-probabilite", language)
    assert numbers(key_of("examen-mesurer-sens-probabilite", language), language) == [round(share * subscriptions)]
    model, other, baseline = in_stem("examen-mesurer-trois-briers", language)
    assert model < baseline < other
    call, miss = in_stem("examen-mesurer-defendre-seuil", language)
    assert float(numbers(key_of("examen-mesurer-defendre-seuil", language), language)[0]) == call / (call + miss)
    fp_a, fn_a, fp_b, fn_b, call, miss = in_stem("examen-mesurer-deux-factures", language)
    assert cost(fn_b, fp_b, miss, call) == 840 < cost(fn_a, fp_a, miss, call) == 1072
    cases, half, wanted = in_stem("examen-mesurer-seize-fois", language)
    assert numbers(key_of("examen-mesurer-seize-fois", language), language) == [cases * (half / wanted) ** 2]
    announced = in_stem("examen-mesurer-departs-attendus", language)
    expected = sum(announced[n] * announced[n + 1] for n in (0, 2, 4))
    assert numbers(key_of("examen-mesurer-departs-attendus", language), language) == [round(expected, 6)]
    leavers, stayers, flagged, needless, share, in_use, tested = in_stem("examen-mesurer-epreuve-moitie", language)
    rate, alarm = flagged / leavers, needless / stayers
    assert 100 * flagged / (flagged + needless) == tested == 87.5
    assert round(100 * rate * share / (rate * share + alarm * (100 - share))) == in_use == 27


@both_languages
def test_keys_of_questions_with_a_table(language: str) -> None:
    stem = QUESTIONS["examen-mesurer-lire-fiabilite"]["stem"][language]
    (rows,) = tables(stem)
    shares = [(number(p, language), number(left, language) / number(n, language)) for p, n, left in rows]
    assert [round(observed - announced, 2) for announced, observed in shares] == [0.1, 0, -0.1]
    (rows,) = tables(QUESTIONS["exercice-mesurer-trois-seuils"]["stem"][language])
    bills = {at: cost(number(fn, language), number(fp, language), 40, 5) for at, fp, fn in rows}
    assert list(bills.values()) == [510, 485, 750]
    assert min(bills, key=bills.__getitem__) == key_of("exercice-mesurer-trois-seuils", language)


def test_what_feedback_says_of_spread_and_width() -> None:
    assert round(pstdev([0.70, 0.74, 0.78, 0.72, 0.76]), 4) == 0.0283
    assert (round(200 * sqrt(0.9 * 0.1 / 10)), round(200 * sqrt(0.86 * 0.14 / 500))) == (19, 3)
    assert round(sqrt(2), 1) == 1.4
    assert mean(p * p for p in (0.8, 0.5, 0.2, 0.1)) == pytest.approx(0.235)


# the bank of the module


def test_rows_of_the_blueprint_have_enough_questions() -> None:
    found: Counter[tuple[str, str]] = Counter()
    for question in DOMAIN.banks["exam"]:
        (skill,) = {"ml-evaluation", "statistics"} & set(question["skills"])
        (level,) = (tag for tag in question["tags"] if tag.startswith("cog-"))
        found[skill, level] += 1
    assert found == {
        ("ml-evaluation", "cog-understand"): 4,
        ("ml-evaluation", "cog-apply"): 4,
        ("ml-evaluation", "cog-analyse"): 4,
        ("statistics", "cog-apply"): 7,
        ("statistics", "cog-analyse"): 4,
    }


@DOMAIN.each()
def test_difficulty_follows_the_cognitive_level(question: Question) -> None:
    (level,) = (tag.removeprefix("cog-") for tag in question["tags"] if tag.startswith("cog-"))
    assert question["b"] == pytest.approx(0.9 + COGNITIVE_OFFSETS[level])
    for enemy in question.get("enemies", ()):
        assert question["id"] in QUESTIONS[enemy]["enemies"]


def test_the_quiz_draws_fewer_than_there_are() -> None:
    check_quiz(COURSE / "modules" / "30-mesurer", len(DOMAIN.banks["practice"]))


@both_languages
@DOMAIN.each("single", "multiple")
def test_no_feedback_serves_twice(question: Question, language: str) -> None:
    told = list(feedbacks(question, language))
    assert len(told) == len(set(told))
    assert len(option_texts(question, language)) == len(set(option_texts(question, language)))
