"""Strict YAML: a tree in which every key and value knows its line and column, or a finding."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from app.authoring.report import Mark, Report, quoted
from app.foundation.i18n import gettext as _

LARGEST_TEXT_BYTES = 1024 * 1024
DEEPEST = 20
# The largest integer that JSON readers agree on (RFC 8785 refuses larger ones).
LARGEST_INTEGER = 2**53 - 1

Plain = bool | int | float | str | list["Plain"] | dict[str, "Plain"] | None


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value; `text` is what the author typed."""

    mark: Mark
    value: bool | int | float | str | None
    text: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    mark: Mark
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping and its value."""

    key: str
    mark: Mark
    node: "Node"


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values, in the author's order; a key is always text."""

    mark: Mark
    entries: tuple[Entry, ...]

    def get(self, key: str) -> "Node | None":
        for entry in self.entries:
            if entry.key == key:
                return entry.node
        return None


Node = Scalar | Sequence | Mapping

_INTEGER = re.compile(r"[-+]?[0-9]{1,17}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]{1,40}|[0-9]{1,40}(?:\.[0-9]{0,40})?)(?:[eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
# C0 controls but tab and line ends, C1 controls, and the signs that reorder text on screen
# (Unicode TR 36 §2.4): with them a reviewer reads something else than the machine.
_REFUSED_SIGNS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)


class _UnreadableError(Exception):
    """The rest of the file cannot be understood; the finding is already in the report."""


def decode(data: bytes, path: str, report: Report) -> str | None:
    """Text of a file, or None with E003 or E005 in the report."""
    if len(data) > LARGEST_TEXT_BYTES:
        report.add(Mark(path), "E005", _("The file is larger than 1 MiB."), _("split it"))
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        report.add(Mark(path, line), "E003", _("The file is not UTF-8 text."), _("save it as UTF-8"))
        return None
    found = _REFUSED_SIGNS.search(text)
    if found:
        start = found.start()
        mark = Mark(path, text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
        name = f"U+{ord(found.group()):04X}"
        report.add(mark, "E003", _("The invisible character %(name)s is not allowed.", name=name), _("delete it"))
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_yaml(text: str, path: str, report: Report, first_line: int = 1) -> Node | None:
    """The tree of one YAML document, or None with E001, E004 or E005 in the report.

    Anchors, aliases, tags, a second document and more than 20 levels are refused. Dates stay text;
    `first_line` is the line of the file on which the YAML starts (front matter).
    """
    try:
        return _Composer(text, path, report, first_line).document()
    except _UnreadableError:
        return None


class _Composer:
    """Builds the tree from the parser's events, checking them one by one."""

    def __init__(self, text: str, path: str, report: Report, first_line: int) -> None:
        self._path, self._report, self._offset = path, report, first_line
        # The parser's events have no typed attributes.
        self._events: Iterator[Any] = self._checked_events(text)

    def document(self) -> Node | None:
        root: Node | None = None
        for event in self._events:
            if isinstance(event, StreamEndEvent):
                break
            if isinstance(event, DocumentStartEvent):
                if root is not None:
                    self._refuse(event, "E001", _("The file holds more than one document."), _("remove “---”"))
                root = self._node(next(self._events), 1)
        if root is None:
            self._report.add(Mark(self._path, self._offset), "E001", _("The file is empty."))
        return root

    def _checked_events(self, text: str) -> Iterator[Event]:
        try:
            for event in YAML(typ="safe", pure=True).parse(text):
                self._check(event)
                yield event
        except MarkedYAMLError as error:
            place = error.problem_mark or error.context_mark
            line, column = (place.line, place.column) if place else (0, 0)
            self._report.add(
                Mark(self._path, line + self._offset, column + 1), "E001",
                _("This is not valid YAML: %(problem)s.", problem=quoted(str(error.problem or error.context))),
                _syntax_hint(str(error.problem)),
            )  # fmt: skip
            raise _UnreadableError from error
        except (
            YAMLError,
            ArithmeticError,
            AssertionError,
            AttributeError,
            LookupError,
            TypeError,
            ValueError,
        ) as error:
            # The parser answers some malformed directives and escapes with a bare Python error.
            self._report.add(Mark(self._path, self._offset), "E001", _("This is not valid YAML."))
            raise _UnreadableError from error

    def _check(self, event: Event) -> None:
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
            self._refuse(
                event, "E005", _("Anchors and aliases (& and *) are not allowed."), _("write it in full, or in quotes")
            )
        if getattr(event, "tag", None) is not None:
            self._refuse(event, "E005", _("Tags (!) are not allowed."), _("put the text in quotes"))

    def _mark(self, event: Event) -> Mark:
        place = event.start_mark
        return Mark(self._path, place.line + self._offset, place.column + 1)

    def _refuse(self, event: Event, code: str, message: str, hint: str = "") -> None:
        self._report.add(self._mark(event), code, message, hint)
        raise _UnreadableError

    def _node(self, event: Any, depth: int) -> Node:
        if depth > DEEPEST:
            self._refuse(event, "E005", _("More than 20 levels inside one another."))
        if isinstance(event, MappingStartEvent):
            return self._mapping(event, depth)
        if isinstance(event, SequenceStartEvent):
            items = []
            while not isinstance(following := next(self._events), SequenceEndEvent):
                items.append(self._node(following, depth + 1))
            return Sequence(self._mark(event), tuple(items))
        return self._scalar(event)

    def _scalar(self, event: Any) -> Scalar:
        plain = event.style in (None, "")
        return Scalar(self._mark(event), resolve(event.value) if plain else event.value, event.value)

    def _mapping(self, event: Any, depth: int) -> Mapping:
        entries: dict[str, Entry] = {}
        while not isinstance(key := next(self._events), MappingEndEvent):
            if not isinstance(key, ScalarEvent):
                self._refuse(key, "E001", _("A key must be a word."), _("put the text in quotes: it holds { or ["))
            value = self._node(next(self._events), depth + 1)
            if key.value in entries:
                first = entries[key.value].mark.line
                message = _("The key “%(key)s” is already used at line %(line)s.", key=quoted(key.value), line=first)
                self._report.add(self._mark(key), "E004", message, _("keep one"))
                continue
            entries[key.value] = Entry(key.value, self._mark(key), value)
        return Mapping(self._mark(event), tuple(entries.values()))


def resolve(text: str) -> bool | int | float | str | None:
    """Value of an unquoted scalar: null, truth, integer, decimal, else text (never a date)."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        number = int(text)
        return number if abs(number) <= LARGEST_INTEGER else text
    if _FLOAT.fullmatch(text):
        decimal = float(text)
        return decimal if abs(decimal) <= LARGEST_INTEGER else text
    return text


def plain(node: Node) -> Plain:
    """The tree as plain JSON values, for storage."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {entry.key: plain(entry.node) for entry in node.entries}


def child(node: Node | None, key: str) -> Node | None:
    """The value under a key; None when the key is absent or the node is no mapping."""
    return node.get(key) if isinstance(node, Mapping) else None


def items(node: Node | None) -> tuple[Node, ...]:
    """The items of a list; none when the node is no list."""
    return node.items if isinstance(node, Sequence) else ()


def entries(node: Node | None) -> tuple[Entry, ...]:
    """The entries of a mapping; none when the node is no mapping."""
    return node.entries if isinstance(node, Mapping) else ()


def text_of(node: Node | None) -> str | None:
    """The text of a scalar that is text, else None."""
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None


def number_of(node: Node | None) -> int | float | None:
    """The value of a scalar that is a number, else None."""
    if isinstance(node, Scalar) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return node.value
    return None


def is_true(node: Node | None) -> bool:
    """Whether the author wrote `true`."""
    return isinstance(node, Scalar) and node.value is True


def _syntax_hint(problem: str) -> str:
    if "mapping values are not allowed" in problem:
        return _("put the text in quotes: it holds a colon followed by a space")
    if "\\t" in problem:
        return _("indent with spaces, never with tabs")
    if "cannot start any token" in problem:
        return _("put the text in quotes")
    if "quoted scalar" in problem or "end of stream" in problem:
        return _("close the quotation mark")
    return _("check the indentation and the quotation marks")
