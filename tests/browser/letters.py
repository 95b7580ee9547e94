"""The letters a site wrote to its folder, as their reader opens them."""

from __future__ import annotations

import re
import time
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

WAIT_SECONDS = 45.0  # the worker looks twice a minute even when it could not be woken


def wait_for_letter(folder: Path, address: str, containing: str) -> EmailMessage:
    """The newest letter to an address whose text contains some words; raises AssertionError when none comes."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        for path in sorted(folder.glob("*.eml"), key=lambda one: one.stat().st_mtime, reverse=True):
            letter = message_from_bytes(path.read_bytes(), policy=default)
            if address in str(letter["To"]) and containing in letter.get_content():
                return letter
        time.sleep(0.2)
    raise AssertionError(f"no letter to {address} with {containing!r} came")


def link_in(letter: EmailMessage, path: str) -> str:
    """The address in a letter that holds `path`."""
    found = re.search(rf"https?://\S*{re.escape(path)}\S*", letter.get_content())
    assert found, f"no link with {path} in {letter['Subject']}"
    return found[0]
