"""Alembic's environment: one connection with our own transaction rules, batch mode on SQLite."""

from alembic import context
from sqlalchemy import create_engine, pool

from app.foundation.database import Base, DecimalText, UTCDateTime, prepare_engine
from app.wiring import models  # noqa: F401 - every table


def render_item(kind, item, _context):
    """Write our column types as the plain types they store, so that a migration never imports the program."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, DecimalText):
        return "sa.String(length=40)"
    return False


engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "", poolclass=pool.NullPool)
prepare_engine(engine)
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
