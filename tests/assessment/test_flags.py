"""Thresholds of flags, each on both sides of its edge."""

from __future__ import annotations

import pytest

from app.assessment.bias import Bias, BiasClass
from app.assessment.flags import Finding, Flag, OptionFigures, findings
from app.assessment.statistics import Estimate, ItemFigures


def figures(facility: float = 0.6, discrimination: float | None = 35) -> ItemFigures:
    return ItemFigures(Estimate(facility), 0.5, None if discrimination is None else Estimate(discrimination), None)


def option(name: str, *, right: bool = False, share: float = 0.3, going_with: float | None = -20) -> OptionFigures:
    return OptionFigures(name, right, 30, Estimate(share), None if going_with is None else Estimate(going_with))


@pytest.mark.parametrize(
    ("measured", "flags"),
    [
        (figures(), []),
        (figures(facility=0.19), [Flag.TOO_HARD]),
        (figures(facility=0.20), []),
        (figures(facility=0.95), []),
        (figures(facility=0.951), [Flag.TOO_EASY]),
        (figures(discrimination=20), []),
        (figures(discrimination=19.9), [Flag.MODEST]),
        (figures(discrimination=10), [Flag.MODEST]),
        (figures(discrimination=9.9), [Flag.WEAK]),
        (figures(discrimination=-0.1), [Flag.INVERTED]),
        (figures(discrimination=None), []),
        (figures(facility=0.99, discrimination=5), [Flag.WEAK, Flag.TOO_EASY]),
    ],
)
def test_flags_of_a_question_without_options(measured: ItemFigures, flags: list[Flag]) -> None:
    assert [finding.flag for finding in findings(measured, [])] == flags


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        (option("a", right=True, going_with=30), []),
        (option("a", right=True, going_with=-1), [Finding(Flag.WRONG_KEY, "a")]),
        (option("a", right=True, share=0.01, going_with=30), []),
        (option("b"), []),
        (option("b", going_with=0.1), [Finding(Flag.TEMPTING, "b")]),
        (option("b", share=0.049), [Finding(Flag.UNUSED, "b")]),
        (option("b", share=0.05), []),
        (option("b", share=0.0, going_with=None), [Finding(Flag.UNUSED, "b")]),
    ],
)
def test_flags_of_an_option(chosen: OptionFigures, found: list[Finding]) -> None:
    assert list(findings(figures(), [chosen])) == found


def test_a_probably_wrong_key_comes_first() -> None:
    listed = findings(
        figures(facility=0.1, discrimination=-30),
        [option("a", right=True, going_with=-30), option("b", going_with=40), option("c", share=0)],
    )
    assert [finding.flag for finding in listed] == [
        Flag.WRONG_KEY, Flag.TOO_HARD, Flag.TEMPTING, Flag.UNUSED,
    ]  # fmt: skip
    assert [finding.flag.grave for finding in listed] == [True, False, False, False]


@pytest.mark.parametrize(
    ("bias_class", "flags"),
    [(BiasClass.A, []), (BiasClass.B, [Flag.BIAS]), (BiasClass.C, [Flag.LARGE_BIAS])],
)
def test_flags_of_two_groups(bias_class: BiasClass, flags: list[Flag]) -> None:
    bias = Bias(1.0, 0.0, -1.0, 1.0, 0.0, bias_class)
    assert [finding.flag for finding in findings(figures(), [], bias)] == flags
