"""Panels of judges and the cuts they set: which one is in force for an exam, and what it asks of a form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from app.accounts.models import Account
from app.assessment import grading, standards
from app.assessment.models import Attempt, AttemptItem, Exam, ExamPool, ExamVersion, Panel, PanelJudge, PanelRating
from app.assessment.standards import Ratings
from app.foundation.errors import NotFoundError
from app.foundation.keeping import Kept
from app.foundation.permissions import PERMISSIONS, Permission

FIRST, SECOND, CLOSED = "first", "second", "closed"
ROUNDS = {FIRST: 1, SECOND: 2, CLOSED: 2}  # by state: the round whose ratings are of interest


def cut_of(session: Session, attempt: Attempt, maximum: Decimal) -> Decimal:
    """The points, with 2 places, that pass an attempt of `maximum` points when it is marked first.

    The panel's where the exam asks for one and it had closed before the attempt began: a cut never moves while
    somebody sits. Else the exam's own share of the points.
    """
    settings = attempt.exam_version.settings
    default = grading.cut_points(maximum, Decimal(settings["cut"]))
    panel = panel_in_force(session, attempt.exam_version, attempt.started_at)
    if panel is None:
        return default
    items = session.execute(
        select(AttemptItem.question_version_id, AttemptItem.points).where(AttemptItem.attempt_id == attempt.id)
    )
    cut = standards.form_cut([(row[0], row[1]) for row in items], rated_by(session, panel))
    return default if cut is None else cut


def panel_in_force(session: Session, exam_version: ExamVersion, at: datetime) -> Panel | None:
    """The last panel closed by then that rated every question this exam version may draw; None where it asks for none.

    A panel of an earlier version holds for the next as long as the questions are the same.
    """
    return in_force_at(panels_in_turn(session, exam_version), at)


def in_force_at(in_turn: Sequence[Panel], at: datetime) -> Panel | None:
    """The first of these panels, last first, that had closed by then."""
    return next((panel for panel in in_turn if panel.closed_at is not None and panel.closed_at <= at), None)


def panels_in_turn(session: Session, exam_version: ExamVersion) -> list[Panel]:
    """The closed panels that rated all this exam version may draw, last first; none where it asks for none."""
    if exam_version.settings.get("method") != "angoff":
        return []
    closed = session.scalars(
        _PANELS.where(Exam.id == exam_version.exam_id, Panel.state == CLOSED).order_by(
            Panel.closed_at.desc(), Panel.id.desc()
        )
    ).all()
    pool = pool_ids(session, exam_version.id) if closed else frozenset()
    return [panel for panel in closed if pool <= set(rated_by(session, panel))]


_PANELS = (
    select(Panel)
    .join(ExamVersion, ExamVersion.id == Panel.exam_version_id)
    .join(Exam, Exam.id == ExamVersion.exam_id)
    .options(contains_eager(Panel.exam_version).contains_eager(ExamVersion.exam))
)
_RATED: Kept[str, Mapping[int, Fraction]] = Kept(64)  # by public id: what a closed panel said never changes


def rated_by(session: Session, panel: Panel) -> Ratings:
    """The mean of each question, as a closed panel left it."""
    return _RATED.get(panel.public_id, lambda: standards.means(list(complete_ratings(session, panel).values())))


def pool_ids(session: Session, exam_version_id: int) -> frozenset[int]:
    """The question versions an exam version may draw."""
    return frozenset(
        session.scalars(select(ExamPool.question_version_id).where(ExamPool.exam_version_id == exam_version_id))
    )


def ratings_of(session: Session, panel: Panel, round_: int) -> dict[int, dict[int, Fraction]]:
    """What each judge said in a round: by account, then by question version, shares of 0–1."""
    found: dict[int, dict[int, Fraction]] = defaultdict(dict)
    rows = session.execute(
        select(PanelRating.account_id, PanelRating.question_version_id, PanelRating.percent).where(
            PanelRating.panel_id == panel.id, PanelRating.round == round_
        )
    )
    for account_id, version_id, percent in rows:
        found[account_id][version_id] = Fraction(percent, 100)
    return dict(found)


def complete_ratings(session: Session, panel: Panel, round_: int | None = None) -> dict[int, dict[int, Fraction]]:
    """The ratings of those who rated every question of a round (the present one): the others do not count."""
    pool = pool_ids(session, panel.exam_version_id)
    ratings = ratings_of(session, panel, round_ or ROUNDS[panel.state])
    return {judge: rated for judge, rated in ratings.items() if pool <= set(rated)}


def own_ratings(session: Session, panel: Panel, account_id: int, round_: int) -> dict[int, int]:
    """What one judge said in a round, in percent by question version."""
    rows = session.execute(
        select(PanelRating.question_version_id, PanelRating.percent).where(
            PanelRating.panel_id == panel.id, PanelRating.account_id == account_id, PanelRating.round == round_
        )
    )
    return {row[0]: row[1] for row in rows}


def get_panel(session: Session, public_id: str) -> Panel:
    """A panel with its exam version; raises NotFoundError."""
    panel = session.scalars(_PANELS.where(Panel.public_id == public_id)).one_or_none()
    if panel is None:
        raise NotFoundError("panel")
    return panel


def get_panel_judged_by(session: Session, account_id: int, public_id: str) -> Panel:
    """A panel that this person was invited to; raises NotFoundError."""
    panel = session.scalars(
        _PANELS.join(PanelJudge, PanelJudge.panel_id == Panel.id).where(
            Panel.public_id == public_id, PanelJudge.account_id == account_id
        )
    ).one_or_none()
    if panel is None:
        raise NotFoundError("panel")
    return panel


def panels_of(session: Session, exam_id: int) -> Sequence[Panel]:
    """The panels of an exam in all its versions, newest first."""
    return session.scalars(_PANELS.where(Exam.id == exam_id).order_by(Panel.id.desc())).all()


def panels_to_rate(session: Session, account_id: int) -> Sequence[Panel]:
    """The open panels this person was invited to."""
    return session.scalars(
        _PANELS.join(PanelJudge, PanelJudge.panel_id == Panel.id)
        .where(PanelJudge.account_id == account_id, Panel.state != CLOSED)
        .order_by(Panel.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Judge:
    """Somebody of a panel, and how many questions they have rated in the present round."""

    account_id: int
    public_id: str
    name: str
    rated: int


def judges_of(session: Session, panel: Panel) -> list[Judge]:
    """The judges of a panel by name, with how far they are."""
    ratings = ratings_of(session, panel, ROUNDS[panel.state])
    rows = session.execute(
        select(Account.id, Account.public_id, Account.name)
        .join(PanelJudge, PanelJudge.account_id == Account.id)
        .where(PanelJudge.panel_id == panel.id)
        .order_by(Account.name_key, Account.id)
    )
    return [Judge(row[0], row[1], row[2], len(ratings.get(row[0], ()))) for row in rows]


def may_judge(session: Session, panel: Panel) -> Sequence[Account]:
    """Those who teach and were not invited yet."""
    roles = [role.value for role, granted in PERMISSIONS.items() if Permission.AUTHOR_COURSES in granted]
    invited = select(PanelJudge.account_id).where(PanelJudge.panel_id == panel.id)
    return session.scalars(
        select(Account)
        .where(Account.role.in_(roles), Account.state == "active", Account.id.not_in(invited))
        .order_by(Account.name_key, Account.id)
    ).all()
