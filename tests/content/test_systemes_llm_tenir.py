"""Recompute every derived number of the module `tenir` of `systemes-llm`: lessons, figures, questions, project."""

from __future__ import annotations

import ast
import math
import re
from contextlib import redirect_stdout
from datetime import date, timedelta
from functools import partial
from io import StringIO
from itertools import accumulate
from pathlib import Path
from statistics import mean, median
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.content import lesson_files
from tests.content.lesson_files import tables
from tests.content.question_banks import LANGUAGES, Question, both_languages, numbers
from tests.content.written_sums import NUMBER, check_sums

COURSE = Path(__file__).resolve().parents[2] / "content" / "systemes-llm"
LESSONS = (
    "01-la-donnee-n-est-pas-une-consigne",
    "02-agents-bornes-budget-reprise",
    "03-roles-donnees-recours",
    "04-exploiter",
)
FIGURES = ("trois-barrieres", "chaine-amincie", "qui-doit-quoi", "la-queue")
LATENCIES = [300, 340, 380, 410, 440, 460, 480, 500, 520, 540]
LATENCIES += [560, 590, 620, 660, 710, 780, 930, 1500, 2600, 4000]
read_lesson = partial(lesson_files.read_lesson, COURSE / "modules" / "40-tenir")
every_lesson = pytest.mark.parametrize("lesson", LESSONS)


def bank(name: str) -> list[Question]:
    text = (COURSE / "bank" / f"systemes-llm-{name}.yaml").read_text(encoding="utf-8")
    return [one for one in lesson_files.read_yaml(text)["questions"] if one["domain"] == "surete"]


QUESTIONS = {question["id"]: question for name in ("lessons", "practice", "exam") for question in bank(name)}


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


def heights(name: str, language: str) -> list[float]:
    nodes = drawing(name, language)
    return [float(n.get("height", "")) for n in nodes if n.tag.endswith("rect") and n.get("class") == "fill-ink"]


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


def nearest_rank(measures: list[float], percent: int) -> float:
    return sorted(measures)[math.ceil(percent * len(measures) / 100) - 1]


def upper_bound(trials: int) -> float:
    """The largest rate that no failure in so many trials leaves possible, at 95%."""
    return float(1 - 0.05 ** (1 / trials))


# every lesson and every question


@pytest.mark.parametrize(("lesson", "at_least"), list(zip(LESSONS, (1, 0, 0, 3), strict=True)))
@both_languages
def test_every_sum_of_a_lesson_is_right(lesson: str, at_least: int, language: str) -> None:
    assert check_sums(read_lesson(lesson, language)[1], language) >= at_least


@both_languages
@of_type("single", "multiple", "numeric", "cloze", "ordering", "matching", "truefalse")
def test_every_sum_of_a_question_is_right(question: Question, language: str) -> None:
    for text in all_texts(question, language):
        check_sums(text, language)


@both_languages
@of_type("single", "multiple", "numeric", "cloze", "ordering", "matching", "truefalse")
def test_every_power_of_a_question_is_right(question: Question, language: str) -> None:
    for text in all_texts(question, language):
        check_powers(text, language)


def check_powers(text: str, language: str) -> int:
    """Assert that each "0.95⁸ = 0.663" of a text is right, rounded as written; say how many there were."""
    found = re.findall(rf"({NUMBER[language]})([⁰¹²³⁴-⁹]+) = ({NUMBER[language]})", text)
    for base, raised, shown in found:
        exponent = int(raised.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")))
        decimals = len(shown.partition("," if language == "fr" else ".")[2])
        result, told = (float(numbers(one, language)[0]) for one in (base, shown))
        assert abs(result**exponent - told) <= 0.5 / 10**decimals, f"{base}{raised} = {shown}"
    return len(found)


@every_lesson
def test_both_languages_hold_the_same_parts(lesson: str) -> None:
    shapes = []
    for language in LANGUAGES:
        front, body = read_lesson(lesson, language)
        questions = re.findall(r"\{\{question: (.*?)\}\}", body)
        parts = (body.count("\n#### "), body.count("\n## "), len(blocks(body)), len(blocks(body, "output")))
        shapes.append((questions, parts, front["minutes"], len(front["objectives"]), len(front["terms"])))
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


# lesson 1: data is not an instruction


@both_languages
def test_twenty_attempts_at_one_in_twenty(language: str) -> None:
    body = read_lesson(LESSONS[0], language)[1]
    told = next(line for line in body.splitlines() if re.search(r"1 − 0[,.]36", line))
    shown = [float(n) for n in numbers(told, language)]
    fail = 0.95**20
    assert {1, 20, 0.95, round(fail, 2), round(1 - fail, 2)} <= set(shown)
    assert (round(fail, 2), round(1 - fail, 2)) == (0.36, 0.64)


@both_languages
def test_hostile_calls_meet_the_barrier_that_the_figure_shows(language: str) -> None:
    body = read_lesson(LESSONS[0], language)[1]
    names = run(blocks(body))
    check, theft, sender = (
        names[key] for key in (("controler", "vol", "locataire") if language == "fr" else ("check", "theft", "tenant"))
    )
    tasks = list(names["DROITS" if language == "fr" else "RIGHTS"])
    refused = [check(task, theft, sender) for task in tasks]
    assert refused == blocks(body, "output")[0].splitlines()[:2]
    texts = [node.text for node in drawing("trois-barrieres", language) if node.tag.endswith("text")]
    assert tasks[0].rstrip("er") in " ".join(str(text) for text in texts).replace("é", "e")
    rows = tables(body)[0]
    assert [len(row) for row in rows] == [4, 4]


# lesson 2: agents


@both_languages
def test_a_chain_of_ten_steps(language: str) -> None:
    body = read_lesson(LESSONS[1], language)[1]
    shown = [float(line.split()[-1]) for line in blocks(body, "output")[0].splitlines()]
    wanted = [round(100 * 0.95**10, 1), round(100 * 0.99**10, 1), round(100 * 0.9**0.1, 2)]
    assert shown == wanted == [59.9, 90.4, 98.95]
    assert round(200 * 0.95**10) == 120
    assert (round(100 * 0.95**6, 1), round(100 * 0.95**5, 1)) == (73.5, 77.4)
    told = [float(n) for n in numbers(body, language)]
    assert {73.5, 77.4, 59.9, 90.4, 120} <= set(told)


@both_languages
def test_the_bars_of_the_chain_and_their_table(language: str) -> None:
    assert heights("chaine-amincie", language) == pytest.approx([200 * 0.95**n for n in range(1, 11)], abs=0.01)
    rows = next(t for t in tables(read_lesson(LESSONS[1], language)[1]) if len(t) == 10)
    for n, row in enumerate(rows, start=1):
        step, low, high = (float(numbers(cell, language)[0]) for cell in row)
        assert step == n
        assert (low, high) == pytest.approx((100 * 0.95**n, 100 * 0.99**n), abs=0.0501)
    (line,) = (n for n in drawing("chaine-amincie", language) if n.tag.endswith("polyline"))
    ends = [float(x) for x in line.get("points", "").split()][1::2]
    assert ends == pytest.approx([230 - 200 * 0.99**n for n in range(1, 11)], abs=0.01)


@both_languages
def test_a_history_sent_again_at_each_step(language: str) -> None:
    body = read_lesson(LESSONS[1], language)[1]
    total = sum(accumulate([1000] * 10))
    told = next(line for line in body.splitlines() if "1 000 + 2 000" in line or "1,000 + 2,000" in line)
    assert total == 55000
    assert total in numbers(told, language)
    assert total / (10 * 1000) == 5.5


# lesson 3: roles


@both_languages
def test_days_between_decision_and_request(language: str) -> None:
    body = read_lesson(LESSONS[2], language)[1]
    decision = date(2026, 3, 2)
    request = decision + timedelta(days=45)
    assert request == date(2026, 4, 16)
    assert ("16 avril" if language == "fr" else "16 April") in body
    assert (request - (decision + timedelta(days=30))).days == 15
    assert blocks(body, "output")[0].split()[2] == str(decision + timedelta(days=30)) == "2026-04-01"


@both_languages
def test_the_table_of_duties_is_the_one_drawn(language: str) -> None:
    marks = [node for node in drawing("qui-doit-quoi", language) if node.tag.endswith("circle")]
    owed = [node.get("class") == "fill-ink" for node in marks]
    pairs = list(zip(owed[::2], owed[1::2], strict=True))
    assert pairs == [(True, False)] * 2 + [(True, True)] + [(False, True)] * 3


# lesson 4: running it


@both_languages
def test_three_summaries_of_twenty_latencies(language: str) -> None:
    body = read_lesson(LESSONS[3], language)[1]
    told = next(line for line in body.splitlines() if re.search(r"300, 340, 380", line))
    assert [float(n) for n in numbers(told, language)][-20:] == LATENCIES
    assert (len(LATENCIES), sum(LATENCIES), mean(LATENCIES), median(LATENCIES)) == (20, 17320, 866, 550)
    assert nearest_rank([float(x) for x in LATENCIES], 95) == 2600
    assert sum(x <= 2000 for x in LATENCIES) == 18
    assert sum(x <= 780 for x in LATENCIES) == sum(x < 866 for x in LATENCIES) == 16
    assert heights("la-queue", language) == [x / 20 for x in LATENCIES]
    lines = [n.get("d", "") for n in drawing("la-queue", language) if n.get("d", "").startswith("M44 ")]
    marks = sorted(float(line.split()[1].partition("H")[0]) for line in lines)
    assert marks == sorted([*(230 - v // 20 for v in range(0, 4001, 1000)), *(230 - v / 20 for v in (550, 866, 2600))])


@both_languages
def test_bounds_on_a_failure_never_seen(language: str) -> None:
    body = read_lesson(LESSONS[3], language)[1]
    for line in blocks(body, "output")[1].splitlines():
        trials, exact, rule = (float(x) for x in re.findall(r"[\d.]+", line))
        assert (exact, rule) == (round(100 * upper_bound(int(trials)), 2), round(300 / trials, 2))
    assert round(100 * upper_bound(60), 1) == 4.9
    assert round(100 * (1 - 0.95**5), 1) == 22.6
    assert round(2000 * 0.049, 6) == 98
    assert 3 * 100 == 300
    assert {22.6, 4.9, 98} <= {float(n) for n in numbers(body, language)}


# project


@both_languages
def test_hours_of_the_project_add_up(language: str) -> None:
    project = lesson_files.read_yaml((COURSE / "projects" / "guichet-documentaire.yaml").read_text(encoding="utf-8"))
    hours = [int(n) for n in re.findall(r"\((\d+) h\)", project["brief"][language])]
    assert 60 * sum(hours) == project["minutes"] == 1320
    assert [line["weight"] for line in project["rubric"]] == [4, 4, 2, 3, 2, 3]
    assert 6 * 20 == 120
