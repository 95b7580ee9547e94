"""Safe Exam Browser: known proofs, who gets in by header or by script, and that a refusal costs nobody anything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment.models import Answer, Attempt
from app.assessment.safe_browser import HEADER, proof, proven_key
from app.assessment.safe_browser_pages import GUARDED, OPEN
from app.assessment.services import submit_attempt
from app.foundation import clock
from app.foundation.i18n import use_language
from tests.builders import Cast
from tests.courses import Small, begin, exam_of, items_of, right_payload
from tests.house.routes import SAFE, rules
from tests.reviewer import ReviewedClient

KEY, OTHER = "0123456789abcdef" * 4, "f" * 64
SITE = "http://localhost:8000"
PAGE = "https://learn.example.org/exams/0"
# Computed with `printf '%s' "$URL$KEY" | sha256sum`.
KNOWN = {
    PAGE: "e38edadc9744201b0b0033bcb2691be032502c053439e06ff19051a2ff67cc5a",
    f"{PAGE}?question=2": "732dacb93c2227ecd5ea4383d16974fc4bcd0dcb1f48e9c028efb4e57c396c39",
    "https://learn.example.org/é": "65c3b6bf6b4737b16232a19baac81e08f564db190dc115511be60c0389163919",
}


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with use_language("en"):
        yield


@pytest.mark.parametrize(
    ("url", "same"),
    [
        (PAGE, PAGE),
        (f"{PAGE}#answers", PAGE),  # the fragment is left out
        (f"{PAGE}?question=2#x", f"{PAGE}?question=2"),  # the query is not
        (f"{PAGE}#a#b", PAGE),
        ("https://learn.example.org/é", "https://learn.example.org/é"),  # as UTF-8
    ],
)
def test_proof_is_of_the_address_and_the_key(url: str, same: str) -> None:
    assert proof(url, KEY) == KNOWN[same]


@pytest.mark.parametrize(
    ("sent", "keys", "found"),
    [
        (proof(PAGE, KEY), [KEY], KEY),
        (proof(PAGE, KEY), [OTHER, KEY], KEY),
        (proof(PAGE, KEY).upper(), [KEY], KEY),
        (f" {proof(PAGE, KEY)} ", [KEY], KEY),
        (proof(PAGE, KEY), [OTHER], None),
        (proof(f"{PAGE}?x", KEY), [KEY], None),
        (KEY, [KEY], None),  # the key itself proves nothing
        ("", [KEY], None),
        ("é", [KEY], None),
        (proof(PAGE, KEY), [], None),
    ],
)
def test_proven_key(sent: str, keys: list[str], found: str | None) -> None:
    assert proven_key(PAGE, sent, keys) == found


class Locked:
    """An exam that is sat in Safe Exam Browser, and Ada before it."""

    def __init__(self, app: Flask, session: Session, cast: Cast) -> None:
        self.app, self.session, self.cast = app, session, cast
        self.small = Small(exam_settings={"safe_exam_browser": [OTHER, KEY]})
        self.version = self.small.publish(session)
        self.exam = exam_of(session, self.version).exam
        begin(session, cast.ada, self.version)
        self.client = self.browser()

    def browser(self, who: str = "ada") -> ReviewedClient:
        return self.cast.client(who, language="en")

    @property
    def start_path(self) -> str:
        return f"/exams/{self.exam.public_id}"

    def header(self, path: str, key: str = KEY) -> dict[str, str]:
        return {HEADER: proof(SITE + path, key)}

    def start(self, client: ReviewedClient | None = None) -> Attempt:
        """Begin it as Safe Exam Browser for Windows does, a header with every request."""
        client = client or self.client
        answer = client.post(self.start_path, {"pledge": "y"}, headers=self.header(self.start_path))
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return self.attempts()[-1]

    def attempts(self) -> list[Attempt]:
        self.session.rollback()
        return list(self.session.scalars(select(Attempt).where(Attempt.exam_id == self.exam.id).order_by(Attempt.id)))

    def prove(self, page: str, given: str, client: ReviewedClient | None = None) -> int:
        client = client or self.client
        headers = {"X-CSRFToken": client.csrf_token(), "Accept": "application/json"}
        body = {"page": page, "proof": given}
        return client._open("POST", "/safe-browser", json=body, headers=headers).status_code


@pytest.fixture
def locked(app: Flask, session: Session, cast: Cast) -> Locked:
    return Locked(app, session, cast)


class TestStart:
    def test_another_browser_is_told_how_and_uses_no_attempt_up(self, locked: Locked) -> None:
        locked.client.get(locked.start_path)
        assert "This exam is sat in Safe Exam Browser." in locked.client.text()
        assert "No attempt is used up" in locked.client.text()
        assert not locked.client.page.find("button", string=lambda words: "Start the exam" in (words or ""))
        assert locked.client.page.find("script", id="safe-browser")
        answer = locked.client.post(locked.start_path, {"pledge": "y"})
        assert answer.status_code == 403
        assert "Open this exam in Safe Exam Browser" in locked.client.text()
        assert locked.attempts() == []

    def test_in_french_too(self, locked: Locked, cast: Cast) -> None:
        client = cast.client("ada", language="fr")
        client.get(locked.start_path)
        assert "Aucune tentative n’est consommée" in client.text()
        assert client.post(locked.start_path, {"pledge": "y"}).status_code == 403

    def test_safe_exam_browser_starts_it(self, locked: Locked) -> None:
        locked.client.get(locked.start_path, headers=locked.header(locked.start_path))
        assert "Safe Exam Browser" not in locked.client.text()
        assert locked.start().state == "in_progress"

    @pytest.mark.parametrize("key", ["0" * 64, KEY.replace("0", "1")])
    def test_another_configuration_does_not(self, locked: Locked, key: str) -> None:
        answer = locked.client.post(locked.start_path, {"pledge": "y"}, headers=locked.header(locked.start_path, key))
        assert answer.status_code == 403
        assert locked.attempts() == []

    def test_the_address_is_ours_whatever_the_host_says(self, locked: Locked) -> None:
        elsewhere = {HEADER: proof(f"http://localhost{locked.start_path}", KEY)}
        assert locked.client.post(locked.start_path, {"pledge": "y"}, headers=elsewhere).status_code == 403

    def test_no_key_ever_reaches_a_page(self, locked: Locked) -> None:
        attempt = locked.start()
        for path in (locked.start_path, f"/attempts/{attempt.public_id}"):
            answer = locked.client.get(path, headers=locked.header(path))
            assert KEY not in answer.get_data(as_text=True) + str(answer.headers)
            assert OTHER not in answer.get_data(as_text=True) + str(answer.headers)


class TestAttempt:
    def paths(self, locked: Locked, attempt: Attempt) -> list[tuple[str, str]]:
        """(method, path) of everything about an attempt that questions and answers pass through."""
        guarded = [
            (rule, method)
            for rule in rules(locked.app)
            for method in sorted(rule.methods - (SAFE - {"GET"}))
            if rule.endpoint.startswith(("assessment.", "assessment_breaks.", "assessment_document."))
            and "attempt_id" in rule.arguments
            if rule.endpoint not in OPEN
        ]
        assert len(guarded) >= 8
        values = {"attempt_id": attempt.public_id, "slot": 1}
        build = locked.app.url_map.bind("localhost").build
        return [
            (method, build(rule.endpoint, {name: values[name] for name in rule.arguments}, method=method))
            for rule, method in guarded
        ]

    def test_another_browser_reads_and_writes_nothing(self, locked: Locked, session: Session) -> None:
        attempt = locked.start()
        stranger = locked.browser()
        for method, path in self.paths(locked, attempt):
            headers = {"X-CSRFToken": stranger.csrf_token()}
            answer = stranger._open(method, path, json={"v": 1}, headers=headers)
            assert answer.status_code == 403, f"{method} {path}: {answer.status_code}"
            assert "Énoncé" not in answer.get_data(as_text=True)
        assert session.scalars(select(Answer)).all() == []
        stranger.get(f"/attempts/{attempt.public_id}")
        assert "Open this exam in Safe Exam Browser" in stranger.text()

    def test_a_header_with_every_request_gets_in(self, locked: Locked, session: Session) -> None:
        attempt = locked.start()
        fresh = locked.browser()
        path = f"/attempts/{attempt.public_id}?question=2"
        assert fresh.get(path, headers=locked.header(path)).status_code == 200
        item = items_of(session, attempt)[0]
        save = f"/attempts/{attempt.public_id}/answers/{item.slot}"
        body = {"v": 1, "rev": 1, "payload": right_payload(item)}
        another = locked.browser()
        assert another.put_json(save, body).status_code == 403
        assert another.put_json(save, body, **locked.header(save)).status_code == 200

    def test_a_session_that_has_proven_it_goes_on_without_headers(self, locked: Locked, session: Session) -> None:
        """The first request to a site has none on Windows, and no request has one on macOS and iOS."""
        attempt = locked.start()
        assert locked.client.get(f"/attempts/{attempt.public_id}").status_code == 200
        item = items_of(session, attempt)[0]
        save = f"/attempts/{attempt.public_id}/answers/{item.slot}"
        assert locked.client.put_json(save, {"v": 1, "rev": 1, "payload": right_payload(item)}).status_code == 200
        stale = locked.header("/exams/elsewhere")  # of the address before a redirection
        assert locked.client.get(f"/attempts/{attempt.public_id}", headers=stale).status_code == 200
        half_a_day_ago = int((clock.now() - timedelta(hours=12)).timestamp())
        with locked.client.raw.session_transaction() as cookie:
            cookie["safe_browser"] = dict.fromkeys(cookie["safe_browser"], half_a_day_ago)
        assert locked.client.get(f"/attempts/{attempt.public_id}").status_code == 403

    def test_the_result_is_read_in_any_browser(self, locked: Locked, session: Session, cast: Cast) -> None:
        attempt = locked.start()
        submit_attempt(session, actor=cast.actor("ada"), attempt=attempt)
        session.commit()
        assert locked.browser().get(f"/attempts/{attempt.public_id}/result").status_code == 200

    def test_somebody_else_s_attempt_is_not_found(self, locked: Locked) -> None:
        attempt = locked.start()
        assert locked.browser("blaise").get(f"/attempts/{attempt.public_id}").status_code == 404

    def test_other_exams_ask_nothing(self, session: Session, cast: Cast, statements: Any) -> None:
        version = Small(slug="libre").publish(session)
        begin(session, cast.ada, version)
        client = cast.client("ada", language="en")
        path = f"/exams/{exam_of(session, version).exam.public_id}"
        client.get(path)
        assert "Safe Exam Browser" not in client.text()
        place = client.post(path, {"pledge": "y"}).headers["Location"]
        client.get(place)
        statements.clear()
        client.get(place)
        first = len(statements.seen)
        statements.clear()
        client.get(place)
        assert len(statements.seen) == first
        assert not any("exam_version.settings" in said and "attempt.public_id" in said for said in statements.seen)


class TestScript:
    """Where no header goes, SafeExamBrowser.security.configKey holds the proof for the address of the page."""

    def test_it_opens_the_start_page_and_the_attempt(self, locked: Locked) -> None:
        assert locked.prove(locked.start_path, proof(SITE + locked.start_path, KEY)) == 204
        locked.client.get(locked.start_path)
        assert "Safe Exam Browser" not in locked.client.text()
        answer = locked.client.post(locked.start_path, {"pledge": "y"})
        assert locked.client.get(answer.headers["Location"]).status_code == 200

    def test_it_opens_an_attempt_gone_on_with_after_signing_in_again(self, locked: Locked) -> None:
        path = f"/attempts/{locked.start().public_id}?question=2"
        fresh = locked.browser()
        assert fresh.get(path).status_code == 403
        script = fresh.page.find("script", id="safe-browser")
        assert script is not None
        assert (script["data-url"], script["data-back"]) == ("/safe-browser", path)
        assert locked.prove(path, proof(SITE + path, KEY), fresh) == 204
        assert fresh.get(path).status_code == 200

    @pytest.mark.parametrize(
        ("page", "given"),
        [
            ("/exams/{exam}", proof(f"{SITE}/exams", KEY)),
            ("/exams/{exam}", KEY),
            ("/", proof(f"{SITE}/", KEY)),  # a page of no exam proves nothing
            ("/nowhere", proof(f"{SITE}/nowhere", KEY)),
            ("https://evil.example/", "x"),
            ("/exams/" + "0" * 26, proof(f"{SITE}/exams/{'0' * 26}", KEY)),
            (None, None),
            (1, 2),
        ],
    )
    def test_what_is_no_proof_opens_nothing(self, locked: Locked, page: Any, given: Any) -> None:
        page = page.format(exam=locked.exam.public_id) if isinstance(page, str) else page
        assert locked.prove(page, given) == 422
        assert locked.client.post(locked.start_path, {"pledge": "y"}).status_code == 403

    def test_a_proof_is_of_one_person(self, locked: Locked, session: Session, cast: Cast) -> None:
        begin(session, cast.blaise, locked.version)
        assert locked.prove(locked.start_path, proof(SITE + locked.start_path, KEY)) == 204
        with locked.client.raw.session_transaction() as cookie:
            passed = cookie["safe_browser"]
        other = locked.browser("blaise")
        with other.raw.session_transaction() as cookie:
            cookie["safe_browser"] = passed
        assert other.post(locked.start_path, {"pledge": "y"}).status_code == 403


# What is done about an attempt once it is over, by its candidate or by staff, and what their own browser tells.
AFTERWARDS = ("accommodations.", "appeals.", "signals.")


def test_every_address_of_an_attempt_is_guarded(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules() if "attempt_id" in rule.arguments}
    assert {one for one in endpoints if not one.startswith((*GUARDED, *AFTERWARDS))} == set()
