"""Essays and files once marked: decisions on the question, replays, files of appeals, figures, the gradebook."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from collections.abc import Callable
from decimal import Decimal
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.assessment import decisions, queries, regrades
from app.assessment.appeal_files import own_file, staff_file
from app.assessment.cohorts import sheets_of
from app.assessment.decisions import Proposal
from app.assessment.keyed import with_key
from app.assessment.measuring import measure
from app.assessment.models import Attempt, QuestionVersion
from app.assessment.records import record_of
from app.assessment.regrading import Kind
from app.assessment.replaying import replay
from app.assessment.statistics import SHOWN_FROM
from app.foundation.storage import open_storage
from app.wiring.deliveries import drain_outbox
from tests.assessment.papers import FAIR, GOOD, PDF, WEAK, WrittenExam
from tests.builders import Cast
from tests.certification.builders import make_keys
from tests.reviewer import ReviewedClient

REASON = {"fr": "La consigne était fausse.", "en": "The task was wrong."}


@pytest.fixture
def exam(app: Flask, session: Session, cast: Cast) -> WrittenExam:
    make_keys(app, session)
    return WrittenExam(app, session, cast)


def version_of(exam: WrittenExam, kind: str) -> QuestionVersion:
    found = decisions.versions_of_exam(exam.session, exam.exam_version.exam_id)
    return next(one for one in found if one.type == kind)


def decide(exam: WrittenExam, kind: Kind, question: str = "essay") -> None:
    """Propose, approve, and let the worker do its work."""
    camille, admin = exam.cast.camille.actor(), exam.cast.admin.actor()
    proposal = Proposal(kind, exam_id=None, reason=REASON, new_key=None)
    made = decisions.propose(exam.session, actor=camille, version=version_of(exam, question), proposal=proposal)
    regrades.start(exam.session, actor=admin, decision=made)
    exam.session.commit()
    for _round in range(6):
        drain_outbox(exam.app)
    exam.session.expire_all()


def marks(exam: WrittenExam, attempt: Attempt) -> tuple[Decimal, Decimal, bool]:
    found = queries.find_result(exam.session, attempt.id)
    assert found is not None
    return found.total, found.max_points, found.passed


@pytest.mark.parametrize(
    ("kind", "after"),
    [
        (Kind.VOID, (Decimal(2), Decimal(2), True)),  # the essay counts no more: 1 + 1 of 2
        (Kind.CREDIT_ALL, (Decimal(4), Decimal(4), True)),
    ],
)
def test_a_decision_on_an_essay_marks_again_what_people_marked(exam: WrittenExam, kind: Kind, after: Any) -> None:
    attempt = exam.sit()
    for paper, levels in zip(exam.papers(attempt), (WEAK, GOOD), strict=True):
        for name in ("Un", "Deux"):
            exam.mark(exam.marker(name), paper, levels)
    assert marks(exam, attempt) == (Decimal("2.22"), Decimal(4), False)
    decide(exam, kind)
    assert marks(exam, attempt) == after
    assert replay(record_of(exam.session, attempt)) == []


def test_a_decision_made_while_people_mark_holds_once_they_are_done(exam: WrittenExam) -> None:
    attempt = exam.sit()
    decide(exam, Kind.CREDIT_ALL)
    assert attempt.state == "submitted"
    exam.mark_all(attempt, WEAK)
    # 1 + 2 (given to everybody) + 1/9
    assert marks(exam, attempt) == (Decimal("3.11"), Decimal(4), True)
    assert replay(record_of(exam.session, attempt)) == []


def test_replays_agree_before_and_after_the_marking(exam: WrittenExam, cast: Cast) -> None:
    attempt = exam.begin(cast.ada)
    exam.answer(attempt, cast.ada)
    assert replay(record_of(exam.session, attempt)) == []
    exam.hand_in(attempt, cast.ada)
    assert replay(record_of(exam.session, attempt)) == []
    essay, file = exam.papers(attempt)
    for name, levels in (("Un", GOOD), ("Deux", WEAK), ("Trois", FAIR)):
        exam.mark(exam.marker(name), essay, levels)
    assert replay(record_of(exam.session, attempt)) == []
    for name in ("Un", "Deux"):
        exam.mark(exam.marker(name), file, FAIR)
    assert attempt.state == "released"
    assert replay(record_of(exam.session, attempt)) == []


TAMPERED: list[tuple[str, Callable[[dict[str, Any]], Any]]] = [
    ("levels of slot 2", lambda record: record["papers"][0]["levels"].update(exactitude=0)),
    ("levels of slot 2", lambda record: record["papers"][0]["markings"][1]["levels"].update(exactitude=0)),
    ("levels of slot 2", lambda record: record["papers"][0]["markings"].pop()),
    ("scores, revision 1", lambda record: record["papers"].pop(0)),
    ("scores, revision 1", lambda record: record["scores"][1].update(credit="0.5")),
    ("receipt", lambda record: record["answers"][1]["payload"].update(text="Autre chose.")),
]


@pytest.mark.parametrize(("where", "tamper"), TAMPERED)
def test_whatever_was_tampered_with_is_found(exam: WrittenExam, where: str, tamper: Callable[[Any], Any]) -> None:
    attempt = exam.sit()
    exam.mark_all(attempt, FAIR)
    record = copy.deepcopy(record_of(exam.session, attempt))
    record["scores"].sort(key=lambda one: one["slot"])
    tamper(record)
    found = {one.where for one in replay(record)}
    assert where in found or (where == "receipt" and "answers in force" in found)


def test_an_older_record_without_papers_still_replays(exam: WrittenExam) -> None:
    attempt = exam.sit(text=None, content=None)
    record = record_of(exam.session, attempt)
    del record["papers"], record["files"]
    assert replay(record) == []


def files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_files_of_an_appeal_hold_texts_files_and_markings(exam: WrittenExam, app: Flask, session: Session) -> None:
    attempt = exam.sit()
    exam.mark_all(attempt)
    storage = open_storage(app.config["SETTINGS"].storage_url)
    for made in (staff_file, own_file):
        held = files(made(session, attempt, storage))
        (name,) = [name for name in held if name.startswith("files/")]
        assert name.endswith(".pdf")
        assert held[name] == PDF
        record = json.loads(held["record.json"])
        assert "Le modèle se trompe parfois." in json.dumps(record["answers"], ensure_ascii=False)
        assert [len(paper["markings"]) for paper in record["papers"]] == [2, 2]
        assert "Lu exactitude" in json.dumps(record["papers"], ensure_ascii=False)
    assert "Une réponse modèle." not in files(own_file(session, attempt, storage))["record.json"].decode()


@pytest.mark.slow
def test_figures_take_the_marks_of_people(exam: WrittenExam, session: Session, cast: Cast) -> None:
    """Facility is the share of the points earned: half the candidates at 7/9, half at 1/9 of the essay, 4/9 of it."""
    for number in range(SHOWN_FROM):
        attempt = exam.sit(cast.person(f"Candidate {number}"), content=None)
        paper = exam.paper(attempt, "essay")
        levels = FAIR if number % 2 else WEAK
        for name in ("Un", "Deux"):
            exam.mark(exam.marker(name), paper, levels)
    sheets = sheets_of(session, exam.exam_version.id)
    version, bodies = version_of(exam, "essay"), {}
    for one in decisions.versions_of_exam(session, exam.exam_version.exam_id):
        bodies[one.id] = one.body
    item = measure(sheets, bodies).item(version.id)
    assert item.figures is not None
    assert item.figures.facility.value == pytest.approx(4 / 9)
    assert item.blank == 0
    assert measure(sheets, bodies).item(version_of(exam, "file").id).blank == 1
    camille = cast.client("camille")
    camille.get(f"/studio/exams/{exam.exam_version.exam.public_id}/1/questions/{version.question.public_id}")


def test_those_who_teach_read_the_rubric_and_the_model_answer(exam: WrittenExam) -> None:
    shown = with_key(version_of(exam, "essay"))
    assert shown.model == {"fr": "Une réponse modèle.", "en": "Une réponse modèle. (en)"}
    assert shown.question.task is not None
    assert (shown.right, shown.parts, shown.accepted) == (frozenset(), (), ())


def test_the_gradebook_says_that_people_mark(exam: WrittenExam, cast: Cast) -> None:
    attempt = exam.sit()
    camille: ReviewedClient = cast.client("camille")
    camille.get("/studio/courses/petit-cours/gradebook")
    row = " ".join(camille.page.select_one("tbody tr").get_text(" ").split())
    assert "en cours de notation" in row
    exam.mark_all(attempt)
    camille.get("/studio/courses/petit-cours/gradebook")
    assert "en cours de notation" not in " ".join(camille.page.select_one("tbody tr").get_text(" ").split())


def test_the_letter_says_that_the_result_is_out(exam: WrittenExam, app: Flask) -> None:
    attempt = exam.sit()
    exam.mark_all(attempt)
    exam.session.commit()
    drain_outbox(app)
    folder = Path(app.config["SETTINGS"].mail_url.removeprefix("file://"))
    (path,) = folder.glob(f"exam-result-out-{attempt.public_id}*")
    letter = message_from_bytes(path.read_bytes(), policy=default)
    assert letter["Subject"] == "Votre résultat est arrivé : Examen"
    assert f"/attempts/{attempt.public_id}/result" in letter.get_content()
