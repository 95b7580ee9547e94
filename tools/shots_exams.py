"""What comes before and after an exam, to photograph: accommodations, a break, a faulty question, appeals, signals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from playwright.sync_api import Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment import accommodations, appeals, breaks, decisions, queries, regrades, starting
from app.assessment.appeal_models import Appeal
from app.assessment.decision_models import ItemDecision
from app.assessment.models import Attempt, AttemptItem, Exam
from app.assessment.regrading import Kind
from app.assessment.signal_models import Signal, SignalRound
from app.catalog.queries import get_current_version
from app.foundation import clock
from app.foundation.i18n import use_language
from app.learning import services as learning
from app.wiring import demo

REASONS = {
    "fr": "L’énoncé ne disait pas de quel mois il parlait : deux réponses étaient défendables.",
    "en": "The question did not say which month it meant: two answers could be defended.",
}
GROUNDS = (
    "La question des congés ne dit pas si l’on compte les jours fériés. Avec eux, ma réponse est juste.",
    "Je n’ai pas eu le temps indiqué : la page s’est fermée avant la fin.",
)
Named = tuple[str, str, str] | tuple[str, str, str, Callable[[Page], None]]


def add_states(session: Session) -> None:
    """Emile contests a failed exam whose question was decided on, and some of it was noted; Henri rests."""
    with use_language("fr"):
        _accommodate(session)
        _decide(session)
        _contest(session)
        _note(session)


def _accommodate(session: Session) -> None:
    admin, today = _person(session, "admin").actor(), accommodations.today()
    wanted = accommodations.Grant(33, 20, True, today, None, "dossier 2026-014")
    for name in ("henri", "fatou"):
        accommodations.grant(session, actor=admin, account=_person(session, name), wanted=wanted)
    later = accommodations.Grant(50, 0, False, today + timedelta(days=9), today + timedelta(days=99), "dossier 7")
    accommodations.grant(session, actor=admin, account=_person(session, "chloe"), wanted=later)
    sitting = _attempt(session, "henri")
    accommodations.apply_to_attempt(
        session, actor=admin, account=_person(session, "henri"), public_id=sitting.public_id
    )  # fmt: skip
    resting, version = _person(session, "blaise"), get_current_version(session, demo.COURSE)
    accommodations.grant(session, actor=admin, account=resting, wanted=wanted)
    learning.enrol(session, actor=resting.actor(), version=version)
    exam = next(one for one in queries.exam_versions_of(session, version.id) if one.exam.kind == "certification")
    attempt = starting.start_attempt(session, actor=resting.actor(), exam_version=exam, enrolled=True, pledged=True)
    breaks.start_break(session, actor=resting.actor(), attempt=attempt)


def _decide(session: Session) -> None:
    admin, camille = _person(session, "admin").actor(), _person(session, "camille").actor()
    items = session.scalars(
        select(AttemptItem).where(AttemptItem.attempt_id == _attempt(session, "emile").id).order_by(AttemptItem.slot)
    ).all()
    proposal = decisions.Proposal(Kind.VOID, None, REASONS)
    first = decisions.propose(session, actor=camille, version=items[0].version, proposal=proposal)
    regrades.start(session, actor=admin, decision=first)
    regrades.regrade_attempt(session, _attempt(session, "emile").id)
    credited = decisions.Proposal(Kind.CREDIT_ALL, _attempt(session, "emile").exam_id, REASONS)
    decisions.propose(session, actor=camille, version=items[1].version, proposal=credited)


def _contest(session: Session) -> None:
    camille = _person(session, "camille").actor()
    for name, grounds in zip(("emile", "ada"), GROUNDS, strict=True):
        attempt = _attempt(session, name)
        actor = _person(session, name).actor()
        appeal = appeals.file_appeal(session, actor=actor, attempt=attempt, grounds=grounds)
        appeals.take(session, actor=camille, appeal=appeal)
    appeals.answer(
        session, actor=camille, appeal=appeal, upheld=False, words="Le journal montre la fin à l’heure dite."
    )


def _note(session: Session) -> None:
    """A signal of every kind, as the worker and a browser leave them."""
    watched, other = _attempt(session, "emile"), _attempt(session, "fatou")
    noted: tuple[tuple[str, int, int | None, dict[str, Any] | None], ...] = (
        ("hidden", 31, None, None), ("paste", 1812, 4, None), ("address", 1, None, None), ("hidden", 130, None, None),
        ("browser", 1, None, None), ("windows", 3, 9, None), ("fast", 3240, 12, {"usual_ms": 52_000, "people": 44}),
        ("alike", 13, None, {"both_wrong": 14, "chance": "2.5e-08", "limit": "1.2e-06"}),
    )  # fmt: skip
    for place, (kind, amount, slot, details) in enumerate(noted):
        at = watched.started_at + timedelta(seconds=70 + 95 * place)
        row = {"kind": kind, "amount": amount, "slot": slot, "details": details, "at": at}
        session.add(Signal(attempt_id=watched.id, other_id=other.id if kind == "alike" else None, **row))
    session.add(SignalRound(exam_id=watched.exam_id, attempts=0, looked_at=clock.now()))  # the sweep leaves these
    for attempt in (other, _attempt(session, "ada")):
        session.add(Signal(attempt_id=attempt.id, kind="hidden", at=attempt.started_at, amount=12))


def _look(page: Page) -> None:
    """Look at the first attempt of the list."""
    with page.expect_navigation():
        page.locator("main .listing form button").first.click()


def named(session: Session) -> list[Named]:
    """Person, name and address of each page, and what leads from there to the state to photograph."""
    decided = session.scalars(select(ItemDecision).order_by(ItemDecision.id)).all()
    filed = session.scalars(select(Appeal).order_by(Appeal.id)).all()
    exam = _attempt(session, "emile").exam
    version = decided[1].version
    questions = f"/studio/exams/{exam.public_id}/questions"
    return [
        ("fatou", "exam-accommodated", f"/exams/{exam.public_id}"),
        ("blaise", "break", f"/attempts/{_attempt(session, 'blaise').public_id}"),
        ("henri", "attempt-accommodated", f"/attempts/{_attempt(session, 'henri').public_id}"),
        ("admin", "accommodation", f"/admin/accounts/{_person(session, 'henri').public_id}/accommodation"),
        ("camille", "decision-in-force", f"/studio/decisions/{decided[0].public_id}"),
        ("camille", "decision-proposed", f"/studio/decisions/{decided[1].public_id}"),
        ("admin", "decision-to-approve", f"/studio/decisions/{decided[1].public_id}"),
        ("camille", "decision-questions", questions),
        ("camille", "decision-form", f"{questions}/{version.question.public_id}/{version.number}"),
        ("emile", "result-regraded", f"/attempts/{_attempt(session, 'emile').public_id}/result"),
        ("camille", "appeal", f"/studio/appeals/{filed[0].public_id}"),
        ("camille", "signals", f"/studio/exams/{exam.public_id}/signals"),
        ("camille", "signals-look", f"/studio/exams/{exam.public_id}/signals?kind=alike", _look),
        ("emile", "signals-own", f"/attempts/{_attempt(session, 'emile').public_id}/signals"),
        ("camille", "appeal-answered", f"/studio/appeals/{filed[1].public_id}"),
    ]


def _person(session: Session, key: str) -> Account:
    return session.scalars(select(Account).where(Account.email == f"{key}@example.org")).one()


def _attempt(session: Session, key: str) -> Attempt:
    """The newest attempt of somebody at the exam of the demo school's first course."""
    return session.scalars(
        select(Attempt)
        .join(Exam, Exam.id == Attempt.exam_id)
        .where(Attempt.account_id == _person(session, key).id, Exam.slug == demo.COURSE, Exam.kind == "certification")
        .order_by(Attempt.id.desc())
    ).first() or _missing(key)


def _missing(key: str) -> Attempt:
    raise LookupError(f"{key} has sat no exam")
