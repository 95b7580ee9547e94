"""JSON read without leniency: one meaning per document, bounded in size and depth."""

import json
import re
from typing import Any, NoReturn

import rfc8785

from certificates.errors import MalformedDocumentError

MAX_BYTES = 64 * 1024
# A full status list of 2**24 random bits is about 2.8 MB in base64.
MAX_LIST_BYTES = 3 * 1024 * 1024
MAX_DEPTH = 20
# Integers beyond this differ between JSON readers (RFC 8785 §3.2.2.3, I-JSON).
MAX_INTEGER = 2**53 - 1

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse(data: bytes, *, max_bytes: int = MAX_BYTES) -> Any:
    """Read UTF-8 JSON; raise MalformedDocumentError on anything two readers could take differently.

    Refused: more than `max_bytes`, nesting beyond 20, duplicate keys, NaN and infinities,
    integers beyond 2**53 - 1, lone surrogates, a byte order mark, trailing text.
    """
    if len(data) > max_bytes:
        raise MalformedDocumentError(f"The document is larger than {max_bytes} bytes.")
    try:
        text = data.decode("utf-8")
        _check_depth(text)
        value = json.loads(
            text,
            object_pairs_hook=_object_without_duplicates,
            parse_constant=_refuse_constant,
            parse_int=_bounded_integer,
            parse_float=_finite_number,
        )
        _check_surrogates(value)
    except (ValueError, RecursionError) as error:
        raise MalformedDocumentError("The document is not valid JSON in UTF-8.") from error
    return value


def serialise(value: Any) -> bytes:
    """Write JSON in its one canonical form (RFC 8785); raise MalformedDocumentError if it has none."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeError, RecursionError) as error:
        raise MalformedDocumentError("The document is not plain JSON.") from error


def _check_depth(text: str) -> None:
    depth = 0
    for character in _STRING.sub("", text):
        if character in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise MalformedDocumentError(f"The document is nested deeper than {MAX_DEPTH} levels.")
        elif character in "]}":
            depth -= 1


def _object_without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise MalformedDocumentError("The document gives one key twice.")
    return result


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedDocumentError(f"The document contains {name}, which is not JSON.")


def _bounded_integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        raise MalformedDocumentError("The document contains an integer too large to be exact.")
    return int(text)


def _finite_number(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise MalformedDocumentError("The document contains a number too large to be exact.")
    return value


def _check_surrogates(value: Any) -> None:
    if isinstance(value, str):
        if _SURROGATE.search(value):
            raise MalformedDocumentError("The document contains half of a character.")
    elif isinstance(value, list):
        for item in value:
            _check_surrogates(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_surrogates(key)
            _check_surrogates(item)
