"""After the exam, many at once: an approval while attempts are handed in, two approvals, two breaks, two appeals."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment import accommodations, appeals, breaks, decisions, queries, regrades
from app.assessment.appeal_models import Appeal
from app.assessment.models import Attempt, Result
from app.assessment.records import record_of
from app.assessment.replaying import replay
from app.assessment.services import submit_attempt
from app.assessment.sittings import hold_attempt
from app.audit.models import AuditEntry
from tests.assessment.regraded import Regraded
from tests.assessment.test_races import Act, at_once
from tests.builders import Cast

PEOPLE = 12


@pytest.fixture
def exam(app: Flask, session: Session, cast: Cast) -> Regraded:
    return Regraded(app, session, cast)


def handing_in(account: Account, public_id: str) -> Act:
    actor = account.actor()

    def act(own: Session) -> Any:
        return submit_attempt(own, actor=actor, attempt=queries.get_attempt(own, actor.account_id, public_id))

    return act


def approving(actor: Any, public_id: str) -> Act:
    return lambda own: regrades.start(own, actor=actor, decision=decisions.get_decision(own, public_id))


def test_no_attempt_handed_in_during_an_approval_is_missed(
    app: Flask, exam: Regraded, session: Session, cast: Cast
) -> None:
    people = [cast.person(f"Personne {number}") for number in range(PEOPLE)]
    attempts = [exam.begin(person) for person in people]
    for attempt in attempts:
        exam.answer(attempt, set(range(1, 7)))
    decision, admin = exam.propose(), cast.actor("admin")
    acts = [handing_in(person, attempt.public_id) for person, attempt in zip(people, attempts, strict=True)]
    done = at_once(app, session, [*acts[:6], approving(admin, decision.public_id), *acts[6:]])
    assert [one for one in done if isinstance(one, Exception)] == []
    exam.work()
    in_force = [queries.find_result(session, attempt.id) for attempt in attempts]
    assert [one.max_points for one in in_force if one] == [Decimal("9.00")] * PEOPLE
    assert [replay(record_of(session, session.get_one(Attempt, attempt.id))) for attempt in attempts] == [[]] * PEOPLE


def test_of_two_colleagues_one_approves(app: Flask, exam: Regraded, session: Session, cast: Cast) -> None:
    attempt, decision = exam.sit("ada", {1}), exam.propose()
    actors = [cast.actor("admin"), cast.person("Zoé").actor()]
    done = at_once(app, session, [approving(actor, decision.public_id) for actor in actors])
    assert sum(isinstance(one, Exception) for one in done) == 1
    exam.work()
    assert session.scalar(select(func.count()).select_from(Result).where(Result.attempt_id == attempt.id)) == 2
    approvals = select(func.count()).select_from(AuditEntry).where(AuditEntry.event == "decision.approved")
    assert session.scalar(approvals) == 1


def test_two_workers_regrade_once(app: Flask, exam: Regraded, session: Session, cast: Cast) -> None:
    attempts = [exam.sit(cast.person(f"Personne {number}"), {1}) for number in range(4)]
    decision = exam.propose()
    regrades.start(session, actor=cast.actor("admin"), decision=decision)
    ids = [attempt.id for attempt in attempts] * 2
    done = at_once(app, session, [lambda own, one=one: regrades.regrade_attempt(own, one) for one in ids])
    assert [one for one in done if isinstance(one, Exception)] == []
    assert sum(one is not None for one in done) == len(attempts)
    exam.work()
    results = select(func.count()).select_from(Result)
    assert session.scalar(results) == 2 * len(attempts)


def test_clicks_on_a_break_count_once(app: Flask, exam: Regraded, session: Session, cast: Cast) -> None:
    wanted = accommodations.Grant(0, 10, False, accommodations.today(), None, "dossier 12")
    accommodations.grant(session, actor=cast.actor("admin"), account=cast.ada, wanted=wanted)
    attempt, ada = exam.begin("ada"), cast.actor("ada")

    def click(change: Any) -> Act:
        def act(own: Session) -> None:
            hold_attempt(own, ada.account_id, attempt.public_id)
            change(own, actor=ada, attempt=queries.get_attempt(own, ada.account_id, attempt.public_id))

        return act

    for change, event in ((breaks.start_break, "attempt.break-started"), (breaks.end_break, "attempt.break-ended")):
        done = at_once(app, session, [click(change)] * 6)
        assert [one for one in done if isinstance(one, Exception)] == []
        assert session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.event == event)) == 1


def test_an_appeal_is_filed_once(app: Flask, exam: Regraded, session: Session, cast: Cast) -> None:
    attempt, ada = exam.sit("ada", {1}), cast.actor("ada")

    def act(own: Session) -> None:
        found = queries.get_attempt(own, ada.account_id, attempt.public_id)
        appeals.file_appeal(own, actor=ada, attempt=found, grounds="Non.")

    done = at_once(app, session, [act] * 6)
    assert sum(isinstance(one, Exception) for one in done) == 5
    assert session.scalar(select(func.count()).select_from(Appeal)) == 1
