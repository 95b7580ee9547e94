"""Durations as authors write them: 60s, 45m, 24h, 7d, and for validity 24mo, 2y."""

import re
from dataclasses import dataclass
from datetime import timedelta

_PATTERN = re.compile(r"([0-9]{1,6})(s|m|h|d|mo|y)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_MONTHS = {"mo": 1, "y": 12}


@dataclass(frozen=True, slots=True)
class Months:
    """A duration counted on the calendar."""

    number: int


def parse_duration(text: str) -> timedelta | Months | None:
    """`90m` → 90 minutes, `2y` → 24 months, anything else → None."""
    match = _PATTERN.fullmatch(text)
    if match is None:
        return None
    number, unit = int(match[1]), match[2]
    if unit in _MONTHS:
        return Months(number * _MONTHS[unit])
    return timedelta(seconds=number * _SECONDS[unit])
