"""Builders: the cast and what tests need to put in the database, in one line each."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from flask import Flask
from sqlalchemy.orm import Session

from app.accounts.models import Account, UserSession
from app.foundation import clock
from app.foundation.actor import Actor
from app.foundation.folding import folded
from app.foundation.identifiers import new_public_id
from app.foundation.permissions import Role
from tests.reviewer import ReviewedClient

PEOPLE = {
    "ada": ("Ada Lefèvre", Role.LEARNER),
    "blaise": ("Blaise Okafor", Role.LEARNER),
    "camille": ("Camille Roux", Role.INSTRUCTOR),
    "dora": ("Dora Nilsson", Role.EMPLOYER),
    "admin": ("Alex Admin", Role.ADMINISTRATOR),
}


class Cast:
    """People made on first mention: `cast.ada` is an Account, `cast.client("ada")` her signed-in client."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app = app
        self.session = session
        self._accounts: dict[str, Account] = {}

    def __getattr__(self, name: str) -> Account:
        if name.startswith("_") or name not in PEOPLE:
            raise AttributeError(name)
        if name not in self._accounts:
            full_name, role = PEOPLE[name]
            self._accounts[name] = self.person(full_name, role, email=f"{name}@example.org")
        return self._accounts[name]

    def person(
        self, name: str, role: Role = Role.LEARNER, *, email: str | None = None, language: str = "fr"
    ) -> Account:
        """Somebody else."""
        public_id = new_public_id()
        email = email or f"{public_id.lower()}@example.org"
        account = Account(
            public_id=public_id,
            email=email,
            email_key=email.casefold(),
            name=name,
            name_key=folded(name),
            role=role.value,
            state="active",
            language=language,
            password_hash="none",  # nobody signs in with it; see accounts tests for real passwords
            confirmed_at=clock.now(),
            created_at=clock.now(),
        )
        self.session.add(account)
        self.session.commit()
        return account

    def actor(self, name: str) -> Actor:
        """The actor of one of the cast."""
        account: Account = getattr(self, name)
        return account.actor()

    def client(self, who: str | Account, *, language: str | None = None) -> ReviewedClient:
        """A client signed in as one of the cast, or as any account."""
        account = getattr(self, who) if isinstance(who, str) else who
        token = f"token-of-{account.public_id}-{new_public_id()}"
        self.session.add(
            UserSession(
                token_sha256=hashlib.sha256(token.encode()).hexdigest(),
                account_id=account.id,
                created_at=clock.now(),
                seen_at=clock.now(),
                ends_at=clock.now() + timedelta(hours=12),
            )
        )
        self.session.commit()
        client = ReviewedClient(self.app, self.session)
        with client.raw.session_transaction() as cookie:
            cookie["_user_id"] = token
            cookie["_fresh"] = True
            if language:
                cookie["language"] = language
        return client
