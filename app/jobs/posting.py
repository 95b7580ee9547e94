"""An offer as schema.org JobPosting, the vocabulary that search engines and job boards read (matching.md §13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from typing import Any

from app.foundation.i18n import localised
from app.foundation.tiers import Tier

EMPLOYMENT = {
    "permanent": "FULL_TIME",
    "fixed-term": "TEMPORARY",
    "apprenticeship": "OTHER",
    "internship": "INTERN",
    "freelance": "CONTRACTOR",
}
TERM_SET = "http://data.europa.eu/esco/concept-scheme/skills"


@dataclass(frozen=True)
class PostedSkill:
    """A requirement as it is posted; `esco` is the concept's address when there is one."""

    slug: str
    name: Mapping[str, str]
    esco: str | None
    tier: int
    essential: bool


@dataclass(frozen=True)
class PostedOffer:
    """What is posted of an offer; pay in whole units a year, gross."""

    public_id: str
    url: str
    title: str
    description: str
    language: str
    employer: str
    employer_url: str
    contract: str
    place: str
    remote: str
    pay_min: int | None
    pay_max: int | None
    pay_currency: str
    published_at: datetime
    closes_on: date
    skills: Sequence[PostedSkill]


def job_posting(offer: PostedOffer, *, site: str) -> dict[str, Any]:
    """The JSON-LD of an offer; `site` is the public origin, which names our own terms."""
    posting: dict[str, Any] = {
        "@context": ["https://schema.org/", {"passerelle": f"{site}/terms#"}],
        "@type": "JobPosting",
        "identifier": {"@type": "PropertyValue", "name": site, "value": offer.public_id},
        "url": offer.url,
        "title": offer.title,
        "description": _as_html(offer.description),
        "inLanguage": offer.language,
        "datePosted": offer.published_at.date().isoformat(),
        "validThrough": f"{offer.closes_on.isoformat()}T23:59:59Z",
        "employmentType": EMPLOYMENT[offer.contract],
        "hiringOrganization": _organisation(offer),
        "jobLocation": {
            "@type": "Place",
            "address": {"@type": "PostalAddress", "addressLocality": offer.place},
        },
        "skills": [_skill(skill, offer.language) for skill in offer.skills],
        "qualifications": _qualifications(offer),
        "directApply": True,
    }
    if offer.remote == "remote":
        posting["jobLocationType"] = "TELECOMMUTE"
    if offer.pay_min is not None or offer.pay_max is not None:
        posting["baseSalary"] = _pay(offer)
    return posting


def _as_html(text: str) -> str:
    """Paragraphs and nothing else: schema.org descriptions are HTML, so what is typed is escaped."""
    return "".join(f"<p>{escape(part.strip())}</p>" for part in text.split("\n\n") if part.strip())


def _organisation(offer: PostedOffer) -> dict[str, Any]:
    organisation = {"@type": "Organization", "name": offer.employer}
    return {**organisation, "sameAs": offer.employer_url} if offer.employer_url else organisation


def _skill(skill: PostedSkill, language: str) -> dict[str, Any]:
    term: dict[str, Any] = {
        "@type": "DefinedTerm",
        "name": localised(skill.name, language),
        "termCode": skill.slug,
        "passerelle:kind": "essential" if skill.essential else "optional",
        "passerelle:level": skill.tier,
    }
    return {**term, "@id": skill.esco, "inDefinedTermSet": TERM_SET} if skill.esco else term


def _qualifications(offer: PostedOffer) -> str:
    """The same in words, for readers that ignore our own terms."""
    return "; ".join(
        f"{localised(skill.name, offer.language)} ({Tier.from_number(skill.tier).value})" for skill in offer.skills
    )


def _pay(offer: PostedOffer) -> dict[str, Any]:
    value: dict[str, Any] = {"@type": "QuantitativeValue", "unitText": "YEAR"}
    if offer.pay_min is not None:
        value["minValue"] = offer.pay_min
    if offer.pay_max is not None:
        value["maxValue"] = offer.pay_max
    return {"@type": "MonetaryAmount", "currency": offer.pay_currency, "value": value}
