"""Many certificates at once: a verdict a row, names compared within each certificate's budget, a CSV back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.foundation import throttle
from app.foundation.i18n import gettext as _
from app.foundation.i18n import localised
from app.foundation.identifiers import grouped
from app.foundation.sheets import BYTE_ORDER_MARK, written
from app.foundation.tiers import Tier
from app.foundation.wording import ZONE, day_in_words
from app.verification import queries
from app.verification.budgets import NAME_OF_ONE, NAMES_OF_CERTIFICATE
from app.verification.lists import Asked, problem_of
from app.verification.reports import Report
from app.verification.services import names_agree, reports_of
from certificates.verification import State

SLICE = 50  # rows that a page with a script asks about at a time
TONES = {
    "valid": "on", "not_yet_valid": "care", "expired": "care", "superseded": "care", "suspended": "care",
    "status_unavailable": "care", "unknown": "", "unreadable": "",
}  # fmt: skip
TOGETHER = 100  # budgets counted in one short transaction
MATCHES, DIFFERS, NOT_COMPARED, NOT_ASKED = "match", "no-match", "not-compared", "not-asked"


@dataclass(frozen=True)
class Answered:
    """A row and its answer: the report (None when nobody has the number), how the name compares, the problem if any."""

    asked: Asked
    report: Report | None
    name: str
    problem: str

    @property
    def state(self) -> str:
        """The state of the certificate, or "unreadable" for a row without a number."""
        if self.asked.number is None:
            return "unreadable"
        return self.report.state.value if self.report else State.UNKNOWN.value


Allowed = Callable[[Sequence[str]], Sequence[bool]]


def verify_list(session: Session, rows: Sequence[Asked], allowed: Allowed) -> list[Answered]:
    """The answer to each row, in a few statements however many there are.

    `allowed` spends, for each number whose name is asked, one try of that certificate: a list tells no more
    about names than the page of one certificate does.
    """
    entries = queries.find_entries(session, sorted({row.number for row in rows if row.number}))
    reports = reports_of(session, entries)
    compared = [row for row in rows if row.name and row.number in entries]
    may = dict(zip((id(row) for row in compared), allowed([row.number or "" for row in compared]), strict=True))
    held = {number: entry.holder_name for number, entry in entries.items()}
    return [
        Answered(
            row,
            reports.get(row.number or ""),
            _compared(row, held.get(row.number or ""), may.get(id(row), False)),
            problem_of(row),
        )
        for row in rows
    ]


def _compared(row: Asked, held: str | None, may: bool) -> str:
    if not row.name:
        return NOT_ASKED
    agrees = names_agree(row.name, held) if may else None
    return NOT_COMPARED if agrees is None else MATCHES if agrees else DIFFERS


def spend_on_names(session: Session, network: str, numbers: Sequence[str]) -> list[bool]:
    """Count one name tried on each of these certificates; true where that was within the budgets.

    In a session of its own; committed every hundred, so that nobody waits long for the write lock.
    """
    allowed = []
    for start in range(0, len(numbers), TOGETHER):
        for number in numbers[start : start + TOGETHER]:
            within = throttle.count(session, NAME_OF_ONE, f"{number} {network}")
            allowed.append(within and throttle.count(session, NAMES_OF_CERTIFICATE, number))
        session.commit()
    return allowed


def headings() -> list[str]:
    """The columns of the answer."""
    return [
        _("Line"), _("Number"), _("Verdict"), _("Certificate"), _("Tier"),
        _("Issued on"), _("Valid until"), _("Name sent"), _("Name"), _("To correct"),
    ]  # fmt: skip


def cells(answered: Answered) -> list[str]:
    """An answer as the CSV says it, dates as 2026-11-22."""
    row, facts = answered.asked, answered.report.facts if answered.report else None
    return [
        str(row.line),
        _number(answered),
        state_in_words(answered.state),
        localised(facts.name) if facts else "",
        str(Tier(facts.tier).label) if facts else "",
        _day(facts.issued_at if facts else None),
        _day(facts.expires_at if facts else None),
        row.name,
        name_in_words(answered),
        answered.problem,
    ]


def shown_headings() -> list[str]:
    """The columns of the table on the page."""
    return [
        _("Line"), _("Number"), _("Verdict"), _("Certificate"), _("Issued on"), _("Valid until"), _("Name"),
        _("To correct"),
    ]  # fmt: skip


def shown(answered: Answered) -> list[str]:
    """An answer as the page says it."""
    row, facts = answered.asked, answered.report.facts if answered.report else None
    name = name_in_words(answered)
    return [
        str(row.line),
        _number(answered),
        state_in_words(answered.state),
        _("%(name)s, %(tier)s", name=localised(facts.name), tier=str(Tier(facts.tier).label).lower()) if facts else "",
        day_in_words(facts.issued_at) if facts else "",
        day_in_words(facts.expires_at) if facts and facts.expires_at else "",
        _("%(name)s: %(answer)s", name=row.name, answer=name) if name else row.name,
        answered.problem,
    ]


def _number(answered: Answered) -> str:
    row = answered.asked
    return grouped(row.number) if row.number else row.typed


def tone_of(state: str) -> str:
    """The tone of the word of a state, as a tag takes it; a certificate that cannot be relied on is never "on"."""
    return TONES.get(state, "stop")


def as_csv(answers: Sequence[Answered], *, heading: bool = True) -> str:
    """The answers as CSV, formulas made harmless; with the mark that makes spreadsheets read UTF-8."""
    body = written(cells(answered) for answered in answers)
    return BYTE_ORDER_MARK + written([headings()]) + body if heading else body


def counted(answers: Sequence[Answered]) -> list[tuple[str, int]]:
    """How many rows got each answer, in words, the most frequent first."""
    return [(state_in_words(state), count) for state, count in Counter(one.state for one in answers).most_common()]


def state_in_words(state: str) -> str:
    """The one word or two of a state."""
    return {
        "valid": _("Valid"),
        "not_yet_valid": _("Not valid yet"),
        "expired": _("Expired"),
        "superseded": _("Replaced"),
        "suspended": _("Suspended"),
        "revoked": _("Revoked"),
        "tampered": _("Tampered with"),
        "key_withdrawn": _("Key withdrawn"),
        "status_unavailable": _("Status unknown for now"),
        "unknown": _("Not found"),
        "unreadable": _("No number read"),
    }[state]


def name_in_words(answered: Answered) -> str:
    """How the name sent compares with the holder's."""
    if answered.name == NOT_COMPARED and answered.report is not None and answered.report.erased:
        return _("cannot be compared here, ask for the file")
    return {
        MATCHES: _("matches"),
        DIFFERS: _("does not match"),
        NOT_COMPARED: _("not compared") if answered.report else "",
        NOT_ASKED: "",
    }[answered.name]


def _day(moment: datetime | None) -> str:
    return moment.astimezone(ZONE).date().isoformat() if moment else ""
