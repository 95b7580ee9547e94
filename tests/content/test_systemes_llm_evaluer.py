"""Recompute every derived number of the module `evaluer` of language-model systems: lessons, figures, questions."""

from __future__ import annotations

import ast
import math
import re
from collections import Counter
from contextlib import redirect_stdout
from fractions import Fraction
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.content import lesson_files
from tests.content.lesson_files import tables
from tests.content.question_banks import LANGUAGES, Question, both_languages, numbers
from tests.content.written_sums import check_sums

COURSE = Path(__file__).resolve().parents[2] / "content" / "systemes-llm"
LESSONS = (
    "01-le-jeu-d-epreuve",
    "02-s-accorder-avant-de-noter",
    "03-etalonner-un-modele-juge",
    "04-comparer-deux-versions",
)
FIGURES = ("six-strates", "deux-par-deux", "courbe-du-juge", "cas-qui-changent")
TRAFFIC, PASSED = (60, 15, 10, 9, 5, 1), (19, 17, 16, 16, 12, 8)
read_lesson = partial(lesson_files.read_lesson, COURSE / "modules" / "30-evaluer")
every_lesson = pytest.mark.parametrize("lesson", LESSONS)


def bank(name: str) -> dict[str, Any]:
    text = (COURSE / "bank" / f"systemes-llm-{name}.yaml").read_text(encoding="utf-8")
    read: dict[str, Any] = lesson_files.read_yaml(text)
    return read


BANKS = {name: bank(name) for name in ("lessons", "practice", "exam")}
QUESTIONS: dict[str, Question] = {
    one["id"]: one for read in BANKS.values() for one in read["questions"] if one["domain"] == "evaluation"
}
CASES = {one["id"]: one["text"] for one in BANKS["exam"]["cases"] if one["id"].startswith("cas-evaluer-")}


def of_type(*types: str) -> pytest.MarkDecorator:
    chosen = [question for question in QUESTIONS.values() if question["type"] in types]
    return pytest.mark.parametrize("question", chosen, ids=[question["id"] for question in chosen])


def blocks(text: str, kind: str = "python") -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def run(codes: list[str]) -> dict[str, Any]:
    names: dict[str, Any] = {}
    with redirect_stdout(StringIO()):
        for code in codes:
            exec(code, names)  # the lesson's own program
    return names


def drawing(name: str, language: str) -> list[ElementTree.Element]:
    return list(ElementTree.parse(COURSE / "media" / f"{name}.{language}.svg").iter())


def boxes(name: str, language: str, kind: str) -> list[ElementTree.Element]:
    return [n for n in drawing(name, language) if n.tag.endswith("rect") and n.get("class") == kind]


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


def kappa(yes_yes: float, yes_no: float, no_yes: float, no_no: float) -> tuple[float, float, float]:
    count = yes_yes + yes_no + no_yes + no_no
    observed = (yes_yes + no_no) / count
    one, other = (yes_yes + yes_no) / count, (yes_yes + no_yes) / count
    expected = one * other + (1 - one) * (1 - other)
    return observed, expected, (observed - expected) / (1 - expected)


def half_width(table: tuple[float, float, float, float]) -> float:
    """Half of the usual interval at 95% around kappa."""
    observed, expected, _ = kappa(*table)
    return 1.96 * math.sqrt(observed * (1 - observed) / sum(table)) / (1 - expected)


def true_rate(passed: float, sensitivity: float, specificity: float) -> float:
    return (passed + specificity - 1) / (sensitivity + specificity - 1)


def mcnemar(gained: int, lost: int) -> float:
    count = gained + lost
    tail = sum(math.comb(count, k) for k in range(max(gained, lost), count + 1)) / 2.0**count
    return min(1.0, 2 * tail)


def wilson(right: int, count: int) -> tuple[float, float]:
    z, share = 1.96, right / count
    scale = 1 + z * z / count
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / scale
    centre = (share + z * z / (2 * count)) / scale
    return round(centre - half, 2), round(centre + half, 2)


def written(number: float, language: str, places: int = 2) -> str:
    text = f"{number:.{places}f}"
    return text.replace(".", ",") if language == "fr" else text


# every lesson and every question


@pytest.mark.parametrize(("lesson", "at_least"), list(zip(LESSONS, (2, 5, 5, 1), strict=True)))
@both_languages
def test_every_sum_of_a_lesson_is_right(lesson: str, at_least: int, language: str) -> None:
    assert check_sums(read_lesson(lesson, language)[1], language) >= at_least


@both_languages
@of_type("single", "multiple", "numeric", "cloze", "ordering", "matching", "truefalse")
def test_every_sum_of_a_question_is_right(question: Question, language: str) -> None:
    for text in all_texts(question, language):
        check_sums(text, language)


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
    for block in blocks(body):
        assert len(block.splitlines()) <= 25
        assert max(map(len, block.splitlines())) <= 72
        assert all(node.id.isascii() for node in ast.walk(ast.parse(block)) if isinstance(node, ast.Name))
    (name,) = re.findall(r"^!\[.+\]\(media/(\S+)\.\w+\.svg \".+\"\)$", body, re.MULTILINE)
    assert name == FIGURES[LESSONS.index(lesson)]


# lesson 1: the test set


@both_languages
def test_two_averages_of_six_strata(language: str) -> None:
    body = read_lesson(LESSONS[0], language)[1]
    rows = [[int(n) for cell in row[1:] for n in numbers(cell, language)] for row in tables(body)[0]]
    assert rows == [[20, traffic, passed] for traffic, passed in zip(TRAFFIC, PASSED, strict=True)]
    assert (sum(TRAFFIC), sum(PASSED), 20 * len(PASSED)) == (100, 88, 120)
    weighted = sum(Fraction(t, 100) * Fraction(p, 20) for t, p in zip(TRAFFIC, PASSED, strict=True))
    assert weighted == Fraction("0.8835")
    first, *shown = blocks(body, "output")[0].splitlines()
    assert [float(word) for word in first.split()[1::2]] == [round(88 / 120, 3), round(float(weighted), 3)]
    assert [float(line.split()[-1]) for line in shown] == [passed / 20 for passed in PASSED]
    failed = [int(row[2]) for row in tables(body)[1]]
    assert failed == [20 - passed for passed in PASSED]
    floors = (18, 16, 16, 16, 18, 18)
    assert [p < f for p, f in zip(PASSED, floors, strict=True)] == [False] * 4 + [True] * 2
    assert wilson(19, 20) == (0.76, 0.99)
    assert written(0.76, language) in body
    assert written(0.99, language) in body


@both_languages
def test_squares_of_six_strata(language: str) -> None:
    for kind, wanted in (("fill-ink", PASSED), ("ink", [20 - passed for passed in PASSED])):
        rows = Counter(float(box.get("y", "")) for box in boxes("six-strates", language, kind))
        assert [rows[y] for y in sorted(rows)] == list(wanted)


# lesson 2: agreement


@both_languages
def test_kappa_of_a_hundred_answers(language: str) -> None:
    body = read_lesson(LESSONS[1], language)[1]
    rows = [[int(cell) for cell in row[1:]] for row in tables(body)[0]]
    assert rows == [[60, 12, 72], [8, 20, 28], [68, 32, 100]]
    assert [round(x, 3) for x in kappa(60, 12, 8, 20)] == ast.literal_eval(blocks(body, "output")[0])
    observed, _, second = kappa(58, 6, 4, 32)
    assert (observed, round(second, 3)) == (0.9, 0.786)
    assert 58 + 6 + 4 + 32 == 100
    assert written(second, language, 3) in body
    assert 11 + 6 + 3 == 12 + 8
    assert round(half_width((60, 12, 8, 20)), 2) == 0.19
    assert f"±{written(0.19, language)}" in body


@both_languages
def test_one_agreement_three_kappas(language: str) -> None:
    body = read_lesson(LESSONS[1], language)[1]
    for line in blocks(body, "output")[1].splitlines():
        cells, shown = line.split(") ")
        found = kappa(*ast.literal_eval(cells + ")"))
        assert found[0] == pytest.approx(0.8)
        assert shown == f"{found[0]:.2f} {found[1]:.3f} {found[2]:.3f}"


@both_languages
def test_cells_of_the_square(language: str) -> None:
    assert len(boxes("deux-par-deux", language, "fill-ink")) == len(boxes("deux-par-deux", language, "ink")) == 2
    texts = [n.text for n in drawing("deux-par-deux", language) if n.tag.endswith("text")]
    assert [text for text in texts if text and text.isdigit()] == ["60", "12", "8", "20"]


# lesson 3: the judge


@both_languages
def test_the_rate_of_the_judge_corrected(language: str) -> None:
    body = read_lesson(LESSONS[2], language)[1]
    good, bad = ([int(cell) for cell in row[1:]] for row in tables(body)[0])
    assert (good, bad) == ([90, 10, 100], [15, 35, 50])
    assert wilson(35, 50) == (0.56, 0.81)
    shown = [float(line.split()[-1]) for line in blocks(body, "output")[0].splitlines()]
    wanted = [round(true_rate(0.8, 0.9, 0.7), 3), *(round(true_rate(0.8, 0.9, sp), 2) for sp in wilson(35, 50))]
    assert shown == wanted
    assert round((90 + 35) / 150, 2) == 0.83
    assert round(833 * 0.9 + 167 * 0.3) == 800


@both_languages
def test_swapped_positions(language: str) -> None:
    body = read_lesson(LESSONS[2], language)[1]
    names = run(blocks(body))
    counts = names["deux_ordres" if language == "fr" else "both_orders"]
    assert sum(counts.values()) == 100
    first = sum(n for pair, n in counts.items() if pair[0] == "A")
    second = sum(n for pair, n in counts.items() if pair[1] == "A")
    turned = sum(n for pair, n in counts.items() if len(set(pair)) == 2)
    assert (first, second, turned) == (58, 48, 14)
    shown = [int(re.findall(r"\d+", line)[-1]) for line in blocks(body, "output")[1].splitlines()]
    assert shown == [first, second, turned]


@both_languages
def test_the_curve_is_to_scale(language: str) -> None:
    paths = {n.get("class"): n.get("d") for n in drawing("courbe-du-juge", language) if n.tag.endswith("path")}
    left, low, right, high = (float(x) for x in re.findall(r"[\d.]+", paths["todo"] or ""))
    x0, y0, x1, y1 = (float(x) for x in re.findall(r"[\d.]+", paths["ink"] or ""))
    assert (x0, x1) == (left, right)
    assert ((low - y0) / (low - high), (low - y1) / (low - high)) == pytest.approx((0.3, 0.9))
    for row in tables(read_lesson(LESSONS[2], language)[1])[1]:
        good, passed = (float(numbers(cell, language)[0]) for cell in row)
        assert good * 0.9 + (1 - good) * 0.3 == pytest.approx(passed)


# lesson 4: two versions


@both_languages
def test_two_hundred_paired_cases(language: str) -> None:
    body = read_lesson(LESSONS[3], language)[1]
    rows = [[int(cell) for cell in row[1:]] for row in tables(body)[0]]
    assert rows == [[130, 12, 142], [26, 32, 58], [156, 44, 200]]
    assert float(blocks(body, "output")[0]) == round(mcnemar(26, 12), 3) == 0.034
    assert 7 + 3 + 2 == 12
    assert (14 - 0, 74 - 60, 130 + 32) == (14, 14, 162)
    for line in blocks(body, "output")[1].splitlines():
        gained, lost, shown = line.split()
        assert float(shown) == round(mcnemar(int(gained), int(lost)), 3)
    old, new = wilson(142, 200), wilson(156, 200)
    assert old[1] > new[0], "the colleague is right that the two intervals overlap"


@both_languages
def test_bars_of_the_cases_that_change(language: str) -> None:
    (lost,), (gained,) = (boxes("cas-qui-changent", language, kind) for kind in ("ink", "fill-ink"))
    assert float(gained.get("width", "")) / 26 == float(lost.get("width", "")) / 12
    assert float(lost.get("x", "")) + float(lost.get("width", "")) == float(gained.get("x", ""))
