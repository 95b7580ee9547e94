"""The credential attached to a PDF, read without ever decoding a page; run it where time and memory are limited."""

from io import BytesIO
from typing import Any

import pikepdf

from certificates.errors import ExtractionError
from certificates.inflating import inflate
from certificates.limits import Limits

JSON_NAME = "credential.json"
JWT_NAME = "credential.jwt"

_DAMAGED = (
    pikepdf.PdfError,
    pikepdf.DataDecodingError,
    AttributeError,
    TypeError,
    ValueError,
    KeyError,
    IndexError,
    OverflowError,
    RuntimeError,
)


def credentials_in_pdf(data: bytes, limits: Limits) -> tuple[bytes, bytes]:
    """The credential as JSON and as VC-JWT, one of them perhaps empty; ExtractionError when there is neither."""
    try:
        with pikepdf.open(BytesIO(data)) as document:
            as_json, as_jwt = (_attachment(document, name, limits) for name in (JSON_NAME, JWT_NAME))
    except pikepdf.PasswordError as error:
        raise ExtractionError("The PDF is locked by a password.") from error
    except _DAMAGED as error:
        raise ExtractionError("The PDF is damaged.") from error
    if not as_json and not as_jwt:
        raise ExtractionError(f"The PDF carries no {JSON_NAME}.")
    return as_json, as_jwt


def _attachment(document: Any, name: str, limits: Limits) -> bytes:
    """The attachment's bytes, decompressed no further than the limit; empty when there is none."""
    if name not in document.attachments:
        return b""
    stream = document.attachments[name].obj.EF.F
    raw: bytes = stream.read_raw_bytes()
    filters = stream.get("/Filter")
    if filters is None:
        return limits.checked(raw)
    if str(filters) != "/FlateDecode" or stream.get("/DecodeParms") is not None:
        raise ExtractionError("The credential in the PDF is compressed in a way we do not use.")
    return limits.checked(inflate(raw, limits.text_bytes))
