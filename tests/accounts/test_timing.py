"""Known and unknown addresses take the same time: the long form, run by make nightly."""

from __future__ import annotations

import statistics
import time

import pytest
from flask import Flask
from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.accounts.models import Account, SignInDelay
from app.foundation.outbox import OutboxMessage
from app.foundation.throttle import Budget
from tests.accounts.test_neutral import ASKING, KNOWN, UNKNOWN
from tests.reviewer import ReviewedClient

ROUNDS = 200


@pytest.mark.nightly
@pytest.mark.parametrize("page", ASKING)
def test_medians_of_known_and_unknown_addresses_agree_within_ten_percent(
    app: Flask, session: Session, member: Account, page: str
) -> None:
    taken: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
    client = ReviewedClient(app, session)
    for turn in range(ROUNDS):
        for email, times in taken.items():
            session.execute(delete(OutboxMessage))
            session.execute(delete(Budget))
            session.execute(delete(SignInDelay))
            session.execute(delete(Account).where(Account.id != member.id))
            session.commit()
            start = time.perf_counter()
            answer = ASKING[page](client, email if email == KNOWN else f"nobody{turn}@example.org")
            times.append(time.perf_counter() - start)
            assert answer.status_code in (200, 422)
    known, unknown = (statistics.median(times) for times in taken.values())
    assert abs(known - unknown) <= 0.1 * max(known, unknown), f"{known:.4f} s, {unknown:.4f} s"
