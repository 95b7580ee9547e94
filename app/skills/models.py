"""The skill taxonomy: skills with labels and levels, releases with frozen weights and neighbours."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.database import Base, JSONValue, LocalisedText, UTCDateTime


class Skill(Base):
    """One entry of the taxonomy."""

    __tablename__ = "skill"
    __table_args__ = (
        CheckConstraint("kind IN ('skill', 'knowledge')", name="kind"),
        CheckConstraint("status IN ('active', 'deprecated')", name="status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    esco_uri: Mapped[str | None] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    family: Mapped[str] = mapped_column(String(16))
    name: Mapped[dict[str, str]] = mapped_column(LocalisedText)  # the preferred labels
    can_do: Mapped[dict[str, Any]] = mapped_column(JSONValue)  # {"1": {"fr": …, "en": …}, … "4": …}
    status: Mapped[str] = mapped_column(String(12), default="active")
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("skill.id"))


class SkillLabel(Base):
    """A way of naming a skill in one language; one preferred, any number of others."""

    __tablename__ = "skill_label"
    __table_args__ = (
        Index(
            "uq_skill_label_preferred",
            "skill_id",
            "language",
            unique=True,
            sqlite_where=text("preferred"),
            postgresql_where=text("preferred"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), index=True)
    language: Mapped[str] = mapped_column(String(2))
    text: Mapped[str] = mapped_column(String(200))
    preferred: Mapped[bool]
    folded: Mapped[str] = mapped_column(String(240), index=True)


class SkillBroader(Base):
    """`skill` is a narrower form of `broader`; a graph without cycles, not a tree."""

    __tablename__ = "skill_broader"

    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), primary_key=True)
    broader_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), primary_key=True)


class TaxonomyRelease(Base):
    """An immutable state of the taxonomy; scores name the release they used."""

    __tablename__ = "taxonomy_release"
    __table_args__ = (UniqueConstraint("name", "source_sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    source_sha256: Mapped[str] = mapped_column(String(64))
    occupations: Mapped[int] = mapped_column(default=0)
    imported_at: Mapped[datetime] = mapped_column(UTCDateTime)
    source: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)  # the newest file that says the same


class SkillWeight(Base):
    """How telling a skill is in one release: idf in hundredths, 100 before any occupation is imported."""

    __tablename__ = "skill_weight"

    release_id: Mapped[int] = mapped_column(ForeignKey("taxonomy_release.id"), primary_key=True)
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), primary_key=True)
    df: Mapped[int] = mapped_column(default=0)
    idf_centi: Mapped[int]


class SkillNear(Base):
    """How much holding `near` counts for `skill`, in thousandths; the row (s, s, 1000) is always there."""

    __tablename__ = "skill_near"

    release_id: Mapped[int] = mapped_column(ForeignKey("taxonomy_release.id"), primary_key=True)
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), primary_key=True)
    near_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), primary_key=True)
    pi_milli: Mapped[int]
    reason: Mapped[str] = mapped_column(String(12))
