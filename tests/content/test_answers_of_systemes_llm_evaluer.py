"""Recompute the answers of the questions of the module `evaluer` of `systemes-llm`."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable

import pytest

from tests.content.lesson_files import tables
from tests.content.question_banks import LANGUAGES, Question, both_languages, numbers
from tests.content.test_systemes_llm_evaluer import CASES, QUESTIONS, kappa, mcnemar, of_type, true_rate, wilson
from tests.content.written_sums import NUMBER, calculate

# questions with a number for an answer


def agreement_by_chance(one: float, other: float) -> float:
    return one * other + (1 - one) * (1 - other)


def case_rows(case: str, language: str) -> list[list[int]]:
    (table,) = tables(CASES[case][language] + "\n")
    return [[int(n) for cell in row for n in numbers(cell, language)] for row in table]


def library(_: list[float]) -> float:
    rows = case_rows("cas-evaluer-mediatheque", "fr")
    assert (sum(row[0] for row in rows), sum(row[1] for row in rows), sum(row[3] for row in rows)) == (100, 100, 82)
    assert [row[3] < row[2] for row in rows] == [False, False, True, False]
    return round(sum(row[1] * row[3] / row[0] for row in rows), 1)


def garage(_: list[float]) -> float:
    (yes_yes, yes_no), (no_yes, no_no) = case_rows("cas-evaluer-garage", "fr")
    return round(kappa(yes_yes, yes_no, no_yes, no_no)[2], 2)


def insurer(_: list[float]) -> float:
    (good, passed, _refused), (bad, _passed, refused) = case_rows("cas-evaluer-mutuelle", "fr")
    return 100 * true_rate(0.64, passed / good, refused / bad)


def transport(_: list[float]) -> float:
    (both, lost), (gained, neither) = case_rows("cas-evaluer-transport", "fr")
    assert (both + lost, both + gained, both + lost + gained + neither) == (108, 117, 150)
    assert round(mcnemar(gained, lost), 2) == 0.09
    return 100 * (gained - lost) / 150


KEYS: dict[str, Callable[[list[float]], float]] = {
    "lecon-evaluer-moyenne-ponderee": lambda n: sum(t * p for t, p in zip(n[:3], n[3:6], strict=True)),
    "lecon-evaluer-accord-attendu": lambda n: agreement_by_chance(n[0] / 100, n[1] / 100),
    "lecon-evaluer-kappa": lambda n: (n[0] - n[1]) / (1 - n[1]),
    "lecon-evaluer-specificite": lambda n: 1 - n[3] / n[1],
    "lecon-evaluer-taux-corrige": lambda n: round(100 * true_rate(n[0] / 100, n[1], n[2])),
    "lecon-evaluer-gagnes-perdus": lambda n: 100 * (n[1] - n[2]) / n[0],
    "exercice-evaluer-corriger": lambda n: 100 * true_rate(n[0] / 100, n[1], n[2]),
    "exercice-evaluer-neuf-un": lambda n: round(mcnemar(int(n[0]), int(n[1])), 3),
    "examen-evaluer-mediatheque-taux": library,
    "examen-evaluer-garage-kappa": garage,
    "examen-evaluer-mutuelle-taux": insurer,
    "examen-evaluer-transport-points": transport,
    "examen-evaluer-sept-gagnes": lambda n: round(mcnemar(int(n[1]), int(n[2])), 3),
    "examen-evaluer-part-acceptee": lambda n: n[2] * n[0] + (100 - n[2]) * (1 - n[1]),
    "examen-evaluer-kappa": lambda n: (n[0] / 100 - n[1]) / (1 - n[1]),
    "examen-evaluer-accord-attendu": lambda n: agreement_by_chance(n[0] / 100, n[1] / 100),
}


def check_answers(answers: list[Question], expected: float, language: str) -> None:
    right, *wrong = answers
    assert right["value"] == pytest.approx(float(expected), abs=1e-4)
    for entry in wrong:
        assert entry["credit"] == 0
        assert abs(entry["value"] - expected) > entry["tolerance"]["absolute"] + right["tolerance"]["absolute"]
        named = re.match(
            rf"(?:C'est|That is) (\(?{NUMBER[language]}(?: [+−×÷] {NUMBER[language]}\)?)+)", entry["feedback"][language]
        )
        if named:
            value = float(calculate(named[1], language))
            slack = entry["tolerance"]["absolute"] + 1e-9
            assert min(abs(value * scale - entry["value"]) for scale in (1, 100)) <= slack, entry


def test_every_key_is_recomputed() -> None:
    assert set(KEYS) == {one for one, question in QUESTIONS.items() if question["type"] == "numeric"}


@both_languages
@of_type("numeric")
def test_numeric_keys(question: Question, language: str) -> None:
    found = [float(number) for number in numbers(question["stem"][language], language)]
    check_answers(question["answers"], KEYS[question["id"]](found), language)


@both_languages
@of_type("cloze")
def test_keys_of_gaps(question: Question, language: str) -> None:
    found = [float(number) for number in numbers(question["stem"][language], language)]
    assert sum(found[:4]) == 100
    for name, expected in zip(("observe", "attendu", "kappa"), kappa(*found[:4]), strict=True):
        check_answers(question["gaps"][name]["answers"], round(expected, 2), language)


def in_stem(question_id: str, language: str) -> list[float]:
    return [float(number) for number in numbers(QUESTIONS[question_id]["stem"][language], language)]


@both_languages
def test_numbers_behind_the_choices(language: str) -> None:
    easy, of_easy, hard, of_hard, told = in_stem("lecon-evaluer-cas-faciles", language)
    assert (easy * of_easy + hard * of_hard) / (of_easy + of_hard) == told
    sensitivity, specificity, passed, corrected = in_stem("examen-evaluer-juge-aveugle", language)
    assert 100 * true_rate(passed / 100, sensitivity, specificity) == pytest.approx(corrected)
    assert 100 * true_rate((passed + 2) / 100, sensitivity, specificity) == pytest.approx(100)
    pairs, first, second = in_stem("examen-evaluer-deux-ordres", language)
    assert (first, second, pairs) == (43 + 18, 43 + 2, 43 + 37 + 20)
    assert mcnemar(43, 37) > 0.5
    made, _, real, count = in_stem("examen-evaluer-demandes-fabriquees", language)
    low, high = wilson(round(real * count / 100), int(count))
    assert (low, high) == (0.57, 0.8)
    assert high < made / 100
    assert [sum(math.comb(10, k) for k in (9, 10))] == in_stem("exercice-evaluer-neuf-un", language)[3:4]


@pytest.mark.parametrize("case", CASES)
@both_languages
def test_cases_are_of_a_length_to_be_read_and_say_the_same_numbers(case: str, language: str) -> None:
    text = CASES[case][language]
    assert 80 <= sum(bool(re.search(r"\w", word)) for word in text.split()) <= 150
    fr, en = (Counter(numbers(CASES[case][one], one)) for one in LANGUAGES)
    assert fr == en
    asked = [question for question in QUESTIONS.values() if question.get("case") == case]
    assert sorted(question["tags"][0] for question in asked) == ["cog-analyse", "cog-analyse", "cog-apply"]
    assert all(question["tags"][1:] == ["cas"] for question in asked)


def test_rows_of_the_blueprint_hold_what_was_asked() -> None:
    exam = [question for question in QUESTIONS.values() if question["id"].startswith("examen-")]
    alone = Counter((q["skills"][0], q["tags"][0]) for q in exam if "case" not in q)
    assert alone == {
        ("llm-evaluation", "cog-apply"): 4,
        ("llm-evaluation", "cog-analyse"): 4,
        ("annotation", "cog-apply"): 4,
    }
    assert len(CASES) == 4
    assert sum("case" in q and q["skills"][0] == "llm-evaluation" for q in exam) == 12
