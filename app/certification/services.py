"""Services of certificates: award, sign, revoke, and let a holder choose whether their name shows."""

from __future__ import annotations

import hashlib
import logging
import secrets
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.assessment.events import ExamPassed
from app.assessment.models import Result
from app.assessment.queries import find_result, pool_size
from app.audit.services import record
from app.certification import queries, rules, status_lists
from app.certification.documents import credential_of
from app.certification.events import CertificateIssued, CertificateRevoked
from app.certification.keyring import current_ring, find_signer
from app.certification.models import Achievement, Certificate, CertificateDocument, CertificateSkill
from app.certification.queries import PassedAttempt
from app.foundation import clock, outbox
from app.foundation.actor import SYSTEM, Actor
from app.foundation.errors import ConflictError, NotFoundError, RuleError
from app.foundation.events import publish
from app.foundation.i18n import gettext as _
from app.foundation.identifiers import new_public_id
from app.foundation.typography import typeset
from app.skills.models import Skill
from app.skills.queries import skills_by_slug
from certificates.credential import presentable
from certificates.errors import CertificateError
from certificates.signing import serialise, sign

log = logging.getLogger("app.certification")
PDF = "certificate-pdf"
LETTER = "certificate-issued"
REVEAL_KEY_BYTES = 16
LONGEST_TEXT = 3900  # typography may add a few signs to it, and a credential takes 4,000


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
    if certificate.state == rules.State.PENDING:
        _sign_or_wait(session, certificate)
    return certificate


def _sign_or_wait(session: Session, certificate: Certificate) -> bool:
    """Sign, or leave it pending: what a credential cannot carry must not undo an exam that was handed in."""
    try:
        with session.begin_nested():
            return sign_certificate(session, certificate)
    except CertificateError as error:
        session.refresh(certificate)
        why = {"certificate": certificate.public_id, "why": str(error)}
        log.error("certificate could not be signed", extra={"fields": why})
        return False


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
    return Certificate(
        public_id=new_public_id(),
        account_id=passed.account.id,
        attempt_id=passed.attempt.id,
        holder_name=presentable(passed.account.name),
        reveal_key=secrets.token_urlsafe(REVEAL_KEY_BYTES),
        language=rules.language_of(passed.exam_version.title, passed.account.language),
        state=rules.State.PENDING.value,
        earned={
            "score": float(rules.score_ratio(result.total, result.max_points)),
            "cut": float(rules.score_ratio(result.cut, result.max_points)),
            "items": len(passed.attempt.items),
            "pool": pool_size(session, passed.exam_version.id),
            "attempt": passed.attempt.number,
            "attempts_allowed": passed.exam_version.settings.get("max_attempts"),
            "minutes": _minutes(passed.exam_version.settings.get("duration_s")),
            "supervised": False,
            "course_version": str(passed.course_version.number),
        },
        issued_at=now,
        expires_at=rules.expiry(now, awards.get("validity_months")),
    )


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


def sign_certificate(session: Session, certificate: Certificate) -> bool:
    """Sign a pending certificate and tell the rest; false when this process has no private key: it waits."""
    ring, signer = current_ring(session), find_signer(session)
    if ring is None or signer is None:
        log.warning("certificate waits for a key", extra={"fields": {"certificate": certificate.public_id}})
        return False
    now = clock.now()
    status_list, index = status_lists.reserve_index(session, signer, ring.issuer.url)
    course = queries.course_slug(session, certificate.achievement.course_id)
    credential = credential_of(certificate, ring.issuer, status_list.number, index, course)
    signed = serialise(sign(credential, signer, now))
    session.add(
        CertificateDocument(
            certificate_id=certificate.id,
            revision=1,
            credential=signed.decode(),
            credential_sha256=hashlib.sha256(signed).hexdigest(),
            key_id=signer.key_id.partition("#")[2],
            status_list_id=status_list.id,
            status_index=index,
            signed_at=now,
        )
    )
    certificate.state = rules.State.VALID.value
    session.flush()
    _add_evidence(session, certificate)
    _announce(session, certificate)
    return True


def _add_evidence(session: Session, certificate: Certificate) -> None:
    """One row a proven skill: what matching reads."""
    achievement = certificate.achievement
    known = skills_by_slug(session, [skill["id"] for skill in achievement.skills])
    for skill in achievement.skills:
        session.add(
            CertificateSkill(
                certificate_id=certificate.id,
                skill_id=known[skill["id"]].id,
                level=skill["tier"],
                assurance=achievement.assurance,
                issued_on=certificate.issued_at.date(),
                valid_until=certificate.expires_at.date() if certificate.expires_at else None,
            )
        )
    session.flush()


def _announce(session: Session, certificate: Certificate) -> None:
    record(session, actor=SYSTEM, event="certificate.issued", subject=certificate.public_id)
    for kind, payload in (
        (PDF, {"certificate_id": certificate.id}),
        ("mail", {"letter": LETTER, "certificate_id": certificate.id}),
    ):
        outbox.enqueue(
            session,
            kind,
            dedupe_key=f"{LETTER if kind == 'mail' else kind}-{certificate.public_id}",
            recipient_id=certificate.account_id,
            language=certificate.language,
            payload=payload,
        )
    if certificate.account_id is not None:
        publish(session, CertificateIssued(certificate_id=certificate.id, account_id=certificate.account_id))


def sign_what_waits(session: Session) -> int:
    """The worker's round: sign what waited for a key, and lists that changed or grow old; returns how many."""
    ring, signer = current_ring(session), find_signer(session)
    if ring is None or signer is None:
        return 0
    signed = status_lists.renew_lists(session, signer, ring.issuer.url)
    for certificate_id in queries.pending_certificates(session):
        certificate = session.get(Certificate, certificate_id, with_for_update=True, populate_existing=True)
        if certificate is not None and certificate.state == rules.State.PENDING:
            signed += _sign_or_wait(session, certificate)
    return signed


def signing_is_due(session: Session) -> bool:
    """Would the round above have something to do?"""
    return queries.signing_is_due(session, clock.now() - rules.STATUS_LIST_RENEWAL)


def revoke_certificate(session: Session, *, actor: Actor, certificate: Certificate, reason: str) -> None:
    """Take a certificate back for ever: register, status list and evidence agree from the commit on."""
    if reason not in {one.value for one in rules.Reason}:
        raise RuleError(_("Choose one of the reasons for revoking."))
    session.refresh(certificate, with_for_update=True)
    if certificate.state == rules.State.REVOKED:
        raise ConflictError(_("This certificate is revoked already."))
    certificate.state = rules.State.REVOKED.value
    certificate.revoked_at = clock.now()
    certificate.revocation_reason = reason
    session.flush()
    record(session, actor=actor, event="certificate.revoked", subject=certificate.public_id, details={"reason": reason})
    _publish_revocation(session, certificate)
    if certificate.account_id is not None:
        publish(session, CertificateRevoked(certificate_id=certificate.id, account_id=certificate.account_id))


def _publish_revocation(session: Session, certificate: Certificate) -> None:
    """Set the bit of every document; without a key here, the worker signs the list on its next round."""
    ring, signer = current_ring(session), find_signer(session)
    for document in queries.documents_of(session, certificate.id):
        row = status_lists.set_bit(session, document.status_list_id, document.status_index)
        if ring is not None and signer is not None:
            status_lists.sign_list(session, row, signer, ring.issuer.url)


def show_name(session: Session, *, actor: Actor, certificate: Certificate, public: bool) -> None:
    """The holder's choice: whether the page by number shows the whole name."""
    certificate.name_public = public
    session.flush()
    record(session, actor=actor, event="certificate.name", subject=certificate.public_id, details={"public": public})
