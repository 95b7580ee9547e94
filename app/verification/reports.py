"""The answer to "is this certificate good?": one shape for pages and machines, whatever was asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from app.certification.rules import masked_name
from app.foundation.tiers import Tier
from app.verification.queries import Entry
from certificates.credential import Credential
from certificates.verification import State

Kind = Literal["number", "json", "jwt", "pdf", "png", "svg"]


@dataclass(frozen=True)
class Skill:
    """A proven skill, its tier as a word."""

    id: str
    name: Mapping[str, str]
    tier: str


@dataclass(frozen=True)
class Facts:
    """What may be shown of a certificate whose signature is good; `holder` is None once they are erased."""

    name: Mapping[str, str]
    tier: str
    skills: Sequence[Skill]
    holder: str | None
    masked: bool
    issued_at: datetime
    expires_at: datetime | None
    earned: Mapping[str, Any] | None

    @property
    def passed_at(self) -> datetime | None:
        """When the exam was passed, where the certificate was renewed without another one."""
        first = (self.earned or {}).get("awarded_at")
        return datetime.fromisoformat(first) if first else None


@dataclass(frozen=True)
class Report:
    """The state, what was checked (True, False, or None where it could not be told), and the facts when shown."""

    state: State
    kind: Kind
    checks: Mapping[str, bool | None]
    issuer_id: str = ""
    issuer_name: str = ""
    number: str | None = None
    facts: Facts | None = None
    since: datetime | None = None
    reason: str | None = None
    superseded_by: str | None = None
    key_id: str | None = None
    key_withdrawn_at: datetime | None = None
    list_number: int | None = None

    @property
    def erased(self) -> bool:
        """Is the holder's name gone, at their request?"""
        return self.facts is not None and self.facts.holder is None

    @property
    def signed_anew(self) -> bool:
        """Does the same number have a newer signature than the one in this file?"""
        return self.superseded_by is not None and self.superseded_by == self.number

    @property
    def vouched_for(self) -> bool:
        """Does the register answer for a document whose key was withdrawn since?"""
        return self.checks.get("issuer") is False and self.checks.get("status") is True

    @property
    def readable(self) -> bool:
        """Was there a credential to judge at all?"""
        return self.state is not State.MALFORMED


def facts_of_entry(entry: Entry, *, name_shown: bool) -> Facts:
    """The facts of the register."""
    holder = entry.holder_name
    masked = holder is not None and not name_shown
    return Facts(
        name=entry.name,
        tier=Tier.from_number(entry.tier).value,
        skills=[Skill(one["id"], one["name"], Tier.from_number(one["tier"]).value) for one in entry.skills],
        holder=masked_name(holder) if holder is not None and masked else holder,
        masked=masked,
        issued_at=entry.issued_at,
        expires_at=entry.expires_at,
        earned=entry.earned,
    )


def facts_of_claims(claims: Credential, entry: Entry | None) -> Facts:
    """The facts of a signed credential, in its own language; the register adds what it alone knows of that very one."""
    achievement = claims.achievement
    return Facts(
        name=entry.name if entry else {achievement.language: achievement.name},
        tier=achievement.tier,
        skills=facts_of_entry(entry, name_shown=True).skills
        if entry
        else [Skill(one.id, {achievement.language: one.name}, one.tier) for one in achievement.skills],
        holder=claims.holder.name,
        masked=False,
        issued_at=claims.valid_from,
        expires_at=claims.valid_until,
        earned=entry.earned if entry else None,
    )


def unknown_as_json(typed: str) -> dict[str, Any]:
    """What a batch answers for a number that nobody has here."""
    return {"id": typed, "status": State.UNKNOWN.value}


def as_json(report: Report) -> dict[str, Any]:
    """The report as /api/v1 answers it."""
    facts = report.facts
    checked = ("signature", "status", "validity", *(("file",) if "file" in report.checks else ()))
    answer: dict[str, Any] = {
        "id": report.number,
        "status": report.state.value,
        "reason": report.reason,
        "status_since": _time(report.since),
        "achievement": _achievement(facts) if facts else None,
        "issuer": {"id": report.issuer_id, "name": report.issuer_name} if report.issuer_id else None,
        "holder": _holder(facts) if facts else None,
        "issued_at": _time(facts.issued_at) if facts else None,
        "expires_at": _time(facts.expires_at) if facts else None,
        "superseded_by": report.superseded_by,
        "earned": dict(facts.earned) if facts and facts.earned else None,
        "checks": [{"name": name, "passed": report.checks.get(name)} for name in checked],
    }
    return answer | ({"tampered": True} if report.state is State.TAMPERED else {})


def _achievement(facts: Facts) -> dict[str, Any]:
    skills = [{"id": skill.id, "name": dict(skill.name), "tier": skill.tier} for skill in facts.skills]
    return {"name": dict(facts.name), "tier": facts.tier, "skills": skills}


def _holder(facts: Facts) -> dict[str, Any]:
    if facts.holder is None:
        return {"name": None, "erased": True}
    return {"name": facts.holder, "masked": facts.masked}


def _time(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
