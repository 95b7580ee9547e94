"""Which language a page speaks: the address, then this browser's choice, then the account, then Accept-Language."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode

from flask import g, request, session
from werkzeug.wrappers import Response

from app.foundation.i18n import DEFAULT_LANGUAGE, LANGUAGES, current_language, set_language
from app.web.sent_from import address_behind


def choose_language() -> None:
    """Before each request: settle the language; an address that says ?lang= also settles the next pages'."""
    asked = request.args.get("lang", "")
    if asked in LANGUAGES:
        session["language"] = asked
    actor = g.get("actor")
    wished = (asked, session.get("language"), actor.language if actor else None)
    known = next((code for code in wished if code in LANGUAGES), None)
    set_language(known or accepted_language())  # the header is read only when nothing else says


def accepted_language() -> str:
    """The best of our languages for this browser: fr-CA is fr, * is the default."""
    for tag, _quality in request.accept_languages:
        code = tag.split("-")[0].lower()
        if code in LANGUAGES:
            return code
        if code == "*":
            return DEFAULT_LANGUAGE
    return DEFAULT_LANGUAGE


def other_language() -> str:
    """The language one may switch to."""
    return "en" if current_language() == "fr" else "fr"


def language_url(language: str) -> str:
    """This very page in another language: that of the form for one just sent, the home page for a wrong address."""
    address = address_behind()
    if address is None:
        return f"/?{urlencode({'lang': language})}"
    path, _mark, own = address.partition("?")
    arguments = {**request.args.to_dict(flat=False), **parse_qs(own), "lang": [language]}
    return f"{path}?{urlencode(arguments, doseq=True)}"


def say_language(response: Response) -> Response:
    """After each request: Content-Language on pages."""
    if response.mimetype in ("text/html", "application/problem+json"):
        response.headers.setdefault("Content-Language", current_language())
    return response
