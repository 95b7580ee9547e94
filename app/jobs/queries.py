"""Finding employers, offers and applications; whose they are stands in the WHERE."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, selectinload

from app.accounts.models import Account
from app.audit.models import AuditBody, AuditEntry
from app.certification.models import Certificate
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.errors import NotFoundError
from app.foundation.folding import folded
from app.foundation.paging import PageOf
from app.jobs.models import Application, ApplicationCertificate, ApplicationChange, Employer, Offer, OfferRequirement
from app.skills.models import Skill

PAGE_SIZE = 20
PLACE_MARK = "\nplace:"  # folding removes line ends and colons, so no offer's own words can imitate it
JUSTIFIED = "offer.justified"
SHOWN_FIRST = ("published", "draft", "closed")


def today() -> date:
    """The day by which offers open and close."""
    return clock.now().date()


def searchable(offer: Offer, employer: str, skills: Sequence[Skill]) -> str:
    """The folded words of an offer, its place last and marked."""
    names = " ".join(text for skill in skills for text in skill.name.values())
    words = folded(f"{offer.title} {employer} {offer.place} {names} {offer.description}")
    return f"{words}{PLACE_MARK}{folded(offer.place)}"


# Employers


def find_employer(session: Session, actor: Actor) -> Employer | None:
    """The organisation of this account, or None before it has been described."""
    return session.scalar(select(Employer).where(Employer.account_id == actor.account_id))


def get_employer(session: Session, public_id: str) -> Employer:
    """An organisation by its public id, for administrators; raises NotFoundError."""
    employer = session.scalar(select(Employer).where(Employer.public_id == public_id))
    if employer is None:
        raise NotFoundError("employer")
    return employer


@dataclass(frozen=True)
class EmployerLine:
    """An organisation with the person who speaks for it."""

    employer: Employer
    person: str
    email: str


def employers(session: Session) -> Sequence[EmployerLine]:
    """Every organisation, those waiting for approval first, oldest first."""
    rows = session.execute(
        select(Employer, Account.name, Account.email)
        .join(Account, Account.id == Employer.account_id)
        .order_by(Employer.approved_at.is_not(None), Employer.created_at, Employer.id)
    )
    return [EmployerLine(*row) for row in rows]


def employers_waiting(session: Session) -> int:
    """How many organisations wait for approval."""
    return session.scalar(select(func.count(Employer.id)).where(Employer.approved_at.is_(None))) or 0


# Offers


def open_offers() -> Select[Offer]:
    """Offers that take applications today: published, not past their closing day, employer approved."""
    return (
        select(Offer)
        .join(Employer, Employer.id == Offer.employer_id)
        .where(Offer.state == "published", Offer.closes_on >= today(), Employer.approved_at.is_not(None))
    )


@dataclass(frozen=True)
class OfferSearch:
    """What somebody looks for; empty means anything."""

    text: str = ""
    place: str = ""
    contracts: tuple[str, ...] = ()
    remotes: tuple[str, ...] = ()


def offers_found(session: Session, wanted: OfferSearch, page: int) -> PageOf[Offer]:
    """Open offers that match every filter, newest first."""
    matching = _filtered(open_offers(), wanted)
    total = session.scalar(select(func.count()).select_from(matching.with_only_columns(Offer.id).subquery())) or 0
    rows = session.scalars(
        matching.order_by(Offer.published_at.desc(), Offer.id.desc()).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    ).all()
    return PageOf(rows=rows, number=page, size=PAGE_SIZE, total=total)


def _filtered(statement: Select[Offer], wanted: OfferSearch) -> Select[Offer]:
    for word in folded(wanted.text).split():
        statement = statement.where(Offer.folded.contains(word, autoescape=True))
    if folded(wanted.place):
        statement = statement.where(
            Offer.folded.like(f"%{PLACE_MARK}%{folded(wanted.place)}%")  # folded: no % and no _ are left in it
        )
    if wanted.contracts:
        statement = statement.where(Offer.contract.in_(wanted.contracts))
    if wanted.remotes:
        statement = statement.where(Offer.remote.in_(wanted.remotes))
    return statement


def get_public_offer(session: Session, public_id: str, actor: Actor | None) -> Offer:
    """An open offer, or one that this person has answered; raises NotFoundError."""
    answered = select(Application.offer_id).where(Application.account_id == (actor.account_id if actor else 0))
    wanted = open_offers().with_only_columns(Offer.id).where(Offer.public_id == public_id)
    return _one_offer(
        session,
        select(Offer).where(Offer.public_id == public_id, or_(Offer.id.in_(wanted), Offer.id.in_(answered))),
    )


def get_once_public_offer(session: Session, public_id: str) -> Offer:
    """An offer that people may have read, open or not any more; raises NotFoundError."""
    return _one_offer(session, select(Offer).where(Offer.public_id == public_id, Offer.published_at.is_not(None)))


def get_offer_of(session: Session, actor: Actor, public_id: str) -> Offer:
    """An offer of this person's own organisation; raises NotFoundError."""
    return _one_offer(
        session,
        select(Offer)
        .join(Employer, Employer.id == Offer.employer_id)
        .where(Offer.public_id == public_id, Employer.account_id == actor.account_id),
    )


def get_offer(session: Session, public_id: str) -> Offer:
    """Any offer, whatever its state: for the command line; raises NotFoundError."""
    return _one_offer(session, select(Offer).where(Offer.public_id == public_id))


def _one_offer(session: Session, statement: Select[Offer]) -> Offer:
    offer = session.scalar(statement.options(selectinload(Offer.requirements)))
    if offer is None:
        raise NotFoundError("offer")
    return offer


@dataclass(frozen=True)
class OfferLine:
    """An offer in its employer's list, with the applications it received and those nobody has read."""

    offer: Offer
    applications: int
    unread: int


def offers_of(session: Session, employer: Employer) -> Sequence[OfferLine]:
    """An organisation's offers: published, then drafts, then closed; newest first."""
    received = select(func.count(Application.id)).where(Application.offer_id == Offer.id)
    rows = session.execute(
        select(Offer, received.scalar_subquery(), received.where(Application.state == "sent").scalar_subquery())
        .where(Offer.employer_id == employer.id)
        .order_by(Offer.created_at.desc(), Offer.id.desc())
    )
    return sorted((OfferLine(*row) for row in rows), key=lambda line: SHOWN_FIRST.index(line.offer.state))


@dataclass(frozen=True)
class AskedSkill:
    """A requirement with the name of its skill."""

    skill_id: int
    slug: str
    name: dict[str, str]
    esco_uri: str | None
    tier: int
    essential: bool


def skills_asked(session: Session, offer_id: int) -> Sequence[AskedSkill]:
    """What an offer asks, in its own order."""
    rows = session.execute(
        select(Skill.id, Skill.slug, Skill.name, Skill.esco_uri, OfferRequirement.tier, OfferRequirement.essential)
        .join(OfferRequirement, OfferRequirement.skill_id == Skill.id)
        .where(OfferRequirement.offer_id == offer_id)
        .order_by(OfferRequirement.position)
    )
    return [AskedSkill(*row) for row in rows]


def justifications_of(session: Session, offer: Offer) -> Mapping[str, str]:
    """The reasons written for wording that the linter refuses, by the finding's key; the audit record keeps them."""
    bodies = session.scalars(
        select(AuditBody.details)
        .join(AuditEntry, AuditEntry.seq == AuditBody.seq)
        .where(AuditEntry.event == JUSTIFIED, AuditEntry.subject == offer.public_id)
        .order_by(AuditEntry.seq)
    )
    return {body["finding"]: body["reason"] for body in bodies if "finding" in body}


# Applications


def find_application_to(session: Session, actor: Actor, offer: Offer) -> Application | None:
    """This person's answer to an offer, or None."""
    return session.scalar(
        select(Application).where(Application.offer_id == offer.id, Application.account_id == actor.account_id)
    )


def get_application_by(session: Session, actor: Actor, public_id: str) -> Application:
    """An application that this person sent; raises NotFoundError."""
    return _one_application(
        session,
        select(Application).where(Application.public_id == public_id, Application.account_id == actor.account_id),
    )


def get_application_to(session: Session, actor: Actor, public_id: str) -> Application:
    """An application that this person's organisation received; raises NotFoundError."""
    return _one_application(
        session,
        select(Application)
        .join(Offer, Offer.id == Application.offer_id)
        .join(Employer, Employer.id == Offer.employer_id)
        .where(Application.public_id == public_id, Employer.account_id == actor.account_id),
    )


def _one_application(session: Session, statement: Select[Application]) -> Application:
    application = session.scalar(statement)
    if application is None:
        raise NotFoundError("application")
    return application


def applications_by(session: Session, actor: Actor) -> Sequence[Application]:
    """What this person sent, newest first."""
    return session.scalars(
        select(Application)
        .where(Application.account_id == actor.account_id)
        .order_by(Application.sent_at.desc(), Application.id.desc())
    ).all()


def histories(session: Session, applications: Sequence[Application]) -> Mapping[int, Sequence[ApplicationChange]]:
    """The states each application went through, oldest first, in one statement."""
    changes = session.scalars(
        select(ApplicationChange)
        .where(ApplicationChange.application_id.in_([one.id for one in applications]))
        .order_by(ApplicationChange.at, ApplicationChange.id)
    ).all()
    return {one.id: [change for change in changes if change.application_id == one.id] for one in applications}


@dataclass(frozen=True)
class ReceivedApplication:
    """An application as its employer lists it; who sent it is known, because applying shows it."""

    application: Application
    name: str
    certificates: int


def applications_to(session: Session, employer: Employer, page: int) -> PageOf[ReceivedApplication]:
    """What an organisation received, unread first, then newest."""
    attached = select(func.count()).where(ApplicationCertificate.application_id == Application.id).scalar_subquery()
    ours = Application.offer_id.in_(select(Offer.id).where(Offer.employer_id == employer.id))
    total = session.scalar(select(func.count(Application.id)).where(ours))
    rows = session.execute(
        select(Application, Account.name, attached)
        .join(Account, Account.id == Application.account_id)
        .where(ours)
        .order_by(Application.state != "sent", Application.sent_at.desc(), Application.id.desc())
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    lines = [ReceivedApplication(*row) for row in rows]
    return PageOf(rows=lines, number=page, size=PAGE_SIZE, total=total or 0)


def get_applicant(session: Session, application: Application) -> Account:
    """Who sent an application."""
    account = session.get(Account, application.account_id)
    if account is None:
        raise NotFoundError("account")
    return account


def certificates_of(session: Session, actor: Actor) -> Sequence[Certificate]:
    """The certificates this person can attach: valid ones, newest first."""
    return session.scalars(
        select(Certificate)
        .where(Certificate.account_id == actor.account_id, Certificate.state == "valid")
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
    ).all()


def attached_certificates(session: Session, application: Application) -> Sequence[Certificate]:
    """The certificates attached to an application, whatever became of them since."""
    return session.scalars(
        select(Certificate)
        .join(ApplicationCertificate, ApplicationCertificate.certificate_id == Certificate.id)
        .where(ApplicationCertificate.application_id == application.id)
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
    ).all()
