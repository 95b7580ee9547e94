"""Finding what matching knows of a person: settings, consent, proven skills, invitations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.certification.models import Certificate, CertificateSkill
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.errors import NotFoundError
from app.foundation.folding import folded
from app.jobs.models import Application, Offer
from app.jobs.rules import is_open
from app.matching.consent import PURPOSE
from app.matching.models import Consent, Invitation, MatchProfile
from app.skills.models import Skill


def find_profile(session: Session, account_id: int) -> MatchProfile | None:
    """A learner's matching settings, or None while they have never opened them."""
    return session.get(MatchProfile, account_id)


def find_last_consent(session: Session, account_id: int) -> Consent | None:
    """The last time this person agreed to be visible or withdrew it."""
    return session.scalar(
        select(Consent)
        .where(Consent.account_id == account_id, Consent.purpose == PURPOSE)
        .order_by(Consent.id.desc())
        .limit(1)
    )


@dataclass(frozen=True)
class ProvenSkill:
    """A skill as an employer sees it before any name: its level and how the exam was supervised."""

    name: Mapping[str, str]
    level: int
    assurance: int
    valid: bool


def proven_skills(session: Session, account_id: int) -> Sequence[ProvenSkill]:
    """What stage 1 shows of a person: the best proof of each skill, without dates, courses or certificates."""
    rows = session.execute(
        select(Skill.name, CertificateSkill.level, CertificateSkill.assurance, CertificateSkill.valid_until, Skill.slug)
        .join(CertificateSkill, CertificateSkill.skill_id == Skill.id)
        .join(Certificate, Certificate.id == CertificateSkill.certificate_id)
        .where(Certificate.account_id == account_id, Certificate.state == "valid", CertificateSkill.assurance > 0)
        .order_by(Skill.slug, CertificateSkill.level, CertificateSkill.assurance, Certificate.id)
    )
    today = clock.now().date()
    best = {
        slug: ProvenSkill(name, level, assurance, until is None or until >= today)
        for name, level, assurance, until, slug in rows
    }
    return sorted(best.values(), key=lambda skill: (-skill.level, folded(skill.name["fr"])))


def get_visible_account_id(session: Session, pseudonym: str) -> int:
    """Who stands behind a pseudonym, while they are visible; raises NotFoundError."""
    account_id = session.scalar(
        select(MatchProfile.account_id)
        .join(Account, Account.id == MatchProfile.account_id)
        .where(MatchProfile.pseudonym == pseudonym, MatchProfile.visible, Account.state == "active", ~Account.simulated)
    )
    if account_id is None:
        raise NotFoundError("candidate")
    return account_id


@dataclass(frozen=True)
class ReceivedInvitation:
    """An invitation with its offer."""

    invitation: Invitation
    offer: Offer

    @property
    def waiting(self) -> bool:
        return self.invitation.state == "sent"

    @property
    def open(self) -> bool:
        """Does the offer still take applications?"""
        taking = is_open(self.offer.state, self.offer.closes_on, clock.now().date())
        return taking and self.offer.employer.approved_at is not None


def invitations_of(session: Session, actor: Actor) -> Sequence[ReceivedInvitation]:
    """The invitations this person received, unanswered first, then newest."""
    rows = session.execute(
        select(Invitation, Offer)
        .join(Offer, Offer.id == Invitation.offer_id)
        .where(Invitation.account_id == actor.account_id)
        .order_by(Invitation.state != "sent", Invitation.sent_at.desc(), Invitation.id.desc())
    )
    return [ReceivedInvitation(*row) for row in rows]


def get_invitation_of(session: Session, actor: Actor, public_id: str) -> Invitation:
    """An invitation this person received; raises NotFoundError."""
    invitation = session.scalar(
        select(Invitation).where(Invitation.public_id == public_id, Invitation.account_id == actor.account_id)
    )
    if invitation is None:
        raise NotFoundError("invitation")
    return invitation


def find_invitation(session: Session, offer: Offer, account_id: int) -> Invitation | None:
    """The invitation of a person to an offer, or None."""
    return session.scalar(
        select(Invitation).where(Invitation.offer_id == offer.id, Invitation.account_id == account_id)
    )


def has_applied(session: Session, offer: Offer, account_id: int) -> bool:
    """Has this person answered the offer?"""
    found = select(Application.id).where(Application.offer_id == offer.id, Application.account_id == account_id)
    return session.scalar(found) is not None


def get_account_id(session: Session, name: str) -> int:
    """The account of an e-mail address or a public id: for the command line; raises NotFoundError."""
    account_id = session.scalar(
        select(Account.id).where((Account.email_key == name.casefold()) | (Account.public_id == name.upper()))
    )
    if account_id is None:
        raise NotFoundError("account")
    return account_id
