"""From registering to a verified certificate and a matched offer: one person, one journey, real pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.fixtures import ADMINISTRATOR
from tests.browser.site import Site
from tests.browser.visitor import Visitor
from tests.journeys import hiring, learner, verifying
from tests.journeys.documents import attached_credential, printed_link, text_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NAMES = {"fr": "Maïwenn Le Goff-Traoré", "en": "Maeve O’Connell"}
ANSWERED_BEFORE_CLOSING = 5


@pytest.mark.parametrize(("language", "width"), [("fr", 1280), ("en", 1280), ("fr", 320)])
def test_from_registering_to_hired(
    site: Site, visitors: Callable[..., Visitor], letters: Path, tmp_path: Path, language: str, width: int
) -> None:
    person = visitors(language=language, width=width)
    name, email = NAMES[language], f"maiwenn-{language}-{width}@example.org"
    learner.register(person, letters, name, email)
    learner.enrol(person, site)
    learner.study(person, site)
    sit_exam(person, site, email)
    content = fetch_certificate(person, tmp_path, name)
    person.sign_out()
    stranger = visitors(language=language, width=width)
    number = urlsplit(printed_link(content)).path.rpartition("/")[2]
    verifying.verify_by_link(stranger, content, name)
    verifying.verify_by_number(stranger, number, name)
    verifying.verify_by_file(stranger, content, name, tmp_path)
    meet(person, visitors, site, letters, name, email)


def sit_exam(person: Visitor, site: Site, email: str) -> None:
    """Half the exam, the window closed in the middle of a question, the rest another day on another device."""
    answers = learner.start_exam(person, site)
    for slot in range(1, ANSWERED_BEFORE_CLOSING):
        learner.answer(person, answers[slot])
        person.press("Save and go on")
    saved_by_itself(person, answers[ANSWERED_BEFORE_CLOSING])
    person.close_browser()
    person.open_browser()
    learner.sign_in(person, email)
    person.follow("Go on with the exam")
    assert learner.slot_of(person) == ANSWERED_BEFORE_CLOSING + 1
    everything_is_there(person, answers)
    for slot in range(ANSWERED_BEFORE_CLOSING + 1, len(answers) + 1):
        learner.answer(person, answers[slot])
        person.press("Save and go on" if slot < len(answers) else "Save and review")
    learner.hand_in(person)


def saved_by_itself(person: Visitor, payload: Mapping[str, Any]) -> None:
    """No button: the page saves an answer and says when."""
    learner.answer(person, payload)
    person.page.locator('#saved[data-state="saved"]').filter(
        has_not_text=person.words("Nothing to save yet")
    ).wait_for()


def everything_is_there(person: Visitor, answers: Mapping[int, Mapping[str, Any]]) -> None:
    """What was answered before the window was closed."""
    attempt = learner.attempt_of(person)
    for slot in range(1, ANSWERED_BEFORE_CLOSING + 1):
        person.go(f"/attempts/{attempt}?question={slot}")
        assert learner.is_filled(person, answers[slot]), f"the answer to question {slot} is lost"
    person.go(f"/attempts/{attempt}")


def fetch_certificate(person: Visitor, folder: Path, name: str) -> bytes:
    """The PDF and the JSON of the certificate just earned; both hold the very same credential."""
    person.follow("Get my certificate")
    links = person.page.locator("main")
    pdf = patient_download(person, person.words("Download the PDF"))
    person.go("/certificates")
    person.follow("Give it to somebody")
    credential = person.downloads(links.get_by_role("link", name=person.words("Signed file (JSON)")))
    assert credential is not None
    path = folder / "certificate.pdf"
    path.write_bytes(pdf)
    assert attached_credential(path) == credential
    assert name in text_of(path)
    return pdf


def patient_download(person: Visitor, link: str) -> bytes:
    """The file of a link, trying again as the page invites one to, until the worker has drawn it."""
    for _try in range(12):
        content = person.downloads(person.page.locator("main").get_by_role("link", name=link))
        if content is not None:
            return content
        person.look()
        person.sees("Your file is being made")
        link = person.words("Try again")
    raise AssertionError("the certificate was never drawn")


def meet(person: Visitor, visitors: Callable[..., Visitor], site: Site, letters: Path, name: str, email: str) -> None:
    """An offer and a person, each finding the other, the same table before both."""
    language, width = person.language, person.width
    employer = visitors(language=language, width=width)
    learner.register(
        employer, letters, "Iris Salvat", f"iris-{language}-{width}@example.org", role="hire certified people"
    )
    hiring.describe_organisation(employer)
    administrator = visitors(language="fr", width=width)  # as their account says
    learner.sign_in(administrator, ADMINISTRATOR)
    hiring.approve(administrator, hiring.organisation_of(employer))
    hiring.publish_offer(employer)
    learner.sign_in(person, email)
    hiring.consent(person)
    seen = hiring.see_the_match(person, site)
    hiring.find_candidate(employer, name)
    hiring.apply(person)
    assert hiring.read_application(employer, name) == seen
