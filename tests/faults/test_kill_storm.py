"""F1 of the fault list: the server is killed again and again under its candidates; no acknowledged answer is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random  # noqa: TID251 - seeded
from threading import Event, Thread

import pytest

from tests.browser.site import ROOT, Site, gunicorn, new_site, wait_until_ready
from tests.faults.candidates import Candidate, check, seated
from tests.throwaway_postgres import DURABLE, find_binaries, throwaway_postgres

CLIENTS, WORKERS, THREADS = 8, 2, 4
LENGTHS = [
    pytest.param(240, 2, id="short"),
    pytest.param(10_000, 20, id="long", marks=pytest.mark.nightly),
]


class Storm:
    """Serves the site, and kills the whole group of processes at a few random places of the clients' work."""

    def __init__(self, site: Site, clients: list[Candidate]) -> None:
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
        yield url


@pytest.mark.sockets
@pytest.mark.parametrize(("answers", "kills"), LENGTHS)
def test_no_acknowledged_answer_is_lost_when_the_server_is_killed(
    tmp_path: Path, database: str | None, answers: int, kills: int, record_property: Callable[[str, object], None]
) -> None:
    site = new_site(tmp_path / "instance", database)
    clients = seated(site, CLIENTS)
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
