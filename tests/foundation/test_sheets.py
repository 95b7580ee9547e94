"""CSV as people save it, and CSV that runs nothing."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.sheets import TRIGGERS, UnreadableSheetError, decoded, harmless, rows_of, written


def cells(text: str) -> list[tuple[str, ...]]:
    return [row.cells for row in rows_of(text)]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_quotes_and_line_ends(separator: str) -> None:
    text = separator.join(("a", '"b, c; d"', '"say ""hi"""'))
    for end in ("\n", "\r\n", "\r"):
        assert cells(f"\ufeff{text}{end}{end}{text}") == [("a", "b, c; d", 'say "hi"')] * 2


def test_the_line_is_that_of_the_file() -> None:
    assert [(row.line, row.cells[0]) for row in rows_of('a\n\n"b\nc"\nd\n')] == [(1, "a"), (3, "b\nc"), (5, "d")]


def test_a_name_with_a_comma_does_not_choose_the_separator() -> None:
    assert cells("1;Lefèvre, Ada\n2;Roux, Zoé") == [("1", "Lefèvre, Ada"), ("2", "Roux, Zoé")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding: str) -> None:
    assert decoded("Numéro;Zoé".encode(encoding)) == "Numéro;Zoé"


def test_what_is_no_table() -> None:
    for text in ("a" * 20_000, '"' + "a" * 200_000):
        with pytest.raises(UnreadableSheetError):
            rows_of(text)


@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_no_table(data: bytes) -> None:
    with suppress(UnreadableSheetError):
        rows_of(decoded(data))


@given(st.lists(st.text(max_size=8), min_size=1, max_size=4))
def test_no_cell_runs(texts: list[str]) -> None:
    read = next(csv.reader(io.StringIO(written([texts]), newline="")), [""])
    assert not any(cell[:1] in TRIGGERS for cell in read if cell)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠a"])
def test_formulas_get_an_apostrophe(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless("4T9X") == "4T9X"


def test_a_number_stays_one() -> None:
    assert written([[-12.5, Decimal("-0.07"), -3, "-3"]]) == "-12.5,-0.07,-3,'-3\r\n"
