"""Files as strangers send them."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pikepdf
from flask import Flask
from sqlalchemy.orm import Session

from app.certification import queries
from app.certification.files import file_content
from app.certification.models import Certificate
from app.wiring.deliveries import drain_outbox


def drawn(app: Flask, session: Session, certificate: Certificate) -> bytes:
    """The PDF of a certificate, as the worker draws and keeps it."""
    session.commit()
    # In a thread of its own, as on a site: sealing wants no event loop around it, and a browser test has one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(drain_outbox, app).result()
    session.expire_all()
    row = queries.find_file(session, certificate.id, "pdf")
    assert row is not None
    return file_content(row)


def signed(session: Session, certificate: Certificate) -> bytes:
    """The signed bytes of a certificate."""
    document = queries.find_document(session, certificate.id)
    assert document is not None and document.credential is not None
    return document.credential.encode()


def edited(credential: bytes, path: str, value: Any) -> bytes:
    """The credential with one field changed; `path` is dotted, with numbers for places in lists."""
    document = json.loads(credential)
    place = document
    *way, last = [int(part) if part.isdecimal() else part for part in path.split(".")]
    for part in way:
        place = place[part]
    place[last] = value
    return json.dumps(document).encode()


def with_attachment(pdf: bytes, content: bytes) -> bytes:
    """The PDF with another credential inside."""
    with pikepdf.open(BytesIO(pdf)) as document:
        del document.attachments["credential.json"]
        document.attachments["credential.json"] = pikepdf.AttachedFileSpec(document, content)
        out = BytesIO()
        document.save(out)
    return out.getvalue()


def retitled(pdf: bytes) -> bytes:
    """The PDF saved again by another program."""
    with pikepdf.open(BytesIO(pdf)) as document:
        document.docinfo["/Title"] = "Doctor of Everything"
        out = BytesIO()
        document.save(out)
    return out.getvalue()


def upload(content: bytes, name: str = "certificate.pdf") -> dict[str, Any]:
    """The form of a file."""
    return {"file": (BytesIO(content), name)}


def multipart(content: bytes, token: str) -> bytes:
    """The same form as bytes, boundary `edge`: for files so large that the test client would spool them to disk."""
    field = f'--edge\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
    head = '--edge\r\nContent-Disposition: form-data; name="file"; filename="certificate.pdf"\r\n\r\n'
    return field.encode() + head.encode() + content + b"\r\n--edge--\r\n"
