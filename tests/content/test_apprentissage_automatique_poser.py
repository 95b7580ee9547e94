"""Recompute every derived number of the module `poser`: its three lessons, its figures and its questions."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import date, timedelta
from fractions import Fraction
from functools import cache, partial
from io import StringIO
from itertools import combinations
from math import comb
from pathlib import Path
from statistics import mean, median
from typing import Any
from xml.etree import ElementTree

import pytest

from app.authoring.lessons import parse_body, reading_minutes, word_count
from app.authoring.report import Report
from tests.content import lesson_files
from tests.content.lesson_files import tables
from tests.content.question_banks import LANGUAGES, Question, both_languages, feedbacks, numbers, option_texts
from tests.content.test_verifier_numbers import NUMBER, calculate, check_sums

COURSE = Path(__file__).resolve().parents[2] / "content" / "apprentissage-automatique"
LESSONS = ("01-de-la-question-a-la-cible", "02-la-reference-a-battre", "03-separer-avant-de-regarder")
FIGURES = ("six-lignes", "reference-plate", "trois-separations")
read_lesson = partial(lesson_files.read_lesson, COURSE / "modules" / "10-poser")
every_lesson = pytest.mark.parametrize("lesson", LESSONS)


def bank(name: str) -> list[Question]:
    text = (COURSE / "bank" / f"apprentissage-automatique-{name}.yaml").read_text(encoding="utf-8")
    return [question for question in lesson_files.read_yaml(text)["questions"] if question["domain"] == "probleme"]


QUESTIONS = {question["id"]: question for name in ("lessons", "practice", "exam") for question in bank(name)}


def of_type(*types: str) -> pytest.MarkDecorator:
    chosen = [question for question in QUESTIONS.values() if question["type"] in types]
    return pytest.mark.parametrize("question", chosen, ids=[question["id"] for question in chosen])


def blocks(text: str, kind: str = "python") -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@cache
def run(lesson: str, language: str) -> dict[str, Any]:
    """What the lesson's own programs define, those of the standard library."""
    names: dict[str, Any] = {}
    with redirect_stdout(StringIO()):
        for block in blocks(read_lesson(lesson, language)[1]):
            if "sklearn" not in block:
                exec(block, names)
    return names


def drawing(name: str, language: str) -> list[ElementTree.Element]:
    return list(ElementTree.parse(COURSE / "media" / f"{name}.{language}.svg").iter())


def all_texts(question: Question, language: str) -> list[str]:
    """Every sentence of a question that may hold a sum, whatever its type."""
    found: list[str] = []

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if set(node) == set(LANGUAGES):
                found.append(str(node[language]))
            else:
                for child in node.values():
                    walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(question)
    return found


# every lesson and every question


@pytest.mark.parametrize(("lesson", "at_least"), list(zip(LESSONS, (0, 4, 0), strict=True)))
@both_languages
def test_every_sum_of_a_lesson_is_right(lesson: str, at_least: int, language: str) -> None:
    assert check_sums(read_lesson(lesson, language)[1], language) >= at_least


@both_languages
@of_type("single", "multiple", "truefalse", "numeric", "cloze", "ordering", "matching")
def test_every_sum_of_a_question_is_right(question: Question, language: str) -> None:
    for text in all_texts(question, language):
        check_sums(text, language)


@every_lesson
@both_languages
def test_minutes_words_and_front_matter(lesson: str, language: str) -> None:
    front, body = read_lesson(lesson, language)
    parts = parse_body(body, lesson, Report())
    assert 600 <= word_count(parts) <= 1500
    assert front["id"] == lesson
    assert front["minutes"] == reading_minutes(parts)
    hook = body.strip().split("\n\n")[0]
    assert 60 <= len(hook.split()) <= 120
    assert re.search(r"\d", hook)
    assert 1 <= len(front["objectives"]) <= 3
    assert len(front["terms"]) <= 5
    assert all(term["term"].lower() in body.lower() for term in front["terms"])
    assert len(re.findall(r"^::: (?:keep|care|dated|deeper)", body, re.MULTILINE)) <= 2
    assert not re.search("[\u00a0\u202f\u2019“”]", body)


@every_lesson
def test_both_languages_hold_the_same_parts(lesson: str) -> None:
    shapes = []
    for language in LANGUAGES:
        front, body = read_lesson(lesson, language)
        questions = re.findall(r"\{\{question: (.*?)\}\}", body)
        parts = (body.count("\n#### "), body.count("\n## "), len(blocks(body)), len(blocks(body, "output")))
        shapes.append((questions, parts, len(front["objectives"]), len(front["terms"])))
        assert set(questions) <= set(QUESTIONS)
        assert body.index(questions[0]) < body.index("::: worked ")
    assert shapes[0] == shapes[1]


@every_lesson
@both_languages
def test_code_is_short_and_there_is_one_figure(lesson: str, language: str) -> None:
    _, body = read_lesson(lesson, language)
    assert sum("sklearn" in block for block in blocks(body)) <= 1
    for block in blocks(body):
        assert all(node.id.isascii() for node in ast.walk(ast.parse(block)) if isinstance(node, ast.Name))
        assert len(block.splitlines()) <= 25
        assert max(map(len, block.splitlines())) <= 72
    (name,) = re.findall(r"^!\[.+\]\(media/(\S+)\.\w+\.svg \".+\"\)$", body, re.MULTILINE)
    assert name == FIGURES[LESSONS.index(lesson)]


# lesson 1: from question to target

DECISION, TIME_IS_UP = date(2026, 6, 30), date(2026, 7, 30)
SUBSCRIPTIONS = {"fr": "abonnes", "en": "subscriptions"}


def lines_of(language: str) -> dict[str, tuple[date, date | None]]:
    names = run(LESSONS[0], language)
    return {name: (start, end) for name, start, end in (row.values() for row in names[SUBSCRIPTIONS[language]])}


@both_languages
def test_six_time_lines_give_four_rows(language: str) -> None:
    found = {}
    for name, (start, end) in lines_of(language).items():
        if start <= DECISION and (end is None or end > DECISION):
            found[name] = int(end is not None and end <= TIME_IS_UP)
    assert found == {"A": 1, "B": 0, "D": 0, "F": 1}
    assert (TIME_IS_UP - DECISION).days == 30
    ends = {name: end for name, (_, end) in lines_of(language).items()}
    assert (ends["D"] - DECISION).days == 45
    assert ends["F"] == TIME_IS_UP
    names = run(LESSONS[0], language)
    target, day = (names[word] for word in {"fr": ("cible", "jour"), "en": ("target", "day")}[language])
    at_sixty = [target(row, day, 60) for row in names[SUBSCRIPTIONS[language]]]
    assert sum(value for value in at_sixty if isinstance(value, int)) == 3
    assert day == DECISION
    assert day.weekday() == 1  # a Tuesday, as the hook says


@both_languages
def test_time_lines_are_drawn_to_scale(language: str) -> None:
    def place(day: date) -> float:
        return 32 + (day - date(2026, 5, 1)).days * 2.3

    nodes = drawing("six-lignes", language)
    dots = {float(node.get("cx", "")): node.get("class") for node in nodes if node.tag.endswith("circle")}
    ends = [end for _, end in lines_of(language).values() if end]
    assert sorted(dots) == pytest.approx(sorted(map(place, ends)), abs=0.06)
    assert list(dots.values()).count("fill-ink") == sum(end <= DECISION for end in ends) == 1
    cuts = [node.get("d", "") for node in nodes if node.get("class") == "accent"]
    drawn = [float(re.findall(r"M([\d.]+)", cut)[0]) for cut in cuts]
    assert drawn == pytest.approx([place(DECISION), place(TIME_IS_UP)], abs=0.06)


# lesson 2: the baseline to beat

KEYS_OF_ROWS = {"fr": ("lignes", "appels", "part"), "en": ("rows", "calls", "leaves")}
GENERATORS = {"fr": "def abonnes(nombre=1000, graine=7):", "en": "def subscribers(count=1000, seed=7):"}


def thread(language: str) -> list[tuple[int, int]]:
    """Calls and departure of each of the thousand subscriptions."""
    rows, calls, leaves = KEYS_OF_ROWS[language]
    return [(row[calls], row[leaves]) for row in run(LESSONS[1], language)[rows]]


def rule(minimum: int, language: str) -> tuple[int, int, Fraction]:
    """Flagged, leavers found, accuracy in percent of the rule “at least so many calls”."""
    rows = thread(language)
    flagged = [left for calls, left in rows if calls >= minimum]
    right = sum((calls >= minimum) == left for calls, left in rows)
    return len(flagged), sum(flagged), Fraction(100 * right, len(rows))


def test_both_languages_make_the_same_subscriptions() -> None:
    assert thread("fr") == thread("en")
    rows = [[list(row.values()) for row in run(LESSONS[1], x)[KEYS_OF_ROWS[x][0]]] for x in LANGUAGES]
    assert rows[0] == rows[1]
    assert len(rows[0]) == 1000


@both_languages
def test_the_rule_and_its_two_baselines(language: str) -> None:
    body = read_lesson(LESSONS[1], language)[1]
    assert GENERATORS[language] in body
    assert sum(left for _, left in thread(language)) == 50
    table = blocks(body, "output")[1].splitlines()
    for line in table:
        minimum, flagged, found, accuracy = line.split()
        assert rule(int(minimum), language) == (int(flagged), int(found), Fraction(accuracy))
    assert len(table) == 4
    assert rule(5, language)[2] == Fraction("94.5")
    flagged, found, _ = rule(4, language)
    assert (flagged, found) == (77, 33)
    assert [minimum for minimum in range(2, 7) if rule(minimum, language)[2] > 95] == [6]
    assert rule(6, language)[2] - 95 == Fraction(2, 10)
    assert Fraction(77 * 50, 1000) == Fraction("3.85")


@both_languages
def test_the_chart_and_its_table(language: str) -> None:
    body = read_lesson(LESSONS[1], language)[1]
    (shown,) = (table for table in tables(body) if len(table) == 5)
    for minimum, flagged, found, accuracy in shown:
        assert rule(int(minimum), language)[:2] == (int(flagged), int(found))
        assert [rule(int(minimum), language)[2]] == numbers(accuracy, language)
    nodes = drawing("reference-plate", language)
    points = {float(node.get("cx", "")): float(node.get("cy", "")) for node in nodes if node.tag.endswith("circle")}
    expected = {60 + (m - 2) * 56: 20 + (100 - float(rule(m, language)[2])) * 7.2 for m in range(2, 7)}
    assert points == pytest.approx(expected, abs=0.06)
    (level,) = (node.get("d", "") for node in nodes if node.get("class") == "ink")
    assert float(re.findall(r"M40 ([\d.]+)H300", level)[0]) == 20 + 5 * 7.2
    alt = re.findall(r"!\[(.+?)\]", body)[0]
    assert {rule(m, language)[2] for m in range(2, 7)} <= set(numbers(alt, language))


def absolute_error(values: list[Any], answer: Any) -> Fraction:
    return Fraction(sum(abs(value - answer) for value in values)) / len(values)


def test_the_median_is_the_best_single_answer() -> None:
    waits = [2, 3, 4, 5, 16]
    assert [abs(wait - median(waits)) for wait in waits] == [2, 1, 0, 1, 12]
    assert absolute_error(waits, median(waits)) == Fraction("3.2")
    assert (mean(waits), absolute_error(waits, mean(waits))) == (6, 4)
    assert all(absolute_error(waits, Fraction(n, 4)) >= Fraction("3.2") for n in range(80))


# lesson 3: split before looking

ANSWERS = {"A": [0, 0, 0], "B": [1, 1, 1], "C": [0, 0, 0], "D": [1, 0, 1]}
ROWS = [(person, month, answer) for person in ANSWERS for month, answer in zip((4, 5, 6), ANSWERS[person], strict=True)]


def recognised(test: list[tuple[str, int, int]]) -> int:
    learnt = [row for row in ROWS if row not in test]
    right = 0
    for person, _, answer in test:
        seen = [row[2] for row in learnt if row[0] == person]
        right += answer == (seen[-1] if seen else int(2 * sum(row[2] for row in learnt) > len(learnt)))
    return right


def splits() -> list[list[tuple[str, int, int]]]:
    return [
        run(LESSONS[2], "fr")["au_hasard"],
        [row for row in ROWS if row[0] == "D"],
        [row for row in ROWS if row[1] == 6],
    ]


@both_languages
def test_twelve_rows_three_tests(language: str) -> None:
    assert run(LESSONS[2], language)[{"fr": "lignes", "en": "rows"}[language]] == ROWS
    printed = blocks(read_lesson(LESSONS[2], language)[1], "output")
    assert run(LESSONS[2], language)[{"fr": "au_hasard", "en": "at_random"}[language]] == splits()[0]
    assert printed[0].strip() == str(splits()[0])
    shown = [[int(n) for n in re.findall(r"\d+", line)] for line in printed[1].splitlines()]
    assert shown == [[recognised(test), len(test)] for test in splits()] == [[3, 3], [1, 3], [3, 4]]
    learnt = [row[2] for row in ROWS if row[0] != "D"]
    assert (learnt.count(0), len(learnt)) == (6, 9)
    assert [answer for person, month, answer in ROWS if (person, month) == ("D", 5)] == [0]


def test_nearly_every_draw_cuts_a_person_in_two() -> None:
    draws = list(combinations(range(12), 3))
    cut = [draw for draw in draws if any(0 < sum(place // 3 == person for place in draw) < 3 for person in range(4))]
    assert (len(draws), len(cut)) == (220, 216)


def test_the_best_of_twenty_coins() -> None:
    eight_or_more = Fraction(sum(comb(10, right) for right in (8, 9, 10)), 2**10)
    assert float(1 - (1 - eight_or_more) ** 20) == pytest.approx(2 / 3, abs=0.02)


def test_rare_cases_of_a_test() -> None:
    leavers = 200 * 5 // 100
    assert leavers == 10
    assert 100 / leavers == 10


@both_languages
def test_filled_squares_are_the_test(language: str) -> None:
    nodes = drawing("trois-separations", language)
    filled = [
        ("ABCD"[(int(node.get("y", "")) - 26) % 150 // 30], 4 + (int(node.get("x", "")) - 114) // 64)
        for node in nodes
        if node.get("class") == "fill-accent"
    ]
    assert filled == [row[:2] for test in splits() for row in test]
    letters = [node.text for node in nodes if node.tag.endswith("text") and node.text in set("ABCD")]
    assert letters == 3 * [person for person, _, _ in ROWS]


# questions with a number for an answer

KEYS: dict[str, Callable[[list[Fraction]], float]] = {
    "lecon-poser-constante": lambda n: 100 * (n[0] - n[1]) / n[0],
    "lecon-poser-hasard": lambda n: n[2] * n[1] / n[0],
    "lecon-poser-cas-rares": lambda n: 100 / (n[0] * n[1] / 100),
    "exercice-poser-colis": lambda n: 100 * (n[0] - n[1]) / n[0],
    "examen-poser-commandes": lambda n: 100 * (n[0] - n[1]) / n[0],
    "examen-poser-appels-au-sort": lambda n: n[2] * n[1] / n[0],
    "examen-poser-reference-forte": lambda n: n[5] - max(n[3], n[2] * n[1] / n[0]),
    "examen-poser-cinq-attentes": lambda n: absolute_error(n[:5], median(n[:5])) - n[5],
}
GAPS: dict[str, Callable[[list[Fraction]], dict[str, float]]] = {
    "exercice-poser-trois-nombres": lambda n: {
        "exactitude": 100 * (n[0] - n[1]) / n[0],
        "trouves": 0,
        "hasard": n[3] * n[1] / n[0],
    },
    "examen-poser-table-de-mars": lambda n: {"lignes": 4, "uns": 2},
}


def check_answers(answers: list[Question], expected: float, language: str) -> None:
    right, *wrong = answers
    assert right["value"] == pytest.approx(float(expected))
    for entry in wrong:
        assert entry["credit"] == 0
        assert abs(entry["value"] - expected) > entry["tolerance"]["absolute"] + right["tolerance"]["absolute"]
        named = re.search(rf"{NUMBER[language]}(?: [+−×÷] {NUMBER[language]})+", entry["feedback"][language])
        if named and entry["misconception"] in ("rare-share", "share-for-number", "share-called", "value-for-error"):
            result = calculate(named[0], language)
            assert any(abs(s * result - entry["value"]) <= entry["tolerance"]["absolute"] for s in (1, 100)), entry


def test_every_key_is_recomputed() -> None:
    assert set(KEYS) == {one for one, question in QUESTIONS.items() if question["type"] == "numeric"}
    assert set(GAPS) == {one for one, question in QUESTIONS.items() if question["type"] == "cloze"}


def in_stem(question_id: str, language: str) -> list[Fraction]:
    return numbers(QUESTIONS[question_id]["stem"][language], language)


@both_languages
@of_type("numeric")
def test_numeric_keys(question: Question, language: str) -> None:
    check_answers(question["answers"], float(KEYS[question["id"]](in_stem(question["id"], language))), language)


@both_languages
@of_type("cloze")
def test_keys_of_gaps(question: Question, language: str) -> None:
    expected = GAPS[question["id"]](in_stem(question["id"], language))
    assert set(expected) == set(question["gaps"])
    for name, gap in question["gaps"].items():
        check_answers(gap["answers"], float(expected[name]), language)


def test_dates_of_the_questions() -> None:
    decision = date(2026, 3, 31)
    ends = [date(2026, month, day) for month, day in ((3, 28), (4, 12), (4, 30), (5, 4), (6, 9))]
    left = [end for end in ends if end > decision]
    assert (len(left), sum((end - decision).days <= 30 for end in left)) == (4, 2)
    assert date(2026, 4, 15) + timedelta(30) == date(2026, 5, 15)
    assert [date(2026, 5, 31) + timedelta(days) for days in (30, 60)] == [date(2026, 6, 30), date(2026, 7, 30)]


def key_of(question_id: str, language: str) -> str:
    (right,) = [option for option in QUESTIONS[question_id]["options"] if option.get("correct")]
    return str(right["text"][language])


@both_languages
def test_keys_of_single_questions(language: str) -> None:
    rows, ones, _, flagged, accuracy = in_stem("lecon-poser-presque", language)
    texts = [numbers(text, language) for text in option_texts(QUESTIONS["lecon-poser-presque"], language)]
    baseline = 100 * (rows - ones) / rows
    assert texts[1] == [baseline]
    gained = (accuracy - baseline) * rows / 100
    assert gained == 4 <= flagged  # 6 right and 2 wrong among the 8 flagged: such a model exists
    parts, defects, accuracy = in_stem("examen-poser-pieces", language)
    assert numbers(key_of("examen-poser-pieces", language), language) == [100 * (parts - defects) / parts]
    assert accuracy * parts / 100 - (parts - defects) == 5
    first, second = in_stem("examen-poser-foyers", language)
    told_numbers = [numbers(text, language)[0] for text in option_texts(QUESTIONS["examen-poser-foyers"], language)]
    assert told_numbers == [second, (first + second) / 2, first, first]
    running, early, late, before, after = horizons(language)
    assert (before, after) == (30, 60)
    options = [numbers(text, language) for text in option_texts(QUESTIONS["exercice-poser-horizons"], language)]
    assert options == [[early, 1], [early + late, 1], [late, 1, running - early]]


def horizons(language: str) -> list[Fraction]:
    """Rows, stops before the 30th of June, stops before the 30th of July, both horizons."""
    found = in_stem("exercice-poser-horizons", language)
    return [found[1], found[2], found[4], found[6], found[7]]


def test_means_named_by_a_wrong_answer() -> None:
    waits = [3, 4, 6, 7, 20]
    assert (median(waits), absolute_error(waits, 6), mean(waits), absolute_error(waits, 8)) == (
        6,
        4,
        8,
        Fraction("4.8"),
    )
    assert [abs(wait - 6) for wait in waits] == [3, 2, 0, 1, 14]


# the bank of the module


def test_rows_of_the_blueprint_have_enough_questions() -> None:
    found: dict[str, int] = defaultdict(int)
    for question in bank("exam"):
        assert "ml-framing" in question["skills"]
        (level,) = (tag for tag in question["tags"] if tag.startswith("cog-"))
        found[level] += 1
    assert found == {"cog-understand": 4, "cog-apply": 4, "cog-analyse": 7}


def test_the_quiz_draws_fewer_than_there_are() -> None:
    module = lesson_files.read_yaml((COURSE / "modules" / "10-poser" / "module.yaml").read_text(encoding="utf-8"))
    (quiz,) = [item for item in module["items"] if "quiz" in item]
    assert sum(row["count"] for row in quiz["pick"]) <= len(bank("practice")) - 2
    assert module["mastery"] == {"quiz": quiz["quiz"], "threshold": 0.8}


@both_languages
@of_type("single", "multiple")
def test_no_feedback_serves_twice(question: Question, language: str) -> None:
    told = list(feedbacks(question, language))
    assert len(told) == len(set(told))
