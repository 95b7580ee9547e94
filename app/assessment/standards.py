"""Where a cut comes from: judges say how many just qualified people answer each question (Angoff), in exact numbers."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from statistics import fmean

from app.assessment.exact import rounded

FEWEST_JUDGES = 3
ENOUGH_JUDGES = 5  # with three or four a panel counts, with a warning

Ratings = Mapping[int, Fraction]  # by question version: the share of just qualified people who answer it, 0–1


class PanelSize(StrEnum):
    """Whether that many judges make a panel."""

    TOO_FEW = "too_few"
    SMALL = "small"
    ENOUGH = "enough"


@dataclass(frozen=True, slots=True)
class Standard:
    """A cut in points with 2 places, how many judges gave it, and its standard error in points."""

    cut: Decimal
    judges: int
    error: float


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a blueprint: how many questions are drawn among which, and the points of each."""

    count: int
    points: Decimal
    questions: Sequence[int]


def size_of(judges: int) -> PanelSize:
    """Say whether so many judges may set a cut: five or more, three or four with a warning, no fewer."""
    if judges < FEWEST_JUDGES:
        return PanelSize.TOO_FEW
    return PanelSize.ENOUGH if judges >= ENOUGH_JUDGES else PanelSize.SMALL


def means(judges: Sequence[Ratings]) -> dict[int, Fraction]:
    """Give the mean of each question that every judge rated; the rating of some would not be the panel's."""
    rated = set.intersection(*(set(one) for one in judges)) if judges else set()
    return {question: sum((one[question] for one in judges), Fraction(0)) / len(judges) for question in sorted(rated)}


def form_cut(points: Iterable[tuple[int, Decimal]], rated: Ratings) -> Decimal | None:
    """Give the points that pass a form of (question version, points), 2 places; None when a question was not rated."""
    expected = Fraction(0)
    for question, worth in points:
        if question not in rated:
            return None
        expected += Fraction(worth) * rated[question]
    return rounded(expected, 2)


def standard(points: Sequence[tuple[int, Decimal]], judges: Sequence[Ratings]) -> Standard | None:
    """Give the cut of one form with its error; None with one judge or a question that not all rated."""
    cut = form_cut(points, means(judges))
    if cut is None or len(judges) < 2:
        return None
    sums = [float(sum((Fraction(worth) * one[question] for question, worth in points), Fraction(0))) for one in judges]
    return Standard(cut, len(judges), standard_error(sums))


def standard_error(sums: Sequence[float]) -> float:
    """Give the standard error of a cut from two judges' sums or more: their sd, with J − 1, over √J; in points."""
    middle = fmean(sums)
    spread = math.fsum((one - middle) ** 2 for one in sums) / (len(sums) - 1)
    return math.sqrt(spread / len(sums))


def average_form(rows: Sequence[Row], judges: Sequence[Ratings]) -> Standard | None:
    """Give the cut of the average form that a blueprint draws, with its error; None as for `standard`."""
    if len(judges) < 2 or any(question not in one for one in judges for row in rows for question in row.questions):
        return None
    sums = [_expected(rows, one) for one in judges]
    return Standard(
        rounded(sum(sums, Fraction(0)) / len(sums), 2), len(judges), standard_error([float(s) for s in sums])
    )


def _expected(rows: Sequence[Row], one: Ratings) -> Fraction:
    return sum(
        (Fraction(row.points) * row.count * sum((one[q] for q in row.questions), Fraction(0)) / len(row.questions)
         for row in rows),
        Fraction(0),
    )  # fmt: skip


def extremes(rows: Sequence[Row], rated: Ratings) -> tuple[Decimal, Decimal]:
    """Give the lowest and the highest cut that a form of this blueprint may have, in points."""
    low = high = Fraction(0)
    for row in rows:
        ordered = sorted(rated[question] for question in row.questions)
        low += Fraction(row.points) * sum(ordered[: row.count], Fraction(0))
        high += Fraction(row.points) * sum(ordered[-row.count :], Fraction(0))
    return rounded(low, 2), rounded(high, 2)
