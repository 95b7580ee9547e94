"""Services of learners' projects: see one's own work first, put files to it, hand it in, show it once accepted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.assessment.project_models import (
    Portfolio,
    PortfolioEntry,
    Project,
    Submission,
    SubmissionFile,
    SubmissionRevision,
)
from app.assessment.project_queries import Workplace, find_portfolio, find_submission, is_author
from app.assessment.rubrics import WRITABLE, Step, is_complete
from app.assessment.uploads import MOST_FILES, Upload
from app.audit.services import record
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.errors import ConflictError, NotFoundError, RuleError
from app.foundation.i18n import gettext as _
from app.foundation.identifiers import new_public_id
from app.learning.services import hand_over, open_item


def begin(session: Session, *, actor: Actor, place: Workplace) -> Submission:
    """One's submission, made on the first change; twice at once makes one."""
    if place.enrolment is None:
        raise RuleError(_("Begin the course first: the project comes with it."))
    if place.is_shut:
        raise RuleError(_("The module of this project is not open yet."))
    if place.submission is not None:
        return place.submission
    open_item(session, enrolment=place.enrolment, item=place.step)
    submission = new_submission(place.project)
    submission.account_id = actor.account_id
    try:
        with session.begin_nested():
            session.add(submission)
            session.flush()
    except IntegrityError:
        return find_submission(session, actor.account_id, place.project.id) or submission
    return submission


def new_submission(project: Project) -> Submission:
    """Work on a project that nobody owns yet, with nothing in it."""
    return Submission(
        public_id=new_public_id(),
        project_id=project.id,
        state=Step.DRAFT.value,
        revision=1,
        changed_at=clock.now(),
        revisions=[SubmissionRevision(number=1, note="", link="", files=[], markings=[])],
    )


def assess_oneself(session: Session, *, actor: Actor, place: Workplace, levels: Mapping[str, int]) -> None:
    """Say which level of each line one thinks to have reached: it comes before the markers', and binds nobody."""
    check_own_view(place.project, levels)
    submission = begin(session, actor=actor, place=place)
    _hold_open(session, submission)
    submission.current.own_levels = dict(levels)
    session.flush()


def check_own_view(project: Project, levels: Mapping[str, int]) -> None:
    """One looks at the whole of one's work; raises RuleError."""
    if not is_complete(project.rubric, levels):
        raise RuleError(_("Choose a level for each line of the rubric."))


def save_words(session: Session, *, actor: Actor, place: Workplace, note: str, link: str) -> None:
    """Keep the note to the markers and the link; nobody follows it on the server."""
    submission = begin(session, actor=actor, place=place)
    _hold_open(session, submission)
    submission.current.note, submission.current.link = note, link
    session.flush()


def add_file(session: Session, *, actor: Actor, place: Workplace, upload: Upload, sha256: str) -> None:
    """Put a stored file to the work; the same content again changes nothing."""
    submission = begin(session, actor=actor, place=place)
    _hold_open(session, submission)
    put_file(session, submission, upload, sha256)


def put_file(session: Session, submission: Submission, upload: Upload, sha256: str) -> None:
    """Note a stored file in work that is held open; the same content again changes nothing."""
    revision = submission.current
    if any(file.sha256 == sha256 for file in revision.files):
        return
    if len(revision.files) >= MOST_FILES:
        raise RuleError(_("There are %(most)s files already: remove one first.", most=MOST_FILES))
    revision.files.append(
        SubmissionFile(
            public_id=new_public_id(),
            submission_id=submission.id,
            revision=revision.number,
            name=upload.name,
            kind=upload.kind,
            sha256=sha256,
            size=len(upload.content),
            added_at=clock.now(),
        )
    )
    session.flush()


def remove_file(session: Session, *, submission: Submission, file: SubmissionFile) -> None:
    """Take a file out of the work that one is still writing."""
    _hold_open(session, submission)
    take_out(session, submission, file)


def take_out(session: Session, submission: Submission, file: SubmissionFile) -> None:
    """Take a file out of work that is held open; raises NotFoundError once it is gone."""
    if file not in submission.current.files:  # taken out a moment ago
        raise NotFoundError("file")
    submission.current.files.remove(file)
    session.delete(file)
    session.flush()


def what_is_missing(submission: Submission | None) -> list[str]:
    """What stands between the work and handing it in, in words; nothing when it may go."""
    revision = submission.current if submission else None
    missing = []
    if revision is None or revision.own_levels is None:
        missing.append(_("Say first where you think your work stands."))
    if revision is None or not (revision.files or revision.link):
        missing.append(_("Add a file, or a link to your work."))
    return missing


def hand_in(session: Session, *, actor: Actor, place: Workplace) -> None:
    """Hand the work in; doing it twice changes nothing."""
    submission = begin(session, actor=actor, place=place)
    now = clock.now()
    if not move(session, submission, *WRITABLE, end=Step.SUBMITTED, handed_in_at=now, changed_at=now):
        if submission.state == Step.ACCEPTED:
            raise RuleError(_("This project is accepted: there is nothing more to hand in."))
        return
    # Looked at once nobody can change it any more: a file may have been taken out a moment ago.
    session.refresh(submission.current, ["files", "link", "own_levels"])
    if missing := what_is_missing(submission):
        raise RuleError(" ".join(missing))
    submission.current.handed_in_at = now
    session.flush()
    if place.enrolment is not None:
        hand_over(session, enrolment=place.enrolment, item=place.step)
    record(
        session, actor=actor, event="project.handed-in", subject=submission.public_id,
        details={"revision": submission.revision, "files": [file.sha256 for file in submission.current.files]},
    )  # fmt: skip


def move(session: Session, submission: Submission, *starts: Step, end: Step, **values: Any) -> bool:
    """One conditional update decides every race: true for the one who changed the state."""
    changed = session.execute(
        update(Submission)
        .where(Submission.id == submission.id, Submission.state.in_([step.value for step in starts]))
        .values(state=end.value, **values)
        .execution_options(synchronize_session=False)
    )
    session.refresh(submission, ["state", "revision", "handed_in_at", "changed_at"])
    return bool(changed.rowcount == 1)  # type: ignore[attr-defined]


def _hold_open(session: Session, submission: Submission) -> None:
    """Hold the submission while it is changed; raises ConflictError once it has been handed in."""
    held = session.execute(
        update(Submission)
        .where(
            Submission.id == submission.id,
            Submission.revision == submission.revision,
            Submission.state.in_([step.value for step in WRITABLE]),
        )
        .values(changed_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if held.rowcount != 1:  # type: ignore[attr-defined]
        raise ConflictError(_("This work has been handed in: it can be changed again if changes are asked for."))
    session.refresh(submission.current, ["files", "note", "link", "own_levels"])


def show_project(
    session: Session, *, actor: Actor, submission: Submission, presentation: str, link: str, shown: bool
) -> PortfolioEntry:
    """Say something of an accepted project, and show it to whoever has the address, or stop showing it."""
    if not is_author(session, submission, actor.account_id):
        raise NotFoundError("submission")
    if not move(session, submission, Step.ACCEPTED, end=Step.ACCEPTED):  # and held, so that a second click waits
        raise RuleError(_("Only an accepted project can be shown."))
    if shown and find_portfolio(session, actor.account_id) is None:
        _open_portfolio(session, actor)
    entry = session.get(PortfolioEntry, (submission.id, actor.account_id), populate_existing=True)
    entry = entry or PortfolioEntry(submission_id=submission.id, account_id=actor.account_id)
    entry.presentation, entry.link, entry.shown, entry.changed_at = presentation, link, shown, clock.now()
    session.add(entry)
    session.flush()
    record(session, actor=actor, event="project.shown" if shown else "project.hidden", subject=submission.public_id)
    return entry


def _open_portfolio(session: Session, actor: Actor) -> None:
    """One address a person, whichever of their projects is shown first."""
    try:
        with session.begin_nested():
            session.add(Portfolio(account_id=actor.account_id, public_id=new_public_id()))
            session.flush()
    except IntegrityError:
        return


def is_writable(submission: Submission | None) -> bool:
    """May its owner still change the work?"""
    return submission is None or submission.state in WRITABLE
