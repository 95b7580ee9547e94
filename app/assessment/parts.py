"""Score answers made of parts: pairs, places, rows and gaps (assessment.md §3)."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any

from app.assessment import layouts, part_keys
from app.assessment.answers import Answer, Filled, Gap, Paired, Placed
from app.assessment.choices import score_single
from app.assessment.exact import fraction
from app.assessment.scored import Body, GradingError, PartScored, Remark, Scored, clamped, finish
from app.assessment.written import score_numeric, score_text

DEFAULT_ORDERING_RULE = "adjacent"


def score_matching(body: Body, answer: Answer) -> Scored:
    """Right pairs out of all pairs; a pair left blank earns nothing."""
    given = dict(answer.pairs) if isinstance(answer, Paired) else {}
    places = range(len(body["pairs"]))
    parts = [
        PartScored(left, Fraction(given.get(left) in part_keys.right_sides(body, place)))
        for place, left in ((place, f"{layouts.LEFT}{place}") for place in places)
    ]
    feedback = {f"{layouts.LEFT}{place}": body["pairs"][place] for place in places}
    return _weighted(body, answer, "matching", parts, _remarks(feedback, given))


def score_matrix(body: Body, answer: Answer) -> Scored:
    """Each row is a part of its own weight; a column may serve for several rows."""
    given = dict(answer.pairs) if isinstance(answer, Paired) else {}
    rows = {layouts.ROW + row["id"]: row for row in body["rows"]}
    parts = [
        PartScored(name, Fraction(given.get(name) in part_keys.right_columns(body, row["id"])), _weight(row))
        for name, row in rows.items()
    ]
    return _weighted(body, answer, "matrix", parts, _remarks(rows, given))


def score_cloze(body: Body, answer: Answer) -> Scored:
    """Each gap is a part of its own weight, scored as the question of its type that it is."""
    given = {gap.name: gap for gap in answer.gaps} if isinstance(answer, Filled) else {}
    parts, remarks = [], []
    for name in layouts.gap_names(body):
        gap = body["gaps"][name]
        scored = score_gap(gap, given.get(name))
        part = f"{gap['type']}:{name}"
        parts.append(PartScored(part, clamped(scored.credit, 0), _weight(gap)))
        remarks += [Remark(part, remark.words, remark.misconception) for remark in scored.remarks]
    return _weighted(body, answer, "cloze", parts, remarks)


def score_gap(gap: Body, given: Gap | None) -> Scored:
    """Score one gap of a text by the rule of its type; raises GradingError on an unknown one."""
    engines: Mapping[str, Callable[[Body, Answer], Scored]] = {
        "text": score_text,
        "numeric": score_numeric,
        "select": score_single,
    }
    if gap["type"] not in engines:
        raise GradingError(f"no gap of type {gap['type']!r}")
    return engines[gap["type"]](gap, given.given if given else None)


def _weight(part: Mapping[str, Any]) -> Fraction:
    return fraction(part.get("weight", 1))


def _remarks(asked: Mapping[str, Mapping[str, Any]], given: Mapping[str, str]) -> list[Remark]:
    """The feedback of the parts that were answered."""
    return [Remark(name, part["feedback"]) for name, part in asked.items() if name in given and part.get("feedback")]


def _weighted(
    body: Body, answer: Answer, rule: str, parts: Sequence[PartScored], remarks: Sequence[Remark] = ()
) -> Scored:
    whole = sum((part.weight for part in parts), Fraction(0))
    if not whole:
        raise GradingError("nothing to score")
    earned = sum((part.weight * part.credit for part in parts), Fraction(0))
    return finish(body, answer, earned / whole, rule, remarks, tuple(parts))


def score_ordering(body: Body, answer: Answer) -> Scored:
    """Score places by the question's rule: neighbours kept, all or nothing, or inversions."""
    rule = body.get("scoring") or DEFAULT_ORDERING_RULE
    if rule not in _ORDER_RULES or len(body["order"]) < 2:
        raise GradingError(f"no order to score by {rule!r}")
    items = part_keys.right_order(body)
    places = _own_places(answer) if isinstance(answer, Placed) else {}
    credit = _ORDER_RULES[rule](items, places)
    parts = tuple(PartScored(item, Fraction(places.get(item) == place)) for place, item in enumerate(items, start=1))
    return finish(body, answer, credit, rule, [], parts)


def _own_places(answer: Placed) -> dict[str, int]:
    """The places that one item alone has: two items in the same one are nowhere, or a doubt would pay twice."""
    taken = [place for _item, place in answer.places]
    return {item: place for item, place in answer.places if taken.count(place) == 1}


def _adjacent(items: Sequence[str], places: Mapping[str, int]) -> Fraction:
    """Neighbours that follow one another: key ABCD, answer DABC keeps AB and BC, 2/3."""
    kept = sum(one in places and places.get(two) == places[one] + 1 for one, two in pairwise(items))
    return Fraction(kept, len(items) - 1)


def _all_in_place(items: Sequence[str], places: Mapping[str, int]) -> Fraction:
    return Fraction(all(places.get(item) == place for place, item in enumerate(items, start=1)))


def _inversions(items: Sequence[str], places: Mapping[str, int]) -> Fraction:
    """Take 2 for each pair out of order from the number of pairs; a pair with an item nowhere is out of order."""
    couples = list(combinations(items, 2))
    kept = sum(one in places and two in places and places[one] < places[two] for one, two in couples)
    return clamped(1 - 2 * Fraction(len(couples) - kept, len(couples)), 0)


_ORDER_RULES: Mapping[str, Callable[[Sequence[str], Mapping[str, int]], Fraction]] = {
    "adjacent": _adjacent,
    "all": _all_in_place,
    "inversions": _inversions,
}
ORDERING_RULES = tuple(_ORDER_RULES)
