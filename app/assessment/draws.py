"""What a draw looks at: the questions an exam may draw, and how often this person has had each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, contains_eager

from app.assessment.drawing import Candidate, candidates_of
from app.assessment.models import Attempt, AttemptItem, ExamPool, ExamVersion, Question, QuestionVersion
from app.foundation.keeping import Kept


@dataclass(frozen=True, slots=True)
class Pooled:
    """A question that may be drawn, apart from any session: its version's id, what a draw sees of it, its body."""

    version_id: int
    candidate: Candidate
    body: Mapping[str, Any]


# A pool is frozen with its exam version (ADR 0006): read once in a process, not at each start of a rush.
_POOLS: Kept[tuple[str, int], dict[str, Pooled]] = Kept(64)


def frozen_pool(session: Session, exam_version: ExamVersion) -> Mapping[str, Pooled]:
    """The questions of an exam version by public id, void ones included."""

    def read() -> dict[str, Pooled]:
        pool = pool_of(session, exam_version.id)
        pairs = zip(pool, candidates_in(pool), strict=True)
        return {one.public_id: Pooled(version.id, one, version.body) for version, one in pairs}

    return _POOLS.get((exam_version.exam.public_id, exam_version.id), read)


def candidates_in(pool: Sequence[QuestionVersion]) -> list[Candidate]:
    """Questions of one pool as a draw sees them."""
    return candidates_of([described(version) for version in pool])


def pool_of(session: Session, exam_version_id: int) -> Sequence[QuestionVersion]:
    """The questions of an exam version, with their question, void ones included."""
    return session.scalars(
        select(QuestionVersion)
        .join(ExamPool, ExamPool.question_version_id == QuestionVersion.id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .options(contains_eager(QuestionVersion.question))
        .where(ExamPool.exam_version_id == exam_version_id)
        .order_by(QuestionVersion.id)
    ).all()


def described(version: QuestionVersion) -> dict[str, Any]:
    """A question as a draw sees it: all that decides whether it is taken, nothing of what it asks."""
    return {
        "public_id": version.question.public_id,
        "slug": version.question.slug,
        "number": version.number,
        "domain": version.domain,
        "level": version.level,
        "type": version.type,
        "tags": list(version.body.get("tags") or ()),
        "skills": list(version.body.get("skills") or ()),
        "enemies": list(version.body.get("enemies") or ()),
        "case": version.body.get("case"),
    }


def times_seen(session: Session, account_id: int, exam_id: int) -> dict[str, int]:
    """How often this person has had each question of an exam, by the question's public id."""
    return times_held(session, Attempt.account_id == account_id, Attempt.exam_id == exam_id)


def times_held(session: Session, *which: ColumnElement[bool]) -> dict[str, int]:
    """In how many of these attempts each question stood, by its public id."""
    rows = session.execute(
        select(Question.public_id, func.count())
        .select_from(AttemptItem)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .join(QuestionVersion, QuestionVersion.id == AttemptItem.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(*which)
        .group_by(Question.public_id)
    )
    return {row[0]: row[1] for row in rows}
