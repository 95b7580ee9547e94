"""`make nightly`: the long forms of the suite and a photograph of every page; the figures go to docs/nightly.md."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time

from setup import PYTHON, ROOT, say
from test import PARALLEL, REPORTS, Run, execute, report

FIGURES = ROOT / "docs" / "nightly.md"
# Every test that is not a browser's, the ones marked nightly among them, with ten times the random examples.
LONG = ("--hypothesis-profile=nightly",)
RUNS = (
    Run("SQLite", "not browser", options=PARALLEL),
    Run(
        "PostgreSQL",
        "not browser",
        programs=("initdb", "pg_ctl"),
        before=("tests/throwaway_postgres.py", str(PYTHON)),
        options=(*PARALLEL, "-p", "tests.databases"),
    ),
    Run("browser", "browser", programs=("chromium",)),
)


def main() -> int:
    """Run everything, write what came of it, and say 1 when something failed."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    rows = []
    for run in RUNS:
        started = time.monotonic()
        execute(run, LONG)
        rows.append(row(run.name, run.passed, run.failed, len(run.skipped), f"{time.monotonic() - started:.0f}"))
    started = time.monotonic()
    shots = subprocess.run([str(PYTHON), "tools/shots.py"], cwd=ROOT, check=False)
    good = int(shots.returncode == 0)
    rows.append(row("photographs of every page", good, 1 - good, 0, f"{time.monotonic() - started:.0f}"))
    write(rows, [row(*figure) for run in RUNS for figure in run.figures])
    say(f"Figures: {FIGURES.relative_to(ROOT)}")
    return max(report(RUNS), shots.returncode)


def row(*cells: object) -> str:
    """One line of a table."""
    return f"| {' | '.join(map(str, cells))} |"


def write(rows: list[str], figures: list[str]) -> None:
    """The page of the last figures."""
    when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"
    lines = (
        "# Nightly figures",
        "",
        f"Last run of `make nightly`: {when}, on {machine}.",
        "",
        row("part", "passed", "failed", "skipped", "seconds"),
        row(*["---"] * 5),
        *rows,
        "",
        "What single tests measured:",
        "",
        row("test", "figure", "value"),
        row(*["---"] * 3),
        *figures,
    )
    FIGURES.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
