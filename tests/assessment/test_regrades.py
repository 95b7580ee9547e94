"""Decisions carried out: two people, revisions, the policy, certificates, letters, slices, later draws."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.assessment import decisions, queries, regrades
from app.assessment.models import Attempt, Result, Score
from app.assessment.regrading import Kind
from app.assessment.services import annul_attempt, release, submit_attempt
from app.audit.models import AuditBody, AuditEntry
from app.certification.models import Certificate
from app.foundation import clock
from app.foundation.errors import ConflictError, RuleError
from app.foundation.i18n import use_language
from app.foundation.outbox import OutboxMessage
from app.wiring.deliveries import drain_outbox
from tests.assessment.regraded import REASON, Regraded
from tests.builders import Cast
from tests.certification.builders import make_keys
from tests.courses import exam_of, items_of


@pytest.fixture
def exam(app: Flask, session: Session, cast: Cast) -> Iterator[Regraded]:
    make_keys(app, session)
    with use_language("en"):
        yield Regraded(app, session, cast)


SIX, SEVEN = set(range(1, 7)), set(range(7))  # six right without the faulty one; seven with it


def results(session: Session, attempt: Attempt) -> list[tuple[str, str, str, bool, bool]]:
    rows = session.scalars(select(Result).where(Result.attempt_id == attempt.id).order_by(Result.revision))
    return [(f"{row.total:.2f}", f"{row.max_points:.2f}", f"{row.cut:.2f}", row.passed, row.kept) for row in rows]


def certificates(session: Session, attempt: Attempt) -> list[Certificate]:
    return list(session.scalars(select(Certificate).where(Certificate.attempt_id == attempt.id)))


def letters(session: Session) -> list[int | None]:
    rows = session.scalars(select(OutboxMessage).where(OutboxMessage.dedupe_key.startswith("exam-regraded")))
    return sorted(row.recipient_id or 0 for row in rows)


def audited(session: Session, event: str) -> list[dict[str, Any]]:
    rows = select(AuditBody.details).join(AuditEntry, AuditEntry.seq == AuditBody.seq).where(AuditEntry.event == event)
    return [dict(one) for one in session.scalars(rows.order_by(AuditBody.seq))]


def test_published_pass_survives_a_void(exam: Regraded, session: Session) -> None:
    attempt = exam.sit("ada", SEVEN)
    before = certificates(session, attempt)
    exam.decide()
    assert results(session, attempt) == [
        ("7.00", "10.00", "7.00", True, False), ("6.00", "9.00", "6.30", True, True),
    ]  # fmt: skip
    assert [one.state for one in certificates(session, attempt)] == [before[0].state] == ["valid"]
    assert queries.passed_courses(session, attempt.account_id) == {exam.version.course_id}


def test_a_fail_stays_one_and_is_told(exam: Regraded, session: Session, cast: Cast) -> None:
    attempt = exam.sit("ada", SIX)
    exam.decide()
    assert results(session, attempt)[-1] == ("6.00", "9.00", "6.30", False, False)
    assert certificates(session, attempt) == []
    assert letters(session) == [cast.ada.id]


def test_a_new_pass_is_certified_with_the_date_of_the_day(exam: Regraded, session: Session) -> None:
    attempt = exam.sit("ada", SIX)
    exam.decide(Kind.CREDIT_ALL)
    assert results(session, attempt)[-1] == ("7.00", "10.00", "7.00", True, False)
    (certificate,) = certificates(session, attempt)
    (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.event == "decision.approved"))
    assert certificate.issued_at.date() == entry.at.date() == clock.now().date()
    assert certificate.issued_at > entry.at > (attempt.submitted_at or clock.now())


def test_another_key_marks_everybody_again(exam: Regraded, session: Session, cast: Cast) -> None:
    right, wrong = exam.sit("ada", SEVEN | {7}), exam.sit("blaise", SIX)
    exam.decide(Kind.REKEY, new_key={"correct": ["b"]}, exam_id=exam.exam_version.exam_id)
    assert results(session, right)[-1] == ("7.00", "10.00", "7.00", True, False)
    assert results(session, wrong)[-1] == ("7.00", "10.00", "7.00", True, False)
    rules = select(Score.attempt_id, Score.rule, Score.credit).where(Score.revision == 2).order_by(Score.attempt_id)
    assert session.execute(rules).all() == [(right.id, "rekey/single", 0), (wrong.id, "rekey/single", 1)]


def test_scores_are_added_never_overwritten(exam: Regraded, session: Session) -> None:
    attempt = exam.sit("ada", SEVEN)
    before = session.execute(select(Score.slot, Score.credit, Score.rule).where(Score.revision == 1)).all()
    exam.decide()
    assert session.execute(select(Score.slot, Score.credit, Score.rule).where(Score.revision == 1)).all() == before
    faulty = next(item for item in items_of(session, attempt) if item.version.question.slug == "q-0")
    added = session.scalars(select(Score).where(Score.revision == 2)).one()
    assert (added.slot, added.rule, added.credit) == (faulty.slot, "void", 0)


def test_whoever_it_changes_nothing_for_hears_nothing(exam: Regraded, session: Session) -> None:
    attempt = exam.sit("ada", SEVEN)
    exam.decide(Kind.CREDIT_ALL)
    assert len(results(session, attempt)) == 1
    assert letters(session) == []


def test_carrying_out_twice_changes_nothing(exam: Regraded, session: Session) -> None:
    attempt = exam.sit("ada", SIX)
    decision = exam.decide()
    once = results(session, attempt)
    assert regrades.regrade_attempt(session, attempt.id) is None
    message = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "regrade")).one()
    message.sent_at, message.lease_until, decision.finished_at, decision.reached = None, None, None, 0
    session.commit()
    exam.work()
    assert decision.finished_at
    assert results(session, attempt) == once
    assert len(letters(session)) == 1


def test_the_last_decision_counts(exam: Regraded, session: Session) -> None:
    attempt = exam.sit("ada", SIX)
    exam.decide(Kind.CREDIT_ALL)
    exam.decide(Kind.VOID)
    exam.decide(Kind.REKEY, new_key={"correct": ["c", "b"]})
    assert [(total, out_of) for total, out_of, *_rest in results(session, attempt)] == [
        ("6.00", "10.00"), ("7.00", "10.00"), ("6.00", "9.00"), ("7.00", "10.00"),
    ]  # fmt: skip
    assert [row[3] for row in results(session, attempt)] == [False, True, True, True]
    assert len(certificates(session, attempt)) == 1


def test_a_decision_for_one_exam_leaves_the_others(app: Flask, exam: Regraded, session: Session, cast: Cast) -> None:
    attempt = exam.sit("ada", SIX)
    elsewhere = Regraded(app, session, cast, slug="autre-cours")
    exam.decide(exam_id=elsewhere.exam_version.exam_id)
    assert len(results(session, attempt)) == 1


def test_a_result_handed_in_after_the_approval_counts_the_decision(
    exam: Regraded, session: Session, cast: Cast
) -> None:
    attempt = exam.begin("ada")
    exam.decide()
    exam.answer(attempt, SEVEN)
    submit_attempt(session, actor=cast.actor("ada"), attempt=attempt)
    session.commit()
    assert results(session, attempt) == [
        ("7.00", "10.00", "7.00", True, False), ("6.00", "9.00", "6.30", False, False),
    ]  # fmt: skip
    assert certificates(session, attempt) == []
    assert queries.passed_courses(session, cast.ada.id) == frozenset()
    assert letters(session) == []


def test_a_pass_that_was_not_told_yet_is_recomputed(app: Flask, session: Session, cast: Cast) -> None:
    exam = Regraded(app, session, cast, exam_settings={"release": "staff"})
    attempt = exam.sit("ada", SEVEN)
    assert attempt.state == "scored"
    exam.decide()
    assert results(session, attempt)[-1] == ("6.00", "9.00", "6.30", False, False)
    assert letters(session) == []
    result = queries.find_result(session, attempt.id)
    assert result
    release(session, attempt=attempt, result=result)
    assert queries.passed_courses(session, cast.ada.id) == frozenset()


def test_who_passed_in_another_attempt_gets_no_second_certificate(app: Flask, session: Session, cast: Cast) -> None:
    make_keys(app, session)
    exam = Regraded(app, session, cast, exam_settings={"cooldown_s": []})
    failed, passed = exam.sit("ada", SIX), exam.sit("ada", SEVEN)
    exam.decide(Kind.CREDIT_ALL)
    assert results(session, failed)[-1][3]
    assert certificates(session, failed) == []
    assert len(certificates(session, passed)) == 1


def test_annulled_attempts_and_exercises_are_left_alone(exam: Regraded, session: Session, cast: Cast) -> None:
    attempt = exam.sit("ada", SIX)
    annul_attempt(session, actor=cast.actor("admin"), attempt_id=attempt.id, reason="fraud")
    session.commit()
    exam.decide()
    assert len(results(session, attempt)) == 1


def test_new_draws_skip_void_versions(app: Flask, session: Session, cast: Cast) -> None:
    exam = Regraded(app, session, cast)
    exam.small.content, exam.small.blueprint = "2", [{"domain": "alpha", "level": 1, "count": 8, "points": "1"}]
    exam.version = exam.small.publish(session)
    exam.exam_version = exam_of(session, exam.version)
    first = exam.begin("ada")
    assert first.drawn_from == {"seen": {}, "attempts": 0, "counts": {}, "void": []}
    exam.decide()
    for person in range(6):
        attempt = exam.begin(cast.person(f"Personne {person}"))
        slugs = {item.version.question.slug for item in items_of(session, attempt)}
        assert "q-0" not in slugs
        assert attempt.drawn_from
        assert attempt.drawn_from["void"] == [exam.faulty().question.public_id]


# Two people


def test_nobody_approves_their_own_proposal(exam: Regraded, session: Session, cast: Cast) -> None:
    decision = exam.propose()
    with pytest.raises(RuleError, match="somebody else"):
        regrades.start(session, actor=cast.actor("camille"), decision=decision)
    decision.state, decision.approved_by, decision.approved_at = "approved", decision.proposed_by, clock.now()
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_of_two_who_approve_one_is_told(exam: Regraded, session: Session, cast: Cast) -> None:
    decision = exam.propose()
    regrades.start(session, actor=cast.actor("admin"), decision=decision)
    with pytest.raises(ConflictError):
        regrades.start(session, actor=cast.person("Zoé").actor(), decision=decision)
    with pytest.raises(ConflictError):
        decisions.drop(session, actor=cast.actor("camille"), decision=decision)


def test_one_proposal_a_question_at_a_time(exam: Regraded) -> None:
    exam.propose()
    with pytest.raises(ConflictError, match="already proposed"):
        exam.propose(Kind.CREDIT_ALL)


def test_a_proposal_that_was_dropped_changes_nothing(exam: Regraded, session: Session, cast: Cast) -> None:
    attempt = exam.sit("ada", SIX)
    decisions.drop(session, actor=cast.actor("camille"), decision=exam.propose())
    session.commit()
    exam.work()
    assert len(results(session, attempt)) == 1
    assert decisions.approved(session, None) == []


def test_what_was_decided_is_in_the_audit_record(exam: Regraded, session: Session) -> None:
    exam.sit("ada", SEVEN)
    exam.decide()
    (proposed,) = audited(session, "decision.proposed")
    assert (proposed["kind"], proposed["reason"]) == ("void", REASON)
    assert audited(session, "decision.approved") == [proposed]
    (regraded,) = audited(session, "attempt.regraded")
    assert (regraded["before"]["total"], regraded["after"]["total"], regraded["after"]["kept"]) == (
        "7.000000000000", "6.00", True,
    )  # fmt: skip


# The plan


def test_the_plan_says_what_approving_does(exam: Regraded, session: Session, cast: Cast) -> None:
    exam.sit("ada", SEVEN)
    exam.sit("blaise", SIX)
    decision = exam.propose(Kind.CREDIT_ALL)
    planned = {
        standing.attempt.account_id: (outcome.mark.total, outcome.passed, outcome.kept)
        for standing, outcome in regrades.plan(session, decision)
    }
    assert planned[cast.blaise.id] == (Decimal("7.00"), True, False)
    before = session.scalar(select(func.count()).select_from(Result))
    exam.approve(decision)
    after = {
        attempt.account_id: (result.total, result.passed, result.kept)
        for attempt in exam.attempts()
        if (result := queries.find_result(session, attempt.id)) and attempt.account_id in planned
    }
    assert after == planned
    assert session.scalar(select(func.count()).select_from(Result)) == (before or 0) + len(planned)


# Slices


def test_slices_go_on_where_they_stopped(
    exam: Regraded, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(regrades, "SLICE", 2)
    sat = [exam.sit(cast.person(f"Personne {number}"), SIX) for number in range(5)]
    decision = exam.propose()
    regrades.start(session, actor=cast.actor("admin"), decision=decision)
    session.commit()
    drain_outbox(exam.app)
    session.expire_all()
    assert decision.reached == sat[1].id
    assert [len(results(session, attempt)) for attempt in sat] == [2, 2, 1, 1, 1]
    assert (decision.reached, decision.finished_at) == (sat[1].id, None)
    exam.work()
    assert [len(results(session, attempt)) for attempt in sat] == [2] * 5
    assert (decision.regraded, decision.newly_passed, decision.kept, decision.failed) == (5, 0, 0, 0)
    assert decision.finished_at


def test_a_slice_lasts_a_second(exam: Regraded, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regrades, "LONGEST_SLICE", timedelta(0))
    sat = [exam.sit(cast.person(f"Personne {number}"), SIX) for number in range(3)]
    decision = exam.decide()
    assert [len(results(session, attempt)) for attempt in sat] == [2] * 3
    assert decision.finished_at
    slices = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.kind == "regrade")
    assert session.scalar(slices) == 3


def test_an_attempt_that_cannot_be_marked_keeps_no_other_waiting(
    exam: Regraded, session: Session, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    broken, whole = exam.sit("ada", SIX), exam.sit("blaise", SIX)
    for answer in queries.answers_of(session, broken.id).values():
        answer.payload = {"nonsense": True}
    decision = exam.decide(Kind.REKEY, new_key={"correct": ["b"]})
    assert (decision.regraded, decision.failed, bool(decision.finished_at)) == (1, 1, True)
    assert (len(results(session, broken)), len(results(session, whole))) == (1, 2)
    assert "could not be regraded" in caplog.text


@pytest.mark.parametrize(
    ("kind", "right", "said"),
    [
        (Kind.VOID, SEVEN, "elle n’est jamais retirée"),
        (Kind.VOID, SIX, "reste non réussi"),
        (Kind.VOID, SEVEN | {7}, "comme avant"),
        (Kind.CREDIT_ALL, SIX, "la date d’aujourd’hui"),
    ],
)
def test_the_letter_says_why_and_what(exam: Regraded, app: Flask, kind: Kind, right: set[int], said: str) -> None:
    attempt = exam.sit("ada", right)
    exam.decide(kind)
    folder = Path(app.config["SETTINGS"].mail_url.removeprefix("file://"))
    (path,) = folder.glob(f"exam-regraded-{attempt.public_id}-*")
    letter = message_from_bytes(path.read_bytes(), policy=default)
    text = letter.get_content()
    assert "Examen" in letter["Subject"]
    assert REASON["fr"] in text
    assert said in text
    assert f"{len(right)} sur 10" in text
    assert f"/attempts/{attempt.public_id}/result" in text
