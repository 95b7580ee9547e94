"""Signing: the proof is the one W3C vc-di-eddsa describes, byte for byte."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certificates import contexts
from certificates.canonical import canonical_form
from certificates.credential import Evidence
from certificates.errors import CanonicalizationError, ContextError, MalformedDocumentError
from certificates.keys import FileSigner, PublicKey, decode_base58, encode_base58
from certificates.signing import serialise, sign, sign_document, signing_input
from tests.certificates.builders import DID, NOW, SIGNER, credential, signed

# The example of vc-di-eddsa, appendix B.1, typed in again.
W3C_CONTEXT = ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"]
W3C_DOCUMENT = {
    "@context": W3C_CONTEXT,
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}
W3C_KEY = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
W3C_PRIVATE_KEY = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
W3C_OPTIONS = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-rdfc-2022",
    "created": "2023-02-24T23:36:38Z",
    "verificationMethod": f"did:key:{W3C_KEY}#{W3C_KEY}",
    "proofPurpose": "assertionMethod",
}
W3C_DOCUMENT_HASH = "517744132ae165a5349155bef0bb0cf2258fff99dfe1dbd914b938d775a36017"
W3C_OPTIONS_HASH = "bea7b7acfbad0126b135104024a5f1733e705108f42d59668b05c0c50004c6b0"
W3C_SIGNATURE = "z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9iseabecm3ijx4K1FBTQsCZahKZme"


def with_examples(url: str, options: object = None) -> dict[str, Any]:
    """Our contexts, and the one the W3C example adds."""
    if url == W3C_CONTEXT[1]:
        examples = {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}
        return {"contextUrl": None, "documentUrl": url, "document": examples, "tag": "static"}
    return contexts.load(url, options)


def test_hashes_are_those_of_the_w3c_example() -> None:
    assert hashlib.sha256(canonical_form(W3C_DOCUMENT, with_examples)).hexdigest() == W3C_DOCUMENT_HASH
    assert signing_input(W3C_DOCUMENT, W3C_OPTIONS, with_examples).hex() == W3C_OPTIONS_HASH + W3C_DOCUMENT_HASH


def test_signature_is_that_of_the_w3c_example() -> None:
    message = signing_input(W3C_DOCUMENT, W3C_OPTIONS, with_examples)
    assert PublicKey("did:example:issuer#key", W3C_KEY).verifies(decode_base58(W3C_SIGNATURE), message)
    seed = decode_base58(W3C_PRIVATE_KEY)
    assert seed[:2] == b"\x80\x26"  # multicodec ed25519-priv
    assert encode_base58(Ed25519PrivateKey.from_private_bytes(seed[2:]).sign(message)) == W3C_SIGNATURE


def test_the_proof_names_its_key_and_its_time() -> None:
    proof = sign(credential(), SIGNER, NOW + timedelta(microseconds=7))["proof"]
    assert proof["type"] == "DataIntegrityProof"
    assert proof["cryptosuite"] == "eddsa-rdfc-2022"
    assert proof["created"] == "2026-11-22T10:00:00Z"
    assert proof["verificationMethod"] == f"{DID}#key-2026-01"
    assert proof["proofPurpose"] == "assertionMethod"
    assert len(decode_base58(proof["proofValue"])) == 64


def test_the_same_credential_is_signed_to_the_same_bytes() -> None:
    assert serialise(signed()) == serialise(signed())
    assert serialise(signed()).startswith(b'{"@context":["https://www.w3.org/ns/credentials/v2",')


def test_a_key_signs_for_its_own_issuer_only() -> None:
    other = FileSigner("did:web:other.example#key", Ed25519PrivateKey.generate())
    with pytest.raises(MalformedDocumentError):
        sign(credential(), other, NOW)


def test_what_would_go_unsigned_is_not_signed() -> None:
    for place in ({"smuggled": "x"}, {"issuer": {"id": DID, "smuggled": "x"}}, {"name": None}):
        with pytest.raises(CanonicalizationError):
            sign_document({**credential().to_dict(), **place}, SIGNER, NOW)


def test_only_pinned_contexts_are_read() -> None:
    for url in ("https://www.w3.org/2018/credentials/v1", "file:///etc/passwd", "https://evil.example/context"):
        with pytest.raises(ContextError):
            contexts.load(url)
        with pytest.raises((ContextError, CanonicalizationError)):
            canonical_form({"@context": [url], "id": "urn:x"})


def test_an_altered_context_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    name, _ = contexts._PINNED[contexts.CREDENTIALS_V2]
    monkeypatch.setitem(contexts._PINNED, contexts.CREDENTIALS_V2, (name, "0" * 64))
    contexts.context.cache_clear()
    with pytest.raises(ContextError, match="pinned"):
        contexts.context(contexts.CREDENTIALS_V2)


def test_a_credential_verifiers_would_not_read_is_not_signed() -> None:
    long = tuple(Evidence(f"Part {number}", "é€" * 2000) for number in range(8))
    with pytest.raises(MalformedDocumentError, match="larger"):
        sign(credential(evidence=long), SIGNER, NOW)
