"""The exam page’s script in a real browser: no network, a closed window, two tabs, a slow server, a lost session."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment.models import Answer, AnswerEvent, Attempt, AttemptItem, ExamPool, QuestionVersion
from app.catalog.queries import get_current_version, get_item
from app.foundation.database import prepare_engine
from app.foundation.identifiers import new_public_id
from app.learning.services import enrol, record_quiz
from tests.browser.fixtures import PASSWORD
from tests.browser.site import Site

pytestmark = pytest.mark.browser
LANGUAGE = "en"


class Candidate:
    """Somebody in the exam of the real course, with a browser of their own."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.context, self.site = context, site
        self.page = self.new_page()
        self.attempt_id = ""

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(20_000)
        return page

    def start(self, email: str) -> None:
        self.page.goto("/sign-in")
        self.page.fill("[name=email]", email)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.goto("/learn/ia-au-travail")
        self.page.locator("main a[href^='/exams/']").first.click()
        self.page.check("[name=pledge]")
        self.page.click("main form button")
        found = re.search(r"/attempts/(\w+)", self.page.url)
        assert found is not None
        self.attempt_id = found[1]

    def open(self, slot: int, page: Page | None = None) -> Page:
        page = page or self.page
        page.goto(f"/attempts/{self.attempt_id}?question={slot}")
        return page

    def said(self, page: Page | None = None) -> str:
        return (page or self.page).inner_text("#saved")

    def in_force(self, slot: int) -> tuple[int, Any] | None:
        with self.site.database() as session:
            row = session.execute(
                select(Answer.rev, Answer.payload)
                .join(Attempt, Attempt.id == Answer.attempt_id)
                .where(Attempt.public_id == self.attempt_id, Answer.slot == slot)
            ).one_or_none()
            return (row.rev, row.payload) if row else None

    def events(self, slot: int) -> list[bool]:
        with self.site.database() as session:
            found = select(AnswerEvent.counted).join(Attempt, Attempt.id == AnswerEvent.attempt_id)
            mine = found.where(Attempt.public_id == self.attempt_id, AnswerEvent.slot == slot)
            return list(session.scalars(mine.order_by(AnswerEvent.id)))


def give(page: Page, number: int) -> None:
    """The answer of this number: an option, or a text."""
    if page.locator("#answer").count():
        page.fill("#answer", str(number))
    elif page.locator("input[name=answer][type=checkbox]").count():
        for place, box in enumerate(page.locator("input[name=answer]").all()):
            box.set_checked(place == number)
    else:
        page.locator("input[name=answer]").nth(number).check()


def until(true: Callable[[], Any]) -> Any:
    """Wait for something to come true, twenty seconds at most; returns what it was."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.1)
    raise AssertionError("it never came true")


def nothing_waits(page: Page) -> bool:
    """Has the browser given all its answers away? Asked from here: the page's policy refuses a script that polls."""
    try:
        return bool(page.evaluate("() => Object.keys(localStorage).length === 0"))
    except Error:  # just now it shows itself again, as the server has it
        return False


@pytest.fixture
def candidate(chromium: Browser, site: Site) -> Candidate:
    email = f"{new_public_id().lower()}@example.org"
    words = ("--role", "learner", "--email", email, "--name", "Chloé Petit", "--language", LANGUAGE)
    site.command("accounts", "create", *words, "--password-stdin", typed=PASSWORD + "\n")
    _let_into_the_exam(site, email)
    context = chromium.new_context(base_url=site.url, locale="en-GB")
    candidate = Candidate(context, site)
    candidate.start(email)
    # Left open until the browser ends: closing it by itself hung once, after a window had gone offline.
    return candidate


@contextmanager
def _writing(site: Site) -> Iterator[Session]:
    engine = create_engine(site.database_url)
    prepare_engine(engine)
    with Session(engine) as session:
        yield session
        session.commit()
    engine.dispose()


def _ask_a_number(candidate: Candidate, slot: int) -> None:
    """Whatever was drawn, this question now asks for a number."""
    with _writing(candidate.site) as session:
        attempt = session.scalars(select(Attempt).where(Attempt.public_id == candidate.attempt_id)).one()
        pool = select(ExamPool.question_version_id).where(ExamPool.exam_version_id == attempt.exam_version_id)
        numeric = select(QuestionVersion).where(QuestionVersion.id.in_(pool), QuestionVersion.type == "numeric")
        item = session.get_one(AttemptItem, (attempt.id, slot))
        item.question_version_id, item.option_order = session.scalars(numeric).first().id, []  # type: ignore[union-attr]


def _let_into_the_exam(site: Site, email: str) -> None:
    with _writing(site) as session:
        account = session.scalars(select(Account).where(Account.email == email)).one()
        version = get_current_version(session, "ia-au-travail")
        enrolment = enrol(session, actor=account.actor(), version=version)
        for module in version.modules:
            quiz = get_item(session, version.id, f"{module.slug}-quiz")
            record_quiz(session, enrolment=enrolment, item=quiz, ratio=Decimal(1), mastered=True)


def test_an_answer_given_without_a_network_is_sent_when_it_is_back(candidate: Candidate) -> None:
    page = candidate.open(1)
    candidate.context.set_offline(True)
    give(page, 0)
    until(lambda: "Not saved yet" in candidate.said())
    assert candidate.in_force(1) is None
    candidate.context.set_offline(False)
    until(lambda: "Saved at" in candidate.said())
    assert candidate.in_force(1) is not None
    assert candidate.events(1) == [True]


def test_a_window_closed_without_a_network_loses_nothing(candidate: Candidate) -> None:
    page = candidate.open(2)
    candidate.context.set_offline(True)
    give(page, 1)
    page.close()
    candidate.context.set_offline(False)
    assert candidate.in_force(2) is None
    page = candidate.open(3, candidate.new_page())
    until(lambda: candidate.in_force(2))
    assert candidate.events(2) == [True]
    until(lambda: nothing_waits(page))


def test_two_tabs_are_told_of_each_other_and_the_person_chooses(candidate: Candidate) -> None:
    first, second = candidate.open(3), candidate.open(3, candidate.new_page())
    give(first, 0)
    until(lambda: "Saved at" in candidate.said(first))
    kept = candidate.in_force(3)
    give(second, 1)
    until(lambda: "Another window saved this" in candidate.said(second))
    assert candidate.in_force(3) == kept
    second.click("form .pager button")
    second.wait_for_url("**question=4")
    chosen = candidate.in_force(3)
    assert chosen is not None
    assert chosen[0] == 2
    assert chosen != kept
    assert candidate.events(3) == [True, False, True]


def test_the_button_waits_for_the_answer_on_its_way(candidate: Candidate) -> None:
    page = candidate.open(4)
    page.route("**/answers/4", _slowly)
    give(page, 0)
    page.wait_for_timeout(1200)
    give(page, 1)
    page.click("form .pager button")
    page.wait_for_url("**question=5")
    assert candidate.events(4) == [True, True]
    page.unroute("**/answers/4")
    until(lambda: nothing_waits(page))
    assert candidate.events(4) == [True, True]


def test_the_button_pressed_at_once_shows_the_next_question_once(candidate: Candidate) -> None:
    page = candidate.open(5)
    seen: list[str] = []
    page.on("request", lambda request: seen.append(f"{request.method} {request.url.rpartition('/')[2]}"))
    give(page, 0)
    page.click("form .pager button")
    page.wait_for_url("**question=6")
    until(lambda: nothing_waits(page))
    page.wait_for_timeout(500)
    assert candidate.events(5) == [True]
    assert seen.count(f"GET {candidate.attempt_id}?question=6") == 1
    assert seen.count("PUT 5") == 1


def _slowly(route: Route) -> None:
    time.sleep(1)
    route.continue_()


def test_a_lost_session_is_said_and_the_answer_kept(candidate: Candidate) -> None:
    page = candidate.open(6)
    cookies = candidate.context.cookies()
    candidate.context.clear_cookies()
    give(page, 0)
    until(lambda: "sign in again" in candidate.said())
    candidate.context.add_cookies(cookies)
    until(lambda: "Saved at" in candidate.said())
    assert candidate.events(6) == [True]


def test_a_word_where_a_number_is_asked_is_saved_and_said(candidate: Candidate) -> None:
    _ask_a_number(candidate, 7)
    page = candidate.open(7)
    page.fill("#answer", "plenty")
    until(lambda: "but not read as a number" in candidate.said())
    assert candidate.in_force(7) == (1, {"text": "plenty", "lang": "en"})
    assert page.inner_text("#answer-read") == "Write a number, for example 32,000."
    page.fill("#answer", "32,000")
    until(lambda: candidate.in_force(7) == (2, {"text": "32,000", "lang": "en"}))
    until(lambda: page.inner_text("#answer-read") == "We read: 32000")
    assert "not read" not in candidate.said()
    page.fill("#answer", "")
    until(lambda: candidate.in_force(7) == (3, None))
    until(lambda: page.inner_text("#answer-read") == "")
