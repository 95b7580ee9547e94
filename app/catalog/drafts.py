"""What it takes to publish a course version: plain data, rendered and checked by authoring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Texts = Mapping[str, str]


@dataclass(frozen=True)
class LessonDraft:
    """A lesson in one language, rendered to blocks."""

    language: str
    title: str
    objectives: Sequence[str]
    terms: Sequence[Mapping[str, str]]
    blocks: Sequence[Mapping[str, Any]]
    words: int


@dataclass(frozen=True)
class ItemDraft:
    """A step of a module; `texts` only for lessons."""

    kind: str
    slug: str
    title: Texts
    minutes: int
    texts: Sequence[LessonDraft] = ()


@dataclass(frozen=True)
class ModuleDraft:
    """A part of the course; `mastery` is {"quiz": slug, "threshold": "0.8"} or None."""

    slug: str
    title: Texts
    summary: Texts
    requires: Sequence[str]
    mastery: Mapping[str, Any] | None
    items: Sequence[ItemDraft]


@dataclass(frozen=True)
class SkillDraft:
    """A skill taught (`proven` when the exam certifies it) at a tier from 1 to 4."""

    slug: str
    tier: int
    proven: bool


@dataclass(frozen=True)
class VersionDraft:
    """A whole course version."""

    slug: str
    content_sha256: str
    tier: int
    languages: Sequence[str]
    title: Texts
    tagline: Texts
    description_html: Texts
    assumes: Texts
    hours: Decimal
    domains: Mapping[str, Any]
    change_note: Texts
    not_yet: Mapping[str, Sequence[str]]
    prerequisites: Sequence[str]
    skills: Sequence[SkillDraft]
    modules: Sequence[ModuleDraft]
