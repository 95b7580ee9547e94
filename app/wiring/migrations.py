"""`flask db`: upgrade, downgrade and check the database with plain alembic."""

from __future__ import annotations

import click
from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from flask import current_app
from flask.cli import AppGroup

from app.config import ROOT

database_commands = AppGroup("db", help="The database: upgrade, downgrade, check.")


def alembic_config(database_url: str) -> Config:
    """Alembic's configuration for one database."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return config


def _config() -> Config:
    return alembic_config(current_app.config["SETTINGS"].database_url)


@database_commands.command("upgrade")
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the database to REVISION (default: the newest)."""
    command.upgrade(_config(), revision)


@database_commands.command("downgrade")
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Take the database back to REVISION; `base` empties it."""
    command.downgrade(_config(), revision)


@database_commands.command("check")
def check() -> None:
    """Say whether the models and the database agree; exit 1 when they do not."""
    try:
        command.check(_config())
    except CommandError as error:
        raise click.ClickException(str(error)) from error
