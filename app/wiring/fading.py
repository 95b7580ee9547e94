"""The worker's daily look at matching: proofs past their validity fade, once a day, for everybody visible."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.extensions import db
from app.foundation.outbox import OutboxMessage
from app.jobs.queries import today
from app.matching.rounds import FADING, leave_fading
from app.web.transactions import reading_session


def fade_proofs(app: Flask) -> bool:
    """Queue today's rebuild of the index of proven skills; false when it was queued already."""
    with app.app_context():
        with reading_session() as reading:
            key = f"{FADING}:{today().isoformat()}:0"
            if reading.scalar(select(OutboxMessage.id).where(OutboxMessage.dedupe_key == key)) is not None:
                return False
        with Session(db.engine) as session:
            leave_fading(session)
            session.commit()
        return True
