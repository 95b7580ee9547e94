"""Strict reading: positions, refusals, bounds, and no exception whatever the bytes."""

# ruff: noqa: E501 -- planted text keeps its own lines

import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.authoring.checks import check
from app.authoring.folders import MOST_FILES, read_folder
from app.authoring.reading import Mapping, Scalar, decode, plain, read_yaml, resolve
from app.authoring.report import Mark, Report, quoted
from app.authoring.schemas import BANK, COURSE, EXAM, MODULE, PROJECT
from app.authoring.shapes import Context
from app.foundation.i18n import use_language
from tests.authoring.planted import FILES, plant

TODAY = date(2026, 11, 22)


def codes(report: Report) -> list[str]:
    return [finding.code for finding in report.findings()]


def read(text: str) -> tuple[object, Report]:
    report = Report()
    return read_yaml(text, "a.yaml", report), report


def test_every_key_and_value_knows_its_place() -> None:
    node, report = read("a: 1\nb:\n  - {c: deux}\n")
    assert codes(report) == []
    assert isinstance(node, Mapping)
    assert [(entry.key, entry.mark) for entry in node.entries] == [
        ("a", Mark("a.yaml", 1, 1)),
        ("b", Mark("a.yaml", 2, 1)),
    ]
    assert node.get("a") == Scalar(Mark("a.yaml", 1, 4), 1, "1")
    assert plain(node) == {"a": 1, "b": [{"c": "deux"}]}


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("", None), ("~", None), ("null", None), ("true", True), ("False", False), ("yes", "yes"), ("no", "no"),
        ("12", 12), ("-3", -3), ("3.10", 3.1), ("1e3", 1000.0), ("2027-05-01", "2027-05-01"), ("12:30", "12:30"),
        ("0x10", "0x10"), ("1_000", "1_000"), (".nan", ".nan"), (".inf", ".inf"), ("9" * 40, "9" * 40), ("1e999", "1e999"),
    ],
)  # fmt: skip
def test_unquoted_values_follow_yaml_without_surprises(typed: str, value: object) -> None:
    assert resolve(typed) == value
    assert type(resolve(typed)) is type(value)


BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20)
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (BOMB, "E005"), ("<<: *base", "E005"), ("a: !!python/object/apply:os.system [ls]", "E005"), ("a: !x 1", "E005"),
        ("[" * 100_000, "E005"), ("{a: " * 100_000, "E005"), ("- " * 50_000, "E005"), ("a: 1\na: 2", "E004"),
        ("{[a, b]: c}", "E001"), ("? {a: b}\n: c", "E001"), ("'", "E001"), ("a: 'b", "E001"), ("\ta: b", "E001"),
        ("a: b: c", "E001"), ("---\na: 1\n---\nb: 2", "E001"), ("%YAML 99.99.99\n---\na", "E001"), ("# nothing", "E001"),
        ('a: "\\Uffffffff"', "E001"), ('a: "\\q"', "E001"), ("%TAG ! !\n%TAG ! !\n---\na", "E001"), ("a: |99\n  b", "E001"),
    ],
)  # fmt: skip
def test_hostile_yaml_is_refused_with_its_code(text: str, code: str) -> None:
    _node, report = read(text)
    assert codes(report) == [code]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff\xfea", "E003"), (b"caf\xe9", "E003"), (b"a: \x00", "E003"), ("a: \u202egnp".encode(), "E003"),
        ("a: \u2066x".encode(), "E003"), (b"a: \x1b[31m", "E003"), (b"a" * (1024 * 1024 + 1), "E005"),
    ],
)  # fmt: skip
def test_bytes_that_are_not_plain_text_are_refused(data: bytes, code: str) -> None:
    report = Report()
    assert decode(data, "a.yaml", report) is None
    assert codes(report) == [code]


def test_the_place_of_an_invisible_character_is_told() -> None:
    report = Report()
    decode("ok\nab\u202e".encode(), "a.yaml", report)
    assert [(finding.line, finding.column) for finding in report.findings()] == [(2, 3)]


def test_byte_order_mark_and_windows_line_ends_are_accepted() -> None:
    assert decode(b"\xef\xbb\xbfa: 1\r\nb: 2\r", "a.yaml", Report()) == "a: 1\nb: 2\n"


def test_words_of_authors_cannot_drive_a_terminal() -> None:
    assert quoted("a\x1b[31m\nb") == "a�[31m�b"
    assert len(quoted("a" * 500)) == 61


def test_a_file_of_ten_megabytes_is_refused(tmp_path: Path) -> None:
    plant(tmp_path)
    (tmp_path / "course.yaml").write_bytes(b"a: 1\n" * 2_200_000)
    course, findings = check(tmp_path, [], today=TODAY)
    assert course is None
    assert [finding.code for finding in findings] == ["E005"]


def test_links_that_leave_the_folder_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key.yaml").write_text("bank: x\nquestions: []\n")
    folder = plant(tmp_path / "course")
    (folder / "bank" / "linked.yaml").symlink_to(secret / "key.yaml")
    (folder / "more").symlink_to(secret, target_is_directory=True)
    (folder / "bank" / "inside.yaml").symlink_to(folder / "bank" / "examen.yaml")
    report = Report()
    contents = read_folder(folder, report).contents
    assert codes(report) == ["E005", "E005"]
    assert "bank/inside.yaml" in contents
    assert not any("key" in name or name == "bank/linked.yaml" for name in contents)


def test_paths_of_course_yaml_never_leave_the_folder(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "module.yaml").write_text("id: x\n")
    folder = plant(tmp_path / "course", ("course.yaml", "modules/10-bases", "../outside"))
    _course, findings = check(folder, ["python"], today=TODAY)
    assert "E002" in {finding.code for finding in findings}


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    for number in range(MOST_FILES + 5):
        (tmp_path / f"{number}.txt").touch()
    report = Report()
    assert len(read_folder(tmp_path, report).contents) == MOST_FILES
    assert codes(report) == ["E005"]


def test_special_files_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "course.yaml")
    _course, findings = check(tmp_path, [], today=TODAY)
    assert [finding.code for finding in findings] == ["E002"]


def test_an_empty_folder_and_a_missing_one(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        course, findings = check(folder, [], today=TODAY)
        assert course is None
        assert [finding.code for finding in findings] == ["E002"]


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
KEYS = st.sampled_from(
    [
        "id",
        "type",
        "level",
        "stem",
        "options",
        "answers",
        "value",
        "range",
        "tolerance",
        "unit",
        "correct",
        "text",
        "fr",
        "en",
        "questions",
        "bank",
        "items",
        "lesson",
        "quiz",
        "pick",
        "count",
        "blueprint",
        "pass",
        "cut",
        "attempts",
        "max",
        "cooldown",
        "window",
        "rubric",
        "levels",
        "points",
        "languages",
        "domains",
        "modules",
        "x-a",
        "tags",
    ]
) | st.text(max_size=6)
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=25
)


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=200) | st.text("ab:-[]{}'\"#&*!|>%@,? \n\t", max_size=120))
def test_any_text_is_read_or_refused(text: str) -> None:
    node, report = read(text)
    assert node is not None or codes(report)


@settings(max_examples=150, deadline=None)
@given(tree=TREES)
def test_any_tree_is_checked_without_an_exception(tree: object) -> None:
    import json

    node, report = read(json.dumps(tree))
    if node is not None:
        for shape in (COURSE, MODULE, BANK, EXAM, PROJECT):
            shape.check(node, Context(report, TODAY, skills=frozenset()))  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(tree=TREES, name=st.sampled_from([name for name in FILES if name.endswith(".yaml")]), data=st.data())
def test_any_file_of_a_course_may_be_anything(
    tmp_path_factory: pytest.TempPathFactory, tree: object, name: str, data: st.DataObject
) -> None:
    import json

    folder = plant(tmp_path_factory.mktemp("course"))
    lines = FILES[name].split("\n")
    cut = data.draw(st.integers(0, len(lines)))
    body = json.dumps(tree, ensure_ascii=False)
    text = data.draw(st.sampled_from([body, "\n".join(lines[:cut]), "\n".join([*lines[:cut], f"zz: {body}"])]))
    (folder / name).write_bytes(text.encode("utf-8", "replace"))
    with use_language("en"):
        course, findings = check(folder, ["python"], today=TODAY)
    assert course is not None or findings
