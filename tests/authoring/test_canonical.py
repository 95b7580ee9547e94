"""`courses fmt`: one layout, the same words, comments kept, nothing written that would lose one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo
from hypothesis import given, settings
from hypothesis import strategies as st

from app.authoring.canonical import canonical
from app.authoring.cli import courses
from app.authoring.reading import plain, read_yaml
from app.authoring.report import Report
from app.foundation.i18n import use_language
from tests.authoring.laid_out import Author
from tests.authoring.planted import plant

KEYS = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Cn", "Co")), max_size=40
)
SCALARS = st.one_of(
    TEXTS, st.integers(-999, 999), st.booleans(), st.sampled_from([0.7, 12.5, "0.70", "2027-11", "a: b", "# x"])
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)


@st.composite
def written(draw: Any) -> str:
    return Author(draw).write(draw(st.dictionaries(KEYS, TREES, min_size=1, max_size=5)))


def formatted(text: str) -> str:
    report = Report()
    data = canonical(text.encode(), "x.yaml", report)
    assert data is not None, report.findings()
    return data.decode()


def said(text: str) -> object:
    node = read_yaml(text, "x.yaml", Report())
    assert node is not None, text
    return plain(node)


def notes(text: str) -> list[str]:
    return re.findall(r"# note \d+: voir \[ici\]", text)


@settings(max_examples=60, deadline=None)
@given(written())
def test_nothing_is_lost_and_a_second_pass_changes_nothing(text: str) -> None:
    done = formatted(text)
    assert said(done) == said(text)
    assert sorted(notes(done)) == sorted(notes(text))
    assert formatted(done) == done


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a:\n- b\n- c # d\n", "a:\n  - b\n  - c  # d\n"),
        ("a:\n    # of b\n    b: 1         # c\n", "a:\n  # of b\n  b: 1  # c\n"),
        ("a: |-\n    x\n# of b\nb: 1\n", "a: |-\n  x\n# of b\nb: 1\n"),
        ("a:   {fr: x,en: y}\n", "a: {fr: x, en: y}\n"),
        ("a: {fr: x,\n  en: y}\n", "a: {fr: x, en: y}\n"),
        ("a: in one\n  sentence\n", "a: in one sentence\n"),
        ("﻿a: 1\r\nb: 2\r\n", "a: 1\nb: 2\n"),
        ("---\na: 1\n...\n", "a: 1\n"),
        ("# x \t\na: 1   \n# y  \n\n\nb: 2 # z \n", "# x\na: 1\n# y\n\n\nb: 2  # z\n"),
        ("? a\n: b\n", "a: b\n"),
        *(
            (same, same)
            for same in (
                "# above\na: 1  # after\n\n\n# at the end\n",
                "cut: 0.70\nday: 2027-01-15T09:00:00+01:00\nzero: 012\nyes: no\nnone: ~\nnothing:\n",
                "a: 'it''s'\nb: \"it's\"\nc: it's\nd: '# no comment'\n",
                "a: >-\n  one\n  two\n\n  three\nb: |\n  x = 1\n    y\nc: |2\n    z\n",
                "a: {}\nb: []\n",
                f"a: {'very ' * 60}long\n",
            )
        ),
    ],
)
def test_one_layout(text: str, expected: str) -> None:
    assert formatted(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a: {x: 1, # why\n  y: 2}\n",
        "a:\n  - { b: c,  d: [ e, {f: g} ],  h: 'i' }\n  # why\n  - { j: k }  # l\n",
    ],
)
def test_a_comment_that_the_library_would_lose_keeps_the_file_as_it_is(text: str) -> None:
    report = Report()
    assert canonical(text.encode(), "x.yaml", report) is None
    (finding,) = report.findings()
    assert finding.code == "E001"


def test_of_a_lesson_only_the_front_matter_is_laid_out() -> None:
    body = "Un *mot*.  \n\n- a\n-   b\n\n```python\nx  = {1:2}\n```\n\n\n"
    data = f"---\nid:  a\nobjectives: [x,y]\n---\n{body}".encode()
    expected = f"---\nid: a\nobjectives: [x, y]\n---\n{body}".encode()
    assert canonical(data, "modules/a/01.fr.md", Report()) == expected
    assert canonical(body.encode(), "modules/a/notes.md", Report()) == body.encode()


def test_what_is_wrong_in_a_front_matter_is_said_at_its_line_of_the_file() -> None:
    report = Report()
    assert canonical(b"---\nid: a\ntitle: a: b\n---\n", "modules/a/01.fr.md", report) is None
    (finding,) = report.findings()
    assert (finding.line, finding.column) == (3, 9)


def run(*arguments: str) -> Result:
    with use_language("en"):
        return CliRunner().invoke(courses, ["fmt", *arguments], obj=ScriptInfo(create_app=lambda: Flask("test")))


def test_the_command_writes_what_changes_and_names_it(tmp_path: Path) -> None:
    folder = plant(tmp_path / "essai")
    assert run(str(folder)).exit_code == 0
    (folder / "exams" / "certif.yaml").write_bytes((folder / "exams" / "certif.yaml").read_bytes() + b"x-a:   {b: c}\n")
    (folder / "exams" / ".hidden.yaml").write_text("a:   1\n")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    checked = run(str(folder), "--check")
    assert (checked.exit_code, checked.output) == (1, f"{folder.as_posix()}/exams/certif.yaml\n")
    assert {path: path.read_bytes() for path in before} == before, "--check writes nothing"
    done = run(str(folder))
    assert (done.exit_code, done.output) == (0, checked.output)
    changed = {path.name for path in folder.rglob("*") if path.is_file() and path.read_bytes() != before.get(path)}
    assert changed == {"certif.yaml"}
    assert (folder / "exams" / "certif.yaml").read_text().endswith("x-a: {b: c}\n")
    assert run(str(folder), "--check").exit_code == 0


def test_a_file_that_cannot_be_read_is_said_and_the_others_are_laid_out(tmp_path: Path) -> None:
    folder = plant(
        tmp_path / "essai", ("course.yaml", "", "a: [\n"), ("exams/certif.yaml", "id: certif", "id:   certif")
    )
    done = run(str(folder))
    assert done.exit_code == 1
    assert f"{folder.as_posix()}/course.yaml:" in done.output
    assert "E001" in done.output
    assert (folder / "course.yaml").read_text() == "a: [\n"
    assert (folder / "exams" / "certif.yaml").read_text().startswith("id: certif")


def test_the_taxonomy_beside_the_courses_is_laid_out_too(tmp_path: Path) -> None:
    plant(tmp_path / "essai")
    (tmp_path / "skills.yaml").write_text("taxonomy:   passerelle-skills/1\n")
    assert "skills.yaml" in run(str(tmp_path)).output
    assert (tmp_path / "skills.yaml").read_text() == "taxonomy: passerelle-skills/1\n"
