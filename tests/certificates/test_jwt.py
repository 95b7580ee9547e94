"""VC-JWT: one possible text for one credential, and the same verdicts as for JSON."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt as independent
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates import strict_json
from certificates.credential import Evidence, Holder, Issuer
from certificates.errors import KeyMaterialError, MalformedDocumentError
from certificates.jwt import parse_jwt, sign_jwt, sign_status_list_jwt
from certificates.keys import FileSigner, KeyRing, KeyState, generate_key, jwks
from certificates.signing import serialise
from certificates.status_list import StatusList
from certificates.verification import State, authenticate, verify
from tests.certificates.builders import DID, LIST_URL, NOW, RING, SIGNER, credential, signed, skills
from tests.certificates.test_verification import UNAUTHENTIC, status_list

TOKEN = sign_jwt(credential(), SIGNER).encode()
HEADER = {"alg": "EdDSA", "typ": "vc+jwt", "cty": "vc", "kid": SIGNER.key_id}
RAW_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key()


def encode(data: bytes) -> bytes:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def decode(part: bytes) -> bytes:
    """And back."""
    return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))


def payload() -> dict[str, Any]:
    """What the good token says, to be varied."""
    return dict(json.loads(decode(TOKEN.split(b".")[1])))


def token(header: Any = HEADER, body: Any = None, signer: Any = SIGNER) -> bytes:
    """A token of any header and payload, signed all the same."""
    parts = [encode(data if isinstance(data, bytes) else serialise(data)) for data in (header, body or payload())]
    return b".".join((*parts, encode(signer.sign(b".".join(parts)))))


def listed(*revoked: int, **changes: Any) -> bytes:
    """A status list as VC-JWT, good for a day from NOW."""
    options = {"list_url": LIST_URL, "signer": SIGNER, "now": NOW, "valid_for": timedelta(days=1)} | changes
    return sign_status_list_jwt(StatusList.of(revoked), **options).encode()


def state_of(document: bytes, **options: Any) -> State:
    """The verdict's state, with a good list and our keys unless told otherwise."""
    verdict = verify(document, **{"keys": RING, "status": listed(), "now": NOW} | options)
    assert (verdict.claims is None) == (verdict.state in UNAUTHENTIC)
    return verdict.state


# RFC 8037, appendix A.4, typed in again.
RFC_8037 = (
    b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    b"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
)
RFC_8037_X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
RFC_8037_D = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"


def test_the_signature_is_that_of_rfc_8037() -> None:
    header, body, signature = RFC_8037.split(b".")
    signer = FileSigner("did:example:a#key", Ed25519PrivateKey.from_private_bytes(decode(RFC_8037_D.encode())))
    assert decode(body) == b"Example of Ed25519 signing"
    assert encode(signer.sign(header + b"." + body)) == signature
    assert jwks(KeyRing((signer.public_key(),)))["keys"][0]["x"] == RFC_8037_X


class TestForm:
    def test_the_header_has_these_four_fields(self) -> None:
        assert json.loads(decode(TOKEN.split(b".")[0])) == HEADER

    def test_the_payload_is_the_credential_in_canonical_form_and_its_claims(self) -> None:
        plain = credential()
        assert plain.valid_until is not None
        claims = {
            "iss": DID,
            "jti": plain.id,
            "nbf": int(NOW.timestamp()),
            "exp": int(plain.valid_until.astimezone(UTC).timestamp()),
        }
        assert decode(TOKEN.split(b".")[1]) == serialise({**plain.to_dict(), **claims})

    def test_without_end_there_is_no_exp(self) -> None:
        body = parse_jwt(sign_jwt(credential(valid_until=None), SIGNER).encode())
        assert b'"exp"' not in body.payload
        assert body.content == credential(valid_until=None).to_dict()

    def test_the_same_text_every_time(self) -> None:
        assert sign_jwt(credential(), SIGNER).encode() == TOKEN

    def test_a_key_signs_for_its_own_issuer_only(self) -> None:
        with pytest.raises(MalformedDocumentError, match="belong"):
            sign_jwt(credential(), generate_key("did:web:other.example#key"))

    def test_what_verifiers_would_not_read_is_not_signed(self) -> None:
        long = tuple(Evidence(f"Part {number}", "é€" * 2000) for number in range(8))
        with pytest.raises(MalformedDocumentError, match="larger"):
            sign_jwt(credential(evidence=long), SIGNER)

    def test_whatever_fits_as_json_fits_as_jwt(self) -> None:
        large = serialise(signed(achievement=credential().achievement, evidence=(Evidence("a", "b" * 4000),)))
        assert len(large) < strict_json.MAX_BYTES
        token_of_large = sign_jwt(credential(evidence=(Evidence("a", "b" * 4000),)), SIGNER)
        assert state_of(token_of_large.encode()) is State.VALID

    def test_a_jwt_library_of_others_accepts_it(self) -> None:
        key = _pem(RAW_KEY)
        options = {"verify_exp": True, "verify_nbf": False, "verify_sub": False}
        read = independent.decode(TOKEN.decode(), key, algorithms=["EdDSA"], issuer=DID, options=options)
        assert read["credentialSubject"] == credential().to_dict()["credentialSubject"]


class TestVerdicts:
    def test_a_good_one_shows_its_claims(self) -> None:
        verdict = verify(TOKEN, keys=RING, status=listed(), now=NOW)
        assert verdict.state is State.VALID
        assert verdict.claims == credential()
        as_json = verify(serialise(signed()), keys=RING, status=status_list(), now=NOW)
        assert verdict == as_json

    @pytest.mark.parametrize("around", [b"\n", b" \r\n\t"])
    def test_space_around_means_nothing(self, around: bytes) -> None:
        assert state_of(around + TOKEN + around) is State.VALID

    def test_dates(self) -> None:
        assert state_of(TOKEN, now=NOW - timedelta(seconds=1)) is State.NOT_YET_VALID
        assert state_of(TOKEN, now=NOW + timedelta(days=2000)) is State.EXPIRED

    def test_revoked_by_either_form_of_the_list(self) -> None:
        assert state_of(TOKEN, status=listed(94567)) is State.REVOKED
        assert state_of(TOKEN, status=serialise(status_list(94567))) is State.REVOKED
        assert state_of(serialise(signed()), status=listed(94567)) is State.REVOKED
        assert state_of(TOKEN, status=None) is State.STATUS_UNAVAILABLE

    def test_keys(self) -> None:
        assert state_of(TOKEN, keys=KeyRing()) is State.WRONG_ISSUER
        assert state_of(TOKEN, keys=KeyRing((SIGNER.public_key(KeyState.COMPROMISED),))) is State.KEY_WITHDRAWN
        assert state_of(TOKEN, keys=KeyRing((SIGNER.public_key(KeyState.RETIRED),))) is State.VALID
        stranger = FileSigner(SIGNER.key_id, Ed25519PrivateKey.generate())
        assert state_of(token(signer=stranger)) is State.TAMPERED

    def test_another_issuers_key_does_not_sign_for_this_one(self) -> None:
        other = generate_key("did:web:other.example#key")
        ring = KeyRing((*RING.keys, other.public_key()))
        assert state_of(token({**HEADER, "kid": other.key_id}, signer=other), keys=ring) is State.TAMPERED
        theirs = sign_jwt(credential(issuer=Issuer("did:web:other.example", "Other", "https://other.example")), other)
        assert state_of(theirs.encode()) is State.WRONG_ISSUER


def _pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def confused() -> bytes:
    """HS256 with the public key as the secret: what a library that believes `alg` would accept."""
    secret = _pem(RAW_KEY)
    part = encode(serialise({**HEADER, "alg": "HS256"})) + b"." + TOKEN.split(b".")[1]
    return part + b"." + encode(hmac.new(secret, part, hashlib.sha256).digest())


ATTACKER = FileSigner(SIGNER.key_id, Ed25519PrivateKey.generate())
OWN_KEY = jwks(KeyRing((ATTACKER.public_key(),)))["keys"][0]
REFUSED: dict[str, bytes] = {
    "alg none, no signature": b".".join((encode(serialise({**HEADER, "alg": "none"})), TOKEN.split(b".")[1], b"")),
    "alg none, signed": token({**HEADER, "alg": "none"}),
    "alg of another case": token({**HEADER, "alg": "eddsa"}),
    "alg Ed25519": token({**HEADER, "alg": "Ed25519"}),
    "HS256 with the public key": confused(),
    "no alg": token({name: value for name, value in HEADER.items() if name != "alg"}),
    "alg twice": token(b'{"alg":"none",' + serialise(HEADER)[1:]),
    "typ JWT": token({**HEADER, "typ": "JWT"}),
    "typ with application": token({**HEADER, "typ": "application/vc+jwt"}),
    "no cty": token({name: value for name, value in HEADER.items() if name != "cty"}),
    "other kid": token({**HEADER, "kid": f"{DID}#key-2027-01"}),
    "kid without issuer": token({**HEADER, "kid": "key-2026-01"}),
    "kid a number": token({**HEADER, "kid": 1}),
    "kid a list": token({**HEADER, "kid": [SIGNER.key_id]}),
    "jwk in the header": token({**HEADER, "jwk": OWN_KEY}, signer=ATTACKER),
    "jwk instead of kid": token({"alg": "EdDSA", "typ": "vc+jwt", "cty": "vc", "jwk": OWN_KEY}, signer=ATTACKER),
    "jku": token({**HEADER, "jku": "https://evil.example/keys"}, signer=ATTACKER),
    "x5c": token({**HEADER, "x5c": ["MIIB"]}, signer=ATTACKER),
    "crit": token({**HEADER, "crit": ["exp"]}),
    "b64": token({**HEADER, "b64": False}),
    "header in another order": token(json.dumps(HEADER).encode()),
    "header a list": token([HEADER]),
    "header too long": token({**HEADER, "kid": "did:" + "a" * 2000}),
    "payload in another order": token(body=json.dumps(payload()).encode()),
    "payload with a key twice": token(body=b'{"iss":"did:web:evil.example",' + serialise(payload())[1:]),
    "payload a list": token(body=[payload()]),
    "payload too large": token(body={**payload(), "more": "a" * 70_000}),
    "payload too deep": token(body=b'{"a":' * 30 + b"1" + b"}" * 30),
    "other iss": token(body={**payload(), "iss": "did:web:evil.example"}),
    "no iss": token(body={name: value for name, value in payload().items() if name != "iss"}),
    "other jti": token(body={**payload(), "jti": "urn:uuid:other"}),
    "other nbf": token(body={**payload(), "nbf": 0}),
    "later exp": token(body={**payload(), "exp": 4102444800}),
    "exp a fraction": token(body={**payload(), "exp": payload()["exp"] + 0.5}),
    "sub": token(body={**payload(), "sub": "did:example:someone"}),
    "vc claim": token(body={"iss": DID, "vc": credential().to_dict()}),
    "smuggled field": token(body={**payload(), "honours": "all"}),
    "proof inside": token(body={**payload(), "proof": signed()["proof"]}),
    "a status list": listed(),
    "two parts": TOKEN.rpartition(b".")[0],
    "four parts": TOKEN + b".AAAA",
    "encrypted, five parts": TOKEN + b".AAAA.AAAA",
    "padding": token().replace(b".", b"=.", 1),
    "padded signature": TOKEN + b"==",
    "plain base64": TOKEN.replace(b"-", b"+").replace(b"_", b"/"),
    "space inside": TOKEN[:40] + b" " + TOKEN[40:],
    "no signature": TOKEN.rpartition(b".")[0] + b".",
    "short signature": TOKEN[:-4],
    "signature twice": TOKEN + TOKEN.rpartition(b".")[2],
    "JSON serialisation": serialise(
        dict(zip(("protected", "payload", "signature"), TOKEN.decode().split("."), strict=True))
    ),
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_refused(data: bytes) -> None:
    assert state_of(data) in UNAUTHENTIC


def test_bits_beyond_the_last_byte_are_refused() -> None:
    # 64 bytes leave four bits unused in the last of 86 characters: sixteen texts would mean one signature.
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet.index(TOKEN[-1])
    texts = [TOKEN[:-1] + alphabet[last + spare : last + spare + 1] for spare in range(1, 16)]
    assert {state_of(text) for text in texts} == {State.MALFORMED}


def test_every_byte_counts() -> None:
    for position in range(len(TOKEN)):
        for bit in (0, 3, 5):
            flipped = TOKEN[:position] + bytes([TOKEN[position] ^ 1 << bit]) + TOKEN[position + 1 :]
            verdict = authenticate(flipped, keys=RING)
            assert verdict.state in UNAUTHENTIC, f"byte {position} may be changed"
            assert verdict.claims is None


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_edit_is_refused(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(TOKEN)))
    end = data.draw(st.integers(start, min(len(TOKEN), start + 40)))
    changed = TOKEN[:start] + data.draw(st.binary(max_size=20)) + TOKEN[end:]
    assert changed.strip() == TOKEN or authenticate(changed, keys=RING).state in UNAUTHENTIC


NAMES = st.text(st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S", "Zs")), min_size=1, max_size=80)


@settings(max_examples=60, deadline=None)
@given(NAMES.filter(lambda name: name.strip()), st.integers(1, 20))
def test_what_is_signed_is_read_back(name: str, count: int) -> None:
    achievement = credential().achievement
    changed = type(achievement)(
        **{field: getattr(achievement, field) for field in achievement.__slots__} | {"skills": skills(count)}
    )
    plain = credential(holder=Holder(name), achievement=changed)
    assert authenticate(sign_jwt(plain, SIGNER).encode(), keys=RING).claims == plain


class TestStatusList:
    @pytest.mark.parametrize(
        "unusable",
        [
            listed(now=NOW - timedelta(days=2)),
            listed(now=NOW + timedelta(seconds=1)),
            listed(list_url="https://passerelle.example/credentials/status/2"),
            listed(signer=generate_key(f"{DID}#key-unknown")),
            listed(signer=generate_key("did:web:other.example#key")),
            listed()[:-2],
            TOKEN,
            b"eyJ",
        ],
        ids=["stale", "early", "other-list", "other-key", "other-issuer", "cut", "credential", "start"],
    )
    def test_one_that_cannot_be_trusted_is_no_answer(self, unusable: bytes) -> None:
        assert state_of(TOKEN, status=unusable) is State.STATUS_UNAVAILABLE

    def test_the_longest_list_is_read(self) -> None:
        noise = hashlib.shake_256(b"a list hard to compress").digest(2**24 // 8)
        full = StatusList(noise).with_bit(94567)
        data = sign_status_list_jwt(full, list_url=LIST_URL, signer=SIGNER, now=NOW, valid_for=timedelta(days=1))
        assert len(data) > 3_500_000
        assert state_of(TOKEN, status=data.encode()) is State.REVOKED

    def test_a_list_one_byte_changed_is_no_answer(self) -> None:
        good = listed(94567)
        for position in range(0, len(good), 7):
            changed = good[:position] + bytes([good[position] ^ 1]) + good[position + 1 :]
            assert state_of(TOKEN, status=changed) is State.STATUS_UNAVAILABLE


class TestKeySet:
    def test_the_published_set_is_read_back(self) -> None:
        assert KeyRing.from_document(jwks(RING)) == RING

    @pytest.mark.parametrize(
        "change",
        [
            {"kty": "EC"},
            {"crv": "X25519"},
            {"alg": "HS256"},
            {"d": RFC_8037_D},
            {"kid": "key-1"},
            {"kid": None},
            {"x": "AAAA"},
            {"x": 5},
            {"x": "!" * 43},
            {"x": encode(b"\1" + bytes(31)).decode()},
        ],
        ids=["kty", "crv", "alg", "private", "kid", "no-kid", "short", "number", "alphabet", "small-order"],
    )
    def test_anything_else_is_refused(self, change: dict[str, Any]) -> None:
        document = {"keys": [{**jwks(RING)["keys"][0], **change}]}
        with pytest.raises(KeyMaterialError):
            KeyRing.from_document(document)

    @pytest.mark.parametrize("document", [{}, {"keys": 5}, {"keys": [5]}, {"keys": [{}]}, {"id": DID}])
    def test_another_document_is_refused(self, document: dict[str, Any]) -> None:
        with pytest.raises(KeyMaterialError):
            KeyRing.from_document(document)


def test_an_independent_verifier_accepts_ours_and_refuses_what_is_changed() -> None:
    from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier

    # It reads the machine's clock, so this one has been valid for long and has no end.
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    good = sign_jwt(credential(valid_from=long_ago, awarded=long_ago, valid_until=None), SIGNER)
    verifier = OB3Verifier(_pem(RAW_KEY))
    assert verifier.verify(good).issuer.id == DID
    with pytest.raises(OB3VerificationError):
        verifier.verify(good[:-3] + "AAA")
    with pytest.raises(OB3VerificationError, match="expired"):
        verifier.verify(sign_jwt(credential(valid_from=long_ago, valid_until=datetime(2021, 1, 1, tzinfo=UTC)), SIGNER))
