"""Recompute every derived number of lessons 3.4 and 3.5 of `ia-au-travail`, of their questions and of the project."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any
from xml.etree import ElementTree

import pytest

from app.authoring.lessons import parse_body, reading_minutes, word_count
from app.authoring.report import Report
from tests.content import lesson_files
from tests.content.lesson_files import read_yaml
from tests.content.question_banks import COURSE, LANGUAGES, both_languages, every_question, numbers, right_and_wrong

MODULE = COURSE / "modules" / "30-verifier"
LAW, FOOTPRINT = LESSONS = ("04-le-dire", "05-l-empreinte")
read_lesson = partial(lesson_files.read_lesson, MODULE)
every_lesson = pytest.mark.parametrize("lesson", LESSONS)


def written(value: Fraction | int, language: str) -> str:
    """A number as the lessons of a language write it."""
    text = f"{int(value):,}" if Fraction(value).denominator == 1 else f"{float(value):,}"
    return text.replace(",", " ").replace(".", ",") if language == "fr" else text


# both lessons


@every_lesson
@both_languages
def test_minutes_follow_the_formula(lesson: str, language: str) -> None:
    front, body = read_lesson(lesson, language)
    parts = parse_body(body, lesson, Report())
    words = word_count(parts)
    assert 900 <= words <= 1400
    assert front["minutes"] == math.ceil(words / 180 + 3 * 1 + 2 * 2) == reading_minutes(parts)


@every_lesson
@both_languages
def test_front_matter_and_callouts_keep_to_their_bounds(lesson: str, language: str) -> None:
    front, body = read_lesson(lesson, language)
    assert front["id"] == lesson
    assert 1 <= len(front["objectives"]) <= 3
    assert len(front["terms"]) <= 5
    for term in front["terms"]:
        assert f"*{term['term']}" in body
    assert len(re.findall(r"^::: (?:keep|care|deeper|dated)\b", body, re.MULTILINE)) <= 2


@every_lesson
def test_both_languages_hold_the_same_parts(lesson: str) -> None:
    shapes = []
    for language in LANGUAGES:
        front, body = read_lesson(lesson, language)
        questions = re.findall(r"\{\{question: (.*?)\}\}", body)
        assert len(questions) == 2
        assert body.index(questions[0]) < body.index("::: worked ")
        lengths = (len(front["objectives"]), len(front["terms"]))
        shapes.append((questions, body.count("\n#### "), body.count("\n## "), lengths))
    assert shapes[0] == shapes[1]


@every_lesson
def test_dated_facts_are_the_same_in_both_languages(lesson: str) -> None:
    boxes = [re.findall(r"^::: dated.*?^:::$", read_lesson(lesson, x)[1], re.MULTILINE | re.DOTALL) for x in LANGUAGES]
    assert [len(box) for box in boxes] == [1, 1]
    assert sorted(re.findall(r"\d+", boxes[0][0])) == sorted(re.findall(r"\d+", boxes[1][0]))


# lesson 3.4: say it, keep a record


@both_languages
def test_the_rise_in_the_letter(language: str) -> None:
    _, body = read_lesson(LAW, language)
    (letter,) = re.findall(r"^> .*164.*$", body, re.MULTILINE)
    before, after, rise = numbers(letter, language)[:3]
    assert after - before == rise
    assert f"{after} − {before} = {rise}" in body


@both_languages
def test_the_record_has_a_line_for_each_use(language: str) -> None:
    _, body = read_lesson(LAW, language)
    rows = [line.strip("|").split("|") for line in body.splitlines() if line.startswith("|")]
    assert [len(row) for row in rows] == [5] * 5
    silent = {"fr": "rien", "en": "nothing"}[language]
    assert [row[4].strip() == silent for row in rows[2:]] == [True, False, False]
    assert {"fr": "Deux usages sur trois", "en": "Two uses in three"}[language] in body


# lesson 3.5: count, don't guess

A_DAY, DAYS, LOW, HIGH = 30, 220, Fraction(3, 10), Fraction(3)
LITRE_KWH = Fraction(99, 1000)


def test_heating_a_litre_of_water_from_15_to_100_degrees() -> None:
    joules_per_kilogram_and_degree, joules_per_kwh = 4186, 3_600_000
    assert round(joules_per_kilogram_and_degree * (100 - 15) / joules_per_kwh, 3) == float(LITRE_KWH)


@both_languages
def test_the_range_of_thirty_requests_a_day(language: str) -> None:
    _, body = read_lesson(FOOTPRINT, language)

    def w(value: Fraction | int) -> str:
        return written(value, language)

    requests = A_DAY * DAYS
    assert f"{A_DAY} × {DAYS} = {w(requests)} " in body
    for each, litres in ((LOW, 20), (HIGH, 200)):
        kwh = requests * each / 1000
        assert f"{w(requests)} × {w(each)} = {w(requests * each)} Wh" in body
        assert f"{w(kwh)} ÷ {w(LITRE_KWH)} = {litres} litres" in body
        assert kwh / LITRE_KWH == litres
    small, large = (round(litres / DAYS, digits) for litres, digits in ((20, 2), (200, 1)))
    assert f"{w(Fraction(str(small)))} {'à' if language == 'fr' else 'to'} {w(Fraction(str(large)))} litre" in body


@both_languages
def test_the_phone_and_the_office(language: str) -> None:
    _, body = read_lesson(FOOTPRINT, language)
    assert f"15 ÷ 3 = {15 / HIGH}" in body
    assert f"15 ÷ {written(LOW, language)} = {15 / LOW}" in body
    by_hand, by_itself = 40 * A_DAY, 40 * 60
    assert by_itself == 2 * by_hand
    assert f"40 × 60 = {written(by_itself, language)} " in body
    assert f" {written(by_hand, language)} " in body


@both_languages
def test_the_bar_is_drawn_where_the_range_is(language: str) -> None:
    drawing = ElementTree.parse(COURSE / "media" / f"empreinte.{language}.svg")
    (bar,) = [node for node in drawing.iter() if node.get("class") == "fill-accent"]
    start, width = float(bar.get("x", "")), float(bar.get("width", ""))
    scale = {0: 20.0, 20: 300.0}
    per_kwh = (scale[20] - scale[0]) / 20
    requests = A_DAY * DAYS
    assert start == pytest.approx(scale[0] + per_kwh * float(requests * LOW / 1000), abs=0.1)
    assert start + width == pytest.approx(scale[0] + per_kwh * float(requests * HIGH / 1000), abs=0.1)


@both_languages
def test_the_two_ranges_that_overlap(language: str) -> None:
    _, body = read_lesson(FOOTPRINT, language)
    (found,) = re.findall(r"\d+ \w+ 8 kWh \w+ .*? kWh", body)
    low_a, high_a, low_b, high_b = numbers(found, language)
    assert max(low_a, low_b) < min(high_a, high_b)


# the questions

TRAPS: dict[str, Callable[[list[Fraction]], list[Fraction]]] = {
    "lecon-empreinte-bas": lambda n: [
        n[0] * n[1] * n[2],
        n[0] * n[1] * n[3] / 1000,
        n[0] * n[1] * (n[2] + n[3]) / 2000,
        n[0] * n[2] / 1000,
    ],
    "examen-verifier-empreinte-bureau": lambda n: [
        n[0] * n[1] * n[3],
        n[0] * n[1] * n[2] / 1000,
        n[0] * n[1] * (n[2] + n[3]) / 2000,
        n[0] * n[3] / 1000,
    ],
}


def question(name: str) -> dict[str, Any]:
    return next(q for q in every_question() if q["id"] == name)


@both_languages
@pytest.mark.parametrize("name", TRAPS)
def test_numeric_traps(name: str, language: str) -> None:
    found = numbers(question(name)["stem"][language], language)
    _, wrong = right_and_wrong(question(name))
    assert [Fraction(str(entry["value"])) for entry in wrong] == TRAPS[name](found)


@both_languages
def test_the_middle_of_the_two_studies(language: str) -> None:
    asked = question("examen-verifier-empreinte-ecart")
    low, high = numbers(asked["stem"][language], language)
    (middle,) = [o for o in asked["options"] if o["id"] == "milieu"]
    assert numbers(middle["text"][language], language) == [(low + high) / 2]


@both_languages
def test_the_summaries_outweigh_the_requests(language: str) -> None:
    asked = question("examen-verifier-empreinte-geste")
    each, summaries = numbers(asked["stem"][language], language)
    people = 12
    right, _ = right_and_wrong(asked)
    assert numbers(right[0]["feedback"][language], language) == [summaries, people, each, people * each]
    assert summaries > 10 * people * each


@both_languages
def test_the_shared_part_of_two_ranges(language: str) -> None:
    asked = question("exercice-verifier-empreinte-recouvrement")
    low_a, high_a, low_b, high_b = numbers(asked["stem"][language], language)
    right, _ = right_and_wrong(asked)
    assert numbers(right[0]["text"][language], language) == [max(low_a, low_b), min(high_a, high_b)]


# the project


def project() -> dict[str, Any]:
    loaded: dict[str, Any] = read_yaml((COURSE / "projects" / "une-tache-avant-apres.yaml").read_text(encoding="utf-8"))
    return loaded


def test_minutes_of_the_project_add_up() -> None:
    for language in LANGUAGES:
        steps = re.findall(r"\((\d+) min\)\.\*\*", project()["brief"][language])
        assert sum(map(int, steps)) == project()["minutes"] == 120


@both_languages
def test_the_share_of_each_flat_and_the_errors_of_the_printed_answer(language: str) -> None:
    brief = project()["brief"][language]
    sheet = re.search(r"^> [^—\n]*38.400.*$", brief, re.MULTILINE)
    answer = re.search(r"^> — .*480.*$", brief, re.MULTILINE)
    assert sheet is not None
    assert answer is not None
    total, fund, flats = numbers(sheet[0], language)[:3]
    share = (total - fund) / flats
    assert share == 450
    assert share / 3 == 150
    assert 480 in numbers(answer[0], language)
    drilling = {"fr": ("9, 10 et 11 mars", "9, 10 et 12 mars"), "en": ("9, 10 and 11 March", "9, 10 and 12 March")}
    assert drilling[language][0] in brief
    assert drilling[language][1] in answer[0]


def test_the_rubric_is_written_for_each_level() -> None:
    rubric = project()["rubric"]
    assert [line["weight"] for line in rubric] == [2, 3, 2, 2, 1]
    for line in rubric:
        assert [level["points"] for level in line["levels"]] == [0, 1, 2, 3]
        assert all(len(level["text"][x]) >= 40 for level in line["levels"] for x in LANGUAGES)
    assert set(project()["pass"]["no_zero"]) <= {line["id"] for line in rubric}
