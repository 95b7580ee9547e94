"""Services of how certificates look: chosen for the site or for a course, tried out before, kept as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.audit.services import record
from app.catalog.models import Course, CourseVersion
from app.certification.models import CertificateDesign
from app.certification.rules import OTHER_LANGUAGE
from app.certification.site import settings
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.errors import NotFoundError, RuleError
from app.foundation.i18n import LANGUAGES, current_language, localised, use_language
from app.foundation.i18n import gettext as _
from app.foundation.storage import open_storage
from app.foundation.typography import format_number, typeset
from app.foundation.wording import ZONE
from certificates import pdf
from certificates.design import STYLES, Design
from certificates.errors import RenderingError
from certificates.logo import MAX_BYTES, MAX_SIDE, read_logo
from certificates.page import CertificatePage, Exam, Twin

SPECIMEN_NUMBER = "SPEC1MENSPEC1MENSPEC1MENSP"
LARGEST_LOGO = MAX_BYTES
NO_CREDENTIAL = b'{"specimen": true}\n'


@dataclass(frozen=True)
class Choice:
    """What an administrator asks for; `logo` holds the bytes of a PNG."""

    style: str
    signatory_name: str
    signatory_role: dict[str, str]
    two_languages: bool
    logo: bytes | None


@dataclass(frozen=True)
class Sample:
    """What a specimen speaks of."""

    title: dict[str, str]
    tier: int


def courses_with_designs(session: Session) -> Sequence[Row[Course, CourseVersion, CertificateDesign]]:
    """Every course that can be learnt, with its own design or None, by slug."""
    return session.execute(
        select(Course, CourseVersion, CertificateDesign)
        .join(CourseVersion, CourseVersion.id == Course.current_version_id)
        .outerjoin(CertificateDesign, CertificateDesign.course_id == Course.id)
        .order_by(Course.slug)
    ).all()


def find_design(session: Session, course_id: int | None) -> CertificateDesign | None:
    """The design chosen for a course, or for the site (None); not what stands in for it."""
    same = CertificateDesign.course_id == course_id if course_id else CertificateDesign.course_id.is_(None)
    return session.scalar(select(CertificateDesign).where(same).order_by(CertificateDesign.id).limit(1))


def choice_of(design: dict[str, Any]) -> Choice:
    """A stored design as a choice, its logo read from the store; without it when the store has lost it."""
    return Choice(
        style=design["style"],
        signatory_name=design["signatory_name"],
        signatory_role=dict(design["signatory_role"]),
        two_languages=design["second_language"] is not None,
        logo=stored_logo(design["logo"]),
    )


def stored_logo(sha256: str | None) -> bytes | None:
    """The bytes of a logo; None without one, or when the store has lost it."""
    if sha256 is None:
        return None
    try:
        return open_storage(settings().storage_url).get(sha256)
    except NotFoundError:
        return None


def check_logo(data: bytes) -> None:
    """Refuse what is not a PNG of a reasonable size; raises RuleError with the sentence to show."""
    try:
        read_logo(data)
    except RenderingError as error:
        side = format_number(MAX_SIDE, current_language())
        raise RuleError(
            _(
                "Choose a PNG file of at most %(kib)s KiB and %(side)s pixels a side.",
                kib=MAX_BYTES // 1024,
                side=side,
            )
        ) from error


def try_out(choice: Choice, sample: Sample) -> None:
    """Draw it in both languages, outside any transaction; raises RuleError when a certificate could not be drawn."""
    for language in LANGUAGES:
        specimen(choice, sample, language)


def specimen(choice: Choice, sample: Sample, language: str) -> bytes:
    """The PDF of nobody's certificate in a design: no signature in it, no seal on it, and a number that is nobody's.

    Raises RuleError when its texts cannot be drawn.
    """
    second = next(code for code in LANGUAGES if code != language) if choice.two_languages else None
    with use_language(language):
        holder = _("Specimen of no value")
        skills = (_("A first skill"), _("A second skill"), _("A third skill"))
    moment, url = clock.now(), settings().public_url
    page = CertificatePage(
        issuer_name=settings().issuer_name,
        issuer_line=url.partition("://")[2],
        holder=holder,
        achievement=_title(sample, language),
        tier=sample.tier,
        skills=skills,
        exam=Exam(score=86, cut=70, attempt=1, supervised=False),
        issued=moment.astimezone(ZONE).date(),
        expires=None,
        public_id=SPECIMEN_NUMBER,
        verification_url=f"{url}/verify/{SPECIMEN_NUMBER}",
        design=_design(choice, language, second),
        twin=_twin(choice, sample, second) if second else None,
    )
    try:
        return pdf.render(page, credential_bytes=NO_CREDENTIAL, language=language, created=moment)
    except RenderingError as error:
        raise RuleError(
            _("A certificate with these texts cannot be drawn whole: shorten the name or the role of the signatory.")
        ) from error


def _title(sample: Sample, language: str) -> str:
    return typeset(localised(sample.title, language), language)


def _design(choice: Choice, language: str, second: str | None) -> Design:
    return Design(
        style=choice.style,  # type: ignore[arg-type]  # Design refuses what it does not know
        signatory_name=choice.signatory_name,
        signatory_role=choice.signatory_role.get(language, ""),
        logo=choice.logo,
        second_language=second,  # type: ignore[arg-type]
    )


def _twin(choice: Choice, sample: Sample, language: str) -> Twin:
    with use_language(language):
        skills = (_("A first skill"), _("A second skill"), _("A third skill"))
    return Twin(_title(sample, language), skills, choice.signatory_role.get(language, ""))


def choose_design(session: Session, *, actor: Actor, course: Course | None, choice: Choice) -> CertificateDesign:
    """From now on certificates of this course, or of every course without a design of its own, look like this."""
    if choice.style not in STYLES:
        raise RuleError(_("Choose one of the drawings."))
    if choice.logo is not None:
        check_logo(choice.logo)
    logo = open_storage(settings().storage_url).put(choice.logo) if choice.logo is not None else None
    found = find_design(session, course.id if course else None)
    if found is None:
        found = CertificateDesign(course_id=course.id if course else None)
        session.add(found)
    found.design = {
        "style": choice.style,
        "signatory_name": choice.signatory_name,
        "signatory_role": {language: role for language, role in choice.signatory_role.items() if role},
        "logo": logo,
        "second_language": OTHER_LANGUAGE if choice.two_languages else None,
    }
    found.changed_at = clock.now()
    session.flush()
    record(session, actor=actor, event="design.chosen", subject=_subject(course), details=found.design)
    return found


def drop_design(session: Session, *, actor: Actor, course: Course) -> None:
    """A course goes back to the site's design; raises NotFoundError when it has none of its own."""
    found = find_design(session, course.id)
    if found is None:
        raise NotFoundError("design")
    session.delete(found)
    session.flush()
    record(session, actor=actor, event="design.dropped", subject=_subject(course))


def _subject(course: Course | None) -> str:
    return course.slug if course else "site"
