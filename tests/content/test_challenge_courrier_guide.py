"""The challenge "The overflowing inbox": its hours, its drafts and the guide of its markers."""

from __future__ import annotations

import re
from fractions import Fraction

from tests.content.inbox import CHALLENGE, HEALTH, KINDS, drafts, letters, plan, read, section, spoken, table, week
from tests.content.question_banks import both_languages, numbers, sentences, words

# the hours


@both_languages
def test_a_week_of_letters_adds_up(language: str) -> None:
    of_week = week(language)
    assert list(of_week) == list(KINDS)
    count = sum(letters_ for letters_, _ in of_week.values())
    minutes = sum(letters_ * each for letters_, each in of_week.values())
    hours = [int(row[3]) for row in table("inside", language, 0)]
    lacking = minutes - 60 * sum(hours)
    assert (count, minutes, sum(hours), lacking) == (60, 1170, 15, 270)
    inside, brief = read("inside", language), CHALLENGE["brief"][language]
    for text in (inside, brief):
        assert all(told in text for told in ("60", spoken(minutes, language), "15 h", "41"))
    assert spoken(lacking, language) in inside
    assert len(hours) == 4
    behind = Fraction(lacking * count, minutes)
    assert 3 * behind - 1 < 41 < 3 * behind, "what three weeks leave waiting"
    assert numbers(inside, language).count(3000) == brief.count("3 000" if language == "fr" else "3,000") == 1


@both_languages
def test_twelve_letters_are_not_a_small_week(language: str) -> None:
    of_week = week(language)
    twelve = [of_week[kind][1] for kind, _, _ in plan(language).values()]
    naive, true = 5 * sum(twelve), sum(n * each for n, each in of_week.values())
    guide = read("guide", language)
    assert sum(twelve) == 275
    assert all(spoken(value, language) in guide for value in (naive, naive - true))
    assert naive > true


@both_languages
def test_the_worked_count_of_the_guide(language: str) -> None:
    of_week, guide = week(language), read("guide", language)
    measured = dict(zip(KINDS, (8, 18, 13, 40, 45, 10), strict=True))
    total = sum(of_week[kind][0] * each for kind, each in measured.items())
    assert total == 1033
    low, high = round(total * 0.8), round(total * 1.2)
    for value in (total, 1170 - total, total - 900, low, high):
        assert spoken(value, language) in guide
    assert low < 900 < high, "the range does not settle whether 15 hours will do"


@both_languages
def test_needs_of_each_person(language: str) -> None:
    needs: dict[str, int] = {}
    for row in table("inside", language, 1):
        needs[row[3]] = needs.get(row[3], 0) + int(row[1]) * int(row[2])
    hours = [int(row[3]) * 60 for row in table("inside", language, 0)]
    clerk, desk, works, community = hours
    french = language == "fr"
    names = (
        ("secrétaire générale", "accueil", "technique", "action sociale et écoles")
        if french
        else ("town clerk", "front desk", "grounds", "community and schools")
    )
    assert {name: needs[name] for name in names} == dict(zip(names, (200, 540, 180, 250), strict=True))
    assert (clerk - 200, desk - 540, works - 180, community - 250) == (40, -180, -60, -70)
    guide = read("guide", language)
    for row, name in zip(table("inside", language, 0), names, strict=True):
        assert row[0].endswith(name)
        assert str(needs[name]) in guide
    assert "40 minutes" in guide


@both_languages
def test_the_note_on_the_drafts_is_what_the_guide_refutes(language: str) -> None:
    note = re.search(r"^> (?:Mot|Note).*$", read("drafts", language), re.MULTILINE)
    assert note
    minutes = sum(each for each, _, _ in drafts(language).values())
    by_hand = sum(week(language)[plan(language)[number][0]][1] for number in drafts(language))
    assert (minutes, by_hand, list(drafts(language))) == (13, 55, [2, 3, 4, 8])
    spoken_note = spoken(minutes * 60 // len(drafts(language)), language)
    assert all(told in note[0] for told in ("13", "55", "60", spoken_note))
    assert {plan(language)[number][0] for number in drafts(language)} == {"A", "B", "C"}


# the drafts and the guide


@both_languages
def test_errors_planted_are_in_the_drafts_and_false(language: str) -> None:
    french = language == "fr"
    planted = {row[0]: row[1:] for row in table("guide", language, 1)}
    assert list(planted) == [f"F{number}" for number in range(1, 9)]
    assert [int(row[0]) for row in planted.values()] == [2, 2, 3, 3, 3, 4, 4, 8]
    spots = {
        "F1": "75 €" if french else "£75",
        "F2": "samedi matin à la mairie, à partir de 9 h" if french else "Saturday morning at the town hall, from 9 am",
        "F3": "de 40 € à 80 €" if french else "from £40 to £80",
        "F4": "prix de l'eau" if french else "price of water",
        "F5": "quatre parts" if french else "four equal parts",
        "F6": "Nos agents" if french else "Our staff",
        "F7": "48 heures" if french else "48 hours",
        "F8": "de 10 h à 11 h 30" if french else "10 to 11.30 am",
    }
    for name, spot in spots.items():
        letter = int(planted[name][0])
        assert spot in drafts(language)[letter][2]
        assert spot not in read("published", language) + read("inside", language)
        assert planted[name][1] != planted[name][2]
    rights = {"F1": "90", "F3": "44", "F8": "12 h" if french else "noon"}
    assert all(right in planted[name][2] for name, right in rights.items())
    four, seven = len(planted) // 2, len(planted) - 1
    asked = section(read("guide", language), "Les erreurs des brouillons" if french else "The errors in the drafts")
    assert numbers(asked.strip().splitlines()[0], language) == [four, seven]


@both_languages
def test_slips_with_data_are_in_two_requests(language: str) -> None:
    french = language == "fr"
    slips = {
        number
        for number, (_, request, _) in drafts(language).items()
        if re.search(HEALTH[language], request) or re.search("vétérinaire" if french else r"\bvet\b", request)
    }
    assert slips == {4, 8}
    told = re.findall(r"(S\d), (?:lettre|letter) (\d)", read("guide", language))
    assert told == [("S1", "4"), ("S2", "8")]
    name = letters(language)[8][0][1].split()[1]
    assert [number for number, (_, request, _) in drafts(language).items() if name in request] == [8]


@both_languages
def test_samples_of_tone_are_those_of_their_levels(language: str) -> None:
    guide = read("guide", language)
    replies = {
        level: re.findall(
            r"(?:^>.*\n)+", section(guide.replace("#### ", "### "), f"(?:Niveau|Level) {level}"), re.MULTILINE
        )
        for level in (1, 2, 3)
    }
    bare = {level: [re.sub(r"^> ?", "", text, flags=re.MULTILINE) for text in pair] for level, pair in replies.items()}
    assert all(len(pair) == 2 for pair in bare.values())

    def mean_length(text: str) -> float:
        lines = [re.sub(r"^\d\. ", "", line) for line in text.splitlines() if line.strip()]
        parts = [part for line in lines for part in sentences(line)]
        return sum(len(words(part)) for part in parts) / len(parts)

    assert mean_length(bare[1][1]) > 30
    assert mean_length(bare[2][1]) <= 12
    assert mean_length(bare[3][1]) <= 12
    assert mean_length(bare[3][0]) <= 18
    contact = "orcelles.example" if language == "fr" else "wendlow.example"
    assert [all(contact in reply for reply in bare[level]) for level in (1, 2, 3)] == [False, False, True]
    assert [sum("\n1. " in reply for reply in bare[level]) for level in (1, 2, 3)] == [0, 1, 1]
    clerk = "Bastien" if language == "fr" else "Danny"
    assert [clerk in bare[level][0] for level in (1, 2, 3)] == [False, True, False]
    assert all(40 <= len(words(reply)) <= 150 for reply in bare[3])


@both_languages
def test_sample_replies_name_no_illness(language: str) -> None:
    """The samples of the guide keep to what it asks."""
    for block in re.findall(r"(?:^>.*\n)+", read("guide", language), re.MULTILINE):
        assert not re.search(HEALTH[language], block, re.IGNORECASE)
