"""What a panel publishes: the cut of the average form with its error, the lowest and the highest of any form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy.orm import Session

from app.assessment import draws, exact, grading, panels, standards, starting
from app.assessment.decisions import void_versions
from app.assessment.models import ExamVersion, Panel, QuestionVersion
from app.assessment.standards import PanelSize, Ratings, Row, Standard


@dataclass(frozen=True, slots=True)
class PanelFigures:
    """Cuts in points of `maximum`; `low` and `high` are those of the kindest and the hardest form that may be drawn."""

    standard: Standard
    low: Decimal
    high: Decimal
    maximum: Decimal

    @property
    def percent(self) -> Decimal:
        """The cut of the average form in percent, one decimal, truncated as every shown percentage is."""
        return grading.percent(self.standard.cut, self.maximum)

    @property
    def small(self) -> bool:
        """Does it count with a warning?"""
        return standards.size_of(self.standard.judges) is PanelSize.SMALL


def figures_of(
    exam_version: ExamVersion, pool: Sequence[QuestionVersion], judges: Sequence[Ratings]
) -> PanelFigures | None:
    """What these judges ask of this exam version; None while there are fewer than two."""
    rows = [Row(row.count, row.points, ids) for row, ids in starting.pool_by_row(exam_version, pool)]
    standard = standards.average_form(rows, judges) if all(row.questions for row in rows) else None
    if standard is None:
        return None
    low, high = standards.extremes(rows, standards.means(judges))
    maximum = sum((Fraction(row.points) * row.count for row in rows), Fraction(0))
    return PanelFigures(standard, low, high, exact.rounded(maximum, 2))


def figures_of_panel(session: Session, panel: Panel) -> PanelFigures | None:
    """What a panel publishes of its own exam version."""
    pool = draws.pool_of(session, panel.exam_version_id)
    return figures_of(panel.exam_version, pool, list(panels.complete_ratings(session, panel).values()))


def announced_cut(session: Session, exam_version: ExamVersion, at: datetime) -> PanelFigures | None:
    """What candidates are told before they begin: the panel in force; None where the exam's own share holds."""
    panel = panels.panel_in_force(session, exam_version, at)
    if panel is None:
        return None
    void = void_versions(session, exam_version.exam_id)
    pool = [version for version in draws.pool_of(session, exam_version.id) if version.id not in void]
    return figures_of(exam_version, pool, list(panels.complete_ratings(session, panel).values()))
