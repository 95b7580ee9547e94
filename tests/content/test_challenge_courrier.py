"""The challenge "The overflowing inbox": its file, its letters and what its pages say."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from app.foundation.markdown import render
from tests.content.inbox import (
    CHALLENGE,
    DAYS,
    EASTER_MONDAY,
    HEALTH,
    KINDS,
    MONTHS,
    PATHS,
    TODAY,
    amounts,
    every_text,
    letters,
    plan,
    read,
    section,
    section_of_letter,
    table,
)
from tests.content.lesson_files import tables
from tests.content.question_banks import COURSE, LANGUAGES, all_texts, both_languages, numbers, words
from tests.content.written_sums import check_sums

# the file


def test_the_file_says_what_its_format_asks_in_its_order() -> None:
    assert list(CHALLENGE) == [
        "id",
        "title",
        "promise",
        "brief",
        "minutes",
        "duration",
        "team",
        "materials",
        "sealed",
        "deliverables",
        "accept",
        "max_mb",
        "review",
        "feedback",
        "pass",
        "rubric",
    ]
    assert (CHALLENGE["id"], CHALLENGE["duration"], CHALLENGE["team"]) == ("courrier-qui-deborde", "4h", 3)
    assert (CHALLENGE["minutes"], CHALLENGE["feedback"], CHALLENGE["pass"]) == (4 * 60, "10d", {"threshold": 0.5})
    assert CHALLENGE["review"] == {"staff": 1, "peers": 0, "aggregate": "median"}


def test_every_file_is_there_and_none_is_left_out() -> None:
    named = {path for files in PATHS.values() for path in files.values()}
    folder = COURSE / "challenges" / CHALLENGE["id"]
    assert {str(path.relative_to(COURSE)) for path in folder.iterdir()} == named
    assert all(path.stat().st_size < 2 * 1024 * 1024 for path in folder.iterdir())
    sealed = [path for entry in CHALLENGE["sealed"] for path in entry["file"].values()]
    assert all("guide." in path for path in sealed)


def test_the_rubric_weighs_as_the_design_says() -> None:
    weights = [(line["id"], line["weight"]) for line in CHALLENGE["rubric"]]
    assert weights == [("donnees", 3), ("controles", 3), ("ton", 2), ("heures", 2)]
    for line in CHALLENGE["rubric"]:
        assert [level["points"] for level in line["levels"]] == [0, 1, 2, 3]
        for language in LANGUAGES:
            texts = [level["text"][language] for level in line["levels"]]
            assert len(set(texts)) == 4
            assert all(len(words(text)) <= 60 for text in texts)


@both_languages
def test_what_all_may_read_gives_no_trap_away(language: str) -> None:
    """Rubric, promise, brief and deliverables: neither the letters with health data nor what is planted."""
    shown = " ".join(
        text
        for key in ("title", "promise", "brief", "deliverables", "rubric")
        for text in all_texts(CHALLENGE[key], language)
    )
    given_away = r"dialys|sclér|scleros|balanç|swing|fontanel|fairbrass|vétérinaire|\bvet\b|prémisse|premise"
    assert not re.search(given_away, shown, re.IGNORECASE)
    told = re.findall(r"(?:lettres?|letters?) (\d[\d, etand]*)", shown)
    assert [numbers(part, language) for part in told] == [[1, 2, 4, 12]]


@both_languages
def test_the_brief_is_as_long_as_a_brief_and_its_time_adds_up(language: str) -> None:
    brief = CHALLENGE["brief"][language]
    assert 400 <= len(words(brief)) <= 700
    (rows,) = tables(brief)
    assert sum(int(minutes) for _, minutes in rows) == CHALLENGE["minutes"]


def test_both_languages_are_built_alike() -> None:
    for name in PATHS:
        french, english = (read(name, language) for language in LANGUAGES)
        for mark in ("\n## ", "\n### ", "\n#### ", "\n- ", "\n> ", "\n|", "\n1. ", "**"):
            assert french.count(mark) == english.count(mark), (name, mark)
        for of_french, of_english in zip(tables(french), tables(english), strict=True):
            assert [len(row) for row in of_french] == [len(row) for row in of_english]
    french, english = (CHALLENGE["brief"][language] for language in LANGUAGES)
    assert all(french.count(mark) == english.count(mark) for mark in ("\n### ", "\n|", "**", "\n1. "))


@both_languages
def test_texts_are_typed_plainly_and_shown_whole(language: str) -> None:
    for text in every_text(language):
        assert not re.search("[\u00a0\u202f\u2009\u2019“”]", text)
    for name in PATHS:
        assert not read(name, language).startswith("# ")
        html = str(render(read(name, language), language))
        assert html.count("<h2") == 1
        assert html.count("<table") == len(tables(read(name, language)))
        assert all(len(row) <= 6 for rows in tables(read(name, language)) for row in rows)


@both_languages
def test_every_sum_is_right(language: str) -> None:
    assert check_sums(read("guide", language), language) >= 27
    assert sum(check_sums(text, language) for text in every_text(language)) >= 27


@pytest.mark.parametrize("key", ["promise", "deliverables", "rubric", "materials", "sealed"])
def test_every_line_is_in_both_languages(key: str) -> None:
    french, english = (list(all_texts(CHALLENGE[key], language)) for language in LANGUAGES)
    assert len(french) == len(english) > 0
    assert all(one != other for one, other in zip(french, english, strict=True))


# dates


def test_easter_monday_is_the_day_that_closes_the_market() -> None:
    year = TODAY.year
    golden, century = year % 19, year // 100
    shift = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    shift -= (shift // 28) * (1 - (29 // (shift + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + shift + 2 - century + century // 4) % 7
    offset = shift - weekday
    month = 3 + (offset + 40) // 44
    sunday = date(year, month, offset + 28 - 31 * (month // 4))
    assert sunday + timedelta(1) == EASTER_MONDAY


@both_languages
def test_every_weekday_is_that_of_its_date(language: str) -> None:
    days, months = "|".join(DAYS[language]), "|".join(MONTHS[language])
    pattern = rf"\b({days})s? (?:de Pâques, )?(\d{{1,2}})(?:er)? ({months})"
    found = [match for text in every_text(language) for match in re.findall(pattern, text)]
    assert len(found) >= 30
    for weekday, day, month in found:
        told = date(TODAY.year, MONTHS[language].index(month) + 1, int(day))
        assert DAYS[language][told.weekday()] == weekday, (weekday, day, month)


@both_languages
def test_the_council_meets_on_last_thursdays(language: str) -> None:
    next_meeting, decided = date(2027, 3, 25), date(2027, 1, 28)
    assert all(day.weekday() == 3 and (day + timedelta(7)).month != day.month for day in (next_meeting, decided))
    assert ("jeudi 25 mars 2027" if language == "fr" else "Thursday 25 March 2027") in read("published", language)
    assert ("jeudi 28 janvier 2027" if language == "fr" else "Thursday 28 January 2027") in read("inside", language)
    assert str((TODAY - date(2027, 1, 11)).days) in section_of_letter(5, language)


# the twelve letters


@both_languages
def test_twelve_letters_of_60_to_160_words_come_three_ways(language: str) -> None:
    assert list(letters(language)) == list(range(1, 13))
    ways = {"fr": ("papier", "formulaire", "courriel"), "en": ("paper", "form", "e-mail")}[language]
    for head, body in letters(language).values():
        assert len(head) == 3
        assert all(head)
        assert head[2].startswith(ways)
        assert 60 <= len(words(body)) <= 160
    for way in ways:
        assert sum(head[2].startswith(way) for head, _ in letters(language).values()) >= 3


@both_languages
def test_letters_are_dated_in_the_days_before(language: str) -> None:
    for head, _ in letters(language).values():
        day, month, year = re.search(r"(\d+) (\w+) (\d{4})$", head[0]).groups()  # type: ignore[union-attr]
        written = date(int(year), MONTHS[language].index(month) + 1, int(day))
        assert TODAY - timedelta(5) <= written <= TODAY


def test_both_languages_have_the_same_letters() -> None:
    french, english = (letters(language) for language in LANGUAGES)
    for number, (head, body) in french.items():
        other_head, other_body = english[number]
        assert numbers(head[0], "fr") == numbers(other_head[0], "en")
        assert abs(len(words(body)) - len(words(other_body))) <= 25
    ways = {"papier": "paper", "formulaire": "form", "courriel": "e-mail"}
    for number, (head, _) in french.items():
        assert english[number][0][2].startswith(ways[re.match(r"\w+", head[2])[0]])  # type: ignore[index]


@both_languages
def test_two_letters_and_no_other_tell_of_someone_s_health(language: str) -> None:
    told = [n for n, (_, body) in letters(language).items() if re.search(HEALTH[language], body, re.IGNORECASE)]
    assert told == [6, 8]
    _, hidden = letters(language)[8]
    paragraphs = hidden.split("\n\n")
    spots = [i for i, part in enumerate(paragraphs) if re.search(HEALTH[language], part, re.IGNORECASE)]
    assert spots == [2], "it stands after the request, once"
    assert len(re.findall(HEALTH[language], hidden, re.IGNORECASE)) == 1


@both_languages
def test_one_letter_is_hostile_one_urgent_one_from_a_school_one_for_others(language: str) -> None:
    def holding(pattern: str) -> list[int]:
        return [n for n, (_, body) in letters(language).items() if re.search(pattern, body)]

    french = language == "fr"
    assert holding("incapable" if french else "useless") == [5]
    assert holding("boulon" if french else "bolt") == [9]
    assert holding("rien ne presse" if french else "no hurry") == [9]
    assert not re.search(r"(?i)urgen|danger", letters(language)[9][1])
    assert holding("taxe foncière" if french else "council tax") == [12]
    assert holding("CE2" if french else "Year 4") == [11]
    assert holding("téléphone qui traduit" if french else "phone who translates") == [10]
    assert holding("a doublé" if french else "has doubled") == [3]
    assert holding("seule vétérinaire" if french else "only vet") == [4]


@both_languages
def test_the_guide_plans_every_letter_and_tells_the_facts_of_each(language: str) -> None:
    assert list(plan(language)) == list(range(1, 13))
    told = re.findall(r"^- \*\*(?:Lettre|Letter) (\d+)", read("guide", language), re.MULTILINE)
    assert [int(number) for number in told] == list(range(1, 13))
    named = {row[0].partition(",")[0].split()[0] for row in table("inside", language, 0)}
    for kind, who, tool in plan(language).values():
        assert kind in KINDS
        assert any(name in who for name in named)
        assert tool
    none = "aucun" if language == "fr" else "none"
    assert [number for number, (_, _, tool) in plan(language).items() if tool.startswith(none)] == [5, 6, 8, 11, 12]


@both_languages
def test_facts_of_the_guide_are_those_of_the_pages(language: str) -> None:
    french = language == "fr"
    halls = {index: amounts(row, language) for index, row in enumerate(table("published", language, 1))}
    hall, room, kitchen = halls[0][0], halls[1][0], halls[2][0]
    assert (hall, room, kitchen, halls[0][1]) == (120, 50, 30, 150)
    assert f"= {hall / 2 + kitchen} €" in section_of_letter(2, language) or (
        f"= £{hall / 2 + kitchen}" in section_of_letter(2, language)
    )
    assert f"{hall + kitchen}" in section_of_letter(10, language)
    assert ("caution est de 200 €" if french else "deposit is £200") in read("published", language)
    assert str(hall + kitchen + 200) in section_of_letter(10, language)

    before, after = amounts(table("published", language, 2)[0][1:], language)
    assert (before, after) == (40, 44)
    assert 2 * before == 80, "the false premise of letter 3"
    assert "80" in letters(language)[3][1]
    assert str(after / 2) in section_of_letter(3, language)
    assert f"{(after / before - 1) * 100}" in section_of_letter(3, language)

    cemetery = section(read("published", language), "Cimetière" if french else "Cemetery")
    years_prices = numbers(cemetery, language)
    assert sorted(years_prices) == [15, 30, 240, 450]
    assert 240 / 15 > 450 / 30
    assert TODAY.year == 1997 + 30

    pupils, places = (
        24,
        numbers(section(read("published", language), "Le conseil" if french else "The council"), language)[-1],
    )
    assert str(pupils) in letters(language)[11][1]
    assert places < pupils <= 2 * places


@both_languages
def test_the_diary_answers_letters_about_the_hall(language: str) -> None:
    register = section(read("inside", language), r"(?:Le registre et l'agenda|Register and diary)[^\n]*")
    first, *_ = register.strip().splitlines()
    taken = numbers(first, language)[:3]
    assert taken == [10, 24, 5]
    for day, month in ((10, 4), (24, 4), (5, 6), (17, 4)):
        assert date(TODAY.year, month, day).weekday() == 5
    assert ("samedi 17 avril" if language == "fr" else "Saturday 17 April") in letters(language)[2][1]
    assert ("samedi 5 juin" if language == "fr" else "Saturday 5 June") in letters(language)[10][1]


@both_languages
def test_the_hidden_mornings_clash_with_one_session_only(language: str) -> None:
    busy = re.findall(rf"\b({'|'.join(DAYS[language])})s?\b", letters(language)[8][1])
    text = section(read("published", language), "Aide au numérique" if language == "fr" else "Computer help")
    offered = re.findall(rf"\b({'|'.join(DAYS[language])})\b", text, re.IGNORECASE)
    offered = [day.lower() if language == "fr" else day for day in offered]
    assert len(busy) == 3
    assert [day for day in offered if day not in busy] == [DAYS[language][1]]


@both_languages
def test_a_price_asked_for_and_a_reason_are_told_nowhere(language: str) -> None:
    given = read("published", language) + read("inside", language)
    assert not re.search(r"balançoire|swing|prix de l'eau|price of water", given)
    assert ("à demander à" if language == "fr" else "to be asked of") in CHALLENGE["brief"][language]


def test_telephone_numbers_are_kept_for_fiction() -> None:
    for language, kept in (("fr", "02 61 91 "), ("en", "01632 960")):
        found = re.findall(r"\b0\d(?:[\d ]{7,12})\d\b", " ".join(every_text(language)))
        assert found
        assert all(number.startswith(kept) for number in found)
        addresses = re.findall(r"[\w.]+@[\w.]+\w", " ".join(every_text(language)))
        assert addresses
        assert all(address.endswith(".example") for address in addresses)
