"""The key `safe_exam_browser` of an exam: read, refused in words, stored with the exam version; absent, nothing."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessment.models import Exam, ExamVersion
from app.authoring.services import _plain, content_sha256, import_course, import_skills
from app.foundation.actor import SYSTEM
from tests.authoring.planted import plant
from tests.authoring.test_checks import EXAM, run
from tests.courses import real_files

KEY = "0123456789abcdef" * 4
PLACE = "duration: 25m"


def with_keys(folder: Path, written: str) -> Path:
    return plant(folder, (EXAM, PLACE, f"{PLACE}\nsafe_exam_browser: {written}"))


def test_keys_are_read_in_small_letters(tmp_path: Path) -> None:
    course, findings = run(with_keys(tmp_path, f'{{config_keys: ["{KEY.upper()}", "{"f" * 64}", {"1" * 64}]}}'))
    assert findings == []
    assert course is not None
    assert course.exams[0].safe_exam_browser == (KEY, "f" * 64, "1" * 64), "quotes or none"


@pytest.mark.parametrize(
    ("written", "code", "said"),
    [
        ("{config_keys: [abc]}", "E112", "a config key: 64 digits"),
        (f'{{config_keys: ["{KEY}0"]}}', "E112", "a config key"),
        (f'{{config_keys: ["{"g" * 64}"]}}', "E112", "a config key"),
        (f'{{config_keys: "{KEY}"}}', "E112", "a list"),
        ("{config_keys: []}", "E101", "too short"),
        (f"{{config_keys: [{', '.join([f'{chr(34)}{KEY}{chr(34)}'] * 21)}]}}", "E005", "too long"),
        ("{}", "E101", "config_keys"),
        (f'{{config_keys: ["{KEY}"], browser_keys: []}}', "E120", "browser_keys"),
        ("yes", "E112", "keys and values"),
    ],
)
def test_what_is_no_key_is_refused_with_its_place(tmp_path: Path, written: str, code: str, said: str) -> None:
    _course, findings = run(with_keys(tmp_path, written))
    assert [finding.code for finding in findings] == [code]
    assert said in findings[0].message
    assert (findings[0].path, findings[0].line) == (EXAM, 4)


def test_keys_are_stored_with_the_exam_version(session: Session) -> None:
    files = real_files()
    assert files.course is not None
    assert files.skills is not None
    import_skills(session, files.skills)
    exam, *others = files.course.exams
    locked = replace(files.course, exams=(replace(exam, safe_exam_browser=(KEY,)), *others))
    for course, kept in ((locked, [KEY]), (files.course, None)):
        version = import_course(session, actor=SYSTEM, course=course).version
        settings = session.scalars(
            select(ExamVersion.settings)
            .join(Exam, Exam.id == ExamVersion.exam_id)
            .where(ExamVersion.course_version_id == version.id, Exam.slug == exam.id)
        ).one()
        assert settings.get("safe_exam_browser") == kept


def test_a_course_without_it_is_the_course_it_was() -> None:
    """The digest of a course published before the key existed: importing it again makes no new version."""
    course = real_files().course
    assert course is not None
    course = replace(course, challenges=())
    before = asdict(course)
    del before["files"]  # what it was read from, not what it says
    assert before.pop("challenges") == ()
    for exam in before["exams"]:
        assert exam.pop("safe_exam_browser") == ()
    assert content_sha256(course) == hashlib.sha256(rfc8785.dumps(_plain(before))).hexdigest()
    exam, *others = course.exams
    locked = replace(course, exams=(replace(exam, safe_exam_browser=(KEY,)), *others))
    assert content_sha256(locked) != content_sha256(course)
