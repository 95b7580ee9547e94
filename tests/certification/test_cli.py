"""`flask keys` and `flask certificates`, as contract.md names them."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from app.assessment.models import ExamVersion
from app.certification import queries
from tests.builders import Cast
from tests.certification import builders


def run(app: Flask, session: Session, *arguments: str) -> tuple[int, str, str]:
    """Run a command: exit code, standard output, standard error."""
    session.commit()
    result = app.test_cli_runner().invoke(args=list(arguments), catch_exceptions=False)
    session.expire_all()
    return result.exit_code, result.stdout, result.stderr


def test_keys(app: Flask, session: Session) -> None:
    first = builders.make_keys(app, session)
    folder = app.config["SETTINGS"].keys_path
    assert stat.S_IMODE((folder / f"{first}.pem").stat().st_mode) == 0o400
    code, _out, error = run(app, session, "keys", "generate")
    assert code == 1
    assert "rotate" in error
    assert run(app, session, "keys", "rotate")[0] == 0
    code, out, _error = run(app, session, "keys", "list", "--json")
    keys = [json.loads(line) for line in out.splitlines()]
    assert [key["state"] for key in keys] == ["active", "retired"]
    assert len({key["multibase"] for key in keys}) == 2


def test_list_export_and_revoke(app: Flask, session: Session, cast: Cast, exam: ExamVersion, tmp_path: Path) -> None:
    certificate = builders.certify(session, cast.ada, exam)
    code, out, _error = run(app, session, "certificates", "list", "--json")
    assert code == 0
    assert json.loads(out) == {
        "id": certificate.public_id,
        "status": "valid",
        "email": "ada@example.org",
        "course": "counting",
        "key": certificate.reveal_key,
    }
    assert certificate.reveal_key not in run(app, session, "certificates", "list")[1]
    for kind in ("pdf", "json"):
        target = tmp_path / f"certificate.{kind}"
        arguments = ("export", certificate.public_id.lower(), "--format", kind, "--output", str(target))
        assert run(app, session, "certificates", *arguments)[0] == 0
        assert run(app, session, "certificates", *arguments)[0] == 0
        assert target.read_bytes().startswith(b"%PDF-" if kind == "pdf" else b"{")
    assert run(app, session, "certificates", "revoke", certificate.public_id, "--reason", "whim")[0] == 2
    assert run(app, session, "certificates", "revoke", certificate.public_id, "--reason", "misconduct")[0] == 0
    code, _out, error = run(app, session, "certificates", "revoke", certificate.public_id, "--reason", "misconduct")
    assert (code, "revoked already" in error) == (1, True)
    assert json.loads(run(app, session, "certificates", "list", "--json")[1])["status"] == "revoked"


def test_wrong_numbers(app: Flask, session: Session, keys: str, tmp_path: Path) -> None:
    unknown = "4T9XK2MBV7QPR6HWD3N8ZC5JAY"
    for number, expected in (("short", 2), (unknown, 1)):
        assert run(app, session, "certificates", "revoke", number, "--reason", "misconduct")[0] == expected
        assert run(app, session, "certificates", "issue", number)[0] == expected
        target = ("--format", "pdf", "--output", str(tmp_path / "none.pdf"))
        assert run(app, session, "certificates", "export", number, *target)[0] == expected


def test_issue_signs_what_waited(app: Flask, session: Session, cast: Cast) -> None:
    exam = builders.make_course(session)
    session.commit()
    certificate = builders.certify(session, cast.ada, exam)
    code, _out, error = run(app, session, "certificates", "issue", certificate.public_id)
    assert (code, "waits" in error) == (1, True)
    builders.make_keys(app, session)
    assert run(app, session, "certificates", "issue", certificate.public_id)[0] == 0
    session.refresh(certificate)
    assert certificate.state == "valid"
    assert queries.find_document(session, certificate.id) is not None
