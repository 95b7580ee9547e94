"""Results held back: until the window closes or until staff says so; nothing of them is known before, once after."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.assessment import appeals, queries, release_queries, releasing, services
from app.assessment.accommodations import Grant, grant
from app.assessment.models import Attempt
from app.assessment.regrading import Kind
from app.assessment.signals import due_to_be_forgotten
from app.assessment.starting import start_attempt
from app.audit.models import AuditEntry
from app.certification.models import Certificate
from app.foundation import clock
from app.foundation.errors import ConflictError, RuleError
from app.foundation.i18n import use_language
from app.foundation.outbox import OutboxMessage
from app.wiring import sweeps
from tests.assessment.regraded import Regraded
from tests.assessment.test_races import at_once
from tests.builders import Cast
from tests.certification.builders import make_keys
from tests.reviewer import ReviewedClient

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CLOSES = NOON + timedelta(hours=1)  # exams last half an hour
ALL, NONE = set(range(10)), set()
WINDOW = {"release": "window", "closes": CLOSES.isoformat(), "cooldown_s": [3600, 3600]}
OUT = "exam-result-out"


@pytest.fixture
def exam(app: Flask, session: Session, cast: Cast) -> Regraded:
    """Ten questions, whose results staff releases; keys to sign with."""
    make_keys(app, session)
    return Regraded(app, session, cast, exam_settings={"release": "staff", "cooldown_s": [3600, 3600]})


def count(session: Session, model: type, *conditions: Any) -> int:
    return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def letters(session: Session) -> int:
    return count(session, OutboxMessage, OutboxMessage.dedupe_key.startswith(OUT))


def released(session: Session) -> int:
    return count(session, AuditEntry, AuditEntry.event == "attempt.released")


def rounds(app: Flask, session: Session) -> int:
    """One round of the worker; the test's own transaction would hold the write lock."""
    session.commit()
    done = sweeps.release_results(app)
    session.expire_all()
    return done


def let_out(exam: Regraded, who: str = "camille") -> release_queries.Waiting:
    seen = release_queries.waiting_of(exam.session, exam.exam_version).digest
    waits = releasing.let_out(
        exam.session, actor=exam.cast.actor(who), exam_version=exam.exam_version, seen=seen
    )  # fmt: skip
    exam.session.commit()
    return waits


def test_staff_lets_out_what_waits_and_each_candidate_is_told_once(
    app: Flask, exam: Regraded, session: Session, cast: Cast
) -> None:
    passed, failed = exam.sit("ada", ALL), exam.sit("blaise", NONE)
    assert (passed.state, failed.state) == ("scored", "scored")
    assert rounds(app, session) == 0, "nothing goes out by itself"
    waits = let_out(exam)
    assert (waits.passed, waits.failed, waits.certificates) == (1, 1, 1)
    assert (count(session, Certificate), letters(session)) == (0, 0)
    assert [rounds(app, session) for _round in range(3)] == [2, 0, 0]
    session.expire_all()
    assert (passed.state, failed.state) == ("released", "released")
    assert (count(session, Certificate), letters(session), released(session)) == (1, 2, 2)
    (line,) = session.scalars(select(AuditEntry).where(AuditEntry.event == "results.released"))
    assert line.actor == cast.camille.public_id
    late = exam.sit(cast.person("Zoé"), ALL)
    assert (rounds(app, session), late.state) == (0, "scored"), "what is marked later waits for the next time"


def test_what_was_looked_at_is_what_is_released(exam: Regraded, session: Session, cast: Cast) -> None:
    with use_language("en"), pytest.raises(RuleError, match="waits"):
        let_out(exam)
    exam.sit("ada", ALL)
    seen = release_queries.waiting_of(session, exam.exam_version).digest
    exam.sit("blaise", ALL)
    with pytest.raises(ConflictError):
        releasing.let_out(session, actor=cast.actor("camille"), exam_version=exam.exam_version, seen=seen)
    assert count(session, Attempt, Attempt.release_at.is_not(None)) == 0


def test_a_regrade_before_the_release_writes_no_letter_and_changes_what_was_looked_at(
    app: Flask, exam: Regraded, session: Session, cast: Cast
) -> None:
    attempt = exam.sit("ada", set(range(7)))
    seen = release_queries.waiting_of(session, exam.exam_version).digest
    exam.decide(Kind.VOID)
    assert count(session, OutboxMessage, OutboxMessage.dedupe_key.startswith("exam-regraded")) == 0
    with pytest.raises(ConflictError):
        releasing.let_out(session, actor=cast.actor("camille"), exam_version=exam.exam_version, seen=seen)
    session.rollback()
    waits = let_out(exam)
    assert (waits.passed, waits.failed) == (0, 1), "a pass that nobody knew of may go"
    rounds(app, session)
    session.expire_all()
    assert (attempt.state, count(session, Certificate)) == ("released", 0)


def test_released_by_many_at_once_it_is_told_once(app: Flask, exam: Regraded, session: Session, cast: Cast) -> None:
    attempts = [exam.sit(cast.person(f"Personne {number}"), ALL) for number in range(4)]
    seen = release_queries.waiting_of(session, exam.exam_version).digest
    version_id = exam.exam_version.id
    actors = [cast.actor("camille"), cast.actor("admin")]

    def asking(actor: Any) -> Any:
        def act(own: Session) -> Any:
            version = own.get_one(type(exam.exam_version), version_id)
            return releasing.let_out(own, actor=actor, exam_version=version, seen=seen)

        return act

    done = at_once(app, session, [asking(actor) for actor in actors * 3])
    assert sum(not isinstance(one, Exception) for one in done) == 1
    assert count(session, AuditEntry, AuditEntry.event == "results.released") == 1
    ids = [attempt.id for attempt in attempts] * 4
    done = at_once(app, session, [lambda own, one=one: releasing.release_due(own, one) for one in ids])
    assert [one for one in done if isinstance(one, Exception)] == []
    assert sum(done) == len(attempts)
    assert (count(session, Certificate), letters(session), released(session)) == (4, 4, 4)


def test_a_window_lets_everybody_know_at_its_close(app: Flask, session: Session, cast: Cast) -> None:
    make_keys(app, session)
    with clock.frozen(NOON):
        exam = Regraded(app, session, cast, exam_settings=WINDOW)
        attempt = exam.sit("ada", ALL)
        assert (attempt.state, attempt.release_at) == ("scored", CLOSES)
    with clock.frozen(CLOSES - timedelta(seconds=1)):
        assert rounds(app, session) == 0
    with clock.frozen(CLOSES):
        assert release_queries.is_due(session, attempt), "read as such before the worker comes"
        assert rounds(app, session) == 1
    session.expire_all()
    assert (attempt.state, count(session, Certificate), letters(session)) == ("released", 1, 1)


def test_nobody_reads_a_result_while_somebody_with_extra_time_still_sits_the_exam(
    app: Flask, session: Session, cast: Cast
) -> None:
    with clock.frozen(NOON):
        exam = Regraded(app, session, cast, exam_settings=WINDOW)
        wanted = Grant(100, 0, False, datetime(2026, 1, 1).date(), None, "dossier 12")
        grant(session, actor=cast.actor("admin"), account=cast.blaise, wanted=wanted)
        exam.sit("ada", ALL)
    with clock.frozen(CLOSES - timedelta(minutes=5)):
        slow = exam.begin("blaise")
    end = CLOSES + timedelta(minutes=30)
    assert slow.deadline_at == end
    with clock.frozen(CLOSES + timedelta(minutes=10)):
        assert rounds(app, session) == 0
    with clock.frozen(end + timedelta(seconds=61)):
        assert (sweeps.close_attempts(app), rounds(app, session)) == (1, 1), "the last one in is released with the rest"
    session.expire_all()
    assert (slow.state, released(session)) == ("released", 2)


def test_terms_count_from_the_release(app: Flask, exam: Regraded, session: Session, cast: Cast) -> None:
    with clock.frozen(NOON):
        attempt = exam.sit("ada", NONE)
        assert appeals.last_day(session, attempt) is None
        with use_language("en"), pytest.raises(RuleError, match="contest"):
            appeals.file_appeal(session, actor=cast.actor("ada"), attempt=attempt, grounds="Non.")
    late = NOON + timedelta(days=60)
    with clock.frozen(late):
        let_out(exam)
        rounds(app, session)
        session.expire_all()
        assert appeals.last_day(session, attempt) == late + timedelta(days=30)
        assert list(due_to_be_forgotten(session)) == []
        again = start_attempt(session, actor=cast.actor("ada"), exam_version=exam.exam_version, enrolled=True)
        assert again.number == 2, "the wait between attempts ran from the first one's end"


def test_no_other_attempt_before_the_result_is_known(exam: Regraded, session: Session, cast: Cast) -> None:
    with clock.frozen(NOON):
        exam.sit("ada", ALL)
    later = clock.frozen(NOON + timedelta(days=2))
    with later, use_language("en"), pytest.raises(RuleError, match="not out yet"):
        start_attempt(session, actor=cast.actor("ada"), exam_version=exam.exam_version, enrolled=True)
    assert queries.passed_courses(session, cast.ada.id) == frozenset()


# What candidates and staff read

SCORE = re.compile(r"\b(10|7)([.,]0+)? (out of|sur)|100 ?%|Exam (not )?passed|Get my certificate|needs work|secure")


def pages_of(client: ReviewedClient, attempt: Attempt) -> dict[str, str]:
    """Everything a candidate may read of an exam that is over."""
    exam = attempt.exam
    addresses = [
        f"/attempts/{attempt.public_id}{path}" for path in ("", "/result", "/questions", "/review", "/standing")
    ] + ["/", "/certificates", "/profile", f"/exams/{exam.public_id}", f"/learn/{exam.course.slug}", "/matches"]
    return {address: client.get(address, follow=True).get_data(as_text=True) for address in addresses}


@pytest.mark.parametrize("right", [ALL, NONE])
def test_nothing_of_the_result_leaks_before_its_release(
    exam: Regraded, session: Session, cast: Cast, right: set[int]
) -> None:
    attempt = exam.sit("ada", right)
    ada = cast.client("ada", language="en")
    said = pages_of(ada, attempt)
    assert {address: found.group() for address, text in said.items() if (found := SCORE.search(text))} == {}
    assert ada.get(f"/attempts/{attempt.public_id}/file.zip").status_code == 404
    assert "when those who run the exam release them" in said[f"/attempts/{attempt.public_id}/result"]
    assert "result not out yet" in said[f"/learn/{attempt.exam.course.slug}"]


def test_pages_of_a_pass_and_of_a_fail_are_the_same_before_the_release(
    exam: Regraded, session: Session, cast: Cast
) -> None:
    """Whatever the words: nothing at all of a page depends on the result."""
    seen = []
    with clock.frozen(NOON):
        for right in (ALL, NONE):
            person = cast.person("Zoé")
            attempt = exam.sit(person, right)
            seen.append(_without_what_differs(pages_of(cast.client(person), attempt), attempt))
    assert seen[0] == seen[1]


def _without_what_differs(pages: dict[str, str], attempt: Attempt) -> dict[str, str]:
    """Take out the ids of the attempt, nonces and tokens."""
    noise = re.compile(r'nonce="[^"]*"|value="[^"]{40,}"|data-token="[^"]*"|[\w.-]{60,}|[0-9a-z-]{14,}')
    return {
        re.sub(attempt.public_id, "X", address): noise.sub("", text.replace(attempt.public_id, "X"))
        for address, text in pages.items()
    }


def test_a_candidate_asks_for_a_result_that_is_due(app: Flask, session: Session, cast: Cast) -> None:
    with clock.frozen(NOON):
        exam = Regraded(app, session, cast, exam_settings=WINDOW)
        attempt = exam.sit("ada", ALL)
        ada = cast.client("ada", language="en")
        assert "once the exam is closed, on" in ada.get(f"/attempts/{attempt.public_id}/result").get_data(as_text=True)
        ada.post(f"/attempts/{attempt.public_id}/submission")
        session.expire_all()
        assert attempt.state == "scored", "handing in again lets nothing out"
    with clock.frozen(CLOSES):
        ada = cast.client("ada", language="en")
        ada.get(f"/attempts/{attempt.public_id}/result")
        assert ada.page.h1.get_text() == "The results are out"
        assert ada.page.select_one("p.score") is None
        ada.post(f"/attempts/{attempt.public_id}/submission", follow=True)
        assert ada.page.h1.get_text() == "Exam passed"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_staff_reads_what_follows_then_releases(
    app: Flask, exam: Regraded, session: Session, cast: Cast, language: str
) -> None:
    camille = cast.client("camille", language=language)
    camille.get("/studio/results")
    assert camille.page.select_one(".empty")
    exam.sit("ada", ALL)
    exam.sit("blaise", NONE)
    camille.get("/studio/results")
    address = camille.page.select_one("ul.listing a")["href"]
    camille.get(address)
    assert [one.get_text() for one in camille.page.select("dl.facts dd")] == ["2", "1", "1", "1"]
    assert "Ada" in camille.text()
    seen = camille.page.select_one("input[name=seen]")["value"]
    assert camille.post(address, {"seen": "x"}).status_code == 409
    assert camille.post(address, {"seen": seen}).status_code == 302
    assert camille.post(address, {"seen": seen}).status_code == 422, "a second click finds nothing"
    assert rounds(app, session) == 2
    assert cast.client("ada").get("/studio/results").status_code == 403
    assert camille.get(address.replace("/1", "/2")).status_code == 404


def test_who_starts_reads_when_the_result_comes(app: Flask, exam: Regraded, session: Session, cast: Cast) -> None:
    ada = cast.client("ada", language="en")
    exam.begin("ada")
    ada.get(f"/exams/{exam.exam_version.exam.public_id}")
    assert "when those who run the exam release it" in ada.text()


def test_the_gradebook_shows_staff_the_mark_before(exam: Regraded, session: Session, cast: Cast) -> None:
    exam.sit("ada", ALL)
    camille = cast.client("camille", language="en")
    camille.get("/studio/courses/petit-cours/gradebook")
    assert "10 out of 10, 7 to pass, not released" in camille.text()
    camille.get(camille.page.select_one("table th a")["href"])
    assert "10 out of 10" in camille.text()
    assert "Marked, not released" in camille.text()


def test_an_annulled_attempt_is_never_released(app: Flask, exam: Regraded, session: Session, cast: Cast) -> None:
    attempt = exam.sit("ada", ALL)
    let_out(exam)
    services.annul_attempt(session, actor=cast.actor("admin"), attempt_id=attempt.id, reason="fraud")
    session.commit()
    assert (rounds(app, session), letters(session), count(session, Certificate)) == (0, 0, 0)


def test_the_letter_says_that_it_is_released(app: Flask, exam: Regraded, session: Session, cast: Cast) -> None:
    attempt = exam.sit("ada", ALL)
    let_out(exam)
    rounds(app, session)
    exam.work()
    folder = Path(app.config["SETTINGS"].mail_url.removeprefix("file://"))
    (path,) = folder.glob(f"{OUT}-{attempt.public_id}*")
    text = message_from_bytes(path.read_bytes(), policy=default).get_content()
    assert "sont communiqués" in text
    assert not re.search("réussi|10 sur", text)
