"""Finding keys, achievements, certificates, their documents and files, within what the asking person may see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, false, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import Account
from app.assessment.models import Attempt, Exam, ExamVersion
from app.catalog.models import Course, CourseVersion
from app.certification import rules
from app.certification.models import (
    Achievement,
    Certificate,
    CertificateDesign,
    CertificateDocument,
    CertificateFile,
    Issuer,
    SigningKey,
    StatusList,
)
from app.foundation import clock
from app.foundation.errors import NotFoundError
from app.foundation.outbox import OutboxMessage

REMINDED_AT_ONCE = 500  # a round; the next one takes the rest
PLAIN_DESIGN: dict[str, Any] = {
    "style": "span", "signatory_name": "", "signatory_role": {}, "logo": None, "second_language": None,
}  # fmt: skip
# The newest change, how many keys, the greatest key: what tells one state of the ring from every other.
RingVersion = tuple[datetime | None, int, str | None]


def find_issuer(session: Session) -> Issuer | None:
    """Who signs here, or None before the first key."""
    return session.scalar(select(Issuer).order_by(Issuer.id).limit(1))


def signing_keys(session: Session) -> Sequence[SigningKey]:
    """Every key there ever was, newest first."""
    return session.scalars(select(SigningKey).order_by(SigningKey.id.desc())).all()


def find_active_key(session: Session) -> SigningKey | None:
    """The key that signs today, or None."""
    return session.scalar(
        select(SigningKey).where(SigningKey.state == "active").order_by(SigningKey.id.desc()).limit(1)
    )


def get_active_key(session: Session) -> SigningKey:
    """The key that signs today; raises NotFoundError without one."""
    found = find_active_key(session)
    if found is None:
        raise NotFoundError("key")
    return found


def get_key(session: Session, key_id: str) -> SigningKey:
    """A key by its name, such as key-2026-01; raises NotFoundError."""
    found = session.scalar(select(SigningKey).where(SigningKey.key_id == key_id))
    if found is None:
        raise NotFoundError("key")
    return found


def ring_version(session: Session) -> RingVersion:
    """The state of the key ring, in one row."""
    row = session.execute(select(version_of_ring())).one()
    return (row.since, row.keys, row.newest)


def version_of_ring() -> Subquery:
    """`since`, `keys`, `newest`: to be read beside another row, so that a verification costs one statement."""
    return select(
        func.max(SigningKey.state_since, type_=SigningKey.state_since.type).label("since"),
        func.count(SigningKey.id).label("keys"),
        func.max(SigningKey.multibase).label("newest"),
    ).subquery("ring")


@dataclass(frozen=True)
class PassedAttempt:
    """What an award is made of."""

    attempt: Attempt
    exam: Exam
    exam_version: ExamVersion
    course: Course
    course_version: CourseVersion
    account: Account


def find_passed_attempt(session: Session, attempt_id: int) -> PassedAttempt | None:
    """A released attempt at a certification exam, with all an award needs; whether it passed, its result says.

    None of a simulated one: nobody is there to hold a certificate.
    """
    row = session.execute(
        _attempts().where(
            Attempt.id == attempt_id, Attempt.state == "released", Exam.kind == "certification", ~Account.simulated
        )
    ).one_or_none()
    if row is None:
        return None
    attempt, exam, exam_version, course, course_version, account = row
    return PassedAttempt(attempt, exam, exam_version, course, course_version, account)


def find_attempt_id(session: Session, public_id: str) -> int | None:
    """The key of an attempt by its public id, for the command line."""
    return session.scalar(select(Attempt.id).where(Attempt.public_id == public_id))


def _attempts() -> Select[Attempt, Exam, ExamVersion, Course, CourseVersion, Account]:
    return (
        select(Attempt, Exam, ExamVersion, Course, CourseVersion, Account)
        .join(Exam, Exam.id == Attempt.exam_id)
        .join(ExamVersion, ExamVersion.id == Attempt.exam_version_id)
        .join(CourseVersion, CourseVersion.id == ExamVersion.course_version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .join(Account, Account.id == Attempt.account_id)
    )


def find_achievement_of(session: Session, exam_version_id: int) -> Achievement | None:
    """What an exam version awards, frozen at its first award; None before it."""
    return session.scalar(select(Achievement).where(Achievement.exam_version_id == exam_version_id))


def get_achievement(session: Session, public_id: str) -> Achievement:
    """An achievement by its public id; raises NotFoundError."""
    found = session.scalar(select(Achievement).where(Achievement.public_id == public_id))
    if found is None:
        raise NotFoundError("achievement")
    return found


def design_of(session: Session, course_id: int | None) -> dict[str, Any]:
    """How a certificate of this course looks if it is issued now: the course's choice, else the site's, else plain."""
    rows = session.scalars(
        select(CertificateDesign)
        .where(or_(CertificateDesign.course_id == course_id, CertificateDesign.course_id.is_(None)))
        .order_by(CertificateDesign.course_id.is_(None))
        .limit(1)
    ).all()
    return {**PLAIN_DESIGN, **(rows[0].design if rows else {})}


def find_certificate_of_attempt(session: Session, attempt_id: int) -> Certificate | None:
    """The certificate that an attempt earned, the newest where it was corrected or renewed since; or None."""
    return session.scalar(
        select(Certificate).where(Certificate.attempt_id == attempt_id).order_by(Certificate.id.desc()).limit(1)
    )


def numbers_of_attempts(session: Session, attempt_ids: Collection[int]) -> dict[int, str]:
    """The public number of the newest certificate of each of these attempts that earned one."""
    rows = session.execute(
        select(Certificate.attempt_id, Certificate.public_id)
        .where(Certificate.attempt_id.in_(attempt_ids))
        .order_by(Certificate.id)
    )
    return {attempt_id: number for attempt_id, number in rows if attempt_id is not None}


def find_successor(session: Session, certificate_id: int) -> Certificate | None:
    """The certificate that replaces this one, or None."""
    return session.scalar(select(Certificate).where(Certificate.supersedes_id == certificate_id))


def successors_of(session: Session, certificate_ids: Collection[int]) -> dict[int, Certificate]:
    """The certificates that replace these ones, signed or waiting to be, by the key of the one replaced."""
    found = session.scalars(select(Certificate).where(Certificate.supersedes_id.in_(certificate_ids)))
    return {one.supersedes_id: one for one in found if one.supersedes_id is not None}


def newest_of(session: Session, certificate_ids: Collection[int]) -> dict[int, Certificate]:
    """For those that were replaced, the last signed one of the line, however long; a statement a step."""
    ends: dict[int, Certificate] = {}
    at = {one: one for one in certificate_ids}
    while at:
        steps = successors_of(session, list(at.values()))
        at = {first: steps[last].id for first, last in at.items() if last in steps and steps[last].state != "pending"}
        ends |= {first: session.get_one(Certificate, last) for first, last in at.items()}
    return ends


def find_renewable(session: Session, account_id: int, course_id: int, tier: int) -> Certificate | None:
    """The certificate in force that a new pass in the same course at the same tier renews; None without one."""
    return session.scalar(
        select(Certificate)
        .join(Achievement, Achievement.id == Certificate.achievement_id)
        .where(
            Certificate.account_id == account_id,
            Certificate.state == "valid",
            Certificate.expires_at.is_not(None),
            Achievement.course_id == course_id,
            Achievement.tier == tier,
        )
        .order_by(Certificate.id.desc())
        .limit(1)
    )


def get_certificate(session: Session, public_id: str) -> Certificate:
    """A certificate by the number printed on it, for those who may see all; raises NotFoundError."""
    found = session.scalar(select(Certificate).where(Certificate.public_id == public_id))
    if found is None:
        raise NotFoundError("certificate")
    return found


def get_certificate_for(session: Session, public_id: str, *, account_id: int | None, key: str) -> Certificate:
    """A certificate for its holder, or for whoever has the key printed on it; raises NotFoundError."""
    holds = Certificate.account_id == account_id if account_id else false()
    has_key = Certificate.reveal_key == key if key else false()
    found = session.scalar(select(Certificate).where(Certificate.public_id == public_id, or_(holds, has_key)))
    if found is None:
        raise NotFoundError("certificate")
    return found


def certificates_of(session: Session, account_id: int) -> Sequence[Certificate]:
    """A person's certificates, newest first."""
    return session.scalars(
        select(Certificate)
        .where(Certificate.account_id == account_id)
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
    ).all()


@dataclass(frozen=True)
class Standing:
    """What a person has of one course: the certificate in force, else the newest, and what it is worth now."""

    certificate: Certificate
    status: str


def standings_of(session: Session, account_id: int) -> dict[int, Standing]:
    """Where a person's certificates stand now, by course."""
    found = [(one.achievement.course_id, one) for one in certificates_of(session, account_id)]
    return _standings((course_id, one) for course_id, one in found if course_id is not None)


def standings_in(session: Session, course_id: int, account_ids: Sequence[int]) -> dict[int, Standing]:
    """Where these people's certificates of one course stand now, by account, in one statement."""
    rows = session.scalars(
        select(Certificate)
        .join(Achievement, Achievement.id == Certificate.achievement_id)
        .where(Achievement.course_id == course_id, Certificate.account_id.in_(account_ids))
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
    )
    return _standings((one.account_id, one) for one in rows if one.account_id is not None)


def _standings(newest_first: Iterable[tuple[int, Certificate]]) -> dict[int, Standing]:
    """By key, the certificate in force, else the newest."""
    now, found = clock.now(), dict[int, Standing]()
    for key, one in reversed(list(newest_first)):
        status = rules.status_at(one.state, one.expires_at, now)
        if key not in found or found[key].status != "valid" or status == "valid":
            found[key] = Standing(one, status)
    return found


def find_standing(session: Session, account_id: int, course_id: int) -> Standing | None:
    """Where a person's certificate of this course stands now; None without one."""
    return standings_of(session, account_id).get(course_id)


def pending_certificates(session: Session, limit: int = 50) -> Sequence[int]:
    """Keys of the certificates that wait to be signed, oldest first."""
    return session.scalars(
        select(Certificate.id).where(Certificate.state == "pending").order_by(Certificate.id).limit(limit)
    ).all()


def count_pending(session: Session) -> int:
    """How many certificates wait to be signed."""
    return session.scalar(select(func.count(Certificate.id)).where(Certificate.state == "pending")) or 0


def expiring_certificates(session: Session, after: datetime, until: datetime, mark: str) -> Sequence[Certificate]:
    """Valid certificates that end in this stretch of time, whose holders are here and were not told under this mark."""
    key = literal("certificate-expiring-") + Certificate.public_id + literal(mark)
    told = select(OutboxMessage.id).where(OutboxMessage.dedupe_key == key).exists()
    return session.scalars(
        select(Certificate)
        .where(
            Certificate.state == "valid",
            Certificate.expires_at > after,
            Certificate.expires_at <= until,
            Certificate.account_id.is_not(None),
            ~told,
        )
        .order_by(Certificate.expires_at)
        .limit(REMINDED_AT_ONCE)
    ).all()


def find_document(session: Session, certificate_id: int) -> CertificateDocument | None:
    """The signed document in force: the highest revision; None while the certificate is pending."""
    return session.scalar(
        select(CertificateDocument)
        .where(CertificateDocument.certificate_id == certificate_id)
        .order_by(CertificateDocument.revision.desc())
        .limit(1)
    )


def document_is_in_force() -> ColumnElement[bool]:
    """Where a certificate is joined with its documents: the row of its highest revision."""
    later = aliased(CertificateDocument)
    newest = select(func.max(later.revision)).where(later.certificate_id == Certificate.id).scalar_subquery()
    return CertificateDocument.revision == newest


def documents_of(session: Session, certificate_id: int) -> Sequence[CertificateDocument]:
    """Every signed document of a certificate."""
    return session.scalars(
        select(CertificateDocument)
        .where(CertificateDocument.certificate_id == certificate_id)
        .order_by(CertificateDocument.revision)
    ).all()


def find_file(session: Session, certificate_id: int, kind: str) -> CertificateFile | None:
    """The newest picture of a certificate, or None while it is not drawn."""
    return session.scalar(
        select(CertificateFile)
        .where(CertificateFile.certificate_id == certificate_id, CertificateFile.kind == kind)
        .order_by(CertificateFile.revision.desc())
        .limit(1)
    )


def drawing_was_given_up(session: Session, public_id: str) -> bool:
    """Did the worker give up drawing this certificate, after trying for a day?"""
    key = f"certificate-pdf-{public_id}-"
    mine = OutboxMessage.dedupe_key.startswith(key, autoescape=True)
    newest = select(OutboxMessage.dead_at).where(mine).order_by(OutboxMessage.id.desc()).limit(1)
    return session.scalar(newest) is not None


def find_status_list(session: Session, number: int) -> StatusList | None:
    """A status list by the number in its address."""
    return session.scalar(select(StatusList).where(StatusList.number == number))


def status_lists(session: Session) -> Sequence[StatusList]:
    """Every status list, oldest first."""
    return session.scalars(select(StatusList).order_by(StatusList.number)).all()


def signing_is_due(session: Session, signed_before: datetime) -> bool:
    """Is there a certificate to sign, or a list that changed or was last signed before this instant?"""
    stale = select(StatusList.id).where(or_(StatusList.signed_at.is_(None), StatusList.signed_at < signed_before))
    waiting = select(Certificate.id).where(Certificate.state == "pending")
    return session.scalar(stale.limit(1)) is not None or session.scalar(waiting.limit(1)) is not None


def used_indexes(session: Session, status_list_id: int) -> int:
    """How many indexes of a list are given."""
    return (
        session.scalar(
            select(func.count())
            .select_from(CertificateDocument)
            .where(CertificateDocument.status_list_id == status_list_id)
        )
        or 0
    )


def index_is_given(session: Session, status_list_id: int, index: int) -> bool:
    """Does a document already have this index?"""
    return (
        session.scalar(
            select(CertificateDocument.certificate_id).where(
                CertificateDocument.status_list_id == status_list_id, CertificateDocument.status_index == index
            )
        )
        is not None
    )
