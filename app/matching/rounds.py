"""What matching leaves to the worker: recording the lists that a change touched, and the daily fading of proofs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.identifiers import new_public_id
from app.foundation.outbox import OutboxMessage, enqueue
from app.jobs.models import Offer
from app.jobs.queries import today
from app.matching.index import reindex
from app.matching.models import MatchProfile
from app.matching.runs import record_run

LISTS, FADING = "match-lists", "match-fading"
# Each round is one transaction: at 12 ms a list it holds SQLite's write lock for a third of a second.
OFFERS_A_ROUND = 25
PEOPLE_A_ROUND = 500


def leave_lists(session: Session, offer_ids: Sequence[int]) -> None:
    """Have the lists of these offers recorded soon: a learner who passes an exam does not wait for them."""
    if offer_ids:
        _leave(session, LISTS, f"{LISTS}:{new_public_id()}", {"offers": list(offer_ids)})


def record_lists(session: Session, message: OutboxMessage, _settings: object) -> None:
    """Record the first lists of a message as they stand now, and leave the rest to another."""
    offer_ids = message.payload["offers"]
    for offer_id in offer_ids[:OFFERS_A_ROUND]:
        offer = session.get(Offer, offer_id)
        if offer is not None and offer.state == "published":
            record_run(session, offer)
    leave_lists(session, offer_ids[OFFERS_A_ROUND:])


def leave_fading(session: Session) -> None:
    """Have every visible person's rows rebuilt once today: certificates past their validity fade by the month."""
    _leave(session, FADING, f"{FADING}:{today().isoformat()}:0", {"after": 0})


def fade(session: Session, message: OutboxMessage, _settings: object) -> None:
    """Rebuild the rows of the next people, and leave the rest to another message."""
    account_ids = session.scalars(
        select(MatchProfile.account_id)
        .where(MatchProfile.visible, MatchProfile.account_id > message.payload["after"])
        .order_by(MatchProfile.account_id)
        .limit(PEOPLE_A_ROUND)
    ).all()
    reindex(session, account_ids)
    if len(account_ids) == PEOPLE_A_ROUND:
        day = message.dedupe_key.split(":")[1]
        _leave(session, FADING, f"{FADING}:{day}:{account_ids[-1]}", {"after": account_ids[-1]})


def _leave(session: Session, kind: str, key: str, payload: dict[str, object]) -> None:
    enqueue(session, kind, dedupe_key=key, recipient_id=None, language="en", payload=payload)
