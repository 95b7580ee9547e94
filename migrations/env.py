"""Alembic's environment: one connection with our own transaction rules, batch mode on SQLite."""

from alembic import context
from sqlalchemy import create_engine, event, pool

from app.foundation.database import Base, DecimalText, UTCDateTime, prepare_engine
from app.wiring import models  # noqa: F401 - every table


def render_item(kind, item, _context):
    """Write our column types as the plain types they store, so that a migration never imports the program."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, DecimalText):
        return "sa.String(length=40)"
    return False


def without_foreign_keys(connection, _record):
    """SQLite changes a table by copying and dropping it, which foreign keys take for deleting its rows."""
    connection.execute("PRAGMA foreign_keys=OFF")


def refuse_broken_references(connection):
    """What SQLite did not watch meanwhile; raises before anything is committed."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise RuntimeError(f"a row of {broken[0]} would refer to a missing row of {broken[2]}")


engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "", poolclass=pool.NullPool)
prepare_engine(engine)
if engine.dialect.name == "sqlite":
    event.listen(engine, "connect", without_foreign_keys)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=render_item,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()
        refuse_broken_references(connection)
