"""Checking files on a disk: which ones, against which keys and status lists, and what came of each."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from certificates import strict_json
from certificates.credential import Credential
from certificates.errors import CertificateError, ExtractionError, KeyMaterialError, StatusListError
from certificates.extraction import DEFAULT_LIMITS, extract_bounded
from certificates.jwt import longest
from certificates.keys import KeyRing
from certificates.signed import read_signed
from certificates.status_list import StatusList
from certificates.verification import Check, State, Verdict, authenticate, judge, read_status_list, same_claims

SUFFIXES = frozenset({".pdf", ".png", ".svg", ".json", ".jwt", ".jws"})
_FILE_BYTES = DEFAULT_LIMITS.file_bytes + 1  # one more, so that a larger file is seen to be one
_LIST_BYTES = longest(strict_json.MAX_LIST_BYTES)


@dataclass(slots=True)
class StatusLists:
    """The status lists that were given; each is verified once, however many certificates ask."""

    documents: Sequence[bytes]
    _known: dict[tuple[str, str], StatusList | StatusListError] = field(default_factory=dict)

    def for_credential(self, credential: Credential, keys: KeyRing, now: datetime) -> StatusList | bytes | None:
        """The list the credential names, or one that will say what is wrong with it, or None without any."""
        key = (credential.status.list_url, credential.issuer.id)
        if key not in self._known:
            self._known[key] = self._read(*key, keys, now)
        found = self._known[key]
        if isinstance(found, StatusList):
            return found
        return next(iter(self._named(key[0]) or self.documents), None)

    def _read(self, list_url: str, issuer_id: str, keys: KeyRing, now: datetime) -> StatusList | StatusListError:
        """Of several copies of one list, the newest that can be trusted."""
        problem = StatusListError("No status list was given.")
        for document in self._named(list_url):
            try:
                return read_status_list(document, list_url=list_url, issuer_id=issuer_id, keys=keys, now=now)
            except StatusListError as error:
                problem = error
        return problem

    def _named(self, list_url: str) -> list[bytes]:
        """The documents that say they are that list, the newest first."""
        dated = [(_claim(document, "validFrom"), document) for document in self.documents if _is(document, list_url)]
        return [document for _date, document in sorted(dated, key=lambda pair: pair[0], reverse=True)]


def verify_file(path: Path, *, keys: KeyRing, lists: StatusLists, now: datetime) -> Verdict:
    """The verdict on the credential in a file on the disk."""
    try:
        data = read(path, _FILE_BYTES)
    except ExtractionError as error:
        return Verdict(State.MALFORMED, (Check("format", False, str(error)),))
    return verify_bytes(data, keys=keys, lists=lists, now=now)


def verify_bytes(data: bytes, *, keys: KeyRing, lists: StatusLists, now: datetime) -> Verdict:
    """The verdict on the credential in a file of any kind; never raises for what is in it."""
    try:
        found = extract_bounded(data)
    except ExtractionError as error:
        return Verdict(State.MALFORMED, (Check("format", False, str(error)),))
    verdict = authenticate(found.credential_bytes, keys=keys)
    if verdict.state is State.WRONG_ISSUER and not keys.keys:
        return Verdict(State.UNKNOWN, (Check("signature", None, "No keys were given."),))
    if verdict.claims is None:
        return verdict
    verdict = judge(verdict, keys=keys, status=lists.for_credential(verdict.claims, keys, now), now=now)
    if found.second is None or same_claims(verdict, found.second, keys=keys):
        return verdict
    check = Check("file", False, "The two forms of the credential in this file do not say the same.")
    state = State.ALTERED if verdict.state is State.VALID else verdict.state
    return replace(verdict, state=state, checks=(*verdict.checks, check))


def read_keys(path: Path) -> KeyRing:
    """The keys of a did.json or jwks.json."""
    document = strict_json.parse(read(path, strict_json.MAX_BYTES + 1))
    if not isinstance(document, dict):
        raise KeyMaterialError("The key file is neither a DID document nor a key set.")
    return KeyRing.from_document(document)


def read_lists(paths: Iterable[Path]) -> StatusLists:
    """The status lists in those files, in either form, nothing of them verified yet."""
    return StatusLists([read(path, _LIST_BYTES + 1) for path in paths])


def read(path: Path, most: int) -> bytes:
    """So many first bytes of a file; ExtractionError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise ExtractionError(f"{path} cannot be read.") from error


def certificates_in(paths: Iterable[Path], besides: Iterable[Path] = ()) -> Iterator[Path]:
    """Each file that was named, and those of known suffixes in each directory, without the ones `besides`."""
    others = {path.resolve() for path in besides}
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        inside = [file for file in _walk(path) if file.resolve() not in others]
        if not inside:
            raise ExtractionError(f"{path} contains no file whose name ends in {', '.join(sorted(SUFFIXES))}.")
        yield from inside


def _walk(directory: Path) -> Iterator[Path]:
    for folder, subfolders, names in os.walk(directory):
        subfolders.sort()
        for name in sorted(names):
            file = Path(folder, name)
            if file.suffix.lower() in SUFFIXES and file.is_file():
                yield file


def _is(document: bytes, list_url: str) -> bool:
    return _claim(document, "id") == list_url


def _claim(document: bytes, name: str) -> str:
    """What an unverified document says under that name: good for choosing it, never for believing it."""
    try:
        value = read_signed(document, max_bytes=strict_json.MAX_LIST_BYTES).content.get(name)
    except CertificateError:
        return ""
    return value if isinstance(value, str) else ""
