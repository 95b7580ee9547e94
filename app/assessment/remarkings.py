"""Marking answers of one attempt again, on appeal: one person proposes, others mark, yet another approves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from app.assessment import appeals, decisions, queries, regrades, remarked, waiting
from app.assessment.appeal_models import Appeal
from app.assessment.models import Attempt, AttemptItem
from app.assessment.paper_models import Paper, PaperMarking
from app.assessment.regrading import Kind, Outcome, Slot
from app.assessment.remarking_models import ProposedMark, Remarking
from app.assessment.rules import State
from app.assessment.standings import Standing
from app.audit.services import record
from app.foundation import clock
from app.foundation.actor import SYSTEM, Actor
from app.foundation.errors import ConflictError, NotFoundError, RuleError
from app.foundation.i18n import current_language
from app.foundation.i18n import gettext as _
from app.foundation.i18n import lazy_gettext as _l
from app.foundation.identifiers import new_public_id
from app.foundation.typography import format_number

MARKING, PROPOSED, APPROVED, DROPPED = "marking", "proposed", remarked.APPROVED, "dropped"
MOVED_ON = _l("This re-marking has moved on meanwhile: look at the page again.")


@dataclass(frozen=True)
class Choice:
    """One answer that may be marked again: by people where it was handed in as a text or a file, else by a mark."""

    item: AttemptItem
    by_people: bool
    settled: bool  # void, or its points given to everybody: there is nothing to mark


@dataclass(frozen=True)
class Wanted:
    """What is proposed: the slots that people mark anew, and for others the points and the reason."""

    by_people: Collection[int]
    marks: Mapping[int, tuple[Decimal, str]]


def choices_of(session: Session, attempt: Attempt) -> list[Choice]:
    """The answers of an attempt, in their order, and how each could be marked again."""
    papers = {paper.slot for paper in waiting.papers_of(session, attempt.id)}
    newest = decisions.newest_by_version(regrades.decisions_on(session, attempt))
    settled = {version for version, one in newest.items() if one.kind is not Kind.REKEY}
    return [
        Choice(item, item.slot in papers, item.question_version_id in settled)
        for item in queries.items_of(session, attempt.id)
    ]


def propose(session: Session, *, actor: Actor, appeal: Appeal, wanted: Wanted) -> Remarking:
    """Propose to mark answers again; nothing changes before somebody else approves it. Raises RuleError, ConflictError.

    Essays and files wait for people who did not mark them before; without any, the proposal is ready at once.
    """
    appeals.not_ones_own(actor, appeal)
    appeals.hold_in_review(session, appeal)
    attempt = appeal.attempt
    if attempt.state != State.RELEASED:
        raise ConflictError(appeals.MOVED_ON)
    _check(choices_of(session, attempt), wanted)
    made = Remarking(
        public_id=new_public_id(),
        appeal_id=appeal.id,
        state=MARKING if wanted.by_people else PROPOSED,
        proposed_by=actor.account_id,
        proposed_at=clock.now(),
        marks=[ProposedMark(slot=slot, points=points, reason=why) for slot, (points, why) in wanted.marks.items()],
    )
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError as error:
        raise ConflictError(_("Answers of this attempt are being marked again already.")) from error
    _open_papers(session, made, attempt, wanted.by_people)
    record(session, actor=actor, event="remarking.proposed", subject=made.public_id, details=_said(appeal, wanted))
    return made


def _check(choices: Sequence[Choice], wanted: Wanted) -> None:
    """Raise RuleError for what cannot be marked so: a mark out of range, a question that counts no more."""
    if not wanted.by_people and not wanted.marks:
        raise RuleError(_("Choose at least one answer to mark again."))
    free = {one.item.slot: one for one in choices if not one.settled}
    for slot in (*wanted.by_people, *wanted.marks):
        if slot not in free or free[slot].by_people != (slot in wanted.by_people):
            raise RuleError(_("Question %(number)s cannot be marked again in this way.", number=slot))
    for slot, (points, why) in wanted.marks.items():
        most = free[slot].item.points
        if not (points.is_finite() and 0 <= points <= most):
            raise RuleError(out_of_range(slot, most))
        if not why.strip():
            raise RuleError(_("Question %(number)s: say why.", number=slot))


def out_of_range(slot: int, most: Decimal) -> str:
    """What to say of points that a question cannot earn."""
    in_words = format_number(most, current_language())
    return _(
        "Question %(number)s: write points from 0 to %(most)s, with two decimals at most.", number=slot, most=in_words
    )


def _open_papers(session: Session, remarking: Remarking, attempt: Attempt, slots: Collection[int]) -> None:
    """A second paper of each text and file, which says nothing of the first."""
    for first in waiting.papers_of(session, attempt.id):
        if first.slot in slots:
            session.add(
                Paper(
                    public_id=new_public_id(),
                    attempt_id=attempt.id,
                    slot=first.slot,
                    remarking_id=remarking.id,
                    markers=first.markers,
                    handed_in_at=first.handed_in_at,
                )
            )
    session.flush()


def _said(appeal: Appeal, wanted: Wanted) -> dict[str, Any]:
    return {
        "appeal": appeal.public_id,
        "attempt": appeal.attempt.public_id,
        "by_people": sorted(wanted.by_people),
        "marks": {str(slot): {"points": str(points), "reason": why} for slot, (points, why) in wanted.marks.items()},
    }


def get_remarking(session: Session, public_id: str) -> Remarking:
    """A re-marking with its appeal and attempt; raises NotFoundError."""
    attempt = joinedload(Remarking.appeal).joinedload(Appeal.attempt)
    found = session.scalar(
        select(Remarking)
        .options(attempt.joinedload(Attempt.exam), attempt.joinedload(Attempt.exam_version))
        .options(selectinload(Remarking.marks))
        .where(Remarking.public_id == public_id)
    )
    if found is None:
        raise NotFoundError("remarking")
    return found


def of_appeal(session: Session, appeal: Appeal) -> Sequence[Remarking]:
    """The re-markings of an appeal, oldest first."""
    return session.scalars(select(Remarking).where(Remarking.appeal_id == appeal.id).order_by(Remarking.id)).all()


def plan(session: Session, remarking: Remarking) -> tuple[Standing, Outcome] | None:
    """What a re-marking would make of its attempt; nothing is written."""
    marks = remarked.marks_of(session, [remarking])
    return regrades.plan_remarking(session, remarking.appeal.attempt, marks)


# While people mark


def hold(session: Session, remarking_id: int) -> bool:
    """Hold a re-marking that people are at, so that its markers come one after the other; says whether it is one."""
    return _moved(session, remarking_id, MARKING, MARKING)


def now_proposed(session: Session, remarking_id: int) -> None:
    """Everything is marked, by whoever signed last: what is missing is an approval. To be called held."""
    _moved(session, remarking_id, MARKING, PROPOSED)
    made = session.get_one(Remarking, remarking_id, populate_existing=True)
    record(session, actor=SYSTEM, event="remarking.marked", subject=made.public_id)


def drop(session: Session, *, actor: Actor, remarking: Remarking) -> None:
    """Give it up: what was marked stays on record, and changes nothing. Raises ConflictError once it is settled."""
    appeals.not_ones_own(actor, remarking.appeal)
    if not any(_moved(session, remarking.id, state, DROPPED) for state in (MARKING, PROPOSED)):
        raise ConflictError(MOVED_ON)
    session.refresh(remarking)
    record(session, actor=actor, event="remarking.dropped", subject=remarking.public_id)


# Approving


def why_not_approved_by(session: Session, account_id: int, remarking: Remarking) -> str:
    """What keeps this person from approving it, in words; "" when nothing does."""
    if remarking.proposed_by == account_id:
        return _("You proposed this: somebody else has to approve it.")
    if remarking.appeal.attempt.account_id == account_id:
        return _("Nobody answers their own appeal: a colleague has to.")
    if _has_marked(session, account_id, remarking):
        return _("You marked one of these answers: somebody else has to approve it.")
    return ""


def _has_marked(session: Session, account_id: int, remarking: Remarking) -> bool:
    """Did this person mark one of the answers, the first time or now?"""
    again, any_of_slot = aliased(Paper), aliased(Paper)
    marked = exists().where(
        again.remarking_id == remarking.id,
        any_of_slot.attempt_id == again.attempt_id,
        any_of_slot.slot == again.slot,
        PaperMarking.paper_id == any_of_slot.id,
        PaperMarking.marker_id == account_id,
    )
    return bool(session.scalar(select(marked)))


def approve(session: Session, *, actor: Actor, remarking: Remarking, upheld: bool, words: str) -> None:
    """Put the new marks in force and answer the appeal with them. Raises RuleError, ConflictError.

    The attempt is held first, as when it is handed in and when decisions are carried out; decisions that were approved
    meanwhile are carried out before, so that each revision of the result has one cause.
    """
    appeal = remarking.appeal
    attempt = session.get_one(
        Attempt, appeal.attempt_id, with_for_update={"key_share": True}, populate_existing=True
    )  # fmt: skip
    regrades.hold_exam(session, attempt.exam_id)
    appeals.hold_in_review(session, appeal)
    if attempt.state != State.RELEASED or not _moved(session, remarking.id, PROPOSED, PROPOSED):
        raise ConflictError(MOVED_ON)
    refused = why_not_approved_by(session, actor.account_id, remarking)
    if refused:
        raise RuleError(refused)
    regrades.regrade_attempt(session, attempt.id)
    _refuse_contradiction(session, remarking, upheld=upheld)
    _moved(session, remarking.id, PROPOSED, APPROVED, approved_by=actor.account_id, approved_at=clock.now())
    session.refresh(remarking)
    details = {"appeal": appeal.public_id, "attempt": attempt.public_id}
    record(session, actor=actor, event="remarking.approved", subject=remarking.public_id, details=details)
    regrades.carry_out_remarking(session, attempt, remarking.public_id)
    appeals.answer(session, actor=actor, appeal=appeal, upheld=upheld, words=words)


def _refuse_contradiction(session: Session, remarking: Remarking, *, upheld: bool) -> None:
    """An appeal that raises a mark is not rejected; it may be right of more than what was marked again."""
    planned = plan(session, remarking)
    if planned is None:
        raise ConflictError(MOVED_ON)
    if not upheld and any(after.credit > before.credit for before, after in pairs(*planned)):
        raise RuleError(_("A mark rises by it: uphold the appeal, or give the re-marking up."))


def pairs(standing: Standing, outcome: Outcome) -> list[tuple[Slot, Slot]]:
    """The slots that change, as they are and as they would be."""
    before = {slot.number: slot for slot in standing.slots}
    return [(before[slot.number], slot) for slot in outcome.changed]


def _moved(session: Session, remarking_id: int, start: str, end: str, **values: Any) -> bool:
    """One conditional update decides every race: true for the one who changed the state."""
    changed = session.execute(
        update(Remarking)
        .where(Remarking.id == remarking_id, Remarking.state == start)
        .values(state=end, **values)
        .execution_options(synchronize_session=False)
    )
    return changed.rowcount == 1  # type: ignore[attr-defined, no-any-return]
