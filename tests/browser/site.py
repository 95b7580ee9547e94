"""A site of its own: database, key, course, gunicorn and the worker beside it, on this machine, for a while."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

ROOT = Path(__file__).resolve().parent.parent.parent
PORTS = range(8150, 9000)  # below those the system hands out, so that none is taken between the look and the start
START_SECONDS = 60
STOP_SECONDS = 15
SECRET = "a-secret-of-the-tests-and-of-nothing-else"


def free_port() -> int:
    """A port of ours that nobody listens on just now; each process looks from a place of its own."""
    first = os.getpid() * 20 % len(PORTS)
    for port in (*PORTS[first:], *PORTS[:first]):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"no free port from {PORTS.start} to {PORTS.stop - 1}")


@dataclass(frozen=True)
class Site:
    """Where a running site is, and what it was started with."""

    port: int
    instance: Path
    database_url: str
    environ: dict[str, str]

    @property
    def url(self) -> str:
        return self.environ["PASSERELLE_PUBLIC_URL"]

    def command(self, *words: str, typed: str = "") -> str:
        """What `flask --app wsgi WORDS` prints; raises RuntimeError with its own sentence when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *words],
            cwd=ROOT, env=self.environ, input=typed, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"flask {' '.join(words)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    @contextmanager
    def database(self) -> Iterator[Session]:
        """Look into the site's database from outside, without writing."""
        reading = "?mode=ro&uri=true"
        path = self.database_url.removeprefix("sqlite:///")
        url = f"sqlite:///file:{path}{reading}" if path != self.database_url else self.database_url
        engine = create_engine(url)
        try:
            with Session(engine) as session:
                yield session
        finally:
            engine.dispose()


def site_environment(instance: Path, port: int, database_url: str | None, *, development: bool) -> dict[str, str]:
    """The settings of a site, with nothing of the caller's own settings in it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PASSERELLE_")}
    return {
        **kept,
        "PASSERELLE_ENVIRONMENT": "development" if development else "production",
        "PASSERELLE_INSTANCE_PATH": str(instance),
        "PASSERELLE_DATABASE_URL": database_url or f"sqlite:///{instance / 'passerelle.sqlite'}",
        "PASSERELLE_SECRET_KEY": SECRET,
        "PASSERELLE_PUBLIC_URL": f"http://localhost:{port}",
        "PASSERELLE_INSECURE_HTTP": "1",
        "PASSERELLE_DRAIN_SECONDS": "0",
        "PYTHONUNBUFFERED": "1",
    }


def new_site(
    instance: Path, database_url: str | None = None, *, development: bool = False, port: int = 0, **settings: str
) -> Site:
    """A site with an empty database, migrated; `settings` are more PASSERELLE_ variables, without the prefix."""
    instance.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    environ = site_environment(instance, port, database_url, development=development)
    environ |= {f"PASSERELLE_{name}": value for name, value in settings.items()}
    site = Site(port, instance, environ["PASSERELLE_DATABASE_URL"], environ)
    site.command("db", "upgrade")
    return site


@contextmanager
def served(site: Site, *, workers: int = 1, threads: int = 4, with_tasks: bool = True) -> Iterator[list[int]]:
    """Serve a site, its background worker beside it; yields the process ids of gunicorn and, last, of the worker."""
    commands = [gunicorn(site.port, "wsgi:app", workers, threads)]
    if with_tasks:
        commands.append([sys.executable, "-m", "flask", "--app", "wsgi", "worker"])
    log = site.instance / "server.log"
    with running(commands, site.environ, log) as processes:
        wait_until_ready(f"http://127.0.0.1:{site.port}/readyz", processes, log)
        yield [process.pid for process in processes]


def gunicorn(port: int, application: str, workers: int, threads: int) -> list[str]:
    """The command that serves an application as `make run` does."""
    return [
        sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread",
        "--workers", str(workers), "--threads", str(threads), "--graceful-timeout", "5", "--keep-alive", "30",
        "--log-level", "warning", "--no-control-socket", application,
    ]  # fmt: skip


@contextmanager
def running(
    commands: Sequence[list[str]], environ: dict[str, str], log: Path
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run several commands side by side, and end them, with whatever they started, on the way out."""
    with log.open("ab") as out:
        processes = [
            subprocess.Popen(command, cwd=ROOT, env=environ, stdout=out, stderr=out, start_new_session=True)
            for command in commands
        ]
        try:
            yield processes
        finally:
            for process in processes:
                _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process and its children to stop, then insist."""
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until_ready(url: str, processes: Sequence[subprocess.Popen[bytes]], log: Path) -> None:
    """Wait until a server answers; raises RuntimeError with its log when it ends first or takes too long."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and all(process.poll() is None for process in processes):
        try:
            direct.open(url, timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')[-4000:]}")
