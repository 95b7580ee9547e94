"""What answers earned when they were marked again on appeal: the marks of re-markings, by attempt and slot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.assessment.appeal_models import Appeal
from app.assessment.models import AttemptItem
from app.assessment.paper_models import Paper
from app.assessment.regrading import Remarked, credit_of_levels, credit_of_points
from app.assessment.remarking_models import Remarking

Marks = Mapping[tuple[int, int], Remarked]  # by attempt and slot
APPROVED = "approved"


def of_attempts(session: Session, attempt_ids: Sequence[int], *states: str) -> Sequence[Remarking]:
    """The re-markings of these attempts in these states (none named: all), the last approved last."""
    wanted = [Appeal.attempt_id.in_(attempt_ids), *([Remarking.state.in_(states)] if states else [])]
    return session.scalars(
        select(Remarking)
        .join(Appeal, Appeal.id == Remarking.appeal_id)
        .options(joinedload(Remarking.appeal), selectinload(Remarking.marks))
        .where(*wanted)
        .order_by(Remarking.approved_at, Remarking.id)
    ).all()


def papers_of(session: Session, remarkings: Sequence[Remarking]) -> Sequence[Paper]:
    """The papers that these re-markings made, read afresh, in the order of their questions."""
    if not remarkings:
        return []
    return session.scalars(
        select(Paper)
        .options(joinedload(Paper.item).joinedload(AttemptItem.version), selectinload(Paper.markings))
        .where(Paper.remarking_id.in_([one.id for one in remarkings]))
        .order_by(Paper.slot, Paper.id)
        .execution_options(populate_existing=True)
    ).all()


def approved_marks(session: Session, attempt_ids: Sequence[int]) -> dict[tuple[int, int], Remarked]:
    """The marks in force on appeal: of several re-markings of one answer, the one approved last."""
    return marks_of(session, of_attempts(session, attempt_ids, APPROVED))


def marks_of(session: Session, remarkings: Sequence[Remarking]) -> dict[tuple[int, int], Remarked]:
    """The marks that these re-markings give, those of papers not decided yet left out; the later one counts."""
    papers, points = papers_of(session, remarkings), _points(session, remarkings)
    found: dict[tuple[int, int], Remarked] = {}
    for one in remarkings:
        attempt_id = one.appeal.attempt_id
        for mark in one.marks:
            here = (attempt_id, mark.slot)
            found[here] = Remarked(credit_of_points(mark.points, points[here]), one.approved_at)
        for paper in papers:
            if paper.remarking_id == one.id and paper.levels is not None:
                credit = credit_of_levels(paper.item.version.body, paper.levels)
                found[attempt_id, paper.slot] = Remarked(credit, one.approved_at)
    return found


def _points(session: Session, remarkings: Sequence[Remarking]) -> dict[tuple[int, int], Decimal]:
    """What the slots with a proposed mark are worth."""
    attempts = [one.appeal.attempt_id for one in remarkings if one.marks]
    if not attempts:
        return {}
    rows = session.execute(
        select(AttemptItem.attempt_id, AttemptItem.slot, AttemptItem.points).where(AttemptItem.attempt_id.in_(attempts))
    )
    return {(attempt_id, slot): points for attempt_id, slot, points in rows}
