"""What a learner does: come in, read, practise, sit the exam; and how a test knows the right answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.assessment.models import Attempt, AttemptItem
from app.catalog.queries import get_current_version
from app.wiring.demo import answer_of
from tests.browser.fixtures import PASSWORD
from tests.browser.letters import link_in, wait_for_letter
from tests.browser.site import Site
from tests.browser.visitor import Visitor

COURSE = "ia-au-travail"
QUESTION = "fieldset.question:visible"


def register(visitor: Visitor, letters: Path, name: str, email: str, *, role: str = "learn and find a job") -> None:
    """Make an account from the sign-in page, and confirm it by the letter's link."""
    visitor.go("/")
    visitor.follow("Sign in")
    visitor.follow("Create an account")
    visitor.fill("First and last name", name)
    visitor.fill("Email address", email)
    visitor.fill("Password", PASSWORD)
    visitor.tick(role)
    visitor.press("Create the account")
    visitor.sees("Look at your mail")
    letter = wait_for_letter(letters, email, "/confirm/")
    assert letter["Content-Language"] == visitor.language
    visitor.go(link_in(letter, "/confirm/"))
    visitor.press("Confirm and sign in")
    visitor.sees("Your address is confirmed. Welcome.")


def sign_in(visitor: Visitor, email: str) -> None:
    """By the form, from the home page."""
    visitor.go("/")
    visitor.follow("Sign in")
    visitor.fill("Email address", email)
    visitor.fill("Password", PASSWORD)
    visitor.press("Sign in", within=visitor.page.locator("main"))


def enrol(visitor: Visitor, site: Site) -> None:
    """From the catalogue to the course's own home."""
    visitor.go("/courses")
    with site.database() as session:
        title = get_current_version(session, COURSE).title[visitor.language]
    visitor.page.locator("main").get_by_role("link", name=re.compile(_without_signs(title))).first.click()
    visitor.look()
    visitor.press("Begin this course")
    assert visitor.page.url.endswith(f"/learn/{COURSE}")


def _without_signs(title: str) -> str:
    """A title whatever its apostrophes and spaces became."""
    return r"\W+".join(re.findall(r"\w+", title))


def study(visitor: Visitor, site: Site) -> None:
    """Every module: its lessons, then its exercises, which open the next one; the project waits for later."""
    with site.database() as session:
        version = get_current_version(session, COURSE)
        modules = [[item.slug for item in module.items if item.kind != "project"] for module in version.modules]
    for *lessons, quiz in modules:
        read_lessons(visitor, len(lessons))
        assert visitor.page.url.endswith(quiz)
        practise(visitor, site)


def read_lessons(visitor: Visitor, lessons: int) -> None:
    """The lessons of a module; a question of the first one is answered, one step of its worked example is opened."""
    visitor.follow("Go on")
    _try_first_question(visitor)
    _open_worked_steps(visitor)
    for _lesson in range(lessons):
        assert visitor.page.locator("article .prose").count() == 1
        visitor.press("Done, go on")


def _try_first_question(visitor: Visitor) -> None:
    """Without an answer, then with one: what was read comes back with its reasons."""
    form = visitor.page.locator("form.try").first
    visitor.press("Check my answer", within=form)
    visitor.sees("Choose or write an answer first.")
    form = visitor.page.locator("form.try").first
    form.locator("input[type=radio], input[type=checkbox]").first.check()
    visitor.press("Check my answer", within=form)
    assert visitor.page.locator("form.try").first.locator(".option .mark").first.is_visible()
    visitor.follow("Try again")


def _open_worked_steps(visitor: Visitor) -> None:
    steps = visitor.page.locator(".worked details > summary")
    assert steps.count() >= 2
    for number in range(steps.count()):
        steps.nth(number).click()


def right_answers(site: Site, attempt_id: str, language: str) -> dict[int, Mapping[str, Any]]:
    """The right answer to every question of an attempt, by slot, from the keys in the database."""
    with site.database() as session:
        items = session.scalars(
            select(AttemptItem)
            .join(Attempt, Attempt.id == AttemptItem.attempt_id)
            .where(Attempt.public_id == attempt_id)
        ).all()
        return {item.slot: answer_of(item, right=True, language=language) for item in items}


def attempt_of(visitor: Visitor) -> str:
    """The public id of the attempt in the address."""
    found = re.search(r"/attempts/(\w+)", visitor.page.url)
    assert found, f"{visitor.page.url}: {visitor.page.locator('main').inner_text()}"
    return found[1]


def slot_of(visitor: Visitor) -> int:
    """The number of the question on the page."""
    return int(visitor.page.locator(".navigator a[aria-current]:visible").inner_text().split()[0])


def answer(visitor: Visitor, payload: Mapping[str, Any]) -> None:
    """Choose or type an answer on the page of a question."""
    if "text" in payload:
        visitor.page.locator(f"{QUESTION} input:not([type])").fill(str(payload["text"]))
        return
    for token in payload.get("choices") or [payload["choice"]]:
        visitor.page.locator(f'{QUESTION} input[value="{token}"]').check()


def practise(visitor: Visitor, site: Site) -> None:
    """The exercises of the module, all right, each explained at once."""
    visitor.press("Begin the exercises")
    answers = right_answers(site, attempt_of(visitor), visitor.language)
    for _question in answers:
        answer(visitor, answers[slot_of(visitor)])
        visitor.press("Check my answer")
        marks = visitor.page.locator(".question :is(.mark, .callout .label)").all_inner_texts()
        assert {mark.strip() for mark in marks} == {visitor.words("Right")}
        if visitor.page.get_by_role("link", name=visitor.words("Next question")).count():
            visitor.follow("Next question")
    visitor.press("See my score")
    visitor.sees("Exercises passed")
    visitor.follow("Go on with the course")


def start_exam(visitor: Visitor, site: Site) -> dict[int, Mapping[str, Any]]:
    """From the course's home; the pledge is asked for. Returns the right answers."""
    visitor.follow("See the exam")
    visitor.page.locator("input[name=pledge]").check()
    visitor.press("Start the exam")
    return right_answers(site, attempt_of(visitor), visitor.language)


def hand_in(visitor: Visitor) -> None:
    """From the page that lists what is unanswered, to the result."""
    visitor.sees("Every question has an answer.")
    visitor.press("Hand in my answers")
    visitor.sees("Exam passed")


def is_filled(visitor: Visitor, payload: Mapping[str, Any]) -> bool:
    """Does the page show this answer?"""
    if "text" in payload:
        return visitor.page.locator(f"{QUESTION} input:not([type])").input_value() == payload["text"]
    ticked = visitor.page.locator(f"{QUESTION} .options input:checked").evaluate_all("all => all.map(one => one.value)")
    return set(ticked) == set(payload.get("choices") or [payload["choice"]])
