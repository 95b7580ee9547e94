"""Someone else's verifier (openbadgeslib) says the same of our certificates."""

import copy
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certificates.keys import PublicKey, decode_multikey, generate_key
from certificates.signing import serialise, sign
from tests.certificates.builders import NOW, SIGNER, credential, signed

ldp = pytest.importorskip("openbadgeslib.ob3.ldp", exc_type=ImportError)
verifier_errors = pytest.importorskip("openbadgeslib.ob3.verifier", exc_type=ImportError)


def pem_of(key: PublicKey) -> bytes:
    """The public key as the other library takes it."""
    raw = Ed25519PublicKey.from_public_bytes(decode_multikey(key.multibase))
    return raw.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture
def current() -> dict[str, Any]:
    """A certificate in date on the day this runs: the other library reads the real clock."""
    return signed(valid_from=NOW.replace(year=2020), valid_until=None)


def test_accepts_ours(current: dict[str, Any]) -> None:
    badge = ldp.OB3LdpVerifier(pem_of(SIGNER.public_key())).verify(serialise(current))
    assert badge.identifiers[0].identity_hash == "Claire Fontanel"
    assert badge.achievement.name == "Évaluer un modèle de classification"


@pytest.mark.parametrize("field", ["name", "description", "version", "humanCode"])
def test_refuses_a_changed_one(current: dict[str, Any], field: str) -> None:
    changed = copy.deepcopy(current)
    changed["credentialSubject"]["achievement"][field] += "x"
    with pytest.raises(verifier_errors.OB3VerificationError):
        ldp.OB3LdpVerifier(pem_of(SIGNER.public_key())).verify(serialise(changed))


def test_refuses_another_key() -> None:
    stranger = generate_key(SIGNER.key_id)
    document = sign(credential(valid_from=NOW.replace(year=2020)), stranger, NOW)
    with pytest.raises(verifier_errors.OB3VerificationError):
        ldp.OB3LdpVerifier(pem_of(SIGNER.public_key())).verify(serialise(document))
