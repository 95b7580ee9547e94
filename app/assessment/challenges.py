"""Services of those who take a challenge: join alone or by a code, leave, work together, hand in and take back."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.assessment.challenge_models import Challenge, ChallengeMember, ChallengeSession, ChallengeTeam
from app.assessment.challenge_queries import Seat, find_work, members_of
from app.assessment.challenge_rules import Phase, still_arrives
from app.assessment.challenge_sessions import close_if_over, hold_team, note_handing_in
from app.assessment.project_models import Submission, SubmissionFile
from app.assessment.projects import check_own_view, move, new_submission, put_file, take_out, what_is_missing
from app.assessment.rubrics import Step
from app.assessment.uploads import Upload
from app.audit.services import record
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.errors import ConflictError, NotFoundError, RuleError
from app.foundation.i18n import gettext as _
from app.foundation.i18n import lazy_gettext as _l
from app.foundation.identifiers import ALPHABET, CONFUSED
from app.learning.queries import find_enrolment

CODE_LENGTH = 8  # of 32 signs each: 40 bits, guessed ten times an hour at most
OVER = _l("The time of this challenge is over: what was there at the end is what counts.")
HANDED_IN = _l("This work is handed in: take it back first, while there is time.")
CHANGED = _l("A teammate has changed this since the page was opened. Both stand below: put them together, then save.")


def parse_code(text: str) -> str:
    """A code as it was typed: case, spaces and hyphens do not matter; O is 0, I and L are 1."""
    kept = "".join(sign for sign in text.upper() if sign not in " -\u00a0\u202f\u2011")
    return kept.translate(CONFUSED)


def join(session: Session, *, actor: Actor, opening: ChallengeSession, code: str | None = None) -> ChallengeTeam:
    """Take part, in a team of one's own or in that of a code; raises RuleError or ConflictError.

    The session is held first, so that nobody joins what is being cancelled; then the team, so that places are told.
    """
    _check_may_join(session, actor, opening)
    team = _new_team(session, opening) if code is None else _team_of_code(session, opening, code)
    place = _free_place(session, opening.challenge, team)
    member = ChallengeMember(
        team_id=team.id, account_id=actor.account_id, session_id=opening.id, place=place, alive=True,
        joined_at=clock.now(),
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(member)
            session.flush()
    except IntegrityError as error:
        raise ConflictError(_("You take part in a challenge already: one at a time.")) from error
    record(session, actor=actor, event="challenge.joined", subject=opening.public_id, details={"place": place})
    return team


def _check_may_join(session: Session, actor: Actor, opening: ChallengeSession) -> None:
    enrolment = find_enrolment(session, actor.account_id, opening.challenge.project.version.course_id)
    if enrolment is None or enrolment.state != "active":
        raise RuleError(_("Begin the course first: its challenges are for those who follow it."))
    held = session.execute(
        update(ChallengeSession)
        .where(ChallengeSession.id == opening.id, ChallengeSession.cancelled_at.is_(None))
        .values(title=ChallengeSession.title)
        .execution_options(synchronize_session=False)
    )
    if held.rowcount != 1:  # type: ignore[attr-defined]
        raise RuleError(_("This session is cancelled."))
    if clock.now() >= opening.starts_at:
        raise RuleError(_("This session has begun: everybody starts at the same time."))
    alive = select(ChallengeMember).where(ChallengeMember.account_id == actor.account_id, ChallengeMember.alive)
    other = session.scalar(alive)
    if other is not None and other.session_id == opening.id:
        raise RuleError(_("You take part in this session already."))
    if other is not None and not close_if_over(session, other.team_id):
        raise RuleError(_("You take part in another challenge that is not over: one at a time."))


def _new_team(session: Session, opening: ChallengeSession) -> ChallengeTeam:
    code = "".join(secrets.choice(ALPHABET) for _sign in range(CODE_LENGTH))
    team = ChallengeTeam(session_id=opening.id, join_code=code, changed_at=clock.now())
    session.add(team)
    session.flush()
    return team


def _team_of_code(session: Session, opening: ChallengeSession, code: str) -> ChallengeTeam:
    team = session.scalar(
        select(ChallengeTeam).where(ChallengeTeam.join_code == parse_code(code), ChallengeTeam.session_id == opening.id)
    )
    if team is None or not hold_team(session, team):
        raise RuleError(_("No team of this session has this code. Ask for it again, or take part alone."))
    return team


def _free_place(session: Session, challenge: Challenge, team: ChallengeTeam) -> int:
    taken = {member.place for member in members_of(session, team.id)}
    for place in range(1, challenge.team + 1):
        if place not in taken:
            return place
    raise RuleError(_("This team is complete."))


def leave(session: Session, *, actor: Actor, seat: Seat) -> None:
    """Leave before the start; a team that nobody is left in goes with its last member."""
    if seat.phase is not Phase.COMING:
        raise RuleError(_("The session has begun: you can no longer leave it. What is not handed in stays unread."))
    if not hold_team(session, seat.team):
        raise ConflictError(OVER)
    gone = session.execute(
        delete(ChallengeMember)
        .where(ChallengeMember.team_id == seat.team.id, ChallengeMember.account_id == actor.account_id)
        .execution_options(synchronize_session=False)
    )
    if gone.rowcount != 1:  # type: ignore[attr-defined]
        raise NotFoundError("member")
    left = exists().where(ChallengeMember.team_id == ChallengeTeam.id)
    session.execute(
        delete(ChallengeTeam)
        .where(ChallengeTeam.id == seat.team.id, ~left)
        .execution_options(synchronize_session=False)
    )
    record(session, actor=actor, event="challenge.left", subject=seat.session.public_id)


# Working together


def seen(value: Any) -> str:
    """What stands for what a page showed: a form that carries it does not undo what a teammate did since."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def words_seen(work: Submission | None) -> str:
    """The same of the note and the link."""
    return seen([work.current.note, work.current.link] if work else ["", ""])


def view_seen(work: Submission | None) -> str:
    """The same of how the team sees its own work."""
    return seen(work.current.own_levels if work else None)


def assess_ourselves(session: Session, *, seat: Seat, levels: Mapping[str, int], before: str) -> None:
    """Say where the team thinks its work stands; raises ConflictError when a teammate said it meanwhile."""
    check_own_view(seat.project, levels)
    work = _open_work(session, seat)
    if view_seen(work) != before and work.current.own_levels != dict(levels):
        raise ConflictError(CHANGED)
    work.current.own_levels = dict(levels)
    session.flush()


def save_words(session: Session, *, seat: Seat, note: str, link: str, before: str) -> None:
    """Keep the note and the link; raises ConflictError when a teammate changed them meanwhile."""
    work = _open_work(session, seat)
    if words_seen(work) != before and [work.current.note, work.current.link] != [note, link]:
        raise ConflictError(CHANGED)
    work.current.note, work.current.link = note, link
    session.flush()


def add_file(session: Session, *, seat: Seat, upload: Upload, sha256: str) -> None:
    """Put a stored file to the team's work."""
    put_file(session, _open_work(session, seat), upload, sha256)


def remove_file(session: Session, *, seat: Seat, file_id: str) -> None:
    """Take a file out of the team's work; raises NotFoundError."""
    work = _open_work(session, seat)
    take_out(session, work, _file_of(work, file_id))


def _file_of(work: Submission, file_id: str) -> SubmissionFile:
    for file in work.current.files:
        if file.public_id == file_id:
            return file
    raise NotFoundError("file")


def _hold_work(session: Session, seat: Seat) -> Submission:
    """The team's work, made on the first change and held: one teammate at a time. Raises ConflictError once over."""
    now = clock.now()
    if seat.phase in (Phase.COMING, Phase.CANCELLED):
        raise NotFoundError("challenge session")
    if not still_arrives(seat.end, now) or not hold_team(session, seat.team):
        raise ConflictError(OVER)
    work = find_work(session, seat.team.id)
    if work is None:
        work = new_submission(seat.project)
        work.team_id = seat.team.id
        session.add(work)
        session.flush()
        return work
    session.refresh(work, ["state", "handed_in_at"])
    session.refresh(work.current, ["files", "note", "link", "own_levels"])
    return work


def _open_work(session: Session, seat: Seat) -> Submission:
    """The same, not handed in."""
    work = _hold_work(session, seat)
    if not move(session, work, Step.DRAFT, end=Step.DRAFT, changed_at=clock.now()):
        raise ConflictError(HANDED_IN)
    return work


def hand_in(session: Session, *, actor: Actor, seat: Seat) -> None:
    """Hand the work in before the end, for the whole team; twice changes nothing."""
    work = _hold_work(session, seat)
    if work.state == Step.SUBMITTED:
        return
    if missing := what_is_missing(work):
        raise RuleError(" ".join(missing))
    at = min(clock.now(), seat.end)
    if not move(session, work, Step.DRAFT, end=Step.SUBMITTED, handed_in_at=at, changed_at=clock.now()):
        raise ConflictError(HANDED_IN)
    work.current.handed_in_at = at
    session.flush()
    note_handing_in(session, actor, work, reason="member")


def take_back(session: Session, *, actor: Actor, seat: Seat) -> None:
    """Take the work back before the end, to go on with it; what nobody changes is handed in at the end all the same."""
    if clock.now() >= seat.end:
        raise ConflictError(OVER)
    work = _hold_work(session, seat)
    if not move(session, work, Step.SUBMITTED, end=Step.DRAFT, handed_in_at=None, changed_at=clock.now()):
        raise ConflictError(_("This work is not handed in."))
    work.current.handed_in_at = None
    session.flush()
    record(session, actor=actor, event="challenge.taken-back", subject=work.public_id)
