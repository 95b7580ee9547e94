"""The PAdES seal: good to PDF readers, broken by any change, and harmless to what is inside."""

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

from certificates.errors import KeyMaterialError
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


def status_of(pdf: bytes) -> Any:
    """What pyHanko's own verifier says, trusting the test certificate alone."""
    from pyhanko.keys import load_certs_from_pemder_data
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    roots = list(load_certs_from_pemder_data(KEY.certificate.public_bytes(Encoding.PEM)))
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
        assert [float(side) for side in pdf.Root.AcroForm.Fields[0].Rect] == [0, 0, 0, 0]


def test_poppler_agrees(sealed: bytes, tmp_path: Path) -> None:
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    outcome = subprocess.run(
        [need("pdfsig"), str(tmp_path / "sealed.pdf")], capture_output=True, text=True, check=False
    )
    assert "Signature is Valid." in outcome.stdout
    assert "Total document signed" in outcome.stdout


@pytest.mark.parametrize("position", [100, 5_000, 30_000, 55_000])
def test_any_change_breaks_it(sealed: bytes, position: int) -> None:
    changed = sealed[:position] + bytes([sealed[position] ^ 1]) + sealed[position + 1 :]
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
