"""Challenges in course/1: what the checker says of each fault, and what is published."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment.challenge_models import Challenge, ChallengeFile
from app.assessment.project_models import Project
from app.authoring.checks import check
from app.authoring.report import Finding
from app.authoring.services import content_sha256, import_course, import_skills
from app.authoring.tree import Course
from app.catalog.models import CourseFile, CourseVersion, Item
from app.foundation.actor import SYSTEM
from app.foundation.errors import RuleError
from app.foundation.i18n import use_language
from tests.authoring.planted import plant
from tests.courses import real_files

CHALLENGE, FOLDER = "challenges/defi.yaml", "challenges/defi"
TEXT = """\
id: defi
title: {fr: "Un défi", en: "A challenge"}
promise: {fr: "Une promesse.", en: "A promise."}
brief: {fr: "Le sujet, en **gras**.", en: "The brief, in **bold**."}
minutes: 240
duration: 4h
team: 3
materials:
  - file: {fr: challenges/defi/lettres.fr.csv, en: challenges/defi/letters.en.csv}
    title: {fr: "Les lettres", en: "The letters"}
  - file: challenges/defi/regles.md
    title: {fr: "Les règles", en: "The rules"}
sealed:
  - file: challenges/defi/attaques.zip
    title: {fr: "Les attaques", en: "The attacks"}
deliverables: [{fr: "Une page.", en: "A page."}]
accept: [pdf, md]
max_mb: 10
review: {staff: 2, peers: 0, aggregate: median}
feedback: 10d
pass: {threshold: 0.5}
rubric:
  - id: donnees
    weight: 3
    title: {fr: "Données", en: "Data"}
    levels: [{points: 0, text: "0"}, {points: 1, text: "1"}, {points: 2, text: "2"}, {points: 3, text: "3"}]
"""
FILES = {
    f"{FOLDER}/lettres.fr.csv": b"a;b\n",
    f"{FOLDER}/letters.en.csv": b"a,b\n",
    f"{FOLDER}/regles.md": "Règle 1.\n".encode(),
    f"{FOLDER}/attaques.zip": b"PK\x03\x04" + b"0" * 20,
}


def run(folder: Path) -> tuple[Course | None, list[Finding]]:
    with use_language("en"):
        return check(folder, ["python"], today=date(2026, 11, 22))


def course(folder: Path, old: str = "", new: str = "", **files: bytes) -> Path:
    """The sound course with this challenge, one text of it replaced."""
    assert old in TEXT
    named = ("course.yaml", "review_by", f"challenges: [{CHALLENGE}]\nreview_by")
    plant(folder, named, (CHALLENGE, "", TEXT.replace(old, new, 1) if old else TEXT))
    for path, content in {**FILES, **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def sound(folder: Path) -> Course:
    checked, findings = run(course(folder))
    assert findings == []
    assert checked is not None
    return checked


def test_a_sound_challenge_has_nothing_to_say(tmp_path: Path) -> None:
    (challenge,) = sound(tmp_path).challenges
    assert (challenge.duration.total_seconds(), challenge.feedback.days, challenge.team) == (14400, 10, 3)
    assert challenge.materials[0].files["en"] == (f"{FOLDER}/letters.en.csv", b"a,b\n")
    assert challenge.materials[1].files["fr"] == challenge.materials[1].files["en"], "one path, every language"
    assert [one.title["fr"] for one in challenge.sealed] == ["Les attaques"]


LEVELS = '{points: 2, text: "2"}, {points: 3, text: "3"}'


# code, text to replace, replacement
FAULTS: list[tuple[str, str, str]] = [
    ("E101", 'promise: {fr: "Une promesse.", en: "A promise."}\n', ""),
    ("E101", "feedback: 10d\n", ""),
    ("E120", "team: 3", "teams: 3"),
    ("E112", "team: 3", "team: 4"),
    ("E112", "team: 3", "team: 0"),
    ("E160", "duration: 4h", "duration: 4"),
    ("E160", "duration: 4h", "duration: 1mo"),
    ("E189", "duration: 4h", "duration: 59m"),
    ("E189", "duration: 4h", "duration: 8d"),
    ("E189", "feedback: 10d", "feedback: 31d"),
    ("E189", "feedback: 10d", "feedback: 1h"),
    ("W189", "minutes: 240", "minutes: 241"),
    ("E188", f", {LEVELS}", ""),
    ("E188", LEVELS, '{points: 2, text: "2"}, {points: 4, text: "3"}'),
    ("E182", LEVELS, '{points: 1, text: "2"}, {points: 3, text: "3"}'),
    ("E170", "pass: {threshold: 0.5}", "pass: {threshold: 0.5, no_zero: [ailleurs]}"),
    ("E161", "threshold: 0.5", "threshold: 50"),
    ("E131", "id: defi\n", "id: petit\n"),
    ("E002", "regles.md", "regle.md"),
    ("E187", "challenges/defi/regles.md", "challenges/defi/../../course.yaml"),
    ("E187", "challenges/defi/regles.md", "/etc/passwd"),
    ("E187", "challenges/defi/regles.md", "challenges/autre/regles.md"),
    ("E187", "challenges/defi/regles.md", "bank/examen.yaml"),
    ("E187", "challenges/defi/regles.md", "challenges/defi/regles.html"),
    ("E187", "challenges/defi/regles.md", "challenges/defi/attaques.zip"),
    ("E112", "file: challenges/defi/regles.md", "file: [challenges/defi/regles.md]"),
    ("W110", "en: challenges/defi/letters.en.csv", "fr2: x"),
]


@pytest.mark.parametrize(("code", "old", "new"), FAULTS)
def test_each_fault_has_its_code(tmp_path: Path, code: str, old: str, new: str) -> None:
    _checked, findings = run(course(tmp_path, old, new))
    assert code in {finding.code for finding in findings}, [str(finding) for finding in findings]


@pytest.mark.parametrize(
    ("code", "name", "content"),
    [
        ("E003", "regles.md", b"\xff\xfe"),
        ("E003", "regles.md", b"a\0b"),
        ("E187", "attaques.zip", b"MZ"),
        ("E005", "regles.md", b"a" * (2 * 1024 * 1024 + 1)),
    ],
)
def test_each_file_is_what_it_says(tmp_path: Path, code: str, name: str, content: bytes) -> None:
    checked, findings = run(course(tmp_path, **{f"{FOLDER}/{name}": content}))
    assert [finding.code for finding in findings] == [code]
    assert checked is None


def test_a_link_out_of_the_folder_is_no_file_of_it(tmp_path: Path) -> None:
    folder = course(tmp_path / "course")
    (tmp_path / "secret.md").write_text("secret", encoding="utf-8")
    (folder / FOLDER / "regles.md").unlink()
    (folder / FOLDER / "regles.md").symlink_to(tmp_path / "secret.md")
    _checked, findings = run(folder)
    assert {finding.code for finding in findings} == {"E005", "E002"}


def publish(session: Session, checked: Course) -> CourseVersion:
    """With the skills of the real courses, and the one this course has."""
    import_skills(session, real_files().skills)  # type: ignore[arg-type]
    version = import_course(session, actor=SYSTEM, course=checked).version
    session.commit()
    return version


def test_what_is_published(session: Session, tmp_path: Path) -> None:
    version = publish(session, sound(tmp_path))
    (challenge,) = session.scalars(select(Challenge)).all()
    project = challenge.project
    assert (project.course_version_id, project.slug, project.markers) == (version.id, "defi", 2)
    assert "<strong>gras</strong>" in project.brief_html["fr"]
    assert (challenge.duration_s, challenge.feedback_s, challenge.team) == (14400, 864000, 3)
    files = session.scalars(select(ChallengeFile).order_by(ChallengeFile.id)).all()
    assert [(file.sealed, file.place, file.language, file.name) for file in files] == [
        (False, 1, "fr", "lettres.fr.csv"),
        (False, 1, "en", "letters.en.csv"),
        (False, 2, "fr", "regles.md"),
        (False, 2, "en", "regles.md"),
        (True, 1, "fr", "attaques.zip"),
        (True, 1, "en", "attaques.zip"),
    ]
    for file in files:
        assert session.get_one(CourseFile, file.sha256).content == FILES[f"{FOLDER}/{file.name}"]
    assert "defi" not in session.scalars(select(Item.slug)).all(), "it stands in no module"


def test_files_are_part_of_the_content(session: Session, tmp_path: Path) -> None:
    first = sound(tmp_path / "one")
    second, _findings = run(course(tmp_path / "two", **{f"{FOLDER}/regles.md": b"Autre."}))
    assert second is not None
    assert content_sha256(first) != content_sha256(second)
    assert content_sha256(first) != content_sha256(replace(first, challenges=()))
    assert publish(session, first).number == publish(session, first).number == 1
    assert publish(session, second).number == 2
    assert len(set(session.scalars(select(ChallengeFile.sha256)))) == 5, "what did not change is kept once"
    assert len(session.scalars(select(Project).where(Project.slug == "defi")).all()) == 2


def test_what_the_site_cannot_do_is_refused(session: Session, tmp_path: Path) -> None:
    checked, _findings = run(course(tmp_path, "staff: 2, peers: 0", "staff: 1, peers: 2"))
    assert checked is not None
    with pytest.raises(RuleError):
        publish(session, checked)
