"""The suite of `make test` after the checks: on SQLite, on PostgreSQL, then in a browser; what did not run is named."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree

from setup import PYTHON, ROOT, find_program, say

REPORTS = ROOT / "build" / "tests"
CI = os.environ.get("CI") == "true"
NO_TESTS = 5  # pytest's exit code when nothing was selected
PARALLEL = ("-n", "2", "--dist", "worksteal")
EVERYDAY = "not browser and not nightly"
# Reference data is somebody else's and optional; a test of one database has nothing to say of the other.
MAY_SKIP = re.compile(r"^(TEST_DATA names no folder|only on (SQLite|PostgreSQL))")


@dataclass
class Run:
    """One run of pytest: what it is called, what it needs, what came of it."""

    name: str
    marks: str
    programs: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    passed: int = 0
    failed: int = 0
    skipped: dict[str, str] = field(default_factory=dict)
    figures: list[tuple[str, str, str]] = field(default_factory=list)  # test, name, value: what a test measured
    trouble: str = ""


RUNS = (
    Run("SQLite", EVERYDAY, options=PARALLEL),
    Run(
        "PostgreSQL",
        EVERYDAY,
        programs=("initdb", "pg_ctl"),
        before=("tests/throwaway_postgres.py", str(PYTHON)),
        options=(*PARALLEL, "-p", "tests.databases"),
    ),
    Run("browser", "browser and not nightly", programs=("chromium",)),
)


def main(arguments: Sequence[str]) -> int:
    """Run the suite, handing `arguments` to each pytest; 1 when something failed or, in CI, could not run."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    for run in RUNS:
        execute(run, arguments)
    return report(RUNS)


def execute(run: Run, arguments: Sequence[str]) -> None:
    """Run pytest once, unless a program it needs is missing."""
    missing = [program for program in run.programs if find_program(program) is None]
    if missing:
        run.trouble = f"not run: {', '.join(missing)} not installed"
        return
    path = REPORTS / f"{run.name.lower()}.xml"
    path.unlink(missing_ok=True)
    say(f"\nTests: {run.name}")
    started = time.monotonic()
    pytest = ["-m", "pytest", "-q", "-m", run.marks, f"--junit-xml={path}", "--hypothesis-profile=ci", *run.options]
    done = subprocess.run([str(PYTHON), *run.before, *pytest, *arguments], cwd=ROOT, check=False)
    say(f"{run.name}: {time.monotonic() - started:.0f} s")
    if done.returncode not in (0, NO_TESTS):
        run.trouble = f"pytest ended with {done.returncode}"
    if path.exists():
        read_report(run, ElementTree.parse(path).getroot())  # noqa: S314 - pytest has just written it


def read_report(run: Run, root: ElementTree.Element) -> None:
    """Count what passed and failed, and keep the reason of each skip and what was measured."""
    for case in root.iter("testcase"):
        name = str(case.get("name"))
        run.figures += [(name, str(one.get("name")), str(one.get("value"))) for one in case.iter("property")]
        skip = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            run.failed += 1
        elif skip is not None:
            run.skipped[f"{case.get('classname')}.{name}"] = skip.get("message", "")
        else:
            run.passed += 1


def report(runs: Sequence[Run]) -> int:
    """The closing lines: what did not run and why, each run, then all of them together."""
    unexplained = 0
    for run in runs:
        odd = {name: reason for name, reason in run.skipped.items() if not MAY_SKIP.match(reason)}
        unexplained += len(odd) + run.trouble.startswith("not run")
        for name, reason in odd.items():
            say(f"not run ({run.name}): {name}: {reason}")
    say("")
    for run in runs:
        say(f"{run.name:12}{counts(run.passed, run.failed, len(run.skipped))}  {run.trouble}".rstrip())
    failures = any(run.failed or run.trouble.startswith("pytest") for run in runs)
    if CI and unexplained:
        say(f"{unexplained} could not run, which in CI is a failure.")
    totals = [
        sum(numbers) for numbers in zip(*((run.passed, run.failed, len(run.skipped)) for run in runs), strict=True)
    ]
    say(counts(*totals))
    return 1 if failures or (CI and unexplained) else 0


def counts(passed: int, failed: int, skipped: int) -> str:
    """One line that people and programs read."""
    return f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
