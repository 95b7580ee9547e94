"""The command line: plain words, JSON, and the exit codes of the contract."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from certificates.cli import main
from certificates.keys import FileSigner
from tests.certificates.builders import NOW

GOLDEN = Path(__file__).parent / "golden"
FRENCH, ENGLISH, PDF = (
    str(GOLDEN / name) for name in ("credential.fr.json", "credential.en.json", "certificate.fr.pdf")
)
KEYS = ["--keys", str(GOLDEN / "did.json")]
STATUS = ["--status", str(GOLDEN / "status-list.json")]
REVOKED = ["--status", str(GOLDEN / "status-list.revoked.json")]


def run(*arguments: str) -> int:
    """The exit code, on the day the golden documents were signed."""
    return main(arguments, now=NOW)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["verify", FRENCH, *KEYS, *STATUS], 0),
        (["verify", FRENCH, ENGLISH, PDF, *KEYS, *STATUS], 0),
        (["verify", FRENCH, *KEYS, *REVOKED], 1),
        (["verify", ENGLISH, *KEYS, *REVOKED], 0),
        (["verify", FRENCH, *KEYS], 2),
        (["verify", FRENCH, *STATUS], 2),
        (["verify", FRENCH], 2),
        (["verify", "absent.json", *KEYS, *STATUS], 2),
        (["verify", FRENCH, "absent.json", *KEYS, *REVOKED], 2),
        (["verify", FRENCH, *STATUS, "--keys", "absent.json"], 2),
        (["verify", FRENCH, *STATUS, "--keys", FRENCH], 2),
        (["verify", str(GOLDEN / "did.json"), *KEYS, *STATUS], 2),
    ],
)
def test_exit_codes(arguments: list[str], code: int) -> None:
    assert run(*arguments) == code


@pytest.mark.parametrize("arguments", [[], ["verify"], ["verify", FRENCH, "--wrong"], ["unheard-of"], ["keygen"]])
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        run(*arguments)
    assert leaving.value.code == 3
    assert "usage" in capsys.readouterr().err


def test_says_it_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    run("verify", FRENCH, *KEYS, *STATUS)
    output = capsys.readouterr().out
    assert "VALID. Signed by the issuer, unchanged, not revoked and in date." in output
    assert "Claire Fontanel: Évaluer un modèle de classification (intermediate), by Les Deux Rives" in output


def test_says_it_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    run("verify", FRENCH, PDF, "--json", *KEYS, *REVOKED)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["status"] for line in lines] == ["revoked", "revoked"]
    assert lines[0]["holder"] == {"name": "Claire Fontanel", "masked": False}
    assert lines[0]["achievement"]["tier"] == "intermediate"
    assert [check["name"] for check in lines[0]["checks"]] == ["format", "signature", "issuer", "status", "validity"]


def test_a_changed_file_shows_nothing_of_what_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "changed.json"
    path.write_bytes(Path(FRENCH).read_bytes().replace(b"Claire Fontanel", b"Blaise Pascal"))
    assert run("verify", str(path), *KEYS, *STATUS) == 1
    output = capsys.readouterr().out
    assert "it has been changed" in output
    assert "Blaise" not in output


def test_a_file_cannot_command_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "hostile.json"
    path.write_bytes('{"issuer":"did:\u009b31m\\u001b[2J\u202e","credentialSubject":{}}'.encode())
    assert run("verify", str(path), *KEYS) == 1
    run("inspect", str(path))
    output = capsys.readouterr().out
    assert not {"\x1b", "\x9b", "\u202e"} & set(output)


def test_inspect_shows_and_says_it_verified_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("inspect", PDF) == 0
    captured = capsys.readouterr()
    assert '"identityHash": "Claire Fontanel"' in captured.out
    assert "Nothing here has been verified" in captured.err


def test_keygen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    phrase, path = tmp_path / "phrase", tmp_path / "key.pem"
    phrase.write_text("correct horse\n")
    arguments = ["keygen", "--id", "did:web:a.example#key-1", "--output", str(path), "--passphrase-file", str(phrase)]
    assert run(*arguments) == 0
    key_id, multibase = capsys.readouterr().out.split()
    signer = FileSigner.from_pem(path, b"correct horse", key_id=key_id)
    assert signer.public_key().multibase == multibase
    assert run(*arguments) == 2  # never overwrites
    phrase.write_text("\n")
    assert run(*arguments[:-3], str(tmp_path / "other.pem"), *arguments[-2:]) == 2
    assert not (tmp_path / "other.pem").exists()


def test_as_a_program(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "certificates", "verify", FRENCH, "--json", *KEYS]
    outcome = subprocess.run(command, capture_output=True, check=False)
    assert outcome.returncode == 2
    assert json.loads(outcome.stdout)["status"] == "status_unavailable"
