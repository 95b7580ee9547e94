"""Credentials and status lists as VC-JWT: a compact JWS around the JSON (W3C VC-JOSE-COSE, RFC 7515, RFC 8037).

The payload is the document without proof, and the claims Open Badges 3.0 §8.2.4 asks for: `iss`,
`jti` and `nbf`, and `exp` when the document ends. Each repeats a field of the document, so that a
reader who knows JWT alone refuses what is expired; one that says otherwise is refused here.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from certificates import strict_json
from certificates.credential import Credential
from certificates.errors import KeyMaterialError, MalformedDocumentError
from certificates.keys import KeyRing, KeyState, Signer
from certificates.status_list import StatusList, unsigned_status_list

_CLAIMS = frozenset({"iss", "jti", "nbf", "exp"})
_HEADER_MAX_BYTES = 1024
_BASE64URL = re.compile(rb"[A-Za-z0-9_-]+")
_SIGNATURE_CHARACTERS = 86


def longest(payload_bytes: int) -> int:
    """How many bytes a JWT around so large a payload may have."""
    return (_HEADER_MAX_BYTES + payload_bytes + 2) * 4 // 3 + _SIGNATURE_CHARACTERS + 4


def sign_jwt(credential: Credential, signer: Signer) -> str:
    """The credential as VC-JWT: always the same text for the same credential and key.

    MalformedDocumentError when the key is another issuer's, or verifiers would not read so much.
    """
    return _sign(credential.to_dict(), signer, strict_json.MAX_BYTES)


def sign_status_list_jwt(
    status_list: StatusList, *, list_url: str, signer: Signer, now: datetime, valid_for: timedelta
) -> str:
    """The status list as VC-JWT, signed `now` (aware) and good for `valid_for`."""
    document = unsigned_status_list(status_list, list_url=list_url, signer=signer, now=now, valid_for=valid_for)
    return _sign(document, signer, strict_json.MAX_LIST_BYTES)


def looks_like_jwt(data: bytes) -> bool:
    """Whether the bytes can be a compact JWS at all, and cannot be JSON."""
    return data.startswith(b"eyJ")


@dataclass(frozen=True, slots=True)
class Jwt:
    """A JWT as it was read, nothing of it verified: `content` is the document without the claims."""

    content: dict[str, Any]
    header: dict[str, Any]
    payload: bytes
    signed_part: bytes
    signature: bytes

    def check(self, issuer_id: str, keys: KeyRing) -> KeyState:
        """The state of the ring's key whose signature is good; CertificateError when it is not good."""
        key_id = self.header.get("kid")
        # Compared whole: another algorithm, a key carried along or a field unheard of is not ours.
        if not isinstance(key_id, str) or self.header != _header(key_id):
            raise MalformedDocumentError("The signature is of a kind we do not make.")
        key = keys.find(key_id)
        if key is None or key.issuer_id != issuer_id:
            raise KeyMaterialError("The signature names a key the issuer has not published here.")
        if not key.verifies(self.signature, self.signed_part):
            raise MalformedDocumentError("The signature does not match: the document has been changed.")
        if self.payload != _payload(self.content):
            raise MalformedDocumentError("The claims of the JWT are not those of the document in it.")
        return key.state

    def shown(self) -> dict[str, Any]:
        """Header and payload, as they are."""
        return {"header": self.header, "payload": strict_json.parse(self.payload, max_bytes=len(self.payload))}


def parse_jwt(data: bytes, *, max_payload_bytes: int = strict_json.MAX_BYTES) -> Jwt:
    """Read a compact JWS; MalformedDocumentError unless it has its one possible form.

    Refused: padding, other alphabets, bits beyond the last byte, more or fewer than three parts,
    and whatever strict_json refuses in the header or the payload.
    """
    if len(data) > longest(max_payload_bytes):
        raise MalformedDocumentError("The JWT is too large.")
    parts = data.split(b".", 3)
    if len(parts) != 3:
        raise MalformedDocumentError("The JWT does not have three parts.")
    header_bytes, payload, signature = (_decode(part) for part in parts)
    header = strict_json.parse(header_bytes, max_bytes=_HEADER_MAX_BYTES)
    content = strict_json.parse(payload, max_bytes=max_payload_bytes)
    if not isinstance(header, dict) or not isinstance(content, dict):
        raise MalformedDocumentError("The JWT does not contain two JSON objects.")
    if strict_json.serialise(header) != header_bytes:
        raise MalformedDocumentError("The header of the JWT is not in its one form.")
    document = {name: value for name, value in content.items() if name not in _CLAIMS}
    return Jwt(document, header, payload, parts[0] + b"." + parts[1], signature)


def _sign(document: Mapping[str, Any], signer: Signer, max_bytes: int) -> str:
    payload = _payload(document)
    if len(payload) > max_bytes:
        raise MalformedDocumentError(f"The document is larger than {max_bytes} bytes.")
    if signer.key_id.partition("#")[0] != _issuer_id(document):
        raise MalformedDocumentError(f"The key {signer.key_id} does not belong to the issuer of the document.")
    signed_part = _encode(strict_json.serialise(_header(signer.key_id))) + b"." + _encode(payload)
    return (signed_part + b"." + _encode(signer.sign(signed_part))).decode("ascii")


def _header(key_id: str) -> dict[str, str]:
    return {"alg": "EdDSA", "typ": "vc+jwt", "cty": "vc", "kid": key_id}


def _payload(document: Mapping[str, Any]) -> bytes:
    """The document and the claims that follow from it, in the one byte form we sign."""
    try:
        claims = {"iss": _issuer_id(document), "jti": document["id"], "nbf": _seconds(document["validFrom"])}
        if "validUntil" in document:
            claims["exp"] = _seconds(document["validUntil"])
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedDocumentError("The document in the JWT lacks what every credential has.") from error
    return strict_json.serialise({**document, **claims})


def _issuer_id(document: Mapping[str, Any]) -> Any:
    issuer = document["issuer"]
    return issuer["id"] if isinstance(issuer, Mapping) else issuer


def _seconds(text: str) -> int:
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())


def _encode(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _decode(part: bytes) -> bytes:
    if not _BASE64URL.fullmatch(part):
        raise MalformedDocumentError("The JWT is not in base64url without padding.")
    try:
        data = base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    except binascii.Error as error:
        raise MalformedDocumentError("The JWT is cut short.") from error
    if _encode(data) != part:
        raise MalformedDocumentError("The JWT has bits beyond its last byte.")
    return data
