"""Read the question banks of `ia-au-travail` for the tests that check them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from ruamel.yaml import YAML

COURSE = Path(__file__).resolve().parents[2] / "content" / "ia-au-travail"
LANGUAGES = ("fr", "en")
BANKS = ("lessons", "practice", "exam")
CHOICES = {"single", "multiple", "truefalse"}

Question: TypeAlias = dict[str, Any]


@cache
def bank(name: str) -> tuple[Question, ...]:
    text = (COURSE / "bank" / f"ia-au-travail-{name}.yaml").read_text(encoding="utf-8")
    return tuple(YAML(typ="safe").load(text)["questions"])


def every_question() -> list[Question]:
    return [question for name in BANKS for question in bank(name)]


def per_question(*types: str) -> pytest.MarkDecorator:
    chosen = [q for q in every_question() if not types or q["type"] in types]
    return pytest.mark.parametrize("question", chosen, ids=[q["id"] for q in chosen])


def per_choice_question() -> pytest.MarkDecorator:
    return per_question(*CHOICES)


both_languages = pytest.mark.parametrize("language", LANGUAGES)


def option_texts(question: Question, language: str) -> list[str]:
    return [option["text"][language] for option in question.get("options", ())]


def right_and_wrong(question: Question) -> tuple[list[Question], list[Question]]:
    """Options, or answers, that earn the point, and the others."""
    if question["type"] in CHOICES:
        right = [option for option in question["options"] if option.get("correct")]
        return right, [option for option in question["options"] if not option.get("correct")]
    right = [answer for answer in question["answers"] if answer.get("credit", 1) == 1]
    return right, [answer for answer in question["answers"] if answer.get("credit", 1) != 1]


def feedbacks(question: Question, language: str) -> Iterator[str]:
    for entry in (*question.get("options", ()), *question.get("answers", ())):
        if "feedback" in entry:
            yield entry["feedback"][language]
    if "feedback" in question:
        yield question["feedback"]["correct"][language]


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
