"""The footbridge in elevation, for the home page, and its pencil sketch for empty pages."""

from dataclasses import dataclass

from app.web.drawings import scenery
from app.web.drawings.paths import Arch, circle, horizontal, join, short, vertical

_LEFT, _RIGHT = 120.0, 1080.0
_SPAN = (_RIGHT - _LEFT) / 4
_DECK, _SPRING = 112.0, 190.0
_RAIL = _DECK - 24
_INSET = 7.0
_PANELS = 12
_HANGERS = 16


@dataclass(frozen=True)
class Walker:
    """A person on the deck: head, coat and bag filled, limbs in line."""

    head: str
    filled: str
    limbs: str


@dataclass(frozen=True)
class Elevation:
    """Paths in the box 0 34 1200 240; an empty string is nothing to draw."""

    land: str
    courses: str
    arches: str
    arches_fine: str
    hangers: str
    to_come: str
    deck: str
    deck_edge: str
    rail: str
    lattice: str
    piers: str
    piers_courses: str
    piers_to_come: str
    lamps: str
    water: str
    walker: Walker


def elevation(done: float = 1.55) -> Elevation:
    """The bridge built up to `done` spans (kept within 0–4), its walker a step behind the edge."""
    edge = _LEFT + min(4.0, max(0.0, done)) * _SPAN
    feet = [_LEFT + k * _SPAN for k in range(5)]
    low = [_arch(x, _SPRING, _DECK + 24) for x in feet[:4]]
    high = [_arch(x, _SPRING - 16, _DECK + 13) for x in feet[:4]]
    built = [x for x in feet[1:4] if x <= edge]
    return Elevation(
        land=scenery.banks(_LEFT, _RIGHT, _DECK),
        courses=scenery.courses(_LEFT, _RIGHT, _DECK),
        arches=join(*(arch.until(edge) for arch in low)),
        arches_fine=join(*(arch.until(edge) for arch in high)),
        hangers=join(*(_hangers(x, a, b, edge) for x, a, b in zip(feet[:4], low, high, strict=True))),
        to_come=join(*(arch.beyond(edge) for arch in low), *_deck_to_come(edge)),
        deck=horizontal(_DECK, _LEFT, edge) if edge > _LEFT else "",
        deck_edge=horizontal(_DECK + 4.5, _LEFT, edge) if edge > _LEFT else "",
        rail=horizontal(_RAIL, _LEFT, edge) if edge > _LEFT else "",
        lattice=_lattice(edge),
        piers=join(*(_pier(x) for x in built)),
        piers_courses=join(*(_pier_courses(x) for x in built)),
        piers_to_come=join(*(_pier(x) for x in feet[1:4] if x > edge)),
        lamps=join(*(vertical(x, _DECK - 58, _DECK) + circle(x, _DECK - 63, 5) for x in feet if x <= edge)),
        water=scenery.WATER,
        walker=_walker(max(edge - 34, _LEFT - 34), _DECK - 2),
    )


def pencil_bridge() -> tuple[str, str]:
    """Two banks in ink and four spans in pencil, in a box of 320 × 70: nothing proven yet."""
    arches = "M40 54C46 38 56 30 70 30S94 38 100 54"
    arches += "".join(f"C{x + 6} 38 {x + 16} 30 {x + 30} 30S{x + 54} 38 {x + 60} 54" for x in (100, 160, 220))
    return "M0 22H40V66H0M320 22H280V66H320", "M40 22H280" + arches


def _arch(foot: float, base: float, crown: float) -> Arch:
    """An arch between two piers, held off them by their half width."""
    haunch = base - (base - crown) * 0.72
    left, right = (foot + _INSET, base), (foot + _SPAN - _INSET, base)
    return Arch.between(left, right, crown, knee=0.16, haunch=haunch, shoulder=0.34)


def _hangers(foot: float, low: Arch, high: Arch, edge: float) -> str:
    """Stems from deck to upper rib, then from rib to rib, as far as the deck is built."""
    width = _SPAN - 2 * _INSET
    places = [foot + _INSET + width * j / _HANGERS for j in range(1, _HANGERS)]
    return join(*(_hanger(x, high.height(x), low.height(x)) for x in places if x <= edge))


def _hanger(x: float, upper: float, lower: float) -> str:
    return vertical(x, _DECK + 3, upper) + vertical(x, upper, lower)


def _deck_to_come(edge: float) -> tuple[str, ...]:
    if edge >= _RIGHT:
        return ()
    return horizontal(_DECK, edge, _RIGHT), horizontal(_RAIL, edge, _RIGHT)


def _lattice(edge: float) -> str:
    """Parapet panels, each a post and a cross, closed by a last post."""
    step = _SPAN / _PANELS
    whole = int((edge - _LEFT) / step + 1e-6)
    panels = [_panel(_LEFT + k * step, step) for k in range(whole)]
    return join(*panels, vertical(_LEFT + whole * step, _RAIL, _DECK))


def _panel(x: float, step: float) -> str:
    top, foot, end = short(_RAIL + 2), short(_DECK - 3), short(x + step)
    return f"{vertical(x, _RAIL, _DECK)}M{short(x)} {top}L{end} {foot}M{end} {top}L{short(x)} {foot}"


def _pier(x: float) -> str:
    return f"M{short(x - 8)} {short(_SPRING - 6)}h16l3 64h-22z"


def _pier_courses(x: float) -> str:
    rows = ((9.0, 10), (10.0, 26), (10.5, 42))
    return join(*(f"M{short(x - half)} {short(_SPRING + y)}h{short(2 * half)}" for half, y in rows))


def _walker(x: float, ground: float) -> Walker:
    """Drawn from the feet up; x is the middle of the body."""

    def at(dx: float, dy: float) -> str:
        return f"{short(x + dx)} {short(ground + dy)}"

    coat = f"M{at(-2, -38)}L{at(3, -37.5)}L{at(6, -17)}L{at(-6, -17)}z"
    bag = f"M{at(-10, -22)}h8v7h-8z"
    legs = f"M{at(3, -18)}L{at(7, -9)}L{at(8, 0)}h3.5M{at(-3, -18)}L{at(-5, -9)}L{at(-10, -1)}l2.5 1.5"
    arms = f"M{at(2, -35)}L{at(7, -27)}L{at(11, -25)}M{at(-1, -35)}L{at(-6, -27)}L{at(-6, -22)}"
    return Walker(circle(x + 1, ground - 44, 4), coat + bag, legs + arms)
