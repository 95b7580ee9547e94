"""Stored attempts played again: two hundred agree to the last decimal, and whatever was tampered with is found."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result as Ran
from flask import Flask
from sqlalchemy.orm import Session

from app.assessment.answering import Incoming, save_answer
from app.assessment.appeal_files import own_file, staff_file
from app.assessment.models import Attempt, Result
from app.assessment.records import record_of
from app.assessment.regrading import Kind
from app.assessment.replaying import replay
from app.assessment.services import submit_attempt
from app.foundation.actor import SYSTEM
from app.foundation.storage import open_storage
from tests.assessment.regraded import Regraded
from tests.builders import Cast
from tests.certification.builders import make_keys
from tests.courses import KINDS, Small, items_of, question, right_payload


def run(app: Flask, *arguments: str) -> Ran:
    return app.test_cli_runner().invoke(args=["attempts", "replay", *arguments])


@pytest.fixture
def exam(app: Flask, session: Session, cast: Cast) -> Regraded:
    make_keys(app, session)
    return Regraded(app, session, cast)


def sat_and_regraded(exam: Regraded, cast: Cast) -> Attempt:
    """An attempt with a late answer, two decisions on its faulty question, and a third that came before another sat."""
    attempt = exam.sit("ada", set(range(7)))
    exam.decide(Kind.VOID)
    exam.decide(Kind.REKEY, new_key={"correct": ["b"]})
    return attempt


@pytest.mark.slow
def test_two_hundred_attempts_are_replayed(app: Flask, session: Session, cast: Cast) -> None:
    """Ten questions drawn from forty of all types, some answered twice, some not, two decisions on the way."""
    questions = [question(KINDS[number % 5], f"q-{number}", "alpha" if number % 3 else "beta") for number in range(40)]
    questions[0] = question("single", "q-0", enemies=["q-5", "q-10"])
    blueprint = [
        {"domain": "beta", "level": 1, "count": 3, "points": "2"},
        {"domain": None, "level": 1, "count": 7, "points": "1"},
    ]
    small = Small(exam_questions=questions, blueprint=blueprint, exam_settings={"cooldown_s": [], "awards": None})
    exam = Regraded(app, session, cast, small)
    for person in range(200):
        if person == 120:
            session.commit()
            exam.decide(Kind.VOID)
        attempt = exam.begin(cast.person(f"Personne {person}"))
        answer_some(exam, attempt, person)
    session.commit()
    exam.decide(Kind.CREDIT_ALL)
    session.commit()
    ran = run(app, "--last", "200")
    assert ran.output.splitlines()[-1] == "200 replayed, 0 different.", ran.output
    assert ran.exit_code == 0
    victim = session.get_one(Attempt, attempt.id)
    row = session.get_one(Result, (victim.id, 1))
    row.total += Decimal("0.01")
    session.commit()
    ran = run(app, "--last", "200")
    assert ran.exit_code == 1
    assert "200 replayed, 1 different." in ran.output
    assert f"{victim.public_id}: result, revision 1" in ran.output


def answer_some(exam: Regraded, attempt: Attempt, person: int) -> None:
    for item in items_of(exam.session, attempt):
        if (item.slot + person) % 3:
            right = right_payload(item)
            save_answer(exam.session, attempt=attempt, incoming=Incoming(item.slot, right, 1, f"k{item.slot}"))
        if (item.slot + person) % 5 == 0:
            first = Incoming(item.slot, None, 2, f"again{item.slot}")
            save_answer(exam.session, attempt=attempt, incoming=first)
    submit_attempt(exam.session, actor=SYSTEM, attempt=attempt)


def test_a_regraded_attempt_agrees_with_itself(exam: Regraded, session: Session, cast: Cast) -> None:
    attempt = sat_and_regraded(exam, cast)
    after = exam.sit("blaise", set(range(7)))
    for one in (attempt, after):
        assert replay(record_of(session, one)) == []
    assert len(record_of(session, attempt)["results"]) == 3
    assert [one["kept"] for one in record_of(session, attempt)["results"]] == [False, True, True]


def _first(record: dict[str, Any], part: str, **changes: Any) -> None:
    record[part][0].update(changes)


TAMPERED: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "another seed": (lambda one: one["attempt"].update(seed="00" * 16), "options of slot 1"),
    "options moved": (lambda one: one["items"][0]["option_order"].reverse(), "options of slot 1"),
    "a question drawn by hand": (lambda one: one["items"][0].update(question="0" * 26), "questions drawn"),
    "more points": (lambda one: one["items"][0].update(points="2"), "questions drawn"),
    "a seen question forgotten": (
        lambda one: one["attempt"]["drawn_from"].update(void=[one["items"][0]["question"]]), "questions drawn",
    ),
    "the key changed": (lambda one: one["items"][0]["body"]["options"][0].update(correct=False), "question of slot 1"),
    "an answer changed": (lambda one: _first(one, "events", payload={"choice": "x"}), "digest of event 1"),
    "an answer left out": (lambda one: one["events"].pop(0), "answers in force"),
    "an event counted afterwards": (lambda one: _first(one, "events", counted=False), "answers in force"),
    "another receipt": (lambda one: one["attempt"].update(receipt_sha256="0" * 64), "receipt"),
    "a score": (lambda one: _first(one, "scores", credit="0.999999999999"), "scores, revision 1"),
    "a total": (lambda one: _first(one, "results", total="7.01"), "result, revision 1"),
    "a domain": (lambda one: one["results"][0]["per_domain"][0].update(total="1.00"), "result, revision 1"),
    "a later total": (lambda one: one["results"][2].update(total="9.00"), "result, revision 3"),
    "a pass kept without right": (lambda one: one["audit"].clear(), "result, revision 2"),
    "a revision cut off": (lambda one: one["results"].pop(), "result in force"),
    "another decision": (lambda one: one["decisions"][0].update(kind="credit_all"), "scores, revision 2"),
    "a line of the audit record": (lambda one: _first(one, "audit", actor="nobody"), "audit line"),
    "its details": (lambda one: one["audit"][0].update(details={"seed": "x"}), "audit details"),
}  # fmt: skip


def test_whatever_is_tampered_with_is_found(exam: Regraded, session: Session, cast: Cast) -> None:
    record = json.loads(json.dumps(record_of(session, sat_and_regraded(exam, cast))))
    assert replay(record) == []
    for name, (tamper, where) in TAMPERED.items():
        changed = copy.deepcopy(record)
        tamper(changed)
        found = [one.where for one in replay(changed)]
        assert any(one.startswith(where) for one in found), (name, found)


def test_an_attempt_older_than_its_draw_is_replayed_by_its_layout(exam: Regraded, session: Session) -> None:
    attempt = exam.sit("ada", {1})
    attempt.drawn_from = None
    session.commit()
    assert replay(record_of(session, attempt)) == []


def test_an_attempt_under_way_has_no_marks_yet(exam: Regraded, session: Session) -> None:
    attempt = exam.begin("ada")
    exam.answer(attempt, {1, 2})
    assert replay(record_of(session, attempt)) == []


# Files


def test_the_appeal_file_replays_to_the_same_mark(
    app: Flask, exam: Regraded, session: Session, cast: Cast, tmp_path: Path
) -> None:
    attempt = sat_and_regraded(exam, cast)
    path = tmp_path / "appeal.zip"
    path.write_bytes(staff_file(session, attempt, open_storage(app.config["SETTINGS"].storage_url)))
    session.commit()
    ran = run(app, "--file", str(path))
    assert (ran.exit_code, ran.output) == (0, "1 replayed, 0 different.\n")
    ran = run(app, attempt.public_id)
    assert (ran.exit_code, ran.output) == (0, "1 replayed, 0 different.\n")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "one of them"),
        (("--last", "3", "x"), 2, "one of them"),
        (("0" * 26,), 1, "no such attempt"),
        (("--last", "3"), 1, "no such attempt"),
    ],
)
def test_the_command_says_what_it_needs(app: Flask, arguments: tuple[str, ...], code: int, said: str) -> None:
    ran = run(app, *arguments)
    assert ran.exit_code == code
    assert said in ran.output


def test_a_file_of_another_kind_is_refused(app: Flask, exam: Regraded, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "own.zip"
    path.write_bytes(b"not a zip")
    assert "no appeal file" in run(app, "--file", str(path)).output
    path.write_bytes(own_file(session, exam.sit("ada", {1}), open_storage(app.config["SETTINGS"].storage_url)))
    session.commit()
    ran = run(app, "--file", str(path))
    assert (ran.exit_code, "of a kind" in ran.output) == (1, True)
