"""The texts of a page in each of its languages, by the names the artwork's placeholders give them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from certificates.design import Style
from certificates.wording import WORDINGS, Wording, attempt_text, date_text


@dataclass(frozen=True, slots=True)
class Exam:
    """How the exam went: score and cut out of 100, the attempt counted from 1, watched over or not."""

    score: int
    cut: int
    attempt: int
    supervised: bool


@dataclass(frozen=True, slots=True)
class Twin:
    """What a page says of its course in one language; an empty line or role is not repeated in the second."""

    achievement: str
    skills: tuple[str, ...]
    issuer_line: str = ""
    signatory_role: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a page says whatever the language; `signatory` is empty when the issuer signs for itself."""

    issuer: str
    signatory: str
    tier: int
    exam: Exam
    issued: date
    expires: date | None


def texts_in(language: str, says: Twin, facts: Facts, style: Style) -> dict[str, str]:
    """Every text of the page in one language but the list of skills, whose length depends on the room there is."""
    wording = WORDINGS[language]
    tier = wording.tiers[facts.tier - 1].lower()
    result = _exam_sentence(facts.exam, wording)
    return {
        "kind": wording.kind,
        "awarded_to": wording.awarded_to,
        "has": (wording.has if style == "span" else wording.who_has).format(tier=tier),
        "what": says.achievement,
        "issuer_line": says.issuer_line,
        "skills_name": wording.skills_label,
        "exam_name": wording.exam_label,
        "exam": result[:1].upper() + result[1:] if style == "plain" else wording.exam.format(result=result),
        **{f"tier_{number}": name for number, name in enumerate(wording.tiers, 1)},
        **_dates(facts, wording),
        **_signature(facts, says.signatory_role, wording),
        "verify_label": wording.verify,
        "verify_how": wording.verify_how,
        "verify_offline": wording.verify_offline,
    }


def skills_text(skills: Sequence[str], kept: int, wording: Wording, *, labelled: bool) -> str:
    """The first `kept` skills in a sentence that ends with how many more there are."""
    shown = [*skills[:kept]]
    if kept < len(skills):
        shown.append(wording.more_skills.format(count=len(skills) - kept))
    listed = ", ".join(shown)
    if not listed:
        return ""
    if labelled:
        return wording.skills.format(skills=listed) + "."
    return listed[:1].upper() + listed[1:] + "."


def group(public_id: str) -> str:
    """The number in groups of four, with plain spaces, so that it can be copied into a form."""
    return " ".join(public_id[start : start + 4] for start in range(0, len(public_id), 4))


def site_of(verification_url: str) -> str:
    """Where the number is typed: the address without its scheme, its key and the number itself."""
    parts = urlsplit(verification_url)
    return parts.netloc + parts.path.rpartition("/")[0]


def _exam_sentence(exam: Exam, wording: Wording) -> str:
    return wording.result.format(
        score=exam.score,
        cut=exam.cut,
        attempt=attempt_text(wording, exam.attempt),
        supervision=wording.supervised if exam.supervised else wording.unsupervised,
    )


def _dates(facts: Facts, wording: Wording) -> dict[str, str]:
    label, expires = wording.never_expires
    if facts.expires is not None:
        label, expires = wording.expires, date_text(wording, facts.expires)
    return {
        "issued_label": wording.issued,
        "issued": date_text(wording, facts.issued),
        "expires_label": label,
        "expires": expires,
    }


def _signature(facts: Facts, role: str, wording: Wording) -> dict[str, str]:
    if not facts.signatory:
        return {"role": "", "signed_for": wording.signed_by_itself}
    return {"role": role, "signed_for": wording.signed_for.format(issuer=facts.issuer)}
