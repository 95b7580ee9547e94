"""Read the challenge “Holding the counter” for the tests that check it: its rules, questions, programs and answers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

from tests.content.challenge_files import ChallengeFiles

CHALLENGE_FILES = ChallengeFiles("systemes-llm", "tenir-le-guichet")
CHALLENGE, FOLDER = CHALLENGE_FILES.page, CHALLENGE_FILES.folder
text_of, guide, program = CHALLENGE_FILES.text_of, CHALLENGE_FILES.guide, CHALLENGE_FILES.program
FILES = {
    "fr": ("regles.fr.md", "questions-ouvertes.fr.jsonl", "questions-scellees.fr.jsonl", "attaques.fr.jsonl"),
    "en": ("rules.en.md", "open-questions.en.jsonl", "sealed-questions.en.jsonl", "attacks.en.jsonl"),
}
KINDS = {
    "direct": 20, "paraphrase": 10, "two-rules": 6, "replaced": 5, "document": 4, "absent": 9, "personal": 6,
}  # fmt: skip


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text_of(name).splitlines()]


def rules(language: str) -> dict[str, tuple[str, str]]:
    found = re.findall(r"^## (R\d\d) · (.+)\n\n(.+)$", text_of(FILES[language][0]), re.MULTILINE)
    return {number: (title, body) for number, title, body in found}


SCORER = program("scorer")
sys.modules["scorer"] = SCORER
ATTACKS = program("attack_scorer")
del sys.modules["scorer"]
REFERENCE = program("reference")
QUESTIONS = {
    (language, name): lines(FILES[language][place])
    for language in FILES
    for place, name in ((1, "open"), (2, "sealed"), (3, "attacks"))
}


def run(*command: str, given: str = "") -> str:
    """A program of the challenge, as a marker runs it."""
    done = subprocess.run(
        [sys.executable, "-B", *command], cwd=FOLDER, input=given, capture_output=True, text=True, check=True
    )
    assert not done.stderr
    return done.stdout


def answer(question: dict[str, Any], text: str | None = None, **changed: Any) -> dict[str, Any]:
    said = question.get("answer", "") if text is None else text
    return {"id": question["id"], "action": "answer", "answer": said, "citations": question["rules"]} | changed


def abstention(question: dict[str, Any]) -> dict[str, Any]:
    return {"id": question["id"], "action": "abstain", "answer": "", "citations": []}
