"""The register of the challenge “The awkward figure”: its rows, its note, and the causes of the figure hidden in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from tests.content.lesson_files import tables
from tests.content.lift_register import (
    CHANGE,
    FIRST,
    HEADER,
    LAST,
    MIDDLE,
    NOTE,
    Row,
    between,
    broken,
    cells,
    first_of,
    guessed,
    guide,
    once,
    pair,
    rows,
    text_of,
)
from tests.content.question_banks import both_languages

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


# the causes


@both_languages
def test_23_percent_comes_out_exactly_by_counting_the_rows_classed_breakdown(language: str) -> None:
    first, second = pair(rows(language), broken)
    assert (first, second) == (400, 492)
    assert second * 100 == first * 123


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
