"""Transactions at the edge: GET is read-only, and a few things happen in a short transaction of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import request
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from app.extensions import db
from app.foundation.database import reading, set_read_only, writable

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def begin_request() -> None:
    """Before each request: a safe method gets read-only transactions."""
    set_read_only(request.method in SAFE_METHODS)


@contextmanager
def reading_session() -> Iterator[Session]:
    """A short read-only session, closed before the request's own transaction begins: for slow work such as Argon2."""
    with reading(), Session(_for_reading(), expire_on_commit=False) as session:
        yield session


@contextmanager
def reading_connection() -> Iterator[Connection]:
    """A `reading_session` without a mapper, for the one row that every request of a signed-in person reads."""
    with reading(), _for_reading().connect() as connection:
        yield connection


def _for_reading() -> Engine:
    """On PostgreSQL each statement sees its own moment anyway (READ COMMITTED); BEGIN and ROLLBACK are round trips."""
    return db.engine.execution_options(isolation_level="AUTOCOMMIT") if db.engine.name == "postgresql" else db.engine


@contextmanager
def writing_session() -> Iterator[Session]:
    """A short writing session with its own commit: sessions seen, budgets, the readiness probe."""
    with writable(), Session(db.engine, expire_on_commit=False) as session:
        yield session
        session.commit()
