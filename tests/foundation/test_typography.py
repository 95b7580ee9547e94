"""Typography: the rules of both languages, idempotence, code left alone, numbers."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.typography import format_number, format_percent, typeset, typeset_html

FRENCH = [
    ("Vraiment ? Oui ! Bien ;", "Vraiment\u202f? Oui\u202f! Bien\u202f;"),
    ("Trois choses : une", "Trois choses\u00a0: une"),
    ("à 14:32:07", "à 14:32:07"),
    ("à 14 h 32", "à 14\u00a0h\u00a032"),
    ("« bon »", "«\u00a0bon\u00a0»"),
    ("«bon»", "«\u00a0bon\u00a0»"),
    ('Il dit "bon".', "Il dit «\u00a0bon\u00a0»."),
    ("L'IA n'est pas...", "L’IA n’est pas…"),
    ("1 234 567 courriels", "1\u202f234\u202f567\u00a0courriels"),
    ("en 2026 100 personnes", "en 2026 100\u00a0personnes"),
    ("97 % ou 97%", "97\u202f% ou 97\u202f%"),
    ("12,50 €", "12,50\u00a0€"),
    ("Sur quoi se fonde-t-il", "Sur quoi se fonde\u2011t\u2011il"),
    ("Saint-Nazaire, Sainte-Luce", "Saint\u2011Nazaire, Sainte\u2011Luce"),
    ("ci-dessous, celui-ci", "ci\u2011dessous, celui-ci"),
    ("page 3, n° 5", "page\u00a03, n°\u00a05"),
    ("https://exemple.fr/?a=1;b", "https://exemple.fr/?a=1;b"),
    ("un sourire :)", "un sourire :)"),
]
ENGLISH = [
    ('It\'s "here"...', "It’s “here”…"),
    ("He said 'yes' twice", "He said ‘yes’ twice"),
    ("the learners' room", "the learners’ room"),
    ('("so")', "(“so”)"),
    ("86% ; 1 234", "86% ; 1 234"),
]


@pytest.mark.parametrize(("given_text", "printed"), FRENCH)
def test_french(given_text: str, printed: str) -> None:
    assert typeset(given_text, "fr") == printed


@pytest.mark.parametrize(("given_text", "printed"), ENGLISH)
def test_english(given_text: str, printed: str) -> None:
    assert typeset(given_text, "en") == printed


TRICKY = st.text(alphabet=" \n\u00a0\u202f'\"«»“”;:!?.%€°…0123456789hnsabxé,<>&-", max_size=60)


@given(TRICKY | st.text(), st.sampled_from(["fr", "en"]))
def test_setting_twice_changes_nothing_more(text: str, language: str) -> None:
    once = typeset(text, language)
    assert typeset(once, language) == once


MARKS = ["<p>", "</p>", "<em>", "</em>", "<br>", "<code>", "</code>", '<i lang="en">', "</i>", "&amp;", "&quot;"]
PIECES = st.lists(
    st.sampled_from(MARKS) | TRICKY.map(lambda text: text.replace("<", "").replace(">", "").replace("&", "")),
    max_size=12,
)


@given(PIECES, st.sampled_from(["fr", "en"]))
def test_html_keeps_its_tags_and_sets_once(pieces: list[str], language: str) -> None:
    html = "".join(pieces)
    once = typeset_html(html, language)
    assert typeset_html(once, language) == once
    assert [p for p in pieces if p.startswith("<")] == [f"<{tag.partition('>')[0]}>" for tag in once.split("<")[1:]]


def test_a_drawing_leaves_code_alone() -> None:
    drawn = '<svg><text class="t code" x="1">x = "a" ;</text><text class="t barcode">l\'un "deux"</text></svg>'
    assert typeset_html(drawn, "en") == drawn.replace("'", "’").replace('"deux"', "“deux”")


def test_html_leaves_code_alone() -> None:
    html = '<p>C\'est <code>x = "a" ;</code> !</p><pre>l\'un ? "deux"</pre>'
    assert typeset_html(html, "fr") == '<p>C’est <code>x = "a" ;</code>\u202f!</p><pre>l\'un ? "deux"</pre>'


def test_html_leaves_attributes_alone() -> None:
    html = '<a title="l\'un ?" href="/a?b=1">oui ?</a>'
    assert typeset_html(html, "fr") == '<a title="l\'un ?" href="/a?b=1">oui\u202f?</a>'


def test_html_quotes_look_across_inline_tags_and_start_again_in_blocks() -> None:
    html = "<p>&quot;<em>Oui</em>&quot;</p><p>&quot;Non&quot;</p>"
    assert typeset_html(html, "fr") == "<p>«\u00a0<em>Oui</em>\u00a0»</p><p>«\u00a0Non\u00a0»</p>"


def test_html_passage_in_another_language() -> None:
    html = '<p>Le mot <span lang="en">"recall"</span> ?</p>'
    assert typeset_html(html, "fr") == '<p>Le mot <span lang="en">“recall”</span>\u202f?</p>'


def test_html_keeps_what_was_escaped() -> None:
    assert typeset_html("<p>1 &lt; 2 &amp;&amp; 3</p>", "fr") == "<p>1 &lt; 2 &amp;&amp; 3</p>"


@pytest.mark.parametrize(
    ("value", "digits", "french", "english"),
    [
        (1234.5, None, "1\u202f234,5", "1,234.5"),
        (1234567, None, "1\u202f234\u202f567", "1,234,567"),
        (-0.14, None, "\u22120,14", "\u22120.14"),
        (0.125, 2, "0,13", "0.13"),
        (-0.001, 1, "0,0", "0.0"),
        (Decimal("12.50"), 2, "12,50", "12.50"),
        (1e21, None, "1" + "\u202f000" * 7, "1" + ",000" * 7),
        (999.999, 0, "1\u202f000", "1,000"),
    ],
)
def test_numbers(value: float | Decimal, digits: int | None, french: str, english: str) -> None:
    assert format_number(value, "fr", digits) == french
    assert format_number(value, "en", digits) == english


def test_percent() -> None:
    assert format_percent(86, "fr") == "86\u202f%"
    assert format_percent(86, "en") == "86%"
    assert format_percent(69.94, "fr", 1) == "69,9\u202f%"
