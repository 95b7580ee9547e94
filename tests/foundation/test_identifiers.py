"""Public identifiers: written once, read however a person types them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.identifiers import ALPHABET, LENGTH, encode, grouped, new_public_id, parse_public_id

numbers = st.integers(0, 2**128 - 1)


def decode(public_id: str) -> int:
    number = 0
    for character in public_id:
        number = number * 32 + ALPHABET.index(character)
    return number


@given(numbers)
def test_round_trip(number: int) -> None:
    public_id = encode(number)
    assert len(public_id) == LENGTH
    assert decode(public_id) == number
    assert parse_public_id(public_id) == public_id


@given(numbers, st.data())
def test_as_a_person_types_it(number: int, data: st.DataObject) -> None:
    public_id = encode(number)
    confusable = {"0": "0Oo", "1": "1IiLl"}
    typed = "".join(
        data.draw(st.sampled_from(confusable.get(character, character + character.lower())))
        + data.draw(st.sampled_from(["", "", "", " ", "-", "\u00a0", "\u202f", "\u2011"]))
        for character in public_id
    )
    assert parse_public_id(typed) == public_id
    assert parse_public_id(grouped(public_id)) == public_id


@given(st.text(max_size=40))
def test_whatever_is_typed_is_an_identifier_or_nothing(text: str) -> None:
    parsed = parse_public_id(text)
    assert parsed is None or (len(parsed) == LENGTH and set(parsed) <= set(ALPHABET))


@pytest.mark.parametrize("text", ["", "0" * 25, "0" * 27, "U" * 26, "0" * 25 + "!", "０" * 26])
def test_what_is_no_identifier(text: str) -> None:
    assert parse_public_id(text) is None


def test_fresh_ones_differ() -> None:
    assert len({new_public_id() for _ in range(1000)}) == 1000
