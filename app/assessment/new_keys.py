"""The new key of a question as staff write it, part by part: what is right from now on, one answer a line, a place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.assessment import keyed, layouts, part_keys, readings
from app.assessment.answers import WRITTEN_TYPES
from app.assessment.choices import is_right, options_of
from app.assessment.exact import fraction
from app.assessment.models import QuestionVersion
from app.assessment.readings import Given
from app.assessment.regrading import Decision, body_in_force
from app.assessment.scored import Words
from app.foundation.errors import RuleError
from app.foundation.i18n import current_language, localised
from app.foundation.i18n import gettext as _

Entry = Mapping[str, Any]  # one of the `answers` of a question or of a gap
Choices = Sequence[tuple[str, Words]]
WHOLE = frozenset({"correct", "answers"})  # the parts that are whole questions
_WRITTEN_AS = {"value": "{}", "regex": "/{}/"}


@dataclass(frozen=True)
class KeyPart:
    """What is keyed by itself: a whole question ("correct", "answers"), or a pair, an item, a row or a gap of it.

    `kind` is "options" (any of them right), "lines" (the answers accepted, one a line) or "place" (a number from 1);
    `now` is the key as it stands, in the same form. `body` is the question's, or the gap's.
    """

    name: str
    label: Words
    kind: str
    now: Any
    body: Mapping[str, Any]
    options: Choices = ()

    def read(self, sent: Any) -> Any:
        """What was sent for it, as a key has it; raises RuleError with what is wrong."""
        if not sent:
            raise RuleError(_("Say which answers are right."))
        if self.kind == "place":
            return _place(sent, len(self.options))
        return answers_of(self.body, sent) if self.kind == "lines" else sorted(sent)


def key_parts(version: QuestionVersion, decision: Decision | None = None) -> list[KeyPart]:
    """Everything of a question that has a key of its own, in the author's order; nothing of a type that has none.

    The key is the author's, or that of the decision in force.
    """
    body = body_in_force(version.body, decision)
    of_type: Mapping[str, Callable[[Mapping[str, Any]], list[KeyPart]]] = {
        "matching": _pairs, "matrix": _rows, "ordering": _items, "cloze": _gaps,
    }  # fmt: skip
    if body["type"] in of_type:
        return of_type[body["type"]](body)
    if body["type"] in WRITTEN_TYPES:
        return [_lines("answers", "", body)]
    return [_options("correct", "", body, keyed.options_by_id(version))] if keyed.has_options(body) else []


def _options(name: str, label: Words, body: Mapping[str, Any], options: Choices) -> KeyPart:
    now = [one["id"] for one in options_of(body) if is_right(one)]
    return KeyPart(name, label, "options", now, body, options)


def _lines(name: str, label: Words, body: Mapping[str, Any]) -> KeyPart:
    entries = [one for one in body.get("answers", ()) if _earns_everything(one)]
    now = "\n".join(dict.fromkeys(line for one in entries for line in _lines_of(one)))
    return KeyPart(name, label, "lines", now, body)


def _pairs(body: Mapping[str, Any]) -> list[KeyPart]:
    rights = [(name, words) for name, words in layouts.words_of(body).items() if name.startswith(layouts.RIGHT)]
    return [
        KeyPart(f"{layouts.LEFT}{place}", pair["left"], "options", part_keys.right_sides(body, place), body, rights)
        for place, pair in enumerate(body["pairs"])
    ]


def _rows(body: Mapping[str, Any]) -> list[KeyPart]:
    columns = [(one["id"], one["text"]) for one in body["columns"]]
    right = {row["id"]: part_keys.right_columns(body, row["id"]) for row in body["rows"]}
    now = {row: [column.removeprefix(layouts.COLUMN) for column in one] for row, one in right.items()}
    return [KeyPart(row["id"], row["text"], "options", now[row["id"]], body, columns) for row in body["rows"]]


def _items(body: Mapping[str, Any]) -> list[KeyPart]:
    items = [(name, words) for name, words in layouts.words_of(body).items()]
    order = part_keys.right_order(body)
    return [KeyPart(name, words, "place", str(order.index(name) + 1), body, items) for name, words in items]


def _gaps(body: Mapping[str, Any]) -> list[KeyPart]:
    found = []
    for number, name in enumerate(layouts.gap_names(body), start=1):
        gap, label = body["gaps"][name], _("Gap %(number)s", number=number)
        if gap["type"] == "select":
            found.append(_options(name, label, gap, [(one["id"], one["text"]) for one in gap["options"]]))
        else:
            found.append(_lines(name, label, gap))
    return found


def key_of(body: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The key that regrading takes, of what was read for each part; a gap with its author's key is left out of it.

    `body` is the author's: a key takes its place, whatever was decided before.
    """
    if body["type"] == "ordering":
        return {"order": sorted(given, key=lambda name: int(given[name]))}
    if body["type"] == "cloze":
        changed = {name: one for name, one in given.items() if not _same(body["gaps"][name], one)}
        names = {name: "correct" if body["gaps"][name]["type"] == "select" else "answers" for name in changed}
        return {"gaps": {name: {names[name]: one} for name, one in changed.items()}}
    if body["type"] in ("matching", "matrix"):
        return {"pairs" if body["type"] == "matching" else "rows": dict(given)}
    return dict(given)


def _same(gap: Mapping[str, Any], given: Any) -> bool:
    if gap["type"] == "select":
        return bool(sorted(one["id"] for one in gap["options"] if is_right(one)) == given)
    return bool(list(gap.get("answers", ())) == given)


# Written answers


def answers_of(body: Mapping[str, Any], text: str) -> list[Entry]:
    """The entries of a question whose accepted answers are these lines.

    Those of the author that are still there keep their place, their tolerance and their feedback, and so do those
    worth a part. New ones come first: a trap of the author's may no longer catch them. Raises RuleError.
    """
    numeric = body["type"] == "numeric"
    lines = [_number_line(line) if numeric else line for line in map(str.strip, text.splitlines()) if line]
    kept: list[Entry] = []
    covered: set[str] = set()
    for entry in body.get("answers", ()):
        if not _earns_everything(entry):
            kept.append(entry)
        elif left := _left_of(entry, lines):
            kept.append(left)
            covered.update(_lines_of(left))
    new = [line for line in dict.fromkeys(lines) if line not in covered]
    return [_numeric(body, line) if numeric else {"value": line} for line in new] + kept


def _earns_everything(entry: Entry) -> bool:
    return fraction(entry.get("credit", 1)) == 1


def _lines_of(entry: Entry) -> list[str]:
    """An entry as lines: a value in each language, a range as low..high, a pattern between strokes."""
    if "range" in entry:
        return ["{}..{}".format(*entry["range"])]
    return [form.format(one) for key, form in _WRITTEN_AS.items() for one in _texts(entry.get(key))]


def _texts(words: Any) -> list[str]:
    if words is None:
        return []
    return list(words.values()) if isinstance(words, Mapping) else [str(words)]


def _left_of(entry: Entry, lines: Sequence[str]) -> Entry | None:
    """What is left of an entry once the lines that are gone are taken from it; itself when none is."""
    if all(line in lines for line in _lines_of(entry)):
        return entry
    left = dict(entry)
    for key, form in _WRITTEN_AS.items():
        words = entry.get(key)
        if isinstance(words, Mapping):
            left[key] = {code: one for code, one in words.items() if form.format(one) in lines}
        elif form.format(words) not in lines:
            left[key] = None
    left = {key: one for key, one in left.items() if key not in _WRITTEN_AS or one}
    return left if set(left) & set(_WRITTEN_AS) else None


def _number_line(line: str) -> str:
    return line.replace(",", ".")


def _numeric(body: Mapping[str, Any], line: str) -> Entry:
    """A number, or a range, with the tolerance and the unit that the author gave."""
    ends = line.split("..")
    try:
        values = [fraction(end) for end in ends]
    except ValueError as error:
        raise RuleError(_("“%(line)s” is not a number: write one a line, as in 12.5.", line=line[:40])) from error
    if len(ends) > 2 or values != sorted(values):
        raise RuleError(_("“%(line)s” is not a range: write the lower end first, as in 12..14.", line=line[:40]))
    first: Entry = next(filter(_earns_everything, body.get("answers", ())), {})
    read, keeps = ({"value": line}, ("tolerance", "unit")) if len(ends) == 1 else ({"range": ends}, ("unit",))
    return {**read, **{name: first[name] for name in keeps if name in first}}


# Places


def _place(sent: str, most: int) -> str:
    if not (sent.isascii() and sent.isdecimal() and 1 <= int(sent) <= most):
        raise RuleError(_("Write a place from 1 to %(most)s.", most=most))
    return str(int(sent))


def shared_places(given: Mapping[str, Any]) -> set[str]:
    """The names of the items whose place another item has too."""
    places = list(given.values())
    return {name for name, place in given.items() if places.count(place) > 1}


# Reading a key back


def in_words(version: QuestionVersion, key: Mapping[str, Any]) -> list[tuple[Words, Given]]:
    """A key as one reads it: what it is about ("" for the whole question), and what is right from now on."""
    parts = {part.name: part for part in key_parts(version)}
    if "order" in key:
        return [(parts[name].label, Given(str(place))) for place, name in enumerate(key["order"], start=1)]
    if set(key) & WHOLE:
        return [("", one) for name, given in key.items() for one in _said(parts[name], given)]
    about: Mapping[str, Any] = next(iter(key.values()), {})
    return [(parts[name].label, _in_one(parts[name], given)) for name, given in about.items() if name in parts]


def _in_one(part: KeyPart, given: Any) -> Given:
    """What is right of a part; the key of a gap has a name, those of pairs and rows have none."""
    several = _said(part, next(iter(given.values())) if isinstance(given, Mapping) else given)
    return Given(readings.either([one.words for one in several]), typed=part.kind == "lines")


def _said(part: KeyPart, given: Iterable[Any]) -> list[Given]:
    if part.kind == "options":
        return [Given(words) for name, words in part.options if name in given]
    lines = [line for entry in given if _earns_everything(entry) for line in _with_unit(entry)]
    if part.body["type"] == "numeric":
        lines = [readings.with_own_mark(line, current_language()) for line in lines]
    return [Given(line, typed=True) for line in lines]


def _with_unit(entry: Entry) -> list[str]:
    value = entry.get("value")
    lines = [str(localised(value))] if isinstance(value, Mapping) else _lines_of(entry)
    return [f"{line} {entry['unit']}" if entry.get("unit") else line for line in lines]
