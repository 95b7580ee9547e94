"""Drawing: the published vectors, blueprints, enemies, cases, exposure and tokens."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations, permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessment.drawing import (
    Candidate,
    Drawn,
    Exposure,
    PoolTooSmall,
    Row,
    Stream,
    draw,
    layout,
    option_tokens,
    shuffled,
)

SEED = bytes(range(16))
UNSEEN = Exposure()


def question(name: str, **changes: object) -> Candidate:
    facts = {"domain": "bases", "level": 1, "type": "single"} | changes
    return Candidate(name, **facts)


def names(drawn: tuple[Drawn, ...]) -> list[str]:
    return [one.candidate.public_id for one in drawn]


def rows(*counts: int) -> list[Row]:
    return [Row("bases", 1, count) for count in counts]


def test_shuffle_vector() -> None:
    assert "".join(shuffled("abcdefgh", SEED, "questions")) == "ghadbefc"
    assert "".join(shuffled("abcd", SEED, "options:3")) == "dcba"


def test_words_that_would_favour_small_numbers_are_rejected() -> None:
    stream = Stream(SEED, "fair")
    stream._words = iter([(1 << 64) - 1, 7])  # 2⁶⁴ − 1 is above the last multiple of 3
    assert stream.below(3) == 1


def test_a_form_is_redrawn_identically_from_its_seed() -> None:
    pool = [question(f"q{number}") for number in range(30)]
    forms = [layout(draw(rows(5, 3), order, {}, UNSEEN, SEED), SEED) for order in (pool, pool[::-1])]
    assert forms[0] == forms[1]
    assert forms[0] != layout(draw(rows(5, 3), pool, {}, UNSEEN, b"x" * 16), b"x" * 16)


def test_blueprint_row_that_cannot_be_filled_refuses_the_start() -> None:
    with pytest.raises(PoolTooSmall) as refusal:
        draw(rows(1, 3), [question("a"), question("b")], {}, UNSEEN, SEED)
    assert (refusal.value.row, refusal.value.missing) == (1, 2)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (Row("bases", 1, 1), "plain"),
        (Row("data", 1, 1), "domain"),
        (Row("bases", 2, 1), "level"),
        (Row("bases", 1, 1, type="numeric"), "type"),
        (Row(None, None, 1, bank="practice"), "banked"),
        (Row(None, None, 1), "plain"),
        (Row("bases", 1, 1, tags=frozenset({"x"})), "tagged"),
        (Row("bases", 1, 1, skills=frozenset({"python"})), "skilled"),
    ],
)
def test_a_row_takes_only_what_it_asks_for(row: Row, expected: str) -> None:
    pool = [
        question("plain"),
        question("domain", domain="data"),
        question("level", level=2),
        question("type", type="numeric"),
        question("banked", bank="practice"),
        question("tagged", tags=frozenset({"x", "y"})),
        question("skilled", skills=frozenset({"python"})),
    ]
    seen = {one.public_id: 1 for one in pool if one.public_id != "plain"}
    assert names(draw([row], pool, seen, UNSEEN, SEED)) == [expected]


def test_questions_this_person_has_not_seen_come_first() -> None:
    pool = [question("seen-twice"), question("seen-once"), question("new")]
    for seed in (bytes([number]) * 16 for number in range(8)):
        drawn = draw(rows(2), pool, {"seen-once": 1, "seen-twice": 2}, UNSEEN, seed)
        assert names(drawn) == ["new", "seen-once"]


def test_the_least_exposed_questions_come_first() -> None:
    pool = [question(name) for name in "abc"]
    exposure = Exposure(10, {"a": 9, "b": 1, "c": 5})
    assert names(draw(rows(3), pool, {}, exposure, SEED)) == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("attempts", "count", "high"),
    [(49, 49, False), (50, 15, False), (50, 16, True), (1000, 300, False), (1000, 301, True)],
)
def test_exposure_is_high_above_30_percent_from_50_attempts(attempts: int, count: int, high: bool) -> None:
    assert Exposure(attempts, {"a": count}).is_high("a") is high


@pytest.mark.parametrize("listed_by", ["a", "b"])
def test_enemies_never_meet_whichever_side_names_the_other(listed_by: str) -> None:
    other = {"a": "b", "b": "a"}[listed_by]
    pool = [question(listed_by, enemies=frozenset({other})), question(other), question("c")]
    assert "c" in names(draw(rows(2), pool, {"c": 9}, UNSEEN, SEED))
    with pytest.raises(PoolTooSmall):
        draw(rows(1, 2), pool, {}, UNSEEN, SEED)


@given(
    st.lists(st.integers(1, 2), min_size=1, max_size=3),
    st.lists(st.tuples(st.sampled_from("xyz"), st.sets(st.integers(0, 7), max_size=3)), min_size=1, max_size=8),
    st.binary(min_size=16, max_size=16),
)
def test_a_form_is_found_wherever_there_is_one(
    counts: list[int], made: list[tuple[str, set[int]]], seed: bytes
) -> None:
    """Where first choices leave a later row short, others are tried: a pool that suffices never refuses."""
    pool = [
        question(str(number), domain=domain, enemies=frozenset(map(str, enemies - {number})))
        for number, (domain, enemies) in enumerate(made)
    ]
    blueprint = [Row(domain, 1, count) for domain, count in zip("xyz", counts, strict=False)]

    def at_peace(form: Sequence[Candidate]) -> bool:
        return not any(one.public_id in other.enemies for one, other in permutations(form, 2))

    ways = [list(combinations([one for one in pool if one.domain == row.domain], row.count)) for row in blueprint]
    exists = any(at_peace([one for picked in way for one in picked]) for way in product(*ways))
    try:
        drawn = [one.candidate for one in draw(blueprint, pool, {}, UNSEEN, seed)]
    except PoolTooSmall:
        assert not exists
    else:
        assert at_peace(drawn)
        assert [one.domain for one in drawn] == [row.domain for row in blueprint for _place in range(row.count)]


def test_a_search_without_end_is_given_up() -> None:
    """Eighteen pairs of enemies, one of each pair wanted in the first row and the other in the second."""
    pool = [
        question(f"{domain}{number}", domain=domain, enemies=frozenset({f"{other}{number}"}))
        for number in range(18)
        for domain, other in ("xy", "yx")
    ]
    with pytest.raises(PoolTooSmall) as refusal:
        draw([Row("x", 1, 10), Row("y", 1, 9)], pool, {}, UNSEEN, SEED)
    assert (refusal.value.row, refusal.value.missing) == (1, 1)


def test_a_case_set_comes_whole_and_stays_together() -> None:
    pool = [question(f"case-{number}", case="shop") for number in range(3)] + [question(f"q{n}") for n in range(6)]
    drawn = draw(rows(6), pool, {f"q{n}": 1 for n in range(6)}, UNSEEN, SEED)
    assert {"case-0", "case-1", "case-2"} < set(names(drawn))
    for seed in (SEED, b"y" * 16, b"z" * 16):
        places = [slot.number for slot in layout(drawn, seed) if slot.drawn.candidate.case]
        assert places == list(range(places[0], places[0] + 3))


def test_a_case_set_too_large_for_its_row_is_left_out() -> None:
    pool = [question(f"case-{number}", case="shop") for number in range(3)] + [question("q")]
    assert names(draw(rows(1), pool, {"q": 5}, UNSEEN, SEED)) == ["q"]


def test_slots_are_numbered_from_one_and_keep_their_points_and_rows() -> None:
    blueprint = [Row("bases", 1, 1), Row("bases", 1, 1, Decimal("2.5"))]
    drawn = draw(blueprint, [question("a"), question("b")], {"b": 1}, UNSEEN, SEED)
    in_order = layout(drawn, SEED, shuffle=False)
    assert [(slot.number, slot.drawn.row, slot.drawn.points) for slot in in_order] == [
        (1, 0, Decimal(1)),
        (2, 1, Decimal("2.5")),
    ]


def test_questions_are_shuffled_unless_the_exam_says_otherwise() -> None:
    drawn = draw(rows(8), [question(name) for name in "abcdefgh"], {}, UNSEEN, SEED)
    assert [slot.drawn for slot in layout(drawn, SEED)] == shuffled(drawn, SEED, "questions")
    assert [slot.drawn for slot in layout(drawn, SEED, shuffle=False)] == list(drawn)


def test_options_are_shuffled_by_slot_and_fixed_ones_keep_their_place() -> None:
    assert [option for _, option in option_tokens(SEED, 3, "abcd")] == list("dcba")
    assert [option for _, option in option_tokens(SEED, 3, "abcd", shuffle=False)] == list("abcd")
    kept = [option for _, option in option_tokens(SEED, 3, "abcd", fixed={"d", "b"})]
    assert (kept[1], kept[3]) == ("b", "d")
    assert sorted(kept) == list("abcd")


def test_tokens_say_nothing_and_change_with_the_attempt_and_the_slot() -> None:
    first = dict(map(reversed, option_tokens(SEED, 1, "ab")))
    again = dict(map(reversed, option_tokens(SEED, 1, "ba", shuffle=False)))
    others = [option_tokens(b"x" * 16, 1, "ab"), option_tokens(SEED, 2, "ab")]
    assert first == again
    assert not set(first.values()) & {token for order in others for token, _ in order}
    assert all(len(token) == 16 and int(token, 16) >= 0 for token in first.values())


@given(st.binary(min_size=16, max_size=16), st.lists(st.integers()), st.text(max_size=10))
def test_a_shuffle_loses_nothing_and_can_be_repeated(seed: bytes, items: list[int], label: str) -> None:
    once = shuffled(items, seed, label)
    assert sorted(once) == sorted(items)
    assert shuffled(items, seed, label) == once


@given(
    st.binary(min_size=16, max_size=16),
    st.dictionaries(st.sampled_from("abcdefghij"), st.integers(0, 5)),
    st.sets(st.sampled_from("abcdefghij"), max_size=3),
)
def test_any_draw_is_whole_distinct_and_free_of_enemies(seed: bytes, seen: dict[str, int], foes: set[str]) -> None:
    pool = [question(name, enemies=frozenset(foes - {name}) if name in foes else frozenset()) for name in "abcdefghij"]
    drawn = names(draw(rows(3, 2), pool, seen, UNSEEN, seed))
    assert len(set(drawn)) == 5
    assert len(foes & set(drawn)) <= 1
    assert drawn == names(draw(rows(3, 2), pool[::-1], seen, UNSEEN, seed))
