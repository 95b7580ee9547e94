"""The match: the offer asks for arches, what is proven lays the deck."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.web.drawings.paths import horizontal, join, short, vertical

_SPAN = 38.0
_LEFT, _RIGHT = 2.0, 154.0
_DECK = 13.0
_GAP = 3.0
_SLOT, _BAR, _GROUP = 20.0, 16.0, 8.0


@dataclass(frozen=True)
class Meet:
    """Paths of one requirement in the box 0 6 156 30; an empty string is nothing to draw."""

    arches: str
    posts: str
    laid: str
    missing: str
    to_come: str


@dataclass(frozen=True)
class Fit:
    """Paths of one bar for all requirements of an offer, 16 high."""

    width: float
    laid: str
    missing: str
    to_come: str


def meet(asked: int, proven: int) -> Meet:
    """Arches up to the tier asked (0–4), deck up to the tier proven (0–4)."""
    foot = [_LEFT + k * _SPAN for k in range(5)]
    missing = horizontal(_DECK, foot[proven] + _GAP, foot[asked]) if proven < asked else ""
    beyond = max(asked, proven)
    return Meet(
        arches=join(*(_arch(foot[k]) for k in range(asked))),
        posts=join(*(vertical(x, _DECK, 35) for x in foot[: asked + 1])) if asked else "",
        laid=horizontal(_DECK, _LEFT, foot[proven]) if proven else "",
        missing=missing,
        to_come=horizontal(_DECK, foot[beyond], _RIGHT) if beyond < 4 else "",
    )


def fit(required: Sequence[bool], wished: Sequence[bool] = ()) -> Fit:
    """One bar a requirement, true when proven; the wished ones stand apart, and in pencil while not proven."""
    starts = [1 + k * _SLOT for k in range(len(required))]
    first = 1 + len(required) * _SLOT + (_GROUP if required else 0)
    ends = [first + k * _SLOT for k in range(len(wished))]
    places = [*starts, *ends]
    return Fit(
        width=max(places, default=0) + _BAR + 12,
        laid=join(*(_bar(x) for x, ok in zip(places, [*required, *wished], strict=True) if ok)),
        missing=join(*(_bar(x) for x, ok in zip(starts, required, strict=True) if not ok)),
        to_come=join(*(_bar(x) for x, ok in zip(ends, wished, strict=True) if not ok)),
    )


def _bar(x: float) -> str:
    return horizontal(8, x, x + _BAR)


def _arch(x: float) -> str:
    first = f"M{short(x)} 34C{short(x + 4)} 23 {short(x + 12)} 18.5 {short(x + 19)} 18.5"
    return first + f"S{short(x + 34)} 23 {short(x + _SPAN)} 34"
