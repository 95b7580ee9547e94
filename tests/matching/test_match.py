"""The match as it is read, wishes, and what courses would change: tables of the pure engines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.matching.explanation import Shortfall
from app.matching.match import CourseAward, Reading, advice, closings, read_match, unlocks
from app.matching.scoring import Evidence, Near, Reason, Requirement
from app.matching.wishes import KINDS_BOTH_SIDES, OfferTerms, combined, fit, musts_met

PYTHON, DATA, SHEETS = 1, 2, 3
NEAR = {DATA: (Near(PYTHON, 500, Reason.CO_REQUIRED),)}


@pytest.mark.parametrize(
    ("evidence", "reading", "held", "spans"),
    [
        ([], Reading.NOTHING, 0, 2),
        ([Evidence(PYTHON, 2, 2)], Reading.PROVEN, 2, 0),
        ([Evidence(PYTHON, 3, 2)], Reading.MORE, 3, 0),
        ([Evidence(PYTHON, 3, 1)], Reading.MORE, 3, 0),
        ([Evidence(PYTHON, 2, 1)], Reading.RESERVED, 2, 0),
        ([Evidence(PYTHON, 1, 2)], Reading.PARTLY, 1, 1),
        ([Evidence(PYTHON, 4, 0)], Reading.NOTHING, 0, 2),
    ],
)
def test_how_a_line_reads(evidence: list[Evidence], reading: Reading, held: int, spans: int) -> None:
    [line] = read_match([Requirement(PYTHON, 2)], evidence, {}).lines
    assert (line.reading, line.held, line.missing_spans) == (reading, held, spans)


def test_a_neighbour_reads_as_such() -> None:
    match = read_match([Requirement(DATA, 2)], [Evidence(PYTHON, 4, 2)], NEAR)
    assert match.lines[0].reading == Reading.NEAR
    assert (match.score, match.lines[0].met) == (50_000, False)


def test_a_reservation_is_no_gap() -> None:
    match = read_match([Requirement(PYTHON, 2)], [Evidence(PYTHON, 2, 1, freshness=500)], {})
    assert match.gaps == ()
    assert match.lines[0].shortfall == Shortfall.BOTH
    assert match.missing_essentials == ()


def course(slug: str, hours: int, *proves: tuple[int, int]) -> CourseAward:
    return CourseAward(slug, {"fr": slug, "en": slug}, Decimal(hours), proves)


def test_the_shortest_course_that_reaches_the_level_closes_the_gap() -> None:
    asked = [Requirement(PYTHON, 2), Requirement(SHEETS, 1)]
    match = read_match(asked, [Evidence(SHEETS, 1, 2)], {})
    courses = [course("long", 30, (PYTHON, 3)), course("short", 9, (PYTHON, 2)), course("start", 2, (PYTHON, 1))]
    found = closings(match, asked, {}, courses)
    assert (found[PYTHON].course.slug, found[PYTHON].gain, found[PYTHON].closes) == ("short", 45_000, True)
    only_start = closings(match, asked, {}, courses[2:])
    assert (only_start[PYTHON].course.slug, only_start[PYTHON].closes) == ("start", False)
    assert closings(match, asked, {}, []) == {}


def test_a_course_that_closes_several_gaps_is_advised_once() -> None:
    asked = [Requirement(PYTHON, 2), Requirement(SHEETS, 1), Requirement(DATA, 3)]
    match = read_match(asked, [], {})
    both = course("both", 9, (PYTHON, 2), (SHEETS, 1), (DATA, 1))
    advised = advice(closings(match, asked, {}, [both]))
    assert [(one.course.slug, set(one.closes), one.narrows) for one in advised] == [("both", {PYTHON, SHEETS}, (DATA,))]
    assert advised[0].gain == closings(match, asked, {}, [both])[PYTHON].gain
    assert advice({}) == ()


def test_what_a_course_would_open() -> None:
    offers = {
        7: [Requirement(PYTHON, 2)],
        8: [Requirement(PYTHON, 2), Requirement(SHEETS, 1)],
        9: [Requirement(SHEETS, 4)],
    }
    found = unlocks(offers, [], {}, [course("python", 9, (PYTHON, 2)), course("sheets", 2, (SHEETS, 1))])
    assert [(one.course.slug, one.offers) for one in found] == [("python", (7,))]
    assert unlocks(offers, [Evidence(PYTHON, 4, 2)], {}, [course("python", 9, (PYTHON, 2))]) == ()


TERMS = OfferTerms("permanent", "hybrid", "nantes", 30_000)


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        ({}, None),
        ({"contract": {"values": ["permanent"], "weight": "important"}}, 100_000),
        ({"remote": {"values": ["remote"], "weight": "nice"}}, 50_000),
        ({"remote": {"values": ["on-site"], "weight": "nice"}}, 0),
        ({"place": {"values": ["nantes", "rennes"], "weight": "must"}}, 100_000),
        ({"pay_floor": {"values": [30_001], "weight": "nice"}}, 0),
        (
            {
                "contract": {"values": ["permanent"], "weight": "important"},
                "remote": {"values": ["remote"], "weight": "nice"},
                "place": {"values": ["nantes"], "weight": "important"},
                "pay_floor": {"values": [99_000], "weight": "nice"},
            },
            75_000,
        ),
    ],
)
def test_fit(wishes: dict[str, Any], expected: int | None) -> None:
    assert fit(wishes, TERMS) == expected


def test_musts() -> None:
    must_pay = {"pay_floor": {"values": [99_000], "weight": "must"}}
    assert not musts_met(must_pay, TERMS)
    assert musts_met(must_pay, TERMS, KINDS_BOTH_SIDES)
    assert musts_met({"pay_floor": {"values": [99_000], "weight": "must"}}, OfferTerms("permanent", "remote", "", None))
    assert not musts_met({"place": {"values": ["lyon"], "weight": "must"}}, TERMS)
    assert musts_met({"place": {"values": ["lyon"], "weight": "must"}}, OfferTerms("permanent", "remote", "", None))


def test_harmonic_mean() -> None:
    assert combined(65_052, 80_000) == 71_755
    assert combined(65_052, None) == 65_052
    assert combined(0, 0) == 0
    assert combined(65_052, 0) == 0
