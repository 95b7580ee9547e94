"""`make run` as a person has it: prepared once, quick the second time, and nothing left behind however it ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.sockets]
PATIENCE_SECONDS = 120


class Started:
    """`tools/run.py` in a folder of its own."""

    def __init__(self, instance: Path, **environment: str) -> None:
        self.port = free_port()
        self.said = instance / "said.txt"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PASSERELLE_")}
        settings = {"PORT": str(self.port), "PASSERELLE_INSTANCE_PATH": str(instance), **environment}
        with self.said.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "tools" / "run.py")],
                cwd="/", env={**kept, **settings}, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def words(self) -> str:
        return self.said.read_text(encoding="utf-8")

    def wait_for(self, pattern: str) -> str:
        """The output as soon as it says `pattern`."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not re.search(pattern, self.words()):
            assert time.monotonic() < deadline, self.words()
            assert self.process.poll() is None or re.search(pattern, self.words()), self.words()
            time.sleep(0.1)
        return self.words()

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
            return str(answer.read().decode())

    def family(self) -> list[int]:
        """The process and everything it started that is still there (Linux)."""
        children: dict[int, list[int]] = {}
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = status.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                children.setdefault(int(fields[1]), []).append(int(status.parent.name))
        found = [self.process.pid]
        for pid in found:
            found += children.get(pid, [])
        return found

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def are_gone(pids: list[int]) -> bool:
    """Have these processes ended within a few seconds?"""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the first test prepares and the others find ready."""
    return tmp_path_factory.mktemp("instance")


@pytest.fixture
def started(instance: Path) -> Iterator[Started]:
    """The site and its worker, answering."""
    run = Started(instance)
    run.wait_for("Letters land in")
    yield run
    if run.process.poll() is None:
        run.end()


def test_first_start_then_ctrl_c(started: Started) -> None:
    said = started.words()
    assert "Preparing the database." in said
    assert f"http://127.0.0.1:{started.port}" in said
    assert "ada@example.org" in said
    assert "ok" in started.get("/healthz")
    assert "ia-au-travail" in started.get("/courses")
    family = started.family()
    assert len(family) >= 4  # the script, gunicorn and its worker, the background worker
    assert started.end(signal.SIGINT) == 0
    assert "Stopped." in started.words()
    assert are_gone(family)


def test_second_start_prepares_nothing(started: Started) -> None:
    assert "Preparing" not in started.words()


@pytest.mark.parametrize("victim", ["gunicorn", "worker"])
def test_when_one_is_killed_the_other_ends(started: Started, victim: str) -> None:
    family = started.family()
    lines = {pid: Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") for pid in family}
    os.kill(next(pid for pid, line in lines.items() if victim.encode() in line), signal.SIGKILL)
    assert started.process.wait(30) == 1
    assert "ended by itself" in started.words()
    assert are_gone(family)


def test_when_it_is_killed_itself_nothing_is_left(started: Started) -> None:
    family = started.family()
    started.end(signal.SIGKILL)
    assert are_gone(family)


def test_a_port_in_use_is_a_sentence(instance: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        run = Started(instance, PORT=port)
        assert run.process.wait(30) == 1
    assert f"Port {port} of 127.0.0.1 cannot be used" in run.words()
    assert "Traceback" not in run.words()


@pytest.mark.parametrize("settings", [{"PORT": "http"}, {"PORT": "0"}, {"HOST": "no such host"}])
def test_a_wrong_address_is_a_sentence(instance: Path, settings: dict[str, str]) -> None:
    run = Started(instance, **settings)
    assert run.process.wait(30) == 1
    assert "Traceback" not in run.words()


def test_a_wrong_setting_is_a_sentence(tmp_path: Path) -> None:
    run = Started(tmp_path, PASSERELLE_COLOUR="blue")
    assert run.process.wait(60) == 1
    assert "PASSERELLE_COLOUR is not a setting" in run.words()
    assert "Traceback" not in run.words()
