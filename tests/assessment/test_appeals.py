"""Appeals: 30 days to file, 15 to answer in words, two files: staff's with everything, the candidate's without keys."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.assessment import appeals, rules
from app.assessment.accommodations import Grant, grant
from app.assessment.appeal_models import Appeal
from app.assessment.breaks import end_break, start_break
from app.assessment.models import Attempt
from app.assessment.regrading import Kind
from app.assessment.replaying import replay
from app.assessment.rules import AppealState
from app.assessment.services import annul_attempt, submit_attempt
from app.audit.models import AuditEntry
from app.foundation import clock
from app.foundation.errors import ConflictError, RuleError
from app.foundation.i18n import use_language
from tests.assessment.regraded import Regraded
from tests.builders import Cast
from tests.courses import items_of

DAY = timedelta(days=1)


@pytest.fixture
def exam(app: Flask, session: Session, cast: Cast) -> Iterator[Regraded]:
    with use_language("en"):
        yield Regraded(app, session, cast)


@pytest.fixture
def failed(exam: Regraded) -> Attempt:
    return exam.sit("ada", set(range(1, 7)))


def contest(session: Session, cast: Cast, attempt: Attempt) -> Appeal:
    appeal = appeals.file_appeal(session, actor=cast.actor("ada"), attempt=attempt, grounds="La question 2 est fausse.")
    session.commit()
    return appeal


def files(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    return {name: json.loads(text) if name.endswith(".json") else text for name, text in texts.items()}


@pytest.mark.parametrize(
    ("state", "may_go_to"),
    [
        ("open", {"in_review", "withdrawn"}),
        ("in_review", {"upheld", "rejected", "withdrawn"}),
        ("upheld", set()),
        ("rejected", set()),
        ("withdrawn", set()),
    ],
)
def test_states(state: str, may_go_to: set[str]) -> None:
    assert {one.value for one in AppealState if AppealState(state) in rules.appeal_states_before(one)} == may_go_to


@pytest.mark.parametrize(
    ("after", "accepted"), [(0 * DAY, True), (30 * DAY, True), (30 * DAY + timedelta(seconds=1), False)]
)
def test_thirty_days_to_file_fifteen_to_answer(
    session: Session, cast: Cast, failed: Attempt, after: timedelta, accepted: bool
) -> None:
    published = appeals.published_at(session, failed)
    assert published
    with clock.frozen(published + after):
        if accepted:
            assert contest(session, cast, failed).due_at == published + after + 15 * DAY
        else:
            with pytest.raises(RuleError, match="could be contested until"):
                contest(session, cast, failed)


def test_a_corrected_result_may_be_contested_anew(
    session: Session, cast: Cast, exam: Regraded, failed: Attempt
) -> None:
    with clock.frozen(clock.now() + 40 * DAY):
        exam.decide(Kind.VOID)
    with clock.frozen(clock.now() + 60 * DAY):
        assert contest(session, cast, failed).state == "open"


def test_without_a_published_result_there_is_nothing_to_contest(
    session: Session, cast: Cast, exam: Regraded, failed: Attempt
) -> None:
    annul_attempt(session, actor=cast.actor("admin"), attempt_id=failed.id, reason="fraud")
    with pytest.raises(RuleError, match="no published result"):
        contest(session, cast, failed)
    with pytest.raises(RuleError, match="no published result"):
        contest(session, cast, exam.begin("blaise"))


def test_one_appeal_at_a_time(session: Session, cast: Cast, failed: Attempt) -> None:
    appeal = contest(session, cast, failed)
    with pytest.raises(ConflictError, match="already contested"):
        contest(session, cast, failed)
    appeals.withdraw(session, actor=cast.actor("ada"), appeal=appeal)
    assert contest(session, cast, failed).state == "open"


def test_an_answer_is_owed(session: Session, cast: Cast, failed: Attempt) -> None:
    appeal = contest(session, cast, failed)
    appeal.state = "rejected"
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_of_two_who_answer_one_is_told(session: Session, cast: Cast, failed: Attempt) -> None:
    appeal, camille = contest(session, cast, failed), cast.actor("camille")
    with pytest.raises(ConflictError):
        appeals.answer(session, actor=camille, appeal=appeal, upheld=False, words="Non.")
    appeals.take(session, actor=camille, appeal=appeal)
    with pytest.raises(ConflictError):
        appeals.take(session, actor=cast.actor("admin"), appeal=appeal)
    appeals.answer(session, actor=camille, appeal=appeal, upheld=True, words="Oui.")
    with pytest.raises(ConflictError):
        appeals.answer(session, actor=cast.actor("admin"), appeal=appeal, upheld=False, words="Non.")
    with pytest.raises(ConflictError):
        appeals.withdraw(session, actor=cast.actor("ada"), appeal=appeal)
    events = session.scalars(select(AuditEntry.event).where(AuditEntry.subject == appeal.public_id))
    assert list(events) == ["appeal.filed", "appeal.taken", "appeal.upheld"]


def test_nobody_answers_their_own(exam: Regraded, session: Session, cast: Cast) -> None:
    attempt = exam.sit("camille", {1})
    appeal = appeals.file_appeal(session, actor=cast.actor("camille"), attempt=attempt, grounds="Non.")
    for act in (
        lambda: appeals.take(session, actor=cast.actor("camille"), appeal=appeal),
        lambda: appeals.answer(session, actor=cast.actor("camille"), appeal=appeal, upheld=True, words="Oui."),
    ):
        with pytest.raises(RuleError, match="own appeal"):
            act()


# Pages


def test_from_the_result_to_the_answer(
    app: Flask, exam: Regraded, session: Session, cast: Cast, failed: Attempt
) -> None:
    ada, camille = cast.client("ada", language="en"), cast.client("camille", language="en")
    root = f"/attempts/{failed.public_id}"
    camille.get("/studio/appeals")
    assert "Nothing to answer" in camille.text()
    ada.get(f"{root}/result")
    assert "You may contest this result until" in ada.text()
    assert ada.post(f"{root}/appeal", {"grounds": " "}).status_code == 422
    assert "Say what you contest, and why." in ada.text()
    assert ada.post(f"{root}/appeal", {"grounds": "Question 2.\nBoth are right."}).status_code == 302
    assert ada.post(f"{root}/appeal", {"grounds": "Encore."}).status_code == 409
    ada.get(f"{root}/result")
    assert "An answer is owed to you by" in ada.text()
    camille.get("/studio/appeals")
    assert "Ada Lefèvre" in camille.text()
    assert "Received" in camille.text()
    appeal = session.scalars(select(Appeal)).one()
    address = f"/studio/appeals/{appeal.public_id}"
    camille.get(address)
    assert "Both are right." in camille.text()
    assert camille.post(f"{address}/review", {}).status_code == 302
    camille.get(address)
    assert camille.post(address, {"outcome": "upheld", "answer": ""}).status_code == 422
    assert "An answer is owed, whatever it says." in camille.text()
    assert camille.post(address, {"outcome": "upheld", "answer": "You are right.\nWe void it."}).status_code == 302
    camille.get(address)
    assert "We void it." in camille.text()
    camille.get("/studio/appeals")
    assert "Closed" in camille.text()
    ada.get(f"{root}/result")
    assert "Upheld" in ada.text()
    assert "We void it." in ada.text()
    exam.work()
    folder = Path(app.config["SETTINGS"].mail_url.removeprefix("file://"))
    (path,) = folder.glob(f"appeal-answered-{appeal.public_id}*")
    letter = message_from_bytes(path.read_bytes(), policy=default).get_content()
    assert "Vous aviez raison." in letter
    assert "We void it." in letter


def test_a_late_answer_is_seen_and_a_withdrawal_closes(session: Session, cast: Cast, failed: Attempt) -> None:
    appeal = contest(session, cast, failed)
    appeal.due_at -= 16 * DAY
    session.commit()
    camille = cast.client("camille", language="en")
    camille.get("/studio/appeals")
    assert "Overdue" in camille.text()
    camille.get(f"/studio/appeals/{appeal.public_id}")
    assert "The answer is overdue" in camille.text()
    ada = cast.client("ada", language="en")
    address = f"/attempts/{failed.public_id}/appeal/withdrawal"
    assert ada.post(address, {}).status_code == 302
    assert ada.post(address, {}).status_code == 404
    ada.get(f"/attempts/{failed.public_id}/result")
    assert "Withdrawn" in ada.text()
    with clock.frozen(clock.now() + 31 * DAY):
        later = cast.client("ada", language="en")
        later.get(f"/attempts/{failed.public_id}/result")
        assert "You may contest this result until" not in later.text()


def test_somebody_elses_attempt_is_not_found(session: Session, cast: Cast, failed: Attempt) -> None:
    appeal = contest(session, cast, failed)
    blaise, ada = cast.client("blaise"), cast.client("ada")
    root = f"/attempts/{failed.public_id}"
    assert blaise.post(f"{root}/appeal", {"grounds": "Moi aussi."}).status_code == 404
    assert blaise.post(f"{root}/appeal/withdrawal", {}).status_code == 404
    assert blaise.get(f"{root}/file.zip").status_code == 404
    for address in (
        "/studio/appeals",
        f"/studio/appeals/{appeal.public_id}",
        f"/studio/appeals/{appeal.public_id}/file.zip",
    ):
        assert ada.get(address).status_code == 403


# Files


def test_staff_have_everything_and_it_replays(exam: Regraded, session: Session, cast: Cast, failed: Attempt) -> None:
    appeal = contest(session, cast, failed)
    exam.decide(Kind.CREDIT_ALL)
    answer = cast.client("camille").get(f"/studio/appeals/{appeal.public_id}/file.zip")
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/zip", "no-store")
    found = files(answer.data)
    assert set(found) == {"README.txt", "record.json", "appeals.json", "signals.json"}
    record = found["record.json"]
    assert replay(record) == []
    assert len(record["items"]) == len(record["events"]) == 10
    assert len(record["results"]) == 2
    assert record["items"][0]["body"]["options"][0]["correct"] is True
    events = [line["event"] for line in record["audit"]]
    for event in ("attempt.started", "attempt.submitted", "attempt.released", "decision.approved", "attempt.regraded"):
        assert event in events
    assert found["appeals.json"]["appeals"][0]["grounds"] == "La question 2 est fausse."
    assert [line["event"] for line in found["appeals.json"]["audit"]] == ["appeal.filed"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_candidates_own_file_gives_no_question_and_no_key_away(
    exam: Regraded, session: Session, cast: Cast, failed: Attempt, language: str
) -> None:
    exam.decide(Kind.REKEY, new_key={"correct": ["b"]})
    contest(session, cast, failed)
    answer = cast.client("ada", language=language).get(f"/attempts/{failed.public_id}/file.zip")
    found = files(answer.data)
    everything = answer.data + json.dumps(found, ensure_ascii=False).encode()
    record = found["record.json"]
    assert len(record["events"]) == 10
    assert [one["total"] for one in record["results"]] == ["6.000000000000", "7.000000000000"]
    for item in items_of(session, failed):
        body = item.version.body
        for words in (body["stem"], *(option["text"] for option in body["options"])):
            for said in words.values():
                assert said.encode() not in everything
    for secret in ('"correct"', '"credit"', '"body"', '"key": {', '"seed"', '"scores"', '"feedback"', '"pool"'):
        assert secret not in json.dumps(record), secret
    left_out = {"fr": "les bonnes réponses et leurs commentaires", "en": "the right answers and the comments"}
    assert left_out[language] in found["README.txt"]


def test_marks_by_question_are_there_where_the_exam_shows_them(app: Flask, session: Session, cast: Cast) -> None:
    shown = Regraded(app, session, cast, exam_settings={"shows": "items"}).sit("ada", {1})
    record = files(cast.client("ada").get(f"/attempts/{shown.public_id}/file.zip").data)["record.json"]
    assert len(record["scores"]) == 10
    hidden = Regraded(app, session, cast, slug="autre", exam_settings={"shows": "score"}).sit("blaise", {1})
    record = files(cast.client("blaise").get(f"/attempts/{hidden.public_id}/file.zip").data)["record.json"]
    assert "per_domain" not in record["results"][0]


def test_there_is_no_file_before_the_result(exam: Regraded, cast: Cast) -> None:
    attempt = exam.begin("ada")
    assert cast.client("ada").get(f"/attempts/{attempt.public_id}/file.zip").status_code == 404


def test_the_appeal_file_tells_nothing_of_an_accommodation(exam: Regraded, session: Session, cast: Cast) -> None:
    wanted = Grant(37, 13, True, appeals.clock.now().date() - DAY, None, "dossier 12")
    grant(session, actor=cast.actor("admin"), account=cast.ada, wanted=wanted)
    attempt = exam.begin("ada")
    start_break(session, actor=cast.actor("ada"), attempt=attempt)
    end_break(session, actor=cast.actor("ada"), attempt=attempt)
    exam.answer(attempt, {1})
    submit_attempt(session, actor=cast.actor("ada"), attempt=attempt)
    appeal = contest(session, cast, attempt)
    record = files(cast.client("camille").get(f"/studio/appeals/{appeal.public_id}/file.zip").data)["record.json"]
    assert replay(record) == []
    breaks = [line for line in record["audit"] if line["event"].startswith("attempt.break")]
    assert [line["details"] for line in breaks] == [None, None]
    for trace in ("extra_percent", "pause", "allowance", "dossier"):
        assert trace not in json.dumps(record)
