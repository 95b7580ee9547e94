"""A file that was chosen and not sent, where questions are taken in order: it goes first, or its candidate is told."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Page
from sqlalchemy import select

from app.assessment.models import Attempt
from tests.assessment.papers import PDF
from tests.assessment.sitting import Candidate, give, opened, question_of, until
from tests.assessment.test_order_script import at, leave
from tests.browser.site import Site
from tests.courses import Small, question

pytestmark = pytest.mark.browser
REPORT: FilePayload = {"name": "rapport.pdf", "mimeType": "application/pdf", "buffer": PDF}
NO_REPORT: FilePayload = {"name": "rapport.pdf", "mimeType": "application/pdf", "buffer": b"Des notes."}
KEPT = {"sha256": hashlib.sha256(PDF).hexdigest(), "name": "rapport.pdf"}


def in_order(*kinds: str) -> Small:
    """An exam of one question of each kind, in this order."""
    rows = [{"domain": "alpha", "level": 1, "type": kind, "count": 1, "points": "1"} for kind in kinds]
    asked = [question(kind, f"fichiers-{kind}") for kind in kinds]
    settings = {"navigation": "forward", "duration_s": 7200, "shuffle_questions": False}
    return Small(slug="-".join(("fichiers", *kinds)), exam_questions=asked, blueprint=rows, exam_settings=settings)


@pytest.fixture
def first(chromium: Browser, site: Site) -> Candidate:
    """At a file; a text comes after it."""
    return Candidate(chromium, site, in_order("file", "text"))


@pytest.fixture
def last(chromium: Browser, site: Site) -> Candidate:
    """At a file, which is the last question."""
    candidate = Candidate(chromium, site, in_order("text", "file"))
    give(candidate.page, 1)
    until(lambda: "Saved at" in candidate.said())
    leave(candidate.page, 1)
    return candidate


def choose(page: Page, file: FilePayload = REPORT) -> None:
    page.locator("[name=file]:visible").set_input_files(file)


def chosen(page: Page) -> Any:
    """The name of the file that the field holds, or None."""
    return page.locator("[name=file]:visible").evaluate("(field) => field.files[0]?.name ?? null")


def state(candidate: Candidate) -> str | None:
    with candidate.site.database() as session:
        return session.scalar(select(Attempt.state).where(Attempt.public_id == candidate.attempt_id))


def test_it_is_sent_before_its_question_is_left(first: Candidate) -> None:
    choose(first.page)
    leave(first.page, 1)
    assert (first.in_force(1), first.events(1), at(first)) == ((1, KEPT), [True], 2)
    assert "Question 2 of 2" in question_of(first.page).inner_text()


def test_one_that_replaces_another_too(first: Candidate) -> None:
    page = first.page
    choose(page, {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Des notes."})
    page.get_by_role("button", name="Send this file").click()
    page.get_by_role("link", name="notes.txt").wait_for()
    page.wait_for_url("**/questions#question-1")
    opened(page)
    choose(page)
    leave(page, 1)
    assert (first.in_force(1), at(first)) == ((2, KEPT), 2)


def test_one_that_is_refused_leaves_nothing(first: Candidate) -> None:
    page = first.page
    choose(page, NO_REPORT)
    page.click("#go-on button")
    page.locator("p.error", has_text="pdf").wait_for()
    assert (first.in_force(1), at(first)) == (None, 1)
    choose(page)
    page.get_by_role("button", name="Leave question 1 and go on").click()
    page.wait_for_url("**/questions#question-2")
    assert (first.in_force(1), at(first)) == ((1, KEPT), 2)


def test_without_a_network_it_stays_chosen(first: Candidate) -> None:
    page, held = first.page, first.page.locator("#way-on [data-held]")
    choose(page)
    first.context.set_offline(True)
    page.click("#go-on button")
    until(lambda: "Your file is not sent" in held.inner_text())
    assert (chosen(page), at(first)) == ("rapport.pdf", 1)
    first.context.set_offline(False)
    leave(page, 1)
    assert (first.in_force(1), at(first)) == ((1, KEPT), 2)


def test_what_is_chosen_when_the_time_is_over_is_sent(first: Candidate) -> None:
    """The page's clock runs ahead, so that nothing here depends on speed: the server is asked at once."""
    page = first.page
    page.clock.install()
    opened(page.reload() and page)
    choose(page)
    left = int(page.locator("#exam").get_attribute("data-left") or 0)
    page.clock.run_for(left * 1000)
    until(lambda: first.in_force(1))
    assert (first.in_force(1), first.events(1), at(first)) == ((1, KEPT), [True], 1)
    page.get_by_role("link", name="rapport.pdf").wait_for()


def test_at_the_last_question_handing_in_says_that_it_is_not_sent(last: Candidate) -> None:
    page = last.page
    choose(page)
    page.click("#way-on a")
    page.locator("#review").wait_for()
    page.click("#hand-in button")
    told = page.locator("#review [data-held]")
    until(lambda: "Question 2: the file that you chose is not sent yet." in told.inner_text())
    assert (state(last), last.in_force(2)) == ("in_progress", None)
    page.click("#hand-in a")
    page.locator("#question-2").wait_for()
    assert chosen(page) == "rapport.pdf"
    page.get_by_role("button", name="Send this file").click()
    page.get_by_role("link", name="rapport.pdf").wait_for()
    page.wait_for_url("**/questions#question-2")
    opened(page)
    page.click("#way-on a")
    page.locator("#review").wait_for()
    page.click("#hand-in button")
    page.wait_for_url("**/result")
    assert (state(last), last.in_force(2)) == ("submitted", (1, KEPT))


def test_without_a_script(chromium: Browser, site: Site) -> None:
    candidate = Candidate(chromium, site, in_order("file", "text"))
    context = chromium.new_context(base_url=site.url, locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    candidate.come_in(page)
    page.goto(f"/attempts/{candidate.attempt_id}")
    choose(page)
    page.get_by_role("button", name="Leave question 1 and go on").click()
    assert "Question 2 of 2" in page.inner_text("main")
    assert (candidate.in_force(1), at(candidate)) == ((1, KEPT), 2)
