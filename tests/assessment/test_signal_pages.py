"""Reading integrity signals: staff by exam and attempt, candidates their own, whoever answers an appeal its file."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment import appeals
from app.assessment.models import Attempt
from app.assessment.services import submit_attempt
from app.assessment.signal_models import Signal
from app.audit.models import AuditEntry
from app.foundation.i18n import use_language
from tests.assessment.cohort import Cohort, four_options, slugs
from tests.assessment.regraded import Regraded
from tests.assessment.test_accommodations import start
from tests.assessment.test_signals import everything_noted
from tests.builders import Cast
from tests.courses import Small, exam_of, selects


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with use_language("en"):
        yield


class TestReading:
    @pytest.fixture
    def watched(self, app: Flask, session: Session, cast: Cast) -> Attempt:
        exam = Regraded(app, session, cast)
        plain = exam.sit("blaise", {1})
        attempt = exam.begin("ada")
        everything_noted(session, attempt, plain)
        exam.answer(attempt, {1, 2})
        submit_attempt(session, actor=cast.actor("ada"), attempt=attempt)
        session.commit()
        return attempt

    SAID = (
        "The page was hidden 2 times, 1 min 41 s in all.",
        "From then on the page was hidden for 31 s.",
        "1,812 characters were pasted into question 4.",
        "1 character was pasted.",
        "1 other network address came up.",
        "1 other browser came up.",
        "Two windows answered in turn, 3 times.",
        "Question 7 was answered in 3.2 s; of 44 people half took more than 52 s.",
        "Of 11 questions that this attempt and another both missed, 10 have the same wrong answer.",
        "one pair in 40 million would do so by chance.",
        "A telephone changes address by itself",
    )

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_the_list_of_an_exam(self, cast: Cast, watched: Attempt, language: str) -> None:
        client = cast.client("camille", language=language)
        path = f"/studio/exams/{watched.exam.public_id}/signals"
        client.get(path)
        if language == "en":
            words = client.text()
            assert "A signal proves nothing." in words
            assert "Out of 2 attempts" in words
            assert "Ada Lefèvre" in words
            assert "Blaise Okafor" not in words
            assert "page hidden 1 50%" in words.replace("\u202f", "")
        client.get(f"{path}?kind=alike")
        assert "Ada Lefèvre" in client.text()
        client.get(f"{path}?kind=nonsense&page=99")
        assert "Ada Lefèvre" in client.text()

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_looking_shows_words_and_is_recorded(
        self, session: Session, cast: Cast, watched: Attempt, language: str
    ) -> None:
        client = cast.client("camille", language=language)
        path = f"/studio/exams/{watched.exam.public_id}/signals/{watched.public_id}"
        assert client.post(path).status_code == 200
        if language == "en":
            for said in (*self.SAID, "A signal proves nothing."):
                assert said in client.text()
        assert client.page.find("form", action=lambda to: bool(to) and to.startswith(path[:-26]))
        looks = session.scalars(select(AuditEntry).where(AuditEntry.event == "signals.read")).all()
        assert [(one.actor, one.subject) for one in looks] == [(cast.camille.public_id, watched.public_id)]

    def test_an_attempt_is_found_in_its_own_exam_alone(self, session: Session, cast: Cast, watched: Attempt) -> None:
        other = start(session, cast, Small(slug="autre"), who="blaise")
        client = cast.client("camille")
        assert client.post(f"/studio/exams/{other.exam.public_id}/signals/{watched.public_id}").status_code == 404
        assert client.get(f"/studio/exams/{'0' * 26}/signals").status_code == 404

    @pytest.mark.parametrize("who", ["ada", "dora"])
    def test_nobody_else_looks(self, cast: Cast, watched: Attempt, who: str) -> None:
        client = cast.client(who)
        path = f"/studio/exams/{watched.exam.public_id}/signals"
        assert client.get(path).status_code == 403
        assert client.post(f"{path}/{watched.public_id}").status_code == 403

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_the_candidate_reads_the_same_lines(self, cast: Cast, watched: Attempt, language: str) -> None:
        client = cast.client("ada", language=language)
        client.get(f"/attempts/{watched.public_id}/result")
        link = f"/attempts/{watched.public_id}/signals"
        assert client.page.find("a", href=link)
        client.get(link)
        if language == "en":
            for said in self.SAID:
                assert said in client.text()
        assert "Blaise" not in client.page.get_text()

    def test_that_errors_are_alike_waits_for_the_result(self, session: Session, cast: Cast, watched: Attempt) -> None:
        watched.state = "scored"
        session.commit()
        client = cast.client("ada", language="en")
        client.get(f"/attempts/{watched.public_id}/signals")
        assert "Two windows answered in turn" in client.text()
        assert "both missed" not in client.text()

    def test_nothing_noted(self, cast: Cast, session: Session, watched: Attempt) -> None:
        other = session.scalars(select(Attempt).where(Attempt.id != watched.id)).one()
        reader = cast.client("blaise", language="en")
        reader.get(f"/attempts/{other.public_id}/signals")
        assert "Nothing was noted of this attempt" in reader.text()
        client = cast.client("camille", language="en")
        client.post(f"/studio/exams/{other.exam.public_id}/signals/{other.public_id}")
        assert "Nothing was noted of this attempt." in client.text()

    def test_the_files_of_an_appeal_hold_them(self, session: Session, cast: Cast, watched: Attempt) -> None:
        other = session.scalars(select(Attempt).where(Attempt.id != watched.id)).one()
        own = signals_in(cast.client("ada").get(f"/attempts/{watched.public_id}/file.zip").data)
        assert [one["kind"] for one in own].count("hidden") == 2
        assert len(own) == 9
        assert other.public_id not in json.dumps(own)
        appeal = appeals.file_appeal(session, actor=cast.actor("ada"), attempt=watched, grounds="La question 2.")
        session.commit()
        client = cast.client("camille", language="en")
        client.get(f"/studio/appeals/{appeal.public_id}")
        staff = signals_in(client.get(f"/studio/appeals/{appeal.public_id}/file.zip").data)
        assert [one["other_attempt"] for one in staff if one["kind"] == "alike"] == [other.public_id]


def test_a_long_list_has_pages_and_few_statements(session: Session, cast: Cast, statements: Any) -> None:
    questions = [four_options(slug) for slug in slugs(3)]
    blueprint = [{"domain": "alpha", "level": 1, "count": 3, "points": "1"}]
    version = exam_of(session, Small(exam_questions=questions, blueprint=blueprint).publish(session))
    Cohort(session, version, {}).sit(120)
    for attempt in session.scalars(select(Attempt)).all():
        session.add(Signal(attempt_id=attempt.id, kind="hidden", at=attempt.started_at, amount=4))
    client, path = cast.client("camille", language="en"), f"/studio/exams/{version.exam.public_id}/signals"
    statements.clear()
    client.get(f"{path}?kind=hidden")
    assert selects(statements) <= 7
    assert "1 to 50 of 120" in client.text()
    following = client.page.find("a", href=lambda to: "page=2" in (to or ""))
    assert following is not None
    assert following["href"] == f"{path}?page=2&kind=hidden"
    client.get(str(following["href"]))
    assert "51 to 100 of 120" in client.text()


def signals_in(content: bytes) -> list[dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found: list[dict[str, Any]] = json.loads(archive.read("signals.json"))["signals"]
    return found
