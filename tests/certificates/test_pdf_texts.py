"""Texts from strangers on the page: names in every script, and texts that would be more than texts."""

from io import BytesIO
from itertools import cycle
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certificates.errors import RenderingError
from certificates.markup import fill
from certificates.pdf import _fetcher
from tests.certificates.builders import page
from tests.certificates.sheets import STYLES, check_words, drawn, letters
from tests.certificates.tools import words_of

# Names of people and things that look like names: drawn whole, or refused with a sentence.
UNUSUAL = {
    "greek, cyrillic, vietnamese": "Юлия Ελένη Nguyễn Thị Ánh Łukasz",
    "decomposed": "E\u0301lodie Nguye\u0302\u0303n",
    "hebrew": "שָׁלוֹם כהן",
    "arabic": "مُحَمَّد الفرنسي",
    "one wide ligature": "\ufdfd " * 6,
    "devanagari": "अदिति शर्मा",
    "han": "山田太郎",
    "hangul": "김민준",
    "georgian": "ნინო",
    "amharic": "አበበ",
    "emoji": "Ada \U0001f600",
    "family of emoji": "Ada \U0001f469\u200d\U0001f469\u200d\U0001f467",
    "flag": "Ada \U0001f1eb\U0001f1f7",
    "tifinagh": "ⵣⵉⵔⵉ",
    "joiner": "Ne\u200dla\u200c Ka\u00adya",
    "wide spaces": "Ada\u2003\u2003\u3000Lovelace",
    "rare plane": "\U0001d504\U0001d521\U0001d51e \U00013000",
    "marks": "A" + "\u0301" * 4,
    "ligatures": "ﬃﬄ Ǆ ĳ",
    "no break": "A\u00a0" * 80,
    "quotes": "O’Brien-d'Arc “x” «y»",
}
REFUSED = {
    "zalgo": "A" + "\u0301" * 40,
    "turned": "Ada \u202eecalevoL",
    "isolated": "Ada \u2067x\u2069",
    "nothing": "\u200b\u200d",
    "spaces": " \u00a0\u2003",
    "empty": "",
    "control": "Ada\x00Lovelace",
    "new line": "Ada\nLovelace",
    "line separator": "Ada\u2028Lovelace",
    "half a sign": "Ada \ud83d",
    "private": "Ada \ue000",
    "no such sign": "Ada \U0010fffd",
    "too long": "Ada " * 300,
}


def check_drawn_or_refused(name: str, style: str, folder: Path) -> None:
    """The page with this name is whole, with the name in its title, or there is none and a sentence says why."""
    try:
        pdf = drawn(style, holder=name)
    except RenderingError as error:
        assert str(error).endswith(".")
        return
    check_words(words_of(pdf, folder), style)
    with pikepdf.open(BytesIO(pdf)) as document:
        assert str(document.docinfo.Title).endswith(name.strip(" "))
        assert len(document.pages) == 1


class TestUnusualNames:
    @pytest.mark.parametrize(
        ("name", "style"), list(zip(UNUSUAL.values(), cycle(STYLES), strict=False)), ids=list(UNUSUAL)
    )
    def test_are_drawn_whole_or_refused(self, name: str, style: str, tmp_path: Path) -> None:
        check_drawn_or_refused(name, style, tmp_path)

    @pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
    def test_are_refused_with_a_sentence(self, text: str) -> None:
        for place in ("holder", "achievement"):
            with pytest.raises(RenderingError, match=r"\.$"):
                drawn("span", **{place: text})

    def test_signs_of_other_alphabets_are_drawn(self, tmp_path: Path) -> None:
        name = UNUSUAL["greek, cyrillic, vietnamese"]
        assert letters("".join(word.text for word in words_of(drawn(holder=name), tmp_path))).count(letters(name)) == 1

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(name=st.text(min_size=1, max_size=60), style=st.sampled_from(STYLES))
    def test_whatever_is_typed(self, name: str, style: str, tmp_path: Path) -> None:
        check_drawn_or_refused(name, style, tmp_path)


HOSTILE = [
    '<img src="http://evil.example/x.png">',
    "</title><link rel=stylesheet href=http://evil.example/x.css>",
    '"><script src=http://evil.example></script>',
    "<style>@import url(http://evil.example)</style>",
    "url(file:///etc/passwd)",
    "{{ issuer_name }} {{7*7}} ${x} {0.__class__} %(x)s",
    "<b>Ada</b>",
    "{{ 7*7 }}",
    "&lt;b&gt; &amp; &#x41;",
]


class TestHostileTexts:
    @pytest.mark.parametrize(("text", "style"), list(zip(HOSTILE, cycle(STYLES), strict=False)))
    def test_are_printed_as_they_are(self, text: str, style: str, tmp_path: Path) -> None:
        words = words_of(drawn(style, holder=text, issuer_line=text, signatory_role=text), tmp_path)
        drawn_text = "".join(word.text for word in words)
        assert drawn_text.count("".join(text.split())) == 3

    @pytest.mark.parametrize(
        "url",
        [
            "http://evil.example/",
            "https://evil.example/",
            "file:///etc/passwd",
            "ftp://evil.example/",
            "font:../../../etc/passwd",
            "font:/etc/passwd",
            "font:Unknown-Regular.otf",
            "FILE:///etc/passwd",
            "relative.png",
        ],
    )
    def test_nothing_is_fetched(self, url: str) -> None:
        from weasyprint.urls import FatalURLFetchingError

        with pytest.raises(FatalURLFetchingError):
            _fetcher().fetch(url)

    def test_the_verification_address_is_a_web_address(self) -> None:
        for url in ("javascript:alert(1)", "file:///etc/passwd", "", "//evil.example"):
            with pytest.raises(RenderingError):
                page(verification_url=url)

    def test_placeholders_are_replaced_once(self) -> None:
        assert fill("{{ a }} {{ b }}", {"a": "{{ b }}", "b": "<"}) == "{{ b }} &lt;"
