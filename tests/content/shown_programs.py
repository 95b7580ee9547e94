"""Take programs out of the lessons and questions that show them, and run them for the tests that check them."""

from __future__ import annotations

import re
from contextlib import redirect_stdout
from io import StringIO
from textwrap import dedent
from typing import Any


def blocks(text: str, kind: str = "python") -> list[str]:
    """The fenced blocks of this kind, those of a list without its indent."""
    found = re.findall(rf"^( *)```{kind}\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL)
    return [dedent(code) if indent else code for indent, code in found]


def displayed(program: str, names: dict[str, Any]) -> str:
    """What a program displays; the names that it defines join those it was given."""
    screen = StringIO()
    with redirect_stdout(screen):
        exec(program, names)
    return screen.getvalue()


def names_left(*programs: str) -> dict[str, Any]:
    """The names that programs define, run one after the other."""
    names: dict[str, Any] = {}
    for program in programs:
        displayed(program, names)
    return names
