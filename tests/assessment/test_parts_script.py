"""Every type of question in a real browser: a whole exam by keyboard alone on a narrow screen; a mark clicked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from app.assessment.models import Attempt, AttemptItem, Result
from tests.assessment.sitting import Candidate, until
from tests.browser.site import Site
from tests.browser.visitor import OVERFLOW
from tests.courses import KINDS, PARTS_KINDS, Small, question, right_payload

pytestmark = pytest.mark.browser


KINDS_IN_ALL = (*KINDS, *PARTS_KINDS)


def sit_down(chromium: Browser, site: Site, kinds: Sequence[str], **options: Any) -> Candidate:
    """Somebody in an exam with one question of each of these types."""
    slug = f"parties-{len(kinds)}"
    asked = [question(kind, f"{slug}-examen-{kind}") for kind in kinds]
    rows = [{"domain": "alpha", "level": 1, "count": len(kinds), "points": "1"}]
    return Candidate(chromium, site, Small(slug=slug, exam_questions=asked, blueprint=rows), **options)


def slots(site: Site, attempt_id: str) -> dict[str, tuple[int, dict[str, Any]]]:
    """By type: the slot, and the payload that answers it right."""
    with site.database() as session:
        items = session.scalars(select(AttemptItem).join(Attempt).where(Attempt.public_id == attempt_id)).all()
        return {item.version.type: (item.slot, right_payload(item)) for item in items}


FOCUS = "() => { const e = document.activeElement; return [e.name ?? '', e.tagName, e.type ?? '']; }"


def tab_to(page: Page, reached: Callable[[str, str, str], bool]) -> None:
    """Press Tab until the focus is there; fail when it never is, or stands where nobody sees it."""
    for _press in range(80):
        page.keyboard.press("Tab")
        if reached(*page.evaluate(FOCUS)):
            until(lambda: page.evaluate(SEEN))
            return
    raise AssertionError("never reached by the keyboard")


# Is the middle of what has the focus on the screen, and not under the bar of the exam?
SEEN = """() => {
  const focus = document.activeElement, box = focus.getBoundingClientRect();
  const found = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return found !== null && (focus.contains(found) || found.contains(focus) || found.closest("label")?.contains(focus));
}"""


def type_parts(page: Page, name: str, given: dict[str, Any]) -> None:
    """Tab from field to field of this question, and give each what it takes; "" stands for the question's own field."""
    left = {f"{name}-{part}" if part else name: value for part, value in given.items()}
    while left:
        tab_to(page, lambda field, _tag, _type: field in left)
        field, tag, kind = page.evaluate(FOCUS)
        value = left.pop(field)
        if tag == "SELECT":
            for _press in range(page.evaluate(PLACE_OF_OPTION, str(value))):
                page.keyboard.press("ArrowDown")
        elif kind == "radio":
            values = page.evaluate("(n) => [...document.getElementsByName(n)].map((one) => one.value)", field)
            page.keyboard.press("Space")
            for _press in range(values.index(value)):
                page.keyboard.press("ArrowRight")
        elif kind == "checkbox":
            tick(page, field, list(value))
        else:
            page.keyboard.type(str(value))


PLACE_OF_OPTION = "(value) => [...document.activeElement.options].findIndex((one) => one.value === value)"


def tick(page: Page, field: str, wanted: list[str]) -> None:
    """Every box that is wanted, from the one that has the focus on."""
    while wanted:
        value = page.evaluate("() => document.activeElement.value")
        if value in wanted:
            page.keyboard.press("Space")
            wanted.remove(value)
        if wanted:
            tab_to(page, lambda name, _tag, _type: name == field)


def by_part(payload: dict[str, Any]) -> dict[str, Any]:
    """What is given to each field of a question; "" is the field of the question itself."""
    given = next(value for name, value in payload.items() if name != "lang")
    return dict(given) if isinstance(given, dict) else {"": given}


def in_any_order(payload: dict[str, Any]) -> dict[str, Any]:
    return {**payload, "choices": sorted(payload["choices"])} if "choices" in payload else payload


def as_sent(payload: dict[str, Any]) -> dict[str, Any]:
    return {**payload, "lang": "en"} if "lang" in payload else payload


def test_a_whole_exam_of_every_type_by_keyboard_alone_on_a_narrow_screen(chromium: Browser, site: Site) -> None:
    candidate = sit_down(chromium, site, KINDS_IN_ALL, viewport={"width": 320, "height": 640})
    page, asked = candidate.page, slots(site, candidate.attempt_id)
    payloads = dict(asked.values())
    assert len(payloads) == len(KINDS_IN_ALL) == 10
    for slot in range(1, len(payloads) + 1):
        type_parts(page, f"q{slot}", by_part(payloads[slot]))
        assert not page.evaluate(OVERFLOW)
        tab_to(page, lambda name, _tag, _type: name == "flag")
        if slot == 2:
            page.keyboard.press("Space")
        tab_to(page, lambda _name, tag, kind: (tag, kind) == ("BUTTON", "submit"))
        page.keyboard.press("Enter")
    page.locator("#review").wait_for()
    until(lambda: "Saved at" in candidate.said())
    for slot, payload in payloads.items():
        assert in_any_order(candidate.in_force(slot)[1]) == in_any_order(as_sent(payload)), slot  # type: ignore[index]
    assert page.locator("#complete").is_visible()
    assert page.locator("#flagged a").all_inner_texts() == ["Question 2"]
    assert not page.evaluate(OVERFLOW)
    tab_to(page, lambda _name, tag, kind: (tag, kind) == ("BUTTON", "submit"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/result")
    assert "Exam passed" in page.inner_text("main")
    with site.database() as session:
        result = session.scalars(select(Result).join(Attempt).where(Attempt.public_id == candidate.attempt_id)).one()
        assert result.total == result.max_points == 10


def test_a_click_on_a_mark_chooses_it(chromium: Browser, site: Site) -> None:
    candidate = sit_down(chromium, site, PARTS_KINDS, viewport={"width": 320, "height": 700})
    slot, payload = slots(site, candidate.attempt_id)["hotspot"]
    page = candidate.open(slot)
    page.locator(f"[data-choice='{payload['choice']}'] text").click()
    assert page.locator(f"input[value='{payload['choice']}']").is_checked()
    assert page.locator(".marks .chosen").count() == 1
    until(lambda: candidate.in_force(slot) == (1, payload))
