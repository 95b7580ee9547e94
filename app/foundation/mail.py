"""Letters out: written to a folder as .eml files by default, or given to an SMTP server."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.foundation import clock

TIMEOUT_SECONDS = 20
LETTERS = Path(__file__).resolve().parent.parent.parent / "templates" / "mail"


@dataclass(frozen=True)
class Sender:
    """Who writes: the site's name and address, and the host that makes message ids unique."""

    name: str
    address: str
    host: str


@dataclass(frozen=True)
class Recipient:
    """Who reads, in which language ("fr" or "en")."""

    name: str
    address: str
    language: str


def compose(sender: Sender, recipient: Recipient, *, template: str, key: str, **values: object) -> EmailMessage:
    """The letter of `templates/mail/<template>.<language>.txt`, whose first line is its subject.

    `key` is the outbox's: a letter sent twice has one Message-ID. Raises ValueError when a header would
    carry a line break or NUL.
    """
    subject, _, body = _render(f"{template}.{recipient.language}.txt", values).partition("\n")
    for text in (subject, recipient.name, recipient.address, sender.name, sender.address, key):
        if any(ord(character) < 32 or ord(character) == 127 for character in text):
            raise ValueError("a header of a letter would carry a control character")
    letter = EmailMessage(policy=SMTP)
    letter["From"] = _address(sender.name, sender.address)
    letter["To"] = _address(recipient.name, recipient.address)
    letter["Subject"] = subject
    letter["Date"] = format_datetime(clock.now())
    letter["Message-ID"] = f"<{key}@{sender.host}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(body.strip() + "\n", cte="quoted-printable")
    letter["Content-Language"] = recipient.language  # after the content, which drops every Content- header
    return letter


def _address(name: str, address: str) -> Address:
    user, _, domain = address.rpartition("@")
    return Address(name, user, domain.encode("idna").decode("ascii"))


def _render(filename: str, values: dict[str, object]) -> str:
    return _environment().get_template(filename).render(**values).strip()


@cache
def _environment() -> Environment:
    return Environment(  # noqa: S701 - plain text: escaping would show entities to the reader
        loader=FileSystemLoader(LETTERS), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


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
