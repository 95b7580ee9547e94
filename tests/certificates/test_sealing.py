"""The PAdES seal: good to PDF readers, broken by any change, and harmless to what is inside."""

import socket
import stat
import subprocess
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.errors import KeyMaterialError, MalformedDocumentError
from certificates.extraction import extract_bounded
from certificates.sealing import SealKey, seal
from tests.certificates.builders import NOW
from tests.certificates.tools import need

GOLDEN = Path(__file__).parent / "golden"
PDF = (GOLDEN / "certificate.fr.pdf").read_bytes()
KEY = SealKey.generate("Les Deux Rives", NOW)


@pytest.fixture(scope="module")
def sealed() -> bytes:
    """The golden page under the test seal."""
    return seal(PDF, KEY, NOW)


def status_of(pdf: bytes, key: SealKey = KEY) -> Any:
    """What pyHanko's own verifier says, trusting this key's certificate alone."""
    from pyhanko.keys import load_certs_from_pemder_data
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    roots = list(load_certs_from_pemder_data(key.certificate.public_bytes(Encoding.PEM)))
    signature = PdfFileReader(BytesIO(pdf)).embedded_signatures[0]
    return validate_pdf_signature(signature, ValidationContext(trust_roots=roots, moment=NOW + timedelta(days=1)))


def test_is_good_and_covers_the_whole_file(sealed: bytes) -> None:
    status = status_of(sealed)
    assert status.intact
    assert status.valid
    assert status.trusted
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.signer_reported_dt == NOW
    assert status.pkcs7_signature_mechanism == "sha256_ecdsa"


def test_certifies_that_nothing_may_change(sealed: bytes) -> None:
    with pikepdf.open(BytesIO(sealed)) as pdf:
        signature = pdf.Root.Perms.DocMDP
        assert signature.SubFilter == "/ETSI.CAdES.detached"
        assert signature.Reference[0].TransformParams.P == 1
        assert signature.Reference[0].TransformParams.V == "/1.2"


def test_is_seen_by_nobody_and_hidden_from_no_one(sealed: bytes) -> None:
    """PDF/A: printed, not hidden, no size. PDF/UA: outside the page, since it has no tag."""
    with pikepdf.open(BytesIO(sealed)) as pdf:
        field = pdf.Root.AcroForm.Fields[0]
        left, bottom, right, top = (float(side) for side in field.Rect)
        assert left == right < 0
        assert bottom == top < 0
        assert field.F & 4
        assert not field.F & 2


def pdfsig(pdf: bytes, folder: Path) -> str:
    """What poppler says of the signatures of a PDF."""
    (folder / "sealed.pdf").write_bytes(pdf)
    command = [need("pdfsig"), str(folder / "sealed.pdf")]
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False).stdout


def flipped(data: bytes, position: int) -> bytes:
    """The bytes with one bit of one of them changed."""
    return data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]


def test_poppler_agrees(sealed: bytes, tmp_path: Path) -> None:
    said = pdfsig(sealed, tmp_path)
    assert "Signature is Valid." in said
    assert "Total document signed" in said


@pytest.mark.parametrize("part", [0.002, 0.1, 0.5, 0.9])
def test_poppler_refuses_a_changed_byte(sealed: bytes, part: float, tmp_path: Path) -> None:
    assert "Signature is Valid." not in pdfsig(flipped(sealed, int(len(PDF) * part)), tmp_path)


def test_poppler_refuses_what_is_added(sealed: bytes, tmp_path: Path) -> None:
    with pikepdf.open(BytesIO(sealed)) as pdf:
        pdf.docinfo["/Title"] = "Another"
        output = BytesIO()
        pdf.save(output)
    assert "Signature is Valid." not in pdfsig(output.getvalue(), tmp_path)


@pytest.mark.parametrize("position", [100, 5_000, 30_000, 55_000])
def test_any_change_breaks_it(sealed: bytes, position: int) -> None:
    changed = flipped(sealed, position)
    try:
        status = status_of(changed)
    except Exception:
        return  # not even a PDF any more
    assert not (status.intact and status.valid)


def test_what_is_inside_stays(sealed: bytes) -> None:
    assert sealed.startswith(PDF)
    assert extract_bounded(sealed).credential_bytes == (GOLDEN / "credential.fr.json").read_bytes()
    with pikepdf.open(BytesIO(sealed)) as pdf, pdf.open_metadata() as metadata:
        assert metadata.pdfa_status == "3A"
        assert metadata["pdfuaid:part"] == "1"


class TestEd25519:
    """The other seal: sound, and shown as broken by today's readers; should that change, this says so."""

    def test_is_good_to_those_who_know_it(self) -> None:
        key = SealKey.generate("Les Deux Rives", NOW, "ed25519")
        sealed = seal(PDF, key, NOW)
        status = status_of(sealed, key)
        assert status.intact
        assert status.valid
        assert status.trusted
        assert status.pkcs7_signature_mechanism == "ed25519"
        assert status.md_algorithm == "sha512"
        assert not status_of(flipped(sealed, 5_000), key).intact

    def test_is_shown_as_broken_by_poppler(self, tmp_path: Path) -> None:
        key = SealKey.generate("Les Deux Rives", NOW, "ed25519")
        assert "Signature is Valid." not in pdfsig(seal(PDF, key, NOW), tmp_path)

    def test_is_saved_and_opened(self, tmp_path: Path) -> None:
        key = SealKey.generate("Les Deux Rives", NOW, "ed25519")
        key.save_pem(tmp_path / "seal.pem", tmp_path / "seal.crt", b"correct horse")
        opened = SealKey.from_pem(tmp_path / "seal.pem", tmp_path / "seal.crt", b"correct horse")
        assert opened.kind == "ed25519"
        assert KEY.kind == "p256"


def test_what_is_not_a_pdf_is_not_sealed() -> None:
    for data in (b"", b"%PDF-1.7\n", b"hello", PDF[:2000]):
        with pytest.raises(MalformedDocumentError):
            seal(data, KEY, NOW)


def test_a_long_name_has_room() -> None:
    key = SealKey.generate("É" * 64, NOW)
    assert status_of(seal(PDF, key, NOW), key).valid


def test_needs_no_clock_and_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: Any, **_options: Any) -> None:
        raise AssertionError("the seal opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    then = NOW + timedelta(days=900)
    assert status_of(seal(PDF, KEY, then)).signer_reported_dt == then


class TestKeyFiles:
    def test_saved_and_opened(self, tmp_path: Path) -> None:
        key, certificate = tmp_path / "seal.pem", tmp_path / "seal.crt"
        KEY.save_pem(key, certificate, b"correct horse")
        assert stat.S_IMODE(key.stat().st_mode) == 0o400
        assert SealKey.from_pem(key, certificate, b"correct horse").certificate == KEY.certificate
        with pytest.raises(KeyMaterialError):
            SealKey.from_pem(key, certificate, b"wrong")
        with pytest.raises(KeyMaterialError):
            KEY.save_pem(key, certificate)

    def test_refuses_a_certificate_of_another_key(self) -> None:
        with pytest.raises(KeyMaterialError):
            SealKey(KEY.private_key, SealKey.generate("Other", NOW).certificate)

    def test_refuses_other_curves(self) -> None:
        with pytest.raises(KeyMaterialError):
            SealKey(ec.generate_private_key(ec.SECP384R1()), KEY.certificate)

    def test_names_its_owner_and_ends(self) -> None:
        subject = KEY.certificate.subject.rfc4514_string()
        assert subject == "CN=Les Deux Rives,O=Les Deux Rives"
        assert KEY.certificate.not_valid_after_utc > NOW + timedelta(days=3650)
