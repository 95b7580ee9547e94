"""The import contracts see a breach: one of each is planted in a copy of the program."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.config import ROOT

# For each contract of pyproject.toml: where a breach is planted, its line, and the link the report must name.
BREACHES = {
    "layers": ("app/skills/queries.py", "from app.jobs import queries as q", "app.skills.queries -> app.jobs.queries"),
    "modules": ("app/skills/models.py", "from app.skills import queries", "app.skills.models -> app.skills.queries"),
    "frameworks": ("app/skills/services.py", "import flask", "app.skills.services -> flask"),
    "pure": ("app/learning/rules.py", "import sqlalchemy", "app.learning.rules -> sqlalchemy"),
    "certificates": ("certificates/keys.py", "import wtforms", "certificates.keys -> wtforms"),
    "signatures": ("app/jobs/queries.py", "import certificates.keys", "app.jobs.queries -> certificates.keys"),
    "edges": ("app/jobs/services.py", "from app.jobs import views", "app.jobs.services -> app.jobs.views"),
    "parts": (
        "app/accounts/queries.py",
        "from app.accounts import browser",
        "app.accounts.queries -> app.accounts.browser",
    ),
    "blind": (
        "app/matching/scoring.py",
        "from app.fairness import models",
        "app.matching.scoring -> app.fairness.models",
    ),
    "accommodations": (
        "app/certification/queries.py",
        "from app.assessment import accommodations",
        "app.certification.queries -> app.assessment.accommodations",
    ),
    "signals": (
        "app/assessment/services.py",
        "from app.assessment import signals",
        "app.assessment.services -> app.assessment.signals",
    ),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program with eleven breaches."""
    folder = tmp_path_factory.mktemp("breached")
    for name in ("app", "certificates"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "app" / "fairness" / "models.py").touch()
    for path, line, _link in BREACHES.values():
        with (folder / path).open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    return folder


@pytest.fixture(scope="module")
def report(copy: Path) -> str:
    """What import-linter says of the copy."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    environment = {**os.environ, "COLUMNS": "300"}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("contract", BREACHES)
def test_a_planted_breach_is_seen(report: str, contract: str) -> None:
    assert BREACHES[contract][2] in report


def test_every_contract_has_its_breach() -> None:
    import tomllib

    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert [contract["id"] for contract in settings["tool"]["importlinter"]["contracts"]] == list(BREACHES)
