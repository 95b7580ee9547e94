"""The `flask --app wsgi …` command groups."""

from __future__ import annotations

from flask import Flask

from app.accounts.cli import accounts_commands
from app.assessment.cli import attempts_commands
from app.authoring.cli import courses
from app.certification.cli import certificates_commands, keys_commands
from app.matching.cli import matching_commands
from app.wiring.demo import demo_commands
from app.wiring.migrations import database_commands
from app.wiring.tasks import worker_command

GROUPS = (
    accounts_commands,
    certificates_commands,
    courses,
    database_commands,
    attempts_commands,
    keys_commands,
    demo_commands,
    matching_commands,
    worker_command,
)


def register_commands(app: Flask) -> None:
    """Add every group."""
    for group in GROUPS:
        app.cli.add_command(group)
