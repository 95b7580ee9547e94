"""The published vectors and schemas, read from the folder TEST_DATA names."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from certificates.canonical import canonical_form
from certificates.errors import KeyMaterialError
from certificates.keys import PublicKey, decode_base58, encode_multikey
from certificates.signing import signing_input
from certificates.strict_json import parse, serialise
from tests.certificates.builders import credential, signed, skills
from tests.certificates.json_schema import problems
from tests.certificates.test_signing import with_examples

pytestmark = pytest.mark.reference_data


@pytest.fixture
def vectors() -> Path:
    """Where the vectors are."""
    return Path(os.environ["TEST_DATA"]) / "vectors"


def test_rfc_8785(vectors: Path) -> None:
    inputs = sorted((vectors / "jcs" / "input").glob("*.json"))
    assert len(inputs) >= 6
    for path in inputs:
        expected = (vectors / "jcs" / "output" / path.name).read_bytes()
        assert serialise(parse(path.read_bytes())) == expected, path.name


def test_w3c_vc_di_eddsa(vectors: Path) -> None:
    folder = vectors / "vc-di-eddsa" / "eddsa-rdfc-2022"
    signed_document = json.loads((folder / "signedDataInt.json").read_bytes())
    proof = signed_document.pop("proof")
    options = {key: value for key, value in proof.items() if key != "proofValue"}
    configuration = json.loads((folder / "proofConfigDataInt.json").read_bytes())
    assert canonical_form(signed_document, with_examples) == (folder / "canonDocDataInt.txt").read_bytes()
    assert canonical_form(configuration, with_examples) == (folder / "proofCanonDataInt.txt").read_bytes()
    message = signing_input(signed_document, options, with_examples)
    assert message.hex() == (folder / "combinedHashDataInt.txt").read_text().strip()
    keys = json.loads((vectors / "vc-di-eddsa" / "keyPair.json").read_bytes())
    key = PublicKey("did:example:issuer#key", keys["publicKeyMultibase"])
    assert key.verifies(decode_base58(proof["proofValue"]), message)
    assert decode_base58(proof["proofValue"]).hex() == (folder / "sigHexDataInt.txt").read_text().strip()


def test_wycheproof_ed25519(vectors: Path) -> None:
    groups = json.loads((vectors / "wycheproof" / "ed25519_test.json").read_bytes())["testGroups"]
    tried = 0
    for group in groups:
        raw = bytes.fromhex(group["publicKey"]["pk"])
        for case in group["tests"]:
            assert _verifies(raw, case) == (case["result"] == "valid"), case["tcId"]
            tried += 1
    assert tried > 100


def _verifies(raw: bytes, case: dict[str, Any]) -> bool:
    try:
        key = PublicKey("did:example:issuer#key", encode_multikey(raw))
    except KeyMaterialError:
        return False
    return key.verifies(bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))


@pytest.fixture
def schema(vectors: Path) -> Any:
    """The JSON Schema of an Open Badges 3.0 credential."""
    return json.loads((vectors / "ob3-schema" / "ob_v3p0_achievementcredential_schema.json").read_bytes())


def test_open_badges_schema(schema: Any) -> None:
    plain = credential()
    for document in (
        signed(),
        signed(valid_until=None, evidence=(), results=()),
        {**credential().to_dict()},
        signed(achievement=type(plain.achievement)(**{**_fields(plain.achievement), "skills": skills(12)})),
    ):
        assert problems(document, schema) == []


def test_the_schema_check_sees_what_is_wrong(schema: Any) -> None:
    document = signed()
    wrong = [
        {key: value for key, value in document.items() if key != "issuer"},
        {**document, "credentialStatus": [document["credentialStatus"]]},
        {**document, "@context": ["https://example.org"]},
        {**document, "type": ["OpenBadgeCredential"]},
        {**document, "validFrom": 5},
        {
            **document,
            "credentialSubject": {**document["credentialSubject"], "identifier": [{"type": "IdentityObject"}]},
        },
    ]
    assert all(problems(each, schema) for each in wrong)


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}
