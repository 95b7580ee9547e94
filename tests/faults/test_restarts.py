"""F10 and F11 of the fault list: a new version is put in place during an exam; the server is told to stop."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.browser.site import Site, gunicorn, running, wait_until_ready
from tests.faults.candidates import Candidate
from tests.faults.holding import held_by_another_process

STOPS_WITHIN, RELOADS_WITHIN = 30, 90
RESTARTS = [pytest.param(2, 1, id="short"), pytest.param(10, 2, id="long", marks=pytest.mark.nightly)]


@contextmanager
def production(site: Site, workers: int, *, drain: int) -> Iterator[subprocess.Popen[bytes]]:
    """The server as docs/operations.md starts it; the fault is what the test does to its main process."""
    command = gunicorn(site.port, "wsgi:app", workers, 8)
    command[command.index("--graceful-timeout") + 1] = "30"
    environ = {**site.environ, "PASSERELLE_DRAIN_SECONDS": str(drain)}
    log = site.instance / "server.log"
    with running([command], environ, log) as processes:
        wait_until_ready(f"http://127.0.0.1:{site.port}/readyz", processes, log)
        yield processes[0]


def workers_of(process: subprocess.Popen[bytes]) -> set[int]:
    """The processes that answer."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return {int(child) for child in children.split()}


def reload(process: subprocess.Popen[bytes]) -> None:
    """Put new workers in place of all those there are, and wait until the last of the old ones is gone."""
    old = workers_of(process)
    process.send_signal(signal.SIGHUP)
    began = time.monotonic()
    while not (now := workers_of(process)) or now & old:
        assert time.monotonic() - began < RELOADS_WITHIN, "an old worker does not end"
        time.sleep(0.1)


@pytest.mark.sockets
@pytest.mark.parametrize(("restarts", "workers"), RESTARTS)
def test_f10_a_new_version_during_an_exam_costs_no_answer_and_no_reload(
    exam_site: tuple[Site, list[Candidate]],
    sitting: Callable[[int], list[Candidate]],
    restarts: int,
    workers: int,
    record_property: Callable[[str, object], None],
) -> None:
    """The page that was opened before goes on saving: same cookie, same form token, same protocol."""
    site, candidates, over = exam_site[0], sitting(4), Event()
    with production(site, workers, drain=1) as process:
        threads = [Thread(target=one.sit_until, args=(over,)) for one in candidates]
        for thread in threads:
            thread.start()
        for _one in range(restarts):
            before = [len(one.acknowledged) for one in candidates]
            reload(process)
            while any(len(one.acknowledged) <= then for one, then in zip(candidates, before, strict=True)):
                assert not any(one.trouble for one in candidates), [one.trouble for one in candidates]
                time.sleep(0.05)
        over.set()
        for thread in threads:
            thread.join()
        process.send_signal(signal.SIGTERM)
        assert readiness(candidates[0]) == (503, "stopping"), "the new workers are told as the first ones were"
        assert process.wait(STOPS_WITHIN) == 0
    assert [one.refusals for one in candidates] == [[]] * 4
    assert sum(one.unanswered for one in candidates) == 0, "a connection was cut"
    for name, value in (
        ("answers saved", sum(len(one.acknowledged) for one in candidates)),
        ("longest wait, s", round(max(one.longest_wait for one in candidates), 2)),
    ):
        record_property(name, value)


@pytest.mark.sockets
def test_f11_told_to_stop_everything_in_flight_is_answered_and_readiness_says_so_first(
    exam_site: tuple[Site, list[Candidate]], sitting: Callable[[int], list[Candidate]]
) -> None:
    """Twenty saves wait for a database that another program holds when SIGTERM comes."""
    site, candidates = exam_site[0], sitting(20)
    probe = replace(candidates[0])
    with production(site, workers=2, drain=2) as process:
        with held_by_another_process(site, 4):
            threads = [Thread(target=one.save, args=(1, 1)) for one in candidates]
            for thread in threads:
                thread.start()
            time.sleep(0.5)
            assert not any(one.acknowledged for one in candidates)
            process.send_signal(signal.SIGTERM)
            told = time.monotonic()
            assert readiness(probe) == (503, "stopping")
        for thread in threads:
            thread.join()
        assert process.wait(STOPS_WITHIN) == 0
        assert time.monotonic() - told < STOPS_WITHIN
    assert sum(one.unanswered for one in candidates) == 0
    assert all(one.acknowledged for one in candidates)
    with pytest.raises(OSError, match="refused"):
        readiness(probe)


def readiness(probe: Candidate) -> tuple[int, str]:
    """What a proxy is told, as soon as it is anything but ready."""
    began = time.monotonic()
    reply = probe.ask("GET", "/readyz")
    while reply.status == 200 and time.monotonic() - began < STOPS_WITHIN:
        time.sleep(0.02)
        reply = probe.ask("GET", "/readyz")
    return reply.status, json.loads(reply.body)["status"]
