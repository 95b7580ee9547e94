"""Recompute every derived number of the lessons of the module `apprendre`, and of their figures."""

from __future__ import annotations

import ast
import re
from functools import cache, partial
from math import dist, exp, log
from statistics import linear_regression, mean, pstdev
from typing import Any

import pytest

from tests.content import lesson_files
from tests.content.lesson_files import check_code, check_figure, check_form, check_same_parts, of_tag, texts_of
from tests.content.measures import gini
from tests.content.question_banks import CONTENT, LANGUAGES, Domain, both_languages, numbers
from tests.content.shown_programs import blocks, displayed, names_left
from tests.content.written_sums import check_sums

COURSE = CONTENT / "apprentissage-automatique"
MODULE = COURSE / "modules" / "20-apprendre"
LESSONS = (
    "01-les-plus-proches-voisins",
    "02-la-droite-et-ses-residus",
    "03-une-probabilite",
    "04-arbres-et-forets",
    "05-surapprendre",
)
FIGURES = ("deux-regles", "batons-des-residus", "courbe-en-s", "arbre-de-deux-coupes", "deux-courbes-de-profondeur")
LATE, CALLS = [2, 4, 6, 8, 10], [15, 17, 23, 25, 30]
DEPTHS, TRAINING, VALIDATION = [1, 2, 4, 6, 10], [22, 15, 9, 4, 0], [23, 17, 14, 16, 21]
QUESTIONS = Domain(COURSE.name, "apprentissage").questions
read_lesson = partial(lesson_files.read_lesson, MODULE)
drawing = partial(lesson_files.drawing, COURSE)
every_lesson = pytest.mark.parametrize("lesson", LESSONS)


def output_of(lesson: str, language: str, which: int) -> str:
    return blocks(read_lesson(lesson, language)[1], "output")[which]


@cache
def subscribers(language: str) -> list[dict[str, int]]:
    """The thousand rows, made by the program that the lesson prints."""
    (code,) = (block for block in blocks(read_lesson(LESSONS[2], language)[1]) if block.startswith("import random"))
    rows: list[dict[str, int]] = names_left(code)["abonnes" if language == "fr" else "subscribers"]()
    return rows


# every lesson


@pytest.mark.parametrize(("lesson", "at_least"), list(zip(LESSONS, (2, 9, 4, 6, 0), strict=True)))
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
    assert sum("sklearn" in block for block in blocks(body)) == 1


@both_languages
def test_blocks_of_the_standard_library_print_what_the_lesson_says(language: str) -> None:
    ran = 0
    for lesson in LESSONS:
        names: dict[str, Any] = {}
        for code, printed in re.findall(
            r"^```python\n(.*?)^```\n(?:\n```output\n(.*?)^```)?", read_lesson(lesson, language)[1], re.M | re.S
        ):
            if "sklearn" not in code:
                assert displayed(code, names) == printed
                ran += 1
    assert ran == 9


def test_the_thousand_rows_are_the_same_in_every_lesson_and_language() -> None:
    for language in LANGUAGES:
        codes = [block for lesson in LESSONS for block in blocks(read_lesson(lesson, language)[1])]
        assert len({code for code in codes if code.startswith("import random")}) == 1
    fr, en = ([tuple(row.values()) for row in subscribers(language)] for language in LANGUAGES)
    assert fr == en
    assert sum(row[-1] for row in fr) == 50


# lesson 1: nearest neighbours


NEW, STAYED, LEFT = (30, 30_000), (31, 34_000), (55, 30_500)


def test_the_two_distances_with_and_without_a_ruler() -> None:
    assert [round(dist(NEW, other)) for other in (STAYED, LEFT)] == [4000, 501]
    scaled = [dist((NEW[0] / 10, NEW[1] / 8000), (age / 10, income / 8000)) for age, income in (STAYED, LEFT)]
    assert [round(distance, 2) for distance in scaled] == [0.51, 2.5]


@both_languages
def test_three_neighbours_vote_otherwise_once_scaled(language: str) -> None:
    code = blocks(read_lesson(LESSONS[0], language)[1])[2]
    pairs = [tuple(map(int, pair)) for pair in re.findall(r"\((\d+), (\d+)\)", code.replace("_", ""))]
    rows = [STAYED, LEFT, *pairs]
    leaves = ast.literal_eval(re.findall(r"= (\[[01, ]+\])", code)[0])
    assert len(rows) == len(leaves) == 10
    rulers = [pstdev(row[column] for row in rows) for column in (0, 1)]
    votes = []
    for ruler in ([1, 1], rulers):
        distances = [
            dist([a / r for a, r in zip(NEW, ruler, strict=True)], [a / r for a, r in zip(row, ruler, strict=True)])
            for row in rows
        ]
        nearest = sorted(range(10), key=lambda place: distances[place])[:3]
        votes.append(([rows[place][0] for place in nearest], [leaves[place] for place in nearest]))
    assert votes == [([48, 55, 52], [1, 1, 1]), ([31, 33, 25], [0, 0, 0])]
    assert re.findall(r": (\d)", output_of(LESSONS[0], language, 2)) == ["1", "0"]


@both_languages
def test_figure_of_two_rulers_is_to_scale(language: str) -> None:
    circles = [(float(c.get("cx", 0)), float(c.get("cy", 0))) for c in of_tag(drawing(FIGURES[0], language), "circle")]
    (a, b, c), (d, e, f) = circles[:3], circles[3:]
    assert (c[0] - a[0]) / (b[0] - a[0]) == pytest.approx(4000 / 500)
    assert (e[0] - d[0]) / (f[0] - d[0]) == pytest.approx(0.1 / 2.5)
    assert (d[1] - e[1]) / (f[0] - d[0]) == pytest.approx(0.5 / 2.5)
    assert (d[1] - f[1]) / (f[0] - d[0]) == pytest.approx(0.0625 / 2.5)


# lesson 2: the line


def test_the_line_its_errors_and_its_r_squared() -> None:
    slope, start = linear_regression(LATE, CALLS)
    assert (round(slope, 6), round(start, 6)) == (1.9, 10.6)
    residuals = [y - (start + slope * x) for x, y in zip(LATE, CALLS, strict=True)]
    assert [round(residual, 1) for residual in residuals] == [0.6, -1.2, 1.0, -0.8, 0.4]
    assert round(mean(map(abs, residuals)), 6) == 0.8
    assert mean(abs(y - 22) for y in CALLS) == 4.8
    squares = [sum(r * r for r in residuals), sum((y - 22) ** 2 for y in CALLS)]
    assert [round(total, 6) for total in squares] == [3.6, 148]
    assert round(1 - squares[0] / squares[1], 3) == 0.976
    assert round(start + slope * 7, 1) == 23.9
    assert [11 + 2 * x - y for x, y in zip(LATE, CALLS, strict=True)][1:3] == [2, 0]


@both_languages
def test_figure_and_table_of_residuals(language: str) -> None:
    circles = of_tag(drawing(FIGURES[1], language), "circle")
    points = [(float(c.get("cx", 0)), float(c.get("cy", 0))) for c in circles]
    assert len(points) == 10
    for (x, y), late, calls in zip(points[:5], LATE, CALLS, strict=True):
        assert (x, y) == pytest.approx((44 + 22 * late, 182 - 4.6 * calls), abs=0.05)
    for (_, y), residual in zip(points[5:], [0.6, -1.2, 1, -0.8, 0.4], strict=True):
        assert y == pytest.approx(270 - 32 * residual, abs=0.05)
    rows = re.findall(
        r"^\| (\d+) \| (\d+) \| ([\d.,]+) \| (−?)([\d.,]+) \|$", read_lesson(LESSONS[1], language)[1], re.M
    )
    assert len(rows) == 5
    for late, calls, predicted, minus, residual in rows:
        found = numbers(predicted, language)[0]
        assert float(found) == pytest.approx(10.6 + 1.9 * int(late))
        assert float(int(calls) - found) == pytest.approx(float(numbers(residual, language)[0]) * (-1 if minus else 1))


# lesson 3: the probability


def chance(calls: float) -> float:
    odds = exp(-3 + 0.8 * calls)
    return odds / (1 + odds)


@both_languages
def test_table_curve_and_landmarks_of_the_logistic(language: str) -> None:
    _, body = read_lesson(LESSONS[2], language)
    rows = re.findall(r"^\| (\d) \| (−?)([\d.,]+) \| ([\d.,]+) \| ([\d.,]+) \|$", body, re.M)
    assert [int(row[0]) for row in rows] == list(range(8))
    for calls, minus, score, odds, probability in rows:
        z = float(numbers(score, language)[0]) * (-1 if minus else 1)
        assert z == pytest.approx(-3 + 0.8 * int(calls))
        assert float(numbers(odds, language)[0]) == pytest.approx(exp(z), abs=0.0005)
        assert float(numbers(probability, language)[0]) == pytest.approx(chance(int(calls)), abs=0.0005)
    points = [(float(c.get("cx", 0)), float(c.get("cy", 0))) for c in of_tag(drawing(FIGURES[2], language), "circle")]
    for calls, (x, y) in enumerate(points):
        assert (x, y) == pytest.approx((48 + 36 * calls, 220 - 190 * chance(calls)), abs=0.05)
    assert [round(chance(calls), 3) for calls in (2, 3, 5)] == [0.198, 0.354, 0.731]
    assert (round(exp(0.8), 4), round(exp(0.8), 2), round(exp(1), 3)) == (2.2255, 2.23, 2.718)
    assert (round(exp(-0.6), 2), round(log(0.55), 1), round(0.549 / 0.247, 2)) == (0.55, -0.6, 2.22)
    assert (round(-log(0.9), 3), round(-log(0.1), 3)) == (0.105, 2.303)


@both_languages
def test_two_thresholds_on_a_thousand_rows(language: str) -> None:
    """One column: the probability goes up with calls, and the two thresholds fall before 5 and before 4 calls."""
    calls, leaves = ("appels", "part") if language == "fr" else ("calls", "leaves")
    found = []
    for least in (5, 4):
        seen = [row[leaves] for row in subscribers(language) if row[calls] >= least]
        found.append(f"{len(seen)} {sum(seen)}")
    assert [line.partition(" ")[2] for line in output_of(LESSONS[2], language, 1).splitlines()[1:]] == found
    _, body = read_lesson(LESSONS[2], language)
    assert all(number in body for number in ("33", "14", "77"))


# lesson 4: trees


def files(language: str) -> list[tuple[int, int, int]]:
    code = next(block for block in blocks(read_lesson(LESSONS[3], language)[1]) if "def gini" in block)
    found: list[tuple[int, int, int]] = ast.literal_eval(ast.unparse(ast.parse(code).body[0].value))  # type: ignore[attr-defined]
    return found


@both_languages
def test_the_ten_files_are_those_of_the_table(language: str) -> None:
    _, body = read_lesson(LESSONS[3], language)
    names = ("appels", "mois", "part") if language == "fr" else ("calls", "months", "leaves")
    columns = []
    for name in names:
        cells = re.findall(rf"^\| {name} \| ([\d |]+) \|$", body, re.M)
        columns.append([int(cell) for row in cells for cell in row.split("|")])
    assert list(zip(*columns, strict=True)) == files(language)


@both_languages
def test_the_two_splits_and_the_best_of_fifteen(language: str) -> None:
    rows = files(language)

    def split(column: int, limit: int) -> tuple[list[int], list[int]]:
        return [r[2] for r in rows if r[column] >= limit], [r[2] for r in rows if r[column] < limit]

    def mixture(column: int, limit: int) -> float:
        return sum(len(group) * gini(sum(group), len(group)) for group in split(column, limit)) / 10

    assert round(gini(4, 10), 2) == 0.48
    assert [(sum(g), len(g) - sum(g)) for g in split(0, 3)] == [(4, 1), (0, 5)]
    assert [(sum(g), len(g) - sum(g)) for g in split(1, 24)] == [(1, 3), (3, 3)]
    assert (round(mixture(0, 3), 2), round(mixture(1, 24), 2)) == (0.16, 0.45)
    limits = [(column, limit) for column in (0, 1) for limit in sorted({r[column] for r in rows})[1:]]
    assert len(limits) == 15
    assert min(limits, key=lambda one: mixture(*one)) == (0, 3)
    assert sum(round(mixture(*one), 2) == 0.16 for one in limits) == 1
    yes = [r for r in rows if r[0] >= 3]
    assert sorted((r[1] >= 72, r[2]) for r in yes) == [(False, 1)] * 4 + [(True, 0)]
    texts = texts_of(drawing(FIGURES[3], language))
    assert [t.split()[0] for t in texts if re.match(r"\d", t)] == ["10", "4", "5", "0", "5", "4", "4", "4", "1", "0"]


def test_one_of_two_traits_hides_from_a_greedy_tree() -> None:
    people = [(a, b, int(a != b)) for a in (0, 1) for b in (0, 1)]
    for column in (0, 1):
        group = [p[2] for p in people if p[column]]
        assert gini(sum(group), len(group)) == 0.5


@both_languages
def test_leavers_among_the_rows_held_out(language: str) -> None:
    ends = [row["part" if language == "fr" else "leaves"] for row in subscribers(language)]
    assert sum(ends[600:]) == 18
    assert sum(ends[800:]) == 8
    assert sum(ends[600:800]) == 10
    assert output_of(LESSONS[4], language, 1).splitlines()[-1].endswith(" 8")


# lesson 5: overfitting


@both_languages
def test_the_five_trees_their_gaps_and_their_figure(language: str) -> None:
    _, body = read_lesson(LESSONS[4], language)
    names = {
        "fr": ("profondeur", "entraînement (%)", "validation (%)"),
        "en": ("depth", "training (%)", "validation (%)"),
    }
    for name, values in zip(names[language], (DEPTHS, TRAINING, VALIDATION), strict=True):
        assert f"| {name} | " + " | ".join(map(str, values)) + " |" in body
    assert min(zip(VALIDATION, DEPTHS, strict=True)) == (14, 4)
    assert VALIDATION[4] - VALIDATION[2] == 7
    nodes = drawing(FIGURES[4], language)
    dots = [(float(c.get("cx", 0)), float(c.get("cy", 0))) for c in of_tag(nodes, "circle")]
    squares = [(float(r.get("x", 0)) + 4.5, float(r.get("y", 0)) + 4.5) for r in of_tag(nodes, "rect")]
    for points, values in ((dots, TRAINING), (squares, VALIDATION)):
        for (x, y), depth, value in zip(points, DEPTHS, values, strict=True):
            assert (x, y) == pytest.approx((48 + 24 * depth, 226 - 7.6 * value), abs=0.05)
