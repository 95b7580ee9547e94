"""Read the challenge “The awkward figure” for the tests that check it: its files, and its register row by row."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from tests.content.challenge_files import ChallengeFiles

CHALLENGE_FILES = ChallengeFiles("python-donnees", "chiffre-qui-derange")
CHALLENGE, FOLDER = CHALLENGE_FILES.page, CHALLENGE_FILES.folder
text_of, guide = CHALLENGE_FILES.text_of, CHALLENGE_FILES.guide
REGISTER = {"fr": "ascenseurs.fr.csv", "en": "lifts.en.csv"}
NOTE = {"fr": "note-technique.fr.md", "en": "technical-note.en.md"}
HEADER = {
    "fr": ["ordre", "date", "poste", "ascenseur", "quartier", "cause", "arret_h", "classement"],
    "en": ["order", "date", "desk", "lift", "district", "cause", "stopped_h", "class"],
}
CHANGE = date(2025, 7, 28)
FIRST, MIDDLE, LAST = date(2024, 4, 1), date(2025, 4, 1), date(2026, 3, 31)


def cells(language: str, text: str | None = None) -> list[list[str]]:
    separator = ";" if language == "fr" else ","
    return list(csv.reader((text or text_of(REGISTER[language])).splitlines(), delimiter=separator))


# its rows, read without the reference solution


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
