"""The score: the worked example, its tables, and the properties that make it fair to rely on."""

import dataclasses
import inspect
import typing
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.matching import scoring
from app.matching.freshness import SLOW_MILLI, SWIFT_MILLI
from app.matching.scoring import (
    Evidence,
    Near,
    Placed,
    Reason,
    Requirement,
    freshness,
    order,
    score,
    shown_percent,
    tie_break,
    unmet,
    whole_months,
)
from tests.matching.example import EVIDENCE, NEAR, REQUIREMENTS

ONE = Requirement(skill=1, level=2)


def test_score_worked_example() -> None:
    scored = score(REQUIREMENTS, EVIDENCE, NEAR)
    assert [row.evidence.milli for row in scored.rows if row.evidence] == [1800, 2382, 3600, 900]
    assert [row.requirement.weight for row in scored.rows] == [1016, 1096, 508, 558]
    assert [row.q for row in scored.rows] == [600, 500, 1000, 720]
    assert (scored.total_weight, scored.score) == (3178, 65_052)
    assert shown_percent(scored.score) == "65.0"
    assert scored.essential == (609_600 + 548_000) * 100 // (1016 + 1096)


def test_exact_only_callers_pass_no_neighbours() -> None:
    assert score(REQUIREMENTS, EVIDENCE, {}).score == (609_600 + 508_000) * 100 // 3178


def leaves(annotation: object) -> set[object]:
    arguments = [one for one in typing.get_args(annotation) if one is not Ellipsis]
    if arguments:
        return set().union(*(leaves(one) for one in arguments))
    if dataclasses.is_dataclass(annotation):
        hints = typing.get_type_hints(annotation)
        return set().union(*(leaves(hints[field.name]) for field in dataclasses.fields(annotation)))
    return {annotation}


def test_score_signature_knows_integers_only() -> None:
    hints = typing.get_type_hints(score)
    kinds = set().union(*(leaves(hints[name]) for name in inspect.signature(score).parameters))
    assert kinds == {int, bool, Reason}
    assert all(issubclass(kind, int) for kind in kinds)
    for kind in (Requirement, Evidence, Near):
        assert kind.__dataclass_params__.frozen


@pytest.mark.parametrize(
    ("level", "assurance", "fresh", "third_party", "milli"),
    [
        (2, 0, 1000, False, 0),
        (2, 1, 1000, False, 1800),
        (2, 2, 1000, False, 2000),
        (4, 3, 1000, False, 4000),
        (3, 0, 1000, True, 2400),
        (3, 2, 794, False, 2382),
        (3, 2, 0, False, 0),
    ],
)
def test_evidence_is_level_times_freshness_times_assurance(
    level: int, assurance: int, fresh: int, third_party: bool, milli: int
) -> None:
    assert Evidence(1, level, assurance, fresh, third_party=third_party).milli == milli


def test_placement_and_self_declared_score_nothing() -> None:
    scored = score([ONE], [Evidence(1, 4, 0)], {})
    assert (scored.score, scored.rows[0].evidence) == (0, Evidence(1, 4, 0))
    assert unmet([replace(ONE, blocking=True, min_assurance=0)], [Evidence(1, 4, 0)])


def test_revoked_evidence_is_simply_absent() -> None:
    assert score([ONE], [], {}).rows == (scoring.RowScore(ONE, 0),)


END = date(2025, 1, 15)


@pytest.mark.parametrize(
    ("months", "digital", "other"),
    [
        (0, 1000, 1000),
        (1, 981, 990),
        (6, 891, 944),
        (12, 794, 891),
        (18, 707, 841),
        (24, 630, 794),
        (36, 500, 707),
        (500, 500, 500),
    ],
)
def test_expired_certificate_fades_by_the_table(months: int, digital: int, other: int) -> None:
    years, month = divmod(END.month - 1 + months, 12)
    today = date(END.year + years, month + 1, 16 if months == 0 else END.day)
    assert freshness(END, today, "digital") == digital
    assert freshness(END, today, "language") == other
    assert freshness(END, today, "regulated") == 0


@pytest.mark.parametrize("family", ["digital", "transversal", "regulated"])
def test_a_certificate_is_fresh_until_its_last_day(family: str) -> None:
    assert freshness(END, END, family) == 1000
    assert freshness(None, END, family) == 1000


@pytest.mark.parametrize(("table", "half_life"), [(SWIFT_MILLI, 36), (SLOW_MILLI, 72)])
def test_the_written_tables_are_the_published_formula(table: tuple[int, ...], half_life: int) -> None:
    for months, value in enumerate(table):
        power = 1000 * Decimal(2) ** (-Decimal(months) / half_life)
        assert value == max(500, int(power.to_integral_value(ROUND_HALF_UP)))
    assert table[-1] == 500


@pytest.mark.parametrize(
    ("earlier", "later", "months"),
    [
        (date(2025, 1, 15), date(2025, 2, 14), 0),
        (date(2025, 1, 15), date(2025, 2, 15), 1),
        (date(2025, 1, 31), date(2025, 3, 1), 1),
        (date(2024, 12, 15), date(2026, 1, 1), 12),
    ],
)
def test_whole_months(earlier: date, later: date, months: int) -> None:
    assert whole_months(earlier, later) == months


def test_near_skills_never_stack() -> None:
    near = {1: [Near(2, 800, Reason.NARROWER), Near(3, 500, Reason.BROADER)]}
    both = score([ONE], [Evidence(2, 2, 2), Evidence(3, 2, 2)], near)
    assert both.score == score([ONE], [Evidence(2, 2, 2)], near).score == 80_000
    assert both.rows[0].near == near[1][0]


def test_exact_requirements_refuse_near_skills() -> None:
    near = {1: [Near(2, 800, Reason.NARROWER)]}
    assert score([replace(ONE, exact=True)], [Evidence(2, 4, 2)], near).score == 0


def test_a_near_skill_worth_nothing_is_not_shown_as_a_reason() -> None:
    near = {1: [Near(2, 800, Reason.NARROWER)]}
    assert score([ONE], [Evidence(2, 4, 0)], near).rows[0].evidence is None


def test_there_is_no_bonus_above_the_level_asked() -> None:
    assert score([ONE], [Evidence(1, 4, 2)], {}).score == score([ONE], [Evidence(1, 2, 2)], {}).score == 100_000


def test_an_offer_without_essential_rows_has_no_essential_score() -> None:
    assert score([replace(ONE, essential=False)], [Evidence(1, 2, 2)], {}).essential == 0


@pytest.mark.parametrize("rows", [0, 31])
def test_an_offer_has_1_to_30_rows(rows: int) -> None:
    with pytest.raises(ValueError, match="1 to 30"):
        score([ONE] * rows, [], {})


@pytest.mark.parametrize(
    ("evidence", "met"),
    [
        (Evidence(1, 2, 1), True),
        (Evidence(1, 3, 2), True),
        (Evidence(1, 1, 2), False),
        (Evidence(1, 2, 0), False),
        (Evidence(2, 4, 3), False),
        (Evidence(1, 2, 1, valid=False), False),
        (Evidence(1, 4, 0, third_party=True), False),
    ],
)
def test_blocking_requirement_needs_the_very_skill(evidence: Evidence, met: bool) -> None:
    blocking = replace(ONE, blocking=True)
    assert unmet([blocking, replace(ONE, skill=9)], [evidence]) == (() if met else (blocking,))


def test_eligibility_never_moves_the_score() -> None:
    held = [Evidence(1, 1, 1)]
    assert score([ONE], held, {}).score == score([replace(ONE, blocking=True, min_assurance=3)], held, {}).score


def test_tie_vector() -> None:
    salt = bytes(range(16))
    lots = [tie_break(salt, name)[:8] for name in ("cand-A", "cand-B", "cand-C")]
    assert lots == ["bef1de2b", "8364fec8", "7d4e8dcf"]
    people = [Placed(f"cand-{letter}", 5, 5) for letter in "ABC"]
    assert [one.public_id[-1] for one in order(people, salt)] == ["C", "B", "A"]


def test_order_is_by_score_then_essential_score() -> None:
    people = [Placed("a", 1, 9), Placed("b", 2, 1), Placed("c", 2, 2)]
    assert [one.public_id for one in order(people, b"salt")] == ["c", "b", "a"]


@pytest.mark.parametrize(("value", "shown"), [(0, "0.0"), (99_999, "99.9"), (100_000, "100.0"), (5_050, "5.0")])
def test_a_score_is_shown_truncated(value: int, shown: str) -> None:
    assert shown_percent(value) == shown


SKILLS = st.integers(1, 8)
LEVELS = st.integers(1, 4)
REQUIREMENT_LISTS = st.lists(
    st.builds(Requirement, SKILLS, LEVELS, st.integers(100, 832), st.booleans(), st.booleans()), min_size=1, max_size=30
)
PROOFS = st.builds(Evidence, SKILLS, LEVELS, st.integers(0, 3), st.sampled_from([*SWIFT_MILLI, 0]))
EVIDENCE_LISTS = st.lists(PROOFS, max_size=10)
NEIGHBOURS = st.dictionaries(
    SKILLS,
    st.lists(st.builds(Near, SKILLS, st.integers(250, 800), st.just(Reason.CO_REQUIRED)), max_size=4),
    max_size=8,
)
Neighbourhood = dict[int, list[Near]]


@given(REQUIREMENT_LISTS, EVIDENCE_LISTS, NEIGHBOURS, st.randoms())
def test_scores_are_in_range_and_ignore_order(
    rows: list[Requirement], held: list[Evidence], near: Neighbourhood, chance: typing.Any
) -> None:
    once = score(rows, held, near)
    assert 0 <= once.score <= 100_000
    mixed_rows, mixed_held = chance.sample(rows, len(rows)), chance.sample(held, len(held))
    again = score(mixed_rows, mixed_held, near)
    assert (again.score, again.essential) == (once.score, once.essential)
    assert sorted(map(repr, again.rows)) == sorted(map(repr, once.rows))


def test_of_two_proofs_worth_nothing_the_same_one_is_named_whatever_their_order() -> None:
    row, fresh, old = Requirement(1, 1), Evidence(1, 1, 0, freshness=1000), Evidence(1, 1, 0, freshness=500)
    assert score([row], [fresh, old], {}).rows == score([row], [old, fresh], {}).rows


@given(REQUIREMENT_LISTS, EVIDENCE_LISTS, NEIGHBOURS, PROOFS)
def test_more_evidence_never_lowers_a_score(
    rows: list[Requirement], held: list[Evidence], near: Neighbourhood, more: Evidence
) -> None:
    before, after = score(rows, held, near), score(rows, [*held, more], near)
    assert after.score >= before.score
    assert after.essential >= before.essential


@given(REQUIREMENT_LISTS, EVIDENCE_LISTS, NEIGHBOURS, st.data())
def test_a_higher_level_or_a_fresher_proof_never_lowers_a_score(
    rows: list[Requirement], held: list[Evidence], near: Neighbourhood, data: st.DataObject
) -> None:
    assume(held)
    place = data.draw(st.integers(0, len(held) - 1))
    before = score(rows, held, near).score
    for better in (replace(held[place], level=4), replace(held[place], freshness=1000)):
        assert score(rows, [*held[:place], better, *held[place + 1 :]], near).score >= before


@given(REQUIREMENT_LISTS, EVIDENCE_LISTS, NEIGHBOURS)
def test_nothing_near_is_0_and_everything_met_is_100(
    rows: list[Requirement], held: list[Evidence], near: Neighbourhood
) -> None:
    scored = score(rows, held, near)
    assert (scored.score == 0) is all(row.q == 0 for row in scored.rows)
    assert (scored.score == 100_000) is all(row.q == 1000 for row in scored.rows)
