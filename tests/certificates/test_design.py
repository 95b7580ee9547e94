"""Designs: three artworks, and logos that hold nothing but pixels, whole in their box."""

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import ImageFile

from certificates.design import STYLES, Design
from certificates.errors import RenderingError
from certificates.layouts import LAYOUTS
from certificates.logo import MAX_BYTES, MAX_SIDE, read_logo
from tests.certificates.sheets import drawn
from tests.certificates.tools import logo

MM = 25.4 / 72


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG file."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, rows: bytes, *more: bytes) -> bytes:
    """A grey PNG written by hand, with further chunks."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(more) + data + chunk(b"IEND", b"")


def with_header(width: int, height: int) -> bytes:
    """A small PNG that says it is this large."""
    return png(width, height, b"\x00" * 100)


class TestLogo:
    @pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
    def test_every_kind_of_png_becomes_opaque_pixels(self, mode: str) -> None:
        from PIL import Image

        clean = read_logo(logo(80, 40, mode) if mode != "I;16" else logo_of_16_bits())
        assert (clean.width, clean.height) == (80, 40)
        with Image.open(BytesIO(clean.png)) as image:
            assert (image.mode, image.size, image.info) == ("RGB", (80, 40), {})

    def test_nothing_but_pixels_is_kept(self) -> None:
        text = chunk(b"tEXt", b"Comment\x00<script>secret</script>")
        exif = chunk(b"eXIf", b"Exif\x00\x00secret")
        clean = read_logo(png(4, 4, (b"\x00" + b"\x80" * 4) * 4, text, exif) + b"secret after the end")
        assert b"secret" not in clean.png
        assert read_logo(clean.png).png == clean.png

    def test_large_pictures_are_brought_to_what_print_shows(self) -> None:
        clean = read_logo(logo(MAX_SIDE, MAX_SIDE // 4))
        assert (clean.width, clean.height) == (1200, 300)

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
            (b"", "PNG"),
            (b"GIF89a", "PNG"),
            (b"\xff\xd8\xff\xe0", "PNG"),
            (b"\x89PNG\r\n\x1a\n", "pixels"),
            (logo(20, 20)[:60], "damaged"),
            (logo(200, 200)[: len(logo(200, 200)) // 2], "damaged"),
            (png(4, 4, b"\x00"), "damaged"),
            (with_header(MAX_SIDE + 1, 10), "pixels"),
            (with_header(10, 2**31 - 1), "pixels"),
            (with_header(0, 10), "pixels"),
            (logo(20, 20) + b"\x00" * MAX_BYTES, "KiB"),
            (
                png(4, 4, (b"\x00" * 5) * 4, chunk(b"zTXt", b"a\x00\x00" + zlib.compress(b"\x00" * 50_000_000))),
                "damaged",
            ),
        ],
        ids=["svg", "empty", "gif", "jpeg", "mark", "cut", "half", "short", "wide", "high", "none", "heavy", "bomb"],
    )
    @pytest.mark.parametrize("loosened", [False, True], ids=["", "after WeasyPrint"])
    def test_anything_else_is_refused_with_a_sentence(
        self, data: bytes, said: str, loosened: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", loosened)
        with pytest.raises(RenderingError, match=said):
            read_logo(data)
        with pytest.raises(RenderingError, match=said):
            Design(logo=data)

    @pytest.mark.parametrize("style", STYLES)
    @pytest.mark.parametrize("spoken", ["fr", "fr+en"])
    @pytest.mark.parametrize("size", [(600, 60), (300, 300), (40, 2000)], ids=["wide", "square", "high"])
    def test_is_whole_in_its_box_and_keeps_its_shape(self, size: tuple[int, int], spoken: str, style: Any) -> None:
        box = LAYOUTS[style, "+" in spoken].logo
        with pikepdf.open(BytesIO(drawn(style, spoken, logo=logo(*size)))) as document:
            names = {
                name for name, picture in document.pages[0].Resources.XObject.items() if picture.Subtype == "/Image"
            }
            left, top, width, height = placed(document, names)
        assert width / height == pytest.approx(size[0] / size[1], rel=0.02)
        assert box.left - 0.01 <= left
        assert left + width <= box.right + 0.01
        assert box.top - 0.01 <= top
        assert top + height <= box.bottom + 0.01
        assert width == pytest.approx(box.width, abs=0.01) or height == pytest.approx(box.height, abs=0.01)


def logo_of_16_bits() -> bytes:
    """A PNG of 16 bits a pixel."""
    from PIL import Image

    output = BytesIO()
    Image.new("I;16", (80, 40), 40_000).save(output, "PNG")
    return output.getvalue()


def placed(document: pikepdf.Pdf, names: set[str]) -> tuple[float, float, float, float]:
    """Where the one image among these names is drawn: left, top, width and height in millimetres from the top left."""
    matrix, kept = pikepdf.Matrix(), []
    for operands, operator in pikepdf.parse_content_stream(document.pages[0]):
        if str(operator) == "q":
            kept.append(matrix)
        elif str(operator) == "Q":
            matrix = kept.pop()
        elif str(operator) == "cm":
            matrix = pikepdf.Matrix(*map(float, operands)) @ matrix
        elif str(operator) == "Do" and str(operands[0]) in names:
            high = float(document.pages[0].mediabox[3])
            corners = [pikepdf.Matrix(matrix).transform(point) for point in ((0, 0), (1, 1))]
            (x1, y1), (x2, y2) = corners
            left, right, bottom, top = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
            return left * MM, (high - top) * MM, (right - left) * MM, (top - bottom) * MM
    raise AssertionError("no image is drawn")


def test_designs_are_refused_when_they_are_not_ours() -> None:
    for wrong in ({"style": "baroque"}, {"second_language": "de"}, {"logo": b"<svg/>"}, {"style": "../span"}):
        with pytest.raises(RenderingError):
            Design(**wrong)  # type: ignore[arg-type]


def test_the_templates_hold_placeholders_and_nothing_that_runs() -> None:
    import re

    folder = Path("certificates/artwork")
    for template in folder.glob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"<script|{%|javascript:|\bon[a-z]+=|https?://", text), template
        assert set(re.findall(r"\{\{.*?\}\}", text)) == set(re.findall(r"\{\{ [a-z_0-9-]+ \}\}", text)), template
