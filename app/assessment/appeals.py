"""Appeals: a candidate contests a result within 30 days, somebody answers within 15, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from app.accounts.models import Account
from app.assessment import queries, rules
from app.assessment.appeal_models import Appeal
from app.assessment.models import Attempt
from app.assessment.remarking_models import Remarking
from app.assessment.rules import AppealState
from app.audit.models import AuditEntry
from app.audit.services import record
from app.foundation import clock, outbox
from app.foundation.actor import Actor
from app.foundation.errors import ConflictError, NotFoundError, RuleError
from app.foundation.i18n import gettext as _
from app.foundation.i18n import lazy_gettext as _l
from app.foundation.identifiers import new_public_id
from app.foundation.wording import day_in_words

LETTER = "appeal-answered"
MOVED_ON = _l("This appeal has moved on meanwhile: look at the page again.")
UNDER_WAY = ("marking", "proposed")


def published_at(session: Session, attempt: Attempt) -> datetime | None:
    """When the result in force was known to its candidate; None while it is not, or for exercises."""
    result = queries.find_result(session, attempt.id)
    if attempt.state != rules.State.RELEASED or attempt.kind == "practice" or result is None:
        return None
    released = session.scalar(
        select(AuditEntry.at)
        .where(AuditEntry.subject == attempt.public_id, AuditEntry.event == "attempt.released")
        .order_by(AuditEntry.seq)
        .limit(1)
    )
    return max(result.decided_at, released or result.decided_at)


def appeals_of(session: Session, attempt_id: int) -> Sequence[Appeal]:
    """The appeals of an attempt, oldest first."""
    return session.scalars(select(Appeal).where(Appeal.attempt_id == attempt_id).order_by(Appeal.id)).all()


def last_day(session: Session, attempt: Attempt) -> datetime | None:
    """Until when this result may be contested; None when there is nothing to contest."""
    published = published_at(session, attempt)
    return None if published is None else published + rules.APPEAL_TERM


def file_appeal(session: Session, *, actor: Actor, attempt: Attempt, grounds: str) -> Appeal:
    """Contest a result; raises RuleError out of time or without a result, ConflictError when one is under way."""
    until, now = last_day(session, attempt), clock.now()
    if until is None:
        raise RuleError(_("There is no published result of an exam to contest here."))
    if now > until:
        raise RuleError(_("This result could be contested until %(day)s.", day=day_in_words(until)))
    appeal = Appeal(
        public_id=new_public_id(),
        attempt_id=attempt.id,
        state=AppealState.OPEN.value,
        grounds=grounds,
        filed_at=now,
        due_at=now + rules.ANSWER_TERM,
    )
    try:
        with session.begin_nested():
            session.add(appeal)
            session.flush()
    except IntegrityError as error:
        raise ConflictError(_("This result is already contested: the answer comes on this page.")) from error
    _record(session, actor, appeal, attempt, "appeal.filed")
    return appeal


def withdraw(session: Session, *, actor: Actor, appeal: Appeal) -> None:
    """Its candidate gives it up, before it is answered; a re-marking under way goes with it."""
    _move(session, appeal, AppealState.WITHDRAWN, closed_at=clock.now())
    session.execute(
        update(Remarking)
        .where(Remarking.appeal_id == appeal.id, Remarking.state.in_(UNDER_WAY))
        .values(state="dropped")
        .execution_options(synchronize_session=False)
    )
    _record(session, actor, appeal, appeal.attempt, "appeal.withdrawn")


def take(session: Session, *, actor: Actor, appeal: Appeal) -> None:
    """Somebody looks into it; never the person who filed it."""
    not_ones_own(actor, appeal)
    _move(session, appeal, AppealState.IN_REVIEW, reviewer_id=actor.account_id)
    _record(session, actor, appeal, appeal.attempt, "appeal.taken")


def answer(session: Session, *, actor: Actor, appeal: Appeal, upheld: bool, words: str) -> None:
    """Close it with an answer, and tell its candidate; raises RuleError while a re-marking is under way."""
    not_ones_own(actor, appeal)
    state = AppealState.UPHELD if upheld else AppealState.REJECTED
    _move(session, appeal, state, answer=words, answered_by=actor.account_id, closed_at=clock.now())
    if find_under_way(session, appeal) is not None:
        raise RuleError(_("Answers are being marked again: answer by approving that, or give it up first."))
    _record(session, actor, appeal, appeal.attempt, f"appeal.{state.value}")
    outbox.enqueue(
        session, "mail", dedupe_key=f"{LETTER}-{appeal.public_id}", recipient_id=appeal.attempt.account_id,
        language=appeal.attempt.language, payload={"letter": LETTER, "appeal_id": appeal.id},
    )  # fmt: skip


def find_under_way(session: Session, appeal: Appeal) -> Remarking | None:
    """The re-marking that is proposed on an appeal and not settled yet, or None."""
    wanted = select(Remarking).where(Remarking.appeal_id == appeal.id, Remarking.state.in_(UNDER_WAY))
    return session.scalar(wanted)


def hold_in_review(session: Session, appeal: Appeal) -> None:
    """Keep an appeal in review from being answered or withdrawn until the commit; raises ConflictError for another."""
    held = session.execute(
        update(Appeal)
        .where(Appeal.id == appeal.id, Appeal.state == AppealState.IN_REVIEW.value)
        .values(state=AppealState.IN_REVIEW.value)
        .execution_options(synchronize_session=False)
    )
    session.refresh(appeal)
    if cast("CursorResult[Any]", held).rowcount != 1:
        raise ConflictError(MOVED_ON)


def not_ones_own(actor: Actor, appeal: Appeal) -> None:
    """Raise RuleError for the person who filed it."""
    if appeal.attempt.account_id == actor.account_id:
        raise RuleError(_("Nobody answers their own appeal: a colleague has to."))


def _record(session: Session, actor: Actor, appeal: Appeal, attempt: Attempt, event: str) -> None:
    details = {"attempt": attempt.public_id, "state": appeal.state, "due": appeal.due_at.isoformat()}
    record(session, actor=actor, event=event, subject=appeal.public_id, details=details)


def _move(session: Session, appeal: Appeal, to: AppealState, **values: Any) -> None:
    """One conditional update decides every race; raises ConflictError for whoever comes second."""
    changed = session.execute(
        update(Appeal)
        .where(Appeal.id == appeal.id, Appeal.state.in_(rules.appeal_states_before(to)))
        .values(state=to.value, **values)
        .execution_options(synchronize_session=False)
    )
    session.refresh(appeal)
    if cast("CursorResult[Any]", changed).rowcount != 1:
        raise ConflictError(MOVED_ON)


def get_own(session: Session, account_id: int, attempt_public_id: str) -> Appeal:
    """The appeal under way of this person's attempt; raises NotFoundError."""
    return _get(
        session,
        Attempt.public_id == attempt_public_id,
        Attempt.account_id == account_id,
        Appeal.state.in_((AppealState.OPEN, AppealState.IN_REVIEW)),
    )


def get_appeal(session: Session, public_id: str) -> Appeal:
    """Anybody's appeal, for those who answer; raises NotFoundError."""
    return _get(session, Appeal.public_id == public_id)


def _get(session: Session, *conditions: Any) -> Appeal:
    found = session.scalar(
        select(Appeal)
        .join(Attempt, Attempt.id == Appeal.attempt_id)
        .options(
            joinedload(Appeal.attempt).joinedload(Attempt.exam),
            joinedload(Appeal.attempt).joinedload(Attempt.exam_version),
        )
        .where(*conditions)
    )
    if found is None:
        raise NotFoundError("appeal")
    return found


def queue(session: Session, *, closed: bool, limit: int = 200) -> Sequence[tuple[Appeal, Account]]:
    """Appeals to answer, the most urgent first; or those that are closed, newest first."""
    under_way = Appeal.state.in_((AppealState.OPEN, AppealState.IN_REVIEW))
    rows = session.execute(
        select(Appeal, Account)
        .join(Attempt, Attempt.id == Appeal.attempt_id)
        .join(Account, Account.id == Attempt.account_id)
        .options(joinedload(Appeal.attempt).joinedload(Attempt.exam_version))
        .where(~under_way if closed else under_way)
        .order_by(Appeal.closed_at.desc() if closed else Appeal.due_at, Appeal.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]
