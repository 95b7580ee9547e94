"""Everybody's first attempt at one exam version, as the figures need it: marks, choices and language, and no name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, String, Table, and_, func, select, type_coerce
from sqlalchemy.orm import Session, contains_eager

from app.accounts.models import Account
from app.assessment.models import Answer, Attempt, AttemptItem, Exam, ExamPool, ExamVersion, Result, Score
from app.assessment.regrading import VOID_RULE
from app.assessment.rules import State
from app.catalog.models import CourseVersion
from app.foundation.errors import NotFoundError

# Of tables rather than entities: 5,000 attempts are 100,000 rows.
_accounts = cast(Table, Account.__table__)
_attempts = cast(Table, Attempt.__table__)
_items = cast(Table, AttemptItem.__table__)
_answers = cast(Table, Answer.__table__)
_scores = cast(Table, Score.__table__)
_results = cast(Table, Result.__table__)
MOST_SIBLINGS = 5  # versions beside the one looked at
_VERSIONS = (
    select(ExamVersion, CourseVersion)
    .join(Exam, Exam.id == ExamVersion.exam_id)
    .join(CourseVersion, CourseVersion.id == ExamVersion.course_version_id)
    .options(contains_eager(ExamVersion.exam))
)
_MARKED = (State.SCORED.value, State.RELEASED.value)


@dataclass(frozen=True, slots=True)
class Line:
    """One person's answer to one question: the mark in points, and the ids of the options chosen."""

    mark: float
    maximum: float
    blank: bool
    chosen: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Is it worth everything?"""
        return self.mark >= self.maximum


@dataclass(slots=True)
class Sheet:
    """One person's attempt; `lines` by question version, the cut in points."""

    language: str
    passed: bool
    cut: float
    maximum: float
    simulated: bool = False
    lines: dict[int, Line] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """Points earned, before any rounding."""
        return sum(line.mark for line in self.lines.values())


def fingerprint(session: Session, exam_version_id: int, until: datetime | None = None) -> tuple[Any, ...]:
    """Say what the figures of an exam version are made of: it changes whenever a first result comes, goes or changes.

    Random ids stand in it, so that it names the content and not only the row.
    """
    row = session.execute(
        select(
            func.count(),
            func.sum(_results.c.revision),
            func.max(_results.c.decided_at),
            func.max(_attempts.c.public_id),
            func.min(_attempts.c.public_id),
        )
        .join_from(_results, _attempts, _results.c.attempt_id == _attempts.c.id)
        .where(*_first_of(exam_version_id), *_before(_results.c.decided_at, until))
    ).one()
    return (exam_version_id, until, *row)


def _first_of(exam_version_id: int) -> Sequence[ColumnElement[bool]]:
    """First attempts only: whoever sits again has seen some of the questions."""
    return (
        _attempts.c.exam_version_id == exam_version_id,
        _attempts.c.number == 1,
        _attempts.c.state.in_(_MARKED),
    )


def _before(column: ColumnElement[Any], until: datetime | None) -> Sequence[ColumnElement[bool]]:
    return () if until is None else (column < until,)


@dataclass(frozen=True, slots=True)
class FirstAttempts:
    """How many first attempts there are, and how many of them are simulated."""

    count: int = 0
    simulated: int = 0


def first_attempts(session: Session) -> dict[int, FirstAttempts]:
    """How many people's first attempts each exam version has, marked ones only."""
    rows = session.execute(
        select(_attempts.c.exam_version_id, func.count(), func.count().filter(_accounts.c.simulated))
        .join_from(_attempts, _accounts, _accounts.c.id == _attempts.c.account_id)
        .where(_attempts.c.number == 1, _attempts.c.state.in_(_MARKED))
        .group_by(_attempts.c.exam_version_id)
    )
    return {row[0]: FirstAttempts(row[1], row[2]) for row in rows}


@dataclass(frozen=True, slots=True)
class Measured:
    """An exam version as staff look at it, with the version of the course it belongs to."""

    version: ExamVersion
    course: CourseVersion

    @property
    def place(self) -> dict[str, Any]:
        """Where it is found: the arguments of its addresses."""
        return {"exam_id": self.version.exam.public_id, "number": self.course.number}


def exam_versions(session: Session) -> list[Measured]:
    """Every exam and quiz in every version, by course, newest version first, the exam before the quizzes."""
    rows = session.execute(
        _VERSIONS.order_by(Exam.course_id, ExamVersion.course_version_id.desc(), Exam.kind, Exam.slug)
    )
    return [Measured(*row) for row in rows]


def get_exam_version(session: Session, exam_id: str, number: int) -> Measured:
    """An exam by its public id, in the version of its course of that number; raises NotFoundError."""
    row = session.execute(_VERSIONS.where(Exam.public_id == exam_id, CourseVersion.number == number)).one_or_none()
    if row is None:
        raise NotFoundError("exam")
    return Measured(*row)


def get_version(session: Session, exam_version_id: int) -> Measured:
    """An exam version by its own id."""
    return Measured(*session.execute(_VERSIONS.where(ExamVersion.id == exam_version_id)).one())


def siblings_with(session: Session, version: ExamVersion, question_version_id: int) -> list[Measured]:
    """The other versions of the same exam that may draw this very question, newest first."""
    rows = session.execute(
        _VERSIONS.join(ExamPool, ExamPool.exam_version_id == ExamVersion.id)
        .where(
            ExamVersion.exam_id == version.exam_id,
            ExamVersion.id != version.id,
            ExamPool.question_version_id == question_version_id,
        )
        .order_by(CourseVersion.number.desc())
        .limit(MOST_SIBLINGS)
    )
    return [Measured(*row) for row in rows]


def sheets_of(session: Session, exam_version_id: int, until: datetime | None = None) -> list[Sheet]:
    """Every first attempt marked before `until` as it stood then, void questions left out; always in two statements."""
    found = _read_sheets(session, exam_version_id, until)
    for attempt_id, version_id, points, order, payload, credit, rule in _read_lines(session, exam_version_id, until):
        sheet = found.get(attempt_id)
        if sheet is None:
            continue
        if rule == VOID_RULE:  # counts neither for nor against anybody
            sheet.lines.pop(version_id, None)
        else:  # of several revisions the last stays
            maximum = float(points)
            sheet.lines[version_id] = Line(
                float(credit) * maximum, maximum, _is_blank(payload), _chosen(order, payload)
            )
    return list(found.values())


def _read_sheets(session: Session, exam_version_id: int, until: datetime | None) -> dict[int, Sheet]:
    rows = session.execute(
        select(
            _attempts.c.id,
            _attempts.c.language,
            _results.c.passed,
            type_coerce(_results.c.cut, String),
            type_coerce(_results.c.max_points, String),
            _accounts.c.simulated,
        )
        .join_from(_attempts, _results, _results.c.attempt_id == _attempts.c.id)
        .join(_accounts, _accounts.c.id == _attempts.c.account_id)
        .where(*_first_of(exam_version_id), *_before(_results.c.decided_at, until))
        .order_by(_attempts.c.id, _results.c.revision)
    )
    return {row[0]: Sheet(row[1], row[2], float(row[3]), float(row[4]), row[5]) for row in rows}


def _read_lines(session: Session, exam_version_id: int, until: datetime | None) -> Any:
    same_answer = and_(_answers.c.attempt_id == _items.c.attempt_id, _answers.c.slot == _items.c.slot)
    same_score = and_(_scores.c.attempt_id == _items.c.attempt_id, _scores.c.slot == _items.c.slot)
    return session.execute(
        select(
            _items.c.attempt_id,
            _items.c.question_version_id,
            type_coerce(_items.c.points, String),
            _items.c.option_order,
            _answers.c.payload,
            type_coerce(_scores.c.credit, String),
            _scores.c.rule,
        )
        .join_from(_attempts, _items, _items.c.attempt_id == _attempts.c.id)
        .join(_scores, same_score)
        .outerjoin(_answers, same_answer)
        .where(*_first_of(exam_version_id), *_before(_scores.c.scored_at, until))
        .order_by(_items.c.attempt_id, _items.c.slot, _scores.c.revision)
    )


def _is_blank(payload: Mapping[str, Any] | None) -> bool:
    return not payload or not any(value for key, value in payload.items() if key != "lang")


def _chosen(order: Sequence[Sequence[str]], payload: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The ids behind the tokens of a stored payload; of questions without options, none."""
    if not payload or not order:
        return ()
    tokens = payload.get("choices") or [payload.get("choice")]
    ids = {pair[0]: pair[1] for pair in order}
    return tuple(ids[token] for token in tokens if token in ids)
