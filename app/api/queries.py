"""What /api/v1 reads of several things at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.jobs.models import OfferRequirement
from app.jobs.posting import PostedSkill
from app.skills.models import Skill


def posted_skills(session: Session, offer_ids: Sequence[int]) -> Mapping[int, Sequence[PostedSkill]]:
    """What each of several offers asks, in its own order, in one statement."""
    rows = session.execute(
        select(
            OfferRequirement.offer_id,
            Skill.slug,
            Skill.name,
            Skill.esco_uri,
            OfferRequirement.tier,
            OfferRequirement.essential,
        )
        .join(Skill, Skill.id == OfferRequirement.skill_id)
        .where(OfferRequirement.offer_id.in_(offer_ids))
        .order_by(OfferRequirement.offer_id, OfferRequirement.position)
    )
    found: defaultdict[int, list[PostedSkill]] = defaultdict(list)
    for offer_id, slug, name, esco, tier, essential in rows:
        found[offer_id].append(PostedSkill(slug, name, esco, tier, essential))
    return found
