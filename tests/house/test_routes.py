"""Rules that hold for every address: access, spelling, forged requests, safe reads, headers."""

from __future__ import annotations

import hashlib
import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import IntegerConverter

from app.foundation.database import Base
from app.foundation.permissions import Permission
from app.web.access import PUBLIC, SIGNED_IN
from app.web.sent_from import address_behind, page_behind
from tests.builders import Cast
from tests.house.routes import address, readable, rules, writes
from tests.reviewer import ReviewedClient

KEBAB = re.compile(r"[a-z0-9.]+(-[a-z0-9.]+)*")
PEOPLE = ("ada", "camille", "dora", "admin")
NONCE = re.compile(r"script-src 'nonce-([\w-]{20,})' 'strict-dynamic'")
# What a read may write, each in a short transaction of its own (architecture: GET is safe).
MAY_CHANGE = {("user_session", "seen_at")}
MAY_GROW = {"budget"}


def test_every_endpoint_has_one_access_rule(app: Flask) -> None:
    allowed = {PUBLIC, SIGNED_IN, *Permission}
    found = {rule.endpoint: getattr(app.view_functions[rule.endpoint], "access_rule", None) for rule in rules(app)}
    assert {name: rule for name, rule in found.items() if rule not in allowed} == {}


def test_addresses_are_kebab_case(app: Flask) -> None:
    odd = [
        rule.rule
        for rule in rules(app)
        for part in re.sub(r"<[^>]+>", "x", rule.rule).strip("/").split("/")
        if part and not KEBAB.fullmatch(part)
    ]
    assert odd == []


def test_a_number_in_an_address_fits_a_column(app: Flask, client: ReviewedClient) -> None:
    numbers = [
        (rule.rule, part)
        for rule in rules(app)
        for part in rule._converters.values()
        if isinstance(part, IntegerConverter)
    ]
    assert numbers
    assert [rule for rule, part in numbers if part.max is None or part.max > 2**31 - 1] == []
    for number in ("9" * 24, "9" * 5000, "2147483648", "\u0661"):
        assert client.get(f"/credentials/status/{number}").status_code == 404


def test_every_form_names_the_page_it_stands_on(app: Flask) -> None:
    lost = []
    for rule in rules(app):
        if "POST" not in rule.methods or rule.rule.startswith("/api/"):
            continue
        with app.test_request_context(address(app, rule), method="POST"):
            behind = page_behind()
            if behind is None or "GET" not in next(app.url_map.iter_rules(behind[0])).methods or not address_behind():
                lost.append(rule.rule)
    assert lost == []


def test_writes_without_token_are_refused(app: Flask, cast: Cast) -> None:
    client = cast.client("admin")
    answers = {(method, path): client._open(method, path).status_code for method, path in writes(app)}
    assert answers
    # 403 where an administrator may not act: that is asked first.
    assert {key: status for key, status in answers.items() if status not in (400, 403)} == {}
    assert sum(status == 400 for status in answers.values()) > len(answers) / 2


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_writes_from_another_site_are_refused(app: Flask, cast: Cast, site: str) -> None:
    client = cast.client("admin")
    headers = {"X-CSRFToken": client.csrf_token(), "Sec-Fetch-Site": site}
    answers = {(method, path): client._open(method, path, headers=headers).status_code for method, path in writes(app)}
    assert {key: status for key, status in answers.items() if status != 403} == {}


def test_writes_with_a_foreign_origin_are_refused(app: Flask, cast: Cast) -> None:
    client = cast.client("admin")
    headers = {"X-CSRFToken": client.csrf_token(), "Origin": "https://evil.example"}
    answers = {(method, path): client._open(method, path, headers=headers).status_code for method, path in writes(app)}
    assert {key: status for key, status in answers.items() if status != 403} == {}


@pytest.mark.parametrize("person", PEOPLE)
def test_reads_change_nothing(app: Flask, session: Session, cast: Cast, person: str) -> None:
    client = cast.client(person)
    before = digests(session)
    for path in readable(app):
        status = client._open("GET", path).status_code
        assert status < 500 or path == "/readyz", f"{path}: {status}"
        after = digests(session)
        assert changed(before, after) == [], path
        before = after


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("person", PEOPLE)
def test_every_page_without_parts_passes_review(app: Flask, cast: Cast, person: str, language: str) -> None:
    client = cast.client(person, language=language)
    for path in readable(app):
        client.get(path)


def test_every_answer_has_the_security_headers(app: Flask, cast: Cast) -> None:
    client = cast.client("admin")
    faults, nonces = [], set()
    paths = [
        (method, address(app, rule)) for rule in rules(app) for method in sorted(rule.methods - {"OPTIONS", "HEAD"})
    ]
    for method, path in [*paths, ("GET", "/no-such-page"), ("GET", "/static/css/no-such-file.css")]:
        headers = client._open(method, path).headers
        policy = headers.get("Content-Security-Policy", "")
        nonce = NONCE.search(policy)
        expected = {
            "Content-Security-Policy": "unsafe-" not in policy
            and (nonce is not None or "sandbox" in policy or "script-src 'sha256-" in policy),
            "X-Content-Type-Options": headers.get("X-Content-Type-Options") == "nosniff",
            "Cross-Origin-Opener-Policy": headers.get("Cross-Origin-Opener-Policy") == "same-origin",
            "Referrer-Policy": headers.get("Referrer-Policy") in ("no-referrer", "strict-origin-when-cross-origin"),
            "Permissions-Policy": "camera=()" in headers.get("Permissions-Policy", ""),
            "Cache-Control": headers["Content-Type"][:9] != "text/html"
            or "no-store" in headers.get("Cache-Control", ""),
        }
        faults += [f"{method} {path}: {name}" for name, good in expected.items() if not good]
        nonces.add(nonce.group(1) if nonce else path)
    assert faults == []
    assert len(nonces) == len(paths) + 2, "a nonce was used twice"


def test_strict_transport_security_where_cookies_are_secure(app: Flask, cast: Cast) -> None:
    client = cast.client("ada")
    app.config["SESSION_COOKIE_SECURE"] = True
    try:
        assert "max-age=31536000" in client._open("GET", "/courses").headers["Strict-Transport-Security"]
    finally:
        app.config["SESSION_COOKIE_SECURE"] = False


def digests(session: Session) -> dict[str, str]:
    """A digest of the rows of each table, but for what a read may write."""
    session.rollback()
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name in MAY_GROW:
            continue
        columns = [column for column in table.columns if (table.name, column.name) not in MAY_CHANGE]
        rows = sorted(map(repr, session.execute(select(*columns))))
        found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    session.rollback()
    return found


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The tables whose rows are not what they were."""
    return [name for name in before if before[name] != after[name]]
