"""Somebody in an exam of a running site, with a browser of their own, and what the database has of it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.accounts.passwords import hash_password
from app.accounts.services import create_account
from app.assessment.models import Answer, AnswerEvent, Attempt
from app.catalog.queries import get_current_version, get_item
from app.foundation.actor import SYSTEM
from app.foundation.database import prepare_engine
from app.foundation.identifiers import new_public_id
from app.foundation.permissions import Role
from app.learning.services import enrol, record_quiz
from tests.browser.fixtures import PASSWORD
from tests.browser.site import Site
from tests.courses import Small, begin

LANGUAGE = "en"
REAL = "ia-au-travail"


@contextmanager
def writing(site: Site) -> Iterator[Session]:
    """A session that may change the site's database; committed at the end."""
    engine = create_engine(site.database_url)
    prepare_engine(engine)
    with Session(engine) as session:
        yield session
        session.commit()
    engine.dispose()


def new_account(site: Site, name: str = "Chloé Petit") -> str:
    """The address of somebody new, whose password is PASSWORD."""
    email, password_hash = f"{new_public_id().lower()}@example.org", hash_password(PASSWORD)
    with writing(site) as session:
        create_account(
            session, actor=SYSTEM, name=name, email=email, role=Role.LEARNER, language=LANGUAGE,
            password_hash=password_hash,
        )  # fmt: skip
    return email


def let_in(site: Site, email: str, small: Small | None = None) -> str:
    """May sit the exam of the real course, or of a small one, published for them; returns the course's slug."""
    with writing(site) as session:
        account = session.scalars(select(Account).where(Account.email == email)).one()
        if small is not None:
            begin(session, account, small.publish(session))
            return small.slug
        version = get_current_version(session, REAL)
        enrolment = enrol(session, actor=account.actor(), version=version)
        for module in version.modules:
            quiz = get_item(session, version.id, f"{module.slug}-quiz")
            record_quiz(session, enrolment=enrolment, item=quiz, ratio=Decimal(1), mastered=True)
    return REAL


class Candidate:
    """Somebody in an exam: pages of the one document, what they say, what the database holds."""

    def __init__(self, chromium: Browser, site: Site, small: Small | None = None, **options: Any) -> None:
        # Left open until the browser ends: closing it by itself hung once, after a window had gone offline.
        self.context: BrowserContext = chromium.new_context(base_url=site.url, locale="en-GB", **options)
        self.site, self.page, self.email = site, self.new_page(), new_account(site)
        self.attempt_id = self._start(let_in(site, self.email, small))

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(20_000)
        return page

    def sign_in(self, page: Page, email: str | None = None) -> None:
        """By the form of the sign-in page that is open."""
        page.fill("[name=email]", email or self.email)
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit]")

    def come_in(self, page: Page) -> None:
        """From the sign-in page to the page that follows it."""
        page.goto("/sign-in")
        self.sign_in(page)
        page.wait_for_url(lambda url: "/sign-in" not in url)

    def _start(self, course: str) -> str:
        self.come_in(self.page)
        self.page.goto(f"/learn/{course}")
        self.page.locator("main a[href^='/exams/']").first.click()
        self.page.check("[name=pledge]")
        self.page.click("main form button")
        opened(self.page)
        found = re.search(r"/attempts/(\w+)/questions#question-1$", self.page.url)
        assert found is not None, self.page.url
        return found[1]

    def open(self, slot: int, page: Page | None = None) -> Page:
        """The document, at one question."""
        page = page or self.page
        page.goto(f"/attempts/{self.attempt_id}/questions#question-{slot}")
        return opened(page)

    def said(self, page: Page | None = None) -> str:
        return (page or self.page).inner_text("#saved")

    def in_force(self, slot: int) -> tuple[int, Any] | None:
        """Revision and payload of an answer, None before the first."""
        with self.site.database() as session:
            row = session.execute(self._mine(select(Answer.rev, Answer.payload), Answer, slot)).one_or_none()
            return (row.rev, row.payload) if row else None

    def events(self, slot: int) -> list[bool]:
        """For each answer that arrived, in order: did it count?"""
        with self.site.database() as session:
            return list(session.scalars(self._mine(select(AnswerEvent.counted), AnswerEvent, slot)))

    def arrived(self) -> list[int]:
        """The questions of all the answers that arrived, in that order."""
        with self.site.database() as session:
            found = select(AnswerEvent.slot).join(Attempt, Attempt.id == AnswerEvent.attempt_id)
            mine = found.where(Attempt.public_id == self.attempt_id).order_by(AnswerEvent.id)
            return list(session.scalars(mine))

    def _mine(self, columns: Any, table: Any, slot: int) -> Any:
        found = columns.join(Attempt, Attempt.id == table.attempt_id)
        mine = found.where(Attempt.public_id == self.attempt_id, table.slot == slot)
        return mine.order_by(table.id) if table is AnswerEvent else mine


def opened(page: Page) -> Page:
    """The same page, once its script shows a question."""
    page.locator("#exam:not([hidden])").wait_for()
    return page


def question_of(page: Page) -> Locator:
    """The one question that is shown."""
    return page.locator("form[data-slot]:visible")


def give(page: Page, number: int) -> None:
    """The answer of this number to the question shown: an option, or a text."""
    form = question_of(page)
    if form.locator("input[inputmode], input:not([type])").count():
        form.locator("input[inputmode], input:not([type])").first.fill(str(number))
    elif form.locator(".options input[type=checkbox]").count():
        for place, box in enumerate(form.locator(".options input").all()):
            box.set_checked(place == number)
    else:
        form.locator(".options input").nth(number).check()


def show(page: Page, slot: int) -> None:
    """Another question, from the list, once it is shown: a click only changes the address, and is back before."""
    page.click(f"aside .navigator a[href='#question-{slot}']")
    page.locator(f"#question-{slot}").wait_for()


def go_on(page: Page) -> None:
    """The button below the question, and the next one, or the list before handing in, once it is shown."""
    slot = int(question_of(page).get_attribute("data-slot") or 0)
    question_of(page).locator(".pager button").click()
    page.locator(f"#question-{slot}").wait_for(state="hidden")


def until(true: Callable[[], Any]) -> Any:
    """Wait for something to come true, twenty seconds at most; returns what it was."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.1)
    raise AssertionError("it never came true")


def listen(page: Page, selector: str) -> Callable[[], list[str]]:
    """Notes what an element says from now on, however short a while; returns how to read it, oldest first."""
    page.evaluate(LISTEN, selector)
    return lambda: [" ".join(text.split()) for text in page.evaluate("() => window.heard")]


LISTEN = """(selector) => {
  const text = () => document.querySelector(selector).innerText;
  let last = text();
  window.heard = [];
  new MutationObserver(() => text() !== last && window.heard.push((last = text())))
    .observe(document.body, { childList: true, subtree: true, characterData: true });
}"""


def nothing_waits(page: Page) -> bool:
    """Has the browser given all its answers away?"""
    return bool(page.evaluate("() => !Object.keys(localStorage).some((name) => name.startsWith('waiting:'))"))
