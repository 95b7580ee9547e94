"""What is said between the process that asks for a PDF to be read and the one that reads it."""

import struct

from certificates.errors import ExtractionError
from certificates.limits import Limits

_REQUEST = struct.Struct(">QQQdQ")
_FOUND, _NOT_FOUND = b"+", b"-"
REQUEST_BYTES = _REQUEST.size


def request(limits: Limits) -> bytes:
    """The limits under which a file is to be read."""
    return _REQUEST.pack(
        limits.file_bytes, limits.credential_bytes, limits.cpu_seconds, limits.wall_seconds, limits.memory_bytes
    )


def requested(message: bytes) -> Limits:
    """The limits that were asked for."""
    return Limits(*_REQUEST.unpack(message))


def found(as_json: bytes, as_jwt: bytes) -> bytes:
    """The answer that carries a credential, in one form or both."""
    return _FOUND + struct.pack(">I", len(as_json)) + as_json + as_jwt


def refused(error: ExtractionError) -> bytes:
    """The answer that says why there is none."""
    return _NOT_FOUND + str(error).encode()


def longest_answer(limits: Limits) -> int:
    """No answer is longer; the process that read a hostile file is not trusted to keep to it."""
    return limits.credential_bytes + limits.text_bytes + 5


def answered(reply: bytes) -> tuple[bytes, bytes]:
    """The credential as JSON and as VC-JWT, one perhaps empty; ExtractionError says why there is none."""
    if reply[:1] == _FOUND and len(reply) >= 5:
        end = 5 + int.from_bytes(reply[1:5], "big")
        return reply[5:end], reply[end:]
    if reply[:1] == _NOT_FOUND:
        raise ExtractionError(reply[1:500].decode("utf-8", "replace"))
    raise ExtractionError("Reading the file took too much time or memory.")
