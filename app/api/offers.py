"""Offers as JobPosting (schema.org), for search engines and job boards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.api.queries import posted_skills
from app.jobs.models import Offer
from app.jobs.posting import PostedOffer, PostedSkill, job_posting


def postings(session: Session, offers: Sequence[Offer], site: str) -> list[dict[str, Any]]:
    """The JSON-LD of open offers; `site` is the public origin."""
    skills = posted_skills(session, [offer.id for offer in offers])
    return [job_posting(_posted(offer, skills.get(offer.id, ()), site), site=site) for offer in offers]


def _posted(offer: Offer, skills: Sequence[PostedSkill], site: str) -> PostedOffer:
    return PostedOffer(
        public_id=offer.public_id,
        url=f"{site}/offers/{offer.public_id}",
        title=offer.title,
        description=offer.description,
        language=offer.language,
        employer=offer.employer.name,
        employer_url=offer.employer.website,
        contract=offer.contract,
        place=offer.place,
        remote=offer.remote,
        pay_min=offer.pay_min,
        pay_max=offer.pay_max,
        pay_currency=offer.pay_currency,
        published_at=offer.published_at or offer.created_at,
        closes_on=offer.closes_on,
        skills=skills,
    )
