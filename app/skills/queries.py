"""Finding skills, the release in force, its weights and its neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.foundation.errors import NotFoundError
from app.foundation.folding import folded
from app.foundation.i18n import localised
from app.skills.models import Skill, SkillNear, SkillWeight, TaxonomyRelease

DEFAULT_IDF_CENTI = 100


def find_current_release(session: Session) -> TaxonomyRelease | None:
    """The release that scores use today: the one imported last; None before the first import."""
    return session.scalar(select(TaxonomyRelease).order_by(TaxonomyRelease.id.desc()).limit(1))


def get_release(session: Session, release_id: int) -> TaxonomyRelease:
    """A release by its key; raises NotFoundError."""
    release = session.get(TaxonomyRelease, release_id)
    if release is None:
        raise NotFoundError("taxonomy release")
    return release


def skills_by_slug(session: Session, slugs: Iterable[str]) -> Mapping[str, Skill]:
    """The skills of these slugs; an unknown slug is absent."""
    found = session.scalars(select(Skill).where(Skill.slug.in_(list(slugs))))
    return {skill.slug: skill for skill in found}


def active_skills(session: Session, language: str | None = None) -> Sequence[Skill]:
    """Every skill one may ask for, in the order of its label in `language` (default: the page's)."""
    found = session.scalars(select(Skill).where(Skill.status == "active"))
    return sorted(found, key=lambda skill: (folded(localised(skill.name, language)), skill.slug))


def weights(session: Session, release_id: int, skill_ids: Select[int]) -> Mapping[int, int]:
    """The idf in hundredths of each skill that the release weighs."""
    rows = session.execute(
        select(SkillWeight.skill_id, SkillWeight.idf_centi).where(
            SkillWeight.release_id == release_id, SkillWeight.skill_id.in_(skill_ids)
        )
    )
    return dict(rows.all())


@dataclass(frozen=True)
class Neighbour:
    """A held skill that counts `pi_milli` thousandths towards a required one, and why."""

    skill_id: int
    near_id: int
    pi_milli: int
    reason: str
    name: dict[str, str]


def neighbours(session: Session, release_id: int, skill_ids: Select[int]) -> Sequence[Neighbour]:
    """What else counts towards these skills in a release, nearest first; the skills themselves are left out."""
    rows = session.execute(
        select(SkillNear.skill_id, SkillNear.near_id, SkillNear.pi_milli, SkillNear.reason, Skill.name)
        .join(Skill, Skill.id == SkillNear.near_id)
        .where(
            SkillNear.release_id == release_id,
            SkillNear.skill_id.in_(skill_ids),
            SkillNear.near_id != SkillNear.skill_id,
        )
        .order_by(SkillNear.skill_id, SkillNear.pi_milli.desc(), SkillNear.near_id)
    )
    return [Neighbour(*row) for row in rows]
