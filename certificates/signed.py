"""A signed document, whichever of its two forms it comes in: JSON with a proof inside, or a VC-JWT."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from certificates import jwt, strict_json
from certificates.errors import KeyMaterialError, MalformedDocumentError
from certificates.keys import KeyRing, KeyState, decode_base58
from certificates.signing import CRYPTOSUITE, signing_input

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_PROOF_FIELDS = frozenset({"type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue"})


class Signed(Protocol):
    """What was signed, and how to tell whether it was."""

    @property
    def content(self) -> Mapping[str, Any]:
        """The document without proof or envelope; not to be believed before check."""
        ...

    def check(self, issuer_id: str, keys: KeyRing) -> KeyState:
        """The state of the ring's key whose signature is good; CertificateError when it is not good."""
        ...

    def shown(self) -> dict[str, Any]:
        """All of it for a reader who wants to see what is in there, nothing verified."""
        ...


def read_signed(document: bytes | Mapping[str, Any], *, max_bytes: int = strict_json.MAX_BYTES) -> Signed:
    """Tell the two forms apart by content and read the document, which has at most `max_bytes`."""
    data = document.strip(b" \t\r\n") if isinstance(document, bytes) else strict_json.serialise(dict(document))
    if jwt.looks_like_jwt(data):
        return jwt.parse_jwt(data, max_payload_bytes=max_bytes)
    parsed = strict_json.parse(data, max_bytes=max_bytes)
    if not isinstance(parsed, dict):
        raise MalformedDocumentError("The document is not a JSON object.")
    content = {name: value for name, value in parsed.items() if name != "proof"}
    return EmbeddedProof(content, parsed.get("proof"))


@dataclass(frozen=True, slots=True)
class EmbeddedProof:
    """A JSON document and the one Data Integrity proof it carried."""

    content: dict[str, Any]
    proof: Any

    def check(self, issuer_id: str, keys: KeyRing) -> KeyState:
        """The state of the ring's key whose signature is good; CertificateError when it is not good."""
        proof = _checked_proof(self.proof)
        key = keys.find(proof["verificationMethod"])
        if key is None or key.issuer_id != issuer_id:
            raise KeyMaterialError("The signature names a key the issuer has not published here.")
        options = {name: value for name, value in proof.items() if name != "proofValue"}
        if not key.verifies(decode_base58(proof["proofValue"]), signing_input(self.content, options)):
            raise MalformedDocumentError("The signature does not match: the document has been changed.")
        return key.state

    def shown(self) -> dict[str, Any]:
        """The document with its proof."""
        return self.content if self.proof is None else {**self.content, "proof": self.proof}


def _checked_proof(proof: Any) -> dict[str, str]:
    """The proof, when it is one of the kind we make."""
    if not isinstance(proof, dict) or proof.keys() != _PROOF_FIELDS:
        raise MalformedDocumentError("The document does not carry exactly one proof of the kind we make.")
    if not all(isinstance(value, str) for value in proof.values()):
        raise MalformedDocumentError("The proof has a field of another kind.")
    expected = ("DataIntegrityProof", CRYPTOSUITE, "assertionMethod")
    if (proof["type"], proof["cryptosuite"], proof["proofPurpose"]) != expected:
        raise MalformedDocumentError("The proof is of a kind we do not make.")
    if not _TIME.fullmatch(proof["created"]):
        raise MalformedDocumentError("The proof is not dated.")
    return proof
