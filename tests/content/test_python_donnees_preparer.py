"""Recompute every derived number of the module « Préparer » of `python-donnees`: lessons, figures and questions."""

from __future__ import annotations

import contextlib
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from statistics import mean
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

from tests.content.lesson_files import read_lesson, read_yaml, tables
from tests.content.question_banks import Question, both_languages, numbers

COURSE = Path(__file__).resolve().parents[2] / "content" / "python-donnees"
MODULE = COURSE / "modules" / "20-preparer"
LESSONS = ("01-lire-un-csv", "02-manquant-double-impossible", "03-dates-et-durees", "04-relier-deux-tables")
FIGURES = ("octets-cellules", "tamis", "heure-manquante", "traits-croises")
ZONES = {"fr": "Europe/Paris", "en": "Europe/London"}


def questions_of(bank: str) -> list[Question]:
    text = (COURSE / "bank" / f"python-donnees-{bank}.yaml").read_text(encoding="utf-8")
    return [question for question in read_yaml(text)["questions"] if question["domain"] == "preparer"]


QUESTIONS = {question["id"]: question for bank in ("lessons", "practice", "exam") for question in questions_of(bank)}


def in_language(text: Any, language: str) -> str:
    return str(text[language] if isinstance(text, dict) else text)


def stem_of(question_id: str, language: str) -> str:
    return in_language(QUESTIONS[question_id]["stem"], language)


def program_of(question_id: str, language: str) -> str:
    found = re.search(r"```python\n(.*?)```", stem_of(question_id, language), re.DOTALL)
    assert found is not None
    return found[1]


def printed_by(program: str) -> str:
    screen = io.StringIO()
    with contextlib.redirect_stdout(screen):
        exec(program, {})
    return screen.getvalue().strip()


def words_drawn(figure: str, language: str) -> list[str]:
    drawing = ElementTree.parse(COURSE / "media" / f"{figure}.{language}.svg")
    return [node.text or "" for node in drawing.iter() if node.tag.endswith("text")]


# lesson 1: bytes, text, cells


@both_languages
def test_the_bytes_drawn_are_those_of_the_two_cells(language: str) -> None:
    line = {"fr": "café;7,50", "en": "café,7.50"}[language]
    shown = [word for word in words_drawn("octets-cellules", language) if re.fullmatch(r"[0-9a-f]{2}", word)]
    assert bytes.fromhex("".join(shown)).decode("utf-8") == line
    picture = next(part for part in read_lesson(MODULE, LESSONS[0], language)[1].splitlines() if part.startswith("!["))
    assert ", ".join(shown) in picture


@both_languages
def test_a_letter_read_with_the_wrong_table(language: str) -> None:
    hook = read_lesson(MODULE, LESSONS[0], language)[1].strip().split("\n\n")[0]
    assert "café".encode().decode("cp1252") in hook.lower().replace("ã", "Ã")
    right, wrong = {"fr": ("dérailleur", "dÃ©railleur"), "en": ("Chloë", "ChloÃ«")}[language]
    assert right.encode().decode("cp1252") == wrong
    assert right in stem_of("lecon-preparer-cafe", language)
    assert wrong in stem_of("lecon-preparer-cafe", language)


# lesson 2: missing, duplicate, impossible


def kept_minutes(rows: list[list[str]], limit: int = 480) -> tuple[list[int], list[str]]:
    """Times kept, and the kind of each row left out; rows hold a number, a fault and a time."""
    kept: list[int] = []
    left: list[str] = []
    for place, row in enumerate(rows):
        if row[-1] in ("", "n/a"):
            left.append("missing")
        elif row in rows[:place]:
            left.append("duplicate")
        elif not 0 < int(row[-1].replace("−", "-")) <= limit:
            left.append("impossible")
        else:
            kept.append(int(row[-1]))
    return kept, left


@both_languages
def test_the_eight_orders(language: str) -> None:
    _, body = read_lesson(MODULE, LESSONS[1], language)
    (rows,) = tables(body)
    kept, left = kept_minutes(rows)
    assert kept == [12, 15, 9, 18]
    assert mean(kept) == 13.5
    assert Counter(left) == {"missing": 2, "duplicate": 1, "impossible": 1}
    every = [0 if row[-1] in ("", "n/a") else int(row[-1].replace("−", "-")) for row in rows]
    assert (sum(every), sum(every) / len(every)) == (66, 8.25)
    assert ("8,25" if language == "fr" else "8.25") in body.strip().split("\n\n")[0]
    assert ("÷ 4 = 13,5" if language == "fr" else "÷ 4 = 13.5") in body


@both_languages
def test_the_strainer_draws_what_enters_leaves_and_stays(language: str) -> None:
    drawing = ElementTree.parse(COURSE / "media" / f"tamis.{language}.svg")
    squares = Counter(node.get("class") for node in drawing.iter() if node.tag.endswith("rect"))
    assert squares == {"ink": 8 + 6 + 5 + 4, "todo": 2 + 1 + 1}


# lesson 3: dates and durations


def elapsed(start: datetime, end: datetime) -> Fraction:
    gap = end.astimezone(UTC) - start.astimezone(UTC)
    return Fraction(gap // timedelta(minutes=1), 60)


@both_languages
def test_the_brake_the_slip_and_the_cargo_bike(language: str) -> None:
    _, body = read_lesson(MODULE, LESSONS[2], language)
    assert (date(2026, 3, 2) - date(2026, 2, 27)).days == 3
    assert "30 − 27 + 2 = 5" in body
    zone = ZoneInfo(ZONES[language])
    out, back = datetime(2026, 3, 29, 0, tzinfo=zone), datetime(2026, 3, 29, 6, tzinfo=zone)
    assert back - out == timedelta(hours=6)
    assert elapsed(out, back) == 5
    assert elapsed(datetime(2026, 3, 29, tzinfo=zone), datetime(2026, 3, 30, tzinfo=zone)) == 23
    assert ("5 × 4 = 20 €" if language == "fr" else "5 × 4 = £20") in body


@both_languages
def test_the_clock_and_the_hours_drawn(language: str) -> None:
    zone = ZoneInfo(ZONES[language])
    shown = [int(word) for word in words_drawn("heure-manquante", language) if word.isdecimal()]
    midnight = datetime(2026, 3, 29, tzinfo=zone).astimezone(UTC)
    hours = [(midnight + timedelta(hours=n)).hour for n in range(6)]
    assert Counter(shown) == Counter([*range(7), *hours])
    clock = {(midnight + timedelta(hours=n)).astimezone(zone).hour for n in range(6)}
    assert set(range(7)) - clock == {2 if language == "fr" else 1}


@both_languages
@pytest.mark.parametrize(
    ("question_id", "start", "end"),
    [
        ("lecon-preparer-nuit", datetime(2026, 3, 28, 22), datetime(2026, 3, 29, 7)),
        ("examen-preparer-nuit-d-octobre", datetime(2026, 10, 24, 22), datetime(2026, 10, 25, 7)),
    ],
)
def test_the_nights_when_the_clock_changes(question_id: str, start: datetime, end: datetime, language: str) -> None:
    zone = ZoneInfo(ZONES[language])
    hours = elapsed(start.replace(tzinfo=zone), end.replace(tzinfo=zone))
    right, first_trap, _ = (Fraction(str(answer["value"])) for answer in QUESTIONS[question_id]["answers"])
    assert (right, first_trap) == (hours, Fraction(9))
    assert {start.day, 22, end.day, 7} <= set(numbers(stem_of(question_id, language), language))


def readings(written: str) -> list[date]:
    """The day first, then the month first, of those two that exist."""
    first, second, year = map(int, written.split("/"))
    found = []
    for month, day in ((second, first), (first, second)):
        with contextlib.suppress(ValueError):
            found.append(date(year, month, day))
    return found


@both_languages
def test_dates_that_read_both_ways(language: str) -> None:
    body = read_lesson(MODULE, LESSONS[2], language)[1]
    assert all(f"\n{day.isoformat()}\n" in body for day in readings("03/04/2026"))
    for option in QUESTIONS["examen-preparer-jour-ou-mois"]["options"]:
        written = re.sub(r"[^\d/]", "", option["text"][language])
        assert (len(readings(written)) == 1) is option.get("correct", False)
    slip, wanted = (
        readings("11/04/2026"),
        {"fr": "11 avril, au lieu du 4 novembre", "en": "11 April, instead of 4 November"},
    )
    assert [(day.day, day.month) for day in slip] == [(11, 4), (4, 11)]
    keys = [o["text"][language] for o in QUESTIONS["lecon-preparer-deux-dates"]["options"] if o.get("correct")]
    assert keys[0].endswith(wanted[language])


# lesson 4: joins


def joined(orders: list[tuple[str, int]], customers: list[str]) -> tuple[int, int]:
    """Rows of the join, and their total."""
    pairs = [price for code, price in orders for customer in customers if code == customer]
    return len(pairs), sum(pairs)


@both_languages
def test_the_five_orders_and_the_four_customers(language: str) -> None:
    _, body = read_lesson(MODULE, LESSONS[3], language)
    orders_shown, customers_shown = tables(body)
    orders = [(row[1], int(row[2])) for row in orders_shown]
    customers = [row[0] for row in customers_shown]
    assert sum(price for _, price in orders) == 150
    assert joined(orders, customers) == (6, 190)
    assert "150 + 50 − 10 = 190" in body
    other = [*orders[:-1], ("C9", 50)]
    assert sum(price for _, price in other) == joined(other, customers)[1] == 190
    drawn = words_drawn("traits-croises", language)
    assert [word for word in drawn if re.match(r"C\d ", word)] == [" ".join(row) for row in customers_shown]
    assert [int(re.sub(r"\D", "", word)) for word in drawn if "€" in word or "£" in word] == [p for _, p in orders]


@both_languages
def test_the_joins_of_the_questions(language: str) -> None:
    orders, customers = re.findall(r"(?:D\d(?:, | et | and )?)+", stem_of("lecon-preparer-lignes", language))
    rows, _ = joined([(code, 0) for code in re.findall(r"D\d", orders)], re.findall(r"D\d", customers))
    assert QUESTIONS["lecon-preparer-lignes"]["answers"][0]["value"] == rows
    stem = stem_of("examen-preparer-jointure-complete", language)
    prices = [(code, int(price)) for code, price in re.findall(r"(K\d) £?(\d+)", stem)]
    codes = re.findall(r"K\d", stem)[len(prices) :]
    gaps = QUESTIONS["examen-preparer-jointure-complete"]["gaps"]
    assert (gaps["lignes"]["answers"][0]["value"], gaps["total"]["answers"][0]["value"]) == joined(prices, codes)
    assert gaps["total"]["answers"][1]["value"] == sum(price for _, price in prices)


# questions

KEYS: dict[str, Callable[[list[Fraction]], Fraction]] = {
    "lecon-preparer-vide": lambda n: (n[0] + n[1]) / 2,
    "exercice-preparer-trois-prix": lambda n: (n[0] + n[1] + n[2]) / 3,
    "examen-preparer-deux-motifs": lambda n: n[0] - (n[1] + n[2] + n[3] - n[4]),
}


@both_languages
@pytest.mark.parametrize("question_id", KEYS)
def test_keys_worked_out_from_the_stem(question_id: str, language: str) -> None:
    found = numbers(stem_of(question_id, language), language)
    assert Fraction(str(QUESTIONS[question_id]["answers"][0]["value"])) == KEYS[question_id](found)


@both_languages
def test_the_mean_of_the_sorted_rows(language: str) -> None:
    stem = stem_of("examen-preparer-moyenne-triee", language)
    rows = [list(pair) for pair in re.findall(r"(1\d), (−?\d+|n/a|vide|blank)", stem)]
    rows = [[number, "" if time in ("vide", "blank") else time] for number, time in rows]
    assert len(rows) == 8
    kept, left = kept_minutes(rows)
    assert Counter(left) == {"missing": 2, "duplicate": 1, "impossible": 1}
    values = [answer["value"] for answer in QUESTIONS["examen-preparer-moyenne-triee"]["answers"]]
    everything = sum(int(time.replace("−", "-")) for _, time in rows if time not in ("", "n/a"))
    assert values == [mean(kept), everything / 8, (sum(kept) + 32) / 5, (sum(kept) - 5) / 5]


def test_two_pairs_and_the_two_means_of_one_file() -> None:
    assert QUESTIONS["examen-preparer-paires"]["answers"][0]["value"] == 2 * 3
    assert (40 - 10) * 24 / 40 == 18
    assert Fraction(18 * 22, 30) == Fraction("13.2")


@both_languages
@pytest.mark.parametrize(
    ("question_id", "expected"),
    [
        ("exercice-preparer-jours-d-avril", "3"),
        ("examen-preparer-somme-affichee", "128"),
        ("examen-preparer-trois-sur-quatre", "3"),
        ("examen-preparer-cent-fois", "2875.0"),
        ("examen-preparer-colis", "3:30:00"),
    ],
)
def test_programs_shown_print_what_the_key_says(question_id: str, expected: str, language: str) -> None:
    assert printed_by(program_of(question_id, language)) == expected
    question = QUESTIONS[question_id]
    if "answers" in question:
        assert str(question["answers"][0]["value"]) == expected
    elif question_id == "examen-preparer-colis":
        keys = [in_language(option["text"], language) for option in question["options"] if option.get("correct")]
        assert keys == [f"`{expected}`"]
    else:  # the stem tells what is printed and asks for the cause
        assert expected in stem_of(question_id, language).split("```")[0]


@both_languages
def test_a_number_and_a_text_are_not_added(language: str) -> None:
    with pytest.raises(TypeError):
        printed_by(program_of("lecon-preparer-somme-texte", language))


@both_languages
def test_the_delimiter_gives_three_cells_a_line(language: str) -> None:
    found = re.search(r"```text\n(.*?)```", stem_of("examen-preparer-separateur", language), re.DOTALL)
    assert found is not None
    assert [line.count(";") for line in found[1].splitlines()] == [2, 2]
    assert QUESTIONS["examen-preparer-separateur"]["answers"][0]["value"] == ";"


def test_the_delay_of_october() -> None:
    found = re.search(r"`(\(date.*?\)\.days)`", stem_of("examen-preparer-delai-d-octobre", "en"))
    assert found is not None
    assert found[1] in stem_of("examen-preparer-delai-d-octobre", "fr")
    days = (date(2026, 11, 4) - date(2026, 10, 28)).days
    assert eval(found[1], {"date": date}) == days == 7
    assert [answer["value"] for answer in QUESTIONS["examen-preparer-delai-d-octobre"]["answers"]] == [7, 6, 8]


def known_errors() -> Iterator[Question]:
    for question in QUESTIONS.values():
        for part in (question, *question.get("gaps", {}).values()):
            yield from (answer for answer in part.get("answers", ()) if answer.get("credit") == 0)


@both_languages
def test_every_trap_is_the_result_of_the_sum_it_names(language: str) -> None:
    seen = 0
    for answer in known_errors():
        told = re.match(r"(?:C'est|That is) (\d+(?: [−+×÷] \d+)+)", in_language(answer["feedback"], language))
        if told is None:
            continue
        terms = told[1].replace("−", "-").replace("×", "*").replace("÷", "/")
        assert eval(re.sub(r"\d+", r"Fraction(\g<0>)", terms)) == Fraction(str(answer["value"])), answer
        seen += 1
    assert seen >= 20


@both_languages
def test_every_sum_written_with_its_result_is_right(language: str) -> None:
    """In lessons and feedback: `a + b = c`, with the signs of print."""
    lessons = (read_lesson(MODULE, lesson, language)[1] for lesson in LESSONS)
    bank = (str(question) for question in QUESTIONS.values())
    found = 0
    for text in (*lessons, *bank):
        for left, right in re.findall(r"(\(?\d+(?:\)? [−+×÷] \(?\d+)+\)?) = £?(\d+(?:[.,]\d+)?)", text):
            terms = left.replace("−", "-").replace("×", "*").replace("÷", "/")
            if terms.count("(") != terms.count(")"):
                continue
            result = eval(re.sub(r"\d+", r"Fraction(\g<0>)", terms))
            assert result == Fraction(right.replace(",", ".")), (left, right)
            found += 1
    assert found >= 20


# the module as a whole


def test_pools_are_those_of_the_plan() -> None:
    found = Counter((q["skills"][0], next(t for t in q["tags"] if t.startswith("cog-"))) for q in questions_of("exam"))
    assert found == {
        ("data-cleaning", "cog-understand"): 4,
        ("data-cleaning", "cog-apply"): 7,
        ("data-cleaning", "cog-analyse"): 4,
        ("data-analysis", "cog-understand"): 4,
        ("data-analysis", "cog-apply"): 4,
    }


def test_enemies_are_mutual() -> None:
    for question in QUESTIONS.values():
        for enemy in question.get("enemies", ()):
            assert question["id"] in QUESTIONS[enemy]["enemies"]


@pytest.mark.parametrize(("lesson", "figure"), list(zip(LESSONS, FIGURES, strict=True)))
@both_languages
def test_each_lesson_has_its_figure_and_its_questions(lesson: str, figure: str, language: str) -> None:
    _, body = read_lesson(MODULE, lesson, language)
    assert re.findall(r"^!\[.+\]\((media/\S+\.svg) \".+\"\)$", body, re.MULTILINE) == [f"media/{figure}.{language}.svg"]
    asked = re.findall(r"\{\{question: ([a-z-]+)\}\}", body)
    assert 1 <= len(asked) <= 3
    assert body.index(f"{{{{question: {asked[0]}}}}}") < body.index("::: worked")
    assert all(question_id in QUESTIONS for question_id in asked)
