"""The letters of certification: written when they leave, to somebody who still has an account."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage

from sqlalchemy.orm import Session

from app.accounts.mails import Writer, recipient, sender
from app.accounts.models import Account
from app.certification.models import Certificate
from app.certification.rules import State
from app.config import Settings
from app.foundation.i18n import localised
from app.foundation.identifiers import grouped
from app.foundation.mail import compose
from app.foundation.outbox import OutboxMessage


def write_issued(session: Session, message: OutboxMessage, settings: Settings) -> EmailMessage | None:
    """A certificate is there; nothing when it was revoked meanwhile, or its holder has no account any more."""
    certificate = session.get(Certificate, message.payload["certificate_id"])
    account = session.get(Account, message.recipient_id) if message.recipient_id else None
    if certificate is None or certificate.state != State.VALID or account is None or account.state != "active":
        return None
    language = account.language
    return compose(
        sender(settings),
        recipient(account, language),
        template=message.payload["letter"],
        key=message.dedupe_key,
        name=account.name,
        achievement=localised(certificate.achievement.name, language),
        number=grouped(certificate.public_id),
        link=f"{settings.public_url}/certificates",
        site_name=settings.site_name,
    )


LETTERS: Mapping[str, Writer] = {"certificate-issued": write_issued}
