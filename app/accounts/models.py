"""People and how they come in: accounts, sessions, one-time tokens."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.actor import Actor
from app.foundation.database import Base, UTCDateTime
from app.foundation.permissions import Role

ROLES = ", ".join(f"'{role.value}'" for role in Role)


class Account(Base):
    """A person who can sign in."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint(f"role IN ({ROLES})", name="role"),
        CheckConstraint("state IN ('active', 'suspended', 'erased')", name="state"),
        CheckConstraint("language IN ('fr', 'en')", name="language"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True)  # NFKC, casefolded: what "the same address" means
    name: Mapped[str] = mapped_column(String(60))
    name_key: Mapped[str] = mapped_column(String(200), index=True)  # folded: the same order on both databases
    role: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(12), default="active")
    language: Mapped[str] = mapped_column(String(2))
    password_hash: Mapped[str] = mapped_column(String(200))
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    simulated: Mapped[bool] = mapped_column(default=False)  # nobody: of the demo school, told apart wherever it shows

    def actor(self) -> Actor:
        """This person as the features see them."""
        return Actor(self.id, self.public_id, Role(self.role), self.name, self.language)


class UserSession(Base):
    """One signed-in browser; the cookie holds the token, this row its SHA-256."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


class SignInDelay(Base):
    """Tries to sign in to one address, known here or not, since the last good one; the key is a hash of it."""

    __tablename__ = "sign_in_delay"
    __table_args__ = (CheckConstraint("tries >= 0", name="tries"),)

    key_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    tries: Mapped[int]
    open_at: Mapped[datetime] = mapped_column(UTCDateTime)


class OneTimeToken(Base):
    """A link sent by e-mail: used once, for one purpose, for a short time."""

    __tablename__ = "one_time_token"
    __table_args__ = (CheckConstraint("purpose IN ('confirm', 'reset')", name="purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(12))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    password_sha256: Mapped[str] = mapped_column(String(64))  # of the hash in force: a changed password kills the link
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
