"""Letters out: written to a folder as .eml files by default, or given to an SMTP server."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 20


class Mailer(Protocol):
    """Whatever takes a letter away."""

    def send(self, letter: EmailMessage) -> None: ...


class FolderMailer:
    """Writes each letter to a folder: what a developer, a test and a first installation want."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, letter: EmailMessage) -> None:
        """Write the letter; its stable Message-ID names the file, so that a second sending replaces the first."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = "".join(c if c.isalnum() or c in "-." else "_" for c in str(letter["Message-ID"]).strip("<>"))
        (self.folder / f"{name}.eml").write_bytes(letter.as_bytes(policy=SMTP))


class SmtpMailer:
    """Gives each letter to an SMTP server; smtps:// is TLS from the start, smtp:// upgrades when offered."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = parts.hostname or "localhost"
        self.port = parts.port or (465 if parts.scheme == "smtps" else 587)
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")
        self.tls = parts.scheme == "smtps"

    def send(self, letter: EmailMessage) -> None:
        """Send, or raise smtplib.SMTPException or OSError."""
        context = ssl.create_default_context()
        if self.tls:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            connection = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
        with connection:
            if not self.tls and connection.has_extn("starttls"):
                connection.starttls(context=context)
            if self.user:
                connection.login(self.user, self.password)
            connection.send_message(letter)


def open_mailer(url: str) -> Mailer:
    """The mailer of a setting: file:///folder, smtp://user:password@host:587 or smtps://host."""
    scheme = urlsplit(url).scheme
    if scheme == "file":
        return FolderMailer(Path(urlsplit(url).path))
    if scheme in ("smtp", "smtps"):
        return SmtpMailer(url)
    raise ValueError("PASSERELLE_MAIL_URL starts with file://, smtp:// or smtps://")
