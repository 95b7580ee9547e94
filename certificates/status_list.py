"""The list of revocation bits, as W3C Bitstring Status List v1.0."""

import base64
import binascii
import gzip
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from certificates import contexts
from certificates.errors import StatusListError
from certificates.keys import Signer
from certificates.signing import sign_document

MINIMUM_LENGTH = 131_072  # bits; fewer would tell holders apart (Bitstring Status List §6.1)
MAXIMUM_LENGTH = 2**24
TIME_TO_LIVE = timedelta(minutes=5)  # how long a copy may be kept: the list's `ttl` and the publisher's Cache-Control
TYPE = ["VerifiableCredential", "BitstringStatusListCredential"]


@dataclass(frozen=True, slots=True)
class StatusList:
    """A row of bits, most significant bit of the first byte first; a bit set means revoked."""

    data: bytes

    def __post_init__(self) -> None:
        if not MINIMUM_LENGTH <= len(self) <= MAXIMUM_LENGTH:
            raise StatusListError(f"A status list has {MINIMUM_LENGTH} to {MAXIMUM_LENGTH} bits.")

    def __len__(self) -> int:
        """How many bits the list has."""
        return len(self.data) * 8

    @classmethod
    def of(cls, revoked: Iterable[int] = (), length: int = MINIMUM_LENGTH) -> Self:
        """The list of `length` bits (a multiple of 8) with the bits of `revoked` set."""
        if length % 8 or not MINIMUM_LENGTH <= length <= MAXIMUM_LENGTH:
            raise StatusListError(f"A status list has {MINIMUM_LENGTH} to {MAXIMUM_LENGTH} bits, in whole bytes.")
        data = bytearray(length // 8)
        for index in revoked:
            if not 0 <= index < length:
                raise StatusListError(f"Index {index} is outside the status list.")
            data[index // 8] |= 0x80 >> index % 8
        return cls(bytes(data))

    def is_set(self, index: int) -> bool:
        """Whether the bit at `index` is set; StatusListError outside the list."""
        if not 0 <= index < len(self):
            raise StatusListError(f"Index {index} is outside the status list.")
        return bool(self.data[index // 8] & 0x80 >> index % 8)

    def with_bit(self, index: int) -> Self:
        """The same list with the bit at `index` set. No bit is ever cleared: revocation is final."""
        self.is_set(index)
        data = bytearray(self.data)
        data[index // 8] |= 0x80 >> index % 8
        return type(self)(bytes(data))


def encode(status_list: StatusList) -> str:
    """The list as `encodedList`: u, then base64url without padding of the gzipped bits."""
    compressed = gzip.compress(status_list.data, compresslevel=9, mtime=0)
    return "u" + base64.urlsafe_b64encode(compressed).rstrip(b"=").decode("ascii")


def decode(text: str) -> StatusList:
    """Read an `encodedList`, never inflating more than the longest list allowed."""
    if not text.startswith("u"):
        raise StatusListError("The status list is not in base64url.")
    try:
        compressed = base64.b64decode(text[1:] + "=" * (-len(text[1:]) % 4), altchars=b"-_", validate=True)
        inflater = zlib.decompressobj(wbits=31)
        data = inflater.decompress(compressed, MAXIMUM_LENGTH // 8 + 1)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise StatusListError("The status list cannot be decompressed.") from error
    if not inflater.eof or inflater.unused_data:
        raise StatusListError("The status list is cut short, or too long.")
    return StatusList(data)


def status_list_document(
    status_list: StatusList,
    *,
    list_url: str,
    issuer_id: str,
    valid_from: datetime,
    valid_until: datetime,
    ttl: int = TIME_TO_LIVE // timedelta(milliseconds=1),
) -> dict[str, Any]:
    """The unsigned status list credential; `ttl`, in milliseconds, is how long a copy may be kept."""
    return {
        "@context": [contexts.CREDENTIALS_V2],
        "id": list_url,
        "type": list(TYPE),
        "issuer": issuer_id,
        "validFrom": _time_text(valid_from),
        "validUntil": _time_text(valid_until),
        "credentialSubject": {
            "id": f"{list_url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "ttl": ttl,
            "encodedList": encode(status_list),
        },
    }


def unsigned_status_list(
    status_list: StatusList, *, list_url: str, signer: Signer, now: datetime, valid_for: timedelta
) -> dict[str, Any]:
    """The list as a credential of the signer's issuer, current from `now` (aware) and for `valid_for`."""
    begin = now.astimezone(UTC).replace(microsecond=0)
    return status_list_document(
        status_list,
        list_url=list_url,
        issuer_id=signer.key_id.partition("#")[0],
        valid_from=begin,
        valid_until=begin + valid_for,
    )


def signed_status_list(
    status_list: StatusList, *, list_url: str, signer: Signer, now: datetime, valid_for: timedelta
) -> dict[str, Any]:
    """The list as a credential of its own, signed `now` (aware) and good for `valid_for`."""
    document = unsigned_status_list(status_list, list_url=list_url, signer=signer, now=now, valid_for=valid_for)
    return sign_document(document, signer, now)


def _time_text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
