"""Services of markers: take a submission, mark it line by line, put it back, and let the markings decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment import challenge_mails
from app.assessment.challenge_queries import members_of
from app.assessment.mails import ACCEPTED_LETTER, CHANGES_LETTER
from app.assessment.paper_models import AnyMarking
from app.assessment.project_models import Marking, Submission, SubmissionFile, SubmissionRevision
from app.assessment.project_queries import QueueRow, find_marking, markings_of
from app.assessment.projects import move
from app.assessment.rubrics import TO_MARK, Step, combined, is_accepted, is_complete, markers_needed, score
from app.audit.services import record
from app.catalog.queries import get_item
from app.foundation import clock
from app.foundation.actor import SYSTEM, Actor
from app.foundation.errors import ConflictError, RuleError
from app.foundation.i18n import gettext as _
from app.foundation.i18n import lazy_gettext as _l
from app.foundation.identifiers import new_public_id
from app.foundation.outbox import enqueue
from app.learning.queries import find_enrolment
from app.learning.services import give_back

TAKEN_FOR = timedelta(days=7)  # then a colleague may take it over
EVENTS = {
    (False, Step.ACCEPTED): "project.accepted",
    (False, Step.CHANGES_REQUESTED): "project.changes-requested",
    (True, Step.ACCEPTED): "challenge.accepted",
    (True, Step.NOT_REACHED): "challenge.not-reached",
}
MOVED_ON = _l("This submission has moved on since the page was opened. Reload it and look again.")


def places_wanted(submission: Submission, markings: Sequence[Marking]) -> int:
    """How many markings the current revision wants, as far as is known today."""
    project = submission.project
    done = [marking.levels for marking in markings if marking.done_at is not None]
    return markers_needed(project.rubric, done, project.markers)


def is_left_behind(marking: AnyMarking, now: datetime) -> bool:
    """Was it taken long ago, and never finished?"""
    return marking.done_at is None and marking.claimed_at <= now - TAKEN_FOR


def queue_row(
    submission: Submission, due_at: datetime | None, account_id: int, names: Mapping[int, str], now: datetime
) -> QueueRow:
    """A line of the queue for one reader, from a loaded submission."""
    markings = submission.current.markings
    at_it = [marking for marking in markings if marking.done_at is None and not is_left_behind(marking, now)]
    held = sum(marking.done_at is not None for marking in markings) + len(at_it)
    mine = [marking for marking in markings if marking.marker_id == account_id]
    return QueueRow(
        submission=submission,
        done=len([marking for marking in markings if marking.done_at is not None]),
        takers=[names.get(marking.marker_id, "") for marking in at_it],
        own=bool(mine),
        signed=any(marking.done_at is not None for marking in mine),
        free=not mine and held < places_wanted(submission, markings),
        due_at=due_at,
        overdue=due_at is not None and now > due_at,
    )


def claim(session: Session, *, actor: Actor, submission: Submission) -> Marking:
    """Take a submission to mark it; taking it twice is the same, and two markers at once get one each place."""
    if not move(session, submission, *TO_MARK, end=Step.IN_REVIEW):
        raise ConflictError(_("This submission no longer waits for a marking."))
    own = find_marking(session, submission, actor.account_id)
    if own is not None:
        return own
    markings = markings_of(session, submission)
    place = _free_place(session, submission, markings)
    marking = Marking(
        submission_id=submission.id,
        revision=submission.revision,
        marker_id=actor.account_id,
        place=place,
        levels={},
        feedback={},
        comment="",
        claimed_at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(marking)
            session.flush()
    except IntegrityError as error:
        raise ConflictError(_("A colleague took this submission a moment before you.")) from error
    record(
        session, actor=actor, event="marking.taken", subject=submission.public_id,
        details={"revision": submission.revision, "place": place},
    )  # fmt: skip
    return marking


def _free_place(session: Session, submission: Submission, markings: Sequence[Marking]) -> int:
    """The first place that nobody holds, one left behind included; raises ConflictError when there is none."""
    now = clock.now()
    held = {marking.place for marking in markings if not is_left_behind(marking, now)}
    for place in range(1, places_wanted(submission, markings) + 1):
        if place not in held:
            session.execute(
                delete(Marking).where(
                    Marking.submission_id == submission.id,
                    Marking.revision == submission.revision,
                    Marking.place == place,
                    Marking.done_at.is_(None),
                )
            )
            return place
    raise ConflictError(_("A colleague is marking this submission."))


def put_back(session: Session, *, actor: Actor, submission: Submission) -> None:
    """Let somebody else mark it; what was noted so far is thrown away."""
    # Held first, as by whoever takes it: nobody takes a place between the look and the move.
    move(session, submission, Step.IN_REVIEW, end=Step.IN_REVIEW)
    gone = session.execute(
        delete(Marking).where(
            Marking.submission_id == submission.id,
            Marking.revision == submission.revision,
            Marking.marker_id == actor.account_id,
            Marking.done_at.is_(None),
        )
    )
    if gone.rowcount != 1:  # type: ignore[attr-defined]
        raise ConflictError(MOVED_ON)
    if not markings_of(session, submission):
        move(session, submission, Step.IN_REVIEW, end=Step.SUBMITTED)
    record(
        session, actor=actor, event="marking.put-back", subject=submission.public_id,
        details={"revision": submission.revision},
    )  # fmt: skip


def save_marking(
    session: Session, *, marking: AnyMarking, levels: Mapping[str, int], feedback: Mapping[str, str], comment: str
) -> None:
    """Keep a marking that is not done; raises ConflictError when it is, or was taken over."""
    _write(session, marking, marking.marker_id, levels=dict(levels), feedback=dict(feedback), comment=comment)
    session.refresh(marking)


def sign(session: Session, marking: AnyMarking, marker_id: int) -> None:
    """Make one's own marking final; raises ConflictError when it is already, or was taken over."""
    _write(session, marking, marker_id, done_at=clock.now())


def _write(session: Session, marking: AnyMarking, marker_id: int, **values: Any) -> None:
    kind = type(marking)
    written = session.execute(
        update(kind)
        .where(kind.id == marking.id, kind.marker_id == marker_id, kind.done_at.is_(None))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if written.rowcount != 1:  # type: ignore[attr-defined]
        raise ConflictError(MOVED_ON)


def finish_marking(session: Session, *, actor: Actor, submission: Submission, marking: Marking) -> None:
    """Sign a whole marking, for good; the last one that is needed decides."""
    if not is_complete(submission.project.rubric, marking.levels):
        raise RuleError(_("Choose a level for each line of the rubric."))
    if not marking.comment:
        raise RuleError(_("Write to the learner what is good, and what to change."))
    # Held first: of two markers who finish at once, the second sees the marking of the first.
    if not move(session, submission, Step.IN_REVIEW, end=Step.IN_REVIEW, changed_at=clock.now()):
        raise ConflictError(MOVED_ON)
    sign(session, marking, actor.account_id)
    record(
        session, actor=actor, event="marking.done", subject=submission.public_id,
        details={"revision": marking.revision, "place": marking.place, "levels": dict(marking.levels)},
    )  # fmt: skip
    _decide(session, submission)


def _decide(session: Session, submission: Submission) -> None:
    """Once all the markings wanted are done: accept, or ask for changes; of a challenge it is final."""
    markings = markings_of(session, submission)
    done = [marking.levels for marking in markings if marking.done_at is not None]
    if len(done) < places_wanted(submission, markings):
        return
    rubric, levels = submission.project.rubric, combined(done)
    accepted = is_accepted(rubric, levels)
    revision = submission.current
    revision.levels, revision.accepted, revision.decided_at = levels, accepted, clock.now()
    session.flush()
    refused = Step.CHANGES_REQUESTED if submission.team_id is None else Step.NOT_REACHED
    end = Step.ACCEPTED if accepted else refused
    move(session, submission, Step.IN_REVIEW, end=end)
    record(
        session, actor=SYSTEM, event=EVENTS[submission.team_id is not None, end], subject=submission.public_id,
        details={"revision": revision.number, "levels": levels, "score": str(score(rubric, levels))},
    )  # fmt: skip
    if submission.account_id is None:
        _tell_team(session, submission, accepted=accepted)
        return
    _give_back(session, submission, submission.account_id, accepted=accepted)
    if not accepted:
        _open_next_revision(session, submission)
    _tell(session, submission, revision, submission.account_id)


def _give_back(session: Session, submission: Submission, account_id: int, *, accepted: bool) -> None:
    project = submission.project
    enrolment = find_enrolment(session, account_id, project.version.course_id)
    if enrolment is not None:
        item = get_item(session, project.course_version_id, project.slug)
        give_back(session, enrolment=enrolment, item=item, accepted=accepted)


def _open_next_revision(session: Session, submission: Submission) -> None:
    """The next revision begins with what was handed in; the look at oneself is to be taken again."""
    before = submission.current
    after = SubmissionRevision(
        submission_id=submission.id, number=before.number + 1, note=before.note, link=before.link, markings=[]
    )
    after.files = [
        SubmissionFile(
            public_id=new_public_id(),
            submission_id=submission.id,
            revision=after.number,
            name=file.name,
            kind=file.kind,
            sha256=file.sha256,
            size=file.size,
            added_at=file.added_at,
        )
        for file in before.files
    ]
    submission.revisions.append(after)
    submission.revision = after.number
    session.flush()


def _tell_team(session: Session, submission: Submission, *, accepted: bool) -> None:
    """A letter to each member."""
    letter = challenge_mails.ACCEPTED_LETTER if accepted else challenge_mails.NOT_REACHED_LETTER
    for member in members_of(session, submission.team_id or 0):
        enqueue(
            session,
            "mail",
            dedupe_key=f"{letter}-{submission.public_id}-{member.place}",
            recipient_id=member.account_id,
            language=member.account.language,
            payload={"letter": letter, "submission_id": submission.id},
        )


def _tell(session: Session, submission: Submission, revision: SubmissionRevision, account_id: int) -> None:
    letter = ACCEPTED_LETTER if revision.accepted else CHANGES_LETTER
    enqueue(
        session,
        "mail",
        dedupe_key=f"{letter}-{submission.public_id}-{revision.number}",
        recipient_id=account_id,
        language=session.get_one(Account, account_id).language,
        payload={"letter": letter, "submission_id": submission.id, "revision": revision.number},
    )
