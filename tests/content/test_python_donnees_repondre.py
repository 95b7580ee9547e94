"""Recompute every derived number of the module `repondre`: its three lessons, its figures and its questions."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable
from contextlib import redirect_stdout
from fractions import Fraction
from functools import partial
from io import StringIO
from pathlib import Path
from statistics import mean, median, pstdev
from typing import Any
from xml.etree import ElementTree

import pytest

from app.assessment.texts import Match
from app.authoring.lessons import parse_body, reading_minutes, word_count
from app.authoring.report import Report
from tests.content import lesson_files
from tests.content.question_banks import LANGUAGES, Question, both_languages, feedbacks, numbers, option_texts
from tests.content.test_verifier_numbers import NUMBER, calculate, check_sums

COURSE = Path(__file__).resolve().parents[2] / "content" / "python-donnees"
LESSONS = ("01-grouper-et-resumer", "02-moyenne-mediane-dispersion", "03-un-graphique-honnete")
FIGURES = ("trois-villes", "deux-reperes", "deux-axes")
TOWNS = {"fr": ("Besançon", "Dole", "Ornans"), "en": ("Leeds", "Otley", "Ilkley")}
MINUTES = [12, 15, 11, 40, 13, 14, 12]
MONTHS = [96, 98, 97, 99]
read_lesson = partial(lesson_files.read_lesson, COURSE / "modules" / "30-repondre")
every_lesson = pytest.mark.parametrize("lesson", LESSONS)


def bank(name: str) -> list[Question]:
    text = (COURSE / "bank" / f"python-donnees-{name}.yaml").read_text(encoding="utf-8")
    return [question for question in lesson_files.read_yaml(text)["questions"] if question["domain"] == "repondre"]


QUESTIONS = {question["id"]: question for name in ("lessons", "practice", "exam") for question in bank(name)}


def of_type(*types: str) -> pytest.MarkDecorator:
    chosen = [question for question in QUESTIONS.values() if question["type"] in types]
    return pytest.mark.parametrize("question", chosen, ids=[question["id"] for question in chosen])


def blocks(text: str, kind: str = "python") -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def literal(code: str) -> Any:
    """The value that the first assignment of a block writes out."""
    return ast.literal_eval(next(node.value for node in ast.parse(code).body if isinstance(node, ast.Assign)))


def drawing(name: str, language: str) -> list[ElementTree.Element]:
    return list(ElementTree.parse(COURSE / "media" / f"{name}.{language}.svg").iter())


def texts_of(nodes: list[ElementTree.Element]) -> list[str]:
    return [node.text or "" for node in nodes if node.tag.endswith("text")]


def all_texts(question: Question, language: str) -> list[str]:
    """Every sentence of a question that may hold a sum, whatever its type."""
    found: list[str] = []

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if set(node) == set(LANGUAGES):
                found.append(str(node[language]))
            else:
                for child in node.values():
                    walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(question)
    return found


# every lesson and every question


@pytest.mark.parametrize(("lesson", "at_least"), list(zip(LESSONS, (7, 8, 6), strict=True)))
@both_languages
def test_every_sum_of_a_lesson_is_right(lesson: str, at_least: int, language: str) -> None:
    assert check_sums(read_lesson(lesson, language)[1], language) >= at_least


@both_languages
@of_type("single", "multiple", "numeric", "text", "cloze", "ordering", "matching", "matrix")
def test_every_sum_of_a_question_is_right(question: Question, language: str) -> None:
    for text in all_texts(question, language):
        check_sums(text, language)


@every_lesson
@both_languages
def test_minutes_words_and_front_matter(lesson: str, language: str) -> None:
    front, body = read_lesson(lesson, language)
    parts = parse_body(body, lesson, Report())
    assert 600 <= word_count(parts) <= 1500
    assert front["id"] == lesson
    assert front["minutes"] == reading_minutes(parts)
    hook = body.strip().split("\n\n")[0]
    assert 60 <= len(hook.split()) <= 120
    assert re.search(r"\d", hook)
    assert 1 <= len(front["objectives"]) <= 3
    assert len(front["terms"]) <= 5
    assert all(term["term"].lower() in body.lower() for term in front["terms"])
    assert len(re.findall(r"^::: (?:keep|care|dated|deeper)", body, re.MULTILINE)) <= 2
    assert not re.search("[\u00a0\u202f\u2019“”]", body)


@every_lesson
def test_both_languages_hold_the_same_parts(lesson: str) -> None:
    shapes = []
    for language in LANGUAGES:
        front, body = read_lesson(lesson, language)
        questions = re.findall(r"\{\{question: (.*?)\}\}", body)
        parts = (body.count("\n#### "), body.count("\n## "), len(blocks(body)), len(blocks(body, "output")))
        shapes.append((questions, parts, len(front["objectives"]), len(front["terms"])))
        assert set(questions) <= set(QUESTIONS)
        assert body.index(questions[0]) < body.index("::: worked ")
    assert shapes[0] == shapes[1]


@every_lesson
@both_languages
def test_code_is_short_and_there_is_one_figure(lesson: str, language: str) -> None:
    _, body = read_lesson(lesson, language)
    for block in blocks(body):
        assert len(block.splitlines()) <= 25
        assert max(map(len, block.splitlines())) <= 72
    (name,) = re.findall(r"^!\[.+\]\(media/(\S+)\.\w+\.svg \".+\"\)$", body, re.MULTILINE)
    assert name == FIGURES[LESSONS.index(lesson)]


# lesson 1: group and summarise


def trays(language: str) -> dict[str, list[float]]:
    kept: dict[str, list[float]] = defaultdict(list)
    for order in literal(blocks(read_lesson(LESSONS[0], language)[1])[0]):
        town, price = order.values()
        kept[town].append(price)
    return kept


@both_languages
def test_ten_orders_three_towns(language: str) -> None:
    kept = trays(language)
    body = read_lesson(LESSONS[0], language)[1]
    table, means = blocks(body, "output")
    assert set(kept) == set(TOWNS[language])
    shown = {line.split()[0]: [float(cell) for cell in line.split()[1:]] for line in table.splitlines()}
    assert shown == {town: [len(prices), sum(prices), mean(prices)] for town, prices in kept.items()}
    assert list(shown) == sorted(kept)
    of_towns, of_orders = (float(line.split()[-1]) for line in means.splitlines())
    assert of_towns == mean(mean(prices) for prices in kept.values()) == 64
    assert of_orders == mean(price for prices in kept.values() for price in prices) == 42
    hook = numbers(body.strip().split("\n\n")[0], language)
    assert {28, 44, 120, 64, 2560, 420} <= set(hook)


@both_languages
def test_the_trays_hold_the_orders(language: str) -> None:
    words = texts_of(drawing("trois-villes", language))
    drawn = [numbers(word, language)[0] for word in words if re.fullmatch(r"[\d.,]+", word)]
    assert sorted(drawn) == sorted(Fraction(price) for prices in trays(language).values() for price in prices)
    alt = re.findall(r"!\[(.+?)\]", read_lesson(LESSONS[0], language)[1])[0]
    assert sorted(numbers(alt, language)) == sorted(drawn)


# lesson 2: mean, median, spread


@both_languages
def test_seven_flat_tyres(language: str) -> None:
    body = read_lesson(LESSONS[1], language)[1]
    assert [literal(block) for block in blocks(body)] == [MINUTES, [m for m in MINUTES if m != 40]]
    rest = [m for m in MINUTES if m != 40]
    assert (round(mean(MINUTES), 1), median(MINUTES), MINUTES[3]) == (16.7, 13, 40)
    assert (round(mean(rest), 1), median(rest)) == (12.8, 12.5)
    assert [len(m) for m in ([m for m in MINUTES if m <= 15], rest)] == [6, 6]
    assert not {16, 17} & set(MINUTES)
    assert sum(m <= 13 for m in MINUTES) / len(MINUTES) > 0.5
    assert [round(pstdev(series), 1) for series in (MINUTES, rest, [15] * 6)] == [9.6, 1.3, 0]
    assert [line.split()[1] for line in blocks(body, "output")[1].splitlines()] == ["9.6", "1.3", "0.0"]
    assert pstdev([9, 15, 9, 15]) == 3
    assert median([8, 9, 11, 30]) == 10


@both_languages
def test_dots_and_marks_are_to_scale(language: str) -> None:
    nodes = drawing("deux-reperes", language)
    dots = sorted(float(node.get("cx", "")) for node in nodes if node.get("class") == "fill-ink")
    assert dots == pytest.approx(sorted(20 + (m - 5) * 7 for m in MINUTES))
    at = {node.get("class"): float(re.findall(r"M([\d.]+)", node.get("d", "M0"))[0]) for node in nodes}
    assert at["accent"] == pytest.approx(20 + (median(MINUTES) - 5) * 7)
    assert at["fill-care"] == pytest.approx(20 + (mean(MINUTES) - 5) * 7, abs=0.1)


# lesson 3: an honest chart


@both_languages
def test_the_two_ratios_and_the_four_widths(language: str) -> None:
    body = read_lesson(LESSONS[2], language)[1]
    assert list(literal(blocks(body)[0]).values()) == MONTHS
    ratios, rectangles = blocks(body, "output")
    shown = [float(line.split()[-1]) for line in ratios.splitlines()]
    assert shown == [round((MONTHS[3] - start) / (MONTHS[0] - start), 2) for start in (0, 95)] == [1.03, 4]
    widths = [int(width) for width in re.findall(r'width="(\d+)"', rectangles)]
    assert widths == [round(200 * m / max(MONTHS)) for m in MONTHS]
    assert round(widths[3] / widths[0], 2) == 1.03
    shares = [Fraction(round(1000 * m / sum(MONTHS)), 10) for m in MONTHS]
    assert sum(MONTHS) == 390
    told = re.findall(r"390 .*?\.(?= [A-Z])", body)[0]
    assert numbers(told, language)[-4:] == shares
    assert re.findall(r"\+(\d)", body) == [str(m - MONTHS[0]) for m in MONTHS[1:]]


@both_languages
def test_the_program_draws_a_chart_that_can_be_read(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    with redirect_stdout(StringIO()):
        for block in blocks(read_lesson(LESSONS[2], language)[1]):
            exec(block, names)  # the lesson's own program
    (file,) = tmp_path.iterdir()
    nodes = list(ElementTree.parse(file).iter())
    assert [int(node.text or "") for node in nodes if (node.text or "").isdigit()] == MONTHS
    box = next(node for node in nodes if node.tag.endswith("svg")).get("viewBox", "").split()
    for node in nodes:
        if node.tag.endswith("rect"):
            assert int(node.get("x", "")) + int(node.get("width", "")) <= int(box[2]) - 30
            assert int(node.get("y", "")) + int(node.get("height", "")) <= int(box[3])


@both_languages
def test_both_axes_of_the_figure_are_to_scale(language: str) -> None:
    nodes = drawing("deux-axes", language)
    bars = [float(node.get("width", "")) for node in nodes if node.get("class") == "fill-accent"]
    assert bars[:4] == pytest.approx([225 * m / 100 for m in MONTHS])
    assert bars[4:] == pytest.approx([225 * (m - 95) / 5 for m in MONTHS])


# questions with a number for an answer

KEYS: dict[str, Callable[[list[Fraction]], float]] = {
    "lecon-grouper-ensemble": lambda n: (n[0] * n[1] + n[2] * n[3]) / n[4],
    "lecon-resume-mediane": median,
    "lecon-graphique-axe": lambda n: (n[1] - n[2]) / (n[0] - n[2]),
    "exercice-repondre-dix-freins": lambda n: (n[1] * n[2] + n[3] * n[4] + n[5] * n[6]) / n[0],
    "exercice-repondre-treizieme": lambda n: (n[0] * n[1] + n[2]) / n[3],
    "examen-repondre-six-durees": median,
    "examen-repondre-dix-ordres": lambda n: (n[0] * n[1] + n[2] * n[3]) / n[4],
    "examen-repondre-ecart-type": pstdev,
    "examen-repondre-longueur": lambda n: n[1] * n[2] / n[0],
}
GAPS: dict[str, Callable[[list[Fraction]], dict[str, float]]] = {
    "exercice-repondre-deux-rapports": lambda n: {
        "nombres": n[1] / n[0],
        "longueurs": (n[1] - n[2]) / (n[0] - n[2]),
    },
    "examen-repondre-cinq-prix": lambda n: {"somme": sum(n[:5]), "moyenne": mean(n[:5]), "mediane": median(n[:5])},
    "examen-repondre-ligne-de-dole": lambda n: {
        "effectif": 3,
        "somme": n[0] + n[2] + n[3],
        "moyenne": (n[0] + n[2] + n[3]) / 3,
    },
}


def check_answers(answers: list[Question], expected: float, language: str) -> None:
    right, *wrong = answers
    assert right["value"] == pytest.approx(float(expected))
    for entry in wrong:
        assert entry["credit"] == 0
        assert abs(entry["value"] - expected) > entry["tolerance"]["absolute"] + right["tolerance"]["absolute"]
        named = re.match(
            rf"(?:C'est|That is) (\(?{NUMBER[language]}(?: [+−×÷] {NUMBER[language]}\)?)+)", entry["feedback"][language]
        )
        if named:
            result = calculate(named[1], language)
            assert any(abs(s * result - entry["value"]) <= entry["tolerance"]["absolute"] for s in (1, 100)), entry


def test_every_key_is_recomputed() -> None:
    assert set(KEYS) == {one for one, question in QUESTIONS.items() if question["type"] == "numeric"}
    assert set(GAPS) == {one for one, question in QUESTIONS.items() if question["type"] == "cloze"}


@both_languages
@of_type("numeric")
def test_numeric_keys(question: Question, language: str) -> None:
    found = numbers(question["stem"][language], language)
    check_answers(question["answers"], float(KEYS[question["id"]](found)), language)


@both_languages
@of_type("cloze")
def test_keys_of_gaps(question: Question, language: str) -> None:
    expected = GAPS[question["id"]](numbers(question["stem"][language], language))
    assert set(expected) == set(question["gaps"])
    for name, gap in question["gaps"].items():
        check_answers(gap["answers"], float(expected[name]), language)


def key_of(question_id: str, language: str) -> str:
    (right,) = [option for option in QUESTIONS[question_id]["options"] if option.get("correct")]
    return str(right["text"][language])


def in_stem(question_id: str, language: str) -> list[Fraction]:
    return numbers(QUESTIONS[question_id]["stem"][language], language)


@both_languages
def test_keys_of_single_questions(language: str) -> None:
    *minutes, shared, _ = in_stem("examen-repondre-partage", language)
    assert mean(minutes) == shared
    *prices, bikes = in_stem("examen-repondre-budget", language)
    options = [numbers(text, language)[0] for text in option_texts(QUESTIONS["examen-repondre-budget"], language)]
    assert options == [bikes * each for each in (mean(prices[:4]), median(prices), mean(prices), max(prices))]
    assert numbers(key_of("examen-repondre-budget", language), language) == [bikes * mean(prices)]
    tunde, other = (in_stem("examen-repondre-deux-carnets", language)[n : n + 3] for n in (0, 3))
    assert (mean(tunde), median(tunde), len(tunde)) == (mean(other), median(other), len(other))
    assert [max(series) - min(series) for series in (tunde, other)] == [4, 30]
    first, second, start = in_stem("examen-repondre-axe-coupe", language)
    assert (second - start) / (first - start) == 4
    assert round((second / first - 1) * 100) == 6 == numbers(key_of("examen-repondre-axe-coupe", language), language)[0]
    middle, highest, corrected = in_stem("examen-repondre-prix-corrige", language)
    prices = [middle + n for n in range(-4, 4)] + [highest]
    assert median(prices) == median([*prices[:-1], corrected]) == middle
    assert mean([*prices[:-1], corrected]) - mean(prices) == 60
    *_, long = in_stem("exercice-repondre-cadre-tordu", language)
    assert long == 4 * 60


def test_the_gap_between_two_programs_can_happen() -> None:
    counts, means = (15, 4, 1), (30, 45, 90)
    assert sum(counts) == 20
    assert sum(n * m for n, m in zip(counts, means, strict=True)) / 20 == 36
    assert mean(means) == 55


@both_languages
def test_series_whose_mean_is_above_their_median(language: str) -> None:
    for option in QUESTIONS["exercice-repondre-au-dessus"]["options"]:
        series = [int(n) for n in re.findall(r"\d+", option["text"][language])]
        assert (mean(series) > median(series)) is bool(option.get("correct"))


@both_languages
def test_drawings_that_agree_and_drawings_that_mislead(language: str) -> None:
    told = {row["id"]: row["feedback"][language] for row in QUESTIONS["exercice-repondre-quatre-dessins"]["rows"]}
    assert (60 - 38) / (40 - 38) == 11
    assert numbers(told["coupe"], language) == [60, 40, 22, 2]
    assert (3 - 0.5) / (1 - 0.5) == 5


# questions with code: run what is shown


def shown_code(question_id: str, language: str) -> str:
    return blocks(QUESTIONS[question_id]["stem"][language] + "\n")[0]


@both_languages
def test_two_trays_are_printed(language: str) -> None:
    stem = QUESTIONS["examen-repondre-deux-bacs"]["stem"][language]
    words = {"fr": ("ville", "prix", "ordres"), "en": ("town", "price", "orders")}[language]
    orders = [{words[0]: town, words[1]: int(price)} for town, price in re.findall(r"([A-Z]\w+) (\d+)", stem)]
    assert len(orders) == 3
    printed = StringIO()
    with redirect_stdout(printed):
        exec(shown_code("examen-repondre-deux-bacs", language), {words[2]: orders})
    assert f"`{printed.getvalue().strip()}`" == key_of("examen-repondre-deux-bacs", language)


@pytest.mark.parametrize(
    ("question_id", "expected"),
    [("examen-repondre-appel", 13.5), ("examen-repondre-effectif", 3), ("exercice-repondre-etendue", 32)],
)
@both_languages
def test_typed_expressions(question_id: str, expected: float, language: str) -> None:
    question = QUESTIONS[question_id]
    names: dict[str, Any] = {}
    for line in shown_code(question_id, language).splitlines():
        if "..." not in line:
            exec(line, names)
    right, *others = question["answers"]
    key = right["value"][language]
    assert eval(key, names) == expected
    match = Match(**question["match"])
    accepted = [entry["regex"][language] for entry in others if "credit" not in entry]
    refused = [entry for entry in others if entry.get("credit") == 0]
    for typed in (key, key.replace("(", " ( "), key.replace(" - ", "-"), key.capitalize(), key.replace('"', "'")):
        assert match.equal(typed, key) or any(match.fits(typed, pattern) for pattern in accepted), typed
        assert not any("regex" in entry and match.fits(typed, entry["regex"][language]) for entry in refused), typed
    typed = key.replace("median", "mean") if "median" in key else key.replace("len", "sum").replace("max", "min")
    assert not any(match.fits(typed, pattern) for pattern in accepted)
    for entry in refused:
        if "value" in entry and not str(entry["value"][language]).isdigit():
            assert eval(entry["value"][language], names) != expected


def test_the_mean_moves_and_the_median_stays() -> None:
    before, after = [12, 14, 13, 90], [12, 14, 13, 900]
    assert mean(after) - mean(before) > 200
    assert median(after) == median(before)


# the bank of the module


def test_rows_of_the_blueprint_have_enough_questions() -> None:
    found: dict[tuple[str, str], int] = defaultdict(int)
    for question in bank("exam"):
        (skill,) = {"statistics", "data-analysis"} & set(question["skills"])
        (level,) = (tag for tag in question["tags"] if tag.startswith("cog-"))
        found[skill, level] += 1
    assert found == {
        ("statistics", "cog-understand"): 4,
        ("statistics", "cog-apply"): 7,
        ("data-analysis", "cog-apply"): 4,
        ("data-analysis", "cog-analyse"): 4,
    }


def test_the_quiz_draws_fewer_than_there_are() -> None:
    module = lesson_files.read_yaml((COURSE / "modules" / "30-repondre" / "module.yaml").read_text(encoding="utf-8"))
    (quiz,) = [item for item in module["items"] if "quiz" in item]
    assert sum(row["count"] for row in quiz["pick"]) <= len(bank("practice")) - 2
    assert module["mastery"] == {"quiz": quiz["quiz"], "threshold": 0.8}


@both_languages
@of_type("single", "multiple")
def test_no_feedback_serves_twice(question: Question, language: str) -> None:
    told = list(feedbacks(question, language))
    assert len(told) == len(set(told))
