"""Badges: what is baked comes out byte for byte, by our reader and by others, and nothing else is believed."""

import struct
import time
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openbadgeslib.ob3.verifier import OB3Verifier
from PIL import Image

from certificates.badge import artwork, badge_png, badge_svg, bake_png, bake_svg
from certificates.badge_drawing import SIZE, badge
from certificates.credential import LANGUAGES, TIERS, Holder
from certificates.errors import ExtractionError, MalformedDocumentError
from certificates.extraction import extract, extract_bounded
from certificates.jwt import sign_jwt
from certificates.signing import serialise
from certificates.verification import State, authenticate
from tests.certificates.builders import RING, SIGNER, credential, signed
from tests.certificates.test_jwt import NAMES, TOKEN

JSON = serialise(signed())
PNG, SVG = badge_png(JSON), badge_svg(JSON)
PLAIN_PNG, PLAIN_SVG = artwork("intermediate", "fr", "png"), artwork("intermediate", "fr", "svg")
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
BAKERS = pytest.mark.parametrize("bake", [badge_png, badge_svg])


def chunk(kind: bytes, content: bytes) -> bytes:
    """A PNG chunk with its checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_with(*chunks: bytes) -> bytes:
    """The plain badge with more chunks before its last."""
    return PLAIN_PNG[:-12] + b"".join(chunks) + PLAIN_PNG[-12:]


def text_chunk(text: bytes, keyword: bytes = b"openbadgecredential", middle: bytes = b"\0\0\0\0\0") -> bytes:
    """An iTXt chunk, as laid out as told."""
    return chunk(b"iTXt", keyword + middle + text)


def svg_with(inside: str, attributes: str = f'xmlns:openbadges="{NAMESPACE}"', before: str = "") -> bytes:
    """A small drawing."""
    return f'{before}<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{inside}</svg>'.encode()


ELEMENT = f"<openbadges:credential><![CDATA[{JSON.decode()}]]></openbadges:credential>"


class TestPictures:
    @pytest.mark.parametrize("tier", TIERS)
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_each_is_what_its_geometry_says(self, tier: str, language: str) -> None:
        drawing = artwork(tier, language, "svg")
        assert drawing.decode() == badge(tier, language)
        root = ET.fromstring(drawing)
        assert root.get("role") == "img"
        assert root.get("aria-label")
        assert not root.findall(".//{*}text")
        with Image.open(BytesIO(artwork(tier, language, "png"))) as picture:
            assert picture.size == (SIZE, SIZE)
            assert picture.convert("RGBA").getpixel((2, 2))[3] == 0
        assert len(artwork(tier, language, "png")) < 25_000

    def test_no_two_are_alike_but_the_word_both_languages_share(self) -> None:
        drawings = {(tier, language): artwork(tier, language, "svg") for tier in TIERS for language in LANGUAGES}
        assert len(set(drawings.values())) == 7
        assert drawings["expert", "fr"] == drawings["expert", "en"]

    @BAKERS
    def test_the_badge_is_that_of_the_credential(self, bake: Callable[[bytes], bytes]) -> None:
        other = replace(credential().achievement, tier="expert", language="en")
        baked = bake(serialise(signed(achievement=other)))
        suffix = "png" if bake is badge_png else "svg"
        remaining = artwork("expert", "en", suffix)[-300:]  # type: ignore[arg-type]
        assert baked.endswith(remaining)

    @BAKERS
    @pytest.mark.parametrize("wrong", [b"", b"{}", b"[]", b"eyJ", b"hello", b'{"credentialSubject":{}}'])
    def test_only_a_credential_gets_one(self, bake: Callable[[bytes], bytes], wrong: bytes) -> None:
        with pytest.raises(MalformedDocumentError):
            bake(wrong)

    def test_the_png_is_still_a_picture(self) -> None:
        with Image.open(BytesIO(PNG)) as baked, Image.open(BytesIO(PLAIN_PNG)) as plain:
            assert baked.convert("RGBA").tobytes() == plain.convert("RGBA").tobytes()
            assert baked.text["openbadgecredential"] == JSON.decode()

    def test_the_svg_is_still_a_drawing(self) -> None:
        root = ET.fromstring(SVG)
        assert root[0].tag == f"{{{NAMESPACE}}}credential"
        assert root[0].text == JSON.decode()
        assert ET.tostring(root[1]) == ET.tostring(ET.fromstring(PLAIN_SVG)[0])


class TestBaking:
    @BAKERS
    @pytest.mark.parametrize("document", [JSON, TOKEN], ids=["json", "jwt"])
    @pytest.mark.parametrize("take", [extract, extract_bounded])
    def test_comes_out_as_it_went_in(
        self, bake: Callable[[bytes], bytes], document: bytes, take: Callable[[bytes], object]
    ) -> None:
        found = extract(bake(document))
        assert found.credential_bytes == document
        assert found.kind == ("png" if bake is badge_png else "svg")
        assert found.is_jwt == (document is TOKEN)
        assert authenticate(found.credential_bytes, keys=RING).state is State.VALID
        assert take(bake(document)) == found

    @pytest.mark.parametrize("document", [JSON, TOKEN], ids=["json", "jwt"])
    def test_the_reader_of_others_finds_the_same(self, document: bytes) -> None:
        assert OB3Verifier.extract_token_from_png(badge_png(document)) == document.decode()
        assert OB3Verifier.extract_token_from_svg(badge_svg(document)) == document.decode()

    def test_what_others_bake_is_read(self) -> None:
        from openbadgeslib import baking

        png = baking.bake_png(PLAIN_PNG, JSON.decode(), keyword=baking.ITXT_KEYWORD_OB3)
        options = {"element": baking.SVG_ELEMENT_OB3, "namespace": baking.SVG_NS_OB3}
        text = baking.bake_svg(PLAIN_SVG, JSON.decode(), as_text=True, **options)
        attribute = baking.bake_svg(PLAIN_SVG, TOKEN.decode(), **options)
        assert [extract(data).credential_bytes for data in (png, text, attribute)] == [JSON, JSON, TOKEN]

    def test_a_badge_carries_one_credential_whatever_is_baked_into_it(self) -> None:
        for document in (TOKEN, serialise(signed(holder=Holder("Blaise"))), TOKEN):
            again = bake_png(PNG, document)
            assert again.count(b"openbadgecredential") == 1
            assert extract(again).credential_bytes == document
            assert len(again) == len(PNG) - len(JSON) + len(document)
            redrawn = bake_svg(badge_svg(JSON), document)
            assert redrawn == badge_svg(document) if document is TOKEN else redrawn.count(b"<openbadges:") == 1
            assert extract(redrawn).credential_bytes == document

    def test_one_baked_elsewhere_is_replaced(self) -> None:
        for element in (
            f'<x:credential xmlns:x="{NAMESPACE}" verify="eyJ.a.b"/>',
            f'<g><credential xmlns="{NAMESPACE}">{{}}</credential ></g>',
        ):
            redrawn = bake_svg(svg_with(f"<path/>{element}<path/>"), JSON)
            assert extract(redrawn).credential_bytes == JSON
            assert b"eyJ.a.b" not in redrawn
            assert b"{}" not in redrawn

    @pytest.mark.parametrize("end", ["]]>", "a]]>b", "]]]>]>", "<![CDATA[", "&amp;", "</openbadges:credential>"])
    def test_no_name_can_leave_its_element(self, end: str) -> None:
        document = serialise(signed(holder=Holder(f"Ada {end} Lovelace")))
        assert extract(badge_svg(document)).credential_bytes == document

    @settings(max_examples=40, deadline=None)
    @given(NAMES.filter(lambda name: name.strip()))
    def test_any_name(self, name: str) -> None:
        document = sign_jwt(credential(holder=Holder(name)), SIGNER).encode()
        as_json = serialise({**credential(holder=Holder(name)).to_dict(), "proof": {}})
        for form in (document, as_json):
            assert extract(badge_png(form)).credential_bytes == form
            assert extract(badge_svg(form)).credential_bytes == form

    @settings(max_examples=60, deadline=None)
    @given(st.dictionaries(st.text(max_size=5), st.text() | st.integers(0, 9), max_size=8))
    def test_any_json(self, document: dict[str, object]) -> None:
        data = serialise(document)
        assert extract(bake_png(PLAIN_PNG, data)).credential_bytes == data
        try:
            drawing = bake_svg(PLAIN_SVG, data)
        except MalformedDocumentError:
            assert "\ufffe" in data.decode() or "\uffff" in data.decode() or "\x7f" in data.decode()
        else:
            assert extract(drawing).credential_bytes == data

    @pytest.mark.parametrize(
        "picture",
        [b"", b"hello", PLAIN_PNG[:40], PLAIN_SVG, svg_with("")],
        ids=["empty", "text", "cut", "svg", "small"],
    )
    def test_only_a_png_takes_one(self, picture: bytes) -> None:
        with pytest.raises(ExtractionError):
            bake_png(picture, JSON)

    @pytest.mark.parametrize(
        "drawing",
        [
            b"",
            b"hello",
            PLAIN_PNG,
            b"<svg/>",
            b'<svg xmlns="http://www.w3.org/2000/svg"/>',
            svg_with("", 'xmlns:openbadges="https://example.org"'),
            svg_with(ELEMENT + ELEMENT),
            svg_with("", before="<!DOCTYPE svg>"),
        ],
    )
    def test_only_an_svg_takes_one(self, drawing: bytes) -> None:
        with pytest.raises(ExtractionError):
            bake_svg(drawing, JSON)


UNREADABLE_PNG: dict[str, bytes] = {
    "plain": PLAIN_PNG,
    "signature alone": PLAIN_PNG[:8],
    "cut": PNG[: len(PNG) // 2],
    "no end": PNG[:-12],
    "two": png_with(text_chunk(JSON), text_chunk(JSON)),
    "other keyword": png_with(text_chunk(JSON, b"openbadges")),
    "keyword in capitals": png_with(text_chunk(JSON, b"OpenBadgeCredential")),
    "tEXt": png_with(chunk(b"tEXt", b"openbadgecredential\0" + JSON)),
    "empty": png_with(text_chunk(b"")),
    "no text": png_with(chunk(b"iTXt", b"openbadgecredential")),
    "one zero missing": png_with(text_chunk(b"{}", middle=b"\0\0\0\0")),
    "other method": png_with(text_chunk(zlib.compress(JSON), middle=b"\0\1\1\0\0")),
    "other flag": png_with(text_chunk(JSON, middle=b"\0\2\0\0\0")),
    "not deflated": png_with(text_chunk(JSON, middle=b"\0\1\0\0\0")),
    "deflated and cut": png_with(text_chunk(zlib.compress(JSON)[:-8], middle=b"\0\1\0\0\0")),
    "bomb": png_with(text_chunk(zlib.compress(b" " * 500_000_000, 9), middle=b"\0\1\0\0\0")),
    "too long": png_with(text_chunk(b"{" + b" " * 70_000)),
    "wrong checksum": PNG.replace(b"Claire", b"Blaise"),
    "length beyond the end": PLAIN_PNG[:8] + b"\x7f\xff\xff\xffIHDR" + PLAIN_PNG[16:],
    "no header": PLAIN_PNG[:8] + text_chunk(JSON) + PLAIN_PNG[8:],
    "many pieces": png_with(*[chunk(b"IDAT", b"")] * 20_000),
    "too large": png_with(chunk(b"IDAT", b"\0" * (2 * 1024 * 1024))),
}


@pytest.mark.parametrize("data", UNREADABLE_PNG.values(), ids=UNREADABLE_PNG.keys())
def test_a_png_without_one_credential_says_so(data: bytes) -> None:
    begin = time.process_time()
    with pytest.raises(ExtractionError):
        extract(data)
    assert time.process_time() - begin < 1


def test_a_compressed_chunk_and_one_with_a_language_are_read() -> None:
    for text, middle in ((zlib.compress(JSON), b"\0\1\0\0\0"), (JSON, b"\0\0\0fr\0crachat\0")):
        assert extract(png_with(text_chunk(text, middle=middle))).credential_bytes == JSON


def test_what_follows_the_picture_is_no_part_of_it() -> None:
    assert extract(PNG + text_chunk(TOKEN)).credential_bytes == JSON


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
UNREADABLE_SVG: dict[str, bytes] = {
    "plain": PLAIN_SVG,
    "cut": SVG[: len(SVG) // 2],
    "empty element": svg_with("<openbadges:credential/>"),
    "two": svg_with(ELEMENT + ELEMENT),
    "attribute and body": svg_with(f'<openbadges:credential verify="{TOKEN.decode()}">{{}}</openbadges:credential>'),
    "element inside": svg_with("<openbadges:credential>{}<g/></openbadges:credential>"),
    "credential in itself": svg_with(f"<openbadges:credential>{ELEMENT}</openbadges:credential>"),
    "other namespace": svg_with(ELEMENT, 'xmlns:openbadges="http://openbadges.org"'),
    "namespace gone again": svg_with(f'<g xmlns:openbadges="x">{ELEMENT}</g>'),
    "no namespace": svg_with(ELEMENT, ""),
    "other element": svg_with(ELEMENT.replace("credential>", "assertion>")),
    "not an svg": ELEMENT.replace("credential>", f'credential xmlns:openbadges="{NAMESPACE}">', 1).encode(),
    "svg of no namespace": f'<svg xmlns:openbadges="{NAMESPACE}">{ELEMENT}</svg>'.encode(),
    "html": b"<!doctype html><html></html>",
    "document type": svg_with(ELEMENT, before="<!DOCTYPE svg>"),
    "public document type": svg_with(
        ELEMENT,
        before='<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">',
    ),
    "entity": svg_with(
        "<openbadges:credential>&x;</openbadges:credential>", before='<!DOCTYPE svg [<!ENTITY x "{}">]>'
    ),
    "external entity": svg_with(
        "<openbadges:credential>&x;</openbadges:credential>",
        before='<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    ),
    "parameter entity": svg_with(ELEMENT, before='<!DOCTYPE svg [<!ENTITY % x SYSTEM "http://a.example/"> %x;]>'),
    "laughs": svg_with(
        "<openbadges:credential>&l9;</openbadges:credential>", before=f'<!DOCTYPE svg [<!ENTITY l0 "ha">{LAUGHS}]>'
    ),
    "unknown entity": svg_with("<openbadges:credential>&x;</openbadges:credential>"),
    "deep": svg_with("<g>" * 20_000 + ELEMENT + "</g>" * 20_000),
    "many": svg_with("<g/>" * 300_000 + ELEMENT),
    "too long": svg_with(f"<openbadges:credential>{'a' * 200_000}</openbadges:credential>"),
    "long namespace, many elements": svg_with("<x:g/>" * 150_000, f'xmlns:x="{"a" * 1_000_000}"'),
    "many namespaces": svg_with("<g/>", " ".join(f'xmlns:a{n}="b"' for n in range(80_000))),
    "many namespaces looked through": svg_with(
        "<z:credential/>" * 90_000, " ".join(f'xmlns:a{n}="b"' for n in range(30_000))
    ),
    "utf-16": svg_with(ELEMENT).decode().encode("utf-16"),
    "latin-1": svg_with("<openbadges:credential>{}</openbadges:credential><title>é</title>").decode().encode("latin-1"),
}


@pytest.mark.parametrize("data", UNREADABLE_SVG.values(), ids=UNREADABLE_SVG.keys())
def test_an_svg_without_one_credential_says_so(data: bytes) -> None:
    begin = time.process_time()
    with pytest.raises(ExtractionError):
        extract(data)
    assert time.process_time() - begin < 2


@pytest.mark.parametrize(
    "drawing",
    [
        svg_with(f"<g>{ELEMENT}</g>"),
        svg_with(ELEMENT, before='<?xml version="1.0" encoding="UTF-8"?>\n<!-- a badge -->\n'),
        svg_with(ELEMENT, before="\ufeff"),
        # Whatever it claims, it is read as UTF-8: no encoding can make it say something else here.
        svg_with(ELEMENT, before='<?xml version="1.0" encoding="utf-16"?>'),
        svg_with(ELEMENT.replace("CDATA[", "CDATA[\n  ").replace("]]>", "\n]]>")),
        svg_with(ELEMENT.replace("openbadges:", "o:"), f'xmlns:o="{NAMESPACE}"'),
        svg_with(f'<credential xmlns="{NAMESPACE}">{JSON.decode().replace("&", "&amp;")}</credential>', ""),
        svg_with(ELEMENT).replace(b"<svg xmlns=", b"<s:svg xmlns:s=").replace(b"</svg>", b"</s:svg>"),
    ],
)
def test_other_ways_to_write_the_same_are_read(drawing: bytes) -> None:
    assert extract(drawing).credential_bytes == JSON
