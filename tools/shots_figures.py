"""Figures to photograph: a cohort with faults planted in its questions, a panel that closed and one that rates."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment import judging
from app.assessment.draws import pool_of
from app.assessment.models import Exam, ExamVersion, Panel, PanelJudge
from app.foundation import clock
from app.foundation.permissions import Role
from tests.assessment.cohort import Cohort, Nature
from tests.builders import Cast

PEOPLE, FORM = 560, 15
NATURES = (
    Nature(wrong_key=True),
    Nature(harder_in_english=2.5),
    Nature(difficulty=-9.0),
    Nature(sharpness=0.1),
    Nature(difficulty=4.0),
    *(Nature(difficulty=step / 6) for step in range(-9, 9)),
)


def add_cohort(session: Session) -> None:
    """Some hundred first attempts at the exam of the demo school, and two panels about its cut."""
    version = _exam(session)
    pool = pool_of(session, version.id)
    Cohort(session, version, {one.question.slug: NATURES[n % 23] for n, one in enumerate(pool)}).sit(
        PEOPLE, form=FORM, first=100_000
    )
    head = session.scalars(select(Account).where(Account.email == "camille@example.org")).one()
    judges = [head, *(_judge(session, name) for name in ("Inès Barrault", "Jonas Petersen", "Lise Kaboré"))]
    for step in range(2):
        panel = judging.open_panel(session, actor=head.actor(), exam_version=version)
        for judge in judges:
            session.add(PanelJudge(panel_id=panel.id, account_id=judge.id, invited_at=clock.now()))
        session.flush()
        _rate(session, panel, judges)
        judging.begin_second_round(session, actor=head.actor(), panel=panel)
        if step == 0:
            _rate(session, panel, judges)
            judging.close_panel(session, actor=head.actor(), panel=panel)


def _exam(session: Session) -> ExamVersion:
    return (
        session.scalars(
            select(ExamVersion).join(Exam, Exam.id == ExamVersion.exam_id).where(Exam.kind == "certification")
        ).first()
        or _missing()
    )


def _missing() -> ExamVersion:
    raise LookupError("the demo school has no exam")


def _judge(session: Session, name: str) -> Account:
    from flask import current_app

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    return Cast(app, session).person(name, Role.INSTRUCTOR)


def _rate(session: Session, panel: Panel, judges: list[Account]) -> None:
    pool = pool_of(session, panel.exam_version_id)
    for place, judge in enumerate(judges):
        percents = {one.id: 50 + (n * 7 + place * 5) % 45 for n, one in enumerate(pool)}
        judging.rate(session, actor=judge.actor(), panel=panel, percents=percents)


def named(session: Session) -> list[tuple[str, str]]:
    """Names and addresses of the pages."""
    version = _exam(session)
    exam = f"/studio/exams/{version.exam.public_id}/1"
    pool = pool_of(session, version.id)
    closed, open_ = session.scalars(select(Panel).order_by(Panel.id)).all()
    quiz = session.scalars(select(Exam).where(Exam.kind == "practice")).first()
    return [
        ("figures-exam", exam),
        ("figures-few", f"/studio/exams/{quiz.public_id}/1" if quiz else exam),
        ("figures-questions", f"{exam}/questions"),
        ("figures-wrong-key", f"{exam}/questions/{pool[0].question.public_id}"),
        ("figures-languages", f"{exam}/questions/{pool[1].question.public_id}"),
        ("figures-panels", f"{exam}/panels"),
        ("figures-panel-closed", f"/studio/panels/{closed.public_id}"),
        ("figures-panel-open", f"/studio/panels/{open_.public_id}"),
        ("figures-ratings", f"/studio/panels/{open_.public_id}/ratings"),
    ]
