"""Verification: only what the issuer signed, unchanged, current and not revoked, is a yes."""

import copy
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.credential import Holder, Issuer
from certificates.keys import FileSigner, KeyRing, KeyState, encode_base58, generate_key
from certificates.signing import file_signature, serialise, sign, sign_document
from certificates.status_list import StatusList, signed_status_list
from certificates.strict_json import parse
from certificates.verification import Standing, State, authenticate, file_is_ours, verify
from tests.certificates.builders import DID, LIST_URL, NOW, RING, SIGNER, credential, signed, skills

GOLDEN = Path(__file__).parent / "golden"
UNAUTHENTIC = {State.MALFORMED, State.TAMPERED, State.WRONG_ISSUER, State.KEY_WITHDRAWN}


def status_list(*revoked: int, **changes: Any) -> dict[str, Any]:
    """A list good for a day from NOW."""
    options = {"list_url": LIST_URL, "signer": SIGNER, "now": NOW, "valid_for": timedelta(days=1)} | changes
    return signed_status_list(StatusList.of(revoked), **options)


def state_of(document: bytes | dict[str, Any], **options: Any) -> State:
    """The verdict's state, with a good list and our keys unless told otherwise."""
    verdict = verify(document, **{"keys": RING, "status": status_list(), "now": NOW} | options)
    assert (verdict.claims is None) == (verdict.state in UNAUTHENTIC)
    return verdict.state


def test_a_good_certificate_is_valid_and_shows_its_claims() -> None:
    verdict = verify(serialise(signed()), keys=RING, status=status_list(), now=NOW)
    assert verdict.state is State.VALID
    assert verdict.claims == credential()
    assert [(check.name, check.passed) for check in verdict.checks] == [
        ("format", True),
        ("signature", True),
        ("issuer", True),
        ("status", True),
        ("validity", True),
    ]


def test_spaces_and_the_order_of_keys_mean_nothing() -> None:
    pretty = json.dumps(dict(reversed(signed().items())), indent=3).encode()
    assert state_of(pretty) is State.VALID
    assert state_of(signed()) is State.VALID


class TestDates:
    @pytest.mark.parametrize(
        ("moment", "state"),
        [
            (NOW - timedelta(seconds=1), State.NOT_YET_VALID),
            (NOW, State.VALID),
            (credential().valid_until, State.EXPIRED),
        ],
    )
    def test_each_end(self, moment: Any, state: State) -> None:
        listed = status_list(now=moment - timedelta(hours=1))
        assert state_of(signed(), now=moment, status=listed) is state

    def test_no_end_means_no_end(self) -> None:
        far = NOW + timedelta(days=36500)
        listed = status_list(now=far)
        assert state_of(signed(valid_until=None), now=far, status=listed) is State.VALID


class TestStatus:
    def test_revoked(self) -> None:
        verdict = verify(signed(), keys=RING, status=serialise(status_list(94567)), now=NOW)
        assert verdict.state is State.REVOKED
        assert verdict.claims == credential()

    def test_not_known_is_never_a_pass(self) -> None:
        assert state_of(signed(), status=None) is State.STATUS_UNAVAILABLE

    def test_certain_goes_before_unknown(self) -> None:
        after = NOW + timedelta(days=3650)
        assert state_of(signed(), status=None, now=after) is State.EXPIRED

    @pytest.mark.parametrize(
        "listed",
        [
            status_list(now=NOW - timedelta(days=2)),
            status_list(now=NOW + timedelta(seconds=1)),
            status_list(list_url="https://passerelle.example/credentials/status/2"),
            status_list(signer=generate_key(f"{DID}#key-unknown")),
            status_list(signer=generate_key("did:web:other.example#key")),
            {**status_list(), "extra": "x"},
            {key: value for key, value in status_list().items() if key != "proof"},
            signed(),
            b"not json",
            b"[]",
            b"{}",
        ],
        ids=["stale", "early", "other-list", "other-key", "other-issuer", "smuggled", "unsigned", "credential", *"abc"],
    )
    def test_a_list_that_cannot_be_trusted_is_no_answer(self, listed: Any) -> None:
        assert state_of(signed(), status=listed) is State.STATUS_UNAVAILABLE

    def test_a_cleared_bit_is_seen(self) -> None:
        # Someone swaps the encoded list for one without the revocation, keeping the proof.
        revoked, clean = status_list(94567), status_list()
        revoked["credentialSubject"]["encodedList"] = clean["credentialSubject"]["encodedList"]
        assert state_of(signed(), status=revoked) is State.STATUS_UNAVAILABLE

    @pytest.mark.parametrize("state", [State.REVOKED, State.SUSPENDED, State.SUPERSEDED])
    def test_what_the_register_says(self, state: State) -> None:
        standing = Standing(state, since=NOW, reason="error", superseded_by="urn:x")
        verdict = verify(signed(), keys=RING, status=standing, now=NOW)
        assert (verdict.state, verdict.standing) == (state, standing)
        assert state_of(signed(), status=Standing(State.VALID)) is State.VALID

    def test_a_register_knows_standings_only(self) -> None:
        with pytest.raises(ValueError, match="standing"):
            Standing(State.TAMPERED)


class TestKeys:
    def test_another_issuer(self) -> None:
        other = generate_key("did:web:other.example#key")
        document = sign(
            credential(issuer=Issuer("did:web:other.example", "Other", "https://other.example")), other, NOW
        )
        assert state_of(document) is State.WRONG_ISSUER

    def test_our_name_on_another_key(self) -> None:
        stranger = FileSigner(SIGNER.key_id, generate_key(SIGNER.key_id)._private_key)
        assert state_of(sign(credential(), stranger, NOW)) is State.TAMPERED

    def test_our_name_on_a_key_we_never_published(self) -> None:
        assert state_of(sign(credential(), generate_key(f"{DID}#key-2099"), NOW)) is State.TAMPERED

    def test_a_key_carried_in_the_document_is_ignored(self) -> None:
        stranger = generate_key(SIGNER.key_id)
        document = sign(credential(), stranger, NOW)
        method = {"id": SIGNER.key_id, "type": "Multikey", "publicKeyMultibase": stranger.public_key().multibase}
        for proof in ({"verificationMethod": method}, {"publicKeyMultibase": stranger.public_key().multibase}):
            assert state_of({**document, "proof": {**document["proof"], **proof}}) is State.TAMPERED
        own = stranger.public_key().multibase
        document["proof"]["verificationMethod"] = f"did:key:{own}#{own}"
        assert state_of(document) is State.TAMPERED

    def test_a_retired_key_still_verifies(self) -> None:
        ring = KeyRing((SIGNER.public_key(KeyState.RETIRED), generate_key(f"{DID}#new").public_key()))
        assert state_of(signed(), keys=ring) is State.VALID

    def test_a_withdrawn_key_shows_nothing(self) -> None:
        ring = KeyRing((SIGNER.public_key(KeyState.COMPROMISED),))
        verdict = verify(signed(), keys=ring, status=status_list(), now=NOW)
        assert (verdict.state, verdict.claims) == (State.KEY_WITHDRAWN, None)

    def test_without_keys_nothing_is_ours(self) -> None:
        assert state_of(signed(), keys=KeyRing()) is State.WRONG_ISSUER


def smuggle(path: str, **fields: Any) -> Callable[[dict[str, Any]], None]:
    """A change that adds fields at a place such as "credentialSubject/achievement"."""

    def change(document: dict[str, Any]) -> None:
        place: Any = document
        for step in filter(None, path.split("/")):
            place = place[int(step) if step.isdigit() else step]
        place.update(fields)

    return change


CHANGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "holder": smuggle("credentialSubject/identifier/0", identityHash="Blaise Pascal"),
    "score": smuggle("credentialSubject/result/1", value="99"),
    "tier": smuggle("credentialSubject/result/0", value="expert"),
    "title": smuggle("credentialSubject/achievement", name="Tout"),
    "later": smuggle("", validUntil="2099-11-22T10:00:00Z"),
    "no end": lambda document: document.pop("validUntil"),
    "unmapped term": smuggle("", grade="A+"),
    "unmapped term inside": smuggle("credentialSubject/achievement", grade="A+"),
    "mapped term": smuggle("credentialSubject/achievement", tag=["expert"]),
    "full address": smuggle("", **{"https://schema.org/name": "Expert"}),
    "nested context": smuggle("credentialSubject", **{"@context": {"grade": "https://schema.org/grade"}}),
    "own context": smuggle("", **{"@context": [{"@vocab": "https://schema.org/"}]}),
    "included": smuggle("", **{"@included": [{"id": "urn:x"}]}),
    "status elsewhere": smuggle("credentialStatus", statusListIndex="1", id=f"{LIST_URL}#1"),
    "no status": lambda document: document.pop("credentialStatus"),
    "no proof": lambda document: document.pop("proof"),
    "no proof value": lambda document: document["proof"].pop("proofValue"),
    "two proofs": lambda document: document.update(proof=[document["proof"], document["proof"]]),
    "one proof in a list": lambda document: document.update(proof=[document["proof"]]),
    "proof of text": smuggle("", proof="z123"),
    "proof dated elsewhere": smuggle("proof", created="2020-01-01T00:00:00Z"),
    "proof without date": smuggle("proof", created="yesterday"),
    "proof with a nonce": smuggle("proof", nonce="x"),
    "other purpose": smuggle("proof", proofPurpose="authentication"),
    "other suite": smuggle("proof", cryptosuite="eddsa-jcs-2022"),
    "other type": smuggle("proof", type="Ed25519Signature2020"),
    "empty signature": smuggle("proof", proofValue="z"),
    "short signature": smuggle("proof", proofValue=encode_base58(b"\1" * 63)),
    "zero signature": smuggle("proof", proofValue=encode_base58(b"\0" * 64)),
    "signature of numbers": smuggle("proof", proofValue=5),
    "reordered types": lambda document: document["type"].reverse(),
    "reordered skills": lambda document: document["credentialSubject"]["achievement"]["alignment"].reverse(),
    "reordered contexts": lambda document: document["@context"].reverse(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_any_change_is_tampering_and_shows_nothing(change: Callable[[dict[str, Any]], Any]) -> None:
    document = copy.deepcopy(signed())
    change(document)
    verdict = verify(document, keys=RING, status=status_list(), now=NOW)
    assert (verdict.state, verdict.claims) == (State.TAMPERED, None)


UNREADABLE: dict[str, bytes] = {
    "empty": b"",
    "text": b"hello",
    "list": b"[]",
    "null": b"null",
    "number": b"1",
    "empty object": b"{}",
    "no subject": b'{"issuer":"did:web:passerelle.example"}',
    "issuer of another kind": b'{"issuer":[],"credentialSubject":{}}',
    "issuer without id": b'{"issuer":{"id":5},"credentialSubject":{}}',
    "duplicate key": serialise(signed()).replace(b'"awardedDate"', b'"id":"urn:x","awardedDate"', 1),
    "duplicate key inside": serialise(signed()).replace(b'"hashed"', b'"identityHash":"Blaise","hashed"', 1),
    "not a number": serialise(signed()).replace(b"false", b"NaN", 1),
    "half a character": serialise(signed()).replace(b"Claire", b"\\ud800", 1),
    "big integer": serialise(signed()).replace(b"false", b"9" * 40, 1),
    "depth bomb": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "array bomb": b"[" * 60_000,
    "too large": b'{"a":"' + b"a" * 70_000 + b'"}',
    "utf-16": serialise(signed()).decode().encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf" + serialise(signed()),
    "trailing text": serialise(signed()) + b"x",
}


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_cannot_be_read_is_malformed(data: bytes) -> None:
    verdict = verify(data, keys=RING, status=status_list(), now=NOW)
    assert (verdict.state, verdict.claims) == (State.MALFORMED, None)


@pytest.mark.slow
def test_every_byte_counts() -> None:
    data = serialise(signed())
    for position in range(len(data)):
        flipped = data[position] ^ (1 << position % 7)
        verdict = authenticate(data[:position] + bytes([flipped]) + data[position + 1 :], keys=RING)
        assert verdict.state in UNAUTHENTIC, f"byte {position} may be changed"
        assert verdict.claims is None


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_edit_is_refused_or_means_the_same(data: st.DataObject) -> None:
    original = serialise(signed())
    start = data.draw(st.integers(0, len(original)))
    end = data.draw(st.integers(start, min(len(original), start + 40)))
    changed = original[:start] + data.draw(st.binary(max_size=20)) + original[end:]
    if authenticate(changed, keys=RING).state is State.VALID:
        assert parse(changed) == parse(original)


def test_a_document_that_is_costly_to_canonicalise_is_refused_at_once() -> None:
    # Equal unnamed nodes are tried in every order by RDFC-1.0: 14! of them would never end.
    document = copy.deepcopy(signed())
    document["credentialSubject"]["achievement"]["alignment"] *= 14
    document["evidence"] *= 14
    begin = time.process_time()
    assert state_of(document) is State.TAMPERED
    assert time.process_time() - begin < 1


def test_the_largest_credential_of_our_shape_is_read_in_bounded_time() -> None:
    large = replace(credential().achievement, skills=skills(64))
    document = signed(achievement=large)
    begin = time.process_time()
    assert state_of(document) is State.VALID
    assert time.process_time() - begin < 2


def test_a_wrapped_credential_is_not_the_credential() -> None:
    presentation = {"type": "VerifiablePresentation", "verifiableCredential": [signed()]}
    assert state_of(presentation) is State.MALFORMED
    assert state_of({**signed(), "type": ["VerifiablePresentation"]}) is State.TAMPERED


def test_a_status_list_is_not_a_certificate() -> None:
    assert state_of(status_list()) is State.TAMPERED


def test_a_document_signed_for_another_purpose_is_not_a_certificate() -> None:
    other = sign_document(
        {"@context": ["https://www.w3.org/ns/credentials/v2"], "issuer": DID, "type": ["VerifiableCredential"]},
        SIGNER,
        NOW,
    )
    assert state_of(other) is State.MALFORMED


def test_many_threads_get_the_same_answer() -> None:
    good, bad = serialise(signed()), serialise(signed()).replace(b"Claire", b"Blaise")
    with ThreadPoolExecutor(8) as pool:
        states = list(pool.map(lambda data: authenticate(data, keys=RING).state, [good, bad] * 40))
    assert states == [State.VALID, State.TAMPERED] * 40


class TestWholeFile:
    def test_these_bytes_are_ours(self) -> None:
        signature = file_signature(b"file", SIGNER)
        assert file_is_ours(b"file", signature, SIGNER.key_id, keys=RING)
        assert not file_is_ours(b"file ", signature, SIGNER.key_id, keys=RING)
        assert not file_is_ours(b"file", signature, f"{DID}#absent", keys=RING)

    def test_not_by_a_withdrawn_key(self) -> None:
        ring = KeyRing((SIGNER.public_key(KeyState.COMPROMISED),))
        assert not file_is_ours(b"file", file_signature(b"file", SIGNER), SIGNER.key_id, keys=ring)


class TestGolden:
    """Documents signed once and never again: what was good must stay good."""

    KEYS = KeyRing.from_did_document(json.loads((GOLDEN / "did.json").read_bytes()))

    @pytest.mark.parametrize(("language", "holder"), [("fr", "Claire Fontanel"), ("en", "Ada Lovelace")])
    def test_still_valid(self, language: str, holder: str) -> None:
        document = (GOLDEN / f"credential.{language}.json").read_bytes()
        verdict = verify(document, keys=self.KEYS, status=(GOLDEN / "status-list.json").read_bytes(), now=NOW)
        assert verdict.state is State.VALID
        assert verdict.claims is not None
        assert verdict.claims.holder == Holder(holder)

    def test_still_revoked(self) -> None:
        document = (GOLDEN / "credential.fr.json").read_bytes()
        revoked = (GOLDEN / "status-list.revoked.json").read_bytes()
        assert verify(document, keys=self.KEYS, status=revoked, now=NOW).state is State.REVOKED
