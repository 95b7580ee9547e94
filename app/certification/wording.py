"""Words of certificates for people: why one was revoked, how it was earned."""

from __future__ import annotations

from app.certification.rules import Reason, SuspensionReason
from app.foundation.i18n import LazyText
from app.foundation.i18n import lazy_gettext as _l

REASONS: dict[str, LazyText] = {
    Reason.MARKING_ERROR: _l("error in marking"),
    Reason.ISSUED_IN_ERROR: _l("issued by mistake"),
    Reason.MISCONDUCT: _l("rules of the exam broken"),
    Reason.HOLDER_REQUEST: _l("at the holder’s request"),
}


SUSPENSION_REASONS: dict[str, LazyText] = {
    SuspensionReason.UNDER_REVIEW: _l("under review"),
    SuspensionReason.APPEAL: _l("an appeal is open"),
    SuspensionReason.IDENTITY_CHECK: _l("identity to be confirmed"),
}


def reason_in_words(reason: str | None) -> str:
    """The category of a revocation or a suspension in the language of the page; empty without one."""
    return str((REASONS | SUSPENSION_REASONS).get(reason or "", ""))
