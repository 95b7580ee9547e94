"""One tree of YAML in many layouts, with comments: what people write before `courses fmt`."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import strategies as st

_PLAIN = re.compile(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ' ]*[A-Za-zÀ-ÿ]")
_RESERVED = {"true", "false", "null"}


class Author:
    """Writes a tree as a person might: in flow or in blocks, with any quotes, comments on lines of their own or after.

    `draw` is hypothesis's; each comment is unique. None stands right after braces or brackets: there the library
    loses some, and the file is refused (test_canonical.py).
    """

    def __init__(self, draw: Any) -> None:
        self._draw, self._comments, self._after_flow = draw, 0, False

    def write(self, tree: dict[str, Any]) -> str:
        return self._comment_above(0) + "".join(self._entry(key, value, 0) for key, value in tree.items())

    def _one_of(self, *choices: Any) -> Any:
        return self._draw(st.sampled_from(choices))

    def _comment(self) -> str:
        self._comments += 1
        return f"# note {self._comments}: voir [ici]"

    def _comment_above(self, indent: int) -> str:
        if self._after_flow:
            return ""
        return self._one_of("", "", "", "\n", " " * indent + self._comment() + "\n")

    def _comment_after(self, value: Any) -> str:
        self._after_flow = isinstance(value, dict | list)
        return "" if self._after_flow else self._one_of("", "", "", f"  {self._comment()}")

    def _entry(self, key: str, value: Any, indent: int) -> str:
        above, pad = self._comment_above(indent), " " * indent
        if isinstance(value, dict | list) and value and self._one_of(True, True, False):
            inner = indent + self._one_of(2, 4)
            if isinstance(value, dict):
                return f"{above}{pad}{key}:\n" + "".join(self._entry(*one, inner) for one in value.items())
            inner = self._one_of(indent, inner)
            return f"{above}{pad}{key}:\n" + "".join(self._item(one, inner) for one in value)
        if isinstance(value, str) and "\n" not in value and value.strip() == value != "" and self._one_of(True, False):
            return f"{above}{pad}{key}: |-\n{pad}    {value}\n"
        return f"{above}{pad}{key}:{self._one_of(' ', '  ')}{self._flow(value)}{self._comment_after(value)}\n"

    def _item(self, value: Any, indent: int) -> str:
        above, pad = self._comment_above(indent), " " * indent
        if isinstance(value, dict) and value and self._one_of(True, False):
            (first, of_first), *rest = value.items()
            lines = f"{pad}- {first}: {self._flow(of_first)}{self._comment_after(of_first)}\n"
            return above + lines + "".join(self._entry(*one, indent + 2) for one in rest)
        return f"{above}{pad}- {self._flow(value)}{self._comment_after(value)}\n"

    def _flow(self, value: Any) -> str:
        space = self._one_of("", " ")
        if isinstance(value, dict):
            return (
                "{" + space + f",{space} ".join(f"{key}: {self._flow(one)}" for key, one in value.items()) + space + "}"
            )
        if isinstance(value, list):
            return "[" + space + f",{space} ".join(map(self._flow, value)) + space + "]"
        return self._scalar(value)

    def _scalar(self, value: Any) -> str:
        if not isinstance(value, str):
            return json.dumps(value)
        ways = [json.dumps(value, ensure_ascii=False)]
        if "\n" not in value:
            ways.append("'" + value.replace("'", "''") + "'")
        if _PLAIN.fullmatch(value) and value.lower() not in _RESERVED:
            ways.append(value)
        return self._one_of(*ways)
