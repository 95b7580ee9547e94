"""Re-markings, many at once: two approvals, an approval and a withdrawal, signatures, other decisions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment import appeals, decisions, paper_queries, papers, queries, regrades, remarkings
from app.assessment.marking import save_marking
from app.assessment.models import Attempt, Result
from app.assessment.records import record_of
from app.assessment.regrading import Kind
from app.assessment.remarking_models import Remarking
from app.assessment.remarkings import Wanted
from app.assessment.replaying import replay
from app.assessment.rubrics import combined
from app.audit.models import AuditEntry
from app.certification.models import Certificate
from app.foundation.actor import Actor
from app.foundation.permissions import Role
from tests.assessment.papers import GOOD, WrittenExam
from tests.assessment.regraded import Regraded
from tests.assessment.remarking import Contested, failed_essay, slot_of
from tests.assessment.test_races import Act, at_once
from tests.builders import Cast
from tests.certification.builders import make_keys

ROUNDS = 4


@pytest.fixture
def exam(app: Flask, session: Session, cast: Cast) -> Regraded:
    make_keys(app, session)
    return Regraded(app, session, cast)


def count(session: Session, model: Any, *conditions: Any) -> int:
    return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def refusals(done: list[Any]) -> list[str]:
    """What those who came second were told; anything else that went wrong fails the test."""
    assert [one for one in done if isinstance(one, Exception) and not hasattr(one, "message")] == []
    return [str(one) for one in done if isinstance(one, Exception)]


def approving(actor: Actor, public_id: str) -> Act:
    def act(own: Session) -> None:
        found = remarkings.get_remarking(own, public_id)
        remarkings.approve(own, actor=actor, remarking=found, upheld=True, words="Oui.")

    return act


def test_of_two_who_approve_one_does(app: Flask, exam: Regraded, session: Session, cast: Cast) -> None:
    attempt = exam.sit("ada", set(range(1, 7)))
    case = Contested(app, session, cast, attempt)
    remarking = case.propose(marks={slot_of(session, attempt, "q-0"): "1"})
    staff = [cast.actor("admin"), *(cast.person(f"Zoé {one}", Role.INSTRUCTOR).actor() for one in range(3))]
    done = at_once(app, session, [approving(actor, remarking.public_id) for actor in staff])
    assert len(refusals(done)) == 3
    exam.work()
    assert count(session, Result, Result.attempt_id == attempt.id) == 2
    assert count(session, Certificate) == 1
    assert count(session, AuditEntry, AuditEntry.event == "remarking.approved") == 1
    assert count(session, AuditEntry, AuditEntry.event == "appeal.upheld") == 1
    assert replay(record_of(session, session.get_one(Attempt, attempt.id))) == []


def test_it_is_approved_or_withdrawn_or_given_up_never_two_of_these(
    app: Flask, exam: Regraded, session: Session, cast: Cast
) -> None:
    ada, camille, admin = cast.actor("ada"), cast.actor("camille"), cast.actor("admin")
    attempt = exam.sit("ada", set(range(1, 7)))
    slot = slot_of(session, attempt, "q-0")
    for number in range(ROUNDS):
        case = Contested(app, session, cast, attempt)
        remarking = case.propose(marks={slot: str(Decimal(number + 1) / 8)})
        appeal_id, public_id = case.appeal.public_id, remarking.public_id

        def withdraw(own: Session, appeal_id: str = appeal_id) -> None:
            appeals.withdraw(own, actor=ada, appeal=appeals.get_appeal(own, appeal_id))

        def drop(own: Session, public_id: str = public_id) -> None:
            remarkings.drop(own, actor=camille, remarking=remarkings.get_remarking(own, public_id))

        before = count(session, Result)
        refusals(at_once(app, session, [approving(admin, public_id), withdraw, drop]))
        session.expire_all()
        state = (case.appeal.state, session.get_one(Remarking, remarking.id).state)
        assert state in {("upheld", "approved"), ("withdrawn", "dropped"), ("in_review", "dropped")}
        assert count(session, Result) - before == (state[1] == "approved")
        if state[0] == "in_review":
            appeals.withdraw(session, actor=ada, appeal=case.appeal)
            session.commit()
    assert replay(record_of(session, session.get_one(Attempt, attempt.id))) == []


def test_one_is_proposed_at_a_time_and_never_beside_an_answer(
    app: Flask, exam: Regraded, session: Session, cast: Cast
) -> None:
    attempt = exam.sit("ada", set(range(1, 7)))
    case, camille, admin = Contested(app, session, cast, attempt), cast.actor("camille"), cast.actor("admin")
    appeal_id = case.appeal.public_id

    def propose(own: Session) -> None:
        wanted = Wanted((), {1: (Decimal(1), "Vu.")})
        remarkings.propose(own, actor=camille, appeal=appeals.get_appeal(own, appeal_id), wanted=wanted)

    def answer(own: Session) -> None:
        appeals.answer(own, actor=admin, appeal=appeals.get_appeal(own, appeal_id), upheld=False, words="Non.")

    done = at_once(app, session, [propose, answer, propose])
    assert len(refusals(done)) == 2
    session.expire_all()
    assert (case.appeal.state == "rejected") + count(session, Remarking) == 1


def test_markers_who_sign_together_make_it_ready_once(app: Flask, session: Session, cast: Cast) -> None:
    make_keys(app, session)
    written = WrittenExam(app, session, cast)
    attempt = failed_essay(written)
    case = Contested(app, session, cast, attempt)
    remarking = case.propose({written.slot(attempt, "essay"), written.slot(attempt, "file")})
    acts = []
    for paper in case.papers(remarking):
        for name in ("Trois", "Quatre"):
            acts.append(signing(session, written.marker(f"{name} {paper.slot}"), paper.public_id))
    assert refusals(at_once(app, session, acts)) == []
    session.expire_all()
    assert session.get_one(Remarking, remarking.id).state == "proposed"
    assert count(session, AuditEntry, AuditEntry.event == "remarking.marked") == 1
    assert [paper.levels for paper in case.papers(remarking)] == [combined([GOOD, GOOD])] * 2


def signing(session: Session, marker: Account, public_id: str) -> Act:
    found = paper_queries.get_paper(session, marker.id, public_id)
    taken = papers.claim(session, actor=marker.actor(), paper=found)
    save_marking(session, marking=taken, levels=GOOD, feedback={}, comment="")
    session.commit()
    actor = marker.actor()

    def act(own: Session) -> bool:
        paper = paper_queries.get_paper(own, actor.account_id, public_id)
        marking = paper_queries.find_marking(own, paper, actor.account_id)
        assert marking is not None
        return papers.finish_marking(own, actor=actor, paper=paper, marking=marking)

    return act


def test_beside_a_decision_that_is_approved_at_the_same_time(
    app: Flask, exam: Regraded, session: Session, cast: Cast
) -> None:
    """Whichever comes first, the mark is the same, each revision has one cause, and the record replays."""
    attempt = exam.sit("ada", set(range(1, 7)))
    case, admin = Contested(app, session, cast, attempt), cast.actor("admin")
    remarking, decision = case.propose(marks={slot_of(session, attempt, "q-9"): "1"}), exam.propose(Kind.CREDIT_ALL)
    public_id = decision.public_id

    def decide(own: Session) -> None:
        regrades.start(own, actor=admin, decision=decisions.get_decision(own, public_id))

    assert refusals(at_once(app, session, [approving(admin, remarking.public_id), decide])) == []
    exam.work()
    found = queries.find_result(session, attempt.id)
    assert found is not None
    assert (found.total, found.passed) == (Decimal("8.00"), True)
    assert count(session, Certificate) == 1
    assert replay(record_of(session, session.get_one(Attempt, attempt.id))) == []
