"""Tables as CSV: read however a spreadsheet saved them, written so that no cell runs as a formula."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

SEPARATORS = ("\t", ";", ",")  # where two fit equally well, the one that texts contain less often
LONGEST_CELL = 10_000
# What makes a spreadsheet take a cell for a formula, and the full-width forms that some take for the same.
TRIGGERS = frozenset("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
BYTE_ORDER_MARK = "\ufeff"


class UnreadableSheetError(ValueError):
    """The text is no table: a quotation that never ends, a cell without measure."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that is not empty, and the line of the file it begins on, from 1."""

    line: int
    cells: tuple[str, ...]


def decoded(data: bytes) -> str:
    """The text of a file: UTF-8, UTF-16 where its mark says so, else what old spreadsheets write (Windows-1252)."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def rows_of(text: str) -> list[SheetRow]:
    """The rows that are not empty, separated by comma, semicolon or tab; raises UnreadableSheetError."""
    clean = text.removeprefix(BYTE_ORDER_MARK).replace("\r\n", "\n").replace("\r", "\n")
    reader = csv.reader(io.StringIO(clean, newline=""), delimiter=separator_of(clean), strict=False)
    return list(_filled(reader))


def _filled(reader: csv._reader) -> Iterator[SheetRow]:  # type: ignore[name-defined]
    before = 0
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            kept = tuple(cell.strip().removeprefix("'") for cell in cells)
            if any(len(cell) > LONGEST_CELL for cell in kept):
                raise UnreadableSheetError("a cell is too long")
            if any(kept):
                yield SheetRow(line, kept)
    except csv.Error as error:
        raise UnreadableSheetError(str(error)) from error


def separator_of(text: str) -> str:
    """The separator that most lines have, outside quotation marks."""
    bare = ["".join(line.split('"')[::2]) for line in text.split("\n")]
    return max(SEPARATORS, key=lambda sign: sum(sign in line for line in bare))


def harmless(cell: object) -> str:
    """The text of a cell; an apostrophe before what a spreadsheet would run. A number is one: −1 runs nothing."""
    text = "" if cell is None else str(cell)
    if isinstance(cell, int | float | Decimal):
        return text
    return f"'{text}" if text[:1] in TRIGGERS else text


def separator_in(language: str) -> str:
    """What separates columns where spreadsheets speak this language: French ones need the comma for decimals."""
    return ";" if language == "fr" else ","


def numeral(value: int | Decimal, language: str) -> str:
    """A number that spreadsheets in this language read as one: 14,5 in French, 14.5 in English; no groups."""
    text = f"{Decimal(value):f}"
    plain = text.rstrip("0").rstrip(".") if "." in text else text
    return plain.replace(".", ",") if language == "fr" else plain


def written(rows: Iterable[Sequence[object]], separator: str = ",") -> str:
    """Rows as CSV; put BYTE_ORDER_MARK before the first, or spreadsheets misread accents."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue()
