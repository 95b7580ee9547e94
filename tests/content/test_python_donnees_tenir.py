"""Recompute every number of the module `tenir` of `python-donnees`, run the code it shows and compare with its keys."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import statistics
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from random import Random  # noqa: TID251 - seeded, as in the lessons
from textwrap import dedent
from typing import Any
from xml.etree import ElementTree

import pytest

from app.authoring.lessons import parse_body, reading_minutes, word_count
from app.authoring.report import Report
from tests.content import lesson_files
from tests.content.lesson_files import read_yaml, tables
from tests.content.question_banks import (
    LANGUAGES,
    Question,
    both_languages,
    feedbacks,
    numbers,
    option_texts,
    right_and_wrong,
    words,
)

COURSE = Path(__file__).resolve().parents[2] / "content" / "python-donnees"
MODULE = COURSE / "modules" / "40-tenir"
LESSONS = ("01-tester", "02-rejouer-demain", "03-relire-un-assistant")
FIGURES = ("croyance-exemple", "meme-cle", "un-mot")
BANKS = {
    name: [
        question
        for question in read_yaml((COURSE / "bank" / f"python-donnees-{name}.yaml").read_text(encoding="utf-8"))[
            "questions"
        ]
        if question["domain"] == "fiabilite"
    ]
    for name in ("lessons", "practice", "exam")
}
QUESTIONS = {question["id"]: question for bank in BANKS.values() for question in bank}
read_lesson = partial(lesson_files.read_lesson, MODULE)
every_lesson = pytest.mark.parametrize("lesson", LESSONS)
every_item = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)


def fenced(text: str, name: str) -> list[str]:
    return [dedent(code) for code in re.findall(rf"```{name}\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)]


def names_of(code: str) -> dict[str, Any]:
    """What a piece of code defines; it may print."""
    found: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(code, "atelier.py", "exec"), found)
    return found


def shown(question_id: str, language: str) -> dict[str, Any]:
    """The names that the code in a question's stem defines."""
    (code,) = fenced(QUESTIONS[question_id]["stem"][language], "python")
    assert code.count("\n") <= 6
    return names_of(code)


def function(names: dict[str, Any]) -> Callable[..., Any]:
    (found,) = [value for name, value in names.items() if callable(value) and name != "__builtins__"]
    return found  # type: ignore[no-any-return]


def option(question_id: str, option_id: str) -> Question:
    return next(one for one in QUESTIONS[question_id]["options"] if one["id"] == option_id)


def trial(text: str) -> Any:
    """The value written in an option that is code."""
    return ast.literal_eval(text.strip("`"))


# every lesson


@every_lesson
@both_languages
def test_minutes_words_and_hook(lesson: str, language: str) -> None:
    front, body = read_lesson(lesson, language)
    parts = parse_body(body, lesson, Report())
    assert 600 <= word_count(parts) <= 1500
    assert front["minutes"] == reading_minutes(parts)
    hook = body.strip().split("\n\n")[0]
    assert 60 <= len(hook.split()) <= 120
    assert re.search(r"\d", hook)
    assert front["id"] == lesson
    assert len(front["terms"]) <= 5
    assert all(term["term"] in body.lower() for term in front["terms"])
    assert len(re.findall(r"^::: (?:keep|care|dated|deeper)", body, re.MULTILINE)) <= 2
    assert not re.search("[\u00a0\u202f\u2009’“”]", body)


@every_lesson
def test_both_languages_hold_the_same_parts(lesson: str) -> None:
    shapes = []
    for language in LANGUAGES:
        front, body = read_lesson(lesson, language)
        questions = re.findall(r"\{\{question: (.*?)\}\}", body)
        marks = ("\n#### ", "\n## ", "\n|", "\n```python\n", "\n```text\n", "\n- ")
        shapes.append((questions, [body.count(mark) for mark in marks], len(front["objectives"]), len(front["terms"])))
        assert 2 <= len(questions) <= 3
        assert body.index(questions[0]) < body.index("::: worked ")
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize(("lesson", "figure"), list(zip(LESSONS, FIGURES, strict=True)))
@both_languages
def test_figures_hold_what_the_lesson_says(lesson: str, figure: str, language: str) -> None:
    _, body = read_lesson(lesson, language)
    (name,) = re.findall(r"^!\[.+\]\((media/\S+\.svg) \".+\"\)$", body, re.MULTILINE)
    assert name == f"media/{figure}.{language}.svg"
    drawn = [node.text or "" for node in ElementTree.parse(COURSE / name).iter() if node.tag.endswith("text")]
    wanted = {
        "croyance-exemple": ["12, 15, 11, 40, 13, 14, 12", "13", "AssertionError"],
        "meme-cle": ["2026", "31,10 €" if language == "fr" else "£31.10", "?"],
        "un-mot": ["list", "sorted"],
    }[figure]
    assert set(wanted) <= set(drawn)


def test_lessons_embed_their_own_questions_and_no_other() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(MODULE.glob("*.md")))
    assert set(re.findall(r"\{\{question: ([a-z0-9-]+)\}\}", text)) == {question["id"] for question in BANKS["lessons"]}


# lesson 1: test what you believe


@both_languages
def test_the_median_of_the_hook_and_the_people_to_ring_back(language: str) -> None:
    _, body = read_lesson(LESSONS[0], language)
    written = [int(number) for number in re.findall(r"\d+", "12, 15, 11, 40, 13, 14, 12")]
    assert statistics.median(written) == 13
    assert ", ".join(map(str, sorted(written))) in body
    assert f"31 − 14 = {31 - 14}" in body
    assert 14 * 30 == 7 * 60, "14 bikes of 30 minutes fill a day of seven hours"
    assert 0.1 + 0.2 != 0.3
    assert abs(0.1 + 0.2 - 0.3) < 0.005


@both_languages
def test_the_former_median_returns_zero_and_the_new_one_refuses(language: str) -> None:
    first, *_, last = fenced(read_lesson(LESSONS[0], language)[1], "python")
    name = {"fr": "mediane", "en": "median"}[language]
    former = names_of(first)[name]
    assert former([]) == 0
    needed = fenced(read_lesson(LESSONS[0], language)[1], "python")[2].partition("assert")[0]
    mended = names_of(needed + last)[name]
    with pytest.raises(ValueError, match=r".+"):
        mended([])


# lesson 2: replay tomorrow

PRICES = (18.0, 35.5, 22.0, 60.0, 12.5, 48.0, 27.0, 95.0, 15.0, 33.0, 41.0, 24.0)


@both_languages
def test_the_twelve_orders_and_the_two_draws_without_a_seed(language: str) -> None:
    _, body = read_lesson(LESSONS[1], language)
    rows = re.findall(r"^(\d\d)[;,](\d+[.,]\d\d)$", body, re.MULTILINE)
    prices = {number: float(price.replace(",", ".")) for number, price in rows}
    assert tuple(prices.values()) == PRICES
    (draws,) = tables(body)
    for _, drawn, mean in draws:
        chosen = drawn.split(", ")
        assert len(set(chosen)) == 5
        assert float(numbers(mean, language)[0]) == sum(prices[one] for one in chosen) / 5
        assert mean in body.split("\n\n")[0].replace("\n", ""), "the hook gives the same numbers"


@both_languages
def test_what_each_seed_draws(language: str) -> None:
    _, body = read_lesson(LESSONS[1], language)
    orders = [(f"{rank:02d}", price) for rank, price in enumerate(PRICES, start=1)]
    drawn = Random(2026).sample(orders, 5)
    assert ", ".join(number for number, _ in drawn) in fenced(body, "text")[0]
    assert sum(price for _, price in drawn) / 5 == pytest.approx(31.1)
    means = [sum(price for _, price in Random(seed).sample(orders, 5)) / 5 for seed in range(1, 6)]
    assert "\n".join(f"{seed} {mean}" for seed, mean in enumerate(means, start=1)) in body
    assert (min(means), max(means)) == (25.3, 46.0)
    assert ("de 25,30 à 46 €" if language == "fr" else "from £25.30 to £46") in body
    assert round(statistics.mean(PRICES), 2) == 35.92
    assert body.count("35,92 €" if language == "fr" else "£35.92") == 2


@both_languages
def test_the_readme_has_six_lines_and_git_three_commands(language: str) -> None:
    readme, git = fenced(read_lesson(LESSONS[1], language)[1], "text")
    assert len(readme.strip().splitlines()) == 6
    assert [line.split()[:2] for line in git.strip().splitlines()] == [
        ["git", word] for word in ("init", "add", "commit")
    ]


# lesson 3: reviewing an assistant's code


@both_languages
def test_the_silent_fault_and_its_repair(language: str) -> None:
    _, body = read_lesson(LESSONS[2], language)
    first, _, last = fenced(body, "python")
    name = {"fr": "mediane", "en": "median"}[language]
    former, mended = names_of(first)[name], names_of(first + last)[name]
    assert former([9, 1, 5]) == 1
    assert mended([9, 1, 5]) == 5
    assert former([9, 2, 8, 1]) == mended([9, 2, 8, 1]) == 5
    given = [9, 1, 5]
    mended(given)
    assert given == [9, 1, 5]
    draw = Random(2026)
    lists = [draw.choices([1, 2, 3, 5, 8, 9, 14], k=5) for _ in range(200)]
    assert sum(former(one) != statistics.median(one) for one in lists) == 133
    assert sum(mended(one) != statistics.median(one) for one in lists) == 0
    assert len(re.findall(r"\b133\b", body)) == 2
    assert first.count("list(") == 1
    assert "sorted(" in last


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
    passed = re.search(r"`(\[.*?\])`", QUESTIONS[question_id]["stem"][language])
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
    (code,) = fenced(QUESTIONS["examen-tenir-essai-refus"]["stem"][language], "python")
    names = names_of("from statistics import median\nmediane = median\n" + code)
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
    (code,) = fenced(QUESTIONS["examen-tenir-vide-compte"]["stem"][language], "python")
    mean_price = function(names_of(code))
    assert mean_price(["30", "", "60"]) == 30
    key = QUESTIONS["examen-tenir-vide-compte"]["answers"][0]["value"][language]
    assert code.count(key) == 1
    assert function(names_of(code.replace(key, "2")))(["30", "", "60"]) == 45


@both_languages
def test_only_the_key_sees_the_damaged_list(language: str) -> None:
    (code,) = fenced(QUESTIONS["exercice-tenir-liste-abimee"]["stem"][language], "python")
    for one in QUESTIONS["exercice-tenir-liste-abimee"]["options"]:
        line = one["text"][language].strip("`")
        if one.get("correct"):
            with pytest.raises(AssertionError):
                names_of(f"{code}\n{line}")
        else:
            names_of(f"{code}\n{line}")


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
    offset = {"remember": -0.6, "understand": -0.2, "apply": 0.2, "analyse": 0.6}[cognition]
    assert question["b"] == pytest.approx(-0.4 + offset)
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
    found = Counter((question["skills"][0], question["tags"][0]) for question in BANKS["exam"])
    assert found == {
        ("unit-testing", "cog-remember"): 4,
        ("unit-testing", "cog-apply"): 7,
        ("debugging", "cog-analyse"): 4,
    }


# the project

PROJECT = read_yaml((COURSE / "projects" / "rapport-du-lundi.yaml").read_text(encoding="utf-8"))


@both_languages
def test_the_printed_generator(language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = fenced(PROJECT["brief"][language], "python")
    assert len(code.strip().splitlines()) <= 25
    assert max(map(len, code.splitlines())) <= 72
    monkeypatch.chdir(tmp_path)
    names_of(code)
    (written,) = tmp_path.iterdir()
    separator, missing = (";", "n/d") if language == "fr" else (",", "n/a")
    header, *rows = [line.split(separator) for line in written.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 410, "between the 200 and 2,000 asked"
    assert all(len(row) == len(header) == 6 for row in rows)
    assert len({tuple(row) for row in rows}) == 400, "ten duplicates"
    assert {row[4] for row in rows} >= {"", missing, "-5"}
    assert all(date(2026, 1, 5) <= date.fromisoformat(row[1]) < date(2026, 3, 30) for row in rows)
    before = written.read_bytes()
    names_of(code)
    assert written.read_bytes() == before


@both_languages
def test_the_hours_of_the_project(language: str) -> None:
    hours = re.findall(r"^\d\. \*\*.+\((\d+) h(?: (\d+)(?: min)?)?\)\.\*\*", PROJECT["brief"][language], re.MULTILINE)
    assert sum(60 * int(hour) + int(minute or 0) for hour, minute in hours) == PROJECT["minutes"] == 600
    assert len(hours) == 6


def test_the_rubric_of_the_project() -> None:
    assert [line["weight"] for line in PROJECT["rubric"]] == [3, 3, 2, 2, 2]
    assert all([level["points"] for level in line["levels"]] == [0, 1, 2, 3] for line in PROJECT["rubric"])
    assert PROJECT["pass"] == {"threshold": 0.6, "no_zero": ["exactitude"]}
