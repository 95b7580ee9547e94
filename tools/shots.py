"""`make shots`: photograph every page as each demo person, in both languages, two widths and two lights.

Pictures go to build/shots/<person>/<page>-<fr|en>-<320|1280>-<light|dark>.png, a contact sheet per page to
build/shots/sheets/. `python tools/shots.py verify lesson` takes only the pages whose name has one of these words;
with `--few`, each once in either language, width and light. Every page is also asked what axe-core finds on it.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import count, product
from pathlib import Path
from typing import Any, Literal

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image, ImageDraw  # noqa: E402
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright  # noqa: E402
from shots_school import LETTERS, VISITOR, Shot, prepare  # noqa: E402
from shots_studio import NAMES  # noqa: E402
from shots_verification import STATES  # noqa: E402

from app.wiring.demo import PASSWORD  # noqa: E402
from app.wiring.demo_offers import EMPLOYERS, OFFERS  # noqa: E402
from tests.browser.axe import violations  # noqa: E402
from tests.browser.fixtures import CHROMIUM_OPTIONS  # noqa: E402
from tests.browser.site import Site, new_site, served  # noqa: E402
from tests.browser.visitor import HEIGHTS, OVERFLOW, REFUSED  # noqa: E402
from tests.reviewer import UNTRANSLATED  # noqa: E402

OUT = ROOT / "build" / "shots"
Light = Literal["light", "dark"]
LANGUAGES, WIDTHS = ("fr", "en"), (320, 1280)
LIGHTS: tuple[Light, ...] = ("light", "dark")
Variant = tuple[int, str, Light]
VARIANTS: tuple[Variant, ...] = tuple(product(WIDTHS, LANGUAGES, LIGHTS))
FEW: tuple[Variant, ...] = ((320, "fr", "light"), (1280, "en", "dark"))
THUMBNAILS = {320: 200, 1280: 400}
# What differs from one language or minute to the next in a sentence that nobody translated.
MONTHS = (
    "January February March April May June July August September October November December "
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
)
MASKED = re.compile(rf"\d+|\b(?:{'|'.join(MONTHS.split())})\b", re.IGNORECASE)
OWN_WORDS = {
    "Open Badges 3.0",
    "e-Handbook of Statistical Methods",
    "Parcours simulé …",  # the names of the simulated cohort, numbers masked
    "En ce moment",  # sessions of the demo school's challenges
    "La première fois",
    *LETTERS,
    *NAMES,
    *STATES.values(),
    *(text for employer in EMPLOYERS.values() for text in (employer.name, employer.about)),
    *(offer.title for offer in OFFERS),
}
TALLEST, MARGIN, LABEL = 1000, 12, 18
# The sentences of the page itself: not those of an offer or a lesson in a language of its own, not a source's title.
SENTENCES = """() => [...document.querySelectorAll("main *, header *, footer *")]
  .filter((node) => node.children.length === 0 && !node.closest("body [lang], pre, code, input, textarea, li em"))
  .map((node) => node.textContent.trim().replace(/\\s+/g, " "))
  .filter((text) => text.split(" ").length > 2 && /[a-z]{2}/.test(text))"""


class Camera:
    """Photographs pages of a running site and notes what is wrong on them."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.browser, self.site = browser, site
        self.cookies: dict[str, list[Any]] = {VISITOR: []}
        self.problems: list[str] = []
        self.said: dict[tuple[str, str, str], set[str]] = {}
        self.addresses = count(1)
        self.windows: dict[tuple[str, int, str, Light], BrowserContext] = {}

    def window(self, person: str, width: int, language: str, light: Light) -> BrowserContext:
        """The browser of one person; each window has an address of its own, so that no budget runs out."""
        if (person, width, language, light) not in self.windows:
            self.windows[person, width, language, light] = self._open(person, width, language, light)
        return self.windows[person, width, language, light]

    def _open(self, person: str, width: int, language: str, light: Light) -> BrowserContext:
        number = next(self.addresses)
        context = self.browser.new_context(
            base_url=self.site.url,
            locale={"fr": "fr-FR", "en": "en-GB"}[language],
            viewport={"width": width, "height": HEIGHTS[width]},
            color_scheme=light,
            reduced_motion="reduce",
            extra_http_headers={"X-Forwarded-For": f"10.1.{number // 250}.{number % 250 + 1}"},
        )
        context.set_default_timeout(15_000)
        if person not in self.cookies:
            self.cookies[person] = self._sign_in(context, person)
        context.add_cookies(self.cookies[person])
        return context

    def _sign_in(self, context: BrowserContext, person: str) -> list[Any]:
        page = context.new_page()
        page.goto("/sign-in")
        page.locator("#email").fill(f"{person}@example.org")
        page.locator("#password").fill(PASSWORD)
        with page.expect_navigation():
            page.locator("main form button[type=submit]").first.click()
        if "/sign-in" in page.url:
            raise RuntimeError(f"{person} could not sign in")
        page.close()
        return context.cookies()

    def take(self, shot: Shot, variant: Variant) -> None:
        """One picture."""
        width, language, light = variant
        where = f"{shot.person}/{shot.name}-{language}-{width}-{light}"
        page = self.window(shot.person, width, language, light).new_page()
        try:
            self._develop(page, shot, language, where)
        finally:
            page.close()

    def _develop(self, page: Page, shot: Shot, language: str, where: str) -> None:
        page.on("console", lambda message: self._hear(message, where))
        page.goto(shot.path + ("&" if "?" in shot.path else "?") + f"lang={language}", wait_until="load")
        if shot.act:
            shot.act(page)
        self._examine(page, shot, language, where)
        path = OUT / f"{where}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=path, full_page=True, animations="disabled")

    def _hear(self, message: ConsoleMessage, where: str) -> None:
        if message.type == "error" and REFUSED not in message.text:
            self.problems.append(f"{where}: console: {message.text}")

    def _examine(self, page: Page, shot: Shot, language: str, where: str) -> None:
        if overflow := page.evaluate(OVERFLOW):
            self.problems.append(f"{where}: scrolls sideways, {overflow}")
        if left := UNTRANSLATED.search(page.locator("body").inner_text()):
            self.problems.append(f"{where}: shows {left[0]!r}")
        self.problems += [f"{where}: axe: {found}" for found in violations(page)]
        spoken = {one for one in map(_masked, page.evaluate(SENTENCES)) if re.search(r"[^\W\d_]{2}", one)}
        self.said.setdefault((shot.person, shot.name, language), set()).update(spoken)

    def untranslated(self) -> Iterator[str]:
        """Sentences that a page says the same in both languages."""
        pages: dict[str, set[str]] = defaultdict(set)
        for (person, name, language), french in self.said.items():
            if language == "fr":
                for sentence in french & self.said.get((person, name, "en"), set()):
                    pages[sentence].add(f"{person}/{name}")
        for sentence in {"… questions, … min", *map(_masked, OWN_WORDS)} & pages.keys():
            del pages[sentence]
        for sentence, where in sorted(pages.items()):
            yield f"{sentence!r} is the same in both languages: {', '.join(sorted(where)[:3])}"


def _masked(sentence: str) -> str:
    """The sentence without what a translation does not change: “Saved at 14:32” is the same at 14:33."""
    return MASKED.sub("…", sentence)


def sheet(name: str, people: Sequence[str]) -> None:
    """One picture with every variant of a page: a row per person, narrow screens first."""
    rows = []
    for person in people:
        row = [
            (
                f"{person} {language} {width} {light}",
                _thumbnail(OUT / person / f"{name}-{language}-{width}-{light}.png", width),
            )
            for width, language, light in VARIANTS
        ]
        rows.append(row)
    wide = sum(THUMBNAILS[width] + MARGIN for width, _language, _light in VARIANTS) + MARGIN
    heights = [max(picture.height for _label, picture in row) + LABEL + MARGIN for row in rows]
    whole = Image.new("RGB", (wide, sum(heights) + MARGIN), "#8a8a84")
    pen, top = ImageDraw.Draw(whole), MARGIN
    for row, height in zip(rows, heights, strict=True):
        left = MARGIN
        for label, picture in row:
            pen.text((left, top), label, fill="#ffffff")
            whole.paste(picture, (left, top + LABEL))
            left += picture.width + MARGIN
        top += height
    (OUT / "sheets").mkdir(exist_ok=True)
    whole.save(OUT / "sheets" / f"{name}.png")


def _thumbnail(path: Path, width: int) -> Image.Image:
    """A picture made small, its foot cut when it is very long."""
    with Image.open(path) as picture:
        scale = THUMBNAILS[width] / picture.width
        height = min(picture.height, int(TALLEST / scale))
        part = picture.convert("RGB").crop((0, 0, picture.width, height))
        return part.resize((THUMBNAILS[width], max(1, int(height * scale))), Image.Resampling.LANCZOS)


def main() -> int:
    """Photograph pages; returns 1 when something is wrong on one."""
    parser = argparse.ArgumentParser(prog="make shots", description="Photograph every page, and look for faults.")
    parser.add_argument("words", nargs="*", help="only pages whose name has one of these words")
    parser.add_argument("--few", action="store_true", help="two variants of each page, and no contact sheet")
    chosen = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is not installed: apt-get install chromium", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="passerelle-shots-") as folder:
        site = new_site(Path(folder) / "instance", development=True, TRUSTED_PROXIES="1")
        whole = prepare(site.environ)
        shots = [one for one in whole if not chosen.words or any(word in one.name for word in chosen.words)]
        variants = FEW if chosen.few else VARIANTS
        with served(site, with_tasks=False), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
            camera = Camera(browser, site)
            photograph(camera, shots, variants)
            browser.close()
    if not chosen.few:
        for name in sorted({shot.name for shot in shots}):
            sheet(name, [shot.person for shot in shots if shot.name == name])
    problems = [*camera.problems, *camera.untranslated()]
    for problem in problems:
        print(problem)
    print(f"{len(shots) * len(variants)} pictures of {len(shots)} pages in {OUT.relative_to(ROOT)}.")
    return 1 if problems else 0


def photograph(camera: Camera, shots: Sequence[Shot], variants: Sequence[Variant]) -> None:
    """Every picture, with a bar that says how far it is; a page that breaks is noted and the next one taken."""
    whole = len(shots) * len(variants)
    for done, (shot, variant) in enumerate(product(shots, variants), start=1):
        try:
            camera.take(shot, variant)
        except Exception as error:
            width, language, light = variant
            sentence = str(error).partition("\n")[0]
            camera.problems.append(f"{shot.person}/{shot.name}-{language}-{width}-{light}: {sentence}")
        if sys.stderr.isatty():
            filled = 40 * done // whole
            bar = "█" * filled + "·" * (40 - filled)
            print(f"\r\033[K{bar} {done}/{whole} {shot.person}/{shot.name}", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
