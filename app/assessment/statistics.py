"""What answers say of an exam and its questions: classical test theory, in floats, for reading and never for marks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist, fmean, median

Z95 = NormalDist().inv_cdf(0.975)  # 1.96: every interval of this module is of 95 %
SHOWN_FROM = 30  # people: below, the count alone is shown
_NOISE = 1e-9  # marks have 12 places; a spread below this is rounding


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % interval, in the figure's own unit; without an interval low and high are None."""

    value: float
    low: float | None = None
    high: float | None = None


class NoAlpha(StrEnum):
    """Why an exam has no reliability over its people."""

    RANDOM_FORMS = "random_forms"  # not everybody had the same questions
    ONE_QUESTION = "one_question"
    NO_SPREAD = "no_spread"  # everybody has the same total


@dataclass(frozen=True, slots=True)
class Column:
    """The marks of one question, in points, one a person, and the points it is worth."""

    marks: Sequence[float]
    maximum: float


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """Figures of one question: facility 0–1, sd in points, discrimination and efficiency in percent, 100 at most."""

    facility: Estimate
    sd: float
    discrimination: Estimate | None
    efficiency: float | None


@dataclass(frozen=True, slots=True)
class ExamFigures:
    """Figures of an exam: points for mean, median, sd and SEM; error ratio in percent; the others without unit.

    `alpha` is None with its reason in `no_alpha`; KR-20 and the error at the cut want questions of one point,
    right or wrong.
    """

    mean: Estimate
    median: float
    sd: float
    skewness: float | None
    kurtosis: float | None
    alpha: float | None
    no_alpha: NoAlpha | None
    kr20: float | None
    error_ratio: float | None
    sem: float | None
    sem_at_cut: float | None
    livingston: float | None


def item_figures(column: Column, totals: Sequence[float]) -> ItemFigures:
    """Measure one question over the people who had it; `totals` are theirs, in points, this question included."""
    marks, rest = column.marks, rest_of(column.marks, totals)
    share = fmean(marks) / column.maximum
    return ItemFigures(
        facility=proportion(share, len(marks)),
        sd=math.sqrt(variance(marks)),
        discrimination=correlation(marks, rest),
        efficiency=_efficiency(marks, rest),
    )


def rest_of(marks: Sequence[float], totals: Sequence[float]) -> list[float]:
    """Give what each person earned elsewhere, in points: a question is not compared with itself."""
    return [total - mark for mark, total in zip(marks, totals, strict=True)]


def proportion(share: float, n: int) -> Estimate:
    """Give a share of 0–1 with Wilson's interval (1927).

    With partial marks it is a little too wide, never too narrow: no mark between 0 and 1 varies more than right
    and wrong do. A mean below 0, where wrong ticks cost points, has the interval of 0.
    """
    centre, z2 = min(1.0, max(0.0, share)), Z95 * Z95
    middle = (centre + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * math.sqrt(centre * (1 - centre) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return Estimate(share, max(0.0, middle - half), min(1.0, middle + half))


def correlation(xs: Sequence[float], ys: Sequence[float]) -> Estimate | None:
    """Correlate in percent, with Fisher's z interval; None when one side does not vary."""
    product = variance(xs) * variance(ys)
    if not product:
        return None
    r = min(1.0, max(-1.0, covariance(xs, ys) / math.sqrt(product)))
    low, high = fisher_interval(r, len(xs))
    return Estimate(100 * r, _in_percent(low), _in_percent(high))


def fisher_interval(r: float, n: int) -> tuple[float | None, float | None]:
    """Give the interval of a correlation −1…1 over n people; none from three people on down, nor at ±1."""
    if n <= 3 or abs(r) >= 1:
        return None, None
    z, half = math.atanh(r), Z95 / math.sqrt(n - 3)
    return math.tanh(z - half), math.tanh(z + half)


def _in_percent(value: float | None) -> float | None:
    return None if value is None else 100 * value


def _efficiency(marks: Sequence[float], rest: Sequence[float]) -> float | None:
    """Compare a covariance with the largest these very marks allow, in percent (Moodle's discriminative efficiency)."""
    best = covariance(sorted(marks), sorted(rest))
    return 100 * covariance(marks, rest) / best if best > _NOISE else None


def effective_weights(columns: Sequence[Column], totals: Sequence[float]) -> list[float | None]:
    """Give each question's share of the spread of totals, in percent; None where it works against the others."""
    shared = [covariance(column.marks, totals) for column in columns]
    roots = [math.sqrt(value) if value > _NOISE else 0.0 for value in shared]
    whole = math.fsum(roots)
    return [
        None if value < -_NOISE or not whole else 100 * root / whole for value, root in zip(shared, roots, strict=True)
    ]


def exam_figures(
    totals: Sequence[float], cut: float, columns: Sequence[Column] | None, *, points_of_binary: float | None = None
) -> ExamFigures:
    """Measure an exam over two people or more; totals and cut in points.

    `columns` are the questions of a form that all had, None where forms differ. `points_of_binary` is the number
    of questions of any form when each is worth one point, right or wrong; None otherwise.
    """
    alpha, reason = reliability(columns, totals)
    spread = variance(totals)
    sd, mean = math.sqrt(spread), fmean(totals)
    half = Z95 * sd / math.sqrt(len(totals))
    noise = None if alpha is None else math.sqrt(max(0.0, 1 - alpha))
    return ExamFigures(
        mean=Estimate(mean, mean - half, mean + half),
        median=median(totals),
        sd=sd,
        skewness=skewness(totals),
        kurtosis=kurtosis(totals),
        alpha=alpha,
        no_alpha=reason,
        kr20=kr20(columns, totals) if columns else None,
        error_ratio=None if noise is None else 100 * noise,
        sem=None if noise is None else sd * noise,
        sem_at_cut=error_at(cut, points_of_binary) if points_of_binary else None,
        livingston=None if alpha is None else livingston(alpha, spread, mean, cut),
    )


def reliability(columns: Sequence[Column] | None, totals: Sequence[float]) -> tuple[float | None, NoAlpha | None]:
    """Give Cronbach's alpha, or the reason why there is none."""
    if columns is None:
        return None, NoAlpha.RANDOM_FORMS
    if len(columns) < 2:
        return None, NoAlpha.ONE_QUESTION
    spread = variance(totals)
    if not spread:
        return None, NoAlpha.NO_SPREAD
    k, own = len(columns), math.fsum(variance(column.marks) for column in columns)
    return k / (k - 1) * (1 - own / spread), None


def kr20(columns: Sequence[Column], totals: Sequence[float]) -> float | None:
    """Give Kuder and Richardson's formula 20, with the variance of the people themselves; None unless all is 0 or 1."""
    if len(columns) < 2 or not all(is_binary(column) and column.maximum == 1 for column in columns):
        return None
    n, k = len(totals), len(columns)
    spread = variance(totals) * (n - 1) / n
    right = [fmean(column.marks) for column in columns]
    return k / (k - 1) * (1 - math.fsum(p * (1 - p) for p in right) / spread) if spread else None


def is_binary(column: Column) -> bool:
    """Say whether every mark is nothing or everything."""
    return all(mark in (0, column.maximum) for mark in column.marks)


def error_at(score: float, questions: float) -> float:
    """Give the standard error of measurement at a score, in points (Lord), for questions of one point; K from 2 on."""
    inside = min(questions, max(0.0, score))
    return math.sqrt(inside * (questions - inside) / (questions - 1)) if questions > 1 else 0.0


def livingston(alpha: float, spread: float, mean: float, cut: float) -> float | None:
    """Give Livingston's reliability of the decision at a cut; the variance in points², mean and cut in points."""
    away = (mean - cut) ** 2
    return (alpha * spread + away) / (spread + away) if spread + away else None


def variance(values: Sequence[float]) -> float:
    """Give the variance with n − 1; exactly 0 when the values do not differ."""
    return covariance(values, values) if max(values) - min(values) > _NOISE else 0.0


def covariance(xs: Sequence[float], ys: Sequence[float]) -> float:
    """Give the covariance with n − 1, over two people or more."""
    x, y = fmean(xs), fmean(ys)
    return math.fsum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / (len(xs) - 1)


def skewness(values: Sequence[float]) -> float | None:
    """Give k3 / k2^1.5 of Fisher's k-statistics; None below three values or without spread."""
    n, k2 = len(values), variance(values)
    if n < 3 or not k2:
        return None
    return _sum_of_powers(values, 3) * n / ((n - 1) * (n - 2)) / (k2 * math.sqrt(k2))


def kurtosis(values: Sequence[float]) -> float | None:
    """Give the excess, k4 / k2² of Fisher's k-statistics; None below four values or without spread."""
    n, k2 = len(values), variance(values)
    if n < 4 or not k2:
        return None
    m2, m4 = _sum_of_powers(values, 2) / n, _sum_of_powers(values, 4) / n
    k4 = n * n * ((n + 1) * m4 - 3 * (n - 1) * m2 * m2) / ((n - 1) * (n - 2) * (n - 3))
    return k4 / (k2 * k2)


def _sum_of_powers(values: Sequence[float], power: int) -> float:
    middle = fmean(values)
    return math.fsum((value - middle) ** power for value in values)
