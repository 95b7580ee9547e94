"""F1 of the fault list: the server is killed again and again under its candidates; no acknowledged answer is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random  # noqa: TID251 - seeded
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from app.extensions import db
from benchmarks.school import seat as signed_in
from tests.browser.site import ROOT, Site, gunicorn, new_site, wait_until_ready
from tests.faults.exam import QUESTIONS, Seat, app_of, payload_of, seats
from tests.throwaway_postgres import DURABLE, find_binaries, throwaway_postgres

CLIENTS, WORKERS, THREADS = 8, 2, 4
PATIENCE_SECONDS = 60
LENGTHS = [
    pytest.param(240, 2, id="short"),
    pytest.param(10_000, 20, id="long", marks=pytest.mark.nightly),
]


@dataclass
class Client:
    """A candidate's browser: sends each answer under one key until it is acknowledged."""

    site: Site
    seat: Seat
    cookie: str
    csrf: str
    acknowledged: dict[str, tuple[int, int]] = field(default_factory=dict)  # by key: the slot and the revision
    duplicates: int = 0
    longest_wait: float = 0.0
    trouble: list[str] = field(default_factory=list)

    def sit(self, answers: int) -> None:
        """Answer every question over and over, as fast as the server lets one."""
        for number in range(answers):
            slot, rev = self.seat.slots[number % QUESTIONS], number // QUESTIONS + 1
            try:
                self._save(slot, rev)
            except AssertionError as error:
                self.trouble.append(str(error))
                return

    def _save(self, slot: int, rev: int) -> None:
        key, began = f"slot-{slot}-rev-{rev}", time.monotonic()
        while (reply := self._send(slot, rev, key)) is None:
            assert time.monotonic() - began < PATIENCE_SECONDS, f"{key} waited too long"
            time.sleep(0.1)
        assert reply["outcome"] in ("saved", "duplicate"), f"{key}: {reply}"
        assert reply["rev"] == rev, f"{key}: {reply}"
        self.acknowledged[key] = (slot, rev)
        self.duplicates += reply["duplicate"]
        self.longest_wait = max(self.longest_wait, time.monotonic() - began)

    def _send(self, slot: int, rev: int, key: str) -> dict[str, Any] | None:
        """One try; None when the server is down, died before it could answer, or wants a slower pace."""
        http = HTTPConnection("127.0.0.1", self.site.port, timeout=10)
        headers = {
            "Host": f"localhost:{self.site.port}", "Cookie": self.cookie, "X-CSRFToken": self.csrf,
            "Idempotency-Key": key, "Content-Type": "application/json", "Accept": "application/json",
        }  # fmt: skip
        body = json.dumps({"v": 1, "rev": rev, "payload": payload_of(slot, rev), "tab": "storm"})
        try:
            http.request("PUT", f"/attempts/{self.seat.attempt}/answers/{slot}", body, headers)
            response = http.getresponse()
            content = response.read()
        except (OSError, HTTPException):
            return None
        finally:
            http.close()
        if response.status in (429, 503):
            return None
        assert response.status == 200, f"{key}: {response.status} {content[:200]!r}"
        reply: dict[str, Any] = json.loads(content)
        return reply


class Storm:
    """Serves the site, and kills the whole group of processes at a few random places of the clients' work."""

    def __init__(self, site: Site, clients: list[Client]) -> None:
        self.site, self.clients = site, clients
        self.log = site.instance / "server.log"
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = gunicorn(self.site.port, "wsgi:app", WORKERS, THREADS)
        with self.log.open("ab") as out:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.site.environ, stdout=out, stderr=out, start_new_session=True
            )
        wait_until_ready(f"http://127.0.0.1:{self.site.port}/readyz", [process], self.log)
        return process

    def kill(self) -> None:
        """SIGKILL to the server and its workers, whatever they are doing."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def blow(self, kills: int, answers: int, over: Event) -> None:
        """Kill at random counts of acknowledged answers, and start again at once."""
        chance = Random(f"storm {kills}")
        for place in sorted(chance.sample(range(answers // 20, answers * 19 // 20), kills)):
            while not over.is_set() and sum(len(client.acknowledged) for client in self.clients) < place:
                time.sleep(0.002)
            self.kill()
            self.process = self._start()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """A database that keeps what it acknowledges: SQLite as the program sets it, PostgreSQL as it comes."""
    if request.param == "sqlite":
        yield None
        return
    if find_binaries() is None:
        pytest.skip("PostgreSQL's server is not installed")
    with throwaway_postgres(DURABLE) as url:
        yield "postgresql+psycopg://" + url.partition("://")[2]


@pytest.mark.sockets
@pytest.mark.parametrize(("answers", "kills"), LENGTHS)
def test_no_acknowledged_answer_is_lost_when_the_server_is_killed(
    tmp_path: Path, database: str | None, answers: int, kills: int, record_property: Callable[[str, object], None]
) -> None:
    site = new_site(tmp_path / "instance", database)
    clients = seated(site)
    over, storm = Event(), Storm(site, clients)
    threads = [Thread(target=client.sit, args=(answers // CLIENTS,)) for client in clients]
    wind = Thread(target=storm.blow, args=(kills, answers, over))
    for thread in (wind, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    over.set()
    wind.join()
    storm.kill()  # the last one, with nobody waiting
    assert [client.trouble for client in clients if client.trouble] == []
    assert all(len(client.acknowledged) == answers // CLIENTS for client in clients)
    for client in clients:
        check(site, client)
    for name, value in (
        ("duplicates absorbed", sum(client.duplicates for client in clients)),
        ("longest wait, s", round(max(client.longest_wait for client in clients), 2)),
    ):
        record_property(name, value)


def seated(site: Site) -> list[Client]:
    """Candidates in the middle of an exam, signed in."""
    app = app_of(site.environ)
    with app.app_context():
        sitting = seats(app, db.session, CLIENTS)
        clients = [Client(site, one, **signed_in(app, db.session, one.actor)) for one in sitting]
        db.session.commit()
        db.engine.dispose()
    return clients


def check(site: Site, client: Client) -> None:
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
