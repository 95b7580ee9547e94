"""The letters of exams: a result that is out, or was corrected, an appeal that was answered."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from email.message import EmailMessage

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.mails import Writer, recipient, sender
from app.accounts.models import Account
from app.assessment import appeals
from app.assessment.appeal_models import Appeal
from app.assessment.decision_models import ItemDecision
from app.assessment.models import Attempt, Result
from app.assessment.regrades import LETTER
from app.assessment.regrading import CAUSE, REMARKED
from app.assessment.release_queries import policy_of
from app.assessment.revisions import slots_marked_again
from app.assessment.rules import Policy
from app.assessment.services import RESULT_OUT_LETTER
from app.assessment.waiting import papers_of
from app.config import Settings
from app.foundation.i18n import localised, use_language
from app.foundation.mail import compose
from app.foundation.outbox import OutboxMessage
from app.foundation.typography import format_number


def write_regraded(session: Session, message: OutboxMessage, settings: Settings) -> EmailMessage | None:
    """What changed in a result, and why; nothing once the attempt was annulled or the account closed."""
    attempt = session.get(Attempt, message.payload["attempt_id"])
    account = session.get(Account, message.recipient_id) if message.recipient_id else None
    if attempt is None or attempt.state != "released" or account is None or account.state != "active":
        return None
    revision = message.payload["revision"]
    before, after = (session.get_one(Result, (attempt.id, one)) for one in (revision - 1, revision))
    with use_language(account.language):
        return compose(
            sender(settings),
            recipient(account, account.language),
            template=LETTER,
            key=message.dedupe_key,
            name=account.name,
            exam=localised(attempt.exam_version.title, account.language),
            why=_why(session, after, account.language),
            slots=slots_marked_again(session, after) if after.reason.startswith(REMARKED) else [],
            before=_points(before, account.language),
            after=_points(after, account.language),
            cut=format_number(after.cut, account.language),
            newly_passed=after.passed and not before.passed,
            passed=after.passed,
            kept=after.kept,
            awards=bool(attempt.exam_version.settings.get("awards")),
            link=f"{settings.public_url}/attempts/{attempt.public_id}/result",
            site_name=settings.site_name,
        )


def _why(session: Session, result: Result, language: str) -> str:
    public_id = result.reason.removeprefix(CAUSE)
    found = session.scalar(select(ItemDecision.reason).where(ItemDecision.public_id == public_id))
    return str(localised(found, language)) if found else ""


def _points(result: Result, language: str) -> Mapping[str, str]:
    figures: Mapping[str, Decimal] = {"total": result.total, "max": result.max_points}
    return {name: format_number(value, language) for name, value in figures.items()}


def write_answered(session: Session, message: OutboxMessage, settings: Settings) -> EmailMessage | None:
    """An appeal is answered; nothing once the account is closed."""
    appeal = session.get(Appeal, message.payload["appeal_id"])
    account = session.get(Account, message.recipient_id) if message.recipient_id else None
    if appeal is None or appeal.answer is None or account is None or account.state != "active":
        return None
    attempt = appeal.attempt
    return compose(
        sender(settings),
        recipient(account, account.language),
        template=appeals.LETTER,
        key=message.dedupe_key,
        name=account.name,
        exam=localised(attempt.exam_version.title, account.language),
        upheld=appeal.state == "upheld",
        answer=appeal.answer,
        link=f"{settings.public_url}/attempts/{attempt.public_id}/result",
        site_name=settings.site_name,
    )


def write_result_out(session: Session, message: OutboxMessage, settings: Settings) -> EmailMessage | None:
    """A result that had to be waited for is out; nothing once the attempt was annulled or the account closed."""
    attempt = session.get(Attempt, message.payload["attempt_id"])
    account = session.get(Account, message.recipient_id) if message.recipient_id else None
    if attempt is None or attempt.state != "released" or account is None or account.state != "active":
        return None
    return compose(
        sender(settings),
        recipient(account, account.language),
        template=RESULT_OUT_LETTER,
        key=message.dedupe_key,
        name=account.name,
        held=policy_of(attempt.exam_version) is not Policy.AT_ONCE,
        papers=bool(papers_of(session, attempt.id)),
        exam=localised(attempt.exam_version.title, account.language),
        link=f"{settings.public_url}/attempts/{attempt.public_id}/result",
        site_name=settings.site_name,
    )


LETTERS: Mapping[str, Writer] = {
    LETTER: write_regraded,
    RESULT_OUT_LETTER: write_result_out,
    appeals.LETTER: write_answered,
}
