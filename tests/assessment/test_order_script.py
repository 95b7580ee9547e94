"""Questions taken in order, in a real browser: with and without a script, without a network, in two windows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from app.assessment.models import Attempt
from tests.assessment.sitting import Candidate, give, nothing_waits, opened, question_of, until
from tests.browser.site import Site
from tests.courses import Small, question

pytestmark = pytest.mark.browser
STEMS = [f"STEM-{number}-" for number in range(1, 4)]


@pytest.fixture(scope="module")
def small() -> Iterator[Small]:
    """Three questions to type an answer to, taken in order."""
    asked = [question("text", f"ordre-{number}", stem={"fr": stem, "en": stem}) for number, stem in enumerate(STEMS)]
    rows = [{"domain": "alpha", "level": 1, "count": 3, "points": "1"}]
    settings = {"navigation": "forward", "duration_s": 7200}
    yield Small(slug="ordre", exam_questions=asked, blueprint=rows, exam_settings=settings)


@pytest.fixture
def candidate(chromium: Browser, site: Site, small: Small) -> Candidate:
    return Candidate(chromium, site, small)


def at(candidate: Candidate) -> int | None:
    with candidate.site.database() as session:
        found = select(Attempt.current_slot).where(Attempt.public_id == candidate.attempt_id)
        return session.scalar(found)


def stems_in(page: Page) -> int:
    return sum(stem in page.content() for stem in STEMS)


def leave(page: Page, slot: int) -> None:
    page.click("#go-on button")
    page.wait_for_url(f"**/questions#question-{slot + 1}")
    opened(page)


def test_one_question_after_the_other_to_the_end(candidate: Candidate) -> None:
    page = candidate.page
    for slot in (1, 2, 3):
        assert (stems_in(page), question_of(page).count()) == (1, 1)
        assert f"Question {slot} of 3" in question_of(page).inner_text()
        give(page, slot)
        page.keyboard.press("Enter")
        until(lambda: "Saved at" in candidate.said())
        assert at(candidate) == slot, "Enter saves, and stays"
        if slot < 3:
            assert "for good" in page.inner_text("#before-going")
            leave(page, slot)
    page.reload()
    opened(page)
    assert "Question 3 of 3" in question_of(page).inner_text()
    page.click("#way-on a")
    page.locator("#review").wait_for()
    assert page.locator("#complete").is_visible()
    assert not page.locator("#way-on").is_visible()
    page.click("#hand-in button")
    page.wait_for_url("**/result")
    assert [candidate.in_force(slot) for slot in (1, 2, 3)] == [
        (1, {"text": str(slot), "lang": "en"}) for slot in (1, 2, 3)
    ]


def test_going_on_waits_for_the_network_and_keeps_the_answer(candidate: Candidate) -> None:
    page = candidate.page
    candidate.context.set_offline(True)
    give(page, 7)
    page.click("#go-on button")
    held = page.locator("#way-on [data-held]")
    until(lambda: "still unsent" in held.inner_text())
    assert at(candidate) == 1
    candidate.context.set_offline(False)
    until(lambda: "Saved at" in candidate.said())
    candidate.context.set_offline(True)
    page.click("#go-on button")
    until(lambda: "there is no network" in held.inner_text())
    candidate.context.set_offline(False)
    leave(page, 1)
    assert (candidate.in_force(1), at(candidate)) == ((1, {"text": "7", "lang": "en"}), 2)


def test_a_question_without_an_answer_is_asked_about_once_more(candidate: Candidate) -> None:
    page = candidate.page
    page.click("#go-on button")
    page.wait_for_url("**/questions/1/departure")
    assert "This question has no answer." in page.inner_text("main")
    assert (stems_in(page), at(candidate)) == (0, 1)
    page.click("main a.button")
    opened(page)
    page.click("#go-on button")
    page.click("main form button")
    page.wait_for_url("**/questions#question-2")
    assert at(candidate) == 2


def test_a_window_that_was_left_behind_says_so(candidate: Candidate) -> None:
    behind = candidate.page
    give(behind, 1)
    until(lambda: nothing_waits(behind) and "Saved at" in candidate.said())
    ahead = candidate.open(1, candidate.new_page())
    leave(ahead, 1)
    give(behind, 2)
    until(lambda: "does not count" in candidate.said(behind))
    assert behind.locator("#left-behind").is_visible()
    assert (candidate.in_force(1), candidate.events(1)) == ((1, {"text": "1", "lang": "en"}), [True, False])
    behind.click("#left-behind a")
    behind.locator("#question-2").wait_for()
    assert "Question 2 of 3" in question_of(behind).inner_text()


def test_an_answer_kept_on_the_device_comes_after_another_window_went_on(candidate: Candidate) -> None:
    """The device's clock proves nothing: what reaches us after the question was left is kept, told, and not counted."""
    behind = candidate.page
    ahead = candidate.open(1, candidate.new_page())
    give(ahead, 3)
    until(lambda: "Saved at" in candidate.said(ahead))
    behind.route("**/answers/1", lambda route: route.abort())
    give(behind, 4)
    until(lambda: "1 answer kept on this device" in candidate.said(behind))
    leave(ahead, 1)
    behind.close()
    until(lambda: candidate.events(1) == [True, False] or (ahead.reload() and False))
    assert candidate.in_force(1) == (1, {"text": "3", "lang": "en"})
    until(lambda: "Question 1 was left before this answer came" in candidate.said(ahead))


def test_without_a_script(chromium: Browser, site: Site, small: Small) -> None:
    candidate = Candidate(chromium, site, small)
    context = chromium.new_context(base_url=site.url, locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    candidate.come_in(page)
    page.goto(f"/attempts/{candidate.attempt_id}?question=3")
    for slot in (1, 2, 3):
        assert stems_in(page) == 1
        page.locator("#answer-form input:not([type=hidden])").first.fill(str(slot))
        page.keyboard.press("Enter")
        assert at(candidate) == slot, "Enter saves, and stays"
        assert page.locator("#answer-form input:not([type=hidden])").first.input_value() == str(slot)
        page.locator("#answer-form button").last.click()
    assert "Before you hand in" in page.inner_text("main")
    page.click("#hand-in button")
    assert "/result" in page.url
    assert [candidate.in_force(slot) for slot in (1, 2, 3)] == [
        (1, {"text": str(slot), "lang": "en"}) for slot in (1, 2, 3)
    ]
