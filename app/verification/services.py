"""Services of the public counter: by number, by file, in bulk, by name. Nothing that is shown here is ever stored."""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.certification.files import is_ours
from app.certification.keyring import Ring, current_ring, ring_of
from app.foundation import clock
from app.foundation.errors import NotFoundError
from app.foundation.folding import folded_name
from app.verification import queries
from app.verification.memory import CHANGED, signatures
from app.verification.queries import Entry
from app.verification.reports import Report, facts_of_claims, facts_of_entry
from certificates import strict_json
from certificates.credential import Credential
from certificates.errors import ExtractionError
from certificates.extraction import extract_bounded
from certificates.keys import KeyRing
from certificates.signing import serialise
from certificates.verification import Check, Standing, State, Verdict, authenticate, judge

log = logging.getLogger("app.verification")
UNTOLD: Mapping[str, bool | None] = {
    "format": None,
    "signature": None,
    "issuer": None,
    "status": None,
    "validity": None,
}


def verify_number(session: Session, number: str, key: str = "") -> Report:
    """The report on a public number; the name shows with the printed key. Raises NotFoundError."""
    entry = queries.find_entry(session, number)
    if entry is None:
        raise NotFoundError("certificate")
    return _report_of_entry(session, entry, key)


def verify_numbers(session: Session, numbers: Sequence[str]) -> dict[str, Report]:
    """Many reports in one reading; a number nobody has is absent."""
    found = queries.find_entries(session, numbers)
    return {number: _report_of_entry(session, entry, "") for number, entry in found.items()}


def _report_of_entry(session: Session, entry: Entry, key: str) -> Report:
    ring = ring_of(session, entry.ring_version)
    verdict = _judged(session, entry, ring)
    return Report(
        state=verdict.state,
        kind="number",
        checks=_checks(verdict),
        issuer_id=ring.issuer.id if ring else "",
        issuer_name=ring.issuer.name if ring else "",
        number=entry.number,
        facts=None if verdict.state is State.TAMPERED else facts_of_entry(entry, name_shown=_name_shown(entry, key)),
        since=_since(entry, verdict.state),
        reason=entry.reason,
        superseded_by=_superseded_by(verdict),
        key_id=entry.key_id,
        key_withdrawn_at=entry.key_since if verdict.state is State.KEY_WITHDRAWN else None,
        list_number=entry.list_number,
    )


def _judged(session: Session, entry: Entry, ring: Ring | None) -> Verdict:
    keys = ring.keys if ring else KeyRing()
    verdict = signatures.verdict(
        entry.sha256, entry.ring_version, keys, lambda: queries.find_credential(session, entry.sha256)
    )
    if verdict is None:  # the holder is erased: the register answers for the document it no longer holds
        return _by_register_alone(entry)
    if verdict.claims is not None and not _agrees(verdict.claims, entry):
        log.error("register and signed document disagree", extra={"fields": {"certificate": entry.number}})
        return CHANGED
    return judge(verdict, keys=keys, status=_standing(entry), now=clock.now())


def _agrees(claims: Credential, entry: Entry) -> bool:
    """Does the register say what the signed document says? A row edited behind our back must not be shown."""
    return (
        claims.holder.name == entry.holder_name
        and claims.achievement.name == entry.name.get(claims.achievement.language)
        and claims.achievement.tier == facts_of_entry(entry, name_shown=False).tier
        and claims.valid_from == entry.issued_at.replace(microsecond=0)
        and claims.valid_until == (entry.expires_at.replace(microsecond=0) if entry.expires_at else None)
    )


def _by_register_alone(entry: Entry) -> Verdict:
    standing = _standing(entry)
    expired = entry.expires_at is not None and clock.now() >= entry.expires_at
    good = standing.state is State.VALID
    checks = (Check("status", good, "The register."), Check("validity", not expired, "The register."))
    return Verdict(State.EXPIRED if expired and good else standing.state, checks, None, standing)


def _standing(entry: Entry) -> Standing:
    """What the register says of this very document: an older revision of it was replaced, whatever became of the rest.

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


def _since(entry: Entry, state: State) -> datetime | None:
    """Since when the state holds, as far as the register knows."""
    if state is State.EXPIRED:
        return entry.expires_at
    if state is State.NOT_YET_VALID:
        return entry.issued_at
    return entry.key_since if state is State.KEY_WITHDRAWN else entry.state_since


def _superseded_by(verdict: Verdict) -> str | None:
    return verdict.standing.superseded_by if verdict.standing else None


def _name_shown(entry: Entry, key: str) -> bool:
    if entry.name_public:
        return True
    return bool(key) and entry.reveal_key is not None and hmac.compare_digest(key.encode(), entry.reveal_key.encode())


def _checks(verdict: Verdict) -> dict[str, bool | None]:
    """What the library looked at, by name; a withdrawn key is a good signature of a key not to be believed."""
    found = {check.name: check.passed for check in verdict.checks}
    if found.pop("key", True) is False:
        found |= {"format": True, "signature": True, "issuer": False}
    return {**UNTOLD, **{name: passed for name, passed in found.items() if name in UNTOLD}}


def verify_file(session: Session, data: bytes) -> Report:
    """The report on a PDF or JSON file: two verdicts, on the credential in it and on the file around it."""
    try:
        extracted = extract_bounded(data)
    except ExtractionError:
        return Report(state=State.MALFORMED, kind="json", checks={**UNTOLD, "format": False})
    ring = current_ring(session)
    keys = ring.keys if ring else KeyRing()
    verdict = authenticate(extracted.credential_bytes, keys=keys)
    report = Report(
        state=verdict.state,
        kind=extracted.kind,
        checks=_checks(verdict),
        issuer_id=ring.issuer.id if ring else "",
        issuer_name=ring.issuer.name if ring else "",
    )
    if verdict.claims is None:
        return report
    try:
        entry = queries.find_entry_of_document(session, _canonical_sha256(extracted.credential_bytes))
    except SQLAlchemyError as error:  # "could not be checked" must never look like a yes, nor like a no
        log.warning("register unavailable", extra={"fields": {"error": type(error).__name__}})
        session.rollback()
        judged = judge(verdict, keys=keys, status=None, now=clock.now())
        facts = facts_of_claims(verdict.claims, None)
        return replace(report, state=judged.state, checks=_checks(judged), facts=facts)
    if entry is None:
        return replace(report, state=State.UNKNOWN, checks={**report.checks, "status": False})
    judged = judge(verdict, keys=keys, status=_standing(entry), now=clock.now())
    ours = _file_is_ours(session, entry, data) if extracted.kind == "pdf" else None
    return _with_register(report, entry, judged, file_is_ours=ours)


def _with_register(report: Report, entry: Entry, judged: Verdict, *, file_is_ours: bool | None) -> Report:
    """The report once the register has answered; an edited file matters only around a good credential."""
    state, checks = judged.state, _checks(judged)
    if file_is_ours is not None:
        checks["file"] = file_is_ours
        state = State.ALTERED if state is State.VALID and not file_is_ours else state
    return replace(
        report,
        state=state,
        checks=checks,
        number=entry.number,
        facts=facts_of_claims(judged.claims, entry) if judged.claims else None,
        since=_since(entry, judged.state),
        reason=entry.reason,
        superseded_by=_superseded_by(judged),
        key_id=entry.key_id,
        list_number=entry.list_number,
    )


def _canonical_sha256(document: bytes) -> str:
    """The hash of a credential however its JSON was laid out."""
    return hashlib.sha256(serialise(strict_json.parse(document))).hexdigest()


def _file_is_ours(session: Session, entry: Entry, data: bytes) -> bool:
    row = queries.find_file_of(session, entry.certificate_id, hashlib.sha256(data).hexdigest())
    return row is not None and is_ours(session, row, data)


def name_matches(session: Session, number: str, typed: str) -> bool | None:
    """Is `typed` the holder's name, whatever its accents, capitals and order? None once the holder is erased.

    Raises NotFoundError on an unknown number. The caller spends the budgets first.
    """
    entry = queries.find_entry(session, number)
    if entry is None:
        raise NotFoundError("certificate")
    if entry.holder_name is None:
        return None
    given, held = sorted(folded_name(typed)), sorted(folded_name(entry.holder_name))
    return hmac.compare_digest(" ".join(given).encode(), " ".join(held).encode()) and bool(given)
