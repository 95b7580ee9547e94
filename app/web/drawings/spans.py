"""The tier glyph: n spans of four in ink, the rest in pencil."""

from dataclasses import dataclass

from app.web.drawings.paths import horizontal, join, short

_SPAN = 18
_DECK = 2.5


@dataclass(frozen=True)
class Spans:
    """Paths in a 76 × 16 box; an empty string is nothing to draw."""

    ink: str
    pencil: str


def spans(tier: int) -> Spans:
    """The glyph of a tier from 0 (nothing proven) to 4 (expert)."""
    edge = 0 if tier == 0 else 76 if tier == 4 else 2 + tier * _SPAN
    ink = [horizontal(_DECK, 0, edge)] if edge else []
    pencil = [horizontal(_DECK, edge or 2, 76)] if tier < 4 else []
    arches = [_arch(2 + k * _SPAN) for k in range(4)]
    return Spans(join(*ink, *arches[:tier]), join(*pencil, *arches[tier:]))


def _arch(x: float) -> str:
    first = f"M{short(x)} 15C{short(x + 1.5)} 8.5 {short(x + 6)} 6.2 {short(x + 9)} 6.2"
    return first + f"S{short(x + 16.5)} 8.5 {short(x + _SPAN)} 15"
