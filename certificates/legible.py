"""Texts a page may print: visible, on one line, saying what they seem to say."""

import re
import unicodedata
from collections.abc import Iterable

from certificates.errors import RenderingError

MAX_SIGNS = 1000
# Marks piled on one letter: real writing needs two or three, more run over the neighbouring lines.
_MAX_MARKS = 4
# These turn the order of what follows, so that a name can be read as another.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Controls, halves of a sign, private signs, signs of no meaning yet, ends of line and of paragraph.
_UNPRINTABLE = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
_SEEN = frozenset("LNPS")


def check_texts(texts: Iterable[str]) -> None:
    """RenderingError, with a sentence, at the first text that cannot be printed as it is read."""
    for text in texts:
        _check(text)


def check_seen(text: str, what: str) -> None:
    """RenderingError when the text shows nothing: empty, spaces, signs without width."""
    if not any(unicodedata.category(sign)[0] in _SEEN for sign in text):
        raise RenderingError(f"{what} on a certificate has at least one visible sign.")


def _check(text: str) -> None:
    if len(text) > MAX_SIGNS:
        raise RenderingError(f"A text on a certificate has at most {MAX_SIGNS} signs.")
    if text.isascii() and text.isprintable():
        return
    if _TURNING.search(text):
        raise RenderingError("A text on a certificate does not turn the direction of writing.")
    marks = 0
    for sign in text:
        category = unicodedata.category(sign)
        if category in _UNPRINTABLE:
            raise RenderingError(f"The sign U+{ord(sign):04X} cannot be printed.")
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > _MAX_MARKS:
            raise RenderingError(f"A letter on a certificate carries at most {_MAX_MARKS} marks.")
