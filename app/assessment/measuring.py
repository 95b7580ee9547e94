"""From the sheets of a cohort to the figures of its exam and of each question, worked out once and kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from statistics import fmean, median
from typing import Any

from sqlalchemy.orm import Session

from app.assessment import bias, statistics
from app.assessment.bias import Bias
from app.assessment.choices import is_right, options_of
from app.assessment.cohorts import Line, Sheet, fingerprint, sheets_of
from app.assessment.flags import Finding, OptionFigures, findings
from app.assessment.keyed import has_options
from app.assessment.models import QuestionVersion
from app.assessment.statistics import SHOWN_FROM, Column, Estimate, ExamFigures, ItemFigures
from app.foundation import clock
from app.foundation.keeping import Kept

GROUPS = 5  # of equal size, from the lowest totals to the highest
AT_ONCE_BELOW = 1_000  # people: figures of so few take half a second
BINS = 10  # of the histogram, a tenth of the points each
REFERENCE, FOCAL = "fr", "en"


@dataclass(frozen=True, slots=True)
class Bin:
    """How many totals lie from `low` percent of the points on, to the next bin's; the last takes 100 too."""

    low: int
    count: int


@dataclass(frozen=True, slots=True)
class TwoLanguages:
    """How many people had a question in each language, and how it treated them where there are enough."""

    reference: int
    focal: int
    bias: Bias | None

    @property
    def enough(self) -> bool:
        """A hundred in each?"""
        return min(self.reference, self.focal) >= bias.FEWEST_PER_GROUP


@dataclass(frozen=True, slots=True)
class Curve:
    """Share (0–1) of each group, weakest first, that chooses an option; `option` "" is the share of points earned."""

    option: str
    right: bool
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ItemMeasures:
    """A question within one exam version; below 30 people there is only `n`."""

    n: int
    simulated: int = 0  # of them
    figures: ItemFigures | None = None
    weight: float | None = None  # percent; only where all had the same questions
    blank: float = 0.0  # share without an answer, 0–1
    options: tuple[OptionFigures, ...] = ()
    curves: tuple[Curve, ...] = ()
    languages: TwoLanguages | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class ExamMeasures:
    """An exam version over its first attempts; below 30 people there is only `n`. `cut` and `maximum` in points."""

    n: int
    simulated: int = 0  # of them
    same_form: bool = False
    maximum: float = 0.0
    cut: float = 0.0
    figures: ExamFigures | None = None
    passed: Estimate | None = None
    histogram: tuple[Bin, ...] = ()
    items: Mapping[int, ItemMeasures] | None = None  # by question version
    until: datetime | None = None  # what came later is not in it yet

    def item(self, version_id: int) -> ItemMeasures:
        """The figures of a question, drawn or not."""
        return (self.items or {}).get(version_id, ItemMeasures(0))


_MEASURES: Kept[tuple[Any, ...], ExamMeasures] = Kept(64)


def measures_of(session: Session, exam_version_id: int, pool: Sequence[QuestionVersion], people: int) -> ExamMeasures:
    """The figures of an exam version whose questions are `pool`; worked out anew only when a result has changed.

    5,000 people take 3 s, so from 1,000 `people` on they say what was true at the last quarter of an hour.
    """
    until = _last_quarter(clock.now()) if people >= AT_ONCE_BELOW else None
    key = fingerprint(session, exam_version_id, until)
    bodies = {version.id: version.body for version in pool}
    return _MEASURES.get(key, lambda: replace(measure(sheets_of(session, exam_version_id, until), bodies), until=until))


def _last_quarter(now: datetime) -> datetime:
    return now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)


def measure(sheets: Sequence[Sheet], bodies: Mapping[int, Mapping[str, Any]]) -> ExamMeasures:
    """Work out every figure of these sheets; `bodies` are the questions by version."""
    totals = [sheet.total for sheet in sheets]
    had = _people_of(sheets)
    simulated = sum(sheet.simulated for sheet in sheets)
    if len(sheets) < SHOWN_FROM:
        few = {version: ItemMeasures(len(people), _simulated(people, sheets)) for version, people in had.items()}
        return ExamMeasures(len(sheets), simulated, items=few)
    columns = _common_form(sheets)
    weights = _weights(columns, totals)
    return ExamMeasures(
        n=len(sheets),
        simulated=simulated,
        same_form=columns is not None,
        maximum=median(sheet.maximum for sheet in sheets),
        cut=median(sheet.cut for sheet in sheets),
        figures=statistics.exam_figures(
            totals,
            median(sheet.cut for sheet in sheets),
            None if columns is None else list(columns.values()),
            points_of_binary=_questions_if_binary(sheets),
        ),
        passed=statistics.proportion(fmean(sheet.passed for sheet in sheets), len(sheets)),
        histogram=_histogram(sheets, totals),
        items={
            version: _item(bodies.get(version, {}), version, people, sheets, totals, weights)
            for version, people in had.items()
        },
    )


def _people_of(sheets: Sequence[Sheet]) -> dict[int, list[int]]:
    """Who had each question, by their place in `sheets`."""
    had: dict[int, list[int]] = defaultdict(list)
    for person, sheet in enumerate(sheets):
        for version in sheet.lines:
            had[version].append(person)
    return had


def _simulated(people: Sequence[int], sheets: Sequence[Sheet]) -> int:
    return sum(sheets[person].simulated for person in people)


def _common_form(sheets: Sequence[Sheet]) -> dict[int, Column] | None:
    """The columns of a form that all had; None when forms differ."""
    first = {version: line.maximum for version, line in sheets[0].lines.items()}
    if any({version: line.maximum for version, line in sheet.lines.items()} != first for sheet in sheets):
        return None
    return {
        version: Column([sheet.lines[version].mark for sheet in sheets], maximum) for version, maximum in first.items()
    }


def _weights(columns: Mapping[int, Column] | None, totals: Sequence[float]) -> dict[int, float | None]:
    if columns is None:
        return {}
    return dict(zip(columns, statistics.effective_weights(list(columns.values()), totals), strict=True))


def _questions_if_binary(sheets: Sequence[Sheet]) -> int | None:
    """How many questions a form has, when each is worth one point, right or wrong; None otherwise."""
    sizes = {len(sheet.lines) for sheet in sheets}
    plain = all(line.maximum == 1 and line.mark in (0, 1) for sheet in sheets for line in sheet.lines.values())
    return sizes.pop() if plain and len(sizes) == 1 else None


def _histogram(sheets: Sequence[Sheet], totals: Sequence[float]) -> tuple[Bin, ...]:
    counts = [0] * BINS
    for sheet, total in zip(sheets, totals, strict=True):
        place = int(total * BINS / sheet.maximum + 1e-9) if sheet.maximum else 0
        counts[min(BINS - 1, max(0, place))] += 1
    return tuple(Bin(100 // BINS * place, count) for place, count in enumerate(counts))


def _item(
    body: Mapping[str, Any],
    version: int,
    people: Sequence[int],
    sheets: Sequence[Sheet],
    all_totals: Sequence[float],
    weights: Mapping[int, float | None],
) -> ItemMeasures:
    lines = [sheets[person].lines[version] for person in people]
    if len(people) < SHOWN_FROM or not all(line.maximum for line in lines):  # worth nothing, it measures nothing
        return ItemMeasures(len(people), _simulated(people, sheets))
    totals = [all_totals[person] for person in people]
    column = Column([line.mark for line in lines], max(line.maximum for line in lines))
    figures = statistics.item_figures(column, totals)
    options = _options(body, lines, statistics.rest_of(column.marks, totals))
    languages = _two_languages([sheets[person].language for person in people], lines, totals)
    return ItemMeasures(
        n=len(people),
        simulated=_simulated(people, sheets),
        figures=figures,
        weight=weights.get(version),
        blank=fmean(line.blank for line in lines),
        options=options,
        curves=_curves(body, lines, totals),
        languages=languages,
        findings=findings(figures, options, languages.bias),
    )


def _options_in(body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return options_of(body) if has_options(body) else ()


def _options(body: Mapping[str, Any], lines: Sequence[Line], rest: Sequence[float]) -> tuple[OptionFigures, ...]:
    found = []
    for option in _options_in(body):
        chosen = [float(option["id"] in line.chosen) for line in lines]
        found.append(
            OptionFigures(
                option=option["id"],
                right=is_right(option),
                count=int(sum(chosen)),
                share=statistics.proportion(fmean(chosen), len(lines)),
                discrimination=statistics.correlation(chosen, rest),
            )
        )
    return tuple(found)


def _curves(body: Mapping[str, Any], lines: Sequence[Line], totals: Sequence[float]) -> tuple[Curve, ...]:
    """Who chooses what, in groups of equal size by total."""
    order = sorted(range(len(lines)), key=lambda person: totals[person])
    edges = [len(order) * group // GROUPS for group in range(GROUPS + 1)]
    groups = [[lines[person] for person in order[low:high]] for low, high in pairwise(edges)]
    if not _options_in(body):
        earned = tuple(fmean(line.mark / line.maximum for line in group) for group in groups)
        return (Curve("", True, earned),)
    return tuple(
        Curve(
            option["id"],
            is_right(option),
            tuple(fmean(option["id"] in line.chosen for line in group) for group in groups),
        )
        for option in _options_in(body)
    )


def _two_languages(languages: Sequence[str], lines: Sequence[Line], totals: Sequence[float]) -> TwoLanguages:
    """French against English at equal totals, to the point: above all, a check of the translation."""
    people = [
        (round(total), language == FOCAL, line.right)
        for language, line, total in zip(languages, lines, totals, strict=True)
        if language in (REFERENCE, FOCAL)
    ]
    focal = sum(in_focal for _total, in_focal, _right in people)
    counted = TwoLanguages(len(people) - focal, focal, None)
    if not counted.enough:
        return counted
    return TwoLanguages(counted.reference, counted.focal, bias.mantel_haenszel(bias.strata(people)))
