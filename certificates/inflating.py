"""Decompression that stops: no further than a limit, and never past a damaged or missing end."""

import zlib

from certificates.errors import ExtractionError


def inflate(data: bytes, limit: int) -> bytes:
    """The bytes of a zlib stream, at most `limit` of them; ExtractionError when it is longer, cut or damaged."""
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(data, limit + 1)
    except zlib.error as error:
        raise ExtractionError("The credential in the file is compressed and damaged.") from error
    if len(text) > limit:
        raise ExtractionError(f"The credential is larger than {limit} bytes.")
    if not inflater.eof:
        raise ExtractionError("The credential in the file is compressed and cut short.")
    return text
