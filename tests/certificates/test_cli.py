"""The command line: plain words, JSON, and the exit codes of the contract."""

import io
import json
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest

import certificates
from certificates.cli import main
from certificates.credential import Holder, StatusEntry
from certificates.jwt import sign_jwt, sign_status_list_jwt
from certificates.keys import FileSigner
from certificates.status_list import StatusList
from tests.certificates.builders import LIST_URL, NOW, SIGNER, credential

GOLDEN = Path(__file__).parent / "golden"
FRENCH, ENGLISH, PDF = (
    str(GOLDEN / name) for name in ("credential.fr.json", "credential.en.json", "certificate.fr.pdf")
)
KEYS = ["--keys", str(GOLDEN / "did.json")]
JWT, PNG, SVG = (str(GOLDEN / name) for name in ("credential.fr.jwt", "badge.fr.png", "badge.fr.svg"))
KEY_SET = ["--keys", str(GOLDEN / "jwks.json")]
STATUS = ["--status", str(GOLDEN / "status-list.json")]
STATUS_JWT = ["--status", str(GOLDEN / "status-list.jwt")]
REVOKED = ["--status", str(GOLDEN / "status-list.revoked.json")]


def run(*arguments: str) -> int:
    """The exit code, on the day the golden documents were signed."""
    return main(arguments, now=NOW)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["verify", FRENCH, *KEYS, *STATUS], 0),
        (["verify", FRENCH, ENGLISH, PDF, *KEYS, *STATUS], 0),
        (["verify", JWT, PNG, SVG, PDF, *KEYS, *STATUS], 0),
        (["verify", JWT, PNG, SVG, PDF, FRENCH, *KEY_SET, *STATUS_JWT], 0),
        (["verify", JWT, *KEYS, *REVOKED], 1),
        (["verify", PNG, *KEYS, *REVOKED], 1),
        (["verify", SVG, *KEYS, *REVOKED], 1),
        (["verify", JWT, *STATUS_JWT], 2),
        (["verify", JWT, *KEYS, "--status", JWT], 2),
        (["verify", str(GOLDEN / "status-list.jwt"), *KEYS, *STATUS], 1),
        (["verify", FRENCH, *KEYS, *REVOKED], 1),
        (["verify", ENGLISH, *KEYS, *REVOKED], 0),
        (["verify", FRENCH, *KEYS], 2),
        (["verify", FRENCH, *STATUS], 2),
        (["verify", FRENCH], 2),
        (["verify", "absent.json", *KEYS, *STATUS], 2),
        (["verify", FRENCH, "absent.json", *KEYS, *REVOKED], 2),
        (["verify", FRENCH, *STATUS, "--keys", "absent.json"], 2),
        (["verify", FRENCH, *STATUS, "--keys", FRENCH], 2),
        (["verify", FRENCH, *STATUS, "--keys", str(GOLDEN / "badge.fr.png")], 2),
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


@pytest.mark.parametrize(("path", "kind"), [(PDF, "PDF"), (PNG, "PNG"), (SVG, "SVG"), (FRENCH, "JSON"), (JWT, "JWT")])
def test_inspect_shows_every_kind(path: str, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("inspect", path) == 0
    captured = capsys.readouterr()
    assert captured.err.startswith(f"{kind} file")
    shown = json.loads(captured.out)
    assert ("proof" in shown) != (path == JWT)
    if path == JWT:
        assert shown["header"]["alg"] == "EdDSA"
        assert shown["payload"]["iss"] == "did:web:passerelle.example"


class TestSeveral:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """Certificates of every kind in a tree, with keys, lists and other files between them."""
        (tmp_path / "a" / "b").mkdir(parents=True)
        for name, place in (
            ("credential.fr.json", "a"),
            ("credential.en.json", "a/b"),
            ("credential.fr.jwt", "."),
            ("badge.fr.png", "a/b"),
            ("certificate.fr.pdf", "."),
            ("did.json", "."),
            ("status-list.json", "a"),
        ):
            (tmp_path / place / name).write_bytes((GOLDEN / name).read_bytes())
        (tmp_path / "a" / "BADGE.SVG").write_bytes(Path(SVG).read_bytes())
        (tmp_path / "notes.txt").write_text("not looked at")
        return tmp_path

    def options(self, folder: Path) -> list[str]:
        """The keys and the list that lie among the certificates."""
        return ["--keys", str(folder / "did.json"), "--status", str(folder / "a" / "status-list.json")]

    def test_a_directory_is_walked(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run("verify", str(folder), *self.options(folder)) == 0
        captured = capsys.readouterr()
        assert captured.out.count(": VALID.") == 6
        assert captured.out.endswith("\n\n  valid  6\n  files  6\n")
        assert "notes" not in captured.out
        assert captured.err == ""

    def test_what_is_wrong_is_counted(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        changed = (folder / "a" / "b" / "badge.fr.png").read_bytes()
        (folder / "a" / "b" / "badge.fr.png").write_bytes(changed[:200])
        (folder / "changed.json").write_bytes(Path(FRENCH).read_bytes().replace(b"Claire", b"Blaise"))
        assert run("verify", str(folder), *self.options(folder)) == 2
        table = capsys.readouterr().out.rpartition("\n\n")[2]
        assert table == "  valid      5\n  tampered   1\n  malformed  1\n  files      7\n"

    def test_with_json_only_objects_are_on_standard_output(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        run("verify", str(folder), FRENCH, "--json", *self.options(folder))
        captured = capsys.readouterr()
        assert {json.loads(line)["status"] for line in captured.out.splitlines()} == {"valid"}
        assert len(captured.out.splitlines()) == 7
        assert "files  7" in captured.err

    def test_a_directory_without_certificates_is_said(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run("verify", str(tmp_path), *KEYS) == 2
        assert "no file whose name ends in" in capsys.readouterr().err

    def test_one_file_has_no_table(self, capsys: pytest.CaptureFixture[str]) -> None:
        run("verify", FRENCH, *KEYS, *STATUS)
        assert "files" not in capsys.readouterr().out

    @pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
    def test_a_terminal_shows_how_far_it_is(self, monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
        terminal = Terminal(encoding)
        monkeypatch.setattr("sys.stderr", terminal)
        run("verify", FRENCH, ENGLISH, JWT, *KEYS, *STATUS)
        assert [f"{number}/3" in terminal.getvalue() for number in range(4)] == [True, True, True, False]
        assert ("━" if encoding == "utf-8" else "#") in terminal.getvalue()
        assert terminal.getvalue().endswith("\x1b[K")
        run("verify", FRENCH, *KEYS, *STATUS)
        assert "/1" not in terminal.getvalue()

    def test_elsewhere_it_shows_nothing(self, capsys: pytest.CaptureFixture[str]) -> None:
        run("verify", FRENCH, ENGLISH, *KEYS, *STATUS)
        assert capsys.readouterr().err == ""


class Terminal(io.StringIO):
    """Somewhere a person is looking."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return True


class TestStatusLists:
    OTHER_URL = "https://passerelle.example/credentials/status/2"

    def write(self, folder: Path, name: str, *revoked: int, url: str = LIST_URL, since: int = 0) -> list[str]:
        """A list in a file, signed so many hours ago, as an option."""
        document = sign_status_list_jwt(
            StatusList.of(revoked),
            list_url=url,
            signer=SIGNER,
            now=NOW - timedelta(hours=since),
            valid_for=timedelta(days=1),
        )
        (folder / name).write_text(document)
        return ["--status", str(folder / name)]

    def certificate(self, folder: Path, name: str, url: str, index: int) -> str:
        """A certificate of that list, in a file."""
        path = folder / name
        path.write_text(sign_jwt(credential(status=StatusEntry(url, index)), SIGNER))
        return str(path)

    def test_each_certificate_finds_its_own(self, tmp_path: Path) -> None:
        first = self.certificate(tmp_path, "1.jwt", LIST_URL, 7)
        second = self.certificate(tmp_path, "2.jwt", self.OTHER_URL, 7)
        lists = [
            *self.write(tmp_path, "list-1.jwt", 8),
            *self.write(tmp_path, "list-2.jwt", 9, url=self.OTHER_URL),
        ]
        assert run("verify", first, second, *KEYS, *lists) == 0
        assert run("verify", first, second, *KEYS, *lists[:2]) == 2
        revoked = [*lists[:2], *self.write(tmp_path, "list-3.jwt", 7, url=self.OTHER_URL)]
        assert run("verify", first, *KEYS, *revoked) == 0
        assert run("verify", first, second, *KEYS, *revoked) == 1

    def test_the_newest_copy_counts(self, tmp_path: Path) -> None:
        path = self.certificate(tmp_path, "1.jwt", LIST_URL, 7)
        older, newer = self.write(tmp_path, "a.jwt", since=5), self.write(tmp_path, "b.jwt", 7, since=1)
        assert run("verify", path, *KEYS, *older) == 0
        assert run("verify", path, *KEYS, *older, *newer) == 1
        assert run("verify", path, *KEYS, *newer, *older) == 1

    def test_one_that_is_out_of_date_is_said(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path = self.certificate(tmp_path, "1.jwt", LIST_URL, 7)
        assert run("verify", path, *KEYS, *self.write(tmp_path, "a.jwt", since=30)) == 2
        assert "out of date" in capsys.readouterr().out


def pdf_with_both(as_json: bytes, as_jwt: bytes) -> bytes:
    """A PDF that carries the two forms."""
    with pikepdf.new() as document:
        document.add_blank_page()
        document.attachments["credential.json"] = as_json
        document.attachments["credential.jwt"] = as_jwt
        output = io.BytesIO()
        document.save(output)
        return output.getvalue()


@pytest.mark.parametrize(
    ("second", "status", "code"),
    [
        (Path(JWT).read_bytes(), "valid", 0),
        (sign_jwt(credential(holder=Holder("Blaise Pascal")), SIGNER).encode(), "altered", 1),
        (Path(JWT).read_bytes()[:-4], "altered", 1),
        (b"hello", "altered", 1),
    ],
    ids=["same", "another", "cut", "noise"],
)
def test_both_forms_in_a_pdf_say_the_same(
    second: bytes, status: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "both.pdf"
    path.write_bytes(pdf_with_both(Path(FRENCH).read_bytes(), second))
    assert run("verify", str(path), "--json", *KEYS, *STATUS) == code
    answer = json.loads(capsys.readouterr().out)
    assert answer["status"] == status
    assert [check["passed"] for check in answer["checks"] if check["name"] == "file"] == [False] * code
    assert run("verify", str(path), *KEYS, *REVOKED) == 1


def test_a_pdf_with_the_jwt_alone_is_read(tmp_path: Path) -> None:
    path = tmp_path / "jwt.pdf"
    with pikepdf.new() as document:
        document.add_blank_page()
        document.attachments["credential.jwt"] = Path(JWT).read_bytes()
        document.save(path)
    assert run("verify", str(path), *KEYS, *STATUS) == 0


def test_a_name_cannot_command_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "\x1b[2J.json"
    path.write_text("{}")
    run("verify", str(path), str(tmp_path / "\x1b[1m.json"), *KEYS)
    run("inspect", str(tmp_path / "\x1b[1m.json"))
    captured = capsys.readouterr()
    assert "\x1b" not in captured.out + captured.err


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


# What the library promises to do without: imports of the application and its frameworks fail, and so does the network.
ALONE = """
import importlib.abc, socket, sys
from datetime import UTC, datetime

class Refused(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        absent = ("app", "flask", "sqlalchemy", "wtforms", "werkzeug", "jinja2", "pydantic", "huey", "babel")
        if name.split(".")[0] in absent:
            raise ModuleNotFoundError(f"{name} is not installed here")

def refuse(*arguments, **options):
    raise OSError("there is no network here")

sys.meta_path.insert(0, Refused())
for name in ("connect", "connect_ex", "bind", "sendto"):
    setattr(socket.socket, name, refuse)
socket.getaddrinfo = socket.create_connection = refuse
from certificates.cli import main
sys.exit(main(sys.argv[1:], now=datetime(2026, 11, 22, 10, 0, tzinfo=UTC)))
"""


def test_without_the_application_and_without_a_network(tmp_path: Path) -> None:
    folder = tmp_path / "alone"
    shutil.copytree(Path(certificates.__file__).parent, folder / "certificates")
    files = (FRENCH, ENGLISH, PDF, JWT, PNG, SVG)
    commands = (["verify", *files, *KEYS, *STATUS_JWT], ["inspect", PDF], ["verify", FRENCH, *KEY_SET, *REVOKED])
    for arguments, code in zip(commands, (0, 0, 1), strict=True):
        outcome = subprocess.run(
            [sys.executable, "-c", ALONE, *arguments], capture_output=True, cwd=folder, text=True, check=False
        )
        assert outcome.returncode == code, outcome.stderr
