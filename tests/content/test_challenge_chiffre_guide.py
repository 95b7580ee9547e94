"""The guide of the challenge “The awkward figure”: every number recomputed from the register, and its three notes."""

from __future__ import annotations

import hashlib
import math
import re
from datetime import date

from tests.content.lesson_files import tables
from tests.content.lift_register import (
    FIRST,
    FOLDER,
    MIDDLE,
    NOTE,
    REGISTER,
    cells,
    guide,
    long,
    once,
    percent,
    readings,
    rows,
    text_of,
)
from tests.content.question_banks import both_languages, words


@both_languages
def test_the_table_of_the_guide_is_recomputed_from_the_register(language: str) -> None:
    (table,) = tables(guide(language))
    expected = [[str(first), str(second), percent((first, second), language)] for first, second in readings(language)]
    assert [row[1:] for row in table] == expected
    assert [row[0].startswith("**") for row in table] == [False] * 3 + [True] * 2 + [False] * 7
    near = [row[3] for row in table[5:] if round(float(row[3].strip("+ %").replace(",", "."))) == 5]
    assert len(near) == 2, "the guide warns of two wrong counts that give about 5%"


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


def test_both_guides_have_the_same_parts() -> None:
    def parts(text: str) -> list[str]:
        return re.findall(r"^[#>|*-]+", text, re.MULTILINE)

    assert parts(guide("fr")) == parts(guide("en"))
    assert parts(text_of(NOTE["fr"])) == parts(text_of(NOTE["en"]))


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
