"""What somebody may look for in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CatalogueFilter:
    """What somebody looks for; empty means anything. Hours are upper bounds."""

    text: str = ""
    tiers: tuple[int, ...] = ()
    languages: tuple[str, ...] = ()
    skill: str = ""
    most_hours: int | None = None
