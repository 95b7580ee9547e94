"""The credential comes back out, and hostile files cost little."""

import subprocess
import sys
import time
import zlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.errors import ExtractionError
from certificates.extraction import Limits, extract, extract_bounded

GOLDEN = Path(__file__).parent / "golden"
PDF = (GOLDEN / "certificate.fr.pdf").read_bytes()
CREDENTIAL = (GOLDEN / "credential.fr.json").read_bytes()
BOTH = pytest.mark.parametrize("take", [extract, extract_bounded], ids=["here", "bounded"])


def pdf_with(name: str = "credential.json", data: bytes = b"{}", **stream: object) -> bytes:
    """A small PDF with one attachment."""
    with pikepdf.new() as document:
        document.add_blank_page()
        document.attachments[name] = data
        file = document.attachments[name].obj.EF.F
        if stream:
            file.write(data, **stream)
        output = BytesIO()
        document.save(output, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
        return output.getvalue()


@BOTH
def test_from_pdf_and_json(take: object) -> None:
    assert callable(take)
    assert take(PDF).credential_bytes == CREDENTIAL
    assert take(PDF).kind == "pdf"
    assert take(CREDENTIAL).credential_bytes == CREDENTIAL
    assert take(b" \n" + CREDENTIAL).kind == "json"


@BOTH
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"[]",
        b"\x89PNG\r\n\x1a\n",
        b"%PDF-1.7",
        b"%PDF-1.7\n" + b"x" * 1000,
        PDF[: len(PDF) // 3],
        pdf_with("other.json"),
        pdf_with("Credential.json"),
        pdf_with("../credential.json"),
        b'{"a":"' + b"a" * 70_000 + b'"}',
        b"%PDF-1.7\n" + b"\0" * (2 * 1024 * 1024),
    ],
    ids=["empty", "text", "list", "png", "header", "noise", "cut", "other", "case", "path", "long-json", "large"],
)
def test_says_so_when_there_is_none(take: object, data: bytes) -> None:
    assert callable(take)
    with pytest.raises(ExtractionError):
        take(data)


def test_a_locked_pdf_is_refused() -> None:
    output = BytesIO()
    with pikepdf.open(BytesIO(PDF)) as document:
        document.save(output, encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(ExtractionError, match="password"):
        extract_bounded(output.getvalue())


MEASURED = """
import resource, sys, time
from pathlib import Path
from certificates.errors import ExtractionError
from certificates.extraction import extract_bounded
begin = time.monotonic()
try:
    extract_bounded(Path(sys.argv[1]).read_bytes())
except ExtractionError as error:
    print(error)
print(time.monotonic() - begin, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def refusal_of(hostile: bytes, folder: Path) -> tuple[str, float, int]:
    """What is said of the file, the seconds and the KiB of memory it cost, seen from a small process.

    A large one would not do: a child counts its parent's memory until it has started.
    """
    path = folder / "hostile.pdf"
    path.write_bytes(hostile)
    command = [sys.executable, "-c", MEASURED, str(path)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    seconds, memory = output[-1].split()
    return " ".join(output[:-1]), float(seconds), int(memory)


def test_a_compressed_attachment_stops_at_its_limit(tmp_path: Path) -> None:
    hostile = pdf_with(data=zlib.compress(b" " * 200_000_000, 9), filter=pikepdf.Name.FlateDecode)
    assert len(hostile) < 250_000
    said, seconds, memory = refusal_of(hostile, tmp_path)
    assert "larger" in said
    assert seconds < 3
    assert memory < 300 * 1024


def test_a_page_that_would_swell_is_never_decoded() -> None:
    output = BytesIO()
    with pikepdf.open(BytesIO(PDF)) as document:
        document.pages[0].Contents = document.make_stream(b"")
        document.pages[0].Contents.write(zlib.compress(b" " * 200_000_000, 9), filter=pikepdf.Name.FlateDecode)
        document.save(output, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    begin = time.monotonic()
    assert extract_bounded(output.getvalue()).credential_bytes == CREDENTIAL
    assert time.monotonic() - begin < 3


@pytest.mark.slow
def test_a_structure_that_swells_hits_the_wall(tmp_path: Path) -> None:
    # The table of objects is itself a compressed stream: reading the file at all means inflating it.
    table = zlib.compress(b"\0" * 600_000_000, 9)
    head = b"%PDF-1.7\n"
    entry = b"1 0 obj\n<</Type/XRef/Size 150000000/W[1 2 1]/Root 2 0 R/Filter/FlateDecode/Length %d>>\nstream\n" % len(
        table
    )
    hostile = head + entry + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % len(head)
    said, seconds, memory = refusal_of(hostile, tmp_path)
    assert said
    assert seconds < 10
    assert memory < 300 * 1024


def test_other_compressions_are_not_tried() -> None:
    hostile = pdf_with(data=b"<~87cUR~>", filter=pikepdf.Name.ASCII85Decode)
    with pytest.raises(ExtractionError, match="compressed"):
        extract(hostile)
    chain = pdf_with(data=b"x", filter=pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode]))
    with pytest.raises(ExtractionError, match="compressed"):
        extract(chain)


def test_an_endless_reader_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.executable", _script(tmp_path, "sleep 30"))
    with pytest.raises(ExtractionError, match="too long"):
        extract_bounded(PDF, Limits(wall_seconds=0.3))


def _script(folder: Path, command: str) -> str:
    path = folder / "python"
    path.write_text(f"#!/bin/sh\nexec {command}\n")
    path.chmod(0o755)
    return str(path)


def test_the_reader_is_told_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PASSERELLE_SECRET_KEY", "canary")
    monkeypatch.setattr("sys.executable", _script(tmp_path, f"env > {tmp_path}/seen"))
    extract_bounded(PDF)
    assert "canary" not in (tmp_path / "seen").read_text()


@settings(max_examples=150, deadline=None)
@given(position=st.integers(0, len(PDF) - 1), replacement=st.binary(min_size=1, max_size=8))
def test_a_damaged_pdf_is_read_or_refused(position: int, replacement: bytes) -> None:
    damaged = PDF[:position] + replacement + PDF[position + len(replacement) :]
    with suppress(ExtractionError):
        extract(damaged)
