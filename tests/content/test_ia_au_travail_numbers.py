"""Recompute every derived number of the course `ia-au-travail` from the lesson files themselves."""

from __future__ import annotations

import math
import re
from collections import Counter
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from app.authoring.lessons import parse_body, reading_minutes, word_count
from app.authoring.report import Report
from tests.content import lesson_files
from tests.content.lesson_files import read_yaml, tables

COURSE = Path(__file__).resolve().parents[2] / "content" / "ia-au-travail"
MODULE = COURSE / "modules" / "10-comprendre"
LANGUAGES = ("fr", "en")
LESSONS = ("01-regle-ou-exemples", "02-cinq-livraisons", "03-le-mot-suivant", "04-faux-plausible")
both_languages = pytest.mark.parametrize("language", LANGUAGES)
read_lesson = partial(lesson_files.read_lesson, MODULE)
every_lesson = pytest.mark.parametrize("lesson", LESSONS)


def front_matter(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = read_yaml(path.read_text(encoding="utf-8").split("---\n", 2)[1])
    return loaded


# every lesson


@every_lesson
@both_languages
def test_minutes_follow_the_formula(lesson: str, language: str) -> None:
    front, body = read_lesson(lesson, language)
    parts = parse_body(body, lesson, Report())
    words = word_count(parts)
    assert 900 <= words <= 1400
    assert front["minutes"] == math.ceil(words / 180 + 3 * 1 + 2 * 2)
    assert front["minutes"] == reading_minutes(parts)


@every_lesson
@both_languages
def test_front_matter_keeps_to_its_bounds(lesson: str, language: str) -> None:
    front, body = read_lesson(lesson, language)
    assert front["id"] == lesson
    assert 1 <= len(front["objectives"]) <= 3
    assert len(front["terms"]) <= 5
    for term in front["terms"]:
        assert f"*{term['term']}*" in body or term["term"] in body.lower()


@every_lesson
def test_both_languages_hold_the_same_parts(lesson: str) -> None:
    shapes = []
    for language in LANGUAGES:
        front, body = read_lesson(lesson, language)
        questions = re.findall(r"\{\{question: (.*?)\}\}", body)
        steps = body.count("\n#### ")
        headings = body.count("\n## ")
        shapes.append((questions, steps, headings, len(front["objectives"]), len(front["terms"])))
        assert len(questions) == 2
        assert body.index(questions[0]) < body.index("::: worked ")
    assert shapes[0] == shapes[1]


# lesson 1: a rule or examples

MAIL = {
    "fr": {
        "word": "facture",
        "other": "relevé",
        "sign": "€",
        "pay": "À payer",
        "quote": "Votre devis : 1 250 €, à confirmer",
    },
    "en": {
        "word": "invoice",
        "other": "statement",
        "sign": "£",
        "pay": "To pay",
        "quote": "Your quote: £1,250, please confirm",
    },
}


def signs_in(message: str) -> set[str]:
    """Whole words and punctuation of a message, in small letters."""
    return set(re.findall(r"\w+|[^\w\s]", message.lower()))


def errors_of(words: list[str], mails: list[list[str]], pay: str) -> list[int]:
    """Numbers of the e-mails that "contains one of these words, so to be paid" sorts wrongly."""
    said = [bool(signs_in(mail[1]) & {word.lower() for word in words}) for mail in mails]
    return [int(mail[0]) for mail, paid in zip(mails, said, strict=True) if paid != (mail[2] == pay)]


@both_languages
def test_the_written_rule_sorts_six_right_and_two_wrong(language: str) -> None:
    mails, _ = tables(read_lesson(LESSONS[0], language)[1])
    case = MAIL[language]
    assert len(mails) == 8
    assert errors_of([case["word"]], mails, case["pay"]) == [4, 5]
    assert errors_of([case["word"], case["other"]], mails, case["pay"]) == [4]


@both_languages
def test_the_signs_tried_have_the_errors_shown(language: str) -> None:
    mails, signs = tables(read_lesson(LESSONS[0], language)[1])
    for sign, where, errors in signs:
        holders = [mail[0] for mail in mails if sign.lower() in signs_in(mail[1])]
        assert ", ".join(holders) == where
        assert len(errors_of([sign], mails, MAIL[language]["pay"])) == int(errors)


@both_languages
def test_the_sign_kept_is_the_only_best_of_all(language: str) -> None:
    mails, _ = tables(read_lesson(LESSONS[0], language)[1])
    case = MAIL[language]
    candidates = set().union(*(signs_in(mail[1]) for mail in mails))
    errors = {sign: len(errors_of([sign], mails, case["pay"])) for sign in candidates}
    best = min(errors.values())
    assert [sign for sign, count in errors.items() if count == best] == [case["sign"]]
    assert best == 1


@both_languages
def test_one_wrong_label_changes_the_sign_kept(language: str) -> None:
    mails, _ = tables(read_lesson(LESSONS[0], language)[1])
    case = MAIL[language]
    tray_of_others = mails[2][2]
    mislabelled = [[*mail[:2], tray_of_others] if mail[0] == "5" else mail for mail in mails]
    assert errors_of([case["sign"]], mislabelled, case["pay"]) == [5, 6]
    assert errors_of([case["word"]], mislabelled, case["pay"]) == [4]


@both_languages
def test_the_ninth_mail_is_sorted_as_told(language: str) -> None:
    _, body = read_lesson(LESSONS[0], language)
    case = MAIL[language]
    assert case["quote"] in body
    assert case["word"] not in signs_in(case["quote"])
    assert case["sign"] in signs_in(case["quote"])


# lesson 2: learning from five deliveries


def fit(points: list[tuple[int, int]]) -> tuple[Fraction, Fraction]:
    """Least squares: fixed part (minutes) and slope (minutes per kilometre)."""
    count = len(points)
    mean_x, mean_y = Fraction(sum(x for x, _ in points), count), Fraction(sum(y for _, y in points), count)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
    return mean_y - slope * mean_x, slope


@both_languages
def test_the_line_and_its_forecasts(language: str) -> None:
    _, body = read_lesson(LESSONS[1], language)
    deliveries, shown = tables(body)
    fixed, slope = fit([(int(x), int(y)) for x, y in deliveries])
    assert (fixed, slope) == (10, 2)
    for kilometres in (7, 10, 60):
        assert f"10 + 2 × {kilometres} = {fixed + slope * kilometres} min" in body
    assert f"130 − 45 = {fixed + slope * 60 - 45} min" in body
    assert all(int(row[2]) == fixed + slope * int(row[0]) for row in shown)
    assert [row[:2] for row in shown[:5]] == deliveries


@both_languages
def test_the_first_try_of_the_line_is_seven_minutes_out(language: str) -> None:
    _, body = read_lesson(LESSONS[1], language)
    deliveries = [(int(x), int(y)) for x, y in tables(body)[0]]
    tried = [12 + Fraction(3, 2) * x for x, _ in deliveries]
    gaps = [abs(guess - y) for guess, (_, y) in zip(tried, deliveries, strict=True)]
    joined = " et " if language == "fr" else " and "
    for values in (tried, gaps):
        assert ", ".join(map(str, values[:-1])) + joined + str(values[-1]) in body
    assert sum(gaps) == 7


@both_languages
def test_the_points_are_drawn_where_the_data_are(language: str) -> None:
    drawing = ElementTree.parse(COURSE / "media" / f"cinq-livraisons.{language}.svg")
    circles = [node for node in drawing.iter() if node.tag.endswith("circle")]
    deliveries, _ = tables(read_lesson(LESSONS[1], language)[1])
    drawn = [(float(c.get("cx", "")), float(c.get("cy", ""))) for c in circles]
    expected = [(36 + 272 * int(x) / 14, 204 - 4.6 * int(y)) for x, y in deliveries]
    assert [pytest.approx(point, abs=0.1) for point in expected] == drawn


# lesson 3: the next word

TEXT = {
    "fr": {
        "start": "le",
        "sentence": "la cliente paie le devis",
        "share": Fraction(1, 36),
        "shown": "1/36, soit 2,8 %",
    },
    "en": {
        "start": "the",
        "sentence": "the customer pays the quote",
        "share": Fraction(1, 50),
        "shown": "2/100, or 2%",
    },
}


def corpus(language: str) -> list[list[str]]:
    _, body = read_lesson(LESSONS[2], language)
    return [line.split() for line in re.findall(r"^> (.*)\.$", body, re.MULTILINE)]


def followers(language: str) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for sentence in corpus(language):
        for word, after in zip(sentence, [*sentence[1:], "."], strict=True):
            counts.setdefault(word, Counter())[after] += 1
    return counts


@both_languages
def test_the_table_of_counts_is_the_count_of_the_corpus(language: str) -> None:
    table = tables(read_lesson(LESSONS[2], language)[1])[0]
    assert len(corpus(language)) == 5
    for word, cell in table:
        shown = {after: int(count) for after, count in (pair.split() for pair in cell.split(", "))}
        assert shown == dict(followers(language)[word])


@both_languages
def test_the_shares_of_the_next_word(language: str) -> None:
    _, body = read_lesson(LESSONS[2], language)
    counts = followers(language)[TEXT[language]["start"]]
    total = counts.total()
    rows = tables(body)[1]
    percent = " %" if language == "fr" else "%"
    for word, cases, share in rows[:-1]:
        assert int(cases) == counts[word]
        assert share == f"{round(100 * counts[word] / total)}{percent}"
    assert rows[-1][1:] == [str(total), f"100{percent}"]
    drawing = (COURSE / "media" / f"mot-suivant.{language}.svg").read_text(encoding="utf-8")
    widths = [float(width) for width in re.findall(r'width="([\d.]+)"', drawing)]
    assert widths == pytest.approx([widths[0] * counts[row[0]] / counts[rows[0][0]] for row in rows[:-1]], abs=0.1)


@both_languages
def test_the_new_sentence_is_absent_from_the_corpus(language: str) -> None:
    _, body = read_lesson(LESSONS[2], language)
    case = TEXT[language]
    words = case["sentence"].split()
    assert words not in corpus(language)
    share = Fraction(1)
    for word, after in zip(words, [*words[1:], "."], strict=True):
        share *= Fraction(followers(language)[word][after], followers(language)[word].total())
    assert share == case["share"]
    assert case["shown"] in body
    assert round(float(100 * share), 1) == float(re.findall(r"[\d,]+(?= ?%)", case["shown"])[0].replace(",", "."))


# lesson 4: why wrong sounds right


@both_languages
def test_the_products_of_the_last_lesson(language: str) -> None:
    _, body = read_lesson(LESSONS[3], language)
    products = re.findall(r"(\d+) × (\d+) = €?(\d+)", body)
    assert products
    assert all(int(a) * int(b) == int(c) for a, b, c in products)


# figures

ELEMENTS = re.compile(r"svg|g|path|line|polyline|polygon|rect|circle|ellipse|text|tspan|title|desc")
ATTRIBUTES = re.compile(
    r"class|viewBox|[xy][12]?|c[xy]|r[xy]?|width|height|d|points|transform|text-anchor|dominant-baseline"
    r"|role|aria-label(ledby)?|id|font-size|stroke-width|stroke-dasharray"
)


@every_lesson
@both_languages
def test_each_lesson_has_one_figure_of_the_allowed_drawing_elements(lesson: str, language: str) -> None:
    _, body = read_lesson(lesson, language)
    (name,) = re.findall(r"^!\[.+\]\((media/\S+\.svg) \".+\"\)$", body, re.MULTILINE)
    assert name.endswith(f".{language}.svg")
    for node in ElementTree.parse(COURSE / name).iter():
        assert ELEMENTS.fullmatch(node.tag)
        assert all(ATTRIBUTES.fullmatch(name) for name in node.attrib)
