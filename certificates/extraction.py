"""The credential back out of a file, bounded in size, time and memory."""

import os
import subprocess
import sys
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from certificates import strict_json
from certificates.errors import ExtractionError
from certificates.pdf import ATTACHMENT

MIB = 1024 * 1024
_FOUND, _NOT_FOUND = 0, 4


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be, its credential (bytes), and what reading it may cost (seconds, bytes)."""

    file_bytes: int = 2 * MIB
    credential_bytes: int = strict_json.MAX_BYTES
    cpu_seconds: int = 2
    wall_seconds: float = 20.0  # several times the processor's share, for a busy machine
    memory_bytes: int = 256 * MIB


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Extracted:
    """The credential's bytes as they were in the file, and the kind of file."""

    credential_bytes: bytes
    kind: Literal["json", "pdf"]


def extract(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Extracted:
    """Take the credential out of a JSON or PDF file, in this process; ExtractionError when there is none.

    A hostile PDF can cost much time and memory: files from strangers go to extract_bounded.
    """
    kind = _kind_of(data, limits)
    if kind == "json":
        return Extracted(_checked(data, limits), kind)
    return Extracted(_attachment(data, limits), kind)


def extract_bounded(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Extracted:
    """The same, reading a PDF in a process of its own whose time and memory are limited."""
    kind = _kind_of(data, limits)
    if kind == "json":
        return Extracted(_checked(data, limits), kind)
    try:
        outcome = subprocess.run(  # noqa: S603 - our own interpreter and module, no text of the user
            [sys.executable, "-P", "-m", "certificates.extraction_worker", *map(str, _worker_arguments(limits))],
            input=data,
            capture_output=True,
            timeout=limits.wall_seconds,
            check=False,
            env=_worker_environment(),
        )
    except subprocess.TimeoutExpired as error:
        raise ExtractionError("Reading the file took too long.") from error
    if outcome.returncode == _FOUND:
        return Extracted(_checked(outcome.stdout, limits), kind)
    if outcome.returncode == _NOT_FOUND:
        raise ExtractionError(outcome.stderr.decode("utf-8", "replace").strip())
    raise ExtractionError("Reading the file took too much time or memory.")


def _worker_arguments(limits: Limits) -> tuple[int, int, int, int]:
    return limits.file_bytes, limits.credential_bytes, limits.cpu_seconds, limits.memory_bytes


def _worker_environment() -> dict[str, str]:
    """Only what the interpreter needs: no secret of this process reaches the one that reads the file."""
    paths = [str(Path(__file__).resolve().parent.parent), *filter(None, sys.path)]
    kept = {name: value for name in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT") if (value := os.environ.get(name))}
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}


def _kind_of(data: bytes, limits: Limits) -> Literal["json", "pdf"]:
    if len(data) > limits.file_bytes:
        raise ExtractionError(f"The file is larger than {limits.file_bytes} bytes.")
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.lstrip(b" \t\r\n").startswith(b"{"):
        return "json"
    raise ExtractionError("The file is neither a PDF nor a JSON credential.")


def _checked(credential: bytes, limits: Limits) -> bytes:
    if len(credential) > limits.credential_bytes:
        raise ExtractionError(f"The credential is larger than {limits.credential_bytes} bytes.")
    return credential


def _attachment(data: bytes, limits: Limits) -> bytes:
    import pikepdf

    try:
        with pikepdf.open(BytesIO(data)) as document:
            if ATTACHMENT not in document.attachments:
                raise ExtractionError(f"The PDF carries no {ATTACHMENT}.")
            stream = document.attachments[ATTACHMENT].obj.EF.F
            return _inflated(stream, limits)
    except pikepdf.PasswordError as error:
        raise ExtractionError("The PDF is locked by a password.") from error
    except (pikepdf.PdfError, pikepdf.DataDecodingError, AttributeError, TypeError, ValueError, KeyError) as error:
        raise ExtractionError("The PDF is damaged.") from error


def _inflated(stream: Any, limits: Limits) -> bytes:
    """The attachment's bytes, decompressed no further than the limit."""
    raw: bytes = stream.read_raw_bytes()
    filters = stream.get("/Filter")
    if filters is None:
        return _checked(raw, limits)
    if str(filters) != "/FlateDecode" or stream.get("/DecodeParms") is not None:
        raise ExtractionError("The credential in the PDF is compressed in a way we do not use.")
    inflater = zlib.decompressobj()
    try:
        return _checked(inflater.decompress(raw, limits.credential_bytes + 1), limits)
    except zlib.error as error:
        raise ExtractionError("The credential in the PDF is damaged.") from error
