"""Someone else's verifier (openbadgeslib) says the same of our certificates, in both their forms.

It reads the signature, the key in did.json, the dates and the status list, which it takes as a VC-JWT. It looks a key
up in `verificationMethod` alone, so it still believes a compromised one that has left `assertionMethod`: told below.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certificates.jwt import sign_jwt, sign_status_list_jwt
from certificates.keys import KeyRing, KeyState, PublicKey, decode_multikey, did_document, generate_key
from certificates.signing import serialise, sign
from certificates.status_list import StatusList
from tests.certificates.builders import DID, LIST_URL, NOW, RING, SIGNER
from tests.certificates.independent import (
    DID_URL,
    FAR,
    LONG_AGO,
    PAST,
    REVOKED,
    current,
    flipped,
    good_credentials,
    issued,
    issued_with_the_key_of_another,
    leaves,
    objects,
    smuggled,
)

ldp = pytest.importorskip("openbadgeslib.ob3.ldp", exc_type=ImportError)
verifier = pytest.importorskip("openbadgeslib.ob3.verifier", exc_type=ImportError)

GOOD = good_credentials()
NEW_KEY = generate_key(f"{DID}#key-2026-07")


def pem_of(key: PublicKey) -> bytes:
    """The public key as the other library takes it."""
    raw = Ed25519PublicKey.from_public_bytes(decode_multikey(key.multibase))
    return raw.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def download(ring: KeyRing = RING, revoked: tuple[int, ...] = (), signer: Any = SIGNER) -> Callable[[str], bytes]:
    """What stands in for the network: did.json and the status list, as we publish them."""
    bits = StatusList.of(revoked)
    token = sign_status_list_jwt(bits, list_url=LIST_URL, signer=signer, now=LONG_AGO, valid_for=FAR - LONG_AGO)
    files = {DID_URL: serialise(did_document(DID, ring)), LIST_URL: token.encode()}
    return files.__getitem__


def verified(document: dict[str, Any] | str, files: Callable[[str], bytes] | None = None) -> Any:
    """The badge as openbadgeslib reads it, from the issuer's name and what it publishes alone."""
    asked = files or download()
    if isinstance(document, str):
        return verifier.OB3Verifier.for_issuer_did(DID, download=asked).verify(
            document, check_status=True, download=asked
        )
    judge = ldp.OB3LdpVerifier.for_issuer_did(DID)
    return judge.verify(json.dumps(document), check_status=True, download=asked)


def refusal(document: dict[str, Any] | str, files: Callable[[str], bytes] | None = None) -> str:
    """Its words when it refuses; empty when it accepts."""
    try:
        verified(document, files)
    except verifier.OB3VerificationError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("kind", GOOD)
def test_accepts_every_kind_we_issue(kind: str) -> None:
    for document in (sign(GOOD[kind], SIGNER, LONG_AGO), sign_jwt(GOOD[kind], SIGNER)):
        badge = verified(document)
        assert badge.identifiers[0].identity_hash == GOOD[kind].holder.name
        assert badge.achievement.name == GOOD[kind].achievement.name


def test_accepts_ours_by_a_key_it_was_given() -> None:
    assert ldp.OB3LdpVerifier(pem_of(SIGNER.public_key())).verify(serialise(issued())).id == current().id


def test_refuses_one_other_character_in_any_field() -> None:
    document = issued()
    assert [path for path in leaves(document) if not refusal(flipped(document, path))] == []


def test_refuses_one_thing_more_in_any_object() -> None:
    document = issued()
    assert [path for path in objects(document) if not refusal(smuggled(document, path))] == []


def test_refuses_another_key() -> None:
    assert refusal(issued(generate_key(SIGNER.key_id)))
    assert refusal(issued(NEW_KEY))
    assert refusal(sign_jwt(current(), generate_key(SIGNER.key_id)))
    assert refusal(issued_with_the_key_of_another(generate_key("did:web:other.example#key-2026-01")))


def test_reads_the_dates() -> None:
    for dates in ({"valid_until": PAST}, {"valid_from": FAR.replace(year=2998)}):
        assert refusal(issued(**dates))
        assert refusal(sign_jwt(current(**dates), SIGNER))
    assert "expired" in refusal(issued(valid_until=PAST))


def test_reads_revoked_as_revoked() -> None:
    for document in (issued(), sign_jwt(current(), SIGNER)):
        assert f"Credential status 'revocation' is set at index {REVOKED}" in refusal(
            document, download(revoked=(REVOKED,))
        )
        assert refusal(document, download(revoked=(REVOKED - 1, REVOKED + 1))) == ""


def test_believes_no_status_list_but_ours() -> None:
    assert "proof is invalid" in refusal(issued(), download(signer=generate_key(SIGNER.key_id)))


def test_a_rotated_key_verifies_old_and_new() -> None:
    files = download(KeyRing((SIGNER.public_key(KeyState.RETIRED, NOW), NEW_KEY.public_key())))
    for signer in (SIGNER, NEW_KEY):
        assert refusal(issued(signer), files) == ""
        assert refusal(sign_jwt(current(), signer), files) == ""


def test_a_compromised_key_is_not_told_from_a_good_one() -> None:
    """This verifier passes over `assertionMethod`; when it learns to read it, this test says so.

    Only a key that is gone from did.json altogether is refused.
    """
    files = download(KeyRing((SIGNER.public_key(KeyState.COMPROMISED, NOW), NEW_KEY.public_key())), signer=NEW_KEY)
    assert refusal(issued(), files) == ""
    assert refusal(issued(NEW_KEY), files) == ""
    assert "no verificationMethod with id" in refusal(
        issued(), download(KeyRing((NEW_KEY.public_key(),)), signer=NEW_KEY)
    )
