"""Recompute every derived number of the module `mesurer`: its four lessons, its figures and its questions."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from itertools import pairwise
from math import comb, sqrt
from pathlib import Path
from statistics import mean, pstdev, stdev
from typing import Any
from xml.etree import ElementTree

import pytest

from app.authoring.lessons import parse_body, reading_minutes, word_count
from app.authoring.report import Report
from tests.content import lesson_files
from tests.content.lesson_files import tables
from tests.content.question_banks import LANGUAGES, Question, both_languages, feedbacks, numbers, option_texts, words
from tests.content.test_verifier_numbers import NUMBER, calculate, check_sums

COURSE = Path(__file__).resolve().parents[2] / "content" / "apprentissage-automatique"
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
COGNITIVE_OFFSETS = {"remember": -0.6, "understand": -0.2, "apply": 0.2, "analyse": 0.6}
read_lesson = partial(lesson_files.read_lesson, COURSE / "modules" / "30-mesurer")
every_lesson = pytest.mark.parametrize("lesson", LESSONS)


def bank(name: str) -> list[Question]:
    text = (COURSE / "bank" / f"apprentissage-automatique-{name}.yaml").read_text(encoding="utf-8")
    return [question for question in lesson_files.read_yaml(text)["questions"] or () if question["domain"] == "mesure"]


QUESTIONS = {question["id"]: question for name in ("lessons", "practice", "exam") for question in bank(name)}


def of_type(*types: str) -> pytest.MarkDecorator:
    chosen = [question for question in QUESTIONS.values() if not types or question["type"] in types]
    return pytest.mark.parametrize("question", chosen, ids=[question["id"] for question in chosen])


def blocks(text: str, kind: str = "python") -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def printed(lesson: str, language: str) -> list[str]:
    return blocks(read_lesson(lesson, language)[1], "output")


def drawing(name: str, language: str) -> list[ElementTree.Element]:
    return list(ElementTree.parse(COURSE / "media" / f"{name}.{language}.svg").iter())


def of_class(nodes: list[ElementTree.Element], name: str) -> list[ElementTree.Element]:
    return [node for node in nodes if node.get("class") == name]


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


def value(cell: str, language: str) -> float:
    (found,) = numbers(cell, language)
    return float(found)


def cost(misses: float, needless: float, miss: float = LOSS, call: float = CALL) -> float:
    return needless * call + misses * miss


def brier(happened: list[int], announced: list[float]) -> float:
    return mean((h - p) ** 2 for h, p in zip(happened, announced, strict=True))


def wilson(found: int, cases: int, z: float = 1.96) -> tuple[float, float]:
    p, square = found / cases, z * z
    centre = (p + square / (2 * cases)) / (1 + square / cases)
    half = z * sqrt(p * (1 - p) / cases + square / (4 * cases**2)) / (1 + square / cases)
    return round(100 * (centre - half), 1), round(100 * (centre + half), 1)


# every lesson and every question


@pytest.mark.parametrize(("lesson", "at_least"), list(zip(LESSONS, (10, 10, 8, 4), strict=True)))
@both_languages
def test_every_sum_of_a_lesson_is_right(lesson: str, at_least: int, language: str) -> None:
    assert check_sums(read_lesson(lesson, language)[1], language) >= at_least


@both_languages
@of_type()
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
        assert 2 <= len(questions) <= 3
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
    (name,) = re.findall(r"^!\[.+\]\(media/(\S+)\.\w+\.svg \".+\"\)$", body, re.MULTILINE)
    assert name == FIGURES[LESSONS.index(lesson)]


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
    assert cost(1, 0) / cost(0, 1) == 16


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
        assert [value(cell, language) for cell in shown] == [tp, fp, 50 - tp]
        assert value(threshold, language) in THRESHOLDS
    expected = [[at, cost(50 - tp, fp)] for at, (tp, fp) in THRESHOLDS.items()]
    assert [[value(cell, language) for cell in row] for row in bills] == expected
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
        cost(50 - int(tp), int(called) - int(tp))
        for _, called, tp, _ in (line.split() for line in blocks(body, "output")[1].splitlines())
    ]


@both_languages
def test_points_of_the_cost_curve_are_to_scale(language: str) -> None:
    dots = of_class(drawing("courbe-des-couts", language), "fill-ink")
    found = [(float(dot.get("cx", "")), float(dot.get("cy", ""))) for dot in dots]
    for (x, y), (at, (tp, fp)) in zip(found, THRESHOLDS.items(), strict=True):
        assert x == pytest.approx(56 + at * 246, abs=0.01)
        assert y == pytest.approx(214 - cost(50 - tp, fp) / 5000 * 180, abs=0.01)


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
    shown = [[value(cell, language) for cell in row] for row in table]
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
    for found, cases, low, high in ([value(cell, language) for cell in row] for row in ends):
        assert (low, high) == wilson(int(found), int(cases))
    for column, scores in enumerate(FOLDS.values(), start=1):
        assert [value(row[column], language) for row in table] == scores
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
        assert tuple(ast.literal_eval(shown)) == wilson(int(found), int(cases))
    ends = [wilson(82 * n, 100 * n) for n in (1, 2, 4)]
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


# questions with a number for an answer


def shared(n: list[Fraction]) -> float:
    return float(n[0] / (n[0] + n[1]))


KEYS: dict[str, Callable[[list[Fraction]], float]] = {
    "lecon-mesurer-liste": lambda n: float(100 * n[1] / n[0]),
    "lecon-seuil-deux-couts": shared,
    "lecon-etalonnage-attendus": lambda n: float(n[0] * n[1] + n[2] * n[3]),
    "lecon-ecart-quatre-fois": lambda n: float(n[0] * (n[1] / n[2]) ** 2),
    "exercice-mesurer-precision": lambda n: float(100 * n[1] / n[0]),
    "exercice-mesurer-f-un": lambda n: float(2 * n[0] * n[1] / (n[0] + n[1])),
    "exercice-mesurer-brier-constant": lambda n: float(n[1] / n[0] * (1 - n[2]) ** 2 + (1 - n[1] / n[0]) * n[2] ** 2),
    "examen-mesurer-calcul-rappel": lambda n: float(100 * n[1] / (n[1] + n[2])),
    "examen-mesurer-facture": lambda n: float(n[0] * n[2] + n[1] * n[3]),
    "examen-mesurer-seuil-deux-couts": shared,
    "examen-mesurer-demi-largeur": lambda n: 200 * sqrt(n[0] / n[1] * (1 - n[0] / n[1]) / n[1]),
    "examen-mesurer-dispersion-plis": lambda n: stdev(map(float, n[:5])),
    "examen-mesurer-calcul-brier": lambda n: brier([1, 0, 0, 1], list(map(float, n))),
    "examen-mesurer-cinq-differences": lambda n: float(mean(n[5:10]) - mean(n[:5])),
}
GAPS: dict[str, Callable[[list[Fraction]], dict[str, float]]] = {
    "examen-mesurer-parts-observees": lambda n: {
        "haut": float(100 * n[2] / n[1]),
        "bas": float(100 * n[5] / n[4]),
        "attendu": float(n[0] * n[1] + n[3] * n[4]),
    },
    "exercice-mesurer-deux-parts": lambda n: {
        "precision": float(100 * n[0] / (n[0] + n[1])),
        "rappel": float(100 * n[0] / (n[0] + n[2])),
    },
}


def check_answers(answers: list[Question], expected: float, language: str) -> None:
    right, *wrong = answers
    assert abs(right["value"] - expected) <= right["tolerance"]["absolute"] / 2
    for entry in wrong:
        assert entry["credit"] == 0
        assert abs(entry["value"] - expected) > right["tolerance"]["absolute"]
        assert 15 <= len(words(entry["feedback"][language])) <= 45
        named = re.match(
            rf"(?:C'est|That is) (\(?{NUMBER[language]}(?: [+−×÷] {NUMBER[language]}\)?)+)", entry["feedback"][language]
        )
        if named:
            result = calculate(named[1], language)
            assert any(abs(s * result - entry["value"]) <= entry["tolerance"]["absolute"] for s in (1, 100)), entry


def test_every_key_is_recomputed() -> None:
    assert set(KEYS) == {one for one, question in QUESTIONS.items() if question["type"] == "numeric"}
    assert set(GAPS) == {one for one, question in QUESTIONS.items() if question["type"] == "cloze"}


@both_languages
@of_type("numeric")
def test_numeric_keys(question: Question, language: str) -> None:
    found = numbers(question["stem"][language], language)
    check_answers(question["answers"], KEYS[question["id"]](found), language)


@both_languages
@of_type("cloze")
def test_keys_of_gaps(question: Question, language: str) -> None:
    expected = GAPS[question["id"]](numbers(question["stem"][language], language))
    assert set(expected) == set(question["gaps"])
    for name, gap in question["gaps"].items():
        check_answers(gap["answers"], expected[name], language)


def key_of(question_id: str, language: str) -> str:
    (right,) = [option for option in QUESTIONS[question_id]["options"] if option.get("correct")]
    return str(right["text"][language])


def in_stem(question_id: str, language: str) -> list[float]:
    return list(map(float, numbers(QUESTIONS[question_id]["stem"][language], language)))


@both_languages
def test_keys_of_single_questions(language: str) -> None:
    found, wrong, *_ = in_stem("lecon-mesurer-rarete", language)
    assert round(100 * found / (found + wrong)) == 82
    assert numbers(key_of("lecon-mesurer-rarete", language), language) == [round(100 * 90 / (90 + 180))]
    first, people, second, others, left, gone = in_stem("lecon-etalonnage-deux-groupes", language)
    assert (left / people, gone / others) == (0.4, 0.9) > (first, second)
    gaps = [0.03, -0.04, 0.01, 0.04, -0.02]
    assert in_stem("lecon-ecart-decider", language)[:5] == [abs(gap) for gap in gaps]
    assert round(mean(gaps), 3) == 0.004 < stdev(gaps) / 5
    share, subscriptions = in_stem("examen-mesurer-sens-probabilite", language)
    assert numbers(key_of("examen-mesurer-sens-probabilite", language), language) == [round(share * subscriptions)]
    model, other, baseline = in_stem("examen-mesurer-trois-briers", language)
    assert model < baseline < other
    call, miss = in_stem("examen-mesurer-defendre-seuil", language)
    assert float(numbers(key_of("examen-mesurer-defendre-seuil", language), language)[0]) == call / (call + miss)
    fp_a, fn_a, fp_b, fn_b, call, miss = in_stem("examen-mesurer-deux-factures", language)
    assert cost(fn_b, fp_b, miss, call) == 840 < cost(fn_a, fp_a, miss, call) == 1072
    cases, half, wanted = in_stem("examen-mesurer-seize-fois", language)
    assert numbers(key_of("examen-mesurer-seize-fois", language), language) == [cases * (half / wanted) ** 2]
    announced = in_stem("examen-mesurer-departs-attendus", language)
    expected = sum(announced[n] * announced[n + 1] for n in (0, 2, 4))
    assert numbers(key_of("examen-mesurer-departs-attendus", language), language) == [round(expected, 6)]
    leavers, stayers, flagged, needless, share, in_use, tested = in_stem("examen-mesurer-epreuve-moitie", language)
    rate, alarm = flagged / leavers, needless / stayers
    assert 100 * flagged / (flagged + needless) == tested == 87.5
    assert round(100 * rate * share / (rate * share + alarm * (100 - share))) == in_use == 27


@both_languages
def test_keys_of_questions_with_a_table(language: str) -> None:
    stem = QUESTIONS["examen-mesurer-lire-fiabilite"]["stem"][language]
    (rows,) = tables(stem)
    shares = [(value(p, language), value(left, language) / value(n, language)) for p, n, left in rows]
    assert [round(observed - announced, 2) for announced, observed in shares] == [0.1, 0, -0.1]
    (rows,) = tables(QUESTIONS["exercice-mesurer-trois-seuils"]["stem"][language])
    bills = {at: cost(value(fn, language), value(fp, language), 40, 5) for at, fp, fn in rows}
    assert list(bills.values()) == [510, 485, 750]
    assert min(bills, key=bills.__getitem__) == key_of("exercice-mesurer-trois-seuils", language)


def test_what_feedback_says_of_spread_and_width() -> None:
    assert round(pstdev([0.70, 0.74, 0.78, 0.72, 0.76]), 4) == 0.0283
    assert (round(200 * sqrt(0.9 * 0.1 / 10)), round(200 * sqrt(0.86 * 0.14 / 500))) == (19, 3)
    assert round(sqrt(2), 1) == 1.4
    assert mean(p * p for p in (0.8, 0.5, 0.2, 0.1)) == pytest.approx(0.235)


# the bank of the module


def test_rows_of_the_blueprint_have_enough_questions() -> None:
    found: Counter[tuple[str, str]] = Counter()
    for question in bank("exam"):
        (skill,) = {"ml-evaluation", "statistics"} & set(question["skills"])
        (level,) = (tag for tag in question["tags"] if tag.startswith("cog-"))
        found[skill, level] += 1
    assert found == {
        ("ml-evaluation", "cog-understand"): 4,
        ("ml-evaluation", "cog-apply"): 4,
        ("ml-evaluation", "cog-analyse"): 4,
        ("statistics", "cog-apply"): 7,
        ("statistics", "cog-analyse"): 4,
    }


@of_type()
def test_difficulty_follows_the_cognitive_level(question: Question) -> None:
    (level,) = (tag.removeprefix("cog-") for tag in question["tags"] if tag.startswith("cog-"))
    assert question["b"] == pytest.approx(0.9 + COGNITIVE_OFFSETS[level])
    for enemy in question.get("enemies", ()):
        assert question["id"] in QUESTIONS[enemy]["enemies"]


def test_the_quiz_draws_fewer_than_there_are() -> None:
    module = lesson_files.read_yaml((COURSE / "modules" / "30-mesurer" / "module.yaml").read_text(encoding="utf-8"))
    (quiz,) = [item for item in module["items"] if "quiz" in item]
    assert sum(row["count"] for row in quiz["pick"]) <= len(bank("practice")) - 2
    assert module["mastery"] == {"quiz": quiz["quiz"], "threshold": 0.8}


@both_languages
@of_type("single", "multiple")
def test_no_feedback_serves_twice(question: Question, language: str) -> None:
    told = list(feedbacks(question, language))
    assert len(told) == len(set(told))
    assert len(option_texts(question, language)) == len(set(option_texts(question, language)))


def test_questions_of_the_module_are_embedded_in_it() -> None:
    embedded: Any = set()
    for lesson in LESSONS:
        embedded |= set(re.findall(r"\{\{question: (.*?)\}\}", read_lesson(lesson, "fr")[1]))
    assert embedded == {question["id"] for question in bank("lessons")}
