"""Read the lesson files of a course for the tests that check them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML


def read_yaml(text: str) -> Any:
    return YAML(typ="safe").load(text)


def read_lesson(module: Path, lesson: str, language: str) -> tuple[dict[str, Any], str]:
    """The front matter of a lesson of a module's folder, and its body."""
    text = (module / f"{lesson}.{language}.md").read_text(encoding="utf-8")
    _, front, body = text.split("---\n", 2)
    return read_yaml(front), body


def tables(body: str) -> list[list[list[str]]]:
    """Tables of a lesson, each a list of rows without its header."""
    found = re.findall(r"(?:^\|.*\|\n)+", body, re.MULTILINE)
    rows = [[line.strip("|").split("|") for line in table.splitlines()] for table in found]
    return [[[cell.strip() for cell in row] for row in table[2:]] for table in rows]
