"""Services of those who mark papers: take one, note levels, put it back, sign; the last signature ends the attempt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.assessment import paper_queries as queries
from app.assessment import regrades, remarkings
from app.assessment.marking import MOVED_ON, is_left_behind, sign
from app.assessment.models import Attempt
from app.assessment.paper_models import Paper, PaperMarking
from app.assessment.rubrics import combined, is_complete, markers_needed, score
from app.assessment.rules import State
from app.assessment.services import conclude_marked
from app.audit.services import record
from app.foundation import clock
from app.foundation.actor import SYSTEM, Actor
from app.foundation.errors import ConflictError, RuleError
from app.foundation.i18n import gettext as _


def places_wanted(paper: Paper, markings: Sequence[PaperMarking]) -> int:
    """How many markings a paper wants, as far as is known today: a third where two differ."""
    done = [marking.levels for marking in markings if marking.done_at is not None]
    return markers_needed(queries.rubric_of(paper), done, paper.markers)


@dataclass(frozen=True)
class PaperRow:
    """A paper in the queue of one reader: how far it is, who is at it, whether this reader may take it."""

    paper: Paper
    done: int
    takers: Sequence[str]  # names of those who are at it
    own: bool
    signed: bool  # by this reader
    free: bool


def queue_row(paper: Paper, account_id: int, names: Mapping[int, str], now: datetime) -> PaperRow:
    """A line of the queue for one reader, from a loaded paper."""
    done = [marking for marking in paper.markings if marking.done_at is not None]
    at_it = [one for one in paper.markings if one.done_at is None and not is_left_behind(one, now)]
    mine = [marking for marking in paper.markings if marking.marker_id == account_id]
    return PaperRow(
        paper=paper,
        done=len(done),
        takers=[names.get(marking.marker_id, "") for marking in at_it],
        own=bool(mine),
        signed=any(marking.done_at is not None for marking in mine),
        free=not mine and len(done) + len(at_it) < places_wanted(paper, paper.markings),
    )


def claim(session: Session, *, actor: Actor, paper: Paper) -> PaperMarking:
    """Take a paper to mark it; taking it twice is the same, and two markers at once get one each place."""
    _hold(session, paper)
    own = queries.find_marking(session, paper, actor.account_id)
    if own is not None:
        return own
    place = _free_place(session, paper, queries.markings_of(session, paper))
    marking = PaperMarking(
        paper_id=paper.id, marker_id=actor.account_id, place=place, levels={}, feedback={}, comment="",
        claimed_at=clock.now(),
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(marking)
            session.flush()
    except IntegrityError as error:
        raise ConflictError(_("A colleague took this answer a moment before you.")) from error
    record(session, actor=actor, event="paper.taken", subject=paper.public_id, details={"place": place})
    return marking


def _hold(session: Session, paper: Paper) -> None:
    """Hold the attempt that waits, or the re-marking: whoever marks one of its papers comes after the other.

    Raises ConflictError once nothing waits any more.
    """
    held = remarkings.hold(session, paper.remarking_id) if paper.remarking_id else _hold_attempt(session, paper)
    still_open = session.scalar(select(Paper.decided_at).where(Paper.id == paper.id)) is None
    if not held or not still_open:
        raise ConflictError(_("This answer no longer waits for a marking."))


def _hold_attempt(session: Session, paper: Paper) -> bool:
    held = session.execute(
        update(Attempt)
        .where(Attempt.id == paper.attempt_id, Attempt.state == State.SUBMITTED.value)
        .values(state=State.SUBMITTED.value)
        .execution_options(synchronize_session=False)
    )
    return held.rowcount == 1  # type: ignore[attr-defined, no-any-return]


def _free_place(session: Session, paper: Paper, markings: Sequence[PaperMarking]) -> int:
    """The first place that nobody holds, one left behind included; raises ConflictError when there is none."""
    now = clock.now()
    held = {marking.place for marking in markings if not is_left_behind(marking, now)}
    for place in range(1, places_wanted(paper, markings) + 1):
        if place not in held:
            session.execute(
                delete(PaperMarking).where(
                    PaperMarking.paper_id == paper.id, PaperMarking.place == place, PaperMarking.done_at.is_(None)
                )
            )
            return place
    raise ConflictError(_("A colleague is marking this answer."))


def put_back(session: Session, *, actor: Actor, paper: Paper) -> None:
    """Let somebody else mark it; what was noted so far is thrown away."""
    _hold(session, paper)
    gone = session.execute(
        delete(PaperMarking).where(
            PaperMarking.paper_id == paper.id,
            PaperMarking.marker_id == actor.account_id,
            PaperMarking.done_at.is_(None),
        )
    )
    if gone.rowcount != 1:  # type: ignore[attr-defined]
        raise ConflictError(MOVED_ON)
    record(session, actor=actor, event="paper.put-back", subject=paper.public_id)


def finish_marking(session: Session, *, actor: Actor, paper: Paper, marking: PaperMarking) -> bool:
    """Sign a whole marking, for good; says whether it was the last one that the attempt, or a re-marking, waited for.

    The attempt is held first: of two markers who sign at once, be it two papers of one attempt, the second sees what
    the first did, and one of them ends the attempt.
    """
    _hold(session, paper)
    attempt = session.get_one(Attempt, paper.attempt_id, populate_existing=True)
    if not paper.remarking_id:
        regrades.hold_exam(session, attempt.exam_id)  # before the record's lock, as when an attempt is handed in
    sign(session, marking, actor.account_id)
    session.refresh(marking)
    if not is_complete(queries.rubric_of(paper), marking.levels):
        raise RuleError(_("Choose a level for each line of the rubric."))
    details = {"place": marking.place, "levels": dict(marking.levels)}
    record(session, actor=actor, event="paper.marked", subject=paper.public_id, details=details)
    if not _decide(session, paper) or _still_waits(session, paper):
        return False
    if paper.remarking_id:
        remarkings.now_proposed(session, paper.remarking_id)
    else:
        conclude_marked(session, attempt)
    return True


def _decide(session: Session, paper: Paper) -> bool:
    """Once all the markings wanted are done, the median of each line counts; says whether that is so."""
    markings = queries.markings_of(session, paper)
    done = [marking.levels for marking in markings if marking.done_at is not None]
    if len(done) < places_wanted(paper, markings):
        return False
    paper.levels, paper.decided_at = combined(done), clock.now()
    session.flush()
    details = {"levels": paper.levels, "score": str(score(queries.rubric_of(paper), paper.levels))}
    record(session, actor=SYSTEM, event="paper.decided", subject=paper.public_id, details=details)
    return True


def _still_waits(session: Session, paper: Paper) -> bool:
    """Does another paper wait: of the same re-marking, or of the attempt as it was handed in?"""
    beside = Paper.remarking_id == paper.remarking_id if paper.remarking_id else Paper.remarking_id.is_(None)
    others = select(Paper.id).where(Paper.attempt_id == paper.attempt_id, beside, Paper.decided_at.is_(None)).limit(1)
    return session.scalar(others) is not None
