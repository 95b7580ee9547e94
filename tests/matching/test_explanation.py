"""Breakdown, counterfactuals, gaps and plans: the worked numbers of matching.md §6."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.explanation import (
    Course,
    Shortfall,
    about_people,
    breakdown,
    gain_from,
    gaps,
    plan,
    reservations,
)
from app.matching.scoring import Evidence, Reason, Requirement, score
from tests.matching.example import DATABASES, EVIDENCE, INTELLIGENCE, MINING, NEAR, PYTHON, REQUIREMENTS

SCORED = score(REQUIREMENTS, EVIDENCE, NEAR)
COURSES = [
    Course(1, 30, (Evidence(PYTHON, 3, 1),)),
    Course(2, 20, (Evidence(MINING, 2, 1),)),
    Course(3, 4, (Evidence(DATABASES, 1, 1),)),
]


def test_the_breakdown_says_what_each_row_brings_and_misses() -> None:
    rows = breakdown(SCORED)
    assert [row.contribution for row in rows] == [19_181, 17_243, 15_984, 12_641]
    assert [row.missing for row in rows] == [12_787, 17_243, 0, 4_916]
    assert [row.near.reason for row in rows if row.near] == [
        Reason.SAME,
        Reason.CO_REQUIRED,
        Reason.SAME,
        Reason.NARROWER,
    ]
    assert [row.evidence.certificate for row in rows if row.evidence] == [11, 12, 13, 14]


def test_both_sides_read_the_same_breakdown() -> None:
    for_candidate = breakdown(score(REQUIREMENTS, EVIDENCE, NEAR))
    for_employer = breakdown(score(REQUIREMENTS, EVIDENCE[::-1], NEAR))
    assert for_candidate == for_employer


@pytest.mark.parametrize(
    ("added", "gain"),
    [
        (Evidence(PYTHON, 3, 1), 9_591),
        (Evidence(MINING, 2, 1), 13_795),
        (Evidence(DATABASES, 1, 1), 3_160),
        (Evidence(INTELLIGENCE, 3, 2), 0),
    ],
)
def test_counterfactuals_are_exact_scores(added: Evidence, gain: int) -> None:
    assert gain_from(REQUIREMENTS, EVIDENCE, NEAR, [added]) == gain


def test_gaps_are_what_a_course_could_close_largest_first() -> None:
    assert [(gap.requirement.skill, gap.held_level, gap.missing) for gap in gaps(SCORED, EVIDENCE)] == [
        (MINING, 0, 17_243),
        (PYTHON, 2, 12_787),
        (DATABASES, 0, 4_916),
    ]
    assert reservations(SCORED, EVIDENCE) == ()


@pytest.mark.parametrize(
    ("evidence", "shortfall"),
    [
        (Evidence(1, 2, 1), Shortfall.ASSURANCE),
        (Evidence(1, 2, 2, 794, valid=False), Shortfall.AGE),
        (Evidence(1, 2, 1, 794, valid=False), Shortfall.BOTH),
        (Evidence(1, 2, 2, 0, valid=False), Shortfall.AGE),
    ],
)
def test_a_shortfall_of_assurance_or_age_is_never_a_gap(evidence: Evidence, shortfall: Shortfall) -> None:
    scored = score([Requirement(1, 2)], [evidence], {})
    (reservation,) = reservations(scored, [evidence])
    assert (reservation.shortfall, reservation.missing) == (shortfall, 100_000 - scored.score)
    assert gaps(scored, [evidence]) == ()


def test_what_is_only_declared_is_a_gap() -> None:
    declared = [Evidence(1, 4, 0)]
    scored = score([Requirement(1, 2)], declared, {})
    assert [gap.held_level for gap in gaps(scored, declared)] == [0]
    assert reservations(scored, declared) == ()


def test_a_row_fully_met_is_neither_gap_nor_reservation() -> None:
    held = [Evidence(1, 1, 2), Evidence(1, 2, 2)]
    scored = score([Requirement(1, 2)], held, {})
    assert gaps(scored, held) == reservations(scored, held) == ()


def test_the_plan_takes_the_most_points_per_hour_first() -> None:
    steps = plan(REQUIREMENTS, EVIDENCE, NEAR, COURSES, weekly_hours=5)
    assert [step.course.hours for step in steps] == [4, 20, 30]
    assert [step.score_after for step in steps] == [68_212, 82_007, 91_598]
    assert [step.gain for step in steps] == [3_160, 13_795, 9_591]
    assert [step.ends_in_week for step in steps] == [1, 5, 11]


def test_the_plan_waits_for_prerequisites_and_skips_what_is_done() -> None:
    courses = [COURSES[0], replace(COURSES[1], requires=frozenset({1})), COURSES[2]]
    assert [step.course.key for step in plan(REQUIREMENTS, EVIDENCE, NEAR, courses, weekly_hours=5)] == [3, 1, 2]
    steps = plan(REQUIREMENTS, EVIDENCE, NEAR, courses, weekly_hours=5, completed={1, 3})
    assert [step.course.key for step in steps] == [2]


def test_between_equal_courses_the_shorter_comes_first() -> None:
    rows = [Requirement(1, 1), Requirement(2, 1), Requirement(3, 1), Requirement(4, 1)]
    long = Course(1, 20, (Evidence(1, 1, 2), Evidence(2, 1, 2)))
    short, twin = Course(3, 10, (Evidence(3, 1, 2),)), Course(2, 10, (Evidence(4, 1, 2),))
    assert [step.course.key for step in plan(rows, [], {}, [long, short, twin], weekly_hours=7)] == [2, 3, 1]


@pytest.mark.parametrize(("count", "shown"), [(0, None), (9, None), (10, 10), (12, 10), (13, 15), (18, 20)])
def test_people_are_counted_by_fives_and_small_numbers_hidden(count: int, shown: int | None) -> None:
    assert about_people(count) == shown


@given(
    st.lists(st.builds(Evidence, st.integers(1, 6), st.integers(1, 4), st.integers(0, 3)), max_size=6),
    st.permutations(COURSES),
)
def test_every_step_of_a_plan_gains_and_ends_at_its_score(held: list[Evidence], courses: list[Course]) -> None:
    steps = plan(REQUIREMENTS, held, NEAR, courses, weekly_hours=3)
    reached = score(REQUIREMENTS, held, NEAR).score
    for step in steps:
        reached += step.gain
        assert step.gain > 0
        assert step.score_after == reached
    taken = [award for step in steps for award in step.course.awards]
    assert score(REQUIREMENTS, [*held, *taken], NEAR).score == reached


@given(st.lists(st.builds(Evidence, st.integers(1, 6), st.integers(1, 4), st.integers(0, 3)), max_size=6))
def test_parts_never_exceed_the_whole(held: list[Evidence]) -> None:
    scored = score(REQUIREMENTS, held, NEAR)
    rows = breakdown(scored)
    assert sum(row.contribution for row in rows) <= scored.score
    assert scored.score - sum(row.contribution for row in rows) <= len(rows)
    skills = {row.requirement.skill for row in rows if row.missing}
    told = [one.requirement.skill for one in (*gaps(scored, held), *reservations(scored, held))]
    assert sorted(told) == sorted(skills)
