"""Recompute every derived number of the module `apprendre`: its five lessons, its figures and its questions."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stdout
from functools import cache, partial
from io import StringIO
from math import dist, exp, log
from pathlib import Path
from statistics import linear_regression, mean, pstdev
from typing import Any
from xml.etree import ElementTree

import pytest

from app.authoring.lessons import parse_body, reading_minutes, word_count
from app.authoring.report import Report
from tests.content import lesson_files
from tests.content.question_banks import LANGUAGES, Question, both_languages, numbers, sentences, words
from tests.content.test_verifier_numbers import check_sums

COURSE = Path(__file__).resolve().parents[2] / "content" / "apprentissage-automatique"
LESSONS = (
    "01-les-plus-proches-voisins",
    "02-la-droite-et-ses-residus",
    "03-une-probabilite",
    "04-arbres-et-forets",
    "05-surapprendre",
)
FIGURES = ("deux-regles", "batons-des-residus", "courbe-en-s", "arbre-de-deux-coupes", "deux-courbes-de-profondeur")
COGNITIVE_OFFSETS = {"remember": -0.6, "understand": -0.2, "apply": 0.2, "analyse": 0.6}
LATE, CALLS = [2, 4, 6, 8, 10], [15, 17, 23, 25, 30]
DEPTHS, TRAINING, VALIDATION = [1, 2, 4, 6, 10], [22, 15, 9, 4, 0], [23, 17, 14, 16, 21]
read_lesson = partial(lesson_files.read_lesson, COURSE / "modules" / "20-apprendre")
every_lesson = pytest.mark.parametrize("lesson", LESSONS)


def bank(name: str) -> list[Question]:
    text = (COURSE / "bank" / f"apprentissage-automatique-{name}.yaml").read_text(encoding="utf-8")
    found = lesson_files.read_yaml(text)["questions"] or []
    return [question for question in found if question["domain"] == "apprentissage"]


BANKS = {name: bank(name) for name in ("lessons", "practice", "exam")}
QUESTIONS = {question["id"]: question for found in BANKS.values() for question in found}
every_item = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)


def blocks(text: str, kind: str = "python") -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def output_of(lesson: str, language: str, which: int) -> str:
    return blocks(read_lesson(lesson, language)[1], "output")[which]


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


def drawing(name: str, language: str) -> list[ElementTree.Element]:
    return list(ElementTree.parse(COURSE / "media" / f"{name}.{language}.svg").iter())


def of_tag(nodes: list[ElementTree.Element], tag: str) -> list[ElementTree.Element]:
    return [node for node in nodes if node.tag.endswith(tag)]


def texts_of(nodes: list[ElementTree.Element]) -> list[str]:
    return [node.text or "" for node in of_tag(nodes, "text")]


@cache
def subscribers(language: str) -> list[dict[str, int]]:
    """The thousand rows, made by the program that the lesson prints."""
    names: dict[str, Any] = {}
    (code,) = (block for block in blocks(read_lesson(LESSONS[2], language)[1]) if block.startswith("import random"))
    exec(code, names)
    rows: list[dict[str, int]] = names["abonnes" if language == "fr" else "subscribers"]()
    return rows


# every lesson


@pytest.mark.parametrize(("lesson", "at_least"), list(zip(LESSONS, (2, 9, 4, 6, 0), strict=True)))
@both_languages
def test_every_sum_of_a_lesson_is_right(lesson: str, at_least: int, language: str) -> None:
    assert check_sums(read_lesson(lesson, language)[1], language) >= at_least


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
        links = re.findall(r"\]\((https://[^)]*)\)", body.replace("docs.python.org/fr/", "docs.python.org/"))
        shapes.append((questions, parts, links, len(front["objectives"]), len(front["terms"])))
        assert set(questions) <= set(QUESTIONS)
        assert body.index(f"{{{{question: {questions[0]}}}}}") < body.index("::: worked ")
    assert shapes[0] == shapes[1]


@every_lesson
@both_languages
def test_code_is_short_and_there_is_one_figure(lesson: str, language: str) -> None:
    _, body = read_lesson(lesson, language)
    for block in blocks(body):
        assert len(block.splitlines()) <= 25
        assert max(map(len, block.splitlines())) <= 72
        assert all(node.id.isascii() for node in ast.walk(ast.parse(block)) if isinstance(node, ast.Name))
    assert sum("sklearn" in block for block in blocks(body)) == 1
    (name,) = re.findall(r"^!\[.+\]\(media/(\S+)\.\w+\.svg \".+\"\)$", body, re.MULTILINE)
    assert name == FIGURES[LESSONS.index(lesson)]


@both_languages
def test_blocks_of_the_standard_library_print_what_the_lesson_says(language: str) -> None:
    ran = 0
    for lesson in LESSONS:
        names: dict[str, Any] = {}
        for code, printed in re.findall(
            r"^```python\n(.*?)^```\n(?:\n```output\n(.*?)^```)?", read_lesson(lesson, language)[1], re.M | re.S
        ):
            if "sklearn" not in code:
                screen = StringIO()
                with redirect_stdout(screen):
                    exec(code, names)
                assert screen.getvalue() == printed
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


def gini(leavers: int, count: int) -> float:
    share = leavers / count
    return 1 - share**2 - (1 - share) ** 2


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


# the questions


def known_answers(question: Question) -> Iterator[dict[str, Any]]:
    yield from question.get("answers", ())
    for gap in question.get("gaps", {}).values():
        yield from gap["answers"]


def keys_of(question: Question) -> list[float]:
    return [answer["value"] for answer in known_answers(question) if answer.get("credit", 1) == 1]


NUMERIC: dict[str, list[float]] = {
    "lecon-apprendre-distance": [dist((40 / 10, 20_000 / 8000), (46 / 10, 26_400 / 8000))],
    "lecon-apprendre-residu": [19 - (5 + 3 * 4)],
    "lecon-apprendre-cote": [exp(1.2) / (1 + exp(1.2))],
    "lecon-apprendre-gini": [gini(2, 8)],
    "lecon-apprendre-profondeur": [min(zip([20, 15, 13, 18], [1, 3, 5, 9], strict=True))[1]],
    "exercice-apprendre-gini-dix": [gini(2, 10)],
    "exercice-apprendre-prevu-et-residu": [4 + 2.5 * 6, 17 - (4 + 2.5 * 6)],
    "exercice-apprendre-cote-de-huit": [8 / 2],
    "examen-apprendre-deux-regles": [dist((50 / 8, 26_000 / 4000), (62 / 8, 34_000 / 4000))],
    "examen-apprendre-residu-signe": [21 - (12 + 1.5 * 8)],
    "examen-apprendre-score-logistique": [exp(-2 + 0.5 * 2) / (1 + exp(-2 + 0.5 * 2))],
    "examen-apprendre-coupe-a-peser": [gini(4, 8), gini(0, 12), (8 * gini(4, 8) + 12 * gini(0, 12)) / 20],
    "examen-apprendre-erreur-absolue": [mean(abs(a - b) for a, b in zip([12, 18, 21], [14, 17, 18], strict=True))],
    "examen-apprendre-a-egalite": [min(zip([18, 15, 15, 19], [2, 3, 5, 8], strict=True))[1]],
}


def test_every_key_that_is_a_number_is_recomputed() -> None:
    asked = {name for name, question in QUESTIONS.items() if question["type"] in ("numeric", "cloze")}
    assert asked == set(NUMERIC)
    for name, values in NUMERIC.items():
        right = [answer for answer in known_answers(QUESTIONS[name]) if answer.get("credit", 1) == 1]
        assert len(right) == len(values)
        for answer, value in zip(right, values, strict=True):
            assert abs(answer["value"] - value) <= answer["tolerance"]["absolute"] + 1e-9, name


@every_item
def test_known_errors_stand_clear_of_the_key(question: Question) -> None:
    if question["type"] == "numeric":
        groups = [question["answers"]]
    else:
        groups = [gap["answers"] for gap in question.get("gaps", {}).values()]
    for answers in groups:
        for one in answers:
            for other in answers:
                if one is not other:
                    room = one["tolerance"]["absolute"] + other["tolerance"]["absolute"]
                    assert abs(one["value"] - other["value"]) > room


def test_numbers_told_in_feedback() -> None:
    assert (round(exp(0.8), 2), round(2 / 3, 2)) == (2.23, 0.67)
    gain = 0.04 / 1.04 - 0.02 / 1.02
    assert gain == pytest.approx(0.02, abs=0.002)
    assert (round(exp(1.2), 2), round(exp(-1), 3)) == (3.32, 0.368)
    assert 21 - (12 + 1.5) * 8 == -87
    assert round((4 + 1 + 9) / 3, 2) == 4.67
    assert (4 + 2.5) * 6 == 39
    votes = [1, 0, 1, 0, 0]
    assert [sum(votes[:k]) > k / 2 for k in (1, 3, 5)] == [True, True, False]


@both_languages
@every_item
def test_every_sum_of_a_question_is_right(question: Question, language: str) -> None:
    for text in all_texts(question, language):
        check_sums(text, language)


@every_item
def test_tags_skills_and_numbers(question: Question) -> None:
    (tag,) = (tag.removeprefix("cog-") for tag in question["tags"] if tag.startswith("cog-"))
    assert question["b"] == pytest.approx(0.9 + COGNITIVE_OFFSETS[tag])
    assert question["level"] == "advanced"
    assert question["review_by"] == "2027-11"
    assert question["skills"] in (["machine-learning", "predictive-modelling"], ["ml-practice"])
    for one, other in zip(*(all_texts(question, language) for language in LANGUAGES), strict=True):
        assert Counter(numbers(one, "fr")) == Counter(numbers(other, "en")), "W211"


@both_languages
@every_item
def test_feedback_of_every_type(question: Question, language: str) -> None:
    for entry in (*question.get("options", ()), *known_answers(question), *question.get("pairs", ())):
        if "feedback" not in entry:
            continue
        told = entry["feedback"][language]
        if "misconception" in entry:
            assert 15 <= len(words(told)) <= 45, "W212"
        else:
            assert len(words(told)) >= 8
            assert len(sentences(told)) == 1
    if "feedback" in question:
        assert len(sentences(question["feedback"]["correct"][language])) == 1
        assert 15 <= len(words(question["feedback"]["incorrect"][language])) <= 45


def test_the_pool_of_each_row_of_the_exam_and_its_types() -> None:
    rows = Counter((question["skills"][0], question["tags"][0].removeprefix("cog-")) for question in BANKS["exam"])
    assert rows == {
        ("machine-learning", "remember"): 4,
        ("machine-learning", "understand"): 4,
        ("machine-learning", "apply"): 4,
        ("ml-practice", "apply"): 4,
        ("ml-practice", "analyse"): 4,
    }
    types = Counter(question["type"] for question in BANKS["exam"])
    assert types == {"single": 10, "numeric": 5, "multiple": 2, "matching": 1, "ordering": 1, "cloze": 1}
    assert len(BANKS["practice"]) == 11
    for question in BANKS["exam"]:
        assert all(question["id"] in QUESTIONS[enemy]["enemies"] for enemy in question.get("enemies", ()))
