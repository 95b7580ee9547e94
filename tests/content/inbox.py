"""Read the challenge "The overflowing inbox" for the tests that check it: its letters, pages, drafts and guide."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from functools import cache

from tests.content.lesson_files import read_yaml, tables
from tests.content.question_banks import COURSE, all_texts, numbers

CHALLENGE = read_yaml((COURSE / "challenges" / "courrier-qui-deborde.yaml").read_text(encoding="utf-8"))
PATHS = {
    name: entry["file"]
    for name, entry in zip(
        ("letters", "published", "inside", "drafts", "guide"), CHALLENGE["materials"] + CHALLENGE["sealed"], strict=True
    )
}
TODAY = date(2027, 3, 9)
EASTER_MONDAY = date(2027, 3, 29)
KINDS = "ABCDEF"
HEALTH = {
    "fr": r"sclérose|neurologue|médical|traitement|dialyse|opér|maladie|hôpital|allergi",
    "en": r"sclerosis|neurologist|medical|treatment|dialysis|operat|illness|hospital|allerg",
}
MONTHS = {
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
DAYS = {
    "fr": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
}


@cache
def read(name: str, language: str) -> str:
    return (COURSE / PATHS[name][language]).read_text(encoding="utf-8")


def every_text(language: str) -> list[str]:
    return [*(read(name, language) for name in PATHS), *all_texts(CHALLENGE, language)]


def table(name: str, language: str, index: int) -> list[list[str]]:
    return tables(read(name, language))[index]


def amounts(row: list[str], language: str) -> list[Fraction]:
    return [value for cell in row for value in numbers(cell, language)]


@cache
def letters(language: str) -> dict[int, tuple[list[str], str]]:
    """The date, sender and way of arriving of each letter, and what it says."""
    found = {}
    for part in re.split(r"^### ", read("letters", language), flags=re.MULTILINE)[1:]:
        title, _, rest = part.partition("\n")
        head, _, body = rest.strip().partition("\n\n")
        found[int(title.split()[1])] = ([line.partition(": ")[2] for line in head.splitlines()], body.strip())
    return found


@cache
def drafts(language: str) -> dict[int, tuple[int, str, str]]:
    """The minutes, the request and the answer of each draft."""
    found = {}
    for part in re.split(r"^### ", read("drafts", language), flags=re.MULTILINE)[1:]:
        title, _, rest = part.partition("\n")
        letter, minutes = numbers(title, language)
        request, answer = re.findall(r"^> — (.*)$", rest, re.MULTILINE)
        found[int(letter)] = (int(minutes), request, answer)
    return found


def section(text: str, title: str) -> str:
    found = re.search(rf"^(#+) {title}\n(.*?)(?=^#{{1,3}} |\Z)", text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise LookupError(title)
    return found[2]


def plan(language: str) -> dict[int, list[str]]:
    """What the guide says of each letter: its kind, who handles it, the tool."""
    return {int(row[0]): row[1:] for row in table("guide", language, 0)}


def week(language: str) -> dict[str, tuple[int, int]]:
    """Letters a week and minutes a letter of each kind."""
    return {row[0][0]: (int(row[1]), int(row[2])) for row in table("inside", language, 1)}


def spoken(minutes: int, language: str) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02}" if language == "fr" else f"{hours} h {rest} min"


def section_of_letter(number: int, language: str) -> str:
    (found,) = re.findall(rf"^- \*\*(?:Lettre|Letter) {number}[.,].*$", read("guide", language), re.MULTILINE)
    return str(found)
