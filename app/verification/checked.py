"""What was checked, line by line: what passed, what failed and how, what could not be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.foundation.i18n import LazyText
from app.foundation.i18n import gettext as _
from app.foundation.i18n import lazy_gettext as _l
from app.foundation.wording import day_in_words
from app.verification.reports import Report
from certificates.verification import State


@dataclass(frozen=True)
class Row:
    """One line: state is ok, care, stop or off."""

    state: str
    name: str
    detail: str


@dataclass(frozen=True)
class _Line:
    """A check, its name, and its detail where it passed, where it failed, and where nobody could tell."""

    check: str
    name: LazyText
    passed: Callable[[Report], str]
    failed: Callable[[Report], str]
    untold: LazyText


NOT_CHECKED = _l("not checked")
_NOT_GOOD_IN_REGISTER = {
    State.REVOKED: _l("revoked"),
    State.SUSPENDED: _l("suspended"),
    State.SUPERSEDED: _l("replaced"),
    State.UNKNOWN: _l("not in the register"),
}


def _key_name(report: Report) -> str:
    """key-2026-01 reads as "key 2026-01"."""
    return _("key %(key)s", key=report.key_id.removeprefix("key-")) if report.key_id else report.issuer_name


def _issuer_failed(report: Report) -> str:
    if report.key_withdrawn_at:
        return _("%(key)s, withdrawn on %(day)s", key=_key_name(report), day=day_in_words(report.key_withdrawn_at))
    return _("another issuer") if report.state is State.WRONG_ISSUER else _("key withdrawn")


def _dates_failed(report: Report) -> str:
    facts = report.facts
    if report.state is State.NOT_YET_VALID or facts is None or facts.expires_at is None:
        return _("not yet valid")
    return _("ended on %(day)s", day=day_in_words(facts.expires_at))


def _in_register(report: Report) -> str:
    if report.vouched_for:
        return _("in the register since before, and not revoked")
    return _("none in the register, just now")


LINES = (
    _Line("format", _l("Format"), lambda _report: "Open Badges 3.0", lambda _report: _("none found"), NOT_CHECKED),
    _Line(
        "signature",
        _l("Signature"),
        lambda _report: _("Ed25519, intact"),
        lambda _report: _("does not match the content"),
        NOT_CHECKED,
    ),
    _Line("issuer", _l("Issuer"), _key_name, _issuer_failed, NOT_CHECKED),
    _Line(
        "status",
        _l("Revocation"),
        _in_register,
        lambda report: str(_NOT_GOOD_IN_REGISTER.get(report.state, _l("taken back"))),
        NOT_CHECKED,
    ),
    _Line("validity", _l("Dates"), lambda _report: _("within validity"), _dates_failed, NOT_CHECKED),
    _Line(
        "file",
        _l("File"),
        lambda _report: _("these exact bytes were issued"),
        lambda _report: _("not the bytes that were issued"),
        NOT_CHECKED,
    ),
)


def checked(report: Report) -> list[Row]:
    """What was looked at, in order; what could not be told is off, and never looks like a pass."""
    return [_row(report, line) for line in LINES if line.check in report.checks]


def _row(report: Report, line: _Line) -> Row:
    passed = report.checks[line.check]
    if passed is None:
        unread = line.check == "status" and report.state is State.STATUS_UNAVAILABLE
        return Row("off", str(line.name), _("could not be read") if unread else str(line.untold))
    if passed:
        return Row("ok", str(line.name), line.passed(report))
    # A withdrawn key that the register stands in for is no failure, and no plain pass either.
    tone = "care" if line.check == "issuer" and report.vouched_for else "stop"
    return Row(tone, str(line.name), line.failed(report))
