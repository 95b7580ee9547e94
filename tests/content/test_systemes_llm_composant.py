"""Recompute every derived number of the module `composant` of systems built on LLMs: lessons, figures, questions."""

from __future__ import annotations

import ast
import json
import math
import random  # noqa: TID251 — the seeded draws of a lesson
import re
from contextlib import redirect_stdout
from functools import partial
from io import StringIO
from math import prod
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.content import lesson_files
from tests.content.lesson_files import tables
from tests.content.question_banks import LANGUAGES, Question, both_languages, numbers
from tests.content.written_sums import check_sums

COURSE = Path(__file__).resolve().parents[2] / "content" / "systemes-llm"
LESSONS = ("01-jetons-memoire-cout", "02-tirer-une-suite", "03-un-contrat", "04-invite-recherche-affinage-regle")
FIGURES = ("deux-factures", "trois-temperatures", "deux-tamis", "causes-remedes")
CAUSES = (18, 9, 8, 5)
read_lesson = partial(lesson_files.read_lesson, COURSE / "modules" / "10-composant")
every_lesson = pytest.mark.parametrize("lesson", LESSONS)


def bank(name: str) -> list[Question]:
    text = (COURSE / "bank" / f"systemes-llm-{name}.yaml").read_text(encoding="utf-8")
    return [one for one in lesson_files.read_yaml(text)["questions"] if one["domain"] == "composant"]


BANKS = {name: bank(name) for name in ("lessons", "practice", "exam")}
QUESTIONS = {question["id"]: question for questions in BANKS.values() for question in questions}


def of_type(*types: str) -> pytest.MarkDecorator:
    chosen = [question for question in QUESTIONS.values() if not types or question["type"] in types]
    return pytest.mark.parametrize("question", chosen, ids=[question["id"] for question in chosen])


def blocks(text: str, kind: str = "python") -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def run(codes: list[str]) -> dict[str, Any]:
    names: dict[str, Any] = {}
    with redirect_stdout(StringIO()):
        for code in codes:
            exec(code, names)  # the lesson's own program
    return names


def lengths(name: str, language: str, side: str) -> list[float]:
    nodes = ElementTree.parse(COURSE / "media" / f"{name}.{language}.svg").iter()
    bars = [n for n in nodes if n.tag.endswith("rect") and float(n.get("width", "0")) != 14]  # 14: the key
    return [float(n.get(side, "")) for n in bars]


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


def month(requests: float, tokens_in: float, price_in: float, tokens_out: float, price_out: float) -> float:
    return requests * (tokens_in * price_in + tokens_out * price_out) / 1_000_000


def softmax(scores: tuple[float, ...], temperature: float) -> list[float]:
    weights = [math.exp(score / temperature) for score in scores]
    return [weight / sum(weights) for weight in weights]


# every lesson and every question


@pytest.mark.parametrize(("lesson", "at_least"), list(zip(LESSONS, (6, 4, 3, 3), strict=True)))
@both_languages
def test_every_sum_of_a_lesson_is_right(lesson: str, at_least: int, language: str) -> None:
    assert check_sums(read_lesson(lesson, language)[1], language) >= at_least


@both_languages
@of_type()
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
        shapes.append((questions, parts, front["minutes"], len(front["objectives"]), len(front["terms"])))
        assert set(questions) <= {one["id"] for one in BANKS["lessons"]}
        assert body.index(questions[0]) < body.index("::: worked ")
    assert shapes[0] == shapes[1]


@every_lesson
@both_languages
def test_code_is_short_and_there_is_one_figure(lesson: str, language: str) -> None:
    _, body = read_lesson(lesson, language)
    assert len(blocks(body)) <= 3
    for block in blocks(body):
        assert len(block.splitlines()) <= 25
        assert max(map(len, block.splitlines())) <= 72
        assert all(node.id.isascii() for node in ast.walk(ast.parse(block)) if isinstance(node, ast.Name))
    (name,) = re.findall(r"^!\[.+\]\(media/(\S+)\.\w+\.svg \".+\"\)$", body, re.MULTILINE)
    assert name == FIGURES[LESSONS.index(lesson)]


def test_the_pool_fills_each_row_of_the_exam() -> None:
    rows = [("llm-principles", "understand"), ("llm-principles", "apply")]
    rows += [("llm-system-design", "apply"), ("llm-system-design", "analyse")]
    fits = [[skill in q["skills"] and f"cog-{level}" in q["tags"] for skill, level in rows] for q in BANKS["exam"]]
    assert [sum(column) for column in zip(*fits, strict=True)] == [4, 4, 4, 4]
    assert all(sum(row) == 1 for row in fits)  # each item answers to one row
    assert len(BANKS["practice"]) == 10


# lesson 1: tokens, memory, cost


@both_languages
def test_two_bills(language: str) -> None:
    body = read_lesson(LESSONS[0], language)[1]
    for tokens, row, line in zip((3200, 1600), tables(body)[0], blocks(body, "output")[0].splitlines(), strict=True):
        into, out = month(2000 * 22, tokens, 1, 0, 0), month(2000 * 22, 0, 0, 400, 4)
        assert [float(n) for cell in row for n in numbers(cell, language)] == pytest.approx(
            [tokens, into, out, into + out]
        )
        assert [float(n) for n in re.findall(r"[\d.]+", line)] == pytest.approx([tokens, into, out, into + out])
    assert month(44_000, 3200, 1, 200, 4) == pytest.approx(176)  # answers half as long
    assert pytest.approx(35.2) == 211.2 - 176
    assert pytest.approx(9.2) == 150 - 140.8
    assert pytest.approx(2 / 3) == 140.8 / 211.2
    assert (600 + 200 + 6 * 400, 600 + 200 + 2 * 400) == (3200, 1600)
    drawn = lengths("deux-factures", language, "width")
    assert drawn == pytest.approx([1.25 * cost for cost in (140.8, 70.4, 70.4, 70.4)])


@both_languages
def test_history_is_paid_again(language: str) -> None:
    body = read_lesson(LESSONS[0], language)[1]
    told = re.search(r"300 \+ 600.*", body)
    assert told
    assert numbers(told[0], language) == [300, 600, 900, 1200, 1500, sum(300 * turn for turn in range(1, 6)), 5 * 300]


@both_languages
def test_the_cache_of_one_request(language: str) -> None:
    body = read_lesson(LESSONS[0], language)[1]
    one = prod((32, 8, 128, 2, 2))
    assert one == 131_072
    first, second = blocks(body, "output")[1].splitlines()
    assert first.split()[0] == str(one)
    assert second.split()[0] == f"{one * 8000 / 1e9:.2f}" == "1.05"


# lesson 2: drawing a continuation


@both_languages
def test_three_temperatures(language: str) -> None:
    body = read_lesson(LESSONS[1], language)[1]
    wanted = [[round(p, 3) for p in softmax((2, 1, 0), t)] for t in (0.5, 1, 2)]
    assert wanted == [[0.867, 0.117, 0.016], [0.665, 0.245, 0.09], [0.506, 0.307, 0.186]]
    shown = [[float(n) for n in re.findall(r"'([\d.]+)'", line)] for line in blocks(body, "output")[0].splitlines()]
    assert shown == wanted
    assert [[float(numbers(cell, language)[0]) for cell in row[1:]] for row in tables(body)[0]] == wanted
    drawn = lengths("trois-temperatures", language, "height")
    assert drawn == pytest.approx([160 * p for row in wanted for p in row], abs=1e-3)
    assert [round(math.exp(z), 3) for z in (2, 1, 0)] == [7.389, 2.718, 1]
    assert pytest.approx(7.389, abs=0.002) == 2.718 * 2.718


@both_languages
def test_twenty_draws_match_the_hook(language: str) -> None:
    body = read_lesson(LESSONS[1], language)[1]
    draws = random.Random(1).choices(range(3), softmax((2, 1, 0), 1), k=20)
    counts = [draws.count(day) for day in range(3)]
    shown = [list(ast.literal_eval(line).values()) for line in blocks(body, "output")[1].splitlines()]
    assert shown == [counts, [20, 0, 0]]
    hook = body.strip().split("\n\n")[0]
    assert counts == [12, 7, 1]
    assert re.search(r"12 (fois|times).*7 (fois|times)", hook)


def test_rounding_and_identity() -> None:
    assert (0.1 + 0.2) + 0.3 != 0.1 + (0.2 + 0.3)
    assert round(0.99**200, 3) == 0.134


# lesson 3: a contract


@both_languages
def test_three_verdicts(language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    body = read_lesson(LESSONS[2], language)[1]
    names = run(blocks(body))
    verdict = names["verdict"]
    net, vat, total = ("ht", "tva", "ttc") if language == "fr" else ("net", "vat", "total")
    kinds = {
        (1200, 240, 1440): None,
        (600, 120, 720): None,  # consistent, and of another invoice
        (1200, 240, 1404): ("sens : somme", "sense: sum"),
        (1200, 250, 1450): ("sens : taux", "sense: rate"),
        (1200, 240, "1440"): ("forme : types", "form: types"),
        (True, 240, 1440): ("forme : types", "form: types"),
    }
    for values, refusal in kinds.items():
        said = verdict(json.dumps(dict(zip((net, vat, total), values, strict=True))))
        assert said == (refusal or ("accepté", "accepted"))[LANGUAGES.index(language)]
    assert verdict("[]") == ("forme : champs", "form: fields")[LANGUAGES.index(language)]
    assert 1200 * 20 == 240 * 100


@both_languages
def test_the_stub_is_printed_as_it_stands(language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = run(blocks(read_lesson(LESSONS[2], language)[1]))
    stub = names["modele" if language == "fr" else "model"]
    invoice = "Lis la FACTURE   17" if language == "fr" else "Read INVOICE   17"
    assert stub(invoice, 4) == stub(invoice, 1)  # turns go round; capitals and spaces do not matter
    assert stub("?") == ("Je ne sais pas." if language == "fr" else "I do not know.")


def test_one_retry() -> None:
    assert round(1 - 0.06**2, 4) == pytest.approx(0.94 + 0.06 * 0.94) == 0.9964
    assert pytest.approx(1.06) == 1 + 0.06


# lesson 4: prompt, retrieval, fine-tuning or rule


@both_languages
def test_forty_failures(language: str) -> None:
    body = read_lesson(LESSONS[3], language)[1]
    assert sum(CAUSES) == 40
    lines = blocks(body, "output")[0].splitlines()
    assert [line.split()[1:] for line in lines[:-1]] == [[str(n), f"{n / 40:.1%}"] for n in CAUSES]
    assert [int(row[1]) for row in tables(body)[0]] == list(CAUSES)
    assert lengths("causes-remedes", language, "width") == [12 * n for n in CAUSES]
    assert 40 - 14 - 8 == 18
    assert blocks(body, "output")[1].strip() == f"{620 * 12 / 30:.2f}" == "248.00"
    assert month(44_000, 1000, 1, 0, 0) == 44
    assert 528 / 44 == 12
