"""Recompute every number that a question of the module `tenir` of machine learning takes for right."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from statistics import mean

import pytest

from tests.content.measures import auc, psi, rates, wilson
from tests.content.question_banks import Domain, Question, all_texts, both_languages
from tests.content.written_sums import check_sum_named, check_sums

DOMAIN = Domain("apprentissage-automatique", "responsabilite")
QUESTIONS = DOMAIN.questions
in_stem = DOMAIN.in_stem


@both_languages
@DOMAIN.each("single", "multiple", "numeric", "cloze", "ordering", "matching", "truefalse")
def test_every_sum_of_a_question_is_right(question: Question, language: str) -> None:
    for text in all_texts(question, language):
        check_sums(text, language)


# questions with a number for an answer


def two_shares(n: list[float]) -> float:
    """The index from two old and two new shares, each logarithm recomputed."""
    return psi((n[0], n[1]), (n[2], n[3]))


KEYS: dict[str, Callable[[list[float]], float]] = {
    "lecon-tenir-auc": lambda n: auc(n[:2], n[2:4]),
    "lecon-tenir-rappel-groupe": lambda n: n[0] / (n[0] + n[2]),
    "lecon-tenir-psi": lambda n: round(two_shares(n), 2),
    "exercice-tenir-psi-leger": lambda n: round(two_shares(n), 4),
    "exercice-tenir-combien-de-plus": lambda n: n[0] * (n[2] - n[1]),
    "examen-tenir-ecart-rappel": lambda n: 100 * (n[0] / (n[0] + n[1]) - n[2] / (n[2] + n[3])),
    "examen-tenir-selection": lambda n: n[0] * n[1] / n[2],
    "examen-tenir-paires": lambda n: auc(n[:2], n[2:5]),
    "examen-tenir-importance": lambda n: (n[1] - mean(n[2:6])) / n[0],
    "examen-tenir-psi": lambda n: round(two_shares(n), 2),
}
GAPS: dict[str, Callable[[list[float]], dict[str, float]]] = {
    "exercice-tenir-deux-cents": lambda n: {
        "rappel": n[1] / (n[1] + n[3]),
        "precision": n[1] / (n[1] + n[2]),
        "base": (n[1] + n[3]) / n[0],
    },
    "examen-tenir-trois-taux": lambda n: {
        "rappel": n[1] / (n[1] + n[3]),
        "precision": n[1] / (n[1] + n[2]),
        "selection": (n[1] + n[2]) / n[0],
    },
}


def check_answers(answers: list[Question], expected: float, language: str) -> None:
    right, *wrong = answers
    assert right["value"] == pytest.approx(float(expected), abs=1e-4)
    for entry in wrong:
        assert entry["credit"] == 0
        assert abs(entry["value"] - expected) > entry["tolerance"]["absolute"] + right["tolerance"]["absolute"]
        check_sum_named(entry, language, 1)


def test_every_key_is_recomputed() -> None:
    assert set(KEYS) == DOMAIN.of_types("numeric")
    assert set(GAPS) == DOMAIN.of_types("cloze")


@both_languages
@DOMAIN.each("numeric")
def test_numeric_keys(question: Question, language: str) -> None:
    found = list(map(float, in_stem(question["id"], language)))
    check_answers(question["answers"], KEYS[question["id"]](found), language)


@both_languages
@DOMAIN.each("cloze")
def test_keys_of_gaps(question: Question, language: str) -> None:
    found = list(map(float, in_stem(question["id"], language)))
    expected = GAPS[question["id"]](found)
    assert sum(found[1:5]) == found[0]
    assert set(expected) == set(question["gaps"])
    for name, gap in question["gaps"].items():
        check_answers(gap["answers"], expected[name], language)


@pytest.mark.parametrize("question_id", ["lecon-tenir-psi", "exercice-tenir-psi-leger", "examen-tenir-psi"])
@both_languages
def test_logarithms_given_in_stems_and_the_traps_they_set(question_id: str, language: str) -> None:
    question = QUESTIONS[question_id]
    old_1, old_2, new_1, new_2, ratio_1, log_1, ratio_2, log_2 = map(float, in_stem(question_id, language))
    assert (ratio_1, ratio_2) == pytest.approx((new_1 / old_1, new_2 / old_2))
    assert (round(math.log(ratio_1), 3), round(math.log(ratio_2), 3)) == (-log_1, log_2)
    traps = {
        "sign-lost": (new_1 - old_1) * log_1 + (new_2 - old_2) * log_2,
        "weights-forgotten": -log_1 + log_2,
        "sum-of-gaps": abs(new_1 - old_1) + abs(new_2 - old_2),
    }
    for entry in question["answers"][1:]:
        assert entry["value"] == pytest.approx(traps[entry["misconception"]], abs=entry["tolerance"]["absolute"])


@both_languages
def test_keys_of_choices(language: str) -> None:
    found = in_stem("examen-tenir-deux-constats", language)
    one, other = rates(*map(float, found[:4])), rates(*map(float, found[4:]))
    assert (sum(found[:4]), sum(found[4:])) == (120, 120)
    equal = {key for key in ("accuracy", "recall", "precision") if one[key] == pytest.approx(other[key])}
    assert equal == {"accuracy", "precision"}
    assert one["selection"] == pytest.approx(2 * other["selection"])
    high, low = in_stem("lecon-tenir-trois-criteres", language)
    assert high / low == 4
    missed_a, of_a, missed_b, of_b, *_ = in_stem("examen-tenir-autant-manques", language)
    assert (missed_a / of_a, missed_b / of_b) == (Fraction(1, 5), Fraction(1, 2))
    right_a, count_a, right_b, count_b, _, *bounds = in_stem("examen-tenir-six-sur-dix", language)
    assert [Fraction(round(100 * b), 100) for b in wilson(int(right_b), int(count_b))] == bounds
    assert bounds[0] < right_a / count_a < bounds[1]
    _, rows, expected, observed = in_stem("examen-tenir-indice-nul", language)
    spread = math.sqrt(expected * (1 - expected / rows))
    assert round(spread) == 7
    assert round((observed - expected) / spread) == 4
