"""What a certificate says, turned from the register's rows into the library's credential."""

from __future__ import annotations

import uuid
from datetime import datetime

from app.certification import rules
from app.certification.models import Achievement, Certificate
from app.certification.status_lists import list_url
from app.foundation.i18n import gettext as _
from app.foundation.i18n import localised, ngettext, use_language
from app.foundation.tiers import Tier
from certificates import credential
from certificates.credential import Credential, Evidence, Holder, Issuer, Result, StatusEntry


def achievement_url(issuer_url: str, public_id: str) -> str:
    """The address of an achievement, as credentials name it for ever."""
    return f"{issuer_url}/credentials/achievements/{public_id}"


def skill_url(issuer_url: str, slug: str) -> str:
    """The address of a skill of our own taxonomy."""
    return f"{issuer_url}/credentials/skills/{slug}"


def verification_url(issuer_url: str, certificate: Certificate) -> str:
    """The link that is printed: with the key that reveals the name, until the holder is erased."""
    address = f"{issuer_url}/verify/{certificate.public_id}"
    return f"{address}?k={certificate.reveal_key}" if certificate.reveal_key else address


def credential_of(certificate: Certificate, issuer: Issuer, list_number: int, index: int) -> Credential:
    """The unsigned credential of a certificate whose holder is known, in the certificate's language."""
    language = certificate.language
    with use_language(language):
        return Credential(
            id=uuid.uuid4().urn,  # in the document and nowhere else: nobody can test a guessed name against its hash
            issuer=issuer,
            holder=Holder(certificate.holder_name or ""),
            achievement=achievement_in(certificate.achievement, issuer, language),
            status=StatusEntry(list_url(issuer.url, list_number), index),
            valid_from=certificate.issued_at,
            awarded=awarded_at(certificate),
            valid_until=certificate.expires_at,
            results=(_score(certificate, issuer),),
            evidence=(Evidence(_("How this was earned"), earned_sentence(certificate)),),
        )


def awarded_at(certificate: Certificate) -> datetime:
    """When it was earned: a renewal without a new exam does not make the pass any younger."""
    first = certificate.earned.get("awarded_at")
    return datetime.fromisoformat(first) if first else certificate.issued_at


def achievement_in(row: Achievement, issuer: Issuer, language: str) -> credential.Achievement:
    """An achievement in one language."""
    return credential.Achievement(
        id=achievement_url(issuer.url, row.public_id),
        name=localised(row.name, language),
        description=localised(row.description, language),
        criteria=localised(row.criteria, language),
        tier=Tier.from_number(row.tier).value,
        human_code=row.course_slug,
        language=language,
        version=row.course_version,
        skills=tuple(
            credential.Skill(
                url=skill["esco"] or skill_url(issuer.url, skill["id"]),
                id=skill["id"],
                name=localised(skill["name"], language),
                tier=Tier.from_number(skill["tier"]).value,
                framework="ESCO" if skill["esco"] else issuer.name,
            )
            for skill in row.skills
        ),
    )


def _score(certificate: Certificate, issuer: Issuer) -> Result:
    earned = certificate.earned
    return Result(
        id=f"{achievement_url(issuer.url, certificate.achievement.public_id)}#score",
        name=_("Score"),
        type="Percent",
        value=str(rules.percentage(earned["score"])),
        minimum="0",
        maximum="100",
        required=str(rules.percentage(earned["cut"])),
    )


def earned_sentence(certificate: Certificate) -> str:
    """How it was earned, for the evidence inside the credential."""
    earned = certificate.earned
    questions = ngettext("Exam of one question", "Exam of %(num)s questions", earned["items"])
    facts = [
        _("%(exam)s drawn from %(pool)s", exam=questions, pool=earned["pool"]),
        _("attempt %(number)s", number=earned["attempt"]),
        _("supervised") if earned["supervised"] else _("remote, unsupervised"),
        _("course version %(version)s", version=earned["course_version"]),
    ]
    if earned.get("awarded_at"):
        facts.append(_("renewed without a new exam"))
    return ", ".join(facts) + "."
