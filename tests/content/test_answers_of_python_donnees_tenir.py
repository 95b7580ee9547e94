"""Recompute what the questions of the module `tenir` of `python-donnees` take for right, and run the code they show."""

from __future__ import annotations

import ast
import re
import statistics
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.content.question_banks import (
    COGNITIVE_OFFSETS,
    LANGUAGES,
    Domain,
    Question,
    both_languages,
    feedbacks,
    numbers,
    option_texts,
    right_and_wrong,
    words,
)
from tests.content.shown_programs import blocks, names_left

DOMAIN = Domain("python-donnees", "fiabilite")
QUESTIONS = DOMAIN.questions
every_item = DOMAIN.each()


def shown(question_id: str, language: str) -> dict[str, Any]:
    """The names that the code in a question's stem defines."""
    (code,) = blocks(DOMAIN.stem(question_id, language))
    assert code.count("\n") <= 6
    return names_left(code)


def function(names: dict[str, Any]) -> Callable[..., Any]:
    (found,) = [value for name, value in names.items() if callable(value) and name != "__builtins__"]
    return found  # type: ignore[no-any-return]


def option(question_id: str, option_id: str) -> Question:
    return next(one for one in QUESTIONS[question_id]["options"] if one["id"] == option_id)


def trial(text: str) -> Any:
    """The value written in an option that is code."""
    return ast.literal_eval(text.strip("`"))


# questions: the code shown gives the key


@both_languages
def test_the_edge_of_the_free_labour(language: str) -> None:
    free = function(shown("lecon-tenir-bord", language))
    for one in QUESTIONS["lecon-tenir-bord"]["options"]:
        (bikes,) = map(int, re.findall(r"\d+", one["text"][language]))
        assert (free(bikes) != (bikes >= 5)) is one.get("correct", False)


@pytest.mark.parametrize(
    ("question_id", "right"),
    [("lecon-tenir-record", max), ("examen-tenir-etendue", lambda values: max(values) - min(values))],
)
@both_languages
def test_only_the_key_shows_the_fault(question_id: str, right: Callable[[list[int]], int], language: str) -> None:
    shown_function = function(shown(question_id, language))
    passed = re.search(r"`(\[.*?\])`", DOMAIN.stem(question_id, language))
    assert passed is not None
    assert shown_function(trial(passed[1])) == right(trial(passed[1]))
    for one in QUESTIONS[question_id]["options"]:
        values = trial(one["text"][language])
        assert (shown_function(values) != right(values)) is one.get("correct", False)


@both_languages
def test_three_totals_tell_the_assertions_apart(language: str) -> None:
    def passes(option_id: str, total: float) -> bool:
        condition = option("lecon-tenir-tolerance", option_id)["text"][language].strip("`").removeprefix("assert ")
        wanted, gap = ("attendu", "marge") if language == "fr" else ("expected", "margin")
        return bool(eval(condition, {"total": total, wanted: 8.7, gap: 0.005}))

    totals = (8.7 + 1e-12, 0.0, 9.2)
    assert [passes("ecart", total) for total in totals] == [True, False, False]
    assert [passes("signe", total) for total in totals] == [True, True, False]
    assert [passes("egal", total) for total in totals] == [False, False, False]
    assert [passes("arrondi", total) for total in totals] == [True, False, True]


@both_languages
def test_the_length_that_breaks_the_rule(language: str) -> None:
    charge = function(shown("examen-tenir-forfait", language))
    wrong = [minutes for minutes in range(200) if charge(minutes) != (40 if minutes >= 30 else 25)]
    assert wrong == [QUESTIONS["examen-tenir-forfait"]["answers"][0]["value"]]


@both_languages
def test_the_trips_of_the_van(language: str) -> None:
    question = QUESTIONS["examen-tenir-voyages"]
    trips = function(shown("examen-tenir-voyages", language))
    expected = {0: 0, 3: 1, 4: 1, 5: 2, 8: 2}
    assert all(-(-bikes // 4) == count for bikes, count in expected.items())
    assert sum(trips(bikes) != count for bikes, count in expected.items()) == question["answers"][0]["value"]
    found = [int(number) for number in numbers(question["stem"][language].partition("\n")[0], language)]
    assert found == [4, *expected, *expected.values()]


def middle(values: list[int]) -> float:
    half = len(values) // 2
    return (values[half - 1] + values[half]) / 2


@pytest.mark.parametrize(
    ("question_id", "values"),
    [("examen-tenir-median-attendue", [8, 2, 9, 4]), ("exercice-tenir-attendu-six", [4, 10, 6, 2, 20, 8])],
)
@both_languages
def test_expected_medians_and_their_traps(question_id: str, values: list[int], language: str) -> None:
    question = QUESTIONS[question_id]
    assert [int(number) for number in numbers(question["stem"][language], language)][: len(values)] == values
    right, unsorted, mean, upper = question["answers"]
    assert right["value"] == statistics.median(values)
    assert unsorted["value"] == middle(values)
    assert mean["value"] == pytest.approx(statistics.mean(values), abs=0.005)
    assert upper["value"] == statistics.median_high(values)
    assert len({answer["value"] for answer in question["answers"]}) == 4


@both_languages
def test_the_gaps_of_the_refusal(language: str) -> None:
    (code,) = blocks(DOMAIN.stem("examen-tenir-essai-refus", language))
    names = names_left("from statistics import median\nmediane = median\n" + code)
    attempt = names["essai" if language == "fr" else "trial"]
    gaps = QUESTIONS["examen-tenir-essai-refus"]["gaps"]
    for gap, values in (("vide", []), ("une", [4])):
        (key,) = [one["text"][language] for one in gaps[gap]["options"] if one.get("correct")]
        assert key.strip('«» "') == attempt(values)
    assert attempt([4]) != attempt([])
    (effect,) = [one["id"] for one in gaps["effet"]["options"] if one.get("correct")]
    assert effect == "arrete"


@both_languages
def test_the_mean_that_counts_the_empty_row(language: str) -> None:
    (code,) = blocks(DOMAIN.stem("examen-tenir-vide-compte", language))
    mean_price = function(names_left(code))
    assert mean_price(["30", "", "60"]) == 30
    key = QUESTIONS["examen-tenir-vide-compte"]["answers"][0]["value"][language]
    assert code.count(key) == 1
    assert function(names_left(code.replace(key, "2")))(["30", "", "60"]) == 45


@both_languages
def test_only_the_key_sees_the_damaged_list(language: str) -> None:
    (code,) = blocks(DOMAIN.stem("exercice-tenir-liste-abimee", language))
    for one in QUESTIONS["exercice-tenir-liste-abimee"]["options"]:
        line = one["text"][language].strip("`")
        if one.get("correct"):
            with pytest.raises(AssertionError):
                names_left(f"{code}\n{line}")
        else:
            names_left(f"{code}\n{line}")


@both_languages
def test_assertions_that_can_fail(language: str) -> None:
    """Each is run with functions that return 0, or an empty list: what still passes cannot fail."""
    question = QUESTIONS["exercice-tenir-peut-echouer"]
    for row in question["rows"]:
        bad: dict[str, Any] = dict.fromkeys(("mediane", "median", "total"), lambda _: 0) | dict.fromkeys(
            ("lire", "read"), lambda _: []
        )
        condition = row["text"][language].strip("`").removeprefix("assert ")
        assert eval(condition, bad) is (question["key"][row["id"]] == "non")


def test_typed_conditions() -> None:
    good, swapped, single, bare = (answer["regex"] for answer in QUESTIONS["exercice-tenir-condition"]["answers"])
    for text in ("total([12, 8]) == 20", "assert total([12,8])==20", "total( [12, 8] ) == 20"):
        assert re.fullmatch(good, text)
    assert re.fullmatch(swapped, "20 == total([12, 8])")
    assert re.fullmatch(single, "total([12, 8]) = 20")
    assert re.fullmatch(bare, "total(12, 8) == 20")


def test_tolerances_in_metres() -> None:
    metres = [
        float(numbers(one["text"]["en"], "en")[0]) * 1000 for one in QUESTIONS["examen-tenir-parcours"]["options"]
    ]
    assert metres == [0.5, 5, 50]


# all questions of the domain


@every_item
def test_keys_of_every_item(question: Question) -> None:
    (cognition,) = [tag.removeprefix("cog-") for tag in question["tags"] if tag.startswith("cog-")]
    assert question["b"] == pytest.approx(-0.4 + COGNITIVE_OFFSETS[cognition])
    assert (question["level"], question["review_by"]) == ("intermediate", "2027-11")
    assert len({"unit-testing", "debugging"} & set(question["skills"])) == 1
    for enemy in question.get("enemies", ()):
        assert question["id"] in QUESTIONS[enemy]["enemies"]


@every_item
def test_both_languages_carry_the_same_numbers(question: Question) -> None:
    fr, en = ([question["stem"][x], *option_texts(question, x), *feedbacks(question, x)] for x in LANGUAGES)
    for french, english in zip(fr, en, strict=True):
        assert Counter(numbers(french, "fr")) == Counter(numbers(english, "en"))


@both_languages
@pytest.mark.parametrize("question", [q for q in QUESTIONS.values() if "options" in q or "answers" in q])
def test_feedback_of_wrong_answers(question: Question, language: str) -> None:
    _, wrong = right_and_wrong(question)
    for entry in wrong:
        assert 15 <= len(words(entry["feedback"][language])) <= 45
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", entry["misconception"])


def test_the_exam_pool_fits_its_rows() -> None:
    found = Counter((question["skills"][0], question["tags"][0]) for question in DOMAIN.banks["exam"])
    assert found == {
        ("unit-testing", "cog-remember"): 4,
        ("unit-testing", "cog-apply"): 7,
        ("debugging", "cog-analyse"): 4,
    }
