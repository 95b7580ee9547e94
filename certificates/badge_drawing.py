"""The eight badges, from one geometry: `python -m certificates.badge_drawing FOLDER` writes them anew, by Chromium.

A medal an engineer could have engraved: a guilloche ring, the footbridge in elevation from quay to
quay, the spans that are proven in ink and those to come in pencil, and the tier on a builder's plate.
"""

import math
import shutil
import subprocess
import sys
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from certificates.credential import LANGUAGES, TIERS
from certificates.fonts import SERIF_SEMIBOLD, font_path
from certificates.wording import WORDINGS

SIZE = 512
_INK, _PAINT, _PENCIL, _PAPER = "#152223", "#05645c", "#8a9496", "#fffefe"
_X, _Y, _RADIUS = 256.0, 228.0, 220.0
_LEFT, _SPAN = 92.0, 82.0
_RAIL, _DECK, _CROWN, _SPRING, _FOOT = 156.0, 186.0, 212.0, 300.0, 382.0
_PLATE_LEFT, _PLATE_TOP, _PLATE_BOTTOM = 12.0, 382.0, 496.0
# How far two letters come together, in em: of the eight words only two have such a pair.
_KERNING = {"Av": -0.06, "Ad": -0.02}


def badge(tier: str, language: str) -> str:
    """The badge of a tier such as "expert", in fr or en, as SVG without any text that needs a font."""
    reached = TIERS.index(tier) + 1
    name = WORDINGS[language].tiers[reached - 1]
    parts = (_medal(), _water(), *_bridge(reached), _plate(), _lettering(name))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" height="{SIZE}"'
        f' role="img" aria-label="{name}"><g fill="none" stroke-linecap="butt" stroke-linejoin="round">'
        + "".join(parts)
        + "</g></svg>\n"
    )


def _medal() -> str:
    rings = "".join(_guilloche(turn / 4) for turn in range(4))
    return (
        f'<circle cx="{px(_X)}" cy="{px(_Y)}" r="{px(_RADIUS)}" fill="{_PAPER}" stroke="{_PAINT}" stroke-width="7"/>'
        + _path(rings, _PAINT, 1.3)
        + f'<circle cx="{px(_X)}" cy="{px(_Y)}" r="{px(_RADIUS - 8)}" stroke="{_PAINT}" stroke-width="1.5"/>'
        f'<circle cx="{px(_X)}" cy="{px(_Y)}" r="{px(_RADIUS - 34)}" stroke="{_PAINT}" stroke-width="3"/>'
    )


def _guilloche(turn: float) -> str:
    """One of the waves that cross around the rim, a fraction of a wave further on."""
    points = []
    for step in range(721):
        angle = math.pi * step / 360
        radius = _RADIUS - 21 + 9.5 * math.sin(28 * angle + 2 * math.pi * turn)
        points.append((_X + radius * math.cos(angle), _Y + radius * math.sin(angle)))
    return _line(points) + "z"


def _bridge(reached: int) -> Iterable[str]:
    end = _LEFT + reached * _SPAN
    far = _LEFT + len(TIERS) * _SPAN
    yield _quays()
    if reached < len(TIERS):
        to_come = "".join(_arch(number, _CROWN, _SPRING) for number in range(reached, len(TIERS)))
        to_come += f"M{px(end)} {px(_RAIL)}H{px(far)}M{px(end)} {px(_DECK)}H{px(far)}"
        yield _path(to_come, _PENCIL, 3.4, "8 6")
    yield _path("".join(_struts(number) for number in range(reached)), _PAINT, 1.5)
    yield _path("".join(_arch(number, _CROWN, _SPRING) for number in range(reached)), _PAINT, 6)
    yield _path(f"M{px(_LEFT)} {px(_RAIL)}H{px(end)}", _PAINT, 3.2)
    yield _path(f"M{px(_LEFT)} {px(_DECK)}H{px(end)}", _PAINT, 10)
    for number in range(1, len(TIERS)):
        yield _pier(_LEFT + number * _SPAN, built=number <= reached)
    yield "".join(_lamp(_LEFT + number * _SPAN) for number in range(1, min(reached, 3) + 1))


def _half_width(y: float) -> float:
    """Half the width of the inside of the medal at that height."""
    return math.sqrt((_RADIUS - 35.5) ** 2 - (y - _Y) ** 2)


def _quays() -> str:
    """The two banks, cut by the rim, with their courses of stone."""
    inner = _RADIUS - 35.5
    fill = ""
    for side in (-1, 1):
        edge = _X + side * (_X - _LEFT)
        top, bottom = _DECK - 5, _FOOT
        from_x, to_x = _X + side * _half_width(top), _X + side * _half_width(bottom)
        if abs(to_x - _X) < abs(edge - _X):  # below, the rim is nearer than the bank
            bottom = _Y + math.sqrt(inner**2 - (edge - _X) ** 2)
            to_x = edge
        sweep = 0 if side < 0 else 1
        fill += (
            f"M{px(edge)} {px(top)}H{px(from_x)}A{px(inner)} {px(inner)} 0 0 {sweep} {px(to_x)} {px(bottom)}"
            f"H{px(edge)}z"
        )
    return f'<path d="{fill}" fill="{_INK}"/>'


def _arch(number: int, crown: float, spring: float) -> str:
    left = _LEFT + number * _SPAN + 4
    width = _SPAN - 8
    shoulder = spring - (spring - crown) * 0.72
    return (
        f"M{px(left)} {px(spring)}C{px(left + width * 0.14)} {px(shoulder)} {px(left + width * 0.3)} {px(crown)}"
        f" {px(left + width / 2)} {px(crown)}S{px(left + width * 0.86)} {px(shoulder)} {px(left + width)} {px(spring)}"
    )


def _struts(number: int) -> str:
    """The parapet's lattice above the deck, and the struts between deck and arch."""
    begin = _LEFT + number * _SPAN
    lattice = ""
    cell = _SPAN / 4
    for place in range(4):
        x = begin + place * cell
        lattice += f"M{px(x)} {px(_RAIL)}L{px(x + cell)} {px(_DECK)}M{px(x + cell)} {px(_RAIL)}L{px(x)} {px(_DECK)}"
    uprights = ""
    for place in range(1, 14):
        x = 4 + (_SPAN - 8) * place / 14
        uprights += f"M{px(begin + x)} {px(_DECK)}V{px(_arch_height(x))}"
    return lattice + uprights


def _arch_height(x: float) -> float:
    """Where the arch is at `x` from the beginning of its span: its curve, followed until there."""
    width = _SPAN - 8
    x = min(x - 4, width - (x - 4))
    shoulder = _SPRING - (_SPRING - _CROWN) * 0.72
    across, down = (0, 0.14 * width, 0.3 * width, 0.5 * width), (_SPRING, shoulder, _CROWN, _CROWN)
    steps = ((_bezier(across, step / 200), _bezier(down, step / 200)) for step in range(201))
    return min(steps, key=lambda point: abs(point[0] - x))[1]


def _bezier(values: tuple[float, float, float, float], t: float) -> float:
    rest = 1 - t
    return rest**3 * values[0] + 3 * rest**2 * t * values[1] + 3 * rest * t**2 * values[2] + t**3 * values[3]


def _pier(x: float, *, built: bool) -> str:
    shape = f"M{px(x - 6.5)} {px(_SPRING - 6)}h13l3 {px(_FOOT - _SPRING + 6)}h-19z"
    if built:
        return f'<path d="{shape}" fill="{_INK}"/>'
    return f'<path d="{shape}" fill="{_PAPER}" stroke="{_PENCIL}" stroke-width="2.6" stroke-dasharray="6 5"/>'


def _lamp(x: float) -> str:
    return (
        _path(f"M{px(x)} {px(_DECK)}V{px(_RAIL - 34)}", _INK, 4)
        + f'<circle cx="{px(x)}" cy="{px(_RAIL - 42)}" r="8" fill="{_PAPER}" stroke="{_INK}" stroke-width="4"/>'
    )


def _water() -> str:
    lines = "M112 336h38M196 342h32M208 330h20M284 338h34M360 334h32M298 356h28M126 354h28M362 354h26M204 360h26"
    return _path(lines, _PENCIL, 2)


def _plate() -> str:
    height = _PLATE_BOTTOM - _PLATE_TOP
    middle, width = _PLATE_TOP + height / 2, SIZE - 2 * _PLATE_LEFT
    rivets = "".join(f'<circle cx="{x}" cy="{px(middle)}" r="4.5" fill="{_INK}"/>' for x in (40, SIZE - 40))
    return (
        f'<rect x="{px(_PLATE_LEFT)}" y="{px(_PLATE_TOP)}" width="{px(width)}" height="{px(height)}" rx="5"'
        f' fill="{_PAPER}" stroke="{_INK}" stroke-width="6"/>'
        f'<rect x="{px(_PLATE_LEFT + 10)}" y="{px(_PLATE_TOP + 10)}" width="{px(width - 20)}"'
        f' height="{px(height - 20)}" rx="2" stroke="{_INK}" stroke-width="1.6"/>' + rivets
    )


def _lettering(text: str) -> str:
    """The tier's name in the middle of the plate, as outlines."""
    from fontTools.pens.svgPathPen import SVGPathPen
    from fontTools.pens.transformPen import TransformPen
    from fontTools.ttLib import TTFont

    with TTFont(font_path(SERIF_SEMIBOLD), lazy=True) as font:
        glyphs, names = font.getGlyphSet(), font.getBestCmap()
        em = font["head"].unitsPerEm
        places, width = [], 0.0
        for number, sign in enumerate(text):
            width += _KERNING.get(text[max(number - 1, 0) : number + 1], 0) * em
            places.append((glyphs[names[ord(sign)]], width))
            width += places[-1][0].width
        scale = min(64 / em, 384 / width)
        left = _X - width * scale / 2
        baseline = (_PLATE_TOP + _PLATE_BOTTOM) / 2 + 0.335 * em * scale
        outlines = []
        for glyph, advance in places:
            pen = SVGPathPen(glyphs, ntos=lambda number: px(float(number)))
            glyph.draw(TransformPen(pen, (scale, 0, 0, -scale, left + advance * scale, baseline)))
            outlines.append(pen.getCommands())
    return f'<path d="{"".join(outlines)}" fill="{_INK}"/>'


def _path(d: str, colour: str, width: float, dashes: str = "") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path d="{d}" stroke="{colour}" stroke-width="{px(width)}"{dashed}/>'


def _line(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{px(x)} {px(y)}" for x, y in points)


def px(value: float) -> str:
    """A coordinate to a tenth, as short as it goes."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def main(folder: Path) -> int:
    """Write every badge as SVG, and as PNG of as many pixels as the drawing has units."""
    for tier in TIERS:
        for language in LANGUAGES:
            drawing = folder / f"badge-{tier}.{language}.svg"
            drawing.write_text(badge(tier, language), encoding="utf-8")
            drawing.with_suffix(".png").write_bytes(_small(_photograph(drawing)))
    return 0


def _photograph(drawing: Path) -> bytes:
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("Chromium is needed to make the PNGs.")
    shot = drawing.with_suffix(".shot.png")
    options = ("--headless", "--no-sandbox", "--hide-scrollbars", "--default-background-color=00000000")
    where = (f"--window-size={SIZE},{SIZE}", f"--screenshot={shot}", drawing.resolve().as_uri())
    subprocess.run([chromium, *options, *where], check=True, capture_output=True)  # noqa: S603 - our own drawing
    data = shot.read_bytes()
    shot.unlink()
    return data


def _small(picture: bytes) -> bytes:
    """The same picture in 64 colours, compressed as far as it goes."""
    import zopfli.png  # type: ignore[import-untyped]
    from PIL import Image

    output = BytesIO()
    with Image.open(BytesIO(picture)) as image:
        image.convert("RGBA").quantize(64, Image.Quantize.FASTOCTREE).save(output, "PNG")
    data: bytes = zopfli.png.optimize(output.getvalue())
    return data


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
