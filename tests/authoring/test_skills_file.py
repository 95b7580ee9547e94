"""The taxonomy file: sound rows are read, each rule is broken once."""

from pathlib import Path

import pytest

from app.authoring.skills_file import read_skills
from app.foundation.i18n import use_language
from app.foundation.tiers import Tier

CAN_DO = "".join(f'\n      {tier}: {{fr: "Fait {tier}", en: "Does {tier}"}}' for tier in (1, 2, 3, 4))
URI = "http://data.europa.eu/esco/skill/ccd0a1d9-afda-43d9-b901-96344886e14d"
SOUND = f"""\
taxonomy: passerelle-skills/1
release: "2026.11"
skills:
  - id: programming
    kind: knowledge
    family: digital
    label: {{fr: "Programmation", en: "Programming"}}
    can_do:{CAN_DO}
  - id: python
    kind: skill
    family: digital
    label: {{fr: "Python", en: "Python"}}
    alt: {{fr: ["programmer en Python"], en: ["Python scripting"]}}
    esco: {URI}
    tiers: [2, 3]
    broader: [programming]
    can_do:{CAN_DO}
"""


def read(tmp_path: Path, text: str) -> tuple[object, list[str]]:
    path = tmp_path / "skills.yaml"
    path.write_text(text, encoding="utf-8")
    with use_language("en"):
        skills, findings = read_skills(path)
    return skills, [finding.code for finding in findings]


def test_a_sound_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "skills.yaml"
    path.write_text(SOUND, encoding="utf-8")
    skills, findings = read_skills(path)
    assert findings == []
    assert skills is not None
    assert skills.ids == {"programming", "python"}
    python = skills.skills[1]
    assert (python.broader, python.esco, python.tiers) == (("programming",), URI, (Tier.INTERMEDIATE, Tier.ADVANCED))
    assert python.can_do[Tier.EXPERT]["en"] == "Does 4"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("- id: python", "- id: programming", "E131"),
        (f"esco: {URI}", f"esco: {URI}\n    x-a: b", None),
        ("kind: knowledge", f"kind: knowledge\n    esco: {URI}", "E131"),
        (URI, URI + "x", "E112"),
        (URI, "https://example.org/", "E112"),
        ("broader: [programming]", "broader: [programing]", "E136"),
        ("broader: [programming]", "broader: [python]", "E180"),
        ("kind: knowledge", "kind: knowledge\n    broader: [python]", "E180"),
        ("kind: knowledge", "kind: talent", "E112"),
        ("family: digital", "family: other things", "E112"),
        (', en: "Programming"', "", "W110"),
        ('\n      4: {fr: "Fait 4", en: "Does 4"}', "", "E101"),
        ("      4:", "      5:", "E133"),
        ('"Does 4"', '"' + "x" * 91 + '"', "W213"),
        ('release: "2026.11"', "release: 2026.11", "E112"),
        ("taxonomy: passerelle-skills/1", "taxonomy: passerelle-skills/2", "E112"),
        ("tiers: [2, 3]", "tiers: [5]", "E112"),
        ("broader: [programming]", "replaced_by: nothing", "E136"),
    ],
)
def test_each_rule_is_kept(tmp_path: Path, old: str, new: str, code: str | None) -> None:
    assert old in SOUND
    skills, codes = read(tmp_path, SOUND.replace(old, new, 1))
    assert (code in codes) if code else codes == []
    assert (skills is None) == any(found.startswith("E") for found in codes)


def test_a_missing_file_is_a_finding(tmp_path: Path) -> None:
    skills, findings = read_skills(tmp_path / "none.yaml")
    assert skills is None
    assert [finding.code for finding in findings] == ["E002"]
