"""Recompute every derived number of the lessons of the module `mesurer`, and of their figures."""

from __future__ import annotations

import ast
import re
from fractions import Fraction
from functools import partial
from itertools import pairwise
from math import comb, sqrt
from statistics import mean, stdev
from typing import Any

import pytest

from tests.content import lesson_files
from tests.content.lesson_files import check_code, check_figure, check_form, check_same_parts, of_class, tables
from tests.content.measures import brier, cost, wilson
from tests.content.question_banks import CONTENT, Domain, both_languages, number, numbers
from tests.content.shown_programs import blocks
from tests.content.written_sums import check_sums

COURSE = CONTENT / "apprentissage-automatique"
MODULE = COURSE / "modules" / "30-mesurer"
LESSONS = (
    "01-precision-et-rappel",
    "02-choisir-un-seuil",
    "03-etalonner-une-probabilite",
    "04-un-ecart-est-il-un-ecart",
)
FIGURES = ("mille-carres", "courbe-des-couts", "diagonale", "intervalles")
CALL, LOSS = 5, 80
THRESHOLDS = {0: (50, 950), 0.06: (48, 87), 0.2: (45, 60), 0.5: (30, 10), 0.8: (13, 2), 1: (0, 0)}
GROUPS = [(0.1, 50, 10), (0.3, 40, 14), (0.5, 20, 10), (0.7, 30, 18), (0.9, 60, 42)]
FOLDS = {
    "A": [0.78, 0.84, 0.80, 0.75, 0.83],
    "B": [0.83, 0.79, 0.82, 0.80, 0.81],
    "C": [0.80, 0.85, 0.81, 0.75, 0.84],
}
DOMAIN = Domain(COURSE.name, "mesure")
QUESTIONS = DOMAIN.questions
read_lesson = partial(lesson_files.read_lesson, MODULE)
drawing = partial(lesson_files.drawing, COURSE)
every_lesson = pytest.mark.parametrize("lesson", LESSONS)
bill = partial(cost, miss=LOSS, call=CALL)


def printed(lesson: str, language: str) -> list[str]:
    return blocks(read_lesson(lesson, language)[1], "output")


def wilson_percents(found: int, cases: int) -> tuple[float, float]:
    low, high = wilson(found, cases)
    return round(100 * low, 1), round(100 * high, 1)


# every lesson


@pytest.mark.parametrize(("lesson", "at_least"), list(zip(LESSONS, (10, 10, 8, 4), strict=True)))
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


def test_questions_of_the_module_are_embedded_in_it() -> None:
    embedded: Any = set()
    for lesson in LESSONS:
        embedded |= set(re.findall(r"\{\{question: (.*?)\}\}", read_lesson(lesson, "fr")[1]))
    assert embedded == {question["id"] for question in DOMAIN.banks["lessons"]}


# lesson 1: precision and recall


@both_languages
def test_four_counts_four_measures(language: str) -> None:
    body = read_lesson(LESSONS[0], language)[1]
    tp, fp, fn, tn = 30, 10, 20, 940
    precision, recall = Fraction(tp, tp + fp), Fraction(tp, tp + fn)
    told = [Fraction(tp + tn, 1000), precision, recall, 2 * precision * recall / (precision + recall)]
    assert ast.literal_eval(blocks(body, "output")[0]) == [round(float(one), 3) for one in told]
    letters = {"fr": "VP 30, FP 10, FN 20, VN 940", "en": "TP 30, FP 10, FN 20, TN 940"}[language]
    assert letters in body
    assert bill(1, 0) / bill(0, 1) == 16


@both_languages
def test_precision_where_departures_are_rare(language: str) -> None:
    body = read_lesson(LESSONS[0], language)[1]
    start = {"fr": "Imaginez un autre modèle", "en": "Picture another model"}[language]
    told = numbers(body[body.index(start) :].split("\n\n")[0], language)
    shares = []
    for leavers in (500, 50):
        found, others = Fraction(80 * leavers, 100), Fraction(10 * (1000 - leavers), 100)
        assert {found, others} <= set(told)
        shares.append(round(100 * found / (found + others)))
    assert shares == [89, 30]
    assert set(shares) <= set(told)


@both_languages
def test_a_thousand_marks_are_drawn(language: str) -> None:
    nodes = drawing("mille-carres", language)
    marks = [(node.get("class"), (node.get("d") or "").count("M")) for node in nodes if node.tag.endswith("path")]
    assert marks == [
        ("fill-accent", 30),
        ("ink", 10),
        ("fill-accent", 20),
        ("fill-soft", 940),
        ("fill-accent", 1),
        ("ink", 1),
        ("fill-soft", 1),
    ]


# lesson 2: a threshold chosen by costs


@both_languages
def test_six_thresholds_and_their_bills(language: str) -> None:
    body = read_lesson(LESSONS[1], language)[1]
    counts, bills = tables(body)
    for (threshold, *shown), (tp, fp) in zip(counts, THRESHOLDS.values(), strict=True):
        assert [number(cell, language) for cell in shown] == [tp, fp, 50 - tp]
        assert number(threshold, language) in THRESHOLDS
    expected = [[at, bill(50 - tp, fp)] for at, (tp, fp) in THRESHOLDS.items()]
    assert [[number(cell, language) for cell in row] for row in bills] == expected
    lines = [line.split() for line in blocks(body, "output")[0].splitlines()]
    assert [[float(cell) for cell in line] for line in lines] == expected
    assert min(expected, key=lambda row: row[1])[0] == 0.06
    code = ast.parse(blocks(body)[0]).body[0]
    assert isinstance(code, ast.Assign)
    assert ast.literal_eval(code.value) == {at: (fp, 50 - tp) for at, (tp, fp) in THRESHOLDS.items()}


def test_the_counts_are_those_of_a_calibrated_model() -> None:
    """Between two thresholds, the share who leave lies between them: the table and the formula may agree."""
    for (low, (tp, fp)), (high, (fewer, needless)) in pairwise(THRESHOLDS.items()):
        share = (tp - fewer) / (tp - fewer + fp - needless)
        assert low <= share <= high, (low, high)


@both_languages
def test_the_threshold_by_calculation(language: str) -> None:
    body = read_lesson(LESSONS[1], language)[1]
    assert round(CALL / (CALL + LOSS), 3) == 0.059
    kept = Fraction(CALL + LOSS, 4)
    assert (float(kept), float(kept - CALL), round(float(CALL / kept), 3)) == (21.25, 16.25, 0.235)
    assert {"fr": "0,235", "en": "0.235"}[language] in body
    assert [int(line.split()[3]) for line in blocks(body, "output")[1].splitlines()] == [
        bill(50 - int(tp), int(called) - int(tp))
        for _, called, tp, _ in (line.split() for line in blocks(body, "output")[1].splitlines())
    ]


@both_languages
def test_points_of_the_cost_curve_are_to_scale(language: str) -> None:
    dots = of_class(drawing("courbe-des-couts", language), "fill-ink")
    found = [(float(dot.get("cx", "")), float(dot.get("cy", ""))) for dot in dots]
    for (x, y), (at, (tp, fp)) in zip(found, THRESHOLDS.items(), strict=True):
        assert x == pytest.approx(56 + at * 246, abs=0.01)
        assert y == pytest.approx(214 - bill(50 - tp, fp) / 5000 * 180, abs=0.01)


# lesson 3: calibration


@both_languages
def test_brier_scores_of_the_lesson(language: str) -> None:
    outcomes = [1, 1, 0, 0]
    scores = [brier(outcomes, one) for one in ([0.9, 0.8, 0.3, 0.1], [1, 0.6, 0.6, 0], [0.5] * 4)]
    first, second = printed(LESSONS[2], language)
    assert [float(line) for line in first.splitlines()] == pytest.approx(scores)
    assert scores == pytest.approx([0.0375, 0.13, 0.25])
    happened = [h for _, people, left in GROUPS for h in [1] * left + [0] * (people - left)]
    announced = [p for p, people, _ in GROUPS for _ in range(people)]
    corrected = [left / people for _, people, left in GROUPS for _ in range(people)]
    shares, model, constant = second.splitlines()
    assert ast.literal_eval(shares) == [left / people for _, people, left in GROUPS]
    assert (len(happened), sum(happened)) == (200, 94)
    assert round(brier(happened, announced), 3) == float(model) == 0.226
    assert round(brier(happened, [0.47] * 200), 4) == float(constant) == 0.2491
    assert round(brier(happened, corrected), 4) == 0.2095
    assert {"fr": "0,2095", "en": "0.2095"}[language] in read_lesson(LESSONS[2], language)[1]
    assert round(brier([1] * 50 + [0] * 950, [0.05] * 1000), 4) == 0.0475


@both_languages
def test_table_and_points_of_the_reliability_plot(language: str) -> None:
    (table,) = tables(read_lesson(LESSONS[2], language)[1])
    shown = [[number(cell, language) for cell in row] for row in table]
    assert shown == [[p, people, left, left / people] for p, people, left in GROUPS]
    dots = of_class(drawing("diagonale", language), "fill-ink")
    for dot, (p, people, left) in zip(dots, GROUPS, strict=True):
        assert float(dot.get("cx", "")) == pytest.approx(56 + p * 224, abs=0.01)
        assert float(dot.get("cy", "")) == pytest.approx(254 - left / people * 224, abs=0.01)


# lesson 4: is a gap a gap?


@both_languages
def test_five_folds_three_models(language: str) -> None:
    body = read_lesson(LESSONS[3], language)[1]
    ends, table = tables(body)
    for found, cases, low, high in ([number(cell, language) for cell in row] for row in ends):
        assert (low, high) == wilson_percents(int(found), int(cases))
    for column, scores in enumerate(FOLDS.values(), start=1):
        assert [number(row[column], language) for row in table] == scores
    assert [round(mean(scores), 2) for scores in FOLDS.values()] == [0.80, 0.81, 0.81]
    assert round(stdev(FOLDS["A"]), 3) == 0.037
    assert round(sum((one - 0.8) ** 2 for one in FOLDS["A"]), 4) == 0.0054
    lines = blocks(body, "output")[0].splitlines()
    for name, gaps, summary in (("B", lines[0], lines[1]), ("C", lines[2], lines[3])):
        expected = [round(other - a, 2) for a, other in zip(FOLDS["A"], FOLDS[name], strict=True)]
        assert gaps == f"{name} {expected}"
        assert [float(one) for one in summary.split()] == [round(mean(expected), 3), round(stdev(expected), 3)]
    assert [round(100 * sum(FOLDS[name])) for name in "AC"] == [400, 405]


@both_languages
def test_intervals_are_those_of_wilson_and_drawn_to_scale(language: str) -> None:
    body = read_lesson(LESSONS[3], language)[1]
    for line in blocks(body, "output")[1].splitlines():
        found, cases, shown = line.split(maxsplit=2)
        assert tuple(ast.literal_eval(shown)) == wilson_percents(int(found), int(cases))
    ends = [wilson_percents(82 * n, 100 * n) for n in (1, 2, 4)]
    assert ends == [(73.3, 88.3), (76.1, 86.7), (77.9, 85.5)]
    alt = re.findall(r"!\[(.+?)\]", body)[0]
    assert all(Fraction(str(end)) in numbers(alt, language) for pair in ends for end in pair)
    bars = [node for node in of_class(drawing("intervalles", language), "accent") if node.get("stroke-width") == "3"]
    for bar, (low, high) in zip(bars, ends, strict=True):
        left, right = re.findall(r"M([\d.]+) \d+H([\d.]+)", bar.get("d", ""))[0]
        assert float(left) == pytest.approx(86 + (low - 70) * 11, abs=0.01)
        assert float(right) == pytest.approx(86 + (high - 70) * 11, abs=0.01)
    assert round(sqrt(0.82 * 0.18 / 100), 3) == 0.038
    assert round(200 * sqrt(0.82 * 0.18 / 100)) == 8


def test_the_best_of_twenty_equal_models() -> None:
    below, expected, previous = 0.0, 0.0, 0.0
    for found in range(101):
        below += comb(100, found) * 0.8**found * 0.2 ** (100 - found)
        expected += found * (below**20 - previous)
        previous = below**20
    assert round(expected) == 87
