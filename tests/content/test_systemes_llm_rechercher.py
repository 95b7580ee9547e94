"""Recompute every derived number of the module `rechercher` of systems built on language models."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from contextlib import redirect_stdout
from fractions import Fraction
from functools import partial
from io import StringIO
from pathlib import Path
from statistics import mean
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.content import lesson_files
from tests.content.lesson_files import tables
from tests.content.question_banks import LANGUAGES, Question, both_languages, numbers, words
from tests.content.written_sums import check_sums

COURSE = Path(__file__).resolve().parents[2] / "content" / "systemes-llm"
LESSONS = (
    "01-decouper-et-indexer",
    "02-lexical-vectoriel-hybride",
    "03-mesurer-la-recherche",
    "04-prouver-ou-s-abstenir",
)
FIGURES = ("page-coupee", "deux-listes", "cinq-listes", "couverture-justesse")
RANKS = (1, 3, 2, None, 1)
read_lesson = partial(lesson_files.read_lesson, COURSE / "modules" / "20-rechercher")
every_lesson = pytest.mark.parametrize("lesson", LESSONS)


def bank(name: str) -> dict[str, Any]:
    text = (COURSE / "bank" / f"systemes-llm-{name}.yaml").read_text(encoding="utf-8")
    read: dict[str, Any] = lesson_files.read_yaml(text)
    return read


QUESTIONS: dict[str, Question] = {
    question["id"]: question
    for name in ("lessons", "practice", "exam")
    for question in bank(name)["questions"]
    if question["domain"] == "recherche"
}
CASES = {case["id"]: case["text"] for case in bank("exam")["cases"] if case["id"].startswith("cas-rechercher-")}
per_question = pytest.mark.parametrize("question", list(QUESTIONS.values()), ids=list(QUESTIONS))
per_case = pytest.mark.parametrize("case", list(CASES))


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


def all_texts(node: object, language: str) -> list[str]:
    """Every sentence of a question that may hold a sum, whatever its type."""
    if isinstance(node, list):
        return [text for child in node for text in all_texts(child, language)]
    if not isinstance(node, dict):
        return []
    if set(node) == set(LANGUAGES):
        return [str(node[language])]
    return [text for child in node.values() for text in all_texts(child, language)]


def fused(*ranks: int | None) -> float:
    return sum(1 / (60 + rank) for rank in ranks if rank)


def reciprocal(ranks: Iterable[int | None]) -> float:
    return mean(1 / rank if rank else 0 for rank in ranks)


def recall(found: Iterable[int], useful: Iterable[int]) -> float:
    return mean(f / u for f, u in zip(found, useful, strict=True))


def minutes(answers: int, right: int, error: float, abstention: float, asked: int = 200) -> float:
    return (answers - right) * error + (asked - answers) * abstention


def tipping(wide: tuple[int, int], strict: tuple[int, int], abstention: float, asked: int = 200) -> float:
    """The price of an error at which two settings, as (answers, right), cost the same."""
    added = (asked - strict[0]) - (asked - wide[0])
    avoided = (wide[0] - wide[1]) - (strict[0] - strict[1])
    return added * abstention / avoided


# every lesson, every question, every case


@pytest.mark.parametrize(("lesson", "at_least"), list(zip(LESSONS, (4, 0, 5, 12), strict=True)))
@both_languages
def test_every_sum_of_a_lesson_is_right(lesson: str, at_least: int, language: str) -> None:
    assert check_sums(read_lesson(lesson, language)[1], language) >= at_least


@both_languages
@per_question
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


@per_case
@both_languages
def test_a_case_is_short_and_has_three_questions(case: str, language: str) -> None:
    assert 80 <= len(words(CASES[case][language].replace("|", " "))) <= 150
    asked = [question for question in QUESTIONS.values() if question.get("case") == case]
    levels = sorted(tag for question in asked for tag in question["tags"] if tag.startswith("cog-"))
    assert levels == ["cog-analyse", "cog-analyse", "cog-apply"]
    assert all("cas" in question["tags"] for question in asked)
    assert all(question["skills"] == ["rag", "retrieval"] for question in asked)


@per_case
def test_a_case_has_the_same_numbers_in_both_languages(case: str) -> None:
    assert sorted(numbers(CASES[case]["fr"], "fr")) == sorted(numbers(CASES[case]["en"], "en"))


# lesson 1: cuttings


@both_languages
def test_three_cuttings_of_eight_tables(language: str) -> None:
    body = read_lesson(LESSONS[0], language)[1]
    names = run(blocks(body))
    in_order = names["mots" if language == "fr" else "words"]
    assert (len(names["tables"]), len(in_order)) == (8, 8 * 22)
    by_row = names["lignes" if language == "fr" else "by_row"]
    assert {len(chunk.split()) for chunk in by_row} == {10}
    shown = [line.split() for line in blocks(body, "output")[1].splitlines()]
    assert [int(line[0]) for line in shown] == [len(range(0, 176, 16)), len(range(0, 176, 8)), 40] == [11, 22, 40]
    assert [float(line[-1]) for line in shown] == [0.3, 0.3, 1]
    third = in_order[32:48]
    assert "52" in third
    assert ("sol" if language == "fr" else "floor") not in third
    # a row alone never holds the whole evidence
    for _, table, row in names["questions"]:
        title, header, rows = names["tables"][table]
        assert not {title, header} & set(rows[row].split())


@both_languages
def test_the_page_of_the_figure_is_the_table_of_the_lesson(language: str) -> None:
    names = run(blocks(read_lesson(LESSONS[0], language)[1])[:1])
    title, header, rows = names["tables"][1]
    written = [node.text for node in drawing("page-coupee", language) if node.tag.endswith("text")]
    assert written[:-2] == [title, *header.split(), *(word for row in rows for word in row.split())]


# lesson 2: fusion


@both_languages
def test_fusion_of_three_chunks(language: str) -> None:
    body = read_lesson(LESSONS[1], language)[1]
    sums = {"A": fused(1, 4), "B": fused(2, 1), "C": fused(3)}
    shown = {row[0]: float(numbers(row[3], language)[0]) for row in tables(body)[1]}
    assert shown == {name: round(value, 4) for name, value in sums.items()} == {"A": 0.032, "B": 0.0325, "C": 0.0159}
    printed = [line.split() for line in blocks(body, "output")[0].splitlines()]
    assert [name for name, _ in printed if name in sums] == ["B", "A", "C"]
    assert all(f"{sums[name]:.4f}" == value for name, value in printed if name in sums)
    assert [round(fused(1), 4), round(fused(10, 10), 4)] == [0.0164, 0.0286]
    assert {Fraction("0.0164"), Fraction("0.0286")} <= set(numbers(body, language))


# lesson 3: measures


@both_languages
def test_measures_of_five_questions(language: str) -> None:
    body = read_lesson(LESSONS[2], language)[1]
    assert round(reciprocal(RANKS), 3) == 0.567
    assert round(5 * reciprocal(RANKS), 3) == 2.833
    shown = blocks(body, "output")[0].splitlines()
    assert shown[0] == "MRR 0.567"
    for line in shown[1:]:
        k, share, sent = (float(number) for number in re.findall(r"[\d.]+", line))
        assert share == mean(rank is not None and rank <= k for rank in RANKS)
        assert sent == 150 * k
    found, absent, total = ([int(cell) for cell in row[1:]] for row in tables(body)[0])
    assert [a + b for a, b in zip(found, absent, strict=True)] == total == [70, 30, 100]
    assert all(sum(row[:2]) == row[2] for row in (found, absent))


@both_languages
def test_full_boxes_of_five_lists(language: str) -> None:
    full = [n for n in drawing("cinq-listes", language) if n.tag.endswith("rect") and n.get("class") == "fill-ink"]
    where = {(int(n.get("x", "")) - 40) // 56: (int(n.get("y", "")) - 28) // 34 + 1 for n in full}
    assert where == {place: rank for place, rank in enumerate(RANKS) if rank}


# lesson 4: abstention


@both_languages
def test_two_settings_of_abstention(language: str) -> None:
    body = read_lesson(LESSONS[3], language)[1]
    printed = [[int(n) for n in re.findall(r"\d+", line)] for line in blocks(body, "output")[0].splitlines()]
    assert printed == [[e, minutes(190, 163, e, 4), minutes(150, 141, e, 4)] for e in (6, 20)]
    assert round(tipping((190, 163), (150, 141), 4), 1) == 8.9
    shown = [[float(numbers(cell, language)[0]) for cell in row[1:]] for row in tables(body)[0]]
    assert shown == [[95, round(16300 / 190, 1)], [75, round(14100 / 150, 1)]] == [[95, 85.8], [75, 94]]
    points = [n for n in drawing("couverture-justesse", language) if n.tag.endswith("circle")]
    drawn = sorted((float(n.get("cx", "")), float(n.get("cy", ""))) for n in points)
    wanted = sorted((46 + 5 * (c - 50), 210 - 9 * (a - 80)) for c, a in ((95, 16300 / 190), (75, 94)))
    assert [x for point in drawn for x in point] == pytest.approx([x for point in wanted for x in point], abs=0.1)


# questions with a number for an answer

ANSWERS: dict[str, list[float]] = {
    "lecon-rechercher-chevauchement": [len(range(0, 1200, 150)), len(range(0, 1200, 200)), 1200 / 50],
    "lecon-rechercher-rrf": [fused(2, 3), 1 / 2 + 1 / 3, fused(5)],
    "lecon-rechercher-rappel": [recall((1, 1, 2), (2, 1, 4)), 4 / 7, 4 / 15],
    "lecon-rechercher-seuil": [30 * 4 / 12, 30 / 12, 30 * 4],
    "exercice-rechercher-mrr": [reciprocal((2, None, 1, 5)), (1 / 2 + 1 + 1 / 5) / 3, 1 / mean((2, 1, 5))],
    "exercice-rechercher-rrf": [fused(5, 1), fused(6), fused(1)],
    "exercice-rechercher-bascule": [
        tipping((100, 76), (55, 46), 3, asked=115),
        (60 - 15) / (24 - 9),
        60 * 3 / (24 - 9),
    ],
    "examen-rechercher-contrats-rappel": [54 + 6, 54 + 3, 100 * 54 / 60],
    "examen-rechercher-velos-total": [
        (50 * 0.9 + 40 * 0.35 + 10 * 0.8) / 100,
        mean((0.9, 0.35, 0.8)),
        (45 + 14 + 8 + 24) / 100,
    ],
    "examen-rechercher-bourses-cout": [minutes(140, 133, 25, 5), 7 * 25, minutes(180, 153, 25, 5)],
    "examen-rechercher-bourses-bascule": [tipping((180, 153), (140, 133), 5), 40 / 20, 60 * 5 / 20],
    "examen-rechercher-mrr": [reciprocal((2, 1, None, 4, 1)), 2.75 / 4, 1 / mean((2, 1, 4, 1))],
    "examen-rechercher-rappel-groupe": [recall((1, 3, 1), (2, 4, 1)), 5 / 7, 5 / 15],
}
GAPS: dict[str, dict[str, list[float]]] = {
    "examen-rechercher-deux-k": {"trois": [2 / 4, 2 / 3], "dix": [4 / 4, 4 / 10], "mots": [(10 - 3) * 250, 10 * 250]},
    "exercice-rechercher-couverture": {
        "couverture": [100 * 200 / 250, 100 * 184 / 250],
        "justesse": [100 * 184 / 200, 100 * 184 / 250],
        "erreurs": [200 - 184, 250 - 184],
    },
}


def close(answers: list[dict[str, Any]], values: list[float]) -> None:
    assert len(answers) == len(values)
    for answer, value in zip(answers, values, strict=True):
        assert abs(answer["value"] - value) <= max(answer["tolerance"]["absolute"], 1e-9)
    for wrong in answers[1:]:
        reach = answers[0]["tolerance"]["absolute"] + wrong["tolerance"]["absolute"]
        assert abs(answers[0]["value"] - wrong["value"]) > reach


def test_every_question_with_a_number_is_worked_out() -> None:
    assert {i for i, q in QUESTIONS.items() if q["type"] == "numeric"} == set(ANSWERS)
    assert {i for i, q in QUESTIONS.items() if q["type"] == "cloze"} == set(GAPS)
    for name, values in ANSWERS.items():
        close(QUESTIONS[name]["answers"], values)
    for name, gaps in GAPS.items():
        for gap, values in gaps.items():
            close(QUESTIONS[name]["gaps"][gap]["answers"], values)


def right(name: str, language: str) -> str:
    (option,) = (option for option in QUESTIONS[name]["options"] if option.get("correct"))
    return str(option["text"][language])


SHOWN: dict[str, list[float]] = {
    "lecon-rechercher-accord": [round(fused(8, 8), 4), round(fused(1), 4)],
    "examen-rechercher-rrf": [round(fused(3, 2), 4)],
    "examen-rechercher-pieces-comptoir": [round(100 * (0.9 * 27 / 30 + 0.1 * 20 / 50))],
    "examen-rechercher-plafond": [70],
}


@pytest.mark.parametrize("name", SHOWN)
@both_languages
def test_numbers_of_a_right_option(name: str, language: str) -> None:
    assert [float(number) for number in numbers(right(name, language), language)] == SHOWN[name]


def test_order_of_four_fused_chunks_and_of_three() -> None:
    sums = {"D": fused(2, 3), "E": fused(1), "F": fused(6, 2), "G": fused(4, 8)}
    order = [text["fr"][-1] for text in QUESTIONS["examen-rechercher-pieces-fusion"]["order"]]
    assert order == sorted(sums, key=lambda name: -sums[name])
    told = QUESTIONS["examen-rechercher-pieces-fusion"]["feedback"]["correct"]["en"]
    assert [float(n) for n in numbers(told, "en")] == [round(sums[name], 4) for name in order]
    assert fused(3, 2) > fused(1, 7) > fused(1)
    assert round(2 * fused(1), 4) == 0.0328


def test_mix_of_questions_decides_between_fusion_and_words() -> None:
    lexical, fusion = 0.9 * 27 / 30 + 0.1 * 20 / 50, 0.9 * 25 / 30 + 0.1 * 43 / 50
    assert (round(100 * lexical), round(100 * fusion)) == (85, 84)
    assert 0.9 * 9 / 30 + 0.1 * 42 / 50 < fusion < lexical
    assert 27 + 20 + 16 < 9 + 42 + 16 < 25 + 43 + 18 == 86


def test_pools_of_the_exam() -> None:
    exam = [question for name, question in QUESTIONS.items() if name.startswith("examen-")]
    alone = [question for question in exam if "case" not in question]
    kinds = [(question["skills"][0], *question["tags"], len(question["skills"])) for question in alone]
    assert len(exam) == 20
    assert (len(CASES), kinds.count(("retrieval", "cog-apply", 1)), kinds.count(("rag", "cog-understand", 1))) == (
        4,
        4,
        4,
    )
    assert sum(name.startswith("exercice-") for name in QUESTIONS) == 10
