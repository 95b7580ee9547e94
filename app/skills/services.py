"""Importing a taxonomy: skills and labels brought up to date, and an immutable release of weights and neighbours."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.foundation import clock
from app.foundation.errors import RuleError
from app.foundation.folding import folded
from app.foundation.i18n import LANGUAGES
from app.foundation.i18n import lazy_gettext as _l
from app.skills.models import Skill, SkillBroader, SkillLabel, SkillNear, SkillWeight, TaxonomyRelease
from app.skills.queries import DEFAULT_IDF_CENTI, skills_by_slug

SAME_MILLI, NARROWER_MILLI, BROADER_MILLI = 1000, 800, 500  # matching.md §4: published choices, not fits


@dataclass(frozen=True)
class TaxonomyImport:
    """What an import did; `changed` is false when this very taxonomy was there already."""

    release: TaxonomyRelease
    added: int
    changed: bool


def import_taxonomy(session: Session, parsed: Mapping[str, Any], source: bytes | None = None) -> TaxonomyImport:
    """Bring the skills to the state of `parsed` and freeze a release of it; the same content again changes nothing.

    `parsed` has the keys of `skills.yaml`: `release`, and `skills` with `id`, `kind`, `family`, `label`, and, when
    there are any, `alt`, `esco`, `broader`, `can_do`; `source` is the file itself, kept to be exported. Raises
    RuleError for a `broader` that names no skill or for a circle of them. A skill that the file no longer has is
    deprecated, never deleted: certificates name it.
    """
    entries = [dict(entry) for entry in parsed["skills"]]
    fingerprint = _fingerprint(parsed["release"], entries)
    release = session.scalar(
        select(TaxonomyRelease).where(
            TaxonomyRelease.name == str(parsed["release"]), TaxonomyRelease.source_sha256 == fingerprint
        )
    )
    if release is not None:
        release.source = source or release.source
        return TaxonomyImport(release, 0, changed=False)
    parents = _parents(entries)
    skills, added = _save_skills(session, entries)
    _save_labels(session, entries, skills)
    _save_broader(session, parents, skills)
    release = TaxonomyRelease(
        name=str(parsed["release"]), source_sha256=fingerprint, imported_at=clock.now(), source=source
    )
    session.add(release)
    session.flush()
    _freeze(session, release, parents, skills)
    return TaxonomyImport(release, added, changed=True)


def _fingerprint(name: object, entries: Sequence[Mapping[str, Any]]) -> str:
    content = {"release": str(name), "skills": [_plain(entry) for entry in entries]}
    return hashlib.sha256(rfc8785.dumps(content)).hexdigest()


def _plain(value: Any) -> Any:
    """JSON's own types, with text keys: YAML reads the levels of `can_do` as numbers."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value if value is None or isinstance(value, (bool, int)) else str(value)


def _parents(entries: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """The broader skills of each skill, checked: they exist, and nothing is broader than itself."""
    parents = {str(entry["id"]): tuple(str(one) for one in entry.get("broader") or ()) for entry in entries}
    for slug, above in parents.items():
        for one in above:
            if one not in parents:
                raise RuleError(
                    _l("The skill “%(skill)s” names “%(broader)s”, which is missing.", skill=slug, broader=one)
                )
        if slug in _ancestors(slug, parents):
            raise RuleError(_l("The skill “%(skill)s” is broader than itself.", skill=slug))
    return parents


def _ancestors(slug: str, parents: Mapping[str, Sequence[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(parents[slug])
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += parents.get(one, ())
    return found


def _save_skills(session: Session, entries: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Skill], int]:
    known = {skill.slug: skill for skill in session.scalars(select(Skill))}
    wanted = {str(entry["id"]) for entry in entries}
    for slug, skill in known.items():
        skill.status = "active" if slug in wanted else "deprecated"
    for entry in entries:
        skill = known.get(str(entry["id"])) or Skill(slug=str(entry["id"]))
        session.add(skill)
        skill.status = str(entry.get("status") or "active")
        skill.esco_uri = str(entry["esco"]) if entry.get("esco") else None
        skill.kind, skill.family = str(entry["kind"]), str(entry["family"])
        skill.name = _plain(entry["label"])
        skill.can_do = _plain(entry.get("can_do") or {})
    session.flush()
    return skills_by_slug(session, wanted), len(wanted - known.keys())


def _save_labels(session: Session, entries: Sequence[Mapping[str, Any]], skills: Mapping[str, Skill]) -> None:
    session.execute(delete(SkillLabel).where(SkillLabel.skill_id.in_([skill.id for skill in skills.values()])))
    for entry in entries:
        for language, text, preferred in _labels(entry):
            session.add(
                SkillLabel(
                    skill_id=skills[str(entry["id"])].id,
                    language=language,
                    text=text,
                    preferred=preferred,
                    folded=folded(text),
                )
            )
    session.flush()


def _labels(entry: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    for language in LANGUAGES:
        yield language, str(entry["label"][language]), True
        for other in (entry.get("alt") or {}).get(language) or ():
            yield language, str(other), False


def _save_broader(session: Session, parents: Mapping[str, Sequence[str]], skills: Mapping[str, Skill]) -> None:
    session.execute(delete(SkillBroader).where(SkillBroader.skill_id.in_([skill.id for skill in skills.values()])))
    session.add_all(
        SkillBroader(skill_id=skills[slug].id, broader_id=skills[one].id) for slug in parents for one in parents[slug]
    )
    session.flush()


def _freeze(
    session: Session, release: TaxonomyRelease, parents: Mapping[str, Sequence[str]], skills: Mapping[str, Skill]
) -> None:
    """Write the release: every skill weighs the same until occupations are known, and counts fully for itself."""
    near: dict[tuple[str, str], tuple[int, str]] = {}
    for slug, above in parents.items():
        for broader in above:
            near[slug, broader] = (BROADER_MILLI, "broader")
            near[broader, slug] = (NARROWER_MILLI, "narrower")
    near.update({(slug, slug): (SAME_MILLI, "same") for slug in parents})
    session.add_all(
        SkillWeight(release_id=release.id, skill_id=skills[slug].id, df=0, idf_centi=DEFAULT_IDF_CENTI)
        for slug in parents
    )
    session.add_all(
        SkillNear(
            release_id=release.id, skill_id=skills[slug].id, near_id=skills[held].id, pi_milli=pi_milli, reason=reason
        )
        for (slug, held), (pi_milli, reason) in near.items()
    )
    session.flush()
