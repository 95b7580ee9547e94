"""Bitstring Status List: most significant bit first, bounded, read back as written."""

import base64
import gzip
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.errors import StatusListError
from certificates.signing import serialise
from certificates.status_list import (
    MAXIMUM_LENGTH,
    MINIMUM_LENGTH,
    StatusList,
    decode,
    encode,
    signed_status_list,
)
from tests.certificates.builders import DID, LIST_URL, NOW, SIGNER


def test_the_first_bit_is_the_most_significant() -> None:
    assert StatusList.of([0]).data[0] == 0b1000_0000
    assert StatusList.of([7]).data[0] == 0b0000_0001
    assert StatusList.of([8]).data[:2] == b"\x00\x80"


def test_the_list_of_the_specification_is_read() -> None:
    # An all-zero list of 131,072 bits, compressed by another program.
    text = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"
    assert decode(text) == StatusList.of([])


@settings(max_examples=30, deadline=None)
@given(st.sets(st.integers(0, MINIMUM_LENGTH - 1), max_size=50))
def test_what_is_set_is_read_back(indexes: set[int]) -> None:
    again = decode(encode(StatusList.of(indexes)))
    assert all(again.is_set(index) for index in indexes)
    assert sum(byte.bit_count() for byte in again.data) == len(indexes)


def test_setting_a_bit_keeps_the_others() -> None:
    status_list = StatusList.of([3]).with_bit(100).with_bit(100)
    assert status_list == StatusList.of([3, 100])


@pytest.mark.parametrize("index", [-1, MINIMUM_LENGTH])
def test_refuses_an_index_outside(index: int) -> None:
    for act in (StatusList.of().is_set, StatusList.of().with_bit, lambda outside: StatusList.of([outside])):
        with pytest.raises(StatusListError):
            act(index)


@pytest.mark.parametrize("length", [0, 8, MINIMUM_LENGTH - 8, MINIMUM_LENGTH + 1, MAXIMUM_LENGTH + 8])
def test_refuses_lengths_that_tell_holders_apart(length: int) -> None:
    with pytest.raises(StatusListError):
        StatusList.of(length=length)


def packed(data: bytes) -> str:
    """`encodedList` of any bytes."""
    return "u" + base64.urlsafe_b64encode(gzip.compress(data, mtime=0)).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "u",
        "H4sIAAAAAAAAA",
        "u####",
        "u" + base64.urlsafe_b64encode(b"not gzip").decode(),
        packed(b"\0" * 100),
        packed(b"\0" * (MAXIMUM_LENGTH // 8 + 1)),
        packed(b"\0" * 100_000_000),  # a bomb: 100 MB in 130 kB
        encode(StatusList.of())[:-9],
    ],
)
def test_refuses_what_is_not_a_list(text: str) -> None:
    with pytest.raises(StatusListError):
        decode(text)


def test_the_signed_list_says_how_long_it_holds() -> None:
    document = signed_status_list(
        StatusList.of([5]), list_url=LIST_URL, signer=SIGNER, now=NOW, valid_for=timedelta(hours=1)
    )
    assert document["issuer"] == DID
    assert document["id"] == LIST_URL
    assert (document["validFrom"], document["validUntil"]) == ("2026-11-22T10:00:00Z", "2026-11-22T11:00:00Z")
    assert document["credentialSubject"]["ttl"] == 300_000
    assert document["@context"] == ["https://www.w3.org/ns/credentials/v2"]
    assert document["credentialSubject"]["id"] != document["id"]
    assert len(serialise(document)) < 1200
