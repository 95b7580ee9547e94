"""Every page and state of an exam, in two of the eight variants: nothing that axe-core finds, nothing sideways."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.browser
def test_exam_pages_have_no_fault() -> None:
    """All eight variants of every page are `make shots`, which `make nightly` runs."""
    assert shutil.which("chromium"), "Chromium is not installed: apt-get install chromium"
    command = [sys.executable, "tools/shots.py", "--few", "exam", "attempt", "practice", "result-"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
