"""Lessons: their blocks, their HTML as drawn, their length, and no exception whatever the text."""

# ruff: noqa: E501 -- planted text keeps its own lines

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from app.authoring.figures import read_figure
from app.authoring.lessons import (
    Container,
    Picture,
    Prose,
    QuestionPlace,
    blocks,
    parse_body,
    reading_minutes,
    word_count,
)
from app.authoring.report import Report
from app.authoring.tree import LessonText
from app.foundation.markdown import clean
from tests.authoring.planted import FILES


def lesson(body: str, language: str = "fr") -> LessonText:
    return LessonText(language, "Titre", 10, (), (), date(2027, 5, 31), body, "l.md", 1)


def html(body: str, language: str = "fr") -> str:
    data = FILES["media/droite.fr.svg"].encode()
    figure = read_figure(data, "media/droite.fr.svg", Report())
    assert figure is not None
    found = blocks(lesson(body, language), {"media/droite.fr.svg": figure})
    return "".join(block.get("html", "[question]") for block in found)


def problems(body: str) -> list[str]:
    report = Report()
    parse_body(body, "l.md", report)
    return [f"{finding.line} {finding.code}" for finding in report.findings()]


def test_questions_cut_the_lesson_into_blocks() -> None:
    found = blocks(lesson("Un.\n\n{{question: q-1}}\n\nDeux.\n{{ question: q-2 }}\n"), {})
    assert found == [
        {"kind": "html", "html": "<p>Un.</p>\n"},
        {"kind": "question", "id": "q-1"},
        {"kind": "html", "html": "<p>Deux.</p>\n"},
        {"kind": "question", "id": "q-2"},
    ]


def test_worked_example_as_drawn() -> None:
    written = html(
        "::: worked Le filtre de Nadia\nLe filtre a écarté 40 courriels.\n\n#### Compter\n30 courriels.\n\n#### Diviser\n30 ÷ 40.\n:::"
    )
    opening = '<details class="step"><summary data-open="montrer" data-close="replier">'
    assert written.replace("\n", "") == (
        '<section class="worked" aria-labelledby="part-le-filtre-de-nadia">'
        '<h3 id="part-le-filtre-de-nadia">Exemple résolu\u00a0: Le filtre de Nadia</h3>'
        "<p>Le filtre a écarté 40\u00a0courriels.</p>"
        f"{opening}<span>Compter</span></summary><div><p>30\u00a0courriels.</p></div></details>"
        f"{opening}<span>Diviser</span></summary><div><p>30 ÷ 40.</p></div></details></section>"
    )


def test_callouts_have_their_label_in_the_language_of_the_lesson() -> None:
    assert '<div class="callout"><p class="label">À retenir</p><p>Ceci.</p>' in html("::: keep\nCeci.\n:::")
    assert '<div class="callout care"><p class="label">Take care</p>' in html("::: care\nThis.\n:::", "en")
    assert '<div class="callout deeper"><p class="label">Un mot</p>' in html("::: deeper Un mot\nCeci.\n:::")


def test_a_dated_fact_says_when_and_from_where() -> None:
    written = html('::: dated checked=2026-11 source="Règlement (UE) 2024/1689, article 50"\nUn fait.\n:::')
    assert "<p>Un fait.</p>" in written
    assert (
        '<p class="note-s">Vérifié en novembre 2026. Source\u00a0: Règlement (UE) 2024/1689, article 50</p>' in written
    )


def test_figures_are_inlined_with_their_alternative() -> None:
    written = html('![Droite de "0" à 10 <km>](media/droite.fr.svg "Une *droite*.")')
    assert (
        '<figure class="drawn"><svg viewBox="0 0 100 50" role="img" aria-label="Droite de &quot;0&quot; à 10 &lt;km&gt;">'
        in written.replace("<km>", "&lt;km&gt;")
    )
    assert "<figcaption>Une <em>droite</em>.</figcaption></figure>" in written


def test_tables_and_code_can_be_scrolled_with_the_keyboard() -> None:
    written = html(
        "::: data Les données\n| a | b |\n|---|--:|\n| 1 | 2 |\n:::\n\n```python\nprint(1 < 2)\n```\n\n```output\nTrue\n```"
    )
    assert (
        '<details class="data"><summary>Les données</summary><div class="scroll" tabindex="0" role="group" aria-label="Tableau (a, b)"'
        in written
    )
    assert '<table class="table">' in written
    assert '<th scope="col" class="r">b</th>' in written or '<th class="r" scope="col">b</th>' in written
    assert (
        '<pre tabindex="0" role="group" aria-label="Exemple en Python"><code>print(1 &lt; 2)\n</code></pre>' in written
    )
    assert 'aria-label="Résultat affiché"' in written


def test_headings_have_unique_ids_and_never_the_level_of_the_page() -> None:
    written = html("# Lire\n\ntexte\n\n## Lire\n\n{{question: q}}\n\n### Lire\n\n[voir](#lire)")
    assert '<h2 id="part-lire">' in written
    assert '<h2 id="part-lire-2">' in written
    assert '<h3 id="part-lire-3">' in written
    assert 'href="#part-lire"' in written
    assert "<h1" not in written


def test_lines_of_code_are_never_taken_for_blocks() -> None:
    parts = parse_body("```\n::: keep\n{{question: q}}\n:::\n```\n", "l.md", Report())
    assert [type(part) for part in parts] == [Prose]
    assert problems("```\n:::\n```") == []


def test_what_is_wrong_in_a_body_has_its_line() -> None:
    assert problems("a\n\n:::\n") == ["3 E001"]
    assert problems("a\n::: keep\nb\n") == ["2 E001"]
    assert problems("::: kepp\nb\n:::") == ["1 E120"]
    assert problems("::::\n") == ["1 E001"]
    assert problems(":::keep\n") == ["1 E001"]
    assert problems("::: keep\n{{question: q}}\n:::") == ["2 E001"]
    assert problems("::: keep\n" * 6 + ":::\n" * 6)[0].endswith("E005")


def test_a_table_may_fold_inside_a_step() -> None:
    (part,) = parse_body("::: worked T\n#### Un\n::: data D\n| a |\n|---|\n| 1 |\n:::\n:::", "l.md", Report())
    assert isinstance(part, Container)
    assert [type(inner).__name__ for inner in part.parts] == ["Goal", "Container"]


def test_parts_know_their_line() -> None:
    parts = parse_body("a\n\n![x](media/a.svg)\n\n{{question: q}}\n", "l.md", Report(), first_line=10)
    assert [(type(part), part.line) for part in parts] == [(Prose, 10), (Picture, 12), (QuestionPlace, 14)]


def test_minutes_are_words_examples_questions_and_programs() -> None:
    body = (
        "mot " * 180
        + "\n\n::: worked T\n#### Un\ndeux\n:::\n\n{{question: q}}\n\n```python\nx = 1\n```\n\n```python norun\ny\n```\n"
    )
    parts = parse_body(body, "l.md", Report())
    assert word_count(parts) == 182
    assert reading_minutes(parts) == 11  # 182/180 + 3 + 2 + 4 = 10.01, rounded up


def test_code_tables_and_addresses_are_not_words_to_read() -> None:
    body = "Un [lien](https://example.org/a-b-c) et `du code`.\n\n| a | b |\n|---|---|\n| c | d |\n\n```\nx y z\n```\n"
    assert word_count(parse_body(body, "l.md", Report())) == 3


def test_blocks_pass_the_sanitiser_unchanged_when_they_come_back() -> None:
    for block in blocks(lesson(FILES["modules/10-bases/01-variables.fr.md"].split("---\n", 2)[2]), {}):
        if "html" in block:
            assert str(clean(block["html"])) == block["html"]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300) | st.text(":{}[]()!#`~|-<>&\"'\n akeworddat", max_size=200))
def test_any_text_is_a_lesson(body: str) -> None:
    parse_body(body, "l.md", Report())
    for block in blocks(lesson(body), {}):
        assert "<script" not in block.get("html", "")


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "::: worked T",
                "::: keep",
                "::: data",
                ":::",
                "#### g",
                "{{question: q}}",
                "```",
                "~~~~",
                "| a |",
                "",
                "mot",
                "![a](b.svg)",
                "# t",
                "- x",
            ]
        ),
        max_size=30,
    )
)
def test_any_order_of_lines_is_a_lesson(lines: list[str]) -> None:
    blocks(lesson("\n".join(lines)), {})
    parts = parse_body("\n".join(lines), "l.md", Report())
    assert reading_minutes(parts) >= 0
