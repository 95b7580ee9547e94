"""Exercises through plain forms: every answer explained, limits held, nothing told outside an open attempt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.assessment.models import Answer
from app.foundation import clock
from tests.builders import Cast
from tests.courses import (
    KINDS,
    Small,
    attempt_at,
    begin,
    exam_of,
    items_of,
    question,
    right_payload,
    right_values,
)

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_the_exercises_explain_each_answer_and_open_the_exam(cast: Cast, session: Session) -> None:
    asked = [
        question(kind, f"e-{kind}", feedback={"incorrect": {"fr": "Relisez.", "en": "Read again."}}) for kind in KINDS
    ]
    version = Small(quiz_questions=asked, exam_settings={"requires": ["un"]}).publish(session)
    begin(session, cast.ada, version, mastered=False)
    ada, exam = cast.client("ada", language="en"), f"/exams/{exam_of(session, version).exam.public_id}"
    ada.get(exam)
    assert "The exam cannot be started now." in ada.text()
    for wrong, passed in ((2, False), (1, True)):
        started = ada.post("/learn/petit-cours/petit-cours-quiz/attempts")
        attempt = attempt_at(session, started.headers["Location"])
        root = f"/attempts/{attempt.public_id}"
        ada.get(root)
        assert "Read again." not in ada.page.get_text()
        for item in items_of(session, attempt):
            blank = ada.post(f"{root}/answers/{item.slot}", {"rev": "1", "key": f"b{item.slot}"})
            assert blank.status_code == 422
            values = right_values(item) if item.slot > wrong else ["99"]
            ada.post(f"{root}/answers/{item.slot}", {"answer": values, "rev": "1", "key": f"k{item.slot}"}, follow=True)
            assert ("Read again." in ada.text()) is (item.slot <= wrong)
            ada.post(f"{root}/answers/{item.slot}", {"answer": right_values(item), "rev": "2", "key": f"c{item.slot}"})
        ada.post(f"{root}/submission", follow=True)
        assert ("Exercises passed" in ada.text()) is passed
        assert f"{5 - wrong}" in ada.page.select_one("p.score").get_text()
    ada.get("/learn/petit-cours/petit-cours-quiz")
    assert "You have done it." in ada.text()
    ada.get(exam)
    assert ada.page.find("input", attrs={"name": "pledge"})


def test_exercises_with_a_limit_say_so_and_hold_it(cast: Cast, session: Session) -> None:
    version = Small(quiz_settings={"max_attempts": 2, "cooldown_s": [3600]}).publish(session)
    begin(session, cast.ada, version, mastered=False)
    quiz = "/learn/petit-cours/petit-cours-quiz"
    with clock.frozen(NOON):
        ada = cast.client("ada", language="en")
        for hours, sentence in ((0, "opens on 22 November 2026, 14:00"), (1, "All the attempts")):
            with clock.frozen(NOON + timedelta(hours=hours)):
                ada.get(quiz)
                assert "2 tries at most" in ada.text()
                started = ada.post(f"{quiz}/attempts")
                root = f"/attempts/{attempt_at(session, started.headers['Location']).public_id}"
                ada.post(f"{root}/submission", follow=True)
                assert not ada.page.select("main form")
                ada.get(quiz)
                assert sentence in ada.text()
                assert ada.post(f"{quiz}/attempts").status_code == 422


def test_check_answer_needs_an_open_practice_attempt(cast: Cast, session: Session) -> None:
    version = Small().publish(session)
    begin(session, cast.ada, version, mastered=False)
    ada, blaise = cast.client("ada", language="en"), cast.client("blaise")
    assert blaise.post("/learn/petit-cours/petit-cours-quiz/attempts").status_code == 404
    attempt = attempt_at(session, ada.post("/learn/petit-cours/petit-cours-quiz/attempts").headers["Location"])
    item = items_of(session, attempt)[0]
    address, fields = f"/attempts/{attempt.public_id}/answers/{item.slot}", {"answer": right_values(item), "rev": "1"}
    assert blaise.post(address, fields).status_code == 404
    ada.post(f"/attempts/{attempt.public_id}/submission")
    assert ada.post(address, fields).headers["Location"].endswith("/result")
    reply = ada.put_json(address, {"v": 1, "rev": 1, "payload": right_payload(item)})
    assert (reply.status_code, reply.json["counted"]) == (202, False)
    assert "right" not in reply.get_data(as_text=True)
    assert session.scalar(select(func.count()).select_from(Answer)) == 0


def test_a_wrong_number_nobody_foresaw_is_explained_by_the_right_one(cast: Cast, session: Session) -> None:
    answers = [{"value": 24, "feedback": {"fr": "10 + 2 × 7 = 24.", "en": "10 + 2 × 7 = 24."}}]
    version = Small(quiz_questions=[question("numeric", "e-numeric", answers=answers)]).publish(session)
    begin(session, cast.ada, version, mastered=False)
    ada = cast.client("ada", language="en")
    attempt = attempt_at(session, ada.post("/learn/petit-cours/petit-cours-quiz/attempts").headers["Location"])
    root = f"/attempts/{attempt.public_id}"
    ada.post(f"{root}/answers/1", {"answer": ["99"], "rev": "1", "key": "k1"}, follow=True)
    assert "10 + 2 × 7 = 24." in ada.text()


def test_a_word_where_a_number_is_asked_does_not_use_up_the_question(cast: Cast, session: Session) -> None:
    version = Small(quiz_questions=[question("numeric", "e-numeric")]).publish(session)
    begin(session, cast.ada, version, mastered=False)
    for language, sentence in (
        ("en", "Write a number, for example 32,000."),
        ("fr", "Écrivez un nombre, par exemple"),
    ):
        ada = cast.client("ada", language=language)
        attempt = attempt_at(session, ada.post("/learn/petit-cours/petit-cours-quiz/attempts").headers["Location"])
        root = f"/attempts/{attempt.public_id}"
        refused = ada.post(f"{root}/answers/1", {"answer": ["abc"], "rev": "1", "key": "k1"})
        assert refused.status_code == 422
        assert sentence in ada.text()
        assert ada.page.select_one("#answer")["value"] == "abc"
        reply = ada.put_json(f"{root}/answers/1", {"v": 1, "rev": 1, "payload": {"text": "abc", "lang": language}})
        assert reply.status_code == 422
        assert session.scalar(select(func.count()).select_from(Answer).where(Answer.attempt_id == attempt.id)) == 0
        ada.post(f"{root}/answers/1", {"answer": ["12.5 km"], "rev": "1", "key": "k2"}, follow=True)
        assert ada.page.select_one("[role=status]").get_text(strip=True) == {"en": "Right", "fr": "Juste"}[language]
        ada.post(f"{root}/submission", follow=True)


def test_feedback_that_stands_on_the_options_leaves_no_empty_bar(cast: Cast, session: Session) -> None:
    said = [
        {"id": "a", "text": {"fr": "Un", "en": "One"}, "correct": True},
        {"id": "b", "text": {"fr": "2", "en": "2"}},
    ]
    silent = question("single", "e-silent", options=said)
    spoken = question("single", "e-spoken", options=said, feedback={"incorrect": {"fr": "Relisez.", "en": "Read."}})
    version = Small(quiz_questions=[silent, spoken], quiz_settings={"shuffle_questions": False}).publish(session)
    begin(session, cast.ada, version, mastered=False)
    ada = cast.client("ada", language="en")
    attempt = attempt_at(session, ada.post("/learn/petit-cours/petit-cours-quiz/attempts").headers["Location"])
    for item in items_of(session, attempt):
        wrong = next(token for token, option in item.option_order if option == "b")
        address = f"/attempts/{attempt.public_id}/answers/{item.slot}"
        ada.post(address, {"answer": [wrong], "rev": "1", "key": f"k{item.slot}"}, follow=True)
        callouts = [callout.get_text(" ", strip=True) for callout in ada.page.select(".callout")]
        assert callouts == (["Not quite Read."] if item.version.question.slug == "e-spoken" else [])
        assert "Not quite" in ada.page.select_one("[role=status]").get_text()
