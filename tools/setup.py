"""Make a fresh machine ready: the virtual environment, the locked requirements, the system's libraries and programs.

Standard library only: this runs before anything is installed. `python tools/setup.py run|check|test`.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import node

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
RUNTIME, DEVELOPMENT = "requirements.txt", "requirements-dev.txt"

# What WeasyPrint opens when it draws a certificate, and Debian's packages that bring it.
LIBRARIES = (
    "libgobject-2.0.so.0",
    "libpango-1.0.so.0",
    "libpangoft2-1.0.so.0",
    "libharfbuzz.so.0",
    "libharfbuzz-subset.so.0",
    "libfontconfig.so.1",
)
LIBRARY_PACKAGES = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"]
OTHER_SYSTEMS = {
    "dnf": "dnf install pango harfbuzz",
    "pacman": "pacman -S pango",
    "apk": "apk add pango harfbuzz-subset fontconfig",
    "brew": "brew install pango",
}
# What the tests use beyond Python, by the Debian package that brings it.
TEST_PROGRAMS = {
    "postgresql": ("initdb", "pg_ctl"),
    "chromium": ("chromium",),
    "poppler-utils": ("pdftotext", "pdftoppm"),
    "qpdf": ("qpdf",),
}


def main(purpose: str) -> None:
    """Prepare for `run`, `check` or `test`; stops with a sentence when something has to be done by hand."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever has an older Python reads this
        stop(f"Passerelle needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}. Try: make PYTHON=…")
    install_requirements(RUNTIME if purpose == "run" else DEVELOPMENT)
    install_libraries()
    if purpose == "test":
        install_test_programs()
        install_independent_verifiers()


def install_requirements(filename: str) -> None:
    """Install a locked file in .venv; nothing is done when that very file was installed before."""
    wanted = {name: fingerprint(ROOT / name) for name in (RUNTIME, filename)}  # the second holds the first
    done = json.loads(STAMP.read_text(encoding="utf-8")) if STAMP.exists() else {}
    if PYTHON.exists() and wanted.items() <= done.items():
        return
    if not PYTHON.exists() or run_quietly(str(PYTHON), "-m", "pip", "--version") != 0:
        create_environment()
    say(f"Installing {filename} in .venv (once; it takes a minute or two).")
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    command = [*pip, "--require-hashes", "--requirement", str(ROOT / filename)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        stop(f"{done.stdout}\npip could not install {filename}: see above. Run the same command again to go on.")
    draft = STAMP.with_suffix(".part")
    draft.write_text(json.dumps(wanted), encoding="utf-8")
    draft.replace(STAMP)


def fingerprint(path: Path) -> str:
    """What a stamp remembers of a requirements file: its content, and the Python it was installed for."""
    return hashlib.sha256(path.read_bytes() + sys.version.encode()).hexdigest()


def create_environment() -> None:
    """Make .venv anew; an interrupted one is emptied first."""
    say("Creating .venv.")
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode == 0:
        return
    package = f"python3.{sys.version_info.minor}-venv"
    if not may_use_apt():
        stop(f"Python's venv module is missing. On Debian and Ubuntu: sudo apt-get install {package}")
    apt_install([package])
    if subprocess.run(command, check=False).returncode != 0:
        stop(".venv could not be created: see above.")


def install_libraries() -> None:
    """Have the libraries that draw certificates, or stop with the command that brings them."""
    if not sys.platform.startswith("linux"):
        if run_quietly(str(PYTHON), "-c", "import weasyprint") != 0:
            stop(f"WeasyPrint finds no Pango. Install it, then run this again: {OTHER_SYSTEMS['brew']}")
        return
    missing = missing_libraries()
    if missing and may_use_apt():
        apt_install(LIBRARY_PACKAGES)
        missing = missing_libraries()
    if missing:
        command = next(
            (line for name, line in OTHER_SYSTEMS.items() if shutil.which(name)),
            "apt-get install " + " ".join(LIBRARY_PACKAGES),
        )
        stop(f"Certificates are drawn with libraries that are not here ({', '.join(missing)}). Run: sudo {command}")


def missing_libraries() -> list[str]:
    """The libraries that the dynamic linker does not find."""
    missing = []
    for name in LIBRARIES:
        try:
            ctypes.CDLL(name)
        except OSError:
            missing.append(name)
    return missing


def install_test_programs() -> None:
    """Have what the tests use; where apt cannot be used, name it and go on: those tests say that they did not run."""
    missing = [package for package, programs in TEST_PROGRAMS.items() if not all(map(find_program, programs))]
    if missing and may_use_apt():
        apt_install(missing)
        missing = [package for package in missing if not all(map(find_program, TEST_PROGRAMS[package]))]
    if missing:
        say(f"Not installed, so some tests will not run: sudo apt-get install {' '.join(missing)}")


def install_independent_verifiers() -> None:
    """Have the verifiers of tests/independent, or say why not and go on: their tests say that they did not run."""
    if node.packages_are_installed():
        return
    say("Installing the packages of tests/independent with npm.")
    trouble = node.install_packages(VENV)
    if trouble:
        say(f"The independent verifiers are not installed, so their tests will not run: {trouble}")


def find_program(name: str) -> str | None:
    """The path of a program; Debian keeps PostgreSQL's server off the PATH."""
    servers = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(servers[-1]) if servers else None)


def may_use_apt() -> bool:
    """Is this a Debian where we may install packages?"""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(packages: list[str]) -> None:
    """Install Debian packages, quietly; stops when apt cannot."""
    say(f"Installing {' '.join(packages)} with apt.")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", "--quiet", *command], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            stop(f"apt-get {' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def run_quietly(*command: str) -> int:
    """The exit code of a command whose words nobody needs."""
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode
    except OSError:
        return 127


def say(sentence: str) -> None:
    """Tell the person at the terminal, at once."""
    print(sentence, flush=True)


def stop(sentence: str) -> NoReturn:
    """End with a sentence on standard error."""
    print(sentence, file=sys.stderr, flush=True)
    sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1])
