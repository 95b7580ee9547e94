"""Lists as people keep them, read row by row."""

from __future__ import annotations

import pytest

from app.foundation.i18n import use_language
from app.verification.lists import LARGEST_LIST, ListError, problem_of, read_list

A, B = "4T9XK2MBV7QPR6HWD3N8ZC5JAY", "0123456789ABCDEFGHJKMNPQRS"


def read(content: bytes | str) -> list[tuple[int, str | None, str]]:
    return [(row.line, row.number, row.name) for row in read_list(content)]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (A, [(1, A, "")]),
        (f"{A}\n{B}\n", [(1, A, ""), (2, B, "")]),
        (f"{A},Ada Lefèvre", [(1, A, "Ada Lefèvre")]),
        (f"Ada Lefèvre;{A}", [(1, A, "Ada Lefèvre")]),
        (f"number;name\n{A};Ada", [(2, A, "Ada")]),
        (f"Nom;Prénom;Numéro du certificat\nLefèvre;Ada;{A}", [(2, A, "Lefèvre Ada")]),
        (f"Service\tTitulaire\tCertificat\nRH\tAda\t{A}", [(2, A, "Ada")]),
        (f'"{A.lower()}","Lefèvre, Ada"', [(1, A, "Lefèvre, Ada")]),
        (f"https://passerelle.example.org/verify/{A}?k=secret", [(1, A, "")]),
        ("4t9x k2mb v7qp r6hw d3n8 zc5j ay", [(1, A, "")]),
        (f"\ufeff{A}\r\n\r\n{B}", [(1, A, ""), (3, B, "")]),
        (f"certificats\n{A}\nnonsense", [(2, A, ""), (3, None, "")]),
        (f"{A}\u200b", [(1, A, "")]),
        (f"{A},Ada\x00\ud800", [(1, A, "Ada")]),
        (f"12345,Zoé\n{A},Ada", [(1, None, "Zoé"), (2, A, "Ada")]),
    ],
)
def test_lists(content: str, found: list[tuple[int, str | None, str]]) -> None:
    assert read(content) == found
    if "\ud800" not in content:
        assert read(content.encode()) == found


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "no number"),
        ("number,name", "no number"),
        ("\n".join([A] * 1001), "1001 rows"),
        ("x" * (LARGEST_LIST + 1), "500 kB"),
        ('"' + A * 1000, "not a CSV"),
    ],
)
def test_lists_that_are_refused(content: str, says: str) -> None:
    with use_language("en"), pytest.raises(ListError, match=says):
        read_list(content)


def test_a_bad_row_says_what_would_be_right() -> None:
    with use_language("en"):
        said = [problem_of(row) for row in read_list(f"{A}\n{A[:-1]}\n{'U' * 26}\n,Ada")]
    assert said[0] == ""
    assert "25 letters and digits" in said[1]
    assert "without I, L, O and U" in said[2]
    assert "No number" in said[3]
