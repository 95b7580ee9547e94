"""The seal PDF readers check: PAdES, ECDSA on P-256, certifying that nothing may change.

It is the second signature, for those who open the file in a reader; the first, and the one that
counts, is the credential's inside. Readers of today show an Ed25519 seal as broken, hence P-256.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from certificates.errors import KeyMaterialError
from certificates.keys import read_private_file, write_private_file

FIELD = "Seal"
VALIDITY = timedelta(days=3652)


@dataclass(frozen=True, slots=True)
class SealKey:
    """A P-256 key and the X.509 certificate that says whose it is."""

    private_key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def __post_init__(self) -> None:
        if not isinstance(self.private_key.curve, ec.SECP256R1):
            raise KeyMaterialError("The seal's key is not on the curve P-256.")
        if self.certificate.public_key() != self.private_key.public_key():
            raise KeyMaterialError("The seal's certificate belongs to another key.")

    @classmethod
    def generate(cls, organisation: str, now: datetime) -> Self:
        """A new key with a certificate it signs itself, good for ten years from `now` (aware)."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
                x509.NameAttribute(NameOID.COMMON_NAME, organisation[:64]),
            ]
        )
        usage = dict.fromkeys(
            ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
        )
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now.astimezone(UTC).replace(microsecond=0))
            .not_valid_after(now.astimezone(UTC).replace(microsecond=0) + VALIDITY)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=True, content_commitment=True, encipher_only=False, decipher_only=False, **usage
                ),
                critical=True,
            )
        )
        return cls(key, builder.sign(key, hashes.SHA256()))

    @classmethod
    def from_pem(cls, key_path: Path, certificate_path: Path, passphrase: bytes | None = None) -> Self:
        """Open both PEM files; only its owner may read the key's."""
        try:
            key = load_pem_private_key(read_private_file(key_path), passphrase)
            certificate = x509.load_pem_x509_certificate(certificate_path.read_bytes())
        except (OSError, ValueError, TypeError) as error:
            raise KeyMaterialError("The seal cannot be opened: wrong passphrase, or not PEM files.") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise KeyMaterialError("The seal's key is not on the curve P-256.")
        return cls(key, certificate)

    def save_pem(self, key_path: Path, certificate_path: Path, passphrase: bytes | None = None) -> None:
        """Write the key with mode 0400, then the certificate; an existing key is never overwritten."""
        protection = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
        write_private_file(key_path, self.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection))
        certificate_path.write_bytes(self.certificate.public_bytes(Encoding.PEM))


def seal(pdf: bytes, key: SealKey, now: datetime) -> bytes:
    """The PDF with the seal appended, dated `now` (aware); an ECDSA seal never has the same bytes twice."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import PdfSignatureMetadata
    from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter

    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    signer = _dated_signer()(metadata, _signer_of(key), new_field_spec=SigFieldSpec(FIELD))
    signer.moment = now
    sealed: bytes = signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf))).getvalue()
    return sealed


def _signer_of(key: SealKey) -> Any:
    from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    pem = key.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return SimpleSigner(
        signing_cert=next(iter(load_certs_from_pemder_data(key.certificate.public_bytes(Encoding.PEM)))),
        signing_key=load_private_key_from_pemder_data(pem, None),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )


@cache
def _dated_signer() -> Any:
    from pyhanko.sign import PdfSigner

    class DatedSigner(PdfSigner):
        """A signer told the time, instead of reading a clock."""

        moment: datetime

        def init_signing_session(self, *arguments: Any, **options: Any) -> Any:
            """The session pyHanko opens, at our time."""
            session = super().init_signing_session(*arguments, **options)
            session.system_time = self.moment
            return session

    return DatedSigner
