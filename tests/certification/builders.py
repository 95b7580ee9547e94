"""A tiny course with a certification exam, and people who really sit and pass it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from decimal import Decimal
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment.answering import Incoming, save_answer
from app.assessment.drafts import BankDraft, ExamDraft, QuestionDraft
from app.assessment.models import Attempt, ExamVersion, Result
from app.assessment.publishing import publish_exam, store_bank
from app.assessment.services import submit_attempt
from app.assessment.starting import start_attempt
from app.catalog.drafts import ItemDraft, LessonDraft, ModuleDraft, SkillDraft, VersionDraft
from app.catalog.models import CourseVersion
from app.catalog.services import publish_version
from app.certification import queries, seal
from app.certification.keys import generate_first_key
from app.certification.models import Certificate
from app.foundation.actor import SYSTEM
from app.foundation.i18n import use_language
from app.skills.models import Skill

QUESTIONS = 8
DRAWN = 4
SETTINGS: dict[str, Any] = {
    "duration_s": 1500,
    "max_attempts": 3,
    "cooldown_s": [],
    "cut": "0.70",
    "method": "default",
    "policy": "min",
    "release": "at_once",
    "shows": "domains",
    "requires": [],
    "awards": {
        "level": 1,
        "assurance": 1,
        "validity_months": 12,
        "skills": [{"id": "ai-literacy", "level": 1}, {"id": "ai-principles", "level": 1}],
    },
    "description": {"fr": "A montré qu'elle sait compter.", "en": "Showed that they can count."},
    "criteria": {"fr": "Quatre questions ; 70 % au moins.", "en": "Four questions; at least 70%."},
}
SKILLS = {
    "ai-literacy": ({"fr": "Culture de l'IA", "en": "AI literacy"}, None),
    "ai-principles": ({"fr": "Principes de l'IA", "en": "Principles of AI"}, "http://data.europa.eu/esco/skill/0001"),
}


def make_keys(app: Flask, session: Session) -> str:
    """A fresh key in an empty folder; returns its id."""
    shutil.rmtree(app.config["SETTINGS"].keys_path, ignore_errors=True)
    seal._open.cache_clear()  # its files went with the folder
    key = generate_first_key(session, actor=SYSTEM)
    session.commit()
    return key.key_id


def make_skills(session: Session) -> None:
    """The skills of the tiny course, one of ESCO and one of our own."""
    known = set(session.scalars(select(Skill.slug)))
    for slug, (name, esco) in SKILLS.items():
        if slug not in known:
            session.add(
                Skill(slug=slug, esco_uri=esco, kind="knowledge", family="ai", name=name, can_do={}, status="active")
            )
    session.flush()


def make_course(session: Session, slug: str = "counting", *, content: str = "1", **settings: Any) -> ExamVersion:
    """A published version of the course with its exam; other `settings` replace those above."""
    make_skills(session)
    version, _new = publish_version(session, actor=SYSTEM, draft=_version(slug, content))
    store_bank(session, course_id=version.course_id, draft=BankDraft(f"{slug}-exam", tuple(_questions())))
    return publish_exam(
        session, course_id=version.course_id, course_version_id=version.id, draft=_exam(slug, {**SETTINGS, **settings})
    )


def republish(session: Session, slug: str, title: dict[str, str]) -> CourseVersion:
    """Another version of the course under another title."""
    draft = replace(_version(slug, "renamed"), title=title)
    return publish_version(session, actor=SYSTEM, draft=draft)[0]


def _version(slug: str, content: str) -> VersionDraft:
    lesson = LessonDraft("fr", "Un et un", ["Compter"], [], [{"kind": "html", "html": "<p>Deux.</p>"}], 1)
    item = ItemDraft("lesson", "one-and-one", {"fr": "Un et un", "en": "One and one"}, 5, (lesson,))
    return VersionDraft(
        slug=slug,
        content_sha256=content.ljust(64, "0"),
        tier=1,
        languages=["fr", "en"],
        title={"fr": "Compter jusqu'à huit", "en": "Counting to eight"},
        tagline={"fr": "Vous saurez compter.", "en": "You will be able to count."},
        description_html={"fr": "<p>Compter.</p>", "en": "<p>Counting.</p>"},
        assumes={"fr": "Lire.", "en": "Reading."},
        hours=Decimal("0.5"),
        domains={"sums": {"title": {"fr": "Sommes", "en": "Sums"}, "skills": ["ai-literacy"]}},
        change_note={"fr": "Première version.", "en": "First version."},
        not_yet={},
        prerequisites=[],
        skills=[SkillDraft(slug, 1, True) for slug in SKILLS],
        modules=[ModuleDraft("sums", {"fr": "Sommes", "en": "Sums"}, {"fr": "…", "en": "…"}, [], None, [item])],
    )


def _questions() -> list[QuestionDraft]:
    return [
        QuestionDraft(
            slug=f"sum-{number}",
            type="single",
            domain="sums",
            level=1,
            body={
                "id": f"sum-{number}",
                "type": "single",
                "prompt": {"fr": f"{number} + 1 ?", "en": f"{number} + 1?"},
                "options": [
                    {"id": "right", "text": str(number + 1), "correct": True},
                    {"id": "wrong", "text": str(number + 2)},
                ],
            },
        )
        for number in range(1, QUESTIONS + 1)
    ]


def _exam(slug: str, settings: dict[str, Any]) -> ExamDraft:
    return ExamDraft(
        slug="final",
        kind="certification",
        title={"fr": "Certification « Compter jusqu'à huit », débutant", "en": "Certification: counting to eight"},
        banks=[f"{slug}-exam"],
        blueprint=[{"domain": "sums", "level": 1, "count": DRAWN, "points": "1"}],
        settings=settings,
        pledge={"fr": "Je réponds sans aide.", "en": "I answer without help."},
    )


def sit(session: Session, account: Account, exam_version: ExamVersion, right: int = DRAWN) -> tuple[Attempt, Result]:
    """Start, answer `right` questions rightly and the rest wrongly, hand in."""
    with use_language(account.language):
        attempt = start_attempt(session, actor=account.actor(), exam_version=exam_version, enrolled=True)
        session.refresh(attempt, ["items"])
        for item in attempt.items:
            wanted = "right" if item.slot <= right else "wrong"
            token = next(token for token, option in item.option_order if option == wanted)
            incoming = Incoming(item.slot, {"choice": token}, 1, f"key-{attempt.id}-{item.slot}")
            save_answer(session, attempt=attempt, incoming=incoming)
        result = submit_attempt(session, actor=account.actor(), attempt=attempt)
    session.commit()
    return attempt, result


def certify(session: Session, account: Account, exam_version: ExamVersion, right: int = DRAWN) -> Certificate:
    """A certificate really earned by this person."""
    attempt, _result = sit(session, account, exam_version, right)
    certificate = queries.find_certificate_of_attempt(session, attempt.id)
    assert certificate is not None
    return certificate
