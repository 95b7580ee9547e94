"""The letters of certification: written when they leave, to somebody who still has an account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from email.message import EmailMessage
from functools import partial

from sqlalchemy.orm import Session

from app.accounts.mails import Writer, recipient, sender
from app.accounts.models import Account
from app.certification.models import Certificate
from app.certification.rules import State
from app.certification.wording import reason_in_words
from app.config import Settings
from app.foundation import clock
from app.foundation.i18n import localised, use_language
from app.foundation.identifiers import grouped
from app.foundation.mail import compose
from app.foundation.outbox import OutboxMessage
from app.foundation.wording import day_in_words

Facts = Callable[[Session, Certificate], Mapping[str, object]]


def write(
    still: State, more: Facts, session: Session, message: OutboxMessage, settings: Settings
) -> EmailMessage | None:
    """A letter about a certificate, with what `more` adds; nothing once its state is no longer `still` that one."""
    certificate = session.get(Certificate, message.payload["certificate_id"])
    account = session.get(Account, message.recipient_id) if message.recipient_id else None
    if certificate is None or certificate.state != still or account is None or account.state != "active":
        return None
    language = account.language
    with use_language(language):
        facts = more(session, certificate)
    return compose(
        sender(settings),
        recipient(account, language),
        template=message.payload["letter"],
        key=message.dedupe_key,
        name=account.name,
        achievement=localised(certificate.achievement.name, language),
        number=grouped(certificate.public_id),
        link=f"{settings.public_url}/certificates",
        courses=f"{settings.public_url}/courses",
        contact=settings.site_contact,
        site_name=settings.site_name,
        **facts,
    )


def _nothing(_session: Session, _certificate: Certificate) -> Mapping[str, object]:
    return {}


def _old_number(session: Session, certificate: Certificate) -> Mapping[str, object]:
    old = session.get_one(Certificate, certificate.supersedes_id)
    return {"old_number": grouped(old.public_id)}


def _reason(_session: Session, certificate: Certificate) -> Mapping[str, object]:
    return {"reason": reason_in_words(certificate.reason), "day": day_in_words(certificate.state_since)}


def _end(_session: Session, certificate: Certificate) -> Mapping[str, object]:
    end = certificate.expires_at or clock.now()
    return {"day": day_in_words(end), "course": certificate.achievement.course_slug}


LETTERS: Mapping[str, Writer] = {
    "certificate-issued": partial(write, State.VALID, _nothing),
    "certificate-replaced": partial(write, State.VALID, _old_number),
    "certificate-reinstated": partial(write, State.VALID, _nothing),
    "certificate-signed-anew": partial(write, State.VALID, _nothing),
    "certificate-suspended": partial(write, State.SUSPENDED, _reason),
    "certificate-revoked": partial(write, State.REVOKED, _reason),
    "certificate-expiring": partial(write, State.VALID, _end),
}
