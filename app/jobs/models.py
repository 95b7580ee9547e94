"""Employers, their offers and what learners answered."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Base, UTCDateTime

CONTRACTS = ("permanent", "fixed-term", "apprenticeship", "internship", "freelance")
REMOTE = ("on-site", "hybrid", "remote")


class Employer(Base):
    """An organisation that hires; its offers are public once an administrator has approved it."""

    __tablename__ = "employer"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    about: Mapped[str] = mapped_column(String(1000), default="")
    place: Mapped[str] = mapped_column(String(120), default="")
    website: Mapped[str] = mapped_column(String(200), default="")
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Offer(Base):
    """A job offer: what it asks is structured, so that a match can be explained row by row."""

    __tablename__ = "offer"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'published', 'closed')", name="state"),
        CheckConstraint("pay_min IS NULL OR pay_max IS NULL OR pay_max >= pay_min", name="pay"),
        CheckConstraint(f"contract IN ({', '.join(repr(c) for c in CONTRACTS)})", name="contract"),
        CheckConstraint(f"remote IN ({', '.join(repr(r) for r in REMOTE)})", name="remote"),
        Index("ix_offer_open", "state", "closes_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2))
    contract: Mapped[str] = mapped_column(String(16))
    place: Mapped[str] = mapped_column(String(120))
    remote: Mapped[str] = mapped_column(String(8))
    pay_min: Mapped[int | None]  # gross a year, whole units of pay_currency
    pay_max: Mapped[int | None]
    pay_currency: Mapped[str] = mapped_column(String(3), default="EUR")
    closes_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(10), default="draft")
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))  # breaks ties in the employer's list
    folded: Mapped[str] = mapped_column(Text)  # searchable words
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    employer: Mapped[Employer] = relationship(lazy="joined", innerjoin=True)
    requirements: Mapped[list[OfferRequirement]] = relationship(
        order_by="OfferRequirement.position", cascade="all, delete-orphan"
    )


class OfferRequirement(Base):
    """One thing an offer asks: a skill at a tier, essential or optional."""

    __tablename__ = "offer_requirement"
    __table_args__ = (
        UniqueConstraint("offer_id", "skill_id"),
        CheckConstraint("tier BETWEEN 1 AND 4", name="tier"),
        CheckConstraint("min_assurance BETWEEN 0 AND 3", name="min_assurance"),
    )

    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # from 1
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), index=True)
    tier: Mapped[int]
    essential: Mapped[bool]
    exact: Mapped[bool] = mapped_column(default=False)
    blocking: Mapped[bool] = mapped_column(default=False)
    min_assurance: Mapped[int] = mapped_column(default=0)


class Application(Base):
    """A learner's answer to an offer; applying reveals who they are."""

    __tablename__ = "application"
    __table_args__ = (
        UniqueConstraint("offer_id", "account_id"),
        CheckConstraint("state IN ('sent', 'read', 'interview', 'hired', 'declined', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'declined') = (decline_reason IS NOT NULL)", name="declined_with_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    message: Mapped[str] = mapped_column(String(2000))
    state: Mapped[str] = mapped_column(String(12))
    decline_reason: Mapped[str | None] = mapped_column(String(40))
    decline_note: Mapped[str] = mapped_column(String(1000), default="")
    score: Mapped[int | None]  # thousandths of a percent, as shown to both sides when it was sent
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)

    offer: Mapped[Offer] = relationship(lazy="joined", innerjoin=True)


class ApplicationCertificate(Base):
    """A certificate attached to an application."""

    __tablename__ = "application_certificate"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), primary_key=True)


class ApplicationChange(Base):
    """The history of an application, as the learner reads it."""

    __tablename__ = "application_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    state: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
