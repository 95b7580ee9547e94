"""Handing in, the clock, marks and results."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.assessment import queries, rules
from app.assessment.answering import Incoming, save_answer
from app.assessment.models import Attempt, ExamVersion, Result, Score
from app.assessment.services import close_by_clock, close_if_over, submit_attempt
from app.assessment.starting import start_attempt
from app.audit.models import AuditEntry
from app.foundation import clock
from app.learning.models import ItemProgress
from app.wiring.sweeps import close_attempts
from tests.builders import Cast
from tests.courses import Small, begin, exam_of, items_of, question, right_payload

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DEADLINE = NOON + timedelta(minutes=30)


def sit(
    session: Session, cast: Cast, small: Small, *, right: int, who: str = "ada", kind: str = "certification"
) -> Attempt:
    """Start at the clock's now and answer the first `right` questions rightly."""
    version = small.publish(session)
    begin(session, getattr(cast, who), version, mastered=kind != "practice")
    exam_version = exam_of(session, version, kind)
    attempt = start_attempt(session, actor=cast.actor(who), exam_version=exam_version, enrolled=True)
    for item in items_of(session, attempt)[:right]:
        save_answer(session, attempt=attempt, incoming=Incoming(item.slot, right_payload(item), 1, f"k{item.slot}"))
    session.commit()
    return attempt


@pytest.mark.parametrize(
    ("right", "passed", "total"), [(5, True, "5.00"), (4, True, "4.00"), (3, False, "3.00"), (0, False, "0.00")]
)
def test_a_result_is_the_sum_of_right_answers_against_the_cut(
    cast: Cast, session: Session, right: int, passed: bool, total: str
) -> None:
    attempt = sit(session, cast, Small(), right=right)
    result = submit_attempt(session, actor=cast.actor("ada"), attempt=attempt)
    assert (result.total, result.max_points, result.cut) == (Decimal(total), Decimal("5.00"), Decimal("3.50"))
    assert result.passed is passed
    assert attempt.state == "released"
    assert len(session.scalars(select(Score)).all()) == 5
    assert attempt.receipt_sha256 == rules.receipt(
        (answer.slot, answer.rev, answer.payload) for answer in queries.answers_of(session, attempt.id).values()
    )


def test_handing_in_again_gives_the_same_result(cast: Cast, session: Session) -> None:
    attempt = sit(session, cast, Small(), right=4)
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        first = submit_attempt(session, actor=cast.actor("ada"), attempt=attempt)
    again = submit_attempt(session, actor=cast.actor("ada"), attempt=attempt)
    assert again is first
    handed_in = select(func.count()).select_from(AuditEntry).where(AuditEntry.event == "attempt.submitted")
    assert session.scalar(handed_in) == 1


@pytest.mark.parametrize(
    ("seconds", "at", "reason"),
    [
        (-1, DEADLINE - timedelta(seconds=1), "candidate"),
        (60, DEADLINE, "candidate"),
        (61, DEADLINE, "clock"),
        (86_400, DEADLINE, "clock"),
    ],
)
def test_finish_time_is_the_deadline_when_the_clock_closes(
    cast: Cast, session: Session, seconds: int, at: datetime, reason: str
) -> None:
    with clock.frozen(NOON):
        attempt = sit(session, cast, Small(), right=5)
    with clock.frozen(DEADLINE + timedelta(seconds=seconds)):
        assert submit_attempt(session, actor=cast.actor("ada"), attempt=attempt).passed
    assert (attempt.submitted_at, attempt.finish_reason) == (at, reason)


def test_sweeper_and_lazy_close_agree(app: Flask, cast: Cast, session: Session) -> None:
    with clock.frozen(NOON):
        swept = sit(session, cast, Small(), right=3, who="ada")
        lazy = sit(session, cast, Small(), right=3, who="blaise")
        read = sit(session, cast, Small(), right=3, who="camille")
    with clock.frozen(DEADLINE + timedelta(seconds=60)):
        assert close_attempts(app) == 0
    with clock.frozen(DEADLINE + timedelta(seconds=61)):
        effective = queries.effective_state(session, read)
        assert close_if_over(session, lazy)
        session.commit()
        assert close_attempts(app) == 2
    with clock.frozen(DEADLINE + timedelta(hours=3)):
        assert close_attempts(app) == 0
    session.expire_all()
    seen = {
        (one.state, one.submitted_at, one.finish_reason, queries.find_result(session, one.id).total)
        for one in (swept, lazy, read)
    }
    assert seen == {("released", DEADLINE, "clock", Decimal("3.00"))}
    assert (effective.submitted_at, effective.finish_reason) == (DEADLINE, rules.FinishReason.CLOCK)


def test_an_attempt_that_cannot_be_marked_keeps_nobody_waiting(
    app: Flask, cast: Cast, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    with clock.frozen(NOON):
        unmarkable = [question("single", "q-1"), replace(question("text", "q-2", type="code"), type="code")]
        blueprint = [{"domain": "alpha", "level": 1, "count": 2, "points": "1"}]
        broken = sit(session, cast, Small(exam_questions=unmarkable, blueprint=blueprint), right=0)
        whole = sit(session, cast, Small("autre"), right=1, who="blaise")
    with clock.frozen(DEADLINE + timedelta(hours=1)):
        assert close_attempts(app) == 1
    session.expire_all()
    assert (broken.state, whole.state) == ("in_progress", "released")
    assert "could not be closed" in caplog.text


def test_an_open_attempt_is_not_closed_early(cast: Cast, session: Session) -> None:
    attempt = sit(session, cast, Small(), right=1)
    assert not close_if_over(session, attempt)
    assert attempt.state == "in_progress"


def test_a_result_held_back_is_nobodys_yet(cast: Cast, session: Session) -> None:
    attempt = sit(session, cast, Small(exam_settings={"release": "staff"}), right=5)
    submit_attempt(session, actor=cast.actor("ada"), attempt=attempt)
    assert attempt.state == "scored"
    assert queries.results_of(session, [attempt.id]) == {}
    assert close_by_clock(session, attempt).passed


@pytest.mark.parametrize(("right", "mastered"), [(5, True), (4, True), (3, False)])
def test_passed_exercises_open_the_gate_for_good(cast: Cast, session: Session, right: int, mastered: bool) -> None:
    attempt = sit(session, cast, Small(), right=right, kind="practice")
    submit_attempt(session, actor=cast.actor("ada"), attempt=attempt)
    progress = session.scalars(select(ItemProgress)).one()
    assert progress.best_ratio == Decimal(right) / 5
    assert (progress.completed_at is not None) is mastered


def test_marks_by_domain_add_up(cast: Cast, session: Session) -> None:
    attempt = sit(session, cast, Small(), right=4)
    result = submit_attempt(session, actor=cast.actor("ada"), attempt=attempt)
    assert result.per_domain == [{"domain": "alpha", "total": "4.00", "max": "5.00", "percent": "80.0"}]
    assert session.scalar(select(func.count()).select_from(Result)) == 1
    assert session.scalar(select(func.count()).select_from(ExamVersion)) == 2
