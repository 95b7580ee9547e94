"""The sealed programs of the challenge “The awkward figure”: one makes the register, the other solves it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.content.lesson_files import of_tag, texts_of
from tests.content.lift_register import CHALLENGE_FILES, FOLDER, REGISTER, once, readings, rows, text_of
from tests.content.question_banks import LANGUAGES, both_languages


@pytest.mark.parametrize("name", ["fabrique", "solution"])
def test_sealed_programs_need_the_standard_library_alone(name: str) -> None:
    for node in ast.walk(ast.parse(text_of(f"{name}.py"))):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for module in [node.module] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]:
                assert module is not None and module.split(".")[0] in sys.stdlib_module_names


# the register


def made_by(seed: int | None = None) -> dict[str, str]:
    maker = CHALLENGE_FILES.program("fabrique")
    if seed is not None:
        maker.SEED = seed
    made: dict[str, str] = maker.texts()
    return made


def test_the_program_of_the_register_gives_the_committed_bytes() -> None:
    made = made_by()
    assert sorted(made) == sorted(REGISTER.values())
    for name, text in made.items():
        assert (FOLDER / name).read_bytes() == text.encode("utf-8")


@pytest.mark.parametrize("seed", [1, 77])
def test_another_seed_gives_another_register_with_the_same_counts(seed: int) -> None:
    made = made_by(seed)
    for language in LANGUAGES:
        text = made[REGISTER[language]]
        assert text != text_of(REGISTER[language])
        assert len(rows(language, text)) == 1200
        assert readings(language, text)[:5] == [(400, 492), (380, 454), (400, 432), (380, 399), (460, 480)]


# the reference solution


def run_solution(register: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-X", "utf8", str(FOLDER / "solution.py"), str(register)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
        timeout=60,
    )


@both_languages
def test_the_reference_solution_gives_the_figures_of_the_guide(language: str, tmp_path: Path) -> None:
    register = FOLDER / REGISTER[language]
    before = register.read_bytes()
    done = run_solution(register, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "rows 1200 kept 1120 left out 80",
        "register 400 492 +23.0 %",
        "once 380 454 +19.5 %",
        "2 h 380 399 +5.0 %",
        "0.5 h 460 480 +4.3 %",
        "change 2025-07-26 2025-07-29",
        "gap 55 18 19",
    ]
    assert register.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["solution-exclusions.csv", "solution.svg"]

    log = (tmp_path / "solution-exclusions.csv").read_text(encoding="utf-8").splitlines()[1:]
    separator = ";" if language == "fr" else ","
    left_out = [line.split(separator, 2) for line in log]
    originals = {row.place for row in once(rows(language))}
    assert {int(place) for place, _, _ in left_out} == {row.place for row in rows(language)} - originals
    reasons = [reason for _, _, reason in left_out]
    assert sorted(reasons.count(reason) for reason in set(reasons)) == [36, 44]

    drawing = list(ElementTree.parse(tmp_path / "solution.svg").iter())
    widths = [float(bar.get("width", "0")) for bar in of_tag(drawing, "rect")]
    assert [width / 400 * 1000 for width in widths] == pytest.approx([400, 492, 380, 399])
    assert {"400", "492", "380", "399"} <= set(texts_of(drawing))
    assert any("55" in text and "18" in text and "19" in text for text in texts_of(drawing))


@both_languages
def test_the_reference_solution_stops_at_a_date_that_cannot_be_read(language: str, tmp_path: Path) -> None:
    spoilt = tmp_path / "spoilt.csv"
    spoilt.write_text(text_of(REGISTER[language]).replace("02/04/2024", "31/31/2024", 1), encoding="utf-8")
    done = run_solution(spoilt, tmp_path)
    assert done.returncode != 0 and "31/31/2024" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["spoilt.csv"]
