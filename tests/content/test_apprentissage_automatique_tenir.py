"""Recompute every derived number of the module `tenir` of machine learning: lessons, figures, questions, project."""

from __future__ import annotations

import ast
import math
import random  # noqa: TID251 — the seeded draws of a lesson
import re
from collections.abc import Callable
from contextlib import redirect_stdout
from fractions import Fraction
from functools import partial
from io import StringIO
from pathlib import Path
from statistics import mean
from textwrap import dedent
from typing import Any
from xml.etree import ElementTree

import pytest

from app.authoring.lessons import parse_body, reading_minutes, word_count
from app.authoring.report import Report
from tests.content import lesson_files
from tests.content.lesson_files import tables
from tests.content.question_banks import LANGUAGES, Question, both_languages, numbers
from tests.content.test_verifier_numbers import NUMBER, calculate, check_sums

COURSE = Path(__file__).resolve().parents[2] / "content" / "apprentissage-automatique"
LESSONS = (
    "01-trop-beau-pour-etre-vrai",
    "02-l-equite-se-mesure",
    "03-expliquer-sans-surinterpreter",
    "04-surveiller-une-derive",
)
FIGURES = ("fleche-barree", "trois-criteres", "jumelles", "deux-repartitions")
FITTING, MARCH = (0.5, 0.3, 0.2), (0.3, 0.3, 0.4)
GROUPS = {"A": (64, 16, 16, 104), "B": (24, 16, 16, 144)}
LOWERED = (32, 32, 8, 128)
read_lesson = partial(lesson_files.read_lesson, COURSE / "modules" / "40-tenir")
every_lesson = pytest.mark.parametrize("lesson", LESSONS)


def bank(name: str) -> list[Question]:
    text = (COURSE / "bank" / f"apprentissage-automatique-{name}.yaml").read_text(encoding="utf-8")
    return [one for one in lesson_files.read_yaml(text)["questions"] if one["domain"] == "responsabilite"]


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


def lengths(name: str, language: str, side: str, classes: tuple[str, ...] = ("fill-ink", "ink")) -> list[float]:
    nodes = drawing(name, language)
    return [float(n.get(side, "")) for n in nodes if n.tag.endswith("rect") and n.get("class") in classes]


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


def auc(left: list[float], stayed: list[float]) -> float:
    return mean((a > b) + (a == b) / 2 for a in left for b in stayed)


def psi(old: tuple[float, ...], new: tuple[float, ...]) -> float:
    return sum((n - o) * math.log(n / o) for o, n in zip(old, new, strict=True))


def rates(tp: float, fp: float, fn: float, tn: float) -> dict[str, float]:
    total = tp + fp + fn + tn
    return {
        "accuracy": (tp + tn) / total,
        "recall": tp / (tp + fn),
        "precision": tp / (tp + fp),
        "selection": (tp + fp) / total,
        "base": (tp + fn) / total,
    }


def wilson(right: int, count: int) -> tuple[float, float]:
    z, share = 1.96, right / count
    scale = 1 + z * z / count
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / scale
    centre = (share + z * z / (2 * count)) / scale
    return centre - half, centre + half


# every lesson and every question


@pytest.mark.parametrize(("lesson", "at_least"), list(zip(LESSONS, (7, 9, 5, 4), strict=True)))
@both_languages
def test_every_sum_of_a_lesson_is_right(lesson: str, at_least: int, language: str) -> None:
    assert check_sums(read_lesson(lesson, language)[1], language) >= at_least


@both_languages
@of_type("single", "multiple", "numeric", "cloze", "ordering", "matching", "truefalse")
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


# lesson 1: too good to be true


@both_languages
def test_the_three_columns_of_the_investigation(language: str) -> None:
    body = read_lesson(LESSONS[0], language)[1]
    codes = blocks(body)
    names = run(codes[:1])
    rows = names["abonnes" if language == "fr" else "subscribers"]()
    calls, leaves = ("appels", "part") if language == "fr" else ("calls", "leaves")
    assert (len(rows), sum(row[leaves] for row in rows)) == (1000, 50)
    of_calls = auc([r[calls] for r in rows if r[leaves]], [r[calls] for r in rows if not r[leaves]])
    of_reason = auc([1.0] * 49 + [0], [0.0] * 950)
    assert of_reason == pytest.approx(0.99)
    shown = [float(line.split()[-1]) for line in blocks(body, "output")[0].splitlines()]
    assert shown == [round(of_reason, 2), auc([0] * 50, [0] * 950), round(of_calls, 2)]
    assert auc([5, 2], [2, 0]) == 0.875


@both_languages
def test_one_row_moves_the_mean(language: str) -> None:
    body = read_lesson(LESSONS[0], language)[1]
    assert (mean([10, 20, 30]), mean([10, 20, 30, 100])) == (20, 40)
    told = next(line for line in body.splitlines() if re.search(r"10, 20 (et|and) 30", line))
    assert {10, 20, 30, 100, 60, 160, 40} <= set(numbers(told, language))


# lesson 2: fairness


@both_languages
def test_two_groups_of_two_hundred(language: str) -> None:
    body = read_lesson(LESSONS[1], language)[1]
    counts = next(t for t in tables(body) if len(t[0]) == 6)
    assert {row[0]: tuple(map(int, row[1:5])) for row in counts} == GROUPS
    assert [int(row[5]) for row in counts] == [sum(group) for group in GROUPS.values()] == [200, 200]
    first, lowered, _ = blocks(body, "output")
    shown = [[float(cell) for cell in line.split()[-2:]] for line in first.splitlines()]
    both = [rates(*GROUPS[name]) for name in "AB"]
    assert shown == [[round(group[key], 2) for group in both] for key in both[0]]
    after = rates(*LOWERED)
    assert sum(LOWERED) == 200
    assert LOWERED[0] + LOWERED[2] == 40
    shown = [[float(cell) for cell in line.split()[-2:]] for line in lowered.splitlines()]
    assert shown == [[round(g[key], 2) for g in (both[0], after)] for key in ("recall", "precision", "selection")]
    assert (sum(LOWERED[:2]) - 40, LOWERED[0] - 24) == (24, 8)


def test_the_equality_behind_the_conflict() -> None:
    for counts in (*GROUPS.values(), LOWERED):
        group = rates(*counts)
        assert group["selection"] * group["precision"] == pytest.approx(group["base"] * group["recall"])


@both_languages
def test_the_interval_of_the_smaller_group(language: str) -> None:
    body = read_lesson(LESSONS[1], language)[1]
    told = re.search(r"40 (?:départs|leavers),.*?(?=\()", body)
    assert told
    low, high = (Fraction(round(100 * bound), 100) for bound in wilson(24, 40))
    assert numbers(told[0], language) == [40, Fraction(3, 5), low, high]


@both_languages
def test_bars_of_three_criteria_are_to_scale(language: str) -> None:
    wanted = [rates(*GROUPS[name])[key] for key in ("recall", "precision", "selection") for name in "AB"]
    assert lengths("trois-criteres", language, "width") == pytest.approx([240 * share for share in wanted])


# lesson 3: importance


@both_languages
def test_importances_of_the_worked_example(language: str) -> None:
    body = read_lesson(LESSONS[2], language)[1]
    told = re.search(r"141, 143, 142, 140 (?:et|and) 144", body)
    assert told
    shuffles = [int(n) for n in re.findall(r"\d+", told[0])]
    assert (168 / 200, mean(shuffles), sum(shuffles)) == (0.84, 142, 710)
    assert 168 / 200 - mean(shuffles) / 200 == pytest.approx(0.13)
    drawn = lengths("jumelles", language, "width")
    assert drawn == pytest.approx([1800 * share for share in (0.13, 0.02, 0.01, 0.01, 0.12)])


@both_languages
def test_a_twin_shields_its_sister(language: str) -> None:
    body = read_lesson(LESSONS[2], language)[1]
    names = run(blocks(body)[:2])
    before, measure, calls, mixed = (
        names[key]
        for key in (
            ("avant", "mesurer", "appels", "brasses") if language == "fr" else ("before", "measure", "calls", "mixed")
        )
    )
    falls = [round(before - measure(mixed, calls), 2), round(before - measure(mixed, mixed), 2)]
    shown = [float(line.split()[-1]) for line in blocks(body, "output")[0].splitlines()]
    assert shown == falls
    assert falls[1] > 2 * falls[0]


# lesson 4: drift


@both_languages
def test_the_index_of_march(language: str) -> None:
    body = read_lesson(LESSONS[3], language)[1]
    assert round(psi(FITTING, MARCH), 3) == 0.241
    assert psi(FITTING, FITTING) == 0
    assert [round(math.log(ratio), 3) for ratio in (2, 0.5, 0.6, 1)] == [0.693, -0.693, -0.511, 0]
    assert blocks(body, "output")[0].split() == ["0.241", "0.0"]
    worked = next(t for t in tables(body) if len(t[0]) == 4 and len(t) == 3)
    shares = [[float(numbers(cell, language)[0]) for cell in row[1:]] for row in worked]
    assert [row[:2] for row in shares] == [list(pair) for pair in zip(FITTING, MARCH, strict=True)]
    assert [row[2] for row in shares] == pytest.approx([n / o for o, n in shares_pairs(shares)])
    drawn = lengths("deux-repartitions", language, "height")[:6]
    assert drawn == pytest.approx([260 * share for pair in zip(FITTING, MARCH, strict=True) for share in pair])


def shares_pairs(shares: list[list[float]]) -> list[tuple[float, float]]:
    return [(row[0], row[1]) for row in shares]


@both_languages
def test_an_index_of_zero_and_more_departures(language: str) -> None:
    body = read_lesson(LESSONS[3], language)[1]
    before_after = tables(body)[-1]
    counts, before, after = ([int(row[n]) for row in before_after] for n in (1, 2, 3))
    assert (sum(counts), sum(before), sum(after)) == (1000, 50, 75)
    assert after[0] == 3 * before[0]


@both_languages
def test_small_samples_move_by_chance(language: str) -> None:
    body = read_lesson(LESSONS[3], language)[1]
    shown = [ast.literal_eval(line.split(" ", 1)[1]) for line in blocks(body, "output")[1].splitlines()]
    found = []
    for count in (50, 1000):
        chance = random.Random(3)
        draws = [chance.choices(range(3), FITTING, k=count) for _ in range(5)]
        found.append([round(psi(FITTING, tuple(d.count(c) / count for c in range(3))), 2) for d in draws])
    assert shown == found
    assert max(found[0]) > 0.1 > max(found[1])


# questions with a number for an answer


def two_shares(n: list[float]) -> float:
    """The index from two old and two new shares, each logarithm recomputed."""
    return psi((n[0], n[1]), (n[2], n[3]))


KEYS: dict[str, Callable[[list[float]], float]] = {
    "lecon-tenir-auc": lambda n: auc(n[:2], n[2:4]),
    "lecon-tenir-rappel-groupe": lambda n: n[0] / (n[0] + n[2]),
    "lecon-tenir-psi": lambda n: round(two_shares(n), 2),
    "exercice-tenir-psi-leger": lambda n: round(two_shares(n), 4),
    "exercice-tenir-combien-de-plus": lambda n: n[0] * (n[2] - n[1]),
    "examen-tenir-ecart-rappel": lambda n: 100 * (n[0] / (n[0] + n[1]) - n[2] / (n[2] + n[3])),
    "examen-tenir-selection": lambda n: n[0] * n[1] / n[2],
    "examen-tenir-paires": lambda n: auc(n[:2], n[2:5]),
    "examen-tenir-importance": lambda n: (n[1] - mean(n[2:6])) / n[0],
    "examen-tenir-psi": lambda n: round(two_shares(n), 2),
}
GAPS: dict[str, Callable[[list[float]], dict[str, float]]] = {
    "exercice-tenir-deux-cents": lambda n: {
        "rappel": n[1] / (n[1] + n[3]),
        "precision": n[1] / (n[1] + n[2]),
        "base": (n[1] + n[3]) / n[0],
    },
    "examen-tenir-trois-taux": lambda n: {
        "rappel": n[1] / (n[1] + n[3]),
        "precision": n[1] / (n[1] + n[2]),
        "selection": (n[1] + n[2]) / n[0],
    },
}


def check_answers(answers: list[Question], expected: float, language: str) -> None:
    right, *wrong = answers
    assert right["value"] == pytest.approx(float(expected), abs=1e-4)
    for entry in wrong:
        assert entry["credit"] == 0
        assert abs(entry["value"] - expected) > entry["tolerance"]["absolute"] + right["tolerance"]["absolute"]
        named = re.match(
            rf"(?:C'est|That is) (\(?{NUMBER[language]}(?: [+−×÷] {NUMBER[language]}\)?)+)", entry["feedback"][language]
        )
        if named:
            assert abs(calculate(named[1], language) - entry["value"]) <= entry["tolerance"]["absolute"], entry


def test_every_key_is_recomputed() -> None:
    assert set(KEYS) == {one for one, question in QUESTIONS.items() if question["type"] == "numeric"}
    assert set(GAPS) == {one for one, question in QUESTIONS.items() if question["type"] == "cloze"}


@both_languages
@of_type("numeric")
def test_numeric_keys(question: Question, language: str) -> None:
    found = [float(number) for number in numbers(question["stem"][language], language)]
    check_answers(question["answers"], KEYS[question["id"]](found), language)


@both_languages
@of_type("cloze")
def test_keys_of_gaps(question: Question, language: str) -> None:
    found = [float(number) for number in numbers(question["stem"][language], language)]
    expected = GAPS[question["id"]](found)
    assert sum(found[1:5]) == found[0]
    assert set(expected) == set(question["gaps"])
    for name, gap in question["gaps"].items():
        check_answers(gap["answers"], expected[name], language)


@pytest.mark.parametrize("question_id", ["lecon-tenir-psi", "exercice-tenir-psi-leger", "examen-tenir-psi"])
@both_languages
def test_logarithms_given_in_stems_and_the_traps_they_set(question_id: str, language: str) -> None:
    question = QUESTIONS[question_id]
    old_1, old_2, new_1, new_2, ratio_1, log_1, ratio_2, log_2 = map(
        float, numbers(question["stem"][language], language)
    )
    assert (ratio_1, ratio_2) == pytest.approx((new_1 / old_1, new_2 / old_2))
    assert (round(math.log(ratio_1), 3), round(math.log(ratio_2), 3)) == (-log_1, log_2)
    traps = {
        "sign-lost": (new_1 - old_1) * log_1 + (new_2 - old_2) * log_2,
        "weights-forgotten": -log_1 + log_2,
        "sum-of-gaps": abs(new_1 - old_1) + abs(new_2 - old_2),
    }
    for entry in question["answers"][1:]:
        assert entry["value"] == pytest.approx(traps[entry["misconception"]], abs=entry["tolerance"]["absolute"])


def in_stem(question_id: str, language: str) -> list[Fraction]:
    return numbers(QUESTIONS[question_id]["stem"][language], language)


@both_languages
def test_keys_of_choices(language: str) -> None:
    found = in_stem("examen-tenir-deux-constats", language)
    one, other = rates(*map(float, found[:4])), rates(*map(float, found[4:]))
    assert (sum(found[:4]), sum(found[4:])) == (120, 120)
    equal = {key for key in ("accuracy", "recall", "precision") if one[key] == pytest.approx(other[key])}
    assert equal == {"accuracy", "precision"}
    assert one["selection"] == pytest.approx(2 * other["selection"])
    high, low = in_stem("lecon-tenir-trois-criteres", language)
    assert high / low == 4
    missed_a, of_a, missed_b, of_b, *_ = in_stem("examen-tenir-autant-manques", language)
    assert (missed_a / of_a, missed_b / of_b) == (Fraction(1, 5), Fraction(1, 2))
    right_a, count_a, right_b, count_b, _, *bounds = in_stem("examen-tenir-six-sur-dix", language)
    assert [Fraction(round(100 * b), 100) for b in wilson(int(right_b), int(count_b))] == bounds
    assert bounds[0] < right_a / count_a < bounds[1]
    _, rows, expected, observed = in_stem("examen-tenir-indice-nul", language)
    spread = math.sqrt(expected * (1 - expected / rows))
    assert round(spread) == 7
    assert round((observed - expected) / spread) == 4


# the project


@pytest.mark.parametrize(("language", "name"), [("fr", "contrats.csv"), ("en", "contracts.csv")])
def test_the_data_of_the_project_hold_their_trap(
    language: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = lesson_files.read_yaml((COURSE / "projects" / "decider-qui-appeler.yaml").read_text(encoding="utf-8"))
    (code,) = (dedent(block) for block in blocks(project["brief"][language] + "\n"))
    monkeypatch.chdir(tmp_path)
    run([code])
    _, *rows = [re.split("[;,]", line) for line in (tmp_path / name).read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 1500
    leaving = sum(row[6] == "1" for row in rows)
    assert 0.1 < leaving / len(rows) < 0.2
    assert all(row[6] == "1" for row in rows if row[5] == "1"), "nobody is rung back who did not ask to leave"
    shares = [mean(int(row[6]) for row in rows if (row[4] == "centre") is central) for central in (True, False)]
    assert shares[1] > 1.5 * shares[0]
    assert (
        sum(int(hours) for hours in re.findall(r"\((\d+) h\)", project["brief"][language])) * 60 == project["minutes"]
    )
