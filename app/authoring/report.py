"""What the validator says about an author's files: one finding per problem, with its place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

from app.foundation.i18n import gettext as _

MOST_FINDINGS_PER_FILE = 200
LONGEST_QUOTE = 60
MOST_COMPARED = 500


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a file; lines and columns count from 1."""

    path: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One problem; `code` starts with E (refused) or W (worth a look), `hint` says what to do."""

    path: str
    line: int
    column: int
    code: str
    message: str
    hint: str = ""

    @property
    def is_error(self) -> bool:
        return self.code.startswith("E")

    def __str__(self) -> str:
        hint = f" -> {self.hint}" if self.hint else ""
        return f"{self.path}:{self.line}:{self.column}: {self.code} {self.message}{hint}"


class Report:
    """Collects findings without ever stopping at the first one."""

    def __init__(self) -> None:
        self._findings: set[Finding] = set()
        self._per_file: dict[str, int] = {}

    def add(self, mark: Mark, code: str, message: str, hint: str = "") -> None:
        """Keep a finding; past 200 in one file further ones are dropped, the file needs a rewrite."""
        finding = Finding(mark.path, mark.line, mark.column, code, message, hint)
        count = self._per_file.get(mark.path, 0)
        if finding in self._findings or (count >= MOST_FINDINGS_PER_FILE and not finding.is_error):
            return
        if count >= 5 * MOST_FINDINGS_PER_FILE:
            return
        self._per_file[mark.path] = count + 1
        self._findings.add(finding)

    def findings(self) -> list[Finding]:
        """Every finding, by file, line and column."""
        return sorted(self._findings)

    @property
    def has_errors(self) -> bool:
        return any(finding.is_error for finding in self._findings)


def quoted(text: str) -> str:
    """An author's words made safe for one line of a terminal or page: printable and short."""
    printable = "".join(sign if sign.isprintable() else "�" for sign in text[: LONGEST_QUOTE + 1])
    return printable if len(printable) <= LONGEST_QUOTE else printable[:LONGEST_QUOTE] + "…"


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint naming the known word closest to a misspelt one, or the empty string."""
    close = get_close_matches(word[:LONGEST_QUOTE], list(islice(known, MOST_COMPARED)), n=1, cutoff=0.6)
    return _("did you mean “%(word)s”?", word=close[0]) if close else ""


def nearest_or_list(word: str, known: Sequence[str]) -> str:
    """As `nearest`, else the whole list of what is allowed."""
    return nearest(word, known) or _("one of: %(words)s", words=", ".join(known))
