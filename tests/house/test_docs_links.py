"""What the documents point at exists: links, headings, files, commands, addresses, demo people."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import click
import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from app.config import ROOT
from app.wiring.commands import GROUPS
from app.wiring.demo import PASSWORD, PEOPLE

README = ROOT / "README.md"
PAGES = sorted([README, ROOT / "CONTRIBUTING.md", ROOT / "certificates" / "README.md", *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
MAKE = re.compile(r"(?:`|^\$ )(?:\w+=\S+ )*make ([a-z][a-z-]*)", re.MULTILINE)
FLASK = re.compile(r"flask --app wsgi ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")
OUR_PATH = re.compile(r"(?:app|certificates|content|docs|migrations|static|templates|tests|tools)/[\w./-]*[\w/]")
FOREIGN = {"docs/course-format.md"}  # its paths and links are examples of what an author writes
EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])


def prose(page: Path) -> str:
    """The page without its fenced examples."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def headings(page: Path) -> set[str]:
    """The anchors of a page, as GitHub and GitLab make them."""
    found = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", unicodedata.normalize("NFC", one).lower()).replace(" ", "-") for one in found}


@EVERY_PAGE
def test_links_lead_somewhere(page: Path) -> None:
    if str(page.relative_to(ROOT)) in FOREIGN:
        return
    for link in LINK.findall(prose(page)):
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link} leads nowhere"
        assert target.is_relative_to(ROOT), f"{link} leaves the project"
        assert not anchor or anchor in headings(target), f"no heading answers to {link}"


@EVERY_PAGE
def test_files_that_are_named_exist(page: Path) -> None:
    if str(page.relative_to(ROOT)) in FOREIGN:
        return
    for code in CODE.findall(prose(page)):
        if OUR_PATH.fullmatch(code):
            assert (ROOT / code).exists(), f"`{code}` is not there"


@EVERY_PAGE
def test_commands_that_are_named_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = set(TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))
    missing = set(MAKE.findall(text)) - targets
    assert not missing, f"the Makefile has no {', '.join(sorted(missing))}"
    groups: dict[str, click.Command] = {group.name or "": group for group in GROUPS}
    for group, verb in FLASK.findall(text):
        assert group in groups, f"there is no command {group}"
        command = groups[group]
        assert not isinstance(command, click.Group) or not verb or verb in command.commands, f"no {group} {verb}"


@EVERY_PAGE
def test_addresses_that_are_named_answer(page: Path, the_app: Flask) -> None:
    if str(page.relative_to(ROOT)) in FOREIGN:
        return
    adapter = the_app.url_map.bind("localhost")
    for code in CODE.findall(prose(page)):
        address = code.partition("?")[0]
        if not address.startswith("/") or address.startswith(("/etc/", "/srv/", "/usr/")) or "…" in address:
            continue
        _match(adapter, re.sub(r"<[^>]+>", "0" * 26, address))


def _match(adapter: object, address: str) -> None:
    for method in ("GET", "POST"):
        try:
            adapter.match(address, method=method)  # type: ignore[attr-defined]
        except RequestRedirect:
            return
        except HTTPException:
            continue
        return
    raise AssertionError(f"no page answers at {address}")


def test_the_demo_people_of_the_readme_exist() -> None:
    text = README.read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)@example\.org`", text))
    assert named, "the tour names nobody"
    assert named <= {person.key for person in PEOPLE}
    assert PASSWORD in text


def test_pictures_stay_small() -> None:
    for picture in (ROOT / "docs" / "images").glob("*"):
        assert picture.stat().st_size <= 150 * 1024, f"{picture.name} is larger than 150 KiB"
