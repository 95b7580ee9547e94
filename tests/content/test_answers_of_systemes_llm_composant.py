"""Recompute the answers of the questions of the module `composant` of `systemes-llm`."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from fractions import Fraction
from math import prod

import pytest

from tests.content.lesson_files import tables
from tests.content.question_banks import Question, both_languages, numbers
from tests.content.test_systemes_llm_composant import QUESTIONS, month, of_type, softmax
from tests.content.written_sums import NUMBER, calculate

# questions with a number for an answer

KEYS: dict[str, Callable[[list[float]], float]] = {
    "lecon-composant-un-mois": lambda n: month(n[0] * n[1], n[2], n[3], n[4], n[5]),
    "lecon-composant-rapport": lambda n: round(math.exp((n[0] - n[1]) / n[8]), 1),
    "lecon-composant-reste": lambda n: n[0] - n[1] * n[3] / 100 - n[2],
    "exercice-composant-historique": lambda n: sum(n[0] * turn for turn in range(1, 5)),
    "exercice-composant-une-reprise": lambda n: 1 - (1 - n[0]) ** 2,
    "examen-composant-memoire": lambda n: round(prod(n[:4]) * 2 * n[4] / 1e6),
    "examen-composant-deux-scores": lambda n: round(softmax((n[0], n[1]), n[8])[0], 2),
    "examen-composant-moitie": lambda n: month(n[4] * n[5], n[0] / 2, n[1], n[2], n[3]),
    "examen-composant-retour": lambda n: n[3] / (month(n[2], n[0], n[1], 0, 0) - n[4]),
}
TRAPS: dict[str, dict[str, float]] = {
    "lecon-composant-un-mois": {"one-side": month(10_000, 2000, 1, 0, 0), "one-day": month(500, 2000, 1, 500, 4)},
    "lecon-composant-rapport": {"temperature-ignored": math.exp(1), "inverted": math.exp(0.5)},
    "lecon-composant-reste": {"perfect-remedy": 60 - 30 - 12, "other-causes-forgotten": 30 - 24},
    "exercice-composant-historique": {"history-is-free": 4 * 400, "full-history-each-turn": 4 * 4 * 400},
    "exercice-composant-une-reprise": {"both-must-pass": 0.9**2, "half-recovered": 0.9 + 0.1 / 2},
    "examen-composant-memoire": {
        "keys-only": 24 * 4 * 64 * 2 * 10_000 / 1e6,
        "heads-forgotten": 24 * 64 * 2 * 2 * 10_000 / 1e6,
    },
    "examen-composant-deux-scores": {
        "temperature-ignored": softmax((5, 4), 1)[0],
        "inverted": softmax((5, 4), 2)[0],
    },
    "examen-composant-moitie": {
        "output-halved-too": month(30_000, 1200, 2, 150, 8),
        "input-free": month(30_000, 2400, 2, 300, 8),
    },
    "examen-composant-retour": {"hosting-forgotten": 900 / 120, "cost-as-saving": 900 / 140},
}
GAPS = {"exercice-composant-trois-scores": dict(zip(("haut", "milieu", "bas"), softmax((4, 2, 0), 2), strict=True))}


def check_answers(answers: list[Question], expected: float, language: str) -> None:
    right, *wrong = answers
    assert abs(right["value"] - expected) <= right["tolerance"]["absolute"]
    for entry in wrong:
        assert entry["credit"] == 0
        assert abs(entry["value"] - expected) > entry["tolerance"]["absolute"] + right["tolerance"]["absolute"]
        named = re.match(
            rf"(?:C'est|That is) (\(?{NUMBER[language]}(?: [+−×÷] {NUMBER[language]}\)?)+)", entry["feedback"][language]
        )
        if named:
            assert abs(calculate(named[1], language) - Fraction(str(entry["value"]))) <= entry["tolerance"]["absolute"]


def test_every_key_is_recomputed() -> None:
    assert set(KEYS) == set(TRAPS) == {one for one, question in QUESTIONS.items() if question["type"] == "numeric"}
    assert set(GAPS) == {one for one, question in QUESTIONS.items() if question["type"] == "cloze"}


@both_languages
@of_type("numeric")
def test_numeric_keys_and_the_traps_they_set(question: Question, language: str) -> None:
    found = [float(number) for number in numbers(question["stem"][language], language)]
    check_answers(question["answers"], KEYS[question["id"]](found), language)
    traps = TRAPS[question["id"]]
    assert set(traps) == {entry["misconception"] for entry in question["answers"][1:]}
    for entry in question["answers"][1:]:
        assert entry["value"] == pytest.approx(traps[entry["misconception"]], abs=entry["tolerance"]["absolute"])


@both_languages
@of_type("cloze")
def test_keys_of_gaps(question: Question, language: str) -> None:
    expected = GAPS[question["id"]]
    assert set(expected) == set(question["gaps"])
    for name, gap in question["gaps"].items():
        check_answers(gap["answers"], expected[name], language)
    assert round(softmax((4, 2, 0), 1)[0], 2) == question["gaps"]["haut"]["answers"][1]["value"]


@pytest.mark.parametrize(
    "question", [q for q in QUESTIONS.values() if "exp(" in q["stem"]["fr"]], ids=lambda q: q["id"]
)
@both_languages
def test_exponentials_given_in_stems(question: Question, language: str) -> None:
    number = NUMBER[language]
    pairs = re.findall(rf"exp\(({number})\) = ({number})", question["stem"][language])
    assert len(pairs) >= 2
    for exponent, value in pairs:
        (z,), (shown,) = numbers(exponent, language), numbers(value, language)
        assert round(math.exp(z), 3) == float(shown)


# questions with a choice for an answer


def key(question_id: str) -> str:
    (found,) = (option["id"] for option in QUESTIONS[question_id]["options"] if option.get("correct"))
    return str(found)


def test_keys_of_choices() -> None:
    cuts = {"sortie": 30 / 2, "entree": 90 / 3, "nombre": (90 + 30) / 5}
    assert key("lecon-composant-quelle-coupe") == max(cuts, key=cuts.__getitem__)
    assert (8000 - 700 - 200 - 600) // 500 == 13
    assert key("examen-composant-passages") == "treize"
    assert round(100 * 0.9**5) == 59
    assert key("examen-composant-cinq-jetons") == "cinquante-neuf"
    assert pytest.approx(0.36) == 100 * 0.06**2
    assert key("examen-composant-six-sur-cent") == "independance"


@both_languages
def test_the_one_output_that_passes_both_sieves(language: str) -> None:
    names = ("heures", "taux", "montant") if language == "fr" else ("hours", "rate", "amount")
    passing = []
    for option in QUESTIONS["examen-composant-deux-tamis"]["options"]:
        read = json.loads(option["text"][language].strip("`"))
        form = tuple(read) == names and all(type(value) is int for value in read.values())
        if form and read[names[0]] * read[names[1]] == read[names[2]]:
            passing.append(option["id"])
    assert passing == [key("examen-composant-deux-tamis")]


@both_languages
def test_two_designs(language: str) -> None:
    question = QUESTIONS["examen-composant-deux-conceptions"]
    into, out, right = (
        [int(numbers(cell, language)[0]) for cell in row[1:]] for row in tables(question["stem"][language] + "\n")[0]
    )
    costs = [month(10_000, i, 1, o, 4) for i, o in zip(into, out, strict=True)]
    assert costs == [68, 23]
    assert [month(10_000, 0, 0, o, 4) for o in out] == [8, 8]
    assert [month(10_000, i, 1, 0, 0) for i in into] == [60, 15]
    assert month(10_000, into[0], 1, out[0] / 2, 4) == 64
    assert right[0] - right[1] == 2
    assert [i + o for i, o in zip(into, out, strict=True)] == [6200, 1700]
    assert {o["id"] for o in question["options"] if o.get("correct")} == {"entree", "tiers"}
