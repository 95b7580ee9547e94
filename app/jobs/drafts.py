"""An offer as its employer typed it, once checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class RequirementDraft:
    """One row as validated: the skill's slug, a tier from 1 to 4."""

    skill: str
    tier: int
    essential: bool


@dataclass(frozen=True)
class OfferDraft:
    """An offer as validated; pay in whole units a year, gross."""

    title: str
    description: str
    language: str
    contract: str
    place: str
    remote: str
    pay_min: int | None
    pay_max: int | None
    closes_on: date
    requirements: tuple[RequirementDraft, ...]
