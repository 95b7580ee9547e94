"""Read the lesson files of a course, and its figures, for the tests that check them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from ruamel.yaml import YAML

from app.authoring.lessons import parse_body, reading_minutes, word_count
from app.authoring.report import Report
from tests.content.question_banks import LANGUAGES, words
from tests.content.shown_programs import blocks


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


# figures


def drawing(course: Path, figure: str, language: str) -> list[ElementTree.Element]:
    return list(ElementTree.parse(course / "media" / f"{figure}.{language}.svg").iter())


def of_tag(nodes: Iterable[ElementTree.Element], tag: str) -> list[ElementTree.Element]:
    return [node for node in nodes if node.tag.endswith(tag)]


def of_class(nodes: Iterable[ElementTree.Element], name: str) -> list[ElementTree.Element]:
    return [node for node in nodes if node.get("class") == name]


def texts_of(nodes: Iterable[ElementTree.Element]) -> list[str]:
    return [node.text or "" for node in of_tag(nodes, "text")]


# what every lesson keeps to


def check_form(front: dict[str, Any], body: str, lesson: str) -> None:
    assert front["id"] == lesson
    check_length_and_hook(front, body)
    check_front_matter(front, body)


def check_length_and_hook(front: dict[str, Any], body: str) -> None:
    parts = parse_body(body, front["id"], Report())
    assert 600 <= word_count(parts) <= 1500
    assert front["minutes"] == reading_minutes(parts)
    hook = body.strip().split("\n\n")[0]
    assert 60 <= len(words(hook)) <= len(hook.split()) <= 120
    assert re.search(r"\d", hook)


def check_front_matter(front: dict[str, Any], body: str) -> None:
    """Its objectives, and its terms as the text writes them; the callouts and the characters of the text."""
    assert 1 <= len(front["objectives"]) <= 3
    assert len(front["terms"]) <= 5
    assert all(term["term"] in body or term["term"] in body.lower() for term in front["terms"])
    assert len(re.findall(r"^::: (?:keep|care|dated|deeper)", body, re.MULTILINE)) <= 2
    assert not re.search("[\u00a0\u202f\u2009\u2019“”]", body)


PARTS = ("\n#### ", "\n## ", "\n|", "\n- ", "```python\n", "```output\n", "```text\n")


def in_english(link: str) -> str:
    """The English address of a page that has one for each language."""
    return link.replace("docs.python.org/fr/", "docs.python.org/").replace(
        "git-scm.com/book/fr/", "git-scm.com/book/en/"
    )


def check_same_parts(module: Path, lesson: str) -> set[str]:
    """Both languages have the same parts, the first question before the worked example; say which questions."""
    shapes = []
    for language in LANGUAGES:
        front, body = read_lesson(module, lesson, language)
        asked = re.findall(r"\{\{question: (.*?)\}\}", body)
        links = [in_english(link) for link in re.findall(r"\]\((https://[^)]*)\)", body)]
        listed = (len(front["objectives"]), len(front["terms"]))
        shapes.append((asked, [body.count(mark) for mark in PARTS], links, listed))
        assert 2 <= len(asked) <= 3
        assert body.index(f"{{{{question: {asked[0]}}}}}") < body.index("::: worked ")
    assert shapes[0] == shapes[1]
    return set(shapes[0][0])


def check_code(body: str) -> None:
    """Programs that fit a telephone, with names that every keyboard types."""
    for block in blocks(body):
        assert len(block.splitlines()) <= 25
        assert max(map(len, block.splitlines())) <= 72
        assert all(node.id.isascii() for node in ast.walk(ast.parse(block)) if isinstance(node, ast.Name))


def check_figure(body: str, figure: str, language: str) -> None:
    """One figure, that of this lesson in this language."""
    assert re.findall(r"^!\[.+\]\(media/(\S+\.svg) \".+\"\)$", body, re.MULTILINE) == [f"{figure}.{language}.svg"]


def check_quiz(module: Path, prepared: int) -> None:
    """The quiz draws fewer questions than were prepared, and the module asks for eight in ten."""
    read = read_yaml((module / "module.yaml").read_text(encoding="utf-8"))
    (quiz,) = [item for item in read["items"] if "quiz" in item]
    assert sum(row["count"] for row in quiz["pick"]) <= prepared - 2
    assert read["mastery"] == {"quiz": quiz["quiz"], "threshold": 0.8}
