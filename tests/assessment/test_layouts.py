"""Layouts: which token stands for what, drawn from a seed, and in an order that tells no key."""

from typing import Any

import pytest

from app.assessment import layouts
from tests.assessment.test_parts import BODIES, CLOZE, MATCHING, MATRIX, ORDERING, SEED, layout


@pytest.mark.parametrize("kind", BODIES)
def test_a_layout_is_drawn_again_from_its_seed_and_holds_each_thing_once(kind: str) -> None:
    drawn = layout(BODIES[kind])
    assert drawn == layout(BODIES[kind])
    assert len({token for token, _name in drawn}) == len({name for _token, name in drawn}) == len(drawn)
    other = layouts.draw_layout(BODIES[kind], bytes(16), 3)
    assert not {token for token, _name in drawn} & {token for token, _name in other}
    assert {name for _token, name in drawn} == {name for _token, name in other}


def test_pairs_that_share_a_right_side_show_it_once() -> None:
    rights = [name for _token, name in layout(MATCHING) if name.startswith("right:")]
    assert sorted(rights) == ["right:0", "right:1", "right:3", "right:4"]  # "reptile" is a stray, "oiseau" is not


@pytest.mark.parametrize(("kind", "prefix"), [("matching", "right:"), ("ordering", "item:")])
def test_what_tells_the_key_by_its_order_is_shuffled_whatever_the_exam_says(kind: str, prefix: str) -> None:
    """Over 30 seeds the author's own order comes up about as often as chance has it, with or without shuffling."""
    for shuffle in (True, False):
        orders = [
            [name for _token, name in layouts.draw_layout(BODIES[kind], bytes([n] * 16), 1, shuffle=shuffle)]
            for n in range(30)
        ]
        firsts = {next(name for name in order if name.startswith(prefix)) for order in orders}
        assert len(firsts) == 4


def test_lefts_and_rows_stand_still_when_the_exam_says_so_and_columns_always() -> None:
    for body, prefix in ((MATCHING, "left:"), (MATRIX, "row:"), (MATRIX, "column:")):
        still = [name for _t, name in layouts.draw_layout(body, SEED, 1, shuffle=False) if name.startswith(prefix)]
        assert still == [name for name in layouts.words_of(body) if name.startswith(prefix)]
    moved = [tuple(n for _t, n in layouts.draw_layout(MATRIX, bytes([n] * 16), 1)[-2:]) for n in range(20)]
    assert set(moved) == {("column:odd", "column:even")}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (CLOZE, {"option:unit:h": "heures", "option:unit:s": "secondes"}),
        (ORDERING, {"item:0": "A", "item:1": "B", "item:2": "C", "item:3": "D"}),
        ({"type": "hotspot", "areas": [{"id": "a", "text": "ici"}, {"id": "b"}]}, {"a": "ici", "b": ""}),
        ({"type": "single", "options": [{"id": "a", "text": "oui"}]}, {"a": "oui"}),
        ({"type": "text", "answers": []}, {}),
    ],
)
def test_what_is_laid_out_has_its_words(body: dict[str, Any], words: dict[str, str]) -> None:
    assert layouts.words_of(body) == words
    drawn = {name for _token, name in layout(body)} if body["type"] != "hotspot" else set(words)
    assert set(words) <= drawn
