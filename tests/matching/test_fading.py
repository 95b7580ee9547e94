"""The worker's daily look at matching, through the real outbox."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation import clock
from app.foundation.database import set_read_only
from app.matching.models import CandidateSkill
from app.wiring.deliveries import drain_outbox
from app.wiring.fading import fade_proofs
from tests.builders import Cast
from tests.matching.people import Hiring


def test_proofs_fade_once_a_day(hiring: Hiring, cast: Cast, session: Session, app: Flask) -> None:
    with clock.frozen(datetime(2026, 1, 1, tzinfo=UTC)):
        hiring.certify(cast.ada, {"python": (2, 2)}, valid_until=date(2026, 2, 1))
        hiring.show(cast.ada)
        session.commit()
    with clock.frozen(datetime(2026, 3, 2, tzinfo=UTC)):
        assert fade_proofs(app) is True
        assert fade_proofs(app) is False
        drain_outbox(app)
    set_read_only(False)
    session.expire_all()
    assert session.scalars(select(CandidateSkill.ev_milli)).all() == [1962]
