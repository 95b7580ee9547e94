"""Every change to employers and their offers."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from app.audit.services import record
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.errors import ConflictError, RuleError
from app.foundation.events import publish
from app.foundation.i18n import lazy_gettext as _l
from app.foundation.identifiers import new_public_id
from app.jobs.drafts import OfferDraft
from app.jobs.events import OfferPublished
from app.jobs.linter import Finding, LintedOffer, lint
from app.jobs.models import Employer, Offer, OfferRequirement
from app.jobs.queries import JUSTIFIED, find_employer, justifications_of, searchable, today
from app.jobs.rules import SHORTEST_JUSTIFICATION, is_open
from app.jobs.wording import wording
from app.skills.queries import skills_by_slug


def save_employer(session: Session, *, actor: Actor, name: str, about: str, place: str, website: str) -> Employer:
    """Describe this account's organisation; a new name asks for approval again."""
    employer = find_employer(session, actor)
    if employer is None:
        employer = Employer(public_id=new_public_id(), account_id=actor.account_id, created_at=clock.now())
        session.add(employer)
    elif employer.name != name:
        employer.approved_at = None
    employer.name, employer.about, employer.place, employer.website = name, about, place, website
    session.flush()
    record(session, actor=actor, event="employer.described", subject=employer.public_id, details={"name": name})
    return employer


def approve_employer(session: Session, *, actor: Actor, employer: Employer) -> None:
    """Let an organisation publish; its offers may be read from now on."""
    if employer.approved_at is None:
        employer.approved_at = clock.now()
        session.flush()
        record(session, actor=actor, event="employer.approved", subject=employer.public_id)


def suspend_employer(session: Session, *, actor: Actor, employer: Employer) -> None:
    """Take the approval back: its offers are hidden at once, its applications stay."""
    if employer.approved_at is not None:
        employer.approved_at = None
        session.flush()
        record(session, actor=actor, event="employer.suspended", subject=employer.public_id)


def create_offer(session: Session, *, actor: Actor, draft: OfferDraft) -> Offer:
    """Write a new offer, seen by nobody else yet; raises RuleError before the organisation is described."""
    employer = find_employer(session, actor)
    if employer is None:
        raise RuleError(_l("Describe your organisation first."))
    offer = Offer(
        public_id=new_public_id(),
        employer=employer,
        pay_currency="EUR",
        state="draft",
        salt=secrets.token_bytes(16),
        created_at=clock.now(),
    )
    _write(session, offer, draft)
    record(session, actor=actor, event="offer.written", subject=offer.public_id)
    return offer


def change_offer(session: Session, *, actor: Actor, offer: Offer, draft: OfferDraft) -> bool:
    """Rewrite an offer; say whether it is still public: wording that blocks takes it back to draft.

    Raises ConflictError for a closed offer: what people applied to stays as they read it.
    """
    if offer.state == "closed":
        raise ConflictError(_l("This offer is closed: it can be read, and no longer changed."))
    _write(session, offer, draft)
    if offer.state == "published" and unjustified(session, offer):
        offer.state = "draft"
        session.flush()
    record(session, actor=actor, event="offer.changed", subject=offer.public_id, details={"state": offer.state})
    if offer.state == "published":
        publish(session, OfferPublished(offer.id))
    return offer.state == "published"


def _write(session: Session, offer: Offer, draft: OfferDraft) -> None:
    offer.title, offer.description, offer.language = draft.title, draft.description, draft.language
    offer.contract, offer.place, offer.remote = draft.contract, draft.place, draft.remote
    offer.pay_min, offer.pay_max, offer.closes_on = draft.pay_min, draft.pay_max, draft.closes_on
    skills = skills_by_slug(session, [row.skill for row in draft.requirements])
    offer.folded = searchable(offer, offer.employer.name, list(skills.values()))
    offer.requirements.clear()
    session.add(offer)
    session.flush()  # the old rows go before the new ones take their places
    offer.requirements.extend(
        OfferRequirement(position=position, skill_id=skills[row.skill].id, tier=row.tier, essential=row.essential)
        for position, row in enumerate(draft.requirements, start=1)
    )
    session.flush()


def findings_in(offer: Offer) -> tuple[Finding, ...]:
    """What the linter says of an offer as it stands."""
    return lint(
        LintedOffer(
            language=offer.language,
            title=offer.title,
            description=offer.description,
            contract=offer.contract,
            pay_stated=offer.pay_min is not None,
            requirements=[(row.tier, row.essential) for row in offer.requirements],
        ),
        wording(),
    )


def unjustified(session: Session, offer: Offer) -> Sequence[Finding]:
    """The findings that keep an offer from being public: no edit, no written reason."""
    kept = justifications_of(session, offer)
    return [finding for finding in findings_in(offer) if finding.level == "block" and finding.key not in kept]


def publish_offer(session: Session, *, actor: Actor, offer: Offer, reasons: Mapping[str, str]) -> None:
    """Make an offer public; `reasons` justify blocking words by the finding's key and are kept in the audit record.

    Raises RuleError when the organisation waits for approval, when the closing day has passed, or when words that
    the linter refuses have neither been edited nor justified; ConflictError when the offer is closed.
    """
    if offer.state == "closed":
        raise ConflictError(_l("This offer is closed: it can be read, and no longer changed."))
    if offer.employer.approved_at is None:
        raise RuleError(_l("Your organisation waits for approval. The offer is kept; publish it once approved."))
    if not is_open("published", offer.closes_on, today()):
        raise RuleError(_l("The last day to apply has passed. Choose a later one, then publish."))
    for finding in unjustified(session, offer):
        reason = reasons.get(finding.key, "").strip()
        if len(reason) < SHORTEST_JUSTIFICATION:
            raise RuleError(
                _l(
                    "Reword “%(words)s”, or write in %(least)s characters at least why the job needs it.",
                    words=finding.excerpt,
                    least=SHORTEST_JUSTIFICATION,
                )
            )
        details = {"finding": finding.key, "words": finding.excerpt, "reason": reason}
        record(session, actor=actor, event=JUSTIFIED, subject=offer.public_id, details=details)
    offer.state = "published"
    offer.published_at = offer.published_at or clock.now()
    session.flush()
    record(session, actor=actor, event="offer.published", subject=offer.public_id)
    publish(session, OfferPublished(offer.id))


def close_offer(session: Session, *, actor: Actor, offer: Offer) -> None:
    """End an offer: nobody can apply any more; applications received still wait for an answer."""
    if offer.state != "closed":
        offer.state = "closed"
        session.flush()
        record(session, actor=actor, event="offer.closed", subject=offer.public_id)
