"""Recompute every derived number of the lessons of the module `tenir` of machine learning, figures and project."""

from __future__ import annotations

import ast
import math
import random  # noqa: TID251 — the seeded draws of a lesson
import re
from fractions import Fraction
from functools import partial
from pathlib import Path
from statistics import mean

import pytest

from tests.content import lesson_files
from tests.content.lesson_files import check_code, check_figure, check_form, check_same_parts, tables
from tests.content.measures import auc, psi, rates, wilson
from tests.content.question_banks import CONTENT, LANGUAGES, Domain, both_languages, numbers
from tests.content.shown_programs import blocks, names_left
from tests.content.written_sums import check_sums

COURSE = CONTENT / "apprentissage-automatique"
MODULE = COURSE / "modules" / "40-tenir"
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
QUESTIONS = Domain(COURSE.name, "responsabilite").questions
read_lesson = partial(lesson_files.read_lesson, MODULE)
drawing = partial(lesson_files.drawing, COURSE)
every_lesson = pytest.mark.parametrize("lesson", LESSONS)


def lengths(name: str, language: str, side: str, classes: tuple[str, ...] = ("fill-ink", "ink")) -> list[float]:
    nodes = drawing(name, language)
    return [float(n.get(side, "")) for n in nodes if n.tag.endswith("rect") and n.get("class") in classes]


# every lesson


@pytest.mark.parametrize(("lesson", "at_least"), list(zip(LESSONS, (7, 9, 5, 4), strict=True)))
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
    french, english = (read_lesson(lesson, language)[0] for language in LANGUAGES)
    assert french["minutes"] == english["minutes"]


@every_lesson
@both_languages
def test_code_is_short_and_there_is_one_figure(lesson: str, language: str) -> None:
    _, body = read_lesson(lesson, language)
    check_code(body)
    check_figure(body, FIGURES[LESSONS.index(lesson)], language)


# lesson 1: too good to be true


@both_languages
def test_the_three_columns_of_the_investigation(language: str) -> None:
    body = read_lesson(LESSONS[0], language)[1]
    codes = blocks(body)
    names = names_left(*codes[:1])
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
    names = names_left(*blocks(body)[:2])
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


# the project


@pytest.mark.parametrize(("language", "name"), [("fr", "contrats.csv"), ("en", "contracts.csv")])
def test_the_data_of_the_project_hold_their_trap(
    language: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = lesson_files.read_yaml((COURSE / "projects" / "decider-qui-appeler.yaml").read_text(encoding="utf-8"))
    (code,) = blocks(project["brief"][language])
    monkeypatch.chdir(tmp_path)
    names_left(code)
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
