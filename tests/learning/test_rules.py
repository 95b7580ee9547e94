"""Progress, locks and where to resume."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.learning.rules import (
    Item,
    Kind,
    Lock,
    LockReason,
    Module,
    Place,
    is_passed,
    item_after,
    locks,
    next_place,
    percent_complete,
)


def lesson(key: str, done: bool = False, required: bool = True) -> Item:
    return Item(key, Kind.LESSON, done, required)


def quiz(key: str, done: bool = False) -> Item:
    return Item(key, Kind.QUIZ, done)


BASES = Module("bases", (lesson("l1"), lesson("l2"), quiz("check")), mastery_item="check")
DATA = Module("data", (lesson("l3"), lesson("extra", required=False)), requires=("bases",))
COURSE = [BASES, DATA]


def test_what_waits_for_others_is_resumed_last() -> None:
    project = Item("p", Kind.PROJECT, waiting=True)
    first, last = Module("a", (project, lesson("l1"))), Module("b", (lesson("l2"),))
    assert next_place([first, last]) == Place("a", "l1")
    assert next_place([done(first, "l1"), last]) == Place("b", "l2")
    assert next_place([done(first, "l1"), done(last, "l2")]) == Place("a", "p")
    assert next_place([done(first, "l1", "p"), done(last, "l2")]) is None
    assert percent_complete([done(first, "l1"), done(last, "l2")]) == 66


def done(module: Module, *keys: str) -> Module:
    return replace(module, items=tuple(replace(item, done=item.key in keys) for item in module.items))


@pytest.mark.parametrize(
    ("modules", "percent"),
    [
        (COURSE, 0),
        ([done(BASES, "l1"), DATA], 25),
        ([done(BASES, "l1", "l2", "check"), done(DATA, "extra")], 75),
        ([done(BASES, "l1", "l2", "check"), done(DATA, "l3")], 100),
        ([Module("m", (lesson("a", True), lesson("b", True), lesson("c")))], 66),
        ([], 100),
    ],
)
def test_percent_complete_counts_required_items_and_truncates(modules: list[Module], percent: int) -> None:
    assert percent_complete(modules) == percent


@pytest.mark.parametrize(
    ("module", "passed"),
    [
        (BASES, False),
        (done(BASES, "l1", "l2"), False),
        (done(BASES, "check"), True),
        (replace(BASES, gate_opened=True), True),
        (DATA, False),
        (done(DATA, "l3"), True),
        (done(DATA, "extra"), False),
        (replace(BASES, mastery_item="gone"), False),
    ],
)
def test_a_module_is_passed_by_its_mastery_quiz_or_by_doing_all(module: Module, passed: bool) -> None:
    assert is_passed(module) is passed


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (BASES, (Lock(LockReason.UNFINISHED, "bases"),)),
        (done(BASES, "l1", "l2"), (Lock(LockReason.NOT_MASTERED, "bases"),)),
        (done(BASES, "check"), ()),
        (replace(BASES, gate_opened=True), ()),
        (replace(BASES, mastery_item=None), (Lock(LockReason.UNFINISHED, "bases"),)),
    ],
)
def test_a_locked_module_says_why(first: Module, expected: tuple[Lock, ...]) -> None:
    assert locks([first, DATA]) == {"bases": (), "data": expected}


def test_a_module_that_does_not_exist_locks_nothing() -> None:
    assert locks([replace(DATA, requires=("nowhere",))]) == {"data": ()}


@pytest.mark.parametrize(
    ("modules", "place"),
    [
        (COURSE, Place("bases", "l1")),
        ([done(BASES, "l1"), DATA], Place("bases", "l2")),
        ([done(BASES, "l1", "l2"), DATA], Place("bases", "check")),
        ([done(BASES, "l1", "l2", "check"), DATA], Place("data", "l3")),
        ([DATA, BASES], Place("bases", "l1")),
        ([done(BASES, "l1", "l2", "check"), done(DATA, "l3")], None),
        ([], None),
    ],
)
def test_resume_is_the_first_open_required_item(modules: list[Module], place: Place | None) -> None:
    assert next_place(modules) == place


@pytest.mark.parametrize(
    ("place", "following"),
    [
        (Place("bases", "check"), Place("data", "l3")),
        (Place("data", "l3"), Place("data", "extra")),
        (Place("data", "extra"), None),
        (Place("no", "where"), None),
    ],
)
def test_what_follows_in_reading_order(place: Place, following: Place | None) -> None:
    assert item_after(COURSE, place) == following


@given(st.lists(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=4), max_size=5))
def test_progress_is_100_exactly_when_nothing_required_is_left(plan: list[list[tuple[bool, bool]]]) -> None:
    modules = [
        Module(str(m), tuple(lesson(f"{m}-{i}", *facts) for i, facts in enumerate(items)))
        for m, items in enumerate(plan)
    ]
    assert 0 <= percent_complete(modules) <= 100
    assert (percent_complete(modules) == 100) is (next_place(modules) is None)


@given(st.integers(1, 6), st.sets(st.integers(0, 5)))
def test_doing_one_more_item_never_locks_anything(length: int, finished: set[int]) -> None:
    def course(done_places: set[int]) -> list[Module]:
        return [
            Module(str(n), (lesson(f"l{n}", n in done_places),), requires=(str(n - 1),) if n else ())
            for n in range(length)
        ]

    before = {key for key, reasons in locks(course(finished)).items() if not reasons}
    for extra in range(length):
        after = {key for key, reasons in locks(course(finished | {extra})).items() if not reasons}
        assert before <= after
