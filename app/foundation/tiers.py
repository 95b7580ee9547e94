"""The four tiers, the only scale of level in the program."""

from __future__ import annotations

from enum import StrEnum

from app.foundation.i18n import LazyText
from app.foundation.i18n import lazy_gettext as _l


class Tier(StrEnum):
    """A span of the bridge, from the near bank to the far one."""

    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"
    EXPERT = "expert"

    @property
    def number(self) -> int:
        """1 for beginner to 4 for expert."""
        return list(Tier).index(self) + 1

    @property
    def label(self) -> LazyText:
        return TIER_LABELS[self]

    @classmethod
    def from_number(cls, number: int) -> Tier:
        """The tier of a number from 1 to 4."""
        return list(cls)[number - 1]


TIER_LABELS = {
    Tier.BEGINNER: _l("Beginner"),
    Tier.INTERMEDIATE: _l("Intermediate"),
    Tier.ADVANCED: _l("Advanced"),
    Tier.EXPERT: _l("Expert"),
}
