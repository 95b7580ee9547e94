"""Recompute every derived number of the lessons of the module `repondre`, and of their figures."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from fractions import Fraction
from functools import partial
from pathlib import Path
from statistics import mean, median, pstdev
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.content import lesson_files
from tests.content.lesson_files import check_code, check_figure, check_form, check_same_parts, texts_of
from tests.content.question_banks import CONTENT, Domain, both_languages, numbers
from tests.content.shown_programs import blocks, names_left
from tests.content.written_sums import check_sums

COURSE = CONTENT / "python-donnees"
MODULE = COURSE / "modules" / "30-repondre"
LESSONS = ("01-grouper-et-resumer", "02-moyenne-mediane-dispersion", "03-un-graphique-honnete")
FIGURES = ("trois-villes", "deux-reperes", "deux-axes")
TOWNS = {"fr": ("Besançon", "Dole", "Ornans"), "en": ("Leeds", "Otley", "Ilkley")}
MINUTES = [12, 15, 11, 40, 13, 14, 12]
MONTHS = [96, 98, 97, 99]
QUESTIONS = Domain(COURSE.name, "repondre").questions
read_lesson = partial(lesson_files.read_lesson, MODULE)
drawing = partial(lesson_files.drawing, COURSE)
every_lesson = pytest.mark.parametrize("lesson", LESSONS)


def literal(code: str) -> Any:
    """The value that the first assignment of a block writes out."""
    return ast.literal_eval(next(node.value for node in ast.parse(code).body if isinstance(node, ast.Assign)))


# every lesson


@pytest.mark.parametrize(("lesson", "at_least"), list(zip(LESSONS, (7, 8, 6), strict=True)))
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


# lesson 1: group and summarise


def trays(language: str) -> dict[str, list[float]]:
    kept: dict[str, list[float]] = defaultdict(list)
    for order in literal(blocks(read_lesson(LESSONS[0], language)[1])[0]):
        town, price = order.values()
        kept[town].append(price)
    return kept


@both_languages
def test_ten_orders_three_towns(language: str) -> None:
    kept = trays(language)
    body = read_lesson(LESSONS[0], language)[1]
    table, means = blocks(body, "output")
    assert set(kept) == set(TOWNS[language])
    shown = {line.split()[0]: [float(cell) for cell in line.split()[1:]] for line in table.splitlines()}
    assert shown == {town: [len(prices), sum(prices), mean(prices)] for town, prices in kept.items()}
    assert list(shown) == sorted(kept)
    of_towns, of_orders = (float(line.split()[-1]) for line in means.splitlines())
    assert of_towns == mean(mean(prices) for prices in kept.values()) == 64
    assert of_orders == mean(price for prices in kept.values() for price in prices) == 42
    hook = numbers(body.strip().split("\n\n")[0], language)
    assert {28, 44, 120, 64, 2560, 420} <= set(hook)


@both_languages
def test_the_trays_hold_the_orders(language: str) -> None:
    words = texts_of(drawing("trois-villes", language))
    drawn = [numbers(word, language)[0] for word in words if re.fullmatch(r"[\d.,]+", word)]
    assert sorted(drawn) == sorted(Fraction(price) for prices in trays(language).values() for price in prices)
    alt = re.findall(r"!\[(.+?)\]", read_lesson(LESSONS[0], language)[1])[0]
    assert sorted(numbers(alt, language)) == sorted(drawn)


# lesson 2: mean, median, spread


@both_languages
def test_seven_flat_tyres(language: str) -> None:
    body = read_lesson(LESSONS[1], language)[1]
    assert [literal(block) for block in blocks(body)] == [MINUTES, [m for m in MINUTES if m != 40]]
    rest = [m for m in MINUTES if m != 40]
    assert (round(mean(MINUTES), 1), median(MINUTES), MINUTES[3]) == (16.7, 13, 40)
    assert (round(mean(rest), 1), median(rest)) == (12.8, 12.5)
    assert [len(m) for m in ([m for m in MINUTES if m <= 15], rest)] == [6, 6]
    assert not {16, 17} & set(MINUTES)
    assert sum(m <= 13 for m in MINUTES) / len(MINUTES) > 0.5
    assert [round(pstdev(series), 1) for series in (MINUTES, rest, [15] * 6)] == [9.6, 1.3, 0]
    assert [line.split()[1] for line in blocks(body, "output")[1].splitlines()] == ["9.6", "1.3", "0.0"]
    assert pstdev([9, 15, 9, 15]) == 3
    assert median([8, 9, 11, 30]) == 10


@both_languages
def test_dots_and_marks_are_to_scale(language: str) -> None:
    nodes = drawing("deux-reperes", language)
    dots = sorted(float(node.get("cx", "")) for node in nodes if node.get("class") == "fill-ink")
    assert dots == pytest.approx(sorted(20 + (m - 5) * 7 for m in MINUTES))
    at = {node.get("class"): float(re.findall(r"M([\d.]+)", node.get("d", "M0"))[0]) for node in nodes}
    assert at["accent"] == pytest.approx(20 + (median(MINUTES) - 5) * 7)
    assert at["fill-care"] == pytest.approx(20 + (mean(MINUTES) - 5) * 7, abs=0.1)


# lesson 3: an honest chart


@both_languages
def test_the_two_ratios_and_the_four_widths(language: str) -> None:
    body = read_lesson(LESSONS[2], language)[1]
    assert list(literal(blocks(body)[0]).values()) == MONTHS
    ratios, rectangles = blocks(body, "output")
    shown = [float(line.split()[-1]) for line in ratios.splitlines()]
    assert shown == [round((MONTHS[3] - start) / (MONTHS[0] - start), 2) for start in (0, 95)] == [1.03, 4]
    widths = [int(width) for width in re.findall(r'width="(\d+)"', rectangles)]
    assert widths == [round(200 * m / max(MONTHS)) for m in MONTHS]
    assert round(widths[3] / widths[0], 2) == 1.03
    shares = [Fraction(round(1000 * m / sum(MONTHS)), 10) for m in MONTHS]
    assert sum(MONTHS) == 390
    told = re.findall(r"390 .*?\.(?= [A-Z])", body)[0]
    assert numbers(told, language)[-4:] == shares
    assert re.findall(r"\+(\d)", body) == [str(m - MONTHS[0]) for m in MONTHS[1:]]


@both_languages
def test_the_program_draws_a_chart_that_can_be_read(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names_left(*blocks(read_lesson(LESSONS[2], language)[1]))
    (file,) = tmp_path.iterdir()
    nodes = list(ElementTree.parse(file).iter())
    assert [int(node.text or "") for node in nodes if (node.text or "").isdigit()] == MONTHS
    box = next(node for node in nodes if node.tag.endswith("svg")).get("viewBox", "").split()
    for node in nodes:
        if node.tag.endswith("rect"):
            assert int(node.get("x", "")) + int(node.get("width", "")) <= int(box[2]) - 30
            assert int(node.get("y", "")) + int(node.get("height", "")) <= int(box[3])


@both_languages
def test_both_axes_of_the_figure_are_to_scale(language: str) -> None:
    nodes = drawing("deux-axes", language)
    bars = [float(node.get("width", "")) for node in nodes if node.get("class") == "fill-accent"]
    assert bars[:4] == pytest.approx([225 * m / 100 for m in MONTHS])
    assert bars[4:] == pytest.approx([225 * (m - 95) / 5 for m in MONTHS])
