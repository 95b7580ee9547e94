"""What it takes to publish banks, exams and projects: plain data, checked by authoring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class QuestionDraft:
    """A question as authored; `body` is the mapping of course/1 with keys and feedback."""

    slug: str
    type: str
    domain: str
    level: int
    body: Mapping[str, Any]
    b_prior: Decimal | None = None


@dataclass(frozen=True)
class BankDraft:
    """A bank of questions."""

    slug: str
    questions: Sequence[QuestionDraft]


@dataclass(frozen=True)
class ExamDraft:
    """A quiz or an exam; `blueprint` rows are {domain, level, count, points, type, tags, skills}."""

    slug: str
    kind: str
    title: Mapping[str, str]
    banks: Sequence[str]
    blueprint: Sequence[Mapping[str, Any]]
    settings: Mapping[str, Any]
    pledge: Mapping[str, str]


@dataclass(frozen=True)
class ProjectDraft:
    """A project; `body` is the mapping of course/1, `markers` how many people mark each revision."""

    slug: str
    title: Mapping[str, str]
    brief_html: Mapping[str, str]
    body: Mapping[str, Any]
    markers: int
