"""Recompute every number that a question of `ia-au-travail` takes for right, from the data in its stem."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from statistics import linear_regression

import pytest

from tests.content.question_banks import (
    COURSE,
    Question,
    bank,
    both_languages,
    every_question,
    numbers,
    per_question,
    right_and_wrong,
)

KEYS: dict[str, Callable[[list[Fraction]], Fraction]] = {
    "lecon-2-lire": lambda n: n[0] + n[1] * n[2],
    "exercice-regle-devis": lambda n: (n[1] - n[2]) + n[4],
    "exercice-apprendre-tables": lambda n: n[0] + n[1] * n[2],
    "exercice-mot-a-demain": lambda n: n[2] / (n[1] + n[2] + n[3]) * 100,
    "exercice-utiliser-sans-nom": lambda n: n[0] - n[3],
    "exercice-donnees-qui-reste": lambda n: n[1] / 4 / 3,
    "examen-utiliser-phrases-restantes": lambda n: n[0] - (n[1] + n[2] - n[3]),
    "examen-donnees-fiches-a-traiter": lambda n: n[1] + n[2] - n[3],
    "examen-regle-panne": lambda n: n[2] + (n[3] - n[4]),
    "examen-apprendre-radiateurs": lambda n: n[1] + (n[3] - n[1]) / (n[2] - n[0]) * (n[8] - n[0]),
    "examen-mot-tres": lambda n: n[1] / sum(n[:4]) * 100,
    "examen-plausible-huit-references": lambda n: (n[1] - n[2]) / n[0] * 100,
    "lecon-recalculer-hausse": lambda n: (n[1] - n[0]) / n[0] * 100,
    "lecon-inegale-taux": lambda n: n[4] / n[3] * 100,
    "exercice-verifier-plafond": lambda n: n[0] * n[1] / n[2],
    "exercice-verifier-baisse": lambda n: (n[0] - n[1]) / n[0] * 100,
    "exercice-verifier-formulaires": lambda n: (n[1] - n[3]) / (n[0] - n[2]) * 100,
    "examen-verifier-planning": lambda n: n[0] * n[1] / n[2],
    "examen-verifier-adherents": lambda n: (n[1] - n[0]) / n[0] * 100,
    "examen-verifier-plaques": lambda n: (n[3] / n[2]) / (n[1] / n[0]),
    "lecon-empreinte-bas": lambda n: n[0] * n[1] * n[2] / 1000,
    "examen-verifier-empreinte-bureau": lambda n: n[0] * n[1] * n[3] / 1000,
}


def words_after(word: str, lines: list[str]) -> list[str]:
    """Each word that comes right after `word` in these sentences."""
    pairs = [pair for line in lines for pair in zip(line.split(), line.split()[1:], strict=False)]
    return [second for first, second in pairs if first == word]


def test_every_numeric_key_is_recomputed() -> None:
    assert set(KEYS) == {q["id"] for q in every_question() if q["type"] == "numeric"}


@both_languages
@per_question("numeric", courses=["ia-au-travail"])
def test_numeric_keys(question: Question, language: str) -> None:
    found = numbers(question["stem"][language], language)
    right, wrong = right_and_wrong(question)
    expected = KEYS[question["id"]](found)
    assert [Fraction(str(entry["value"])) for entry in right] == [expected]
    assert right[0] is question["answers"][0]
    for entry in wrong:
        apart = abs(Fraction(str(entry["value"])) - expected)
        assert apart > entry["tolerance"]["absolute"] + right[0]["tolerance"]["absolute"]


def test_the_examples_of_the_radiators_lie_on_one_line() -> None:
    stem = next(q for q in bank("exam") if q["id"] == "examen-apprendre-radiateurs")["stem"]["fr"]
    found = numbers(stem, "fr")
    slope, start = linear_regression([float(x) for x in found[0:8:2]], [float(y) for y in found[1:8:2]])
    assert (slope, start) == pytest.approx((3, 15))
    assert all(y == 15 + 3 * x for x, y in zip(found[0:8:2], found[1:8:2], strict=True))


def key_text(question_id: str, language: str) -> str:
    question = next(q for q in every_question() if q["id"] == question_id)
    right, _ = right_and_wrong(question)
    return str(right[0]["text"][language])


def stem_numbers(question_id: str, language: str) -> list[Fraction]:
    question = next(q for q in every_question() if q["id"] == question_id)
    return numbers(question["stem"][language], language)


@both_languages
def test_keys_of_single_questions_that_are_numbers(language: str) -> None:
    fixed, slope, parcels, taken = stem_numbers("examen-apprendre-tournee", language)
    assert numbers(key_text("examen-apprendre-tournee", language), language) == [taken - fixed - slope * parcels]
    _, monday, _, draws = stem_numbers("examen-mot-lundi", language)
    assert numbers(key_text("examen-mot-lundi", language), language) == [monday * draws / 100]
    fixed, slope, tables = stem_numbers("exercice-apprendre-garde", language)
    assert numbers(key_text("exercice-apprendre-garde", language), language) == [fixed + slope * tables]
    _, hello, tries, seen = stem_numbers("examen-mot-bonjour", language)
    assert hello * tries / 100 == seen


@pytest.mark.parametrize(("language", "before", "word"), [("fr", "est", "prête"), ("en", "is", "ready")])
def test_the_small_corpus_of_the_exam(language: str, before: str, word: str) -> None:
    question = next(q for q in bank("exam") if q["id"] == "examen-mot-salle")
    found = re.search(r"[«\"] ?([^»\"]* / [^»\"]*?) ?[»\"]", question["stem"][language])
    assert found is not None
    after = words_after(before, found[1].split(" / "))
    assert numbers(key_text("examen-mot-salle", language), language) == [Fraction(after.count(word), len(after)) * 100]


@both_languages
def test_the_line_bent_by_one_wrong_note(language: str) -> None:
    found = [float(n) for n in stem_numbers("examen-apprendre-cartons", language)]
    slope, start = linear_regression(found[:5], found[5:10])
    assert round(start + slope * found[11]) == found[10] == 45


@pytest.mark.parametrize(("language", "before"), [("fr", "le"), ("en", "the")])
def test_the_draw_of_the_lesson(language: str, before: str) -> None:
    lesson = (COURSE / "modules" / "10-comprendre" / f"03-le-mot-suivant.{language}.md").read_text(encoding="utf-8")
    after = words_after(before, re.findall(r"^> (.+)\.$", lesson, re.MULTILINE))
    share = Fraction(after.count("client"), len(after)) * 100
    assert numbers(key_text("lecon-3-tirage", language), language) == [share]
