"""What people do to a certificate's PDF: take it apart, follow its link, forge it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pikepdf

ATTACHMENT = "credential.json"


def attached_credential(pdf: Path) -> bytes:
    """The credential as poppler's pdfdetach takes it out: a program that is not ours."""
    out = pdf.with_suffix(".attached.json")
    listed = subprocess.run(["pdfdetach", "-list", str(pdf)], capture_output=True, text=True, check=True).stdout
    assert f"1: {ATTACHMENT}" in listed, listed
    subprocess.run(["pdfdetach", "-save", "1", "-o", str(out), str(pdf)], check=True)
    return out.read_bytes()


def text_of(pdf: Path) -> str:
    """The words of the page, as poppler reads them."""
    return subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout


def printed_link(content: bytes) -> str:
    """The link of the QR code, which is also the link one may click on the page."""
    with pikepdf.open(BytesIO(content)) as document:
        links = {str(one.A.URI) for page in document.pages for one in page.get("/Annots", ()) if "/A" in one}
    found = [link for link in links if "/verify/" in link]
    assert len(found) == 1, links
    return found[0]


def with_forged_credential(content: bytes, forge: Callable[[str], str]) -> bytes:
    """The same PDF around another credential."""
    with pikepdf.open(BytesIO(content)) as document:
        held = document.attachments[ATTACHMENT].get_file()
        forged = forge(held.read_bytes().decode()).encode()
        json.loads(forged)  # still readable: only its meaning changed
        document.attachments[ATTACHMENT] = pikepdf.AttachedFileSpec(
            document, forged, filename=ATTACHMENT, mime_type="application/ld+json"
        )
        return _saved(document)


def with_forged_page(content: bytes) -> bytes:
    """The same credential in a PDF whose page shows something more."""
    with pikepdf.open(BytesIO(content)) as document:
        document.pages[0].contents_add(b"q 0 0 0 rg 60 60 200 12 re f Q")
        return _saved(document)


def _saved(document: pikepdf.Pdf) -> bytes:
    out = BytesIO()
    document.save(out)
    return out.getvalue()
