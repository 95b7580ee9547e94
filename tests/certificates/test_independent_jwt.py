"""`jose`, which knows JWT and nothing of credentials, says the same of our VC-JWTs.

It judges the signature, the key (by `kid`, in our key set), the type, the issuer and the registered claims `nbf` and
`exp`. It does not read the credential: a status bit is not its business. Whether a certificate is revoked is told by
the status list, a VC-JWT of its own that `jose` checks, whose bits are read here by `vc-bitstring-status-list`. A field
smuggled in is refused because any other payload is.
"""

import base64
import json
from typing import Any

import pytest

from certificates.jwt import sign_jwt, sign_status_list_jwt
from certificates.keys import FileSigner, KeyRing, KeyState, generate_key, jwks
from certificates.signing import serialise
from certificates.status_list import StatusList
from certificates.verification import State, authenticate
from tests.certificates.builders import DID, LIST_URL, NOW, RING, SIGNER
from tests.certificates.independent import (
    FAR,
    LONG_AGO,
    PAST,
    REVOKED,
    Verifiers,
    current,
    flipped,
    good_credentials,
    leaves,
    objects,
    smuggled,
)

GOOD = good_credentials()
TOKEN = sign_jwt(current(), SIGNER)
NEW_KEY = generate_key(f"{DID}#key-2026-07")


def ask(verifiers: Verifiers, token: str, ring: KeyRing = RING) -> dict[str, Any]:
    """What jose says of a token, given our key set and our name."""
    return verifiers.ask("jose", jwt=token, jwks=jwks(ring), issuer=DID)


def refusal(verifiers: Verifiers, token: str, ring: KeyRing = RING) -> str | None:
    """The code of jose's refusal; None when it accepts."""
    said = ask(verifiers, token, ring)
    return None if said["verified"] else str(said["thrown"])


def decoded(part: str) -> Any:
    """The JSON in a part of a token."""
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def encoded(value: Any) -> str:
    """And back."""
    return base64.urlsafe_b64encode(serialise(value)).rstrip(b"=").decode()


def signed_as(header: dict[str, Any], payload: dict[str, Any], signer: FileSigner = SIGNER) -> str:
    """A token of any header and payload."""
    part = f"{encoded(header)}.{encoded(payload)}"
    return f"{part}.{base64.urlsafe_b64encode(signer.sign(part.encode())).rstrip(b'=').decode()}"


@pytest.mark.parametrize("kind", GOOD)
def test_accepts_every_kind_we_issue(verifiers: Verifiers, kind: str) -> None:
    said = ask(verifiers, sign_jwt(GOOD[kind], SIGNER))
    assert said["verified"] is True
    assert said["header"] == {"alg": "EdDSA", "typ": "vc+jwt", "cty": "vc", "kid": SIGNER.key_id}
    claims = {"iss", "jti", "nbf", "exp"}
    assert {name: value for name, value in said["payload"].items() if name not in claims} == GOOD[kind].to_dict()
    assert (said["payload"]["iss"], said["payload"]["jti"]) == (DID, GOOD[kind].id)
    assert ("exp" in said["payload"]) is (GOOD[kind].valid_until is not None)


def test_refuses_one_other_character_in_any_field(verifiers: Verifiers) -> None:
    header, payload, signature = TOKEN.split(".")
    for path in leaves(decoded(payload)):
        token = f"{header}.{encoded(flipped(decoded(payload), path))}.{signature}"
        assert refusal(verifiers, token) == "ERR_JWS_SIGNATURE_VERIFICATION_FAILED", path
    for path in leaves(decoded(header)):
        assert refusal(verifiers, f"{encoded(flipped(decoded(header), path))}.{payload}.{signature}"), path


def test_refuses_one_other_character_of_the_signature(verifiers: Verifiers) -> None:
    """The last of its 86 has four bits that stand for nothing: jose passes over them, we do not."""
    start, last = TOKEN[:-1], TOKEN[-1]
    for position in range(TOKEN.rindex(".") + 1, len(TOKEN) - 1):
        other = "A" if TOKEN[position] != "A" else "B"
        assert refusal(verifiers, TOKEN[:position] + other + TOKEN[position + 1 :]), position
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    block = alphabet.index(last) // 16 * 16
    same_bytes = alphabet[block : block + 16].replace(last, "")
    assert [refusal(verifiers, start + other) for other in same_bytes] == [None] * 15
    assert {authenticate((start + other).encode(), keys=RING).state for other in same_bytes} <= {
        State.MALFORMED,
        State.TAMPERED,
    }


def test_refuses_one_thing_more_in_any_object(verifiers: Verifiers) -> None:
    header, payload, signature = TOKEN.split(".")
    for path in objects(decoded(payload)):
        token = f"{header}.{encoded(smuggled(decoded(payload), path))}.{signature}"
        assert refusal(verifiers, token) == "ERR_JWS_SIGNATURE_VERIFICATION_FAILED", path


def test_refuses_another_key(verifiers: Verifiers) -> None:
    assert refusal(verifiers, sign_jwt(current(), generate_key(SIGNER.key_id))) == (
        "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"
    )
    assert refusal(verifiers, sign_jwt(current(), NEW_KEY)) == "ERR_JWKS_NO_MATCHING_KEY"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"alg": "none"}, "ERR_JOSE_ALG_NOT_ALLOWED"),
        ({"alg": "HS256"}, "ERR_JOSE_ALG_NOT_ALLOWED"),
        ({"typ": "JWT"}, "ERR_JWT_CLAIM_VALIDATION_FAILED"),
        ({"kid": f"{DID}#another"}, "ERR_JWKS_NO_MATCHING_KEY"),
        ({"crit": ["x"], "x": 1}, "ERR_JOSE_NOT_SUPPORTED"),
    ],
)
def test_refuses_another_header(verifiers: Verifiers, header: dict[str, Any], code: str) -> None:
    """Even when it is rightly signed; and so do we."""
    parts = [decoded(part) for part in TOKEN.split(".")[:2]]
    assert refusal(verifiers, signed_as(*parts)) is None
    token = signed_as({**parts[0], **header}, parts[1])
    assert refusal(verifiers, token) == code
    assert authenticate(token.encode(), keys=RING).state is State.TAMPERED


def test_refuses_another_issuer(verifiers: Verifiers) -> None:
    header, payload = (decoded(part) for part in TOKEN.split(".")[:2])
    token = signed_as(header, {**payload, "iss": "did:web:other.example"})
    assert refusal(verifiers, token) == "ERR_JWT_CLAIM_VALIDATION_FAILED"


def test_reads_the_dates(verifiers: Verifiers) -> None:
    assert refusal(verifiers, sign_jwt(current(valid_until=PAST), SIGNER)) == "ERR_JWT_EXPIRED"
    early = current(valid_from=FAR.replace(year=2998))
    assert refusal(verifiers, sign_jwt(early, SIGNER)) == "ERR_JWT_CLAIM_VALIDATION_FAILED"


def test_a_rotated_key_verifies_old_and_new(verifiers: Verifiers) -> None:
    ring = KeyRing((SIGNER.public_key(KeyState.RETIRED, NOW), NEW_KEY.public_key()))
    assert refusal(verifiers, TOKEN, ring) is None
    assert refusal(verifiers, sign_jwt(current(), NEW_KEY), ring) is None


def test_a_compromised_key_is_refused(verifiers: Verifiers) -> None:
    """It is no longer in the key set."""
    ring = KeyRing((SIGNER.public_key(KeyState.COMPROMISED, NOW), NEW_KEY.public_key()))
    assert refusal(verifiers, TOKEN, ring) == "ERR_JWKS_NO_MATCHING_KEY"
    assert refusal(verifiers, sign_jwt(current(), NEW_KEY), ring) is None


@pytest.mark.parametrize("revoked", [False, True])
def test_a_revocation_is_read_in_the_list(verifiers: Verifiers, revoked: bool) -> None:
    """Of the certificate jose says nothing; the list that the certificate names is checked by it, the bit read."""
    bits = StatusList.of([REVOKED] if revoked else [REVOKED - 1, REVOKED + 1])
    token = sign_status_list_jwt(bits, list_url=LIST_URL, signer=SIGNER, now=LONG_AGO, valid_for=FAR - LONG_AGO)
    said = ask(verifiers, token)
    assert said["verified"] is True
    entry = ask(verifiers, TOKEN)["payload"]["credentialStatus"]
    assert said["payload"]["id"] == entry["statusListCredential"]
    encoded_list = said["payload"]["credentialSubject"]["encodedList"]
    bit = verifiers.ask("bit", encodedList=encoded_list, index=int(entry["statusListIndex"]))
    assert bit == {"bit": revoked}


def test_an_old_or_forged_list_is_refused(verifiers: Verifiers) -> None:
    options = {"list_url": LIST_URL, "now": LONG_AGO, "valid_for": FAR - LONG_AGO}
    forged = sign_status_list_jwt(StatusList.of(), signer=generate_key(SIGNER.key_id), **options)
    old = sign_status_list_jwt(StatusList.of(), signer=SIGNER, **{**options, "valid_for": PAST - LONG_AGO})
    assert refusal(verifiers, forged) == "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"
    assert refusal(verifiers, old) == "ERR_JWT_EXPIRED"
