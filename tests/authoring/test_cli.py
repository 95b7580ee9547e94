"""`flask courses check`: what is printed, and the exit code scripts rely on."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo

from app.authoring.cli import courses, read_in_order
from app.foundation.i18n import use_language
from tests.authoring.planted import plant
from tests.authoring.test_skills_file import SOUND


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "skills.yaml").write_text(SOUND, encoding="utf-8")
    return tmp_path / "essai"


def run(*arguments: str) -> Result:
    with use_language("en"):
        return CliRunner().invoke(courses, ["check", *arguments], obj=ScriptInfo(create_app=lambda: Flask("test")))


def test_a_sound_course_exits_0(folder: Path) -> None:
    result = run(str(plant(folder)), "--strict")
    assert result.exit_code == 0, result.output
    assert result.stdout == ""


def test_an_error_exits_1_and_names_the_place(folder: Path) -> None:
    plant(folder, ("course.yaml", "review_by", "reviewby"))
    result = run(str(folder))
    assert result.exit_code == 1
    place = f"{folder.as_posix()}/course.yaml:13:1: E120 The key “reviewby” is not known here."
    assert result.stdout == f"{place} -> did you mean “review_by”?\n"


def test_a_warning_fails_only_when_strict(folder: Path) -> None:
    plant(folder, ("course.yaml", "2027-05", "2026-01"))
    assert run(str(folder)).exit_code == 0
    assert run(str(folder), "--strict").exit_code == 1


def test_skills_of_the_taxonomy_above_are_known(folder: Path) -> None:
    plant(folder, ("course.yaml", "skills: [python]", "skills: [pythn]"))
    result = run(str(folder))
    assert result.exit_code == 1
    assert "E136" in result.stdout


@pytest.mark.parametrize(
    ("requires", "order"),
    [
        ({"alpha": "", "beta": "", "gamma": ""}, ["alpha", "beta", "gamma"]),
        ({"alpha": "beta", "beta": "gamma", "gamma": ""}, ["gamma", "beta", "alpha"]),
        ({"alpha": "elsewhere", "beta": "", "gamma": ""}, ["alpha", "beta", "gamma"]),
        ({"alpha": "beta", "beta": "alpha", "gamma": ""}, ["alpha", "beta", "gamma"]),
    ],
)
def test_courses_come_after_those_they_require(folder: Path, requires: dict[str, str], order: list[str]) -> None:
    for name, before in requires.items():
        (folder.parent / name).mkdir()
        required = ("course.yaml", "{courses: []", f"{{courses: [{before}]")
        plant(folder.parent / name, ("course.yaml", "id: essai", f"id: {name}"), required)
    with use_language("en"):
        assert [place.name for place, _checked in read_in_order(folder.parent)] == order


def test_a_folder_that_does_not_exist_is_wrong_usage(tmp_path: Path) -> None:
    assert run(str(tmp_path / "none")).exit_code == 2
