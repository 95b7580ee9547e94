"""Fixtures of the tests of accounts."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.accounts.passwords import hash_password
from tests.accounts.people import PASSWORD
from tests.builders import Cast


@pytest.fixture(scope="session")
def password_hash() -> str:
    """One real hash for the whole run: each costs 60 ms."""
    return hash_password(PASSWORD)


@pytest.fixture
def member(cast: Cast, session: Session, password_hash: str) -> Account:
    """Élodie, a learner with a real password."""
    account = cast.person("Élodie Martin", email="elodie@example.org")
    account.password_hash = password_hash
    session.commit()
    return account
