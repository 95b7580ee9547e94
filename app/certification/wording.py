"""Words of certificates for people: why one was revoked or suspended, what happened to it."""

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


STYLES: dict[str, LazyText] = {"span": _l("Span"), "classic": _l("Classic"), "plain": _l("Plain")}
STYLES_DESCRIBED: dict[str, LazyText] = {
    "span": _l("Span: the bridge crosses the page, the spans reached in ink"),
    "classic": _l("Classic: a frame, everything on the axis, an engraved seal"),
    "plain": _l("Plain: type alone"),
}

OUTCOMES: dict[str, LazyText] = {
    "issue": _l("to be issued"),
    "waiting": _l("waits for the signing key"),
    "held": _l("has one already"),
    "no-award": _l("the exam passed awards nothing"),
    "not-passed": _l("has not passed the exam"),
    "nobody": _l("nobody has this address"),
    "issued": _l("issued"),
    "refused": _l("refused"),
}

EVENTS: dict[str, LazyText] = {
    "certificate.earned": _l("Earned"),
    "certificate.issued": _l("Signed and issued"),
    "certificate.suspended": _l("Suspended"),
    "certificate.reinstated": _l("Reinstated"),
    "certificate.revoked": _l("Revoked"),
    "certificate.name-corrected": _l("Name corrected, replaced by another certificate"),
    "certificate.renewed": _l("Renewed without an exam, replaced by another certificate"),
    "certificate.signed-anew": _l("Signed anew after a key was withdrawn"),
    "certificate.holder-erased": _l("Holder erased"),
    "certificate.name": _l("Visibility of the name chosen"),
}


def event_in_words(event: str) -> str:
    """What happened, from its name in the audit record."""
    return str(EVENTS.get(event, event))


def reason_in_words(reason: str | None) -> str:
    """The category of a revocation or a suspension in the language of the page; empty without one."""
    return str((REASONS | SUSPENSION_REASONS).get(reason or "", ""))
