"""What happens to a panel: opened, judges invited, questions rated, the second round, the cut set for good."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.assessment import panels, standards
from app.assessment.models import ExamVersion, Panel, PanelJudge, PanelRating
from app.assessment.panels import CLOSED, FIRST, ROUNDS, SECOND
from app.assessment.standards import FEWEST_JUDGES, PanelSize
from app.audit.services import record
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.errors import ConflictError, NotFoundError, RuleError
from app.foundation.i18n import gettext as _
from app.foundation.identifiers import new_public_id


def open_panel(session: Session, *, actor: Actor, exam_version: ExamVersion) -> Panel:
    """Begin a panel; an exam version has one open panel at most: of two clicks, both get the same."""
    panel = Panel(
        public_id=new_public_id(), exam_version_id=exam_version.id, state=FIRST, created_at=clock.now(), closed_at=None
    )
    try:
        with session.begin_nested():
            session.add(panel)
            session.flush()
    except IntegrityError:
        return session.scalars(
            select(Panel).where(Panel.exam_version_id == exam_version.id, Panel.state != CLOSED)
        ).one()
    record(
        session, actor=actor, event="panel.opened", subject=panel.public_id,
        details={"exam": exam_version.exam.public_id},
    )  # fmt: skip
    return panel


def invite(session: Session, *, actor: Actor, panel: Panel, accounts: Collection[str]) -> int:
    """Invite people who teach, by public id, while the first round runs; says how many are new. Others are ignored."""
    _hold(session, panel, FIRST, _("Judges are invited during the first round only."))
    wanted = [account for account in panels.may_judge(session, panel) if account.public_id in accounts]
    for account in wanted:
        session.add(PanelJudge(panel_id=panel.id, account_id=account.id, invited_at=clock.now()))
    session.flush()
    if wanted:
        invited = sorted(account.public_id for account in wanted)
        record(session, actor=actor, event="panel.judges-invited", subject=panel.public_id, details={"judges": invited})
    return len(wanted)


def rate(session: Session, *, actor: Actor, panel: Panel, percents: Mapping[int, int]) -> None:
    """Keep what a judge says of some questions (by version, 0–100) in the round that runs; the last word counts.

    Raises RuleError once the panel is closed, and in the second round for those who did not finish the first.
    """
    state = _state_held(session, panel)
    if state == CLOSED:
        raise RuleError(_("This panel is closed: its ratings stay as they are."))
    _hold_judge(session, panel, actor)
    pool = panels.pool_ids(session, panel.exam_version_id)
    if state == SECOND and actor.account_id not in panels.complete_ratings(session, panel, 1):
        raise RuleError(_("The second round is for those who rated every question in the first."))
    known = {
        rating.question_version_id: rating
        for rating in session.scalars(
            select(PanelRating).where(
                PanelRating.panel_id == panel.id,
                PanelRating.account_id == actor.account_id,
                PanelRating.round == ROUNDS[state],
            )
        )
    }
    for version_id in sorted(pool & set(percents)):
        rating = known.get(version_id) or PanelRating(
            panel_id=panel.id, account_id=actor.account_id, round=ROUNDS[state], question_version_id=version_id
        )
        rating.percent, rating.rated_at = percents[version_id], clock.now()
        session.add(rating)
    session.flush()


def begin_second_round(session: Session, *, actor: Actor, panel: Panel) -> None:
    """Show everybody the means of the first round; raises RuleError below three complete judges."""
    _hold(session, panel, FIRST, _("The second round has already begun."))
    judges = _enough(panels.complete_ratings(session, panel, 1))
    _move(session, panel, FIRST, SECOND)
    record(session, actor=actor, event="panel.second-round", subject=panel.public_id, details={"judges": judges})


def close_panel(session: Session, *, actor: Actor, panel: Panel) -> None:
    """Set the cut: from now on it is that of every attempt that begins, where the exam asks for a panel."""
    _hold(session, panel, SECOND, _("A panel is closed after its second round, once."))
    judges = _enough(panels.complete_ratings(session, panel, 2))
    _move(session, panel, SECOND, CLOSED, closed_at=clock.now())
    record(session, actor=actor, event="panel.closed", subject=panel.public_id, details={"judges": judges})


def _enough(complete: Mapping[int, object]) -> int:
    if standards.size_of(len(complete)) is PanelSize.TOO_FEW:
        raise RuleError(
            _("%(least)s judges must have rated every question: %(count)s have so far.",
              least=FEWEST_JUDGES, count=len(complete))
        )  # fmt: skip
    return len(complete)


def _state_held(session: Session, panel: Panel) -> str:
    """The state of a panel, which stays until the commit: a rating never slips in after its round is over."""
    state = session.scalar(select(Panel.state).where(Panel.id == panel.id).with_for_update(read=True))
    if state is None:
        raise NotFoundError("panel")
    return state


def _hold(session: Session, panel: Panel, wanted: str, refusal: str) -> None:
    """Hold a panel that is in the wanted state, so that what is read of its ratings stays true."""
    state = session.scalar(select(Panel.state).where(Panel.id == panel.id).with_for_update())
    if state != wanted:
        raise ConflictError(refusal)


def _hold_judge(session: Session, panel: Panel, actor: Actor) -> None:
    """Two saves of one judge wait for each other; raises NotFoundError for somebody who is none."""
    held = session.scalar(
        select(PanelJudge.account_id)
        .where(PanelJudge.panel_id == panel.id, PanelJudge.account_id == actor.account_id)
        .with_for_update()
    )
    if held is None:
        raise NotFoundError("panel")


def _move(session: Session, panel: Panel, start: str, end: str, **values: object) -> None:
    changed = session.execute(
        update(Panel)
        .where(Panel.id == panel.id, Panel.state == start)
        .values(state=end, **values)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise RuntimeError("the panel was held and yet it moved")
    session.refresh(panel)
