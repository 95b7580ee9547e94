"""What the tests of accounts share: a password, the two forms, the worker's round and the letters that left."""

from __future__ import annotations

import re
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.wiring.deliveries import drain_outbox
from tests.reviewer import ReviewedClient

PASSWORD = "quatre chevaux bleus dansent"


def register(client: ReviewedClient, **changed: str) -> TestResponse:
    """Send the form of a new account."""
    typed = {"name": "Élodie Martin", "email": "elodie@example.org", "password": PASSWORD, "role": "learner"}
    return client.post("/register", {**typed, **changed})


def sign_in(
    client: ReviewedClient, email: str = "elodie@example.org", password: str = PASSWORD, **options: Any
) -> TestResponse:
    """Send the form of the sign-in page."""
    return client.post("/sign-in", {"email": email, "password": password}, **options)


def letters(app: Flask, session: Session) -> list[EmailMessage]:
    """Let the worker make its round, then take the letters that left, in order, out of the folder."""
    session.commit()
    drain_outbox(app)
    session.expire_all()
    folder = Path(app.config["SETTINGS"].instance_path) / "mail"
    files = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    found = [BytesParser(policy=policy.default).parsebytes(path.read_bytes()) for path in files]
    for path in files:
        path.unlink()
    return found  # type: ignore[return-value]


def link(letter: EmailMessage) -> str:
    """The path of the link of a letter."""
    found = re.search(r"http://localhost:8000(/(?:confirm|reset)/\S+)", letter.get_content())
    assert found, letter.get_content()
    return found[1]
