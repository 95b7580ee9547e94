"""Recompute what the lessons of the module `ecrire` of `python-donnees` take for right, and their figures."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import partial

import pytest

from tests.content import lesson_files
from tests.content.lesson_files import (
    check_figure,
    check_front_matter,
    check_length_and_hook,
    check_same_parts,
    texts_of,
)
from tests.content.question_banks import CONTENT, LANGUAGES, Domain, both_languages, numbers

COURSE = CONTENT / "python-donnees"
MODULE = COURSE / "modules" / "10-ecrire"
LESSONS = ("01-valeurs-noms-types", "02-compter", "03-fonctions", "04-quand-ca-casse")
FIGURES = ("etiquettes", "batons", "boite", "trace")
DOMAIN = Domain(COURSE.name, "langage")
read_lesson = partial(lesson_files.read_lesson, MODULE)
drawing = partial(lesson_files.drawing, COURSE)
every_lesson = pytest.mark.parametrize("lesson", LESSONS)


# every lesson


@every_lesson
@both_languages
def test_minutes_words_and_hook(lesson: str, language: str) -> None:
    front, body = read_lesson(lesson, language)
    assert front["id"] == lesson
    check_length_and_hook(front, body)


@every_lesson
@both_languages
def test_front_matter_and_callouts(lesson: str, language: str) -> None:
    front, body = read_lesson(lesson, language)
    check_front_matter(front, body)
    assert all(term["term"] in body.lower() for term in front["terms"])


@every_lesson
def test_both_languages_hold_the_same_parts(lesson: str) -> None:
    check_same_parts(MODULE, lesson)


@every_lesson
@both_languages
def test_one_real_error_is_shown(lesson: str, language: str) -> None:
    assert re.search(r"^Traceback .*?^\w+Error: ", read_lesson(lesson, language)[1], re.MULTILINE | re.DOTALL)


def test_lessons_embed_their_own_questions_and_no_other() -> None:
    text = "".join(read_lesson(lesson, language)[1] for lesson in LESSONS for language in LANGUAGES)
    assert set(re.findall(r"\{\{question: ([a-z0-9-]+)\}\}", text)) == {
        question["id"] for question in DOMAIN.banks["lessons"]
    }


# the numbers of the scenes


def hook(lesson: str, language: str) -> list[Fraction]:
    return numbers(read_lesson(lesson, language)[1].strip().split("\n\n")[0], language)


@both_languages
def test_the_order_of_tyres(language: str) -> None:
    morning, afternoon, joined, _nine, price, wrong, right = hook(LESSONS[0], language)[-7:]
    assert joined == int(f"{morning}{afternoon}")
    assert (joined * price, (morning + afternoon) * price) == (wrong, right)


@both_languages
def test_the_quote_with_a_slip(language: str) -> None:
    found = hook(LESSONS[2], language)
    rate, typed, meant, price, wrong, right, lost = found[-7:]
    assert meant == 1 + rate / 100
    assert (price * typed, price * meant) == (wrong, right)
    assert right - wrong == lost


@both_languages
def test_the_repayment_that_would_be_lost(language: str) -> None:
    _, body = read_lesson(LESSONS[3], language)
    each = hook(LESSONS[3], language)[-1]
    assert each == 15
    assert ("5 × 15 = 75 €" if language == "fr" else "5 × 15 = £75") in body


@both_languages
def test_the_sums_written_out(language: str) -> None:
    text = "".join(read_lesson(lesson, language)[1] for lesson in LESSONS)
    text += "".join(str(question) for question in DOMAIN.questions.values())
    sums = re.findall(r"(?<![\d.,] )\b(\d+(?: [+−×] \d+)+) = [€£]?(\d+)\b(?! [+−×])", text)
    assert len(sums) >= 10
    for sum_written, result in sums:
        assert eval(sum_written.replace("−", "-").replace("×", "*")) == int(result), sum_written


# the figures

ELEMENTS = re.compile(r"svg|g|path|line|polyline|polygon|rect|circle|ellipse|text|tspan|title|desc")


@pytest.mark.parametrize(("lesson", "figure"), list(zip(LESSONS, FIGURES, strict=True)))
@both_languages
def test_each_lesson_has_its_figure(lesson: str, figure: str, language: str) -> None:
    _, body = read_lesson(lesson, language)
    check_figure(body, figure, language)
    assert all(ELEMENTS.fullmatch(node.tag.rpartition("}")[2]) for node in drawing(figure, language))


@both_languages
def test_the_tally_counts_the_faults_read(language: str) -> None:
    body = read_lesson(LESSONS[1], language)[1]
    faults = re.findall(r'"(\w+)"', re.findall(r"^(?:pannes|faults) = \[(.*)\]$", body, re.MULTILINE)[0])
    told = texts_of(drawing("batons", language))
    assert [text.split()[1] for text in told if text[0].isdigit()] == faults
    strokes = [node.get("class") for node in drawing("batons", language) if node.get("class") in ("ink", "accent")]
    assert strokes.count("accent") == len(faults)
    assert len(strokes) == sum(range(1, len(faults) + 1))


@both_languages
def test_the_traceback_drawn_is_the_one_printed(language: str) -> None:
    body = read_lesson(LESSONS[3], language)[1]
    printed = [line.strip() for line in re.findall(r"```output\n(Traceback.*?)\n```", body, re.DOTALL)[0].splitlines()]
    drawn = texts_of(drawing("trace", language))
    assert drawn[: len(printed)] == printed
