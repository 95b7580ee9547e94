"""Finding papers: those that wait for a marker, one's own markings, what was decided of an attempt's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from app.assessment import essays, exact, remarked, waiting
from app.assessment.appeal_models import Appeal
from app.assessment.draws import Pooled
from app.assessment.models import Answer, Attempt, AttemptItem, ExamVersion, QuestionVersion
from app.assessment.paper_models import AttemptFile, Paper, PaperMarking
from app.assessment.remarking_models import Remarking
from app.assessment.rubrics import Levels, Rubric, score
from app.assessment.rules import WITHOUT_RESULT, State
from app.foundation.errors import NotFoundError
from app.foundation.paging import PageOf

PAGE_SIZE = 20

_WITH_ALL = (
    joinedload(Paper.attempt).joinedload(Attempt.exam_version).joinedload(ExamVersion.exam),
    joinedload(Paper.item).joinedload(AttemptItem.version),
    joinedload(Paper.remarking),
    selectinload(Paper.markings),
)


def rubric_of(paper: Paper) -> Rubric:
    """The rubric of a loaded paper, exact."""
    return essays.rubric_in(paper.item.version.body)


def percent_of(paper: Paper, levels: Levels) -> Decimal:
    """What these levels earn out of 100, truncated to one decimal."""
    return exact.truncated(score(rubric_of(paper), levels) * 100, 1)


# To mark


def papers_to_mark(session: Session, account_id: int, number: int) -> PageOf[Paper]:
    """What waits for a marking, the longest first; never one's own work."""
    statement = _to_mark(account_id)
    total = count_to_mark(session, account_id)
    last = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, number), last)
    rows = session.scalars(
        statement.options(*_WITH_ALL)
        .order_by(Paper.handed_in_at, Paper.id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return PageOf(rows=rows, number=number, size=PAGE_SIZE, total=total)


def count_to_mark(session: Session, account_id: int) -> int:
    """How many papers wait that are not one's own."""
    return session.scalar(select(func.count()).select_from(_to_mark(account_id).subquery())) or 0


def _to_mark(account_id: int) -> Select[Paper]:
    """One whose attempt was annulled waits no longer, nor does one whose re-marking was given up."""
    first = and_(Paper.remarking_id.is_(None), Attempt.state == State.SUBMITTED.value)
    again = and_(Remarking.state == "marking", Attempt.state == State.RELEASED.value)
    return _not_theirs(account_id).where(Paper.decided_at.is_(None), or_(first, again))


def _not_theirs(account_id: int) -> Select[Paper]:
    """What somebody else handed in; of what is marked again on appeal, only what this person knows nothing of yet.

    That leaves out who marked the answer before, who proposed to have it marked again, who looks into the appeal.
    """
    before, other = aliased(PaperMarking), aliased(Paper)
    marked_before = exists().where(
        before.paper_id == other.id,
        before.marker_id == account_id,
        other.attempt_id == Paper.attempt_id,
        other.slot == Paper.slot,
        other.id < Paper.id,
    )
    impartial = and_(
        Remarking.proposed_by != account_id,
        or_(Appeal.reviewer_id.is_(None), Appeal.reviewer_id != account_id),
        ~marked_before,
    )
    return (
        select(Paper)
        .join(Attempt, Attempt.id == Paper.attempt_id)
        .outerjoin(Remarking, Remarking.id == Paper.remarking_id)
        .outerjoin(Appeal, Appeal.id == Remarking.appeal_id)
        .where(Attempt.account_id != account_id, or_(Paper.remarking_id.is_(None), impartial))
    )


def waits_for_markers(paper: Paper) -> bool:
    """May a loaded paper still be marked?"""
    if paper.remarking is None:
        return paper.attempt.state == State.SUBMITTED
    return paper.remarking.state == "marking" and paper.attempt.state == State.RELEASED


def get_paper(session: Session, account_id: int, public_id: str) -> Paper:
    """A paper that this person may mark, or has marked; raises NotFoundError."""
    found = session.scalar(_not_theirs(account_id).options(*_WITH_ALL).where(Paper.public_id == public_id))
    if found is None:
        raise NotFoundError("paper")
    return found


def find_marking(session: Session, paper: Paper, account_id: int) -> PaperMarking | None:
    """This marker's marking of a paper, or None."""
    return session.scalar(
        select(PaperMarking)
        .where(PaperMarking.paper_id == paper.id, PaperMarking.marker_id == account_id)
        .execution_options(populate_existing=True)
    )


def markings_of(session: Session, paper: Paper) -> Sequence[PaperMarking]:
    """The markings of a paper, read afresh, in the order of their places."""
    return session.scalars(
        select(PaperMarking)
        .where(PaperMarking.paper_id == paper.id)
        .order_by(PaperMarking.place)
        .execution_options(populate_existing=True)
    ).all()


def markings_done_by(session: Session, account_id: int, most: int) -> Sequence[tuple[PaperMarking, Paper]]:
    """What this marker has marked, the last first."""
    rows = session.execute(
        select(PaperMarking, Paper)
        .join(Paper, Paper.id == PaperMarking.paper_id)
        .options(*_WITH_ALL)
        .where(PaperMarking.marker_id == account_id, PaperMarking.done_at.is_not(None))
        .order_by(PaperMarking.done_at.desc())
        .limit(most)
    )
    return [(row[0], row[1]) for row in rows]


def answer_on(session: Session, paper: Paper) -> Mapping[str, Any]:
    """What was handed in: {text} of an essay, {sha256, name} of a file."""
    payload = session.scalar(
        select(Answer.payload).where(Answer.attempt_id == paper.attempt_id, Answer.slot == paper.slot)
    )
    return payload or {}


def size_of(session: Session, attempt_id: int, slot: int, sha256: str) -> int:
    """The size of a file that was sent, in bytes; 0 for none."""
    sent = session.get(AttemptFile, (attempt_id, slot, sha256))
    return sent.size if sent else 0


# For candidates


def asks_people(pool: Iterable[Pooled]) -> bool:
    """May an exam that draws from this pool ask for an essay or a file?"""
    return any(essays.is_marked_by_people(one.body["type"]) for one in pool)


def find_being_marked(session: Session, account_id: int, exam_id: int) -> Attempt | None:
    """The attempt of this person that people still mark, or whose result is held back, or None."""
    return session.scalar(
        select(Attempt).where(
            Attempt.account_id == account_id, Attempt.exam_id == exam_id, Attempt.state.in_(WITHOUT_RESULT)
        )
    )


@dataclass(frozen=True)
class Waits:
    """An answer that people still mark, as its candidate knows of it."""

    slot: int
    kind: str
    markers: int
    decided: bool


def waits_of(session: Session, attempt_id: int) -> list[Waits]:
    """What an attempt that was handed in waits for, in the order of its questions."""
    rows = session.execute(
        select(Paper.slot, QuestionVersion.type, Paper.markers, Paper.decided_at)
        .join(AttemptItem, (AttemptItem.attempt_id == Paper.attempt_id) & (AttemptItem.slot == Paper.slot))
        .join(QuestionVersion, QuestionVersion.id == AttemptItem.question_version_id)
        .where(Paper.attempt_id == attempt_id)
        .order_by(Paper.slot)
    )
    return [Waits(slot, kind, markers, decided_at is not None) for slot, kind, markers, decided_at in rows]


@dataclass(frozen=True)
class Line:
    """One line of a rubric as decided: the author's line, the level, what the markers say of it."""

    line: Mapping[str, Any]
    level: int
    said: Sequence[str]


@dataclass(frozen=True)
class Told:
    """What people decided of one answer, as its candidate reads it once the result is out."""

    slot: int
    is_file: bool
    markers: int
    points: Decimal
    most: Decimal
    lines: Sequence[Line]
    comments: Sequence[str]
    again: bool  # on appeal


def told_of(session: Session, attempt: Attempt) -> list[Told]:
    """What was decided of each essay and file of a released attempt; nothing before."""
    if attempt.state != State.RELEASED:
        return []
    papers = waiting.papers_of(session, attempt.id)
    if not papers:
        return []
    again = remarked.of_attempts(session, [attempt.id], remarked.APPROVED)
    last = {paper.slot: paper for one in again for paper in remarked.papers_of(session, [one])}
    return [_told(session, last.get(paper.slot, paper)) for paper in papers if paper.levels]


def _told(session: Session, paper: Paper) -> Told:
    done = [marking for marking in markings_of(session, paper) if marking.done_at is not None]
    body, levels = paper.item.version.body, paper.levels or {}
    lines = [
        Line(line, levels[line["id"]], [words for one in done if (words := one.feedback.get(line["id"]))])
        for line in body["rubric"]
    ]
    points = exact.rounded(score(rubric_of(paper), levels) * Fraction(paper.item.points), 2)
    comments = [one.comment for one in done if one.comment]
    again = paper.remarking_id is not None
    return Told(paper.slot, body["type"] == "file", len(done), points, paper.item.points, lines, comments, again)
