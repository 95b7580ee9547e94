"""Check the starter taxonomy: 72 skills, their levels in words, their links, and their addresses in ESCO."""

from __future__ import annotations

import csv
import io
import os
import re
import unicodedata
import zipfile
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

FILE = Path(__file__).resolve().parents[2] / "content" / "skills.yaml"
TEXT = FILE.read_text(encoding="utf-8")
TAXONOMY: dict[str, Any] = YAML(typ="safe").load(TEXT)
SKILLS: list[dict[str, Any]] = TAXONOMY["skills"]
LANGUAGES = ("fr", "en")
ESCO = "http://data.europa.eu/esco/skill/"
LONGEST_FIELD = 1_000_000
TRANSVERSAL = {
    "problem-solving",
    "result-reporting",
    "requirements",
    "process-improvement",
    "change-management",
    "critical-evaluation",
    "numeracy",
}

each_skill = pytest.mark.parametrize("skill", SKILLS, ids=[skill["id"] for skill in SKILLS])
both_languages = pytest.mark.parametrize("language", LANGUAGES)


def fold(text: str) -> str:
    bare = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def test_release() -> None:
    assert TAXONOMY["taxonomy"] == "passerelle-skills/1"
    assert TAXONOMY["release"] == "2026.11"


def test_72_skills_with_ids_of_their_own() -> None:
    ids = [skill["id"] for skill in SKILLS]
    assert len(ids) == len(set(ids)) == 72
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*", slug) for slug in ids)


@each_skill
def test_kind_family_and_tiers(skill: dict[str, Any]) -> None:
    assert skill["kind"] in ("skill", "knowledge")
    assert skill["family"] == ("transversal" if skill["id"] in TRANSVERSAL else "digital")
    assert skill["tiers"] == sorted(set(skill["tiers"]) & {1, 2, 3, 4})
    assert skill["tiers"]


def test_broader_skills_exist_and_never_turn_in_circles() -> None:
    graph = {skill["id"]: skill.get("broader", []) for skill in SKILLS}
    assert {parent for parents in graph.values() for parent in parents} <= set(graph)
    assert len(list(TopologicalSorter(graph).static_order())) == len(SKILLS)


def test_one_esco_address_for_one_skill() -> None:
    addresses = [skill["esco"] for skill in SKILLS if "esco" in skill]
    assert len(addresses) == len(set(addresses)) == 46
    assert all(address.startswith(ESCO) for address in addresses)


@both_languages
def test_a_label_or_alternative_names_one_skill(language: str) -> None:
    names = Counter(fold(name) for skill in SKILLS for name in [skill["label"][language], *skill["alt"][language]])
    assert [name for name, count in names.items() if count > 1] == []


@both_languages
@each_skill
def test_what_each_level_can_do(skill: dict[str, Any], language: str) -> None:
    lines = [skill["can_do"][level][language] for level in (1, 2, 3, 4)]
    assert len(skill["can_do"]) == len(set(lines)) == 4
    for line in lines:
        assert len(line) <= 90
        assert not line.endswith(".")
        first = line.split()[0].rstrip(",")
        assert first[0].isupper()
        assert verb(first, language)


def verb(word: str, language: str) -> bool:
    """Third person singular of the present, as every line begins."""
    if language == "en":
        return bool(re.fullmatch(r"[A-Z][a-z]+(-[a-z]+)?s", word))
    return bool(re.fullmatch(r"[A-ZÀ-Ý][a-zà-ÿ]+(e|t|d|c)", word))


def test_no_line_is_used_for_two_skills() -> None:
    lines = Counter(line for skill in SKILLS for level in skill["can_do"].values() for line in level.values())
    assert [line for line, count in lines.items() if count > 1] == []


@pytest.mark.reference_data
def test_esco_addresses_exist_with_the_label_beside_them() -> None:
    noted = dict(re.findall(r"^ +esco: (\S+)  # (.+)$", TEXT, re.MULTILINE))
    assert set(noted) == {skill["esco"] for skill in SKILLS if "esco" in skill}
    archive = next((Path(os.environ["TEST_DATA"]) / "esco").glob("*classification-en-csv.zip"))
    before = csv.field_size_limit(LONGEST_FIELD)
    try:
        with zipfile.ZipFile(archive) as files, files.open("skills_en.csv") as raw:
            rows = csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8-sig", newline=""))
            released = {row["conceptUri"]: row["preferredLabel"].strip() for row in rows}
    finally:
        csv.field_size_limit(before)
    assert {address: released.get(address) for address in noted} == noted
