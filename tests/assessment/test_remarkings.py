"""Answers marked again on appeal: who may, what it changes, what it can never take away, and the record it leaves."""

from __future__ import annotations

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

from app.accounts.models import Account
from app.assessment import appeals, paper_queries, papers, remarkings
from app.assessment.appeal_files import own_file, staff_file
from app.assessment.models import Attempt, Result, Score
from app.assessment.records import record_of
from app.assessment.regrading import REMARK_RULE
from app.assessment.remarkings import Wanted
from app.assessment.replaying import replay
from app.assessment.services import annul_attempt
from app.audit.models import AuditEntry
from app.certification.models import Certificate
from app.foundation.errors import ConflictError, NotFoundError, RuleError
from app.foundation.storage import open_storage
from tests.assessment.papers import FAIR, GOOD, WEAK, WrittenExam
from tests.assessment.regraded import Regraded
from tests.assessment.remarking import contested, failed_essay, files, slot_of, total
from tests.builders import Cast

pytestmark = pytest.mark.usefixtures("english")


def first_markers(exam: WrittenExam, attempt: Attempt) -> list[Account]:
    """Those who marked the essay when it was handed in."""
    return [exam.session.get_one(Account, one.marker_id) for one in exam.paper(attempt, "essay").markings]


def count(session: Session, model: Any, *conditions: Any) -> int:
    return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def letters(app: Flask, kind: str) -> list[str]:
    folder = Path(app.config["SETTINGS"].mail_url.removeprefix("file://"))
    found = [message_from_bytes(path.read_bytes(), policy=default) for path in folder.glob(f"{kind}*")]
    return [str(one.get_content()) for one in found]


# Essays and files


def test_a_text_marked_anew_by_two_others_passes_and_certifies(
    app: Flask, written: WrittenExam, session: Session, cast: Cast
) -> None:
    attempt = failed_essay(written)
    case, slot = contested(written, attempt), written.slot(attempt, "essay")
    assert total(session, attempt) == (Decimal("2.22"), False, False)
    remarking = case.propose({slot})
    (paper,) = case.papers(remarking)
    assert (remarking.state, paper.markers) == ("marking", 2)
    assert not case.mark(written.marker("Trois"), paper, GOOD, "Juste.")
    assert case.mark(written.marker("Quatre"), paper, GOOD, "Clair.")
    session.refresh(remarking)
    assert remarking.state == "proposed"
    assert total(session, attempt)[1] is False
    assert count(session, Certificate) == 0
    planned = remarkings.plan(session, remarking)
    assert planned is not None
    assert (planned[1].mark.total, planned[1].passed) == (Decimal("4.00"), True)
    case.approve(remarking)
    assert total(session, attempt) == (Decimal("4.00"), True, False)
    assert count(session, Certificate) == 1
    assert case.appeal.state == "upheld"
    scores = session.execute(
        select(Score.revision, Score.credit, Score.rule, Score.reason)
        .where(Score.attempt_id == attempt.id, Score.slot == slot)
        .order_by(Score.revision)
    ).all()
    assert [(row.revision, row.rule) for row in scores] == [(1, "rubric"), (2, REMARK_RULE)]
    assert scores[1].reason == f"remarking-{remarking.public_id}"
    assert replay(record_of(session, attempt)) == []
    (corrected,) = letters(app, "exam-regraded")
    assert f"question {slot}" in corrected
    assert "Vous avez réussi." in corrected
    assert "Vous aviez raison." in letters(app, "appeal-answered")[0]
    events = session.scalars(select(AuditEntry.event).where(AuditEntry.subject == remarking.public_id))
    assert list(events) == ["remarking.proposed", "remarking.marked", "remarking.approved"]


def test_two_who_differ_are_joined_by_a_third(written: WrittenExam, session: Session) -> None:
    attempt = failed_essay(written)
    case = contested(written, attempt)
    remarking = case.propose({written.slot(attempt, "essay")})
    (paper,) = case.papers(remarking)
    assert not case.mark(written.marker("Trois"), paper, WEAK)
    assert not case.mark(written.marker("Quatre"), paper, GOOD)
    assert case.mark(written.marker("Cinq"), paper, FAIR)
    assert case.papers(remarking)[0].levels == FAIR
    case.approve(remarking)
    assert replay(record_of(session, attempt)) == []


def test_blind_and_impartial(written: WrittenExam, session: Session, cast: Cast) -> None:
    """Who marked before, proposed, or looks into the appeal does not find the paper; nor does its author."""
    attempt = failed_essay(written)
    case = contested(written, attempt)
    remarking = case.propose({written.slot(attempt, "essay")})
    (paper,) = case.papers(remarking)
    for who in (*first_markers(written, attempt), cast.camille, cast.ada):
        with pytest.raises(NotFoundError):
            paper_queries.get_paper(session, who.id, paper.public_id)
        assert paper_queries.count_to_mark(session, who.id) == 0
    fresh = written.marker("Trois")
    assert paper_queries.count_to_mark(session, fresh.id) == 1
    found = paper_queries.get_paper(session, fresh.id, paper.public_id)
    assert (found.levels, list(found.markings)) == (None, [])
    assert found.public_id != written.papers(attempt)[0].public_id


def test_a_file_and_a_mark_in_one_proposal(written: WrittenExam, session: Session) -> None:
    attempt = failed_essay(written)
    case = contested(written, attempt)
    file, single = written.slot(attempt, "file"), written.slot(attempt, "single")
    remarking = case.propose({file}, {single: "0.5"})
    assert remarking.state == "marking"
    for name in ("Trois", "Quatre"):
        case.mark(written.marker(name), case.papers(remarking)[0], WEAK)
    case.approve(remarking, upheld=False, words="Les correcteurs confirment.")
    # 0.5 + 2 × 1/9 + 1 × 1/9: lower, and said so
    assert total(session, attempt) == (Decimal("0.83"), False, False)
    assert case.appeal.state == "rejected"
    assert replay(record_of(session, attempt)) == []


def test_a_marking_that_confirms_the_first_changes_nothing(app: Flask, written: WrittenExam, session: Session) -> None:
    attempt = failed_essay(written)
    case = contested(written, attempt)
    remarking = case.propose({written.slot(attempt, "essay")})
    for name in ("Trois", "Quatre"):
        case.mark(written.marker(name), case.papers(remarking)[0], WEAK)
    case.approve(remarking, upheld=False, words="La note est juste.")
    assert count(session, Result, Result.attempt_id == attempt.id) == 1
    assert letters(app, "exam-regraded") == []
    assert "La note est juste." in letters(app, "appeal-answered")[0]
    assert replay(record_of(session, attempt)) == []


# Marks proposed


def test_a_technical_failure_is_made_good_for_one_candidate_alone(
    app: Flask, chosen: Regraded, session: Session
) -> None:
    attempt, other = chosen.sit("ada", set(range(1, 7))), chosen.sit("blaise", set(range(1, 7)))
    case = contested(chosen, attempt)
    remarking = case.propose(marks={slot_of(session, attempt, "q-0"): "1"})
    assert remarking.state == "proposed"
    case.approve(remarking)
    assert total(session, attempt) == (Decimal("7.00"), True, False)
    assert total(session, other) == (Decimal("6.00"), False, False)
    assert count(session, Certificate) == 1
    assert replay(record_of(session, attempt)) == []
    assert replay(record_of(session, other)) == []


def test_a_published_pass_survives_a_lower_mark(app: Flask, chosen: Regraded, session: Session) -> None:
    attempt = chosen.sit("ada", set(range(7)))
    case = contested(chosen, attempt)
    case.approve(case.propose(marks={slot_of(session, attempt, "q-0"): "0"}), upheld=False, words="Non.")
    assert total(session, attempt) == (Decimal("6.00"), True, True)
    assert count(session, Certificate, Certificate.state == "valid") == 1
    assert "Votre réussite reste acquise" in letters(app, "exam-regraded")[0]
    assert replay(record_of(session, attempt)) == []


@pytest.mark.parametrize("points", ["-0.01", "1.01", "NaN", "Infinity", "1E+30"])
def test_a_mark_stays_within_its_question(chosen: Regraded, session: Session, points: str) -> None:
    attempt = chosen.sit("ada", {1})
    with pytest.raises(RuleError, match="from 0 to 1"):
        contested(chosen, attempt).propose(marks={1: points})


def test_what_cannot_be_proposed(written: WrittenExam, session: Session, cast: Cast) -> None:
    attempt = failed_essay(written)
    case, essay = contested(written, attempt), written.slot(attempt, "essay")
    refused: list[tuple[dict[str, Any], str]] = [
        ({}, "Choose at least one"),
        ({"marks": {essay: "1"}}, "cannot be marked again in this way"),
        ({"by_people": {written.slot(attempt, "single")}}, "cannot be marked again in this way"),
        ({"by_people": {99}}, "cannot be marked again in this way"),
        ({"marks": {written.slot(attempt, "single"): "1"}, "why": " "}, "say why"),
    ]
    for given, said in refused:
        with pytest.raises(RuleError, match=said):
            case.propose(**given)
        session.rollback()
    case.propose({essay})
    with pytest.raises(ConflictError, match="marked again already"):
        case.propose({essay})
    session.rollback()
    with pytest.raises(RuleError, match="own appeal"):
        remarkings.propose(session, actor=cast.actor("ada"), appeal=case.appeal, wanted=Wanted({essay}, {}))


def test_a_blank_text_gets_a_proposed_mark(written: WrittenExam, session: Session) -> None:
    """Nobody can mark what is not there; that it was lost may be made good."""
    attempt = written.sit(text=None)
    for name in ("Un", "Deux"):
        written.mark(written.marker(name), written.papers(attempt)[0], GOOD)
    case = contested(written, attempt)
    case.approve(case.propose(marks={written.slot(attempt, "essay"): "1.25"}))
    assert total(session, attempt)[0] == Decimal("3.25")
    assert replay(record_of(session, attempt)) == []


# Two people, and one answer


def test_who_may_not_approve(written: WrittenExam, session: Session, cast: Cast) -> None:
    attempt = failed_essay(written)
    case = contested(written, attempt)
    remarking = case.propose({written.slot(attempt, "essay")})
    with pytest.raises(ConflictError):
        case.approve(remarking)
    session.rollback()
    fresh = [written.marker(name) for name in ("Trois", "Quatre")]
    for one in fresh:
        case.mark(one, case.papers(remarking)[0], GOOD)
    for who, said in (
        (cast.camille, "You proposed this"),
        (cast.ada, "own appeal"),
        (first_markers(written, attempt)[0], "You marked one"),
        (fresh[1], "You marked one"),
    ):
        found = remarkings.get_remarking(session, remarking.public_id)
        with pytest.raises(RuleError, match=said):
            remarkings.approve(session, actor=who.actor(), remarking=found, upheld=True, words="Oui.")
        session.rollback()
    with pytest.raises(RuleError, match="A mark rises"):
        case.approve(remarking, upheld=False)
    session.rollback()
    remarking = remarkings.get_remarking(session, remarking.public_id)
    remarking.state, remarking.approved_by, remarking.approved_at = "approved", cast.camille.id, remarking.proposed_at
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_while_it_is_under_way_the_appeal_waits(written: WrittenExam, session: Session, cast: Cast) -> None:
    attempt = failed_essay(written)
    case = contested(written, attempt)
    remarking = case.propose({written.slot(attempt, "essay")})
    (paper,) = case.papers(remarking)
    with pytest.raises(RuleError, match="marked again"):
        appeals.answer(session, actor=cast.actor("admin"), appeal=case.appeal, upheld=False, words="Non.")
    session.rollback()
    appeals.withdraw(session, actor=cast.actor("ada"), appeal=case.appeal)
    session.commit()
    session.refresh(remarking)
    assert remarking.state == "dropped"
    fresh = written.marker("Trois")
    assert paper_queries.count_to_mark(session, fresh.id) == 0
    found = paper_queries.get_paper(session, fresh.id, paper.public_id)
    with pytest.raises(ConflictError, match="no longer waits"):
        papers.claim(session, actor=fresh.actor(), paper=found)


def test_what_is_given_up_changes_nothing_and_leaves_its_trace(
    app: Flask, written: WrittenExam, session: Session, cast: Cast
) -> None:
    attempt = failed_essay(written)
    case = contested(written, attempt)
    remarking = case.propose({written.slot(attempt, "essay")})
    case.mark(written.marker("Trois"), case.papers(remarking)[0], GOOD)
    remarkings.drop(session, actor=cast.actor("admin"), remarking=remarking)
    session.commit()
    with pytest.raises(ConflictError):
        remarkings.drop(session, actor=cast.actor("admin"), remarking=remarking)
    session.rollback()
    storage = open_storage(app.config["SETTINGS"].storage_url)
    record = files(staff_file(session, attempt, storage))["record.json"]
    assert [one["state"] for one in record["remarkings"]] == ["dropped"]
    assert len(record["remarkings"][0]["papers"][0]["markings"]) == 1
    assert replay(record) == []
    assert files(own_file(session, attempt, storage))["record.json"]["remarkings"] == []
    assert case.propose({written.slot(attempt, "essay")}).state == "marking"


def test_an_annulled_attempt_is_not_marked_again(chosen: Regraded, session: Session, cast: Cast) -> None:
    attempt = chosen.sit("ada", {1})
    case = contested(chosen, attempt)
    remarking = case.propose(marks={1: "1"})
    annul_attempt(session, actor=cast.actor("admin"), attempt_id=attempt.id, reason="fraude")
    session.commit()
    with pytest.raises(ConflictError):
        case.approve(remarking)
