"""What a score is computed from: the requirements of offers, the release's weights and neighbours, people's proofs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.certification.models import Certificate, CertificateSkill
from app.foundation.errors import RuleError
from app.foundation.i18n import lazy_gettext as _l
from app.jobs.models import Offer, OfferRequirement
from app.matching.scoring import Evidence, Near, Reason, Requirement, freshness
from app.skills.models import Skill, TaxonomyRelease
from app.skills.queries import DEFAULT_IDF_CENTI, find_current_release, get_release, neighbours, weights

REASONS = {"narrower": Reason.NARROWER, "broader": Reason.BROADER, "co-required": Reason.CO_REQUIRED}


@dataclass(frozen=True)
class Rulebook:
    """The requirements of some offers in one release: weights, neighbours, names."""

    release: TaxonomyRelease
    requirements: Mapping[int, tuple[Requirement, ...]]
    near: Mapping[int, tuple[Near, ...]]
    names: Mapping[int, Mapping[str, str]]


def find_rulebook(session: Session, offers: Select[int], release_id: int | None = None) -> Rulebook | None:
    """What scoring `offers` (a SELECT of keys) takes, in the current release or a given one; None before any import."""
    release = get_release(session, release_id) if release_id else find_current_release(session)
    if release is None:
        return None
    asked = select(OfferRequirement.skill_id).where(OfferRequirement.offer_id.in_(offers))
    idf = weights(session, release.id, asked)
    requirements: dict[int, list[Requirement]] = defaultdict(list)
    names: dict[int, Mapping[str, str]] = {}
    for row, name in session.execute(
        select(OfferRequirement, Skill.name)
        .join(Skill, Skill.id == OfferRequirement.skill_id)
        .where(OfferRequirement.offer_id.in_(offers))
        .order_by(OfferRequirement.offer_id, OfferRequirement.position)
    ):
        requirements[row.offer_id].append(_requirement(row, idf.get(row.skill_id, DEFAULT_IDF_CENTI)))
        names[row.skill_id] = name
    near: dict[int, list[Near]] = defaultdict(list)
    for one in neighbours(session, release.id, asked):
        near[one.skill_id].append(Near(one.near_id, one.pi_milli, REASONS[one.reason]))
        names.setdefault(one.near_id, one.name)
    return Rulebook(
        release,
        {offer_id: tuple(rows) for offer_id, rows in requirements.items()},
        {skill_id: tuple(rows) for skill_id, rows in near.items()},
        names,
    )


def get_rulebook(session: Session, offer: Offer) -> Rulebook:
    """What scoring one offer takes; raises RuleError while it asks for nothing."""
    rulebook = find_rulebook(session, select(Offer.id).where(Offer.id == offer.id))
    if rulebook is None or offer.id not in rulebook.requirements:
        raise RuleError(_l("This offer asks for no skill yet: there is nothing to match."))
    return rulebook


def _requirement(row: OfferRequirement, idf_centi: int) -> Requirement:
    return Requirement(
        row.skill_id,
        row.tier,
        idf_centi,
        essential=row.essential,
        exact=row.exact,
        blocking=row.blocking,
        min_assurance=row.min_assurance,
    )


def evidence_of(session: Session, account_ids: Collection[int], today: date) -> Mapping[int, tuple[Evidence, ...]]:
    """What valid certificates prove, by person, with today's freshness; in one statement."""
    rows = session.execute(
        select(Certificate.account_id, CertificateSkill, Skill.family)
        .join(CertificateSkill, CertificateSkill.certificate_id == Certificate.id)
        .join(Skill, Skill.id == CertificateSkill.skill_id)
        .where(Certificate.account_id.in_(list(account_ids)), Certificate.state == "valid")
        .order_by(CertificateSkill.certificate_id, CertificateSkill.skill_id)
    )
    found: dict[int | None, list[Evidence]] = defaultdict(list)
    for account_id, row, family in rows:
        found[account_id].append(
            Evidence(
                row.skill_id,
                row.level,
                row.assurance,
                freshness=freshness(row.valid_until, today, family),
                valid=row.valid_until is None or row.valid_until >= today,
                certificate=row.certificate_id,
            )
        )
    return {account_id: tuple(found[account_id]) for account_id in account_ids if account_id in found}
