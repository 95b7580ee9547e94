"""The page reviewer: a test client that reads every page it fetches as a careful colleague would."""

from __future__ import annotations

import base64
import hashlib
import re
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from app.foundation.database import set_read_only

UNTRANSLATED = re.compile(r"%\(\w+\)[sd]|\{\{|\}\}|\bundefined\b")


class ReviewedClient:
    """Wraps Flask's test client; `get` and `post` fail when a page breaks a rule of the house.

    `post(url, data)` adds the CSRF token; `page` is the last page as BeautifulSoup.
    """

    def __init__(self, app: Flask, session: Session) -> None:
        self.app = app
        self.session = session
        self.raw: FlaskClient = app.test_client()
        self.page: BeautifulSoup = BeautifulSoup("", "html5lib")

    def get(self, url: str, *, follow: bool = False, **options: Any) -> TestResponse:
        """Fetch and review; `follow` goes through redirects."""
        return self._reviewed(self._open("GET", url, follow_redirects=follow, **options), url)

    def post(
        self, url: str, data: dict[str, Any] | None = None, *, follow: bool = False, **options: Any
    ) -> TestResponse:
        """Send a form with its CSRF token; review the page that answers."""
        form = {"csrf_token": self.csrf_token(), **(data or {})}
        answer = self._reviewed(self._open("POST", url, data=form, follow_redirects=follow, **options), url)
        if answer.request.method == "POST" and answer.mimetype == "text/html" and answer.data and not answer.location:
            self._switch_language(answer, url)
        return answer

    def put_json(self, url: str, body: Any, **headers: str) -> TestResponse:
        """Send JSON as the page's own script does."""
        sent = {"X-CSRFToken": self.csrf_token(), **headers}
        return self._open("PUT", url, json=body, headers=sent)

    def csrf_token(self) -> str:
        """A token of this browser's session."""
        with self.app.app_context(), self.app.test_request_context():
            from flask import session as request_session
            from flask_wtf.csrf import generate_csrf

            with self.raw.session_transaction() as cookie:
                if "csrf_token" in cookie:
                    request_session["csrf_token"] = cookie["csrf_token"]
                token: str = generate_csrf()
                cookie["csrf_token"] = request_session["csrf_token"]
        return token

    def _open(self, method: str, url: str, **options: Any) -> TestResponse:
        self.session.commit()  # let go of the write lock, and show the server what was arranged
        with self.app.app_context():  # a `g` of its own, as on a server: Flask-Login keeps the person in it
            response = self.raw.open(url, method=method, **options)
        set_read_only(False)  # a GET leaves its thread read-only until the next request; the test goes on writing
        self.session.expire_all()
        return response

    def _reviewed(self, response: TestResponse, url: str) -> TestResponse:
        redirected = 300 <= response.status_code < 400  # what a redirect says, nobody reads
        if response.mimetype == "text/html" and response.data and not redirected:
            self.page = BeautifulSoup(response.get_data(as_text=True), "html5lib")
            problems = review(self.page, response, self.app)
            assert not problems, f"{url} ({response.status_code}):\n  " + "\n  ".join(problems)
        return response

    def _switch_language(self, answer: TestResponse, url: str) -> None:
        """From a page that answers a form, the other language is that of the form's page, never the home page."""
        switch = str(self.page.find("link", rel="alternate", hreflang=True)["href"])  # type: ignore[index]
        reader = self.app.test_client()  # another one: what it reads changes neither language nor messages here
        reader._cookies = dict(self.raw._cookies)
        with self.app.app_context():
            status = reader.get(switch, follow_redirects=True).status_code
        set_read_only(False)
        closed = {403, 404, 410} if answer.status_code >= 400 else set()
        assert status == 200 or status in closed, f"{url} ({answer.status_code}): the switch {switch} answers {status}"
        assert urlsplit(switch).path != "/" or answer.status_code in (404, 405), f"{url}: the switch leaves the page"

    def text(self) -> str:
        """The words of the last page's main part, spaces folded."""
        main = self.page.find("main") or self.page
        return " ".join(main.get_text(" ").split())


def review(page: BeautifulSoup, response: TestResponse, app: Flask) -> list[str]:
    """Every rule of the house that a page breaks."""
    return [
        *_document(page, response),
        *_accessible(page),
        *_secure(page, response),
        *_words(page),
        *_links(page, app),
    ]


def _document(page: BeautifulSoup, response: TestResponse) -> list[str]:
    problems = []
    if page.html is None or page.html.get("lang") not in ("fr", "en"):
        problems.append("<html> has no lang")
    elif response.headers.get("Content-Language") not in (None, page.html.get("lang")):
        problems.append("Content-Language and lang disagree")
    headings = page.find_all("h1")
    if len(headings) != 1:
        problems.append(f"{len(headings)} h1 on the page")
    title = page.title.get_text(strip=True) if page.title else ""
    if not title:
        problems.append("no <title>")
    elif headings and _plain(headings[0].get_text(" ")) not in _plain(title):
        problems.append(f"title {title!r} does not say the h1 {headings[0].get_text(' ', strip=True)!r}")
    if page.find("main") is None:
        problems.append("no <main>")
    levels = [int(tag.name[1]) for tag in page.find_all(re.compile("^h[1-6]$"))]
    problems += [f"heading level jumps from h{a} to h{b}" for a, b in pairwise(levels) if b > a + 1]
    return problems


def _accessible(page: BeautifulSoup) -> list[str]:
    problems = []
    ids = [tag["id"] for tag in page.find_all(id=True)]
    problems += [f"id {name!r} twice" for name in sorted({name for name in ids if ids.count(name) > 1})]
    for control in page.find_all(["input", "select", "textarea"]):
        if control.get("type") in ("hidden", "submit", "button"):
            continue
        labelled = (
            control.find_parent("label")
            or control.get("aria-label")
            or control.get("aria-labelledby")
            or (control.get("id") and page.find("label", attrs={"for": control["id"]}))
        )
        if not labelled:
            problems.append(f"no label for {control}")
    for name in ("aria-describedby", "aria-labelledby", "for"):
        for tag in page.find_all(attrs={name: True}):
            problems += [f"{name}={part!r} points nowhere" for part in str(tag[name]).split() if part not in ids]
    for button in page.find_all("button"):
        if not button.get_text(strip=True) and not button.get("aria-label"):
            problems.append(f"button without words: {button}")
        if not button.get("type"):
            problems.append(f"button without a type: {button}")
    for image in page.find_all("img"):
        if image.get("alt") is None:
            problems.append(f"img without alt: {image}")
    for drawing in page.find_all("svg"):
        if not (drawing.get("aria-hidden") == "true" or drawing.get("aria-label") or drawing.get("aria-labelledby")):
            problems.append(f"svg neither hidden nor named: {str(drawing)[:90]}")
    for link in page.find_all("a"):
        if not link.get_text(strip=True) and not link.get("aria-label"):
            problems.append(f"link without words: {link}")
    for table in page.find_all("table"):
        if not table.find("th"):
            problems.append("table without a header")
    return problems


def _secure(page: BeautifulSoup, response: TestResponse) -> list[str]:
    problems = []
    if "Content-Security-Policy" not in response.headers:
        problems.append("no Content-Security-Policy")
    for tag in page.find_all(True):
        if tag.get("style") is not None:
            problems.append(f"style attribute on <{tag.name}>")
        problems += [f"{name} on <{tag.name}>" for name in tag.attrs if name.lower().startswith("on")]
    for script in page.find_all(["script", "style"]):
        if not script.get("nonce") and _hash(script) not in response.headers.get("Content-Security-Policy", ""):
            problems.append(f"<{script.name}> without nonce or hash")
    for form in page.find_all("form"):
        if form.get("method", "get").lower() == "post" and not form.find("input", attrs={"name": "csrf_token"}):
            problems.append(f"form without CSRF token: {form.get('action')}")
    return problems


def _hash(script: Tag) -> str:
    """How a policy names the content of a script or a style."""
    digest = hashlib.sha256("".join(map(str, script.contents)).encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _words(page: BeautifulSoup) -> list[str]:
    visible = [
        str(text)
        for text in page.find_all(string=True)
        if text.parent and text.parent.name not in ("script", "style", "pre", "code", "textarea", "[document]")
    ]
    problems = [f"left in the page: {text.strip()[:60]!r}" for text in visible if UNTRANSLATED.search(text)]
    problems += [f"None in the page: {text.strip()[:60]!r}" for text in visible if re.search(r"\bNone\b(?! of)", text)]
    return problems


def _links(page: BeautifulSoup, app: Flask) -> list[str]:
    problems = []
    adapter = app.url_map.bind("localhost")
    for tag, name, method in (("a", "href", "GET"), ("form", "action", None)):
        for element in page.find_all(tag, attrs={name: True}):
            parts = urlsplit(element[name])
            if parts.scheme or parts.netloc or not parts.path.startswith("/"):
                continue
            wanted = method or element.get("method", "get").upper()
            try:
                adapter.match(parts.path, method=wanted)
            except RequestRedirect:
                continue
            except HTTPException:
                problems.append(f"{tag} to nowhere: {wanted} {element[name]}")
    return problems


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
