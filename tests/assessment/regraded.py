"""Exams with a faulty question: ten questions of one point, sat by as many people as wanted, and decisions on one."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment import decisions, regrades
from app.assessment.answering import Incoming, save_answer
from app.assessment.decision_models import ItemDecision
from app.assessment.decisions import Proposal
from app.assessment.models import Attempt, QuestionVersion
from app.assessment.regrading import Kind
from app.assessment.services import submit_attempt
from app.assessment.starting import start_attempt
from app.catalog.models import CourseVersion
from app.wiring.deliveries import drain_outbox
from tests.builders import Cast
from tests.courses import Small, begin, exam_of, items_of, question

REASON = {"fr": "Deux réponses étaient justes.", "en": "Two answers were right."}
FAULTY = "q-0"


class Regraded:
    """An exam of ten single questions, every one drawn each time; `q-0` turns out faulty."""

    def __init__(self, app: Flask, session: Session, cast: Cast, small: Small | None = None, **changes: Any) -> None:
        self.app, self.session, self.cast = app, session, cast
        questions = [question("single", f"q-{number}") for number in range(10)]
        blueprint = [{"domain": "alpha", "level": 1, "count": 10, "points": "1"}]
        self.small = small or Small(exam_questions=questions, blueprint=blueprint, **changes)
        self.version: CourseVersion = self.small.publish(session)
        self.exam_version = exam_of(session, self.version)

    def faulty(self) -> QuestionVersion:
        return next(
            one
            for one in decisions.versions_of_exam(self.session, self.exam_version.exam_id)
            if one.question.slug == FAULTY
        )

    def begin(self, who: str | Account) -> Attempt:
        account: Account = getattr(self.cast, who) if isinstance(who, str) else who
        begin(self.session, account, self.version)
        attempt = start_attempt(
            self.session, actor=account.actor(), exam_version=self.exam_version, enrolled=True
        )  # fmt: skip
        self.session.commit()
        return attempt

    def answer(self, attempt: Attempt, right: set[int]) -> None:
        """Answer every question: rightly those of these numbers, wrongly the others."""
        for item in items_of(self.session, attempt):
            number = int(item.version.question.slug.removeprefix("q-"))
            tokens = {option: token for token, option in item.option_order}
            payload = {"choice": tokens["a" if number in right else "b"]}
            save_answer(self.session, attempt=attempt, incoming=Incoming(item.slot, payload, 1, f"k{item.slot}"))

    def sit(self, who: str | Account, right: set[int]) -> Attempt:
        """A whole attempt, handed in."""
        attempt = self.begin(who)
        self.answer(attempt, right)
        account = self.session.get_one(Account, attempt.account_id)
        submit_attempt(self.session, actor=account.actor(), attempt=attempt)
        self.session.commit()
        return attempt

    def propose(self, kind: Kind = Kind.VOID, **changes: Any) -> ItemDecision:
        fields: dict[str, Any] = {"exam_id": None, "reason": REASON, "new_key": None, **changes}
        proposal = Proposal(kind, **fields)
        made = decisions.propose(
            self.session, actor=self.cast.actor("camille"), version=self.faulty(), proposal=proposal
        )  # fmt: skip
        self.session.commit()
        return made

    def approve(self, decision: ItemDecision) -> ItemDecision:
        """Approve it and let the worker do its work."""
        regrades.start(self.session, actor=self.cast.actor("admin"), decision=decision)
        self.session.commit()
        self.work()
        return decision

    def decide(self, kind: Kind = Kind.VOID, **changes: Any) -> ItemDecision:
        return self.approve(self.propose(kind, **changes))

    def work(self) -> None:
        self.session.commit()
        for _round in range(8):
            drain_outbox(self.app)
        self.session.expire_all()

    def attempts(self) -> list[Attempt]:
        return list(self.session.scalars(select(Attempt).order_by(Attempt.id)))
