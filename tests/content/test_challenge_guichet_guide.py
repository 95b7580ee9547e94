"""The guide of the challenge “Holding the counter” says what its programs print about a plain system."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import pytest

from tests.content.lesson_files import tables
from tests.content.question_banks import both_languages
from tests.content.town_counter import (
    ATTACKS,
    FILES,
    FOLDER,
    KINDS,
    QUESTIONS,
    REFERENCE,
    SCORER,
    abstention,
    answer,
    guide,
    run,
)

# the reference, run


def replies(language: str, name: str, threshold: float) -> dict[str, list[dict[str, Any]]]:
    """What the reference answers under another threshold."""
    search = REFERENCE.Search(REFERENCE.read_rules(FOLDER / FILES[language][0]))
    kept, REFERENCE.THRESHOLD = REFERENCE.THRESHOLD, threshold
    try:
        return {one["id"]: [REFERENCE.reply(search, one, "")] for one in QUESTIONS[language, name]}
    finally:
        REFERENCE.THRESHOLD = kept


def stricter(language: str, count: Callable[..., object], name: str) -> str:
    with redirect_stdout(StringIO()) as printed:
        count(QUESTIONS[language, name], replies(language, name, 0.7))
    return printed.getvalue()


@pytest.fixture(scope="module")
def plain_system(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """What the scoring programs print about the reference, by language and set."""
    folder = tmp_path_factory.mktemp("answers")
    printed = {}
    for language, (rule_file, opened, sealed, attacks) in FILES.items():
        for name, asked in (("open", [opened]), ("sealed", [sealed, attacks])):
            bare = run("scorer.py", "strip", *asked)
            answers = folder / f"{name}.{language}.jsonl"
            answers.write_text(run("reference.py", rule_file, given=bare), encoding="utf-8")
            printed[language, name] = run("scorer.py", "score", asked[0], str(answers))
            printed[language, f"{name} 0.7"] = stricter(language, SCORER.score, name)
        printed[language, "attacks"] = run("attack_scorer.py", attacks, str(answers))
        printed[language, "attacks 0.7"] = stricter(language, ATTACKS.play, "attacks")
    return printed


def counted(printed: str, name: str) -> int:
    found = re.search(rf"^{re.escape(name)}: (\d+)", printed, re.MULTILINE)
    return int(found[1]) if found else 0


def errors_and_abstentions(printed: str) -> tuple[int, int]:
    errors = counted(printed, "wrong answer") + counted(printed, "answered, abstention was due")
    return errors, counted(printed, "right abstention") + counted(printed, "abstained, an answer was due")


# what the guide says of it


def numbers_of(language: str, cell: str) -> list[str]:
    return re.findall(r"\d+(?:[.,]\d+)?", cell.replace(",", ".") if language == "fr" else cell)


@both_languages
def test_the_guide_says_what_a_plain_system_gets(language: str, plain_system: dict[tuple[str, str], str]) -> None:
    measures, kinds, bounds = tables(guide(language))
    for place, key in enumerate((f"{name}{threshold}" for threshold in ("", " 0.7") for name in ("open", "sealed")), 1):
        printed = plain_system[language, key]
        assert counted(printed, "malformed lines") == counted(printed, "missing, doubled or malformed") == 0
        shown = re.search(r"^score: (\d+)/60, Wilson 95% (\S+) to (\S+)", printed, re.MULTILINE)
        given = re.search(r"^accuracy of answers given: (\d+)/(\d+)", printed, re.MULTILINE)
        assert shown and given
        expected = [
            [shown[1]],
            [shown[2], shown[3]],
            [given[1], given[2]],
            [str(counted(printed, "right abstention"))],
            [str(counted(printed, "abstained, an answer was due"))],
            [str(counted(printed, "minutes"))],
        ]
        assert [numbers_of(language, row[place]) for row in measures] == expected
    for kind, right, ids in kinds:
        assert f"  {kind.strip('`')}: {'/'.join(numbers_of(language, right))}" in plain_system[language, "sealed"]
        here = [one["id"] for one in QUESTIONS[language, "sealed"] if one["kind"] == kind.strip("`")]
        assert ids.split() == ([] if kind == "`direct`" else here)
    assert len(kinds) == len(KINDS)
    assert numbers_of(language, " ".join(bounds[0][1:])) == [f"{ATTACKS.upper(n, 20):.3f}" for n in (0, 1, 3, 8)]


@both_languages
def test_the_threshold_kept_by_minutes_is_not_the_one_kept_by_score(language: str) -> None:
    """The central trap: on the open questions, in steps of a tenth."""
    right, minutes = {}, {}
    for threshold in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7):
        answers = replies(language, "open", threshold)
        outcomes = Counter(SCORER.outcome(one, answers[one["id"]]) for one in QUESTIONS[language, "open"])
        silent = outcomes["right abstention"] + outcomes["abstained, an answer was due"]
        right[threshold] = outcomes["right answer"] + outcomes["right abstention"]
        minutes[threshold] = 20 * (60 - silent - outcomes["right answer"]) + 4 * silent
    assert min(minutes, key=minutes.__getitem__) == 0.7
    assert minutes[0.7] < 240 < minutes[0.5]
    assert max(right.values()) > right[0.7]
    assert str(minutes[0.7]) in guide(language).split("> **")[-1]


@both_languages
def test_the_guide_says_which_attacks_a_plain_system_fails(
    language: str, plain_system: dict[tuple[str, str], str]
) -> None:
    printed = plain_system[language, "attacks"]
    counts = re.search(r"^held (\d+), safe (\d+), through (\d+)", printed, re.MULTILINE)
    bound = re.search(r"at most (\S+) ", printed)
    assert counts and bound
    failed = ", ".join(re.findall(r"^(S\d\d) .*: through", printed, re.MULTILINE))
    rate = bound[1].replace(".", ",") if language == "fr" else bound[1]
    words = {
        "fr": "Attaques : {} tenues, {} sans danger, {} réussies ({}), soit un taux d'attaques réussies d'au plus {}.",
        "en": "Attacks: {} held, {} safe, {} through ({}), a rate of attacks getting through of at most {}.",
    }
    text = guide(language)
    assert words[language].format(*counts.groups(), failed, rate) in text
    printed = plain_system[language, "attacks 0.7"]
    strict = re.search(r"^held (\d+), safe (\d+), through (\d+)", printed, re.MULTILINE)
    assert strict
    words = {"fr": "Avec 0,7 : {} tenues, {} sans danger, {} réussie", "en": "With 0.7: {} held, {} safe, {} through"}
    assert words[language].format(*strict.groups()) in text


@both_languages
def test_the_guide_says_what_a_silent_system_gets(language: str) -> None:
    low, high = (f"{end:.3f}" for end in SCORER.wilson(15, 60))
    says = {
        "fr": f"15 justes sur 60 ({low} à {high}), 45 abstentions de trop, 13 attaques tenues, 7 sans danger, 0 ",
        "en": f"15 right out of 60 ({low} to {high}), 45 abstentions too many, 13 attacks held, 7 safe, 0 ",
    }
    text = guide(language)
    assert says[language] in (re.sub(r"(\d),(\d)", r"\1.\2", text) if language == "fr" else text)


@both_languages
def test_costs_of_the_guide_follow_from_the_runs(language: str, plain_system: dict[tuple[str, str], str]) -> None:
    text = re.sub(r"(\d),(\d)", r"\1.\2", guide(language))
    for name in ("open", "sealed"):
        errors, silences = errors_and_abstentions(plain_system[language, name])
        assert f"{errors} × 20 + {silences} × 4 = {errors * 20 + silences * 4}" in text
        assert f"(60 − {silences}) × 4 ÷ {errors} = {(60 - silences) * 4 / errors:.1f}" in text
    errors, silences = errors_and_abstentions(plain_system[language, "open"])
    minutes = errors * 20 + silences * 4
    samples = {
        "fr": (
            f"{errors} erreurs à 20 minutes et {silences} abstentions à 4 minutes, soit {minutes} minutes",
            f"perdre {minutes - 240} minutes",
        ),
        "en": (
            f"{errors} errors at 20 minutes and {silences} abstentions at 4 minutes, which makes {minutes} minutes",
            f"lose {minutes - 240} minutes",
        ),
    }
    assert all(one in text for one in samples[language])
    most = (240 - silences * 4) // 20
    assert f"{most} × 20 + {silences} × 4 = {most * 20 + silences * 4}" in text
    assert most * 20 + silences * 4 <= 240 < (most + 1) * 20 + silences * 4
    low, high = SCORER.wilson(38, 60)
    assert f"{low:.2f}" in text and f"{high:.2f}" in text
    right = counted(plain_system[language, "open"], "right answer")
    assert " ".join(f"{end:.2f}" for end in SCORER.wilson(right, 60 - silences)) in re.sub(r" (à|to) ", " ", text)


@both_languages
def test_the_guide_says_how_far_apart_two_sets_put_the_cost(
    language: str, plain_system: dict[tuple[str, str], str]
) -> None:
    excess = []
    for name in ("open", "sealed"):
        errors, silences = errors_and_abstentions(plain_system[language, name])
        excess.append(errors * 20 + silences * 4 - 60 * 4)
    says = {
        "fr": f"une perte de {excess[0]} minutes devient un gain de {-excess[1]} ",
        "en": f"a loss of {excess[0]} minutes becomes a loss of {excess[1]}:",
    }
    assert says[language] in guide(language)


@both_languages
def test_a_plain_system_lands_where_the_guide_places_it(
    language: str, plain_system: dict[tuple[str, str], str]
) -> None:
    for key in ("sealed", "sealed 0.7"):
        sealed = plain_system[language, key]
        right = counted(sealed, "right answer") + counted(sealed, "right abstention")
        assert 24 <= right < 40
        good, given = counted(sealed, "right abstention"), counted(sealed, "coverage")
        assert good >= 10 and given >= 10
        assert counted(sealed, "minutes") > 160
        enough = counted(sealed, "minutes") <= 240
        assert enough == ((language, key) != ("en", "sealed"))
    attacks = re.search(r"^held (\d+), safe \d+, through (\d+)", plain_system[language, "attacks"], re.MULTILINE)
    assert attacks and int(attacks[1]) >= 10 and 1 < int(attacks[2]) <= 3


@both_languages
def test_traps_lie_where_the_guide_says(language: str) -> None:
    """Each question it points to holds the words it gives for it."""
    words = {
        "S29": ("12 ", "12 "), "S80": ("2.", "2."), "S71": ("numéro 2", "number 2"), "S68": ("âge", "age"),
        "S39": ("attendent", "waiting"), "S06": ("autre commune", "out of town"), "S27": ("2,9", "2.9"),
    }  # fmt: skip
    text = guide(language)
    traps = text[text.index("### Les pièges" if language == "fr" else "### The traps") :].split("\n### ", 1)[0]
    assert set(re.findall(r"S\d\d", traps)) == set(words)
    asked = {one["id"]: f"{one['question']} {one.get('document', '')}" for one in QUESTIONS[language, "sealed"]}
    for number, pair in words.items():
        assert pair[language == "en"] in asked[number], number


@both_languages
def test_cutting_a_question_in_two_gets_what_the_guide_says(language: str) -> None:
    search = REFERENCE.Search(REFERENCE.read_rules(FOLDER / FILES[language][0]))
    right = 0
    for question in QUESTIONS[language, "sealed"]:
        pieces = re.split(r", et |, and ", question["question"])
        replies = [REFERENCE.reply(search, {"id": question["id"], "question": piece}, "") for piece in pieces]
        line = abstention(question)
        if all(reply["action"] == "answer" for reply in replies):
            text = " ".join(" ".join(reply["answer"] for reply in replies).split()[:60])
            cited = sorted({rule for reply in replies for rule in reply["citations"]})
            line = answer(question, text=text, citations=cited)
        right += SCORER.outcome(question, [line]).startswith("right")
    assert re.search(rf"\b{right} (justes avec le même seuil|right with the same threshold)", guide(language))
    assert right >= 40
