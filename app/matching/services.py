"""Every change to what matching knows of a person: consent, wishes, invitations, and the index that follows."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.audit.services import record
from app.certification.events import CertificateIssued, CertificateWithdrawn
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.errors import ConflictError, NotFoundError, RuleError
from app.foundation.i18n import lazy_gettext as _l
from app.foundation.identifiers import new_public_id
from app.jobs.events import OfferPublished
from app.jobs.models import Offer
from app.jobs.queries import today
from app.jobs.rules import is_open
from app.matching.consent import PURPOSE, text_sha256
from app.matching.index import offers_touching, reindex
from app.matching.models import Consent, Invitation, MatchProfile
from app.matching.profiles import find_invitation, find_profile, has_applied
from app.matching.queries import check_may_see_people
from app.matching.rounds import leave_lists
from app.matching.runs import record_run


def profile_for(session: Session, actor: Actor) -> MatchProfile:
    """A person's matching settings, made on first use: invisible, under a random name."""
    profile = find_profile(session, actor.account_id)
    if profile is None:
        profile = MatchProfile(
            account_id=actor.account_id,
            pseudonym=new_public_id(),
            visible=False,
            salt=secrets.token_bytes(16),
            note="",
            wishes={},
            changed_at=clock.now(),
        )
        session.add(profile)
        session.flush()
    return profile


def give_consent(session: Session, *, actor: Actor, language: str) -> None:
    """Become visible to approved employers, having read the text in `language`; effective at once."""
    _set_consent(session, actor, language, given=True)


def withdraw_consent(session: Session, *, actor: Actor, language: str) -> None:
    """Disappear from every employer's list, at once."""
    _set_consent(session, actor, language, given=False)


def _set_consent(session: Session, actor: Actor, language: str, *, given: bool) -> None:
    profile = profile_for(session, actor)
    if profile.visible == given:
        return
    profile.visible, profile.changed_at = given, clock.now()
    session.add(
        Consent(
            account_id=actor.account_id,
            purpose=PURPOSE,
            given=given,
            text_sha256=text_sha256(language),
            language=language,
            at=clock.now(),
        )
    )
    session.flush()
    event = "matching.consent-given" if given else "matching.consent-withdrawn"
    record(session, actor=actor, event=event, subject=actor.public_id)
    refresh(session, actor.account_id)


def save_wishes(session: Session, *, actor: Actor, note: str, wishes: Mapping[str, Any]) -> None:
    """Keep what a learner wishes, and the note that employers read."""
    profile = profile_for(session, actor)
    profile.note, profile.wishes, profile.changed_at = note, dict(wishes), clock.now()
    session.flush()
    record(session, actor=actor, event="matching.wishes-changed", subject=actor.public_id)


def refresh(session: Session, account_id: int) -> None:
    """Bring a person's rows up to date at once; the lists that this changes are recorded by the worker soon after."""
    before = offers_touching(session, account_id)
    reindex(session, [account_id])
    leave_lists(session, sorted({*before, *offers_touching(session, account_id)}))


def refresh_for_holder(session: Session, event: CertificateIssued) -> None:
    """A certificate was issued: its skills count from now on."""
    refresh(session, event.account_id)


def withdraw_holder(session: Session, event: CertificateWithdrawn) -> None:
    """A certificate was revoked, suspended or replaced: its skills stop counting in the same transaction."""
    refresh(session, event.account_id)


def record_published(session: Session, event: OfferPublished) -> None:
    """An offer is public or asks for something else: record its list."""
    offer = session.get(Offer, event.offer_id)
    if offer is not None:
        record_run(session, offer)


def refresh_list(session: Session, *, actor: Actor, offer: Offer) -> None:
    """Record an offer's list as it stands, because its employer asked."""
    check_may_see_people(offer)
    if record_run(session, offer) is None:
        raise RuleError(_l("This offer asks for no skill yet: there is nothing to match."))
    record(session, actor=actor, event="matching.list-recorded", subject=offer.public_id)


def invite(session: Session, *, actor: Actor, offer: Offer, account_id: int, message: str) -> Invitation:
    """Ask a person whom one does not know yet to talk about an offer; nothing of theirs is shown by it.

    Raises RuleError when the offer is not open, or when the person was already invited or has applied.
    """
    if offer.employer.account_id != actor.account_id:
        raise NotFoundError("offer")
    if not is_open(offer.state, offer.closes_on, today()) or offer.employer.approved_at is None:
        raise RuleError(_l("Publish the offer first: an invitation leads to it."))
    if account_id == actor.account_id or has_applied(session, offer, account_id):
        raise RuleError(_l("This person has already applied."))
    if find_invitation(session, offer, account_id) is not None:
        raise RuleError(_l("This person has already been invited."))
    invitation = Invitation(
        public_id=new_public_id(),
        offer_id=offer.id,
        account_id=account_id,
        state="sent",
        message=message,
        sent_at=clock.now(),
    )
    session.add(invitation)
    session.flush()
    record(
        session, actor=actor, event="invitation.sent", subject=invitation.public_id, details={"offer": offer.public_id}
    )
    return invitation


def answer_invitation(session: Session, *, actor: Actor, invitation: Invitation, accepted: bool) -> None:
    """Accept, which shows one's name to this employer, or decline, which shows nothing; once."""
    if invitation.account_id != actor.account_id:
        raise NotFoundError("invitation")
    if invitation.state != "sent":
        raise ConflictError(_l("You have already answered this invitation."))
    invitation.state = "accepted" if accepted else "declined"
    invitation.answered_at = clock.now()
    session.flush()
    record(session, actor=actor, event=f"invitation.{invitation.state}", subject=invitation.public_id)
