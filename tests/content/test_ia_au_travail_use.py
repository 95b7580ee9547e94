"""Recompute what the module « Utiliser » counts and quotes, from its lesson files and its questions."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.authoring.lessons import parse_body, reading_minutes, word_count
from app.authoring.report import Report
from tests.content import lesson_files
from tests.content.lesson_files import read_yaml, tables
from tests.content.question_banks import COURSE, LANGUAGES, Question, bank, both_languages, numbers, right_and_wrong
from tests.content.question_banks import words as words_of

MODULE = COURSE / "modules" / "20-utiliser"
REQUEST, MATERIAL, HANDED = LESSONS = (
    "01-une-demande-qui-tient",
    "02-donner-la-matiere",
    "03-ce-qu-on-ne-confie-pas",
)
FIGURES = ("cinq-cases", "texte-cite", "trois-bacs")
read_lesson = partial(lesson_files.read_lesson, MODULE)
every_lesson = pytest.mark.parametrize("lesson", LESSONS)


def letters(body: str) -> list[str]:
    """Texts printed as quotations, each with its paragraphs joined."""
    found = re.findall(r"(?:^>.*\n)+", body, re.MULTILINE)
    return [" ".join(line.removeprefix(">").strip() for line in quote.splitlines()) for quote in found]


# every lesson


@every_lesson
@both_languages
def test_minutes_follow_the_formula(lesson: str, language: str) -> None:
    front, body = read_lesson(lesson, language)
    parts = parse_body(body, lesson, Report())
    assert 800 <= word_count(parts) <= 1400
    assert front["minutes"] == reading_minutes(parts)
    assert 10 <= front["minutes"] <= 20


@every_lesson
def test_both_languages_hold_the_same_parts(lesson: str) -> None:
    shapes = []
    for language in LANGUAGES:
        front, body = read_lesson(lesson, language)
        assert front["id"] == lesson
        questions = re.findall(r"\{\{question: (.*?)\}\}", body)
        assert 2 <= len(questions) <= 3
        assert body.index(questions[0]) < body.index("::: worked ")
        assert all(term["term"] in body.lower() for term in front["terms"])
        rows = [len(table) for table in tables(body)]
        counted = [body.count(mark) for mark in ("\n#### ", "\n## ", "::: worked", "::: keep", "::: care", "\n- ")]
        shapes.append((questions, rows, counted, len(front["objectives"]), len(front["terms"])))
    assert shapes[0] == shapes[1]


# lesson 1: a request that holds

CASE = {
    "fr": {"short": "Réponds à cette réclamation, commande 4127.", "day": "mars", "cost": "74 × 0,20 = 14,80 €"},
    "en": {"short": "Answer this complaint about order 4127.", "day": "March", "cost": "68 × 0.20 = £13.60"},
}


@both_languages
def test_six_words_then_sixty(language: str) -> None:
    _, body = read_lesson(REQUEST, language)
    short, guessed, held = letters(body)
    assert short == CASE[language]["short"]
    assert len(words_of(short)) == 6
    assert len(words_of(" ".join(row[1] for row in tables(body)[1]))) == 60
    translate = re.search(r"[«\"] ?(Traduis en|Translate into)([^»\"]*)[»\"]", body)
    assert translate is not None
    assert len(words_of(translate[1] + translate[2])) == 6
    (most,) = re.findall(r"(\d+) (?:mots|words)", " ".join(row[1] for row in tables(body)[1]))
    assert len(words_of(held)) <= int(most)
    assert "20" in guessed


@both_languages
def test_the_second_answer_holds_the_facts_and_no_other_number(language: str) -> None:
    _, body = read_lesson(REQUEST, language)
    facts, slots, _ = tables(body)
    known = {n for row in (*facts, *slots) for n in numbers(row[1], language)}
    _, guessed, held = (numbers(text, language) for text in letters(body))
    assert set(held) <= known | {Fraction(4127)}
    assert {Fraction(20), Fraction(48)} <= set(guessed) - known


@both_languages
def test_days_late_and_the_cost_of_the_guess(language: str) -> None:
    _, body = read_lesson(REQUEST, language)
    facts = [numbers(row[1], language) for row in tables(body)[0]]
    price, due, new, fee = (found[0] for found in facts)
    assert 12 - due == 9
    assert 12 + 2 == 14 < new
    shown = CASE[language]["cost"]
    assert shown in body
    assert numbers(shown, language) == [price, Fraction(20, 100), price * Fraction(20, 100)]
    assert price * Fraction(20, 100) > fee


# lesson 2: supply the material, cut the task


@both_languages
def test_each_quotation_is_the_line_it_names(language: str) -> None:
    _, body = read_lesson(MATERIAL, language)
    policy, answers, _ = tables(body)
    assert [int(row[0]) for row in policy] == list(range(1, 13))
    lines = {row[0]: row[1] for row in policy}
    quoted = [re.fullmatch(r"[«\"] ?(.*?) ?[»\"] \(lig?ne (\d+)\)", row[2]) for row in answers]
    assert [found is None for found in quoted] == [False, False, False, True]
    assert all(lines[found[2]] == found[1] for found in quoted if found)
    assert [found[2] for found in quoted if found] == ["2", "10", "5"]
    assert not re.search(r"\b(malades?|maladie|ill|illness|sick)\b", " ".join(lines.values()))


@both_languages
def test_the_nine_sentences_of_the_notes(language: str) -> None:
    _, body = read_lesson(MATERIAL, language)
    notes = letters(body)[-1]
    sentences = [part for part in re.split(r"(?<=\.) ", notes) if part]
    actions = tables(body)[2]
    missing = {"fr": "non précisé", "en": "not stated"}[language]
    assert len(actions) == 4
    assert Counter(row[1] for row in actions)[missing] == 2
    decisions, left = 4, 1
    assert len(sentences) == decisions + len(actions) + left == 9


@both_languages
def test_the_line_to_quote_in_the_lesson_question(language: str) -> None:
    question = next(q for q in bank("lessons") if q["id"] == "lecon-matiere-citation")
    (key,), _ = right_and_wrong(question)
    (line,) = numbers(key["text"][language], language)
    policy = {int(row[0]): row[1] for row in tables(read_lesson(MATERIAL, language)[1])[0]}
    month = {"fr": "août", "en": "August"}[language]
    assert [number for number, text in policy.items() if month in text] == [line]


# lesson 3: what is not handed over


@both_languages
def test_six_documents_fall_two_in_each_compartment(language: str) -> None:
    _, body = read_lesson(HANDED, language)
    documents, answers, _ = tables(body)
    yes = {"fr": "oui", "en": "yes"}[language]
    assert [row[0] for row in documents] == [row[0] for row in answers] == list("123456")
    ticked = {row[0]: [cell == yes for cell in row[1:]] for row in answers}
    assert [number for number, asked in ticked.items() if not any(asked)] == ["1", "2"]
    assert [number for number, asked in ticked.items() if asked == [True, False, False]] == ["3", "4"]
    assert [number for number, asked in ticked.items() if any(asked[1:])] == ["5", "6"]


@both_languages
def test_each_detail_brings_the_number_of_people_down_to_one(language: str) -> None:
    _, body = read_lesson(HANDED, language)
    left = [int(row[1]) for row in tables(body)[2]]
    assert left == sorted(set(left), reverse=True)
    assert left[-1] == 1


# figures


@pytest.mark.parametrize("name", FIGURES)
@both_languages
def test_figures_say_what_the_lessons_say(name: str, language: str) -> None:
    drawing = list(ElementTree.parse(COURSE / "media" / f"{name}.{language}.svg").iter())
    texts = [node.text or "" for node in drawing if node.tag.endswith("text")]
    boxes = Counter(node.get("class") for node in drawing if node.tag.endswith("rect"))
    if name == "cinq-cases":
        slots = [row[0].lower() for row in tables(read_lesson(REQUEST, language)[1])[1]]
        assert [text for text in texts if text in slots] == slots
        assert boxes == {"ink": 7, "todo": 3}
    elif name == "texte-cite":
        assert [text for text in texts if text.isdigit()] == [str(number) for number in range(1, 13)]
        assert boxes == {"ink": 2, "todo": 1}
    else:
        assert boxes == {"ink": 2, "accent": 2, "todo": 2}


# the banks


def chosen(name: str, domain: str) -> list[Question]:
    return [question for question in bank(name) if question["domain"] == domain]


def test_the_exam_bank_has_enough_of_each_skill() -> None:
    use, data = chosen("exam", "utiliser"), chosen("exam", "donnees-droit")
    counted = Counter(skill for question in use for skill in question["skills"])
    assert counted["ai-assistant-use"] >= 6
    assert counted["prompt-writing"] >= 6
    assert sum("personal-data" in question["skills"] for question in data) >= 9
    assert len(use) >= 15


def test_the_practice_quiz_can_be_drawn() -> None:
    module = read_yaml((MODULE / "module.yaml").read_text(encoding="utf-8"))
    (quiz,) = [item for item in module["items"] if "quiz" in item]
    for row in quiz["pick"]:
        fit = [q for q in chosen("practice", row["domain"]) if set(row.get("tags", ())) <= set(q["tags"])]
        assert len(fit) >= 2 * row["count"]


def test_questions_on_data_can_be_told_from_those_on_law() -> None:
    for name in ("lessons", "practice", "exam"):
        for question in chosen(name, "donnees-droit"):
            assert ("personal-data" in question["skills"]) == ("donnees" in question["tags"])


def key_numbers(question_id: str, language: str) -> list[Fraction]:
    question = next(q for name in ("practice", "exam") for q in bank(name) if q["id"] == question_id)
    (key,), _ = right_and_wrong(question)
    return numbers(key["text"][language], language)


SIGNS = {"+": 1, "−": -1}


def total(expression: str) -> Fraction:
    """A chain of additions and subtractions, or one division."""
    if "÷" in expression:
        over, under = expression.split("÷")
        return Fraction(over.strip()) / Fraction(under.strip())
    terms = re.findall(r"([+−]?) ?(\d+)", expression)
    return Fraction(sum(SIGNS.get(sign, 1) * int(term) for sign, term in terms))


@both_languages
def test_the_sums_of_the_feedback_come_out(language: str) -> None:
    asked = [q for name in ("practice", "exam") for q in bank(name) if q["domain"] in ("utiliser", "donnees-droit")]
    done = 0
    for question in (q for q in asked if q["type"] == "numeric"):
        (key, *_), traps = right_and_wrong(question)
        told = key["feedback"][language]
        for expression, result in re.findall(r"(\d+(?: [+−÷] \d+)+) = (\d+)", told):
            assert total(expression) == int(result)
            done += 1
        assert key["value"] in numbers(told, language)
        for trap in traps:
            found = re.search(r"(?:C'est|That is|,) (\d+(?: [+−÷] \d+)+)\b", trap["feedback"][language])
            if found:
                assert total(found[1]) == trap["value"]
                done += 1
    assert done >= 10


@both_languages
def test_keys_that_name_a_line_or_an_hour(language: str) -> None:
    assert key_numbers("exercice-utiliser-bibliotheque", language) == [2, 10]


def test_no_lesson_names_a_person_in_a_request() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(Path(MODULE).glob("*.md"))]
    pasted = [found for text in texts for found in re.findall(r"(?:Collé|Pasted) ?: [«\"](.*?)[»\"]", text)]
    assert len(pasted) == len(LANGUAGES)
    assert not any(re.search(r"Erwan|Kervella|Callum|Sinclair|318|dos|back", text) for text in pasted)
