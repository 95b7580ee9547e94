"""The worker's rounds of integrity signals: exams to look through, and what is to be forgotten."""

from __future__ import annotations

import logging

from flask import Flask
from sqlalchemy.orm import Session

from app.assessment.signal_rounds import due_exams, look_through, store
from app.assessment.signals import due_to_be_forgotten, forget
from app.extensions import db
from app.web.transactions import reading_session

log = logging.getLogger("app.worker")


def look_for_signals(app: Flask) -> int:
    """Look through the exams in which attempts have ended; returns how many. One that fails is logged, no more."""
    with app.app_context():
        with reading_session() as reading:
            due = due_exams(reading)
        return sum(_look(exam_id, ended) for exam_id, ended in due)


def _look(exam_id: int, ended: int) -> bool:
    """Seconds of arithmetic stand outside the write transaction."""
    try:
        with reading_session() as reading:
            rows = look_through(reading, exam_id)
        with Session(db.engine) as session:
            stored = store(session, exam_id, ended, rows)
            session.commit()
    except Exception:
        log.exception("an exam could not be looked through", extra={"fields": {"exam": exam_id}})
        return False
    return stored


def forget_signals(app: Flask) -> int:
    """Delete what was noted of attempts whose result can no longer be contested; returns how many attempts."""
    with app.app_context():
        with reading_session() as reading:
            due = due_to_be_forgotten(reading)
        if due:
            with Session(db.engine) as session:
                forget(session, due)
                session.commit()
        return len(due)
