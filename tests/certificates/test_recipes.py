"""The recipes of docs/verify-without-us.md, run as they stand there: they say yes, no, and revoked."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from certificates.jwt import sign_jwt, sign_status_list_jwt
from certificates.keys import jwks
from certificates.status_list import StatusList
from tests.certificates.builders import LIST_URL, RING, SIGNER
from tests.certificates.independent import REVOKED, current
from tests.certificates.tools import need
from tools import node

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "verify-without-us.md").read_text(encoding="utf-8")


def recipe(language: str) -> str:
    """The one block of this language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def prepare(folder: Path, *, revoked: bool = False, changed: bool = False) -> None:
    """The three files that a recipe starts from."""
    token = sign_jwt(current(), SIGNER)
    if changed:
        header, payload, signature = token.split(".")
        token = ".".join((header, payload[:40] + ("A" if payload[40] != "A" else "B") + payload[41:], signature))
    now = datetime.now(UTC)  # noqa: TID251 - the recipes read the machine's clock
    bits = StatusList.of([REVOKED] if revoked else [])
    status = sign_status_list_jwt(bits, list_url=LIST_URL, signer=SIGNER, now=now, valid_for=timedelta(hours=1))
    (folder / "credential.jwt").write_text(token)
    (folder / "status-list.jwt").write_text(status)
    (folder / "jwks.json").write_text(json.dumps(jwks(RING), separators=(",", ":")))


def run(command: list[str], folder: Path) -> tuple[int, str]:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout


def test_openssl_tells_a_good_signature_from_a_changed_document(tmp_path: Path) -> None:
    need("openssl")
    prepare(tmp_path)
    _code, said = run(["sh", "-c", recipe("sh")], tmp_path)
    assert "Signature Verified Successfully" in said
    assert '"identityHash":"Claire Fontanel"' in said
    prepare(tmp_path, changed=True)
    _code, said = run(["sh", "-c", recipe("sh")], tmp_path)
    assert "Verified Successfully" not in said
    assert "Failure" in said


def commands(folder: Path) -> dict[str, list[str]]:
    """How a person runs the two others."""
    (folder / "verify.py").write_text(recipe("python"))
    (folder / "verify.mjs").write_text(recipe("js"))
    found = {"python": [sys.executable, "verify.py"]}
    program = node.node_program(ROOT / ".venv")
    if program is not None and node.PACKAGES.is_dir():
        (folder / "node_modules").symlink_to(node.PACKAGES)
        found["node"] = [program, "verify.mjs"]
    return found


@pytest.mark.parametrize("language", ["python", "node"])
def test_a_dozen_lines_say_valid_revoked_and_no(tmp_path: Path, language: str) -> None:
    command = commands(tmp_path).get(language)
    if command is None:
        message = "the packages of tests/independent are not installed"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    prepare(tmp_path)
    code, said = run(command, tmp_path)
    assert code == 0
    assert said.splitlines()[:2] == ["VALID", "Claire Fontanel"]
    prepare(tmp_path, revoked=True)
    assert run(command, tmp_path)[1].startswith("REVOKED")
    prepare(tmp_path, changed=True)
    code, said = run(command, tmp_path)
    assert code != 0
    assert said == ""
