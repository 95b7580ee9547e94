"""Who has earned what: achievements, certificates, their signed documents and files, keys, status lists."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.foundation.database import Base, JSONValue, LocalisedText, UTCDateTime
from app.foundation.folding import folded


class SigningKey(Base):
    """The public part and the state of a key of the ring; private parts live in files."""

    __tablename__ = "signing_key"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'retired', 'compromised')", name="state"),
        CheckConstraint("(state = 'compromised') = (compromised_from IS NOT NULL)", name="compromised"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[str] = mapped_column(String(40), unique=True)  # key-2026-01: the fragment of the DID URL
    multibase: Mapped[str] = mapped_column(String(80), unique=True)
    state: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state_since: Mapped[datetime] = mapped_column(UTCDateTime)
    compromised_from: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when it may have left our hands


class Issuer(Base):
    """Who signs: frozen with the first key, because every credential names it for ever."""

    __tablename__ = "issuer"

    id: Mapped[int] = mapped_column(primary_key=True)
    did: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    url: Mapped[str] = mapped_column(String(200))


class StatusList(Base):
    """The published bits of revocation; an index is given once and never again."""

    __tablename__ = "status_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    bits: Mapped[bytes] = mapped_column(LargeBinary)
    signed: Mapped[str | None] = mapped_column(Text)  # the signed status list credential, as published
    signed_jwt: Mapped[str | None] = mapped_column(Text)  # the same list for readers of JWT, signed with it
    signed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Achievement(Base):
    """What can be earned: an exam of a course version, frozen as it was when first awarded.

    It outlives its course and its exam: everything that a credential says of it is in its own columns.
    """

    __tablename__ = "achievement"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    exam_version_id: Mapped[int | None] = mapped_column(ForeignKey("exam_version.id", ondelete="SET NULL"), unique=True)
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id", ondelete="SET NULL"), index=True)
    course_slug: Mapped[str] = mapped_column(String(60))
    course_version: Mapped[str] = mapped_column(String(20))
    name: Mapped[dict[str, str]] = mapped_column(LocalisedText)
    description: Mapped[dict[str, str]] = mapped_column(LocalisedText)
    criteria: Mapped[dict[str, str]] = mapped_column(LocalisedText)
    tier: Mapped[int]
    assurance: Mapped[int]
    validity_months: Mapped[int | None]
    skills: Mapped[list[dict[str, Any]]] = mapped_column(JSONValue)  # [{"id", "name": {fr, en}, "tier": 1–4, "esco"}]


class Certificate(Base):
    """Our record that somebody earned an achievement; it exists the moment it is signed."""

    __tablename__ = "certificate"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'valid', 'suspended', 'revoked', 'superseded')", name="state"),
        CheckConstraint("(state IN ('suspended', 'revoked')) = (reason IS NOT NULL)", name="reason"),
        CheckConstraint("supersedes_id IS NULL OR supersedes_id < id", name="supersedes"),
        # One pass, one certificate; what renews or corrects it is its one successor (supersedes_id is unique).
        Index(
            "uq_certificate_first_of_attempt",
            "attempt_id",
            unique=True,
            sqlite_where=text("supersedes_id IS NULL"),
            postgresql_where=text("supersedes_id IS NULL"),
        ),
        Index("ix_certificate_expiry", "state", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempt.id", ondelete="SET NULL"), index=True)
    achievement_id: Mapped[int] = mapped_column(ForeignKey("achievement.id"), index=True)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"), unique=True)
    holder_name: Mapped[str | None] = mapped_column(String(60))
    holder_key: Mapped[str | None] = mapped_column(String(200))  # the name folded, for the register; follows the name
    reveal_key: Mapped[str | None] = mapped_column(String(32))  # `k` of the printed link; gone with the holder
    language: Mapped[str] = mapped_column(String(2))
    state: Mapped[str] = mapped_column(String(12))
    state_since: Mapped[datetime] = mapped_column(UTCDateTime)
    reason: Mapped[str | None] = mapped_column(String(40))  # why it is suspended or revoked: a category
    name_public: Mapped[bool] = mapped_column(default=False)
    earned: Mapped[dict[str, Any]] = mapped_column(JSONValue)  # score, cut, items, pool, attempt, supervised, version
    design: Mapped[dict[str, Any]] = mapped_column(JSONValue)
    """style, signatory_name, signatory_role {fr, en}, logo (SHA-256 in the store), second_language: as chosen when
    it was issued, so that no later choice changes how a certificate looks"""
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    achievement: Mapped[Achievement] = relationship(lazy="joined", innerjoin=True)

    @validates("holder_name")
    def _fold_the_name(self, _key: str, name: str | None) -> str | None:
        self.holder_key = None if name is None else folded(name)[:200]
        return name


class CertificateDesign(Base):
    """How the certificates of a course look from now on; the row without a course is the site's own choice."""

    __tablename__ = "certificate_design"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), unique=True)
    design: Mapped[dict[str, Any]] = mapped_column(JSONValue)  # as in Certificate.design
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CertificateDocument(Base):
    """One signed credential of a certificate; the highest revision is the one in force."""

    __tablename__ = "certificate_document"
    __table_args__ = (UniqueConstraint("status_list_id", "status_index"),)

    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    credential: Mapped[str | None] = mapped_column(Text)  # the signed bytes; gone with the holder
    credential_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    jwt: Mapped[str | None] = mapped_column(Text)  # the same credential as VC-JWT; gone with the holder
    jwt_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    key_id: Mapped[str] = mapped_column(ForeignKey("signing_key.key_id"))
    status_list_id: Mapped[int] = mapped_column(ForeignKey("status_list.id"))
    status_index: Mapped[int]
    signed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CertificateFile(Base):
    """A PDF of a certificate, rendered once and kept for ever; `signature` is Ed25519 over its SHA-256."""

    __tablename__ = "certificate_file"
    __table_args__ = (UniqueConstraint("certificate_id", "revision", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"))
    revision: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))  # pdf
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    signature: Mapped[str | None] = mapped_column(String(120))
    key_id: Mapped[str | None] = mapped_column(ForeignKey("signing_key.key_id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CertificateSkill(Base):
    """A skill that a certificate proves: the evidence that matching reads."""

    __tablename__ = "certificate_skill"

    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), primary_key=True)
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), primary_key=True, index=True)
    level: Mapped[int]  # 1–4
    assurance: Mapped[int]  # 0–3
    issued_on: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)


class BulkTask(Base):
    """Certificates asked for together: which attempts, how far the worker is, what became of them."""

    __tablename__ = "bulk_task"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    course_slug: Mapped[str] = mapped_column(String(60))
    attempts: Mapped[list[int]] = mapped_column(JSONValue)  # keys, in the order in which they are taken
    position: Mapped[int] = mapped_column(default=0)  # how many were taken
    issued: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)  # for the signing key
    refused: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
