"""Score how far proven skills cover an offer's requirements: integers in, integers out (matching.md §3)."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import TypeAlias

from app.matching.freshness import FULL, SLOW_MILLI, SWIFT_MILLI

FORMULA_VERSION = "matching/1"
MOST_REQUIREMENTS = 30
SCORE_MAXIMUM = 100_000
ESSENTIAL_FACTOR = 2

_ASSURANCE_MILLI = {0: 0, 1: 900, 2: 1000, 3: 1000}
_THIRD_PARTY_MILLI = 800


class Reason(IntEnum):
    """Why a held skill counts towards a required one."""

    SAME = 0
    NARROWER = 1
    BROADER = 2
    CO_REQUIRED = 3


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of an offer; level 1 to 4, weight in hundredths of idf, assurance level 0 to 3."""

    skill: int
    level: int
    idf_centi: int = 100
    essential: bool = True
    exact: bool = False
    blocking: bool = False
    min_assurance: int = 1

    @property
    def weight(self) -> int:
        """Give w = k·idf_centi, k = 2 for essential rows."""
        return self.idf_centi * (ESSENTIAL_FACTOR if self.essential else 1)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One proof of a skill; freshness in thousandths, `valid` today or not, `certificate` an opaque row id."""

    skill: int
    level: int
    assurance: int
    freshness: int = FULL
    valid: bool = True
    third_party: bool = False
    certificate: int = 0

    @property
    def assurance_milli(self) -> int:
        """Give A: a supervised exam 1000, an exam alone 900, a verified third-party badge 800, else 0."""
        return _THIRD_PARTY_MILLI if self.third_party else _ASSURANCE_MILLI[self.assurance]

    @property
    def milli(self) -> int:
        """Give ev = level·F·A // 1000, from 0 to 4000."""
        return self.level * self.freshness * self.assurance_milli // 1000


@dataclass(frozen=True, slots=True)
class Near:
    """A held skill that counts partly for a required one; `shared` of `occupations` ask for both."""

    skill: int
    pi_milli: int
    reason: Reason
    shared: int = 0
    occupations: int = 0


Neighbours: TypeAlias = Mapping[int, Sequence[Near]]  # by required skill; empty for exact-only scores


@dataclass(frozen=True, slots=True)
class RowScore:
    """One requirement as scored: q in thousandths, and the evidence and nearness that gave it, if any."""

    requirement: Requirement
    q: int
    near: Near | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """Score and essential score from 0 to 100,000, the rows in the offer's order, and Σ w."""

    score: int
    essential: int
    rows: tuple[RowScore, ...]
    total_weight: int


def freshness(valid_until: date | None, today: date, family: str) -> int:
    """Give F in thousandths: full until `valid_until` included, then fading by whole months, never below 500.

    Family "digital" halves in 36 months, others in 72, and "regulated" is worth nothing the day after.
    """
    if valid_until is None or today <= valid_until:
        return FULL
    if family == "regulated":
        return 0
    table = SWIFT_MILLI if family == "digital" else SLOW_MILLI
    return table[min(whole_months(valid_until, today), len(table) - 1)]


def whole_months(earlier: date, later: date) -> int:
    """Count whole calendar months between two days."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return months - (later.day < earlier.day)


def score(requirements: Sequence[Requirement], evidence: Iterable[Evidence], near: Neighbours) -> Score:
    """Score evidence against 1 to 30 requirements; raises ValueError for any other number of rows."""
    if not 1 <= len(requirements) <= MOST_REQUIREMENTS:
        raise ValueError(f"1 to {MOST_REQUIREMENTS} requirements expected, not {len(requirements)}")
    best = best_evidence(evidence)
    rows = tuple(_score_row(requirement, best, near) for requirement in requirements)
    essential = [row for row in rows if row.requirement.essential]
    return Score(_weighted(rows), _weighted(essential), rows, sum(row.requirement.weight for row in rows))


def best_evidence(evidence: Iterable[Evidence]) -> Mapping[int, Evidence]:
    """Keep, per skill, the evidence worth most; between equals the higher level, then the later certificate."""
    best: dict[int, Evidence] = {}
    for one in evidence:
        if one.skill not in best or _worth(one) > _worth(best[one.skill]):
            best[one.skill] = one
    return best


def _worth(evidence: Evidence) -> tuple[int, ...]:
    # Every field takes part, so that of two different proofs the same one is kept in whatever order they come.
    kind = (evidence.freshness, evidence.valid, evidence.third_party)
    return evidence.milli, evidence.level, evidence.assurance, evidence.certificate, *kind


def _score_row(requirement: Requirement, best: Mapping[int, Evidence], near: Neighbours) -> RowScore:
    """Take the one best held skill: a maximum, so near skills never stack."""
    same = Near(requirement.skill, FULL, Reason.SAME)
    accepted = (same,) if requirement.exact else (same, *near.get(requirement.skill, ()))
    held = [_try(requirement, one, best[one.skill]) for one in accepted if one.skill in best]
    worth_showing = [row for row in held if row.q or row.near == same]
    return max(worth_showing, key=_preference, default=RowScore(requirement, 0))


def _try(requirement: Requirement, near: Near, evidence: Evidence) -> RowScore:
    gain = min(FULL, evidence.milli // requirement.level)
    return RowScore(requirement, near.pi_milli * gain // 1000, near, evidence)


def _preference(row: RowScore) -> tuple[int, int, int]:
    """Rank the held skills for one requirement: most credit, then nearest, then lowest skill id."""
    pi_milli, skill = (row.near.pi_milli, row.near.skill) if row.near else (0, 0)
    return row.q, pi_milli, -skill


def _weighted(rows: Sequence[RowScore]) -> int:
    total = sum(row.requirement.weight for row in rows)
    return sum(row.requirement.weight * row.q for row in rows) * 100 // total if total else 0


def unmet(requirements: Iterable[Requirement], evidence: Iterable[Evidence]) -> tuple[Requirement, ...]:
    """List the blocking requirements not met; eligible means none. Never part of the score.

    Each needs the very skill, proven at the level asked and the assurance asked, by a certificate valid today.
    """
    held = tuple(evidence)
    return tuple(
        requirement
        for requirement in requirements
        if requirement.blocking and not any(_meets(requirement, one) for one in held)
    )


def _meets(requirement: Requirement, evidence: Evidence) -> bool:
    return (
        evidence.skill == requirement.skill
        and evidence.level >= requirement.level
        and evidence.valid
        and evidence.assurance_milli > 0
        and evidence.assurance >= requirement.min_assurance
    )


def shown_percent(value: int) -> str:
    """Write a score of 0 to 100,000 as a percentage truncated to one decimal: 65,052 is "65.0"."""
    return f"{value // 1000}.{value // 100 % 10}"


@dataclass(frozen=True, slots=True)
class Placed:
    """One line of a list: the other side's public id and its two scores."""

    public_id: str
    score: int
    essential: int


def order(entries: Iterable[Placed], salt: bytes) -> list[Placed]:
    """Order by score, then essential score, both descending, then by the viewer's own lot (matching.md §5)."""
    return sorted(entries, key=lambda one: (-one.score, -one.essential, tie_break(salt, one.public_id)))


def tie_break(salt: bytes, public_id: str) -> str:
    """Draw a lot that is stable for one viewer and favours nobody: HMAC-SHA256 by the viewer's salt, in hex."""
    return hmac.new(salt, public_id.encode(), hashlib.sha256).hexdigest()
