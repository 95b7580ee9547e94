"""Checks of questions made of parts: pairs, orders, gaps in a text, rows of a table, areas of a picture."""

from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping as Table
from fractions import Fraction
from itertools import combinations

from app.assessment import areas
from app.assessment.exact import fraction
from app.assessment.layouts import GAP
from app.authoring import checks_questions
from app.authoring.checks_questions import (
    check_answers,
    check_choices,
    check_same_identifiers,
    check_same_words,
    text_in,
)
from app.authoring.figures import Figure
from app.authoring.reading import Mapping, Node, Scalar, Sequence, child, entries, items, number_of, text_of
from app.authoring.report import nearest, quoted
from app.authoring.schemas import MOST_OPTIONS
from app.authoring.shapes import Context, Number
from app.foundation.i18n import gettext as _

FEWEST = 2
MOST_OF_ONE_ANSWER = Fraction(2, 3)


def check(question: Mapping, context: Context, figures: Table[str, Figure]) -> None:
    """E135, E141 to E149, W145, W146, W149, E170 and W171 of a question made of parts."""
    kind = text_of(question.get("type"))
    if kind == "matching":
        _check_matching(question, context)
    elif kind == "ordering":
        _check_enough(question, "order", context)
        check_same_words(_listed(question, "order"), context)
    elif kind == "cloze":
        _check_cloze(question, context)
    elif kind == "matrix":
        _check_matrix(question, context)
    elif kind == "hotspot":
        _check_hotspot(question, context, figures)


def _listed(question: Node, key: str) -> tuple[Node, ...]:
    """The items under a key; those past the bound have been refused."""
    return items(child(question, key))[:MOST_OPTIONS]


def _mappings(question: Node, key: str) -> tuple[Mapping, ...]:
    return tuple(item for item in _listed(question, key) if isinstance(item, Mapping))


def _present(rows: Iterable[Mapping], key: str) -> list[Node]:
    return [node for row in rows if (node := row.get(key)) is not None]


def _check_enough(question: Mapping, key: str, context: Context) -> None:
    listed = question.get(key)
    if isinstance(listed, Sequence) and len(listed.items) < FEWEST:
        context.add(listed.mark, "E144", _("A question needs two of these at least: “%(key)s”.", key=key))


def _check_one_answer(question: Mapping, key: str, shares: list[Fraction], context: Context) -> None:
    """W145 when the same answer everywhere earns more than two thirds."""
    listed = question.get(key)
    if listed is not None and len(shares) > 1 and max(shares) > MOST_OF_ONE_ANSWER * sum(shares):
        message = _("The same answer everywhere earns more than two thirds of the points.")
        context.add(listed.mark, "W145", message, _("vary the right answers"))


def _check_matching(question: Mapping, context: Context) -> None:
    _check_enough(question, "pairs", context)
    pairs = _mappings(question, "pairs")
    check_same_words(_present(pairs, "left"), context)
    rights = _present(pairs, "right")
    sides = Counter(tuple(text_in(node, language) for language in context.languages) for node in rights)
    _check_one_answer(question, "pairs", [Fraction(number) for number in sides.values()], context)
    for stray in _listed(question, "distractors"):
        for right in rights:
            check_same_words((right, stray), context)


def _check_matrix(question: Mapping, context: Context) -> None:
    _check_enough(question, "columns", context)
    rows, columns = _mappings(question, "rows"), _mappings(question, "columns")
    for listed in (rows, columns):
        check_same_identifiers(listed, context)
        check_same_words(_present(listed, "text"), context)
    weights = {text_of(row.get("id")) or "": _number(row.get("weight"), Fraction(1)) for row in rows}
    known = {text_of(column.get("id")) or "" for column in columns}
    _check_key(question, weights, known, context)
    shares: dict[str, Fraction] = {}
    for entry in entries(question.get("key")):
        column = text_of(entry.node) or ""
        shares[column] = shares.get(column, Fraction(0)) + weights.get(entry.key, Fraction(0))
    _check_one_answer(question, "key", list(shares.values()) if sum(shares.values()) else [], context)


def _check_key(question: Mapping, rows: Iterable[str], columns: set[str], context: Context) -> None:
    """E147: every row has its column, and the key names nothing else."""
    key, rows = question.get("key"), set(rows)
    if not isinstance(key, Mapping):
        return
    for entry in key.entries:
        column = text_of(entry.node)
        if entry.key not in rows:
            message = _("The table has no row “%(word)s”.", word=quoted(entry.key))
            context.add(entry.mark, "E147", message, nearest(entry.key, rows))
        elif column is not None and column not in columns:
            message = _("The table has no column “%(word)s”.", word=quoted(column))
            context.add(entry.node.mark, "E147", message, nearest(column, columns))
    for row in sorted(rows - {entry.key for entry in key.entries} - {""}):
        message = _("The key does not say which column is right for the row “%(word)s”.", word=quoted(row))
        context.add(key.mark, "E147", message, _("as in %(row)s: %(column)s", row=row, column=next(iter(columns), "…")))


def _check_cloze(question: Mapping, context: Context) -> None:
    gaps = entries(question.get("gaps"))
    _check_places(question, [entry.key for entry in gaps], context)
    for gap in (entry.node for entry in gaps if isinstance(entry.node, Mapping)):
        kind = text_of(gap.get("type"))
        if kind == "select":
            check_choices(gap, "select", context)
        elif kind in checks_questions.WRITTEN_TYPES:
            check_answers(gap, kind, context)


def _check_places(question: Mapping, names: list[str], context: Context) -> None:
    """E148: each gap stands once in the stem of every language."""
    stem = question.get("stem")
    for language in context.languages:
        text = text_in(stem, language)
        if stem is None or not text:
            continue
        node = child(stem, language) or stem
        found = Counter(GAP.findall(text))
        for name in found.keys() - names:
            message = _("The gap “%(name)s” is not declared under gaps.", name=quoted(name))
            context.add(node.mark, "E148", message, nearest(name, names))
        for name in names:
            if found[name] != 1:
                message = _("The gap “%(name)s” stands %(number)s times in the stem.", name=name, number=found[name])
                context.add(node.mark, "E148", message, _("write [[%(name)s]] once, where the gap is", name=name))


def _check_hotspot(question: Mapping, context: Context, figures: Table[str, Figure]) -> None:
    _check_enough(question, "areas", context)
    _check_picture(question, context, figures)
    listed = _mappings(question, "areas")
    check_same_identifiers(listed, context)
    if listed and not any(number_of(area.get("credit")) == 1 for area in listed):
        place = question.get("areas") or question
        context.add(place.mark, "E143", _("No area is marked as right."), _("add credit: 1 to it"))
    for area in listed:
        if area.get("text") is None:
            hint = _("add text: what stands there, for those who do not see the picture")
            context.add(area.mark, "W171", _("The area has no words."), hint)
    check_same_words(_present(listed, "text"), context)
    drawn = [(area, shape) for area in listed if (shape := _shape(area, context)) is not None]
    _check_overlaps(drawn, context, figures, question)


def images_of(question: Mapping, context: Context) -> dict[str, str]:
    """The path of a hotspot's picture in each language."""
    node = question.get("image")
    return {language: path for language in context.languages if (path := text_in(node, language))}


def _check_picture(question: Mapping, context: Context, figures: Table[str, Figure]) -> None:
    node, boxes = question.get("image"), set()
    if node is None:
        return
    for language, path in images_of(question, context).items():
        mark = (child(node, language) or node).mark
        if not path.endswith(".svg"):
            hint = _("figures are SVG drawings: media/name.fr.svg")
            context.add(mark, "E135", _("Pictures other than SVG are not supported yet."), hint)
        elif path not in figures:
            message = _("There is no figure %(path)s that can be shown.", path=quoted(path))
            context.add(mark, "E170", message, nearest(path, figures))
        else:
            boxes.add(figures[path].view_box)
    if len(boxes) > 1:
        message = _("The picture does not have the same viewBox in every language.")
        context.add(node.mark, "E149", message, _("areas are the same in all of them"))
    if question.get("alt") is None:
        hint = _("alt: what is drawn and its scale, never the conclusion")
        context.add(node.mark, "W171", _("The figure has no text alternative."), hint)


def _number(node: Node | None, default: Fraction) -> Fraction:
    return fraction(node.text) if isinstance(node, Scalar) and number_of(node) is not None else default


def _shape(area: Mapping, context: Context) -> dict[str, object] | None:
    """The shape of an area with exact coordinates; None with E149 or E151 in the report."""
    kind, node = text_of(area.get("shape")), area.get("coords")
    if node is None or kind not in ("rect", "circle", "poly"):
        return None
    for number in items(node):
        Number().check(number, context)
    coords = [fraction(one.text) for one in items(node) if isinstance(one, Scalar) and number_of(one) is not None]
    problem, hint = _coords_problem(kind, coords, len(items(node)))
    if problem:
        context.add(node.mark, "E149", problem, hint)
        return None
    return {"shape": kind, "coords": coords} if len(coords) == len(items(node)) else None


def _coords_problem(kind: str, coords: list[Fraction], given: int) -> tuple[str, str]:
    if kind == "poly" and (given < 2 * areas.FEWEST_CORNERS or given % 2):
        return _("A polygon has three corners at least, each with its x and y."), "coords: [10, 10, 40, 10, 25, 30]"
    if kind in areas.COUNTS and given != areas.COUNTS[kind]:
        expected = {
            "rect": (_("A rectangle has four numbers: left, top, right, bottom."), "coords: [10, 20, 35, 40]"),
            "circle": (_("A circle has three numbers: the x and y of its centre, its radius."), "coords: [50, 50, 8]"),
        }
        return expected[kind]
    if len(coords) != given:
        return "", ""
    if not all(0 <= number <= 100 for number in coords):
        return _("Coordinates are in percent of the picture, from 0 to 100."), ""
    if areas.surface({"shape": kind, "coords": coords}) == 0:
        return _("This area is empty."), _("from left to right, from top to bottom, radius above 0")
    return "", ""


def _check_overlaps(
    drawn: list[tuple[Mapping, dict[str, object]]], context: Context, figures: Table[str, Figure], question: Mapping
) -> None:
    """W149: a letter that stands in another area leaves a doubt of what is chosen."""
    path = next(iter(images_of(question, context).values()), "")
    figure = figures.get(path)
    height = areas.height_of({"picture": {"": {"view_box": figure.view_box}}} if figure else {})
    for (first, one), (second, other) in combinations(drawn, 2):
        if areas.contains(one, areas.mark_point(other), height) or areas.contains(other, areas.mark_point(one), height):
            message = _("This area covers the mark of another: “%(id)s”.", id=quoted(text_of(first.get("id")) or ""))
            context.add(second.mark, "W149", message, _("areas stand apart"))
