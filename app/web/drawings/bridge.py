"""The wide bridge of progress: the deck is inked up to the walker, what is ahead stays in pencil."""

from dataclasses import dataclass

from app.web.drawings.paths import Arch, horizontal, join, vertical

_WIDTH = 640.0
_SPAN = _WIDTH / 4
_DECK, _FOOT, _CROWN, _GROUND = 12.0, 58.0, 22.0, 64.0
_WALKER = 5.0
"""The walker's ring stays this far from both ends."""


@dataclass(frozen=True)
class Bridge:
    """Paths in a box of 640 × 64; an empty string is nothing to draw."""

    deck: str
    deck_to_come: str
    arches: str
    arches_to_come: str
    struts: str
    piers: str
    piers_to_come: str
    walker_x: float
    walker_y: float
    current: int
    """Index of the span being crossed, 4 when all are."""


def bridge(done: float) -> Bridge:
    """The bridge with `done` spans crossed: 1.31 is the first span, then 31 % of the second; kept within 0–4."""
    done = min(4.0, max(0.0, done))
    edge = done * _SPAN
    arches = [_arch(k) for k in range(4)]
    feet = [k * _SPAN for k in range(5)]
    return Bridge(
        deck=horizontal(_DECK, 0, edge) if edge else "",
        deck_to_come=horizontal(_DECK, edge, _WIDTH) if done < 4 else "",
        arches=join(*(arch.until(edge) for arch in arches)),
        arches_to_come=join(*(arch.beyond(edge) for arch in arches)),
        struts=join(*(_struts(arch, k, edge) for k, arch in enumerate(arches))),
        piers=join(*(vertical(x, _DECK, _GROUND) for x in feet if x <= edge)),
        piers_to_come=join(*(vertical(x, _DECK, _GROUND) for x in feet if x > edge)),
        walker_x=round(min(max(edge, _WALKER), _WIDTH - _WALKER), 1),
        walker_y=_DECK,
        current=int(done),
    )


def _arch(index: int) -> Arch:
    left = index * _SPAN
    return Arch.between((left, _FOOT), (left + _SPAN, _FOOT), _CROWN, knee=0.1, haunch=34.0, shoulder=0.32)


def _struts(arch: Arch, index: int, edge: float) -> str:
    """Nine struts a span, none where deck and crown are too close to hold one, none ahead of the walker."""
    places = [index * _SPAN + _SPAN * j / 10 for j in range(1, 10)]
    heights = [(x, arch.height(x)) for x in places if x <= edge]
    return join(*(vertical(x, _DECK, y) for x, y in heights if y - _DECK > 12.5))
