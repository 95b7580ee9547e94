"""A text and a file in a real browser: saved and counted while typed, kept without a network, sent by the form."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from app.accounts.models import Account
from app.assessment.models import Answer, Attempt, AttemptItem
from app.foundation.identifiers import new_public_id
from tests.assessment.papers import PDF, ROWS
from tests.assessment.sitting import opened, writing
from tests.browser.fixtures import PASSWORD
from tests.browser.site import Site
from tests.courses import Small, begin, question

pytestmark = pytest.mark.browser


def sit_down(chromium: Browser, site: Site, *, script: bool = True) -> tuple[Page, str, dict[str, int]]:
    """Somebody in an exam with a text and a file: the page, the attempt's public id, the slots by type."""
    email = f"{new_public_id().lower()}@example.org"
    words = ("--role", "learner", "--email", email, "--name", "Nour Haddad", "--language", "en")
    site.command("accounts", "create", *words, "--password-stdin", typed=PASSWORD + "\n")
    asked = [question(kind, f"ecrits-examen-{kind}") for kind in ("single", "essay", "file")]
    with writing(site) as session:
        small = Small(slug="ecrits", exam_questions=asked, blueprint=ROWS, exam_settings={"shuffle_questions": False})
        version = small.publish(session)
        begin(session, session.scalars(select(Account).where(Account.email == email)).one(), version)
    page = chromium.new_context(base_url=site.url, java_script_enabled=script).new_page()
    page.set_default_timeout(20_000)
    page.goto("/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto("/learn/ecrits")
    page.locator("main a[href^='/exams/']").first.click()
    page.check("[name=pledge]")
    page.click("main form button")
    settled(page, script)
    found = re.search(r"/attempts/(\w+)", page.url)
    assert found is not None
    with site.database() as session:
        items = session.scalars(select(AttemptItem).join(Attempt).where(Attempt.public_id == found[1])).all()
        return page, found[1], {item.version.type: item.slot for item in items}


def settled(page: Page, script: bool) -> None:
    """Wait for a question: with a script, its own page gives way to the document of the exam."""
    page.wait_for_url(re.compile(r"/questions#question-\d+$" if script else r"/attempts/\w+"))
    if script:
        opened(page)


def at(page: Page, attempt_id: str, slot: int) -> Page:
    """The document of the exam, at this question."""
    page.goto(f"/attempts/{attempt_id}/questions#question-{slot}")
    return opened(page)


def comes_to(site: Site, attempt_id: str, slot: int, expected: dict[str, Any]) -> bool:
    """Does the answer come to what is expected, within twenty seconds?"""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with site.database() as session:
            in_force = select(Answer.payload).join(Attempt, Attempt.id == Answer.attempt_id)
            if session.scalar(in_force.where(Attempt.public_id == attempt_id, Answer.slot == slot)) == expected:
                return True
        time.sleep(0.1)
    return False


def test_a_text_is_saved_and_counted_while_it_is_typed(chromium: Browser, site: Site) -> None:
    page, attempt_id, slots = sit_down(chromium, site)
    at(page, attempt_id, slots["essay"])
    text_field, count = page.locator(f"textarea#q{slots['essay']}"), page.locator(f"#q{slots['essay']}-words")
    text_field.press_sequentially("Un : deux.")
    assert count.inner_text() == "Words: 2"
    page.keyboard.press("Enter")
    page.keyboard.type("Trois quatre cinq six sept")
    assert count.inner_text() == "Words: 7. 2 too many."
    text = "Un : deux.\nTrois quatre cinq six sept"
    assert comes_to(site, attempt_id, slots["essay"], {"text": text})
    page.locator("#saved[data-state=saved]").wait_for()
    opened(page.reload() and page)
    assert text_field.input_value() == text
    assert count.inner_text() == "Words: 7. 2 too many."


def test_a_text_typed_without_a_network_is_kept_and_sent(chromium: Browser, site: Site) -> None:
    page, attempt_id, slots = sit_down(chromium, site)
    at(page, attempt_id, slots["essay"])
    page.context.set_offline(True)
    page.locator(f"textarea#q{slots['essay']}").press_sequentially("Écrit sans réseau.")
    page.locator("#saved[data-state=offline]").wait_for()
    page.context.set_offline(False)
    assert comes_to(site, attempt_id, slots["essay"], {"text": "Écrit sans réseau."})


@pytest.mark.parametrize("script", [True, False])
def test_a_file_is_sent_by_its_form_with_and_without_a_script(chromium: Browser, site: Site, script: bool) -> None:
    page, attempt_id, slots = sit_down(chromium, site, script=script)

    def go_to_the_file() -> None:
        page.goto(f"/attempts/{attempt_id}?question={slots['file']}")
        settled(page, script)

    go_to_the_file()
    page.set_input_files("[name=file]", {"name": "rapport.pdf", "mimeType": "application/pdf", "buffer": PDF})
    page.get_by_role("button", name="Send this file").click()
    page.get_by_role("link", name="rapport.pdf").wait_for()
    settled(page, script)
    assert "Saved at" in page.locator("#saved").inner_text()
    page.set_input_files("[name=file]", {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Des notes."})
    page.get_by_role("button", name="Save and review").click()
    page.wait_for_url(re.compile(r"review$"))
    go_to_the_file()
    page.get_by_role("link", name="notes.txt").wait_for()
    page.get_by_role("button", name="Remove it").click()
    page.get_by_role("link", name="notes.txt").wait_for(state="detached")
