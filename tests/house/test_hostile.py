"""A walk through every door that changes something, with what no person types in each field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import Column, LargeBinary, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.foundation.database import Base
from tests.builders import Cast
from tests.house.doors import DOORS, Door
from tests.house.routes import SAFE, rules
from tests.house.world import World
from tests.reviewer import ReviewedClient

FORM = "application/x-www-form-urlencoded"
LONG, WRONG = "m" * 10_000, "-1e400"
# As a browser, or no browser, would write them in a body.
HOSTILE = {
    "empty": "",
    "10 kB": LONG,
    "NUL": "Ada%00L",
    "half a character": "Ada%ED%A0%80L",
    "right to left": quote("Ada \u202egpj.exe"),
    "wrong": WRONG,
}
IN_JSON = {"empty": "", "10 kB": LONG, "NUL": "Ada\0L", "half a character": "Ada\ud800L", "wrong": ["\u202e"]}
NOT_TEXT = ("NUL", "half a character", "right to left")
IN_JSON_ONLY = ("api.verify_many", "verification.verify_slice", "signals.tell", "safe_browser.prove")
TYPED_BY_HAND = {"text", "email", "search", "tel", "url", None}
UNREADABLE = ("\0", "\ufffd", "\u202e", "%ED%A0%80")


def test_every_door_is_walked_through(app: Flask) -> None:
    there_are = {(method, rule.endpoint) for rule in rules(app) for method in rule.methods - SAFE}
    assert there_are == set(DOORS)


@pytest.mark.parametrize(("method", "endpoint"), DOORS, ids=[f"{method} {name}" for method, name in DOORS])
def test_what_nobody_types_is_answered_in_words_and_changes_nothing(
    app: Flask, session: Session, cast: Cast, client: ReviewedClient, *, method: str, endpoint: str
) -> None:
    door, world = DOORS[method, endpoint], World(app, session, cast)
    parts, sound = door.parts(world), door.sound(world)
    session.commit()
    path = app.url_map.bind("localhost").build(endpoint, parts, method=method)
    for field, kind, body, mimetype in bodies(method, endpoint, sound):
        visitor = cast.client(door.who) if door.who else client
        headers = {"X-CSRFToken": visitor.csrf_token()}
        before = row_counts(session, door)
        answer = visitor._open(method, path, data=body, content_type=mimetype, headers=headers)
        what = f"{field}, {kind}: {answer.status_code}"
        assert answer.status_code < 500, what
        if answer.status_code < 400:
            assert kind not in NOT_TEXT or unreadable_rows(session) == [], what
            continue
        assert row_counts(session, door) == before, f"{what} wrote something"
        visitor._reviewed(answer, path)
        assert says_a_sentence(visitor, answer), f"{what} says nothing"
        if answer.mimetype == "text/html" and kind in ("10 kB", "wrong"):
            assert is_kept(visitor, field, LONG if kind == "10 kB" else WRONG), f"{what}: what was typed is lost"


def unreadable_rows(session: Session) -> list[str]:
    """Rows that hold what no form may let through."""
    session.rollback()
    signs = {sign for text in UNREADABLE for sign in (text, repr(text)[1:-1])}
    return [
        f"{table.name}: {row}"
        for table in Base.metadata.sorted_tables
        for row in session.execute(select(*(column for column in table.columns if not is_binary(column))))
        if any(sign in str(row) for sign in signs)
    ]


def is_binary(column: Column[Any]) -> bool:
    return isinstance(column.type, LargeBinary)


def bodies(method: str, endpoint: str, sound: dict[str, Any]) -> Iterator[tuple[str, str, bytes, str]]:
    """Each field with each value, the others sound; last, each field as a file."""
    for field in sound:
        if method == "PUT" or endpoint in IN_JSON_ONLY:
            for kind, value in IN_JSON.items():
                yield field, kind, json.dumps({**sound, field: value}).encode(), "application/json"
            continue
        for kind, written in HOSTILE.items():
            pairs = {quote(name): quote(str(value)) for name, value in sound.items()} | {quote(field): written}
            yield field, kind, "&".join(f"{name}={value}" for name, value in pairs.items()).encode(), FORM
        part = f'--edge\r\nContent-Disposition: form-data; name="{field}"; filename="a.txt"\r\n\r\nAda\r\n--edge--\r\n'
        yield field, "a file", part.encode(), "multipart/form-data; boundary=edge"


def row_counts(session: Session, door: Door) -> dict[str, int]:
    """How many rows each table has, but for those that note a refusal."""
    session.rollback()
    tables = [table for table in Base.metadata.sorted_tables if table.name not in ("budget", *door.notes)]
    counted = session.execute(
        select(*(select(func.count()).select_from(table).scalar_subquery().label(table.name) for table in tables))
    ).one()
    session.rollback()
    return dict(counted._mapping)


def says_a_sentence(client: ReviewedClient, answer: TestResponse) -> bool:
    if answer.mimetype == "text/html":
        return client.text().count(".") > 0 and len(client.text()) > 40
    said = answer.get_json()
    return "outcome" in said or len(said["detail"]) > 20  # the exam's script has sentences for each outcome


def is_kept(client: ReviewedClient, field: str, value: str) -> bool:
    """Where the page has that field again, to be typed in by hand, does it hold what was typed?"""
    again = [
        control.get_text().strip() if control.name == "textarea" else control.get("value", "")
        for control in client.page.find_all(["input", "textarea"], attrs={"name": field})
        if control.name == "textarea" or control.get("type") in TYPED_BY_HAND
    ]
    return not again or value in again
