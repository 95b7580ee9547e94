"""The one door: an address and a password in, a proof out; the slow comparison stands outside every transaction."""

from __future__ import annotations

from datetime import timedelta

from app.accounts import delays
from app.accounts.passwords import verify_password
from app.accounts.queries import find_account_by_email
from app.accounts.rules import email_key
from app.accounts.sessions import Proof
from app.foundation.throttle import Allowance
from app.web import budgets
from app.web.transactions import reading_session, writing_session

SIGN_IN_BY_ADDRESS = Allowance("sign-in-address", 60, timedelta(hours=1))


def authenticate(email: str, password: str) -> Proof | None:
    """Compare the password with the account's, taking the same time when there is none.

    Raises TooManyRequestsError when the network has spent its 60 tries of the hour, or during the pause
    that failed tries for this address have earned.
    """
    budgets.spend_by_address(SIGN_IN_BY_ADDRESS)
    with writing_session() as session:
        delays.spend_try(session, email_key(email))
    with reading_session() as session:
        account = find_account_by_email(session, email)
    verification = verify_password(account.password_hash if account else None, password)
    if account is None or not verification.right:
        return None
    return Proof(account.id, account.password_hash, verification.new_hash)
