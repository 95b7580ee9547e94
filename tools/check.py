"""`make check`: lint, types, contracts, translations, courses and their programs; all run, the failing ones speak."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from setup import ROOT, VENV, say

BIN = VENV / "bin"
CHECKS = {
    "lint": [BIN / "ruff", "check", "--quiet", "."],
    "format": [BIN / "ruff", "format", "--check", "--quiet", "--diff", "."],
    "types": [BIN / "mypy", "--no-error-summary"],
    "import contracts": [BIN / "lint-imports", "--no-logo"],
    "translations": [BIN / "python", "tools/translations.py", "check"],
    "courses": [BIN / "flask", "--app", "wsgi", "courses", "check", "content", "--strict"],
    "course layout": [BIN / "flask", "--app", "wsgi", "courses", "fmt", "content", "--check"],
    "lesson code": [BIN / "python", "tools/lesson_code.py"],
}


def main() -> int:
    """Run every check; returns 1 when one fails."""
    environment = {**os.environ, "PASSERELLE_ENVIRONMENT": "development"}
    failed = []
    for name, command in CHECKS.items():
        started = time.monotonic()
        done = subprocess.run(
            [str(word) for word in command],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        verdict = "ok" if done.returncode == 0 else "FAILED"
        say(f"{name:20} {verdict:8} {time.monotonic() - started:5.1f} s")
        if done.returncode != 0:
            failed.append(name)
            say(done.stdout.rstrip())
    if failed:
        say(f"make check: {', '.join(failed)} failed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
