"""What these tests sign and draw: one issuer, one test key, one credential to vary."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certificates.credential import Achievement, Credential, Evidence, Holder, Issuer, Result, Skill, StatusEntry
from certificates.design import Design
from certificates.keys import FileSigner, KeyRing
from certificates.page import CertificatePage, Exam
from certificates.signing import sign

SITE = "https://passerelle.example"
DID = "did:web:passerelle.example"
LIST_URL = f"{SITE}/credentials/status/1"
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
# A key for tests only: its private half is written here.
SIGNER = FileSigner(f"{DID}#key-2026-01", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
RING = KeyRing((SIGNER.public_key(),))


def skills(count: int = 2) -> tuple[Skill, ...]:
    """So many skills of our own framework."""
    return tuple(
        Skill(f"{SITE}/skills/skill-{number}", f"skill-{number}", f"Compétence {number}", "intermediate", "Passerelle")
        for number in range(1, count + 1)
    )


def credential(**changes: Any) -> Credential:
    """A credential of intermediate tier, in French, good from NOW for three years."""
    achievement_id = f"{SITE}/credentials/evaluer-un-modele-1"
    plain = Credential(
        id="urn:uuid:58172aac-d8ba-41ed-83dd-0b3aef56cc33",
        issuer=Issuer(DID, "Les Deux Rives", f"{SITE}/"),
        holder=Holder("Claire Fontanel"),
        achievement=Achievement(
            id=achievement_id,
            name="Évaluer un modèle de classification",
            description="Mesurer ce que vaut un modèle, et dire où il se trompe.",
            criteria="Réussir l’examen : 20 questions, seuil à 70 sur 100.",
            tier="intermediate",
            human_code="EVAL-2",
            language="fr",
            version="1.2.0",
            skills=skills(),
        ),
        status=StatusEntry(LIST_URL, 94567),
        valid_from=NOW,
        awarded=NOW,
        valid_until=datetime(2029, 11, 22, 10, 0, tzinfo=UTC),
        results=(Result(f"{achievement_id}#score", "Note", "Percent", "76", "0", "100", "70"),),
        evidence=(Evidence("Examen", "Première tentative, à distance, sans surveillance."),),
    )
    return replace(plain, **changes)


def signed(**changes: Any) -> dict[str, Any]:
    """The credential, signed with the test key."""
    return sign(credential(**changes), SIGNER, NOW)


DESIGN = Design(signatory_name="Awa Diop", signatory_role="directrice pédagogique")


def page(**changes: Any) -> CertificatePage:
    """The page of the same certificate."""
    plain = CertificatePage(
        issuer_name="Les Deux Rives",
        issuer_line="centre de formation, Nantes",
        holder="Claire Fontanel",
        achievement="Évaluer un modèle de classification",
        tier=2,
        skills=("évaluer un modèle", "interpréter un résultat"),
        exam=Exam(score=76, cut=70, attempt=1, supervised=False),
        issued=date(2026, 11, 18),
        expires=date(2029, 11, 18),
        public_id="4T9XK2MBV7QPR6HWD3N8ZC5JAY",
        verification_url=f"{SITE}/verify/4T9XK2MBV7QPR6HWD3N8ZC5JAY?k=Zx81kQm9vT3rW5yB7nPd2A",
        design=DESIGN,
    )
    return replace(plain, **changes)
