"""The database's own rules: how connections begin, what a read may do, what a column keeps exactly."""

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from sqlite3 import ProgrammingError

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, event, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError
from sqlalchemy.orm import Session

from app.extensions import db
from app.foundation import database
from app.foundation.database import (
    DecimalText,
    UTCDateTime,
    engine_options,
    prepare_engine,
    reading,
    sqlite_has_wal_bug,
    writable,
)
from app.foundation.outbox import OutboxMessage
from app.foundation.throttle import Budget
from app.wiring.sweeps import checkpoint_alone

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WAL_LIMIT = 67108864
COLUMN_LENGTH = 40


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """A small SQLite database with our rules, whatever the suite runs on."""
    engine = create_engine(f"sqlite:///{tmp_path / 'small.sqlite'}", pool_size=5)
    prepare_engine(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE thing (name VARCHAR(20) PRIMARY KEY)"))
    yield engine
    engine.dispose()


def pragma(engine: Engine, name: str) -> object:
    with engine.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("journal_mode", "wal"),
        ("foreign_keys", 1),
        ("busy_timeout", 5000),
        ("trusted_schema", 0),
        ("secure_delete", 1),
        ("journal_size_limit", WAL_LIMIT),
        ("mmap_size", 0),
        ("wal_autocheckpoint", 0 if sqlite_has_wal_bug() else 1000),
    ],
)
def test_pragmas_on_a_pooled_connection(sqlite_engine: Engine, name: str, value: object) -> None:
    for _again in range(2):  # the second time it comes out of the pool
        found = pragma(sqlite_engine, name)
        assert found == value


def test_synchronous_is_full_on_every_connection(sqlite_engine: Engine) -> None:
    with reading(), ExitStack() as stack:
        connections = [stack.enter_context(sqlite_engine.connect()) for _ in range(5)]
        assert {connection.exec_driver_sql("PRAGMA synchronous").scalar() for connection in connections} == {2}


def test_the_program_uses_these_rules(app: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        assert pragma(db.engine, "synchronous") == 2
        assert pragma(db.engine, "foreign_keys") == 1
    else:
        with db.engine.connect() as connection:
            assert connection.execute(text("SHOW transaction_read_only")).scalar() == "off"


def test_a_read_cannot_write(app: Flask) -> None:
    row = Budget(scope="test", key_hash="0", window=1, count=1)
    with pytest.raises(DBAPIError, match=r"readonly|read-only"), reading(), Session(db.engine) as session:
        session.add(row)
        session.flush()
    with Session(db.engine) as session:
        assert session.get(Budget, ("test", "0", 1)) is None


def test_an_insert_in_a_get_raises(app: Flask) -> None:
    with app.test_request_context("/", method="GET"):
        app.preprocess_request()
        db.session.add(Budget(scope="test", key_hash="0", window=1, count=1))
        with pytest.raises(DBAPIError, match=r"readonly|read-only"):
            db.session.flush()
        db.session.rollback()


def test_a_short_transaction_may_write_during_a_read(app: Flask) -> None:
    with reading():
        with writable(), Session(db.engine) as session:
            session.add(Budget(scope="test", key_hash="0", window=1, count=1))
            session.commit()
        with Session(db.engine) as session:
            assert session.get(Budget, ("test", "0", 1)) is not None
        with pytest.raises(DBAPIError), Session(db.engine) as session:
            session.add(Budget(scope="test", key_hash="1", window=1, count=1))
            session.flush()


def test_writing_comes_back_after_reading_on_the_same_connection(app: Flask) -> None:
    for _again in range(3):
        with reading(), Session(db.engine) as session:
            session.get(Budget, ("test", "0", 1))
        with Session(db.engine) as session:
            session.merge(Budget(scope="test", key_hash="0", window=1, count=1))
            session.commit()


def test_reading_and_writing_take_turns_without_a_change_of_mode(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'small.sqlite'}"
    engine, modes = create_engine(url, **engine_options(url)), []
    prepare_engine(engine)
    for _again in range(3):
        for block in (reading, writable):
            with block(), engine.connect() as connection:
                driver = connection.connection.driver_connection
                modes.append((id(driver), connection.exec_driver_sql("PRAGMA query_only").scalar()))
    assert [mode for _driver, mode in modes] == [1, 0] * 3
    assert len(set(modes)) == 2
    engine.dispose()


def test_what_reads_is_closed_with_the_rest(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'small.sqlite'}"
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    with reading(), engine.connect() as connection:
        driver = connection.connection.driver_connection
    engine.dispose()
    with pytest.raises(ProgrammingError, match="closed"):
        driver.execute("SELECT 1")


def test_a_writer_that_waits_too_long_gets_the_error_that_pages_know(sqlite_engine: Engine) -> None:
    impatient = create_engine(sqlite_engine.url)
    prepare_engine(impatient)
    event.listen(impatient, "connect", lambda driver, _record: driver.execute("PRAGMA busy_timeout=1"))
    with sqlite_engine.begin(), pytest.raises(OperationalError, match="locked"), impatient.begin():
        pass
    write(impatient, "afterwards")
    impatient.dispose()


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=12))
def test_marks_are_exact(mark: Decimal) -> None:
    column, dialect = DecimalText(), db_dialect()
    stored = column.process_bind_param(mark, dialect)
    assert stored is not None
    assert len(stored) <= COLUMN_LENGTH
    assert column.process_result_value(stored, dialect) == mark


def db_dialect() -> Dialect:
    return sqlite.dialect()


@pytest.mark.parametrize(
    ("mark", "stored"),
    [
        (Decimal("0.1"), "0.100000000000"),
        (Decimal(1) / 3, "0.333333333333"),
        (Decimal(2) / 3, "0.666666666667"),
        (Decimal("1E+3"), "1000.000000000000"),
        (Decimal("0.0000000000005"), "0.000000000001"),
    ],
)
def test_marks_are_rounded_half_up_at_twelve_places(mark: Decimal, stored: str) -> None:
    assert DecimalText().process_bind_param(mark, db_dialect()) == stored


def test_instants_are_kept_in_utc_and_naive_ones_refused() -> None:
    column, dialect = UTCDateTime(), db_dialect()
    paris = NOON.astimezone(timezone(timedelta(hours=1)))
    assert column.process_bind_param(paris, dialect) == NOON
    assert column.process_result_value(NOON.replace(tzinfo=None), dialect) == NOON
    with pytest.raises(ValueError, match="naive"):
        column.process_bind_param(NOON.replace(tzinfo=None), dialect)


def test_a_naive_instant_never_reaches_the_database(session: Session) -> None:
    with pytest.raises(StatementError, match="naive"):
        session.execute(select(OutboxMessage).where(OutboxMessage.due_at == NOON.replace(tzinfo=None)))


@pytest.mark.parametrize(
    ("version", "affected"), [((3, 7, 0), True), ((3, 40, 1), True), ((3, 51, 2), True), ((3, 51, 3), False)]
)
def test_which_sqlite_can_corrupt_its_log(version: tuple[int, ...], affected: bool) -> None:
    assert sqlite_has_wal_bug(version) is affected


def write(engine: Engine, name: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO thing VALUES (:name)"), {"name": name})


def test_old_sqlite_has_one_checkpointer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "sqlite_has_wal_bug", lambda: True)
    path = tmp_path / "old.sqlite"
    engine, log = create_engine(f"sqlite:///{path}"), Path(f"{path}-wal")
    prepare_engine(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE thing (name VARCHAR(20) PRIMARY KEY)"))
    for number in range(60):  # 1,500 pages: SQLite by itself would begin the log again after 1,000
        write(engine, f"{number} " + "x" * 100_000)
    grown = log.stat().st_size
    assert grown > 1500 * 4096
    with path.with_name("old.sqlite.checkpoint").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert checkpoint_alone(engine) is False  # somebody else is at it
        assert log.stat().st_size == grown
    assert checkpoint_alone(engine) is True
    assert log.stat().st_size == 0
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM thing")).scalar() == 60
    engine.dispose()


def test_a_connection_that_died_at_rest_is_replaced(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    if db.engine.name != "postgresql":
        pytest.skip("only on PostgreSQL")
    engine = create_engine(db.engine.url, pool_size=1, max_overflow=0, **engine_options(str(db.engine.url)))
    prepare_engine(engine)
    with db.engine.connect() as other:
        for rests_seconds in (0.0, 60.0):
            monkeypatch.setattr(database, "RESTS_SECONDS", rests_seconds)
            with engine.connect() as connection:
                backend = connection.scalar(text("SELECT pg_backend_pid()"))
            other.execute(text("SELECT pg_terminate_backend(:backend, 5000)"), {"backend": backend})
            if rests_seconds:  # trusted, since it rested so little: one request is lost, then the pool knows
                with pytest.raises(OperationalError), engine.connect() as connection:
                    connection.scalar(text("SELECT 1"))
            with engine.connect() as connection:
                assert connection.scalar(text("SELECT 1")) == 1
    engine.dispose()
