"""The database: our declarative base, column types, and how connections begin on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import JSON, DateTime, Engine, MetaData, PoolProxiedConnection, QueuePool, String, TypeDecorator, event
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
LONGEST_WAIT_MS = 5000  # for a lock; then the page says that the site is busy, and sends again
# Older SQLite can corrupt a WAL when two connections write and checkpoint at once (fixed in 3.51.3).
WAL_BUG_FIXED_IN = (3, 51, 3)
# A pooled connection to PostgreSQL that rested no longer than this is trusted to be alive.
RESTS_SECONDS = 2.0


class Base(DeclarativeBase):
    """Base of every model."""

    metadata = MetaData(naming_convention=NAMING)


class UTCDateTime(TypeDecorator[datetime]):
    """An instant, stored in UTC; naive datetimes are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the database")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class DecimalText(TypeDecorator[Decimal]):
    """A mark, exact to 12 places, stored as text: SQLite would pass a Numeric through a float."""

    impl = String(40)
    cache_ok = True
    STEP = Decimal(1).scaleb(-12)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else format(value.quantize(self.STEP, ROUND_HALF_UP), "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


JSONValue = JSON(none_as_null=True)
# {"fr": "…", "en": "…"}; read it with foundation.i18n.localised
LocalisedText = JSON(none_as_null=True)


_read_only: ContextVar[bool] = ContextVar("read_only", default=False)


def set_read_only(value: bool) -> None:
    """Make the transactions that this request or task begins read-only (GET is safe, by the database's own word)."""
    _read_only.set(value)


@contextmanager
def reading() -> Iterator[None]:
    """Transactions begun inside the block are read-only, whatever the request is."""
    token = _read_only.set(True)
    try:
        yield
    finally:
        _read_only.reset(token)


@contextmanager
def writable() -> Iterator[None]:
    """A short transaction of its own that may write during a GET: sessions seen, budgets, the readiness probe."""
    token = _read_only.set(False)
    try:
        yield
    finally:
        _read_only.reset(token)


class PoolByMode(QueuePool):
    """For SQLite: connections that read and connections that write are kept apart.

    A change of query_only makes SQLite compile every statement of a connection anew, which costs more than running it.
    """

    _sqla_logger_namespace = "sqlalchemy.pool.PoolByMode"  # its notes are of no interest in our log

    @cached_property
    def _readers(self) -> QueuePool:
        return self.recreate()

    def connect(self) -> PoolProxiedConnection:
        return QueuePool.connect(self._readers if _read_only.get() else self)

    def dispose(self) -> None:
        super().dispose()
        if "_readers" in vars(self):
            self._readers.dispose()


def sqlite_has_wal_bug(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Does this SQLite need a single checkpointer (app/foundation/checkpoints.py)?"""
    return version < WAL_BUG_FIXED_IN


def engine_options(url: str) -> dict[str, Any]:
    """How connections to this database are kept; on both, a lock that others hold is waited for during five seconds."""
    if url.startswith("postgresql"):
        return {"connect_args": {"options": f"-c lock_timeout={LONGEST_WAIT_MS}"}}
    return {"poolclass": PoolByMode}


def prepare_engine(engine: Engine) -> None:
    """Install the connection and transaction rules of this engine's database."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite_connection)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgresql)
        _ping_after_rests(engine)


def _prepare_sqlite_connection(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # NORMAL lost acknowledged answers in 138 of 150 simulated power cuts
        "foreign_keys=ON",
        f"busy_timeout={LONGEST_WAIT_MS}",
        "trusted_schema=OFF",
        "secure_delete=ON",
        "journal_size_limit=67108864",
        "wal_autocheckpoint=0" if sqlite_has_wal_bug() else "wal_autocheckpoint=1000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads, then writes, fails with "locked" whatever the timeout: begin IMMEDIATE.
    read_only = _read_only.get()
    if connection.info.get("query_only") != read_only:  # a pooled connection keeps the mode it was last given
        _say(connection, f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
        connection.info["query_only"] = read_only
    _say(connection, "BEGIN" if read_only else "BEGIN IMMEDIATE")


def _say(connection: Connection, statement: str) -> None:
    """Straight to the driver: no parameter and no row, so nothing that SQLAlchemy's machinery would be needed for."""
    driver: Any = connection.connection.driver_connection
    try:
        driver.execute(statement)
    except sqlite3.Error as error:
        raise DBAPIError.instance(statement, None, error, sqlite3.Error) from error


def _ping_after_rests(engine: Engine) -> None:
    """A server that restarted is noticed before a request is lost to it, without a round trip at each one."""

    def note_rest(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = time.monotonic()

    def ping_if_rested(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        if time.monotonic() - record.info.get("rests_since", 0.0) < RESTS_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error  # the pool opens another

    event.listen(engine, "checkin", note_rest)
    event.listen(engine, "checkout", ping_if_rested)


def _begin_postgresql(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    if driver.read_only != _read_only.get():
        driver.read_only = _read_only.get()
