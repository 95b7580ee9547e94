"""Another program that holds the database of a site for a while."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.browser.site import Site

HOLD = {
    "sqlite": """
import sqlite3, sys, time
database = sqlite3.connect(sys.argv[1].removeprefix("sqlite:///"), isolation_level=None, timeout=30)
database.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
database.execute("ROLLBACK")
""",
    "postgresql": """
import psycopg, sys, time
with psycopg.connect(sys.argv[1].replace("+psycopg", "")) as database:
    database.execute("LOCK TABLE answer_event IN EXCLUSIVE MODE")
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
""",
}


@contextmanager
def held_by_another_process(site: Site, seconds: float) -> Iterator[None]:
    """Nobody can write to the database (to the table of answers, on PostgreSQL) for so long."""
    program = HOLD["postgresql" if site.database_url.startswith("postgresql") else "sqlite"]
    command = [sys.executable, "-c", program, site.database_url, str(seconds)]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "held\n"
        yield
    finally:
        holder.wait(seconds + 30)
        holder.stdout.close()
