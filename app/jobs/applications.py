"""Every change to applications; each is made by a person, and the learner reads it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.audit.services import record
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.errors import ConflictError, NotFoundError, RuleError
from app.foundation.events import publish
from app.foundation.i18n import lazy_gettext as _l
from app.foundation.identifiers import new_public_id
from app.jobs import rules
from app.jobs.events import ApplicationMoved, ApplicationSent
from app.jobs.models import Application, ApplicationCertificate, ApplicationChange, Offer
from app.jobs.queries import certificates_of, find_application_to, get_once_public_offer, today


def get_offer_to_answer(session: Session, public_id: str) -> Offer:
    """The offer somebody writes to; raises RuleError when it closed while they wrote, NotFoundError for a draft."""
    offer = get_once_public_offer(session, public_id)
    _check_open(offer)
    return offer


def apply_to_offer(
    session: Session, *, actor: Actor, offer: Offer, message: str, certificates: Sequence[str], score: int | None
) -> Application:
    """Answer an offer, which shows one's name to its employer.

    `certificates` are public ids of one's own valid certificates; `score` is the match as both sides read it today,
    in thousandths of a percent. Raises RuleError when the offer is closed, one's own, or already answered.
    """
    _check_may_apply(session, actor, offer)
    own = {certificate.public_id: certificate for certificate in certificates_of(session, actor)}
    if not set(certificates) <= own.keys():
        raise NotFoundError("certificate")
    application = Application(
        public_id=new_public_id(),
        offer=offer,
        account_id=actor.account_id,
        message=message,
        state="sent",
        score=score,
        sent_at=clock.now(),
        changed_at=clock.now(),
    )
    session.add(application)
    session.flush()
    session.add_all(
        ApplicationCertificate(application_id=application.id, certificate_id=own[public_id].id)
        for public_id in dict.fromkeys(certificates)
    )
    _note(session, actor, application)
    publish(session, ApplicationSent(application.id))
    return application


def _check_may_apply(session: Session, actor: Actor, offer: Offer) -> None:
    _check_open(offer)
    if offer.employer.account_id == actor.account_id:
        raise RuleError(_l("This is your own offer."))
    if find_application_to(session, actor, offer) is not None:
        raise RuleError(_l("You have already applied to this offer."))


def _check_open(offer: Offer) -> None:
    if not rules.is_open(offer.state, offer.closes_on, today()) or offer.employer.approved_at is None:
        raise RuleError(_l("This offer no longer takes applications."))


def withdraw_application(session: Session, *, actor: Actor, application: Application) -> None:
    """Take one's application back; raises ConflictError once it has been decided."""
    if application.account_id != actor.account_id:
        raise NotFoundError("application")
    if not rules.may_withdraw(application.state):
        raise ConflictError(_l("This application has already been decided or withdrawn."))
    _move(session, actor, application, "withdrawn")


def mark_application(session: Session, *, actor: Actor, application: Application, state: str) -> None:
    """Move an application on: read, interview, hired. Declining has a verb of its own, with a reason."""
    if state == "declined":
        raise RuleError(_l("Choose the reason: the person reads it."))
    _check_move(actor, application, state)
    _move(session, actor, application, state)


def decline_application(session: Session, *, actor: Actor, application: Application, reason: str, note: str) -> None:
    """Say no, by a person's hand, with a reason from the list and a sentence; the learner reads both."""
    if reason not in rules.DECLINE_REASONS or not note.strip():
        raise RuleError(_l("Choose a reason and write a sentence: the person reads both."))
    _check_move(actor, application, "declined")
    application.decline_reason, application.decline_note = reason, note
    _move(session, actor, application, "declined")


def _check_move(actor: Actor, application: Application, state: str) -> None:
    if application.offer.employer.account_id != actor.account_id:
        raise NotFoundError("application")
    if not rules.may_move(application.state, state):
        raise ConflictError(_l("This application has moved on since the page was opened. Reload it and look again."))


def _move(session: Session, actor: Actor, application: Application, state: str) -> None:
    application.state = state
    application.changed_at = clock.now()
    _note(session, actor, application)
    publish(session, ApplicationMoved(application.id, state))


def _note(session: Session, actor: Actor, application: Application) -> None:
    """Write the change where the learner reads it, and in the audit record."""
    session.add(
        ApplicationChange(
            application_id=application.id,
            state=application.state,
            at=application.changed_at,
            by_account_id=actor.account_id,
        )
    )
    session.flush()
    record(
        session,
        actor=actor,
        event=f"application.{application.state}",
        subject=application.public_id,
        details={"offer": application.offer.public_id, "reason": application.decline_reason},
    )
