"""The seal PDF readers check: PAdES, certifying that nothing may change.

It is the second signature, for those who open the file in a reader; the first, and the one that
counts, is the credential's inside. ECDSA on P-256 by default. Ed25519 is the other choice: pyHanko
verifies it, but the readers of today (poppler, mupdf, Adobe) show such a seal as broken.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from certificates.errors import KeyMaterialError, MalformedDocumentError
from certificates.keys import read_private_file, write_private_file

FIELD = "Seal"
VALIDITY = timedelta(days=3652)
SealKind = Literal["p256", "ed25519"]

# What the signature takes beside the certificate: attributes, digests, the signature itself; 700 bytes were measured.
_SIGNATURE_BYTES = 1400


@dataclass(frozen=True, slots=True, eq=False)
class SealKey:
    """A P-256 or Ed25519 key and the X.509 certificate that says whose it is."""

    private_key: ec.EllipticCurvePrivateKey | Ed25519PrivateKey
    certificate: x509.Certificate

    def __post_init__(self) -> None:
        if isinstance(self.private_key, ec.EllipticCurvePrivateKey) and self.private_key.curve.name != "secp256r1":
            raise KeyMaterialError("The seal's key is not on the curve P-256.")
        if self.certificate.public_key() != self.private_key.public_key():
            raise KeyMaterialError("The seal's certificate belongs to another key.")

    @property
    def kind(self) -> SealKind:
        """The kind of seal this key makes."""
        return "ed25519" if isinstance(self.private_key, Ed25519PrivateKey) else "p256"

    @classmethod
    def generate(cls, organisation: str, now: datetime, kind: SealKind = "p256") -> Self:
        """A new key with a certificate it signs itself, good for ten years from `now` (aware)."""
        ed25519 = kind == "ed25519"
        key = Ed25519PrivateKey.generate() if ed25519 else ec.generate_private_key(ec.SECP256R1())
        # At most 64 bytes (RFC 5280, appendix A), and no letter cut in two.
        short = organisation.encode()[:64].decode(errors="ignore")
        name = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, short),
                x509.NameAttribute(NameOID.COMMON_NAME, short),
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
        return cls(key, builder.sign(key, None if ed25519 else hashes.SHA256()))

    @classmethod
    def from_pem(cls, key_path: Path, certificate_path: Path, passphrase: bytes | None = None) -> Self:
        """Open both PEM files; only its owner may read the key's."""
        try:
            key = load_pem_private_key(read_private_file(key_path), passphrase)
            certificate = x509.load_pem_x509_certificate(certificate_path.read_bytes())
        except (OSError, ValueError, TypeError) as error:
            raise KeyMaterialError("The seal cannot be opened: wrong passphrase, or not PEM files.") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey | Ed25519PrivateKey):
            raise KeyMaterialError("The seal's key is neither on the curve P-256 nor an Ed25519 key.")
        return cls(key, certificate)

    def save_pem(self, key_path: Path, certificate_path: Path, passphrase: bytes | None = None) -> None:
        """Write the key with mode 0400, then the certificate; an existing key is never overwritten."""
        protection = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
        write_private_file(key_path, self.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection))
        certificate_path.write_bytes(self.certificate.public_bytes(Encoding.PEM))


def seal(pdf: bytes, key: SealKey, now: datetime) -> bytes:
    """The PDF with the seal appended, dated `now` (aware): its own bytes stay as they are, in front.

    A seal never has the same bytes twice. Nothing is fetched: no time stamp, no revocation list.
    MalformedDocumentError when the bytes are not a PDF that can be added to.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.misc import PdfError

    try:
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        sealed: bytes = _signer(key, now).sign_pdf(writer, bytes_reserved=_reserved(key)).getvalue()
    except (PdfError, ValueError) as error:
        raise MalformedDocumentError("The file is not a PDF that can be sealed.") from error
    return sealed


def preload(key: SealKey) -> None:
    """Import the sealing library and ready the key now, so that the first seal is not slower."""
    _signing_key(key)
    _dated_signer()


def _signer(key: SealKey, now: datetime) -> Any:
    from pyhanko.sign import PdfSignatureMetadata
    from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter

    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        # RFC 8419 §3.1: with Ed25519, the digest is SHA-512.
        md_algorithm="sha512" if key.kind == "ed25519" else "sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    # Off the page: PDF/A forbids a hidden field, PDF/UA asks for a tag on any that is neither hidden nor outside.
    field = SigFieldSpec(FIELD, invis_sig_settings=InvisSigSettings(box_out_of_bounds=True))
    signer = _dated_signer()(metadata, _signing_key(key), new_field_spec=field)
    signer.moment = now
    return signer


def _reserved(key: SealKey) -> int:
    """Room for the signature, in hexadecimal digits; without it, pyHanko signs once more to measure."""
    return 2 * (len(key.certificate.public_bytes(Encoding.DER)) + _SIGNATURE_BYTES)


@lru_cache(maxsize=4)
def _signing_key(key: SealKey) -> Any:
    from pyhanko.keys import load_certs_from_pemder_data
    from pyhanko.sign.signers import Signer
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    class SigningKey(Signer):
        """Signs with the key where it is: it is never copied out."""

        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            """The signature of `data`, made at once."""
            if isinstance(key.private_key, Ed25519PrivateKey):
                return key.private_key.sign(data)
            return key.private_key.sign(data, ec.ECDSA(hashes.SHA256()))

    return SigningKey(
        signing_cert=next(iter(load_certs_from_pemder_data(key.certificate.public_bytes(Encoding.DER)))),
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
