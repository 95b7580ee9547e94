"""Fixtures of browser tests: Chromium, and a site with the real course, a key and an administrator."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.site import Site, new_site, served
from tests.browser.visitor import Visitor
from tests.throwaway_postgres import create_database

CHROMIUM_OPTIONS = ["--no-sandbox", "--headless=new", "--disable-gpu", "--disable-background-networking"]
PASSWORD = "trois lampes et un vélo bleu"
ADMINISTRATOR = "amina@example.org"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The Chromium of this machine, with a fresh profile; without one, tests are skipped, or fail under CI."""
    path = shutil.which("chromium")
    if path is None:
        missing = "Chromium is not installed: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, worker: str) -> Iterator[Site]:
    """The program as it is installed: real database, key, course, administrator, server and worker."""
    server = os.environ.get("TEST_POSTGRES_URL")
    database = create_database(server, f"passerelle_journeys_{worker}") if server else None
    site = new_site(tmp_path_factory.mktemp("site") / "instance", database)
    site.command("keys", "generate")
    site.command("courses", "import", "content")
    words = ("--role", "administrator", "--email", ADMINISTRATOR, "--name", "Amina Berger", "--password-stdin")
    site.command("accounts", "create", *words, typed=PASSWORD + "\n")
    with served(site):
        yield site


@pytest.fixture
def visitors(chromium: Browser, site: Site) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors; what they noticed on their pages fails the test at its end."""
    with ExitStack() as stack:
        yield lambda **how: stack.enter_context(Visitor(chromium, site.url, **how))


@pytest.fixture
def letters(site: Site) -> Path:
    """The folder of the letters that the site wrote."""
    return site.instance / "mail"
