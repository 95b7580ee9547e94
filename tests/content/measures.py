"""Compute again the measures that courses define, for the tests that compare them with what is written."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from statistics import mean
from typing import Any


def gini(leavers: int, count: int) -> float:
    share = leavers / count
    return 1 - share**2 - (1 - share) ** 2


def absolute_error(values: Sequence[Any], answer: Any) -> Fraction:
    """The mean distance of these values to one answer given for all."""
    return Fraction(sum(abs(value - answer) for value in values)) / len(values)


def cost(misses: float, needless: float, miss: float = 80, call: float = 5) -> float:
    """The bill of a threshold, with the prices of the lesson unless a question has its own."""
    return needless * call + misses * miss


def brier(happened: list[int], announced: list[float]) -> float:
    return mean((h - p) ** 2 for h, p in zip(happened, announced, strict=True))


def wilson(found: int, cases: int) -> tuple[float, float]:
    """The interval in which a share lies, 95 times in 100."""
    z, share = 1.96, found / cases
    scale = 1 + z * z / cases
    centre = (share + z * z / (2 * cases)) / scale
    half = z * math.sqrt(share * (1 - share) / cases + z * z / (4 * cases**2)) / scale
    return centre - half, centre + half


def auc(left: Sequence[float], stayed: Sequence[float]) -> float:
    return mean((a > b) + (a == b) / 2 for a in left for b in stayed)


def psi(old: tuple[float, ...], new: tuple[float, ...]) -> float:
    return sum((n - o) * math.log(n / o) for o, n in zip(old, new, strict=True))


def rates(tp: float, fp: float, fn: float, tn: float) -> dict[str, float]:
    total = tp + fp + fn + tn
    return {
        "accuracy": (tp + tn) / total,
        "recall": tp / (tp + fn),
        "precision": tp / (tp + fp),
        "selection": (tp + fp) / total,
        "base": (tp + fn) / total,
    }
