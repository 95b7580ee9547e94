"""Rounds of the worker that look at the clock: attempts that are over, results held back, an old SQLite's log."""

from __future__ import annotations

import fcntl
import logging
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.assessment.challenge_queries import teams_to_close
from app.assessment.challenge_sessions import close_if_over
from app.assessment.queries import due_attempts
from app.assessment.release_queries import due_releases
from app.assessment.releasing import release_due
from app.assessment.rules import GRACE
from app.assessment.services import close_due_attempt
from app.extensions import db
from app.foundation import clock
from app.foundation.database import sqlite_has_wal_bug
from app.web.transactions import reading_session

log = logging.getLogger("app.worker")


def close_attempts(app: Flask) -> int:
    """Close the attempts whose deadline and grace have passed, each in a transaction of its own; returns how many."""
    with app.app_context():
        with reading_session() as reading:
            due = due_attempts(reading)
        return sum(close_attempt(attempt_id) for attempt_id in due)


def close_attempt(attempt_id: int) -> bool:
    """Close one attempt; one that cannot be marked is logged and never keeps the others waiting."""
    with Session(db.engine) as session:
        try:
            closed = close_due_attempt(session, attempt_id)
            session.commit()
        except Exception:
            log.exception("an attempt could not be closed", extra={"fields": {"attempt": attempt_id}})
            return False
        return closed


def close_challenges(app: Flask) -> int:
    """Close the teams of challenges whose time is over, each in a transaction of its own; returns how many."""
    with app.app_context():
        with reading_session() as reading:
            due = teams_to_close(reading, clock.now() - GRACE)
        return sum(close_team(team_id) for team_id in due)


def close_team(team_id: int) -> bool:
    """Close one team; one that cannot be is logged and never keeps the others waiting."""
    with Session(db.engine) as session:
        try:
            closed = close_if_over(session, team_id)
            session.commit()
        except Exception:
            log.exception("a challenge could not be closed", extra={"fields": {"team": team_id}})
            return False
        return closed


def release_results(app: Flask) -> int:
    """Let out the results whose moment has come, each in a transaction of its own; returns how many."""
    with app.app_context():
        with reading_session() as reading:
            due = due_releases(reading)
        return sum(release_result(attempt_id) for attempt_id in due)


def release_result(attempt_id: int) -> bool:
    """Release one attempt; one that cannot be is logged and never keeps the others waiting."""
    with Session(db.engine) as session:
        try:
            released = release_due(session, attempt_id)
            session.commit()
        except Exception:
            log.exception("a result could not be released", extra={"fields": {"attempt": attempt_id}})
            return False
        return released


def checkpoint_database(app: Flask) -> bool:
    """On a SQLite older than 3.51.3: fold the log into the file, from one process alone (see sqlite_has_wal_bug)."""
    with app.app_context():
        if db.engine.dialect.name != "sqlite" or not sqlite_has_wal_bug():
            return False
        return checkpoint_alone(db.engine)


def checkpoint_alone(engine: Engine) -> bool:
    """Checkpoint under a lock file beside the database; false when another process holds it."""
    database = Path(engine.url.database or "")
    with database.with_name(f"{database.name}.checkpoint").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            connection.close()
        return True
