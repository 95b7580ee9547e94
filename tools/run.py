"""`make run`: prepare a fresh machine, then the site and its background worker, started and stopped together."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import setup
from setup import ROOT, say, stop

HOST = os.environ.get("HOST") or "127.0.0.1"
PORT = os.environ.get("PORT") or "8000"
START_SECONDS = 60
STOP_SECONDS = 15
NEEDED = ("SELECT count(*) FROM signing_key", "SELECT count(*) FROM account")
SET_PARENT_DEATH_SIGNAL = 1  # prctl(2), Linux
DEMO = """
  ada@example.org      learner with a certificate
  chloe@example.org    learner in the middle of the course
  blaise@example.org   learner, new
  camille@example.org  instructor
  dora@example.org     employer
  admin@example.org    administrator
  Password of all: passerelle-demo-2026
"""


def main() -> None:
    """Prepare what is not ready yet, serve until one of the two ends or is told to, then end both."""
    os.chdir(ROOT)
    refuse_bad_address()
    setup.main("run")
    environment = program_environment()
    if not is_prepared(environment):
        prepare(environment)
    sys.exit(serve(environment))


def refuse_bad_address() -> None:
    """A sentence, before any work, when HOST:PORT cannot be listened on."""
    if not PORT.isdecimal() or not 0 < int(PORT) < 65536:
        stop(f"PORT is a number from 1 to 65535, not {PORT!r}.")
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(HOST, int(PORT), type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        stop(f"Port {PORT} of {HOST} cannot be used ({error.strerror}). Choose another: make run PORT=8001")


def program_environment() -> dict[str, str]:
    """The settings as the person gave them, for a development machine where nothing is said."""
    defaults = {"PASSERELLE_ENVIRONMENT": "development"}
    if os.environ.get("PASSERELLE_ENVIRONMENT", "development") == "development":
        defaults["PASSERELLE_INSECURE_HTTP"] = "1"
    return {**defaults, **os.environ, "PORT": PORT, "PYTHONUNBUFFERED": "1"}


def instance_folder(environment: dict[str, str]) -> Path:
    """Where the database, the keys and the letters are."""
    return Path(environment.get("PASSERELLE_INSTANCE_PATH", ROOT / "instance")).resolve()


def is_prepared(environment: dict[str, str]) -> bool:
    """Has the default database every migration, a signing key and people? Asked of the file itself, which is quick."""
    if any(name.startswith("PASSERELLE_DATABASE_URL") for name in environment):
        return False
    newest = max(path.name for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))
    path = instance_folder(environment) / "passerelle.sqlite"
    if not path.exists():
        return False
    try:
        database = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
        try:
            (version,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
            keys, people = (database.execute(query).fetchone()[0] for query in NEEDED)
        finally:
            database.close()
    except (sqlite3.Error, TypeError):
        return False
    return newest.startswith(version) and keys > 0 and people > 0


def prepare(environment: dict[str, str]) -> None:
    """Migrate the database, make the first signing key, load the demo school; each may be repeated."""
    say("Preparing the database.")
    run_command(environment, "db", "upgrade")
    if not run_command(environment, "keys", "list"):
        run_command(environment, "keys", "generate")
    if environment["PASSERELLE_ENVIRONMENT"] == "development":
        run_command(environment, "demo", "load")


def run_command(environment: dict[str, str], *words: str) -> str:
    """What `flask --app wsgi WORDS` prints; stops with its own sentence when it fails."""
    command = [str(setup.PYTHON), "-m", "flask", "--app", "wsgi", *words]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        stop(f"`flask --app wsgi {' '.join(words)}` failed: see above.")
    return done.stdout.strip()


def serve(environment: dict[str, str]) -> int:
    """Run the site and the worker until one ends or a signal comes; returns the exit code."""
    stopping: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup asked to go on
            signal.signal(number, lambda received, _frame: stopping.append(received))
    end_with_parent_if_make()
    # fmt: off
    site = [
        str(setup.PYTHON), "-m", "gunicorn", "--bind", f"{address_part(HOST)}:{PORT}",
        "--worker-class", "gthread", "--workers", "1", "--threads", "8", "--graceful-timeout", "5",
        "--log-level", "warning", "--no-control-socket", "wsgi:app",
    ]
    # fmt: on
    worker = [str(setup.PYTHON), "-m", "flask", "--app", "wsgi", "worker"]
    running = [start(site, environment)]
    try:
        # One after the other: a person waits for the site, nobody for the worker.
        answers = wait_until_it_answers(running, stopping)
        if answers:
            running.append(start(worker, environment))
            announce(environment)
        while answers and not stopping and all(process.poll() is None for process in running):
            time.sleep(0.2)
    finally:
        ended = [process.args for process in running if process.poll() is not None]
        end(running)
    if stopping:
        say("Stopped.")
        return 0
    if not ended:
        say(f"The site did not answer within {START_SECONDS} seconds.")
    else:
        say(f"The {'worker' if worker in ended else 'site'} ended by itself, so everything was stopped.")
    return 1


def start(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a process that Ctrl-C does not reach directly, and that does not outlive us."""
    return subprocess.Popen(
        command,
        env=environment,
        start_new_session=True,
        preexec_fn=end_with_parent,  # noqa: PLW1509 - there are no threads here
    )


def end_with_parent() -> None:
    """Have the kernel end this process when its parent dies, however it dies (Linux)."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def end_with_parent_if_make() -> None:
    """Started by make: killing make alone must not leave the site behind."""
    if "MAKELEVEL" in os.environ:
        end_with_parent()


def end(running: list[subprocess.Popen[bytes]]) -> None:
    """Ask both, and the processes they started, to finish what they are at, then insist."""
    for process in running:
        signal_group(process, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for process in running:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            signal_group(process, signal.SIGKILL)
            process.wait()


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal a process and those it started, if any is left."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def wait_until_it_answers(running: list[subprocess.Popen[bytes]], stopping: list[int]) -> bool:
    """Does the site answer within a minute? False as soon as something ended or a signal came."""
    # Listening everywhere is listening here.
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(HOST, address_part(HOST))  # noqa: S104
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and not stopping and all(process.poll() is None for process in running):
        try:
            direct.open(f"http://{host}:{PORT}/healthz", timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return True
    return False


def address_part(host: str) -> str:
    """A host as it is written in addresses: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def announce(environment: dict[str, str]) -> None:
    """Say where the site is, who may sign in and where letters land."""
    say(f"Passerelle is at http://{address_part(HOST)}:{PORT} (Ctrl-C stops it).")
    if environment["PASSERELLE_ENVIRONMENT"] == "development":
        say(DEMO)
    letters = environment.get("PASSERELLE_MAIL_URL", f"file://{instance_folder(environment) / 'mail'}")
    if letters.startswith("file://"):
        say(f"Letters land in {letters.removeprefix('file://')}")


if __name__ == "__main__":
    main()
