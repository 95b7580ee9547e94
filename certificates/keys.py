"""Ed25519 keys: making, keeping and publishing them, and the ring of those we verify with."""

import base64
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from certificates.errors import KeyMaterialError

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519_PREFIX = b"\xed\x01"  # multicodec ed25519-pub, as a varint
_FIELD = 2**255 - 19
# The y coordinates of the points of order 1, 2, 4 and 8 (RFC 8032, curve edwards25519).
# A key among them accepts a signature on any message.
_SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        _FIELD - 1,
        int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
        int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
    }
)


class KeyState(StrEnum):
    """What a key may still be used for."""

    ACTIVE = "active"
    RETIRED = "retired"  # signs nothing new; what it signed still verifies
    COMPROMISED = "compromised"  # nothing it signed is believed on its signature alone


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One published key: `id` is the full DID URL, `multibase` a Multikey, `since` when its state began."""

    id: str
    multibase: str
    state: KeyState = KeyState.ACTIVE
    since: datetime | None = None

    def __post_init__(self) -> None:
        issuer, separator, fragment = self.id.partition("#")
        if not issuer or not separator or not fragment or fragment.startswith("z6Mk"):
            # Some verifiers take a #z6Mk… fragment for the key itself, which would defeat rotation.
            raise KeyMaterialError(f"The key id {self.id} must read issuer#name, and not repeat the key.")
        decode_multikey(self.multibase)
        object.__setattr__(self, "state", KeyState(self.state))

    @property
    def issuer_id(self) -> str:
        """The DID the key belongs to."""
        return self.id.partition("#")[0]

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether `signature` (64 bytes) over `message` was made with this key's private half."""
        key = Ed25519PublicKey.from_public_bytes(decode_multikey(self.multibase))
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The only keys a signature is checked against; a key carried in a document is never one of them."""

    keys: tuple[PublicKey, ...] = ()

    def __post_init__(self) -> None:
        if len({key.id for key in self.keys}) != len(self.keys):
            raise KeyMaterialError("Two keys of the ring have the same id.")

    @property
    def issuers(self) -> frozenset[str]:
        """The DIDs this ring can speak for."""
        return frozenset(key.issuer_id for key in self.keys)

    def find(self, key_id: str) -> PublicKey | None:
        """The key with that full id, or None."""
        return next((key for key in self.keys if key.id == key_id), None)

    @classmethod
    def from_did_document(cls, document: Mapping[str, Any]) -> Self:
        """Read a did.json; a key no longer named in `assertionMethod` counts as compromised."""
        try:
            issuer_id, trusted = document["id"], document["assertionMethod"]
            return cls(tuple(_key_of_method(method, issuer_id, trusted) for method in document["verificationMethod"]))
        except (KeyError, TypeError, AttributeError) as error:
            raise KeyMaterialError("The key file is not a DID document with Multikey methods.") from error

    @classmethod
    def from_jwks(cls, document: Mapping[str, Any]) -> Self:
        """Read a jwks.json whose `kid` are full DID URLs; it lists no withdrawn key, so a missing one is unknown."""
        try:
            return cls(tuple(_key_of_jwk(jwk) for jwk in document["keys"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise KeyMaterialError("The key file is not a set of public Ed25519 keys with DID URLs.") from error

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Read either of the two files an issuer publishes, did.json or jwks.json."""
        return cls.from_jwks(document) if "keys" in document else cls.from_did_document(document)


def _key_of_method(method: Mapping[str, Any], issuer_id: str, trusted: Iterable[str]) -> PublicKey:
    if method["type"] != "Multikey" or method["controller"] != issuer_id:
        raise KeyMaterialError("The key file lists a method that is not a Multikey of its own issuer.")
    state = KeyState.ACTIVE if method["id"] in list(trusted) else KeyState.COMPROMISED
    key = PublicKey(method["id"], method["publicKeyMultibase"], state)
    if key.issuer_id != issuer_id:
        raise KeyMaterialError("The key file lists a key of another issuer.")
    return key


def did_document(issuer_id: str, ring: KeyRing) -> dict[str, Any]:
    """The document for `/.well-known/did.json`: every key, and which of them may be believed."""
    keys = [key for key in ring.keys if key.issuer_id == issuer_id]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": issuer_id,
        "verificationMethod": [
            {"id": key.id, "type": "Multikey", "controller": issuer_id, "publicKeyMultibase": key.multibase}
            for key in keys
        ],
        "assertionMethod": [key.id for key in keys if key.state is not KeyState.COMPROMISED],
    }


def jwks(ring: KeyRing) -> dict[str, Any]:
    """The JSON Web Key Set (RFC 7517, RFC 8037) of every key that may still be believed."""
    return {"keys": [_jwk(key) for key in ring.keys if key.state is not KeyState.COMPROMISED]}


def _jwk(key: PublicKey) -> dict[str, str]:
    raw = decode_multikey(key.multibase)
    x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
    return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": key.id, "use": "sig", "alg": "EdDSA"}


def _key_of_jwk(jwk: Mapping[str, Any]) -> PublicKey:
    if (jwk["kty"], jwk["crv"], jwk.get("alg", "EdDSA")) != ("OKP", "Ed25519", "EdDSA") or "d" in jwk:
        raise KeyMaterialError("The key file lists something else than a public Ed25519 key.")
    raw = base64.b64decode(jwk["x"] + "=", altchars=b"-_", validate=True)
    if len(raw) != 32:
        raise KeyMaterialError("The key file lists a key of another length.")
    return PublicKey(jwk["kid"], encode_multikey(raw))


class Signer(Protocol):
    """Whatever holds a private key: a file here, a hardware module elsewhere."""

    @property
    def key_id(self) -> str:
        """The full DID URL of the key, as published."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature of `message`."""
        ...


class FileSigner:
    """A private key read from, or to be saved to, a PKCS#8 PEM file."""

    def __init__(self, key_id: str, private_key: Ed25519PrivateKey) -> None:
        self._key_id = key_id
        self._private_key = private_key
        self.public_key()  # refuses an id that could not be published

    @property
    def key_id(self) -> str:
        """The full DID URL of the key, as published."""
        return self._key_id

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature of `message` (RFC 8032)."""
        return self._private_key.sign(message)

    def public_key(self, state: KeyState = KeyState.ACTIVE, since: datetime | None = None) -> PublicKey:
        """The half to publish."""
        raw = self._private_key.public_key().public_bytes_raw()
        return PublicKey(self._key_id, encode_multikey(raw), state, since)

    @classmethod
    def from_pem(cls, path: Path, passphrase: bytes | None = None, *, key_id: str) -> Self:
        """Open a PEM file only its owner may read; KeyMaterialError says what is wrong with it."""
        return cls.from_pem_bytes(read_private_file(path), passphrase, key_id=key_id)

    @classmethod
    def from_pem_bytes(cls, data: bytes, passphrase: bytes | None = None, *, key_id: str) -> Self:
        """Open a PEM already in memory."""
        try:
            key = serialization.load_pem_private_key(data, passphrase)
        except (ValueError, TypeError) as error:
            raise KeyMaterialError("The signing key cannot be opened: wrong passphrase or not a PKCS#8 PEM.") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyMaterialError("The signing key is not an Ed25519 key.")
        return cls(key_id, key)

    def to_pem(self, passphrase: bytes | None = None) -> bytes:
        """The PKCS#8 PEM, encrypted when a passphrase is given."""
        protection = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
        return self._private_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection
        )

    def save_pem(self, path: Path, passphrase: bytes | None = None) -> None:
        """Write the PEM with mode 0400; an existing file is never overwritten."""
        write_private_file(path, self.to_pem(passphrase))


def generate_key(key_id: str) -> FileSigner:
    """A new Ed25519 key; `key_id` is the full DID URL it will be published under."""
    return FileSigner(key_id, Ed25519PrivateKey.generate())


def read_private_file(path: Path) -> bytes:
    """The first 16 KiB of a file only its owner may read; KeyMaterialError when others may."""
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise KeyMaterialError(f"Others may read the key file {path}; run chmod 400 on it first.")
            return file.read(16 * 1024)
    except OSError as error:
        raise KeyMaterialError(f"The key file {path} cannot be read.") from error


def write_private_file(path: Path, data: bytes) -> None:
    """Write a new file of mode 0400, safely on disk when this returns; an existing one is never overwritten."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    except OSError as error:
        raise KeyMaterialError(f"The key file {path} cannot be created.") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def encode_multikey(raw: bytes) -> str:
    """32 bytes of an Ed25519 public key as a Multikey: z, then base58btc of 0xed01 and the key."""
    return encode_base58(_ED25519_PREFIX + raw)


def decode_multikey(multibase: str) -> bytes:
    """The 32 bytes of a Multikey; KeyMaterialError for other kinds, and for keys of small order."""
    data = decode_base58(multibase)
    if len(data) != 34 or not data.startswith(_ED25519_PREFIX):
        raise KeyMaterialError("The key is not an Ed25519 Multikey.")
    raw = data[2:]
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    if y >= _FIELD or y in _SMALL_ORDER_Y:
        raise KeyMaterialError("The key is one that would accept any signature.")
    return raw


def encode_base58(data: bytes) -> str:
    """Multibase base58btc: z, then the digits of the Bitcoin alphabet."""
    number = int.from_bytes(data, "big")
    digits = ""
    while number:
        number, digit = divmod(number, 58)
        digits = _BASE58[digit] + digits
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + _BASE58[0] * zeros + digits


def decode_base58(text: str) -> bytes:
    """The bytes of a multibase base58btc text of at most 128 characters."""
    if not isinstance(text, str) or not text.startswith("z") or len(text) > 128:
        raise KeyMaterialError("The text is not base58btc.")
    number = 0
    for character in text[1:]:
        digit = _BASE58.find(character)
        if digit < 0:
            raise KeyMaterialError("The text is not base58btc.")
        number = number * 58 + digit
    zeros = len(text) - 1 - len(text[1:].lstrip(_BASE58[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
