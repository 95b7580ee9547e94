"""The attempts of many people at the exams of one course, in a number of statements that does not grow with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.assessment import queries, rules
from app.assessment.models import Answer, Attempt, Exam, Result
from app.foundation import clock

WITH_RESULT = (rules.State.SCORED, rules.State.RELEASED, rules.State.ANNULLED)


@dataclass(frozen=True)
class Outcome:
    """One attempt at the exam of this slug: how it stands now by the clock, and the result in force once released.

    `held` is a result that is not released yet: for those who teach, never for its candidate.
    """

    slug: str
    kind: str
    attempt: Attempt
    standing: rules.Effective
    result: Result | None
    held: Result | None = None


def outcomes_of(
    session: Session, course_id: int, account_ids: Sequence[int], *, practice: bool = False
) -> dict[int, list[Outcome]]:
    """The attempts of these people by account, oldest first; of exercises those in progress, or all with `practice`."""
    later = aliased(Result)
    newest = select(func.max(later.revision)).where(later.attempt_id == Attempt.id).scalar_subquery()
    marked = Attempt.state.in_((rules.State.SCORED, rules.State.RELEASED))
    in_force = and_(Result.attempt_id == Attempt.id, Result.revision == newest, marked)
    wanted = or_(Exam.kind != "practice", Attempt.state == rules.State.IN_PROGRESS)
    rows = session.execute(
        select(Attempt, Exam.slug, Exam.kind, Result)
        .join(Exam, Exam.id == Attempt.exam_id)
        .outerjoin(Result, in_force)
        .where(Exam.course_id == course_id, Attempt.account_id.in_(account_ids), *([] if practice else [wanted]))
        .order_by(Attempt.account_id, Exam.id, Attempt.number)
    ).all()
    last_saved = _last_saved(session, [row[0] for row in rows])
    found: dict[int, list[Outcome]] = {}
    for attempt, slug, kind, result in rows:
        standing = _standing(session, attempt, last_saved)
        known, held = (result, None) if attempt.state == rules.State.RELEASED else (None, result)
        found.setdefault(attempt.account_id, []).append(Outcome(slug, kind, attempt, standing, known, held))
    return found


def _is_untimed(attempt: Attempt) -> bool:
    return attempt.state == rules.State.IN_PROGRESS and attempt.deadline_at is None


def _last_saved(session: Session, attempts: Iterable[Attempt]) -> dict[int, datetime]:
    """When an answer was last saved in the attempts without a time limit, which close after long unused."""
    untimed = [attempt.id for attempt in attempts if _is_untimed(attempt)]
    if not untimed:
        return {}
    rows = session.execute(
        select(Answer.attempt_id, func.max(Answer.saved_at, type_=Answer.saved_at.type))
        .where(Answer.attempt_id.in_(untimed))
        .group_by(Answer.attempt_id)
    )
    return dict(rows.all())


def _standing(session: Session, attempt: Attempt, last_saved: dict[int, datetime]) -> rules.Effective:
    """What `queries.effective_state` says; it would ask the database once for each attempt without a time limit."""
    if not _is_untimed(attempt):
        return queries.effective_state(session, attempt)
    at = last_saved.get(attempt.id, attempt.started_at)
    return rules.state_at(rules.Timing(rules.State(attempt.state), None, at), clock.now())


def passed_courses_of(
    session: Session, account_ids: Sequence[int], course_ids: Collection[int]
) -> dict[int, frozenset[int]]:
    """Which of these courses each of these people has passed the certification exam of."""
    if not course_ids:
        return {}
    rows = session.execute(
        select(Attempt.account_id, Exam.course_id)
        .join(Exam, Exam.id == Attempt.exam_id)
        .join(Result, Result.attempt_id == Attempt.id)
        .where(
            Attempt.account_id.in_(account_ids),
            Attempt.state == rules.State.RELEASED,
            Exam.course_id.in_(course_ids),
            Exam.kind == "certification",
            Result.passed,
        )
    )
    found: dict[int, frozenset[int]] = {}
    for account_id, course_id in rows:
        found[account_id] = found.get(account_id, frozenset()) | {course_id}
    return found


def best_shares(session: Session, course_id: int) -> dict[int, Decimal]:
    """The best released share of the points of each person at the certification exam: to sort by, never to be shown."""
    later = aliased(Result)
    newest = select(func.max(later.revision)).where(later.attempt_id == Attempt.id).scalar_subquery()
    rows = session.execute(
        select(Attempt.account_id, Result.total, Result.max_points)
        .join(Exam, Exam.id == Attempt.exam_id)
        .join(Result, Result.attempt_id == Attempt.id)
        .where(
            Exam.course_id == course_id,
            Exam.kind == "certification",
            Attempt.state == rules.State.RELEASED,
            Result.revision == newest,
        )
    )
    found: dict[int, Decimal] = {}
    for account_id, total, most in rows:
        share = total / most if most else Decimal(0)
        found[account_id] = max(found.get(account_id, share), share)
    return found


def results_of_attempts(session: Session, attempt_ids: Sequence[int]) -> dict[int, list[Result]]:
    """Every revision of the results of these attempts, for those who teach, first to last."""
    rows = session.scalars(
        select(Result)
        .join(Attempt, Attempt.id == Result.attempt_id)
        .where(Result.attempt_id.in_(attempt_ids), Attempt.state.in_(WITH_RESULT))
        .order_by(Result.attempt_id, Result.revision)
    )
    found: dict[int, list[Result]] = {}
    for result in rows:
        found.setdefault(result.attempt_id, []).append(result)
    return found
