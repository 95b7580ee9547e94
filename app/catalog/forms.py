"""What the catalogue's address may ask for; anything else is ignored rather than refused."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.catalog.rules import CatalogueFilter
from app.foundation.i18n import LANGUAGES
from app.foundation.tiers import Tier

LONGEST_SEARCH = 100
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
HOURS = (5, 15, 40)  # upper bounds offered


def read_filter(text: str, tiers: Sequence[str], languages: Sequence[str], skill: str, hours: str) -> CatalogueFilter:
    """A filter from the parts of an address, nonsense left out."""
    known_tiers = tuple(Tier(name).number for name in dict.fromkeys(tiers) if name in set(Tier))
    clean = "".join(character for character in text if character.isprintable())[:LONGEST_SEARCH].strip()
    return CatalogueFilter(
        text=clean,
        tiers=known_tiers,
        languages=tuple(code for code in LANGUAGES if code in languages),
        skill=skill if SLUG.fullmatch(skill) else "",
        most_hours=int(hours) if hours in map(str, HOURS) else None,
    )
