"""Explain a score to both sides alike: what each row brings, what is missing, what would change it, and a plan."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from app.matching.scoring import Evidence, Near, Neighbours, Requirement, Score, score

ROUND_PEOPLE_TO = 5
HIDE_PEOPLE_BELOW = 10


@dataclass(frozen=True, slots=True)
class RowExplanation:
    """One requirement for the page: what it brings and what is missing, in thousandths of a percent of the score.

    Rounded down each, so the parts need not add up to the score: pages say "about".
    """

    requirement: Requirement
    q: int
    contribution: int
    missing: int
    near: Near | None
    evidence: Evidence | None


def breakdown(scored: Score) -> tuple[RowExplanation, ...]:
    """Give the rows in the offer's order; candidate and employer read the very same."""
    return tuple(
        RowExplanation(
            row.requirement,
            row.q,
            _share(row.requirement.weight * row.q, scored),
            _share(row.requirement.weight * (1000 - row.q), scored),
            row.near,
            row.evidence,
        )
        for row in scored.rows
    )


def _share(part: int, scored: Score) -> int:
    return part * 100 // scored.total_weight


def gain_from(
    requirements: Sequence[Requirement], evidence: Iterable[Evidence], near: Neighbours, added: Iterable[Evidence]
) -> int:
    """Give the points of score that more evidence would bring, by exact re-scoring."""
    held = tuple(evidence)
    return score(requirements, (*held, *added), near).score - score(requirements, held, near).score


class Shortfall(StrEnum):
    """Why a row with the very skill at the level asked still misses points: no course would close it."""

    ASSURANCE = "assurance"
    AGE = "age"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Gap:
    """A skill still to learn: the row, the level already proven in the very skill (0 for none), what is missing."""

    requirement: Requirement
    held_level: int
    missing: int


@dataclass(frozen=True, slots=True)
class Reservation:
    """A skill proven at the level asked, but unsupervised or out of date: its own sentence, never a gap."""

    requirement: Requirement
    shortfall: Shortfall
    missing: int


def gaps(scored: Score, evidence: Iterable[Evidence]) -> tuple[Gap, ...]:
    """List what a course could close, the largest first: below the level asked, or not the very skill."""
    proven = _proven(evidence)
    found = []
    for row in breakdown(scored):
        held_level = max((one.level for one in proven if one.skill == row.requirement.skill), default=0)
        if row.q < 1000 and held_level < row.requirement.level:
            found.append(Gap(row.requirement, held_level, row.missing))
    return tuple(sorted(found, key=lambda gap: -gap.missing))


def reservations(scored: Score, evidence: Iterable[Evidence]) -> tuple[Reservation, ...]:
    """List the rows held back by assurance or age alone, in the offer's order."""
    proven = _proven(evidence)
    found = []
    for row in breakdown(scored):
        high_enough = [
            one for one in proven if one.skill == row.requirement.skill and one.level >= row.requirement.level
        ]
        if row.q < 1000 and high_enough:
            best = max(high_enough, key=lambda one: (one.milli, one.certificate))
            found.append(Reservation(row.requirement, _shortfall(best), row.missing))
    return tuple(found)


def _proven(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(one for one in evidence if one.assurance_milli > 0)


def _shortfall(evidence: Evidence) -> Shortfall:
    if evidence.freshness == 1000:
        return Shortfall.ASSURANCE
    return Shortfall.AGE if evidence.assurance_milli == 1000 else Shortfall.BOTH


@dataclass(frozen=True, slots=True)
class Course:
    """A course that can be followed: its hours (at least 1), what its certificate proves, the courses before it."""

    key: int
    hours: int
    awards: tuple[Evidence, ...]
    requires: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Step:
    """One course of a plan: the score after it, what it gains, and the week it ends, counted from 1."""

    course: Course
    gain: int
    score_after: int
    ends_in_week: int


def plan(
    requirements: Sequence[Requirement],
    evidence: Iterable[Evidence],
    near: Neighbours,
    courses: Collection[Course],
    *,
    weekly_hours: int,
    completed: Collection[int] = (),
) -> tuple[Step, ...]:
    """Order the courses that help by points per hour, re-scoring exactly after each; stops when none gains."""
    held, done, hours = tuple(evidence), set(completed), 0
    now = score(requirements, held, near).score
    steps: list[Step] = []
    while True:
        open_courses = [one for one in courses if one.key not in done and one.requires <= done]
        gains = {one: score(requirements, (*held, *one.awards), near).score - now for one in open_courses}
        if not any(gains.values()):
            return tuple(steps)
        chosen = min(gains, key=lambda one: (-Fraction(gains[one], one.hours), one.hours, one.key))
        held, done, hours = (*held, *chosen.awards), done | {chosen.key}, hours + chosen.hours
        now += gains[chosen]
        steps.append(Step(chosen, gains[chosen], now, -(-hours // weekly_hours)))


def about_people(count: int) -> int | None:
    """Round a number of people to 5 before showing it; None, not shown, under 10."""
    if count < HIDE_PEOPLE_BELOW:
        return None
    return (count + ROUND_PEOPLE_TO // 2) // ROUND_PEOPLE_TO * ROUND_PEOPLE_TO
