"""The revisions of a result: what each corrected, and why, for the person concerned."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment.decision_models import ItemDecision
from app.assessment.models import AttemptItem, Result, Score
from app.assessment.regrading import CAUSE, REMARKED


@dataclass(frozen=True)
class Revision:
    """One correction: the result before and after, the reason, and the slots whose question was concerned.

    On appeal there is no reason here: the answer to the appeal says it in words.
    """

    before: Result
    after: Result
    reason: Mapping[str, str]
    slots: Sequence[int]
    on_appeal: bool = False


def revisions_of(session: Session, attempt_id: int) -> list[Revision]:
    """Every correction of an attempt, oldest first; nothing for a result that stands as it was first given."""
    results = session.scalars(select(Result).where(Result.attempt_id == attempt_id).order_by(Result.revision)).all()
    if len(results) < 2:
        return []
    wanted = {result.reason.removeprefix(CAUSE) for result in results[1:]}
    decisions = {
        row.public_id: row for row in session.scalars(select(ItemDecision).where(ItemDecision.public_id.in_(wanted)))
    }
    slots = _slots(session, attempt_id)
    found = []
    for before, after in itertools.pairwise(results):
        if after.reason.startswith(REMARKED):
            found.append(Revision(before, after, {}, slots_marked_again(session, after), on_appeal=True))
            continue
        decision = decisions.get(after.reason.removeprefix(CAUSE))
        concerned = slots.get(decision.question_version_id, []) if decision else []
        found.append(Revision(before, after, decision.reason if decision else {}, concerned))
    return found


def slots_marked_again(session: Session, result: Result) -> list[int]:
    """The slots whose marks a revision changed."""
    rows = select(Score.slot).where(Score.attempt_id == result.attempt_id, Score.revision == result.revision)
    return list(session.scalars(rows.order_by(Score.slot)))


def _slots(session: Session, attempt_id: int) -> dict[int, list[int]]:
    rows = session.execute(
        select(AttemptItem.question_version_id, AttemptItem.slot).where(AttemptItem.attempt_id == attempt_id)
    )
    return {version: [slot] for version, slot in rows}
