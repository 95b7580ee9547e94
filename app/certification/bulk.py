"""Services of issuing certificates together: what would happen for whom, then slices that may be repeated."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import Account
from app.accounts.rules import email_key
from app.assessment.models import Attempt, Exam, ExamVersion, Result
from app.audit.services import record
from app.catalog.models import Course, CourseVersion
from app.certification.models import BulkTask, Certificate
from app.certification.rules import State
from app.certification.services import issue_certificate
from app.config import Settings
from app.foundation import clock, outbox
from app.foundation.actor import SYSTEM, Actor
from app.foundation.errors import DomainError, NotFoundError, RuleError
from app.foundation.i18n import gettext as _
from app.foundation.identifiers import new_public_id
from app.foundation.outbox import OutboxMessage

SLICE = 50  # certificates a transaction: a second or two in which others wait to write, on SQLite
LARGEST_FILE = 1024 * 1024
MOST_ADDRESSES = 10_000
LOOKED_UP_AT_ONCE = 500
BULK = "certificate-bulk"


class Outcome(StrEnum):
    """What would happen, or happened, for one person."""

    ISSUE = "issue"
    WAITING = "waiting"
    HELD = "held"
    NO_AWARD = "no-award"
    NOT_PASSED = "not-passed"
    NOBODY = "nobody"
    ISSUED = "issued"
    REFUSED = "refused"


TO_DO = (Outcome.ISSUE, Outcome.WAITING)


@dataclass(frozen=True)
class Line:
    """One person: `number` is that of a certificate that exists, `attempt_id` the pass it rests on."""

    email: str
    outcome: Outcome
    name: str = ""
    number: str | None = None
    attempt_id: int | None = None


def read_addresses(data: bytes) -> list[str]:
    """The e-mail addresses of a CSV file, one a line, in whatever column; each once. Raises RuleError."""
    if len(data) > LARGEST_FILE:
        raise RuleError(_("This file is too large: 1 MiB at most."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")  # as spreadsheets write it; addresses are the same in both
    lines = text.replace("\0", "").replace(";", ",").replace("\t", ",").splitlines()
    found: dict[str, str] = {}
    for row in csv.reader(io.StringIO("\n".join(lines))):
        address = next((cell.strip() for cell in row if "@" in cell), "")
        if address:
            found.setdefault(email_key(address), address[:254])
    if not found:
        raise RuleError(_("There is no e-mail address in this file: one a line is expected, with an @ in it."))
    if len(found) > MOST_ADDRESSES:
        raise RuleError(_("More than %(most)s addresses: send the file in parts.", most=MOST_ADDRESSES))
    return list(found.values())


def plan(session: Session, course: Course, addresses: Sequence[str] | None) -> list[Line]:
    """What would happen: for whoever passed and has nothing yet or waits, or for exactly these addresses, in order."""
    passed = _passed(session, course)
    if addresses is None:
        return [line for line in passed.values() if line.outcome is not Outcome.HELD]
    missing = [one for one in addresses if email_key(one) not in passed]
    names = _known(session, missing)
    return [passed.get(key) or _without_pass(address, names.get(key)) for address, key in _keyed(addresses)]


def _keyed(addresses: Iterable[str]) -> list[tuple[str, str]]:
    return [(address, email_key(address)) for address in addresses]


def _without_pass(address: str, name: str | None) -> Line:
    return Line(address, Outcome.NOBODY) if name is None else Line(address, Outcome.NOT_PASSED, name)


def _known(session: Session, addresses: Sequence[str]) -> dict[str, str]:
    """Names by the key of the address, of those who have an account."""
    keys, found = [email_key(one) for one in addresses], {}
    for start in range(0, len(keys), LOOKED_UP_AT_ONCE):
        some = Account.email_key.in_(keys[start : start + LOOKED_UP_AT_ONCE])
        rows = session.execute(select(Account.email_key, Account.name).where(some, Account.state != "erased"))
        found.update(dict(rows.all()))
    return found


def _passed(session: Session, course: Course) -> dict[str, Line]:
    """The newest passed attempt of every person at the certification exam of a course, by the key of their address."""
    later = aliased(Result)
    newest = select(func.max(later.revision)).where(later.attempt_id == Attempt.id).scalar_subquery()
    rows = session.execute(
        select(Account.email_key, Account.email, Account.name, Attempt.id, Attempt.exam_version_id)
        .join(Exam, Exam.id == Attempt.exam_id)
        .join(ExamVersion, ExamVersion.id == Attempt.exam_version_id)
        .join(CourseVersion, CourseVersion.id == ExamVersion.course_version_id)
        .join(Account, Account.id == Attempt.account_id)
        .join(Result, Result.attempt_id == Attempt.id)
        .where(
            CourseVersion.course_id == course.id,
            Exam.kind == "certification",
            Attempt.state == "released",
            Result.revision == newest,
            Result.passed.is_(True),
            Account.state != "erased",
            ~Account.simulated,
        )
        .order_by(Attempt.id)
    )
    held, awarding = _certificates(session, course), _awarding(session, course)
    lines = {}
    for key, email, name, attempt_id, version_id in rows:
        number, state = held.get(attempt_id, (None, None))
        outcome = _outcome(state, awards=version_id in awarding)
        lines[key] = Line(email, outcome, name, number, attempt_id)
    return lines


def _outcome(state: str | None, *, awards: bool) -> Outcome:
    if state == State.PENDING:
        return Outcome.WAITING
    if state is not None:
        return Outcome.HELD
    return Outcome.ISSUE if awards else Outcome.NO_AWARD


def _certificates(session: Session, course: Course) -> dict[int, tuple[str, str]]:
    """Number and state of the newest certificate of every attempt at the exams of a course."""
    rows = session.execute(
        select(Certificate.attempt_id, Certificate.public_id, Certificate.state)
        .join(Attempt, Attempt.id == Certificate.attempt_id)
        .join(ExamVersion, ExamVersion.id == Attempt.exam_version_id)
        .join(CourseVersion, CourseVersion.id == ExamVersion.course_version_id)
        .where(CourseVersion.course_id == course.id)
        .order_by(Certificate.id)
    )
    return {attempt_id: (number, state) for attempt_id, number, state in rows if attempt_id is not None}


def _awarding(session: Session, course: Course) -> set[int]:
    """The versions of the exam that award something."""
    rows = session.execute(
        select(ExamVersion.id, ExamVersion.settings)
        .join(CourseVersion, CourseVersion.id == ExamVersion.course_version_id)
        .where(CourseVersion.course_id == course.id)
    )
    return {version_id for version_id, settings in rows if settings.get("awards")}


def attempts_to_do(lines: Iterable[Line]) -> list[int]:
    """The attempts for which there is something to do."""
    return [line.attempt_id for line in lines if line.outcome in TO_DO and line.attempt_id is not None]


def issue_slice(session: Session, attempts: Sequence[int]) -> dict[int, tuple[Outcome, str | None]]:
    """Issue for these attempts what is not issued yet; what became of each. One that fails leaves the others alone."""
    return {attempt_id: _issue(session, attempt_id) for attempt_id in attempts}


def _issue(session: Session, attempt_id: int) -> tuple[Outcome, str | None]:
    try:
        with session.begin_nested():
            certificate = issue_certificate(session, actor=SYSTEM, attempt_id=attempt_id)
    except DomainError:
        return Outcome.REFUSED, None
    waits = certificate.state == State.PENDING
    return (Outcome.WAITING if waits else Outcome.ISSUED), certificate.public_id


def start_task(session: Session, *, actor: Actor, course: Course, lines: Iterable[Line]) -> BulkTask:
    """Have the worker issue what a plan found to do; raises RuleError when that is nothing."""
    attempts = attempts_to_do(lines)
    if not attempts:
        raise RuleError(_("There is nothing to issue here."))
    task = BulkTask(
        public_id=new_public_id(), course_slug=course.slug, attempts=attempts, created_at=clock.now(),
        position=0, issued=0, waiting=0, refused=0,
    )  # fmt: skip
    session.add(task)
    session.flush()
    details = {"course": course.slug, "attempts": len(attempts)}
    record(session, actor=actor, event="certificates.issued-together", subject=task.public_id, details=details)
    _ask_for_slice(session, task)
    return task


def _key(task: BulkTask) -> str:
    return f"{BULK}-{task.public_id}-{task.position}"


def _ask_for_slice(session: Session, task: BulkTask) -> None:
    payload = {"task_id": task.id, "position": task.position}
    outbox.enqueue(session, BULK, dedupe_key=_key(task), recipient_id=None, language="en", payload=payload)


def prepare_slice(session: Session, message: OutboxMessage, _settings: Settings) -> None:
    """The outbox's kind certificate-bulk: the next slice, in the transaction that says how far the task is by then."""
    task = session.get(BulkTask, message.payload["task_id"], with_for_update=True, populate_existing=True)
    if task is None or task.finished_at is not None or task.position != message.payload["position"]:
        return
    attempts = task.attempts[task.position : task.position + SLICE]
    outcomes = [outcome for outcome, _number in issue_slice(session, attempts).values()]
    task.position += len(attempts)
    task.issued += outcomes.count(Outcome.ISSUED)
    task.waiting += outcomes.count(Outcome.WAITING)
    task.refused += outcomes.count(Outcome.REFUSED)
    if task.position >= len(task.attempts):
        task.finished_at = clock.now()
    else:
        _ask_for_slice(session, task)
    session.flush()


def get_task(session: Session, public_id: str) -> BulkTask:
    """A task by its public id; raises NotFoundError."""
    found = session.scalar(select(BulkTask).where(BulkTask.public_id == public_id))
    if found is None:
        raise NotFoundError("task")
    return found


def recent_tasks(session: Session, limit: int = 10) -> Sequence[BulkTask]:
    """The last tasks, newest first."""
    return session.scalars(select(BulkTask).order_by(BulkTask.id.desc()).limit(limit)).all()


def has_stopped(session: Session, task: BulkTask) -> bool:
    """Did the worker give the task up, after trying for a day?"""
    if task.finished_at is not None:
        return False
    dead = select(OutboxMessage.dead_at).where(OutboxMessage.dedupe_key == _key(task))
    return session.scalar(dead) is not None


def counts(lines: Iterable[Line]) -> Mapping[Outcome, int]:
    """How many people of each outcome, in the order of the outcomes."""
    outcomes = [line.outcome for line in lines]
    return {one: outcomes.count(one) for one in Outcome if one in outcomes}
