"""Recompute every number of the lessons of the module `tenir` of `python-donnees`, and run what its project prints."""

from __future__ import annotations

import re
import statistics
from datetime import date
from functools import partial
from pathlib import Path
from random import Random  # noqa: TID251 - seeded, as in the lessons

import pytest

from tests.content import lesson_files
from tests.content.lesson_files import check_figure, check_form, check_same_parts, read_yaml, tables, texts_of
from tests.content.question_banks import CONTENT, Domain, both_languages, numbers
from tests.content.shown_programs import blocks, names_left

COURSE = CONTENT / "python-donnees"
MODULE = COURSE / "modules" / "40-tenir"
LESSONS = ("01-tester", "02-rejouer-demain", "03-relire-un-assistant")
FIGURES = ("croyance-exemple", "meme-cle", "un-mot")
DOMAIN = Domain(COURSE.name, "fiabilite")
read_lesson = partial(lesson_files.read_lesson, MODULE)
every_lesson = pytest.mark.parametrize("lesson", LESSONS)


# every lesson


@every_lesson
@both_languages
def test_minutes_words_and_hook(lesson: str, language: str) -> None:
    front, body = read_lesson(lesson, language)
    check_form(front, body, lesson)
    assert all(term["term"] in body.lower() for term in front["terms"])


@every_lesson
def test_both_languages_hold_the_same_parts(lesson: str) -> None:
    check_same_parts(MODULE, lesson)


@pytest.mark.parametrize(("lesson", "figure"), list(zip(LESSONS, FIGURES, strict=True)))
@both_languages
def test_figures_hold_what_the_lesson_says(lesson: str, figure: str, language: str) -> None:
    _, body = read_lesson(lesson, language)
    check_figure(body, figure, language)
    drawn = texts_of(lesson_files.drawing(COURSE, figure, language))
    wanted = {
        "croyance-exemple": ["12, 15, 11, 40, 13, 14, 12", "13", "AssertionError"],
        "meme-cle": ["2026", "31,10 €" if language == "fr" else "£31.10", "?"],
        "un-mot": ["list", "sorted"],
    }[figure]
    assert set(wanted) <= set(drawn)


def test_lessons_embed_their_own_questions_and_no_other() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(MODULE.glob("*.md")))
    assert set(re.findall(r"\{\{question: ([a-z0-9-]+)\}\}", text)) == {
        question["id"] for question in DOMAIN.banks["lessons"]
    }


# lesson 1: test what you believe


@both_languages
def test_the_median_of_the_hook_and_the_people_to_ring_back(language: str) -> None:
    _, body = read_lesson(LESSONS[0], language)
    written = [int(number) for number in re.findall(r"\d+", "12, 15, 11, 40, 13, 14, 12")]
    assert statistics.median(written) == 13
    assert ", ".join(map(str, sorted(written))) in body
    assert f"31 − 14 = {31 - 14}" in body
    assert 14 * 30 == 7 * 60, "14 bikes of 30 minutes fill a day of seven hours"
    assert 0.1 + 0.2 != 0.3
    assert abs(0.1 + 0.2 - 0.3) < 0.005


@both_languages
def test_the_former_median_returns_zero_and_the_new_one_refuses(language: str) -> None:
    first, *_, last = blocks(read_lesson(LESSONS[0], language)[1], "python")
    name = {"fr": "mediane", "en": "median"}[language]
    former = names_left(first)[name]
    assert former([]) == 0
    needed = blocks(read_lesson(LESSONS[0], language)[1], "python")[2].partition("assert")[0]
    mended = names_left(needed + last)[name]
    with pytest.raises(ValueError, match=r".+"):
        mended([])


# lesson 2: replay tomorrow

PRICES = (18.0, 35.5, 22.0, 60.0, 12.5, 48.0, 27.0, 95.0, 15.0, 33.0, 41.0, 24.0)


@both_languages
def test_the_twelve_orders_and_the_two_draws_without_a_seed(language: str) -> None:
    _, body = read_lesson(LESSONS[1], language)
    rows = re.findall(r"^(\d\d)[;,](\d+[.,]\d\d)$", body, re.MULTILINE)
    prices = {number: float(price.replace(",", ".")) for number, price in rows}
    assert tuple(prices.values()) == PRICES
    (draws,) = tables(body)
    for _, drawn, mean in draws:
        chosen = drawn.split(", ")
        assert len(set(chosen)) == 5
        assert float(numbers(mean, language)[0]) == sum(prices[one] for one in chosen) / 5
        assert mean in body.split("\n\n")[0].replace("\n", ""), "the hook gives the same numbers"


@both_languages
def test_what_each_seed_draws(language: str) -> None:
    _, body = read_lesson(LESSONS[1], language)
    orders = [(f"{rank:02d}", price) for rank, price in enumerate(PRICES, start=1)]
    drawn = Random(2026).sample(orders, 5)
    assert ", ".join(number for number, _ in drawn) in blocks(body, "text")[0]
    assert sum(price for _, price in drawn) / 5 == pytest.approx(31.1)
    means = [sum(price for _, price in Random(seed).sample(orders, 5)) / 5 for seed in range(1, 6)]
    assert "\n".join(f"{seed} {mean}" for seed, mean in enumerate(means, start=1)) in body
    assert (min(means), max(means)) == (25.3, 46.0)
    assert ("de 25,30 à 46 €" if language == "fr" else "from £25.30 to £46") in body
    assert round(statistics.mean(PRICES), 2) == 35.92
    assert body.count("35,92 €" if language == "fr" else "£35.92") == 2


@both_languages
def test_the_readme_has_six_lines_and_git_three_commands(language: str) -> None:
    readme, git = blocks(read_lesson(LESSONS[1], language)[1], "text")
    assert len(readme.strip().splitlines()) == 6
    assert [line.split()[:2] for line in git.strip().splitlines()] == [
        ["git", word] for word in ("init", "add", "commit")
    ]


# lesson 3: reviewing an assistant's code


@both_languages
def test_the_silent_fault_and_its_repair(language: str) -> None:
    _, body = read_lesson(LESSONS[2], language)
    first, _, last = blocks(body, "python")
    name = {"fr": "mediane", "en": "median"}[language]
    former, mended = names_left(first)[name], names_left(first + last)[name]
    assert former([9, 1, 5]) == 1
    assert mended([9, 1, 5]) == 5
    assert former([9, 2, 8, 1]) == mended([9, 2, 8, 1]) == 5
    given = [9, 1, 5]
    mended(given)
    assert given == [9, 1, 5]
    draw = Random(2026)
    lists = [draw.choices([1, 2, 3, 5, 8, 9, 14], k=5) for _ in range(200)]
    assert sum(former(one) != statistics.median(one) for one in lists) == 133
    assert sum(mended(one) != statistics.median(one) for one in lists) == 0
    assert len(re.findall(r"\b133\b", body)) == 2
    assert first.count("list(") == 1
    assert "sorted(" in last


# the project

PROJECT = read_yaml((COURSE / "projects" / "rapport-du-lundi.yaml").read_text(encoding="utf-8"))


@both_languages
def test_the_printed_generator(language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = blocks(PROJECT["brief"][language], "python")
    assert len(code.strip().splitlines()) <= 25
    assert max(map(len, code.splitlines())) <= 72
    monkeypatch.chdir(tmp_path)
    names_left(code)
    (written,) = tmp_path.iterdir()
    separator, missing = (";", "n/d") if language == "fr" else (",", "n/a")
    header, *rows = [line.split(separator) for line in written.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 410, "between the 200 and 2,000 asked"
    assert all(len(row) == len(header) == 6 for row in rows)
    assert len({tuple(row) for row in rows}) == 400, "ten duplicates"
    assert {row[4] for row in rows} >= {"", missing, "-5"}
    assert all(date(2026, 1, 5) <= date.fromisoformat(row[1]) < date(2026, 3, 30) for row in rows)
    before = written.read_bytes()
    names_left(code)
    assert written.read_bytes() == before


@both_languages
def test_the_hours_of_the_project(language: str) -> None:
    hours = re.findall(r"^\d\. \*\*.+\((\d+) h(?: (\d+)(?: min)?)?\)\.\*\*", PROJECT["brief"][language], re.MULTILINE)
    assert sum(60 * int(hour) + int(minute or 0) for hour, minute in hours) == PROJECT["minutes"] == 600
    assert len(hours) == 6


def test_the_rubric_of_the_project() -> None:
    assert [line["weight"] for line in PROJECT["rubric"]] == [3, 3, 2, 2, 2]
    assert all([level["points"] for level in line["levels"]] == [0, 1, 2, 3] for line in PROJECT["rubric"])
    assert PROJECT["pass"] == {"threshold": 0.6, "no_zero": ["exactitude"]}
