"""What a learner wishes of a job, and how far an offer grants it; employers never read any of it (matching.md §7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

GRANTED, PARTLY, REFUSED = 1000, 500, 0
WEIGHTS = {"must": 2, "important": 2, "nice": 1}
KINDS = ("contract", "remote", "place", "pay_floor")
# The pay floor filters the learner's own list only: an employer could find it by moving the pay and watching theirs.
KINDS_BOTH_SIDES = ("contract", "remote", "place")


@dataclass(frozen=True)
class OfferTerms:
    """What wishes are read against; the place is folded, pay is the upper end a year, None when not stated."""

    contract: str
    remote: str
    place: str
    pay_max: int | None


def granted(kind: str, values: Any, terms: OfferTerms) -> int:
    """How far one wish is granted: 1000, 500 for partly (partly remote, pay not stated), 0."""
    if kind == "contract":
        return GRANTED if terms.contract in values else REFUSED
    if kind == "remote":
        if terms.remote in values:
            return GRANTED
        return PARTLY if terms.remote == "hybrid" and "remote" in values else REFUSED
    if kind == "place":
        return GRANTED if terms.remote == "remote" or any(place in terms.place for place in values) else REFUSED
    if terms.pay_max is None:
        return PARTLY
    return GRANTED if terms.pay_max >= values[0] else REFUSED


def fit(wishes: Mapping[str, Any], terms: OfferTerms) -> int | None:
    """100·Σ v·x // Σ v, from 0 to 100,000; None when nothing is wished."""
    weighed = [(WEIGHTS[wish["weight"]], granted(kind, wish["values"], terms)) for kind, wish in _wished(wishes, KINDS)]
    total = sum(weight for weight, _ in weighed)
    return 100 * sum(weight * value for weight, value in weighed) // total if total else None


def musts_met(wishes: Mapping[str, Any], terms: OfferTerms, kinds: tuple[str, ...] = KINDS) -> bool:
    """Does the offer grant, partly at least, everything that must be?"""
    return all(
        granted(kind, wish["values"], terms) > REFUSED
        for kind, wish in _wished(wishes, kinds)
        if wish["weight"] == "must"
    )


def _wished(wishes: Mapping[str, Any], kinds: tuple[str, ...]) -> list[tuple[str, Mapping[str, Any]]]:
    return [(kind, wishes[kind]) for kind in kinds if wishes.get(kind) and wishes[kind]["values"]]


def combined(score: int, wish_fit: int | None) -> int:
    """The learner's order: the harmonic mean 2ab // (a+b) of score and fit; the score alone when nothing is wished."""
    if wish_fit is None:
        return score
    total = score + wish_fit
    return 2 * score * wish_fit // total if total else 0
