"""The letters of challenges: a session cancelled, what was decided of a work; each member receives their own."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.mails import Writer, recipient, sender
from app.accounts.models import Account
from app.assessment.challenge_models import ChallengeMember, ChallengeSession, ChallengeTeam
from app.assessment.project_models import Submission
from app.assessment.project_queries import percent_of
from app.config import Settings
from app.foundation.i18n import localised, use_language
from app.foundation.mail import compose
from app.foundation.outbox import OutboxMessage
from app.foundation.typography import format_percent
from app.foundation.wording import moment_in_words

CANCELLED_LETTER = "challenge-cancelled"
ACCEPTED_LETTER, NOT_REACHED_LETTER = "challenge-accepted", "challenge-not-reached"


def _compose(
    session: Session, message: OutboxMessage, settings: Settings, opening: ChallengeSession, **more: Any
) -> EmailMessage | None:
    """A letter about a session, to one of its members; nothing to somebody whose account is closed."""
    account = session.get(Account, message.recipient_id) if message.recipient_id else None
    if account is None or account.state != "active":
        return None
    project, language = opening.challenge.project, account.language
    with use_language(language):
        starts = moment_in_words(opening.starts_at)
    return compose(
        sender(settings),
        recipient(account, language),
        template=message.payload["letter"],
        key=message.dedupe_key,
        name=account.name,
        challenge=localised(project.title, language),
        course=localised(project.version.title, language),
        session=opening.title,
        starts=starts,
        site_name=settings.site_name,
        **more,
    )


def write_cancelled(session: Session, message: OutboxMessage, settings: Settings) -> EmailMessage | None:
    """The session that one had joined does not take place."""
    opening = session.get(ChallengeSession, message.payload["session_id"])
    if opening is None or opening.cancelled_at is None:
        return None
    project = opening.challenge.project
    link = f"{settings.public_url}/courses/{project.version.course.slug}/challenges/{project.slug}"
    return _compose(session, message, settings, opening, link=link)


def write_decided(session: Session, message: OutboxMessage, settings: Settings) -> EmailMessage | None:
    """What was decided of one's team's work."""
    work = session.get(Submission, message.payload["submission_id"])
    levels = work.current.levels if work else None
    member = (
        session.get(ChallengeMember, (work.team_id, message.recipient_id)) if work and message.recipient_id else None
    )
    if work is None or levels is None or member is None:
        return None
    opening = session.get_one(ChallengeTeam, member.team_id).session
    language = member.account.language
    return _compose(
        session, message, settings, opening,
        score=format_percent(percent_of(work.project.rubric, levels), language),
        link=f"{settings.public_url}/challenges/{opening.public_id}",
    )  # fmt: skip


LETTERS: Mapping[str, Writer] = {
    CANCELLED_LETTER: write_cancelled,
    ACCEPTED_LETTER: write_decided,
    NOT_REACHED_LETTER: write_decided,
}
