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
    lines = []
    for run in RUNS:
        started = time.monotonic()
        execute(run, LONG)
        lines.append(row(run.name, run.passed, run.failed, len(run.skipped), time.monotonic() - started))
    started = time.monotonic()
    shots = subprocess.run([str(PYTHON), "tools/shots.py"], cwd=ROOT, check=False)
    lines.append(
        row(
            "photographs of every page",
            int(shots.returncode == 0),
            int(shots.returncode != 0),
            0,
            time.monotonic() - started,
        )
    )
    write(lines)
    say(f"Figures: {FIGURES.relative_to(ROOT)}")
    return max(report(RUNS), shots.returncode)


def row(name: str, passed: int, failed: int, skipped: int, seconds: float) -> str:
    """One line of the table."""
    return f"| {name} | {passed} | {failed} | {skipped} | {seconds:.0f} |"


def write(lines: list[str]) -> None:
    """The page of the last figures."""
    when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"
    head = (
        "# Nightly figures",
        "",
        f"Last run of `make nightly`: {when}, on {machine}.",
        "",
        "| part | passed | failed | skipped | seconds |",
        "|---|---|---|---|---|",
    )
    FIGURES.write_text("\n".join((*head, *lines)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
