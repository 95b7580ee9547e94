"""An administrator's logo: a PNG decoded under bounds and written anew, so that only its pixels are kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from threading import Lock

from certificates.errors import RenderingError

MAX_BYTES = 256 * 1024
MAX_SIDE = 2000  # pixels
# 50 mm, the longest side on any artwork, at 600 dots an inch.
_PRINTED_SIDE = 1200
_PNG = b"\x89PNG\r\n\x1a\n"
_strict = Lock()


@dataclass(frozen=True, slots=True)
class Logo:
    """A logo as it is embedded: opaque pixels on white, no metadata, no colour profile."""

    png: bytes
    width: int
    height: int

    def size_in(self, width: float, height: float) -> tuple[float, float]:
        """Width and height, in the unit of the box given, of the logo whole and as large as the box allows."""
        scale = min(width / self.width, height / self.height)
        return self.width * scale, self.height * scale


@lru_cache(maxsize=16)
def read_logo(data: bytes) -> Logo:
    """The logo in the bytes of a PNG file; RenderingError, with a sentence for whoever sent it, otherwise.

    SVG is refused: it can carry scripts, links and other files, and no cleaner of it is a dependency here.
    The size is read from the header before any pixel is decoded, so a small file cannot cost much memory.
    """
    if len(data) > MAX_BYTES:
        raise RenderingError(f"The logo is larger than {MAX_BYTES // 1024} KiB.")
    if not data.startswith(_PNG):
        raise RenderingError("The logo is not a PNG file; other formats, SVG among them, are not taken.")
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
        raise RenderingError(f"The logo is larger than {MAX_SIDE} pixels on a side.")
    return _rewritten(data)


@contextmanager
def _strict_pillow() -> Iterator[None]:
    """Pillow refuses what is cut short: WeasyPrint loosens that for the whole process when it is imported.

    What WeasyPrint reads meanwhile is our own artwork, which is whole.
    """
    from PIL import ImageFile

    with _strict:
        before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


def _rewritten(data: bytes) -> Logo:
    from PIL import Image

    try:
        with _strict_pillow(), Image.open(BytesIO(data), formats=["PNG"]) as image:
            if max(image.size) > MAX_SIDE:
                raise RenderingError(f"The logo is larger than {MAX_SIDE} pixels on a side.")
            pixels = image.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise RenderingError("The logo is a damaged PNG file.") from error
    pixels.thumbnail((_PRINTED_SIDE, _PRINTED_SIDE), Image.Resampling.LANCZOS)
    paper = Image.new("RGBA", pixels.size, "white")
    paper.alpha_composite(pixels)
    output = BytesIO()
    paper.convert("RGB").save(output, "PNG", optimize=False)
    return Logo(output.getvalue(), *paper.size)
