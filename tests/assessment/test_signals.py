"""Integrity signals: announced, noted, left out where they would mislead, read by people, deleted, never in a mark."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment import appeals, signals
from app.assessment.breaks import end_break, start_break
from app.assessment.models import Attempt, Result, Score
from app.assessment.services import annul_attempt, submit_attempt
from app.assessment.signal_models import Kind, Signal
from app.assessment.signal_schemas import SignalsSent
from app.foundation import clock
from app.foundation.i18n import use_language
from app.wiring.signals import forget_signals
from tests.assessment.regraded import Regraded
from tests.assessment.test_accommodations import HOUR, at, give, start
from tests.builders import Cast
from tests.courses import Small
from tests.reviewer import ReviewedClient

DAY = timedelta(days=1)
MARKS = {Kind.ADDRESS: "a" * 32, Kind.BROWSER: "b" * 32}


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with use_language("en"):
        yield


@pytest.fixture
def attempt(session: Session, cast: Cast) -> Attempt:
    """Ada, in an exam of an hour begun at noon."""
    with at(0):
        return start(session, cast, Small(exam_settings=HOUR))


def sent(**fields: Any) -> SignalsSent:
    return SignalsSent.model_validate({"v": 1, **fields})


def note(session: Session, attempt: Attempt, marks: dict[Kind, str] | None = None, **fields: Any) -> None:
    known = MARKS if marks is None else marks
    rows = signals.worth_noting(session, attempt=attempt, sent=sent(**fields), marks=known)
    if rows:
        signals.keep(session, rows)
    session.commit()


def noted(session: Session, attempt: Attempt) -> list[tuple[str, int]]:
    """Kinds and amounts, as pages list them."""
    rows = session.scalars(
        select(Signal).where(Signal.attempt_id == attempt.id, Signal.amount > 0).order_by(Signal.at, Signal.id)
    )
    return [(row.kind, row.amount) for row in rows]


def tell(client: ReviewedClient, attempt: Attempt, body: Any = None, **options: Any) -> int:
    headers = {"X-CSRFToken": client.csrf_token(), "Accept": "application/json", **options.pop("headers", {})}
    path = f"/attempts/{attempt.public_id}/signals"
    return client._open("POST", path, json={"v": 1} if body is None else body, headers=headers, **options).status_code


class TestNoting:
    def test_hidden_pages_and_pastes(self, session: Session, attempt: Attempt) -> None:
        with at(10):
            note(
                session, attempt,
                hidden=[{"seconds": 41, "ago": 60}], pasted=[{"slot": 4, "characters": 812, "ago": 5}],
            )  # fmt: skip
        assert noted(session, attempt) == [("hidden", 41), ("paste", 812)]
        hidden = session.scalars(select(Signal).where(Signal.kind == "hidden")).one()
        assert hidden.at == attempt.started_at + timedelta(minutes=10, seconds=-101)

    def test_the_first_address_and_browser_are_no_signals(self, session: Session, attempt: Attempt) -> None:
        with at(1):
            note(session, attempt)
            note(session, attempt)
        assert noted(session, attempt) == []
        with at(2):
            note(session, attempt, {Kind.ADDRESS: "c" * 32, Kind.BROWSER: "b" * 32})
            note(session, attempt)  # and back again
        assert noted(session, attempt) == [("address", 1)]

    def test_of_two_requests_one_notes_a_new_address(self, session: Session, attempt: Attempt) -> None:
        with at(1):
            rows = signals.worth_noting(session, attempt=attempt, sent=sent(), marks=MARKS)
            for _request in range(2):
                signals.keep(session, rows)
            session.commit()
        assert len(session.scalars(select(Signal)).all()) == 2

    def test_nothing_happens_before_the_start(self, session: Session, attempt: Attempt) -> None:
        with at(1):
            note(session, attempt, hidden=[{"seconds": 600, "ago": 0}])
        assert noted(session, attempt) == [("hidden", 60)]

    def test_no_browser_fills_the_table(self, session: Session, attempt: Attempt) -> None:
        with at(30):
            for turn in range(signals.MOST_NOTED // 20 + 3):
                marks = {Kind.ADDRESS: f"{turn:032x}"}
                note(session, attempt, marks, pasted=[{"slot": 1, "characters": 1, "ago": 0}] * 20)
            rows = session.scalars(select(Signal).where(Signal.attempt_id == attempt.id)).all()
        assert len(rows) == signals.MOST_NOTED

    def test_nothing_is_noted_of_practice_nor_after_the_end(
        self, session: Session, cast: Cast, attempt: Attempt
    ) -> None:
        with at(62):  # a minute of grace past the hour
            note(session, attempt, hidden=[{"seconds": 9, "ago": 0}])
        practice = start(session, cast, Small(slug="autre"), who="blaise", kind="practice")
        note(session, practice, hidden=[{"seconds": 9, "ago": 0}])
        assert session.scalars(select(Signal)).all() == []


class TestAccommodations:
    """What would be raised falsely is not noted at all."""

    @pytest.fixture
    def resting(self, session: Session, cast: Cast) -> Attempt:
        give(session, cast)
        with at(0):
            return start(session, cast, Small(exam_settings=HOUR))

    def test_a_break_hides_the_page_lawfully(self, session: Session, cast: Cast, resting: Attempt) -> None:
        with at(10):
            start_break(session, actor=cast.actor("ada"), attempt=resting)
        with at(14):
            end_break(session, actor=cast.actor("ada"), attempt=resting)
        with at(15):
            note(session, resting, {}, hidden=[{"seconds": 240, "ago": 60}])  # from minute 10 to 14
            assert noted(session, resting) == []
            note(session, resting, {}, hidden=[{"seconds": 300, "ago": 30}])  # from 9:30 to 14:30
        assert noted(session, resting) == [("hidden", 60)]

    def test_a_break_under_way_counts_too(self, session: Session, cast: Cast, resting: Attempt) -> None:
        with at(10):
            start_break(session, actor=cast.actor("ada"), attempt=resting)
        with at(12):
            note(session, resting, {}, hidden=[{"seconds": 120, "ago": 0}])
        assert noted(session, resting) == []

    @pytest.mark.parametrize(
        "granted",
        [
            {"break_minutes": 0, "hide_timer": False},
            {"extra_percent": 0, "hide_timer": False},
            {"extra_percent": 0, "break_minutes": 0},
        ],
        ids=["extra time", "breaks", "hidden timer"],
    )
    def test_pastes_are_not_noted(self, session: Session, cast: Cast, granted: dict[str, Any]) -> None:
        give(session, cast, **granted)
        with at(0):
            resting = start(session, cast, Small(exam_settings=HOUR))
        with at(1):
            note(session, resting, {}, pasted=[{"slot": 1, "characters": 400, "ago": 0}])
        assert noted(session, resting) == []

    def test_the_start_page_says_so(self, session: Session, cast: Cast, client: ReviewedClient) -> None:
        exam = Regraded(cast.app, session, cast).exam_version.exam
        for who in ("ada", "blaise"):
            if who == "ada":
                give(session, cast)
            start(session, cast, who=who)
            reader = cast.client(who, language="en")
            reader.get(f"/exams/{exam.public_id}")
            assert ("pasted texts are not noted" in reader.text()) is (who == "ada")


class TestSending:
    def test_a_browser_tells_and_nothing_of_it_is_kept(self, cast: Cast, session: Session) -> None:
        attempt = start(session, cast)
        client = cast.client("ada")
        body = {"v": 1, "hidden": [{"seconds": 3, "ago": 0}]}
        told = {"headers": {"User-Agent": "Strange/1.0"}, "environ_base": {"REMOTE_ADDR": "203.0.113.7"}}
        assert tell(client, attempt, body, **told) == 204
        assert tell(client, attempt, headers={"User-Agent": "Other/2.0"}) == 204
        rows = session.scalars(select(Signal)).all()
        assert sorted(row.kind for row in rows if row.amount) == ["address", "browser"]  # 3 s before the start: none
        kept = str([vars(row) for row in rows])
        assert "203.0.113" not in kept
        assert "Strange" not in kept

    def test_a_digest_tells_nothing_about_another_attempt(self) -> None:
        one, other = (signals.digest("secret" * 6, attempt, "203.0.113.7") for attempt in ("a" * 26, "b" * 26))
        assert one != other
        assert one != signals.digest("other!" * 6, "a" * 26, "203.0.113.7")
        assert len(one) == 32

    def test_somebody_else_s_attempt_is_not_found(self, cast: Cast, session: Session) -> None:
        attempt = start(session, cast)
        assert tell(cast.client("blaise"), attempt) == 404
        assert tell(cast.client("camille"), attempt) == 404
        assert cast.client("blaise").get(f"/attempts/{attempt.public_id}/signals").status_code == 404

    @pytest.mark.parametrize(
        "body",
        [
            [], {"v": 2}, {"v": 1, "face": "sad"}, {"v": 1, "hidden": [{"seconds": 0, "ago": 0}]},
            {"v": 1, "hidden": [{"seconds": 1}]}, {"v": 1, "hidden": [{"seconds": 90_000, "ago": 0}]},
            {"v": 1, "pasted": [{"slot": 1, "characters": 1, "ago": 0, "text": "what it was"}]},
            {"v": 1, "hidden": [{"seconds": 1, "ago": 0}] * 21},
        ],
    )  # fmt: skip
    def test_what_is_no_signal_is_refused(self, cast: Cast, session: Session, body: Any) -> None:
        attempt = start(session, cast)
        assert tell(cast.client("ada"), attempt, body) == 422
        assert session.scalars(select(Signal)).all() == []

    def test_too_much_is_refused(self, cast: Cast, session: Session) -> None:
        assert tell(cast.client("ada"), start(session, cast), {"v": 1, "x": "m" * 5000}) == 413

    def test_a_browser_that_sends_without_end_is_not_listened_to(self, cast: Cast, session: Session) -> None:
        attempt, client = start(session, cast), cast.client("ada")
        with clock.frozen(clock.now().replace(second=0, microsecond=0)):
            answers = [tell(client, attempt) for _turn in range(12)]
        assert answers == [204] * 8 + [429] * 4

    def test_every_page_of_an_exam_has_the_script_and_none_of_practice(self, cast: Cast, session: Session) -> None:
        attempt, client = start(session, cast), cast.client("ada", language="en")
        for page in ("", "/review"):
            client.get(f"/attempts/{attempt.public_id}{page}")
            script = client.page.find("script", id="signals")
            assert script is not None
            assert script["data-url"] == f"/attempts/{attempt.public_id}/signals"
        practice = start(session, cast, Small(slug="autre"), who="blaise", kind="practice")
        reader = cast.client("blaise", language="en")
        reader.get(f"/attempts/{practice.public_id}")
        assert reader.page.find("script", id="signals") is None


def test_it_is_announced_before_the_start(cast: Cast, session: Session) -> None:
    exam = Regraded(cast.app, session, cast)
    start(session, cast)
    client = cast.client("ada", language="en")
    client.get(f"/exams/{exam.exam_version.exam.public_id}")
    words = client.text()
    for said in (
        "What is noted while you sit it", "never the text", "without either being kept", "two windows",
        "None of it ever changes a mark", "Only those who teach here and answer appeals can read it",
        "thirty days after", "No camera, no microphone",
    ):  # fmt: skip
        assert said in words


class TestTerm:
    """Signals go when the result can no longer be contested."""

    @pytest.fixture
    def ended(self, app: Flask, session: Session, cast: Cast) -> Attempt:
        exam = Regraded(app, session, cast)
        with at(0):
            attempt = exam.begin("ada")
            note(session, attempt, hidden=[{"seconds": 5, "ago": 0}])
        with at(1):
            note(session, attempt, hidden=[{"seconds": 5, "ago": 0}])
            exam.answer(attempt, {1})
            submit_attempt(session, actor=cast.actor("ada"), attempt=attempt)
        session.commit()
        return attempt

    def kept(self, app: Flask, session: Session, days: float) -> bool:
        """Is anything left of it so many days after the end?"""
        session.commit()
        with at(1 + days * 24 * 60):
            forget_signals(app)
        return session.scalar(select(Signal.id).limit(1)) is not None

    @pytest.mark.parametrize(("days", "kept"), [(0, True), (29.9, True), (30, True), (30.01, False)])
    def test_after_thirty_days(self, app: Flask, session: Session, ended: Attempt, days: float, kept: bool) -> None:
        assert self.kept(app, session, days) is kept

    def test_not_while_an_appeal_waits(self, app: Flask, session: Session, cast: Cast, ended: Attempt) -> None:
        with at(29 * 24 * 60):
            appeal = appeals.file_appeal(session, actor=cast.actor("ada"), attempt=ended, grounds="La question 2.")
            appeals.take(session, actor=cast.actor("camille"), appeal=appeal)
        assert self.kept(app, session, 40)
        appeals.answer(session, actor=cast.actor("camille"), appeal=appeal, upheld=False, words="Non.")
        assert not self.kept(app, session, 41)

    def test_a_corrected_result_opens_the_term_anew(self, app: Flask, session: Session, ended: Attempt) -> None:
        first = session.scalars(select(Result)).one()
        with at(20 * 24 * 60):
            again = {name: getattr(first, name) for name in first.__table__.columns.keys()}  # noqa: SIM118 - not a dict
            session.add(Result(**again | {"revision": 2, "decided_at": clock.now()}))
        assert self.kept(app, session, 31)
        assert not self.kept(app, session, 51)

    def test_an_annulled_attempt_has_a_term_too(self, app: Flask, session: Session, cast: Cast, ended: Attempt) -> None:
        with at(10 * 24 * 60):
            annul_attempt(session, actor=cast.actor("admin"), attempt_id=ended.id, reason="x")
        assert self.kept(app, session, 35)
        assert not self.kept(app, session, 41)

    def test_what_others_have_because_of_it_goes_with_it(
        self, app: Flask, session: Session, cast: Cast, ended: Attempt
    ) -> None:
        other = start(session, cast, Small(slug="autre"), who="blaise")
        session.add(Signal(attempt_id=other.id, kind="alike", at=clock.now(), amount=9, other_id=ended.id, details={}))
        assert not self.kept(app, session, 31)


def everything_noted(session: Session, attempt: Attempt, other: Attempt) -> None:
    """A signal of every kind."""
    of_attempt = {"attempt_id": attempt.id, "at": attempt.started_at}
    fast = {"usual_ms": 52_000, "people": 44}
    alike = {"both_wrong": 11, "chance": "2.5e-08", "limit": "1.2e-06"}
    session.add_all([
        Signal(**of_attempt, kind="hidden", amount=31),
        Signal(**of_attempt, kind="hidden", amount=70),
        Signal(**of_attempt, kind="paste", slot=4, amount=1812),
        Signal(**of_attempt, kind="paste", amount=1),
        Signal(**of_attempt, kind="address", mark="a" * 32, amount=0),
        Signal(**of_attempt, kind="address", mark="b" * 32, amount=1),
        Signal(**of_attempt, kind="browser", mark="a" * 32, amount=1),
        Signal(**of_attempt, kind="windows", slot=2, amount=3),
        Signal(**of_attempt, kind="fast", slot=7, amount=3240, details=fast),
        Signal(**of_attempt, kind="alike", amount=10, other_id=other.id, details=alike),
    ])  # fmt: skip
    session.commit()


def test_signals_never_touch_a_score(app: Flask, session: Session, cast: Cast) -> None:
    """Of two people who answer alike, one with every signal there is: the same scores, result, state and certificate.

    That nothing which gives a mark can import them is contract 10 of pyproject.toml, whose breach
    tests/house/test_contracts.py plants.
    """
    exam = Regraded(app, session, cast)
    watched, plain = exam.begin("ada"), exam.begin("blaise")
    everything_noted(session, watched, plain)
    for attempt in (watched, plain):
        exam.answer(attempt, set(range(1, 8)))
        account = session.get_one(Account, attempt.account_id)
        submit_attempt(session, actor=account.actor(), attempt=attempt)
    session.commit()

    def outcome(attempt: Attempt) -> tuple[Any, ...]:
        scores = session.execute(
            select(Score.credit, Score.rule, Score.reason).where(Score.attempt_id == attempt.id).order_by(Score.slot)
        )
        result = session.scalars(select(Result).where(Result.attempt_id == attempt.id)).one()
        return (
            attempt.state, sorted(map(tuple, scores)), result.total, result.cut, result.passed, result.per_domain
        )  # fmt: skip

    assert outcome(watched) == outcome(plain)
    assert outcome(watched)[4] is True
    exam.decide()
    assert outcome_of_both(session, watched, plain)


def outcome_of_both(session: Session, watched: Attempt, plain: Attempt) -> bool:
    """After a regrade too."""
    rows = session.execute(
        select(Result.revision, Result.total, Result.passed)
        .where(Result.attempt_id.in_((watched.id, plain.id)))
        .order_by(Result.revision, Result.attempt_id)
    ).all()
    return len(rows) == 4 and rows[0] == rows[1] and rows[2] == rows[3]
