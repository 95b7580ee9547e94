"""A match as both sides read it: one line a requirement, the score, and what a course would change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.matching.explanation import (
    Gap,
    Reservation,
    RowExplanation,
    Shortfall,
    breakdown,
    gain_from,
    gaps,
    reservations,
)
from app.matching.scoring import Evidence, Neighbours, Reason, Requirement, score, unmet

FITS_FROM = 60_000  # an offer fits from 60 % on: said on the page, and no cut-off anywhere
LEAST_EXAM_ASSURANCE = 1  # what the certificate of a course is worth at least: an exam without supervision


class Reading(StrEnum):
    """What one line of a match says."""

    PROVEN = "proven"
    MORE = "more"
    RESERVED = "reserved"  # the level is there; supervision or freshness is not
    PARTLY = "partly"  # the very skill, at a lower tier
    NEAR = "near"  # a neighbour counts instead
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Line:
    """One requirement: what is asked, what is proven in the very skill (tier 0 to 4), and how it reads."""

    explained: RowExplanation
    held: int
    shortfall: Shortfall | None

    @property
    def requirement(self) -> Requirement:
        return self.explained.requirement

    @property
    def met(self) -> bool:
        """Is the very skill proven at the level asked?"""
        return self.held >= self.requirement.level

    @property
    def missing_spans(self) -> int:
        return max(0, self.requirement.level - self.held)

    @property
    def reading(self) -> Reading:
        if self.met:
            if self.shortfall is not None:
                return Reading.RESERVED
            return Reading.MORE if self.held > self.requirement.level else Reading.PROVEN
        if self.explained.near is not None and self.explained.near.reason != Reason.SAME:
            return Reading.NEAR
        return Reading.PARTLY if self.held else Reading.NOTHING


@dataclass(frozen=True, slots=True)
class Match:
    """An offer and a person: scores from 0 to 100,000, lines in the offer's order, gaps from the largest."""

    score: int
    essential: int
    lines: tuple[Line, ...]
    gaps: tuple[Gap, ...]
    reservations: tuple[Reservation, ...]
    unmet: tuple[Requirement, ...]
    evidence: tuple[Evidence, ...]

    @property
    def missing_essentials(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.requirement.essential and not line.met)

    @property
    def missing_optionals(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if not line.requirement.essential and not line.met)

    @property
    def fits(self) -> bool:
        return self.score >= FITS_FROM

    @property
    def essentials_met(self) -> tuple[bool, ...]:
        """For the drawing: one bar an essential requirement, true when proven."""
        return tuple(line.met for line in self.lines if line.requirement.essential)

    @property
    def optionals_met(self) -> tuple[bool, ...]:
        return tuple(line.met for line in self.lines if not line.requirement.essential)


def read_match(requirements: Sequence[Requirement], evidence: Iterable[Evidence], near: Neighbours) -> Match:
    """Score and explain; the only way any page, list, record or command comes by a match."""
    held = tuple(evidence)
    scored = score(requirements, held, near)
    reserved = reservations(scored, held)
    shortfalls = {one.requirement.skill: one.shortfall for one in reserved}
    return Match(
        score=scored.score,
        essential=scored.essential,
        lines=tuple(
            Line(row, _held_level(row.requirement.skill, held), shortfalls.get(row.requirement.skill))
            for row in breakdown(scored)
        ),
        gaps=gaps(scored, held),
        reservations=reserved,
        unmet=unmet(requirements, held),
        evidence=held,
    )


def _held_level(skill: int, evidence: Iterable[Evidence]) -> int:
    return max((one.level for one in evidence if one.skill == skill and one.assurance_milli > 0), default=0)


@dataclass(frozen=True, slots=True)
class CourseAward:
    """A course and the (skill, tier) pairs its certificate proves; hours as the course states them."""

    slug: str
    title: Mapping[str, str]
    hours: Decimal
    proves: tuple[tuple[int, int], ...]

    def evidence(self) -> tuple[Evidence, ...]:
        """What passing it would add, at the least it can be worth."""
        return tuple(Evidence(skill, level, LEAST_EXAM_ASSURANCE) for skill, level in self.proves)


@dataclass(frozen=True, slots=True)
class Closing:
    """The course that would close a gap, and the points of score it would bring to this offer."""

    course: CourseAward
    gain: int
    closes: bool


def closings(
    match: Match, requirements: Sequence[Requirement], near: Neighbours, courses: Collection[CourseAward]
) -> Mapping[int, Closing]:
    """For each gap, by skill: the shortest course that reaches the level asked, else the one that gains most."""
    found = {}
    for gap in match.gaps:
        skill, asked = gap.requirement.skill, gap.requirement.level
        options = [
            Closing(course, gain_from(requirements, match.evidence, near, course.evidence()), reaches >= asked)
            for course in courses
            if (reaches := dict(course.proves).get(skill, 0)) > gap.held_level
        ]
        helpful = [option for option in options if option.gain > 0]
        if helpful:
            found[skill] = min(
                helpful,
                key=lambda one: (not one.closes, one.course.hours if one.closes else -one.gain, one.course.slug),
            )
    return found


@dataclass(frozen=True, slots=True)
class Advice:
    """A course that would change the answer: the points it brings once, the gaps it closes, those it narrows."""

    course: CourseAward
    gain: int
    closes: tuple[int, ...]
    narrows: tuple[int, ...]


def advice(found: Mapping[int, Closing]) -> tuple[Advice, ...]:
    """Closings by course, in the order of the gaps: what a course gains for one gap it has not gained again."""
    by_course: dict[str, list[tuple[int, Closing]]] = {}
    for skill, closing in found.items():
        by_course.setdefault(closing.course.slug, []).append((skill, closing))
    return tuple(
        Advice(
            course=rows[0][1].course,
            gain=rows[0][1].gain,
            closes=tuple(skill for skill, closing in rows if closing.closes),
            narrows=tuple(skill for skill, closing in rows if not closing.closes),
        )
        for rows in by_course.values()
    )


@dataclass(frozen=True, slots=True)
class Unlock:
    """A course, and the offers (by key) that its certificate would bring to 60 % or more."""

    course: CourseAward
    offers: tuple[int, ...]


def unlocks(
    offers: Mapping[int, Sequence[Requirement]],
    evidence: Iterable[Evidence],
    near: Neighbours,
    courses: Collection[CourseAward],
) -> tuple[Unlock, ...]:
    """What each course would open, by exact re-scoring: the most offers first, then the fewest hours."""
    held = tuple(evidence)
    short = {key: asked for key, asked in offers.items() if score(asked, held, near).score < FITS_FROM}
    counts_for = {key: _skills_that_count(asked, near) for key, asked in short.items()}
    found = []
    for course in courses:
        proves = {skill for skill, _level in course.proves}
        opened = tuple(
            key
            for key, asked in short.items()
            if proves & counts_for[key] and score(asked, (*held, *course.evidence()), near).score >= FITS_FROM
        )
        if opened:
            found.append(Unlock(course, opened))
    return tuple(sorted(found, key=lambda one: (-len(one.offers), one.course.hours, one.course.slug)))


def _skills_that_count(requirements: Iterable[Requirement], near: Neighbours) -> set[int]:
    return {skill for one in requirements for skill in (one.skill, *(other.skill for other in near.get(one.skill, ())))}
