"""What a holder gives to others: links, a QR code, a line on LinkedIn, and what others then read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from app.certification.documents import awarded_at, verification_url
from app.certification.models import Certificate, Issuer
from app.certification.rules import masked_name
from app.foundation.i18n import localised
from app.foundation.tiers import Tier
from app.foundation.wording import ZONE
from certificates.pictures import qr_path

LINKEDIN = "https://www.linkedin.com/profile/add"


@dataclass(frozen=True)
class ProfileEntry:
    """A line among the licences and certifications of a profile."""

    name: str
    organization: str
    issued: date
    expires: date | None
    url: str
    number: str

    @property
    def address(self) -> str:
        """Where LinkedIn shows its form, filled in."""
        fields: dict[str, object] = {
            "startTask": "CERTIFICATION_NAME",
            "name": self.name,
            "organizationName": self.organization,
            "issueYear": self.issued.year,
            "issueMonth": self.issued.month,
        }
        if self.expires is not None:
            fields |= {"expirationYear": self.expires.year, "expirationMonth": self.expires.month}
        return f"{LINKEDIN}?{urlencode(fields | {'certUrl': self.url, 'certId': self.number})}"


def profile_entry(certificate: Certificate, issuer: Issuer) -> ProfileEntry:
    """The line of a certificate, in its own language; its link hides or shows the name as the holder chose."""
    expires = certificate.expires_at
    return ProfileEntry(
        name=localised(certificate.achievement.name, certificate.language),
        organization=issuer.name,
        issued=awarded_at(certificate).astimezone(ZONE).date(),
        expires=expires.astimezone(ZONE).date() if expires else None,
        url=plain_link(issuer, certificate),
        number=certificate.public_id,
    )


def plain_link(issuer: Issuer, certificate: Certificate) -> str:
    """The link by number alone."""
    return f"{issuer.url}/verify/{certificate.public_id}"


def naming_link(issuer: Issuer, certificate: Certificate) -> str:
    """The printed link: whoever has it reads the name and may download the files."""
    return verification_url(issuer.url, certificate)


@dataclass(frozen=True)
class SeenSkill:
    """A proven skill, its tier as a word."""

    name: Mapping[str, str]
    tier: str


@dataclass(frozen=True)
class Seen:
    """What the page by number shows to somebody without the key; the template of that page shows it here too."""

    name: Mapping[str, str]
    tier: str
    skills: Sequence[SeenSkill]
    holder: str | None
    masked: bool
    issued_at: datetime
    expires_at: datetime | None
    earned: Mapping[str, Any]


def seen_by_others(certificate: Certificate) -> Seen:
    """The facts of a certificate as anybody reads them by its number."""
    achievement, name = certificate.achievement, certificate.holder_name
    masked = name is not None and not certificate.name_public
    return Seen(
        name=achievement.name,
        tier=Tier.from_number(achievement.tier).value,
        skills=[SeenSkill(one["name"], Tier.from_number(one["tier"]).value) for one in achievement.skills],
        holder=masked_name(name) if name is not None and masked else name,
        masked=masked,
        issued_at=certificate.issued_at,
        expires_at=certificate.expires_at,
        earned=certificate.earned,
    )


@dataclass(frozen=True)
class QRCode:
    """A QR code as one path of strokes, `side` modules wide."""

    side: int
    path: str

    @property
    def svg(self) -> str:
        """A drawing to put on a CV: black on white, with the four quiet modules around it that readers ask for."""
        wide = self.side + 8
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -4 {wide} {wide}" width="30mm" height="30mm">'
            f'<path fill="#fff" d="M-4 -4h{wide}v{wide}h-{wide}z"/>'
            f'<path fill="none" stroke="#000" d="{self.path}"/></svg>\n'
        )


def qr_code(text: str) -> QRCode:
    """The code of a link, as the PDF bears it."""
    return QRCode(*qr_path(text))
