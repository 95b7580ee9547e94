"""Questions in parts in a real browser: answered by keyboard alone, saved as they are given; a mark clicked."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment.models import Answer, Attempt, AttemptItem
from app.foundation.database import prepare_engine
from app.foundation.identifiers import new_public_id
from tests.browser.fixtures import PASSWORD
from tests.browser.site import Site
from tests.courses import PARTS_KINDS, Small, begin, question, right_payload

pytestmark = pytest.mark.browser


@contextmanager
def writing(site: Site) -> Iterator[Session]:
    engine = create_engine(site.database_url)
    prepare_engine(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def sit_down(chromium: Browser, site: Site, **options: Any) -> tuple[Page, str]:
    """Somebody in an exam with one question of each type in parts, and the attempt's public id."""
    email = f"{new_public_id().lower()}@example.org"
    words = ("--role", "learner", "--email", email, "--name", "Nour Haddad", "--language", "en")
    site.command("accounts", "create", *words, "--password-stdin", typed=PASSWORD + "\n")
    with writing(site) as session:
        asked = [question(kind, f"parties-examen-{kind}") for kind in PARTS_KINDS]
        version = Small(slug="parties", exam_questions=asked).publish(session)
        begin(session, session.scalars(select(Account).where(Account.email == email)).one(), version)
    page = chromium.new_context(base_url=site.url, **options).new_page()
    page.set_default_timeout(20_000)
    page.goto("/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.goto("/learn/parties")
    page.locator("main a[href^='/exams/']").first.click()
    page.check("[name=pledge]")
    page.click("main form button")
    found = re.search(r"/attempts/(\w+)", page.url)
    assert found is not None
    return page, found[1]


def slots(site: Site, attempt_id: str) -> dict[str, tuple[int, dict[str, Any]]]:
    """By type: the slot, and the payload that answers it right."""
    with site.database() as session:
        items = session.scalars(select(AttemptItem).join(Attempt).where(Attempt.public_id == attempt_id)).all()
        return {item.version.type: (item.slot, right_payload(item)) for item in items}


def saved(site: Site, attempt_id: str, slot: int, expected: dict[str, Any]) -> bool:
    """Does the answer come to what is expected, within twenty seconds?"""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with site.database() as session:
            in_force = select(Answer.payload).join(Attempt, Attempt.id == Answer.attempt_id)
            if session.scalar(in_force.where(Attempt.public_id == attempt_id, Answer.slot == slot)) == expected:
                return True
        time.sleep(0.1)
    return False


def type_parts(page: Page, given: dict[str, Any]) -> None:
    """Tab from field to field, and give each what it takes."""
    left = dict(given)
    for _ in range(60):
        page.keyboard.press("Tab")
        name, tag, kind = page.evaluate(
            "(() => { const e = document.activeElement; return [e.name ?? '', e.tagName, e.type ?? '']; })()"
        )
        part = (name or "").removeprefix("answer-")
        if part not in left:
            continue
        value = str(left.pop(part))
        if tag == "SELECT":
            place = page.evaluate("(v) => [...document.activeElement.options].findIndex((o) => o.value === v)", value)
            for _press in range(place):
                page.keyboard.press("ArrowDown")
        elif kind == "radio":
            values = page.evaluate("(n) => [...document.getElementsByName(n)].map((one) => one.value)", name)
            page.keyboard.press("Space")
            for _press in range(values.index(value)):
                page.keyboard.press("ArrowRight")
        else:
            page.keyboard.type(value)
        if not left:
            return
    raise AssertionError(f"never reached by the keyboard: {left}")


def test_every_part_is_answered_by_keyboard_alone_and_saved(chromium: Browser, site: Site) -> None:
    page, attempt_id = sit_down(chromium, site)
    for kind, (slot, payload) in slots(site, attempt_id).items():
        page.goto(f"/attempts/{attempt_id}?question={slot}")
        given = {"answer": payload["choice"]} if kind == "hotspot" else next(iter(payload.values()))
        type_parts(page, given)
        expected = payload if kind != "cloze" else {**payload, "lang": "en"}
        assert saved(site, attempt_id, slot, expected), kind
    page.locator("#saved[data-state=saved]").wait_for()


def test_a_click_on_a_mark_chooses_it(chromium: Browser, site: Site) -> None:
    page, attempt_id = sit_down(chromium, site, viewport={"width": 320, "height": 700})
    slot, payload = slots(site, attempt_id)["hotspot"]
    page.goto(f"/attempts/{attempt_id}?question={slot}")
    page.locator(f"[data-choice='{payload['choice']}'] text").click()
    assert page.locator(f"input[value='{payload['choice']}']").is_checked()
    assert page.locator(".marks .chosen").count() == 1
    assert saved(site, attempt_id, slot, payload)
