"""Importing the taxonomy: twice changes nothing, a change makes a release, circles are refused."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.authoring.services import import_skills
from app.authoring.skills_file import read_skills
from app.config import ROOT
from app.foundation.errors import NotFoundError, RuleError
from app.skills import queries
from app.skills.models import Skill, SkillBroader, SkillLabel, SkillNear, SkillWeight, TaxonomyRelease
from app.skills.services import import_taxonomy

TABLES = (Skill, SkillLabel, SkillBroader, SkillWeight, SkillNear, TaxonomyRelease)


def entry(slug: str, **more: Any) -> dict[str, Any]:
    return {
        "id": slug,
        "kind": "skill",
        "family": "digital",
        "label": {"fr": f"É {slug}", "en": f"The {slug}"},
        "can_do": {1: {"fr": "Fait", "en": "Does"}},
        **more,
    }


def taxonomy(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"release": "2026.11", "skills": list(entries)}


def counts(session: Session) -> list[int | None]:
    return [session.scalar(select(func.count()).select_from(table)) for table in TABLES]


def test_importing_twice_changes_nothing(session: Session) -> None:
    content = taxonomy(entry("programming"), entry("python", broader=["programming"], alt={"fr": ["Snake"]}))
    first = import_taxonomy(session, content)
    before = counts(session)
    again = import_taxonomy(session, deepcopy(content))
    assert (first.changed, first.added, again.changed, again.added) == (True, 2, False, 0)
    assert again.release is first.release
    assert counts(session) == before == [2, 5, 1, 2, 4, 1]


def test_a_change_makes_a_release_and_keeps_the_old_one(session: Session) -> None:
    old = import_taxonomy(session, taxonomy(entry("python"), entry("cobol"))).release
    python = session.scalars(select(Skill).where(Skill.slug == "python")).one()
    new = import_taxonomy(session, taxonomy(entry("python", label={"fr": "Python", "en": "Python"}), entry("rust")))
    assert (new.added, new.changed) == (1, True)
    assert queries.find_current_release(session) == new.release != old
    assert session.scalars(select(Skill).where(Skill.slug == "python")).one().id == python.id
    assert python.name["fr"] == "Python"
    assert {skill.slug: skill.status for skill in session.scalars(select(Skill))} == {
        "python": "active",
        "cobol": "deprecated",
        "rust": "active",
    }
    assert [skill.slug for skill in queries.active_skills(session, "fr")] == ["rust", "python"]
    kept = select(func.count()).select_from(SkillWeight).where(SkillWeight.release_id == old.id)
    assert session.scalar(kept) == 2


def test_every_skill_weighs_the_same_and_counts_for_itself(session: Session) -> None:
    release = import_taxonomy(session, taxonomy(entry("programming"), entry("python", broader=["programming"]))).release
    everything = select(Skill.id)
    assert set(queries.weights(session, release.id, everything).values()) == {100}
    names = {skill.id: skill.slug for skill in session.scalars(select(Skill))}
    found = queries.neighbours(session, release.id, everything)
    assert {(names[one.skill_id], names[one.near_id], one.pi_milli, one.reason) for one in found} == {
        ("programming", "python", 800, "narrower"),
        ("python", "programming", 500, "broader"),
    }
    own = select(SkillNear.pi_milli).where(SkillNear.skill_id == SkillNear.near_id)
    assert session.scalars(own).all() == [1000, 1000]


@pytest.mark.parametrize(
    "entries",
    [
        [entry("python", broader=["missing"])],
        [entry("python", broader=["python"])],
        [entry("a", broader=["b"]), entry("b", broader=["c"]), entry("c", broader=["a"])],
    ],
)
def test_a_broader_skill_exists_and_is_no_circle(session: Session, entries: list[dict[str, Any]]) -> None:
    with pytest.raises(RuleError):
        import_taxonomy(session, taxonomy(*entries))
    assert counts(session)[0] == 0


def test_no_release_before_the_first_import(session: Session) -> None:
    assert queries.find_current_release(session) is None
    with pytest.raises(NotFoundError):
        queries.get_release(session, 1)


def test_the_starter_taxonomy_imports(session: Session) -> None:
    skills, findings = read_skills(ROOT / "content" / "skills.yaml")
    assert skills is not None, findings
    done = import_skills(session, skills)
    assert done.added == len(skills.skills) >= 72
    assert not import_skills(session, skills).changed
