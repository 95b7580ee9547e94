"""A list sent from the page with its script: slices, progress, and a CSV made in the browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.foundation.identifiers import new_public_id
from tests.browser.site import Site
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_list_in_slices(site: Site, visitors: Callable[..., Visitor], language: str) -> None:
    person = visitors(language=language, width=320)
    person.go("/verify")
    person.follow("Verify a list")
    rows = [new_public_id() for _ in range(119)] + ["4T9X;=1+1"]
    asked: list[str] = []
    person.page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    person.page.locator("#rows").fill("\n".join(rows))
    person.page.locator("#bulk-form button[type=submit]").click()
    person.page.locator("#bulk-download").wait_for()
    assert [url.rpartition("/")[2] for url in asked] == ["start", "slice", "slice", "slice"]
    assert person.page.locator("#bulk-count").inner_text().split()[0] == "120"
    assert person.page.locator("#bulk-said").inner_text() == person.words("The list is verified.")
    assert person.page.locator("#bulk-table tbody tr").count() == 120
    content = person.downloads(person.page.locator("#bulk-download"))
    assert content is not None
    text = content.decode("utf-8")
    assert text.startswith("\ufeff")
    assert len(text.strip().split("\r\n")) == 121
    assert "'=1+1" in text
    person.look()


def test_a_list_that_is_refused(site: Site, visitors: Callable[..., Visitor]) -> None:
    person = visitors(language="en", width=320)
    person.go("/verify/bulk")
    person.page.locator("#bulk-form button[type=submit]").click()
    person.page.locator("#bulk-problem .banner").wait_for(state="visible")
    person.sees("There is no number in this list. Put one number on each row.")
