"""The one document of an exam in a real browser: question by question, saved, two tabs, a slow server, the end."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route
from sqlalchemy import select

from app.assessment.models import Attempt, AttemptItem, ExamPool, QuestionVersion
from tests.assessment.sitting import (
    Candidate,
    give,
    go_on,
    listen,
    nothing_waits,
    opened,
    question_of,
    show,
    until,
    writing,
)
from tests.browser.site import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def candidate(chromium: Browser, site: Site) -> Candidate:
    return Candidate(chromium, site)


def _ask_a_number(candidate: Candidate, slot: int) -> None:
    """Whatever was drawn, this question now asks for a number."""
    with writing(candidate.site) as session:
        attempt = session.scalars(select(Attempt).where(Attempt.public_id == candidate.attempt_id)).one()
        pool = select(ExamPool.question_version_id).where(ExamPool.exam_version_id == attempt.exam_version_id)
        numeric = select(QuestionVersion).where(QuestionVersion.id.in_(pool), QuestionVersion.type == "numeric")
        item = session.get_one(AttemptItem, (attempt.id, slot))
        item.question_version_id, item.option_order = session.scalars(numeric).first().id, []  # type: ignore[union-attr]


def _slowly(route: Route) -> None:
    time.sleep(1)
    route.continue_()


def focused(page: Page) -> str:
    return str(page.evaluate("() => document.activeElement.textContent.trim()"))


def test_the_whole_exam_is_in_one_page_and_back_works(candidate: Candidate) -> None:
    page, seen = candidate.page, []
    page.on("request", lambda one: "/static/" in one.url or seen.append((one.method, one.url.rpartition("/")[2])))
    for number in range(1, 21):
        if number > 1:
            until(lambda number=number: focused(page).startswith(f"Question {number} of 20"))
        assert question_of(page).count() == 1
        assert page.locator("aside .navigator [aria-current]").inner_text().startswith(str(number))
        assert page.title().startswith(f"Question {number},")
        give(page, 0)
        go_on(page)
    page.locator("#complete").wait_for()
    assert page.locator("#complete").inner_text() == "Every question has an answer."
    assert focused(page) == "Before you hand in"
    until(lambda: nothing_waits(page))
    assert seen == [("PUT", str(slot)) for slot in range(1, 21)], "nothing of an open exam is fetched again"
    assert candidate.arrived() == list(range(1, 21))
    page.go_back()
    until(lambda: page.url.endswith("#question-20") and question_of(page).count() == 1)
    page.click("aside .navigator a[href='#question-7']")
    until(lambda: focused(page).startswith("Question 7 of 20"))
    page.click("aside a[href='#review']")
    page.go_back()
    until(lambda: focused(page).startswith("Question 7 of 20"))
    page.focus("a.skip")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert page.url.endswith("#question-7"), "the link to the content leads away from no question"
    opened(page.reload() and page)
    assert page.locator("aside .navigator .answered").count() == 20
    assert question_of(page).get_attribute("data-slot") == "7"


def test_whoever_asks_for_it_stays_with_one_question_a_page(candidate: Candidate) -> None:
    page = candidate.page
    page.goto(f"/attempts/{candidate.attempt_id}?question=2&plain=y")
    for slot in (2, 3):
        page.wait_for_timeout(500)
        assert page.locator("#answer-form").get_attribute("data-slot") == str(slot)
        page.locator("#answer-form .pager button").click()
        page.wait_for_url(f"**question={slot + 1}")


def test_marks_answers_and_blanks_are_told_and_kept(candidate: Candidate) -> None:
    page = candidate.page
    heard = listen(page, "aside .navigator a")
    give(page, 0)
    question_of(page).locator("[name=flag]").check()
    until(lambda: heard()[-1:] == ["1 (answered, marked)"])
    assert heard()[0] == "1 (answered, not sent yet)"
    page.click("aside a[href='#review']")
    page.locator("#unanswered").wait_for()
    assert page.locator("#unanswered").inner_text().startswith("19 questions have no answer.")
    assert page.locator("#flagged").inner_text().split("\n")[0] == "Marked to come back to"
    with candidate.site.database() as session:
        marked = select(AttemptItem.slot).join(Attempt).where(Attempt.public_id == candidate.attempt_id)
        assert session.scalars(marked.where(AttemptItem.flagged)).all() == [1]
    page.locator("#flagged a").click()
    question_of(page).wait_for()
    assert question_of(page).get_attribute("data-slot") == "1"


def test_two_tabs_are_shown_both_answers_and_the_person_chooses(candidate: Candidate) -> None:
    first, second = candidate.open(3), candidate.open(3, candidate.new_page())
    for slot, choose, revision in ((3, "ours", 2), (4, "theirs", 1)):
        for page in (first, second):
            show(page, slot)
        give(first, 0)
        until(lambda: "Saved at" in candidate.said(first))
        kept = until(lambda slot=slot: candidate.in_force(slot))
        give(second, 1)
        choice = question_of(second).locator("[data-conflict]")
        choice.wait_for()
        assert f"Question {slot} was answered twice" in candidate.said(second)
        there, here = choice.locator("dd").all_inner_texts()
        assert there.strip()
        assert here.strip()
        assert there != here
        assert candidate.in_force(slot) == kept
        choice.locator(f"[data-choose={choose}]").click()
        until(lambda: "Saved at" in candidate.said(second))
        assert choice.count() == 0
        now = candidate.in_force(slot)
        assert (now == kept) is (choose == "theirs")
        assert now is not None
        assert now[0] == revision
    assert candidate.events(3) == [True, False, True]
    assert candidate.events(4) == [True, False]
    until(lambda: nothing_waits(second))


def test_an_answer_changed_while_it_is_on_its_way_is_sent_after_it(candidate: Candidate) -> None:
    page = candidate.page
    page.route("**/answers/1", _slowly)
    give(page, 0)
    page.wait_for_timeout(1200)
    give(page, 1)
    go_on(page)
    until(lambda: candidate.events(1) == [True, True])
    until(lambda: nothing_waits(page))
    assert (candidate.in_force(1) or (0,))[0] == 2


def test_a_lost_reply_is_no_other_window(candidate: Candidate) -> None:
    """The answer is saved, its reply is lost, and it is changed meanwhile: nobody is asked to choose."""
    page = candidate.page

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/answers/1", lose, times=1)
    give(page, 0)
    until(lambda: "Waiting for the network: 1 answer kept on this device" in candidate.said())
    give(page, 1)
    until(lambda: "Saved at" in candidate.said())
    assert candidate.events(1) == [True, False, True]
    assert (candidate.in_force(1) or (0,))[0] == 2
    assert question_of(page).locator("[data-conflict]").count() == 0


def test_a_server_that_asks_to_wait_is_waited_for(candidate: Candidate) -> None:
    page, tries = candidate.page, []

    def refuse(route: Route) -> None:
        tries.append(time.monotonic())
        route.fulfill(status=429, headers={"Retry-After": "3"}, content_type="application/problem+json", body="{}")

    page.route("**/answers/1", refuse, times=1)
    give(page, 0)
    until(lambda: "The site is busy: 1 answer kept on this device" in candidate.said())
    until(lambda: candidate.in_force(1))
    assert time.monotonic() - tries[0] >= 3
    assert "Saved at" in until(lambda: "Saved at" in candidate.said() and candidate.said())


def test_an_answer_that_the_server_refuses_is_said_in_its_own_words(candidate: Candidate) -> None:
    page = candidate.page
    page.route(
        "**/answers/1",
        lambda route: route.fulfill(status=422, content_type="application/problem+json", body='{"detail": "Reload."}'),
        times=1,
    )
    give(page, 0)
    until(lambda: candidate.said() == "Question 1 is not saved. Reload.")
    give(page, 1)
    until(lambda: "Saved at" in candidate.said())


def test_a_word_where_a_number_is_asked_is_saved_and_said(candidate: Candidate) -> None:
    _ask_a_number(candidate, 7)
    candidate.page.reload()
    page = candidate.open(7)
    field = page.locator("#q7")
    field.fill("plenty")
    until(lambda: "but not read as a number" in candidate.said())
    assert candidate.in_force(7) == (1, {"text": "plenty", "lang": "en"})
    assert page.inner_text("#q7-read") == "Write a number, for example 32,000."
    field.fill("32,000")
    until(lambda: candidate.in_force(7) == (2, {"text": "32,000", "lang": "en"}))
    until(lambda: page.inner_text("#q7-read") == "We read: 32000")
    assert "not read" not in candidate.said()
    field.fill("")
    until(lambda: candidate.in_force(7) == (3, None))
    until(lambda: page.inner_text("#q7-read") == "")


def test_the_time_can_be_hidden_and_the_choice_is_kept(candidate: Candidate) -> None:
    page = candidate.page
    assert page.locator("#time-left").is_visible()
    with page.expect_response("**/timer"):
        page.get_by_role("button", name="Hide the timer").click()
    assert not page.locator("#time-left").is_visible()
    opened(page.reload() and page)
    assert not page.locator("#time-left").is_visible()
    with page.expect_response("**/timer"):
        page.get_by_role("button", name="Show the timer").click()
    assert page.locator("#time-left").is_visible()


def test_five_minutes_and_one_minute_are_said_once(chromium: Browser, site: Site) -> None:
    candidate = Candidate(chromium, site)
    page: Any = candidate.page
    page.clock.install()
    opened(page.reload() and page)
    heard = listen(page, "#announcer")
    left = page.locator("#exam").get_attribute("data-left")
    page.clock.run_for((int(left) - 310) * 1000)
    assert heard() == []
    page.clock.run_for(70_000)
    page.clock.run_for(200_000)
    assert heard() == ["5 minutes left", "1 minute left"]
    page.clock.run_for(40_000)
    assert heard()[-1] == "The time is over: what is saved is handed in for you."
