"""Courses that leave: exported as the text they were published from, imported elsewhere as the same courses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.authoring.canonical import not_canonical
from app.authoring.cli import find_skills, read_checked
from app.authoring.exporting import courses_as_text, write_files
from app.authoring.reading import plain, read_yaml
from app.authoring.report import Report
from app.authoring.services import content_sha256, import_course, import_skills
from app.catalog.models import CourseFile, CourseVersion, VersionFile
from app.foundation.actor import SYSTEM
from app.foundation.errors import NotFoundError, RuleError
from tests.authoring import test_challenges
from tests.authoring.laid_out import Author
from tests.authoring.planted import FILES, plant
from tests.authoring.test_skills_file import SOUND
from tests.courses import REAL

Command = Callable[..., Result]


@pytest.fixture
def command(app: Flask) -> Command:
    """`flask courses …` on the site of the tests."""
    return lambda *words: app.test_cli_runner().invoke(args=["courses", *map(str, words)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small course with its taxonomy above it."""
    here = tmp_path / "here"
    (here / "essai").mkdir(parents=True)
    (here / "skills.yaml").write_text(SOUND, encoding="utf-8")
    return plant(here / "essai")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def publish(session: Session, folder: Path) -> CourseVersion:
    checked = read_checked(folder, None)
    assert checked.course is not None, [str(finding) for _folder, finding in checked.findings]
    assert checked.skills is not None
    import_skills(session, checked.skills)
    version = import_course(session, actor=SYSTEM, course=checked.course).version
    session.commit()
    return version


def digest(folder: Path) -> str:
    course = read_checked(folder, None).course
    assert course is not None
    return content_sha256(course)


def test_what_was_imported_comes_back_byte_for_byte(command: Command, folder: Path, tmp_path: Path) -> None:
    (folder / "course.yaml").write_bytes(b"# ours\r\n" + (folder / "course.yaml").read_bytes())
    (folder / "TODO.txt").write_text("nobody's")
    (folder / "bank" / "draft.yaml").write_text("bank: draft\nquestions: []\n")
    assert command("import", folder).exit_code == 0
    done = command("export", tmp_path / "there")
    assert done.exit_code == 0, done.output
    strays = {"essai/TODO.txt", "essai/bank/draft.yaml"}
    expected = {name: data for name, data in contents(folder.parent).items() if name not in strays}
    assert contents(tmp_path / "there") == expected
    again = command("import", tmp_path / "there")
    assert again.exit_code == 0
    assert command("export", tmp_path / "there").exit_code == 0, "what is there already is the same"


def test_the_real_course_is_all_exported(session: Session, tmp_path: Path) -> None:
    version = publish(session, REAL)
    (export,) = courses_as_text(session, ["ia-au-travail"])
    assert export.number == version.number
    assert export.files == contents(REAL)
    write_files(tmp_path / "ia-au-travail", export.files)
    (tmp_path / "skills.yaml").write_bytes(find_skills(REAL).read_bytes())  # type: ignore[union-attr]
    assert digest(tmp_path / "ia-au-travail") == version.content_sha256


def test_a_challenge_leaves_with_its_files(session: Session, tmp_path: Path) -> None:
    checked = test_challenges.sound(tmp_path / "here")
    version = test_challenges.publish(session, checked)
    (export,) = courses_as_text(session)
    assert {name for name in export.files if name.startswith("challenges/")} == {
        "challenges/defi.yaml",
        *(
            path
            for one in checked.challenges
            for files in (*one.materials, *one.sealed)
            for path, _ in files.files.values()
        ),
    }
    write_files(tmp_path / "there", export.files)
    assert digest(tmp_path / "there") == version.content_sha256


YAML = sorted(name for name in FILES if name.endswith(".yaml"))


@st.composite
def written_courses(draw: Any) -> dict[str, str]:
    """The small course as another person would have laid it out, some of its words changed."""
    files = dict(FILES)
    word = draw(st.text(st.characters(codec="utf-8", categories=("L", "Nd", "P", "Zs")), min_size=1, max_size=20))
    for name in YAML:
        tree = plain(read_yaml(FILES[name], name, Report()))  # type: ignore[arg-type]
        assert isinstance(tree, dict)
        if "title" in tree:
            tree["title"] = {"fr": f"Titre {word.strip()}", "en": f"Title {word.strip()}"}
        files[name] = Author(draw).write(tree)
    return files


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written_courses())
def test_course_round_trip(session: Session, tmp_path_factory: pytest.TempPathFactory, files: dict[str, str]) -> None:
    """import(export(x)) is x, byte for byte, and `fmt` changes nothing that a course says."""
    root = tmp_path_factory.mktemp("round")
    (root / "skills.yaml").write_text(SOUND, encoding="utf-8")
    for name, text in files.items():
        (root / "essai" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "essai" / name).write_text(text, encoding="utf-8")
    version = publish(session, root / "essai")
    (export,) = courses_as_text(session)
    assert export.files == contents(root / "essai")
    write_files(root / "export", export.files)
    assert digest(root / "export") == version.content_sha256
    report = Report()
    write_files(root / "fmt", {**export.files, **not_canonical(export.files, report)})
    assert report.findings() == []
    assert digest(root / "fmt") == version.content_sha256


def test_each_content_is_kept_once(session: Session, folder: Path) -> None:
    publish(session, folder)
    before = session.scalar(select(func.count()).select_from(CourseFile)) or 0
    assert before == session.scalar(select(func.count()).select_from(VersionFile))
    path = folder / "course.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("Un essai de cours", "Un autre essai"), encoding="utf-8")
    publish(session, folder)
    assert session.scalar(select(func.count()).select_from(CourseFile)) == before + 1


def test_a_version_keeps_its_text_and_a_new_layout_of_it_takes_its_place(session: Session, folder: Path) -> None:
    first = contents(folder)
    publish(session, folder)
    path = folder / "course.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("Un essai de cours", "Un autre essai"), encoding="utf-8")
    assert publish(session, folder).number == 2
    path.write_text("# a comment\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert publish(session, folder).number == 2
    assert courses_as_text(session, ["essai"])[0].files == contents(folder)
    assert courses_as_text(session, ["essai"], 1)[0].files == first


def test_what_was_published_before_text_was_kept_is_said(
    session: Session, folder: Path, command: Command, tmp_path: Path
) -> None:
    publish(session, folder)
    session.query(VersionFile).delete()
    session.commit()
    with pytest.raises(RuleError):
        courses_as_text(session)
    done = command("export", tmp_path / "there")
    assert done.exit_code == 1
    assert "Traceback" not in done.output
    assert not (tmp_path / "there").exists()
    publish(session, folder)
    assert courses_as_text(session)[0].files == contents(folder)


@pytest.mark.parametrize(
    "words",
    [("--course", "nothing"), ("--course", "essai", "--version", "7"), ("--version", "1"), ("--version", "0")],
)
def test_what_is_not_here_is_refused(command: Command, folder: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    assert command("import", folder).exit_code == 0
    done = command("export", tmp_path / "there", *words)
    assert done.exit_code in (1, 2)
    assert isinstance(done.exception, SystemExit)
    assert not (tmp_path / "there").exists()


def test_nothing_that_is_there_is_overwritten(session: Session, folder: Path, tmp_path: Path) -> None:
    publish(session, folder)
    files = courses_as_text(session)[0].files
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "course.yaml").write_text("mine")
    with pytest.raises(RuleError):
        write_files(tmp_path / "there", files)
    assert contents(tmp_path / "there") == {"course.yaml": b"mine"}
    with pytest.raises(RuleError):
        write_files(tmp_path / "there", {"../outside.yaml": b""})
    assert not (tmp_path / "outside.yaml").exists()


def test_a_course_that_is_not_here_is_not_found(session: Session) -> None:
    assert courses_as_text(session) == []
    with pytest.raises(NotFoundError):
        courses_as_text(session, ["nothing"])
