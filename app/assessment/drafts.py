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


@dataclass(frozen=True)
class AttachedDraft:
    """A file of a challenge: its title, and by language its path in the course and its content."""

    title: Mapping[str, str]
    files: Mapping[str, tuple[str, bytes]]


@dataclass(frozen=True)
class ChallengeDraft:
    """A project in a box of time; `duration_s` from the common start, `feedback_s` from the end, in seconds."""

    project: ProjectDraft
    promise: Mapping[str, str]
    minutes: int
    duration_s: int
    team: int
    feedback_s: int
    materials: Sequence[AttachedDraft] = ()
    sealed: Sequence[AttachedDraft] = ()
