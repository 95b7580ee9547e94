"""The engine that marks again: the worked examples of the design, every kind of decision, the policy."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessment import grading
from app.assessment.regrading import Decided, Decision, Kind, Slot, marked_again, regrade, rekeyed

BODY: dict[str, Any] = {
    "type": "single",
    "options": [{"id": "a", "correct": True, "feedback": "Oui."}, {"id": "b", "credit": "0.5"}, {"id": "c"}],
}
ORDER = [["t-b", "b"], ["t-a", "a"], ["t-c", "c"]]


def decided(kind: Kind, key: dict[str, Any] | None = None, choice: str | None = "t-a", **body: Any) -> Decided:
    payload = {"choice": choice} if choice else None
    return Decided(Decision("D" * 26, kind, key), BODY | body, payload, ORDER)


def form(earned: list[str], *, on_first: Decided | None = None, points: str = "1") -> list[Slot]:
    return [
        Slot(number, Decimal(points), "alpha", Decimal(one), "single", on_first if number == 1 else None)
        for number, one in enumerate(earned, start=1)
    ]


def seventy(_counting: Any, maximum: Decimal) -> Decimal:
    return grading.cut_points(maximum, "0.70")


VOID = decided(Kind.VOID)


@pytest.mark.parametrize(
    ("earned", "published", "total", "passed", "kept"),
    [
        # The worked examples of assessment.md §4: ten questions of one point, cut 70 %, the first is void.
        (["1"] * 7 + ["0"] * 3, True, "6.00", True, True),  # 7/10 with it right: 6 of 9, stays passed
        (["0"] + ["1"] * 6 + ["0"] * 3, False, "6.00", False, False),  # 6/10 with it wrong: 6 of 9, still failed
        (["0"] + ["1"] * 6 + ["0.5"] + ["0"] * 2, False, "6.50", True, False),  # 6.5/10: 6.5 of 9, now passed
        # And what is not said there.
        (["1"] * 7 + ["0"] * 3, False, "6.00", False, False),  # a pass that nobody was told is none yet
        (["1"] * 8 + ["0"] * 2, True, "7.00", True, False),
    ],
)
def test_the_worked_examples(earned: list[str], published: bool, total: str, passed: bool, kept: bool) -> None:
    outcome = regrade(form(earned, on_first=VOID), seventy, published_pass=published)
    assert (outcome.mark.total, outcome.mark.maximum, outcome.cut) == (Decimal(total), Decimal("9.00"), Decimal("6.30"))
    assert (outcome.passed, outcome.kept) == (passed, kept)
    assert [(slot.number, slot.rule) for slot in outcome.changed] == [(1, "void")]


def test_a_void_question_leaves_a_cut_by_question_too() -> None:
    """A panel's cut is a sum over the questions that count: 0.6 a question here, 0.9 for the void one."""
    expected = {1: "0.9"} | dict.fromkeys(range(2, 11), "0.6")

    def cut_of(counting: Any, _maximum: Decimal) -> Decimal:
        return grading.cut_points(sum((Decimal(expected[slot.number]) for slot in counting), Decimal(0)), 1)

    outcome = regrade(form(["0"] + ["1"] * 6 + ["0"] * 3, on_first=VOID), cut_of, published_pass=False)
    assert (outcome.cut, outcome.passed) == (Decimal("5.40"), True)


@pytest.mark.parametrize(
    ("decision", "credit", "rule"),
    [
        (None, "0.25", "single"),
        (decided(Kind.VOID), "0", "void"),
        (decided(Kind.CREDIT_ALL, choice=None), "1", "credit_all"),
        (decided(Kind.REKEY, {"correct": ["b"]}, "t-b"), "1", "rekey/single"),
        (decided(Kind.REKEY, {"correct": ["b"]}, "t-a"), "0", "rekey/single"),
        (decided(Kind.REKEY, {"correct": ["a", "c"]}, "t-c"), "1", "rekey/single"),
        (decided(Kind.REKEY, {"correct": ["b"]}, None), "0", "rekey/single"),
    ],
)
def test_each_decision(decision: Decided | None, credit: str, rule: str) -> None:
    marked = marked_again(Slot(3, Decimal(2), "alpha", Decimal("0.25"), "single", decision))
    assert (marked.number, marked.points, marked.credit, marked.rule) == (3, Decimal(2), Decimal(credit), rule)


def test_what_is_worth_the_same_is_not_changed() -> None:
    right = Slot(1, Decimal(1), "alpha", Decimal(1), "single", decided(Kind.CREDIT_ALL))
    assert marked_again(right) is right
    assert regrade([right], seventy, published_pass=True).changed == ()
    void = Slot(1, Decimal(1), "alpha", Decimal(0), "void", decided(Kind.REKEY, {"correct": ["b"]}))
    assert marked_again(void).rule == "rekey/single"


def test_a_written_question_takes_other_answers() -> None:
    text: dict[str, Any] = {"type": "text", "answers": [{"value": "huit"}]}
    key = {"answers": [{"value": "neuf"}, {"value": "9"}]}
    for typed, credit in (("huit", 0), ("Neuf", 1), ("9", 1)):
        on_it = Decided(Decision("D" * 26, Kind.REKEY, key), text, {"text": typed, "lang": "fr"}, [])
        assert marked_again(Slot(1, Decimal(1), "", Decimal(0), "text", on_it)).credit == credit


def test_a_new_key_replaces_credits_and_leaves_the_body_alone() -> None:
    body = rekeyed(BODY, {"correct": ["b"]})
    assert [(one["id"], one["correct"], "credit" in one) for one in body["options"]] == [
        ("a", False, False), ("b", True, False), ("c", False, False),
    ]  # fmt: skip
    assert BODY["options"][1]["credit"] == "0.5"
    with pytest.raises(grading.GradingError, match="no such key"):
        rekeyed(BODY, {"pairs": []})


def test_a_form_of_void_questions_alone_passes_nobody() -> None:
    assert not regrade(form(["1"], on_first=VOID), seventy, published_pass=False).passed
    assert regrade(form(["1"], on_first=VOID), seventy, published_pass=True).kept


CREDITS = st.lists(st.fractions(0, 1, max_denominator=20), min_size=2, max_size=12)
DECISIONS = st.sampled_from([None, VOID, decided(Kind.CREDIT_ALL), decided(Kind.REKEY, {"correct": ["c"]})])


@given(CREDITS, DECISIONS, st.booleans())
def test_a_published_pass_is_never_lost_and_marking_again_twice_changes_nothing(
    earned: list[Fraction], on_first: Decided | None, published: bool
) -> None:
    slots = form([str(grading.rounded(one, 12)) for one in earned], on_first=on_first)
    once = regrade(slots, seventy, published_pass=published)
    assert once.passed or not published
    assert once.passed == (once.kept or once.mark.total >= once.cut)
    after = {slot.number: slot for slot in once.changed}
    twice = regrade([after.get(slot.number, slot) for slot in slots], seventy, published_pass=once.passed)
    assert (twice.mark, twice.cut, twice.changed) == (once.mark, once.cut, ())
    assert twice.passed == once.passed


@given(CREDITS)
def test_crediting_everybody_never_lowers_a_mark(earned: list[Fraction]) -> None:
    slots = form([str(grading.rounded(one, 12)) for one in earned], on_first=decided(Kind.CREDIT_ALL))
    before = grading.total(grading.MarkedItem(slot.credit, slot.points) for slot in slots)
    assert regrade(slots, seventy, published_pass=False).mark.total >= before.total
