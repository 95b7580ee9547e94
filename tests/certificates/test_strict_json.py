"""JSON is read with one meaning, and written in one form (RFC 8785)."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.errors import MalformedDocumentError
from certificates.strict_json import MAX_BYTES, parse, serialise

# Written for this test after RFC 8785 §3.2: what is read, and the bytes it must become.
CANONICAL = [
    (b'{"b":1,"a":2}', b'{"a":2,"b":1}'),
    (b"[ 1 , 2.0 , 1e2, -0.0, 0.000001, 1e-7 ]", b"[1,2,100,0,0.000001,1e-7]"),
    (b'{"\\u20ac":"Euro","\\r":"CR","1":"One","\\u00f6":"o"}', '{"\\r":"CR","1":"One","ö":"o","€":"Euro"}'.encode()),
    (b'"\\u000f\\u000aA\'\\u0042\\u0022\\u005c\\/"', b'"\\u000f\\nA\'B\\"\\\\/"'),
    ('{"é":"Été","z":[true,false,null]}'.encode(), '{"z":[true,false,null],"é":"Été"}'.encode()),
    (b"[333333333.33333329, 4.50, 2e-3, 0.000000000000000000000000001]", b"[333333333.3333333,4.5,0.002,1e-27]"),
    # Keys sort by UTF-16 units, so a sign beyond the first plane comes before U+FB33.
    ('{"\ufb33":1,"\U0001f600":2}'.encode(), '{"\U0001f600":2,"\ufb33":1}'.encode()),
    (b"{}", b"{}"),
    (b"[]", b"[]"),
    (b'{"a":{"c":[],"b":{}}}', b'{"a":{"b":{},"c":[]}}'),
    (b'"\\ud83d\\ude00"', '"\U0001f600"'.encode()),
    (b"[9007199254740991,-9007199254740991]", b"[9007199254740991,-9007199254740991]"),
]

REFUSED = [
    b"",
    b"not json",
    b'{"a":1,"a":1}',
    b'{"a":1,"\\u0061":2}',
    b"[NaN]",
    b"[Infinity]",
    b"[-Infinity]",
    b"[1e999]",
    b"[9007199254740992]",
    b"[" + b"9" * 5000 + b"]",
    b'["\\ud800"]',
    b'{"\\udc00":1}',
    b'["\\ude00\\ud83d"]',
    b"\xef\xbb\xbf{}",
    b'["\xff"]',
    b"{}{}",
    b'["a\nb"]',
    '{"a":1}'.encode("utf-16"),
    b"[" * 30_000,
    b"[" * 21 + b"]" * 21,
    b'{"a":' * 5000 + b"1" + b"}" * 5000,
    b'"' + b"a" * MAX_BYTES + b'"',
]


@pytest.mark.parametrize(("text", "expected"), CANONICAL)
def test_writes_the_canonical_form(text: bytes, expected: bytes) -> None:
    assert serialise(parse(text)) == expected


@pytest.mark.parametrize("text", REFUSED)
def test_refuses_what_two_readers_could_take_differently(text: bytes) -> None:
    with pytest.raises(MalformedDocumentError):
        parse(text)


def test_brackets_inside_strings_are_not_depth() -> None:
    assert parse(b'["' + b"[" * 100 + b'\\"]"]') == ["[" * 100 + '"]']


def test_refuses_to_write_what_is_not_json() -> None:
    for value in ({"a": float("nan")}, {"a": "\ud800"}, {"a": object()}, {1: "a"}, {"a": 2**60}):
        with pytest.raises(MalformedDocumentError):
            serialise(value)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_one_way(data: bytes) -> None:
    with suppress(MalformedDocumentError):
        parse(data)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_written_is_read_back(value: object) -> None:
    assert parse(serialise(value)) == value
