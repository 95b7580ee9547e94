"""What an employer reads for each state: a title, what it means, what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.certification.wording import reason_in_words
from app.foundation import clock
from app.foundation.i18n import gettext as _
from app.foundation.wording import day_in_words, moment_in_words
from app.verification.reports import Report
from certificates.verification import State


@dataclass(frozen=True)
class Words:
    """The verdict in words."""

    title: str
    sentence: str
    advice: str


def words(report: Report) -> Words:
    """The words of a report, in the language of the page."""
    return WORDS[report.state](report)


def unknown_number() -> Words:
    """Nobody has this number here."""
    return Words(
        _("Certificate not found"),
        _("No certificate bears this number here. A letter may be missing, or one may have been misread."),
        _("It has 26 letters and digits, without I, L, O and U. Compare it with the document, then type it again."),
    )


def being_signed() -> Words:
    """It was earned, and waits for its signature; said only to whoever has its printed link."""
    return Words(
        _("Certificate being signed"),
        _("This certificate was earned and waits for its signature. Until then it proves nothing."),
        _("Open this link again in a few minutes."),
    )


def _valid(report: Report) -> Words:
    now = moment_in_words(clock.now())
    if report.vouched_for:
        return Words(
            _("Valid certificate"),
            _(
                "The key that signed it was withdrawn on %(day)s, but this very document was in the register of "
                "%(issuer)s before anybody else could use that key. Checked just now, on %(now)s.",
                day=day_in_words(report.key_withdrawn_at) if report.key_withdrawn_at else "",
                issuer=report.issuer_name,
                now=now,
            ),
            "",
        )
    return Words(
        _("Valid certificate"),
        _(
            "Signed by %(issuer)s, neither revoked nor expired. Checked just now, on %(now)s.",
            issuer=report.issuer_name,
            now=now,
        ),
        "",
    )


def _not_yet_valid(report: Report) -> Words:
    start = day_in_words(report.facts.issued_at) if report.facts else ""
    return Words(
        _("Certificate not valid yet"),
        _("This certificate is authentic, but takes effect only on %(day)s.", day=start),
        _("Come back on that day."),
    )


def _expired(report: Report) -> Words:
    facts = report.facts
    start, end = (facts.issued_at, facts.expires_at) if facts else (None, None)
    return Words(
        _("Certificate expired"),
        _(
            "This certificate is authentic. It was valid from %(start)s to %(end)s.",
            start=day_in_words(start) if start else "",
            end=day_in_words(end) if end else "",
        ),
        _("Ask the holder whether they have renewed it."),
    )


def _revoked(report: Report) -> Words:
    return Words(
        _("Certificate revoked"),
        _(
            "The issuer took this certificate back on %(day)s. Reason: %(reason)s.",
            day=day_in_words(report.since) if report.since else "",
            reason=reason_in_words(report.reason),
        ),
        _("Do not rely on it. The withdrawal is final."),
    )


def _suspended(report: Report) -> Words:
    return Words(
        _("Certificate suspended"),
        _(
            "The issuer suspended this certificate on %(day)s. Reason: %(reason)s.",
            day=day_in_words(report.since) if report.since else "",
            reason=reason_in_words(report.reason) or _("being reinstated"),
        ),
        _("Do not rely on it for now: it will be reinstated or revoked. Verify it again later."),
    )


def _superseded(report: Report) -> Words:
    if report.superseded_by == report.number:
        return Words(
            _("Certificate replaced"),
            _("This file is authentic, but the certificate was signed anew since, under the same number."),
            _("Verify its number, or ask the holder for the newest file."),
        )
    return Words(
        _("Certificate replaced"),
        _(
            "This certificate is authentic, but another one replaced it on %(day)s.",
            day=day_in_words(report.since) if report.since else "",
        ),
        _("Verify the certificate that replaced it."),
    )


def _tampered(report: Report) -> Words:
    if report.kind == "number":
        return Words(
            _("Tampered certificate"),
            _("What is kept here of this certificate no longer matches its signature."),
            _("Do not rely on this page. Ask the holder for the file, and tell those who run this site."),
        )
    return Words(
        _("Tampered certificate"),
        _("The content does not match the signature: it was changed after it was issued, or never was ours."),
        _("Do not rely on it. Ask the holder for the original file."),
    )


def _altered(_report: Report) -> Words:
    return Words(
        _("Altered file"),
        _("The signed credential inside is authentic, but the file around it is not the one that was issued."),
        _("Rely only on the facts below, which are signed, and not on what the page of the file says."),
    )


def _wrong_issuer(report: Report) -> Words:
    return Words(
        _("Another issuer"),
        _("This certificate does not come from %(issuer)s: it names another issuer.", issuer=report.issuer_name or "–"),
        _("Have it verified by the issuer named in the file. This site can vouch only for its own certificates."),
    )


def _key_withdrawn(report: Report) -> Words:
    day = report.key_withdrawn_at
    when = _("The key that signed it was withdrawn on %(day)s.", day=day_in_words(day)) if day else ""
    when = when or _("The key that signed it has been withdrawn: its signature alone proves nothing any more.")
    if report.signed_anew:
        anew = _("This certificate was signed anew under the same number.")
        return Words(
            _("Key withdrawn"), when + " " + anew, _("Verify its number, or ask the holder for the newest file.")
        )
    if report.superseded_by:
        other = _("Another certificate has replaced this one.")
        return Words(_("Key withdrawn"), when + " " + other, _("Verify the certificate that replaced it."))
    return Words(_("Key withdrawn"), when, _("Ask the holder for the version that was signed anew."))


def _status_unavailable(_report: Report) -> Words:
    return Words(
        _("Status unknown for now"),
        _("The signature is good, but whether it has been revoked could not be read just now."),
        _("This is not a yes. Try again in a few minutes."),
    )


def _unknown(report: Report) -> Words:
    if report.key_withdrawn_at:
        return Words(
            _("Certificate not in the register"),
            _(
                "It was signed with a key that was withdrawn on %(day)s, and it is not among those issued here: "
                "it was not issued by us.",
                day=day_in_words(report.key_withdrawn_at),
            ),
            _("Do not rely on it. Ask the holder for the number of their certificate, and verify that."),
        )
    return Words(
        _("Certificate not in the register"),
        _("The signature is good, but this certificate is not among those issued here."),
        _("Do not rely on it. Ask the holder for the number of their certificate, and verify that."),
    )


def _malformed(_report: Report) -> Words:
    return Words(
        _("Unreadable file"),
        _("No signed credential could be read in this file: it is damaged, or is something else."),
        _(
            "A scan, a photo or a printed copy carries none: ask for the original file (PDF, PNG, SVG, JSON or JWT), "
            "of 2 MB at most."
        ),
    )


WORDS: Mapping[State, Callable[[Report], Words]] = {
    State.VALID: _valid,
    State.NOT_YET_VALID: _not_yet_valid,
    State.EXPIRED: _expired,
    State.REVOKED: _revoked,
    State.SUSPENDED: _suspended,
    State.SUPERSEDED: _superseded,
    State.TAMPERED: _tampered,
    State.ALTERED: _altered,
    State.WRONG_ISSUER: _wrong_issuer,
    State.KEY_WITHDRAWN: _key_withdrawn,
    State.STATUS_UNAVAILABLE: _status_unavailable,
    State.UNKNOWN: _unknown,
    State.MALFORMED: _malformed,
}
