"""A credential in a PNG: the one iTXt chunk that Open Badges 3.0 §5.3.1 describes (PNG, third edition, §11.3.3.4)."""

import struct
import zlib
from collections.abc import Iterator

from certificates.errors import ExtractionError
from certificates.inflating import inflate
from certificates.limits import Limits

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEYWORD = b"openbadgecredential"
_MAX_CHUNKS = 10_000  # 2 MiB in pieces of 8 KiB, the smallest in use, are 256

Chunk = tuple[bytes, bytes]


def credential_in_png(data: bytes, limits: Limits) -> bytes:
    """The text of the picture's only chunk of that keyword; ExtractionError when there is none, or two."""
    found = [content for kind, content in _chunks(data) if _is_ours(kind, content)]
    if not found:
        raise ExtractionError("The picture carries no credential.")
    if len(found) > 1:
        raise ExtractionError("The picture carries more than one credential.")
    return limits.checked(_text(found[0], limits))


def with_credential(picture: bytes, credential: bytes) -> bytes:
    """The picture with the credential as its only chunk of that keyword, uncompressed, before the image data."""
    chunks = [chunk for chunk in _chunks(picture) if not _is_ours(*chunk)]
    # After the keyword: a zero, not compressed, method 0, no language, no translated keyword.
    chunks.insert(1, (b"iTXt", _KEYWORD + b"\0\0\0\0\0" + credential))
    return SIGNATURE + b"".join(_written(kind, content) for kind, content in chunks)


def _chunks(data: bytes) -> Iterator[Chunk]:
    """Every chunk up to IEND, its checksum checked; what follows IEND is no part of the picture."""
    if not data.startswith(SIGNATURE):
        raise ExtractionError("The file is not a PNG.")
    position = len(SIGNATURE)
    for number in range(_MAX_CHUNKS):
        if len(data) - position < 12:
            raise ExtractionError("The picture is cut short.")
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + 8 + length
        if end + 4 > len(data):
            raise ExtractionError("The picture is cut short.")
        if zlib.crc32(data[position + 4 : end]) != struct.unpack_from(">I", data, end)[0]:
            raise ExtractionError("The picture is damaged.")
        if (number == 0) != (kind == b"IHDR"):
            raise ExtractionError("The picture does not begin as a PNG does.")
        yield kind, data[position + 8 : end]
        if kind == b"IEND":
            return
        position = end + 4
    raise ExtractionError("The picture is in too many pieces.")


def _is_ours(kind: bytes, content: bytes) -> bool:
    return kind == b"iTXt" and content.partition(b"\0")[0] == _KEYWORD


def _text(content: bytes, limits: Limits) -> bytes:
    """The text of an iTXt chunk; compressed is read as well, since other programs may write it so."""
    rest = content[len(_KEYWORD) + 1 :]
    flag, method, rest = rest[:1], rest[1:2], rest[2:]
    _language, first, rest = rest.partition(b"\0")
    _translated, second, text = rest.partition(b"\0")
    if not second or not first or flag not in (b"\0", b"\1") or method != b"\0":
        raise ExtractionError("The credential in the picture is not laid out as it should be.")
    return inflate(text, limits.text_bytes) if flag == b"\1" else text


def _written(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
