"""Attempts as they were marked last, many at a time, with what was decided since: on their questions, on appeal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.assessment import panels, queries, remarked
from app.assessment.models import Answer, Attempt, AttemptItem, ExamVersion, QuestionVersion, Result, Score
from app.assessment.regrading import CutOf, Decided, Decision, Outcome, Slot, cut_rule, regrade
from app.assessment.remarked import Marks

LOADED_AT_ONCE = 200  # attempts: some six thousand slots


@dataclass(frozen=True)
class Standing:
    """One marked attempt: what it is, its result in force, its slots, the decisions that concern it."""

    attempt: Attempt
    result: Result
    slots: Sequence[Slot]
    cut_of: CutOf

    def outcome(self) -> Outcome:
        """What its result becomes by the decisions; a pass that was published stands."""
        published = self.attempt.state == "released" and self.result.passed
        return regrade(self.slots, self.cut_of, published_pass=published)


Decisions = Mapping[int, Decision]  # the decision in force, by question version


def standings(
    session: Session, attempt_ids: Sequence[int], decisions: Decisions, proposed: Marks | None = None
) -> Iterator[Standing]:
    """The marked ones of these attempts, in the order of their ids; a few statements for each two hundred.

    `proposed` are marks on appeal that nobody has approved yet, to see what they would change.
    """
    ordered = sorted(attempt_ids)
    for start in range(0, len(ordered), LOADED_AT_ONCE):
        ids = ordered[start : start + LOADED_AT_ONCE]
        on_appeal = remarked.approved_marks(session, ids) | dict(proposed or {})
        yield from _some(session, ids, decisions, on_appeal)


def _some(session: Session, ids: Sequence[int], decisions: Decisions, on_appeal: Marks) -> Iterator[Standing]:
    rows = session.execute(
        select(Attempt, Result, ExamVersion)
        .join(Result, Result.attempt_id == Attempt.id)
        .join(ExamVersion, ExamVersion.id == Attempt.exam_version_id)
        .where(Attempt.id.in_(ids), queries.in_force())
        .order_by(Attempt.id)
    ).all()
    slots = _slots(session, ids, decisions, on_appeal)
    exam_versions = {exam_version.id: exam_version for _attempt, _result, exam_version in rows}
    in_turn = {id_: panels.panels_in_turn(session, one) for id_, one in exam_versions.items()}
    for attempt, result, exam_version in rows:
        panel = panels.in_force_at(in_turn[exam_version.id], attempt.started_at)
        rated = None if panel is None else panels.rated_by(session, panel)
        by_slot = None if rated is None else {slot.number: rated[version] for version, slot in slots[attempt.id]}
        cut_of = cut_rule(exam_version.settings["cut"], by_slot)
        yield Standing(attempt, result, [slot for _version, slot in slots[attempt.id]], cut_of)


def _slots(
    session: Session, ids: Sequence[int], decisions: Decisions, on_appeal: Marks
) -> dict[int, list[tuple[int, Slot]]]:
    """By attempt, the question version and the slot of each place that was marked."""
    marks = credits_in_force(session, ids)
    decided = _decided(session, ids, decisions)
    rows = session.execute(
        select(AttemptItem.attempt_id, AttemptItem.slot, AttemptItem.points, QuestionVersion.id, QuestionVersion.domain)
        .join(QuestionVersion, QuestionVersion.id == AttemptItem.question_version_id)
        .where(AttemptItem.attempt_id.in_(ids))
        .order_by(AttemptItem.attempt_id, AttemptItem.slot)
    )
    slots: dict[int, list[tuple[int, Slot]]] = defaultdict(list)
    for attempt_id, number, points, version, domain in rows:
        here = (attempt_id, number)
        if here in marks:
            slot = Slot(number, points, domain, *marks[here], decided.get(here), on_appeal.get(here))
            slots[attempt_id].append((version, slot))
    return slots


def credits_in_force(session: Session, ids: Sequence[int]) -> dict[tuple[int, int], tuple[Decimal, str]]:
    """Credit and rule of every slot in its last revision."""
    rows = session.execute(
        select(Score.attempt_id, Score.slot, Score.credit, Score.rule)
        .where(Score.attempt_id.in_(ids))
        .order_by(Score.revision)
    )
    return {(attempt_id, slot): (credit, rule) for attempt_id, slot, credit, rule in rows}


def _decided(session: Session, ids: Sequence[int], decisions: Decisions) -> dict[tuple[int, int], Decided]:
    if not decisions:
        return {}
    rows = session.execute(
        select(
            AttemptItem.attempt_id, AttemptItem.slot, AttemptItem.question_version_id, AttemptItem.option_order,
            Answer.payload,
        )
        .outerjoin(Answer, and_(Answer.attempt_id == AttemptItem.attempt_id, Answer.slot == AttemptItem.slot))
        .where(AttemptItem.attempt_id.in_(ids), AttemptItem.question_version_id.in_(list(decisions)))
    )  # fmt: skip
    found = rows.all()
    versions = {row.question_version_id for row in found}
    wanted = select(QuestionVersion.id, QuestionVersion.body).where(QuestionVersion.id.in_(versions))
    bodies = {version: body for version, body in session.execute(wanted)}  # noqa: C416 - rows are no pairs to mypy
    return {
        (attempt_id, slot): Decided(decisions[version], bodies[version], payload, order)
        for attempt_id, slot, version, order, payload in found
    }
