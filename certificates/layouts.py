"""Where the texts of each artwork stand, in millimetres: what the style sheets say, for the measuring."""

from collections.abc import Mapping
from dataclasses import dataclass

from certificates.design import Style
from certificates.fitting import Box, Step
from certificates.fonts import SANS, SANS_SEMIBOLD, SERIF, SERIF_SEMIBOLD

_FOOT = (9.5, 8.5, 7.5, 6.5, 5.5)
_FOOT_TWO = (8.5, 8, 7.5, 7, 6.5, 6, 5.5)
_NAME_TWO = (40, 36, 32, 28, 25, 25, 21, 17, 13, 10)
_PROOF_TWO = (10.5, 10, 9.5, 9, 8.5, 8, 7.5, 7)


@dataclass(frozen=True, slots=True)
class Zone:
    """A rectangle of the page, from the top left."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def __str__(self) -> str:
        return f"{self.left:g} {self.top:g} {self.right:g} {self.bottom:g}"


@dataclass(frozen=True, slots=True)
class Layout:
    """One artwork in one language or two: boxes to measure texts in, zones none may leave.

    The title (`what`) and the proof share a height, `gap` apart: `room`, from the top of the title
    (in `plain`, of the name) to the end of the proof.
    """

    by: Box
    name: Box
    what: Box
    proof: Box
    sign: Box
    check: Box
    logo: Zone
    logo_above: bool
    gap: float
    room: float
    zones: Mapping[str, Zone]


_SPAN = Layout(
    by=Box.of(SERIF_SEMIBOLD, width=150, height=13, line_height=1.25, sizes=(13, 10.5, 8.5, 7)),
    name=Box.of(
        SERIF, width=262, height=27, line_height=1.08, sizes=(43, 38, 33, 29, 25, 29, 25, 21, 17, 13, 10), alone=5
    ),
    what=Box.of(SERIF, width=261, height=13.2, line_height=1.2, sizes=(23, 20, 18, 15.5, 13, 10, 8)),
    proof=Box(SANS, 35, 1.45, (Step(10.5, 170), Step(10.5, 215), Step(10.5, 261), Step(9.5, 261), Step(8.5, 261))),
    sign=Box.of(SANS_SEMIBOLD, width=62, height=24, line_height=1.4, sizes=_FOOT),
    check=Box.of(SANS_SEMIBOLD, width=98, height=24, line_height=1.42, sizes=(8.5, 7.5, 6.5, 5.5)),
    logo=Zone(18, 12.6, 64, 27.8),
    logo_above=False,
    gap=4.2,
    room=36.5,
    zones={
        "by": Zone(18, 13, 168, 29),
        "kind": Zone(179, 13, 279.5, 29),
        "name": Zone(17, 26, 280, 59.5),
        "column": Zone(17, 58.5, 280, 104),
        "tier": Zone(18, 138, 279, 152),
        "dates": Zone(17.5, 176, 81, 203.5),
        "sign": Zone(83, 176, 146, 203.5),
        "check": Zone(148, 176, 248, 203.5),
    },
)

_SPAN_TWO = Layout(
    by=_SPAN.by,
    name=Box.of(
        SERIF, width=262, height=23.5, line_height=1.08, sizes=(40, 36, 32, 28, 25, 25, 21, 17, 13, 10), alone=5
    ),
    what=Box.of(SERIF, width=125, height=17.2, line_height=1.2, sizes=(19, 17, 15.5, 14, 13, 12, 11, 10, 9, 8)),
    proof=Box.of(SANS, width=125, height=42, line_height=1.4, sizes=_PROOF_TWO),
    sign=Box.of(SANS_SEMIBOLD, width=62, height=25, line_height=1.4, sizes=_FOOT_TWO),
    check=Box.of(SANS_SEMIBOLD, width=98, height=25, line_height=1.4, sizes=_FOOT_TWO),
    logo=_SPAN.logo,
    logo_above=False,
    gap=3,
    room=42.5,
    zones={
        **_SPAN.zones,
        "name": Zone(17, 26, 280, 54),
        "column": Zone(17, 53.5, 144, 103.5),
        "column_2": Zone(147, 53.5, 280, 103.5),
    },
)

_CLASSIC = Layout(
    by=Box.of(SERIF_SEMIBOLD, width=217, height=12, line_height=1.25, sizes=(14, 11, 9, 7)),
    name=Box.of(SERIF, width=237, height=16, line_height=1.12, sizes=(37, 33, 29, 25, 22, 19, 16, 13, 10, 8)),
    what=Box.of(SERIF_SEMIBOLD, width=217, height=12.6, line_height=1.2, sizes=(22, 19, 17, 14.5, 12, 10, 8)),
    proof=Box(SANS, 30, 1.45, (Step(10.5, 171), Step(10.5, 217), Step(9.5, 217), Step(8.5, 217))),
    sign=Box.of(SANS_SEMIBOLD, width=84, height=16, line_height=1.4, sizes=_FOOT),
    check=Box.of(SANS_SEMIBOLD, width=65, height=33, line_height=1.4, sizes=(8.2, 7.5, 6.5, 5.5)),
    logo=Zone(118.5, 21.5, 178.5, 34.5),
    logo_above=True,
    gap=3.6,
    room=33.5,
    zones={
        "by": Zone(38, 27, 259, 48.5),
        "kind": Zone(38, 44, 259, 65),
        "to": Zone(38, 64.5, 259, 73.5),
        "name": Zone(28, 70, 269, 92),
        "column": Zone(38, 91, 259, 134.5),
        "dates": Zone(25, 173, 111, 190),
        "sign": Zone(25, 156, 111, 174),
        "check": Zone(177, 156, 244, 192),
    },
)

_CLASSIC_TWO = Layout(
    by=_CLASSIC.by,
    name=Box.of(SERIF, width=237, height=15.2, line_height=1.12, sizes=(35, 32, 29, 25, 22, 19, 16, 13, 10, 8)),
    what=Box.of(
        SERIF_SEMIBOLD, width=112, height=17.2, line_height=1.2, sizes=(18, 16.5, 15, 14, 13, 12, 11, 10, 9, 8)
    ),
    proof=Box.of(SANS, width=112, height=45, line_height=1.4, sizes=_PROOF_TWO),
    sign=Box.of(SANS_SEMIBOLD, width=84, height=20, line_height=1.4, sizes=_FOOT_TWO),
    check=Box.of(SANS_SEMIBOLD, width=65, height=34, line_height=1.4, sizes=(8.2, 7.5, 7, 6.5, 6, 5.5)),
    logo=_CLASSIC.logo,
    logo_above=True,
    gap=3,
    room=50,
    zones={
        **_CLASSIC.zones,
        "to": Zone(38, 60, 259, 70),
        "sign": Zone(25, 149, 111, 172),
        "dates": Zone(25, 171, 111, 191),
        "name": Zone(28, 66, 269, 86),
        "column": Zone(30, 86, 146, 144.5),
        "column_2": Zone(151, 86, 267, 144.5),
    },
)

_PLAIN = Layout(
    by=_SPAN.by,
    name=Box.of(SERIF, width=195, height=25, line_height=1.08, sizes=(42, 37, 33, 29, 25, 25, 21, 17, 13, 10), alone=5),
    what=Box.of(SERIF, width=195, height=20, line_height=1.2, sizes=(24, 21, 18.5, 16, 14, 12, 10, 8)),
    proof=Box.of(SANS, width=195, height=45, line_height=1.45, sizes=(11.5, 10.5, 9.5, 8.5, 7.5)),
    sign=Box.of(SANS_SEMIBOLD, width=62, height=24, line_height=1.4, sizes=_FOOT),
    check=_SPAN.check,
    logo=_SPAN.logo,
    logo_above=False,
    gap=0,
    room=90,
    zones={
        "by": Zone(18, 13, 168, 29),
        "kind": Zone(179, 13, 279.5, 29),
        "tier": Zone(18, 41, 279, 54),
        "rows": Zone(18, 58, 279, 171),
        "dates": _SPAN.zones["dates"],
        "sign": _SPAN.zones["sign"],
        "check": _SPAN.zones["check"],
    },
)

_PLAIN_TWO = Layout(
    by=_SPAN.by,
    name=Box.of(SERIF, width=195, height=18, line_height=1.08, sizes=(36, 32, 28, 25, 22, 21, 18, 15, 12, 10), alone=5),
    what=Box.of(SERIF, width=195, height=27, line_height=1.2, sizes=(20, 18, 16, 14, 13, 12, 11, 10, 9, 8)),
    proof=Box.of(SANS, width=195, height=54, line_height=1.4, sizes=_PROOF_TWO),
    sign=_SPAN_TWO.sign,
    check=_SPAN_TWO.check,
    logo=_SPAN.logo,
    logo_above=False,
    gap=0,
    room=92,
    zones=_PLAIN.zones,
)

LAYOUTS: Mapping[tuple[Style, bool], Layout] = {
    ("span", False): _SPAN,
    ("span", True): _SPAN_TWO,
    ("classic", False): _CLASSIC,
    ("classic", True): _CLASSIC_TWO,
    ("plain", False): _PLAIN,
    ("plain", True): _PLAIN_TWO,
}
