"""Answers made of parts: reading, layout and every scoring row of assessment.md §3, with properties none may break."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessment import layouts
from app.assessment.answers import (
    LONGEST_TEXT,
    Answer,
    Chosen,
    Filled,
    Gap,
    Paired,
    PayloadError,
    Placed,
    Reason,
    Written,
    normalise,
    receive,
)
from app.assessment.grading import score
from app.assessment.parts import ORDERING_RULES
from app.assessment.scored import GradingError, Outcome

SEED = bytes(range(16))
MATCHING: dict[str, Any] = {
    "type": "matching",
    "pairs": [
        {"left": "chat", "right": "mammifère", "feedback": "Il allaite."},
        {"left": "merle", "right": "oiseau"},
        {"left": "vache", "right": "mammifère"},
        {"left": "carpe", "right": "poisson"},
    ],
    "distractors": ["reptile", "oiseau"],
}
ORDERING: dict[str, Any] = {"type": "ordering", "order": ["A", "B", "C", "D"]}
MATRIX: dict[str, Any] = {
    "type": "matrix",
    "rows": [
        {"id": "one", "text": "1", "feedback": "Un."},
        {"id": "two", "text": "2", "weight": "2"},
        {"id": "three", "text": "3"},
    ],
    "columns": [{"id": "odd", "text": "impair"}, {"id": "even", "text": "pair"}],
    "key": {"one": "odd", "two": "even", "three": "odd"},
}
CLOZE: dict[str, Any] = {
    "type": "cloze",
    "stem": {"fr": "[[n]] km en [[unit]], par [[way]].", "en": "By [[way]], [[n]] km in [[unit]]."},
    "gaps": {
        "n": {"type": "numeric", "answers": [{"value": 12.5}, {"value": 12, "credit": 0.5}], "weight": 2},
        "unit": {
            "type": "select",
            "options": [{"id": "h", "text": "heures", "correct": True}, {"id": "s", "text": "secondes"}],
        },
        "way": {"type": "text", "answers": [{"value": "train", "feedback": "Oui."}]},
    },
}
BODIES = {"matching": MATCHING, "ordering": ORDERING, "matrix": MATRIX, "cloze": CLOZE}


def layout(body: Mapping[str, Any]) -> list[list[str]]:
    return layouts.draw_layout(body, SEED, 3)


def token(body: Mapping[str, Any], layout_id: str) -> str:
    return next(token for token, name in layout(body) if name == layout_id)


def credit(body: Mapping[str, Any], answer: Answer) -> Fraction:
    return score(body, answer).credit


def pairs(**rights: int | None) -> Answer:
    """Left sides by letter a, b, c, d, each with the number of a right side."""
    given = {f"left:{'abcd'.index(letter)}": place for letter, place in rights.items()}
    return Paired(tuple((left, f"right:{place}") for left, place in given.items() if place is not None))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (pairs(a=0, b=1, c=0, d=3), "1"),
        (pairs(a=0, b=1, c=0), "3/4"),
        (pairs(a=0), "1/4"),
        (pairs(a=0, b=0, c=0, d=0), "1/2"),  # the same side everywhere: the two pairs that share it
        (pairs(a=4, b=4, c=4, d=4), "0"),  # a distractor
        (pairs(a=2), "0"),  # no such side: the third pair shares the first one's
        (None, "0"),
        (Chosen(("left:0",)), "0"),
    ],
)
def test_matching_counts_right_pairs(answer: Answer, expected: str) -> None:
    assert credit(MATCHING, answer) == Fraction(expected)


def places(order: str) -> Placed:
    """Items A, B, C, D in an order, "-" for an empty place; "A=B" would be two in one place."""
    found: list[tuple[str, int]] = []
    place = 0
    for sign in order.replace("=", " ="):
        if sign == " ":
            continue
        if sign == "=":
            place -= 1
            continue
        place += 1
        if sign != "-":
            found.append((f"item:{'ABCD'.index(sign)}", place))
    return Placed(tuple(found))


@pytest.mark.parametrize(
    ("order", "adjacent", "everything", "inversions"),
    [
        ("ABCD", "1", "1", "1"),
        ("ABDC", "1/3", "0", "2/3"),
        ("DABC", "2/3", "0", "0"),
        ("BACD", "1/3", "0", "2/3"),
        ("BADC", "0", "0", "1/3"),
        ("DCBA", "0", "0", "0"),
        ("ABC-", "2/3", "0", "0"),
        ("AB--", "1/3", "0", "0"),
        ("A-B-", "0", "0", "0"),
        ("-ABC", "2/3", "0", "0"),
        ("A=BCD", "1/3", "0", "0"),  # who shares a place has none: only CD is kept
        ("A=B=C=D", "0", "0", "0"),
        ("----", "0", "0", "0"),
    ],
)
def test_ordering_table(order: str, adjacent: str, everything: str, inversions: str) -> None:
    answer = places(order)
    found = [credit({**ORDERING, "scoring": rule}, answer) for rule in ("adjacent", "all", "inversions")]
    assert found == [Fraction(adjacent), Fraction(everything), Fraction(inversions)]
    assert credit(ORDERING, answer) == found[0]


def test_inversions_of_every_permutation() -> None:
    """Against the definition, written the other way round: 1 − 2·inv/(n(n−1)/2), never below 0."""
    for order in permutations(range(4)):
        inversions = sum(order[a] > order[b] for a in range(4) for b in range(a + 1, 4))
        answer = Placed(tuple((f"item:{item}", place) for place, item in enumerate(order, start=1)))
        expected = max(Fraction(0), 1 - Fraction(2 * inversions, 6))
        assert credit({**ORDERING, "scoring": "inversions"}, answer) == expected


@pytest.mark.parametrize("body", [{**ORDERING, "scoring": "random"}, {**ORDERING, "order": ["A"]}])
def test_an_order_that_cannot_be_scored(body: dict[str, Any]) -> None:
    with pytest.raises(GradingError):
        score(body, None)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"one": "odd", "two": "even", "three": "odd"}, "1"),
        ({"one": "odd", "three": "odd"}, "1/2"),
        ({"two": "even"}, "1/2"),
        ({"one": "even", "two": "odd", "three": "even"}, "0"),
        ({"one": "odd", "two": "odd", "three": "odd"}, "1/2"),
        ({}, "0"),
    ],
)
def test_matrix_rows_are_parts(answer: dict[str, str], expected: str) -> None:
    paired = Paired(tuple((f"row:{row}", f"column:{column}") for row, column in answer.items()))
    assert credit(MATRIX, paired) == Fraction(expected)


def filled(**gaps: str) -> Filled:
    kinds = {"n": "numeric", "unit": "select", "way": "text"}
    return Filled(
        tuple(
            Gap(name, kinds[name], Chosen((value,)) if name == "unit" else Written(value, "fr"))
            for name, value in gaps.items()
        )
    )


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (filled(n="12,5", unit="h", way="Train"), "1"),
        (filled(n="12", unit="h", way="train"), "3/4"),
        (filled(n="12,5"), "1/2"),
        (filled(unit="h"), "1/4"),
        (filled(unit="s", way="vélo", n="3"), "0"),
        (None, "0"),
    ],
)
def test_cloze_gaps_are_parts(answer: Answer, expected: str) -> None:
    assert credit(CLOZE, answer) == Fraction(expected)


def test_a_gap_never_takes_away_from_the_others() -> None:
    """Penalties are for whole questions: a gap is worth 0 at least."""
    options = [{"id": "h", "text": "h", "correct": True}, {"id": "s", "text": "s", "credit": -1}]
    gaps = {**CLOZE["gaps"], "unit": {"type": "select", "options": options}}
    assert credit({**CLOZE, "gaps": gaps}, filled(n="12,5", unit="s")) == Fraction(1, 2)


@pytest.mark.parametrize(
    "broken",
    [
        {**CLOZE, "gaps": {"n": {"type": "essay"}}},
        {**CLOZE, "stem": "No gap."},
        {**MATRIX, "rows": [{"id": "one", "weight": 0}]},
    ],
)
def test_what_has_nothing_to_score_is_an_error(broken: dict[str, Any]) -> None:
    with pytest.raises(GradingError):
        score(broken, None)


def test_feedback_belongs_to_the_part_that_was_answered() -> None:
    told = score(MATCHING, pairs(a=1)).remarks
    assert [(remark.about, remark.words) for remark in told] == [("left:0", "Il allaite.")]
    assert score(MATCHING, pairs(b=1)).remarks == ()
    assert [remark.about for remark in score(CLOZE, filled(way="train")).remarks] == ["text:way"]


@pytest.mark.parametrize(
    ("body", "answer", "outcome"),
    [
        (MATCHING, None, Outcome.BLANK),
        (MATCHING, pairs(a=0), Outcome.PARTIAL),
        (MATCHING, pairs(a=1), Outcome.WRONG),
        (ORDERING, places("ABCD"), Outcome.RIGHT),
    ],
)
def test_outcomes(body: dict[str, Any], answer: Answer, outcome: Outcome) -> None:
    assert score(body, answer).outcome is outcome


# Reading payloads.


def test_pairs_are_read_by_their_tokens_alone() -> None:
    left, right = token(MATCHING, "left:1"), token(MATCHING, "right:0")
    assert normalise("matching", {"pairs": {left: right}}, layout(MATCHING)) == Paired((("left:1", "right:0"),))
    for strange in ({"left:1": "right:0"}, {right: left}, {left: left}, {left: "stranger"}, {left: None}, {}):
        assert normalise("matching", {"pairs": strange}, layout(MATCHING)) is None


def test_rows_are_read_by_their_tokens_alone() -> None:
    row, column = token(MATRIX, "row:two"), token(MATRIX, "column:odd")
    assert normalise("matrix", {"rows": {row: column}}, layout(MATRIX)) == Paired((("row:two", "column:odd"),))
    assert normalise("matrix", {"rows": {column: row}}, layout(MATRIX)) is None


def test_places_are_read() -> None:
    first, second = token(ORDERING, "item:0"), token(ORDERING, "item:1")
    answer = normalise("ordering", {"places": {first: 2, second: 2, "x": 1}}, layout(ORDERING))
    assert isinstance(answer, Placed)
    assert set(answer.places) == {("item:0", 2), ("item:1", 2)}
    assert answer.shared
    assert normalise("ordering", {"places": {first: None}}, layout(ORDERING)) is None


def test_gaps_are_read_by_their_kind() -> None:
    n, unit, way, hours = (token(CLOZE, name) for name in ("numeric:n", "select:unit", "text:way", "option:unit:h"))
    payload = {"gaps": {way: "train", unit: hours, n: "  "}, "lang": "fr"}
    assert normalise("cloze", payload, layout(CLOZE)) == Filled(
        (Gap("unit", "select", Chosen(("h",))), Gap("way", "text", Written("train", "fr")))
    )
    for strange in ({unit: "h"}, {unit: way}, {hours: hours}, {n: ""}):
        assert normalise("cloze", {"gaps": strange, "lang": "fr"}, layout(CLOZE)) is None


@pytest.mark.parametrize(
    ("question_type", "payload", "reason"),
    [
        ("matching", {"pairs": ["a"]}, Reason.SHAPE),
        ("matching", {"pairs": {}, "lang": "fr"}, Reason.SHAPE),
        ("matching", {"pairs": {"a": 1}}, Reason.SHAPE),
        ("matching", {"pairs": {"a": "\0"}}, Reason.UNSTORABLE),
        ("matching", {"pairs": {f"t{n}": "x" for n in range(101)}}, Reason.TOO_LONG),
        ("matching", {"pairs": {"t" * 65: "x"}}, Reason.TOO_LONG),
        ("matrix", {"pairs": {}}, Reason.SHAPE),
        ("ordering", {"places": {"a": "1"}}, Reason.SHAPE),
        ("ordering", {"places": {"a": True}}, Reason.SHAPE),
        ("ordering", {"places": {"a": 0}}, Reason.SHAPE),
        ("ordering", {"places": {"a": 101}}, Reason.SHAPE),
        ("ordering", {"places": {"a": 1.5}}, Reason.SHAPE),
        ("cloze", {"gaps": {}}, Reason.SHAPE),
        ("cloze", {"gaps": {}, "lang": "de"}, Reason.LANGUAGE),
        ("cloze", {"gaps": {"a": "x" * 2001, "b": "y" * 2000}, "lang": "fr"}, Reason.TOO_LONG),
    ],
)
def test_what_cannot_be_parts_is_refused(question_type: str, payload: object, reason: Reason) -> None:
    with pytest.raises(PayloadError) as refusal:
        normalise(question_type, payload, layout(BODIES[question_type]))
    assert refusal.value.reason is reason


def test_a_gap_takes_no_hidden_sign_in_and_as_much_text_as_an_answer() -> None:
    way = token(CLOZE, "text:way")
    with pytest.raises(PayloadError) as refusal:
        receive("cloze", {"gaps": {way: "tr\u202eain"}, "lang": "fr"}, layout(CLOZE))
    assert refusal.value.reason is Reason.UNSTORABLE
    assert receive("cloze", {"gaps": {way: "x" * LONGEST_TEXT}, "lang": "fr"}, layout(CLOZE))


# Properties.

LEFTS = [f"left:{place}" for place in range(4)]
ANSWERS = st.dictionaries(st.sampled_from(LEFTS), st.sampled_from(["right:0", "right:1", "right:3", "right:4"]))


@given(ANSWERS)
def test_pairs_are_worth_the_same_in_any_order_and_never_leave_0_to_1(answer: dict[str, str]) -> None:
    whole = credit(MATCHING, Paired(tuple(answer.items())))
    assert whole == credit(MATCHING, Paired(tuple(reversed(answer.items()))))
    assert 0 <= whole <= 1


@given(ANSWERS, st.sampled_from(LEFTS))
def test_a_right_pair_more_never_costs(answer: dict[str, str], left: str) -> None:
    right = layouts.right_id(MATCHING, int(left[-1]))
    before = credit(MATCHING, Paired(tuple(answer.items())))
    after = credit(MATCHING, Paired(tuple({**answer, left: right}.items())))
    assert after == before + (answer.get(left) != right) * Fraction(1, 4)


@given(st.dictionaries(st.sampled_from("ABCD"), st.integers(1, 4)), st.sampled_from(ORDERING_RULES))
def test_places_stay_in_0_to_1_and_one_place_for_all_is_worth_nothing(answer: dict[str, int], rule: str) -> None:
    body = {**ORDERING, "scoring": rule}
    placed = [(f"item:{'ABCD'.index(letter)}", place) for letter, place in answer.items()]
    whole = credit(body, Placed(tuple(placed)))
    assert 0 <= whole <= 1
    assert whole == credit(body, Placed(tuple(reversed(placed))))
    assert credit(body, Placed(tuple((item, 1) for item, _place in placed))) == 0


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "n": st.sampled_from(["12,5", "12", "3", "abc"]),
            "unit": st.sampled_from(["h", "s"]),
            "way": st.sampled_from(["train", "vélo"]),
        },
    )
)
def test_gaps_add_up(answer: dict[str, str]) -> None:
    whole = credit(CLOZE, filled(**answer))
    assert whole == sum((credit(CLOZE, filled(**{name: value})) for name, value in answer.items()), Fraction(0))
    assert 0 <= whole <= 1
