"""JavaScript verifiers of others say the same of our certificates as we do.

`@digitalbazaar/vc` is the reference implementation; `@digitalcredentials/verifier-core` is the engine of VerifierPlus.
Both check signature, key, dates and the signed status list; neither reads what our `Credential.from_dict` knows of the
form of a certificate.
"""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from certificates.keys import KeyRing, KeyState, did_document, generate_key, jwks
from certificates.signing import file_signature, sign, sign_document
from tests.certificates.builders import DID, LIST_URL, NOW, RING, SIGNER
from tests.certificates.independent import (
    DID_URL,
    FAR,
    LONG_AGO,
    PAST,
    REVOKED,
    Verifiers,
    flipped,
    good_credentials,
    issued,
    issued_with_the_key_of_another,
    leaves,
    objects,
    published,
    smuggled,
    status_list,
)

GOOD = good_credentials()
GOOD_STEPS = {"valid_signature": True, "expiration": True, "revocation_status": True}
GOLDEN = Path(__file__).parent / "golden"
NEW_KEY = generate_key(f"{DID}#key-2026-07")
Judge = Callable[..., str]


def judged_by_vc(verifiers: Verifiers, document: dict[str, Any], files: dict[str, Any]) -> str:
    """What @digitalbazaar/vc says. It answers verified for a revoked credential: the bit is beside that answer."""
    said = verifiers.ask("vc", document=document, files=files)
    if said["verified"]:
        return {(False,): "good", (True,): "revoked"}[tuple(said["status"])]
    return "expired" if 'after "validUntil"' in (said["error"] or "") else "refused"


def judged_by_core(verifiers: Verifiers, document: dict[str, Any], files: dict[str, Any]) -> str:
    """What verifier-core says, of its steps those that it can tell here.

    Whether the issuer is registered, it asks registries of its own choice, of which this one is told none. A list of
    steps without the signature's is its refusal, in words that depend on the reason.
    """
    said = verifiers.ask("verifier-core", document=document, files=files)
    steps = {name: valid for name, valid in said["steps"].items() if name != "registered_issuer"}
    if said["errors"] or not steps.get("valid_signature"):
        return "refused"
    wrong = {name for name, valid in steps.items() if valid is not True}
    known = {"expiration": "expired", "revocation_status": "revoked"}
    assert steps.keys() == GOOD_STEPS.keys() and not any(isinstance(valid, str) for valid in steps.values()), said
    return known[wrong.pop()] if wrong else "good"


@pytest.fixture(params=[judged_by_vc, judged_by_core], ids=["vc", "verifier-core"])
def judge(request: pytest.FixtureRequest, verifiers: Verifiers) -> Judge:
    """One of the two verifiers; told a document and what the issuer published, it gives its verdict."""

    def ask(document: dict[str, Any], files: dict[str, Any] | None = None) -> str:
        return str(request.param(verifiers, document, files or published()))

    return ask


@pytest.mark.parametrize("kind", GOOD)
def test_accepts_every_kind_we_issue(judge: Judge, kind: str) -> None:
    assert judge(sign(GOOD[kind], SIGNER, LONG_AGO)) == "good"


def test_refuses_one_other_character_in_any_field(judge: Judge) -> None:
    document = issued()
    paths = list(leaves(document))
    assert len(paths) > 60
    assert [path for path in paths if judge(flipped(document, path)) != "refused"] == []


@pytest.mark.nightly
def test_refuses_any_other_character_of_any_field(judge: Judge) -> None:
    """Some dates are refused as out of date before the signature is looked at."""
    document = sign(GOOD["awkward texts"], SIGNER, LONG_AGO)
    for path in leaves(document):
        value = document
        for key in path:
            value = value[key]
        for position in range(len(value) if isinstance(value, str) else 1):
            assert judge(flipped(document, path, position)) != "good", (path, position)


def test_refuses_one_thing_more_in_any_object(judge: Judge) -> None:
    document = issued()
    paths = list(objects(document))
    assert len(paths) > 12
    assert [path for path in paths if judge(smuggled(document, path)) != "refused"] == []


def test_refuses_one_thing_less(judge: Judge) -> None:
    document = issued()
    for field in document:
        assert judge({name: value for name, value in document.items() if name != field}) == "refused", field


def test_refuses_another_key(judge: Judge) -> None:
    """Under our key's name; under a name we never published; another issuer's, which publishes its own."""
    assert judge(issued(generate_key(SIGNER.key_id))) == "refused"
    assert judge(issued(NEW_KEY)) == "refused"
    other = generate_key("did:web:other.example#key-2026-01")
    theirs = did_document("did:web:other.example", KeyRing((other.public_key(),)))
    files = {**published(), "https://other.example/.well-known/did.json": theirs}
    assert judge(issued_with_the_key_of_another(other), files) == "refused"


def test_reads_the_dates(judge: Judge) -> None:
    assert judge(issued(valid_until=PAST)) == "expired"
    assert judge(issued(valid_from=FAR.replace(year=2998))) in ("expired", "refused")


def test_reads_revoked_as_revoked(judge: Judge) -> None:
    assert judge(issued(), published(revoked=(REVOKED,))) == "revoked"
    assert judge(issued(), published(revoked=(REVOKED - 1, REVOKED + 1))) == "good"


def test_believes_no_status_list_but_ours(verifiers: Verifiers) -> None:
    """Forged, out of date, changed or absent: neither says "good", and each says why in its own way."""
    good = status_list()
    subject = {**good["credentialSubject"], "encodedList": status_list(1)["credentialSubject"]["encodedList"]}
    unsigned = {name: value for name, value in good.items() if name != "proof"}
    lists = {
        "changed": {**good, "credentialSubject": subject},
        "forged": sign_document(unsigned, generate_key(SIGNER.key_id), LONG_AGO),
        "out of date": sign_document({**unsigned, "validUntil": "2021-01-01T00:00:00Z"}, SIGNER, LONG_AGO),
    }
    for name, document in lists.items():
        files = {**published(), LIST_URL: document}
        assert verifiers.ask("vc", document=issued(), files=files)["verified"] is False, name
        steps = verifiers.ask("verifier-core", document=issued(), files=files)["steps"]
        assert steps["revocation_status"] is not True, name
    files = {DID_URL: published()[DID_URL]}
    assert verifiers.ask("vc", document=issued(), files=files)["verified"] is False
    assert verifiers.ask("verifier-core", document=issued(), files=files)["steps"]["revocation_status"] is not True


def test_a_rotated_key_verifies_old_and_new(judge: Judge) -> None:
    files = published(KeyRing((SIGNER.public_key(KeyState.RETIRED, NOW), NEW_KEY.public_key())))
    assert judge(issued(), files) == "good"
    assert judge(issued(NEW_KEY), files) == "good"


def test_a_compromised_key_is_refused(judge: Judge) -> None:
    """The key stays in did.json and leaves `assertionMethod`; the list is signed anew, as in the drill."""
    ring = KeyRing((SIGNER.public_key(KeyState.COMPROMISED, NOW), NEW_KEY.public_key()))
    relisted = sign_document(
        {name: value for name, value in status_list().items() if name != "proof"}, NEW_KEY, LONG_AGO
    )
    files = {**published(ring), LIST_URL: relisted}
    assert judge(issued()) == "good"
    assert judge(issued(), files) == "refused"
    assert judge(issued(NEW_KEY), files) == "good"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_golden_certificates_are_good(verifiers: Verifiers, language: str) -> None:
    """Their status list held for its day only, and both verifiers read the real clock: a list of today stands in."""
    document = json.loads((GOLDEN / f"credential.{language}.json").read_bytes())
    files = {**published(), DID_URL: json.loads((GOLDEN / "did.json").read_bytes())}
    assert judged_by_vc(verifiers, document, files) in ("good", "expired")
    assert judged_by_core(verifiers, document, files) in ("good", "expired")


def test_the_published_key_is_the_same_in_both_files(verifiers: Verifiers) -> None:
    """`@digitalbazaar/ed25519-multikey` reads did.json and makes of the key what our key set says."""
    for signer in (SIGNER, NEW_KEY):
        ring = KeyRing((signer.public_key(),))
        said = verifiers.ask("multikey", method=did_document(DID, ring)["verificationMethod"][0])
        assert said["jwk"]["x"] == jwks(ring)["keys"][0]["x"]
        assert said["jwk"]["crv"] == "Ed25519"


def test_the_signature_of_a_file_is_checked_by_others(verifiers: Verifiers) -> None:
    """Over the SHA-256 of its bytes, as docs/verify-without-us.md tells; one other byte is refused."""
    data = (GOLDEN / "certificate.fr.pdf").read_bytes()
    method = did_document(DID, RING)["verificationMethod"][0]
    signature = file_signature(data, SIGNER).hex()
    for bytes_, expected in ((data, True), (data[:-1] + b"\0", False)):
        digest = hashlib.sha256(bytes_).hexdigest()
        said = verifiers.ask("multikey", method=method, data=digest, signature=signature)
        assert said["verified"] is expected


@pytest.fixture
def schema() -> Any:
    """The JSON Schema of an Open Badges 3.0 credential."""
    path = Path(os.environ["TEST_DATA"]) / "vectors" / "ob3-schema" / "ob_v3p0_achievementcredential_schema.json"
    return json.loads(path.read_bytes())


@pytest.mark.reference_data
@pytest.mark.parametrize("kind", GOOD)
def test_open_badges_schema(verifiers: Verifiers, schema: Any, kind: str) -> None:
    """By ajv, with formats, and by verifier-core, which looks the schema up by the type of the credential."""
    document = sign(GOOD[kind], SIGNER, LONG_AGO)
    assert verifiers.ask("ajv", document=document, schema=schema) == {"valid": True, "errors": []}
    files = {**published(), schema["$id"]: schema}
    assert verifiers.ask("verifier-core", document=document, files=files)["schema"] == [True]


@pytest.mark.reference_data
def test_the_schema_refuses_what_is_no_badge(verifiers: Verifiers, schema: Any) -> None:
    document = issued()
    wrong = [
        {name: value for name, value in document.items() if name != "issuer"},
        {**document, "credentialStatus": [document["credentialStatus"]]},
        {**document, "validFrom": "yesterday"},
        {**document, "type": ["OpenBadgeCredential"]},
    ]
    for each in wrong:
        assert verifiers.ask("ajv", document=each, schema=schema)["valid"] is False
    files = {**published(), schema["$id"]: schema}
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    listed = sign_document({**unsigned, "credentialStatus": [unsigned["credentialStatus"]]}, SIGNER, LONG_AGO)
    assert verifiers.ask("verifier-core", document=listed, files=files)["schema"] == [False]
