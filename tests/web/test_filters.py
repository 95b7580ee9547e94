"""Filters that have rules of their own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.assessment.candidate import candidate_question
from app.foundation.i18n import use_language
from app.web.filters import by_part, day, hours, spoken_question, stem


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (Decimal("1.5"), "1\u00a0h\u00a030"),
        (Decimal(7), "7\u00a0h"),
        (Decimal("0.25"), "15\u00a0min"),
        (1.999, "2\u00a0h"),
    ],
)
def test_a_length_is_said_in_hours_and_minutes(value: Decimal, printed: str) -> None:
    with use_language("fr"):
        assert hours(value) == printed


def test_a_day_and_its_month_stay_on_one_line() -> None:
    for language, printed in (("fr", "8\u00a0mars 2027"), ("en", "8\u00a0March 2027")):
        with use_language(language):
            assert day(date(2027, 3, 8)) == printed


def test_a_stem_is_cut_at_its_gaps_wherever_they_stand() -> None:
    asked = candidate_question(
        {
            "type": "cloze",
            "stem": {"fr": "De [[a]] à [[b]].", "en": "**[[b]]** from [[a]]"},
            "gaps": {"a": {"type": "text", "answers": []}, "b": {"type": "numeric", "answers": []}},
        },
        [["t1", "text:a"], ["t2", "numeric:b"]],
    )
    for language, expected in (("fr", ["De ", 1, " à ", 2, "."]), ("en", ["<strong>", 2, "</strong> from ", 1, ""])):
        with use_language(language):
            pieces = spoken_question(asked)["pieces"]
        found = [piece["part"]["number"] if piece["part"] else str(piece["words"]) for piece in pieces]
        assert found == expected


def test_a_stem_may_hold_a_program_and_a_gap_in_it() -> None:
    words = "What is printed?\n\n```python\nprint(2 < 3, [[a]])\n```"
    asked = candidate_question(
        {"type": "cloze", "stem": words, "gaps": {"a": {"type": "text", "answers": []}}}, [["t1", "text:a"]]
    )
    with use_language("en"):
        before, gap, after = spoken_question(asked)["pieces"]
    assert str(before["words"]).startswith("<p>What is printed?</p>\n<pre ")
    assert str(before["words"]).endswith("<code>print(2 &lt; 3, ")
    assert gap["part"]["number"] == 1
    assert str(after["words"]) == ")\n</code></pre>\n"
    with use_language("en"):
        assert str(stem("One line of `code`?")) == "One line of <code>code</code>?"


def test_the_situation_of_a_case_stands_before_the_stem() -> None:
    body = {"type": "text", "stem": "Pi", "situation": {"fr": "Un cas.", "en": "A case."}, "answers": []}
    for language, situation in body["situation"].items():
        with use_language(language):
            shown = spoken_question(candidate_question(body, []))["stem"]
        assert str(shown) == f"<p>{situation}</p>\n<p>Pi</p>\n"


def test_what_was_given_is_found_by_its_part() -> None:
    assert by_part(["t1=a", "t2=b=c", "t3=", "stray"]) == {"t1": "a", "t2": "b=c", "t3": ""}
