"""Regrades beside what else an exam has: a panel's cut, every type of question, figures, the gradebook."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.assessment.answering import Incoming, save_answer
from app.assessment.cohorts import sheets_of
from app.assessment.draws import pool_of
from app.assessment.models import Attempt
from app.assessment.panel_figures import announced_cut
from app.assessment.queries import find_result
from app.assessment.records import record_of
from app.assessment.regrades import reason_of
from app.assessment.regrading import Decision, Kind
from app.assessment.replaying import replay
from app.assessment.services import submit_attempt
from app.foundation import clock
from app.foundation.i18n import use_language
from app.gradebook.wording import reason_in_words
from tests.assessment.regraded import Regraded
from tests.assessment.test_panels import ANGOFF, Bench
from tests.builders import Cast
from tests.certification.builders import make_keys
from tests.courses import KINDS, PARTS_KINDS, Small, items_of, question, right_payload

TWO = [{"domain": "alpha", "level": 1, "count": 2, "points": "1"}]


def with_panel(app: Flask, session: Session, cast: Cast, drawn: int = 4) -> tuple[Regraded, Bench]:
    """Four questions of one point; the panel's means are 0.85, 0.68, 0.55 and 0.38: 2.47 of 4 points."""
    make_keys(app, session)
    questions = [question("single", f"q-{number}") for number in range(4)]
    small = Small(exam_questions=questions, blueprint=[{**TWO[0], "count": drawn}], exam_settings=dict(ANGOFF))
    exam = Regraded(app, session, cast, small)
    return exam, Bench(session, cast, exam.exam_version)


def marks(session: Session, attempt: Attempt) -> tuple[Decimal, Decimal, Decimal, bool]:
    found = find_result(session, attempt.id)
    assert found is not None
    return found.total, found.max_points, found.cut, found.passed


def test_a_regrade_takes_the_cut_of_the_panel_without_the_void_question(
    app: Flask, session: Session, cast: Cast
) -> None:
    exam, bench = with_panel(app, session, cast)
    before = exam.sit("ada", {1, 2})
    bench.close()
    after = exam.sit("blaise", {1, 2})
    assert marks(session, after) == (Decimal(2), Decimal(4), Decimal("2.47"), False)
    exam.decide(Kind.VOID)
    assert marks(session, before) == (Decimal(2), Decimal(3), Decimal("2.10"), False)
    assert marks(session, after) == (Decimal(2), Decimal(3), Decimal("1.62"), True)
    for attempt in (before, after):
        assert replay(record_of(session, attempt)) == []
    record = json.loads(json.dumps(record_of(session, after)))
    record["items"][0]["rated"] = "1"
    assert any(one.where.startswith("result, revision") for one in replay(record))


def test_the_cut_that_is_announced_leaves_void_questions_out(app: Flask, session: Session, cast: Cast) -> None:
    exam, bench = with_panel(app, session, cast, drawn=2)
    bench.close()
    told = announced_cut(session, exam.exam_version, clock.now())
    assert told is not None
    assert (told.low, told.high) == (Decimal("0.93"), Decimal("1.53"))
    exam.decide(Kind.VOID)
    told = announced_cut(session, exam.exam_version, clock.now())
    assert told is not None
    assert (told.low, told.high) == (Decimal("0.93"), Decimal("1.23"))


@pytest.mark.parametrize("kind", [*KINDS, *PARTS_KINDS])
def test_every_type_is_replayed_voided_and_credited(app: Flask, session: Session, cast: Cast, kind: str) -> None:
    exam = Regraded(app, session, cast, of_type(kind))
    attempt = exam.begin("ada")
    first = next(item for item in items_of(session, attempt) if item.version.question.slug == "q-0")
    save_answer(session, attempt=attempt, incoming=Incoming(first.slot, right_payload(first), 1, "k"))
    submit_attempt(session, actor=cast.ada.actor(), attempt=attempt)
    session.commit()
    seen = [marks(session, attempt)[:2]]
    for decided in (Kind.VOID, Kind.CREDIT_ALL):
        exam.decide(decided)
        seen.append(marks(session, attempt)[:2])
        assert replay(json.loads(json.dumps(record_of(session, attempt)))) == []
    assert seen == [(Decimal(1), Decimal(2)), (Decimal(0), Decimal(1)), (Decimal(1), Decimal(2))]


def of_type(kind: str) -> Small:
    return Small(exam_questions=[question(kind, "q-0"), question("single", "q-1")], blueprint=TWO)


def test_another_area_of_a_picture_may_become_right(app: Flask, session: Session, cast: Cast) -> None:
    exam = Regraded(app, session, cast, of_type("hotspot"))
    attempt = exam.begin("ada")
    first = next(item for item in items_of(session, attempt) if item.version.question.slug == "q-0")
    save_answer(session, attempt=attempt, incoming=Incoming(first.slot, right_payload(first), 1, "k"))
    submit_attempt(session, actor=cast.ada.actor(), attempt=attempt)
    session.commit()
    exam.decide(Kind.REKEY, new_key={"correct": ["b"]})
    assert marks(session, attempt)[:2] == (Decimal(0), Decimal(2))
    assert replay(record_of(session, attempt)) == []


@pytest.mark.parametrize(
    ("kind", "shown"),
    [("hotspot", ("Le bout droit", "Le bout gauche")), ("matching", ("Chat", "Mammifère")), ("cloze", ("12,5",))],
)
def test_the_form_shows_the_key_of_every_type(
    app: Flask, session: Session, cast: Cast, kind: str, shown: tuple[str, ...]
) -> None:
    exam = Regraded(app, session, cast, of_type(kind))
    version, exam_id = exam.faulty(), exam.exam_version.exam.public_id
    session.commit()
    author = cast.client("camille")
    address = f"/studio/exams/{exam_id}/questions/{version.question.public_id}/{version.number}"
    author.get(address)
    assert [words for words in shown if words not in author.text()] == []
    ticks = author.page.find_all("input", attrs={"name": "right"})
    assert [one["value"] for one in ticks] == (["a", "c", "b"] if kind == "hotspot" else [])
    if kind == "hotspot":
        sent = author.post(address, proposal(kind="rekey", right=["b"]))
        author.get(sent.location)
        assert "Le bout gauche" in author.text()


def proposal(**changes: Any) -> dict[str, Any]:
    return {"kind": "void", "scope": "exam", "reason_fr": "Fautive.", "reason_en": "Faulty.", **changes}


def test_void_questions_leave_the_figures(app: Flask, session: Session, cast: Cast) -> None:
    exam = Regraded(app, session, cast)
    exam.sit("ada", {0, 1, 2})
    exam.sit("blaise", {1, 2, 3, 4})
    exam.decide(Kind.VOID)
    left = {version.id for version in pool_of(session, exam.exam_version.id)} - {exam.faulty().id}
    sheets = sheets_of(session, exam.exam_version.id)
    assert [set(sheet.lines) for sheet in sheets] == [left, left]
    assert [(sheet.total, sheet.maximum) for sheet in sheets] == [(2, 9), (4, 9)]


def test_the_gradebook_says_why_a_result_was_corrected(app: Flask) -> None:
    with app.test_request_context(), use_language("en"):
        assert reason_in_words(reason_of(Decision("0" * 26, Kind.VOID))) == "corrected: a question was faulty"
