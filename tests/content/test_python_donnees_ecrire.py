"""Recompute what the module `ecrire` of `python-donnees` takes for right: its lessons, its figures, its questions."""

from __future__ import annotations

import contextlib
import io
import linecache
import re
import traceback
from fractions import Fraction
from functools import cache, partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from app.authoring.lessons import parse_body, reading_minutes, word_count
from app.authoring.report import Report
from tests.content import lesson_files
from tests.content.lesson_files import read_yaml
from tests.content.question_banks import LANGUAGES, Question, both_languages, numbers, words

COURSE = Path(__file__).resolve().parents[2] / "content" / "python-donnees"
MODULE = COURSE / "modules" / "10-ecrire"
LESSONS = ("01-valeurs-noms-types", "02-compter", "03-fonctions", "04-quand-ca-casse")
FIGURES = ("etiquettes", "batons", "boite", "trace")
PROGRAM = {"fr": "atelier.py", "en": "workshop.py"}
read_lesson = partial(lesson_files.read_lesson, MODULE)
every_lesson = pytest.mark.parametrize("lesson", LESSONS)


@cache
def questions(bank: str) -> dict[str, Question]:
    """The questions of this module in a bank of the course, by id."""
    text = (COURSE / "bank" / f"python-donnees-{bank}.yaml").read_text(encoding="utf-8")
    return {item["id"]: item for item in read_yaml(text)["questions"] if item["domain"] == "langage"}


EVERY = {**questions("lessons"), **questions("practice"), **questions("exam")}


# running what is shown


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
    (found,) = re.findall(rf"^```{kind}\n(.*?)\n```$", text, re.MULTILINE | re.DOTALL)
    return str(found) + "\n"


def stem(question_id: str, language: str) -> str:
    return str(EVERY[question_id]["stem"][language])


def key_texts(question: Question, language: str) -> list[str]:
    return [option["text"][language].strip("`") for option in question["options"] if option.get("correct")]


def wrong_texts(question: Question, language: str) -> list[str]:
    return [option["text"][language].strip("`") for option in question["options"] if not option.get("correct")]


# every lesson


@every_lesson
@both_languages
def test_minutes_words_and_hook(lesson: str, language: str) -> None:
    front, body = read_lesson(lesson, language)
    parts = parse_body(body, lesson, Report())
    assert front["id"] == lesson
    assert 600 <= word_count(parts) <= 1500
    assert front["minutes"] == reading_minutes(parts)
    hook = body.strip().split("\n\n")[0]
    assert 60 <= len(words(hook)) <= 120
    assert re.search(r"\d", hook)


@every_lesson
@both_languages
def test_front_matter_and_callouts(lesson: str, language: str) -> None:
    front, body = read_lesson(lesson, language)
    assert 1 <= len(front["objectives"]) <= 3
    assert len(front["terms"]) <= 5
    assert all(term["term"] in body.lower() for term in front["terms"])
    assert len(re.findall(r"^::: (?:keep|care|dated|deeper)", body, re.MULTILINE)) <= 2
    assert not re.search("[\u00a0\u202f\u2009’“”]", body)


@every_lesson
def test_both_languages_hold_the_same_parts(lesson: str) -> None:
    shapes = []
    for language in LANGUAGES:
        front, body = read_lesson(lesson, language)
        asked = re.findall(r"\{\{question: (.*?)\}\}", body)
        parts = [body.count(mark) for mark in ("\n#### ", "\n## ", "\n|", "\n- ", "```python", "```output")]
        shapes.append((asked, parts, len(front["objectives"]), len(front["terms"])))
        assert body.index(asked[0]) < body.index("::: worked ")
    assert shapes[0] == shapes[1]


@every_lesson
@both_languages
def test_one_real_error_is_shown(lesson: str, language: str) -> None:
    assert re.search(r"^Traceback .*?^\w+Error: ", read_lesson(lesson, language)[1], re.MULTILINE | re.DOTALL)


def test_lessons_embed_their_own_questions_and_no_other() -> None:
    text = "".join(read_lesson(lesson, language)[1] for lesson in LESSONS for language in LANGUAGES)
    assert set(re.findall(r"\{\{question: ([a-z0-9-]+)\}\}", text)) == set(questions("lessons"))


# the numbers of the scenes


def hook(lesson: str, language: str) -> list[Fraction]:
    return numbers(read_lesson(lesson, language)[1].strip().split("\n\n")[0], language)


@both_languages
def test_the_order_of_tyres(language: str) -> None:
    morning, afternoon, joined, _nine, price, wrong, right = hook(LESSONS[0], language)[-7:]
    assert joined == int(f"{morning}{afternoon}")
    assert (joined * price, (morning + afternoon) * price) == (wrong, right)


@both_languages
def test_the_quote_with_a_slip(language: str) -> None:
    found = hook(LESSONS[2], language)
    rate, typed, meant, price, wrong, right, lost = found[-7:]
    assert meant == 1 + rate / 100
    assert (price * typed, price * meant) == (wrong, right)
    assert right - wrong == lost


@both_languages
def test_the_repayment_that_would_be_lost(language: str) -> None:
    _, body = read_lesson(LESSONS[3], language)
    each = hook(LESSONS[3], language)[-1]
    assert each == 15
    assert ("5 × 15 = 75 €" if language == "fr" else "5 × 15 = £75") in body


@both_languages
def test_the_sums_written_out(language: str) -> None:
    text = "".join(read_lesson(lesson, language)[1] for lesson in LESSONS)
    text += "".join(str(question) for question in EVERY.values())
    sums = re.findall(r"(?<![\d.,] )\b(\d+(?: [+−×] \d+)+) = [€£]?(\d+)\b(?! [+−×])", text)
    assert len(sums) >= 10
    for sum_written, result in sums:
        assert eval(sum_written.replace("−", "-").replace("×", "*")) == int(result), sum_written


# the figures

ELEMENTS = re.compile(r"svg|g|path|line|polyline|polygon|rect|circle|ellipse|text|tspan|title|desc")


def drawing(figure: str, language: str) -> list[ElementTree.Element]:
    return list(ElementTree.parse(COURSE / "media" / f"{figure}.{language}.svg").iter())


@pytest.mark.parametrize(("lesson", "figure"), list(zip(LESSONS, FIGURES, strict=True)))
@both_languages
def test_each_lesson_has_its_figure(lesson: str, figure: str, language: str) -> None:
    _, body = read_lesson(lesson, language)
    (name,) = re.findall(r"^!\[.+\]\((media/\S+\.svg) \".+\"\)$", body, re.MULTILINE)
    assert name == f"media/{figure}.{language}.svg"
    assert all(ELEMENTS.fullmatch(node.tag.rpartition("}")[2]) for node in drawing(figure, language))


@both_languages
def test_the_tally_counts_the_faults_read(language: str) -> None:
    body = read_lesson(LESSONS[1], language)[1]
    faults = re.findall(r'"(\w+)"', re.findall(r"^(?:pannes|faults) = \[(.*)\]$", body, re.MULTILINE)[0])
    told = [node.text or "" for node in drawing("batons", language) if node.tag.endswith("text")]
    assert [text.split()[1] for text in told if text[0].isdigit()] == faults
    strokes = [node.get("class") for node in drawing("batons", language) if node.get("class") in ("ink", "accent")]
    assert strokes.count("accent") == len(faults)
    assert len(strokes) == sum(range(1, len(faults) + 1))


@both_languages
def test_the_traceback_drawn_is_the_one_printed(language: str) -> None:
    body = read_lesson(LESSONS[3], language)[1]
    printed = [line.strip() for line in re.findall(r"```output\n(Traceback.*?)\n```", body, re.DOTALL)[0].splitlines()]
    drawn = [node.text for node in drawing("trace", language) if node.tag.endswith("text")]
    assert drawn[: len(printed)] == printed


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
    for question in questions("exam").values():
        (tag,) = question["tags"]
        (skill,) = {"python", "debugging"} & set(question["skills"])
        key = (skill, tag.removeprefix("cog-"))
        found[key] = found.get(key, 0) + 1
    assert found == pools
    picks = read_yaml((MODULE / "module.yaml").read_text(encoding="utf-8"))["items"][-1]["pick"]
    for pick in picks:
        (skill,) = pick["skills"]
        assert sum(skill in q["skills"] for q in questions("practice").values()) > pick["count"]
