"""`python -m benchmarks [--postgresql]`: measure, print the table, exit 1 beyond 1.25 of a target."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from benchmarks.processes import cpu_seconds, parent_of
from benchmarks.school import QUESTIONS, School, build
from tests.browser.site import ROOT, Site, free_port, gunicorn, new_site, running, served, wait_until_ready
from tests.throwaway_postgres import DURABLE, throwaway_postgres

WORKERS, THREADS, CONNECTIONS = 2, 4, 4
# Hello is measured again between any two things: machines slow down and speed up while this runs.
WARM_UP_SECONDS, SECONDS, HELLO_SECONDS = 1.0, 4.0, 1.5
TOLERANCE = 1.25


@dataclass(frozen=True)
class Work:
    """One thing to measure; targets are multiples of hello, or CPU-seconds for `sit`: (SQLite, PostgreSQL)."""

    name: str
    plan: dict[str, Any]
    targets: tuple[float, float] | None = None
    unit: str = "×"


@dataclass(frozen=True)
class Figures:
    """What a unit of work cost: processor milliseconds in the web workers and in the database's own processes."""

    rate: float
    web_ms: float
    database_ms: float

    @property
    def ms(self) -> float:
        return self.web_ms + self.database_ms


def works(school: School) -> list[Work]:
    """Everything that performance.md gives a target for, and the exam's page beside it."""
    json_headers = {"Accept": "application/json"}
    signed_in = {"Cookie": school.reader["cookie"]}
    return [
        Work("verify, JSON by id", page(f"/api/v1/certificates/{school.certificate}", json_headers), (6, 9)),
        Work("verify, page", page(f"/verify/{school.certificate}"), (10, 10)),
        Work("course page, signed out", page(school.course), (10, 10)),
        Work("course page, signed in", page(school.course, signed_in), (15, 15)),
        Work("lesson page, signed out", page(school.lesson), (10, 10)),
        Work("lesson page, signed in", page(school.lesson, signed_in), (15, 15)),
        Work("catalogue, signed out", page("/courses"), (10, 10)),
        Work("exam, one question's page", exam_page(school)),
        Work("exam, an answer saved", {"kind": "save", "seats": school.saving}, (6, 9)),
        Work("exam, 13 requests of it", sitting(school.sitting[0::3], questions=5, review=False), unit="s"),
        Work(f"exam of {QUESTIONS} questions, whole", by_script(school.sitting[1::3]), (0.12, 0.17), unit="s"),
        Work("the same, without a script", sitting(school.sitting[2::3], questions=QUESTIONS, review=True), unit="s"),
        Work("certificate drawn, one core", {"kind": "draw", "processes": 1}, (0.13, 0.13), unit="s"),
        Work("certificates drawn, two cores", {"kind": "draw", "processes": 2}, (0.13, 0.13), unit="s"),
    ]


def page(path: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """The plan of a page fetched again and again."""
    return {"kind": "fetch", "path": path, "headers": headers or {}}


def sitting(seats: list[dict[str, Any]], *, questions: int, review: bool) -> dict[str, Any]:
    """The plan of attempts from start to result: 2 requests per question, 3 more, and the review page."""
    return {"kind": "sit", "seats": seats, "questions": questions, "review": review}


def by_script(seats: list[dict[str, Any]]) -> dict[str, Any]:
    """The plan of attempts in the one document: a request for each answer, and five more."""
    return {"kind": "sit-by-script", "seats": seats}


def exam_page(school: School) -> dict[str, Any]:
    """A question of an attempt under way."""
    seat = school.saving[0]
    return page(f"/attempts/{seat['attempt']}", {"Cookie": seat["cookie"]})


def main() -> int:
    """Measure everything on one database; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--database-url", help="an empty PostgreSQL database (default: SQLite)")
    parser.add_argument("--postgresql", action="store_true", help="start a throw-away PostgreSQL server, durable")
    parser.add_argument("--only", default="", help="measure only what has these words in its name")
    chosen = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="passerelle-bench-")))
        url = stack.enter_context(throwaway_postgres(DURABLE)) if chosen.postgresql else chosen.database_url
        site = new_site(folder / "instance", url, TRUSTED_PROXIES="1")
        school = build(site.environ)
        return measure_all(site, [work for work in works(school) if chosen.only in work.name], folder)


def measure_all(site: Site, chosen: list[Work], folder: Path) -> int:
    """Hello first and last, the rest between; the table grows as figures come."""
    postgresql = site.database_url.startswith("postgresql")
    print(f"{'':32}{'a second':>9}{'web ms':>9}{'db ms':>8}{'ratio':>9}{'target':>9}")
    with served(site, workers=WORKERS, threads=THREADS, with_tasks=False) as (server,), served_hello(folder) as bare:
        roots = (server, postmaster(site.database_url) if postgresql else None)
        hellos, results = [measure(page("/"), bare[0], (bare[1], None))], []
        for work in announced(chosen):
            figures = measure(work.plan, site.port, roots)
            hellos.append(measure(page("/"), bare[0], (bare[1], None), seconds=HELLO_SECONDS))
            results.append((work, figures, (hellos[-2].ms + hellos[-1].ms) / 2))
    for number, hello in ((0, "hello, a bare Flask route"), (-1, "hello, at the end")):
        print(line(hello, hellos[number]))
    return report(results, postgresql=postgresql)


def announced(chosen: list[Work]) -> Iterator[Work]:
    """Says on the terminal what is being measured."""
    for number, work in enumerate(chosen, start=1):
        if sys.stderr.isatty():
            print(f"\r\033[K[{number}/{len(chosen)}] {work.name}", end="", file=sys.stderr, flush=True)
        yield work
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def report(results: list[tuple[Work, Figures, float]], *, postgresql: bool) -> int:
    """Print the table; returns 1 when something costs more than its target and a quarter."""
    beyond = []
    for work, figures, base in results:
        value = figures.ms / 1000 if work.unit == "s" else figures.ms / base
        target = work.targets[postgresql] if work.targets else None
        shown = f"{value:>8.3f}s" if work.unit == "s" else f"{value:>8.1f}×"
        verdict = "" if target is None else f"{target:>9g}{'' if value <= target else '  above'}"
        if target is not None and value > TOLERANCE * target:
            beyond.append(work.name)
            verdict += " by more than a quarter"
        print(line(work.name, figures) + shown + verdict)
    if beyond:
        print(f"\nBeyond {TOLERANCE} × target: {', '.join(beyond)}.")
    return 1 if beyond else 0


def line(name: str, figures: Figures) -> str:
    """The first columns of a row."""
    return f"{name:32}{figures.rate:>9.0f}{figures.web_ms:>9.2f}{figures.database_ms:>8.2f}"


@contextmanager
def served_hello(folder: Path) -> Iterator[tuple[int, int]]:
    """The bare Flask program under the same server; yields its port and its process."""
    port, log = free_port(), folder / "hello.log"
    with running([gunicorn(port, "benchmarks.hello:app", WORKERS, THREADS)], {"PATH": ""}, log) as processes:
        wait_until_ready(f"http://127.0.0.1:{port}/readyz", processes, log)
        yield port, processes[0].pid


def postmaster(url: str) -> int:
    """The first process of a PostgreSQL server on this machine: the parent of the one that answers us."""
    engine = create_engine(url)
    with engine.connect() as connection:
        backend: int = connection.scalar(text("SELECT pg_backend_pid()")) or 0
        first = parent_of(backend)
    engine.dispose()
    return first


# Where the addresses of the next clients begin: none meets again the budget that an earlier one has spent.
fresh_addresses = count(0, 10_000_000)


def measure(plan: dict[str, Any], port: int, roots: tuple[int, int | None], seconds: float = SECONDS) -> Figures:
    """Warm up, then measure; raises RuntimeError when anything was refused or broke."""
    if plan["kind"] == "draw":
        return draw(plan["processes"], seconds)
    others: dict[str, Any] = {}
    if plan["kind"] == "save":  # their revisions go on rising: half of the candidates are for the warm-up
        half = len(plan["seats"]) // 2
        plan, others = plan | {"seats": plan["seats"][:half]}, {"seats": plan["seats"][half:]}
    if not plan["kind"].startswith("sit"):  # each candidate sits once
        apply_load(plan | others, port, WARM_UP_SECONDS)
    before = [cpu_seconds(root) if root else 0.0 for root in roots]
    done = apply_load(plan, port, seconds)
    web, database = (
        1000 * (cpu_seconds(root) - start) / done["units"] if root else 0.0
        for root, start in zip(roots, before, strict=True)
    )
    return Figures(done["units"] / done["seconds"], web, database)


def draw(processes: int, seconds: float) -> Figures:
    """Certificates signed, drawn and sealed in processes of their own: the worker's work, not the site's."""
    command = [sys.executable, "-m", "benchmarks.drawing", str(processes), str(seconds)]
    done = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    print(f"{'':32}{done['peak_mb']:.0f} MB at most in a process that draws")
    return Figures(done["units"] / done["seconds"], done["cpu_ms"], 0.0)


def apply_load(plan: dict[str, Any], port: int, seconds: float) -> dict[str, Any]:
    """Run the load in a process of its own."""
    whole = {"headers": {}, "connections": CONNECTIONS, "first_address": next(fresh_addresses)} | plan
    process = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"], input=json.dumps(whole | {"port": port, "seconds": seconds}),
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    done: dict[str, Any] = json.loads(process.stdout)
    refused = {status: number for status, number in done["statuses"].items() if int(status) >= 400}
    if refused or done["errors"] or not done["units"]:
        raise RuntimeError(f"the load met refusals {refused} and errors {done['errors'][:3]}")
    return done


if __name__ == "__main__":
    sys.exit(main())
