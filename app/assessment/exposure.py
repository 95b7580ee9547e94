"""How often each question of an exam was drawn lately, counted once and then kept up attempt by attempt."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.assessment.drawing import Exposure
from app.assessment.draws import times_held
from app.assessment.models import Attempt, Exam
from app.foundation import clock

PERIOD = timedelta(days=90)
RECOUNTED = timedelta(hours=1)


class _Count:
    """What this process has counted of one exam, up to the attempt whose id is `last`."""

    def __init__(self, now: datetime) -> None:
        self.begun = now
        self.last = 0
        self.attempts = 0
        self.counts: Counter[str] = Counter()


_counts: dict[str, _Count] = {}  # by the exam's public id; a few hundred numbers each
_lock = Lock()


def exposure_of(session: Session, exam: Exam, before: Attempt | None = None) -> Exposure:
    """Attempts of the last 90 days, but for `before`, which is being drawn, and how many of them held each question.

    In a rush everyone draws at once, and 10,000 attempts are 200,000 rows: so only the attempts since this process
    last looked are read, and all of them again each hour. On PostgreSQL one that is committed after a later one may
    be missed until then; the count orders questions, and decides nothing else.
    """
    now = clock.now()
    with _lock:
        count = _counts.get(exam.public_id)
        if count is None or not timedelta(0) <= now - count.begun < RECOUNTED:
            count = _counts[exam.public_id] = _Count(now)
        _read_on(session, exam.id, before.id if before else 0, count, now - PERIOD)
        return Exposure(count.attempts, dict(count.counts))


def _read_on(session: Session, exam_id: int, without: int, count: _Count, since: datetime) -> None:
    new = (Attempt.exam_id == exam_id, Attempt.id > count.last, Attempt.id != without, Attempt.started_at >= since)
    attempts, last = session.execute(select(func.count(), func.max(Attempt.id)).where(*new)).one()
    if not attempts:
        return
    count.counts.update(times_held(session, *new, Attempt.id <= last))
    count.attempts += attempts
    count.last = last
