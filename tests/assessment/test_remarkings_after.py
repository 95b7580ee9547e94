"""Re-markings beside decisions on questions, and the record that they leave."""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment import regrades
from app.assessment.appeal_files import own_file, staff_file
from app.assessment.models import Result
from app.assessment.records import record_of
from app.assessment.regrading import Kind
from app.assessment.replaying import replay
from app.foundation.errors import RuleError
from app.foundation.storage import open_storage
from tests.assessment.papers import GOOD, WrittenExam
from tests.assessment.regraded import Regraded
from tests.assessment.remarking import contested, failed_essay, files, slot_of, total
from tests.builders import Cast

pytestmark = pytest.mark.usefixtures("english")


# Beside decisions on questions


def test_another_key_raises_a_mark_given_on_appeal_and_never_lowers_it(chosen: Regraded, session: Session) -> None:
    attempt = chosen.sit("ada", set(range(1, 7)))  # wrongly: q-0, q-7, q-8, q-9
    case = contested(chosen, attempt)
    slot = slot_of(session, attempt, "q-0")
    case.approve(case.propose(marks={slot: "0.5"}))
    assert total(session, attempt)[0] == Decimal("6.50")
    chosen.decide(Kind.REKEY, new_key={"correct": ["b"]})  # which is what ada ticked
    assert total(session, attempt)[0] == Decimal("7.00")
    chosen.decide(Kind.REKEY, new_key={"correct": ["a"]})
    assert total(session, attempt)[0] == Decimal("6.50")
    assert replay(record_of(session, attempt)) == []


def test_what_is_marked_again_after_another_key_counts(chosen: Regraded, session: Session) -> None:
    attempt = chosen.sit("ada", set(range(1, 7)))
    chosen.decide(Kind.REKEY, new_key={"correct": ["b"]})
    assert total(session, attempt)[0] == Decimal("7.00")
    case = contested(chosen, attempt)
    slot = slot_of(session, attempt, "q-0")
    case.approve(case.propose(marks={slot: "0.25"}), upheld=False, words="Non.")
    assert total(session, attempt) == (Decimal("6.25"), True, True)
    case.contest()
    case.approve(case.propose(marks={slot: "0.75", slot_of(session, attempt, "q-9"): "1"}))
    assert total(session, attempt) == (Decimal("7.75"), True, False)
    assert replay(record_of(session, attempt)) == []


@pytest.mark.parametrize(("kind", "after"), [(Kind.VOID, "6.00"), (Kind.CREDIT_ALL, "7.00")])
def test_a_void_question_counts_for_nobody_and_its_points_given_to_all_are_full(
    chosen: Regraded, session: Session, kind: Kind, after: str
) -> None:
    attempt = chosen.sit("ada", set(range(1, 7)))
    case = contested(chosen, attempt)
    slot = slot_of(session, attempt, "q-0")
    case.approve(case.propose(marks={slot: "0.5"}))
    chosen.decide(kind)
    assert total(session, attempt)[0] == Decimal(after)
    assert replay(record_of(session, attempt)) == []
    case.contest()
    with pytest.raises(RuleError, match="cannot be marked again"):
        case.propose(marks={slot: "0.5"})


def test_a_decision_approved_meanwhile_is_carried_out_first(chosen: Regraded, session: Session, cast: Cast) -> None:
    """Each revision has one cause, although the worker has not come yet."""
    attempt = chosen.sit("ada", set(range(1, 7)))
    case = contested(chosen, attempt)
    remarking = case.propose(marks={slot_of(session, attempt, "q-9"): "1"})
    decision = chosen.propose(Kind.CREDIT_ALL)
    regrades.start(session, actor=cast.actor("admin"), decision=decision)
    session.commit()
    case.approve(remarking)
    reasons = session.scalars(select(Result.reason).where(Result.attempt_id == attempt.id).order_by(Result.revision))
    assert list(reasons) == ["marked", f"decision-{decision.public_id}", f"remarking-{remarking.public_id}"]
    assert total(session, attempt)[0] == Decimal("8.00")
    assert replay(record_of(session, attempt)) == []


# The record


TAMPERED: list[tuple[str, Callable[[dict[str, Any]], Any]]] = [
    ("scores, revision 2", lambda one: one["remarkings"][0]["marks"][0].update(points="0.9")),
    ("levels of slot", lambda one: one["remarkings"][0]["papers"][0]["levels"].update(exactitude=0)),
    ("scores, revision 2", lambda one: one["remarkings"].clear()),
    ("result in force", lambda one: (one["results"].pop(), one["scores"].pop(), one["scores"].pop())),
    ("result, revision 2", lambda one: one["results"][1].update(total="3.99")),
]


def test_whatever_is_tampered_with_is_found(app: Flask, written: WrittenExam, session: Session) -> None:
    attempt = failed_essay(written)
    case = contested(written, attempt)
    remarking = case.propose({written.slot(attempt, "essay")}, {written.slot(attempt, "single"): "0.5"})
    for name in ("Trois", "Quatre"):
        case.mark(written.marker(name), case.papers(remarking)[0], GOOD, "Juste.")
    case.approve(remarking)
    storage = open_storage(app.config["SETTINGS"].storage_url)
    found = files(staff_file(session, attempt, storage))
    record = found["record.json"]
    assert replay(record) == []
    events = {line["event"] for line in record["audit"]}
    assert {"remarking.approved", "paper.marked", "paper.decided", "attempt.regraded"} <= events
    for where, tamper in TAMPERED:
        changed = copy.deepcopy(record)
        tamper(changed)
        assert any(one.where.startswith(where) for one in replay(changed)), where
    own = files(own_file(session, attempt, storage))["record.json"]["remarkings"][0]
    assert [one["comment"] for one in own["papers"][0]["markings"]] == ["Juste.", "Juste."]
    assert "points" not in own["marks"][0], "the exam shows domains alone"
