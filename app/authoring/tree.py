"""A checked course in memory: frozen, without positions, ready to be stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.authoring.durations import Months
from app.authoring.figures import Figure
from app.foundation.tiers import Tier

Texts = dict[str, str]


@dataclass(frozen=True, slots=True)
class SkillLevel:
    """A skill at a tier."""

    skill: str
    level: Tier


@dataclass(frozen=True, slots=True)
class Domain:
    id: str
    title: Texts
    skills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the lesson, its name in the other language, and what it means."""

    term: str
    other: str
    meaning: str


@dataclass(frozen=True, slots=True)
class LessonText:
    """A lesson in one language; `body` is Markdown, `line` the line of the file on which it starts."""

    language: str
    title: str
    minutes: int
    objectives: tuple[str, ...]
    terms: tuple[Term, ...]
    review_by: date | None
    body: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Lesson:
    id: str
    stem: str
    texts: Mapping[str, LessonText]


@dataclass(frozen=True, slots=True)
class Row:
    """How many questions to draw, and which: a row of a blueprint or of a quiz."""

    count: int
    points: Decimal = Decimal(1)
    bank: str | None = None
    domain: str | None = None
    level: Tier | None = None
    type: str | None = None
    tags: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quiz:
    id: str
    title: Texts
    minutes: int | None
    pick: tuple[Row, ...]
    feedback: str


@dataclass(frozen=True, slots=True)
class ProjectItem:
    """The place of a project in a module."""

    project: str


@dataclass(frozen=True, slots=True)
class Mastery:
    """What opens the next module; no limit of attempts is None."""

    quiz: str
    threshold: Decimal
    attempts: int | None
    cooldown: timedelta


@dataclass(frozen=True, slots=True)
class Module:
    id: str
    directory: str
    title: Texts
    summary: Texts
    level: Tier
    requires: tuple[str, ...]
    mastery: Mastery | None
    items: tuple[Lesson | Quiz | ProjectItem, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """`body` is the author's mapping as plain JSON, the form to store and to hash."""

    id: str
    type: str
    domain: str
    level: Tier
    tags: tuple[str, ...]
    skills: tuple[str, ...]
    enemies: tuple[str, ...]
    void: bool
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bank:
    id: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Award:
    """What passing proves; `assurance` is the least level the exam accepts (assessment §4)."""

    level: Tier
    assurance: int
    validity: Months | timedelta | None
    skills: tuple[SkillLevel, ...]


@dataclass(frozen=True, slots=True)
class Exam:
    """Durations are parsed; `banks` are those the draw may use (see `exam_banks`)."""

    id: str
    title: Texts
    description: Texts
    criteria: Texts
    pledge: Texts
    duration: timedelta
    grace: timedelta
    attempts: int | None
    cooldowns: tuple[timedelta, ...]
    opens: datetime | None
    closes: datetime | None
    policy: str
    cut: Decimal
    method: str
    panel: str | None
    blueprint: tuple[Row, ...]
    banks: tuple[str, ...]
    shuffle_questions: bool
    shuffle_options: bool
    release: str
    shows: str
    navigation: str
    requires: tuple[str, ...]
    award: Award | None
    safe_exam_browser: tuple[str, ...] = ()  # config keys; none where any browser will do


@dataclass(frozen=True, slots=True)
class Project:
    """`body` is the author's mapping as plain JSON: rubric, pass, review, accept."""

    id: str
    title: Texts
    brief: Texts
    minutes: int | None
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of a challenge: its title, and by language its path and content."""

    title: Texts
    files: Mapping[str, tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Challenge:
    """A project in a box of time; `body` is the author's mapping as plain JSON, as of a project."""

    id: str
    title: Texts
    promise: Texts
    brief: Texts
    minutes: int
    duration: timedelta
    team: int
    feedback: timedelta
    materials: tuple[Attached, ...]
    sealed: tuple[Attached, ...]
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Course:
    """A whole course; texts are by language, a plain string having been copied to each."""

    id: str
    title: Texts
    tagline: Texts
    description: Texts
    languages: tuple[str, ...]
    level: Tier
    hours: Decimal | None
    prerequisite_courses: tuple[str, ...]
    assumes: Texts
    domains: tuple[Domain, ...]
    modules: tuple[Module, ...]
    banks: tuple[Bank, ...]
    exams: tuple[Exam, ...]
    projects: tuple[Project, ...]
    figures: Mapping[str, Figure]
    review_by: date | None
    teaches: tuple[SkillLevel, ...]
    change_note: Texts
    not_yet: dict[str, tuple[str, ...]] = field(default_factory=dict)
    publish: str | None = None
    challenges: tuple[Challenge, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)  # what it was read from, by path
