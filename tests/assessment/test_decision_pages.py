"""Screens of faulty questions: propose, see what would change, a colleague approves, read the corrected result."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment.decision_models import ItemDecision
from app.assessment.decisions import versions_of_exam
from app.assessment.regrading import Kind
from app.foundation.i18n import use_language
from tests.assessment.regraded import REASON, Regraded
from tests.builders import Cast
from tests.courses import KINDS, Small, exam_of, question


@pytest.fixture
def exam(app: Flask, session: Session, cast: Cast) -> Iterator[Regraded]:
    with use_language("en"):
        yield Regraded(app, session, cast)


def proposal(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "void", "scope": "exam", "reason_fr": REASON["fr"], "reason_en": REASON["en"], **changes,
    }  # fmt: skip


def address_of(exam: Regraded) -> str:
    version = exam.faulty()
    public_id = exam.exam_version.exam.public_id
    return f"/studio/exams/{public_id}/questions/{version.question.public_id}/{version.number}"


def test_from_the_question_to_the_corrected_result(exam: Regraded, session: Session, cast: Cast) -> None:
    passed, failed = exam.sit("ada", set(range(7))), exam.sit("blaise", set(range(1, 7)))
    session.commit()
    author = cast.client("camille", language="en")
    author.get("/studio/decisions")
    assert "Nothing was decided yet" in author.text()
    author.get(f"/studio/exams/{exam.exam_version.exam.public_id}/questions")
    assert "10 questions may be drawn" in author.text()
    address = address_of(exam)
    author.get(address)
    sent = author.post(address, proposal())
    assert sent.status_code == 302
    author.get(sent.location)
    words = author.text()
    assert "Results that change 2" in words
    assert "From failed to passed 0" in words
    assert "Passes below the mark that stand 1" in words
    assert "Certificates concerned 1" in words
    assert "7 out of 10 6 out of 9 passed passed, kept" in words
    assert "Somebody else has to approve it." in words
    assert author.post(f"{sent.location}/approval", {}).status_code == 422
    colleague = cast.client("admin", language="en")
    assert colleague.post(f"{sent.location}/approval", {}).status_code == 302
    colleague.get(sent.location)
    assert "the worker goes on" in colleague.text()
    exam.work()
    colleague.get(sent.location)
    assert "2 results changed" in colleague.text()
    colleague.get("/studio/decisions")
    assert "In force" in colleague.text()
    colleague.get(f"/studio/exams/{exam.exam_version.exam.public_id}/questions")
    assert "decided" in colleague.text()
    ada = cast.client("ada", language="en")
    ada.get(f"/attempts/{passed.public_id}/result")
    assert "This result was corrected" in ada.text()
    assert REASON["en"] in ada.text()
    assert "Before: 7 out of 10. After: 6 out of 9, with 6.3 needed." in ada.text()
    assert "Your pass stands" in ada.text()
    blaise = cast.client("blaise", language="fr")
    blaise.get(f"/attempts/{failed.public_id}/result")
    assert REASON["fr"] in blaise.text()
    assert "Votre réussite" not in blaise.text()


def test_a_proposal_says_what_is_missing_and_keeps_what_was_typed(exam: Regraded, session: Session, cast: Cast) -> None:
    author, address = cast.client("camille", language="en"), address_of(exam)
    assert author.post(address, proposal(kind="", reason_fr="")).status_code == 422
    assert "Choose what is decided." in author.text()
    assert "Say why, in French." in author.text()
    assert REASON["en"] in author.text()
    assert author.post(address, proposal(kind="rekey")).status_code == 422
    assert "Say which answers are right." in author.text()
    assert author.post(address, proposal(kind="rekey", right=["b", "a"])).status_code == 302
    assert session.scalars(select(ItemDecision.new_key)).all() == [{"correct": ["a", "b"]}]
    assert author.post(address, proposal()).status_code == 409
    assert "already proposed" in author.text()


def test_corrected_answers_follow_the_new_key(app: Flask, session: Session, cast: Cast) -> None:
    shown = Regraded(app, session, cast, exam_settings={"shows": "items"})
    attempt = shown.sit("ada", set(range(1, 7)))  # "b" to the faulty one
    ada = cast.client("ada", language="en")
    address = f"/attempts/{attempt.public_id}/result"
    ada.get(address)
    before = len(ada.page.find_all(string="Not quite"))
    shown.decide(Kind.REKEY, new_key={"correct": ["b"]})
    ada.get(address)
    assert len(ada.page.find_all(string="Not quite")) == before - 1


def test_a_proposal_is_given_up(exam: Regraded, session: Session, cast: Cast) -> None:
    decision = exam.propose()
    author = cast.client("camille", language="en")
    assert author.post(f"/studio/decisions/{decision.public_id}/withdrawal", {}).status_code == 302
    author.get(f"/studio/decisions/{decision.public_id}")
    assert "Proposal given up" in author.text()
    assert author.post(f"/studio/decisions/{decision.public_id}/withdrawal", {}).status_code == 409


@pytest.mark.parametrize(
    ("kind", "accepted", "status", "stored"),
    [
        ("numeric", "13,5\n14", 302, [{"value": "13.5"}, {"value": "14"}]),
        ("numeric", "treize", 422, []),
        ("text", "Élodie", 302, [{"value": "Élodie"}]),
    ],
)
def test_written_questions_take_a_key_a_line(
    session: Session, cast: Cast, kind: str, accepted: str, status: int, stored: list[Any]
) -> None:
    version = Small(exam_questions=[question(one, f"q-{one}") for one in KINDS]).publish(session)
    exam_version = exam_of(session, version)
    wanted = next(one for one in versions_of_exam(session, exam_version.exam_id) if one.type == kind)
    author = cast.client("camille", language="en")
    address = f"/studio/exams/{exam_version.exam.public_id}/questions/{wanted.question.public_id}/{wanted.number}"
    author.get(address)
    assert author.post(address, proposal(kind="rekey", accepted=accepted)).status_code == status
    if status == 422:
        assert "is not a number" in author.text()
        assert accepted in author.text()
    for key in session.scalars(select(ItemDecision.new_key)):
        values = [{"value": one["value"]} for one in (key or {})["answers"]]
        assert values == stored
        assert kind == "text" or (key or {})["answers"][0]["unit"] == "km"


def test_only_those_who_write_courses_see_them(exam: Regraded, cast: Cast) -> None:
    decision = exam.propose()
    for who in ("ada", "dora"):
        client = cast.client(who)
        for address in ("/studio/decisions", f"/studio/decisions/{decision.public_id}", address_of(exam)):
            assert client.get(address).status_code == 403
    author = cast.client("camille")
    assert author.get(f"{address_of(exam)}0").status_code == 404
    assert author.get(f"/studio/decisions/{'0' * 26}").status_code == 404
