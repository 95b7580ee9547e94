"""Screens of re-markings: from the appeal to the certificate, what is typed wrongly, who sees what, statements."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment.models import Attempt
from app.assessment.remarking_models import Remarking
from tests.assessment.papers import GOOD, WrittenExam
from tests.assessment.regraded import Regraded
from tests.assessment.remarking import Contested, failed_essay, slot_of
from tests.builders import Cast
from tests.courses import Small, question

MOST_STATEMENTS = 30


pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def attempt(written: WrittenExam) -> Attempt:
    return failed_essay(written)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_before_appealing_one_reads_what_can_come_of_it(cast: Cast, attempt: Attempt, language: str) -> None:
    ada = cast.client("ada", language=language)
    ada.get(f"/attempts/{attempt.public_id}/result")
    said = {
        "fr": ("qu’elles soient plus hautes ou plus basses", "n’est jamais retirée pour cela"),
        "en": ("The new marks count, higher or lower.", "is never taken back by it"),
    }
    for words in said[language]:
        assert words in ada.text()


def test_from_the_appeal_to_the_certificate(
    app: Flask, written: WrittenExam, attempt: Attempt, session: Session, cast: Cast
) -> None:
    case = Contested(app, session, cast, attempt)
    essay, camille = written.slot(attempt, "essay"), cast.client("camille", language="en")
    appeal = f"/studio/appeals/{case.appeal.public_id}"
    camille.get(appeal)
    assert "Where the marks of this candidate alone are wrong" in camille.text()
    camille.get(f"{appeal}/marking-again")
    assert f"Question {essay}: 0.22 of 2" in camille.text()
    assert f"Question {essay}: have it marked again" in camille.text()
    sent = camille.post(f"{appeal}/marking-again", {f"again-{essay}": "y"})
    assert sent.status_code == 302
    camille.get(sent.location)
    assert "being marked: 0 of 2" in camille.text()
    assert "0.22" not in camille.text(), "whoever might still mark it reads no mark here"
    assert f"{sent.location}/approval" not in str(camille.page)
    camille.get(appeal)
    assert "The appeal is answered with its approval." in camille.text()
    assert "Send the answer" not in camille.text()
    assert camille.post(appeal, {"outcome": "rejected", "answer": "Non."}).status_code == 422
    for name in ("Trois", "Quatre"):
        marker = written.marker(name)
        reader = cast.client(marker, language="en")
        reader.get("/marking/exams")
        assert "appeal" not in reader.text().casefold()
        (paper,) = case.papers(session.scalars(select(Remarking)).one())
        assert reader.post(f"/marking/exams/{paper.public_id}/claim", {}).status_code == 302
        reader.get(f"/marking/exams/{paper.public_id}")
        assert "Line by line" in reader.text()
        levels = {f"level-{line}": str(level) for line, level in GOOD.items()}
        fields = {f"feedback-{line}": "" for line in GOOD} | levels | {"comment": f"Lu par {name}.", "then": "sign"}
        assert reader.post(f"/marking/exams/{paper.public_id}", fields).status_code == 302
        assert reader.post(f"/marking/exams/{paper.public_id}/signature", {}).status_code == 302
    camille.get(sent.location)
    words = camille.text()
    assert "marked anew by 2 people 0.22 2 Lu par Trois. Lu par Quatre." in words
    assert "Points 2.22 out of 4 4 out of 4" in words
    assert "Outcome not passed passed" in words
    assert "Certificate no certificate a new one, with the date of the day" in words
    assert "You proposed this: somebody else has to approve it." in words
    answer = {"outcome": "upheld", "answer": "Deux personnes l’ont lu de nouveau."}
    assert camille.post(f"{sent.location}/approval", answer).status_code == 422
    admin = cast.client("admin", language="en")
    assert admin.post(f"{sent.location}/approval", {"outcome": "upheld", "answer": ""}).status_code == 422
    assert "An answer is owed, whatever it says." in admin.text()
    assert admin.post(f"{sent.location}/approval", answer | {"outcome": "rejected"}).status_code == 422
    assert "A mark rises by it" in admin.text()
    assert answer["answer"] in admin.text(), "what was typed is kept"
    assert admin.post(f"{sent.location}/approval", answer).status_code == 302
    assert admin.post(f"{sent.location}/approval", answer).status_code == 409
    admin.get(sent.location)
    assert "Approved" in admin.text()
    admin.get(appeal)
    assert "Answers marked again" in admin.text()
    ada = cast.client("ada", language="en")
    ada.get(f"/attempts/{attempt.public_id}/result")
    words = ada.text()
    assert "Exam passed" in words
    assert "Answers were marked again on your appeal." in words
    assert f"It concerned question {essay}. Before: 2.22 out of 4. After: 4 out of 4" in words
    assert "Marked again on your appeal." in words
    assert "Lu par Quatre." in words
    assert "Get my certificate" in words


def test_what_is_typed_wrongly_is_kept_and_said(app: Flask, session: Session, cast: Cast) -> None:
    chosen = Regraded(app, session, cast)
    attempt = chosen.sit("ada", set(range(1, 7)))
    case = Contested(app, session, cast, attempt)
    camille = cast.client("camille", language="fr")
    address = f"/studio/appeals/{case.appeal.public_id}/marking-again"
    wrong: list[tuple[dict[str, str], str]] = [
        ({}, "Choisissez au moins une réponse"),
        ({"points-1": "1,5", "reason-1": "Vu."}, "Écrivez des points de 0 à 1"),
        ({"points-1": "-1", "reason-1": "Vu."}, "Écrivez des points de 0 à 1"),
        ({"points-1": "0,333", "reason-1": "Vu."}, "Écrivez des points de 0 à 1"),
        ({"points-1": "1e30", "reason-1": "Vu."}, "Écrivez des points de 0 à 1"),
        ({"points-1": "un", "reason-1": "Vu."}, "Écrivez des points de 0 à 1"),
        ({"points-1": "1 km", "reason-1": "Vu."}, "Écrivez des points de 0 à 1"),
        ({"points-1": "0,5", "reason-1": "  "}, "Dites pourquoi"),
        ({"points-1": "", "reason-1": "Gardé."}, "Écrivez les points"),
        ({"points-1": "0,5", "reason-1": "x" * 1001}, "1001"),
    ]
    for sent, said in wrong:
        assert camille.post(address, sent).status_code == 422, sent
        assert said in re.sub(r"\s", " ", camille.text()), sent
    camille.post(address, {"points-1": "", "reason-1": "Gardé."})
    assert "Gardé." in str(camille.page)
    made = camille.post(address, {"points-1": "0,25", "reason-1": "L’incident est noté."})
    assert made.status_code == 302
    camille.get(made.location)
    assert "L’incident est noté." in camille.text()
    assert camille.post(address, {"points-2": "1", "reason-2": "Vu."}).status_code == 409
    assert camille.post(f"{made.location}/withdrawal", {}).status_code == 302
    assert camille.post(f"{made.location}/withdrawal", {}).status_code == 409
    camille.get(f"/studio/appeals/{case.appeal.public_id}")
    assert "Abandonnée" in camille.text()


def test_only_staff_see_it_and_only_while_the_appeal_is_in_review(app: Flask, session: Session, cast: Cast) -> None:
    chosen = Regraded(app, session, cast)
    attempt = chosen.sit("ada", set(range(1, 7)))
    case = Contested(app, session, cast, attempt)
    remarking = case.propose(marks={slot_of(session, attempt, "q-0"): "1"})
    form, page = f"/studio/appeals/{case.appeal.public_id}/marking-again", f"/studio/remarkings/{remarking.public_id}"
    for who in ("ada", "dora"):
        client = cast.client(who)
        assert [client.get(address).status_code for address in (form, page)] == [403, 403]
        assert client.post(f"{page}/approval", {"outcome": "upheld", "answer": "Oui."}).status_code == 403
        assert client.post(f"{page}/withdrawal", {}).status_code == 403
    case.approve(remarking)
    camille = cast.client("camille", language="en")
    assert camille.get(form).status_code == 404
    assert camille.post(form, {"points-1": "1", "reason-1": "Vu."}).status_code == 409
    assert camille.get("/studio/remarkings/" + "0" * 26).status_code == 404


def test_a_kept_pass_is_told_in_its_own_words(app: Flask, session: Session, cast: Cast) -> None:
    chosen = Regraded(app, session, cast)
    attempt = chosen.sit("ada", set(range(7)))
    case = Contested(app, session, cast, attempt)
    case.approve(case.propose(marks={slot_of(session, attempt, "q-0"): "0"}), upheld=False, words="Non.")
    ada = cast.client("ada", language="en")
    ada.get(f"/attempts/{attempt.public_id}/result")
    assert "Your pass stands: a published pass is never taken back by a second marking." in ada.text()


@pytest.mark.parametrize("questions", [10, 40])
def test_statements_do_not_grow_with_the_questions(
    app: Flask, session: Session, cast: Cast, statements: SimpleNamespace, questions: int
) -> None:
    small = Small(
        exam_questions=[question("single", f"q-{number}") for number in range(questions)],
        blueprint=[{"domain": "alpha", "level": 1, "count": questions, "points": "1"}],
    )
    chosen = Regraded(app, session, cast, small)
    attempt = chosen.sit("ada", {1})
    case = Contested(app, session, cast, attempt)
    remarking = case.propose(marks=dict.fromkeys(range(1, questions + 1), "1"))
    camille = cast.client("camille", language="en")
    for address in (f"/studio/remarkings/{remarking.public_id}", f"/studio/appeals/{case.appeal.public_id}"):
        statements.clear()
        assert camille.get(address).status_code == 200
        assert len(statements.seen) <= MOST_STATEMENTS, len(statements.seen)
    case.session.rollback()
    statements.clear()
    assert camille.get(f"/studio/appeals/{case.appeal.public_id}/marking-again").status_code == 200
    assert len(statements.seen) <= MOST_STATEMENTS, len(statements.seen)
