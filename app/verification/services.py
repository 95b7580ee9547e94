"""Services of the public counter: by number, by file, in bulk, by name. Nothing that is shown here is ever stored."""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.certification.files import is_ours
from app.certification.keyring import Ring, current_ring, ring_of
from app.foundation import clock
from app.foundation.errors import NotFoundError
from app.foundation.folding import folded_name
from app.verification import queries, standings
from app.verification.memory import CHANGED, signatures
from app.verification.queries import Entry
from app.verification.reports import Kind, Report, facts_of_claims, facts_of_entry
from app.verification.standings import UNTOLD, checks_of, standing_of, superseded_by
from certificates import strict_json
from certificates.credential import Credential
from certificates.errors import ExtractionError
from certificates.extraction import Extracted, extract_bounded
from certificates.jwt import Jwt
from certificates.keys import KeyRing
from certificates.signed import EmbeddedProof, read_signed
from certificates.signing import serialise
from certificates.verification import State, Verdict, authenticate, judge

log = logging.getLogger("app.verification")


def verify_number(session: Session, number: str, key: str = "") -> Report:
    """The report on a public number; the name shows with the printed key. Raises NotFoundError."""
    entry = queries.find_entry(session, number)
    if entry is None:
        raise NotFoundError("certificate")
    return _report_of_entry(session, entry, key)


def verify_numbers(session: Session, numbers: Sequence[str]) -> dict[str, Report]:
    """Many reports in one reading; a number nobody has is absent."""
    return reports_of(session, queries.find_entries(session, numbers))


def reports_of(session: Session, entries: Mapping[str, Entry]) -> dict[str, Report]:
    """The reports on many entries, names masked; what memory does not hold is read in one statement."""
    new = [entry.sha256 for entry in entries.values() if not signatures.knows(entry.sha256, entry.ring_version)]
    documents = queries.find_credentials(session, new) if new else {}
    return {number: _report_of_entry(session, entry, "", documents) for number, entry in entries.items()}


def _report_of_entry(
    session: Session, entry: Entry, key: str, documents: Mapping[str, str | None] | None = None
) -> Report:
    ring = ring_of(session, entry.ring_version)
    verdict = _judged(session, entry, ring, documents or {})
    return Report(
        state=verdict.state,
        kind="number",
        checks=checks_of(verdict),
        issuer_id=ring.issuer.id if ring else "",
        issuer_name=ring.issuer.name if ring else "",
        number=entry.number,
        facts=None if verdict.state is State.TAMPERED else facts_of_entry(entry, name_shown=_name_shown(entry, key)),
        since=standings.since(entry, verdict),
        reason=entry.reason,
        superseded_by=superseded_by(verdict),
        key_id=entry.key_id,
        key_withdrawn_at=entry.key_since if entry.compromised_from else None,
        list_number=entry.list_number,
    )


def _judged(session: Session, entry: Entry, ring: Ring | None, documents: Mapping[str, str | None]) -> Verdict:
    keys = ring.keys if ring else KeyRing()

    def load() -> str | None:
        held = documents.get(entry.sha256)
        return held if held is not None else queries.find_credential(session, entry.sha256)

    if entry.holder_name is None:  # the holder is erased: the register answers for the document it no longer holds
        return standings.by_register_alone(entry)
    verdict = signatures.verdict(entry.sha256, entry.ring_version, keys, load)
    if verdict is None:
        return CHANGED
    if verdict.state is State.KEY_WITHDRAWN:
        return standings.with_withdrawn_key(verdict, entry, None)
    if verdict.claims is not None and not _agrees(verdict.claims, entry):
        log.error("register and signed document disagree", extra={"fields": {"certificate": entry.number}})
        return CHANGED
    return judge(verdict, keys=keys, status=standing_of(entry), now=clock.now())


def _agrees(claims: Credential, entry: Entry) -> bool:
    """Does the register say what the signed document says? A row edited behind our back must not be shown."""
    return (
        claims.holder.name == entry.holder_name
        and claims.achievement.name == entry.name.get(claims.achievement.language)
        and claims.achievement.tier == facts_of_entry(entry, name_shown=False).tier
        and claims.valid_from == entry.issued_at.replace(microsecond=0)
        and claims.valid_until == (entry.expires_at.replace(microsecond=0) if entry.expires_at else None)
    )


def _name_shown(entry: Entry, key: str) -> bool:
    if entry.name_public:
        return True
    return bool(key) and entry.reveal_key is not None and hmac.compare_digest(key.encode(), entry.reveal_key.encode())


def verify_file(session: Session, data: bytes) -> Report:
    """The report on a PDF, PNG, SVG, JSON or JWT: two verdicts, on the credential in it and on the file around it."""
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
        checks=checks_of(verdict),
        issuer_id=ring.issuer.id if ring else "",
        issuer_name=ring.issuer.name if ring else "",
    )
    if verdict.claims is None and verdict.state is not State.KEY_WITHDRAWN:
        return report
    return _by_register(session, report, verdict, _Sent(data, extracted, keys))


class _Sent:
    """A file as it came, and what was found in it."""

    def __init__(self, data: bytes, extracted: Extracted, keys: KeyRing) -> None:
        self.data = data
        self.kind: Kind = extracted.kind
        self.keys = keys
        self.is_jwt = extracted.is_jwt
        self.document = extracted.credential_bytes

    @property
    def sha256(self) -> str:
        """The hash under which the register knows it, however its JSON was laid out."""
        document = self.document.strip(b" \t\r\n")
        return hashlib.sha256(document if self.is_jwt else serialise(strict_json.parse(document))).hexdigest()

    def claims(self) -> Credential:
        """What it says: only after its signature was found good, if of a key withdrawn since."""
        return Credential.from_dict(read_signed(self.document).content)

    def key_id(self) -> str:
        """The full id of the key that signed it."""
        signed = read_signed(self.document)
        if isinstance(signed, EmbeddedProof):
            return str(signed.proof["verificationMethod"])
        return str(signed.header["kid"]) if isinstance(signed, Jwt) else ""


def _by_register(session: Session, report: Report, verdict: Verdict, sent: _Sent) -> Report:
    """The report on a document whose signature is good, once the register was asked for it."""
    withdrawn = verdict.state is State.KEY_WITHDRAWN
    if withdrawn:
        key = sent.keys.find(sent.key_id())
        report = replace(
            report,
            key_id=sent.key_id().partition("#")[2],
            key_withdrawn_at=key.since if key else None,
            since=key.since if key else None,
        )
    try:
        entry = queries.find_entry_of_document(session, sent.sha256, is_jwt=sent.is_jwt)
    except SQLAlchemyError as error:  # "could not be checked" must never look like a yes, nor like a no
        log.warning("register unavailable", extra={"fields": {"error": type(error).__name__}})
        session.rollback()
        if verdict.claims is None:
            return report
        judged = judge(verdict, keys=sent.keys, status=None, now=clock.now())
        facts = facts_of_claims(verdict.claims, None)
        return replace(report, state=judged.state, checks=checks_of(judged), facts=facts)
    if entry is None:
        return replace(report, state=State.UNKNOWN, checks={**report.checks, "status": False}, since=None)
    if withdrawn:
        claims = sent.claims() if entry.holder_name is None else None
        judged = standings.with_withdrawn_key(verdict, entry, claims)
    else:
        judged = judge(verdict, keys=sent.keys, status=standing_of(entry), now=clock.now())
    return _with_register(report, entry, judged, file_is_ours=_file_is_ours(session, entry, sent))


def _with_register(report: Report, entry: Entry, judged: Verdict, *, file_is_ours: bool | None) -> Report:
    """The report once the register has answered; an edited file matters only around a good credential."""
    state, checks = judged.state, checks_of(judged)
    if file_is_ours is not None:
        checks["file"] = file_is_ours
        state = State.ALTERED if state is State.VALID and not file_is_ours else state
    return replace(
        report,
        state=state,
        checks=checks,
        number=entry.number,
        facts=facts_of_claims(judged.claims, entry) if judged.claims else None,
        since=standings.since(entry, judged),
        reason=entry.reason,
        superseded_by=superseded_by(judged),
        key_id=entry.key_id,
        key_withdrawn_at=entry.key_since if entry.compromised_from else None,
        list_number=entry.list_number,
    )


def _file_is_ours(session: Session, entry: Entry, sent: _Sent) -> bool | None:
    """Are these the very bytes we drew? Asked of a PDF alone: the bytes of a badge are a picture, the same for many."""
    if sent.kind != "pdf":
        return None
    kept = queries.find_file_of(session, entry.certificate_id, hashlib.sha256(sent.data).hexdigest())
    return kept is not None and (kept.vouched or is_ours(session, kept.file, sent.data))


def is_being_signed(session: Session, number: str, key: str) -> bool:
    """Does this number wait for its first signature? Said only to whoever has its printed key."""
    return bool(key) and queries.is_being_signed(session, number, key)


def name_matches(session: Session, number: str, typed: str) -> bool | None:
    """Is `typed` the holder's name, whatever its accents, capitals and order? None once the holder is erased.

    Raises NotFoundError on an unknown number. The caller spends the budgets first.
    """
    entry = queries.find_entry(session, number)
    if entry is None:
        raise NotFoundError("certificate")
    return names_agree(typed, entry.holder_name)


def names_agree(typed: str, held: str | None) -> bool | None:
    """Are they the same words? None where no name is held."""
    if held is None:
        return None
    ours, given = (" ".join(sorted(folded_name(name))) for name in (held, typed))
    return hmac.compare_digest(given.encode(), ours.encode()) and bool(given)
