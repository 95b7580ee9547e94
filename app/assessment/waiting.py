"""What of an attempt waits for people: its essays and files as papers, and the levels decided so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment import essays
from app.assessment.answers import normalise
from app.assessment.models import Answer, Attempt, AttemptItem
from app.assessment.paper_models import Paper
from app.assessment.rubrics import Levels
from app.foundation import clock
from app.foundation.identifiers import new_public_id


def counted_items(attempt: Attempt, items: Sequence[AttemptItem]) -> list[AttemptItem]:
    """The questions that count: in exercises nobody marks an essay, so it counts neither for nor against."""
    if attempt.kind != "practice":
        return list(items)
    return [item for item in items if not essays.is_marked_by_people(item.version.type)]


def open_papers(
    session: Session, attempt: Attempt, items: Sequence[AttemptItem], in_force: Mapping[int, Answer]
) -> frozenset[int]:
    """Make a paper of each essay or file that was handed in; the slots that wait. One left blank waits for nobody."""
    slots = [item.slot for item in items if _waits(item, in_force.get(item.slot))]
    for slot in slots:
        session.add(
            Paper(
                public_id=new_public_id(),
                attempt_id=attempt.id,
                slot=slot,
                markers=essays.markers_for(attempt.kind),
                handed_in_at=attempt.submitted_at or clock.now(),
            )
        )
    return frozenset(slots)


def _waits(item: AttemptItem, answer: Answer | None) -> bool:
    if answer is None or not essays.is_marked_by_people(item.version.type):
        return False
    return normalise(item.version.type, answer.payload) is not None


def papers_of(session: Session, attempt_id: int) -> Sequence[Paper]:
    """The papers of an attempt as it was handed in, read afresh, in the order of their questions."""
    return session.scalars(
        select(Paper)
        .where(Paper.attempt_id == attempt_id, Paper.remarking_id.is_(None))
        .order_by(Paper.slot)
        .execution_options(populate_existing=True)
    ).all()


def decided_levels(papers: Sequence[Paper]) -> dict[int, Levels]:
    """The levels decided, by slot."""
    return {paper.slot: paper.levels for paper in papers if paper.levels is not None}
