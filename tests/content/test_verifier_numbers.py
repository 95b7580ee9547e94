"""Recompute every derived number of the module `verifier`: its three lessons, its figures and its questions."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from app.authoring.lessons import parse_body, reading_minutes, word_count
from app.authoring.report import Report
from tests.content import lesson_files
from tests.content.lesson_files import tables
from tests.content.question_banks import (
    COURSE,
    LANGUAGES,
    Question,
    both_languages,
    every_question,
    feedbacks,
    numbers,
    option_texts,
    right_and_wrong,
)
from tests.content.written_sums import NUMBER, calculate, check_sums

MODULE = COURSE / "modules" / "30-verifier"
LESSONS = ("01-a-proportion", "02-recalculer-sourcer", "03-erreur-inegale")
FIGURES = ("grille-controle", "ticket-ventes", "deux-taux")
QUESTIONS = [question for question in every_question() if question["domain"] == "verifier"]
read_lesson = partial(lesson_files.read_lesson, MODULE)
every_lesson = pytest.mark.parametrize("lesson", LESSONS)
every_item = pytest.mark.parametrize("question", QUESTIONS, ids=[question["id"] for question in QUESTIONS])


def value(cell: str, language: str) -> Fraction:
    (found,) = numbers(cell, language)
    return found


# every lesson and every question


@pytest.mark.parametrize(("lesson", "at_least"), [(LESSONS[0], 7), (LESSONS[1], 9), (LESSONS[2], 14)])
@both_languages
def test_every_sum_of_a_lesson_is_right(lesson: str, at_least: int, language: str) -> None:
    assert check_sums(read_lesson(lesson, language)[1], language) >= at_least


@both_languages
@every_item
def test_every_sum_of_a_question_is_right(question: Question, language: str) -> None:
    for text in (question["stem"][language], *option_texts(question, language), *feedbacks(question, language)):
        check_sums(text, language)


# every lesson


@every_lesson
@both_languages
def test_minutes_and_words(lesson: str, language: str) -> None:
    front, body = read_lesson(lesson, language)
    parts = parse_body(body, lesson, Report())
    questions = len(re.findall(r"\{\{question: ", body))
    assert 900 <= word_count(parts) <= 1400
    assert front["minutes"] == reading_minutes(parts) == math.ceil(word_count(parts) / 180 + 3 + 2 * questions)
    hook = body.strip().split("\n\n")[0]
    assert 60 <= len(hook.split()) <= 120
    assert re.search(r"\d", hook)


@every_lesson
@both_languages
def test_front_matter_and_callouts(lesson: str, language: str) -> None:
    front, body = read_lesson(lesson, language)
    assert front["id"] == lesson
    assert 1 <= len(front["objectives"]) <= 3
    assert len(front["terms"]) <= 5
    assert all(term["term"] in body.lower() for term in front["terms"])
    assert len(re.findall(r"^::: (?:keep|care|dated|deeper)", body, re.MULTILINE)) <= 2
    assert not re.search("[\u00a0\u202f\u2009’“”]", body)


@every_lesson
def test_both_languages_hold_the_same_parts(lesson: str) -> None:
    shapes = []
    for language in LANGUAGES:
        front, body = read_lesson(lesson, language)
        questions = re.findall(r"\{\{question: (.*?)\}\}", body)
        parts = (body.count("\n#### "), body.count("\n## "), body.count("\n|"), body.count("\n> "))
        shapes.append((questions, parts, len(front["objectives"]), len(front["terms"])))
        assert 2 <= len(questions) <= 3
        assert body.index(questions[0]) < body.index("::: worked ")
    assert shapes[0] == shapes[1]


# lesson 1: check in proportion


@both_languages
def test_the_hook_of_the_bills(language: str) -> None:
    hook = read_lesson(LESSONS[0], language)[1].strip().split("\n\n")[0]
    each, families, all_in_all = numbers(hook, language)[-3:]
    assert each * families == all_in_all


@both_languages
def test_expected_costs_and_minutes(language: str) -> None:
    _, body = read_lesson(LESSONS[0], language)
    tasks, costs = tables(body)
    minute = {"fr": Fraction("0.5"), "en": Fraction("0.4")}[language]
    assert ("0,50 €" if language == "fr" else "£0.40") in body
    assert len(tasks) == 6
    assert len(costs) == 5
    for (number, _, cost, missed), (same, expected, at_most) in zip(tasks, costs, strict=False):
        product = value(cost, language) * value(missed, language) / 100
        assert number == same
        assert value(expected, language) == product
        assert value(at_most, language) == product / minute


@both_languages
def test_the_forty_minutes(language: str) -> None:
    _, body = read_lesson(LESSONS[0], language)
    whole = {"fr": "8 + 1 + 2 + 12 = 23 minutes", "en": "8 + 1 + 2 + 15 = 26 minutes"}[language]
    spent = numbers(whole, language)
    assert whole in body
    assert sum(spent[:-1]) == spent[-1] <= 40
    assert spent[3] > spent[-1] / 2
    end = {"fr": (16, 43), "en": (4, 46)}[language]
    start = {"fr": (16, 20), "en": (4, 20)}[language]
    assert start[1] + spent[-1] == end[1]
    assert {"fr": "16 h 43", "en": "4.46"}[language] in body
    assert divmod(Fraction(40, 6), 1) == (6, Fraction(40, 60))
    assert "6 min 40 s" in body
    ceilings = [value(row[2], language) for row in tables(body)[1]]
    assert all(check <= ceiling for check, ceiling in zip(spent[1:4], ceilings[2:], strict=True))


# lesson 2: recompute, trace, reread

SALES = (18_400, 21_250, 19_900, 23_150)


def written(number: int, language: str) -> str:
    return f"{number:,}".replace(",", " " if language == "fr" else ",")


@both_languages
def test_the_sales_and_the_two_wrong_lines(language: str) -> None:
    _, body = read_lesson(LESSONS[1], language)
    assert all(written(number, language) in body for number in SALES)
    total, rise = sum(SALES), Fraction(SALES[3] - SALES[0], SALES[0]) * 100
    assert (total, round(float(rise), 1)) == (82_700, 25.8)
    assert written(total, language) in body
    assert total - 81_700 == 1_000
    gaps = [number - 20_000 for number in SALES]
    assert gaps == [-1_600, 1_250, -100, 3_150]
    assert sum(gaps) == 2_700
    assert abs(round(SALES[0] * 1.258) - SALES[3]) <= 3
    assert [a - b for a, b in pairwise(SALES) if a > b] == [1_350]


@both_languages
def test_the_receipt_shows_the_sales_and_what_was_answered(language: str) -> None:
    drawing = ElementTree.parse(COURSE / "media" / f"ticket-ventes.{language}.svg")
    words = [(node.text or "").replace("\u202f", " ") for node in drawing.iter() if node.tag.endswith("text")]
    shown = [numbers(word, language)[0] for word in words if re.fullmatch(r"[\d ,]+( ?%)?", word)]
    assert shown == [*SALES, 81_700, 12]


@both_languages
def test_the_discount_that_works_once(language: str) -> None:
    (trials,) = tables(read_lesson(LESSONS[1], language)[1])
    right = 0
    for price, wanted, formula in ([value(cell, language) for cell in row] for row in trials):
        assert wanted == (price - 10 if price >= 100 else price)
        assert formula == price * Fraction(9, 10)
        right += wanted == formula
    assert (len(trials), right) == (4, 1)


# lesson 3: errors that fall unevenly


@both_languages
def test_the_two_groups_and_their_whole(language: str) -> None:
    counts, shown = tables(read_lesson(LESSONS[2], language)[1])
    rows = [[value(cell, language) for cell in row[1:]] for row in counts]
    assert [sum(column) for column in zip(*rows[:2], strict=True)] == rows[2] == [600, 33]
    for (letters, errors), row in zip(rows, shown, strict=True):
        assert value(row[3], language) == errors / letters * 100


@both_languages
def test_the_bars_and_the_line_are_to_scale(language: str) -> None:
    drawing = ElementTree.parse(COURSE / "media" / f"deux-taux.{language}.svg")
    bars = [float(n.get("width", "")) for n in drawing.iter() if n.get("class") == "fill-accent"]
    assert bars == pytest.approx([189 * 4 / 15, 189 * 13 / 15], abs=0.1)
    (line,) = [n.get("d", "") for n in drawing.iter() if n.get("class") == "ink"]
    assert float(re.findall(r"M([\d.]+)", line)[0]) == pytest.approx(100 + 189 * 5.5 / 15, abs=0.1)


@both_languages
def test_one_error_in_few_cases(language: str) -> None:
    _, body = read_lesson(LESSONS[2], language)
    one, two = (Fraction(errors, 8) * 100 for errors in (1, 2))
    assert [one, two] == [Fraction("12.5"), Fraction(25)]
    assert (
        "12,5 % ; une de plus, et ce serait 25 %" if language == "fr" else "12.5%; one more, and it would be 25%"
    ) in body
    percent, letters, wrong = numbers(item("exercice-verifier-petit-groupe")["stem"][language], language)
    told = next(feedbacks(item("exercice-verifier-petit-groupe"), language))
    assert round(float(wrong / letters * 100), 1) == 16.7 > percent
    assert numbers(told, language)[:3] == [wrong, letters, Fraction("16.7")]


# questions


def item(question_id: str) -> Question:
    return next(question for question in QUESTIONS if question["id"] == question_id)


@both_languages
def test_trials_that_show_the_fault(language: str) -> None:
    def faulty(question_id: str, rule: Callable[[Fraction], Fraction], formula: Callable[[Fraction], Fraction]) -> None:
        right, wrong = right_and_wrong(item(question_id))
        for options, differs in ((right, True), (wrong, False)):
            for option in options:
                (tried,) = numbers(option["text"][language], language)
                assert (rule(tried) != formula(tried)) is differs

    faulty("lecon-recalculer-essai", lambda price: price + 6 * (price <= 60), lambda price: price + 6)
    faulty("examen-verifier-conges", lambda months: min(2 * months, Fraction(20)), lambda months: 2 * months)


@both_languages
def test_the_tool_of_four_hundred_answers(language: str) -> None:
    question = item("examen-verifier-quatre-cents")
    right_times, out_of, sent = numbers(question["stem"][language], language)
    (key,), _ = right_and_wrong(question)
    assert numbers(key["text"][language], language) == [(out_of - right_times) / out_of * sent]


@both_languages
def test_the_contract_carries_nearly_all_the_risk(language: str) -> None:
    minutes, cost, passes, out_of, *others = numbers(item("examen-verifier-trois-textes")["stem"][language], language)
    expected = [cost * passes / out_of, *(others[n] * others[n + 1] / out_of for n in (0, 2))]
    assert minutes == 30
    assert expected == [60, 1, Fraction("0.05")]
    assert expected[0] / sum(expected) > Fraction(9, 10)


@both_languages
def test_two_branches_of_one_tool(language: str) -> None:
    typed, handwritten, north, south = numbers(item("examen-verifier-deux-agences")["stem"][language], language)
    shares = [(rate - typed) / (handwritten - typed) for rate in (north, south)]
    assert shares == [Fraction(1, 10), Fraction(7, 10)]


@both_languages
def test_the_answer_read_backwards(language: str) -> None:
    start, percent, announced = numbers(item("exercice-verifier-envers")["stem"][language], language)
    assert start * (100 + percent) / 100 == 92 != announced == start + percent
    start, end, announced = numbers(item("lecon-recalculer-hausse")["stem"][language], language)
    assert start * (100 + announced) / 100 == 14_375 > end


# the traps of numeric questions come from the sums that their feedback names


@both_languages
@pytest.mark.parametrize("question", [q for q in QUESTIONS if q["type"] == "numeric"], ids=lambda q: q["id"])
def test_every_trap_is_the_result_of_the_sum_it_names(question: Question, language: str) -> None:
    for entry in question["answers"][1:]:
        named = re.match(
            rf"(?:C'est|That is) ({NUMBER[language]}(?: [−×÷] {NUMBER[language]})+)", entry["feedback"][language]
        )
        if named is None:
            continue
        result = calculate(named[1], language)
        trap, tolerance = Fraction(str(entry["value"])), Fraction(str(entry["tolerance"]["absolute"]))
        assert any(abs(scale * result - trap) <= tolerance for scale in (1, 100)), entry


# figures

ELEMENTS = re.compile(r"svg|g|path|line|polyline|polygon|rect|circle|ellipse|text|tspan|title|desc")


@pytest.mark.parametrize(("lesson", "figure"), list(zip(LESSONS, FIGURES, strict=True)))
@both_languages
def test_each_lesson_has_its_figure_of_drawing_elements(lesson: str, figure: str, language: str) -> None:
    _, body = read_lesson(lesson, language)
    (name,) = re.findall(r"^!\[.+\]\((media/\S+\.svg) \".+\"\)$", body, re.MULTILINE)
    assert name == f"media/{figure}.{language}.svg"
    for node in ElementTree.parse(COURSE / name).iter():
        assert ELEMENTS.fullmatch(node.tag.rpartition("}")[2])
