"""Questions and their frozen versions, exams and quizzes, attempts, answers, scores, results."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.catalog.models import Course
from app.foundation.database import Base, DecimalText, JSONValue, LocalisedText, UTCDateTime


class Bank(Base):
    """A set of questions; `practice` banks may be shown with feedback, the others only in exams."""

    __tablename__ = "bank"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"), index=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)


class Question(Base):
    """A question through all its versions; its slug is never reused."""

    __tablename__ = "question"
    __table_args__ = (UniqueConstraint("bank_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    bank_id: Mapped[int] = mapped_column(ForeignKey("bank.id"))
    slug: Mapped[str] = mapped_column(String(80))
    current_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("question_version.id", use_alter=True, name="fk_question_current_version_id")
    )
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    bank: Mapped[Bank] = relationship()


class QuestionVersion(Base):
    """One frozen state of a question; a change makes a new version."""

    __tablename__ = "question_version"
    __table_args__ = (
        UniqueConstraint("question_id", "number"),
        CheckConstraint("level BETWEEN 1 AND 4", name="level"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    number: Mapped[int]
    type: Mapped[str] = mapped_column(String(16))
    domain: Mapped[str] = mapped_column(String(60))
    level: Mapped[int]  # 1–4
    body: Mapped[dict[str, Any]] = mapped_column(JSONValue)  # the question of course/1, keys and feedback included
    body_sha256: Mapped[str] = mapped_column(String(64))
    b_prior: Mapped[Decimal | None] = mapped_column(DecimalText)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    question: Mapped[Question] = relationship(foreign_keys=[question_id])


class Exam(Base):
    """A quiz (practice) or an exam (certification) of a course, through all its versions."""

    __tablename__ = "exam"
    __table_args__ = (
        UniqueConstraint("course_id", "slug"),
        CheckConstraint("kind IN ('practice', 'graded', 'certification')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    slug: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(16))

    course: Mapped[Course] = relationship()


class ExamVersion(Base):
    """One published state of an exam, tied to a course version; never changed afterwards."""

    __tablename__ = "exam_version"
    __table_args__ = (UniqueConstraint("exam_id", "course_version_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"))
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), index=True)
    title: Mapped[dict[str, str]] = mapped_column(LocalisedText)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONValue)
    """duration_s|null, grace_s, max_attempts|null, cooldown_s [..], opens, closes, policy, cut "0.70", shuffle,
    release at_once|window|staff, shows, navigation "forward" or none, requires [module slugs], threshold (quiz
    mastery), awards {level, assurance, validity_months, skills [{id, level}]}, description, criteria {fr, en}"""
    blueprint: Mapped[list[dict[str, Any]]] = mapped_column(JSONValue)  # [{bank(s), domain, level, count, points, …}]
    pledge: Mapped[dict[str, str]] = mapped_column(LocalisedText)
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)

    exam: Mapped[Exam] = relationship()


class ExamPool(Base):
    """The frozen questions one exam version may draw: a later course version leaves this one untouched."""

    __tablename__ = "exam_pool"

    exam_version_id: Mapped[int] = mapped_column(ForeignKey("exam_version.id"), primary_key=True)
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), primary_key=True)


class Attempt(Base):
    """One sitting of a quiz or an exam by one person."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("exam_id", "account_id", "number"),
        CheckConstraint("state IN ('in_progress', 'submitted', 'scored', 'released', 'annulled')", name="state"),
        CheckConstraint("deadline_at IS NULL OR deadline_at > started_at", name="deadline"),
        Index(
            "uq_attempt_open",
            "exam_id",
            "account_id",
            unique=True,
            sqlite_where=text("state = 'in_progress'"),
            postgresql_where=text("state = 'in_progress'"),
        ),
        Index("ix_attempt_sweep", "state", "deadline_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"))
    exam_version_id: Mapped[int] = mapped_column(ForeignKey("exam_version.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    number: Mapped[int]
    seed: Mapped[bytes] = mapped_column(LargeBinary(16))
    state: Mapped[str] = mapped_column(String(12))
    language: Mapped[str] = mapped_column(String(2))
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    deadline_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    extra_percent: Mapped[int] = mapped_column(default=0)
    pause_s: Mapped[int] = mapped_column(default=0)  # breaks taken and over, whole seconds
    break_allowance_s: Mapped[int] = mapped_column(default=0)
    break_started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # of the break not ended yet
    timer_hidden: Mapped[bool] = mapped_column(default=False)  # unless the candidate asks for it
    pledged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    finish_reason: Mapped[str | None] = mapped_column(String(12))  # candidate | clock
    receipt_sha256: Mapped[str | None] = mapped_column(String(64))
    release_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # from when its result may be known; None: not set
    current_slot: Mapped[int | None]  # where questions are taken in order: the one it is at; None: in any order
    drawn_from: Mapped[dict[str, Any] | None] = mapped_column(JSONValue)
    """what the draw looked at besides the seed, by public id of the question: seen {id: times}, attempts, counts
    {id: attempts}, void [ids]; None on attempts older than the column"""

    exam: Mapped[Exam] = relationship()
    exam_version: Mapped[ExamVersion] = relationship()
    items: Mapped[list[AttemptItem]] = relationship(order_by="AttemptItem.slot", back_populates="attempt")

    @property
    def kind(self) -> str:
        """The kind of its exam."""
        return self.exam.kind


class AttemptItem(Base):
    """One question of an attempt, frozen at the start: its version, the order and tokens of its options."""

    __tablename__ = "attempt_item"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # from 1
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), index=True)
    option_order: Mapped[list[list[str]]] = mapped_column(JSONValue)  # [[token, option id], …] as shown
    points: Mapped[Decimal] = mapped_column(DecimalText)
    flagged: Mapped[bool] = mapped_column(default=False)

    attempt: Mapped[Attempt] = relationship(back_populates="items")
    version: Mapped[QuestionVersion] = relationship()


class AnswerEvent(Base):
    """Every answer that ever arrived, counted or not; append-only."""

    __tablename__ = "answer_event"
    __table_args__ = (UniqueConstraint("attempt_id", "idempotency_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    slot: Mapped[int]
    rev: Mapped[int]
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSONValue)
    idempotency_key: Mapped[str] = mapped_column(String(64))
    body_sha256: Mapped[str] = mapped_column(String(64))
    tab_id: Mapped[str | None] = mapped_column(String(64))
    client_at: Mapped[str | None] = mapped_column(String(40))
    server_at: Mapped[datetime] = mapped_column(UTCDateTime)
    counted: Mapped[bool]


class Answer(Base):
    """The answer in force for one slot: the last counted event."""

    __tablename__ = "answer"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rev: Mapped[int]
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSONValue)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Score(Base):
    """What one slot earned, 0–1, in one revision of the marking; never updated."""

    __tablename__ = "score"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    credit: Mapped[Decimal] = mapped_column(DecimalText)
    rule: Mapped[str] = mapped_column(String(24))
    rule_version: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(40))
    scored_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Result(Base):
    """The outcome of an attempt; the highest revision is the one in force."""

    __tablename__ = "result"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    total: Mapped[Decimal] = mapped_column(DecimalText)
    max_points: Mapped[Decimal] = mapped_column(DecimalText)
    cut: Mapped[Decimal] = mapped_column(DecimalText)  # in points
    passed: Mapped[bool]
    kept: Mapped[bool] = mapped_column(default=False)  # a published pass that stands although the cut is not reached
    per_domain: Mapped[list[dict[str, Any]]] = mapped_column(JSONValue)  # [{"domain", "total", "max"}] as text numbers
    reason: Mapped[str] = mapped_column(String(40))
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Panel(Base):
    """Judges who set the cut of an exam version, question by question, in two rounds."""

    __tablename__ = "panel"
    __table_args__ = (
        CheckConstraint("state IN ('first', 'second', 'closed')", name="state"),
        Index(
            "uq_panel_open",
            "exam_version_id",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    exam_version_id: Mapped[int] = mapped_column(ForeignKey("exam_version.id"), index=True)
    state: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    exam_version: Mapped[ExamVersion] = relationship()


class PanelJudge(Base):
    """Somebody invited to a panel."""

    __tablename__ = "panel_judge"

    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)
    invited_at: Mapped[datetime] = mapped_column(UTCDateTime)


class PanelRating(Base):
    """Of a hundred people who just qualify, how many answer a question: what one judge said in one round."""

    __tablename__ = "panel_rating"
    __table_args__ = (
        ForeignKeyConstraint(["panel_id", "account_id"], ["panel_judge.panel_id", "panel_judge.account_id"]),
        CheckConstraint("round IN (1, 2)", name="round"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
    )

    panel_id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), primary_key=True)
    percent: Mapped[int]
    rated_at: Mapped[datetime] = mapped_column(UTCDateTime)
