"""Recompute every derived number of the lessons of the module `poser`, and of their figures."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from functools import cache, partial
from itertools import combinations
from math import comb
from statistics import mean, median
from typing import Any

import pytest

from tests.content import lesson_files
from tests.content.lesson_files import check_code, check_figure, check_form, check_same_parts, tables
from tests.content.measures import absolute_error
from tests.content.question_banks import CONTENT, LANGUAGES, Domain, both_languages, numbers
from tests.content.shown_programs import blocks, names_left
from tests.content.written_sums import check_sums

COURSE = CONTENT / "apprentissage-automatique"
MODULE = COURSE / "modules" / "10-poser"
LESSONS = ("01-de-la-question-a-la-cible", "02-la-reference-a-battre", "03-separer-avant-de-regarder")
FIGURES = ("six-lignes", "reference-plate", "trois-separations")
QUESTIONS = Domain(COURSE.name, "probleme").questions
read_lesson = partial(lesson_files.read_lesson, MODULE)
drawing = partial(lesson_files.drawing, COURSE)
every_lesson = pytest.mark.parametrize("lesson", LESSONS)


@cache
def run(lesson: str, language: str) -> dict[str, Any]:
    """What the lesson's own programs define, those of the standard library."""
    return names_left(*(block for block in blocks(read_lesson(lesson, language)[1]) if "sklearn" not in block))


# every lesson


@pytest.mark.parametrize(("lesson", "at_least"), list(zip(LESSONS, (0, 4, 0), strict=True)))
@both_languages
def test_every_sum_of_a_lesson_is_right(lesson: str, at_least: int, language: str) -> None:
    assert check_sums(read_lesson(lesson, language)[1], language) >= at_least


@every_lesson
@both_languages
def test_minutes_words_and_front_matter(lesson: str, language: str) -> None:
    check_form(*read_lesson(lesson, language), lesson)


@every_lesson
def test_both_languages_hold_the_same_parts(lesson: str) -> None:
    assert check_same_parts(MODULE, lesson) <= set(QUESTIONS)


@every_lesson
@both_languages
def test_code_is_short_and_there_is_one_figure(lesson: str, language: str) -> None:
    _, body = read_lesson(lesson, language)
    check_code(body)
    check_figure(body, FIGURES[LESSONS.index(lesson)], language)
    assert sum("sklearn" in block for block in blocks(body)) <= 1


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
