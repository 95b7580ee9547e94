"""The credential comes back out, and hostile files cost little."""

import os
import subprocess
import sys
import warnings
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates import isolation, pdf, pdf_attachments
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
import os, socket, sys
from pathlib import Path
from certificates.extraction_worker import _child, _warm_up
from certificates.extraction_protocol import answered
from certificates import isolation, pdf, pdf_attachments
from certificates.errors import ExtractionError
from certificates.isolation import _exchanged
from certificates.limits import Limits
_warm_up()
ours, theirs = socket.socketpair()
pid = os.fork()
if pid == 0:
    ours.close()
    _child(theirs, Limits())
theirs.close()
try:
    print(answered(_exchanged(ours, Path(sys.argv[1]).read_bytes(), Limits())))
except ExtractionError as error:
    print(error)
used = os.wait4(pid, 0)[2]
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


def refusal_of(hostile: bytes, folder: Path) -> tuple[str, float, int]:
    """What is said of the file, the processor's seconds and the KiB of memory it cost."""
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


def test_a_page_that_would_swell_is_never_decoded(tmp_path: Path) -> None:
    output = BytesIO()
    with pikepdf.open(BytesIO(PDF)) as document:
        document.pages[0].Contents = document.make_stream(b"")
        document.pages[0].Contents.write(zlib.compress(b" " * 200_000_000, 9), filter=pikepdf.Name.FlateDecode)
        document.save(output, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    assert extract_bounded(output.getvalue()).credential_bytes == CREDENTIAL
    assert refusal_of(output.getvalue(), tmp_path)[1] < 1


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
    assert seconds < 3
    assert memory < 300 * 1024


def test_other_compressions_are_not_tried() -> None:
    hostile = pdf_with(data=b"<~87cUR~>", filter=pikepdf.Name.ASCII85Decode)
    with pytest.raises(ExtractionError, match="compressed"):
        extract(hostile)
    chain = pdf_with(data=b"x", filter=pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode]))
    with pytest.raises(ExtractionError, match="compressed"):
        extract(chain)


@pytest.fixture
def other_interpreter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Makes the next warm process something else than Python."""

    def put(command: str) -> None:
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\nexec {command}\n")
        path.chmod(0o755)
        monkeypatch.setattr("sys.executable", str(path))
        isolation.stop()

    yield put
    isolation.stop()


def test_an_endless_reader_is_stopped(other_interpreter: Callable[[str], None]) -> None:
    other_interpreter("sleep 30")
    with pytest.raises(ExtractionError, match="too long"):
        extract_bounded(PDF, Limits(wall_seconds=0.3))


def test_an_interpreter_that_does_not_start_is_said_so(other_interpreter: Callable[[str], None]) -> None:
    other_interpreter("false")
    with pytest.raises(ExtractionError, match="started"):
        extract_bounded(PDF)


def test_the_reader_is_told_no_secret(
    monkeypatch: pytest.MonkeyPatch, other_interpreter: Callable[[str], None], tmp_path: Path
) -> None:
    monkeypatch.setenv("PASSERELLE_SECRET_KEY", "canary")
    other_interpreter(f"env > {tmp_path}/seen")
    with pytest.raises(ExtractionError):
        extract_bounded(PDF)
    assert "PYTHONPATH" in (tmp_path / "seen").read_text()
    assert "canary" not in (tmp_path / "seen").read_text()


def test_a_reader_that_was_killed_is_replaced() -> None:
    assert extract_bounded(PDF).credential_bytes == CREDENTIAL
    isolation._keeper.process()._process.kill()
    isolation._keeper.process()._process.wait()
    assert extract_bounded(PDF).credential_bytes == CREDENTIAL


def test_many_threads_are_served_at_once() -> None:
    good, bad = PDF, PDF[: len(PDF) // 3]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(_credential_or_none, [good, bad] * 20))
    assert answers == [CREDENTIAL, None] * 20


def _credential_or_none(data: bytes) -> bytes | None:
    try:
        return extract_bounded(data).credential_bytes
    except ExtractionError:
        return None


def test_a_forked_process_starts_its_own_reader() -> None:
    extract_bounded(PDF)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other tests' threads may still be there
        child = os.fork()
    if child == 0:
        os._exit(0 if _credential_or_none(PDF) == CREDENTIAL else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert extract_bounded(PDF).credential_bytes == CREDENTIAL


def test_the_limits_reach_the_reader() -> None:
    with pytest.raises(ExtractionError, match="larger"):
        extract_bounded(PDF, Limits(credential_bytes=100))
    swollen = pdf_with(data=zlib.compress(b" " * 30_000_000, 9), filter=pikepdf.Name.FlateDecode)
    with pytest.raises(ExtractionError, match="too much time or memory"):
        extract_bounded(swollen, Limits(credential_bytes=40_000_000, memory_bytes=1))


@settings(max_examples=150, deadline=None)
@given(position=st.integers(0, len(PDF) - 1), replacement=st.binary(min_size=1, max_size=8))
def test_a_damaged_pdf_is_read_or_refused(position: int, replacement: bytes) -> None:
    damaged = PDF[:position] + replacement + PDF[position + len(replacement) :]
    with suppress(ExtractionError):
        extract(damaged)


def test_what_is_attached_is_looked_for_under_the_same_name() -> None:
    assert pdf_attachments.JSON_NAME == pdf.ATTACHMENT
    assert getattr(pdf, "JWT_ATTACHMENT", "credential.jwt") == pdf_attachments.JWT_NAME
