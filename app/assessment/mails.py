"""The letters of projects: what was decided of one's work, written when it leaves, while it is still true."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage

from sqlalchemy.orm import Session

from app.accounts.mails import Writer, recipient, sender
from app.accounts.models import Account
from app.assessment.project_models import Submission, SubmissionRevision
from app.assessment.project_queries import percent_of
from app.config import Settings
from app.foundation.i18n import localised
from app.foundation.mail import compose
from app.foundation.outbox import OutboxMessage
from app.foundation.typography import format_percent

ACCEPTED_LETTER, CHANGES_LETTER = "project-accepted", "project-changes"


def write(session: Session, message: OutboxMessage, settings: Settings) -> EmailMessage | None:
    """What was decided of a revision; nothing to somebody whose account is closed."""
    submission = session.get(Submission, message.payload["submission_id"])
    account = session.get(Account, message.recipient_id) if message.recipient_id else None
    revision = session.get(SubmissionRevision, (message.payload["submission_id"], message.payload["revision"]))
    if submission is None or revision is None or revision.levels is None or account is None:
        return None
    if account.state != "active" or submission.account_id != account.id:
        return None
    project, language = submission.project, account.language
    return compose(
        sender(settings),
        recipient(account, language),
        template=message.payload["letter"],
        key=message.dedupe_key,
        name=account.name,
        project=localised(project.title, language),
        course=localised(project.version.title, language),
        score=format_percent(percent_of(project.rubric, revision.levels), language),
        link=f"{settings.public_url}/projects/{project.version.course.slug}/{project.slug}",
        site_name=settings.site_name,
    )


LETTERS: Mapping[str, Writer] = {ACCEPTED_LETTER: write, CHANGES_LETTER: write}
