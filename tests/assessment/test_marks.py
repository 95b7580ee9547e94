"""Exact arithmetic: credits as imported, totals, percentages and cuts."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessment.answers import Chosen
from app.assessment.exact import fraction, rounded, snapped, truncated
from app.assessment.grading import MarkedItem, cut_points, passed, percent, score, total
from app.assessment.services import rounded_unless

A_THIRD = score(
    {"type": "multiple", "options": [{"id": name, "correct": name in "abc"} for name in "abcde"]}, Chosen(("a",))
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0.3333333", "1/3"), (0.33333, "1/3"), ("0.333", "333/1000"), (0.05, "1/20"), ("1", "1"), (0.14285, "1/7")],
)
def test_imported_credits_are_snapped(value: object, expected: str) -> None:
    assert snapped(value) == Fraction(expected)


@pytest.mark.parametrize("value", [True, "", "a", "1/0", "1e9999", "nan", None, "1_000"])
def test_what_is_not_a_number_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="not a number"):
        fraction(value)


@pytest.mark.parametrize(
    ("value", "places", "half_up", "cut"),
    [("13.995", 2, "14.00", "13.99"), ("-0.5", 0, "-1", "0"), ("2/3", 12, "0.666666666667", "0.666666666666")],
)
def test_rounding_is_half_up_and_truncation_towards_zero(value: str, places: int, half_up: str, cut: str) -> None:
    assert rounded(Fraction(value), places) == Decimal(half_up)
    assert truncated(Fraction(value), places) == Decimal(cut)


def items(*scores: object, points: str = "1", domain: str = "") -> list[MarkedItem]:
    exact = [one if isinstance(one, Decimal) else Fraction(one) for one in scores]
    return [MarkedItem(one, Decimal(points), domain) for one in exact]


def test_three_thirds_total_one() -> None:
    assert A_THIRD.score == Decimal("0.333333333333")
    assert str(total(items(A_THIRD.score, A_THIRD.score, A_THIRD.score)).total) == "1.00"
    assert str(total(items("1/3", "1/3", "1/3")).total) == "1.00"


def test_shown_percentages_are_truncated_and_decide_nothing() -> None:
    mark = total(items("1399/2000", points="20"))
    assert (str(mark.total), str(mark.maximum), str(mark.percent)) == ("13.99", "20.00", "69.9")
    assert not passed(mark.total, cut_points(mark.maximum))


@pytest.mark.parametrize(
    ("reached", "maximum", "cut", "shown"),
    [("2", "3", "70", "66.7"), ("13.99", "20", "70", "69.9"), ("2", "3", "66.7", "66.6"), ("0", "0", "70", "0.0")],
)
def test_a_percentage_is_rounded_for_display_but_never_up_to_the_cut(
    reached: str, maximum: str, cut: str, shown: str
) -> None:
    assert str(rounded_unless(Decimal(reached), Decimal(maximum), Decimal(cut))) == shown


def test_a_total_is_rounded_to_six_places_and_then_to_two() -> None:
    assert total(items("0.0049995")).total == Decimal("0.01")
    assert total(items("0.0049994")).total == Decimal("0.00")


def test_a_total_is_never_below_zero() -> None:
    mark = total(items("-1", "1/2"))
    assert (mark.total, mark.maximum, mark.percent) == (0, 2, 0)


def test_domains_are_totalled_apart_in_the_order_met() -> None:
    mark = total([*items("1", "0", domain="b"), *items("2/3", points="3", domain="a")])
    assert [(one.domain, str(one.total), str(one.maximum), str(one.percent)) for one in mark.per_domain] == [
        ("b", "1.00", "2.00", "50.0"),
        ("a", "2.00", "3.00", "66.6"),
    ]


def test_nothing_out_of_nothing_is_zero_percent() -> None:
    assert percent(Decimal(0), Decimal(0)) == 0
    assert total([]).per_domain == ()


@pytest.mark.parametrize(
    ("reached", "maximum", "cut", "expected"),
    [
        ("7.00", "10", "0.70", True),
        ("6.99", "10", "0.70", False),
        ("6.30", "9", 0.7, True),
        ("2.47", "4", "0.616675", True),
    ],
)
def test_the_cut_is_in_points_with_two_places(reached: str, maximum: str, cut: object, expected: bool) -> None:
    assert passed(Decimal(reached), cut_points(Decimal(maximum), cut)) is expected


def test_marks_do_not_depend_on_the_decimal_context() -> None:
    with localcontext() as context:
        context.prec = 3
        assert str(total(items("1/3", points="1000")).total) == "333.33"
        assert A_THIRD.score == Decimal("0.333333333333")


@given(st.lists(st.tuples(st.fractions(-1, 1, max_denominator=20), st.integers(1, 5)), max_size=20))
def test_a_total_is_in_range_whatever_the_order(marked: list[tuple[Fraction, int]]) -> None:
    entries = [MarkedItem(one, Decimal(points)) for one, points in marked]
    mark = total(entries)
    assert 0 <= mark.total <= mark.maximum
    assert total(entries[::-1]).total == mark.total


@given(st.lists(st.fractions(0, 1, max_denominator=20), max_size=40))
def test_storing_scores_with_twelve_places_changes_no_total(scores: list[Fraction]) -> None:
    stored = [rounded(one, 12) for one in scores]
    assert total(items(*stored)).total == total(items(*scores)).total
