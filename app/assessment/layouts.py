"""What of a question can be chosen or filled in, and the order and tokens in which one candidate sees it.

A layout is [[token, id], …]. Options keep their own ids; the other things get one made of what they are and where
they stand in the question's body, which never changes: "left:0", "right:2", "item:1", "row:r1", "column:yes",
"numeric:speed" (a gap), "option:unit:a" (an option of the gap "unit"). Only tokens ever reach a browser.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.assessment import areas
from app.assessment.drawing import OptionOrder, option_tokens

Body = Mapping[str, Any]
LEFT, RIGHT, ITEM, ROW, COLUMN, OPTION = "left:", "right:", "item:", "row:", "column:", "option:"
GAP_TYPES = ("text", "numeric", "select")
GAP = re.compile(r"\[\[([a-z0-9][a-z0-9-]*)\]\]")


@dataclass(frozen=True, slots=True)
class Group:
    """Ids that are shuffled among themselves; `order` is "free" (as the exam says), "always" or "never"."""

    label: str
    ids: tuple[str, ...]
    fixed: frozenset[str] = frozenset()
    order: str = "free"


def draw_layout(body: Body, seed: bytes, slot: int, *, shuffle: bool = True) -> OptionOrder:
    """Lay out what can be chosen in a question: the same arguments give the same layout for ever."""
    order: OptionOrder = []
    for group in _groups(body):
        moves = group.order == "always" or (shuffle and group.order == "free")
        order += option_tokens(seed, slot, group.ids, fixed=group.fixed, shuffle=moves, label=group.label)
    return order


def words_of(body: Body) -> dict[str, Any]:
    """The words of everything in a question's layout, by id: plain or {fr, en}; nothing tells what is right."""
    kind = body["type"]
    if kind == "matching":
        lefts = {f"{LEFT}{place}": pair["left"] for place, pair in enumerate(body["pairs"])}
        return lefts | dict(_rights(body))
    if kind == "ordering":
        return {f"{ITEM}{place}": words for place, words in enumerate(body["order"])}
    if kind == "matrix":
        rows = {ROW + row["id"]: row["text"] for row in body["rows"]}
        return rows | {COLUMN + column["id"]: column["text"] for column in body["columns"]}
    if kind == "cloze":
        selects = [(name, gap) for name, gap in body["gaps"].items() if gap["type"] == "select"]
        return {_option_id(name, option): option["text"] for name, gap in selects for option in gap["options"]}
    if kind == "hotspot":
        return {area["id"]: area.get("text") or "" for area in body["areas"]}
    return {option["id"]: option["text"] for option in body.get("options") or ()}


def right_id(body: Body, place: int) -> str:
    """The id of what goes with the pair at `place`: pairs with the same right side share the first one's."""
    sides = [pair["right"] for pair in body["pairs"]]
    return f"{RIGHT}{sides.index(sides[place])}"


def _rights(body: Body) -> list[tuple[str, Any]]:
    """The right sides, each once, then the distractors."""
    sides = [pair["right"] for pair in body["pairs"]]
    known = [(f"{RIGHT}{place}", words) for place, words in enumerate(sides) if sides.index(words) == place]
    strays = [words for words in body.get("distractors") or () if words not in sides]
    return known + [(f"{RIGHT}{place}", words) for place, words in enumerate(strays, start=len(sides))]


def _option_id(gap: str, option: Mapping[str, Any]) -> str:
    return f"{OPTION}{gap}:{option['id']}"


def _groups(body: Body) -> list[Group]:
    kind = body["type"]
    if kind == "matching":
        lefts = tuple(f"{LEFT}{place}" for place in range(len(body["pairs"])))
        return [Group("left", lefts), Group("right", tuple(name for name, _words in _rights(body)), order="always")]
    if kind == "ordering":
        return [Group("item", tuple(words_of(body)), order="always")]
    if kind == "matrix":
        rows = tuple(ROW + row["id"] for row in body["rows"])
        # Columns are often a scale: never, sometimes, always. Their order says nothing of any row.
        return [Group("row", rows), Group("column", tuple(COLUMN + c["id"] for c in body["columns"]), order="never")]
    if kind == "cloze":
        return _gap_groups(body)
    if kind == "hotspot":
        # Letters follow the picture from top to bottom, whatever order the author wrote the areas in.
        placed = sorted(body["areas"], key=lambda area: areas.reading_place(area, areas.height_of(body)))
        return [Group("area", tuple(area["id"] for area in placed), order="never")]
    return [_options("", body.get("options") or (), "")]


def _gap_groups(body: Body) -> list[Group]:
    """The gaps by place in the text, then the options of each select."""
    names = gap_names(body)
    groups = [Group("gap", tuple(f"{body['gaps'][name]['type']}:{name}" for name in names), order="never")]
    for name in names:
        if body["gaps"][name]["type"] == "select":
            groups.append(_options(f"option:{name}", body["gaps"][name]["options"], f"{OPTION}{name}:"))
    return groups


def gap_names(body: Body) -> list[str]:
    """The gaps in the order in which the text has them (that of its first language), each once."""
    stem = body["stem"]
    text = stem if isinstance(stem, str) else next(iter(stem.values()))
    return [name for name in dict.fromkeys(GAP.findall(text)) if name in body["gaps"]]


def _options(label: str, options: Sequence[Mapping[str, Any]], prefix: str) -> Group:
    ids = tuple(prefix + option["id"] for option in options)
    return Group(label, ids, frozenset(prefix + option["id"] for option in options if option.get("fixed")))
