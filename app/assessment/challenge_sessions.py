"""Services of those who open sessions: open, seal with files of one's own, cancel; and closing what is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment.challenge_mails import CANCELLED_LETTER
from app.assessment.challenge_models import (
    Challenge,
    ChallengeMember,
    ChallengeSession,
    ChallengeTeam,
    SealedFile,
)
from app.assessment.challenge_queries import end_of, find_work
from app.assessment.challenge_rules import is_closable
from app.assessment.project_models import Submission
from app.assessment.projects import move
from app.assessment.rubrics import Step
from app.assessment.uploads import Upload
from app.audit.services import record
from app.foundation import clock
from app.foundation.actor import SYSTEM, Actor
from app.foundation.errors import ConflictError, NotFoundError, RuleError
from app.foundation.i18n import gettext as _
from app.foundation.identifiers import new_public_id
from app.foundation.outbox import enqueue

FARTHEST = timedelta(days=366)


def open_session(
    session: Session, *, actor: Actor, challenge: Challenge, title: str, starts_at: datetime
) -> ChallengeSession:
    """Open a challenge to everybody of its course, from a common start on; raises RuleError."""
    now = clock.now()
    if starts_at <= now:
        raise RuleError(_("The start lies in the past."))
    if starts_at > now + FARTHEST:
        raise RuleError(_("The start lies more than a year ahead."))
    ends_at = starts_at + timedelta(seconds=challenge.duration_s)
    opening = ChallengeSession(
        public_id=new_public_id(),
        project_id=challenge.project_id,
        title=title,
        starts_at=starts_at,
        ends_at=ends_at,
        feedback_due_at=ends_at + timedelta(seconds=challenge.feedback_s),
        opened_by=actor.account_id,
        opened_at=now,
    )
    session.add(opening)
    session.flush()
    record(
        session, actor=actor, event="challenge.session-opened", subject=opening.public_id,
        details={"challenge": challenge.project.slug, "starts": starts_at.isoformat(), "ends": ends_at.isoformat()},
    )  # fmt: skip
    return opening


def replace_sealed(
    session: Session, *, actor: Actor, opening: ChallengeSession, place: int, upload: Upload, sha256: str
) -> None:
    """Put one's own file in the place of a sealed one of the course, for this session; the last one counts."""
    if place not in {file.place for file in opening.challenge.files if file.sealed}:
        raise NotFoundError("sealed file")
    if opening.cancelled_at is not None or clock.now() >= opening.ends_at:
        raise RuleError(_("The session is over or cancelled: its sealed files stay as they are."))
    file = session.get(SealedFile, (opening.id, place), populate_existing=True)
    file = file or SealedFile(session_id=opening.id, place=place)
    file.name, file.kind, file.sha256, file.size = upload.name, upload.kind, sha256, len(upload.content)
    file.added_by, file.added_at = actor.account_id, clock.now()
    try:
        with session.begin_nested():
            session.add(file)
            session.flush()
    except IntegrityError as error:
        raise ConflictError(_("A colleague has just sent another file: look at the page again.")) from error
    record(
        session, actor=actor, event="challenge.sealed-file-replaced", subject=opening.public_id,
        details={"place": place, "sha256": sha256},
    )  # fmt: skip


def cancel(session: Session, *, actor: Actor, opening: ChallengeSession) -> None:
    """Cancel a session that has not begun; whoever joined receives a letter. Raises ConflictError or RuleError."""
    now = clock.now()
    if now >= opening.starts_at:
        raise RuleError(_("The session has begun: it goes to its end."))
    changed = session.execute(
        update(ChallengeSession)
        .where(
            ChallengeSession.id == opening.id,
            ChallengeSession.cancelled_at.is_(None),
            ChallengeSession.starts_at > now,
        )
        .values(cancelled_at=now, cancelled_by=actor.account_id)
        .execution_options(synchronize_session=False)
    )
    session.refresh(opening)
    if cast("CursorResult[Any]", changed).rowcount != 1:
        raise ConflictError(_("This session is cancelled already."))
    joined = _release(session, ChallengeMember.session_id == opening.id)
    session.execute(
        update(ChallengeTeam)
        .where(ChallengeTeam.session_id == opening.id, ChallengeTeam.closed_at.is_(None))
        .values(closed_at=now)
        .execution_options(synchronize_session=False)
    )
    record(
        session, actor=actor, event="challenge.session-cancelled", subject=opening.public_id,
        details={"people": len(joined)},
    )  # fmt: skip
    for account in joined:
        enqueue(
            session,
            "mail",
            dedupe_key=f"{CANCELLED_LETTER}-{opening.public_id}-{account.public_id}",
            recipient_id=account.id,
            language=account.language,
            payload={"letter": CANCELLED_LETTER, "session_id": opening.id},
        )


def _release(session: Session, which: Any) -> Sequence[Account]:
    """These members' work is over: they may join another session. Returns who they are."""
    found = session.scalars(
        select(Account).join(ChallengeMember, ChallengeMember.account_id == Account.id).where(which)
    ).all()
    session.execute(
        update(ChallengeMember).where(which).values(alive=False).execution_options(synchronize_session=False)
    )
    return found


def close_if_over(session: Session, team_id: int) -> bool:
    """Close a team whose time is over: what holds a file or a link is handed in as it stands. True if it did.

    Once for all: of the worker and of whoever comes first, one does it.
    """
    team = session.get(ChallengeTeam, team_id)
    if team is None or team.closed_at is not None:
        return False
    now, end = clock.now(), end_of(session, team)
    if not is_closable(end, now) or not hold_team(session, team, closed_at=now):
        return False
    _release(session, ChallengeMember.team_id == team.id)
    work = find_work(session, team.id)
    if work is not None:
        session.refresh(work, ["state", "handed_in_at"])
        _close_work(session, work, end)
    return True


def hold_team(session: Session, team: ChallengeTeam, **values: Any) -> bool:
    """One conditional update that every change of a team begins with; false once the team is closed."""
    held = session.execute(
        update(ChallengeTeam)
        .where(ChallengeTeam.id == team.id, ChallengeTeam.closed_at.is_(None))
        .values(changed_at=clock.now(), **values)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", held).rowcount == 1


def _close_work(session: Session, work: Submission, end: datetime) -> None:
    """Hand in what stands there, in the state it is in; raises nothing: what is handed in stays so."""
    if work.state != Step.DRAFT:
        return
    session.refresh(work.current, ["files", "link"])
    if not (work.current.files or work.current.link):
        move(session, work, Step.DRAFT, end=Step.NOT_HANDED_IN, changed_at=clock.now())
        record(session, actor=SYSTEM, event="challenge.not-handed-in", subject=work.public_id)
        return
    move(session, work, Step.DRAFT, end=Step.SUBMITTED, handed_in_at=end, changed_at=clock.now())
    work.current.handed_in_at = end
    session.flush()
    note_handing_in(session, SYSTEM, work, reason="clock")


def note_handing_in(session: Session, actor: Actor, work: Submission, *, reason: str) -> None:
    """The record of what was handed in: the SHA-256 of each file, by whom or by the clock."""
    record(
        session, actor=actor, event="challenge.handed-in", subject=work.public_id,
        details={"reason": reason, "files": [file.sha256 for file in work.current.files]},
    )  # fmt: skip
