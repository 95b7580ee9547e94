"""Check what every lesson of `systemes-llm` has in common: its length, its minutes, its front matter, its beginning."""

from __future__ import annotations

import re

import pytest

from app.authoring.lessons import parse_body, reading_minutes, word_count
from app.authoring.report import Report
from tests.content.lesson_files import read_lesson
from tests.content.question_banks import CONTENT, both_languages

MODULES = CONTENT / "systemes-llm" / "modules"
LESSONS = sorted((path.parent.name, path.name.removesuffix(".fr.md")) for path in MODULES.glob("*/*.fr.md"))


def test_no_lesson_is_forgotten() -> None:
    assert len(LESSONS) == 16


@pytest.mark.parametrize(("module", "lesson"), LESSONS)
@both_languages
def test_minutes_words_and_front_matter(module: str, lesson: str, language: str) -> None:
    front, body = read_lesson(MODULES / module, lesson, language)
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
