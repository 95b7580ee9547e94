"""A throw-away PostgreSQL server for the tests: `python tests/throwaway_postgres.py COMMAND…` runs COMMAND with it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

# Durability is not what most tests ask of PostgreSQL; speed is. The fault tests start a server of their own.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
# What an installation that keeps its answers uses.
DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on", "max_connections=50")


def find_binaries() -> Path | None:
    """The folder that holds initdb and pg_ctl: Debian keeps them off the PATH."""
    if (initdb := shutil.which("initdb")) is not None:
        return Path(initdb).parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda path: int(path.parent.name))


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def as_server_user(command: list[str]) -> list[str]:
    """initdb refuses root: run it as the unprivileged user that Debian's package brings."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


@contextmanager
def throwaway_postgres(options: tuple[str, ...] = FAST) -> Iterator[str]:
    """A fresh server for the duration of the block; yields the URL of its own database, as SQLAlchemy takes it."""
    binaries = find_binaries()
    if binaries is None:
        raise SystemExit("PostgreSQL's server is not installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="passerelle-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    port = free_port()
    settings = " ".join(f"-c {option}" for option in (*options, f"unix_socket_directories={folder}"))
    control = as_server_user([str(binaries / "pg_ctl"), "-D", f"{folder}/data", "-w", "-l", f"{folder}/log"])
    initdb = [str(binaries / "initdb"), "-D", f"{folder}/data", "-U", "passerelle", "-A", "trust", "-E", "UTF8"]
    _quietly(as_server_user([*initdb, "--locale=C.UTF-8", "--no-sync"]))
    _quietly([*control, "-o", f"-p {port} -h 127.0.0.1 {settings}", "start"])
    try:
        yield f"postgresql+psycopg://passerelle@127.0.0.1:{port}/postgres"
    finally:
        _quietly([*control, "-m", "immediate", "stop"])
        shutil.rmtree(folder, ignore_errors=True)


def create_database(server: str, name: str) -> str:
    """An empty database of this name, whatever was there before; returns its URL."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return engine.url.set(database=name).render_as_string(hide_password=False)


def _quietly(command: list[str]) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, cwd="/")
    if done.returncode != 0:
        raise SystemExit(f"{command[-1]} failed:\n{done.stdout}")


if __name__ == "__main__":
    with throwaway_postgres() as url:
        finished = subprocess.run(sys.argv[1:], env={**os.environ, "TEST_POSTGRES_URL": url}, check=False)
    sys.exit(finished.returncode)
