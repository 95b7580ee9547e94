"""The brand's four spans, hung from the masthead's rule."""

from dataclasses import dataclass

from app.web.drawings.paths import join, short, vertical

_SPAN = 25.5


@dataclass(frozen=True)
class Brand:
    """Paths in a 104 × 16 box."""

    arches: str
    piers: str


def brand() -> Brand:
    """Four arches and five piers; the deck is the masthead's own rule."""
    feet = [1 + k * _SPAN for k in range(5)]
    return Brand(
        arches=join(*(_arch(x) for x in feet[:4])),
        piers=join(*(vertical(x, 0, 15) for x in feet)),
    )


def _arch(x: float) -> str:
    first = f"M{short(x)} 14C{short(x + 2.5)} 6 {short(x + 7)} 1.6 {short(x + 12.75)} 1.6"
    return first + f"S{short(x + 23)} 6 {short(x + _SPAN)} 14"
