"""Signing: one Data Integrity proof, cryptosuite eddsa-rdfc-2022 (W3C vc-di-eddsa)."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from certificates import contexts, strict_json
from certificates.canonical import Loader, canonical_form
from certificates.credential import Credential
from certificates.errors import MalformedDocumentError
from certificates.keys import Signer, encode_base58

CRYPTOSUITE = "eddsa-rdfc-2022"


def sign(credential: Credential, signer: Signer, now: datetime) -> dict[str, Any]:
    """The credential with its proof, created `now` (aware; kept to the second).

    MalformedDocumentError when the result would be larger than verifiers read.
    """
    signed = sign_document(credential.to_dict(), signer, now)
    if len(serialise(signed)) > strict_json.MAX_BYTES:
        raise MalformedDocumentError(f"The credential is larger than {strict_json.MAX_BYTES} bytes.")
    return signed


def serialise(document: Mapping[str, Any]) -> bytes:
    """The one byte form we store, attach and hash: canonical JSON (RFC 8785)."""
    return strict_json.serialise(document)


def file_signature(data: bytes, signer: Signer) -> bytes:
    """The detached 64-byte signature over the SHA-256 of a finished file, so that "these bytes are ours" can be told.

    It cannot be taken for a proof: a proof signs 64 bytes, this signs 32.
    """
    return signer.sign(hashlib.sha256(data).digest())


def sign_document(document: Mapping[str, Any], signer: Signer, now: datetime) -> dict[str, Any]:
    """Any document of ours with its proof; it must name the issuer that owns the signer's key."""
    issuer = document["issuer"]
    issuer_id = issuer["id"] if isinstance(issuer, Mapping) else issuer
    if signer.key_id.partition("#")[0] != issuer_id:
        raise MalformedDocumentError(f"The key {signer.key_id} does not belong to the issuer {issuer_id}.")
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": CRYPTOSUITE,
        "created": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": signer.key_id,
        "proofPurpose": "assertionMethod",
    }
    signature = signer.sign(signing_input(document, options))
    return {**document, "proof": {**options, "proofValue": encode_base58(signature)}}


def signing_input(document: Mapping[str, Any], options: Mapping[str, Any], loader: Loader = contexts.load) -> bytes:
    """The 64 bytes under the signature: SHA-256 of the proof options, then of the document.

    `document` carries no proof and `options` no proofValue; the options are read in the
    document's context (vc-di-eddsa §3.2.4, §3.2.5).
    """
    configuration = {"@context": document["@context"], **options}
    proof_hash = hashlib.sha256(canonical_form(configuration, loader)).digest()
    return proof_hash + hashlib.sha256(canonical_form(document, loader)).digest()
