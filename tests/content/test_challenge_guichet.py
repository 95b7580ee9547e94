"""The challenge “Holding the counter”: its page, its files and the interface they agree on."""

from __future__ import annotations

import json
import re

from tests.content.lesson_files import tables
from tests.content.question_banks import LANGUAGES, both_languages
from tests.content.town_counter import CHALLENGE, CHALLENGE_FILES, FOLDER, KINDS, QUESTIONS, SCORER, text_of


def test_the_challenge_is_whole() -> None:
    assert list(CHALLENGE) == [
        "id", "title", "promise", "brief", "minutes", "duration", "team", "materials", "sealed", "deliverables",
        "accept", "max_mb", "review", "feedback", "pass", "rubric",
    ]  # fmt: skip
    assert CHALLENGE["id"] == "tenir-le-guichet"
    assert (CHALLENGE["minutes"], CHALLENGE["duration"], CHALLENGE["team"]) == (24 * 60, "48h", 3)
    weights = {line["id"]: line["weight"] for line in CHALLENGE["rubric"]}
    assert weights == {"score": 3, "abstention": 3, "attaques": 3, "decision": 3, "cout": 1}
    for line in CHALLENGE["rubric"]:
        assert [level["points"] for level in line["levels"]] == [0, 1, 2, 3]
        for level in line["levels"]:
            assert re.findall(r"\d+", level["text"]["fr"]) == re.findall(r"\d+", level["text"]["en"])


def test_every_file_is_named_and_every_named_file_is_there() -> None:
    for entry in CHALLENGE["materials"] + CHALLENGE["sealed"]:
        assert isinstance(entry["file"], str) or set(entry["file"]) == set(LANGUAGES)
    named = CHALLENGE_FILES.named()
    assert named == {path for path in FOLDER.iterdir() if path.is_file()}
    assert all(path.suffix in {".md", ".jsonl", ".py"} and path.stat().st_size < 2_000_000 for path in named)
    for path in named:
        if path.suffix == ".py":
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 120, path.name
    opened = {str(entry["file"]) for entry in CHALLENGE["materials"]}
    assert not any(word in name for name in opened for word in ("scell", "sealed", "atta", "guide", "reference"))


@both_languages
def test_the_brief_keeps_its_length_and_its_hours(language: str) -> None:
    brief = CHALLENGE["brief"][language]
    assert 400 <= len(re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", brief)) <= 700
    (hours,) = tables(brief + "\n")
    assert sum(int(row[1]) for row in hours) * 60 == CHALLENGE["minutes"]


@both_languages
def test_examples_of_the_interface_are_those_of_the_files(language: str) -> None:
    text = text_of(f"interface.{language}.md")
    shown = [json.loads(line) for line in re.findall(r"^\{.*\}$", text, re.MULTILINE)]
    assert len(shown) == 3
    by_id = {question["id"]: question for question in QUESTIONS[language, "open"]}
    asked, answered, silent = shown
    assert asked["question"] == by_id[asked["id"]]["question"]
    assert by_id[asked["id"]]["document"].startswith(asked["document"].rstrip("…"))
    assert SCORER.outcome(by_id[answered["id"]], [answered]) == "right answer"
    assert SCORER.outcome(by_id[silent["id"]], [silent]) == "right abstention"
    assert all(f"`{kind}`" in text for kind in KINDS)
