"""The credential back out of a file: PDF, PNG, SVG, JSON or VC-JWT, told apart by content, never by name."""

from dataclasses import dataclass
from typing import Literal, get_args

from certificates import jwt
from certificates.errors import ExtractionError
from certificates.isolation import read_pdf
from certificates.limits import DEFAULT_LIMITS, Limits
from certificates.png import SIGNATURE as PNG_SIGNATURE
from certificates.png import credential_in_png
from certificates.svg import credential_in_svg

__all__ = ["DEFAULT_LIMITS", "KINDS", "Extracted", "Kind", "Limits", "extract", "extract_bounded"]

Kind = Literal["pdf", "png", "svg", "json", "jwt"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_SPACE = b" \t\r\n"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Extracted:
    """The credential's bytes as they were in the file, and the kind of file.

    The bytes are JSON or a VC-JWT (`is_jwt`). `second` is the VC-JWT that a PDF carries beside the
    JSON: who believes one of the two checks that both say the same.
    """

    credential_bytes: bytes
    kind: Kind
    second: bytes | None = None

    @property
    def is_jwt(self) -> bool:
        """Whether the credential is a VC-JWT."""
        return jwt.looks_like_jwt(self.credential_bytes)


def extract(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Extracted:
    """Take the credential out of a file, in this process; ExtractionError when there is none.

    A hostile PDF can cost much time and memory: files from strangers go to extract_bounded.
    """
    kind = kind_of(data, limits)
    if kind == "pdf":
        from certificates.pdf_attachments import credentials_in_pdf

        return _of_pdf(*credentials_in_pdf(data, limits))
    return _of_other(data, kind, limits)


def extract_bounded(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Extracted:
    """The same, reading a PDF in a process of its own whose time and memory are limited."""
    kind = kind_of(data, limits)
    if kind == "pdf":
        as_json, as_jwt = read_pdf(data, limits)
        return _of_pdf(limits.checked(as_json), limits.checked(as_jwt))
    return _of_other(data, kind, limits)


def kind_of(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Kind:
    """The kind of file, told by its first bytes; ExtractionError when it is none we read, or too large."""
    if len(data) > limits.file_bytes:
        raise ExtractionError(f"The file is larger than {limits.file_bytes} bytes.")
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(PNG_SIGNATURE):
        return "png"
    start = data[:1000].removeprefix(_BYTE_ORDER_MARK).lstrip(_SPACE)
    if start.startswith(b"<"):
        return "svg"
    if start.startswith(b"{"):
        return "json"
    if jwt.looks_like_jwt(start):
        return "jwt"
    raise ExtractionError("The file is not a PDF, PNG, SVG, JSON or JWT that could carry a credential.")


def _of_pdf(as_json: bytes, as_jwt: bytes) -> Extracted:
    return Extracted(as_json, "pdf", as_jwt or None) if as_json else Extracted(as_jwt.strip(_SPACE), "pdf")


def _of_other(data: bytes, kind: Kind, limits: Limits) -> Extracted:
    if kind in ("json", "jwt"):
        return Extracted(limits.checked(data.strip(_SPACE) if kind == "jwt" else data), kind)
    credential = credential_in_png(data, limits) if kind == "png" else credential_in_svg(data, limits)
    if not credential:
        raise ExtractionError("The picture carries a credential that says nothing.")
    return Extracted(credential, kind)
