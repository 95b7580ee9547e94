"""Recompute the answers of the questions of the module `tenir` of `systemes-llm`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import pytest

from tests.content.question_banks import Question, both_languages, numbers
from tests.content.test_systemes_llm_tenir import QUESTIONS, bank, nearest_rank, of_type
from tests.content.written_sums import NUMBER, calculate

# questions with a number for an answer


def chain(percent: float, steps: float) -> float:
    return float(100 * (percent / 100) ** steps)


KEYS: dict[str, Callable[[list[float]], float]] = {
    "lecon-tenir-vingt-variantes": lambda n: 100 * (1 - (1 - n[0] / n[1]) ** n[2]),
    "lecon-tenir-chaine-de-six": lambda n: chain(n[1], n[0]),
    "lecon-tenir-centile": lambda n: nearest_rank(n[:10], int(n[10])),
    "exercice-tenir-douze-etapes": lambda n: chain(n[1], n[0]),
    "exercice-tenir-historique": lambda n: sum(n[1] * step for step in range(1, int(n[0]) + 1)),
    "examen-tenir-deux-filtres": lambda n: 100 * (1 - (1 - n[0] * n[1] / 10000) ** n[2]),
    "examen-tenir-incidents-par-an": lambda n: 12 * n[0] * (1 - n[1] / 100) * n[2] / 100 * n[3] / 100,
    "examen-tenir-marge-de-sortie": lambda n: n[0] - sum(n[1:5]),
    "examen-tenir-combien-d-essais": lambda n: 3 * n[0] / n[1],
}
GAPS: dict[str, Callable[[list[float]], dict[str, float]]] = {
    "exercice-tenir-deux-rangs": lambda n: {
        "quinze": math.ceil(n[1] * n[0] / 100),
        "dix": math.ceil(n[2] * n[0] / 100),
        "borne": 300 / n[3],
    },
    "examen-tenir-couper-la-chaine": lambda n: {
        "avant": chain(n[1], n[0]),
        "apres": chain(n[1], n[0] - 3),
        "gain": n[2] * (chain(n[1], n[0] - 3) - chain(n[1], n[0])) / 100,
    },
}


def check_answers(answers: list[Question], expected: float, language: str) -> None:
    right, *wrong = answers
    assert abs(right["value"] - float(expected)) < right["tolerance"]["absolute"]
    for entry in wrong:
        margin = entry["tolerance"]["absolute"] + right["tolerance"]["absolute"]
        assert entry["credit"] == 0
        assert abs(entry["value"] - right["value"]) > margin - 1e-9
        named = re.match(
            rf"(?:C'est|That is) (\(?{NUMBER[language]}(?: [+−×÷] {NUMBER[language]}\)?)+)", entry["feedback"][language]
        )
        if named:
            found = float(calculate(named[1], language))
            assert min(abs(found - entry["value"]), abs(100 * found - entry["value"])) <= entry["tolerance"]["absolute"]


def test_every_key_is_recomputed() -> None:
    assert set(KEYS) == {one for one, question in QUESTIONS.items() if question["type"] == "numeric"}
    assert set(GAPS) == {one for one, question in QUESTIONS.items() if question["type"] == "cloze"}


@both_languages
@of_type("numeric")
def test_numeric_keys(question: Question, language: str) -> None:
    found = [float(number) for number in numbers(question["stem"][language], language)]
    check_answers(question["answers"], KEYS[question["id"]](found), language)


def stem_numbers(question: Question, language: str) -> list[float]:
    stem = re.sub(r"\b95(e centile|th percentile)", r"95 \1", question["stem"][language])
    return [float(number) for number in numbers(stem, language)]


@both_languages
@of_type("cloze")
def test_keys_of_gaps(question: Question, language: str) -> None:
    expected = GAPS[question["id"]](stem_numbers(question, language))
    assert set(expected) == set(question["gaps"])
    for name, gap in question["gaps"].items():
        check_answers(gap["answers"], expected[name], language)


@both_languages
def test_traps_come_from_the_error_they_name(language: str) -> None:
    n = stem_numbers(QUESTIONS["examen-tenir-incidents-par-an"], language)
    count, stopped, obeys, missed = n[0], n[1] / 100, n[2] / 100, n[3] / 100
    yearly = 12 * count * obeys
    traps = [yearly * (1 - stopped), yearly * (1 - stopped) * (1 - missed), yearly * (1 - stopped) * missed / 12]
    assert [a["value"] for a in QUESTIONS["examen-tenir-incidents-par-an"]["answers"][1:]] == pytest.approx(
        [*traps, yearly * stopped * missed]
    )
    a, b, tries = stem_numbers(QUESTIONS["examen-tenir-deux-filtres"], language)
    both = a * b / 10000
    shares = [both * tries, both, (1 - both) ** tries, 1 - (1 - (a + b) / 100) ** tries]
    values = [x["value"] for x in QUESTIONS["examen-tenir-deux-filtres"]["answers"][1:]]
    assert values == [round(100 * share) for share in shares]
    before, *spans, told = stem_numbers(QUESTIONS["examen-tenir-marge-de-sortie"], language)
    length = sum(spans)
    assert [x["value"] for x in QUESTIONS["examen-tenir-marge-de-sortie"]["answers"][1:]] == [
        before - length - told,
        length,
        before - length + spans[2],
    ]


def only_right(question_id: str, language: str) -> str:
    (right,) = (o for o in QUESTIONS[question_id]["options"] if o.get("correct"))
    text = right["text"]
    return text if isinstance(text, str) else str(text[language])


@both_languages
def test_keys_of_choices(language: str) -> None:
    n = stem_numbers(QUESTIONS["lecon-tenir-zero-en-cent-vingt"], language)
    assert float(numbers(only_right("lecon-tenir-zero-en-cent-vingt", language), language)[0]) == 100 * 3 / n[1]
    n = stem_numbers(QUESTIONS["exercice-tenir-chaine-lente"], language)
    assert float(numbers(only_right("exercice-tenir-chaine-lente", language), language)[0]) == round(chain(n[0], n[2]))
    n = stem_numbers(QUESTIONS["examen-tenir-deux-secondes"], language)
    assert 60 * n[1] / n[0] == 2
    n = stem_numbers(QUESTIONS["examen-tenir-cinq-pour-cent"], language)
    median_a, median_b, old, new, limit = n[1], n[2], n[4], n[5], n[7]
    assert median_a - median_b == 30
    assert old <= limit < new


def test_the_rows_of_the_blueprint_have_their_items() -> None:
    found: dict[tuple[str, str], int] = {}
    for question in bank("exam"):
        (skill,) = question["skills"]
        (level,) = question["tags"]
        found[skill, level] = found.get((skill, level), 0) + 1
    assert found == {
        ("llm-security", "cog-understand"): 4,
        ("llm-security", "cog-analyse"): 7,
        ("ai-risk", "cog-analyse"): 4,
        ("llm-system-design", "cog-analyse"): 4,
    }
