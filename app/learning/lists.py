"""Lists of people to enrol, as spreadsheets save them: an address a row, perhaps the name of a cohort beside it."""

from __future__ import annotations

from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from app.accounts.rules import email_key
from app.foundation.errors import RuleError
from app.foundation.folding import folded
from app.foundation.forms import clean_text
from app.foundation.hidden_signs import carries_hidden_signs
from app.foundation.i18n import gettext as _
from app.foundation.sheets import SheetRow, UnreadableSheetError, decoded, rows_of
from app.learning.forms import COHORT_NAME_LENGTH

LARGEST_LIST = 2 * 1024 * 1024
MOST_ROWS = 5_000
LONGEST_ADDRESS = 254
ADDRESS_WORDS = {"email", "mail", "courriel", "address", "adresse"}
COHORT_WORDS = {"cohort", "cohorte", "group", "groupe", "class", "classe", "promotion", "promo"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One row: the line of the file, what was typed as an address, its key (None: unreadable), the cohort or ""."""

    line: int
    typed: str
    key: str | None
    cohort: str = ""


def read_list(data: bytes) -> list[Asked]:
    """The rows of a list in their order; raises RuleError when it is empty, too long or no table."""
    if len(data) > LARGEST_LIST:
        raise RuleError(_("This file is too large: 2 MiB at most."))
    try:
        rows = rows_of(decoded(data))
    except UnreadableSheetError:
        raise RuleError(_("This is not a CSV file that can be read. Save the table as CSV, in UTF-8.")) from None
    address, cohort = _heading(rows[0]) if rows else (None, None)
    rows = rows[1:] if (address, cohort) != (None, None) else rows
    if not any("@" in cell for row in rows for cell in row.cells):
        raise RuleError(_("There is no email address in this file: one a row is expected, with an @ in it."))
    if len(rows) > MOST_ROWS:
        raise RuleError(_("More than 5,000 rows: send the file in parts."))
    return [_asked(row, address, cohort) for row in rows]


def _heading(row: SheetRow) -> tuple[int | None, int | None]:
    """Where a first row that names its columns puts the address and the cohort; None for what it does not name."""
    if any("@" in cell for cell in row.cells):
        return None, None
    heads = [set(folded(cell).split()) for cell in row.cells]
    address = next((place for place, words in enumerate(heads) if words & ADDRESS_WORDS), None)
    cohort = next((place for place, words in enumerate(heads) if words & COHORT_WORDS and place != address), None)
    return address, cohort


def _asked(row: SheetRow, address: int | None, cohort: int | None) -> Asked:
    cells = dict(enumerate(row.cells))
    found = cells.get(address, "") if address is not None else ""
    typed = found or next((cell for cell in row.cells if "@" in cell), row.cells[0])
    name = clean_text(cells.get(cohort, "") if cohort is not None else "") or ""
    return asked(row.line, typed, name)


def asked(line: int, typed: str, cohort: str) -> Asked:
    """A row by its parts; raises RuleError when the cohort can have no such name."""
    if cohort and (not folded(cohort) or len(cohort) > COHORT_NAME_LENGTH or carries_hidden_signs(cohort)):
        raise RuleError(
            _("Line %(line)s: a cohort’s name has a letter or a digit, and 60 characters at most.", line=line)
        )
    return Asked(line, "".join(sign for sign in typed[:LONGEST_ADDRESS] if sign.isprintable()), _key(typed), cohort)


def _key(typed: str) -> str | None:
    if len(typed) > LONGEST_ADDRESS:
        return None
    try:
        return email_key(validate_email(typed, check_deliverability=False, allow_smtputf8=False).normalized)
    except EmailNotValidError:
        return None
