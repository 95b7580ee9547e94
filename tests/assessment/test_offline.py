"""F8 and F25 of the fault list (trust.md §5): the network goes, the session ends; no answer is lost, none is untold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Error, Page
from sqlalchemy import select

from app.accounts.models import Account, UserSession
from app.assessment.models import Attempt
from app.foundation import clock
from tests.assessment.sitting import (
    Candidate,
    give,
    go_on,
    listen,
    new_account,
    nothing_waits,
    opened,
    question_of,
    show,
    until,
    writing,
)
from tests.browser.site import Site
from tests.courses import Small, question

pytestmark = pytest.mark.browser
WITHOUT = "Object.defineProperty(window, '{name}', {{ get() {{ throw new Error('none'); }} }});"
NO_DATABASE = WITHOUT.format(name="indexedDB")
NO_STORE = NO_DATABASE + WITHOUT.format(name="localStorage")


@pytest.fixture
def candidate(chromium: Browser, site: Site) -> Candidate:
    return Candidate(chromium, site)


@pytest.fixture(scope="module")
def fifty() -> Iterator[Small]:
    """An exam of fifty questions to type an answer to."""
    asked = [question("text", f"cinquante-{number}") for number in range(50)]
    rows = [{"domain": "alpha", "level": 1, "count": 50, "points": "1"}]
    yield Small(slug="cinquante", exam_questions=asked, blueprint=rows, exam_settings={"duration_s": 7200})


def seconds_left(page: Page) -> int:
    minutes, seconds = page.locator("#time-left time").inner_text().split(":")
    return int(minutes) * 60 + int(seconds)


def test_fifty_answers_without_a_network_and_a_reload_are_all_saved(
    chromium: Browser, site: Site, fifty: Small
) -> None:
    """F8: offline while all fifty are answered, the tab is reloaded without a network, then the network is back."""
    candidate = Candidate(chromium, site, fifty)
    page = candidate.page
    before = seconds_left(page)
    candidate.context.set_offline(True)
    for number in range(50):
        give(page, number)
        go_on(page)
    until(lambda: candidate.said() == "Waiting for the network: 50 answers kept on this device")
    assert page.locator("#offline").is_visible()
    assert page.locator("aside .navigator .waits, #review .navigator .waits").count() == 100
    page.wait_for_timeout(3000)
    assert candidate.arrived() == []
    with pytest.raises(Error):
        page.reload()
    # What a page sends while it is unloaded does not always meet the emulated lack of a network; its reply is lost.
    assert len(candidate.arrived()) < 10
    candidate.context.set_offline(False)
    candidate.open(1)
    until(lambda: len(candidate.arrived()) == 50)
    until(lambda: nothing_waits(page))
    assert candidate.arrived() == list(range(1, 51)), "in the order in which they were given"
    assert [candidate.in_force(slot) for slot in (1, 25, 50)] == [
        (1, {"text": str(slot - 1), "lang": "en"}) for slot in (1, 25, 50)
    ]
    assert "Saved at" in candidate.said()
    assert page.locator("#q50").input_value() == "49"
    with site.database() as session:
        attempt = session.scalars(select(Attempt).where(Attempt.public_id == candidate.attempt_id)).one()
        left = int((attempt.deadline_at - clock.now()).total_seconds())  # type: ignore[operator]
    assert abs(seconds_left(page) - left) <= 3
    assert seconds_left(page) < before


def test_answers_given_without_a_network_leave_when_it_is_back(candidate: Candidate) -> None:
    page = candidate.page
    candidate.context.set_offline(True)
    heard = listen(page, "#saved")
    give(page, 0)
    until(lambda: candidate.said() == "Waiting for the network: 1 answer kept on this device")
    assert heard()[0] == "Not sent yet"
    assert candidate.in_force(1) is None
    candidate.context.set_offline(False)
    until(lambda: "Saved at" in candidate.said())
    assert not page.locator("#offline").is_visible()
    assert candidate.events(1) == [True]


@pytest.mark.parametrize("without", ["", NO_DATABASE], ids=["database", "storage"])
def test_a_window_closed_without_a_network_loses_nothing(candidate: Candidate, without: str) -> None:
    if without:
        candidate.context.add_init_script(without)
    page = candidate.open(2, candidate.new_page())
    candidate.context.set_offline(True)
    give(page, 1)
    page.wait_for_timeout(300)
    page.close()
    candidate.context.set_offline(False)
    assert candidate.in_force(2) is None
    page = candidate.open(3, candidate.new_page())
    until(lambda: candidate.in_force(2))
    assert candidate.events(2) == [True]
    until(lambda: nothing_waits(page))


def test_a_browser_that_keeps_nothing_says_so(candidate: Candidate) -> None:
    candidate.context.add_init_script(NO_STORE)
    page = candidate.open(2, candidate.new_page())
    candidate.context.set_offline(True)
    give(page, 0)
    until(lambda: "1 answer kept in this page only, leave it open" in candidate.said(page))
    candidate.context.set_offline(False)
    until(lambda: "Saved at" in candidate.said(page))


def test_leaving_with_unsent_answers_warns(candidate: Candidate) -> None:
    page, asked = candidate.page, []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    candidate.context.set_offline(True)
    give(page, 0)
    page.close(run_before_unload=True)
    until(lambda: page.wait_for_timeout(100) or asked == ["beforeunload"])
    candidate.context.set_offline(False)
    until(lambda: "Saved at" in candidate.said())


def test_signing_out_warns_while_answers_are_unsent_and_wipes_them(candidate: Candidate) -> None:
    asked: list[str] = []
    candidate.page.route("**/answers/*", lambda route: route.abort())
    give(candidate.page, 0)
    until(lambda: "kept on this device" in candidate.said())
    other, stay = candidate.new_page(), [True, False]

    def choose(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss() if stay.pop(0) else dialog.accept()

    other.on("dialog", choose)
    other.goto("/courses")
    other.locator("details.account > summary").click()
    other.get_by_role("button", name="Sign out").click()
    assert other.url.endswith("/courses")
    other.get_by_role("button", name="Sign out").click()
    other.wait_for_url("**/sign-in")
    assert len(asked) == 2
    assert "have not been sent yet" in asked[0]
    assert nothing_waits(other)
    names = "async () => (await indexedDB.databases()).map((one) => one.name)"
    assert other.evaluate(names) == []


def test_handing_in_without_a_network_says_why_not_then_sends_everything_first(candidate: Candidate) -> None:
    page = candidate.page
    candidate.context.set_offline(True)
    give(page, 0)
    page.click("aside a[href='#review']")
    hand_in = page.get_by_role("button", name="Hand in my answers")
    hand_in.click()
    until(lambda: "1 answer is still unsent" in page.inner_text("#review [data-held]"))
    candidate.context.set_offline(False)
    until(lambda: "Saved at" in candidate.said())
    page.go_back()
    show(page, 2)
    give(page, 0)
    page.click("aside a[href='#review']")
    hand_in.click()
    page.wait_for_url("**/result")
    assert candidate.events(1) == candidate.events(2) == [True]
    assert nothing_waits(page)


def test_answers_that_come_after_the_end_are_kept_for_the_appeal_and_said(candidate: Candidate) -> None:
    page = candidate.page
    give(page, 0)
    until(lambda: candidate.in_force(1))
    candidate.context.set_offline(True)
    give(page, 1)
    go_on(page)
    give(page, 0)
    page.wait_for_timeout(300)
    page.close()
    with writing(candidate.site) as session:
        attempt = session.scalars(select(Attempt).where(Attempt.public_id == candidate.attempt_id)).one()
        attempt.started_at, attempt.deadline_at = clock.now() - timedelta(hours=2), clock.now() - timedelta(hours=1)
    candidate.context.set_offline(False)
    page = candidate.new_page()
    page.goto(f"/attempts/{candidate.attempt_id}")
    assert page.url.endswith("/result")
    page.get_by_text("Answers of this exam were still on this device").wait_for()
    until(lambda: nothing_waits(page))
    assert candidate.events(1) == [True, False]
    assert candidate.events(2) == [False]
    assert (candidate.in_force(1) or (0,))[0] == 1


def revoke(candidate: Candidate) -> None:
    """Somebody, or something, ends the candidate's sessions."""
    with writing(candidate.site) as session:
        own = select(UserSession).join(Account, Account.id == UserSession.account_id)
        for one in session.scalars(own.where(Account.email == candidate.email)):
            one.revoked_at = clock.now()


def test_a_session_revoked_in_mid_exam_loses_no_answer(candidate: Candidate) -> None:
    """F25: a dialog asks the same person to sign in again; another account is refused; then everything is sent."""
    page, other = candidate.page, new_account(candidate.site, "Boris Adam")
    give(page, 0)
    until(lambda: candidate.in_force(1))
    revoke(candidate)
    go_on(page)
    give(page, 1)
    dialog = page.get_by_role("dialog", name="Your session has ended")
    dialog.wait_for()
    assert "Chloé Petit" in dialog.inner_text()
    assert page.evaluate("() => document.getElementById('sign-in-again').matches(':modal')")
    assert "Your session has ended" in candidate.said()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    go_on(page)
    give(page, 0)
    page.wait_for_timeout(1500)
    assert not dialog.is_visible(), "whoever put it off is asked again by the button alone"
    page.get_by_role("button", name="Sign in again").click()
    with page.expect_popup() as opening:
        dialog.get_by_role("link", name="Sign in").click()
    sheet = opening.value
    candidate.sign_in(sheet, other)
    sheet.get_by_role("heading", name="You are signed in").wait_for()
    page.get_by_text("Another account is signed in in this browser").wait_for()
    assert candidate.arrived() == [1]
    sheet.locator("details.account > summary").click()
    sheet.on("dialog", lambda dialog: dialog.accept())
    sheet.get_by_role("button", name="Sign out").click()
    sheet.wait_for_url("**/sign-in")
    candidate.sign_in(sheet)
    dialog.wait_for(state="hidden")
    until(lambda: "Saved at" in candidate.said())
    assert sheet.is_closed()
    assert candidate.arrived() == [1, 2, 3]
    assert [candidate.events(slot) for slot in (1, 2, 3)] == [[True]] * 3
    until(lambda: nothing_waits(page))
    page.click("aside a[href='#review']")
    page.get_by_role("button", name="Hand in my answers").click()
    page.wait_for_url("**/result")


def test_a_break_waits_for_the_answers(chromium: Browser, site: Site) -> None:
    candidate = Candidate(chromium, site)
    with writing(site) as session:
        attempt = session.scalars(select(Attempt).where(Attempt.public_id == candidate.attempt_id)).one()
        attempt.break_allowance_s = 600
    page: Any = opened(candidate.page.reload() and candidate.page)
    candidate.context.set_offline(True)
    give(page, 0)
    page.get_by_role("button", name="Take a break").click()
    until(lambda: "1 answer is still unsent" in page.inner_text("aside [data-held]"))
    candidate.context.set_offline(False)
    until(lambda: "Saved at" in candidate.said())
    page.get_by_role("button", name="Take a break").click()
    page.get_by_role("heading", name="Break").wait_for()
    page.get_by_role("button", name="End the break").click()
    opened(page)
    assert question_of(page).get_attribute("data-slot") == "2"
