"""What an employer does with a certificate that somebody handed them."""

from __future__ import annotations

from pathlib import Path

from tests.browser.visitor import Visitor
from tests.journeys.documents import printed_link, with_forged_credential, with_forged_page


def verify_by_link(visitor: Visitor, content: bytes, name: str) -> None:
    """The QR code's link opens on the verdict and the whole name."""
    visitor.go(printed_link(content))
    visitor.is_headed("Valid certificate")
    visitor.reads(name)


def verify_by_number(visitor: Visitor, number: str, name: str) -> None:
    """Typed in small letters, in groups, as people do: valid, the name hidden; then one not given to anybody."""
    typed = " ".join(number.lower()[start : start + 4] for start in range(0, len(number), 4))
    _type_number(visitor, typed)
    visitor.is_headed("Valid certificate")
    visitor.does_not_read(name)
    unknown = ("0" if number[0] != "0" else "1") + number[1:]
    _type_number(visitor, unknown)
    visitor.is_headed("Certificate not found")


def _type_number(visitor: Visitor, typed: str) -> None:
    visitor.go("/")
    visitor.follow("Verify a certificate")
    visitor.fill("Number of the certificate", typed)
    visitor.press("Verify", within=visitor.page.locator("main"))


def verify_by_file(visitor: Visitor, content: bytes, name: str, folder: Path) -> None:
    """The PDF as it was issued, then with its credential changed, then with its page changed."""
    forged = with_forged_credential(content, lambda text: text.replace(name, "Quelqu’un d’autre", 1))
    cases = {
        "Valid certificate": content,
        "Tampered certificate": forged,
        "Altered file": with_forged_page(content),
    }
    for heading, data in cases.items():
        path = folder / f"{heading.split()[0].lower()}.pdf"
        path.write_bytes(data)
        visitor.go("/verify")
        visitor.choose_file("Certificate as a file", path)
        visitor.press("Send and verify")
        visitor.is_headed(heading)
