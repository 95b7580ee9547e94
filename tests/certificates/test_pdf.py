"""The page: whole texts inside their boxes, readable by machines, the credential inside, the same bytes twice."""

import logging
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certificates.errors import RenderingError
from certificates.page import CertificatePage, fill, group, qr_svg
from certificates.pdf import _fetcher, render
from certificates.signing import serialise
from certificates.wording import ENGLISH, FRENCH, WORDINGS, attempt_text, date_text
from tests.certificates.builders import DESIGN, NOW, page, signed
from tests.certificates.tools import Word, need, words_of

CREDENTIAL = serialise(signed())
LONG_NAME = "Marie-Hélène Wilhelmine de la Rochefoucauld-Montmorency-Lav."
LONG_TITLE = (
    "Concevoir, entraîner, évaluer et mettre en production un modèle d’apprentissage profond "
    "pour la vision par ordinateurs"
)
MANY_SKILLS = tuple(f"interpréter les résultats d’un modèle de type {number}" for number in range(1, 13))

# Where words may be, in millimetres: left, top, right, bottom.
ZONES = {
    "span": [
        (16.5, 13, 169, 29),  # issuer
        (178, 13, 280, 25),  # kind
        (16.5, 26, 280, 59.5),  # name
        (17, 58.5, 280, 67.5),  # what is said of it
        (16.5, 65.5, 280, 82),  # title
        (17, 80, 280, 104),  # skills and exam
        (17, 138, 280, 150),  # tiers
        (17, 177, 81, 203),  # dates
        (82, 177, 146, 203),  # signatory
        (147.5, 177, 248, 203),  # how to verify
    ],
    "classic": [
        (38, 27, 259, 43),
        (38, 45, 259, 64),
        (38, 65, 259, 73),
        (28, 69, 269, 92),
        (38, 91.5, 259, 101),
        (38, 99, 259, 115),
        (38, 113, 259, 135),
        (25, 156, 111, 175),
        (25, 173, 111, 190),
        (177, 156, 244, 192),
    ],
}


def drawn(style: Any = "span", language: str = "fr", **changes: Any) -> bytes:
    """The page of the test certificate, changed."""
    return render(sheet(style, **changes), credential_bytes=CREDENTIAL, language=language, created=NOW)


def sheet(style: Any = "span", **changes: Any) -> CertificatePage:
    """The page of the test certificate in this style; fields of its design are changed by their own names."""
    design = {name: changes.pop(name) for name in DESIGN.__slots__ if name in changes}
    return page(design=replace(DESIGN, style=style, **design), **changes)


def check_words(words: list[Word], style: str) -> None:
    """Every word lies whole in a zone, and none on another."""
    for word in words:
        assert any(
            left <= word.left and word.right <= right and top <= word.top and word.bottom <= bottom
            for left, top, right, bottom in ZONES[style]
        ), f"{word} leaves its box"
    for index, word in enumerate(words):
        for other in words[index + 1 :]:
            assert not word.overlaps(other), f"{word} lies on {other}"


def letters(text: str) -> str:
    """The text without spaces and hyphens, which depend on where lines break."""
    return "".join(character for character in text if character.isalnum())


class TestFit:
    @pytest.mark.parametrize("style", ["span", "classic"])
    @pytest.mark.parametrize("language", ["fr", "en"])
    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"holder": "Lê"},
            {"holder": LONG_NAME, "achievement": LONG_TITLE, "skills": MANY_SKILLS, "tier": 4},
            {"holder": "M" * 60, "achievement": "W" * 120},
            {"holder": "W" * 200, "achievement": "Mm " * 66},
            {"skills": MANY_SKILLS * 5},
            {"skills": ()},
            {"issuer_name": "École supérieure d’ingénierie numérique de la Loire-Atlantique et du Morbihan" * 2},
            {"signatory_name": LONG_NAME, "signatory_role": "directrice pédagogique et de la recherche appliquée"},
            {"verification_url": "https://un-sous-domaine.vraiment-tres-long.certificats.ecole.example/verify/X?k=1"},
            {"expires": None, "issued": date(2026, 3, 1), "tier": 1},
            {"verification_url": "http://localhost:8000/verify/4T9XK2MBV7QPR6HWD3N8ZC5JAY"},
        ],
        ids=[
            "plain",
            "short",
            "long",
            "wide",
            "widest",
            "60-skills",
            "no-skill",
            "issuer",
            "signatory",
            "host",
            "no-end",
            "local",
        ],
    )
    def test_every_text_is_whole_and_in_its_box(
        self, changes: dict[str, Any], language: str, style: str, tmp_path: Path
    ) -> None:
        words = words_of(drawn(style, language, **changes), tmp_path)
        check_words(words, style)
        text = letters("".join(word.text for word in words))
        expected = sheet(style, **changes)
        for whole in (
            expected.holder,
            expected.achievement,
            expected.issuer_name,
            expected.design.signatory_name,
            expected.public_id,
        ):
            assert letters(whole) in text

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        holder=st.text("abcdefghijWMÉÀ' -’", min_size=1, max_size=200).filter(str.strip),
        title=st.text("abcdefghijWMÉÀ' -’:,", min_size=1, max_size=200).filter(str.strip),
        skills=st.lists(st.text("abcdeWM é-", min_size=1, max_size=80).filter(str.strip), max_size=20),
    )
    def test_whatever_the_text(self, holder: str, title: str, skills: list[str], tmp_path: Path) -> None:
        check_words(words_of(drawn(holder=holder, achievement=title, skills=tuple(skills)), tmp_path), "span")

    def test_sixty_skills_say_how_many_are_left(self, tmp_path: Path) -> None:
        text = " ".join(word.text for word in words_of(drawn(skills=MANY_SKILLS * 5), tmp_path))
        assert "autres, dans la preuve jointe." in text

    def test_signs_of_other_alphabets_are_drawn(self, tmp_path: Path) -> None:
        name = "Юлия Ελένη Nguyễn Thị Ánh Łukasz"
        assert letters("".join(word.text for word in words_of(drawn(holder=name), tmp_path))).count(letters(name)) == 1

    def test_a_sign_no_font_has_is_said_rather_than_drawn_as_a_box(self) -> None:
        with pytest.raises(RenderingError, match="font"):
            drawn(holder="Ada \U0010fffd")

    @pytest.mark.parametrize("name", ["", "Les Deux Rives"])
    def test_an_issuer_may_sign_for_itself(self, name: str, tmp_path: Path) -> None:
        words = words_of(drawn(signatory_name=name, signatory_role=""), tmp_path)
        check_words(words, "span")
        text = " ".join(word.text for word in words)
        assert "Les Deux Rives Signé électroniquement" in text
        assert "Signé pour" not in text

    def test_the_number_is_typed_where_the_link_leads(self, tmp_path: Path) -> None:
        url = "https://ecole.example/passerelle/verify/4T9XK2MBV7QPR6HWD3N8ZC5JAY?k=secret"
        texts = [word.text for word in words_of(drawn(verification_url=url), tmp_path)]
        assert "ecole.example/passerelle/verify" in texts
        assert not any("secret" in text for text in texts)

    def test_one_page(self) -> None:
        with pikepdf.open(BytesIO(drawn(holder=LONG_NAME, achievement=LONG_TITLE, skills=MANY_SKILLS))) as pdf:
            assert len(pdf.pages) == 1
            assert [round(float(side)) for side in pdf.pages[0].mediabox] == [0, 0, 842, 595]


class TestProof:
    def test_the_credential_is_inside_byte_for_byte(self) -> None:
        with pikepdf.open(BytesIO(drawn())) as pdf:
            attachment = pdf.attachments["credential.json"]
            assert attachment.get_file().read_bytes() == CREDENTIAL
            assert attachment.obj.AFRelationship == "/Data"
            assert len(pdf.Root.AF) == 1

    def test_other_programs_take_it_out(self, tmp_path: Path) -> None:
        (tmp_path / "page.pdf").write_bytes(drawn())
        command = [need("pdfdetach"), "-save", "1", "-o", str(tmp_path / "out.json"), str(tmp_path / "page.pdf")]
        subprocess.run(command, check=True)
        assert (tmp_path / "out.json").read_bytes() == CREDENTIAL

    def test_the_file_is_sound(self, tmp_path: Path) -> None:
        (tmp_path / "page.pdf").write_bytes(drawn())
        subprocess.run([need("qpdf"), "--check", str(tmp_path / "page.pdf")], check=True, capture_output=True)

    def test_the_same_bytes_twice_and_elsewhere(self) -> None:
        first = drawn(holder=LONG_NAME)
        drawn(holder="Someone Else", language="en", style="classic")
        assert drawn(holder=LONG_NAME) == first
        code = (
            "import sys; from tests.certificates.test_pdf import drawn, LONG_NAME;"
            "sys.stdout.buffer.write(drawn(holder=LONG_NAME))"
        )
        again = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=Path.cwd())
        assert again.stdout == first


class TestAccess:
    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_language_title_and_structure(self, language: str) -> None:
        with pikepdf.open(BytesIO(drawn(language=language))) as pdf:
            assert pdf.Root.Lang == language
            assert pdf.Root.MarkInfo.Marked
            assert pdf.Root.ViewerPreferences.DisplayDocTitle
            assert str(pdf.docinfo.Title).endswith("Évaluer un modèle de classification, Claire Fontanel")
            with pdf.open_metadata() as metadata:
                assert metadata.pdfa_status == "3A"
                assert metadata["pdfuaid:part"] == "1"
                assert metadata["dc:title"] == str(pdf.docinfo.Title)

    @pytest.mark.parametrize("style", ["span", "classic"])
    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_every_picture_is_described(self, language: str, style: str) -> None:
        with pikepdf.open(BytesIO(drawn(style, language, tier=3))) as pdf:
            figures = [
                node for node in pdf.objects if isinstance(node, pikepdf.Dictionary) and node.get("/S") == "/Figure"
            ]
            texts = {str(figure.Alt) for figure in figures}
        wording = WORDINGS[language]
        expected = {wording.qr, wording.art[2]} if style == "span" else {wording.qr, wording.frame, wording.seal[2]}
        assert texts == expected

    def test_the_link_carries_the_key(self) -> None:
        with pikepdf.open(BytesIO(drawn())) as pdf:
            links = [str(annotation.A.URI) for annotation in pdf.pages[0].Annots]
        assert links == [page().verification_url]

    def test_fonts_are_embedded_in_part(self) -> None:
        with pikepdf.open(BytesIO(drawn())) as pdf:
            fonts = [node for node in pdf.objects if isinstance(node, pikepdf.Dictionary) and "/FontFile3" in node]
            assert 3 <= len(fonts) <= 5
            assert all("Certificate" in str(font.FontName) for font in fonts)
            assert all(len(font.FontFile3.read_raw_bytes()) < 20_000 for font in fonts)

    def test_nothing_is_left_to_warn_about(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.WARNING):
            drawn()
            drawn("classic")
        assert caplog.records == []


HOSTILE = [
    '<img src="http://evil.example/x.png">',
    "</title><link rel=stylesheet href=http://evil.example/x.css>",
    '"><script src=http://evil.example></script>',
    "<style>@import url(http://evil.example)</style>",
    "url(file:///etc/passwd)",
    "{{ issuer_name }} {{7*7}} ${x} {0.__class__} %(x)s",
    "&lt;b&gt; &amp; &#x41;",
]


class TestHostileTexts:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_are_printed_as_they_are(self, text: str, tmp_path: Path) -> None:
        words = words_of(drawn(holder=text, issuer_line=text, skills=(text,)), tmp_path)
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


class TestWords:
    def test_dates(self) -> None:
        assert date_text(FRENCH, date(2026, 11, 18)) == "18\u00a0novembre 2026"
        assert date_text(FRENCH, date(2026, 3, 1)) == "1er\u00a0mars 2026"
        assert date_text(ENGLISH, date(2026, 3, 1)) == "1\u00a0March 2026"

    def test_attempts(self) -> None:
        assert attempt_text(FRENCH, 1) == "première tentative"
        assert attempt_text(FRENCH, 12) == "12e\u00a0tentative"
        assert attempt_text(ENGLISH, 4) == "attempt\u00a04"

    def test_the_number_is_grouped_by_four(self) -> None:
        assert group("4T9XK2MBV7QPR6HWD3N8ZC5JAY") == "4T9X K2MB V7QP R6HW D3N8 ZC5J AY"

    def test_both_languages_say_as_much(self) -> None:
        assert FRENCH.tiers != ENGLISH.tiers
        assert len(FRENCH.months) == len(ENGLISH.months) == 12

    @pytest.mark.parametrize(
        ("language", "style", "tier"), [("de", "span", 1), ("fr", "baroque", 1), ("fr", "span", 5)]
    )
    def test_refuses_what_it_cannot_draw(self, language: str, style: str, tier: int) -> None:
        with pytest.raises(RenderingError):
            drawn(style, language, tier=tier)


def test_the_qr_code_is_one_path_of_24_mm() -> None:
    drawing = qr_svg(page().verification_url)
    assert drawing.count("<path") == 1
    assert 'width="24mm" height="24mm"' in drawing


def test_the_qr_code_says_the_address() -> None:
    import segno

    matrix = segno.make(page().verification_url, error="m", micro=False).matrix
    strokes = re.findall(r"M(\d+) (\d+)\.5h(\d+)", qr_svg(page().verification_url))
    drawn_modules = {(int(x) + step, int(y)) for x, y, length in strokes for step in range(int(length))}
    assert drawn_modules == {(x, y) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark}
