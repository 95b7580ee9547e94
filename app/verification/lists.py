"""Lists of certificates as people keep them: a number a row, a name beside it perhaps, a heading or none."""

from __future__ import annotations

from dataclasses import dataclass

from app.foundation.folding import folded
from app.foundation.forms import clean_text
from app.foundation.hidden_signs import carries_hidden_signs
from app.foundation.i18n import gettext as _
from app.foundation.sheets import SheetRow, UnreadableSheetError, decoded, rows_of
from app.verification.forms import read_number

MOST_ROWS = 1000
LARGEST_LIST = 512 * 1024
LONGEST_NAME = 200
LONGEST_NUMBER = 300  # a whole link
NUMBER_WORDS = {"number", "numero", "n", "no", "id", "certificate", "certificat", "link", "lien", "url"}
NAME_WORDS = {"name", "nom", "prenom", "prenoms", "surname", "holder", "titulaire", "candidat", "candidate", "person"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One row of a list: what was typed, the number read in it (None when there is none) and the name to compare."""

    line: int
    typed: str
    number: str | None
    name: str = ""


class ListError(ValueError):
    """Why a whole list is refused, in a sentence."""


def read_list(content: bytes | str) -> list[Asked]:
    """The rows of a list in their order; raises ListError when it is empty, too long or no table."""
    if len(content) > LARGEST_LIST:
        raise ListError(_("This list is larger than 500 kB. Send at most 1,000 rows, of numbers and names alone."))
    try:
        rows = rows_of(decoded(content) if isinstance(content, bytes) else content)
    except UnreadableSheetError:
        raise ListError(_("This is not a CSV file that can be read. Save the table as CSV, in UTF-8.")) from None
    columns = _columns(rows[0]) if rows and _is_heading(rows[0]) else None
    rows = rows[1:] if columns else rows
    if not rows:
        raise ListError(_("There is no number in this list. Put one number on each row."))
    if len(rows) > MOST_ROWS:
        raise ListError(_("This list has %(count)s rows. Send at most 1,000 at a time.", count=len(rows)))
    return [_asked(row, columns) for row in rows]


def _is_heading(row: SheetRow) -> bool:
    """A first row without any number and without any figure names the columns."""
    return not any(read_number(cell) or any(sign.isdigit() for sign in cell) for cell in row.cells)


@dataclass(frozen=True, slots=True)
class _Columns:
    number: int | None
    names: tuple[int, ...]


def _columns(row: SheetRow) -> _Columns:
    heads = [set(folded(cell).split()) for cell in row.cells]
    names = tuple(place for place, words in enumerate(heads) if words & NAME_WORDS)
    numbers = [place for place, words in enumerate(heads) if words & NUMBER_WORDS and place not in names]
    return _Columns(numbers[0] if numbers else None, names)


def _asked(row: SheetRow, columns: _Columns | None) -> Asked:
    cells = dict(enumerate(row.cells))
    place = columns.number if columns and columns.number is not None else _place_of_number(row)
    typed = cells.get(place, "")
    if columns and columns.names:
        name = " ".join(cells[at] for at in columns.names if cells.get(at))
    else:
        name = next((cell for at, cell in cells.items() if at != place and cell), "")
    return asked(row.line, typed, name)


def asked(line: int, typed: str, name: str) -> Asked:
    """A row by its parts, whoever sends them: what is too long, or hides signs, is neither number nor name."""
    text = clean_text(typed) or ""
    sound = len(text) <= LONGEST_NUMBER and not carries_hidden_signs(text)
    found = read_number(text) if sound else None
    return Asked(line, _printable(text, LONGEST_NUMBER), found[0] if found else None, _printable(name, LONGEST_NAME))


def _printable(text: str, most: int) -> str:
    return "".join(sign for sign in text[:most] if sign.isprintable())


def _place_of_number(row: SheetRow) -> int:
    return next((place for place, cell in enumerate(row.cells) if read_number(cell)), 0)


def problem_of(row: Asked) -> str:
    """Why there is no number in a row, and what would be right; empty when there is one."""
    if row.number is not None:
        return ""
    if not row.typed:
        return _("No number on this row: put the one printed on the certificate.")
    signs = sum(sign.isalnum() for sign in row.typed)
    if row.typed.isascii() and signs != 26:
        return _("This has %(count)s letters and digits; a number has 26. Compare it with the document.", count=signs)
    return _("A number has 26 letters and digits, without I, L, O and U, as in 4T9X K2MB V7QP R6HW D3N8 ZC5J AY.")
