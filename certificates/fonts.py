"""The two type families of the page, found in their installed packages, and the width of text in them."""

from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from certificates.errors import RenderingError

SERIF = "SourceSerifPro-Regular.otf"
SERIF_SEMIBOLD = "SourceSerifPro-Semibold.otf"
SANS = "SourceSansPro-Regular.otf"
SANS_SEMIBOLD = "SourceSansPro-Semibold.otf"

_FOLDERS = {
    "SourceSerifPro": ("font-source-serif-pro", "font_source_serif_pro/files"),
    "SourceSansPro": ("font-source-sans-pro", "font_source_sans_pro/files"),
}
# A glyph the family lacks is drawn by another font, whose width we cannot know.
_MISSING_GLYPH_EM = 1.2


def font_path(name: str) -> Path:
    """The file of a font such as "SourceSansPro-Regular.otf"; RenderingError when it is not installed."""
    family = name.partition("-")[0]
    if family not in _FOLDERS or "/" in name:
        raise RenderingError(f"The font {name} is not one the certificate uses.")
    package, folder = _FOLDERS[family]
    try:
        path = Path(str(distribution(package).locate_file(f"{folder}/{name}")))
    except PackageNotFoundError as error:
        raise RenderingError(f"The package {package} is not installed.") from error
    if not path.is_file():
        raise RenderingError(f"The package {package} does not contain {name}.")
    return path


@cache
def _advances(name: str) -> dict[int, float]:
    from fontTools.ttLib import TTFont

    with TTFont(font_path(name), lazy=True) as font:
        scale = font["head"].unitsPerEm
        metrics = font["hmtx"].metrics
        return {code: metrics[glyph][0] / scale for code, glyph in font.getBestCmap().items()}


def width_em(text: str, font: str) -> float:
    """The width of `text` set in `font`, in em, kerning left out (it makes text narrower)."""
    advances = _advances(font)
    return sum(advances.get(ord(character), _MISSING_GLYPH_EM) for character in text)
