"""Which files a learner may hand in: kinds told by their first bytes, never by what the browser says of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from app.foundation.errors import RuleError
from app.foundation.hidden_signs import carries_hidden_signs
from app.foundation.i18n import gettext as _

MEGABYTE = 1024 * 1024
LARGEST_FILE_MB = 10
MOST_FILES = 5
LONGEST_NAME = 120
TEXT, ZIPPED = "text/plain; charset=utf-8", b"PK\x03\x04"
_OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True)
class Kind:
    """How a kind of file begins, and what its download is called; text begins with anything that is UTF-8."""

    media_type: str
    start: bytes | None


# Nothing that a browser would run: HTML and SVG are refused, whatever their names.
KINDS: Mapping[str, Kind] = {
    "pdf": Kind("application/pdf", b"%PDF-"),
    "png": Kind("image/png", b"\x89PNG\r\n\x1a\n"),
    "jpg": Kind("image/jpeg", b"\xff\xd8\xff"),
    "jpeg": Kind("image/jpeg", b"\xff\xd8\xff"),
    "zip": Kind("application/zip", ZIPPED),
    "docx": Kind(f"{_OFFICE}.wordprocessingml.document", ZIPPED),
    "xlsx": Kind(f"{_OFFICE}.spreadsheetml.sheet", ZIPPED),
    "pptx": Kind(f"{_OFFICE}.presentationml.presentation", ZIPPED),
    "odt": Kind("application/vnd.oasis.opendocument.text", ZIPPED),
    "ods": Kind("application/vnd.oasis.opendocument.spreadsheet", ZIPPED),
    "odp": Kind("application/vnd.oasis.opendocument.presentation", ZIPPED),
    **{word: Kind(TEXT, None) for word in ("txt", "md", "csv", "py", "ipynb", "json", "jsonl", "sql", "r")},
}
_MARKUP = (b"<!doctype", b"<html", b"<svg", b"<?xml", b"<script")


@dataclass(frozen=True)
class Upload:
    """A file that may be kept: its bytes, its kind and its name as words."""

    name: str
    kind: str
    content: bytes


def kinds_of(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The kinds of file that a project or a question takes, all that are known when its author names none."""
    return tuple(body.get("accept") or KINDS)


def most_megabytes(body: Mapping[str, Any]) -> float:
    """How large a file of a project or a question may be, in MB."""
    asked: float = body.get("max_mb", LARGEST_FILE_MB)
    return min(asked, LARGEST_FILE_MB)


def kind_of(name: str) -> str:
    """The end of a file's name, in small letters; "" without one."""
    stem, dot, end = name.rpartition(".")
    return end.lower() if stem and dot else ""


def check_upload(name: str, content: bytes, *, accept: Collection[str], most_bytes: int) -> Upload:
    """The file, when it may be kept; raises RuleError with a sentence that says what is wrong and what to do.

    `accept` names the kinds that are taken here, all of KINDS when it is empty.
    """
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2]).strip()
    if not name:
        raise RuleError(_("Choose a file first."))
    if carries_hidden_signs(name) or len(name) > LONGEST_NAME:
        raise RuleError(_("Give the file a shorter name, in letters and digits, then send it again."))
    if not content:
        raise RuleError(_("This file is empty."))
    if len(content) > most_bytes:
        raise RuleError(_("This file is too large: %(most)s MB at most.", most=f"{most_bytes / MEGABYTE:g}"))
    allowed = [kind for kind in KINDS if not accept or kind in accept]
    kind = kind_of(name)
    if kind not in allowed:
        raise RuleError(_("This kind of file is not taken here. Send one of: %(kinds)s.", kinds=", ".join(allowed)))
    if not _is_what_it_says(content, KINDS[kind]):
        raise RuleError(_("The content of this file is not that of a .%(kind)s file: save it again.", kind=kind))
    return Upload(name, kind, content)


def _is_what_it_says(content: bytes, kind: Kind) -> bool:
    if kind.start is not None:
        return content.startswith(kind.start)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        return False
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False
