"""What the register says of one signed document: its standing, since when, and where it vouches without a key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from app.foundation import clock
from app.verification.queries import Entry
from certificates.credential import Credential
from certificates.keys import KeyRing
from certificates.verification import Check, Standing, State, Verdict, judge

UNTOLD: Mapping[str, bool | None] = {
    "format": None,
    "signature": None,
    "issuer": None,
    "status": None,
    "validity": None,
}
BY_REGISTER = "The register."
NOT_GOOD = (State.REVOKED, State.SUSPENDED, State.SUPERSEDED)


def standing_of(entry: Entry) -> Standing:
    """The standing of this very document: an older revision was replaced, whatever became of the rest.

    A certificate that is being reinstated is suspended until its new document is signed.
    """
    if entry.state == "revoked":
        return Standing(State.REVOKED, entry.state_since, entry.reason)
    if entry.state == "superseded":
        return Standing(State.SUPERSEDED, entry.state_since, superseded_by=entry.successor)
    if entry.revision < entry.newest_revision:
        return Standing(State.SUPERSEDED, None, superseded_by=entry.number)
    if entry.state in ("suspended", "pending"):
        return Standing(State.SUSPENDED, entry.state_since, entry.reason)
    return Standing(State.VALID, entry.state_since)


def is_vouched_for(entry: Entry) -> bool:
    """Was this document in the register before anybody else could have signed with its key?

    The register then answers for its bytes where nobody can sign it again: its holder is erased.
    """
    return entry.compromised_from is not None and entry.signed_at < entry.compromised_from


def by_register_alone(entry: Entry) -> Verdict:
    """The verdict on a document that the register no longer holds: by number, of an erased holder."""
    standing = standing_of(entry)
    withdrawn = entry.compromised_from is not None and not is_vouched_for(entry)
    if withdrawn and standing.state not in NOT_GOOD:
        return Verdict(State.KEY_WITHDRAWN, (Check("key", False, BY_REGISTER),))
    expired = entry.expires_at is not None and clock.now() >= entry.expires_at
    good = standing.state is State.VALID
    checks = (Check("status", good, BY_REGISTER), Check("validity", not expired, BY_REGISTER))
    return Verdict(State.EXPIRED if expired and good else standing.state, checks, None, standing)


def with_withdrawn_key(verdict: Verdict, entry: Entry, claims: Credential | None) -> Verdict:
    """The verdict on a document of the register whose key was withdrawn since.

    Signed anew or to be signed anew: the key decides, and the newer document is what counts. Taken back or replaced:
    the register says so. With `claims`, those of an erased holder's file, the register vouches for the document.
    """
    standing = standing_of(entry)
    renewed = standing.superseded_by == entry.number
    if standing.state in NOT_GOOD and not renewed:
        status = Check("status", False, BY_REGISTER)
        return Verdict(standing.state, (*verdict.checks, status), claims, standing)
    if claims is not None and not renewed and is_vouched_for(entry):
        vouched = Verdict(State.VALID, (Check("signature", True, BY_REGISTER), *verdict.checks), claims)
        return judge(vouched, keys=KeyRing(), status=standing, now=clock.now())
    return Verdict(State.KEY_WITHDRAWN, verdict.checks, None, standing)


def since(entry: Entry, verdict: Verdict) -> datetime | None:
    """Since when the state holds, as far as the register knows."""
    if verdict.state is State.EXPIRED:
        return entry.expires_at
    if verdict.state is State.NOT_YET_VALID:
        return entry.issued_at
    if verdict.state is State.KEY_WITHDRAWN:
        return entry.key_since
    return verdict.standing.since if verdict.standing else None


def superseded_by(verdict: Verdict) -> str | None:
    """The number of what replaces it, its own where it was signed anew."""
    return verdict.standing.superseded_by if verdict.standing else None


def checks_of(verdict: Verdict) -> dict[str, bool | None]:
    """What the library looked at, by name; a withdrawn key is a good signature of a key not to be believed."""
    found = {check.name: check.passed for check in verdict.checks}
    if found.pop("key", True) is False:
        found |= {"format": True, "signature": True, "issuer": False}
    return {**UNTOLD, **{name: passed for name, passed in found.items() if name in UNTOLD}}
