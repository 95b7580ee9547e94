"""Marking by rubric: the score of chosen levels, what passes, when two markers disagree, the states of a submission."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import combinations
from typing import Any

from app.assessment.exact import fraction

DEFAULT_THRESHOLD = Fraction(3, 5)
LARGEST_GAP = 1  # levels apart on one criterion (assessment.md §7)
LARGEST_DIFFERENCE = Fraction(1, 10)  # of the whole
MOST_MARKERS = 2  # before a third is asked

Levels = Mapping[str, int]
"""For each criterion, the level chosen: 0 is the weakest."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of a rubric; `points` of its levels increase from the weakest to the strongest."""

    key: str
    weight: Fraction
    points: tuple[Fraction, ...]
    no_zero: bool = False


@dataclass(frozen=True, slots=True)
class Rubric:
    """What is looked at, and the share of the points from which the work is accepted."""

    criteria: tuple[Criterion, ...]
    threshold: Fraction = DEFAULT_THRESHOLD


def rubric_of(body: Mapping[str, Any]) -> Rubric:
    """Read the rubric of a stored project or essay: its `rubric` and `pass` as in course/1; raises ValueError."""
    decision = body.get("pass") or {}
    no_zero = set(decision.get("no_zero") or ())
    threshold = decision.get("threshold")
    return Rubric(
        criteria=tuple(
            Criterion(
                key=line["id"],
                weight=fraction(line.get("weight", 1)),
                points=tuple(fraction(level["points"]) for level in line["levels"]),
                no_zero=line["id"] in no_zero or line.get("required") is True,
            )
            for line in body["rubric"]
        ),
        threshold=DEFAULT_THRESHOLD if threshold is None else fraction(threshold),
    )


def is_complete(rubric: Rubric, levels: Levels) -> bool:
    """Does every criterion, and nothing else, have one of its levels?"""
    wanted = {criterion.key: len(criterion.points) for criterion in rubric.criteria}
    return levels.keys() == wanted.keys() and all(0 <= level < wanted[key] for key, level in levels.items())


def score(rubric: Rubric, levels: Levels) -> Fraction:
    """Give Σ(weight · points) / Σ(weight · most points), 0 to 1: weights 2, 1 and levels 2/3, 3/3 make 7/9."""
    reached = sum((one.weight * one.points[levels[one.key]] for one in rubric.criteria), Fraction(0))
    return reached / sum((one.weight * one.points[-1] for one in rubric.criteria), Fraction(0))


def zeros(rubric: Rubric, levels: Levels) -> tuple[str, ...]:
    """Name the criteria that earned nothing and may not: one is enough to keep the work from being accepted."""
    return tuple(one.key for one in rubric.criteria if one.no_zero and one.points[levels[one.key]] == 0)


def is_accepted(rubric: Rubric, levels: Levels) -> bool:
    """Say whether these levels are enough: the threshold is reached, and nothing is at zero that may not be."""
    return score(rubric, levels) >= rubric.threshold and not zeros(rubric, levels)


def disagree(rubric: Rubric, one: Levels, other: Levels) -> bool:
    """Say whether two markings ask for a third: more than a level on any criterion, or more than a tenth in all."""
    apart = max(abs(one[criterion.key] - other[criterion.key]) for criterion in rubric.criteria)
    return apart > LARGEST_GAP or abs(score(rubric, one) - score(rubric, other)) > LARGEST_DIFFERENCE


def markers_needed(rubric: Rubric, markings: Sequence[Levels], wanted: int) -> int:
    """Give how many markings decide: those wanted, and one more when two of these disagree."""
    first = markings[:wanted]
    return wanted + any(disagree(rubric, one, other) for one, other in combinations(first, 2))


def combined(markings: Sequence[Levels]) -> dict[str, int]:
    """Take the median level of each criterion; between two middles, their mean rounded up (1, 2, 3, 3 gives 3)."""
    return {key: _median(sorted(levels[key] for levels in markings)) for key in markings[0]}


def _median(levels: Sequence[int]) -> int:
    low, high = levels[(len(levels) - 1) // 2], levels[len(levels) // 2]
    return -(-(low + high) // 2)


class Step(StrEnum):
    """Where a submission stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    CHANGES_REQUESTED = "changes_requested"
    # Of challenges alone: final, as there is no second time.
    NOT_REACHED = "not_reached"
    NOT_HANDED_IN = "not_handed_in"


MOVES: Mapping[Step, frozenset[Step]] = {
    Step.DRAFT: frozenset({Step.SUBMITTED, Step.NOT_HANDED_IN}),
    # Back to a draft when a challenge is taken back before its end.
    Step.SUBMITTED: frozenset({Step.IN_REVIEW, Step.DRAFT}),
    # Back to submitted when the only marker who took it puts it back.
    Step.IN_REVIEW: frozenset({Step.SUBMITTED, Step.ACCEPTED, Step.CHANGES_REQUESTED, Step.NOT_REACHED}),
    Step.CHANGES_REQUESTED: frozenset({Step.SUBMITTED}),
    Step.ACCEPTED: frozenset(),
    Step.NOT_REACHED: frozenset(),
    Step.NOT_HANDED_IN: frozenset(),
}
WRITABLE = frozenset({Step.DRAFT, Step.CHANGES_REQUESTED})  # the learner may still change the work
TO_MARK = frozenset({Step.SUBMITTED, Step.IN_REVIEW})


def may_move(start: Step, end: Step) -> bool:
    """Say whether a submission may go from one state to another."""
    return end in MOVES[start]
