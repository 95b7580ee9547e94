"""Icons and dots on a 20 × 20 grid, drawn at 1.75 px; an icon never stands without a word."""

from dataclasses import dataclass

from app.web.drawings.paths import circle

_DISC = "M10 3a7 7 0 100 14 7 7 0 000-14z"
_PADLOCK = "M4.5 9h11v8h-11zM7 9V6.5a3 3 0 016 0V9"

ICONS = {
    "alert": "M10 3L2.5 16.5h15zM10 8v4M10 14.3v.1",
    "arrow": "M3.5 10h13M11.5 5l5 5-5 5",
    "check": "M4 10.5l4 4 8-9",
    "clock": _DISC + "M10 6v4l3 2",
    "cross": "M5 5l10 10M15 5L5 15",
    "down": "M10 3v10M5.5 8.5L10 13l4.5-4.5M4 17h12",
    "eye": "M2 10s3-5 8-5 8 5 8 5-3 5-8 5-8-5-8-5zM10 8a2 2 0 100 4 2 2 0 000-4z",
    "file": "M5 3h7l3.5 3.5V17H5zM12 3v3.5h3.5",
    "flag": "M5 17V3.5h9l-2 3.5 2 3.5H5",
    "info": _DISC + "M10 9.5V14M10 6.4v.1",
    "lock": _PADLOCK,
    "none": "M5 10h10",
    "off": "M3 8a10 10 0 0114 0M6 11.2a6 6 0 018 0M10 15v.1M3 3l14 14",
    "pause": "M7 5v10M13 5v10",
    "search": "M9 3.5a5.5 5.5 0 100 11 5.5 5.5 0 000-11zM13 13l4 4",
    "swap": "M4 7h11l-3-3M16 13H5l3 3",
}


@dataclass(frozen=True)
class Icon:
    """An icon's one path, with what a dot adds: a filled part, or dashes."""

    path: str
    filled: str = ""
    dashes: str | None = None


DOTS = {
    "dot-done": Icon(ICONS["check"]),
    "dot-now": Icon(circle(10, 10, 6.5), filled="M10 3.5a6.5 6.5 0 010 13z"),
    "dot-todo": Icon(circle(10, 10, 6.5), dashes="2.5 2.6"),
    "dot-shut": Icon(_PADLOCK),
}


def icon(name: str) -> Icon:
    """The icon or dot of that name; KeyError when nobody drew it."""
    return DOTS[name] if name in DOTS else Icon(ICONS[name])
