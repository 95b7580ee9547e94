"""Read the question banks of our courses for the tests that check them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from ruamel.yaml import YAML

from app.authoring.lessons import prose_words

CONTENT = Path(__file__).resolve().parents[2] / "content"
COURSES = tuple(sorted(path.parent.name for path in CONTENT.glob("*/course.yaml")))
COURSE = CONTENT / "ia-au-travail"
LANGUAGES = ("fr", "en")
BANKS = ("lessons", "practice", "exam")
CHOICES = {"single", "multiple", "truefalse"}

Question: TypeAlias = dict[str, Any]


@cache
def bank(name: str, course: str = COURSE.name) -> tuple[Question, ...]:
    text = (CONTENT / course / "bank" / f"{course}-{name}.yaml").read_text(encoding="utf-8")
    questions: tuple[Question, ...] = tuple(YAML(typ="safe").load(text)["questions"])
    for option in (option for question in questions for option in question.get("options", ())):
        if isinstance(option["text"], str):  # the same in every language
            option["text"] = dict.fromkeys(LANGUAGES, option["text"])
    return questions


def every_question(course: str = COURSE.name) -> list[Question]:
    return [question for name in BANKS for question in bank(name, course)]


def per_question(*types: str, courses: Sequence[str] = COURSES) -> pytest.MarkDecorator:
    """One test for each question of these courses, or of these types of question."""
    chosen = [
        pytest.param(question, id=f"{course}:{question['id']}")
        for course in courses
        for question in every_question(course)
        if not types or question["type"] in types
    ]
    return pytest.mark.parametrize("question", chosen)


def per_choice_question() -> pytest.MarkDecorator:
    return per_question(*CHOICES)


per_course = pytest.mark.parametrize("course", COURSES)
per_bank = pytest.mark.parametrize(("course", "name"), [(course, name) for course in COURSES for name in BANKS])
both_languages = pytest.mark.parametrize("language", LANGUAGES)


def option_texts(question: Question, language: str) -> list[str]:
    return [option["text"][language] for option in question.get("options", ())]


def all_texts(part: object, language: str) -> Iterator[str]:
    """Every sentence of a question, or of a part of one, whatever its type."""
    if isinstance(part, dict) and set(part) == set(LANGUAGES):
        yield str(part[language])
    elif isinstance(part, dict | list):
        for child in part.values() if isinstance(part, dict) else part:
            yield from all_texts(child, language)


def right_and_wrong(question: Question) -> tuple[list[Question], list[Question]]:
    """Options, or answers, that earn the point, and the others; those of every gap of a cloze."""
    right, wrong = [], []
    for asked in (question, *question.get("gaps", {}).values()):
        right += [option for option in asked.get("options", ()) if option.get("correct")]
        wrong += [option for option in asked.get("options", ()) if not option.get("correct")]
        right += [answer for answer in asked.get("answers", ()) if answer.get("credit", 1) == 1]
        wrong += [answer for answer in asked.get("answers", ()) if answer.get("credit", 1) != 1]
    return right, wrong


def feedbacks(question: Question, language: str) -> Iterator[str]:
    keys = ("options", "answers", "pairs", "rows")
    for asked in (question, *question.get("gaps", {}).values()):
        for entry in (entry for key in keys for entry in asked.get(key, ())):
            if "feedback" in entry:
                yield entry["feedback"][language]
    for told in question.get("feedback", {}).values():
        yield told[language]


def prose(text: str) -> str:
    """The words of a text without its programs and tables."""
    return prose_words(text).strip()


def words(text: str) -> list[str]:
    return [word for word in text.split() if re.search(r"\w", word)]


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?…])\s+(?=[«\"]?\s?[A-ZÀ-Ý0-9])", text.strip()) if part]


def numbers(text: str, language: str) -> list[Fraction]:
    """Every number of a text, in order, whatever the writing of the language."""
    group, point = (" ", ",") if language == "fr" else (",", r"\.")
    pattern = rf"\d{{1,3}}(?:{group}\d{{3}})+(?!\d)|\d+(?:{point}\d+)?"
    decimal = "." if language == "fr" else ""
    return [Fraction(found.replace(" ", "").replace(",", decimal)) for found in re.findall(pattern, text)]


def number(text: str, language: str) -> float:
    """The one number of a text."""
    (found,) = numbers(text, language)
    return float(found)


TIERS = {"beginner": (1, -1.75), "intermediate": (2, -0.4), "advanced": (3, 0.9), "expert": (4, 2.1)}
COGNITIVE_OFFSETS = {"remember": -0.6, "understand": -0.2, "apply": 0.2, "analyse": 0.6}


def load(course: str, file: str) -> Question:
    read: Question = YAML(typ="safe").load((CONTENT / course / file).read_text(encoding="utf-8"))
    return read


COURSE_FILES = {course: load(course, "course.yaml") for course in COURSES}
EXAMS = {course: load(course, f"exams/{course}.yaml") for course in COURSES}
OF_COURSE = {id(question): COURSE_FILES[course] for course in COURSES for question in every_question(course)}


def domains(course: str) -> dict[str, set[str]]:
    return {name: set(domain["skills"]) for name, domain in COURSE_FILES[course]["domains"].items()}


class Domain:
    """The questions of one domain of a course, by bank and by identifier."""

    def __init__(self, course: str, domain: str) -> None:
        self.banks = {name: [one for one in bank(name, course) if one["domain"] == domain] for name in BANKS}
        self.questions = {one["id"]: one for found in self.banks.values() for one in found}

    def each(self, *types: str) -> pytest.MarkDecorator:
        """One test for each of these questions, or of those of these types."""
        chosen = [one for one in self.questions.values() if not types or one["type"] in types]
        return pytest.mark.parametrize("question", chosen, ids=[one["id"] for one in chosen])

    def of_types(self, *types: str) -> set[str]:
        return {name for name, one in self.questions.items() if one["type"] in types}

    def stem(self, question_id: str, language: str) -> str:
        return str(self.questions[question_id]["stem"][language])

    def in_stem(self, question_id: str, language: str) -> list[Fraction]:
        return numbers(self.stem(question_id, language), language)

    def key(self, question_id: str, language: str) -> str:
        """The text of the one right option."""
        (right,) = [option for option in self.questions[question_id]["options"] if option.get("correct")]
        return str(right["text"][language])
