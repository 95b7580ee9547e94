"""People with proofs, an employer with offers: what hiring tests arrange, one line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.assessment.models import Attempt, Exam, ExamVersion
from app.catalog.models import Course, CourseSkill, CourseVersion
from app.certification.models import Achievement, Certificate, CertificateSkill
from app.foundation import clock
from app.foundation.identifiers import new_public_id
from app.jobs import services as jobs
from app.jobs.drafts import OfferDraft, RequirementDraft
from app.jobs.models import Offer
from app.matching import services as matching
from app.skills.queries import skills_by_slug
from app.skills.services import import_taxonomy

SKILLS = ("python", "data-mining", "spreadsheets", "databases", "programming", "statistics", "prompting", "ethics")
TAXONOMY: dict[str, Any] = {
    "release": "test",
    "skills": [
        {
            "id": slug,
            "kind": "skill",
            "family": "digital",
            "label": {"fr": f"Compétence {slug}", "en": f"Skill {slug}"},
            "alt": {"fr": [f"faire {slug}"], "en": []},
            "broader": ["programming"] if slug == "python" else [],
        }
        for slug in SKILLS
    ],
}
Proofs = Mapping[str, int | tuple[int, int]]


def make_taxonomy(session: Session) -> None:
    """Eight skills; python is narrower than programming."""
    import_taxonomy(session, TAXONOMY)


def make_course(session: Session, slug: str = "some-course", proves: Mapping[str, int] | None = None) -> ExamVersion:
    """A course version with a certification exam, and the skills its certificate proves."""
    course = Course(slug=slug, created_at=clock.now())
    session.add(course)
    session.flush()
    words = {"fr": f"Cours {slug}", "en": f"Course {slug}"}
    version = CourseVersion(
        course_id=course.id,
        number=1,
        content_sha256=slug.ljust(64, "0"),
        tier=1,
        languages=["fr", "en"],
        title=words,
        tagline=words,
        description_html=words,
        assumes=words,
        hours=Decimal(6),
        domains={},
        change_note=words,
        not_yet={},
        published_at=clock.now(),
    )
    exam = Exam(public_id=new_public_id(), course_id=course.id, slug="final", kind="certification")
    session.add_all([version, exam])
    session.flush()
    course.current_version_id = version.id
    skills = skills_by_slug(session, proves or ())
    session.add_all(
        CourseSkill(course_version_id=version.id, skill_id=skills[one].id, tier=tier, proven=True)
        for one, tier in (proves or {}).items()
    )
    exam_version = ExamVersion(
        exam_id=exam.id,
        course_version_id=version.id,
        title=words,
        settings={},
        blueprint=[],
        pledge=words,
        published_at=clock.now(),
    )
    session.add(exam_version)
    session.flush()
    return exam_version


class Hiring:
    """A site with skills, one course behind every certificate, and an approved employer."""

    def __init__(self, session: Session, employer: Account) -> None:
        self.session = session
        self.employer = employer
        make_taxonomy(session)
        self.exam = make_course(session)
        self.number = 0
        organisation = jobs.save_employer(
            session, actor=employer.actor(), name="Nantes Logistique", about="Stocks.", place="Nantes", website=""
        )
        jobs.approve_employer(session, actor=employer.actor(), employer=organisation)
        session.commit()

    def certify(self, account: Account, proofs: Proofs, *, valid_until: date | None = None) -> Certificate:
        """A valid certificate that proves skills at a level, or (level, assurance); assurance 1 when not said."""
        self.number += 1
        session = self.session
        attempt = Attempt(
            public_id=new_public_id(),
            exam_id=self.exam.exam_id,
            exam_version_id=self.exam.id,
            account_id=account.id,
            number=self.number,
            seed=b"0" * 16,
            state="released",
            language="fr",
            started_at=clock.now(),
        )
        session.add(attempt)
        session.flush()
        certificate = Certificate(
            public_id=new_public_id(),
            account_id=account.id,
            attempt_id=attempt.id,
            achievement_id=self._achievement().id,
            holder_name=account.name,
            language="fr",
            state="valid",
            state_since=clock.now(),
            design={},
            earned={},
            issued_at=clock.now(),
            expires_at=datetime(valid_until.year, valid_until.month, valid_until.day, tzinfo=UTC)
            if valid_until
            else None,
        )
        session.add(certificate)
        session.flush()
        skills = skills_by_slug(session, proofs)
        for slug, proof in proofs.items():
            level, assurance = proof if isinstance(proof, tuple) else (proof, 1)
            session.add(
                CertificateSkill(
                    certificate_id=certificate.id,
                    skill_id=skills[slug].id,
                    level=level,
                    assurance=assurance,
                    issued_on=clock.now().date(),
                    valid_until=valid_until,
                )
            )
        session.flush()
        return certificate

    def _achievement(self) -> Achievement:
        found = self.session.query(Achievement).first()
        if found is None:
            words = {"fr": "Certificat de compter", "en": "Certificate in counting"}
            found = Achievement(
                public_id=new_public_id(),
                exam_version_id=self.exam.id,
                course_id=self.exam.exam.course_id,
                course_slug="comptage",
                course_version="1",
                name=words,
                description=words,
                criteria=words,
                tier=1,
                assurance=1,
                skills=[],
            )
            self.session.add(found)
            self.session.flush()
        return found

    def show(self, account: Account) -> None:
        """The person agrees to be visible."""
        matching.give_consent(self.session, actor=account.actor(), language="fr")

    def offer(self, asks: Proofs | None = None, *, publish: bool = True, **changes: Any) -> Offer:
        """An offer of the employer: slug → tier for essential, (tier, 0) for optional."""
        rows = [
            RequirementDraft(slug, tier[0] if isinstance(tier, tuple) else tier, not isinstance(tier, tuple))
            for slug, tier in (asks or {"python": 2, "spreadsheets": (1, 0)}).items()
        ]
        offer = jobs.create_offer(self.session, actor=self.employer.actor(), draft=draft(rows, **changes))
        if publish:
            jobs.publish_offer(self.session, actor=self.employer.actor(), offer=offer, reasons={})
        self.session.commit()
        return offer


def draft(rows: Sequence[RequirementDraft], **changes: Any) -> OfferDraft:
    """A sound offer; `changes` replace what stands here."""
    values: dict[str, Any] = {
        "title": "Analyste de données (H/F)",
        "description": "Prévoir les stocks avec l’équipe.",
        "language": "fr",
        "contract": "permanent",
        "place": "Nantes",
        "remote": "hybrid",
        "pay_min": 34000,
        "pay_max": 38000,
        "closes_on": clock.now().date() + timedelta(days=30),
    }
    return OfferDraft(requirements=tuple(rows), **{**values, **changes})
