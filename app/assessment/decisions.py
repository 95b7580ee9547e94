"""Decisions on faulty questions: which are in force, proposing one, having a second person approve it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from app.assessment.decision_models import ItemDecision
from app.assessment.models import Attempt, AttemptItem, Exam, ExamPool, ExamVersion, Question, QuestionVersion
from app.assessment.regrading import REKEYABLE, Decision, Kind
from app.audit.services import record
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.errors import ConflictError, NotFoundError, RuleError
from app.foundation.i18n import gettext as _
from app.foundation.identifiers import new_public_id


def approved(session: Session, exam_id: int | None, version_ids: Sequence[int] | None = None) -> Sequence[ItemDecision]:
    """The approved decisions that hold in an exam (None: everywhere alone), in the order of their approval."""
    wanted = [ItemDecision.state == "approved"]
    here = ItemDecision.exam_id.is_(None)
    wanted.append(here if exam_id is None else or_(here, ItemDecision.exam_id == exam_id))
    if version_ids is not None:
        wanted.append(ItemDecision.question_version_id.in_(version_ids))
    order = (ItemDecision.approved_at, ItemDecision.id)
    return session.scalars(select(ItemDecision).where(*wanted).order_by(*order)).all()


def in_words_of_the_engine(row: ItemDecision) -> Decision:
    """A decision as regrading takes it."""
    return Decision(row.public_id, Kind(row.kind), row.new_key, row.approved_at)


def newest_by_version(rows: Sequence[ItemDecision]) -> dict[int, Decision]:
    """For each question version the decision that counts: of rows in the order of approval, the last."""
    return {row.question_version_id: in_words_of_the_engine(row) for row in rows}


def void_versions(session: Session, exam_id: int) -> frozenset[int]:
    """The question versions that an exam draws no more."""
    newest = newest_by_version(approved(session, exam_id))
    return frozenset(version for version, decision in newest.items() if decision.kind is Kind.VOID)


def get_decision(session: Session, public_id: str) -> ItemDecision:
    """A decision with its question and exam; raises NotFoundError."""
    found = session.scalar(
        select(ItemDecision)
        .options(joinedload(ItemDecision.version).joinedload(QuestionVersion.question), joinedload(ItemDecision.exam))
        .where(ItemDecision.public_id == public_id)
    )
    if found is None:
        raise NotFoundError("decision")
    return found


def all_decisions(session: Session, limit: int = 200) -> Sequence[ItemDecision]:
    """The newest decisions, proposals first."""
    return session.scalars(
        select(ItemDecision)
        .options(joinedload(ItemDecision.version).joinedload(QuestionVersion.question), joinedload(ItemDecision.exam))
        .order_by(ItemDecision.state != "proposed", ItemDecision.id.desc())
        .limit(limit)
    ).all()


def find_version(session: Session, exam_id: int, question: str, number: int) -> QuestionVersion | None:
    """A question version that an exam may draw, or has drawn, by the question's public id and its number."""
    return next(
        (
            one
            for one in versions_of_exam(session, exam_id)
            if (one.question.public_id, one.number) == (question, number)
        ),
        None,
    )


def versions_of_exam(session: Session, exam_id: int) -> Sequence[QuestionVersion]:
    """Every question version that some version of an exam may draw, in the order of their slugs."""
    pools = (
        select(ExamPool.question_version_id)
        .join(ExamVersion, ExamVersion.id == ExamPool.exam_version_id)
        .where(ExamVersion.exam_id == exam_id)
    )
    return session.scalars(
        select(QuestionVersion)
        .join(Question, Question.id == QuestionVersion.question_id)
        .options(joinedload(QuestionVersion.question))
        .where(QuestionVersion.id.in_(pools))
        .order_by(Question.slug, QuestionVersion.number)
    ).all()


@dataclass(frozen=True)
class Proposal:
    """What somebody proposes; `exam_id` None means everywhere; the reason is read by those concerned."""

    kind: Kind
    exam_id: int | None
    reason: Mapping[str, str]
    new_key: Mapping[str, Any] | None = None


def propose(session: Session, *, actor: Actor, version: QuestionVersion, proposal: Proposal) -> ItemDecision:
    """Propose a decision; nothing changes before somebody else approves it. Raises RuleError, ConflictError."""
    if proposal.kind is Kind.REKEY and version.type not in REKEYABLE:
        raise RuleError(_("The key of this type of question cannot be changed here: void it, or credit everybody."))
    row = ItemDecision(
        public_id=new_public_id(),
        question_version_id=version.id,
        exam_id=proposal.exam_id,
        kind=proposal.kind.value,
        new_key=dict(proposal.new_key) if proposal.kind is Kind.REKEY and proposal.new_key else None,
        reason=dict(proposal.reason),
        state="proposed",
        proposed_by=actor.account_id,
        proposed_at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as error:
        raise ConflictError(
            _("A decision on this question is already proposed: approve it or drop it first.")
        ) from error
    record(session, actor=actor, event="decision.proposed", subject=row.public_id, details=_said(row))
    return row


def _said(row: ItemDecision) -> dict[str, Any]:
    return {
        "question": row.version.question.public_id,
        "version": row.version.number,
        "exam": row.exam.public_id if row.exam else None,
        "kind": row.kind,
        "key": row.new_key,
        "reason": row.reason,
    }


def approve(session: Session, *, actor: Actor, decision: ItemDecision) -> None:
    """Put a decision in force, by somebody other than its proposer. Raises RuleError, ConflictError.

    The exams concerned are held until the commit: an attempt being marked is marked before, and the worker finds it,
    or after, and the decision counts for it at once.
    """
    if decision.proposed_by == actor.account_id:
        raise RuleError(_("You proposed this: somebody else has to approve it."))
    hold_exams(session, decision)
    moment = clock.now()
    _move(session, decision, "approved", approved_by=actor.account_id, approved_at=moment)
    record(session, actor=actor, event="decision.approved", subject=decision.public_id, details=_said(decision))


def drop(session: Session, *, actor: Actor, decision: ItemDecision) -> None:
    """Give a proposal up; raises ConflictError when it is one no more."""
    _move(session, decision, "dropped")
    record(session, actor=actor, event="decision.dropped", subject=decision.public_id)


def _move(session: Session, decision: ItemDecision, state: str, **values: Any) -> None:
    changed = session.execute(
        update(ItemDecision)
        .where(ItemDecision.id == decision.id, ItemDecision.state == "proposed")
        .values(state=state, **values)
        .execution_options(synchronize_session=False)
    )
    session.refresh(decision)
    if cast("CursorResult[Any]", changed).rowcount != 1:
        raise ConflictError(_("Somebody else has just decided on it: look at the page again."))


def hold_exams(session: Session, decision: ItemDecision) -> None:
    """Wait for the attempts being marked in the exams concerned, and keep the next ones waiting."""
    drawn = select(Attempt.exam_id).join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
    everywhere = Exam.id.in_(drawn.where(AttemptItem.question_version_id == decision.question_version_id))
    here = everywhere if decision.exam_id is None else Exam.id == decision.exam_id
    session.execute(select(Exam.id).where(here).order_by(Exam.id).with_for_update(key_share=True)).all()
