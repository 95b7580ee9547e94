"""The challenge “The awkward figure”: its page, its files and what it lets be known beforehand."""

from __future__ import annotations

import math
import re
from datetime import date

from tests.content.lift_register import CHALLENGE, CHALLENGE_FILES, FOLDER, NOTE, REGISTER, guide, rows
from tests.content.question_banks import LANGUAGES, both_languages, words


def test_the_file_has_the_keys_of_the_format_in_their_order() -> None:
    before = ["id", "title", "promise", "brief", "minutes", "duration", "team", "materials", "sealed", "deliverables"]
    assert list(CHALLENGE) == [*before, "accept", "max_mb", "review", "feedback", "pass", "rubric"]
    assert CHALLENGE["id"] == FOLDER.name
    assert (CHALLENGE["minutes"], CHALLENGE["duration"], CHALLENGE["team"]) == (480, "8h", 3)
    assert (CHALLENGE["feedback"], CHALLENGE["pass"]) == ("10d", {"threshold": 0.5})


def test_the_rubric_has_the_weights_of_the_design_and_four_levels_a_line() -> None:
    assert [(line["id"], line["weight"]) for line in CHALLENGE["rubric"]] == [
        ("diagnostic", 4),
        ("relance", 3),
        ("graphique", 2),
        ("mots", 2),
    ]
    for line in CHALLENGE["rubric"]:
        assert [level["points"] for level in line["levels"]] == [0, 1, 2, 3]
        assert all(words(level["text"][language]) for level in line["levels"] for language in LANGUAGES)
    most = 3 * sum(line["weight"] for line in CHALLENGE["rubric"])
    assert "33 (3 × 11)" in guide("fr") and "33 (3 × 11)" in guide("en") and most == 33
    assert math.ceil(most * CHALLENGE["pass"]["threshold"]) == 17
    assert "17 points" in guide("fr") and "17 points" in guide("en")


def test_every_text_is_in_both_languages() -> None:
    texts = [CHALLENGE[key] for key in ("title", "promise", "brief")] + CHALLENGE["deliverables"]
    texts += [entry["title"] for entry in CHALLENGE["materials"] + CHALLENGE["sealed"] + CHALLENGE["rubric"]]
    assert all(sorted(text) == sorted(LANGUAGES) and all(text.values()) for text in texts)


def test_files_are_there_small_and_in_utf_8_and_none_is_left_out() -> None:
    named = CHALLENGE_FILES.named()
    assert named == {path for path in FOLDER.iterdir() if path.is_file()}
    for path in named:
        assert path.suffix in {".md", ".csv", ".py"}
        content = path.read_bytes()
        assert len(content) <= 2 * 1024 * 1024 and content.decode("utf-8")


@both_languages
def test_the_brief_is_as_long_as_it_should_be_and_its_hours_make_eight(language: str) -> None:
    brief = CHALLENGE["brief"][language]
    assert 400 <= len(words(brief)) <= 700
    title = "### Le temps" if language == "fr" else "### The time"
    (times,) = re.findall(rf"{title}\n\n(.+)", brief)
    spent = sum(
        int(hours or 0) * 60 + int(minutes or 0)
        for hours, minutes in re.findall(r", (?:(\d+) h)? ?(?:(\d+)(?: min)?)?(?=[;.])", times.replace(" ;", ";"))
    )
    assert spent == CHALLENGE["minutes"]


@both_languages
def test_the_brief_tells_the_truth_about_the_file_and_the_day(language: str) -> None:
    brief = CHALLENGE["brief"][language]
    assert date(2026, 4, 9).strftime("%A") == "Thursday"
    assert ("Jeudi 9 avril 2026" if language == "fr" else "Thursday 9 April 2026") in brief
    assert ("1 200 lignes" if language == "fr" else "1,200 rows") in brief
    assert f"`{REGISTER[language]}`" in brief and f"`{NOTE[language]}`" in brief
    assert len({row.lift for row in rows(language)}) == 24 and "24 " in brief
    assert len(re.findall(r"^### ", brief, re.MULTILINE)) == 6
    assert "270" in brief and "330" in brief


@both_languages
def test_nothing_that_is_read_beforehand_gives_the_causes_away(language: str) -> None:
    texts = [CHALLENGE[key][language] for key in ("title", "promise", "brief")]
    texts += [entry[language] for entry in CHALLENGE["deliverables"]]
    texts += [level["text"][language] for line in CHALLENGE["rubric"] for level in line["levels"]]
    texts += [entry["title"][language] for entry in CHALLENGE["materials"]]
    shown = " ".join(texts).lower()
    for word in (
        "doublon",
        "répét",
        "duplicat",
        "repeat",
        "définition",
        "definition",
        "juillet",
        "july",
        "deux heures",
    ):
        assert word not in shown
    assert not re.search(r"semaine \d|week \d|\b(400|492|380|399|460|480)\b", shown)
