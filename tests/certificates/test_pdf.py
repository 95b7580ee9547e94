"""The file: readable by machines and by everyone, the credential inside, the same bytes twice, nothing from outside."""

import logging
import re
import subprocess
import sys
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from certificates.errors import RenderingError
from certificates.pictures import qr_svg
from certificates.sealing import SealKey, seal
from certificates.texts import group
from certificates.wording import ENGLISH, FRENCH, WORDINGS, attempt_text, date_text
from tests.certificates.builders import NOW, page
from tests.certificates.sheets import CREDENTIAL, JWT, LONG_NAME, SPOKEN, STYLES, drawn
from tests.certificates.tools import logo, need

KEY = SealKey.generate("Les Deux Rives", NOW)


class TestProof:
    @pytest.mark.parametrize("sealed", [False, True], ids=["bare", "sealed"])
    def test_the_credential_is_inside_in_both_forms_byte_for_byte(self, sealed: bool) -> None:
        pdf = seal(drawn(), KEY, NOW) if sealed else drawn()
        with pikepdf.open(BytesIO(pdf)) as document:
            assert list(document.attachments) == ["credential.json", "credential.jwt"]
            for name, content in {"credential.json": CREDENTIAL, "credential.jwt": JWT.encode()}.items():
                attachment = document.attachments[name]
                assert attachment.get_file().read_bytes() == content
                assert attachment.obj.AFRelationship == "/Data"
                assert attachment.obj.EF.F.Subtype
            assert len(document.Root.AF) == 2

    def test_without_a_jwt_there_is_one_attachment(self) -> None:
        from certificates.pdf import render

        pdf = render(page(), credential_bytes=CREDENTIAL, language="fr", created=NOW)
        with pikepdf.open(BytesIO(pdf)) as document:
            assert list(document.attachments) == ["credential.json"]

    def test_a_jwt_is_ascii(self) -> None:
        from certificates.pdf import render

        with pytest.raises(RenderingError, match="JWT"):
            render(page(), credential_bytes=CREDENTIAL, language="fr", created=NOW, jwt="é.é.é")

    @pytest.mark.parametrize("sealed", [False, True], ids=["bare", "sealed"])
    def test_other_programs_take_them_out(self, sealed: bool, tmp_path: Path) -> None:
        (tmp_path / "page.pdf").write_bytes(seal(drawn(), KEY, NOW) if sealed else drawn())
        subprocess.run([need("pdfdetach"), "-saveall", "-o", str(tmp_path), str(tmp_path / "page.pdf")], check=True)
        assert (tmp_path / "credential.json").read_bytes() == CREDENTIAL
        assert (tmp_path / "credential.jwt").read_bytes() == JWT.encode()

    @pytest.mark.parametrize("style", STYLES)
    def test_the_file_is_sound(self, style: str, tmp_path: Path) -> None:
        bare = drawn(style, "fr+en", logo=logo(300, 300))
        for pdf in (bare, seal(bare, KEY, NOW)):
            (tmp_path / "page.pdf").write_bytes(pdf)
            subprocess.run([need("qpdf"), "--check", str(tmp_path / "page.pdf")], check=True, capture_output=True)

    def test_the_same_bytes_twice_and_elsewhere(self) -> None:
        changes: dict[str, Any] = {"holder": LONG_NAME, "logo": logo(300, 200)}
        first = drawn("classic", "fr+en", **changes)
        drawn("plain", "en", holder="Someone Else")
        assert drawn("classic", "fr+en", **changes) == first
        code = (
            "import sys; from tests.certificates.sheets import drawn, LONG_NAME;"
            "from tests.certificates.tools import logo;"
            "sys.stdout.buffer.write(drawn('classic', 'fr+en', holder=LONG_NAME, logo=logo(300, 200)))"
        )
        again = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=Path.cwd())
        assert again.stdout == first


def nodes(document: pikepdf.Pdf, kind: str) -> list[Any]:
    """The elements of this kind in the structure tree."""
    return [node for node in document.objects if isinstance(node, pikepdf.Dictionary) and node.get("/S") == kind]


def alternatives(style: str, tier: int, language: str, issuer: str | None) -> set[str]:
    """What the figures of a page say to those who do not see them."""
    wording = WORDINGS[language]
    art = {
        "span": {wording.art[tier - 1]},
        "classic": {wording.frame, wording.seal[tier - 1]},
        "plain": {wording.deck[tier - 1]},
    }
    return {wording.qr, *art[style], *({wording.logo.format(issuer=issuer)} if issuer else ())}


@pytest.fixture(params=["bare", "sealed"])
def finish(request: pytest.FixtureRequest) -> Any:
    """What is done to the page before it is looked at: nothing, or the seal."""
    return (lambda pdf: pdf) if request.param == "bare" else (lambda pdf: seal(pdf, KEY, NOW))


@pytest.mark.parametrize("style", STYLES)
class TestAccess:
    @pytest.mark.parametrize("spoken", SPOKEN)
    def test_language_title_structure_and_what_it_claims(self, spoken: str, style: str, finish: Any) -> None:
        with pikepdf.open(BytesIO(finish(drawn(style, spoken, logo=logo(200, 100), tier=3)))) as document:
            root = document.Root
            assert len(document.pages) == 1
            assert root.Lang == spoken[:2]
            assert root.MarkInfo.Marked
            assert root.StructTreeRoot.K
            assert root.ViewerPreferences.DisplayDocTitle
            assert str(document.docinfo.Title).endswith("Évaluer un modèle de classification, Claire Fontanel")
            assert document.pages[0].Tabs == "/S"
            assert {str(figure.Alt) for figure in nodes(document, "/Figure")} == alternatives(
                style, 3, spoken[:2], "Les Deux Rives"
            )
            assert len(nodes(document, "/H1")) == 1
            with document.open_metadata() as metadata:
                assert metadata.pdfa_status == "3A"
                assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
                assert metadata["pdfuaid:part"] == "1"
                assert metadata["dc:title"] == str(document.docinfo.Title)

    def test_nothing_runs_and_nothing_comes_from_outside(self, style: str, finish: Any) -> None:
        banned = {"/JavaScript", "/JS", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/RichMedia"}
        with pikepdf.open(BytesIO(finish(drawn(style, logo=logo(200, 100))))) as document:
            links = [str(note.A.URI) for note in document.pages[0].Annots if note.Subtype == "/Link"]
            assert links == [page().verification_url]
            assert not {"/OpenAction", "/AA"} & set(document.Root.keys())
            for node in document.objects:
                if isinstance(node, pikepdf.Dictionary | pikepdf.Stream):
                    assert not banned & set(node.keys())
                    assert str(node.get("/S")) not in banned
                if isinstance(node, pikepdf.Stream):
                    assert "/F" not in node.keys()  # noqa: SIM118 - a stream is not its dictionary
                    assert not (node.get("/Subtype") == "/Image" and node.get("/Interpolate", False))
                    assert "/SMask" not in node.keys()  # noqa: SIM118

    def test_every_font_is_embedded_in_part_and_says_its_signs(self, style: str, finish: Any) -> None:
        with pikepdf.open(BytesIO(finish(drawn(style, "fr+en")))) as document:
            fonts = [node for node in document.objects if isinstance(node, pikepdf.Dictionary)]
            drawn_with = [font for font in fonts if font.get("/Type") == "/Font" and "/DescendantFonts" in font]
            assert 3 <= len(drawn_with) <= 6
            for font in drawn_with:
                assert "beginbf" in font.ToUnicode.read_bytes().decode()
                descriptor = font.DescendantFonts[0].FontDescriptor
                assert "Certificate" in str(descriptor.FontName)
                assert len(descriptor.FontFile3.read_raw_bytes()) < 20_000

    def test_the_second_language_is_marked(self, style: str) -> None:
        with pikepdf.open(BytesIO(drawn(style, "fr+en"))) as document:
            said = [*nodes(document, "/Sect"), *nodes(document, "/Span")]
            assert {str(node.Lang) for node in said if "/Lang" in node} == {"en"}
            assert all("/Lang" in node for node in nodes(document, "/Sect"))
        with pikepdf.open(BytesIO(drawn(style))) as document:
            assert not nodes(document, "/Sect")

    def test_nothing_is_left_to_warn_about(self, style: str, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.WARNING):
            drawn(style, "fr+en", logo=logo(200, 100))
        assert caplog.records == []


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
        ("language", "style", "tier"),
        [("de", "span", 1), ("fr", "baroque", 1), ("fr", "span", 5), ("fr+de", "span", 1)],
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
