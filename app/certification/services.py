"""Services of certificates: award, issue, revoke, suspend, reinstate, correct, renew; and forget a holder."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.assessment.events import ExamPassed
from app.assessment.models import Result
from app.assessment.queries import find_result, pool_size
from app.assessment.services import annul_attempt
from app.audit.services import record
from app.certification import queries, rules
from app.certification.documents import awarded_at
from app.certification.files import forget_pictures
from app.certification.models import Achievement, Certificate
from app.certification.moves import move, withdraw
from app.certification.queries import PassedAttempt
from app.certification.rules import State
from app.certification.signatures import send_letter, sign_or_wait
from app.foundation import clock
from app.foundation.actor import SYSTEM, Actor
from app.foundation.errors import ConflictError, NotFoundError, RuleError
from app.foundation.i18n import gettext as _
from app.foundation.identifiers import new_public_id
from app.foundation.typography import typeset
from app.skills.models import Skill
from app.skills.queries import skills_by_slug
from certificates.credential import presentable

REVOKED, SUSPENDED = "certificate-revoked", "certificate-suspended"
REVEAL_KEY_BYTES = 16
LONGEST_TEXT = 3900  # typography may add a few signs to it, and a credential takes 4,000
# What a certificate never shares with the one that it replaces.
OF_ITS_OWN = frozenset(
    {"id", "public_id", "reveal_key", "holder_key", "supersedes_id", "state", "state_since", "reason"}
)


def award_if_eligible(session: Session, event: ExamPassed) -> None:
    """Certify a passed exam in the transaction that released it, where its settings award something."""
    passed = queries.find_passed_attempt(session, event.attempt_id)
    if passed is not None and passed.exam_version.settings.get("awards"):
        issue_certificate(session, actor=SYSTEM, attempt_id=event.attempt_id)


def issue_certificate(session: Session, *, actor: Actor, attempt_id: int) -> Certificate:
    """The certificate of a passed attempt: made and signed if it is not yet; one, whoever else asks at once."""
    certificate = queries.find_certificate_of_attempt(session, attempt_id)
    if certificate is None:
        certificate = _create(session, actor, _eligible(session, attempt_id))
    sign_if_pending(session, certificate)
    return certificate


def sign_if_pending(session: Session, certificate: Certificate) -> None:
    """Sign a certificate that waited for a key; one that is signed stays as it is."""
    if certificate.state == State.PENDING:
        sign_or_wait(session, certificate)


def _eligible(session: Session, attempt_id: int) -> tuple[PassedAttempt, Result]:
    passed = queries.find_passed_attempt(session, attempt_id)
    result = find_result(session, attempt_id)
    if passed is None or result is None:
        raise NotFoundError("attempt")
    if not result.passed or not passed.exam_version.settings.get("awards"):
        raise RuleError(_("This attempt earns no certificate: the exam was not passed, or awards nothing."))
    return passed, result


def _create(session: Session, actor: Actor, eligible: tuple[PassedAttempt, Result]) -> Certificate:
    """A pending certificate; the unique attempt lets one through, and everyone else gets that one."""
    passed, result = eligible
    certificate = _certificate(session, passed, result)
    renewed = queries.find_renewable(
        session, passed.account.id, passed.course.id, passed.exam_version.settings["awards"]["level"]
    )
    certificate.supersedes_id = renewed.id if renewed else None
    try:
        with session.begin_nested():
            # The record comes first: its lock makes every award wait in the same line, so none waits in a ring.
            record(
                session, actor=actor, event="certificate.earned", subject=certificate.public_id,
                details={"attempt": passed.attempt.public_id, **certificate.earned},
            )  # fmt: skip
            certificate.achievement = _achievement(session, passed)
            session.add(certificate)
            session.flush()
    except IntegrityError:
        winner = queries.find_certificate_of_attempt(session, passed.attempt.id)
        if winner is None:
            raise
        return winner
    return certificate


def _certificate(session: Session, passed: PassedAttempt, result: Result) -> Certificate:
    now = clock.now()
    awards: dict[str, Any] = passed.exam_version.settings["awards"]
    language = rules.language_of(passed.exam_version.title, passed.account.language)
    return Certificate(
        public_id=new_public_id(),
        account_id=passed.account.id,
        attempt_id=passed.attempt.id,
        holder_name=presentable(passed.account.name),
        reveal_key=secrets.token_urlsafe(REVEAL_KEY_BYTES),
        language=language,
        state=State.PENDING.value,
        state_since=now,
        earned={
            "score": float(rules.score_ratio(result.total, result.max_points)),
            "cut": float(rules.score_ratio(result.cut, result.max_points)),
            "items": len(passed.attempt.items),
            "pool": pool_size(session, passed.exam_version),
            "attempt": passed.attempt.number,
            "attempts_allowed": passed.exam_version.settings.get("max_attempts"),
            "minutes": _minutes(passed.exam_version.settings.get("duration_s")),
            "supervised": False,
            "course_version": str(passed.course_version.number),
        },
        issued_at=now,
        expires_at=rules.expiry(now, awards.get("validity_months")),
        design=_design(session, passed, language),
    )


def _design(session: Session, passed: PassedAttempt, language: str) -> dict[str, Any]:
    """How it looks, frozen: later choices are for later certificates."""
    design = queries.design_of(session, passed.course.id)
    second = rules.second_language(design["second_language"], language, passed.exam_version.title)
    return design | {"second_language": second}


def _minutes(seconds: int | None) -> int | None:
    return round(seconds / 60) if seconds else None


def _achievement(session: Session, passed: PassedAttempt) -> Achievement:
    """What the exam version awards, frozen at its first award."""
    known = queries.find_achievement_of(session, passed.exam_version.id)
    if known is not None:
        return known
    settings: dict[str, Any] = passed.exam_version.settings
    awards = settings["awards"]
    achievement = Achievement(
        public_id=new_public_id(),
        exam_version_id=passed.exam_version.id,
        course_id=passed.course.id,
        course_slug=passed.course.slug,
        course_version=str(passed.course_version.number),
        name=_typeset(passed.exam_version.title),
        description=_typeset(settings["description"]),
        criteria=_typeset(settings["criteria"]),
        tier=awards["level"],
        assurance=awards["assurance"],
        validity_months=awards.get("validity_months"),
        skills=_skills(session, awards["skills"]),
    )
    session.add(achievement)
    session.flush()
    return achievement


def _typeset(texts: dict[str, str]) -> dict[str, str]:
    return {language: typeset(presentable(text, LONGEST_TEXT), language) for language, text in texts.items()}


def _skills(session: Session, levels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = skills_by_slug(session, [level["id"] for level in levels])
    return [_frozen_skill(known[level["id"]], level["level"]) for level in levels]


def _frozen_skill(skill: Skill, tier: int) -> dict[str, Any]:
    return {"id": skill.slug, "name": _typeset(skill.name), "tier": tier, "esco": skill.esco_uri}


def revoke_certificate(session: Session, *, actor: Actor, certificate: Certificate, reason: str) -> None:
    """Take a certificate back for ever: register, status list, evidence and exam agree from the commit on."""
    if reason not in {one.value for one in rules.Reason}:
        raise RuleError(_("Choose one of the reasons for revoking."))
    if not move(session, certificate, State.REVOKED, reason):
        raise ConflictError(_refusal(certificate))
    _withdrawn(session, actor, certificate, "certificate.revoked", REVOKED)
    if reason in rules.ANNULS_THE_PASS and certificate.attempt_id is not None:
        annul_attempt(session, actor=actor, attempt_id=certificate.attempt_id, reason=reason)


def suspend_certificate(session: Session, *, actor: Actor, certificate: Certificate, reason: str) -> None:
    """Let a certificate count for nothing until it is reinstated or revoked; others read it as revoked meanwhile."""
    if reason not in {one.value for one in rules.SuspensionReason}:
        raise RuleError(_("Choose one of the reasons for suspending."))
    if not move(session, certificate, State.SUSPENDED, reason):
        raise ConflictError(_refusal(certificate))
    _withdrawn(session, actor, certificate, "certificate.suspended", SUSPENDED)


def _withdrawn(session: Session, actor: Actor, certificate: Certificate, event: str, letter: str) -> None:
    details = {"reason": certificate.reason}
    record(session, actor=actor, event=event, subject=certificate.public_id, details=details)
    withdraw(session, certificate)
    moment = f"{certificate.state_since:%Y%m%dT%H%M%S%f}"  # of two in one second, each has its letter
    send_letter(session, certificate, letter, f"{letter}-{certificate.public_id}-{moment}")


def reinstate_certificate(session: Session, *, actor: Actor, certificate: Certificate) -> None:
    """End a suspension: a bit once set is never cleared, so the certificate is signed anew under its own number."""
    if certificate.holder_name is None:
        raise RuleError(_("The holder of this certificate was erased: it cannot be signed again."))
    if not move(session, certificate, State.PENDING):
        raise ConflictError(_refusal(certificate))
    record(session, actor=actor, event="certificate.reinstated", subject=certificate.public_id)
    sign_or_wait(session, certificate)


def correct_name(session: Session, *, actor: Actor, certificate: Certificate, name: str) -> Certificate:
    """A new certificate with the right name in place of this one; its dates and what it proves stay as they are."""
    name = presentable(name)
    if not name:
        raise RuleError(_("Type the name as it should be printed."))
    if name == certificate.holder_name:
        raise RuleError(_("This is the name it bears already."))
    return _replace(session, actor, certificate, "certificate.name-corrected", holder_name=name)


def renew_certificate(session: Session, *, actor: Actor, certificate: Certificate) -> Certificate:
    """A new certificate that holds from today as long as the first did, without a new exam, and says so."""
    months = certificate.achievement.validity_months
    if months is None or certificate.expires_at is None:
        raise RuleError(_("This certificate never expires: there is nothing to renew."))
    now = clock.now()
    earned = {**certificate.earned, "awarded_at": awarded_at(certificate).isoformat()}
    return _replace(
        session, actor, certificate, "certificate.renewed",
        earned=earned, issued_at=now, expires_at=rules.expiry(now, months),
    )  # fmt: skip


def _replace(session: Session, actor: Actor, certificate: Certificate, event: str, **changes: object) -> Certificate:
    """The one successor of a valid certificate, signed at once or waiting for a key."""
    session.refresh(certificate, with_for_update=True)
    waiting = queries.find_successor(session, certificate.id)
    if certificate.state != State.VALID or waiting is not None:
        raise ConflictError(_refusal(certificate))
    if certificate.account_id is None or certificate.holder_name is None:
        raise RuleError(_("The holder of this certificate was erased: it cannot be signed again."))
    successor = Certificate(
        **{
            column.key: getattr(certificate, column.key)
            for column in Certificate.__table__.columns
            if column.key not in OF_ITS_OWN
        }
        | {
            "public_id": new_public_id(),
            "reveal_key": secrets.token_urlsafe(REVEAL_KEY_BYTES),
            "supersedes_id": certificate.id,
            "state": State.PENDING.value,
            "state_since": clock.now(),
        }
        | changes,
    )
    session.add(successor)
    session.flush()
    record(session, actor=actor, event=event, subject=certificate.public_id, details={"by": successor.public_id})
    sign_or_wait(session, successor)
    return successor


def _refusal(certificate: Certificate) -> str:
    """Why the state of a certificate forbids what was asked."""
    return {
        State.PENDING: _("This certificate waits to be signed: try again in a minute."),
        State.VALID: _("This certificate is valid, or is being replaced just now."),
        State.SUSPENDED: _("This certificate is suspended: reinstate it first."),
        State.REVOKED: _("This certificate is revoked already."),
        State.SUPERSEDED: _("This certificate has been replaced: act on its successor."),
    }[State(certificate.state)]


def forget_holder(session: Session, account_id: int) -> int:
    """Erase the holder from their certificates; what they hold themselves still verifies, by its hash.

    Gone: the name, the key that reveals it, the signed documents and the pictures. Kept: the number, the hashes, what
    was achieved, the dates and the state (trust.md §7). Returns how many certificates there were.
    """
    held = queries.certificates_of(session, account_id)
    for certificate in held:
        if certificate.state == State.PENDING:  # nobody is left to sign it for
            move(session, certificate, State.REVOKED, rules.Reason.HOLDER_REQUEST.value)
        certificate.holder_name = certificate.reveal_key = certificate.account_id = None
        certificate.name_public = False
        for document in queries.documents_of(session, certificate.id):
            document.credential = document.jwt = None
        forget_pictures(session, certificate.id)
        session.flush()
        record(session, actor=SYSTEM, event="certificate.holder-erased", subject=certificate.public_id)
    return len(held)


def show_name(session: Session, *, actor: Actor, certificate: Certificate, public: bool) -> None:
    """The holder's choice: whether the page by number shows the whole name."""
    certificate.name_public = public
    session.flush()
    record(session, actor=actor, event="certificate.name", subject=certificate.public_id, details={"public": public})
