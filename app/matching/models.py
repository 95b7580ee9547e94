"""Consent, wishes, the index of proven skills, invitations and the record of what was shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.database import Base, JSONValue, UTCDateTime


class MatchProfile(Base):
    """A learner's matching settings: off by default, pseudonymous until they choose."""

    __tablename__ = "match_profile"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    pseudonym: Mapped[str] = mapped_column(String(26), unique=True)  # public id while blind
    visible: Mapped[bool] = mapped_column(default=False, index=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))  # breaks ties in the learner's list
    note: Mapped[str] = mapped_column(String(500), default="")
    wishes: Mapped[dict[str, Any]] = mapped_column(JSONValue)
    """{"remote": {"values": [..], "weight": "must|important|nice"}, "contract": …, "place": …, "pay_floor": …}"""
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Consent(Base):
    """Each time a person agreed or withdrew, with the text they read; append-only."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(40))
    given: Mapped[bool]
    text_sha256: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(2))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class CandidateSkill(Base):
    """Proven skills of visible people, as integers: what the ranking query reads."""

    __tablename__ = "candidate_skill"
    __table_args__ = (Index("ix_candidate_skill_account_id", "account_id"), {"sqlite_with_rowid": False})

    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    ev_milli: Mapped[int]  # level · freshness · assurance, 0–4000
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"))


class Invitation(Base):
    """An employer asks a pseudonymous learner to talk; identity is shown only when they accept."""

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("offer_id", "account_id"),
        CheckConstraint("state IN ('sent', 'accepted', 'declined')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    message: Mapped[str] = mapped_column(String(1000))
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class MatchRun(Base):
    """One computation of an offer's list: which formula, which taxonomy, when."""

    __tablename__ = "match_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"), index=True)
    formula_version: Mapped[str] = mapped_column(String(16))
    release_id: Mapped[int] = mapped_column(ForeignKey("taxonomy_release.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class MatchSubject(Base):
    """The random name under which a person appears in the record; deleted on erasure."""

    __tablename__ = "match_subject"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(26), unique=True)


class MatchRow(Base):
    """A person's place in a run, recomputable from the inputs whose hash is here."""

    __tablename__ = "match_row"

    run_id: Mapped[int] = mapped_column(ForeignKey("match_run.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(26), primary_key=True)
    inputs_sha256: Mapped[str] = mapped_column(String(64))
    score: Mapped[int]
    essential: Mapped[int]
    rank: Mapped[int]
    eligible: Mapped[bool]


class MatchInputs(Base):
    """The integers a score was computed from, by their hash."""

    __tablename__ = "match_inputs"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    inputs: Mapped[dict[str, Any]] = mapped_column(JSONValue)
