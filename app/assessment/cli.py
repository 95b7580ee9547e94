"""`flask attempts`: replay stored attempts, or the one in an appeal file, and compare to the last decimal."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.assessment import rules
from app.assessment.appeal_files import RECORD
from app.assessment.models import Attempt
from app.assessment.records import FORMAT, Pools, record_of
from app.assessment.replaying import replay
from app.foundation.identifiers import parse_public_id
from app.web.transactions import reading_session

LARGEST_RECORD = 64 * 1024 * 1024
attempts_commands = AppGroup("attempts", help="Attempts: replay them and compare forms and marks.")


@attempts_commands.command("replay")
@click.argument("number", metavar="ID", required=False)
@click.option("--last", type=click.IntRange(1, 1_000_000), help="The newest attempts that are over, so many.")
@click.option("--file", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="An appeal file.")
def replay_command(number: str | None, last: int | None, path: Path | None) -> None:
    """Make forms and marks again from seed, answers and decisions; exit code 1 when anything differs."""
    if [number, last, path].count(None) != 2:
        raise click.UsageError("Give the ID of an attempt, --last or --file: one of them.")
    records = [_read(path)] if path else _stored(number, last)
    count = wrong = 0
    for record in records:
        differences = replay(record)
        count, wrong = count + 1, wrong + bool(differences)
        for one in differences:
            click.echo(f"{record['attempt']['id']}: {one.where}: stored {one.stored!r}, replayed {one.replayed!r}")
    click.echo(f"{count} replayed, {wrong} different.")
    if wrong or not count:
        raise SystemExit(1)


def _stored(number: str | None, last: int | None) -> Iterator[dict[str, Any]]:
    pools: Pools = {}
    with reading_session() as session:
        wanted = select(Attempt).options(joinedload(Attempt.exam), joinedload(Attempt.exam_version))
        if number is not None:
            found = session.scalars(wanted.where(Attempt.public_id == (parse_public_id(number) or ""))).all()
        else:
            over = wanted.where(Attempt.state != rules.State.IN_PROGRESS)
            found = session.scalars(over.order_by(Attempt.id.desc()).limit(last)).all()
        if not found:
            raise click.ClickException("There is no such attempt here.")
        for attempt in found:
            yield record_of(session, attempt, pools)


def _read(path: Path) -> dict[str, Any]:
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(RECORD).file_size > LARGEST_RECORD:
                raise click.ClickException("This file is too large to be an appeal file.")
            record: dict[str, Any] = json.loads(archive.read(RECORD))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise click.ClickException("This is no appeal file: its record cannot be read.") from error
    if record.get("format") != FORMAT:
        raise click.ClickException("This file is of a kind that this version does not read.")
    return record
