"""The pictures of a page, as addresses that need no fetching: the artwork's drawings, the QR code, the logo."""

import base64
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from certificates.design import Style
from certificates.wording import Wording

_INK = "#152223"
# The drawing behind each style; {tier} is the one reached.
_ART: Mapping[Style, str] = {"span": "span-{tier}.svg", "classic": "frame.svg", "plain": "deck-{tier}.svg"}


@cache
def artwork(name: str) -> str:
    """The text of a file of the artwork."""
    return (files("certificates") / "artwork" / name).read_text(encoding="utf-8")


def pictures(style: Style, tier: int, verification_url: str, wording: Wording) -> dict[str, str]:
    """What the placeholders of the drawings stand for, each with its description."""
    described = {"span": wording.art, "classic": (wording.frame,) * 4, "plain": wording.deck}
    return {
        "art": drawing_uri(_ART[style].format(tier=tier)),
        "art_alt": described[style][tier - 1],
        "seal": drawing_uri(f"seal-{tier}.svg"),
        "seal_alt": wording.seal[tier - 1],
        "qr": data_uri(qr_svg(verification_url).encode(), "image/svg+xml"),
        "qr_alt": wording.qr,
    }


@cache
def drawing_uri(name: str) -> str:
    """A drawing of the artwork as an address."""
    return data_uri(artwork(name).encode(), "image/svg+xml")


def data_uri(data: bytes, media_type: str) -> str:
    """The bytes as an address that contains them."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode('ascii')}"


def qr_svg(text: str) -> str:
    """A QR code of 24 mm, drawn as one path: a stroke for each run of dark modules."""
    side, strokes = qr_path(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="24mm" height="24mm">'
        f'<path fill="none" stroke="{_INK}" d="{strokes}"/></svg>'
    )


def qr_path(text: str) -> tuple[int, str]:
    """The side of a QR code (error correction M) in modules, and the path that draws it with strokes one wide."""
    import segno

    matrix = segno.make(text, error="m", micro=False).matrix
    runs = [(start, y, length) for y, row in enumerate(matrix) for start, length in _dark_runs(bytes(row))]
    return len(matrix), "".join(f"M{start} {y}.5h{length}" for start, y, length in runs)


def _dark_runs(row: bytes) -> list[tuple[int, int]]:
    return [(match.start(), match.end() - match.start()) for match in re.finditer(b"\x01+", row)]
