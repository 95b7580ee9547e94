"""The seals of verification on a 72 × 72 grid, each its own shape so that none is told by colour alone."""

from dataclasses import dataclass

from app.web.drawings.paths import circle


@dataclass(frozen=True)
class Stroke:
    """A path, thinner or thicker than the seal's 2 px when a width is given, dashed when dashes are."""

    path: str
    width: float | None = None
    dashes: str | None = None


@dataclass(frozen=True)
class Seal:
    """The strokes of a seal and the tone of its verdict: "" (proven), "care", "stop" or "none"."""

    strokes: tuple[Stroke, ...]
    tone: str


_RING = Stroke(circle(36, 36, 31))
_OPEN_RING = Stroke(circle(36, 36, 31), dashes="4 5")
_BRIDGE = Stroke(
    "M15 33H57M15 45C16 39 18.5 36.5 20.25 36.5S24.5 39 25.5 45C26.5 39 29 36.5 30.75 36.5S35 39 36 45"
    "C37 39 39.5 36.5 41.25 36.5S45.5 39 46.5 45C47.5 39 50 36.5 51.75 36.5S56 39 57 45"
)
_SHEET = "M18 10H44L56 22V62H18z"

SEALS = {
    "valid": Seal((_RING, Stroke(circle(36, 36, 26.5), width=1), _BRIDGE), ""),
    "not_yet_valid": Seal((_OPEN_RING, Stroke("M36 18V37L25 43")), "care"),
    "expired": Seal(
        (
            Stroke("M36 5A31 31 0 1 1 9.2 51.5"),
            Stroke("M9.2 51.5A31 31 0 0 1 36 5", dashes="3 5"),
            Stroke("M36 18V37L47 43"),
        ),
        "care",
    ),
    "superseded": Seal(
        (Stroke(circle(28, 36, 24), dashes="4 5"), Stroke(circle(44, 36, 24)), Stroke("M36 36H54M48 30L54 36L48 42")),
        "care",
    ),
    "suspended": Seal((_RING, Stroke("M29 25V47M43 25V47", width=4)), "care"),
    "revoked": Seal((_RING, _BRIDGE, Stroke("M14 58L58 14", width=3)), "stop"),
    "tampered": Seal(
        (Stroke("M40 5.3A31 31 0 1 1 30 5.6"), Stroke("M33 2L39 14L31 22L41 34L33 44L39 56L34 70", width=2.5)),
        "stop",
    ),
    "altered": Seal(
        (
            Stroke(_SHEET + "M44 10V22H56"),
            Stroke("M25 34H49M25 42H41", width=1.5),
            Stroke("M25 50C28 46 31 54 34 50S40 46 43 50S47 52 49 49", width=2.5),
        ),
        "stop",
    ),
    "wrong_issuer": Seal((_OPEN_RING, Stroke("M22 30H50L44 24M50 42H22L28 48")), "stop"),
    "key_withdrawn": Seal(
        (
            _RING,
            Stroke("M24 36a6 6 0 1 1 12 0a6 6 0 1 1 -12 0M36 36H53V43M47 36V41"),
            Stroke("M16 56L56 16", width=3),
        ),
        "stop",
    ),
    "status_unavailable": Seal(
        (_OPEN_RING, Stroke("M20 32a23 23 0 0 1 32 0M26 39a14 14 0 0 1 20 0M36 47v.2M22 52L50 22")), "care"
    ),
    "unknown": Seal(
        (_OPEN_RING, Stroke("M28 29a8 8 0 1 1 11.5 7.2c-2.6 1.3-3.5 2.6-3.5 5.3M36 49.5v.2", width=2.5)), "none"
    ),
    # Beside the thirteen answers: what is still to come is in pencil.
    "pending": Seal((_OPEN_RING, Stroke(_BRIDGE.path, dashes="2 4")), "none"),
    "malformed": Seal((Stroke(_SHEET, dashes="4 5"), Stroke("M29 32L45 48M45 32L29 48")), "none"),
}


def seal(state: str) -> Seal:
    """The seal of a state of verification; KeyError for a state that has none."""
    return SEALS[state]
