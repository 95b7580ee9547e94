"""The credential: what a certificate claims, as Open Badges 3.0 on the W3C data model 2.0.

A credential is written in one language, the certificate's own (`Achievement.language`): every
name in it is plain text in that language. A certificate in two languages is two credentials.

Lists that RDF signs as sets (skills, results, evidence) are kept sorted, so that one
credential has one form and a reordered copy is refused.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from certificates import contexts, strict_json
from certificates.errors import MalformedDocumentError

TIERS = ("beginner", "intermediate", "advanced", "expert")
LANGUAGES = ("fr", "en")
CONTEXT = [contexts.CREDENTIALS_V2, contexts.OPEN_BADGES, contexts.OPEN_BADGES_EXTENSIONS]
TYPE = ["VerifiableCredential", "OpenBadgeCredential"]
RESULT_TYPES = ("Percent", "PerformanceLevel", "RawScore", "Result", "ScaledScore", "Status")

_TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_TIER_LABEL = {"fr": "Niveau", "en": "Level"}
# PyLD drops a value that is not an absolute IRI, so it would go unsigned.
_IRI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]+")
# Control characters, line separators, and the marks that make text read in another order than written.
_UNPRINTABLE = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff"
_CONTROL = re.compile(f"[{_UNPRINTABLE}]")


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who answers for the certificate: a DID, a name, a web address."""

    id: str
    name: str
    url: str

    def __post_init__(self) -> None:
        _require_iri(self.id, self.url)
        _require_text(200, self.name)

    def to_dict(self) -> dict[str, Any]:
        """The issuer as an Open Badges Profile."""
        return {"id": self.id, "type": ["Profile"], "name": self.name, "url": self.url}


@dataclass(frozen=True, slots=True, order=True)
class Skill:
    """One proven skill: `url` is ours or its ESCO URI, `id` its short name in `framework`, `tier` the level."""

    url: str
    id: str
    name: str
    tier: str
    framework: str

    def __post_init__(self) -> None:
        _require_iri(self.url)
        _require_text(200, self.id, self.name, self.framework)
        _require_tier(self.tier)
        if ":" in self.id:
            raise MalformedDocumentError("The short name of a skill contains no colon.")

    def to_dict(self) -> dict[str, Any]:
        """The skill as an Alignment; the target code is the short name, a colon and the tier."""
        return {
            "type": ["Alignment"],
            "targetName": self.name,
            "targetUrl": self.url,
            "targetFramework": self.framework,
            "targetCode": f"{self.id}:{self.tier}",
        }


@dataclass(frozen=True, slots=True, order=True)
class Result:
    """One measured result. `id` is an IRI under the achievement's; every value is text."""

    id: str
    name: str
    type: str
    value: str
    minimum: str | None = None
    maximum: str | None = None
    required: str | None = None

    def __post_init__(self) -> None:
        _require_iri(self.id)
        _require_text(200, self.name, self.value)
        _require_text(200, *(text for text in (self.minimum, self.maximum, self.required) if text is not None))
        if self.type not in RESULT_TYPES:
            raise MalformedDocumentError(f"A result is one of {', '.join(RESULT_TYPES)}.")

    def description(self) -> dict[str, Any]:
        """The ResultDescription: what was measured, on which scale, and what was required."""
        scale = {"valueMin": self.minimum, "valueMax": self.maximum, "requiredValue": self.required}
        return {
            "id": self.id,
            "type": ["ResultDescription"],
            "name": self.name,
            "resultType": self.type,
            **{key: value for key, value in scale.items() if value is not None},
        }

    def to_dict(self) -> dict[str, Any]:
        """The Result itself."""
        return {"type": ["Result"], "resultDescription": self.id, "value": self.value}


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """How this was earned, in words."""

    name: str
    narrative: str

    def __post_init__(self) -> None:
        _require_text(200, self.name)
        _require_text(4000, self.narrative)

    def to_dict(self) -> dict[str, Any]:
        """The evidence in Open Badges terms."""
        return {"type": ["Evidence"], "name": self.name, "narrative": self.narrative}


@dataclass(frozen=True, slots=True)
class Achievement:
    """What was achieved: the course's exam at one tier, the rule for it, and the skills it proves."""

    id: str
    name: str
    description: str
    criteria: str
    tier: str
    human_code: str
    language: str
    version: str
    skills: tuple[Skill, ...]

    def __post_init__(self) -> None:
        _require_iri(self.id)
        _require_text(200, self.name, self.human_code, self.version)
        _require_text(4000, self.description, self.criteria)
        _require_tier(self.tier)
        if self.language not in LANGUAGES:
            raise MalformedDocumentError(f"A certificate is written in one of {', '.join(LANGUAGES)}.")
        # Two skills of ours may be the same one in ESCO, hence the short name beside the address.
        _require_distinct(64, [f"{skill.url} {skill.id}" for skill in self.skills])
        object.__setattr__(self, "skills", tuple(sorted(self.skills)))

    @property
    def tier_id(self) -> str:
        """The IRI of the result that carries the tier."""
        return f"{self.id}#tier"

    def to_dict(self, results: tuple[Result, ...]) -> dict[str, Any]:
        """The achievement, describing the tier and then each of `results`."""
        tier = {
            "id": self.tier_id,
            "type": ["ResultDescription"],
            "name": _TIER_LABEL[self.language],
            "resultType": "PerformanceLevel",
            "allowedValue": list(TIERS),
        }
        return {
            "id": self.id,
            "type": ["Achievement"],
            "name": self.name,
            "description": self.description,
            "criteria": {"narrative": self.criteria},
            "achievementType": "Certificate",
            "humanCode": self.human_code,
            "inLanguage": self.language,
            "version": self.version,
            "alignment": [skill.to_dict() for skill in self.skills],
            "resultDescription": [tier, *(result.description() for result in results)],
        }


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the certificate: a name, and nothing else about the person."""

    name: str

    def __post_init__(self) -> None:
        _require_text(200, self.name)

    def to_dict(self) -> dict[str, Any]:
        """The name as an unhashed IdentityObject."""
        return {"type": "IdentityObject", "identityType": "name", "hashed": False, "identityHash": self.name}


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """Where the certificate's revocation bit is: the address of the list, and the index in it."""

    list_url: str
    index: int

    def __post_init__(self) -> None:
        _require_iri(self.list_url)
        if isinstance(self.index, bool) or not 0 <= self.index < 2**31:
            raise MalformedDocumentError("The index in the status list is out of range.")

    def to_dict(self) -> dict[str, Any]:
        """The entry of Bitstring Status List v1.0, purpose revocation."""
        return {
            "id": f"{self.list_url}#{self.index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(self.index),
            "statusListCredential": self.list_url,
        }


@dataclass(frozen=True, slots=True)
class Credential:
    """All that a certificate claims. `id` is a random urn:uuid; times are UTC, kept to the second."""

    id: str
    issuer: Issuer
    holder: Holder
    achievement: Achievement
    status: StatusEntry
    valid_from: datetime
    awarded: datetime
    valid_until: datetime | None = None
    results: tuple[Result, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        _require_iri(self.id)
        # Distinct parts keep canonicalisation linear: equal blank nodes are tried in every order.
        _require_distinct(16, [self.achievement.tier_id, *(result.id for result in self.results)])
        _require_distinct(8, [part.name for part in self.evidence])
        for field in ("valid_from", "awarded", "valid_until"):
            object.__setattr__(self, field, _whole_seconds(getattr(self, field)))
        object.__setattr__(self, "results", tuple(sorted(self.results)))
        object.__setattr__(self, "evidence", tuple(sorted(self.evidence)))

    def to_dict(self) -> dict[str, Any]:
        """The unsigned credential, ready for signing."""
        until = {"validUntil": _time_text(self.valid_until)} if self.valid_until else {}
        evidence = {"evidence": [part.to_dict() for part in self.evidence]} if self.evidence else {}
        tier = {"type": ["Result"], "resultDescription": self.achievement.tier_id, "value": self.achievement.tier}
        return {
            "@context": list(CONTEXT),
            "id": self.id,
            "type": list(TYPE),
            "issuer": self.issuer.to_dict(),
            "validFrom": _time_text(self.valid_from),
            **until,
            "awardedDate": _time_text(self.awarded),
            "credentialSubject": {
                "type": ["AchievementSubject"],
                "identifier": [self.holder.to_dict()],
                "achievement": self.achievement.to_dict(self.results),
                "result": [tier, *(result.to_dict() for result in self.results)],
            },
            **evidence,
            "credentialStatus": self.status.to_dict(),
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """Read an unsigned credential; MalformedDocumentError unless it is exactly what we would write.

        What is known is read, written again and compared, so an unknown field, another
        order or another type of value is refused without a rule for each.
        """
        try:
            credential = cls(**_read_credential(document))
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise MalformedDocumentError("The credential lacks a field, or has one of another kind.") from error
        if strict_json.serialise(credential.to_dict()) != strict_json.serialise(document):
            raise MalformedDocumentError("The credential has a field that does not belong in it.")
        return credential


def _read_credential(document: Mapping[str, Any]) -> dict[str, Any]:
    subject = document["credentialSubject"]
    issuer = document["issuer"]
    status = document["credentialStatus"]
    until = document.get("validUntil")
    return {
        "id": document["id"],
        "issuer": Issuer(issuer["id"], issuer["name"], issuer["url"]),
        "holder": Holder(subject["identifier"][0]["identityHash"]),
        "achievement": _read_achievement(subject["achievement"], subject["result"][0]["value"]),
        "status": StatusEntry(status["statusListCredential"], int(status["statusListIndex"])),
        "valid_from": _read_time(document["validFrom"]),
        "awarded": _read_time(document["awardedDate"]),
        "valid_until": None if until is None else _read_time(until),
        "results": _read_results(subject["achievement"]["resultDescription"][1:], subject["result"][1:]),
        "evidence": tuple(Evidence(part["name"], part["narrative"]) for part in document.get("evidence", [])),
    }


def _read_achievement(fields: Mapping[str, Any], tier: str) -> Achievement:
    return Achievement(
        id=fields["id"],
        name=fields["name"],
        description=fields["description"],
        criteria=fields["criteria"]["narrative"],
        tier=tier,
        human_code=fields["humanCode"],
        language=fields["inLanguage"],
        version=fields["version"],
        skills=tuple(_read_skill(alignment) for alignment in fields["alignment"]),
    )


def _read_skill(alignment: Mapping[str, Any]) -> Skill:
    short_name, _, tier = alignment["targetCode"].partition(":")
    return Skill(alignment["targetUrl"], short_name, alignment["targetName"], tier, alignment["targetFramework"])


def _read_results(descriptions: list[Mapping[str, Any]], values: list[Mapping[str, Any]]) -> tuple[Result, ...]:
    return tuple(
        Result(
            id=description["id"],
            name=description["name"],
            type=description["resultType"],
            value=value["value"],
            minimum=description.get("valueMin"),
            maximum=description.get("valueMax"),
            required=description.get("requiredValue"),
        )
        for description, value in zip(descriptions, values, strict=True)
    )


def _read_time(text: str) -> datetime:
    return datetime.strptime(text, _TIME_FORMAT).replace(tzinfo=UTC)


def _time_text(moment: datetime) -> str:
    return moment.strftime(_TIME_FORMAT)


def _whole_seconds(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise MalformedDocumentError("A time in a credential has a time zone.")
    return moment.astimezone(UTC).replace(microsecond=0)


def presentable(text: str, maximum: int = 200) -> str:
    """The text as a credential takes it: composed (NFC), on one line, nothing unprintable, cut to `maximum` signs."""
    plain = _CONTROL.sub("", unicodedata.normalize("NFC", text))
    return " ".join(plain.split())[:maximum].rstrip()


def _require_text(maximum: int, *texts: str) -> None:
    for text in texts:
        if not isinstance(text, str) or not text.strip() or len(text) > maximum or _CONTROL.search(text):
            raise MalformedDocumentError(f"A text is empty, longer than {maximum} characters or not printable.")


def _require_iri(*texts: str) -> None:
    for text in texts:
        if not isinstance(text, str) or len(text) > 500 or not _IRI.fullmatch(text):
            raise MalformedDocumentError("An address in the credential is not an absolute IRI.")


def _require_tier(tier: str) -> None:
    if tier not in TIERS:
        raise MalformedDocumentError(f"A tier is one of {', '.join(TIERS)}.")


def _require_distinct(maximum: int, names: list[str]) -> None:
    if len(names) > maximum or len(set(names)) != len(names):
        raise MalformedDocumentError(f"A list in the credential repeats itself or is longer than {maximum}.")
