"""Keys: RFC 8032, Multikey, safe files, the ring and its published forms."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from certificates.errors import KeyMaterialError
from certificates.keys import (
    FileSigner,
    KeyRing,
    KeyState,
    PublicKey,
    decode_base58,
    decode_multikey,
    did_document,
    encode_base58,
    encode_multikey,
    generate_key,
    jwks,
)
from tests.certificates.builders import DID, RING, SIGNER

# RFC 8032 §7.1: secret key, public key, message, signature.
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]

FIELD = 2**255 - 19
CURVE_D = -121665 * pow(121666, -1, FIELD) % FIELD


@pytest.mark.parametrize(("secret", "public", "message", "signature"), RFC_8032)
def test_signs_as_rfc_8032_says(secret: str, public: str, message: str, signature: str) -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
    signer = FileSigner(f"{DID}#rfc", private)
    assert signer.sign(bytes.fromhex(message)).hex() == signature
    assert decode_multikey(signer.public_key().multibase).hex() == public
    assert signer.public_key().verifies(bytes.fromhex(signature), bytes.fromhex(message))
    assert not signer.public_key().verifies(bytes.fromhex(signature), b"another message")


def test_a_signature_is_never_taken_in_a_second_form() -> None:
    # S + L is the same number on the curve: a verifier that takes it lets a document be altered.
    order = 2**252 + 27742317777372353535851937790883648493
    signature = SIGNER.sign(b"text")
    twin = signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    assert not SIGNER.public_key().verifies(twin, b"text")
    assert not SIGNER.public_key().verifies(signature[:-1], b"text")


@given(st.binary(max_size=70))
def test_base58_round_trips(data: bytes) -> None:
    assert decode_base58(encode_base58(data)) == data


@pytest.mark.parametrize("text", ["", "z0", "zO", "zl", "m6Mk", "z" + "1" * 200, "z\u00e9"])
def test_base58_refuses_other_alphabets(text: str) -> None:
    with pytest.raises(KeyMaterialError):
        decode_base58(text)


def test_multikey_is_the_known_one() -> None:
    # The public key of the W3C vc-di-eddsa example.
    multibase = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
    assert encode_multikey(decode_multikey(multibase)) == multibase


def small_order_points() -> list[bytes]:
    """Every encoding of a point whose order divides 8, found by doubling, canonical or not."""
    found = []
    for y in {0, 1, FIELD - 1, *_roots_of_order_eight()}:
        for number in (y, y + FIELD):
            if number < 2**255:
                found += [number.to_bytes(32, "little"), (number | 2**255).to_bytes(32, "little")]
    return found


def _roots_of_order_eight() -> list[int]:
    """y with y² = x²·(…) such that doubling lands on y = 0: -x² + y² = 1 + d·x²·y² with y² = -x²."""
    # y² = -x² gives 2y² = 1 - d·y⁴, a quadratic in y².
    root = _square_root((1 + CURVE_D) % FIELD)
    squares = [(-1 + sign * root) * pow(CURVE_D, -1, FIELD) % FIELD for sign in (1, -1)]
    found = [y for square in squares if (y := _square_root(square)) is not None]
    return [value for y in found for value in (y, FIELD - y)]


def _square_root(square: int) -> int | None:
    root = pow(square, (FIELD + 3) // 8, FIELD)
    if root * root % FIELD != square:
        root = root * pow(2, (FIELD - 1) // 4, FIELD) % FIELD
    return root if root * root % FIELD == square else None


def test_refuses_every_key_of_small_order() -> None:
    points = small_order_points()
    assert len(points) >= 12
    for point in points:
        with pytest.raises(KeyMaterialError):
            PublicKey(f"{DID}#bad", encode_multikey(point))


@pytest.mark.parametrize(
    "multibase",
    [
        "z6Mk",
        encode_base58(b"\xec\x01" + bytes(range(32))),  # an X25519 key
        encode_base58(b"\xed\x01" + bytes(range(31))),
        encode_base58(b"\xed\x01" + bytes(range(33))),
    ],
)
def test_refuses_other_kinds_of_key(multibase: str) -> None:
    with pytest.raises(KeyMaterialError):
        decode_multikey(multibase)


@pytest.mark.parametrize("key_id", ["", "no-fragment", "#alone", f"{DID}#", f"{DID}#z6MkrJVnaZkeFzdQyMZu1cgjg7k1"])
def test_refuses_ids_that_cannot_be_published(key_id: str) -> None:
    with pytest.raises(KeyMaterialError):
        generate_key(key_id)


class TestFiles:
    def test_saved_for_its_owner_only_and_read_back(self, tmp_path: Path) -> None:
        signer, path = generate_key(f"{DID}#key-2026-01"), tmp_path / "key.pem"
        signer.save_pem(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o400
        again = FileSigner.from_pem(path, key_id=signer.key_id)
        assert again.public_key() == signer.public_key()
        assert again.sign(b"text") == signer.sign(b"text")

    def test_encrypted_with_a_passphrase(self, tmp_path: Path) -> None:
        signer, path = generate_key(f"{DID}#key-2026-01"), tmp_path / "key.pem"
        signer.save_pem(path, b"correct horse")
        assert b"ENCRYPTED" in path.read_bytes()
        assert FileSigner.from_pem(path, b"correct horse", key_id=signer.key_id).public_key() == signer.public_key()
        for wrong in (None, b"wrong horse"):
            with pytest.raises(KeyMaterialError):
                FileSigner.from_pem(path, wrong, key_id=signer.key_id)

    def test_never_overwritten(self, tmp_path: Path) -> None:
        path = tmp_path / "key.pem"
        generate_key(f"{DID}#one").save_pem(path)
        before = path.read_bytes()
        with pytest.raises(KeyMaterialError):
            generate_key(f"{DID}#two").save_pem(path)
        assert path.read_bytes() == before

    @pytest.mark.parametrize("mode", [0o440, 0o404, 0o644, 0o420])
    def test_refused_when_others_may_read(self, tmp_path: Path, mode: int) -> None:
        path = tmp_path / "key.pem"
        generate_key(f"{DID}#key").save_pem(path)
        path.chmod(mode)
        with pytest.raises(KeyMaterialError, match="chmod"):
            FileSigner.from_pem(path, key_id=f"{DID}#key")

    def test_refuses_other_keys_and_other_files(self, tmp_path: Path) -> None:
        other = ec.generate_private_key(ec.SECP256R1())
        pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        for data in (pem, b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"):
            with pytest.raises(KeyMaterialError):
                FileSigner.from_pem_bytes(data, key_id=f"{DID}#key")
        with pytest.raises(KeyMaterialError):
            FileSigner.from_pem(tmp_path / "absent.pem", key_id=f"{DID}#key")


class TestRing:
    OLD = generate_key(f"{DID}#key-2025-01").public_key(KeyState.RETIRED, datetime(2026, 1, 1, tzinfo=UTC))
    BAD = generate_key(f"{DID}#key-2024-01").public_key(KeyState.COMPROMISED)
    RING = KeyRing((*RING.keys, OLD, BAD))

    def test_did_document_keeps_old_keys_and_disowns_bad_ones(self) -> None:
        document = did_document(DID, self.RING)
        assert document["assertionMethod"] == [SIGNER.key_id, self.OLD.id]
        assert [method["id"] for method in document["verificationMethod"]] == [key.id for key in self.RING.keys]
        assert {method["controller"] for method in document["verificationMethod"]} == {DID}

    def test_did_document_is_read_back(self) -> None:
        ring = KeyRing.from_did_document(did_document(DID, self.RING))
        assert [key.state for key in ring.keys] == [KeyState.ACTIVE, KeyState.ACTIVE, KeyState.COMPROMISED]
        assert ring.issuers == {DID}
        assert ring.find(f"{DID}#absent") is None

    def test_jwks_has_the_same_keys_without_the_bad_ones(self) -> None:
        keys = jwks(self.RING)["keys"]
        assert [key["kid"] for key in keys] == [SIGNER.key_id, self.OLD.id]
        assert all(key["kty"] == "OKP" and key["crv"] == "Ed25519" and len(key["x"]) == 43 for key in keys)

    def test_two_keys_never_share_an_id(self) -> None:
        with pytest.raises(KeyMaterialError):
            KeyRing((*RING.keys, *RING.keys))

    @pytest.mark.parametrize(
        "change",
        [
            {"verificationMethod": None},
            {"id": "did:web:other.example"},
            {"assertionMethod": 3},
            {"verificationMethod": [{}]},
        ],
    )
    def test_refuses_other_documents(self, change: dict[str, object]) -> None:
        with pytest.raises(KeyMaterialError):
            KeyRing.from_did_document({**did_document(DID, RING), **change})
