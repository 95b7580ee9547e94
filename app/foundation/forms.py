"""What every form shares: texts cleaned on the way in, and signs no text may carry refused with a sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import wtforms
from wtforms.validators import StopValidation

from app.foundation.errors import DomainError
from app.foundation.hidden_signs import carries_hidden_signs
from app.foundation.i18n import LazyText
from app.foundation.i18n import lazy_gettext as _l

INVISIBLE = "\u200b\u2060\ufeff"


def clean_text(value: str | None) -> str | None:
    """A WTForms filter for one line: NFC, no space at the ends, one space between words."""
    if value is None:
        return None
    return " ".join(word for word in _trimmed(unicodedata.normalize("NFC", value)).split(" ") if word)


def clean_lines(value: str | None) -> str | None:
    """A WTForms filter for a text of several lines: NFC, Unix line ends, no space at the ends."""
    if value is None:
        return None
    return _trimmed(unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n"))


def _trimmed(text: str) -> str:
    while text != (shorter := text.strip().strip(INVISIBLE)):
        text = shorter
    return text


class Form(wtforms.Form):  # type: ignore[misc]
    """Plain WTForms, under a name that the type checker knows."""

    refusal: DomainError | None = None  # what a service said of a form in which nothing is to correct


class NoControlCharacters:
    """Refuses NUL and other controls, lone surrogates, text-direction controls; `lines=True` allows line breaks."""

    def __init__(self, message: LazyText | None = None, *, lines: bool = False) -> None:
        self.message = message or _l("Remove the invisible signs from this text, or type it again.")
        self.lines = lines

    def __call__(self, _form: Any, field: Any) -> None:
        if field.data and carries_hidden_signs(field.data, lines=self.lines):
            raise StopValidation(self.message)


class Required:
    """Refuses an empty answer with `message`; WTForms' own would also let the browser speak, in its own words."""

    def __init__(self, message: LazyText | None = None) -> None:
        self.message = message or _l("Fill this in.")

    def __call__(self, _form: Any, field: Any) -> None:
        if not field.data or (isinstance(field.data, str) and not field.data.strip()):
            field.errors = []
            raise StopValidation(self.message)


class AtMost:
    """Refuses a text longer than `length` characters; no `maxlength`, which cuts what is pasted without a word."""

    def __init__(self, length: int) -> None:
        self.length = length

    def __call__(self, _form: Any, field: Any) -> None:
        if field.data and len(field.data) > self.length:
            found = len(field.data)
            raise StopValidation(_l("At most %(most)s characters; this has %(found)s.", most=self.length, found=found))


class WebAddress:
    """Refuses what is not an address of the web: a link on our page leads nowhere else."""

    def __call__(self, _form: Any, field: Any) -> None:
        try:
            parts = urlsplit(field.data or "https://none.example")
            web = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", field.data or "")
        except ValueError:
            web = False
        if not web:
            raise StopValidation(_l("Write the whole address, for example https://www.example.org."))


Filter = Callable[[str | None], str | None]
ONE_LINE: tuple[Filter, ...] = (clean_text,)
LINES: tuple[Filter, ...] = (clean_lines,)
