"""Recompute what the questions of the module `ecrire` of `python-donnees` take for right, by running what they show."""

from __future__ import annotations

import contextlib
import io
import linecache
import re
import traceback
from fractions import Fraction
from typing import Any

import pytest

from tests.content.lesson_files import read_yaml
from tests.content.question_banks import CONTENT, Domain, Question, both_languages
from tests.content.shown_programs import blocks

MODULE = CONTENT / "python-donnees" / "modules" / "10-ecrire"
PROGRAM = {"fr": "atelier.py", "en": "workshop.py"}
DOMAIN = Domain("python-donnees", "langage")
EVERY = DOMAIN.questions
stem = DOMAIN.stem


def run(source: str, language: str, **given: Any) -> tuple[dict[str, Any], str]:
    """The names that a program leaves, and what it displays, ending with the traceback if it stops."""
    name = PROGRAM[language]
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    names, screen = dict(given), io.StringIO()
    with contextlib.redirect_stdout(screen):
        try:
            exec(compile(source, name, "exec"), names)
        except Exception as error:
            error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
            lines = "".join(traceback.format_exception(error))
            screen.write(re.sub(r"(?m)^ +[~^]+ *\n", "", lines))
    return names, screen.getvalue().rstrip("\n")


def shown(text: str, kind: str = "python") -> str:
    """The one fenced block of a stem."""
    (found,) = blocks(text, kind)
    return found


def key_texts(question: Question, language: str) -> list[str]:
    return [option["text"][language].strip("`") for option in question["options"] if option.get("correct")]


def wrong_texts(question: Question, language: str) -> list[str]:
    return [option["text"][language].strip("`") for option in question["options"] if not option.get("correct")]


# numeric questions: the program shown gives the key

READ = {"examen-ecrire-total-malgre-tout": "total"}
NUMERIC = [q for q in EVERY.values() if q["type"] == "numeric" and q["id"] != "examen-ecrire-ligne-a-ouvrir"]


@both_languages
@pytest.mark.parametrize("question", NUMERIC, ids=[q["id"] for q in NUMERIC])
def test_numeric_keys_are_what_the_program_gives(question: Question, language: str) -> None:
    names, display = run(shown(question["stem"][language]), language)
    name = READ.get(question["id"])
    found = Fraction(str(names[name])) if name else Fraction(display)
    right, *wrong = question["answers"]
    assert Fraction(str(right["value"])) == found
    assert all(answer["credit"] == 0 and Fraction(str(answer["value"])) != found for answer in wrong)


@both_languages
def test_numeric_gaps_are_what_the_program_leaves(language: str) -> None:
    names, _ = run(shown(stem("examen-ecrire-stock-ancien", language)), language)
    gaps = EVERY["examen-ecrire-stock-ancien"]["gaps"]
    old = {"fr": "ancien", "en": "old"}[language]
    assert [gaps[gap]["answers"][0]["value"] for gap in ("apres", "avant")] == [names["stock"], names[old]]
    names, _ = run(shown(stem("exercice-ecrire-stock-par-cle", language)), language)
    gaps = EVERY["exercice-ecrire-stock-par-cle"]["gaps"]
    tyre = {"fr": "pneu", "en": "tyre"}[language]
    assert [gaps[gap]["answers"][0]["value"] for gap in ("pneu", "cles")] == [names["stock"][tyre], len(names["stock"])]


@both_languages
def test_traps_of_two_calls(language: str) -> None:
    names, _ = run(shown(stem("exercice-ecrire-deux-appels", language)), language)
    cost = names[{"fr": "cout", "en": "cost"}[language]]
    values = [answer["value"] for answer in EVERY["exercice-ecrire-deux-appels"]["answers"]]
    assert values == [cost(1) + cost(2), cost(3), cost(1), 40 * 3]


# questions on what a program displays

DISPLAYED = ("lecon-ecrire-copie", "examen-ecrire-nom-de-boucle")


@both_languages
@pytest.mark.parametrize("question_id", DISPLAYED)
def test_the_key_is_what_is_displayed(question_id: str, language: str) -> None:
    _, display = run(shown(stem(question_id, language)), language)
    assert key_texts(EVERY[question_id], language) == [display]
    assert display not in wrong_texts(EVERY[question_id], language)


@both_languages
def test_what_a_line_of_the_stem_displays(language: str) -> None:
    question = EVERY["lecon-ecrire-guillemets"]
    (line,) = re.findall(r"`(.+?)`", question["stem"][language])
    assert [run(line, language)[1]] == key_texts(question, language)


@both_languages
def test_a_call_without_return_is_worth_none(language: str) -> None:
    assert run(shown(stem("lecon-ecrire-rien", language)), language)[0]["x"] is None
    names, display = run(shown(stem("examen-ecrire-total-affiche", language)), language)
    assert (names["total"], display) == (None, "96")


@both_languages
def test_the_default_list_serves_both_calls(language: str) -> None:
    _, display = run(shown(stem("exercice-ecrire-carnet-par-defaut", language)), language)
    assert display == {"fr": "['frein', 'pneu']", "en": "['brake', 'tyre']"}[language]


@both_languages
def test_the_two_expressions_worth_fifteen(language: str) -> None:
    question = EVERY["examen-ecrire-deux-quinze"]
    assert [eval(text) for text in key_texts(question, language)] == [15, 15]
    results = [run(f"x = {text}", language) for text in wrong_texts(question, language)]
    assert [names.get("x") for names, _ in results] == ["105", None, 96]
    assert "TypeError" in results[1][1]


@both_languages
def test_the_two_lines_that_make_a_list(language: str) -> None:
    question = EVERY["exercice-ecrire-listes-neuves"]
    faults, book = {"fr": ("pannes", "carnet"), "en": ("faults", "diary")}[language]
    for texts, makes in ((key_texts(question, language), True), (wrong_texts(question, language), False)):
        for line in texts:
            first: list[object] = ["frein"]
            second: list[object] = []
            names, _ = run(line, language, **{faults: first, book: second})
            found = names[book]
            assert (isinstance(found, list) and found is not first and found is not second) is makes, line


@both_languages
def test_the_types_of_the_table(language: str) -> None:
    question = EVERY["exercice-ecrire-types"]
    columns = {"entier": int, "virgule": float, "texte": str}
    for row in question["rows"]:
        assert type(eval(row["text"].strip("`"))) is columns[question["key"][row["id"]]]


@both_languages
def test_copies_and_order_of_keys(language: str) -> None:
    names, _ = run("a = [1]\nb = a\nc = a.copy()\n", language)
    assert names["a"] is names["b"]
    assert names["a"] is not names["c"]
    assert list({"roue": 1, "frein": 3}) == ["roue", "frein"] != sorted({"roue": 1, "frein": 3})


# questions that want an expression


@both_languages
def test_expressions_accepted_give_what_is_asked(language: str) -> None:
    given = {"fr": {"saisie": "18"}, "en": {"typed": "18"}}[language]
    lists = {"fr": {"pannes": list("abcdef")}, "en": {"faults": list("abcdef")}}[language]
    for question_id, names, wanted in (
        ("examen-ecrire-convertir", given, 18),
        ("exercice-ecrire-premier", lists, "a"),
    ):
        for answer in EVERY[question_id]["answers"]:
            expression = answer["value"][language].strip("`")
            left, stopped = run(f"x = {expression}", language, **names)
            same = not stopped and left["x"] == wanted and type(left["x"]) is type(wanted)
            assert same is (answer.get("credit", 1) == 1), expression


# questions on errors


@both_languages
def test_names_of_errors(language: str) -> None:
    _, message = run(shown(stem("examen-ecrire-nom-d-erreur", language)), language)
    name = message.splitlines()[-1].partition(":")[0]
    accepted = [answer["value"] for answer in EVERY["examen-ecrire-nom-d-erreur"]["answers"] if "credit" not in answer]
    assert accepted[0] == name == "ValueError"
    question = EVERY["examen-ecrire-trois-erreurs"]
    count = {"fr": {"compte": {"frein": 1}}, "en": {"count": {"brake": 1}}}[language]
    for line, gap in zip(shown(question["stem"][language]).splitlines(), ("un", "deux", "trois"), strict=True):
        _, message = run(line, language, **count)
        assert key_texts(question["gaps"][gap], language) == [message.splitlines()[-1].partition(":")[0]]


@both_languages
def test_messages_quoted_by_lesson_questions(language: str) -> None:
    _, message = run("int('12 min')", language)
    assert message.splitlines()[-1] in stem("lecon-ecrire-message", language)
    (line,) = re.findall(r"`(print.+?)`", stem("lecon-ecrire-refus", language))
    for conversion in ("(int(", "(float("):
        assert "ValueError" in run(line.replace("(int(", conversion), language)[1]
    _, message = run(shown(stem("lecon-ecrire-cause", language)), language)
    assert "line 3, in <module>" in message
    assert message.splitlines()[-1].startswith("TypeError")


TRACED = {
    "examen-ecrire-facture-texte": {
        "fr": '\ndef facture(prix):\n    return prix - 5\n\n\n\nprint(facture("80"))\n',
        "en": '\ndef invoice(price):\n    return price - 5\n\n\n\nprint(invoice("80"))\n',
    },
    "examen-ecrire-ligne-a-ouvrir": {
        "fr": "from random import choice\n\ndef tirer(ordres):\n    return choice(ordres)\n\n\n\n\nprint(tirer([]))\n",
        "en": "from random import choice\n\ndef draw(orders):\n    return choice(orders)\n\n\n\n\nprint(draw([]))\n",
    },
}


@both_languages
@pytest.mark.parametrize("question_id", TRACED)
def test_tracebacks_are_those_of_a_program(question_id: str, language: str) -> None:
    _, message = run(TRACED[question_id][language], language)
    real, quoted = message.splitlines(), shown(stem(question_id, language), "text").splitlines()
    ours = [line for line in real if PROGRAM[language] in line]
    assert [line for line in quoted if PROGRAM[language] in line] == ours
    assert (real[0], real[-1], len(real)) == (quoted[0], quoted[-1], len(quoted))
    if question_id == "examen-ecrire-ligne-a-ouvrir":
        lines = [int(number) for number in re.findall(r"line (\d+)", " ".join(ours))]
        first, last = (answer["value"] for answer in reversed(EVERY[question_id]["answers"][:2]))
        assert lines == [first, last]


# the pools of the exam


def test_pools_of_the_exam_and_of_the_quiz() -> None:
    pools = {("python", "remember"): 4, ("python", "understand"): 4, ("python", "apply"): 4}
    pools |= {("debugging", "understand"): 4, ("debugging", "apply"): 4}
    found: dict[tuple[str, str], int] = {}
    for question in DOMAIN.banks["exam"]:
        (tag,) = question["tags"]
        (skill,) = {"python", "debugging"} & set(question["skills"])
        key = (skill, tag.removeprefix("cog-"))
        found[key] = found.get(key, 0) + 1
    assert found == pools
    picks = read_yaml((MODULE / "module.yaml").read_text(encoding="utf-8"))["items"][-1]["pick"]
    for pick in picks:
        (skill,) = pick["skills"]
        assert sum(skill in q["skills"] for q in DOMAIN.banks["practice"]) > pick["count"]
