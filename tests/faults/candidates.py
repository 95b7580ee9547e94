"""Candidates in the middle of an exam, each with a browser that never gives an answer up, and what became of it."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection, HTTPException
from threading import Event
from typing import Any

from sqlalchemy import create_engine, text

from app.extensions import db
from benchmarks.school import seat as signed_in
from tests.browser.site import Site
from tests.faults.exam import QUESTIONS, Seat, app_of, payload_of, seats

PATIENCE_SECONDS = 60


def port_of_the_system() -> int:
    """A port that the system gave us a moment ago and that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Reply:
    """What a server answered."""

    status: int
    headers: Message
    body: bytes


@dataclass
class Candidate:
    """A candidate's browser: sends each answer under one key until it is acknowledged."""

    site: Site
    seat: Seat
    cookie: str
    csrf: str
    port: int = 0  # where a proxy listens, when one stands in between
    acknowledged: dict[str, tuple[int, int]] = field(default_factory=dict)  # by key: the slot and the revision
    refusals: list[tuple[int, str]] = field(default_factory=list)  # status and Retry-After of what was to be sent again
    unanswered: int = 0  # connections that ended without a reply
    duplicates: int = 0
    longest_wait: float = 0.0
    trouble: list[str] = field(default_factory=list)

    def sit(self, answers: int) -> None:
        """Answer every question over and over, as fast as the server lets one."""
        for number in range(answers):
            slot, rev = self.seat.slots[number % QUESTIONS], number // QUESTIONS + 1
            try:
                self.save(slot, rev)
            except AssertionError as error:
                self.trouble.append(str(error))
                return

    def sit_until(self, over: Event) -> None:
        """Answer every question over and over, some five a second, until told to stop."""
        number = 0
        while not over.is_set():
            try:
                self.save(self.seat.slots[number % QUESTIONS], number // QUESTIONS + 1)
            except AssertionError as error:
                self.trouble.append(str(error))
                return
            number += 1
            over.wait(0.2)

    def save(self, slot: int, rev: int) -> None:
        """Send one answer until the server has it, whatever it says meanwhile."""
        key, began = f"slot-{slot}-rev-{rev}", time.monotonic()
        while (reply := self.send(slot, rev, key)) is None:
            assert time.monotonic() - began < PATIENCE_SECONDS, f"{key} waited too long"
            time.sleep(0.1)
        assert reply["outcome"] in ("saved", "duplicate"), f"{key}: {reply}"
        assert reply["rev"] == rev, f"{key}: {reply}"
        self.acknowledged[key] = (slot, rev)
        self.duplicates += reply["duplicate"]
        self.longest_wait = max(self.longest_wait, time.monotonic() - began)

    def send(self, slot: int, rev: int, key: str) -> dict[str, Any] | None:
        """One try; None when the server is busy, down, died before it could answer, or wants a slower pace."""
        headers = {"X-CSRFToken": self.csrf, "Idempotency-Key": key, "Content-Type": "application/json"}
        body = json.dumps({"v": 1, "rev": rev, "payload": payload_of(slot, rev), "tab": "storm"})
        try:
            reply = self.ask("PUT", f"/attempts/{self.seat.attempt}/answers/{slot}", body, headers)
        except (OSError, HTTPException):
            self.unanswered += 1
            return None
        if reply.status == 429:
            return None
        if reply.status in (503, 507):
            self.refusals.append((reply.status, reply.headers["Retry-After"] or ""))
            return None
        assert reply.status == 200, f"{key}: {reply.status} {reply.body[:200]!r}"
        read: dict[str, Any] = json.loads(reply.body)
        return read

    def ask(self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        """One request on a connection of its own; raises what a dead connection does."""
        http = HTTPConnection("127.0.0.1", self.port or self.site.port, timeout=PATIENCE_SECONDS)
        usual = {"Host": f"localhost:{self.site.port}", "Cookie": self.cookie, "Accept": "application/json"}
        try:
            http.request(method, path, body, usual | dict(headers or {}))
            response = http.getresponse()
            return Reply(response.status, response.headers, response.read())
        finally:
            http.close()


def seated(site: Site, number: int) -> list[Candidate]:
    """So many candidates in the middle of an exam, signed in."""
    app = app_of(site.environ)
    with app.app_context():
        sitting = seats(app, db.session, number)
        candidates = [Candidate(site, one, **signed_in(app, db.session, one.actor)) for one in sitting]
        db.session.commit()
        db.engine.dispose()
    return candidates


def check(site: Site, client: Candidate) -> None:
    """Every acknowledged answer is in the record, once and counted, and the last one of each question is in force."""
    engine = create_engine(site.database_url)
    with engine.connect() as connection:
        events = connection.execute(
            text(
                "SELECT idempotency_key, slot, rev, counted FROM answer_event JOIN attempt ON attempt.id = attempt_id"
                " WHERE public_id = :attempt"
            ),
            {"attempt": client.seat.attempt},
        ).all()
        in_force = connection.execute(
            text(
                "SELECT slot, rev, payload FROM answer JOIN attempt ON attempt.id = attempt_id"
                " WHERE public_id = :attempt"
            ),
            {"attempt": client.seat.attempt},
        ).all()
        if engine.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    engine.dispose()
    assert {key: (slot, rev) for key, slot, rev, counted in events if counted} == client.acknowledged
    assert len(events) == len(client.acknowledged)
    last = {slot: max(rev for other, rev in client.acknowledged.values() if other == slot) for slot, _, _ in in_force}
    for slot, rev, payload in in_force:
        read = json.loads(payload) if isinstance(payload, str) else payload
        assert (rev, read) == (last[slot], payload_of(slot, rev))
