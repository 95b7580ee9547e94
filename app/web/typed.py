"""What was typed in a form that could not be taken: shown again on the page that says why, so that nothing is lost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request, url_for
from werkzeug.exceptions import HTTPException

from app.web.origin import is_from_our_page

MOST_FIELDS = 120  # an offer with its thirty skills has a hundred
MOST_CHARACTERS = 20_000
NEVER_SHOWN = re.compile(r"password|token|secret|^current$")
CODE = re.compile(r"[a-z0-9_-]{0,40}|[0-9A-Z]{26}")  # of a choice, a day, a number: nobody would miss it


@dataclass(frozen=True)
class Typed:
    """A form as it was sent: its fields, those that a person wrote in words, and where to send it again."""

    fields: tuple[tuple[str, str], ...]
    action: str

    @property
    def texts(self) -> list[tuple[str, str]]:
        """The fields that a person would have to write again."""
        return [(name, value) for name, value in self.fields if not CODE.fullmatch(value)]

    @property
    def codes(self) -> list[tuple[str, str]]:
        """The others."""
        return [(name, value) for name, value in self.fields if CODE.fullmatch(value)]


def what_was_typed() -> Typed | None:
    """The form just sent from a page of ours, without passwords, tokens and files; None when there is none to show.

    A form that may come from elsewhere is not shown: its words would look like ours, and its button be one click away.
    """
    if request.method != "POST" or not request.endpoint or not is_from_our_page():
        return None
    try:
        sent = [(name, value) for name, value in request.form.items(multi=True) if not NEVER_SHOWN.search(name)]
        files = bool(request.files)
    except HTTPException:  # too large to be read
        return None
    if files or len(sent) > MOST_FIELDS or sum(len(name) + len(value) for name, value in sent) > MOST_CHARACTERS:
        return None
    return Typed(tuple(sent), _address())


def _address() -> str:
    path = url_for(request.endpoint or "", **(request.view_args or {}))
    query = urlencode(request.args.to_dict(flat=False), doseq=True)
    return f"{path}?{query}" if query else path
