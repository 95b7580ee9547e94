"""Recompute every number of the challenge “The awkward figure”, and hold what its design promises."""

from __future__ import annotations

import ast
import csv
import hashlib
import importlib.util
import math
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

from tests.content.lesson_files import of_tag, read_yaml, tables, texts_of
from tests.content.question_banks import CONTENT, LANGUAGES, both_languages, words

COURSE = CONTENT / "python-donnees"
FILE = COURSE / "challenges" / "chiffre-qui-derange.yaml"
FOLDER = FILE.with_suffix("")
CHALLENGE = read_yaml(FILE.read_text(encoding="utf-8"))
REGISTER = {"fr": "ascenseurs.fr.csv", "en": "lifts.en.csv"}
NOTE = {"fr": "note-technique.fr.md", "en": "technical-note.en.md"}
HEADER = {
    "fr": ["ordre", "date", "poste", "ascenseur", "quartier", "cause", "arret_h", "classement"],
    "en": ["order", "date", "desk", "lift", "district", "cause", "stopped_h", "class"],
}
ENGLISH = {
    "astreinte": "on-call",
    "télésurveillance": "monitoring",
    "Port": "Harbour",
    "Gare": "Station",
    "Terrasses": "Terraces",
    "Haut-Bourg": "Upper Town",
    "porte": "doors",
    "commande": "controls",
    "traction": "drive",
    "cabine": "car",
    "courant": "power",
    "panne": "breakdown",
    "incident": "incident",
}
CHANGE = date(2025, 7, 28)
FIRST, MIDDLE, LAST = date(2024, 4, 1), date(2025, 4, 1), date(2026, 3, 31)


def text_of(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def guide(language: str) -> str:
    return text_of(f"guide.{language}.md")


def cells(language: str, text: str | None = None) -> list[list[str]]:
    separator = ";" if language == "fr" else ","
    return list(csv.reader((text or text_of(REGISTER[language])).splitlines(), delimiter=separator))


# the register, read here without the reference solution


@dataclass(frozen=True)
class Row:
    place: int
    cells: tuple[str, ...]
    order: str
    written: str
    desk: str
    lift: str
    hours: float
    broken: bool
    day: date


def as_written(written: str, *, day_first: bool) -> date:
    first, second, year = map(int, written.split("/"))
    return date(year, second, first) if day_first else date(year, first, second)


def guessed(row: Row) -> date:
    try:
        return as_written(row.written, day_first=True)
    except ValueError:
        return as_written(row.written, day_first=False)


@cache
def rows(language: str, text: str | None = None) -> tuple[Row, ...]:
    point = "," if language == "fr" else "."
    return tuple(
        Row(
            place=place,
            cells=tuple(row),
            order=row[0],
            written=row[1],
            desk=row[2],
            lift=row[3],
            hours=float(row[6].replace(point, ".")),
            broken=row[7] in {"panne", "breakdown"},
            day=as_written(row[1], day_first=row[2] in {"astreinte", "on-call"}),
        )
        for place, row in enumerate(cells(language, text)[1:], start=2)
    )


def first_of(found: Iterable[Row], key: Callable[[Row], object]) -> list[Row]:
    seen: dict[object, Row] = {}
    for row in found:
        seen.setdefault(key(row), row)
    return list(seen.values())


def once(found: Iterable[Row]) -> list[Row]:
    return first_of(found, lambda row: row.order)


def pair(
    found: Iterable[Row], counts: Callable[[Row], bool], day: Callable[[Row], date | None] = lambda row: row.day
) -> tuple[int, int]:
    days = [day(row) for row in found if counts(row)]
    return (
        sum(each is not None and FIRST <= each < MIDDLE for each in days),
        sum(each is not None and MIDDLE <= each <= LAST for each in days),
    )


def broken(row: Row) -> bool:
    return row.broken


def long(row: Row) -> bool:
    return row.hours >= 2


def between(found: Iterable[Row]) -> list[Row]:
    return [row for row in found if 0.5 <= row.hours < 2]


def readable(row: Row) -> date | None:
    try:
        return as_written(row.written, day_first=True)
    except ValueError:
        return None


def readings(language: str, text: str | None = None) -> list[tuple[int, int]]:
    """The lines of the table of the guide, in its order."""
    found = rows(language, text)
    kept = once(found)
    return [
        pair(found, broken),
        pair(kept, broken),
        pair(found, long),
        pair(kept, long),
        pair(kept, lambda row: row.hours >= 0.5),
        pair(found, broken, guessed),
        pair(found, broken, readable),
        pair(kept, long, guessed),
        pair(first_of(found, lambda row: row.cells), long),
        pair(first_of(found, lambda row: (row.lift, row.day)), long),
        pair(kept, lambda row: row.hours > 2),
        pair(kept, lambda row: row.cells[6] >= ("2,0" if language == "fr" else "2.0")),
    ]


def percent(counts: tuple[int, int], language: str) -> str:
    written = f"{(counts[1] / counts[0] - 1) * 100:+.1f}"
    return written.replace(".", ",") + " %" if language == "fr" else written + "%"


# the file of the challenge


def test_the_file_has_the_keys_of_the_format_in_their_order() -> None:
    before = ["id", "title", "promise", "brief", "minutes", "duration", "team", "materials", "sealed", "deliverables"]
    assert list(CHALLENGE) == [*before, "accept", "max_mb", "review", "feedback", "pass", "rubric"]
    assert CHALLENGE["id"] == FOLDER.name
    assert (CHALLENGE["minutes"], CHALLENGE["duration"], CHALLENGE["team"]) == (480, "8h", 3)
    assert (CHALLENGE["feedback"], CHALLENGE["pass"]) == ("10d", {"threshold": 0.5})


def test_the_rubric_has_the_weights_of_the_design_and_four_levels_a_line() -> None:
    assert [(line["id"], line["weight"]) for line in CHALLENGE["rubric"]] == [
        ("diagnostic", 4),
        ("relance", 3),
        ("graphique", 2),
        ("mots", 2),
    ]
    for line in CHALLENGE["rubric"]:
        assert [level["points"] for level in line["levels"]] == [0, 1, 2, 3]
        assert all(words(level["text"][language]) for level in line["levels"] for language in LANGUAGES)
    most = 3 * sum(line["weight"] for line in CHALLENGE["rubric"])
    assert "33 (3 × 11)" in guide("fr") and "33 (3 × 11)" in guide("en") and most == 33
    assert math.ceil(most * CHALLENGE["pass"]["threshold"]) == 17
    assert "17 points" in guide("fr") and "17 points" in guide("en")


def test_every_text_is_in_both_languages() -> None:
    texts = [CHALLENGE[key] for key in ("title", "promise", "brief")] + CHALLENGE["deliverables"]
    texts += [entry["title"] for entry in CHALLENGE["materials"] + CHALLENGE["sealed"] + CHALLENGE["rubric"]]
    assert all(sorted(text) == sorted(LANGUAGES) and all(text.values()) for text in texts)


def test_files_are_there_small_and_in_utf_8_and_none_is_left_out() -> None:
    named = {
        path
        for entry in CHALLENGE["materials"] + CHALLENGE["sealed"]
        for path in (entry["file"].values() if isinstance(entry["file"], dict) else [entry["file"]])
    }
    assert {COURSE / path for path in named} == {path for path in FOLDER.iterdir() if path.is_file()}
    for path in named:
        assert Path(path).suffix in {".md", ".csv", ".py"}
        content = (COURSE / path).read_bytes()
        assert len(content) <= 2 * 1024 * 1024 and content.decode("utf-8")


@both_languages
def test_the_brief_is_as_long_as_it_should_be_and_its_hours_make_eight(language: str) -> None:
    brief = CHALLENGE["brief"][language]
    assert 400 <= len(words(brief)) <= 700
    title = "### Le temps" if language == "fr" else "### The time"
    (times,) = re.findall(rf"{title}\n\n(.+)", brief)
    spent = sum(
        int(hours or 0) * 60 + int(minutes or 0)
        for hours, minutes in re.findall(r", (?:(\d+) h)? ?(?:(\d+)(?: min)?)?(?=[;.])", times.replace(" ;", ";"))
    )
    assert spent == CHALLENGE["minutes"]


@both_languages
def test_the_brief_tells_the_truth_about_the_file_and_the_day(language: str) -> None:
    brief = CHALLENGE["brief"][language]
    assert date(2026, 4, 9).strftime("%A") == "Thursday"
    assert ("Jeudi 9 avril 2026" if language == "fr" else "Thursday 9 April 2026") in brief
    assert ("1 200 lignes" if language == "fr" else "1,200 rows") in brief
    assert f"`{REGISTER[language]}`" in brief and f"`{NOTE[language]}`" in brief
    assert len({row.lift for row in rows(language)}) == 24 and "24 " in brief
    assert len(re.findall(r"^### ", brief, re.MULTILINE)) == 6
    assert "270" in brief and "330" in brief


@both_languages
def test_nothing_that_is_read_beforehand_gives_the_causes_away(language: str) -> None:
    texts = [CHALLENGE[key][language] for key in ("title", "promise", "brief")]
    texts += [entry[language] for entry in CHALLENGE["deliverables"]]
    texts += [level["text"][language] for line in CHALLENGE["rubric"] for level in line["levels"]]
    texts += [entry["title"][language] for entry in CHALLENGE["materials"]]
    shown = " ".join(texts).lower()
    for word in (
        "doublon",
        "répét",
        "duplicat",
        "repeat",
        "définition",
        "definition",
        "juillet",
        "july",
        "deux heures",
    ):
        assert word not in shown
    assert not re.search(r"semaine \d|week \d|\b(400|492|380|399|460|480)\b", shown)


# the register


def made_by(seed: int | None = None) -> dict[str, str]:
    maker = loaded("fabrique")
    if seed is not None:
        maker.SEED = seed
    made: dict[str, str] = maker.texts()
    return made


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"chiffre_{name}", FOLDER / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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


@pytest.mark.parametrize("name", ["fabrique", "solution"])
def test_sealed_programs_need_the_standard_library_alone(name: str) -> None:
    for node in ast.walk(ast.parse(text_of(f"{name}.py"))):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for module in [node.module] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]:
                assert module is not None and module.split(".")[0] in sys.stdlib_module_names


@both_languages
def test_the_register_has_1200_whole_rows(language: str) -> None:
    found = cells(language)
    assert found[0] == HEADER[language]
    assert len(found) - 1 == 1200
    assert all(len(row) == 8 and all(row) for row in found)
    decimal = re.compile(r"\d+,\d" if language == "fr" else r"\d+\.\d")
    assert all(decimal.fullmatch(row[6]) for row in found[1:])


def test_both_registers_are_one_in_two_languages() -> None:
    for french, english in zip(cells("fr")[1:], cells("en")[1:], strict=True):
        order, day, desk, lift, district, cause, hours, kind = french
        assert english == [
            order,
            day,
            ENGLISH[desk],
            lift.replace("A", "L"),
            ENGLISH[district],
            ENGLISH[cause],
            hours.replace(",", "."),
            ENGLISH[kind],
        ]


@both_languages
def test_the_note_describes_the_register(language: str) -> None:
    (columns, revisions) = tables(text_of(NOTE[language]))
    assert [row[0].strip("`") for row in columns] == HEADER[language]
    described = {row[0].strip("`"): row[1] for row in columns}
    for column in HEADER[language][2:6] + HEADER[language][7:]:
        place = HEADER[language].index(column)
        values = {row[place] for row in cells(language)[1:]}
        if column in {"ascenseur", "lift"}:
            values = {min(values), max(values)}
        assert all(value in described[column] for value in values)
    week = "semaine 31 de 2025" if language == "fr" else "week 31 of 2025"
    assert [row[1] for row in revisions].count(week) == 1
    assert text_of(NOTE[language]).count(week) == 1, "said once, and nowhere announced"
    before, after = ("2 heures", "30 minutes") if language == "fr" else ("2 hours", "30 minutes")
    assert before in revisions[-1][2] and after in revisions[-1][2]


# what the guide says of it


@both_languages
def test_23_percent_comes_out_exactly_by_counting_the_rows_classed_breakdown(language: str) -> None:
    first, second = pair(rows(language), broken)
    assert (first, second) == (400, 492)
    assert second * 100 == first * 123


@both_languages
def test_the_table_of_the_guide_is_recomputed_from_the_register(language: str) -> None:
    (table,) = tables(guide(language))
    expected = [[str(first), str(second), percent((first, second), language)] for first, second in readings(language)]
    assert [row[1:] for row in table] == expected
    assert [row[0].startswith("**") for row in table] == [False] * 3 + [True] * 2 + [False] * 7
    near = [row[3] for row in table[5:] if round(float(row[3].strip("+ %").replace(",", "."))) == 5]
    assert len(near) == 2, "the guide warns of two wrong counts that give about 5%"


@both_languages
def test_the_desk_says_how_the_date_is_written(language: str) -> None:
    found = rows(language)
    on_call = [row for row in found if row.desk in {"astreinte", "on-call"}]
    monitoring = [row for row in found if row not in on_call]

    def above(group: Iterable[Row], start: int) -> int:
        return sum(int(row.written[start : start + 2]) > 12 for row in group)

    assert (len(on_call), above(on_call, 0), above(on_call, 3)) == (695, 410, 0)
    assert (len(monitoring), above(monitoring, 3), above(monitoring, 0)) == (505, 302, 0)
    in_order = [row.day for row in sorted(found, key=lambda row: row.order)]
    assert in_order == sorted(in_order)
    assert (in_order[0], in_order[-1]) == (date(2024, 4, 2), date(2026, 3, 31))
    wrong = [row for row in found if guessed(row) != row.day]
    outside = [row for row in found if not FIRST <= guessed(row) <= LAST]
    late = [row for row in found if guessed(row) > date(2026, 4, 9)]
    assert (len(wrong), len(outside), len(late)) == (187, 28, 16)
    (said,) = [part for part in guide(language).split("\n\n") if part.startswith(("**Les deux formats", "**Two date"))]
    for number in (695, 410, 505, 302, 187, 28, 16):
        assert re.search(rf"\b{number}\b", said)


@both_languages
def test_repeats_bear_the_same_order_number_and_never_contradict(language: str) -> None:
    found = rows(language)
    originals = {row.order: row for row in once(found)}
    copies = [row for row in found if originals[row.order] is not row]
    alike = [row for row in copies if row.cells == originals[row.order].cells]
    other = [row for row in copies if row.desk != originals[row.order].desk]
    assert (len(originals), len(copies), len(alike), len(other)) == (1120, 80, 36, 44)
    for row in copies:
        first = originals[row.order]
        assert (row.day, row.cells[3:]) == (first.day, first.cells[3:])
    assert [row.place for row in found if row.order == "4015"] == [16, 19]
    assert [row.place for row in found if row.order == "4085"] == [91, 95]
    assert any(row.order == "4015" for row in alike) and any(row.order == "4085" for row in other)
    assert len(originals) - len(first_of(originals.values(), lambda row: (row.lift, row.day))) == 32
    twins = [originals["4059"], originals["4061"]]
    assert len({(row.lift, row.day) for row in twins}) == 1
    year_two = [sum(broken(row) and (row.day >= MIDDLE) == second for row in copies) for second in (False, True)]
    assert year_two == [20, 38]


@both_languages
def test_the_definition_changes_on_the_monday_of_week_31_and_the_class_follows_it(language: str) -> None:
    found = rows(language)
    assert date.fromisocalendar(2025, 31, 1) == CHANGE and CHANGE.strftime("%A") == "Monday"
    for row in found:
        assert row.broken == (row.hours >= (2 if row.day < CHANGE else 0.5))
    kept = between(once(found))
    before, after = [row for row in kept if row.day < CHANGE], [row for row in kept if row.day >= CHANGE]
    assert (len(before), len(after)) == (106, 55)
    assert not any(row.broken for row in before) and all(row.broken for row in after)
    last, first = max(before, key=lambda row: row.order), min(after, key=lambda row: row.order)
    assert (last.order, last.day) == ("4732", date(2025, 7, 26))
    assert (first.order, first.day) == ("4737", date(2025, 7, 29))
    assert sum(row.hours == 2 for row in once(found)) == 9
    assert len(between(row for row in found if row.day >= CHANGE)) - len(after) == 5
    (said,) = [part for part in guide(language).split("\n\n") if part.startswith(("**La déf", "**The def"))]
    assert all(re.search(rf"\b{number}\b", said) for number in (106, 55, 4732, 4737))


@both_languages
def test_the_gap_of_92_rows_is_shared_out_in_two_right_ways(language: str) -> None:
    register, labelled, steady_rows, steady = readings(language)[:4]
    gap = register[1] - register[0]
    breakdowns = steady[1] - steady[0]
    repeats_first = (register[1] - labelled[1]) - (register[0] - labelled[0])
    definition_first = register[1] - steady_rows[1]
    assert (gap, repeats_first, gap - repeats_first - breakdowns, breakdowns) == (92, 18, 55, 19)
    assert (definition_first, gap - definition_first - breakdowns) == (60, 13)
    text = guide(language)
    assert "55 + 18 + 19 = 92" in text and "18 + 55 + 19" in text and "60 + 13 + 19" in text
    assert round(math.sqrt(sum(steady)), 1) == 27.9 and breakdowns < 27.9
    assert ("√(380 + 399) = 27,9" if language == "fr" else "√(380 + 399) = 27.9") in text
    assert ("492 ÷ 380 = 1,29" if language == "fr" else "492 ÷ 380 = 1.29") in text and round(492 / 380, 2) == 1.29


@both_languages
def test_the_months_before_the_change_compare_as_the_guide_says(language: str) -> None:
    kept = [row for row in once(rows(language)) if long(row)]
    seasons = tuple(
        sum(date(year, 4, 1) <= row.day <= date(year, 7, 27) for row in kept) for year in (FIRST.year, MIDDLE.year)
    )
    assert seasons == (124, 130)
    assert re.search(r"124 \w+ (?:puis|then) 130, .{5,12}" + re.escape(percent((124, 130), language)), guide(language))


@both_languages
def test_the_guide_names_the_fingerprint_of_the_register(language: str) -> None:
    (named,) = re.findall(r"`([0-9a-f]{64})`", guide(language))
    assert named == hashlib.sha256((FOLDER / REGISTER[language]).read_bytes()).hexdigest()
    assert cells(language)[1][1] == "02/04/2024"


# the three notes


def notes(language: str) -> list[str]:
    found = []
    for part in re.split(r"^### (?:Niveau|Level) [123]\n", guide(language), flags=re.MULTILINE)[1:]:
        lines = [line[1:].strip() for line in part.splitlines() if line.startswith(">")]
        found.append("\n".join(lines[1:]).strip())
    return found


@both_languages
def test_three_notes_hold_what_their_levels_ask(language: str) -> None:
    one, two, three = notes(language)
    assert all(270 <= len(words(note)) <= 330 for note in (one, two, three))
    counts = ("400", "492", "380", "399")
    assert [[count in note for count in counts] for note in (one, two, three)] == [
        [False, False, True, True],
        [True] * 4,
        [True] * 4,
    ]
    trade = "doublon" if language == "fr" else "duplicate"
    assert [trade in note.lower() for note in (one, two, three)] == [True, True, False]
    limit = "sa limite" if language == "fr" else "its limit"
    assert [note.lower().count(limit) for note in (one, two, three)] == [0, 0, 2]
    answer = "vous pouvez" if language == "fr" else "you can"
    first = [note.split("\n\n")[0].lower() for note in (one, two, three)]
    assert [answer in paragraph for paragraph in first] == [False, False, True]
    known = {400, 492, 380, 399, 460, 480, 92, 55, 18, 19, 80, 1200, 23, 5, 2, 31, 27, 28, 4}
    for note in (one, two, three):
        bare = re.sub(r"4[.,]3|4[.,]2|(?<=1)[ ,](?=200)|20\d\d", "", note)
        assert {int(number) for number in re.findall(r"\d+", bare)} <= known


def test_both_guides_have_the_same_parts() -> None:
    def parts(text: str) -> list[str]:
        return re.findall(r"^[#>|*-]+", text, re.MULTILINE)

    assert parts(guide("fr")) == parts(guide("en"))
    assert parts(text_of(NOTE["fr"])) == parts(text_of(NOTE["en"]))


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
