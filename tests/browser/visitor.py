"""Somebody in front of a browser: goes to pages, presses buttons by their words, and notices what is wrong on each."""

from __future__ import annotations

import re
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, Response

from app.foundation.i18n import gettext, use_language
from tests.reviewer import UNTRANSLATED

HEIGHTS = {320: 640, 1280: 900}
# What pokes out of the page sideways, unless it stands in something that scrolls by itself.
OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return "";
  const scrolls = (node) => node && node !== document.body &&
    (["auto", "scroll", "hidden"].includes(getComputedStyle(node).overflowX) || scrolls(node.parentElement));
  const found = [...document.body.querySelectorAll("*")]
    .find((node) => node.getBoundingClientRect().right > wide + 1 && !scrolls(node.parentElement));
  const size = `${document.documentElement.scrollWidth} px in a window of ${wide}`;
  return size + (found ? `: <${found.tagName.toLowerCase()} class="${found.getAttribute("class") || ""}"> ` +
    (found.textContent || "").trim().slice(0, 60) : "");
}"""
REFUSED = "the server responded with a status of 4"  # a refusal that the visitor went to see is not a fault


class Visitor:
    """A person with a browser of their own, in one language, at one width."""

    def __init__(self, browser: Browser, url: str, *, language: str, width: int, javascript: bool = True) -> None:
        self.browser, self.url, self.language, self.width, self.javascript = browser, url, language, width, javascript
        self.problems: list[str] = []
        self.visited: list[str] = []
        self.open_browser()

    def open_browser(self) -> None:
        """A new browser without any cookie."""
        self.context = self.browser.new_context(
            base_url=self.url,
            locale={"fr": "fr-FR", "en": "en-GB"}[self.language],
            viewport={"width": self.width, "height": HEIGHTS[self.width]},
            java_script_enabled=self.javascript,
            accept_downloads=True,
        )
        self.page: Page = self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        self.page.on("response", self._note_failure)
        self.page.set_default_timeout(15_000)

    def close_browser(self) -> None:
        """Close the window in the middle of whatever was going on."""
        self.context.close()

    def __enter__(self) -> Visitor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close_browser()
        if kind is None:
            assert not self.problems, "\n".join(self.problems)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and REFUSED not in message.text:
            self.problems.append(f"console of {self.page.url}: {message.text}")

    def _note_failure(self, response: Response) -> None:
        if response.status >= 500:
            self.problems.append(f"{response.request.method} {response.url} answered {response.status}")

    def words(self, message: str, **values: object) -> str:
        """What the site says for an English message, in this visitor's language."""
        with use_language(self.language):
            return gettext(message, **values)

    def go(self, path: str) -> None:
        """Open an address of the site, or a whole address."""
        self.page.goto(path)
        self.look()

    def look(self) -> None:
        """Notice what no page may have."""
        self.page.wait_for_load_state("load")
        if self.javascript and "/attempts/" in self.page.url:
            self._wait_for_the_exam()
        where = f"{self.page.url} at {self.width} px"
        self.visited.append(self.page.url)
        if overflow := self.page.evaluate(OVERFLOW):
            self.problems.append(f"{where} scrolls sideways, {overflow}")
        lang = self.page.locator("html").get_attribute("lang")
        if lang != self.language:
            self.problems.append(f"{where} says lang={lang!r} to a reader of {self.language!r}")
        text = self.page.locator("body").inner_text()
        if left := UNTRANSLATED.search(text):
            self.problems.append(f"{where} shows {left[0]!r}")

    def press(self, message: str, *, within: Locator | None = None) -> None:
        """Press the button that says this, and look at the page that answers."""
        button = (within or self.page).get_by_role("button", name=self.words(message), exact=True)
        with self.page.expect_navigation():
            button.first.click()
        self.look()

    def follow(self, message: str, *, within: Locator | None = None) -> None:
        """Follow the link that says this, and look."""
        self.follow_named(self.words(message), within=within)

    def follow_named(self, name: str, *, within: Locator | None = None) -> None:
        """Follow a link by its own words, which nobody translates: the title of a course, of an offer."""
        link = (within or self.page).get_by_role("link", name=name, exact=True)
        with self.page.expect_navigation():
            link.first.click()
        self.look()

    def _wait_for_the_exam(self) -> None:
        """The page of one question gives way to the document of all of them, which sends what waited."""
        if self.page.locator("[data-open]").count():
            self.page.wait_for_url("**/questions#*")
        if "/questions" in self.page.url:
            self.page.locator("#exam:not([hidden])").wait_for()
            self.page.locator(f"#{urlsplit(self.page.url).fragment}").wait_for()
        self.page.wait_for_load_state("networkidle")

    def fill(self, label: str, value: str, *, within: Locator | None = None) -> None:
        """Type in the field with this label."""
        self._control(label, within).fill(value)

    def choose(self, label: str, value: str, *, within: Locator | None = None) -> None:
        """Choose in the list with this label."""
        self._control(label, within).select_option(value)

    def tick(self, label: str, *, within: Locator | None = None) -> None:
        """Tick the box, or choose the answer, with these words."""
        self._control(label, within).check()

    def choose_file(self, label: str, path: Path) -> None:
        """Choose a file of this machine."""
        self._control(label, None).set_input_files(path)

    def _control(self, message: str, within: Locator | None) -> Locator:
        """The field of a label, with or without its mark that it is optional; a section may bear the same name."""
        label = re.compile(rf"^\s*{re.escape(self.words(message))}(\s*\(.*\))?\s*$")
        return (within or self.page).get_by_label(label).and_(self.page.locator("input, select, textarea"))

    @property
    def heading(self) -> str:
        """The h1 of the page."""
        return self.page.locator("h1").inner_text()

    def is_headed(self, message: str) -> None:
        """Fail unless this is the page's h1."""
        assert _plain(self.heading) == _plain(self.words(message)), f"{self.page.url} is headed {self.heading!r}"

    def sees(self, message: str, **values: object) -> None:
        """Fail unless the page says this, in this visitor's language, whatever the kind of its spaces."""
        self.reads(self.words(message, **values))

    def reads(self, text: str) -> None:
        """Fail unless the page holds this very text."""
        shown = _plain(self.page.locator("body").inner_text())
        assert _plain(text) in shown, f"{self.page.url} does not say {text!r}:\n{shown[:1500]}"

    def does_not_read(self, text: str) -> None:
        """Fail if the page holds this text."""
        assert _plain(text) not in _plain(self.page.locator("body").inner_text()), f"{self.page.url} says {text!r}"

    def sign_out(self) -> None:
        """By the menu under the person's name."""
        self.page.locator("details.account > summary").click()
        self.press("Sign out")

    def downloads(self, link: Locator) -> bytes | None:
        """What a link gives to keep; None when a page came instead."""
        try:
            with self.page.expect_download(timeout=4_000) as download:
                link.click()
        except Error:
            return None
        return download.value.path().read_bytes()


def _plain(text: str) -> str:
    return " ".join(text.split())
