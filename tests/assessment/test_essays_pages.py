"""Essays and files by pages, as stories: written, sent, kept whatever happens, waited for, marked, told, certified."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.assessment.models import Answer, AnswerEvent, Attempt
from app.assessment.paper_models import AttemptFile, Paper
from app.assessment.uploads import MEGABYTE
from app.certification.models import Certificate
from app.foundation import clock
from tests.assessment.papers import PDF, TEXT, WrittenExam
from tests.assessment.test_project_pages import send_bytes
from tests.builders import Cast
from tests.certification.builders import make_keys
from tests.courses import Small, attempt_at, begin, exam_of, items_of, question, right_values
from tests.reviewer import ReviewedClient

LEVELS = {"level-exactitude": "2", "level-clarte": "3"}


@pytest.fixture
def exam(app: Flask, session: Session, cast: Cast) -> WrittenExam:
    make_keys(app, session)
    return WrittenExam(app, session, cast)


class Sat:
    """An attempt of Ada's, by its pages."""

    def __init__(self, exam: WrittenExam, language: str = "en") -> None:
        self.exam = exam
        begin(exam.session, exam.cast.ada, exam.version)
        self.client: ReviewedClient = exam.cast.client("ada", language=language)
        address = self.client.post(f"/exams/{exam.exam_version.exam.public_id}", {"pledge": "y"}).headers["Location"]
        self.attempt: Attempt = attempt_at(exam.session, address)
        self.root = f"/attempts/{self.attempt.public_id}"
        self.slots = {item.version.type: item.slot for item in items_of(exam.session, self.attempt)}

    def ask(self, kind: str) -> None:
        self.client.get(f"{self.root}?question={self.slots[kind]}")

    def write(self, text: str, rev: int = 1, **more: str) -> Any:
        sent = {"answer": text, "rev": str(rev), "key": f"e{rev}", **more}
        return self.client.post(f"{self.root}/answers/{self.slots['essay']}", sent)

    def choose(self) -> None:
        item = next(one for one in items_of(self.exam.session, self.attempt) if one.version.type == "single")
        sent = {"answer": right_values(item), "rev": "1", "key": "s"}
        self.client.post(f"{self.root}/answers/{item.slot}", sent)

    def send(self, name: str = "mon rapport.pdf", content: bytes = PDF, then: str = "", slot: int = 0) -> Any:
        fields = {"file": (BytesIO(content), name), "then": then}
        address = f"{self.root}/files/{slot or self.slots['file']}"
        return self.client.post(address, fields, content_type="multipart/form-data")

    def answer(self, kind: str) -> Answer | None:
        self.exam.session.expire_all()
        return self.exam.session.get(Answer, (self.attempt.id, self.slots[kind]))

    def hand_in(self) -> None:
        self.client.post(f"{self.root}/submission", follow=True)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_whole_way_by_pages(exam: WrittenExam, cast: Cast, session: Session, language: str) -> None:
    french = language == "fr"
    sat = Sat(exam, language)
    ada = sat.client
    ada.get(f"/exams/{exam.exam_version.exam.public_id}")
    sat.choose()
    sat.ask("essay")
    assert ada.page.select_one("textarea[name=answer]")
    assert ("5 mots au plus" if french else "5 words at most") in ada.text()
    assert len(ada.page.select("fieldset.question details table tbody tr")) == 2
    assert sat.write(TEXT).headers["Location"].endswith(f"question={sat.slots['essay'] + 1}")
    sat.ask("essay")
    assert ada.page.select_one("textarea[name=answer]").get_text() == TEXT
    assert sat.send().headers["Location"].endswith("/review")
    sat.ask("file")
    assert "mon rapport.pdf" in ada.text()
    assert ("Enregistré à" if french else "Saved at") in ada.page.select_one("#saved").get_text()
    fetched = ada.get(f"{sat.root}/files/{sat.slots['file']}")
    assert (fetched.data, fetched.headers["Content-Disposition"]) == (PDF, 'attachment; filename="mon rapport.pdf"')
    sat.hand_in()
    assert ("attend 2 personnes, qui la corrigent" if french else "waits for 2 people, who mark it") in ada.text()
    assert ada.page.select_one("p.score") is None, "nothing of the result before all of it is marked"
    assert session.scalar(select(func.count()).select_from(Certificate)) == 0

    ids = session.scalars(select(Paper.public_id).order_by(Paper.slot)).all()
    for name in ("Inès", "Malo"):
        marker = cast.client(exam.marker(name), language=language)
        marker.get("/marking")
        marker.get("/marking/exams")
        assert "Ada" not in marker.text()
        for number, paper_id in enumerate(ids):
            marker.post(f"/marking/exams/{paper_id}/claim", follow=True)
            assert "Ada" not in marker.text()
            assert "mon rapport" not in marker.text(), "the name of a file may name its author"
            if number:
                held = marker.get(f"/marking/exams/{paper_id}/file")
                assert held.data == PDF
                assert held.headers["Content-Disposition"] == f"attachment; filename={paper_id}.pdf"
            else:
                assert TEXT in marker.text()
            said = {"feedback-exactitude": f"Vu par {name}.", "comment": "Clair."}
            marker.post(f"/marking/exams/{paper_id}", {**LEVELS, **said, "then": "sign"}, follow=True)
            assert ("77,7" if french else "77.7%") in marker.text()
            marker.post(f"/marking/exams/{paper_id}/signature", follow=True)
            marker.get(f"/marking/exams/{paper_id}")
        marker.get("/marking/exams")
    ada.get(f"{sat.root}/result")
    score = ada.page.select_one("p.score").get_text(" ", strip=True)
    assert score.startswith("3,33" if french else "3.33")
    assert "Vu par Inès." in ada.text()
    assert "Vu par Malo." in ada.text()
    assert "Une réponse modèle." not in ada.text(), "others will sit the same question"
    assert session.scalar(select(func.count()).select_from(Certificate)) == 1
    assert ada.page.select_one("a[href='/certificates']")


def test_whoever_waits_finds_the_way_back(exam: WrittenExam) -> None:
    sat = Sat(exam)
    sat.write(TEXT)
    sat.hand_in()
    for page in (f"/exams/{exam.exam_version.exam.public_id}", "/learn/petit-cours"):
        sat.client.get(page)
        assert sat.client.page.select_one(f"main a[href='{sat.root}/result']"), page
    assert "result not out yet" in sat.client.text()


def test_a_policy_of_items_shows_text_and_model_answer_after_the_release(
    app: Flask, session: Session, cast: Cast
) -> None:
    exam = WrittenExam(app, session, cast, exam_settings={"shows": "items"})
    make_keys(app, session)
    sat = Sat(exam, "fr")
    sat.write(TEXT)
    sat.hand_in()
    assert "Une réponse modèle." not in sat.client.text()
    exam.mark_all(sat.attempt)
    sat.client.get(f"{sat.root}/result")
    assert "Une réponse modèle." in sat.client.text()
    assert TEXT in sat.client.text()


def test_a_text_over_the_limit_is_kept_whole_and_marked_within(exam: WrittenExam, cast: Cast) -> None:
    sat = Sat(exam)
    long = "un deux trois quatre cinq six sept"
    assert sat.write(long).status_code == 302
    sat.ask("file")
    assert "Question 2 has 2 words too many" in sat.client.page.get_text()
    sat.ask("essay")
    assert sat.client.page.select_one("textarea[name=answer]").get_text() == long
    assert "Words: 7. 2 too many." in sat.client.text()
    sat.hand_in()
    marker = cast.client(exam.marker(), language="en")
    paper = exam.paper(sat.attempt, "essay")
    marker.post(f"/marking/exams/{paper.public_id}/claim", follow=True)
    assert "The limit of 5 words ends here" in marker.text()
    beyond = marker.page.select_one("section[aria-labelledby=work] details")
    assert "six sept" in beyond.get_text()
    assert "7, of 5 at most" in marker.text()


@pytest.mark.parametrize("text", ["x" * 41_000, "un\u202edeux"])
def test_a_text_that_cannot_be_kept_is_refused_and_stays_in_its_field(exam: WrittenExam, text: str) -> None:
    sat = Sat(exam)
    refused = sat.write(text)
    assert refused.status_code == 422
    assert sat.client.page.select_one("#answer-error").get_text(strip=True)
    assert sat.client.page.select_one("textarea[name=answer]").get_text() == text
    assert sat.answer("essay") is None


def test_two_windows_never_lose_a_text(exam: WrittenExam) -> None:
    sat = Sat(exam)
    sat.write("La première version.")
    clash = sat.write("La seconde version.", key="other")
    assert clash.status_code == 409
    assert "La première version." in sat.client.text()
    assert sat.client.page.select_one("textarea[name=answer]").get_text() == "La seconde version."
    assert sat.write("La seconde version.", rev=2).status_code == 302
    assert sat.answer("essay").payload == {"text": "La seconde version."}


def test_the_script_saves_texts_as_any_other_answer(exam: WrittenExam) -> None:
    sat = Sat(exam)
    address = f"{sat.root}/answers/{sat.slots['essay']}"
    sat.ask("essay")
    form = sat.client.page.select_one("#answer-form")
    assert (form["data-kind"], form["data-save"]) == ("essay", address)
    saved = sat.client.put_json(address, {"v": 1, "rev": 1, "payload": {"text": TEXT}})
    assert (saved.status_code, saved.json["outcome"]) == (200, "saved")
    assert sat.client.put_json(address, {"v": 1, "rev": 2, "payload": {"text": "é" * 6_000}}).status_code == 200
    assert sat.client.put_json(address, {"v": 1, "rev": 3, "payload": {"text": "x" * 41_000}}).status_code == 422
    late = clock.now() + timedelta(hours=1)
    with clock.frozen(late):
        over = sat.client.put_json(address, {"v": 1, "rev": 3, "payload": {"text": "Trop tard."}})
    assert (over.status_code, over.json["counted"]) == (202, False)
    assert sat.exam.session.scalars(select(Attempt.state)).one() == "submitted"


# Files


def test_a_file_is_replaced_and_removed_until_the_hand_in(exam: WrittenExam) -> None:
    sat = Sat(exam)
    here = f"{sat.root}?question={sat.slots['file']}"
    assert sat.send(then="stay").headers["Location"] == here
    assert sat.send("notes.txt", b"Des notes.", then="stay").headers["Location"] == here
    assert sat.answer("file").payload["name"] == "notes.txt"
    sat.client.get(here)
    assert sat.client.page.select_one("button[formaction]")["formaction"].endswith("/removal")
    removal = f"{sat.root}/files/{sat.slots['file']}/removal"
    assert sat.client.post(removal, {}).headers["Location"] == here
    assert sat.client.post(removal, {}).headers["Location"] == here, "twice is once"
    assert sat.answer("file").payload is None
    assert sat.client.get(f"{sat.root}/files/{sat.slots['file']}").status_code == 404
    sat.send()
    assert sat.exam.session.scalar(select(func.count()).select_from(AttemptFile)) == 2
    sat.hand_in()
    assert sat.send("autre.pdf", b"%PDF-2").headers["Location"].endswith("/result")
    assert sat.answer("file").payload["name"] == "mon rapport.pdf"
    assert sat.client.post(removal, {}).headers["Location"].endswith("/result")
    counted = sat.exam.session.scalars(select(AnswerEvent.counted).order_by(AnswerEvent.id)).all()
    assert counted == [True, True, True, True, False, False], "what comes late is kept, and does not count"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<p>"),
        ("photo.png", b"\x89PNG\r\n\x1a\n"),  # not among the kinds that the question takes
        ("rapport.pdf", b"MZ\x90"),
        ("notes.txt", b"<svg onload=alert(1)>"),
        ("vide.txt", b""),
        ("gpj.\u202etxt", b"texte"),
    ],
)
def test_files_that_are_not_taken_are_refused_in_words(exam: WrittenExam, name: str, content: bytes) -> None:
    sat = Sat(exam)
    sat.send("notes.txt", b"Mes notes.")
    assert sat.send(name, content).status_code == 422
    assert sat.client.page.select_one("#answer-error").get_text(strip=True)
    assert "notes.txt" in sat.client.text(), "the one before stays"
    assert sat.answer("file").payload["name"] == "notes.txt"


def test_a_file_too_large_is_refused_before_and_after_it_is_read(exam: WrittenExam) -> None:
    sat = Sat(exam)
    address = f"{sat.root}/files/{sat.slots['file']}"
    assert send_bytes(sat.client, address, b"%PDF-" + b"0" * MEGABYTE) == 422
    assert send_bytes(sat.client, address, b"%PDF-" + b"0" * 12 * MEGABYTE) == 413
    assert sat.answer("file") is None


def test_going_on_without_a_file_loses_nothing(exam: WrittenExam) -> None:
    sat = Sat(exam)
    nothing = {"flag": "y", "then": ""}
    address = f"{sat.root}/files/{sat.slots['file']}"
    assert sat.client.post(address, nothing).headers["Location"].endswith("/review")
    assert sat.client.post(address, {"then": "stay"}).status_code == 422
    sat.send()
    assert sat.client.post(address, nothing).headers["Location"].endswith("/review")
    assert sat.answer("file").payload["name"] == "mon rapport.pdf"
    sat.client.get(f"{sat.root}/review")
    assert sat.client.page.select_one(".navigator .flag")


def test_files_are_their_owners_alone(exam: WrittenExam, cast: Cast) -> None:
    sat = Sat(exam)
    sat.send()
    blaise, own = cast.client("blaise"), f"{sat.root}/files/{sat.slots['file']}"
    assert blaise.get(own).status_code == 404
    assert blaise.post(f"{own}/removal", {}).status_code == 404
    sent = {"file": (BytesIO(PDF), "a.pdf")}
    assert blaise.post(own, sent, content_type="multipart/form-data").status_code == 404
    assert sat.send(slot=sat.slots["essay"]).status_code == 404
    assert sat.client.post(f"{sat.root}/files/{sat.slots['essay']}/removal", {}).status_code == 404
    sat.hand_in()
    marker = cast.client(exam.marker())
    paper = exam.paper(sat.attempt, "file").public_id
    for path in ("", "/file", "/signature"):
        assert marker.get(f"/marking/exams/{paper}{path}").status_code == 404, "not before it is taken"
    assert sat.client.get(f"/marking/exams/{paper}").status_code in (403, 404)


# Exercises and lessons


def practising(session: Session, cast: Cast, language: str = "en") -> tuple[ReviewedClient, Attempt]:
    """Ada in exercises of one single question and one essay."""
    asked = [question("single", "ex-single"), question("essay", "ex-essay")]
    version = Small(quiz_questions=asked).publish(session)
    begin(session, cast.ada, version, mastered=False)
    ada = cast.client("ada", language=language)
    start = ada.post("/learn/petit-cours/petit-cours-quiz/attempts")
    return ada, attempt_at(session, start.headers["Location"])


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_essay_of_exercises_is_compared_and_does_not_count(cast: Cast, session: Session, language: str) -> None:
    ada, attempt = practising(session, cast, language)
    root = f"/attempts/{attempt.public_id}"
    for item in items_of(session, attempt):
        essay = item.version.type == "essay"
        address = f"{root}/answers/{item.slot}"
        ada.get(f"{root}?question={item.slot}")
        if essay:
            said = "ne compte pas pour votre score" if language == "fr" else "does not count for your score"
            assert said in ada.text()
            long = {"answer": "un deux trois quatre cinq six", "rev": "1", "key": "long"}
            assert ada.post(address, long).status_code == 422
            assert ada.page.select_one("textarea").get_text() == long["answer"]
        given = [TEXT] if essay else right_values(item)
        ada.post(address, {"answer": given, "rev": "1", "key": f"k{item.slot}"}, follow=True)
        if essay:
            assert "Une réponse modèle." in ada.text()
            assert len(ada.page.select("fieldset.question table tbody tr")) == 2
    ada.post(f"{root}/submission", follow=True)
    assert ada.page.select_one("p.score").get_text(" ", strip=True).startswith("1 ")
    session.expire_all()
    assert attempt.state == "released"
    assert session.scalars(select(Paper)).all() == []


def test_exercises_left_without_the_essay_are_passed_all_the_same(cast: Cast, session: Session) -> None:
    ada, attempt = practising(session, cast)
    (single,) = [item for item in items_of(session, attempt) if item.version.type == "single"]
    sent = {"answer": right_values(single), "rev": "1", "key": "k"}
    ada.post(f"/attempts/{attempt.public_id}/answers/{single.slot}", sent)
    ada.post(f"/attempts/{attempt.public_id}/submission", follow=True)
    assert "Exercises passed" in ada.text()


def test_exercises_of_nothing_but_essays_end_without_a_score(cast: Cast, session: Session) -> None:
    version = Small(quiz_questions=[question("essay", "ex-essay")]).publish(session)
    begin(session, cast.ada, version, mastered=False)
    ada = cast.client("ada", language="en")
    attempt = attempt_at(session, ada.post("/learn/petit-cours/petit-cours-quiz/attempts").headers["Location"])
    ada.post(f"/attempts/{attempt.public_id}/answers/1", {"answer": TEXT, "rev": "1", "key": "k"})
    ada.post(f"/attempts/{attempt.public_id}/submission", follow=True)
    assert "Exercises finished" in ada.text()
    assert "Une réponse modèle." in ada.text()


def test_an_essay_in_a_lesson_gives_its_model_answer(cast: Cast, session: Session) -> None:
    asked = question("essay", "petit-cours-lecon")
    version = Small(lesson_questions=[asked]).publish(session)
    begin(session, cast.ada, version)
    ada = cast.client("ada", language="en")
    ada.get("/learn/petit-cours/lecon-1")
    assert ada.page.select_one("textarea[name=petit-cours-lecon]")
    assert "Une réponse modèle." not in ada.text()
    address = ada.page.select_one("form:has(textarea)")["action"]
    ada.post(address, {"petit-cours-lecon": "un deux trois quatre cinq six"})
    assert "more words than" in ada.text()
    assert ada.page.select_one("textarea").get_text() == "un deux trois quatre cinq six"
    ada.post(address, {"petit-cours-lecon": TEXT}, follow=True)
    assert "Une réponse modèle." in ada.text()
    assert TEXT in ada.text()


def test_the_start_page_says_that_people_mark(exam: WrittenExam, cast: Cast, session: Session) -> None:
    begin(session, cast.ada, exam.version)
    ada = cast.client("ada", language="en")
    ada.get(f"/exams/{exam.exam_version.exam.public_id}")
    assert "marked by people" in ada.text()
    plain = Small("autre").publish(session)
    begin(session, cast.ada, plain)
    ada.get(f"/exams/{exam_of(session, plain).exam.public_id}")
    assert "marked by people" not in ada.text()
