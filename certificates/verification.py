"""Verification: format, signature, issuer and key, status, dates, in that order."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from certificates import strict_json
from certificates.credential import Credential
from certificates.errors import CertificateError, MalformedDocumentError, StatusListError
from certificates.keys import KeyRing, KeyState
from certificates.signed import read_signed
from certificates.status_list import StatusList, decode, status_list_document


class State(StrEnum):
    """The answer to "is this certificate good?"; only VALID is a yes."""

    VALID = "valid"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"
    TAMPERED = "tampered"
    ALTERED = "altered"
    WRONG_ISSUER = "wrong_issuer"
    KEY_WITHDRAWN = "key_withdrawn"
    STATUS_UNAVAILABLE = "status_unavailable"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: passed, failed, or (None) could not be told."""

    name: str
    passed: bool | None
    detail: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What a register says of a credential it knows: valid, revoked, suspended or superseded, dates aside."""

    state: State
    since: datetime | None = None
    reason: str | None = None
    superseded_by: str | None = None

    def __post_init__(self) -> None:
        if self.state not in (State.VALID, State.REVOKED, State.SUSPENDED, State.SUPERSEDED):
            raise ValueError(f"{self.state} is not a standing")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state, what led to it, and the claims, which are there only when the signature is good."""

    state: State
    checks: tuple[Check, ...]
    claims: Credential | None = None
    standing: Standing | None = None


def verify(
    document: bytes | Mapping[str, Any],
    *,
    keys: KeyRing,
    status: bytes | Mapping[str, Any] | Standing | None = None,
    now: datetime,
) -> Verdict:
    """Judge a credential at the aware time `now`, trusting the keys of the ring alone.

    `document` is JSON with a proof, or a VC-JWT as bytes. `status` is the issuer's signed status list
    in either form, or what a register knows; without it the state is never better than
    STATUS_UNAVAILABLE. Never raises on a bad document.
    """
    verdict = authenticate(document, keys=keys)
    if verdict.claims is None:
        return verdict
    return judge(verdict, keys=keys, status=status, now=now)


def authenticate(document: bytes | Mapping[str, Any], *, keys: KeyRing) -> Verdict:
    """Format, issuer, key and signature: everything time cannot change for this ring, so cacheable."""
    try:
        signed = read_signed(document)
        issuer_id = _issuer_of(signed.content)
    except MalformedDocumentError as error:
        return Verdict(State.MALFORMED, (Check("format", False, str(error)),))
    if issuer_id not in keys.issuers:
        detail = f"The issuer is {issuer_id[:200]}, none of whose keys were given."
        return Verdict(State.WRONG_ISSUER, (Check("issuer", False, detail),))
    try:
        credential = Credential.from_dict(signed.content)
        key_state = signed.check(issuer_id, keys)
    except CertificateError as error:
        return Verdict(State.TAMPERED, (Check("signature", False, str(error)),))
    if key_state is KeyState.COMPROMISED:
        detail = "The issuer has withdrawn the key that signed this."
        return Verdict(State.KEY_WITHDRAWN, (Check("key", False, detail),))
    checks = (
        Check("format", True, "An Open Badges 3.0 credential, with no field unaccounted for."),
        Check("signature", True, "Signed by the issuer; not one sign has changed since."),
        Check("issuer", True, f"Issued by {credential.issuer.name} ({issuer_id})."),
    )
    return Verdict(State.VALID, checks, credential)


def judge(
    verdict: Verdict,
    *,
    keys: KeyRing,
    status: bytes | Mapping[str, Any] | StatusList | Standing | None,
    now: datetime,
) -> Verdict:
    """Add status and dates to an authentic verdict.

    A `StatusList` is one that read_status_list has already found to be current and the credential's own.
    """
    credential = verdict.claims
    if credential is None:
        return verdict
    standing, status_check = _standing(credential, status, keys, now)
    date_state, date_check = _judge_dates(credential, now)
    status_state = State.STATUS_UNAVAILABLE if standing is None else standing.state
    # What is certain goes before what could not be told: a passed date needs no status list.
    certain = [known for known in (status_state, date_state) if known not in (State.VALID, State.STATUS_UNAVAILABLE)]
    state = certain[0] if certain else status_state
    return replace(verdict, state=state, checks=(*verdict.checks, status_check, date_check), standing=standing)


def same_claims(verdict: Verdict, second: bytes, *, keys: KeyRing) -> bool:
    """Whether the other form of a credential in a file is authentic too and says what the first one says."""
    return verdict.claims is not None and authenticate(second, keys=keys).claims == verdict.claims


def file_is_ours(data: bytes, signature: bytes, key_id: str, *, keys: KeyRing) -> bool:
    """Whether signing.file_signature made `signature` over these very bytes, with a key still believed."""
    key = keys.find(key_id)
    return (
        key is not None
        and key.state is not KeyState.COMPROMISED
        and key.verifies(signature, hashlib.sha256(data).digest())
    )


def read_status_list(
    document: bytes | Mapping[str, Any], *, list_url: str, issuer_id: str, keys: KeyRing, now: datetime
) -> StatusList:
    """The bits of the issuer's own list at `list_url`, current at `now`; StatusListError otherwise."""
    try:
        signed = read_signed(document, max_bytes=strict_json.MAX_LIST_BYTES)
        status_list, begin, end = _read_list_document(signed.content, list_url, issuer_id)
        key_state = signed.check(issuer_id, keys)
    except StatusListError:
        raise
    except CertificateError as error:
        raise StatusListError(f"The status list cannot be trusted. {error}") from error
    if key_state is KeyState.COMPROMISED:
        raise StatusListError("The key that signed the status list has been withdrawn.")
    if not begin <= now < end:
        raise StatusListError("The status list is out of date.")
    return status_list


def _issuer_of(document: Mapping[str, Any]) -> str:
    """The DID a document says it comes from; malformed when it is no credential at all."""
    issuer = document.get("issuer")
    issuer_id = issuer.get("id") if isinstance(issuer, dict) else issuer
    if not isinstance(issuer_id, str) or "credentialSubject" not in document:
        raise MalformedDocumentError("The document is not a credential.")
    return issuer_id


def _standing(
    credential: Credential,
    status: bytes | Mapping[str, Any] | StatusList | Standing | None,
    keys: KeyRing,
    now: datetime,
) -> tuple[Standing | None, Check]:
    if isinstance(status, Standing):
        good = status.state is State.VALID
        return status, Check("status", good, f"The register says: {status.state.value}.")
    if status is None:
        return None, Check("status", None, "No status list was given, so a revocation would not be seen.")
    entry = credential.status
    try:
        bits = (
            status
            if isinstance(status, StatusList)
            else read_status_list(status, list_url=entry.list_url, issuer_id=credential.issuer.id, keys=keys, now=now)
        )
        revoked = bits.is_set(entry.index)
    except StatusListError as error:
        return None, Check("status", None, str(error))
    if revoked:
        return Standing(State.REVOKED), Check("status", False, "The issuer has revoked this certificate.")
    return Standing(State.VALID), Check("status", True, "The issuer has not revoked this certificate.")


def _judge_dates(credential: Credential, now: datetime) -> tuple[State, Check]:
    if now < credential.valid_from:
        return State.NOT_YET_VALID, Check("validity", False, f"Valid from {credential.valid_from:%Y-%m-%d} only.")
    if credential.valid_until is None:
        return State.VALID, Check("validity", True, "Valid without limit of time.")
    if now >= credential.valid_until:
        return State.EXPIRED, Check("validity", False, f"Expired on {credential.valid_until:%Y-%m-%d}.")
    return State.VALID, Check("validity", True, f"Valid until {credential.valid_until:%Y-%m-%d}.")


def _read_list_document(
    document: Mapping[str, Any], list_url: str, issuer_id: str
) -> tuple[StatusList, datetime, datetime]:
    """Read what we know, write it again and compare, as for a credential."""
    try:
        begin, end = _read_time(document["validFrom"]), _read_time(document["validUntil"])
        encoded, ttl = document["credentialSubject"]["encodedList"], document["credentialSubject"]["ttl"]
        status_list = decode(encoded)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StatusListError("The file is not a status list.") from error
    if type(ttl) is not int or ttl < 0:  # any: how long a copy may be kept is advice, and validUntil the rule
        raise StatusListError("The status list does not say how long a copy may be kept.")
    expected = status_list_document(
        status_list, list_url=list_url, issuer_id=issuer_id, valid_from=begin, valid_until=end, ttl=ttl
    )
    # Two compressors may write the same bits differently; the signature covers what was written.
    expected["credentialSubject"]["encodedList"] = encoded
    if strict_json.serialise(expected) != strict_json.serialise(document):
        raise StatusListError("The status list is not the one this certificate names.")
    return status_list, begin, end


def _read_time(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
