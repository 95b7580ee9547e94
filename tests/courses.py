"""Courses to test on: the real one, read once, and small ones whose every part a test may change."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment.answers import PARTS_KEYS
from app.assessment.drafts import (
    AttachedDraft,
    BankDraft,
    ChallengeDraft,
    ExamDraft,
    ProjectDraft,
    QuestionDraft,
)
from app.assessment.models import Attempt, AttemptItem, Exam, ExamVersion
from app.assessment.publishing import publish_challenge, publish_exam, publish_project, store_bank
from app.authoring.cli import Checked, read_checked
from app.authoring.services import import_course, import_skills
from app.catalog.drafts import ItemDraft, LessonDraft, ModuleDraft, SkillDraft, VersionDraft
from app.catalog.models import CourseVersion
from app.catalog.services import publish_version
from app.foundation.actor import SYSTEM
from app.learning.models import Enrolment
from app.learning.services import enrol, record_quiz
from app.skills.models import Skill

REAL = Path(__file__).resolve().parent.parent / "content" / "ia-au-travail"
KINDS = ("single", "multiple", "truefalse", "numeric", "text")
PARTS_KINDS = ("matching", "ordering", "cloze", "matrix", "hotspot")
RUBRIC_KINDS = ("essay", "file")


@cache
def real_files() -> Checked:
    """The real course, read and checked once a session."""
    checked = read_checked(REAL, None)
    assert checked.course is not None
    assert checked.skills is not None
    return checked


@pytest.fixture
def course(session: Session) -> CourseVersion:
    """The real course, published."""
    checked = real_files()
    import_skills(session, checked.skills)
    version = import_course(session, actor=SYSTEM, course=checked.course).version
    session.commit()
    return version


def both(text: str) -> dict[str, str]:
    """A text in both languages, the English one marked."""
    return {"fr": text, "en": f"{text} (en)"}


def question(kind: str, slug: str, domain: str = "alpha", **changes: Any) -> QuestionDraft:
    """A question of any type whose right answer is known: option "a" (and "b" for multiple), 12.5 km, or "Éléonore".

    Those in parts are answered right by `right_payload`.
    """
    body: dict[str, Any] = {
        "id": slug,
        "type": kind,
        "domain": domain,
        "level": "beginner",
        "stem": both(f"Énoncé {slug}"),
    }
    if kind in ("single", "truefalse"):
        body["options"] = [{"id": "a", "text": both("Juste"), "correct": True}, {"id": "b", "text": both("Faux")}]
    elif kind == "multiple":
        body["options"] = [
            {"id": "a", "text": both("Un"), "correct": True},
            {"id": "b", "text": both("Deux"), "correct": True},
            {"id": "c", "text": both("Trois")},
            {"id": "d", "text": both("Quatre")},
        ]
    elif kind == "numeric":
        body["answers"] = [{"value": "12.5", "tolerance": {"absolute": "0.1"}, "unit": "km"}]
    elif kind in PARTS_KINDS:
        body |= deepcopy(_PARTS[kind])
    elif kind in RUBRIC_KINDS:
        body |= {"rubric": a_rubric(), "solution": both("Une réponse modèle.")}
        body |= {"max_words": 5} if kind == "essay" else {"accept": ["pdf", "txt"], "max_mb": 1}
    else:
        body["answers"] = [{"value": "Éléonore"}]
    return QuestionDraft(slug, kind, domain, 1, {**body, **changes})


_PARTS: dict[str, dict[str, Any]] = {
    "matching": {
        "pairs": [
            {"left": both("Chat"), "right": both("Mammifère"), "feedback": both("Il allaite ses petits.")},
            {"left": both("Merle"), "right": both("Oiseau")},
            {"left": both("Vache"), "right": both("Mammifère")},
        ],
        "distractors": [both("Poisson")],
    },
    "ordering": {"order": [both("Préparer"), both("Mesurer"), both("Noter"), both("Vérifier")]},
    "cloze": {
        "stem": both("Il parcourt [[speed]] en [[unit]], grâce à [[name]]."),
        "gaps": {
            "speed": {"type": "numeric", "answers": [{"value": "12.5", "unit": "km", "feedback": both("Oui.")}]},
            "unit": {
                "type": "select",
                "options": [
                    {"id": "a", "text": both("une heure"), "correct": True},
                    {"id": "b", "text": both("une seconde")},
                ],
            },
            "name": {"type": "text", "answers": [{"value": "Éléonore"}], "weight": 2},
        },
    },
    "matrix": {
        "columns": [{"id": "yes", "text": both("Vrai")}, {"id": "no", "text": both("Faux")}],
        "rows": [
            {"id": "one", "text": both("Deux est pair")},
            {"id": "two", "text": both("Trois est pair"), "feedback": both("Trois est impair.")},
        ],
        "key": {"one": "yes", "two": "no"},
    },
    "hotspot": {
        "image": "media/droite.svg",
        "picture": {
            language: {
                "view_box": "0 0 320 160",
                "svg": '<svg viewBox="0 0 320 160" role="img" aria-label="Une droite">'
                '<path d="M8 152L312 8"></path></svg>',
            }
            for language in ("fr", "en")
        },
        "areas": [
            {"id": "a", "shape": "rect", "coords": [88, 0, 100, 20], "credit": 1, "text": both("Le bout droit")},
            {"id": "b", "shape": "circle", "coords": [6, 92, 6], "credit": 0, "text": both("Le bout gauche")},
            {"id": "c", "shape": "poly", "coords": [42, 40, 58, 40, 50, 64], "credit": 0},
        ],
    },
}
_RIGHT = {
    "matching": {"left:0": "right:0", "left:1": "right:1", "left:2": "right:0"},
    "matrix": {"row:one": "column:yes", "row:two": "column:no"},
    "cloze": {"numeric:speed": "12,5", "select:unit": "option:unit:a", "text:name": "éléonore"},
    "ordering": {"item:0": 1, "item:1": 2, "item:2": 3, "item:3": 4},
}


def right_payload(item: AttemptItem) -> dict[str, Any]:
    """The payload that earns every point of a question made by `question`."""
    tokens = {option: token for token, option in item.option_order}
    if item.version.type in PARTS_KEYS:
        given = {tokens[part]: tokens.get(str(value), value) for part, value in _RIGHT[item.version.type].items()}
        language = {"lang": "fr"} if item.version.type == "cloze" else {}
        return {PARTS_KEYS[item.version.type]: given, **language}
    return {
        "single": lambda: {"choice": tokens["a"]},
        "truefalse": lambda: {"choice": tokens["a"]},
        "hotspot": lambda: {"choice": tokens["a"]},
        "multiple": lambda: {"choices": [tokens["a"], tokens["b"]]},
        "numeric": lambda: {"text": "12,5", "lang": "fr"},
        "text": lambda: {"text": "éléonore", "lang": "fr"},
    }[item.version.type]()


def form_fields(payload: dict[str, Any]) -> dict[str, Any]:
    """A payload as the fields of a plain form."""
    for key in PARTS_KEYS.values():
        if key in payload:
            return {f"answer-{token}": str(value) for token, value in payload[key].items()}
    return {"answer": payload.get("choices") or [str(payload.get("choice") or payload["text"])]}


def right_values(item: AttemptItem) -> list[str]:
    """The same, as the fields of a plain form."""
    payload = right_payload(item)
    if "choices" in payload:
        return list(payload["choices"])
    return [str(payload.get("choice") or payload["text"])]


def a_rubric() -> list[dict[str, Any]]:
    """Two lines, weights 2 and 1, levels of 0 to 3 points."""
    levels = [{"points": points, "text": both(f"Palier {points}")} for points in range(4)]
    return [
        {"id": "exactitude", "weight": 2, "title": both("Exactitude"), "levels": levels},
        {"id": "clarte", "title": both("Clarté"), "levels": levels},
    ]


def a_project(*, markers: int = 1, **body: Any) -> ProjectDraft:
    """A project of two lines, weights 2 and 1, levels of 0 to 3 points; accepted from 60 %."""
    html = both("<p>Le <strong>projet</strong>.</p>")
    return ProjectDraft(
        "mini-projet", both("Mini-projet"), html, {"id": "mini-projet", "rubric": a_rubric(), **body}, markers
    )


def a_challenge(*, markers: int = 1, team: int = 3, **body: Any) -> ChallengeDraft:
    """A challenge of four hours, for three at most, with a file to work on and a sealed one; accepted from 50 %."""
    body = {"id": "mini-defi", "rubric": a_rubric(), "pass": {"threshold": 0.5}, **body}
    brief = both("<p>Le <strong>sujet</strong> zqsujet.</p>")
    both_languages = {
        language: (f"challenges/mini-defi/lettres.{language}.csv", f"lettre;{language}".encode())
        for language in ("fr", "en")
    }
    sealed = dict.fromkeys(("fr", "en"), ("challenges/mini-defi/attaques.jsonl", b"{}"))
    return ChallengeDraft(
        project=ProjectDraft("mini-defi", both("Mini-défi"), brief, body, markers),
        promise=both("Une promesse."),
        minutes=240,
        duration_s=4 * 3600,
        team=team,
        feedback_s=10 * 86400,
        materials=[AttachedDraft(both("Les lettres"), both_languages)],
        sealed=[AttachedDraft(both("Les attaques"), sealed)],
    )


EXAM_SETTINGS: dict[str, Any] = {
    "duration_s": 1800,
    "max_attempts": 3,
    "cooldown_s": [86400, 604800],
    "opens": None,
    "closes": None,
    "cut": "0.70",
    "method": "default",
    "policy": "min",
    "release": "at_once",
    "shows": "domains",
    "requires": [],
    "awards": {"level": 1, "assurance": 1, "validity_months": 12, "skills": [{"id": "reading", "level": 1}]},
    "description": both("A montré."),
    "criteria": both("Cinq questions."),
}
QUIZ_SETTINGS: dict[str, Any] = {
    "duration_s": None, "max_attempts": None, "cooldown_s": [], "cut": "0.8", "threshold": "0.8",
    "release": "at_once", "shows": "items",
}  # fmt: skip


@dataclass
class Small:
    """A small course: `publish` it, change a field, publish again."""

    slug: str = "petit-cours"
    content: str = "1"
    tier: int = 1
    title: dict[str, str] = field(default_factory=lambda: both("Petit cours"))
    hours: str = "2"
    languages: Sequence[str] = ("fr", "en")
    skill: str = "reading"
    prerequisites: Sequence[str] = ()
    lessons: int = 1
    exam_questions: Sequence[QuestionDraft] = ()
    quiz_questions: Sequence[QuestionDraft] = ()
    lesson_questions: Sequence[QuestionDraft] = ()
    embedded: Sequence[str] | None = None
    blueprint: Sequence[dict[str, Any]] = ({"domain": "alpha", "level": 1, "count": 5, "points": "1"},)
    exam_name: str = "final"
    exam_settings: dict[str, Any] = field(default_factory=dict)
    quiz_settings: dict[str, Any] = field(default_factory=dict)
    mastery: bool = True
    project: ProjectDraft | None = None  # see `a_project`; it ends the first module
    challenge: ChallengeDraft | None = None  # see `a_challenge`

    def publish(self, session: Session) -> CourseVersion:
        """Publish as its author would, once; committed."""
        if session.scalar(select(Skill).where(Skill.slug == self.skill)) is None:
            name = both(self.skill)
            session.add(Skill(slug=self.skill, kind="knowledge", family="x", name=name, can_do={}, status="active"))
            session.flush()
        version, new = publish_version(session, actor=SYSTEM, draft=self._version())
        if new:
            self._publish_exams(session, version)
        if new and self.project:
            publish_project(session, course_version_id=version.id, draft=self.project)
        if new and self.challenge:
            publish_challenge(session, course_version_id=version.id, draft=self.challenge)
        session.commit()
        return version

    def _publish_exams(self, session: Session, version: CourseVersion) -> None:
        lesson_questions = self.lesson_questions or [question("single", f"{self.slug}-lecon")]
        quiz_questions = self.quiz_questions or [question(kind, f"{self.slug}-exercice-{kind}") for kind in KINDS]
        exam_questions = self.exam_questions or [question(kind, f"{self.slug}-examen-{kind}") for kind in KINDS]
        banks = {"lecons": lesson_questions, "exercices": quiz_questions, "examen": exam_questions}
        for name, questions in banks.items():
            store_bank(session, course_id=version.course_id, draft=BankDraft(f"{self.slug}-{name}", questions))
        quiz = ExamDraft(
            f"{self.slug}-quiz", "practice", both("Exercices"), [f"{self.slug}-exercices"],
            [{"domain": "alpha", "level": 1, "count": len(quiz_questions), "points": "1"}],
            {**QUIZ_SETTINGS, **self.quiz_settings}, {},
        )  # fmt: skip
        exam = ExamDraft(
            f"{self.slug}-{self.exam_name}", "certification", both("Examen"), [f"{self.slug}-examen"],
            list(self.blueprint),
            {**EXAM_SETTINGS, **self.exam_settings}, both("Je réponds seul."),
        )  # fmt: skip
        for draft in (quiz, exam):
            publish_exam(session, course_id=version.course_id, course_version_id=version.id, draft=draft)

    def _version(self) -> VersionDraft:
        quiz = f"{self.slug}-quiz"
        embedded = [f"{self.slug}-lecon"] if self.embedded is None else self.embedded
        blocks: list[dict[str, Any]] = [{"kind": "html", "html": "<p>Du texte.</p>"}]
        blocks += [{"kind": "question", "id": slug} for slug in embedded]
        first = [_lesson(f"lecon-{number}", blocks, self.languages) for number in range(1, self.lessons + 1)]
        first.append(ItemDraft("quiz", quiz, both("Exercices"), 10))
        if self.project:
            first.append(ItemDraft("project", self.project.slug, self.project.title, 120))
        gate = {"quiz": quiz, "threshold": "0.8"} if self.mastery else None
        last = [_lesson("derniere", blocks, self.languages)]
        modules = [
            ModuleDraft("un", both("Module un"), both("Pour commencer."), [], gate, first),
            ModuleDraft("deux", both("Module deux"), both("Pour finir."), ["un"], None, last),
        ]
        return VersionDraft(
            slug=self.slug,
            content_sha256=self.content.ljust(64, "0"),
            tier=self.tier,
            languages=list(self.languages),
            title=self.title,
            tagline=both("Une phrase."),
            description_html=both("<p>Description.</p>"),
            assumes=both("Lire."),
            hours=Decimal(self.hours),
            domains={"alpha": {"title": both("Domaine alpha"), "skills": [self.skill]}},
            change_note=both("Version."),
            not_yet={},
            prerequisites=list(self.prerequisites),
            skills=[SkillDraft(self.skill, self.tier, True)],
            modules=modules,
        )


def _lesson(slug: str, blocks: Sequence[dict[str, Any]], languages: Sequence[str]) -> ItemDraft:
    texts = [LessonDraft(language, f"{slug} {language}", ["Savoir."], [], blocks, 3) for language in languages]
    return ItemDraft("lesson", slug, both(slug), 5, texts)


def exam_of(session: Session, version: CourseVersion, kind: str = "certification") -> ExamVersion:
    """The exam (or the quiz) of a course version."""
    found = session.scalar(
        select(ExamVersion)
        .join(Exam, Exam.id == ExamVersion.exam_id)
        .where(ExamVersion.course_version_id == version.id, Exam.kind == kind)
    )
    assert found is not None
    return found


def begin(session: Session, account: Account, version: CourseVersion, *, mastered: bool = True) -> Enrolment:
    """Enrol somebody, by default with the exercises passed; committed."""
    enrolment = enrol(session, actor=account.actor(), version=version)
    if mastered:
        for module in version.modules:
            for item in module.items:
                if item.kind == "quiz":
                    record_quiz(session, enrolment=enrolment, item=item, ratio=Decimal(1), mastered=True)
    session.commit()
    return enrolment


def items_of(session: Session, attempt: Attempt) -> list[AttemptItem]:
    """The questions of an attempt in order."""
    return list(
        session.scalars(select(AttemptItem).where(AttemptItem.attempt_id == attempt.id).order_by(AttemptItem.slot))
    )


def attempt_at(session: Session, location: str) -> Attempt:
    """The attempt that an address such as /attempts/<id>?question=2 is about."""
    public_id = location.split("/attempts/")[1][:26]
    found = session.scalar(select(Attempt).where(Attempt.public_id == public_id))
    assert found is not None
    return found


def selects(statements: Any) -> int:
    """How many times the database was asked since `statements.clear()`."""
    return sum(statement.startswith(("SELECT", "WITH")) for statement in statements.seen)
