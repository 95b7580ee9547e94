"""The whole way from registering to the result with scripts off, on the narrowest screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.site import Site
from tests.browser.visitor import Visitor
from tests.journeys import learner

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_from_registering_to_the_result(site: Site, visitors: Callable[..., Visitor], letters: Path) -> None:
    person = visitors(language="fr", width=320, javascript=False)
    email = "solange@example.org"
    learner.register(person, letters, "Solange Kaboré", email)
    learner.enrol(person, site)
    learner.study(person, site)
    answers = learner.start_exam(person, site)
    for slot in sorted(answers)[:-1]:
        learner.answer(person, answers[slot])
        person.press("Save and go on")
    person.press("Review and hand in")
    unanswered = person.page.locator("main").get_by_role(
        "link", name=person.words("Question %(number)s", number=len(answers))
    )
    with person.page.expect_navigation():
        unanswered.first.click()
    person.look()
    learner.answer(person, answers[len(answers)])
    person.page.locator("input[name=flag]").check()
    person.press("Save and review")
    person.sees("Marked to come back to")
    learner.hand_in(person)
    person.sees("Get my certificate")
    person.sign_out()
    person.sees("You are signed out.")
