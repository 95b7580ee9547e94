"""Transactions at the edge: GET is read-only, and a few things happen in a short transaction of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import request
from sqlalchemy import Connection
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
    with reading(), Session(db.engine, expire_on_commit=False) as session:
        yield session


@contextmanager
def reading_connection() -> Iterator[Connection]:
    """A `reading_session` without a mapper, for the one row that every request of a signed-in person reads."""
    with reading(), db.engine.connect() as connection:
        yield connection


@contextmanager
def writing_session() -> Iterator[Session]:
    """A short writing session with its own commit: sessions seen, budgets, the readiness probe."""
    with writable(), Session(db.engine, expire_on_commit=False) as session:
        yield session
        session.commit()
