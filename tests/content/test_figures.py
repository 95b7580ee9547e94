"""Check what every figure of the courses has in common: its width, its type sizes, its quotation marks, its lesson."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.content.lesson_files import texts_of
from tests.content.question_banks import CONTENT

FIGURES = sorted(CONTENT.glob("*/media/*.svg"))
SHOWN = re.compile(r"^!\[.+\]\((media/\S+\.svg) ", re.MULTILINE)


def name_of(figure: Path) -> str:
    return f"{figure.parent.parent.name}/{figure.name}"


@pytest.mark.parametrize("figure", FIGURES, ids=name_of)
def test_text_keeps_its_size_on_a_phone(figure: Path) -> None:
    """Drawn 320 wide and in the two sizes of the style sheet, text is 11.7 px at least in a window of 320 px."""
    nodes = list(ElementTree.parse(figure).iter())
    assert nodes[0].get("viewBox", "").split()[2] == "320"
    assert not [node for node in nodes if node.get("font-size")]


@pytest.mark.parametrize("figure", FIGURES, ids=name_of)
def test_no_quotation_mark_is_left_to_the_site(figure: Path) -> None:
    """The site turns straight double quotes into those of prose, but in code."""
    prose = [node for node in ElementTree.parse(figure).iter() if "code" not in node.get("class", "").split()]
    assert not [text for text in texts_of(prose) if '"' in text]


@pytest.mark.parametrize("course", sorted({figure.parent.parent for figure in FIGURES}), ids=lambda path: path.name)
def test_each_figure_is_shown_by_one_lesson_in_its_language(course: Path) -> None:
    shown = sorted(
        (name, lesson.name.split(".")[1])
        for lesson in course.glob("modules/*/*.md")
        for name in SHOWN.findall(lesson.read_text(encoding="utf-8"))
    )
    drawn = sorted((f"media/{path.name}", path.name.split(".")[1]) for path in course.glob("media/*.svg"))
    assert shown == drawn
